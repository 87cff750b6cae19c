//! Nights that somebody changed after they were written.

use super::{commands, night_of};
use crate::support::{SuiteCopy, night_json};

/// A suite with a night in `one`.
fn night() -> SuiteCopy {
    let suite = commands(&[
        ("a-says", "  - shell: echo hello\n    snapshot: said\n"),
        ("b-fails", "  - shell: exit 3\n"),
    ]);
    suite.run(&["run", "--no-pdf", "--retries", "0", "-j", "1", "--out", "one"]);
    suite
}

/// What `verify` answers, and its exit code.
fn verified(suite: &SuiteCopy, more: &[&str]) -> (Option<i32>, String) {
    let answer = suite.run(&[&["verify", "one"], more].concat());
    (answer.code, answer.stdout)
}

/// Changes the ledger, and says what `verify` makes of it before and after the night is judged again.
fn changed(change: impl Fn(&mut Vec<String>)) -> String {
    let suite = night();
    let path = night_of(&suite, "one").join("ledger.jsonl");
    let ledger = std::fs::read_to_string(&path).expect("a ledger");
    let mut lines: Vec<String> = ledger.lines().map(str::to_owned).collect();
    change(&mut lines);
    std::fs::write(&path, lines.join("\n") + "\n").expect("written");
    let (code, said) = verified(&suite, &[]);
    assert_eq!(code, Some(1), "{said}");
    suite.run(&["judge", "one"]);
    assert_eq!(verified(&suite, &[]), (Some(1), said.clone()), "judging covers nothing up");
    said
}

#[test]
fn a_night_that_nobody_touched_is_as_it_was_written_also_when_it_was_judged_again() {
    let suite = night();
    let before = verified(&suite, &[]);
    assert_eq!(before.0, Some(0), "{}", before.1);
    suite.run(&["judge", "one"]);
    suite.run(&["report", "one", "--no-pdf"]);
    assert_eq!(verified(&suite, &[]), before);
    let seal = night_json(&night_of(&suite, "one"))["night"]["ledger"].clone();
    let head = seal["head"].as_str().expect("a head");
    assert!(before.1.contains(head), "{}", before.1);
    assert_eq!(verified(&suite, &["--head", &head[..16]]).0, Some(0));
    assert_eq!(verified(&suite, &["--head", "0123456789abcdef"]).0, Some(1));
    assert_eq!(verified(&suite, &["--head", "three"]).0, Some(2));
    let page = std::fs::read_to_string(night_of(&suite, "one").join("index.html")).expect("a page");
    assert!(page.contains(head), "the page tells it");
}

#[test]
fn a_changed_line_is_named() {
    let said = changed(|lines| lines[4] = lines[4].replacen("\"at\":\"2", "\"at\":\"3", 1));
    assert!(said.starts_with("ledger.jsonl:5: it is not the line that line 6"), "{said}");
    let last = changed(|lines| {
        let last = lines.last_mut().expect("lines");
        *last = last.replacen("\"at\":\"2", "\"at\":\"3", 1);
    });
    assert!(last.contains("it is not the line that the report says"), "{last}");
}

#[test]
fn lines_that_are_gone_moved_or_added_are_named() {
    let gone = changed(|lines| drop(lines.remove(3)));
    assert!(gone.starts_with("ledger.jsonl:4: it is event 4 where event 3 belongs"), "{gone}");
    let moved = changed(|lines| lines.swap(2, 3));
    assert!(moved.starts_with("ledger.jsonl:3: it is event 3 where event 2"), "{moved}");
    let cut = changed(|lines| lines.truncate(lines.len() - 2));
    assert!(cut.contains("the last 2 are gone"), "{cut}");
    let added = changed(|lines| lines.push(lines[0].clone()));
    assert!(added.contains("it is event 0 where"), "{added}");
}

#[test]
fn a_changed_plan_and_changed_or_lost_evidence_are_named() {
    let suite = night();
    let night = night_of(&suite, "one");
    let plan = std::fs::read_to_string(night.join("plan.json")).expect("a plan");
    std::fs::write(night.join("plan.json"), format!("{plan}\n")).expect("written");
    let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("a ledger");
    let named: Vec<&str> = ledger
        .match_indices("evidence/")
        .map(|(at, _)| ledger[at..].split('"').next().expect("a path"))
        .collect();
    std::fs::write(night.join(named[0]), "forged").expect("written");
    let other = named.iter().find(|it| **it != named[0]).expect("another one");
    std::fs::remove_file(night.join(other)).expect("removed");
    let (code, said) = verified(&suite, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("plan.json: it is not the plan"), "{said}");
    assert!(said.contains(&format!("{}: it is not what its name", named[0])), "{said}");
    assert!(said.contains(&format!("{other}: the ledger names it, and it is gone")), "{said}");
}
