//! Reruns by the program: a scenario with three earlier nights runs until it is clear whether it
//! broke or fails by chance.

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, text, verdicts};

/// Says the next line of a list, and the usual one where the list is at its end.
const SAY: &str = "\
line=$(head -n 1 \"$SUITE/next\")
sed -i 1d \"$SUITE/next\"
echo \"${line:-12 rows}\"
";

/// A suite of one command, with three nights behind it.
fn suite(config: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    let config = format!("products: {{ tool: {{}} }}\npass-env: [SUITE]\n{config}");
    suite.write("nightshift.yaml", &config);
    suite.write("say.sh", SAY);
    let scenario = "scenario: rows\nsteps:\n  - shell: sh $SUITE/say.sh\n    snapshot: said\n";
    suite.write("scenarios/rows.yaml", scenario);
    for id in ["n1", "n2", "n3"] {
        let (answer, _) = night(&suite, id, "", &["--accept-new", "--no-settle"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    suite
}

/// Runs a night in which the command says these lines first.
fn night(suite: &SuiteCopy, id: &str, next: &str, arguments: &[&str]) -> (Answer, Value) {
    suite.write("next", next);
    let root = suite.root().display().to_string();
    let mut all = vec!["run", "--no-pdf", "--id", id];
    all.extend(arguments);
    let answer = suite.run_with(&all, &[("SUITE", root.as_str())]);
    let report = night_json(&suite.root().join("reports/nights").join(id));
    (answer, report)
}

/// The verdict, and how many attempts it took.
fn told(night: &Value) -> (String, usize) {
    let attempts = night["scenarios"][0]["attempts"].as_array().map_or(0, Vec::len);
    (verdicts(night)[0].1.clone(), attempts)
}

#[test]
fn what_broke_is_run_until_chance_is_ruled_out_and_what_passes_again_is_flaky_with_its_rate() {
    let suite = suite("");
    let (answer, broken) = night(&suite, "n4", &"11 rows\n".repeat(9), &[]);
    assert_eq!(told(&broken), ("regressed".to_owned(), 5), "{answer:#?}");
    assert_eq!(answer.code, Some(1));

    let (_, mended) = night(&suite, "n5", "", &[]);
    assert_eq!(told(&mended), ("fixed".to_owned(), 1));

    let (answer, seen) = night(&suite, "n6", "11 rows\n", &[]);
    assert_eq!((told(&seen), answer.code), (("flaky".to_owned(), 2), Some(0)));
    let flake = &seen["findings"][0]["flake"];
    assert_eq!(flake["runs"], 6, "four earlier nights, of which none broke, and two runs: {flake}");
    let share = |key: &str| flake[key].as_f64().unwrap_or_default();
    assert!(share("low") < share("rate") && share("rate") < share("high"), "{flake}");
}

#[test]
fn what_is_not_clear_at_the_cap_is_undecided_and_not_green_and_written_retries_decide_alone() {
    let suite = suite("night: { reruns: { at-most: 1 } }\n");
    let (answer, open) = night(&suite, "n4", &"11 rows\n".repeat(9), &[]);
    assert_eq!(told(&open), ("inconclusive".to_owned(), 2), "{answer:#?}");
    // Nothing else was judged, so that the night says nothing; it is not green.
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    assert_eq!(open["scenarios"][0]["because"], "undecided");
    let detail = text(&open["scenarios"][0]["detail"]);
    assert!(detail.contains("in both of its runs, which may still be chance"), "{detail}");
    let (answer, written) = night(&suite, "n5", &"11 rows\n".repeat(9), &["--retries", "1"]);
    assert_eq!((told(&written), answer.code), (("regressed".to_owned(), 2), Some(1)));
}

#[test]
fn a_night_with_time_left_runs_on_what_its_reruns_left_open_until_it_is_clear() {
    let suite = suite("night: { reruns: { at-most: 2 } }\n");
    let broken = "11 rows\n".repeat(40);
    let (answer, open) = night(&suite, "n4", &broken, &["--budget", "10m"]);
    assert_eq!((told(&open), answer.code), (("regressed".to_owned(), 5), Some(1)), "{answer:#?}");
    let once = &["--budget", "10m", "--once", "--set", "night.reruns.at-most=1"];
    let (_, left) = night(&suite, "n5", &broken, once);
    assert_eq!(told(&left), ("inconclusive".to_owned(), 2), "its reruns leave it open");
    let (_, mended) = night(&suite, "n6", "", &["--budget", "10m"]);
    assert_eq!(told(&mended), ("fixed".to_owned(), 1));
}

#[test]
fn runs_of_a_loop_that_broke_off_count_where_the_night_goes_on() {
    let suite = suite("");
    let budget = &["--budget", "10m"];
    let (_, flaky) = night(&suite, "n4", "11 rows\n", budget);
    assert_eq!(told(&flaky).0, "flaky");
    // All of its runs pass, so that it runs as often as it may.
    let (answer, whole) = night(&suite, "n5", "", budget);
    assert!(told(&whole).1 > 2, "{answer:#?}");
    // The night breaks off in the last of them.
    let folder = suite.root().join("reports/nights/n5");
    let ledger = std::fs::read_to_string(folder.join("ledger.jsonl")).expect("a ledger");
    let lines: Vec<&str> = ledger.lines().collect();
    let last = lines.iter().rposition(|it| it.contains("\"attempt-started\"")).expect("an attempt");
    let broken_off = format!("{}\n", lines[..=last].join("\n"));
    std::fs::write(folder.join("ledger.jsonl"), broken_off).expect("written");
    let root = suite.root().display().to_string();
    let answer =
        suite.run_with(&["run", "--no-pdf", "--resume", "n5"], &[("SUITE", root.as_str())]);
    assert_eq!(told(&night_json(&folder)), told(&whole), "{answer:#?}");
}

#[test]
fn time_that_is_left_goes_to_what_fails_rarely_and_to_nothing_where_the_suite_says_so() {
    let suite = suite("");
    let passing = "12 rows\n".repeat(6);
    let budget = &["--budget", "10m"];
    let (_, sound) = night(&suite, "n4", &passing, budget);
    assert_eq!(told(&sound), ("unchanged".to_owned(), 1), "it never failed");
    let (_, flaky) = night(&suite, "n5", "11 rows\n", budget);
    assert_eq!(told(&flaky), ("flaky".to_owned(), 2));
    // It passes at first, and fails when there is time to look.
    let rare = format!("{passing}11 rows\n");
    let (answer, seen) = night(&suite, "n6", &rare, budget);
    assert_eq!((told(&seen), answer.code), (("flaky".to_owned(), 7), Some(0)), "{answer:#?}");
    let (_, once) = night(&suite, "n7", &rare, &["--budget", "10m", "--once"]);
    assert_eq!(told(&once), ("unchanged".to_owned(), 1));
    let (_, other) =
        night(&suite, "n8", &rare, &["--budget", "10m", "--set", "night.loop=[bisect]"]);
    assert_eq!(told(&other), ("unchanged".to_owned(), 1));
    let (_, endless) = night(&suite, "n9", &rare, &[]);
    assert_eq!(told(&endless), ("unchanged".to_owned(), 1), "no deadline, no time that is left");
}
