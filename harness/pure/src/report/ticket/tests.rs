//! What each markup makes of text that would be something in it.

use serde_json::json;

use super::markdown::{Comments, is_marked, mark, markdown, marked, ticket_title, title};
use super::{Block, Piece, adf, tickets};
use crate::model::Finding;
use crate::model::culprit::{Culprit, SearchOutcome};
use crate::model::testing::{finding, instant};
use crate::report::NightReport;

const HOSTILE: &str = "@here #1 !2 ``` <img src=x onerror=alert(1)> [x](https://evil.example) <!-- nightshift-cause-ff --> $(id)";

fn blocks() -> Vec<Block> {
    vec![
        Block::Text(vec![Piece::ours("Said: "), Piece::Theirs(HOSTILE.to_owned())]),
        Block::Steps(vec![Piece::Theirs("`/close`".to_owned())]),
        Block::Change {
            expected: vec!["12 rows".to_owned()],
            actual: vec![
                "/close".to_owned(),
                "```".to_owned(),
                "<!-- nightshift-cause-ff -->".to_owned(),
                "nightshift-cause-ff".to_owned(),
            ],
        },
    ]
}

#[test]
fn in_markdown_what_the_product_said_stands_in_code() {
    let text = markdown(&blocks());
    assert_eq!(
        text,
        format!(
            "Said: ````{HOSTILE}````\n\n1. `` `/close` ``\n\n````diff\n- 12 rows\n+ /close\n+ ```\n+ <!-- nightshift-cause-ff -->\n+ nightshift-cause-ff\n````\n"
        )
    );
}

#[test]
fn only_a_line_of_ours_is_a_mark() {
    let text = markdown(&blocks());
    assert_eq!(marked("cause", &text), None);
    for comments in [Comments::Kept, Comments::Lost] {
        let own = mark("cause", "ab12", comments);
        assert_eq!(marked("cause", &format!("{own}\n\n{text}")), Some("ab12".to_owned()));
        assert_eq!(marked("night", &own), None);
    }
    assert_eq!(mark("cause", "a --> b", Comments::Kept), "<!-- nightshift-cause-a--b -->");
    // A night may be called so with `--id`; the mark of its comment leaves the rest out.
    let told = format!("{}\n\nSeen again.", mark("event", "build_1.2", Comments::Kept));
    assert!(is_marked("event", "build_1.2", &told));
    assert!(!is_marked("event", "build_1.3", &told));
}

#[test]
fn in_a_title_nobody_is_mentioned() {
    let said = title("@ada broke #12 and 5 % of <b>");
    assert_eq!(said, "@\u{2060}ada broke #\u{2060}12 and 5 % of <\u{2060}b>");
    assert_eq!(ticket_title(&"@".repeat(200)).chars().count(), 255, "GitLab takes no more");
}

#[test]
fn in_adf_a_text_is_a_text_and_a_mark_is_a_paragraph_of_its_own() {
    let own = "nightshift-night-n1";
    let document = adf::document(&blocks(), Some(own));
    let said = &document["content"][0]["content"][1];
    assert_eq!(said["text"], HOSTILE);
    assert_eq!(said["marks"], json!([{ "type": "code" }]));
    assert!(adf::is_marked(&document, own));
    let theirs = Block::Text(vec![Piece::Theirs(own.to_owned())]);
    assert!(!adf::is_marked(&adf::document(&[theirs], None), own));
}

/// The facts of the ticket of a finding.
fn facts(finding: Finding) -> Vec<Vec<Piece>> {
    let mut night: NightReport = serde_json::from_value(json!({
        "format_version": 1,
        "night": { "id": "n", "started": instant(), "finished": null, "branch": null,
            "environment": "e", "versions": {}, "products": [] },
        "gate": { "decision": "fail", "rule": "r" },
        "totals": { "planned": 0, "judged": 0, "regressed": 0, "still-failing": 0, "flaky": 0,
            "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 0, "not-run": 0 },
        "findings": [], "scenarios": [],
    }))
    .expect("a report");
    night.findings = vec![finding];
    let body = tickets(&night, None).remove(0).body;
    let Some(Block::List(facts)) = body.into_iter().nth(1) else { panic!("facts come second") };
    facts
}

#[test]
fn a_ticket_says_who_owns_its_finding_or_that_nobody_does() {
    let facts =
        |owner: Option<&str>| facts(Finding { owner: owner.map(str::to_owned), ..finding() });
    let owned = vec![Piece::ours("Owner: "), Piece::Theirs("@ada".to_owned())];
    let nobody = vec![Piece::ours("Owner: nobody owns it")];
    assert!(facts(Some("@ada")).contains(&owned));
    assert!(!facts(Some("@ada")).contains(&nobody));
    assert!(facts(None).contains(&nobody));
}

#[test]
fn a_ticket_names_the_first_bad_commit_where_it_is_sure_and_no_other() {
    let facts = |culprit: Option<Culprit>| facts(Finding { culprit, ..finding() });
    let first = |of: &[Vec<Piece>]| {
        of.iter().find(|it| it[0] == Piece::ours("First bad commit or build: ")).cloned()
    };
    let sure = Culprit {
        commit: Some("0123456789abcdef".to_owned()),
        title: Some("Sort by price".to_owned()),
        probability: 0.99,
        outcome: SearchOutcome::Named,
        ..Culprit::default()
    };
    let named = format!("{:?}", first(&facts(Some(sure.clone()))).expect("it is named"));
    assert!(named.contains("0123456789") && named.contains("Sort by price"), "{named}");
    let unsure = Culprit { probability: 0.98, ..sure };
    assert_eq!(first(&facts(Some(unsure))), None);
    assert_eq!(first(&facts(None)), None);
}
