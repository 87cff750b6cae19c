//! Baselines and merges: two branches that accept different changes, and what is left to decide.

use super::{Case, refused, snap};
use crate::support::git;

/// A snapshot as a merge leaves it.
fn conflicted(case: &Case) -> String {
    let raw = case.read(&snap("hello"));
    let ours = "<<<<<<< HEAD\nNZ 14 rows\n=======\nNZ 15 rows\n>>>>>>> other\n";
    raw.replace("NZ 12 rows\n", ours)
}

fn with_conflict() -> (Case, String) {
    let case = Case::changed();
    let raw = conflicted(&case);
    case.suite.write(&snap("hello"), &raw);
    (case, raw)
}

#[test]
fn a_merge_conflict_is_an_item_of_its_own_and_stands_in_the_way_of_accepting() {
    let (case, raw) = with_conflict();
    let list = case.review(&["--list"]);
    let line = format!("C1 merge conflict in {}", snap("hello"));
    assert!(list.stdout.starts_with(&line), "{list:#?}");
    let night = case.night("three", &[]);
    refused(&night, &["merge conflict markers", "`nightshift review` shows both sides"]);
    refused(&case.review(&["--accept", "hello"]), &["holds both sides of a merge", "--ours C1"]);
    assert_eq!(case.read(&snap("hello")), raw);
}

#[test]
fn a_conflict_is_solved_by_either_side_or_by_what_was_seen_and_undone() {
    let (case, raw) = with_conflict();
    for (choice, text) in
        [("--ours", "NZ 14 rows"), ("--theirs", "NZ 15 rows"), ("--accept", "NZ 11 rows")]
    {
        let answer = case.review(&[choice, "C1"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        let now = case.read(&snap("hello"));
        assert!(now.contains(text) && !now.contains("<<<<<<<"), "{now}");
        let undone = case.review(&["--undo"]);
        assert_eq!(undone.code, Some(0), "{undone:#?}");
        assert_eq!(case.read(&snap("hello")), raw);
    }
    refused(&case.review(&["--ours", "F1"]), &["it is no merge conflict"]);
}

#[test]
fn two_branches_that_accept_changes_at_different_places_merge_without_conflict() {
    let case = Case::accepted();
    let rows: Vec<String> = (0..20).map(|it| format!("row {it}\n")).collect();
    let rows = rows.concat();
    case.say(&rows, super::CLOCK);
    case.night("two", &[]);
    case.review(&["--accept-all", "--why", "ticket 1"]);
    for arguments in [
        vec!["init", "-q"],
        vec!["add", "scenarios"],
        vec!["commit", "-qm", "all"],
        vec!["branch", "other"],
    ] {
        let answer = git(&case.suite.root(), &arguments);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    let accept = |name: &str, said: &str| {
        case.say(said, super::CLOCK);
        case.night(name, &[]);
        let answer = case.suite.run(&["review", name, "--accept-all"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        let answer = git(&case.suite.root(), &["commit", "-qam", name]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    };
    accept("three", &rows.replace("row 2\n", "row two\n"));
    let answer = git(&case.suite.root(), &["checkout", "-q", "other"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    accept("four", &rows.replace("row 17\n", "row seventeen\n"));
    let merged = git(&case.suite.root(), &["merge", "-q", "-m", "both", "-"]);
    assert_eq!(merged.code, Some(0), "{merged:#?}");
    let both = case.read(&snap("hello"));
    assert!(both.contains("row two") && both.contains("row seventeen"), "{both}");
}
