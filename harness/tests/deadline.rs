//! Nights with a deadline: what runs first, what does not start any more, and what is said of it.

use std::path::Path;

use serde_json::Value;

use super::support::{SuiteCopy, night_json, text, verdicts};

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
    let path = suite.root().join("reports/nights/n1/night.json");
    let mut report: Value =
        serde_json::from_slice(&std::fs::read(&path).expect("there")).expect("JSON");
    for scenario in report["scenarios"].as_array_mut().expect("a list") {
        if scenario["id"] == "long" {
            scenario["attempts"][0]["steps"][0]["duration_ms"] = 90_000.into();
        }
    }
    std::fs::write(&path, report.to_string()).expect("written");
    std::fs::remove_file(suite.root().join("scenarios/gone.yaml")).expect("removed");
    suite
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
