//! Nights that are written by hand, for the tests of this room.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use serde_json::{Value, json};

/// A folder of nights in the making.
pub(super) struct Nights {
    folder: tempfile::TempDir,
}

/// When night 0 began.
pub(super) fn begin() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 1, 0, 0).single().expect("an instant")
}

/// The id of a night.
pub(super) fn id(night: usize) -> String {
    let started = begin() + Duration::days(night as i64);
    format!("{}-t{night:03}", started.format("%Y-%m-%dT%H%M%SZ"))
}

/// One scenario: its verdict, and milliseconds of its runs that came to their end.
pub(super) fn scenario(id: &str, verdict: &str, ms: &[u64]) -> Value {
    let attempts: Vec<Value> = ms
        .iter()
        .map(|ms| json!({ "n": 1, "outcome": "completed", "duration_ms": ms, "steps": [{ "text": "x" }] }))
        .collect();
    json!({ "id": id, "verdict": verdict, "owner": "ada", "attempts": attempts })
}

/// One finding that decides.
pub(super) fn finding(id: &str, title: &str, verdict: &str, scenarios: &[&str]) -> Value {
    json!({ "id": id, "fingerprint": format!("print-{title}"), "title": title, "verdict": verdict,
        "severity": "major", "owner": "ada", "scenarios": scenarios })
}

impl Nights {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn of(&self, night: usize) -> PathBuf {
        self.path().join(id(night))
    }

    /// Writes a night of the branch `main`.
    pub fn night(&self, night: usize, build: &str, scenarios: &[Value], findings: &[Value]) {
        self.night_of(night, "main", build, scenarios, findings);
    }

    pub fn night_of(
        &self,
        night: usize,
        branch: &str,
        build: &str,
        scenarios: &[Value],
        findings: &[Value],
    ) {
        let count = |verdict: &str| scenarios.iter().filter(|it| it["verdict"] == verdict).count();
        let failing = count("regressed") + count("still-failing");
        let judged = scenarios.len() - count("inconclusive") - count("not-run");
        let report = json!({
            "format_version": 1,
            "night": { "id": id(night), "started": begin() + Duration::days(night as i64),
                "branch": branch, "machine": "m", "products": [{ "name": "shop", "build": build }] },
            "gate": { "decision": if failing > 0 { "fail" } else { "pass" }, "rule": "fail-on" },
            "totals": { "planned": scenarios.len(), "judged": judged,
                "regressed": count("regressed"), "still-failing": count("still-failing"),
                "flaky": count("flaky"), "inconclusive": count("inconclusive"), "drifted": 0,
                "new": 0, "fixed": count("fixed"), "unchanged": count("unchanged"),
                "not-run": count("not-run") },
            "findings": findings, "scenarios": scenarios,
        });
        let folder = self.of(night);
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("night.json"), report.to_string()).expect("written");
    }
}
