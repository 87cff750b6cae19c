//! `nightshift file` with trackers that are played on the loopback (`trackers.rs`): one ticket a
//! cause, through its whole life, whatever goes wrong on the way.

mod trackers;

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use crate::support::{Answer, SuiteCopy};
use trackers::{Fault, Kind, Played};

/// A suite whose only scenario shows a text, with an accepted night.
fn suite(kind: Kind, more: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    let place = match kind {
        Kind::Github => "to: github, repository: owner/shop",
        Kind::Gitlab => "to: gitlab, project: group/sub/shop",
        Kind::Jira => "to: jira, project: QA, user: 'qa@example.com'",
        Kind::Linear => "to: linear, team: QA",
    };
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  tool: {{}}\npass-env: [SUITE]\nfile: {{ {place}, token: '${{secret:TOKEN}}', \
             api: '${{secret:API}}', close-after: 2, link: 'https://reports.example/${{night}}/index.html'{more} }}\n"
        ),
    );
    suite.write(
        "scenarios/rows.yaml",
        "scenario: rows\nowner: data-team\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n",
    );
    suite.write("said", "12 rows\n");
    night(&suite, "n0", 0, &["--accept-new", "--no-settle"]);
    suite
}

fn night(suite: &SuiteCopy, id: &str, code: i32, more: &[&str]) {
    let root = suite.root().display().to_string();
    let words: Vec<&str> =
        ["run", "--no-pdf", "--id", id].into_iter().chain(more.iter().copied()).collect();
    let answer = suite.run_with(&words, &[("SUITE", root.as_str())]);
    assert_eq!(answer.code, Some(code), "{answer:#?}");
}

fn file(suite: &SuiteCopy, played: &Played, night: &str) -> Answer {
    let environment = [("API", played.address.as_str()), ("TOKEN", "t0ken-of-tracker")];
    suite.run_with(&["file", night, "--file"], &environment)
}

/// A ticket through its life: made once, seen again, closed when its cause is gone for two nights,
/// opened again when it is back.
fn life(kind: Kind) {
    let suite = suite(kind, ", assign: { data-team: ada }, labels: [bug]");
    let played = Played::start(kind);
    suite.write("said", "11 <!-- nightshift-cause-ff --> @here rows\n");
    night(&suite, "n1", 1, &[]);
    let first = file(&suite, &played, "n1");
    assert_eq!(first.code, Some(0), "{first:#?}");
    assert!(first.stdout.starts_with("F1: filed as "), "{first:#?}");
    let made = played.issues();
    assert_eq!(made.len(), 1, "{made:#?}");
    assert!(made[0].open && made[0].comments.is_empty(), "{made:#?}");
    assert_eq!(made[0].assigned, ["ada"], "{made:#?}");
    let body = made[0].body.to_string();
    for part in [
        "Expected",
        "12 rows",
        "nightshift run rows",
        "https://reports.example/n1/index.html",
        "cat $SUITE/said",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
    played.calls_with_token("t0ken-of-tracker");

    // The same night once more, and once more without what was remembered here.
    for forgets in [false, true] {
        if forgets {
            std::fs::remove_file(suite.root().join(".nightshift/tickets.json"))
                .expect("it was there");
        }
        let again = file(&suite, &played, "n1");
        assert_eq!(again.code, Some(0), "{again:#?}");
        assert!(again.stdout.contains("seen again"), "{again:#?}");
        assert_eq!(played.issues().len(), 1);
        assert_eq!(played.issues()[0].comments.len(), 1, "one comment a night");
    }
    night(&suite, "n2", 1, &[]);
    assert_eq!(file(&suite, &played, "n2").code, Some(0));
    assert_eq!(played.issues()[0].comments.len(), 2);

    suite.write("said", "12 rows\n");
    night(&suite, "n3", 0, &[]);
    assert_eq!(file(&suite, &played, "n3").code, Some(0));
    assert!(played.issues()[0].open, "one night is not two");
    night(&suite, "n4", 0, &[]);
    let closed = file(&suite, &played, "n4");
    assert!(closed.stdout.contains("closed, gone for 2 nights"), "{closed:#?}");
    assert!(!played.issues()[0].open);

    suite.write("said", "11 <!-- nightshift-cause-ff --> @here rows\n");
    played.age();
    night(&suite, "n5", 1, &[]);
    let back = file(&suite, &played, "n5");
    assert!(back.stdout.contains("opened again"), "{back:#?}");
    let all = played.issues();
    assert!(all.len() == 1 && all[0].open, "{all:#?}");
}

#[test]
fn a_cause_has_one_issue_on_github_through_its_life() {
    life(Kind::Github);
}

#[test]
fn a_cause_has_one_issue_on_gitlab_through_its_life() {
    life(Kind::Gitlab);
}

#[test]
fn a_cause_has_one_issue_in_jira_through_its_life() {
    life(Kind::Jira);
}

#[test]
fn a_cause_has_one_issue_in_linear_through_its_life() {
    life(Kind::Linear);
}

/// A suite with a night whose only scenario regressed.
fn regressed(kind: Kind, more: &str) -> SuiteCopy {
    let suite = suite(kind, more);
    suite.write("said", "11 rows\n");
    night(&suite, "n1", 1, &[]);
    suite
}

#[test]
fn a_ticket_that_was_made_although_the_answer_was_lost_is_not_made_again() {
    for kind in [Kind::Github, Kind::Gitlab, Kind::Jira, Kind::Linear] {
        let suite = regressed(kind, "");
        let played = Played::start(kind);
        played.next_creation(Fault::AnswerLost);
        let answer = file(&suite, &played, "n1");
        assert_eq!(answer.code, Some(0), "{kind:?} {answer:#?}");
        assert_eq!(played.issues().len(), 1, "{kind:?}");
    }
}

#[test]
fn a_ticket_that_somebody_wrote_anew_is_known_where_it_was_made() {
    for kind in [Kind::Github, Kind::Gitlab, Kind::Jira, Kind::Linear] {
        let suite = regressed(kind, "");
        let played = Played::start(kind);
        file(&suite, &played, "n1");
        played.write_anew();
        let answer = file(&suite, &played, "n1");
        assert!(answer.stdout.contains("seen again"), "{kind:?} {answer:#?}");
        assert_eq!(played.issues().len(), 1, "{kind:?}");
    }
}

#[test]
fn a_tracker_that_is_busy_or_not_well_is_asked_again_and_one_that_refuses_is_not() {
    let suite = regressed(Kind::Github, "");
    for fault in [Fault::TooOften, Fault::NotWell] {
        let played = Played::start(Kind::Github);
        played.next_creation(fault);
        let answer = file(&suite, &played, "n1");
        assert_eq!((answer.code, played.issues().len()), (Some(0), 1), "{fault:?} {answer:#?}");
        std::fs::remove_file(suite.root().join(".nightshift/tickets.json")).expect("it was there");
    }
    for (fault, said) in
        [(Fault::Expired, "no longer valid"), (Fault::Elsewhere, "sends us elsewhere")]
    {
        let played = Played::start(Kind::Github);
        played.always(fault);
        let answer = file(&suite, &played, "n1");
        assert_eq!(answer.code, Some(1), "{answer:#?}");
        assert!(answer.stderr.contains(said), "{answer:#?}");
        assert!(!answer.stderr.contains("t0ken-of-tracker"), "{answer:#?}");
        assert_eq!(played.calls(), 1, "{fault:?}");
    }
}

#[test]
fn a_token_that_may_only_read_is_told_with_the_right_that_it_lacks() {
    for (kind, right) in [
        (Kind::Github, "give the token `issues: write` in it"),
        (Kind::Gitlab, "give the token the scope `api`"),
        (Kind::Jira, "let the account of the token browse, create, edit and move its issues"),
        (Kind::Linear, "give the key the right to read and write its issues"),
    ] {
        let suite = regressed(kind, "");
        let played = Played::start(kind);
        played.next_creation(Fault::NoRight);
        let answer = file(&suite, &played, "n1");
        assert_eq!((answer.code, played.issues().len()), (Some(1), 0), "{kind:?} {answer:#?}");
        let said = "the token has no right to this (";
        assert!(answer.stderr.contains("F1: not done: it answered "), "{kind:?} {answer:#?}");
        assert!(answer.stderr.contains(said), "{kind:?} {answer:#?}");
        assert!(answer.stderr.contains("Resource not accessible"), "{kind:?} {answer:#?}");
        assert!(answer.stderr.contains(right), "{kind:?} {answer:#?}");
        // The twin: with the right it is made, once, and nothing is said of rights.
        let answer = file(&suite, &played, "n1");
        assert_eq!((answer.code, played.issues().len()), (Some(0), 1), "{kind:?} {answer:#?}");
        assert!(!answer.stderr.contains(right), "{kind:?} {answer:#?}");
    }
}

#[test]
fn two_machines_at_the_same_moment_leave_one_open_ticket() {
    let suite = regressed(Kind::Github, "");
    let played = Played::start(Kind::Github);
    // What another machine makes between our search and our ticket.
    played.meanwhile_elsewhere();
    let answer = file(&suite, &played, "n1");
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let all = played.issues();
    let open: Vec<u64> = all.iter().filter(|it| it.open).map(|it| it.number).collect();
    assert_eq!((all.len(), open), (2, vec![1]), "{answer:#?}");
    assert!(answer.stdout.contains("closed, it is the same as #1"), "{answer:#?}");
    // From then on the first one is followed up.
    let again = file(&suite, &played, "n1");
    assert!(again.stdout.contains("#1 seen again"), "{again:#?}");
}

#[test]
fn what_somebody_closed_for_good_or_after_the_night_began_stays_closed() {
    let suite = regressed(Kind::Github, "");
    let played = Played::start(Kind::Github);
    file(&suite, &played, "n1");
    played.close(1, "not_planned");
    played.age();
    let answer = file(&suite, &played, "n1");
    assert!(answer.stdout.contains("stays closed"), "{answer:#?}");
    played.close(1, "completed");
    let answer = file(&suite, &played, "n1");
    assert!(answer.stdout.contains("closed after this night began"), "{answer:#?}");
    assert!(!played.issues()[0].open);
    assert_eq!(played.issues()[0].comments.len(), 0);
}

/// Fails where the tracker's clock is taken for ours, in both directions.
#[test]
fn a_tracker_whose_clock_goes_wrong_by_an_hour_is_judged_by_its_own_clock() {
    let hour = TimeDelta::hours(1);
    for kind in [Kind::Github, Kind::Gitlab, Kind::Jira, Kind::Linear] {
        for ahead in [-hour, hour] {
            let suite = regressed(kind, "");
            let began = Utc::now();
            let played = Played::start(kind);
            played.goes_ahead(ahead);
            assert_eq!(file(&suite, &played, "n1").code, Some(0));
            // A minute after the night, which its clock says an hour earlier or later.
            played.close_at(1, began + TimeDelta::minutes(1));
            let answer = file(&suite, &played, "n1");
            let said = answer.stdout.contains("closed after this night began");
            assert!(said && !played.issues()[0].open, "{kind:?} {ahead} {answer:#?}");
            // The twin: half an hour before the night.
            played.close_at(1, began - TimeDelta::minutes(30));
            let answer = file(&suite, &played, "n1");
            let said = answer.stdout.contains("opened again");
            assert!(said && played.issues()[0].open, "{kind:?} {ahead} {answer:#?}");
        }
    }
}

#[test]
fn without_the_word_nothing_is_sent_and_drafts_are_written() {
    for (kind, name) in [(Kind::Github, "F1.md"), (Kind::Jira, "F1.json")] {
        let suite = regressed(kind, "");
        let answer = suite.run(&["file", "n1"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        let draft = suite.root().join("reports/nights/n1/tickets").join(name);
        let text = std::fs::read_to_string(draft).expect("a draft");
        assert!(text.contains("12 rows") && text.contains("11 rows"), "{text}");
        assert!(text.contains("nightshift-cause-"), "{text}");
        if kind == Kind::Jira {
            serde_json::from_str::<Value>(&text).expect("JSON");
        }
    }
}

#[test]
fn what_the_configuration_lacks_is_said_where_it_stands() {
    for (written, said) in [
        ("{ to: github, token: '${secret:T}' }", "github needs \"repository\""),
        ("{ to: gitlab, team: QA, token: '${secret:T}' }", "gitlab has no \"team\""),
        ("{ to: github, repository: '../x', token: '${secret:T}' }", "is no repository of github"),
        ("{ to: jira, project: QA, token: '${secret:T}' }", "jira needs \"api\" and \"user\""),
        ("{ to: trello, token: '${secret:T}' }", "trello"),
    ] {
        let suite = SuiteCopy::empty();
        suite.write("nightshift.yaml", &format!("products:\n  tool: {{}}\nfile: {written}\n"));
        let answer = suite.run(&["check"]);
        assert_eq!(answer.code, Some(2), "{written}");
        assert!(answer.stdout.contains(said) || answer.stderr.contains(said), "{answer:#?}");
    }
    let suite = regressed(Kind::Github, "");
    let environment = [("API", "http://127.0.0.2.evil.example"), ("TOKEN", "t0ken")];
    let answer = suite.run_with(&["file", "n1", "--file"], &environment);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("write https://"), "{answer:#?}");
}
