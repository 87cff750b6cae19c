//! A year of nights, as the benches ask them: three steps a scenario, one in a hundred fails, one in
//! fifty is flaky, and some become slow.

use std::path::Path;

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use serde_json::{Value, json};

/// Writes nights of so many scenarios into a folder; answers with when the first began.
pub fn write(folder: &Path, nights: usize, scenarios: usize) -> DateTime<Utc> {
    let begin = Utc.with_ymd_and_hms(2026, 1, 1, 1, 0, 0).single().expect("an instant");
    let mut chance = fastrand::Rng::with_seed(16);
    for night in 0..nights {
        let started = begin + Duration::days(night as i64);
        let id = format!("{}-n{night:03}", started.format("%Y-%m-%dT%H%M%SZ"));
        let of = (id.as_str(), night, started.to_rfc3339());
        let report = report((of.0, of.1, &of.2), scenarios, &mut chance);
        let own = folder.join(&id);
        std::fs::create_dir_all(&own).expect("made");
        std::fs::write(own.join("night.json"), report.to_string()).expect("written");
    }
    begin
}

fn report(
    (id, night, started): (&str, usize, &str),
    of: usize,
    chance: &mut fastrand::Rng,
) -> Value {
    let mut findings = Vec::new();
    let mut counts =
        std::collections::BTreeMap::from([("regressed", 0), ("flaky", 0), ("unchanged", 0)]);
    let scenarios: Vec<Value> = (0..of)
        .map(|n| {
            let name = format!("area-{}/scenario-{n:04}", n % 20);
            let verdict = match chance.u32(0..100) {
                0 => "regressed",
                1 | 2 => "flaky",
                _ => "unchanged",
            };
            *counts.entry(verdict).or_default() += 1;
            if verdict == "regressed" {
                findings.push(json!({ "id": format!("F{}", findings.len() + 1),
                    "fingerprint": format!("{:016x}", n * 31 + night / 7), "verdict": verdict,
                    "title": format!("The total of list {n} is another one"), "severity": "major",
                    "owner": "data-team", "scenarios": [name] }));
            }
            let slow = if n % 100 == 0 && night >= 300 { 2 } else { 1 };
            let ms = slow * (1_500 + n as u64 % 700 + chance.u64(0..80));
            let steps: Vec<Value> = (1..=3)
                .map(|step| json!({ "index": step, "line": step + 4, "text": format!("click button \"Apply {step}\""),
                    "surface": "browser", "where": "/shop/orders", "outcome": "passed",
                    "duration_ms": ms / 3, "evidence": [] }))
                .collect();
            json!({ "id": name, "file": format!("scenarios/{name}.yaml"), "line": 1, "tags": ["smoke"],
                "owner": "data-team", "verdict": verdict, "duration_ms": ms,
                "attempts": [{ "n": 1, "outcome": "completed", "duration_ms": ms, "steps": steps }] })
        })
        .collect();
    json!({
        "format_version": 1,
        "night": { "id": id, "started": started, "branch": "main", "machine": "m", "environment": "e",
            "products": [{ "name": "shop", "build": format!("b{}", night / 10 * 10) }] },
        "gate": { "decision": "fail", "rule": "fail-on regressed" },
        "totals": { "planned": of, "judged": of, "regressed": counts["regressed"],
            "still-failing": 0, "flaky": counts["flaky"], "inconclusive": 0, "drifted": 0, "new": 0,
            "fixed": 0, "unchanged": counts["unchanged"], "not-run": 0 },
        "findings": findings, "scenarios": scenarios,
    })
}
