//! The findings where a forge shows them beside the code: [`sarif`] (SARIF 2.1.0, GitHub and others)
//! and [`code_quality`] (GitLab). A finding stands at the first scenario that it hits.
//!
//! Neighbour: [`super::ctrf`], which has the scenarios.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::night::{NightReport, ScenarioReport};
use super::sentence::is_suppressed;
use super::shown::one_line;
use crate::model::{Finding, Severity, Verdict};

/// The most characters of a message.
const MESSAGE: usize = 400;

/// The findings as SARIF.
#[must_use]
pub fn sarif(report: &NightReport) -> Value {
    let places = Places::of(report);
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let (file, line) = places.of_finding(finding);
            let mut result = json!({
                "ruleId": finding.verdict.word(),
                "level": level(finding),
                "message": { "text": plain(&finding.title) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": file },
                    "region": { "startLine": line },
                } }],
                "partialFingerprints": { "nightshift/v1": finding.fingerprint },
            });
            if is_suppressed(finding) {
                result["suppressions"] = json!([{ "kind": "external" }]);
            }
            result
        })
        .collect();
    let mut verdicts: Vec<&str> = report.findings.iter().map(|it| it.verdict.word()).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    let rules: Vec<Value> = verdicts.into_iter().map(|it| json!({ "id": it })).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "nightshift",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    })
}

/// The findings as GitLab's code quality; what a suppression covers is not among them.
#[must_use]
pub fn code_quality(report: &NightReport) -> Value {
    let places = Places::of(report);
    let open = report.findings.iter().filter(|it| !is_suppressed(it));
    let issues: Vec<Value> = open
        .map(|finding| {
            let (file, line) = places.of_finding(finding);
            json!({
                "description": one_line(&finding.title, MESSAGE),
                "check_name": finding.verdict.word(),
                "fingerprint": finding.fingerprint,
                "severity": severity(finding),
                "location": { "path": file, "lines": { "begin": line } },
            })
        })
        .collect();
    Value::from(issues)
}

/// Where scenarios stand.
pub(super) struct Places<'a>(HashMap<&'a str, &'a ScenarioReport>);

impl<'a> Places<'a> {
    pub fn of(report: &'a NightReport) -> Self {
        Self(report.scenarios.iter().map(|it| (it.id.as_str(), it)).collect())
    }

    /// The file and line of the first scenario that a finding hits; of a finding about a product as
    /// such, those of the configuration.
    pub fn of_finding(&self, finding: &Finding) -> (&'a str, u32) {
        let hit = finding.scenarios.iter().find_map(|id| self.0.get(id.as_str()));
        let known = hit.filter(|it| !it.file.is_empty());
        known.map_or(("nightshift.yaml", 1), |it| (it.file.as_str(), it.line.max(1)))
    }
}

/// Brackets would be links in SARIF's messages.
fn plain(text: &str) -> String {
    let text = one_line(text, MESSAGE);
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn level(finding: &Finding) -> &'static str {
    if !finding.stage.is_gating() {
        return "note";
    }
    match finding.verdict {
        Verdict::Regressed | Verdict::StillFailing => "error",
        Verdict::Flaky | Verdict::Inconclusive | Verdict::Drifted | Verdict::NotRun => "warning",
        Verdict::New | Verdict::Fixed | Verdict::Unchanged => "note",
    }
}

fn severity(finding: &Finding) -> &'static str {
    if !finding.stage.is_gating() {
        return "info";
    }
    match finding.severity {
        Severity::Critical => "critical",
        Severity::Major => "major",
        Severity::Minor => "minor",
    }
}
