//! The verdict table, grouping by cause, titles, known issues and the gate, each with its twin.

mod chance;
mod commands;
mod computed;
mod drifts;
mod faults;
mod gate;
mod noise;
mod outages;
mod rows;
mod stages;
mod suppressions;
mod titles;
mod trouble;
mod upgrades;

use std::fmt::Write;

use super::*;
use crate::model::event::Event;
use crate::model::suite::{GateRule, Suppression};
use crate::model::testing::{Night, instant};
use crate::model::{
    Because, Decision, EvidenceRef, FacetKind, Outcome, Severity, Verdict, WatchKind,
};

pub(super) fn judge(night: &Night) -> Judgement {
    // Named in full: the room itself knows nothing of `compare`, only its tests do.
    let mut found = crate::compare::compare(&night.plan, &night.entries, &|it| night.read(it))
        .expect("the redactions are valid");
    found
        .store(&mut |kind, media, bytes| {
            Ok::<_, String>(EvidenceRef {
                kind: kind.to_owned(),
                media: media.to_owned(),
                path: "evidence/new".to_owned(),
                bytes: bytes.len() as u64,
            })
        })
        .expect("memory never fails");
    triage(&night.plan, &night.entries, &found, instant())
}

fn titles(judgement: &Judgement) -> Vec<&str> {
    judgement.findings.iter().map(|it| it.title.as_str()).collect()
}

/// Verdict and reason of the first scenario.
fn first(night: &Night) -> (Verdict, Option<Because>) {
    let judgement = judge(night);
    (judgement.scenarios[0].verdict, judgement.scenarios[0].because)
}

#[test]
fn an_unchanged_night_has_no_findings_and_passes() {
    let mut night = Night::default();
    for index in 0..20 {
        night.page(&format!("s{index}"), "/", "- heading \"12 rows\"", "- heading \"12 rows\"\n");
    }
    let judgement = judge(&night);
    assert_eq!((judgement.findings.len(), judgement.pending.len()), (0, 0));
    assert_eq!(judgement.totals.unchanged, 20);
    assert_eq!(judgement.gate.decision, Decision::Pass);
}

#[test]
fn a_finding_is_repeated_at_the_server_that_the_night_was_told_of() {
    let again = |url: Option<&str>| {
        let mut night = Night::default();
        night.page("orders", "/", "- heading \"12 rows\"", "- heading \"11 rows\"\n");
        night.plan.asked.base_urls =
            url.map(|it| ("shop".to_owned(), it.to_owned())).into_iter().collect();
        judge(&night).findings[0].reproduce.clone()
    };
    assert_eq!(again(None), "nightshift run orders");
    let there = "nightshift run orders --base-url 'shop=http://127.0.0.1:8002'";
    assert_eq!(again(Some("http://127.0.0.1:8002")), there);
    assert_eq!(again(Some("http://ada:pass@127.0.0.1:8002")), "nightshift run orders");
}

#[test]
fn the_same_change_on_ten_pages_is_one_finding() {
    let mut night = Night::default();
    for index in 0..10 {
        let page = |footer: &str| {
            format!("- heading \"Page {index}\"\n- main: text {index}\n- contentinfo: {footer}")
        };
        night.page(&format!("s{index}"), &format!("/p{index}"), &page("Help"), &page("Hlep"));
    }
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        ["footer \"Help\" became \"Hlep\" on /p0 (and all 9 other pages)"]
    );
    let finding = &judgement.findings[0];
    assert_eq!((finding.scenarios.len(), finding.differences.len()), (10, 10));
    assert_eq!((finding.severity, finding.confidence), (Severity::Major, 0.98));
    assert_eq!(
        finding.accept.as_deref(),
        Some("nightshift review 2026-11-21T010000Z-test --accept F1")
    );
    assert!(judgement.pending.iter().all(|it| it.finding.as_deref() == Some("F1")));
}

#[test]
fn two_independent_causes_are_two_findings() {
    let mut night = Night::default();
    for index in 0..5 {
        let page = |rows: u32, footer: &str| {
            format!("- heading \"{rows} rows\"\n- main: text {index}\n- contentinfo: {footer}")
        };
        let rows = if index == 3 { 11 } else { 12 };
        night.page(
            &format!("s{index}"),
            &format!("/p{index}"),
            &page(12, "Help"),
            &page(rows, "Hlep"),
        );
    }
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "footer \"Help\" became \"Hlep\" on /p0 (and all 4 other pages)",
            "heading \"12 rows\" became \"11 rows\" on /p3"
        ]
    );
}

#[test]
fn a_format_that_changed_everywhere_is_one_finding_although_the_numbers_differ() {
    let mut night = Night::default();
    for index in 0..4 {
        let price = format!("1{index}");
        night.page(
            &format!("s{index}"),
            &format!("/p{index}"),
            &format!("- cell \"£{price}.00\""),
            &format!("- cell \"£{price}\""),
        );
    }
    assert_eq!(
        titles(&judge(&night)),
        ["cell \"£10.00\" became \"£10\" on /p0 (and 3 more pages)"]
    );
}

#[test]
fn pages_replaced_by_the_same_error_are_one_finding() {
    let mut night = Night::default();
    for index in 0..4 {
        let mut page = String::new();
        for row in 0..5 {
            writeln!(page, "- row \"{index} {row}\"").expect("memory");
        }
        let (id, place) = (format!("s{index}"), format!("/p{index}"));
        night
            .browser_scenario(&id, &["page"])
            .baseline(&id, "page", FacetKind::Aria, page.as_bytes())
            .baseline(&id, "watch", FacetKind::Events, b"")
            .begin(&id, 1)
            .watch(&id, 1, 1, WatchKind::BadStatus, "500 Internal Server Error", &place);
        let seen = format!("- heading \"Internal Server Error\"\n- text: request {place}");
        night.seen(&id, 1, "page", &place, &[(FacetKind::Aria, seen.as_bytes())]).end(
            &id,
            1,
            Outcome::Completed,
        );
    }
    let judgement = judge(&night);
    assert_eq!(titles(&judgement), ["/p0 answers 500 (and 3 more pages)"]);
    assert_eq!(judgement.findings[0].severity, Severity::Critical);
}

#[test]
fn a_failed_step_joins_the_difference_that_lost_its_target() {
    let mut night = Night::default();
    night
        .browser_scenario("orders", &["page"])
        .baseline("orders", "page", FacetKind::Aria, b"- heading \"Orders\"\n- button \"Apply\"")
        .baseline("orders", "watch", FacetKind::Events, b"")
        .begin("orders", 1)
        .seen("orders", 1, "page", "/shop/orders", &[(FacetKind::Aria, b"- heading \"Orders\"")])
        .failed(
            "orders",
            1,
            3,
            "/shop/orders",
            (Outcome::Failed, "button \"Apply\", visible", "no such button"),
        )
        .end("orders", 1, Outcome::Failed);
    let judgement = judge(&night);
    assert_eq!(titles(&judgement), ["button \"Apply\" is gone on /shop/orders"]);
    assert_eq!(judgement.findings[0].severity, Severity::Critical);
    assert_eq!(judgement.findings[0].differences.len(), 2);
}

#[test]
fn a_failed_step_that_has_nothing_to_do_with_a_difference_stays_apart() {
    let mut night = Night::default();
    night
        .page("orders", "/orders", "- heading \"12 rows\"", "- heading \"11 rows\"")
        .browser_scenario("login", &[])
        .baseline("login", "watch", FacetKind::Events, b"")
        .begin("login", 1)
        .failed("login", 1, 1, "/login", (Outcome::Failed, "button \"Sign in\"", "no such button"))
        .end("login", 1, Outcome::Failed);
    assert_eq!(
        titles(&judge(&night)),
        [
            "`open /` fails on /login: no such button",
            "heading \"12 rows\" became \"11 rows\" on /orders"
        ]
    );
}

#[test]
fn the_same_failure_in_many_scenarios_is_one_finding_whatever_its_timing() {
    let mut night = Night::default();
    for index in 1..=3 {
        let id = format!("s{index}");
        let actual = format!("nothing within {index}000 ms");
        night
            .browser_scenario(&id, &[])
            .baseline(&id, "watch", FacetKind::Events, b"")
            .begin(&id, 1)
            .failed(&id, 1, 1, "/login", (Outcome::Failed, "button \"Sign in\"", &actual))
            .end(&id, 1, Outcome::Failed);
    }
    assert_eq!(judge(&night).findings.len(), 1);
}

#[test]
fn a_dead_product_is_one_finding_for_all_its_scenarios() {
    let mut night = Night::default();
    for index in 0..3 {
        let id = format!("s{index}");
        night.browser_scenario(&id, &["page"]).begin(&id, 1);
    }
    night.event(Event::ProductCrashed {
        product: "shop".to_owned(),
        how: "exit 1".to_owned(),
        evidence: Vec::new(),
    });
    for index in 0..3 {
        let id = format!("s{index}");
        night
            .failed(
                &id,
                1,
                1,
                &format!("/p{index}"),
                (Outcome::Crashed, "an answer", "connection refused"),
            )
            .end(&id, 1, Outcome::Crashed);
    }
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        ["The product shop crashed (exit 1) (and 2 more pages)".replace(" (and 2 more pages)", "")]
    );
    assert_eq!(judgement.findings[0].scenarios, ["s0", "s1", "s2"]);
    assert_eq!(
        (judgement.totals.regressed, judgement.findings[0].severity),
        (3, Severity::Critical)
    );
}

#[test]
fn a_product_that_is_not_well_before_the_night_is_one_finding() {
    let mut night = Night::default();
    night.browser_scenario("a", &[]).browser_scenario("b", &[]);
    night.event(Event::Preflight {
        check: "product shop".to_owned(),
        ok: false,
        detail: "not ready within 30 s".to_owned(),
        duration_ms: 1,
        evidence: Vec::new(),
    });
    night.not_run("a", Because::Preflight, "shop").not_run("b", Because::Preflight, "shop");
    let judgement = judge(&night);
    assert_eq!(titles(&judgement), ["The product shop is not well: not ready within 30 s"]);
    assert_eq!(judgement.findings[0].scenarios, ["a", "b"]);
    assert_eq!(judgement.gate.decision, Decision::Inconclusive);
}

#[test]
fn a_new_line_of_the_watches_is_a_finding_and_a_known_one_is_not() {
    let mut night = Night::default();
    night
        .browser_scenario("orders", &[])
        .baseline("orders", "watch", FacetKind::Events, b"bad-status /favicon.ico: 404 Not Found")
        .begin("orders", 1)
        .watch("orders", 1, 1, WatchKind::BadStatus, "404 Not Found", "/favicon.ico")
        .end("orders", 1, Outcome::Completed);
    assert_eq!(first(&night), (Verdict::Unchanged, None));
    night.entries.pop();
    night.watch("orders", 1, 1, WatchKind::Exception, "TypeError: x is null", "/orders").end(
        "orders",
        1,
        Outcome::Completed,
    );
    let judgement = judge(&night);
    assert_eq!(judgement.scenarios[0].verdict, Verdict::Regressed);
    assert_eq!(
        titles(&judgement),
        ["New uncaught exception on /favicon.ico: TypeError: x is null"]
    );
}

#[test]
fn a_command_that_exits_otherwise_says_so_in_the_title() {
    let mut night = Night::default();
    night
        .command_scenario("csv", "shopctl orders --csv", Some("csv"))
        .baseline("csv", "csv", FacetKind::Exit, b"0")
        .baseline("csv", "csv", FacetKind::Stdout, b"id,name\n1,Ada")
        .baseline("csv", "csv", FacetKind::Stderr, b"")
        .begin("csv", 1)
        .seen(
            "csv",
            1,
            "csv",
            "shopctl orders --csv",
            &[
                (FacetKind::Exit, b"2"),
                (FacetKind::Stdout, b""),
                (FacetKind::Stderr, b"error: unknown flag --csv\n"),
            ],
        )
        .end("csv", 1, Outcome::Completed);
    assert_eq!(titles(&judge(&night)), ["shopctl orders --csv exits 2 instead of 0"]);
}

#[test]
fn every_combination_of_outcomes_has_its_verdict() {
    use Outcome::{Blocked, Completed, Crashed, Failed, HarnessError, TimedOut};
    let table: [(&[Outcome], bool, Verdict, Option<Because>); 14] = [
        (&[Completed], true, Verdict::Unchanged, None),
        (&[Completed], false, Verdict::New, None),
        (&[Failed], true, Verdict::Regressed, None),
        (&[Failed, Failed], true, Verdict::Regressed, None),
        (&[Failed], false, Verdict::Inconclusive, Some(Because::Authoring)),
        (&[TimedOut], true, Verdict::Regressed, None),
        (&[TimedOut], false, Verdict::Inconclusive, Some(Because::Authoring)),
        (&[Crashed], false, Verdict::Regressed, None),
        (&[Blocked], true, Verdict::Inconclusive, Some(Because::NeedsPerson)),
        (&[HarnessError], true, Verdict::Inconclusive, Some(Because::Environment)),
        (&[HarnessError, Completed], true, Verdict::Unchanged, None),
        (&[Failed, HarnessError], true, Verdict::Regressed, None),
        (&[Failed, Completed], true, Verdict::Flaky, None),
        (&[], true, Verdict::NotRun, Some(Because::Interrupted)),
    ];
    for (outcomes, accepted, verdict, because) in table {
        let mut night = Night::default();
        night.browser_scenario("s", &[]);
        if accepted {
            night.baseline("s", "watch", FacetKind::Events, b"");
        }
        night.begin("s", 1);
        for (index, outcome) in outcomes.iter().enumerate() {
            let number = index as u32 + 1;
            night.begin("s", number);
            if !matches!(outcome, Completed | HarnessError) {
                night.failed("s", number, 1, "/", (*outcome, "a page", "none"));
            }
            night.end("s", number, *outcome);
        }
        assert_eq!(first(&night), (verdict, because), "{outcomes:?} accepted: {accepted}");
    }
}

#[test]
fn a_command_without_snapshots_needs_no_baseline_to_be_judged() {
    let mut night = Night::default();
    night.command_scenario("c", "shopctl --help", None).begin("c", 1).end(
        "c",
        1,
        Outcome::Completed,
    );
    assert_eq!(first(&night), (Verdict::Unchanged, None));
    night.entries.clear();
    night
        .begin("c", 1)
        .failed("c", 1, 1, "shopctl --help", (Outcome::Failed, "exit 0", "exit 1"))
        .end("c", 1, Outcome::Failed);
    assert_eq!(first(&night), (Verdict::Regressed, None));
}

#[test]
fn a_difference_that_went_away_is_flaky_with_a_finding() {
    let mut night = Night::default();
    night
        .page("s", "/orders", "- heading \"12 rows\"", "- heading \"11 rows\"")
        .begin("s", 2)
        .seen("s", 2, "page", "/orders", &[(FacetKind::Aria, b"- heading \"12 rows\"")])
        .end("s", 2, Outcome::Completed);
    let judgement = judge(&night);
    assert_eq!(judgement.scenarios[0].verdict, Verdict::Flaky);
    let finding = &judgement.findings[0];
    assert_eq!((finding.verdict, finding.confidence), (Verdict::Flaky, 0.6));
    let rate = "s fails in about 17 % of its runs (1 % to 50 %, from 2 runs)";
    assert_eq!(finding.reasons, ["seen in 1 of 2 attempts of s", rate]);
    assert_eq!(judgement.gate.decision, Decision::Pass);
}

#[test]
fn each_check_that_fails_is_a_change_and_no_other_hides_it() {
    let told = |second: Option<&str>, known: Option<&str>| {
        let mut night = Night::default();
        night
            .browser_scenario("s", &["page"])
            .baseline("s", "page", FacetKind::Aria, b"- heading \"12 rows\"")
            .begin("s", 1)
            .failed("s", 1, 1, "/", (Outcome::Failed, "heading \"Orders\"", "nothing like it"));
        if let Some(place) = second {
            night.failed("s", 1, 2, place, (Outcome::Failed, "text \"12\"", "text \"eleven\""));
        }
        night.end("s", 1, Outcome::Failed);
        night.plan.suppressions = known
            .map(|it| Suppression {
                fingerprint: Some(it.to_owned()),
                reason: "known".to_owned(),
                owner: "ada".to_owned(),
                expires: instant().date_naive(),
                ..Suppression::default()
            })
            .into_iter()
            .collect();
        let judgement = judge(&night);
        assert_eq!(judgement.scenarios[0].verdict, Verdict::Regressed);
        let told = |it: &Finding| (it.fingerprint.clone(), it.differences.len());
        (judgement.findings.iter().map(told).collect::<Vec<_>>(), judgement.gate.decision)
    };
    let (alone, _) = told(None, None);
    assert_eq!(alone[0].1, 1);
    let first = alone[0].0.as_str();
    // A ticket hangs on the first one, whatever else fails.
    let (apart, _) = told(Some("/cart"), None);
    assert!(apart.len() == 2 && apart.contains(&alone[0]), "{apart:?}");
    // What is known of the first covers no other, wherever that stands.
    assert_eq!(told(None, Some(first)).1, Decision::Pass);
    for place in ["/", "/cart"] {
        let (all, decision) = told(Some(place), Some(first));
        assert_eq!((all.len(), decision), (2, Decision::Fail), "{place}");
    }
}

#[test]
fn a_scenario_that_did_not_run_says_why() {
    let mut night = Night::default();
    night.browser_scenario("s", &[]).not_run("s", Because::Deadline, "the deadline came first");
    assert_eq!(first(&night), (Verdict::NotRun, Some(Because::Deadline)));
}

#[test]
fn the_fingerprint_is_the_same_on_another_night_in_another_order() {
    let page = |night: &mut Night, id: &str| {
        night.page(id, &format!("/{id}"), "- heading \"12 rows\"", "- heading \"11 rows\"");
    };
    let (mut one, mut two) = (Night::default(), Night::default());
    page(&mut one, "a");
    page(&mut one, "b");
    page(&mut two, "b");
    page(&mut two, "a");
    assert_eq!(judge(&one).findings[0].fingerprint, judge(&two).findings[0].fingerprint);
}

#[test]
fn expired_suppression_makes_the_finding_visible_again() {
    let mut night = Night::default();
    night.page("s", "/orders", "- heading \"12 rows\"", "- heading \"11 rows\"");
    let fingerprint = judge(&night).findings[0].fingerprint.clone();
    let today = instant().date_naive();
    let mut decide = |expires| {
        night.plan.suppressions = vec![Suppression {
            fingerprint: Some(fingerprint.clone()),
            reason: "known".to_owned(),
            owner: "ada".to_owned(),
            expires,
            ..Suppression::default()
        }];
        let judgement = judge(&night);
        let note = judgement.findings[0].suppression.clone().expect("it is known");
        (note.expired, judgement.gate.decision)
    };
    assert_eq!(decide(today), (false, Decision::Pass));
    assert_eq!(decide(today.pred_opt().expect("a day")), (true, Decision::Fail));
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    let mut night = Night::default();
    night.page("s", "/x", "- text: a", &format!("- text: {}", "<script>".repeat(100_000)));
    assert!(titles(&judge(&night))[0].chars().count() <= 144);
}

#[test]
fn a_broken_login_is_one_finding_for_all_who_needed_it() {
    use crate::model::event::{Failure, SessionWork, StepOutcome, StepRecord};
    let mut night = Night::default();
    for id in ["a", "b", "c"] {
        night.browser_scenario(id, &[]).baseline(id, "watch", FacetKind::Events, b"");
    }
    for scenario in &mut night.plan.scenarios[..2] {
        scenario.actor = Some("ada".to_owned());
    }
    let failed = StepRecord {
        index: 2,
        text: String::new(),
        action: None,
        surface: crate::model::Surface::Browser,
        place: "/login".to_owned(),
        outcome: StepOutcome::Failed(Failure {
            outcome: Outcome::Failed,
            expected: "heading \"Hello\", visible".to_owned(),
            actual: "no such heading".to_owned(),
        }),
        decided: None,
        remark: None,
        duration_ms: 1,
        evidence: Vec::new(),
    };
    for _ in 0..2 {
        night.event(Event::Session {
            actor: "ada".to_owned(),
            product: "shop".to_owned(),
            why: SessionWork::First,
            steps: vec![failed.clone()],
            duration_ms: 1,
        });
    }
    night.not_run("a", Because::Login, "ada cannot sign in");
    night.not_run("b", Because::Login, "ada cannot sign in");
    night.begin("c", 1).end("c", 1, Outcome::Completed);
    let judgement = judge(&night);
    assert_eq!(titles(&judgement), ["ada cannot sign in to shop: step 2: no such heading"]);
    let finding = &judgement.findings[0];
    assert_eq!(finding.scenarios, ["a", "b"]);
    assert_eq!(finding.verdict, Verdict::Inconclusive);
    assert_eq!(finding.differences[0].place, "/login");
    let verdicts: Vec<_> = judgement.scenarios.iter().map(|it| (it.verdict, it.because)).collect();
    let login = (Verdict::Inconclusive, Some(Because::Login));
    assert_eq!(verdicts, [login, login, (Verdict::Unchanged, None)]);
}
