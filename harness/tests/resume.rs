//! Nights that break off and go on: killed at any moment, with `run --resume` afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{SuiteCopy, night_json, nightshift, text, verdicts};

/// Six scenarios that each take a moment and say in a file how often they ran; one fails, so that
/// it is attempted twice.
fn slow_commands() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    for id in ["a", "b", "c", "d", "e", "failing"] {
        let last = if id == "failing" { "exit 1\n" } else { "echo done\n    snapshot: said\n" };
        suite.write(
            &format!("scenarios/{id}.yaml"),
            &format!(
                "scenario: {id}\nsteps:\n  - shell: mkdir -p $SUITE/runs; echo ran >> $SUITE/runs/{id}\n  \
                 - shell: sleep 0.15\n  - shell: {last}"
            ),
        );
    }
    suite
}

/// Starts the program in the suite and kills it, with nothing to say, after a while.
fn killed(suite: &SuiteCopy, arguments: &[&str], after: Duration) {
    let mut child = nightshift()
        .args(arguments)
        .env("SUITE", suite.root())
        .current_dir(suite.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let until = Instant::now() + after;
    while Instant::now() < until && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
}

/// The whole lines of a ledger.
fn lines(night: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(night.join("ledger.jsonl")).unwrap_or_default();
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}

/// How often each attempt is in a ledger with a line of this type.
fn attempts(lines: &[Value], kind: &str) -> BTreeMap<(String, u64), usize> {
    let mut all = BTreeMap::new();
    for event in lines.iter().map(|it| &it["event"]).filter(|it| it["type"] == kind) {
        let key = (text(&event["scenario"]), event["attempt"].as_u64().expect("a number"));
        *all.entry(key).or_default() += 1;
    }
    all
}

/// How many attempts each scenario of a report has.
fn tried(report: &Value) -> Vec<usize> {
    let scenarios = report["scenarios"].as_array().expect("scenarios");
    scenarios.iter().map(|it| it["attempts"].as_array().map_or(0, Vec::len)).collect()
}

/// How often a night went on.
fn resumes(lines: &[Value]) -> usize {
    lines.iter().filter(|it| it["event"]["type"] == "night-resumed").count()
}

fn resume(suite: &SuiteCopy) -> crate::support::Answer {
    let root = suite.root().display().to_string();
    suite.run_with(&["run", "--resume", "night", "--no-pdf"], &[("SUITE", root.as_str())])
}

#[test]
fn a_night_that_is_killed_at_any_moment_goes_on_and_runs_nothing_finished_again() {
    let mut random = fastrand::Rng::with_seed(15);
    let undisturbed = slow_commands();
    let root = undisturbed.root().display().to_string();
    let environment = [("SUITE", root.as_str())];
    let whole = undisturbed.run_with(&["run", "--no-pdf", "--out", "night"], &environment);
    let expected = night_json(&undisturbed.root().join("night"));
    assert_eq!(expected["gate"]["decision"], "fail", "{}", whole.stdout);
    let (mut in_the_middle, mut went_on) = (0, 0);
    for round in 0..8 {
        let suite = slow_commands();
        let night = suite.root().join("night");
        let words = ["run", "--no-pdf", "--jobs", "2", "--out", "night"];
        killed(&suite, &words, Duration::from_millis(random.u64(100..1_400)));
        if round % 2 == 1 && night.join("plan.json").exists() {
            let more = ["run", "--no-pdf", "--resume", "night"];
            killed(&suite, &more, Duration::from_millis(random.u64(100..700)));
        }
        let before = lines(&night);
        let answer = resume(&suite);
        if !night.join("plan.json").exists() {
            assert_eq!(answer.code, Some(2), "{answer:#?}");
            assert!(answer.stderr.contains("`nightshift run` begins one"), "{answer:#?}");
            continue;
        }
        went_on += 1;
        assert_eq!(answer.code, whole.code, "{answer:#?}");
        let report = night_json(&night);
        assert_eq!(verdicts(&report), verdicts(&expected), "{report:#}");
        assert_eq!(report["totals"], expected["totals"]);
        assert_eq!(report["night"]["ending"], "complete");
        let verified = suite.run(&["verify", "night"]);
        assert_eq!(verified.code, Some(0), "the chain goes on: {verified:#?}");
        let (begun, ended) =
            (attempts(&before, "attempt-started"), attempts(&before, "attempt-finished"));
        let after = lines(&night);
        let begun_after = attempts(&after, "attempt-started");
        for (attempt, times) in &ended {
            assert_eq!(*times, 1, "{attempt:?}");
            assert_eq!(begun_after[attempt], begun[attempt], "{attempt:?} had ended");
        }
        let open: BTreeSet<&str> =
            begun.keys().filter(|it| !ended.contains_key(it)).map(|it| it.0.as_str()).collect();
        in_the_middle += usize::from(!open.is_empty());
        for attempt in attempts(&after, "attempt-finished") {
            assert_eq!(attempt.1, 1, "{attempt:?}");
        }
        assert_eq!(tried(&report), tried(&expected), "{report:#}");
        // A night that only lacked its report when it was killed again is not gone on with.
        let resumed = report["night"]["resumed"].as_array().cloned().unwrap_or_default();
        if let Some(last) = resumed.get(resumes(&before)) {
            let anew: BTreeSet<&str> =
                last["anew"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
            assert!(anew.is_subset(&open), "{last:#} {open:?}");
            let page = std::fs::read_to_string(night.join("index.html")).expect("a page");
            assert!(page.contains("This night broke off at"), "the page says so");
        }
    }
    assert!(in_the_middle > 0 && went_on > 3, "{in_the_middle} of {went_on} were in the middle");
}

#[test]
fn a_night_that_was_through_is_only_reported_again() {
    let suite = slow_commands();
    let root = suite.root().display().to_string();
    let environment = [("SUITE", root.as_str())];
    let first = suite.run_with(&["run", "--no-pdf", "--out", "night"], &environment);
    let before = lines(&suite.root().join("night"));
    std::fs::remove_file(suite.root().join("night/index.html")).expect("there was one");
    let answer = resume(&suite);
    assert_eq!(answer.code, first.code, "{answer:#?}");
    assert_eq!(lines(&suite.root().join("night")), before);
    assert!(suite.root().join("night/index.html").exists());
}

#[test]
fn a_night_of_another_suite_does_not_go_on() {
    let suite = slow_commands();
    killed(
        &suite,
        &["run", "--no-pdf", "--jobs", "1", "--out", "night"],
        Duration::from_millis(900),
    );
    suite.write("scenarios/c.yaml", "scenario: c\nsteps:\n  - shell: echo other\n");
    let answer = resume(&suite);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("c changed since night"), "{answer:#?}");
}

#[test]
fn how_a_night_was_asked_for_is_remembered_and_an_interrupted_one_does_the_rest() {
    let suite = slow_commands();
    suite.write(
        "scenarios/named.yaml",
        "scenario: named\nsteps:\n  - shell: echo ${greeting}\n    snapshot: said\n",
    );
    let begin = ["run", "--no-pdf", "--jobs", "1", "--out", "night", "--var", "greeting=hello"];
    killed(&suite, &begin, Duration::from_millis(700));
    let answer = resume(&suite);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let report = night_json(&suite.root().join("night"));
    let found: BTreeMap<String, String> = verdicts(&report).into_iter().collect();
    assert_eq!(found["named"], "new", "{report:#}");
    let again = suite.run(&["run", "--resume", "night", "--tag", "smoke"]);
    assert_eq!(again.code, Some(2), "the rest is as it was asked for: {again:#?}");
}
