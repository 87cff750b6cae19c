//! How much a night says: what is on trial, what would have been noticed, what should be tidied up.

use serde_json::Value;

use crate::support::{SuiteCopy, night_json, text};

/// Two commands, one of them with the output that the test sets, both accepted.
fn accepted(scenarios: &[(&str, &str)]) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: { env: { ROWS: '12' } }\n");
    for (id, rest) in scenarios {
        suite.write(&format!("scenarios/{id}.yaml"), &format!("scenario: {id}\n{rest}"));
    }
    let answer =
        suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "accepted"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite
}

const ORDERS: &str = "steps:\n  - shell: echo \"$ROWS rows\"; echo done\n    snapshot: orders\n";
const SAME: &str = "steps:\n  - shell: echo the same\n    snapshot: same\n";

/// A night in which there are 11 rows.
fn changed(suite: &SuiteCopy, more: &[&str]) -> (Option<i32>, Value, String) {
    let mut all = vec![
        "run",
        "--no-pdf",
        "--retries",
        "0",
        "--set",
        "products.tool.env.ROWS=11",
        "--out",
        "night",
    ];
    all.extend(more);
    let _ = std::fs::remove_dir_all(suite.root().join("night"));
    let answer = suite.run(&all);
    (answer.code, night_json(&suite.root().join("night")), answer.stdout)
}

#[test]
fn what_is_on_trial_is_told_by_its_stage_and_decides_nothing() {
    let suite = accepted(&[("orders", ORDERS), ("same", SAME)]);
    let (code, night, said) = changed(&suite, &[]);
    assert_eq!((code, text(&night["findings"][0]["stage"])), (Some(1), String::new()));
    assert!(said.contains("1 new regression"), "{said}");

    let (code, night, said) = changed(&suite, &["--set", "stages.facets.stdout=advisory"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(night["findings"][0]["stage"], "advisory");
    let orders = &night["scenarios"][0];
    assert_eq!(
        (&orders["verdict"], &orders["would_be"]),
        (&"unchanged".into(), &"regressed".into())
    );
    assert_eq!(night["totals"]["regressed"], 0);
    assert_eq!(
        night["stages"],
        serde_json::json!([
            { "what": "facet stdout", "stage": "advisory", "compared": 2, "would_have_alarmed": 1 }
        ])
    );
    assert!(said.contains("No regressions"), "{said}");
    let html = std::fs::read_to_string(suite.root().join("night/index.html")).expect("written");
    assert!(html.contains("id=\"advisory\"") && html.contains("On trial"), "no part of its own");

    suite.write("scenarios/orders.yaml", &format!("scenario: orders\nstage: shadow\n{ORDERS}"));
    let (code, night, said) = changed(&suite, &[]);
    assert_eq!((code, night["findings"].as_array().map(Vec::len)), (Some(0), Some(0)), "{said}");
    assert_eq!(night["scenarios"][0]["stage"], "shadow");
    assert_eq!(night["scenarios"][0]["would_be"], "regressed");
    assert!(text(&night["gate"]["rule"]).contains("1 of 1 scenario judged"), "{night:#?}");
    assert!(text(&night["gate"]["rule"]).contains("1 scenario on trial left out"));
    assert_eq!(night["pending"][0]["stage"], "shadow");
}

#[test]
fn a_change_in_shadow_is_never_accepted_unasked() {
    let suite = accepted(&[("orders", ORDERS)]);
    let file = suite.root().join("scenarios/snapshots/orders@orders.stdout.snap");
    let before = std::fs::read(&file).expect("accepted");
    let (code, night, _) =
        changed(&suite, &["--accept-new", "--no-settle", "--set", "stages.facets.stdout=shadow"]);
    assert_eq!(code, Some(0));
    assert_eq!(night["pending"][0]["replaces"], true);
    assert_eq!(std::fs::read(&file).expect("still there"), before);
    let answer = suite.run(&["review", "night", "--list"]);
    assert!(answer.stdout.contains("shadow: differs from its baseline"), "{answer:#?}");
    let answer = suite.run(&["review", "night", "--accept", "P1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_ne!(std::fs::read(&file).expect("still there"), before);
}

/// What the program says of a night, as JSON.
fn sensitivity(suite: &SuiteCopy, night: &str) -> Value {
    let answer = suite.run(&["sensitivity", night, "--limit", "500", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    serde_json::from_str::<Value>(&answer.stdout).expect("JSON")["sensitivity"].clone()
}

fn percent(found: &Value) -> u64 {
    let number = |key: &str| found["total"][key].as_u64().expect("a number");
    number("noticed") * 100 / number("mutants")
}

#[test]
fn a_greedy_redaction_is_named_with_its_place_and_a_narrow_one_is_not() {
    let lines = "steps:\n  - shell: |-\n      echo id,total; echo 1,12; echo 2,7; echo 3,30; echo took 8 ms\n    snapshot: csv\n";
    let greedy = format!("{lines}    redact: [ {{ pattern: '\\d+' }} ]\n");
    let narrow = format!("{lines}    redact: [ {{ pattern: 'took (\\d+) ms' }} ]\n");
    let suite = accepted(&[("greedy", &greedy), ("narrow", &narrow)]);
    let answer = suite.run(&["run", "--no-pdf", "--out", "second"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let found = sensitivity(&suite, "second");
    assert!(percent(&found) < 90, "{found:#}");
    let blind = found["blind"].as_array().expect("a list");
    assert_eq!(blind.len(), 1, "{blind:#?}");
    assert_eq!(
        (text(&blind[0]["scenario"]), text(&blind[0]["checkpoint"]), text(&blind[0]["facet"])),
        ("greedy".to_owned(), "csv".to_owned(), "stdout".to_owned())
    );
    assert!(text(&blind[0]["text"]).starts_with("redaction { pattern: '\\d+' } hides "));
    let answer = suite.run(&["sensitivity", "second"]);
    assert!(answer.stdout.contains("greedy@csv  stdout  redaction"), "{}", answer.stdout);
    assert!(answer.stdout.contains("% of"), "{}", answer.stdout);
}

#[test]
fn the_figure_of_a_night_is_the_same_when_it_is_judged_again() {
    let suite = accepted(&[("orders", ORDERS), ("same", SAME)]);
    let night = suite.root().join("accepted");
    // The night that accepts compares nothing yet.
    assert_eq!(night_json(&night)["sensitivity"]["noticed"], 0);
    let answer = suite.run(&["run", "--no-pdf", "--out", "second"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let second = suite.root().join("second");
    let figure = night_json(&second)["sensitivity"].clone();
    assert!(figure["mutants"].as_u64() > Some(10), "{figure:#?}");
    assert_eq!(figure["mutants"], figure["noticed"], "{figure:#?}");
    let answer = suite.run(&["judge", "second"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(night_json(&second)["sensitivity"], figure);
    let html = std::fs::read_to_string(second.join("index.html")).expect("written");
    assert_eq!(html.matches("Would be noticed").count(), 1, "the figure stands once");
    // The first night is known only where the nights are: below `reports/nights`.
    assert!(!html.contains("before: "), "no night before is known here");
}

#[test]
fn the_trend_of_the_figure_is_told_from_the_nights_before() {
    let suite = accepted(&[("orders", ORDERS)]);
    for night in ["one", "two"] {
        let out = format!("reports/nights/{night}");
        let answer = suite.run(&["run", "--no-pdf", "--out", &out]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    let html = std::fs::read_to_string(suite.root().join("reports/nights/two/index.html"));
    let html = html.expect("written");
    assert!(html.contains("before: 100 % on "), "the report lacks the trend");
}

#[test]
fn a_mask_over_the_page_is_named_with_what_it_costs() {
    let suite = SuiteCopy::of_the_shop();
    for (id, mask) in [("blind", "    mask: [main]\n"), ("seeing", "")] {
        let steps = format!("steps:\n  - open: /\n  - snapshot: page\n{mask}");
        suite.write(&format!("scenarios/{id}.yaml"), &format!("scenario: {id}\n{steps}"));
    }
    for out in ["../one", "../two"] {
        let run =
            ["run", "blind", "seeing", "--accept-new", "--no-settle", "--no-pdf", "--out", out];
        let answer = suite.run(&run);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    let found = sensitivity(&suite, "../two");
    let blind = found["blind"].as_array().expect("a list");
    let masks: Vec<_> = blind.iter().filter(|it| it["kind"] == "mask").collect();
    assert_eq!(masks.len(), 1, "{blind:#?}");
    assert_eq!(masks[0]["scenario"], "blind");
    assert!(text(&masks[0]["text"]).contains("blind below the mask main ("), "{masks:#?}");
    assert!(blind.iter().all(|it| it["kind"] != "unexplained"), "{blind:#?}");
    let results = found["results"].as_array().expect("a list");
    let own =
        |id: &str| results.iter().find(|it| it["id"] == id).expect("measured")["count"].clone();
    assert!(own("blind")["noticed"].as_u64() < own("blind")["mutants"].as_u64());
    let seeing = own("seeing");
    let share =
        seeing["noticed"].as_u64().unwrap_or(0) * 100 / seeing["mutants"].as_u64().unwrap_or(1);
    assert!(share >= 97, "{results:#?}");
}

#[test]
fn sensitivity_without_a_night_or_a_number_says_what_to_do() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    let said = |arguments: &[&str]| {
        let answer = suite.run(arguments);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        answer.stderr
    };
    assert!(said(&["sensitivity"]).contains("run one with `nightshift run`"));
    assert!(said(&["sensitivity", "nowhere"]).contains("nowhere"));
    assert!(said(&["sensitivity", "--limit", "many"]).contains("--limit"));
    assert!(said(&["sensitivity", "--limit", "0"]).contains("how many changes are tried"));
}

#[test]
fn hygiene_names_what_does_no_good_and_fails_only_where_asked() {
    let suite = accepted(&[("orders", ORDERS)]);
    let clean = suite.run(&["check", "--hygiene", "--strict"]);
    assert_eq!(clean.code, Some(0), "{clean:#?}");
    assert!(clean.stderr.contains("no remarks"), "{clean:#?}");

    suite.write("scenarios/bare.yaml", "scenario: bare\nsteps:\n  - run: echo x\n");
    suite.write(
        "skills/lonely.yaml",
        "skill: lonely\ndescription: L.\nsteps: [ { run: echo x } ]\n",
    );
    let orphan = "scenarios/snapshots/orders@gone.stdout.snap";
    suite.write(orphan, "---\ninfo:\n  scenario: orders\n---\nold\n");
    let day = "2020-01-01";
    suite.write(
        "nightshift.yaml",
        &format!("products:\n  tool: {{ env: {{ ROWS: '12' }} }}\nsuppress: [ {{ fingerprint: abc, reason: old, owner: ada, expires: {day} }} ]\n"),
    );
    let answer = suite.run(&["check", "--hygiene", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let json: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let kinds: Vec<String> =
        json["hygiene"].as_array().expect("remarks").iter().map(|it| text(&it["kind"])).collect();
    assert_eq!(
        kinds,
        ["cannot-fail", "orphaned-baseline", "expired-suppression", "unused-skill"],
        "{json:#}"
    );
    let answer = suite.run(&["check", "--hygiene", "--strict"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(
        answer.stdout.contains("cannot-fail: scenarios/bare.yaml:1: bare has no snapshot"),
        "{answer:#?}"
    );
    assert!(
        answer.stdout.contains("unused-skill: skills/lonely.yaml:1: nobody uses the skill lonely")
    );
    assert_eq!(suite.run(&["check"]).code, Some(0));
    assert_eq!(suite.run(&["check", "--strict"]).code, Some(2));
    assert_eq!(suite.run(&["check", "scenarios", "--hygiene"]).code, Some(2));
}
