//! [`SidesView`]: of something flaky a failing and a passing run side by side: the step that took
//! longer, the events that came in another order or in one run alone, the value that was another
//! one; and the patch that would take its scenario out of the gate for two weeks.
//!
//! The patch is proposed and never taken: nothing here writes into a suite. Neighbour:
//! [`super::finding`], which places it.

use std::collections::HashMap;

use chrono::Days;
use serde::Serialize;

use super::night::{AttemptReport, NightReport, ScenarioReport, StepReport, WatchReport};
use super::shown::{count, duration, one_line};
use crate::model::{Finding, Outcome, Verdict};

/// The most rows of each kind.
const MOST: usize = 5;
/// What took so many times as long, and so many milliseconds more, is told.
const FELT: (u64, u64) = (2, 200);
/// So many flaky nights of those that are known make a quarantine worth a word.
const NIGHTS: usize = 2;
/// How long a proposed quarantine lasts, in days.
const DAYS: u64 = 14;

/// Two runs side by side.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct SidesView {
    scenario: String,
    failed: u32,
    passed: u32,
    rows: Vec<SideView>,
    /// Why a quarantine is proposed.
    why: Option<String>,
    /// The patch that would be one.
    patch: Option<String>,
}

/// What differs between them.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct SideView {
    what: String,
    failed: String,
    passed: String,
}

impl SidesView {
    /// The runs of the first scenario of a flaky finding; `None` of other findings, and where no
    /// run passed.
    pub fn of(finding: &Finding, report: &NightReport) -> Option<Self> {
        if finding.verdict != Verdict::Flaky {
            return None;
        }
        let scenario = report.scenarios.iter().find(|it| finding.scenarios.contains(&it.id))?;
        let own = || finding.differences.iter().filter(|it| it.scenario == scenario.id);
        let is_failing = |it: &&AttemptReport| {
            it.outcome != Outcome::Completed || own().any(|seen| seen.attempt == it.n)
        };
        let failed = scenario.attempts.iter().find(is_failing)?;
        let passed = scenario.attempts.iter().rfind(|it| !is_failing(it))?;
        let mut rows = outcomes(failed, passed);
        rows.extend(durations(failed, passed));
        rows.extend(events(&failed.watches, &passed.watches));
        let facets = own().filter(|it| it.attempt == failed.n).flat_map(|it| &it.facets);
        let values = facets.filter(|it| it.facet.is_some()).take(MOST).map(|it| SideView {
            what: it.facet.map_or(String::new(), |it| format!("what {} says", it.word())),
            failed: one_line(&it.actual, 200),
            passed: one_line(&it.expected, 200),
        });
        rows.extend(values);
        let (why, patch) = quarantine(scenario, report).unzip();
        let scenario = one_line(&scenario.id, 120);
        Some(Self { scenario, failed: failed.n, passed: passed.n, rows, why, patch })
    }
}

/// The steps that one run did and the other did not.
fn outcomes(failed: &AttemptReport, passed: &AttemptReport) -> Vec<SideView> {
    let other = by_index(passed);
    let said = |step: &StepReport| match step.actual.as_deref() {
        Some(actual) => format!("{}: {}", step.outcome.word(), one_line(actual, 160)),
        None => step.outcome.word().to_owned(),
    };
    let differ = failed.steps.iter().filter(|it| it.outcome.is_failure());
    differ
        .filter_map(|step| Some((step, *other.get(&step.index)?)))
        .filter(|(step, other)| step.outcome != other.outcome)
        .take(MOST)
        .map(|(step, other)| SideView {
            what: named(step),
            failed: said(step),
            passed: said(other),
        })
        .collect()
}

/// The steps that took far longer in one of the runs, the most first.
fn durations(failed: &AttemptReport, passed: &AttemptReport) -> Vec<SideView> {
    let other = by_index(passed);
    let mut differ: Vec<(u64, SideView)> = failed
        .steps
        .iter()
        .filter_map(|step| Some((step, *other.get(&step.index)?)))
        .filter_map(|(step, other)| {
            let (less, more) =
                (step.duration_ms.min(other.duration_ms), step.duration_ms.max(other.duration_ms));
            let is_felt = more >= less * FELT.0 && more - less >= FELT.1;
            let reached = |it: &StepReport| it.duration_ms > 0;
            (is_felt && reached(step) && reached(other)).then(|| {
                let what = format!("how long: {}", named(step));
                let (failed, passed) = (duration(step.duration_ms), duration(other.duration_ms));
                (more - less, SideView { what, failed, passed })
            })
        })
        .collect();
    differ.sort_by_key(|it| std::cmp::Reverse(it.0));
    differ.into_iter().take(MOST).map(|it| it.1).collect()
}

/// What the watches saw in one of the runs alone, and the first two events that changed places.
fn events(failed: &[WatchReport], passed: &[WatchReport]) -> Vec<SideView> {
    let named = |it: &WatchReport| {
        format!("{}: {} {}", it.kind.word(), one_line(&it.message, 120), one_line(&it.path, 80))
    };
    let (failed, passed): (Vec<String>, Vec<String>) =
        (failed.iter().map(named).collect(), passed.iter().map(named).collect());
    let row = |what: &str, failed: &str, passed: &str| SideView {
        what: what.to_owned(),
        failed: failed.to_owned(),
        passed: passed.to_owned(),
    };
    let alone =
        failed.iter().filter(|it| !passed.contains(it)).map(|it| row(it, "seen", "not seen"));
    let others =
        passed.iter().filter(|it| !failed.contains(it)).map(|it| row(it, "not seen", "seen"));
    let mut rows: Vec<SideView> = alone.take(MOST).chain(others.take(MOST)).collect();
    let both: Vec<&String> = failed.iter().filter(|it| passed.contains(it)).collect();
    let place = |it: &String| passed.iter().position(|other| other == it);
    let mut pairs = both.iter().zip(both.iter().skip(1));
    if let Some((one, other)) = pairs.find(|(one, other)| place(one) > place(other)) {
        rows.push(row(
            "which came first",
            &format!("{one}, then {other}"),
            &format!("{other}, then {one}"),
        ));
    }
    rows
}

fn by_index(attempt: &AttemptReport) -> HashMap<u32, &StepReport> {
    attempt.steps.iter().rev().map(|it| (it.index, it)).collect()
}

fn named(step: &StepReport) -> String {
    format!("{}. {}", step.index, one_line(&step.text, 120))
}

/// Why a scenario would better not decide for a while, and the patch that would say so.
fn quarantine(scenario: &ScenarioReport, report: &NightReport) -> Option<(String, String)> {
    let trend = report.weeks.as_ref()?.trends.get(&scenario.id)?;
    let flaky = trend.verdicts.chars().filter(|it| *it == 'F').count();
    if flaky < NIGHTS || !scenario.stage.is_gating() || scenario.line == 0 {
        return None;
    }
    let until = report.night.started.date_naive().checked_add_days(Days::new(DAYS))?;
    let nights = count(trend.verdicts.chars().filter(|it| *it != '.').count(), "night");
    let why = format!(
        "It was flaky in {flaky} of {nights}. If it is not mended soon, this takes it out of the gate until {until}, and no longer:"
    );
    let (file, line) = (one_line(&scenario.file, 200), scenario.line);
    let patch = format!(
        "--- a/{file}\n+++ b/{file}\n@@ -{line},0 +{},2 @@\n+stage: advisory\n+stage-until: {until}",
        line + 1
    );
    Some((why, patch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::trend::Trend;
    use crate::model::WatchKind;
    use crate::model::testing::finding;
    use crate::report::Weeks;

    fn step(index: u32, outcome: &str, ms: u64) -> serde_json::Value {
        serde_json::json!({ "index": index, "line": 3, "text": format!("click {index}"),
            "surface": "browser", "where": "/", "outcome": outcome, "duration_ms": ms, "evidence": [],
            "actual": (outcome == "failed").then_some("the dialog covers it") })
    }

    fn report(verdicts: &str) -> NightReport {
        let attempt = |n: u32, outcome: &str, steps: Vec<serde_json::Value>| serde_json::json!({ "n": n, "outcome": outcome, "duration_ms": 1, "steps": steps });
        let attempts = [
            attempt(1, "failed", vec![step(1, "passed", 2_000), step(2, "failed", 90)]),
            attempt(2, "completed", vec![step(1, "passed", 300), step(2, "passed", 80)]),
        ];
        let mut report: NightReport = serde_json::from_value(serde_json::json!({
            "format_version": 1,
            "night": { "id": "n", "started": "2026-11-21T01:00:00Z", "finished": null, "branch": null,
                "environment": "e", "versions": {}, "products": [] },
            "gate": { "decision": "pass", "rule": "r" },
            "totals": { "planned": 1, "judged": 1, "regressed": 0, "still-failing": 0, "flaky": 1,
                "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 0, "not-run": 0 },
            "findings": [],
            "scenarios": [{ "id": "pay", "file": "scenarios/pay.yaml", "line": 2, "tags": [],
                "owner": null, "product": null, "verdict": "flaky", "because": null,
                "duration_ms": 1, "attempts": attempts }],
        }))
        .expect("a report");
        let trend = Trend { verdicts: verdicts.to_owned(), ms: Vec::new() };
        let trends = [("pay".to_owned(), trend)].into_iter().collect();
        report.weeks = Some(Weeks { trends, ..Weeks::default() });
        report
    }

    fn flaky() -> Finding {
        Finding { verdict: Verdict::Flaky, scenarios: vec!["pay".to_owned()], ..finding() }
    }

    #[test]
    fn a_failing_and_a_passing_run_stand_side_by_side_and_a_quarantine_is_proposed() {
        let view = SidesView::of(&flaky(), &report("UUFUF")).expect("flaky");
        let row = |what: &str, failed: &str, passed: &str| SideView {
            what: what.to_owned(),
            failed: failed.to_owned(),
            passed: passed.to_owned(),
        };
        assert_eq!((view.failed, view.passed), (1, 2));
        assert_eq!(
            view.rows,
            [
                row("2. click 2", "failed: the dialog covers it", "passed"),
                row("how long: 1. click 1", "2.0 s", "300 ms"),
            ]
        );
        assert_eq!(
            view.patch.as_deref(),
            Some(
                "--- a/scenarios/pay.yaml\n+++ b/scenarios/pay.yaml\n@@ -2,0 +3,2 @@\n+stage: advisory\n+stage-until: 2026-12-05"
            )
        );
    }

    #[test]
    fn the_first_flaky_night_proposes_nothing_and_what_is_not_flaky_has_no_sides() {
        let view = SidesView::of(&flaky(), &report("UUUUF")).expect("flaky");
        assert_eq!((view.why, view.patch), (None, None));
        let broken = Finding { verdict: Verdict::Regressed, ..flaky() };
        assert_eq!(SidesView::of(&broken, &report("UUFUF")), None);
    }

    #[test]
    fn events_that_came_in_another_order_or_in_one_run_alone_are_told() {
        let seen = |message: &str| WatchReport {
            step: 1,
            kind: WatchKind::ConsoleError,
            message: message.to_owned(),
            path: "/".to_owned(),
        };
        let rows = events(&[seen("b"), seen("a"), seen("late")], &[seen("a"), seen("b")]);
        let said: Vec<(&str, &str)> =
            rows.iter().map(|it| (it.what.as_str(), it.failed.as_str())).collect();
        assert_eq!(
            said,
            [
                ("console-error: late /", "seen"),
                ("which came first", "console-error: b /, then console-error: a /"),
            ]
        );
        assert_eq!(events(&[seen("a"), seen("b")], &[seen("a"), seen("b")]), []);
    }
}
