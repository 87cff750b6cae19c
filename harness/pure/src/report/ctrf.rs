//! `ctrf.json`: the night in the Common Test Report Format, what is ours under `extra`.
//!
//! CTRF refuses unknown properties, so this is written out key by key
//! (schema: <https://ctrf.io>, specVersion 0.0.0).

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::junit::{folder, wrong};
use super::night::{AttemptReport, NightReport, ScenarioReport};
use super::sentence::sentence;
use super::shown::one_line;
use crate::model::{Finding, Outcome, Verdict};

/// The report as a CTRF document.
#[must_use]
pub fn ctrf(report: &NightReport) -> Value {
    let findings: HashMap<&str, &Finding> =
        report.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
    let tests: Vec<Value> = report.scenarios.iter().map(|it| test(it, &findings)).collect();
    let of =
        |status: &str| report.scenarios.iter().filter(|it| status_of(it.verdict) == status).count();
    let start = report.night.started.timestamp_millis();
    let stop = report.night.finished.map_or(start, |at| at.timestamp_millis());
    json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "results": {
            "tool": tool(report),
            "summary": {
                "tests": report.scenarios.len(),
                "passed": of("passed"),
                "failed": of("failed"),
                "skipped": of("skipped"),
                "pending": 0,
                "other": of("other"),
                "start": start,
                "stop": stop,
            },
            "tests": tests,
            "environment": environment(report),
            "extra": {
                "sentence": sentence(report),
                "night": one_line(&report.night.id, 200),
                "gate": report.gate.decision.word(),
                "rule": one_line(&report.gate.rule, 500),
                "totals": report.totals,
                "findings": report.findings.len(),
            },
        },
    })
}

fn tool(report: &NightReport) -> Value {
    let mut tool = Map::new();
    tool.insert("name".into(), "nightshift".into());
    if let Some(version) = report.night.versions.get("nightshift") {
        tool.insert("version".into(), one_line(version, 100).into());
    }
    Value::Object(tool)
}

fn environment(report: &NightReport) -> Value {
    let mut environment = Map::new();
    let builds: Vec<String> = report
        .night
        .products
        .iter()
        .filter_map(|product| Some(one_line(product.build.as_deref()?, 100)))
        .collect();
    if !builds.is_empty() {
        environment.insert("buildName".into(), builds.join(", ").into());
    }
    if let Some(branch) = &report.night.branch {
        environment.insert("branchName".into(), one_line(branch, 200).into());
    }
    environment.insert("testEnvironment".into(), one_line(&report.night.environment, 200).into());
    Value::Object(environment)
}

/// CTRF's word for a verdict; the gate alone says what it means for the build.
fn status_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed | Verdict::StillFailing => "failed",
        Verdict::Inconclusive => "other",
        Verdict::NotRun => "skipped",
        Verdict::Flaky | Verdict::Drifted | Verdict::New | Verdict::Fixed | Verdict::Unchanged => {
            "passed"
        }
    }
}

fn test(scenario: &ScenarioReport, findings: &HashMap<&str, &Finding>) -> Value {
    let mut test = Map::new();
    test.insert("name".into(), one_line(&scenario.id, 500).into());
    test.insert("status".into(), status_of(scenario.verdict).into());
    test.insert("duration".into(), scenario.duration_ms.into());
    test.insert("suite".into(), json!([one_line(folder(&scenario.file), 500)]));
    let speaks = match scenario.verdict {
        Verdict::Regressed
        | Verdict::StillFailing
        | Verdict::Flaky
        | Verdict::Inconclusive
        | Verdict::NotRun => true,
        Verdict::Drifted | Verdict::New | Verdict::Fixed | Verdict::Unchanged => false,
    };
    if speaks {
        let wrong = wrong(scenario, findings);
        test.insert("message".into(), wrong.message.into());
        if !wrong.detail.is_empty() {
            test.insert("trace".into(), wrong.detail.into());
        }
    }
    test.insert("rawStatus".into(), scenario.verdict.word().into());
    test.insert("tags".into(), scenario.tags.iter().map(|tag| one_line(tag, 200)).collect());
    test.insert("filePath".into(), one_line(&scenario.file, 500).into());
    test.insert("retries".into(), scenario.attempts.len().saturating_sub(1).into());
    test.insert("flaky".into(), (scenario.verdict == Verdict::Flaky).into());
    let extra = json!({
        "because": scenario.because.map(crate::model::Because::word),
        "stage": scenario.stage.word(),
        "line": scenario.line,
        "owner": scenario.owner.as_deref().map(|it| one_line(it, 200)),
        "product": scenario.product.as_deref().map(|it| one_line(it, 200)),
        "findings": scenario.findings.iter().map(|id| one_line(id, 40)).collect::<Vec<_>>(),
        "attempts": scenario.attempts.iter().map(attempt).collect::<Vec<_>>(),
    });
    test.insert("extra".into(), extra);
    Value::Object(test)
}

fn attempt(attempt: &AttemptReport) -> Value {
    let outcome: Outcome = attempt.outcome;
    json!({ "n": attempt.n, "outcome": outcome.word(), "duration_ms": attempt.duration_ms })
}
