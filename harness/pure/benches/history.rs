//! Questions over 365 nights of 1,000 scenarios: how long the file beside them takes to be made,
//! and each question, from opening the file to the answer. It ends with an error where a question
//! takes more than a second.
//!
//! The nights are as large as real ones of short scenarios: three steps each, one in a hundred
//! fails, one in fifty is flaky.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Instant;

use chrono::{Duration, TimeZone as _, Utc};
use nightshift_pure::archive::{Archive, Question};
use serde_json::{Value, json};

const NIGHTS: usize = 365;
const SCENARIOS: usize = 1_000;
/// In seconds.
const AT_MOST: f64 = 1.0;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let begin = Utc.with_ymd_and_hms(2026, 1, 1, 1, 0, 0).single().expect("an instant");
    let mut chance = fastrand::Rng::with_seed(16);
    for night in 0..NIGHTS {
        let started = begin + Duration::days(night as i64);
        let id = format!("{}-n{night:03}", started.format("%Y-%m-%dT%H%M%SZ"));
        let report = report(&id, night, &started.to_rfc3339(), &mut chance);
        let own = folder.path().join(&id);
        std::fs::create_dir(&own).expect("made");
        std::fs::write(own.join("night.json"), report.to_string()).expect("written");
    }
    let asked_at = Instant::now();
    let read = Archive::open(folder.path()).expect("opened").read();
    let built = asked_at.elapsed().as_secs_f64();
    println!("{read} nights read and kept in {built:.1} s");
    let now = begin + Duration::days(NIGHTS as i64);
    let mut slowest: f64 = 0.0;
    for words in [
        "what broke this week",
        "what broke in the last 365 days",
        "what was fixed this week",
        "what is red and whose is it",
        "when did area-3/scenario-0123 last pass",
        "what got slower since b300",
        "what flakes most",
    ] {
        let question = Question::of(words).expect("a question");
        let asked_at = Instant::now();
        let archive = Archive::open(folder.path()).expect("opened");
        let answer = archive.ask(&question, None, now).expect("answered");
        let took = asked_at.elapsed().as_secs_f64();
        slowest = slowest.max(took);
        println!("{took:.3} s  {words}: {} lines, {}", answer.lines.len(), answer.says);
    }
    let bytes = std::fs::metadata(folder.path().join(nightshift_pure::archive::FILE));
    let megabytes = bytes.map_or(0.0, |it| it.len() as f64 / 1e6);
    println!(
        "{}",
        json!({ "bench": "history", "nights": NIGHTS, "scenarios": SCENARIOS, "built_s": built,
            "slowest_question_s": slowest, "file_mb": megabytes })
    );
    if slowest <= AT_MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn report(id: &str, night: usize, started: &str, chance: &mut fastrand::Rng) -> Value {
    let mut findings = Vec::new();
    let mut counts =
        std::collections::BTreeMap::from([("regressed", 0), ("flaky", 0), ("unchanged", 0)]);
    let scenarios: Vec<Value> = (0..SCENARIOS)
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
        "totals": { "planned": SCENARIOS, "judged": SCENARIOS, "regressed": counts["regressed"],
            "still-failing": 0, "flaky": counts["flaky"], "inconclusive": 0, "drifted": 0, "new": 0,
            "fixed": 0, "unchanged": counts["unchanged"], "not-run": 0 },
        "findings": findings, "scenarios": scenarios,
    })
}
