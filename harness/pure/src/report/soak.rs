//! [`SoakView`]: what of a server grew while one scenario ran again and again, as the page tells it.

use serde::Serialize;

use super::shown::{count, duration, one_line};
use crate::model::soak::{Series, Soak};

/// The width and the height of a drawing, in its own units.
const WIDE: f64 = 120.0;
const HIGH: f64 = 18.0;
/// More points than these are drawn by every second, third and so on.
const POINTS: usize = 120;

/// A soak as the page tells it.
#[derive(Debug, Clone, Serialize)]
pub struct SoakView {
    count: String,
    about: String,
    said: Option<String>,
    problem: Option<String>,
    rows: Vec<SeriesView>,
}

#[derive(Debug, Clone, Serialize)]
struct SeriesView {
    name: &'static str,
    first: String,
    last: String,
    most: String,
    grew: String,
    points: String,
}

impl SoakView {
    /// What a soak has shown.
    pub fn of(soak: &Soak) -> Self {
        Self {
            count: count(soak.runs as usize, "run"),
            about: about(soak),
            said: soak.said(),
            problem: soak.problem.as_deref().map(|it| one_line(it, 400)),
            rows: soak.series.iter().filter_map(SeriesView::of).collect(),
        }
    }
}

impl SeriesView {
    fn of(series: &Series) -> Option<Self> {
        let Series { measure, values, growth } = series;
        let (first, last) = (values.first()?, values.last()?);
        let most = values.iter().copied().fold(f64::MIN, f64::max);
        let grew = match growth {
            Some(it) => format!("grows by {} a run", measure.said_of_run(it.of_run)),
            None => "at rest".to_owned(),
        };
        Some(Self {
            name: measure.word(),
            first: measure.said(*first),
            last: measure.said(*last),
            most: measure.said(most),
            grew,
            points: points(values, most),
        })
    }
}

/// The points of a line from 0 to the most.
fn points(values: &[f64], most: f64) -> String {
    let step = values.len().div_ceil(POINTS).max(1);
    let last = (values.len().max(2) - 1) as f64;
    let point = |(at, value): (usize, &f64)| {
        let (x, y) = (at as f64 / last * WIDE, HIGH - 1.0 - value / most.max(1.0) * (HIGH - 2.0));
        format!("{x:.1},{y:.1}")
    };
    values.iter().enumerate().step_by(step).map(point).collect::<Vec<String>>().join(" ")
}

/// `orders ran 240 times in 12 min 00 s on one server of shop; 2 runs failed`.
fn about(soak: &Soak) -> String {
    let failed = match soak.failed {
        0 => String::new(),
        some => format!("; {} failed", count(some as usize, "run")),
    };
    format!(
        "{} ran {} in {} on one server of {}{failed}. Nothing of it decides the gate.",
        soak.scenario,
        count(soak.runs as usize, "time"),
        duration(soak.duration_ms),
        soak.product
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::soak::{Growth, Measure};

    #[test]
    fn a_soak_says_what_grew_by_how_much_and_what_did_not() {
        let growth = Some(Growth { from: 2_048.0, to: 4_096.0, of_run: 10.24 });
        let series = vec![
            Series { measure: Measure::Memory, values: vec![2_048.0, 4_096.0], growth },
            Series { measure: Measure::Latency, values: vec![20.0, 10.0], growth: None },
        ];
        let soak = Soak {
            format_version: 1,
            scenario: "orders".to_owned(),
            product: "shop".to_owned(),
            runs: 240,
            failed: 1,
            duration_ms: 720_000,
            series,
            problem: None,
        };
        let view = SoakView::of(&soak);
        assert_eq!(
            view.about,
            "orders ran 240 times in 12 min 00 s on one server of shop; 1 run failed. Nothing of it decides the gate."
        );
        assert_eq!(
            view.said.as_deref(),
            Some(
                "The server of shop does not come to rest over 240 runs of orders: memory went from 2.0 MiB to 4.0 MiB (10 KiB a run)"
            )
        );
        assert_eq!(view.rows[0].grew, "grows by 10 KiB a run");
        assert_eq!(view.rows[0].points, "0.0,9.0 120.0,1.0");
        assert_eq!((view.rows[1].grew.as_str(), view.rows[1].most.as_str()), ("at rest", "20 ms"));
    }
}
