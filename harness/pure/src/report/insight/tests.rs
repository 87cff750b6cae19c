//! The summary over reports that are written by hand: each fact has its sentence, and without the
//! fact there is none.

use serde_json::json;

use super::*;
use crate::history::trend::{Drift, Flakier};
use crate::model::culprit::Culprit;
use crate::model::finding::FixedCause;
use crate::model::history::Since;
use crate::model::testing::{finding, instant};
use crate::report::{NightReport, Weeks};

fn report(scenarios: &[(&str, &str, Option<&str>)]) -> NightReport {
    let count = |verdict: &str| scenarios.iter().filter(|it| it.1 == verdict).count();
    let unjudged = count("not-run") + count("inconclusive");
    let all: Vec<_> = scenarios
        .iter()
        .map(|(id, verdict, because)| {
            json!({ "id": id, "file": "a.yaml", "line": 1, "tags": [], "owner": null, "product": null,
                "verdict": verdict, "because": because, "duration_ms": 1, "attempts": [] })
        })
        .collect();
    serde_json::from_value(json!({
        "format_version": 1,
        "night": { "id": "n", "started": instant(), "finished": null, "branch": null,
            "environment": "e", "versions": {}, "products": [
                { "name": "shop", "build": "1.5", "previous_build": "1.4" } ] },
        "gate": { "decision": "pass", "rule": "r" },
        "totals": { "planned": scenarios.len(), "judged": scenarios.len() - unjudged,
            "regressed": count("regressed"), "still-failing": count("still-failing"),
            "flaky": count("flaky"), "inconclusive": count("inconclusive"), "drifted": 0, "new": 0,
            "fixed": count("fixed"), "unchanged": count("unchanged"), "not-run": count("not-run") },
        "findings": [], "scenarios": all,
    }))
    .expect("a report")
}

fn of(id: &str, title: &str, verdict: Verdict, scenarios: &[&str]) -> Finding {
    Finding {
        id: id.to_owned(),
        title: title.to_owned(),
        verdict,
        scenarios: scenarios.iter().map(|it| (*it).to_owned()).collect(),
        ..finding()
    }
}

fn said(report: &NightReport) -> Vec<String> {
    insights(report).into_iter().map(|it| it.text).collect()
}

#[test]
fn what_is_wrong_by_itself_has_a_sentence_and_what_is_only_new_has_none() {
    let mut report = report(&[("a", "unchanged", None)]);
    let waits = |id: &str, wrong: Option<&str>| {
        serde_json::from_value(json!({
            "id": id, "scenario": "a", "checkpoint": "out", "facet": "exit", "environment": null,
            "where": "shopctl report", "algorithm": "exit/1", "finding": null, "wrong": wrong,
            "evidence": { "kind": "exit", "media": "text/plain", "path": "evidence/1", "bytes": 1 },
        }))
        .expect("something that waits")
    };
    report.pending = vec![waits("P1", None)];
    assert_eq!(insights(&report)[0].kind, InsightKind::Quiet);
    let died = Some("`shopctl report` ends by signal 11");
    report.pending = vec![waits("P1", None), waits("P2", died), waits("P3", died)];
    assert_eq!(
        said(&report),
        ["Wrong by itself, and without a baseline: `shopctl report` ends by signal 11."]
    );
    assert_eq!(insights(&report)[0].scenarios, ["a"]);
}

#[test]
fn a_quiet_night_has_one_sentence() {
    let report = report(&[("a", "unchanged", None), ("b", "unchanged", None)]);
    assert_eq!(
        said(&report),
        ["Nothing got worse and nothing is open: 2 scenarios judged, of 2 planned."]
    );
    assert_eq!(insights(&report)[0].kind, InsightKind::Quiet);
}

#[test]
fn what_is_new_is_said_with_whom_it_hits_and_the_commit_that_broke_it() {
    let mut report = report(&[("a", "regressed", None), ("b", "regressed", None)]);
    let culprit = Culprit {
        commit: Some("0123456789abcdef".to_owned()),
        title: Some("Round prices".to_owned()),
        author: Some("Ada".to_owned()),
        probability: 0.995,
        outcome: SearchOutcome::Named,
        ..Culprit::default()
    };
    let mut first = of("F1", "button \"Pay\" is gone on /cart", Verdict::Regressed, &["a", "b"]);
    first.owner = Some("shop-team".to_owned());
    first.culprit = Some(culprit);
    report.findings =
        vec![first, of("F2", "stdout of shopctl changed", Verdict::Regressed, &["b"])];
    assert_eq!(
        said(&report),
        [
            "New, major: button \"Pay\" is gone on /cart. It hits a and b, of shop-team; broken by 0123456789 \"Round prices\" by Ada: 99.5 % sure after 0 probes.",
            "New, major: stdout of shopctl changed. It hits b, nobody owns it.",
            "What is new came between shop 1.4 and 1.5; no commit is named yet (nightshift bisect searches for it).",
        ]
    );
    let rests: Vec<Vec<String>> = insights(&report).into_iter().map(|it| it.findings).collect();
    assert_eq!(rests, [["F1"], ["F2"], ["F2"]]);
}

#[test]
fn what_the_environment_did_comes_first_only_where_something_is_not_judged_for_it() {
    let outage = || of("F2", "The disk was full for 4 s", Verdict::Inconclusive, &["b", "c"]);
    let broken = || of("F1", "orders prints 11 rows", Verdict::Regressed, &["a"]);
    let kinds = |report: &NightReport| -> Vec<InsightKind> {
        insights(report).into_iter().map(|it| it.kind).collect()
    };
    let mut judged =
        report(&[("a", "regressed", None), ("b", "unchanged", None), ("c", "flaky", None)]);
    judged.findings = vec![broken(), outage()];
    assert_eq!(kinds(&judged).pop(), Some(InsightKind::Environment));
    assert_eq!(kinds(&judged)[0], InsightKind::Changed);
    let sentence = said(&judged).pop().expect("a sentence");
    assert_eq!(
        sentence,
        "The disk was full for 4 s (b and c). All that it hit ran again and is judged by that."
    );
    let lost = ("c", "inconclusive", Some("environment"));
    let mut open = report(&[("a", "regressed", None), ("b", "unchanged", None), lost]);
    open.findings = vec![broken(), outage()];
    assert_eq!(kinds(&open)[..2], [InsightKind::Environment, InsightKind::Changed]);
    assert!(!said(&open)[0].contains("ran again"), "{:?}", said(&open));
}

#[test]
fn what_is_undecided_is_no_doing_of_the_environment_and_a_search_without_an_end_is_told() {
    let mut report = report(&[("a", "inconclusive", Some("undecided"))]);
    report.night.products.clear();
    let mut it = of("F1", "orders prints 11 rows", Verdict::Inconclusive, &["a"]);
    it.culprit = Some(Culprit { suspects: vec!["0123456789ab".to_owned()], ..Culprit::default() });
    report.findings = vec![it];
    let insights = insights(&report);
    assert_eq!(insights[0].kind, InsightKind::Changed);
    let said: Vec<&str> = insights.iter().map(|it| it.text.as_str()).take(2).collect();
    assert_eq!(
        said,
        [
            "Broken, or fails by chance: orders prints 11 rows. It hits a, nobody owns it.",
            "F1: no commit can be named after 0 probes; the likeliest are 0123456789 with 0.0 %.",
        ]
    );
}

#[test]
fn each_commit_that_broke_something_has_a_sentence_with_all_that_it_broke() {
    let mut report = report(&[("a", "regressed", None)]);
    let by = |commit: usize| Culprit {
        commit: Some(format!("{commit:016}")),
        title: Some(format!("Change {commit}")),
        author: Some("Ada".to_owned()),
        probability: 0.995,
        outcome: SearchOutcome::Named,
        ..Culprit::default()
    };
    let all = (1..=20).map(|n| {
        let title = format!("page {n} changed");
        let mut it = of(&format!("F{n}"), &title, Verdict::Regressed, &[&format!("s{}", n / 2)]);
        it.culprit = Some(by(n % 10));
        it
    });
    report.findings = all.collect();
    let said = said(&report);
    assert_eq!(said.len(), 9, "{said:#?}");
    assert_eq!(
        said[0],
        "2 new findings in 2 scenarios, nobody owns it: broken by 0000000000 \"Change 1\" by Ada: 99.5 % sure after 0 probes. The worst, major: page 1 changed."
    );
    assert_eq!(
        said[8],
        "4 more new findings in 4 scenarios, nobody owns it, broken by 2 other changes."
    );
}

#[test]
fn of_many_new_findings_the_rest_is_counted_with_its_owners() {
    let mut report = report(&[("a", "regressed", None)]);
    report.night.products.clear();
    let all = (1..=6).map(|n| {
        let mut it = of(&format!("F{n}"), &format!("page {n} changed"), Verdict::Regressed, &["a"]);
        it.owner = Some(format!("team-{}", n % 2));
        it
    });
    report.findings = all.collect();
    let said = said(&report);
    assert_eq!(said.len(), 4);
    assert_eq!(said[3], "3 more findings are new, in 1 scenario, of team-0 and team-1.");
    report.findings[4].owner = None;
    assert_eq!(
        self::said(&report)[3],
        "3 more findings are new, in 1 scenario, of team-0, and nobody owns 1 of them."
    );
}

#[test]
fn what_still_fails_and_what_fails_by_chance_is_told_with_its_owner() {
    let mut report = report(&[("a", "still-failing", None), ("b", "flaky", None)]);
    report.findings = vec![
        of("F1", "No mail comes", Verdict::StillFailing, &["a"]),
        of("F2", "page 2 changed", Verdict::Flaky, &["b"]),
    ];
    assert_eq!(
        said(&report),
        [
            "1 finding is still failing, nobody owns it.",
            "Fails by chance: page 2 changed, in b, nobody owns it.",
        ]
    );
    for it in &mut report.findings {
        it.owner = Some("ada".to_owned());
    }
    assert_eq!(
        said(&report),
        ["1 finding is still failing, of ada.", "Fails by chance: page 2 changed, in b, of ada.",]
    );
}

#[test]
fn what_is_fixed_slower_flakier_open_and_not_covered_is_said_each_by_its_fact() {
    let mut report = report(&[
        ("a", "still-failing", None),
        ("b", "not-run", Some("deadline")),
        ("c", "inconclusive", Some("login")),
    ]);
    let mut old = of("F1", "No mail comes", Verdict::StillFailing, &["a"]);
    old.first_seen = Some(instant() - chrono::Duration::days(3));
    report.findings = vec![old];
    report.fixed = vec![FixedCause {
        fingerprint: "f".to_owned(),
        title: "The total is wrong.".to_owned(),
        since: Since {
            at: instant() - chrono::Duration::days(5),
            night: "n".to_owned(),
            build: None,
        },
        scenarios: vec!["b".to_owned()],
    }];
    report.risk_left = Some(0.13);
    report.weeks = Some(Weeks {
        slower: vec![Drift { scenario: "a".to_owned(), before_ms: 1_000.0, now_ms: 1_500.0 }],
        flakier: vec![Flakier { scenario: "b".to_owned(), now: (5, 14), before: (0, 16) }],
        uncovered: vec!["old/one".to_owned()],
        ..Weeks::default()
    });
    assert_eq!(
        said(&report),
        [
            "1 finding is still failing since 18 November 2026, nobody owns it.",
            "Fixed: The total is wrong. It was there since 16 November 2026 and is gone in b.",
            "a takes 1.5 s, 1.5 times as long as two weeks ago (1.0 s).",
            "b was flaky in 5 of the last 14 nights, and in 0 of 16 before.",
            "Not covered any more: 1 scenario was planned before and is not in the suite (old/one).",
            "1 scenario did not run: b (deadline); the risk that something new hides there is 13 %.",
            "1 scenario cannot be judged: c (login).",
        ]
    );
}

#[test]
fn a_night_of_which_nothing_was_judged_is_not_called_quiet() {
    assert_eq!(said(&report(&[])), Vec::<String>::new());
}
