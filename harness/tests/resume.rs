//! Nights that break off and go on: killed at any moment, with `run --resume` afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bisect::{Tally, culprits};
use crate::support::{SuiteCopy, copy_folder, night_json, nightshift, text, verdicts};

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
    killed_with(suite, arguments, &[], after);
}

fn killed_with(suite: &SuiteCopy, arguments: &[&str], env: &[(&str, &str)], after: Duration) {
    let mut child = nightshift()
        .args(arguments)
        .env("SUITE", suite.root())
        .envs(env.iter().copied())
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

/// A product with three broken commits, a scenario that fails once a night by chance, and three
/// nights behind it.
fn eventful() -> Tally {
    let tally = Tally::of_a_repository();
    let config = tally.suite.root().join("nightshift.yaml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    tally.suite.write("nightshift.yaml", &format!("{text}pass-env: [SUITE]\n"));
    tally.suite.write(
        "scenarios/chance.yaml",
        "scenario: chance\nproduct: tally\nsteps:\n  - shell: 'test -e $SUITE/quiet || { touch $SUITE/quiet; echo late; exit 1; }; echo well'\n    snapshot: said\n",
    );
    tally.suite.write("quiet", "");
    for id in ["n1b", "n1c", "n1d"] {
        let night = ["run", "--accept-new", "--no-settle", "--no-pdf", "--id", id, "--build", "v1"];
        let answer = eventful_run(&tally, &night);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    std::fs::remove_file(tally.suite.root().join("quiet")).expect("it was there");
    tally
}

fn eventful_run(tally: &Tally, arguments: &[&str]) -> crate::support::Answer {
    let cache = tally.cache.path().display().to_string();
    let root = tally.suite.root().display().to_string();
    tally.suite.run_with(arguments, &[("XDG_CACHE_HOME", &cache), ("SUITE", &root)])
}

/// What the nights answer, and what they answer once all is read anew.
fn asked_twice(tally: &Tally) -> [String; 2] {
    let ask = || {
        let answer = eventful_run(tally, &["history", "--format", "json"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        answer.stdout
    };
    let first = ask();
    let file = tally.suite.root().join("reports/nights/history.sqlite");
    std::fs::remove_file(file).expect("the nights have a file beside them");
    [first, ask()]
}

/// Looks at a night that was killed and went on: it says what the undisturbed one says, and no
/// attempt that had ended before ran again.
fn is_as_if_nothing_had_been(tally: &Tally, expected: &Value, before: &[Value], what: &str) {
    let night = tally.suite.root().join("reports/nights/n2");
    let report = tally.night("n2");
    assert_eq!(report["night"]["ending"], "complete", "{what}");
    let broke = |night: &Value| -> Vec<(String, String)> {
        verdicts(night).into_iter().filter(|it| it.0 != "chance").collect()
    };
    assert_eq!(broke(&report), broke(expected), "{what}");
    assert_eq!(culprits(&report), culprits(expected), "{what}");
    let ended = attempts(before, "attempt-finished");
    let after = attempts(&lines(&night), "attempt-finished");
    assert!(ended.keys().all(|it| after.get(it) == Some(&1)), "{what}: {ended:?} {after:?}");
    assert_eq!(eventful_run(tally, &["verify", "n2"]).code, Some(0), "{what}");
    let [kept, anew] = asked_twice(tally);
    assert_eq!(kept, anew, "{what}");
    assert!(kept.contains("n2"), "{kept}");
}

/// Kills a night that reruns, searches and reports, at so many moments of its course.
#[test]
#[ignore = "takes ten minutes; `just kills`"]
fn an_eventful_night_killed_at_many_points_loses_no_attempt_and_its_history_is_whole() {
    let points =
        std::env::var("NIGHTSHIFT_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(50);
    let prepared = eventful();
    let copy = || {
        let tally =
            Tally { suite: SuiteCopy::empty(), cache: tempfile::tempdir().expect("a folder") };
        copy_folder(prepared.suite.folder(), tally.suite.folder());
        tally
    };
    let words = ["run", "--no-pdf", "--id", "n2", "--build", "v2", "--budget", "20m"];
    let undisturbed = copy();
    let began = Instant::now();
    let whole = eventful_run(&undisturbed, &words);
    let took = began.elapsed();
    let expected = undisturbed.night("n2");
    assert_eq!((whole.code, culprits(&expected).len()), (Some(1), 3), "{whole:#?}");
    let mut random = fastrand::Rng::with_seed(50);
    let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
    for point in 0..points {
        let tally = copy();
        let night = tally.suite.root().join("reports/nights/n2");
        let (cache, root) =
            (tally.cache.path().display().to_string(), tally.suite.root().display().to_string());
        let env = [("XDG_CACHE_HOME", cache.as_str()), ("SUITE", root.as_str())];
        // The attempts are over soon, and most of the time goes into searching: the early moments
        // are the denser ones.
        let within = took.mul_f64(((f64::from(point) + random.f64()) / f64::from(points)).powi(2));
        killed_with(&tally.suite, &words, &env, within);
        let before = lines(&night);
        let phase = match (night.join("plan.json").exists(), night.join("night.json").exists()) {
            (false, _) => "before its plan",
            (true, false) => "before its report",
            (true, true) => "behind its report",
        };
        *phases.entry(phase).or_default() += 1;
        let answer = if phase == "before its plan" {
            drop(std::fs::remove_dir_all(&night));
            eventful_run(&tally, &words)
        } else {
            eventful_run(&tally, &["run", "--no-pdf", "--resume", "n2"])
        };
        assert_eq!(answer.code, whole.code, "{phase}, after {within:?}: {answer:#?}");
        let what = format!("{phase}, after {within:?}: {answer:#?}");
        is_as_if_nothing_had_been(&tally, &expected, &before, &what);
    }
    assert!(
        phases.len() >= 2
            && phases.get("before its report").is_some_and(|it| *it >= points as usize / 5),
        "{phases:?}"
    );
}
