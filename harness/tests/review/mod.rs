//! `nightshift review` by the program: decisions, refusals, and that nothing accepted is lost.

mod merge;
mod screen;
mod share;
mod web;

use std::path::PathBuf;
use std::process::Stdio;

use crate::support::{Answer, SuiteCopy, copy_folder, nightshift};

/// A suite of commands whose output lies in files: `said` in two scenarios, `clock` in a third.
pub struct Case {
    suite: SuiteCopy,
}

const SAID: &str = "Orders\nNZ 12 rows\nIS 3 rows\n\nthe end of the list\n";
const CLOCK: &str = "ready\nmade at 2026-01-05 09:00:00 by ada\n";

impl Case {
    /// Accepted as it is, and not yet run again.
    pub fn accepted() -> Self {
        let suite = SuiteCopy::empty();
        suite
            .write("nightshift.yaml", "products:\n  tool: {}\n# known issues\npass-env: [SUITE]\n");
        for (id, file) in [("hello", "said"), ("again", "said"), ("clock", "clock")] {
            let steps = format!("  - shell: cat $SUITE/{file}\n    snapshot: said # all of it\n");
            suite.write(
                &format!("scenarios/{id}.yaml"),
                &format!("scenario: {id}\nsteps:\n{steps}"),
            );
        }
        let case = Self { suite };
        case.say(SAID, CLOCK);
        let first = case.night("one", &["--accept-new", "--no-settle"]);
        assert_eq!(first.code, Some(0), "{first:#?}");
        case
    }

    /// The same after a night that saw other files: `two`.
    pub fn changed() -> Self {
        let case = Self::accepted();
        case.say(&SAID.replace("12 rows", "11 rows"), &CLOCK.replace("09:00:00", "10:30:12"));
        let second = case.night("two", &[]);
        assert_eq!(second.code, Some(1), "{second:#?}");
        case
    }

    fn say(&self, said: &str, clock: &str) {
        self.suite.write("said", said);
        self.suite.write("clock", clock);
    }

    fn night(&self, name: &str, more: &[&str]) -> Answer {
        let root = self.suite.root().display().to_string();
        let mut all = vec!["run", "--no-pdf", "--retries", "0", "--out", name, "--id", name];
        all.extend(more);
        self.suite.run_with(&all, &[("SUITE", &root)])
    }

    pub fn review(&self, arguments: &[&str]) -> Answer {
        let mut all = vec!["review", "two"];
        all.extend(arguments);
        self.suite.run(&all)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.suite.root().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it is there")
    }

    fn snapshot(&self, scenario: &str) -> String {
        self.read(&snap(scenario))
    }

    /// The finding of a scenario.
    pub fn finding(&self, scenario: &str) -> String {
        let list = self.review(&["--list", "--format", "json"]);
        let rows: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
        let row = rows.as_array().expect("rows").iter().find(|it| it["scenario"] == scenario);
        row.and_then(|it| it["finding"].as_str()).expect("a finding").to_owned()
    }
}

pub fn snap(scenario: &str) -> String {
    format!("scenarios/snapshots/{scenario}@said.stdout.snap")
}

fn refused(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    for word in words {
        assert!(answer.stderr.contains(word), "{word:?} is missing: {}", answer.stderr);
    }
}

#[test]
fn one_decision_accepts_all_places_of_a_cause_and_undo_restores_every_byte() {
    let case = Case::changed();
    let before = [case.snapshot("hello"), case.snapshot("again")];
    let blamed = case.finding("hello");
    assert_eq!(blamed, case.finding("again"));
    let answer = case.review(&["--accept", &blamed, "--why", "eleven now"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stderr.contains("2 snapshots accepted"), "{answer:#?}");
    for scenario in ["hello", "again"] {
        let now = case.snapshot(scenario);
        assert!(now.contains("eleven now") && now.contains("NZ 11 rows"), "{now}");
    }
    let clock = case.finding("clock");
    assert_eq!(case.review(&["--reject", &clock]).code, Some(0));
    assert_eq!(case.review(&["--list"]).stdout, "");

    let undone = case.review(&["--undo", "2"]);
    assert_eq!(undone.code, Some(0), "{undone:#?}");
    assert_eq!([case.snapshot("hello"), case.snapshot("again")], before);
    assert_eq!(case.finding("hello"), blamed);
    refused(&case.review(&["--undo"]), &["no decision is left to take back"]);
}

#[test]
fn a_new_snapshot_that_is_undone_leaves_no_file_behind() {
    let case = Case::accepted();
    case.suite.write(
        "scenarios/more/new.yaml",
        "scenario: new\nsteps:\n  - shell: echo hi\n    snapshot: said\n",
    );
    case.night("two", &[]);
    let folder = case.file("scenarios/more/snapshots");
    assert_eq!(case.review(&["--accept", "new"]).code, Some(0));
    assert!(folder.is_dir());
    assert_eq!(case.review(&["--undo"]).code, Some(0));
    assert!(!folder.exists());
}

#[test]
fn a_redaction_is_written_under_its_snapshot_when_the_night_judged_with_it_is_quiet() {
    let case = Case::changed();
    let clock = case.finding("clock");
    let proposed = case.review(&["--propose", &clock]);
    assert!(
        proposed
            .stdout
            .contains("--redact timestamp\n    explains 1 of 1 place; hides text in 1 of 2 lines"),
        "{proposed:#?}"
    );

    let yaml = case.read("scenarios/clock.yaml");
    let useless = case.review(&["--accept", &clock, "--redact", "uuid"]);
    refused(&useless, &["the redaction uuid does not help", "nothing was changed"]);
    let wrong = case.review(&["--accept", &clock, "--redact", "timestap"]);
    refused(&wrong, &["--redact:1:1", "did you mean \"timestamp\""]);
    assert_eq!(case.read("scenarios/clock.yaml"), yaml);

    let accepted = case.review(&["--accept", &clock, "--redact", "timestamp"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let patched = yaml.replace("# all of it\n", "# all of it\n    redact: [ timestamp ]\n");
    assert_eq!(case.read("scenarios/clock.yaml"), patched);
    assert_eq!(case.suite.run(&["check"]).code, Some(0));
    case.review(&["--accept-all"]);
    let third = case.night("three", &[]);
    assert_eq!(third.code, Some(0), "{third:#?}");
    assert_eq!(case.review(&["--undo", "2"]).code, Some(0));
    assert_eq!(case.read("scenarios/clock.yaml"), yaml);
}

#[test]
fn a_suppression_needs_owner_date_and_reason_and_lands_in_the_configuration() {
    let case = Case::changed();
    let clock = case.finding("clock");
    let bare = case.review(&["--suppress", &clock]);
    refused(&bare, &["--owner", "--expires", "--why"]);
    let all = |expires| {
        case.review(&[
            "--suppress",
            &clock,
            "--owner",
            "ops",
            "--expires",
            expires,
            "--why",
            "slow clock",
        ])
    };
    refused(&all("2001-01-01"), &["a date that has not passed"]);
    let config = case.read("nightshift.yaml");
    let done = all("2999-12-31");
    assert_eq!(done.code, Some(0), "{done:#?}");
    let now = case.read("nightshift.yaml");
    assert!(now.starts_with(&config), "{now}");
    assert!(now.contains("suppress: [ { fingerprint: "), "{now}");
    assert!(now.contains("reason: slow clock, owner: ops, expires: 2999-12-31 } ]"), "{now}");
    case.review(&["--accept-all"]);
    let judged = case.suite.run(&["judge", "two", "--against-suite"]);
    assert_eq!(judged.code, Some(0), "{judged:#?}");
}

#[test]
fn a_baseline_that_somebody_changed_meanwhile_is_only_written_over_by_force() {
    let case = Case::changed();
    let by_hand = case.snapshot("hello").replace("IS 3 rows", "IS 4 rows");
    case.suite.write(&snap("hello"), &by_hand);
    let blamed = case.finding("hello");
    let answer = case.review(&["--accept", &blamed]);
    refused(&answer, &[&snap("hello"), "was changed since this night looked at it", "--force"]);
    assert_eq!(case.snapshot("hello"), by_hand);
    assert!(case.snapshot("again").contains("NZ 12 rows"), "all places or none");
    let forced = case.review(&["--accept", &blamed, "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:#?}");
    case.suite.write(&snap("hello"), &by_hand);
    refused(&case.review(&["--undo"]), &["was changed since", "undoing would lose that"]);
}

#[test]
fn a_baseline_of_a_newer_version_and_one_that_is_broken_are_refused_with_the_way_out() {
    let case = Case::changed();
    let old = case.snapshot("clock");
    let clock = case.finding("clock");
    case.suite.write(&snap("clock"), &old.replace("stdout/1", "stdout/9"));
    let newer = case.review(&["--accept", &clock, "--force"]);
    refused(&newer, &["was taken by stdout/9", "update nightshift"]);
    case.suite.write(&snap("clock"), "no snapshot at all\n");
    let broken = case.review(&["--accept", &clock]);
    refused(&broken, &["no snapshot in insta's format", "restore it from version control"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_suite_is_refused_and_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::changed();
    let before = case.snapshot("hello");
    let path = case.file(&snap("hello"));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).expect("ours");
    let answer = case.review(&["--accept-all"]);
    refused(&answer, &["the suite cannot be written to", "nothing was changed"]);
    assert_eq!(case.snapshot("hello"), before);
    assert!(case.snapshot("again").contains("NZ 12 rows"), "all places or none");
}

#[test]
fn a_night_that_still_runs_can_be_looked_at_and_not_decided() {
    let case = Case::changed();
    let ledger = case.read("two/ledger.jsonl");
    let unfinished: String =
        ledger.split_inclusive('\n').filter(|it| !it.contains("night-finished")).collect();
    case.suite.write("two/ledger.jsonl", &unfinished);
    let lock = std::fs::File::open(case.file(".nightshift/lock")).expect("nights take it");
    lock.lock().expect("free");
    let list = case.review(&["--list"]);
    assert!(list.stdout.contains("hello@said"), "{list:#?}");
    assert!(list.stderr.contains("still runs"), "{list:#?}");
    refused(&case.review(&["--accept-all"]), &["still runs", "decide when it has ended"]);
    drop(lock);
    assert_eq!(
        case.review(&["--accept-all"]).code,
        Some(0),
        "a night that was killed is decided on"
    );
}

#[test]
fn two_reviews_at_once_lose_nothing() {
    let case = Case::changed();
    let accept = |why: &str| {
        nightshift()
            .args(["review", "two", "--accept-all", "--why", why])
            .current_dir(case.suite.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    };
    let all = [accept("one"), accept("other")].map(|it| it.wait_with_output().expect("it ends"));
    let texts = all.map(Answer::from);
    for scenario in ["hello", "again"] {
        assert!(case.snapshot(scenario).contains("NZ 11 rows"), "{texts:#?}");
    }
    // Each place was accepted by one of them and undone by nobody.
    let log = case.read("two/decisions.jsonl");
    assert_eq!(log.matches("hello@said.stdout ").count(), 1, "{log}");
    assert_eq!(log.matches("clock@said.stdout ").count(), 1, "{log}");
    assert_eq!(case.review(&["--list"]).stdout, "");
}

#[test]
fn a_night_of_another_machine_is_decided_in_any_checkout_of_its_suite() {
    let case = Case::changed();
    let elsewhere = SuiteCopy::empty();
    copy_folder(&case.file("two"), &elsewhere.folder().join("fetched"));
    let checkout = elsewhere.folder().join("checkout");
    copy_folder(&case.file("scenarios"), &checkout.join("scenarios"));
    std::fs::copy(case.file("nightshift.yaml"), checkout.join("nightshift.yaml")).expect("copied");
    std::fs::create_dir_all(elsewhere.folder().join("other")).expect("made");
    std::fs::write(elsewhere.folder().join("other/nightshift.yaml"), "products: { a: {} }\n")
        .expect("written");
    drop(case);
    let foreign = elsewhere.run(&["review", "fetched", "-C", "other", "--accept-all"]);
    refused(&foreign, &["is not in this suite", "-C"]);
    let answer = elsewhere.run(&["review", "fetched", "-C", "checkout", "--accept-all"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let path = elsewhere.folder().join("checkout").join(snap("again"));
    assert!(std::fs::read_to_string(path).expect("there").contains("NZ 11 rows"));
    let undone = elsewhere.run(&["review", "fetched", "-C", "checkout", "--undo", "9"]);
    assert_eq!(undone.code, Some(0), "{undone:#?}");
}

#[test]
fn decisions_of_an_earlier_version_still_count() {
    let case = Case::changed();
    let list = case.review(&["--list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    let lines: Vec<String> = rows
        .as_array()
        .expect("rows")
        .iter()
        .map(|it| {
            let part = |name: &str| it[name].as_str().expect("text").to_owned();
            let key = format!(
                "{}@{}.{} {}",
                part("scenario"),
                part("checkpoint"),
                part("facet"),
                part("evidence")
            );
            format!("{}\n", serde_json::json!({ "key": key, "decision": "accepted", "why": null }))
        })
        .collect();
    let lines = lines.concat();
    case.suite.write("two/decisions.jsonl", &lines);
    assert_eq!(case.review(&["--list"]).stdout, "");
    refused(&case.review(&["--undo"]), &["an earlier nightshift"]);
}
