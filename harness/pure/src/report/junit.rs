//! `junit.xml`: one testsuite per folder of scenarios, one testcase per scenario.
//!
//! Retries in the Surefire manner: passed after failures has one `flakyFailure` per failed
//! try; failed for good has a `rerunFailure` per retry. What was not judged is `skipped`:
//! the gate, not `JUnit`, says whether that is too much.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;
use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::night::{AttemptReport, NightReport, ScenarioReport};
use super::shown::{one_line, short, visible};
use crate::model::{Finding, Outcome, Verdict};

/// The most characters of one description: `GitLab` takes 30 MB a file.
const LONGEST: usize = 1_500;

/// The report as `JUnit` XML, to be serialised by the caller.
#[must_use]
pub fn junit(report: &NightReport) -> Report {
    let findings: HashMap<&str, &Finding> =
        report.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
    let mut folders: IndexMap<&str, Vec<&ScenarioReport>> = IndexMap::new();
    for scenario in &report.scenarios {
        folders.entry(folder(&scenario.file)).or_default().push(scenario);
    }
    let mut junit = Report::new(one_line(&report.night.id, 200));
    junit.set_timestamp(report.night.started);
    if let Some(finished) = report.night.finished {
        junit.set_time((finished - report.night.started).to_std().unwrap_or_default());
    }
    for (folder, scenarios) in folders {
        let mut suite = TestSuite::new(one_line(folder, 500));
        suite.set_timestamp(report.night.started);
        suite.set_time(Duration::from_millis(scenarios.iter().map(|it| it.duration_ms).sum()));
        for scenario in scenarios {
            suite.add_test_case(case(folder, scenario, &findings));
        }
        junit.add_test_suite(suite);
    }
    junit
}

/// The folder of a scenario's file; `scenarios` for one without.
#[must_use]
pub fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("scenarios", |(folder, _)| folder)
}

/// What is wrong with a scenario, in a line and in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The title of its worst finding, or why it was not judged.
    pub message: String,
    /// Expected and actual, and the command that repeats it.
    pub detail: String,
}

/// What is wrong with a scenario, from its worst finding.
#[must_use]
pub fn wrong(scenario: &ScenarioReport, findings: &HashMap<&str, &Finding>) -> Wrong {
    let finding = scenario.findings.iter().find_map(|id| findings.get(id.as_str()));
    let Some(finding) = finding else {
        let because = scenario.because.map(|it| format!(" ({})", it.word())).unwrap_or_default();
        let detail = scenario.detail.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
        return Wrong {
            message: one_line(&format!("{}{because}{detail}", scenario.verdict), 300),
            detail: String::new(),
        };
    };
    let mut detail = String::new();
    let here = finding.differences.iter().filter(|it| it.scenario == scenario.id);
    for facet in here.flat_map(|difference| &difference.facets).take(3) {
        let name = facet.facet.map_or("step", crate::model::FacetKind::word);
        // Writing to a String cannot fail.
        let _ = write!(
            detail,
            "{name}\n  expected: {}\n  actual:   {}\n",
            short(&facet.expected, LONGEST / 4),
            short(&facet.actual, LONGEST / 4)
        );
    }
    let _ = write!(detail, "repeat: {}", one_line(&finding.reproduce, LONGEST / 4));
    Wrong {
        message: one_line(&finding.title, 300),
        detail: visible(&short(&detail, LONGEST)).into_owned(),
    }
}

fn case(folder: &str, scenario: &ScenarioReport, findings: &HashMap<&str, &Finding>) -> TestCase {
    let wrong = wrong(scenario, findings);
    let mut case = TestCase::new(one_line(&scenario.id, 500), status(scenario, &wrong));
    case.set_classname(one_line(folder, 500));
    case.set_time(Duration::from_millis(scenario.duration_ms));
    case.add_property(Property::new("verdict", scenario.verdict.word()));
    case.add_property(Property::new(
        "file",
        format!("{}:{}", one_line(&scenario.file, 500), scenario.line),
    ));
    if !scenario.stage.is_gating() {
        case.add_property(Property::new("stage", scenario.stage.word()));
    }
    if let Some(owner) = &scenario.owner {
        case.add_property(Property::new("owner", one_line(owner, 200)));
    }
    case
}

fn status(scenario: &ScenarioReport, wrong: &Wrong) -> TestCaseStatus {
    match scenario.verdict {
        Verdict::Regressed | Verdict::StillFailing => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(scenario.verdict.word());
            status.set_message(wrong.message.as_str());
            status.set_description(wrong.detail.as_str());
            status.add_reruns(scenario.attempts.iter().skip(1).map(|it| rerun(it, wrong)));
            status
        }
        Verdict::Flaky => {
            let mut status = TestCaseStatus::success();
            // An attempt can also be completed and differ; then the last one agreed.
            let failed = scenario.attempts.iter().filter(|it| it.outcome != Outcome::Completed);
            let mut tries: Vec<&AttemptReport> = failed.collect();
            if tries.is_empty() {
                let before = scenario.attempts.len().saturating_sub(1);
                tries = scenario.attempts.iter().take(before).collect();
            }
            status.add_reruns(tries.into_iter().map(|it| rerun(it, wrong)));
            status
        }
        Verdict::Inconclusive | Verdict::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(scenario.verdict.word());
            status.set_message(wrong.message.as_str());
            status
        }
        Verdict::Drifted | Verdict::New | Verdict::Fixed | Verdict::Unchanged => {
            TestCaseStatus::success()
        }
    }
}

fn rerun(attempt: &AttemptReport, wrong: &Wrong) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_time(Duration::from_millis(attempt.duration_ms));
    rerun.set_type(attempt.outcome.word());
    let failed = attempt.steps.iter().find(|step| step.outcome.is_failure());
    if let Some(step) = failed {
        rerun.set_message(one_line(&format!("step {}: {}", step.index, step.text), 300));
        let text = format!(
            "expected: {}\nactual:   {}",
            short(step.expected.as_deref().unwrap_or_default(), LONGEST / 4),
            short(step.actual.as_deref().unwrap_or_default(), LONGEST / 4)
        );
        rerun.set_description(visible(&text).as_ref());
    } else {
        rerun.set_message(wrong.message.as_str());
        if let Some(detail) = &attempt.detail {
            rerun.set_description(visible(&short(detail, LONGEST)).as_ref());
        }
    }
    rerun
}
