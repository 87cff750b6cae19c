//! The nights as curves, what flakes most, and what takes longest.

use std::cmp::Reverse;

use super::super::draw::{self, Drawing, Line};
use super::super::view::{Part, Table, View};
use super::look::{Look, STRIP, Tab, day};
use super::scenarios::{is_flaky, row, usual};
use crate::archive::{ArchiveError, NightLook, ScenarioRow};
use crate::report::shown::{count, duration};

/// The height of a drawing.
const HIGH: f64 = 110.0;
/// How many rows the two lists have.
const MOST: usize = 20;
const HEADS: [&str; 7] = ["Scenario", "Last", "Nights", "#Failed", "#Flaky", "#Takes", "Owner"];

/// The trends of the nights.
pub fn all(look: &Look<'_>) -> Result<View, ArchiveError> {
    let mut page = look.page(Tab::Trends, "Trends");
    page.lede = Some(format!("{} of this branch.", count(look.nights.len(), "night")));
    let share = |wanted: fn(&NightLook) -> u32| -> Vec<Option<f64>> {
        let of = |it: &NightLook| {
            let planned = f64::from(it.totals.planned);
            (planned > 0.0).then(|| f64::from(wanted(it)) / planned)
        };
        look.nights.iter().map(of).collect()
    };
    let rows = look.archive.scenarios(look.branch, STRIP)?;
    page.parts.push(Part {
        figures: vec![
            curve(
                look,
                "Scenarios that failed",
                &share(|it| it.totals.regressed + it.totals.still_failing),
            ),
            curve(look, "Scenarios that failed by chance", &share(|it| it.totals.flaky)),
            curve(
                look,
                "Scenarios that were not judged",
                &share(|it| it.totals.inconclusive + it.totals.not_run),
            ),
            growth(look),
            together(look, &rows),
        ],
        ..Part::default()
    });
    let nights = look.nights.len().min(STRIP);
    page.parts
        .push(list(look, "flakiest", "Flakiest", nights, &rows, |it| it.count(is_flaky) as u64));
    page.parts
        .push(list(look, "slowest", "Slowest", nights, &rows, |it| usual(it).map_or(0, u64::from)));
    Ok(page)
}

fn list(
    look: &Look<'_>,
    id: &'static str,
    heading: &str,
    nights: usize,
    all: &[ScenarioRow],
    by: fn(&ScenarioRow) -> u64,
) -> Part {
    let mut some: Vec<(u64, &ScenarioRow)> =
        all.iter().map(|it| (by(it), it)).filter(|it| it.0 > 0).collect();
    some.sort_by_key(|it| Reverse(it.0));
    let mut table = Table::of(format!("In the newest {}", count(nights, "night")), &HEADS);
    table.rows = some.iter().take(MOST).map(|it| row(look, it.1)).collect();
    let empty = some.is_empty();
    Part {
        id,
        title: heading.to_owned(),
        table: Some(table).filter(|_| !empty),
        none: if empty { "None, in these nights.".to_owned() } else { String::new() },
        ..Part::default()
    }
}

/// A share of the scenarios over the nights.
fn curve(look: &Look<'_>, what: &str, values: &[Option<f64>]) -> Drawing {
    let most = values.iter().flatten().copied().fold(0.0_f64, f64::max);
    let last = values.iter().rev().flatten().next().copied().unwrap_or(0.0);
    let percent = |it: f64| format!("{:.1} %", it * 100.0);
    let caption =
        format!("{what}: {} in the newest night, at most {}", percent(last), percent(most));
    drawn(look.nights, caption, values, most)
}

/// How many scenarios there are.
fn growth(look: &Look<'_>) -> Drawing {
    let values: Vec<Option<f64>> =
        look.nights.iter().map(|it| Some(f64::from(it.totals.planned))).collect();
    let most = values.iter().flatten().copied().fold(0.0_f64, f64::max);
    let last = look.newest().totals.planned;
    let caption =
        format!("Scenarios that were planned: {last} in the newest night, at most {most}");
    drawn(look.nights, caption, &values, most)
}

/// How long all scenarios took together, over the newest nights.
fn together(look: &Look<'_>, rows: &[ScenarioRow]) -> Drawing {
    let nights = &look.nights[look.nights.len().saturating_sub(STRIP)..];
    let sum = |at: usize| -> u64 {
        rows.iter().filter_map(|it| it.ms.get(at).copied().flatten()).map(u64::from).sum()
    };
    let values: Vec<Option<f64>> =
        (0..nights.len()).map(|at| Some(sum(at) as f64).filter(|it| *it > 0.0)).collect();
    let most = values.iter().flatten().copied().fold(0.0_f64, f64::max);
    let last = values.last().copied().flatten().unwrap_or(0.0);
    let said = [last, most].map(|it| duration(it as u64));
    let caption = format!(
        "The shortest runs of all scenarios, one after the other, in the newest {}: {}, at most {}",
        count(nights.len(), "night"),
        said[0],
        said[1]
    );
    drawn(nights, caption, &values, most)
}

fn drawn(nights: &[NightLook], caption: String, values: &[Option<f64>], most: f64) -> Drawing {
    let width = values.len().max(20) * 10;
    let left = width - values.len() * 10;
    let most = if most > 0.0 { most } else { 1.0 };
    let up = |value: f64| HIGH - 3.0 - value / most * (HIGH - 6.0);
    let lines = draw::stretches(values, |at, value| ((left + at * 10 + 5) as f64, up(value)));
    let ends = [nights.first(), nights.get(nights.len() / 2), nights.last()];
    Drawing {
        label: caption.clone(),
        caption,
        width,
        height: HIGH as usize,
        bars: Vec::new(),
        lines: lines.into_iter().map(|points| Line { kind: "took", points }).collect(),
        axis: ends.into_iter().flatten().map(|it| day(it.started)).collect(),
        key: Vec::new(),
    }
}
