//! Nights with a deadline: what runs first, what does not start any more, and what is said of it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{SuiteCopy, in_git, night_json, say_what_took, text, verdicts};

/// Four quick scenarios of one command each, with one night behind them in which `long` is said to
/// have taken a minute and a half.
fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { tool: {} }\nnight: { jobs: 1 }\n");
    for (name, tags) in [("first", ""), ("gone", ""), ("long", ""), ("sparks", "tags: [smoke]\n")] {
        let scenario =
            format!("scenario: {name}\n{tags}steps:\n  - shell: echo {name}\n    snapshot: said\n");
        suite.write(&format!("scenarios/{name}.yaml"), &scenario);
    }
    let answer = suite.run(&["run", "--no-pdf", "--id", "n1", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    rewrite(&suite, "n1", &|id| (id == "long").then_some(90_000));
    std::fs::remove_file(suite.root().join("scenarios/gone.yaml")).expect("removed");
    suite
}

/// Writes into a night what the steps of each scenario took, in milliseconds; `None` leaves them.
fn rewrite(suite: &SuiteCopy, night: &str, ms: &dyn Fn(&str) -> Option<u64>) {
    let folder = suite.root().join("reports/nights").join(night);
    let mut report = night_json(&folder);
    for scenario in report["scenarios"].as_array_mut().expect("a list") {
        if let Some(ms) = ms(&text(&scenario["id"])) {
            say_what_took(scenario, ms);
        }
    }
    std::fs::write(folder.join("night.json"), report.to_string()).expect("written");
}

/// The scenarios in the order in which they ran.
fn ran(night: &Path) -> Vec<String> {
    let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("a ledger");
    let entries = ledger.lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
    let events = entries.map(|it| it["event"].clone());
    let started = events.filter(|it| it["type"] == "attempt-started");
    started.map(|it| text(&it["scenario"])).collect()
}

#[test]
fn what_does_not_fit_before_the_deadline_is_left_out_and_named_with_the_risk_that_is_left() {
    let suite = suite();
    let answer = suite.run(&["run", "--no-pdf", "--id", "n2", "--budget", "60s"]);
    let night = suite.root().join("reports/nights/n2");
    let report = night_json(&night);
    let of = |id: &str| {
        let all = verdicts(&report);
        all.into_iter().find(|it| it.0 == id).map(|it| it.1)
    };
    assert_eq!(of("long").as_deref(), Some("not-run"), "{answer:#?}");
    assert_eq!(of("first").as_deref(), Some("unchanged"), "{answer:#?}");
    let long = report["scenarios"].as_array().into_iter().flatten().find(|it| it["id"] == "long");
    let long = long.expect("planned");
    assert_eq!(long["because"], "deadline");
    let detail = text(&long["detail"]);
    assert!(detail.starts_with("it may take 150 s, and "), "{detail}");
    assert!(report["risk_left"].as_f64().is_some_and(|it| it > 0.0), "{}", report["risk_left"]);
    let summary = std::fs::read_to_string(night.join("summary.md")).expect("there");
    assert!(summary.contains("1 scenario did not run: long (deadline); the risk"), "{summary}");
    assert!(summary.contains("Not covered any more: 1 scenario was planned before"), "{summary}");
    assert_eq!(ran(&night), ["sparks", "first"], "smoke comes first");
}

#[test]
fn what_had_run_before_a_night_broke_off_is_not_left_out_where_it_goes_on_late() {
    let suite = suite();
    suite.run(&["run", "--no-pdf", "--id", "n2", "--budget", "20m"]);
    let path = suite.root().join("reports/nights/n2/ledger.jsonl");
    let read = || std::fs::read_to_string(&path).expect("a ledger");
    let unfinished: String =
        read().split_inclusive('\n').filter(|it| !it.contains("night-finished")).collect();
    std::fs::write(&path, unfinished).expect("written");
    let answer = suite.run(&["run", "--no-pdf", "--resume", "n2", "--budget", "60s"]);
    assert!(read().contains("night-resumed"), "{answer:#?}");
    assert!(!read().contains("not-run"), "{answer:#?}");
}

#[test]
fn with_time_enough_everything_runs_and_without_a_deadline_in_the_order_of_the_suite() {
    let suite = suite();
    for (id, arguments, order) in [
        ("n2", &["--budget", "20m"][..], ["sparks", "first", "long"]),
        ("n3", &[][..], ["first", "long", "sparks"]),
    ] {
        let mut all = vec!["run", "--no-pdf", "--id", id];
        all.extend(arguments);
        let answer = suite.run(&all);
        let night = suite.root().join("reports/nights").join(id);
        assert_eq!(ran(&night), order, "{answer:#?}");
        assert_eq!(night_json(&night)["risk_left"], Value::Null);
    }
}

/// Two scenarios that are alike but for their names, of a product that is a git checkout, with one
/// night behind them which passed.
fn suite_in_git() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    let product = "repository: tool\n    version-from: git -C tool rev-parse HEAD";
    let config = format!("products:\n  tool:\n    {product}\nnight: {{ jobs: 1 }}\n");
    suite.write("nightshift.yaml", &config);
    for name in ["apples", "lamps"] {
        let scenario =
            format!("scenario: {name}\nsteps:\n  - shell: echo {name}\n    snapshot: said\n");
        suite.write(&format!("scenarios/{name}.yaml"), &scenario);
    }
    suite.write("tool/src/first.txt", "first\n");
    in_git(&suite.root().join("tool"), &["init", "--quiet"]);
    commit(&suite, "src/second.txt");
    let answer = suite.run(&["run", "--no-pdf", "--id", "n1", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite
}

/// Adds a file to the product.
fn commit(suite: &SuiteCopy, file: &str) {
    suite.write(&format!("tool/{file}"), "more\n");
    let repository = &suite.root().join("tool");
    in_git(repository, &["add", "-A"]);
    in_git(repository, &["commit", "--quiet", "--message", "A change"]);
}

/// Fails where what changed counts nothing, or where it is not the newest good night from which on
/// changes count.
#[test]
fn what_uses_a_path_that_changed_since_the_last_good_night_runs_first() {
    let suite = suite_in_git();
    let order = |id: &str| {
        let answer = suite.run(&["run", "--no-pdf", "--once", "--id", id, "--budget", "20m"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        ran(&suite.root().join("reports/nights").join(id))
    };
    let as_quick = |night: &str| rewrite(&suite, night, &|_| Some(100));
    as_quick("n1");
    commit(&suite, "src/lamps.txt");
    assert_eq!(order("n2"), ["lamps", "apples"]);
    as_quick("n2");
    // The twin: what neither is about, behind a night that passed with the other change.
    commit(&suite, "src/chairs.txt");
    assert_eq!(order("n3"), ["apples", "lamps"]);
}

/// A command in two builds that say the same, of which one takes ten minutes for it.
const TWO_BUILDS: &str = r#"
products:
  tool:
    builds:
      make:
        - shell: |
            mkdir "${build-dir}/bin"
            seconds=0; test ${build} != slow || seconds=600
            printf '#!/bin/sh\nsleep %s\necho ok\n' $seconds > "${build-dir}/bin/tool"
            chmod +x "${build-dir}/bin/tool"
      known: ["1.5", slow]
      default: "1.5"
    path: ["${build-dir}/bin"]
night: { jobs: 1, measure: 0 }
"#;

#[test]
fn a_control_ends_with_the_deadline_and_what_was_judged_by_baselines_stays_judged() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", TWO_BUILDS);
    for name in ["first", "second"] {
        let step = "  - run: tool\n    timeout: 10m\n    snapshot: said\n";
        let scenario = format!("scenario: {name}\ntimeout: 10m\nsteps:\n{step}");
        suite.write(&format!("scenarios/{name}.yaml"), &scenario);
    }
    let cache = tempfile::tempdir().expect("a folder");
    let cache = cache.path().display().to_string();
    let night = |id: &str, arguments: &[&str]| {
        let all = [&["run", "--no-pdf", "--id", id][..], arguments].concat();
        let answer = suite.run_with(&all, &[("XDG_CACHE_HOME", &cache)]);
        (answer, night_json(&suite.root().join("reports/nights").join(id)))
    };
    let (first, _) = night("n1", &["--accept-new", "--no-settle"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let began = Instant::now();
    let (answer, report) = night("n2", &["--against", "slow", "--budget", "60s"]);
    assert!(began.elapsed() < Duration::from_secs(180), "{:?} {answer:#?}", began.elapsed());
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let all = verdicts(&report);
    assert!(all.len() == 2 && all.iter().all(|it| it.1 == "unchanged"), "{all:?}");
    let facets = &report["facets_judged"];
    assert_eq!((&facets["both"], &facets["control"]), (&0.into(), &0.into()), "{facets:#}");
    assert!(facets["baseline"].as_u64() > Some(0), "{facets:#}");
    assert_eq!(report["night"]["control"]["of"], 2);
}
