//! What the page shows of the nights before: the strip, how many are known, and how fast tonight
//! was against them.
//!
//! Neighbours: [`super::page`], which places it, and [`super::trust`] for the other facts.

use serde::Serialize;

use super::fact::FactView;
use super::night::{NightReport, PastNightReport};
use super::shown::{count, one_line, short};
use crate::model::{Decision, Totals};

/// A pace that differs by less than this from the usual one is not told.
const FELT: f64 = 1.2;

/// One night of the strip.
#[derive(Debug, Serialize)]
pub struct NightView {
    decision: &'static str,
    day: String,
    /// When it began, in UTC: two nights may begin on one day.
    time: String,
    what: String,
    tonight: bool,
}

/// The nights before and tonight, oldest first; empty where none is known.
pub fn strip(report: &NightReport) -> Vec<NightView> {
    let past = report.history.as_ref().map_or(&[][..], |it| &it.nights);
    if past.is_empty() {
        return Vec::new();
    }
    let view = |decision: Decision, at: chrono::DateTime<chrono::Utc>, totals: &Totals, tonight| {
        NightView {
            decision: decision.word(),
            day: at.format("%-d %b").to_string(),
            time: at.format("%H:%M").to_string(),
            what: what(totals),
            tonight,
        }
    };
    past.iter()
        .map(|it: &PastNightReport| view(it.decision, it.started, &it.totals, false))
        .chain([view(report.gate.decision, report.night.started, &report.totals, true)])
        .collect()
}

/// The worst of a night in a word or two.
fn what(totals: &Totals) -> String {
    let failing = totals.regressed + totals.still_failing;
    match (failing, totals.flaky, totals.judged) {
        (0, 0, 0) => "nothing judged".to_owned(),
        (0, 0, _) if totals.fixed > 0 => format!("{} fixed", totals.fixed),
        (0, 0, _) => "none failing".to_owned(),
        (0, flaky, _) => format!("{flaky} flaky"),
        (failing, _, _) => format!("{failing} failing"),
    }
}

/// What a reader must know of the nights before.
pub fn facts(report: &NightReport) -> Vec<FactView> {
    let mut facts = Vec::new();
    if let Some(history) = &report.history {
        let mut more = Vec::new();
        if history.other_branches > 0 {
            more.push(format!("{} of other branches left out", history.other_branches));
        }
        more.extend(history.skipped.iter().take(3).map(|it| {
            format!("{} cannot be used: {}", one_line(&it.night, 60), short(&it.why, 200))
        }));
        if history.skipped.len() > 3 {
            more.push(format!("and {} more", history.skipped.len() - 3));
        }
        let text = match history.known {
            0 => "none is known: what is old cannot be told from what is new".to_owned(),
            known => format!("{} compared with", count(known as usize, "night")),
        };
        facts.push(FactView { term: "Earlier nights", text, more });
    }
    if let Some(pace) = report.pace
        && (pace.factor >= FELT || pace.factor <= 1.0 / FELT || pace.unmeasured > 0)
    {
        let mut more = Vec::new();
        if pace.factor >= FELT {
            more.push("all steps alike, so it is the machine or the whole product".to_owned());
        }
        if pace.unmeasured > 0 {
            let steps = count(pace.unmeasured as usize, "step");
            more.push(format!("{steps} looked slower and could not be measured again"));
        }
        let text = format!("{:.1} times as long as usual, over {} steps", pace.factor, pace.steps);
        facts.push(FactView { term: "Pace", text, more });
    }
    if let Some(beside) = &report.beside {
        let builds: Vec<String> = beside
            .builds
            .iter()
            .map(|(name, build)| format!("{} {}", one_line(name, 60), one_line(build, 60)))
            .collect();
        let mut more = vec![match beside.scenarios {
            all if all == beside.of => format!("{} timed on both", count(all as usize, "scenario")),
            some => format!("{some} of {} timed on both", count(beside.of as usize, "scenario")),
        }];
        if beside.unmeasured > 0 {
            let scenarios = count(beside.unmeasured as usize, "scenario");
            more.push(format!("{scenarios} differed at first and could not be measured again"));
        }
        facts.push(FactView { term: "Other build", text: builds.join(", "), more });
    }
    facts
}
