//! The ledger as a night uses it: written by one, read by another, cut off in the middle.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::*;
use crate::model::pursuit::Pursuit;
use crate::model::{Because, Event};

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a valid instant")
}

fn not_run(detail: &str) -> Event {
    Event::NotRun {
        scenario: "a".to_owned(),
        because: Because::Deadline,
        detail: detail.to_owned(),
    }
}

fn ledger(folder: &std::path::Path, secret: &str) -> Ledger {
    let night = NightDir::create(folder).expect("an empty folder");
    let secrets = Secrets::new([("TOKEN".to_owned(), secret.to_owned())].into_iter().collect())
        .expect("long enough");
    Ledger::create(night, secrets, clock).expect("a new ledger")
}

#[test]
fn what_was_appended_is_read_back_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    ledger.append(not_run("one")).expect("written");
    ledger.append(not_run("two")).expect("written");
    let read = ledger.night().entries().expect("readable");
    assert_eq!(read, ledger.entries());
    assert_eq!(read.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_last_line_that_was_cut_off_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    ledger.append(not_run("one")).expect("written");
    let whole = std::fs::read(ledger.night().ledger_path()).expect("readable");
    for cut in 1..whole.len() {
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&whole[..cut]);
        std::fs::write(ledger.night().ledger_path(), bytes).expect("written");
        let read = ledger.night().entries().expect("readable");
        assert!(read.starts_with(&ledger.entries()), "cut at {cut}");
    }
}

#[test]
fn a_damaged_line_in_the_middle_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    ledger.append(not_run("one")).expect("written");
    let mut bytes = b"{nonsense}\n".to_vec();
    bytes.extend(std::fs::read(ledger.night().ledger_path()).expect("readable"));
    std::fs::write(ledger.night().ledger_path(), bytes).expect("written");
    let error = ledger.night().entries().expect_err("damaged").to_string();
    assert!(error.contains("ledger.jsonl, line 1"), "{error}");
}

#[test]
fn no_secret_reaches_events_evidence_or_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    ledger.append(not_run("the token is s3cret-token")).expect("written");
    let kept = ledger.keep("stdout", "text/plain", b"s3cret-token\n").expect("written");
    ledger.write_file("plan.json", b"{\"x\":\"s3cret-token\"}").expect("written");
    assert_eq!(ledger.night().read(&kept).expect("readable"), b"[secret]\n");
    for entry in walkdir::WalkDir::new(folder.path()).into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).expect("readable");
            assert!(!String::from_utf8_lossy(&bytes).contains("s3cret-token"), "{entry:?}");
        }
    }
}

#[test]
fn a_folder_that_holds_something_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("thesis.txt"), "mine").expect("written");
    let error = NightDir::create(folder.path()).expect_err("occupied");
    assert!(matches!(error, LedgerError::Occupied(_)), "{error}");
    assert_eq!(std::fs::read(folder.path().join("thesis.txt")).expect("kept"), b"mine");
}

#[test]
fn the_same_bytes_are_kept_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let night = NightDir::create(folder.path()).expect("an empty folder");
    let one = night.keep("aria", "text/plain", b"- heading").expect("written");
    let two = night.keep("aria", "text/plain", b"- heading").expect("written");
    assert_eq!(one, two);
    assert!(one.path.starts_with("evidence/") && one.path.contains(".txt"), "{}", one.path);
}

#[test]
fn evidence_outside_of_the_night_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let night = NightDir::create(folder.path().join("night")).expect("an empty folder");
    let mut evidence = night.keep("aria", "text/plain", b"x").expect("written");
    "evidence/../../secret.txt".clone_into(&mut evidence.path);
    assert!(night.read(&evidence).is_err());
}

#[test]
fn a_night_is_named_by_its_id_where_it_is_found_by_that_and_by_its_folder_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let nights = folder.path().join("nights");
    let own = NightDir::create(nights.join("n1")).expect("an empty folder");
    assert_eq!(own.named_among(&nights), "n1");
    let other = folder.path().join("of others/n1");
    let elsewhere = NightDir::create(&other).expect("an empty folder");
    assert_eq!(elsewhere.named_among(&nights), format!("'{}'", other.display()));
}

#[test]
fn a_plan_of_a_newer_version_is_refused_with_both_versions() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("plan.json"), r#"{"format_version": 99}"#).expect("written");
    let night = NightDir::open(folder.path()).expect("has a plan");
    let error = night.plan().expect_err("too new").to_string();
    assert!(error.contains("format version 99; this nightshift reads up to 1"), "{error}");
}

#[test]
fn a_ledger_goes_on_after_its_last_whole_line_wherever_it_was_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = ledger(folder.path(), "s3cret-token");
    first.append(not_run("one")).expect("written");
    let one = std::fs::read(first.night().ledger_path()).expect("readable");
    first.append(not_run("two")).expect("written");
    let both = std::fs::read(first.night().ledger_path()).expect("readable");
    for cut in one.len()..=both.len() {
        std::fs::write(first.night().ledger_path(), &both[..cut]).expect("written");
        let night = first.night().clone();
        let resumed = Ledger::resume(night, Secrets::default(), clock).expect("it goes on");
        let kept = if cut == both.len() { 2 } else { 1 };
        assert_eq!(resumed.entries(), first.entries()[..kept], "cut at {cut}");
        let next = resumed.append(not_run("three")).expect("written");
        assert_eq!(next.seq, kept as u64);
        assert_eq!(resumed.night().entries().expect("readable"), resumed.entries());
        assert_eq!(resumed.entries_of("a").len(), kept + 1);
    }
}

#[test]
fn nothing_is_cut_off_a_ledger_that_is_damaged_in_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = ledger(folder.path(), "s3cret-token");
    first.append(not_run("one")).expect("written");
    let mut bytes = b"{nonsense}\n".to_vec();
    bytes.extend(std::fs::read(first.night().ledger_path()).expect("readable"));
    std::fs::write(first.night().ledger_path(), &bytes).expect("written");
    Ledger::resume(first.night().clone(), Secrets::default(), clock).expect_err("it is damaged");
    assert_eq!(std::fs::read(first.night().ledger_path()).expect("readable"), bytes);
}

#[test]
fn lines_that_a_resumed_night_says_are_void_are_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    for text in ["one", "two", "three"] {
        ledger.append(not_run(text)).expect("written");
    }
    let resumed = |void| Event::NightResumed { broke_off: clock(), kept: 0, anew: vec![], void };
    ledger.append(resumed(vec![1])).expect("written");
    let read = ledger.night().entries().expect("readable");
    assert_eq!(read.iter().map(|it| it.seq).collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn evidence_of_another_night_is_taken_over_under_its_own_hash_and_no_other_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let from = ledger(folder.path(), "s3cret-token");
    let kept = from.keep("stdout", "text/plain", b"12 rows").expect("kept");
    let to = NightDir::create(other.path()).expect("an empty folder");
    to.take(&kept.path, b"12 rows").expect("it is that");
    assert_eq!(to.read(&kept).expect("readable"), b"12 rows");
    to.take(&kept.path, b"11 rows").expect_err("it is something else");
    let hash = kept.path.rsplit(['/', '.']).nth(1).expect("a hash");
    for path in [
        format!("evidence/../{hash}.txt"),
        format!("../evidence/{}/{hash}.txt", &hash[..2]),
        format!("evidence/{}/{hash}.txt/../../../plan.json", &hash[..2]),
        format!("evidence/{}/{hash}.", &hash[..2]),
    ] {
        to.take(&path, b"12 rows").expect_err(&path);
    }
}

#[test]
fn the_evidence_that_lines_name_is_known_and_so_is_what_came_behind_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    ledger.append(not_run("one")).expect("written");
    let before = ledger.entries_so_far();
    let kept = ledger.keep("server log", "text/plain", b"it was well").expect("kept");
    let event = Event::ProductLog { product: "shop".to_owned(), evidence: vec![kept.clone()] };
    let entry = ledger.append(event).expect("written");
    assert_eq!(ledger.entries_behind(before), [entry]);
    assert_eq!(ledger.entries_behind(before + 9), []);
    let named = evidence_of(&ledger.entries());
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [kept.path]);
}

#[test]
fn what_was_asked_answered_shown_and_written_on_the_way_to_a_goal_is_evidence_that_lines_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger(folder.path(), "s3cret-token");
    let keep =
        |kind: &str, media: &str| ledger.keep(kind, media, kind.as_bytes()).expect("kept").path;
    let request = keep("request to a model", "application/json");
    let picture = keep("picture for a model", "image/png");
    let answer = keep("answer of a model", "text/plain");
    let output = keep("stdout", "text/plain");
    let asked = Pursuit::Asked {
        number: 1,
        model: "small".to_owned(),
        request: request.clone(),
        picture: Some(picture.clone()),
        answer: answer.clone(),
        failed: None,
        tries: 1,
        tokens_in: 10,
        tokens_out: 1,
        estimated: 0,
        cost: None,
        duration_ms: 5,
        kept: None,
    };
    let wrote = Pursuit::Wrote { number: 1, evidence: vec![output.clone()], exit: Some(0) };
    for pursuit in [asked, wrote] {
        let scenario = "order".to_owned();
        ledger.append(Event::Goal { scenario, attempt: 1, step: 1, pursuit }).expect("written");
    }
    let named = BTreeSet::from([request, picture, answer, output]);
    assert_eq!(evidence_of(&ledger.entries()), named);
    ledger.write_file("plan.json", b"{}").expect("written");
    let verified = || verify(ledger.night(), None, None).expect("readable").flaws;
    assert_eq!(verified(), []);
    for path in &named {
        std::fs::remove_file(ledger.night().path().join(path)).expect("removed");
    }
    let gone: BTreeSet<String> = verified().into_iter().map(|it| it.file).collect();
    assert_eq!(gone, named);
}

#[test]
fn evidence_that_was_cut_off_or_changed_is_not_read_as_what_was_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let night = NightDir::create(folder.path()).expect("an empty folder");
    let kept = night.keep("stdout", "text/plain", b"12 rows\n").expect("written");
    let path = folder.path().join(&kept.path);
    for bytes in [b"".as_slice(), b"12 ro", b"13 rows\n"] {
        std::fs::write(&path, bytes).expect("written");
        let refused = night.read(&kept).expect_err("not what was seen").to_string();
        assert!(refused.contains(&kept.path) && refused.contains("the hash of"), "{refused}");
    }
    std::fs::write(&path, b"12 rows\n").expect("written");
    assert_eq!(night.read(&kept).expect("readable"), b"12 rows\n");
}
