//! [`TrendView`]: the last nights of a scenario as a small drawing with its text: how long it took
//! as a line, tall bars where it failed, short ones where it was flaky.

use serde::Serialize;

use super::shown::{count, duration};
use crate::history::trend::Trend;

/// The width of a night and the height of the drawing, in its own units.
const WIDE: usize = 6;
const HIGH: usize = 18;

/// A drawing, with what it says.
#[derive(Debug, Clone, Serialize)]
pub struct TrendView {
    width: usize,
    /// Where it failed.
    failed: String,
    /// Where it was flaky.
    flaky: String,
    /// How long it took: the points of each stretch of nights in which that is known.
    lines: Vec<String>,
    text: String,
}

impl TrendView {
    /// The drawing of a trend.
    pub fn of(trend: &Trend) -> Self {
        let middle = |at: usize| at * WIDE + WIDE / 2;
        let bars = |wanted: &[char], top: usize| {
            let own = trend.verdicts.chars().enumerate().filter(|it| wanted.contains(&it.1));
            let bar = |(at, _)| format!("M{} {top}V{HIGH}", middle(at));
            own.map(bar).collect::<Vec<String>>().concat()
        };
        let most = trend.ms.iter().flatten().max().copied().unwrap_or(0).max(1);
        let mut lines: Vec<String> = Vec::new();
        let mut going = false;
        for (at, ms) in trend.ms.iter().enumerate() {
            if let Some(ms) = ms {
                // Two units are left free, so that a line at an edge can be seen.
                let up = u64::from(*ms) * (HIGH as u64 - 4) / u64::from(most);
                let point = format!("{},{}", middle(at), HIGH as u64 - 2 - up);
                match lines.last_mut().filter(|_| going) {
                    Some(line) => line.extend([" ", &point]),
                    None => lines.push(point),
                }
            }
            going = ms.is_some();
        }
        Self {
            width: trend.verdicts.chars().count() * WIDE,
            failed: bars(&['R', 'S'], 1),
            flaky: bars(&['F'], HIGH / 2),
            lines,
            text: text(trend),
        }
    }
}

/// `14 nights: 2 failed, 1 flaky; 1.2 s, usually 0.9 s`.
fn text(trend: &Trend) -> String {
    let of = |wanted: &[char]| trend.verdicts.chars().filter(|it| wanted.contains(it)).count();
    let nights = trend.verdicts.chars().filter(|it| *it != '.').count();
    let parts: Vec<String> =
        [(of(&['R', 'S']), "failed"), (of(&['F']), "flaky"), (of(&['I', '-']), "not judged")]
            .into_iter()
            .filter(|it| it.0 > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
    let said = if parts.is_empty() { "none failed".to_owned() } else { parts.join(", ") };
    let mut before: Vec<u32> = trend.ms.iter().rev().skip(1).flatten().copied().collect();
    before.sort_unstable();
    let usual = before.get(before.len() / 2).map(|it| duration(u64::from(*it)));
    let took = match (trend.ms.last().copied().flatten(), usual) {
        (Some(ms), Some(usual)) => format!("; {}, usually {usual}", duration(u64::from(ms))),
        (None, Some(usual)) => format!("; usually {usual}"),
        (_, None) => String::new(),
    };
    format!("{}: {said}{took}", count(nights, "night"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_drawn_with_a_gap_where_nothing_is_known_and_says_the_same_in_words() {
        let trend = Trend {
            verdicts: ".UFRU".to_owned(),
            ms: vec![None, Some(100), Some(200), None, Some(150)],
        };
        let view = TrendView::of(&trend);
        assert_eq!(view.width, 30);
        assert_eq!((view.failed.as_str(), view.flaky.as_str()), ("M21 1V18", "M15 9V18"));
        assert_eq!(view.lines, ["9,9 15,2", "27,6"]);
        assert_eq!(view.text, "4 nights: 1 failed, 1 flaky; 150 ms, usually 200 ms");
    }
}
