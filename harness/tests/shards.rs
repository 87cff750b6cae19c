//! Nights that several machines run a part of each, and the one night that is made of them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, text, verdicts};

/// Seven scenarios of commands that say what stands in a file of the suite.
fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    for id in ["a", "b", "c", "d", "e", "f", "g"] {
        suite.write(
            &format!("scenarios/{id}.yaml"),
            &format!("scenario: {id}\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n"),
        );
    }
    suite.write("said", "12 rows\n");
    let answer = run(&suite, &["--accept-new", "--no-settle", "--out", "reports/nights/first"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite
}

fn run(suite: &SuiteCopy, more: &[&str]) -> Answer {
    let root = suite.root().display().to_string();
    let all: Vec<&str> =
        ["run", "--no-pdf", "--once"].into_iter().chain(more.iter().copied()).collect();
    suite.run_with(&all, &[("SUITE", root.as_str())])
}

/// Runs a shard into a folder of its own.
fn shard(suite: &SuiteCopy, index: u32, of: u32) -> PathBuf {
    let out = suite.root().join(format!("parts/{index}"));
    let answer =
        run(suite, &["--shard", &format!("{index}/{of}"), "--out", &out.display().to_string()]);
    assert!(answer.code.is_some_and(|it| it <= 1), "{answer:#?}");
    out
}

fn merged(suite: &SuiteCopy, parts: &[&str]) -> Answer {
    let _ = std::fs::remove_dir_all(suite.root().join("whole"));
    let mut words = vec!["merge", "--no-pdf", "--out", "whole"];
    words.extend(parts);
    suite.run(&words)
}

fn ids(night: &Value) -> BTreeSet<String> {
    verdicts(night).into_iter().map(|it| it.0).collect()
}

#[test]
fn shards_run_every_scenario_once_and_merge_to_the_night_that_would_have_been() {
    let suite = suite();
    suite.write("said", "11 rows\n");
    let parts: Vec<PathBuf> = (1..=3).map(|index| shard(&suite, index, 3)).collect();
    let all: Vec<String> = parts.iter().flat_map(|it| ids(&night_json(it))).collect();
    assert_eq!(all.len(), 7, "{all:?}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 7, "{all:?}");

    let answer = merged(&suite, &["parts"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let whole = night_json(&suite.root().join("whole"));
    let alone = run(&suite, &["--out", "alone"]);
    assert_eq!(alone.code, Some(1), "{alone:#?}");
    let alone = night_json(&suite.root().join("alone"));
    assert_eq!(verdicts(&whole), verdicts(&alone), "in the suite's order");
    assert_eq!(whole["totals"], alone["totals"]);
    assert_eq!(whole["gate"]["decision"], "fail");
    let causes = |night: &Value| night["findings"].as_array().map(Vec::len);
    assert_eq!(causes(&whole), causes(&alone), "one cause over all shards");
    assert_eq!(whole["findings"][0]["fingerprint"], alone["findings"][0]["fingerprint"]);
    assert_eq!(whole["night"]["parts"]["nights"].as_array().map(Vec::len), Some(3));
    let again = suite.run(&["judge", "whole"]);
    assert_eq!(again.code, Some(1), "evidence came along: {again:#?}");
    assert_eq!(night_json(&suite.root().join("whole"))["totals"], alone["totals"]);
    let verified = suite.run(&["verify", "whole"]);
    assert_eq!(verified.code, Some(0), "{verified:#?}");
    let review = suite.run(&["review", "whole", "--accept", "F1", "--why", "fewer rows"]);
    assert_eq!(review.code, Some(0), "{review:#?}");
}

#[test]
fn the_split_goes_by_the_durations_of_earlier_nights() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    for (id, seconds) in [("slow", "1"), ("a", "0"), ("b", "0"), ("c", "0"), ("d", "0")] {
        suite.write(
            &format!("scenarios/{id}.yaml"),
            &format!("scenario: {id}\nsteps:\n  - shell: sleep {seconds}\n"),
        );
    }
    assert_eq!(run(&suite, &["--out", "reports/nights/first"]).code, Some(0));
    let parts: Vec<BTreeSet<String>> =
        (1..=2).map(|it| ids(&night_json(&shard(&suite, it, 2)))).collect();
    assert!(parts.contains(&BTreeSet::from(["slow".to_owned()])), "{parts:?}");
}

#[test]
fn a_missing_shard_is_named_with_what_it_would_have_run() {
    let suite = suite();
    let (first, third) = (shard(&suite, 1, 3), shard(&suite, 3, 3));
    let answer = merged(&suite, &["parts/1", "parts/3"]);
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    assert!(answer.stdout.contains("missing: shard 2 of 3"), "{answer:#?}");
    let whole = night_json(&suite.root().join("whole"));
    let run: BTreeSet<String> = [first, third].iter().flat_map(|it| ids(&night_json(it))).collect();
    for scenario in whole["scenarios"].as_array().expect("scenarios") {
        let id = text(&scenario["id"]);
        let (verdict, detail) = (text(&scenario["verdict"]), text(&scenario["detail"]));
        if run.contains(&id) {
            assert_eq!((verdict.as_str(), detail.as_str()), ("unchanged", ""), "{id}");
        } else {
            assert_eq!(
                (verdict.as_str(), detail.as_str()),
                ("not-run", "shard 2 of 3 is missing"),
                "{id}"
            );
        }
    }
    let page = std::fs::read_to_string(suite.root().join("whole/index.html")).expect("a page");
    assert!(page.contains("Shard 2 of 3 is missing"), "the page says so");
}

#[test]
fn what_is_not_of_one_night_is_refused_and_says_why() {
    let suite = suite();
    let refused = |parts: &[&str], why: &str| {
        let answer = merged(&suite, parts);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains(why), "{why}: {answer:#?}");
        assert!(!suite.root().join("whole").exists(), "nothing is left: {why}");
    };
    shard(&suite, 1, 2);
    refused(&["parts/1", "parts/1"], "are both shard 1 of 2");
    refused(&["reports/nights/first"], "it ran without `--shard`");
    let other = run(&suite, &["--shard", "2/3", "--out", "parts/of-three"]);
    assert_eq!(other.code, Some(0), "{other:#?}");
    refused(&["parts/1", "parts/of-three"], "one is of 2 shards and the other of 3");
    let other =
        run(&suite, &["--shard", "2/2", "--build", "b2", "--out", "parts/of-another-build"]);
    assert_eq!(other.code, Some(0), "{other:#?}");
    refused(&["parts/1", "parts/of-another-build"], "a night judges one build");
    let other = run(&suite, &["--shard", "2/2", "--history", "parts", "--out", "history/2"]);
    assert_eq!(other.code, Some(0), "{other:#?}");
    refused(&["parts/1", "history/2"], "give every shard the same history");
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: echo other\n");
    let other = run(&suite, &["--shard", "2/2", "--out", "parts/of-another-suite"]);
    assert!(other.code.is_some(), "{other:#?}");
    refused(&["parts/1", "parts/of-another-suite"], "different suites, selections or branches");
}

#[test]
fn a_shard_that_has_nothing_to_run_is_no_failure() {
    let suite = suite();
    for index in 1..=9 {
        shard(&suite, index, 9);
    }
    let answer = merged(&suite, &["parts"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(night_json(&suite.root().join("whole"))["totals"]["unchanged"], 7);
}
