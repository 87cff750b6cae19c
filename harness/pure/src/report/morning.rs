//! [`also`]: beside what needs somebody, the rest of the morning in a few lines: what the first page
//! of the PDF says, so that one need not turn it.
//!
//! Neighbour: [`super::page`], which places it.

use serde::Serialize;

use super::night::{NightReport, ScenarioReport};
use super::sentence::{active, is_suppressed};
use super::shown::{count, one_line};
use crate::model::Verdict;

/// The most that one line names.
const MOST_NAMED: usize = 6;

/// One line of the rest of the morning.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AlsoView {
    /// The word of the verdict, or `known`.
    word: &'static str,
    /// How many.
    count: String,
    /// Which, the rest counted.
    names: String,
}

/// Everything of the night but what needs somebody, what is unchanged and what the summary names,
/// worst first.
pub fn also(report: &NightReport) -> Vec<AlsoView> {
    let of = |verdict: Verdict| {
        let titles: Vec<String> =
            active(report, verdict).map(|it| one_line(&it.title, 120)).collect();
        let scenarios: Vec<&ScenarioReport> =
            report.scenarios.iter().filter(|it| it.verdict == verdict).collect();
        let names = if titles.is_empty() {
            scenarios.iter().map(|it| one_line(&it.id, 80)).collect()
        } else {
            titles
        };
        (!names.is_empty()).then(|| AlsoView {
            word: verdict.word(),
            count: if scenarios.is_empty() {
                count(names.len(), "finding")
            } else {
                count(scenarios.len(), "scenario")
            },
            names: listed(&names),
        })
    };
    // The summary above names what is fixed, and what did not run or cannot be judged.
    let verdicts = [Verdict::StillFailing, Verdict::Flaky, Verdict::Drifted, Verdict::New];
    let known: Vec<String> = report
        .findings
        .iter()
        .filter(|it| is_suppressed(it))
        .map(|it| one_line(&it.title, 120))
        .collect();
    let known = (!known.is_empty()).then(|| AlsoView {
        word: "known",
        count: count(known.len(), "finding"),
        names: listed(&known),
    });
    verdicts.into_iter().filter_map(of).chain(known).collect()
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let first = names[..names.len() - more].join("; ");
    if more == 0 { first } else { format!("{first}; and {more} more") }
}
