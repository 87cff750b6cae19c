//! Nights are asked by the program; killed at any moment, it leaves nothing that a later question
//! is misled by.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{Answer, SuiteCopy, nightshift};

const SUITE: &str = "products: { shop: { path: [bin] } }\n";

fn write_nights(folder: &Path, from: usize, to: usize) {
    for night in from..to {
        let id = format!("2026-01-{:02}T010000Z-t{night:03}", night + 1);
        let scenarios: Vec<Value> = (0..150)
            .map(|n| {
                let verdict = if n == 7 && night >= 5 { "regressed" } else { "unchanged" };
                json!({ "id": format!("area/scenario-{n}"), "verdict": verdict, "owner": "ada",
                    "attempts": [{ "outcome": "completed", "duration_ms": 100 + n }] })
            })
            .collect();
        let failing = usize::from(night >= 5);
        let report = json!({ "format_version": 1,
            "night": { "id": id, "started": format!("2026-01-{:02}T01:00:00Z", night + 1),
                "products": [{ "name": "shop", "build": "1.4" }] },
            "gate": { "decision": "pass", "rule": "none" },
            "totals": { "planned": 150, "judged": 150, "regressed": failing, "still-failing": 0,
                "flaky": 0, "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0,
                "unchanged": 150 - failing, "not-run": 0 },
            "findings": [], "scenarios": scenarios });
        let own = folder.join(&id);
        std::fs::create_dir_all(&own).expect("made");
        std::fs::write(own.join("night.json"), report.to_string()).expect("written");
    }
}

/// A suite with nights, and nothing that could run.
fn suite(nights: usize) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    std::fs::create_dir_all(suite.root().join("scenarios")).expect("made");
    std::fs::write(suite.root().join("nightshift.yaml"), SUITE).expect("written");
    write_nights(&suite.root().join("reports/nights"), 0, nights);
    suite
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    serde_json::from_str(&answer.stdout).expect("JSON")
}

#[test]
fn the_nights_answer_by_the_program_in_words_and_as_json_with_pages() {
    let suite = suite(8);
    let answer = suite.run(&["ask", "when did scenario-7 last pass?"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(
        answer.stdout.starts_with(
            "area/scenario-7 last passed in 2026-01-05T010000Z-t004 (build 1.4), 3 nights before the newest; \
             it fails since 2026-01-06T010000Z-t005 (build 1.4)."
        ),
        "{answer:#?}"
    );
    let red = json_of(&suite.run(&["ask", "what", "is", "red", "--format", "json"]));
    assert_eq!(red["answer"], "1 scenario is red, for 1 cause: ada.");
    let page = red["rows"][0]["evidence"][0].as_str().expect("a page");
    assert!(page.ends_with("reports/nights/2026-01-08T010000Z-t007/index.html"), "{page}");
    let nights = json_of(&suite.run(&["history", "--nights", "3", "--format", "json"]));
    assert_eq!(nights["rows"].as_array().map(Vec::len), Some(3));
    let diff = suite.run(&[
        "diff",
        "reports/nights/2026-01-05T010000Z-t004",
        "reports/nights/2026-01-06T010000Z-t005",
    ]);
    assert!(diff.stdout.contains("area/scenario-7: regressed instead of unchanged"), "{diff:#?}");
}

#[test]
fn a_question_that_cannot_be_answered_lists_those_that_can() {
    let answer = suite(1).run(&["ask", "who is to blame"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("what flakes most"), "{answer:#?}");
}

#[test]
fn the_history_is_whole_wherever_the_program_is_killed() {
    let suite = suite(12);
    let nights = suite.root().join("reports/nights");
    let file = nights.join("history.sqlite");
    let history = ["history", "scenario-7", "--format", "json"];
    let mut expected = json_of(&suite.run(&history));
    // Within what a whole run takes on this machine, most of them are still at work. The shortest
    // of three: what has to be read from the disk first, or a machine that is busy, takes longer.
    let whole = (0..3)
        .map(|_| {
            std::fs::remove_file(&file).unwrap_or_default();
            let began = Instant::now();
            suite.run(&history);
            u64::try_from(began.elapsed().as_micros()).expect("a short time")
        })
        .min()
        .expect("three of them");
    let mut when = fastrand::Rng::with_seed(16);
    let mut killed = 0;
    for round in 0..20 {
        match round % 4 {
            // Everything is written anew, or one more night is added.
            0 | 2 => std::fs::remove_file(&file).unwrap_or_default(),
            1 => {
                let count = 12 + round / 4;
                write_nights(&nights, count, count + 1);
                std::fs::remove_file(&file).unwrap_or_default();
                expected = json_of(&suite.run(&history));
                std::fs::remove_file(&file).unwrap_or_default();
            }
            _ => {}
        }
        let mut command = nightshift();
        command.args(history).arg("-C").arg(suite.root());
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        std::thread::sleep(Duration::from_micros(when.u64(0..whole)));
        killed += usize::from(child.try_wait().expect("asked").is_none());
        let _ = child.kill();
        child.wait().expect("ended");
        let answer = suite.run(&history);
        assert_eq!(json_of(&answer), expected, "round {round}: {}", answer.stderr);
        assert_eq!(answer.stderr, "", "round {round}");
    }
    assert!(killed > 3, "only {killed} of 20 were still at work");
}
