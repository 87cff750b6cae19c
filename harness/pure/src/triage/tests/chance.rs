//! What reruns say of chance, judged from a night directory alone.

use super::*;
use crate::model::history::PastScenario;
use crate::model::reruns::Reruns;

const GOOD: &str = "- heading \"12 rows\"";
const BAD: &str = "- heading \"11 rows\"";

/// A night of one scenario with a past, attempted as often as there are letters: `.` as the
/// baseline says, `x` otherwise.
fn night(past: &str, attempts: &str) -> Night {
    let mut night = Night::default();
    night
        .browser_scenario("orders", &["page"])
        .baseline("orders", "page", FacetKind::Aria, GOOD.as_bytes())
        .baseline("orders", "watch", FacetKind::Events, b"");
    for (number, how) in (1..).zip(attempts.chars()) {
        let seen = if how == '.' { GOOD } else { BAD };
        night
            .begin("orders", number)
            .seen("orders", number, "page", "/orders", &[(FacetKind::Aria, seen.as_bytes())])
            .end("orders", number, Outcome::Completed);
    }
    let past = PastScenario { verdicts: past.to_owned(), ..PastScenario::default() };
    night.plan.history.scenarios.insert("orders".to_owned(), past);
    night.plan.reruns = Some(Reruns::default());
    night
}

#[test]
fn what_fails_each_time_regressed_once_that_cannot_be_chance_any_more() {
    let clean = "U".repeat(30);
    assert_eq!(first(&night(&clean, "xxx")), (Verdict::Regressed, None));
    assert_eq!(first(&night(&clean, "xx")), (Verdict::Inconclusive, Some(Because::Undecided)));
    let flaky = "UF".repeat(15);
    assert_eq!(first(&night(&flaky, "xxxxx")), (Verdict::Inconclusive, Some(Because::Undecided)));
    assert_eq!(first(&night(&flaky, "xxxxxxxx")), (Verdict::Regressed, None));
}

#[test]
fn what_is_undecided_is_red_and_says_from_what_it_cannot_be_told() {
    let judgement = judge(&night(&"UF".repeat(15), "xxxxx"));
    assert_eq!(judgement.gate.decision, Decision::Inconclusive);
    let detail = judgement.scenarios[0].detail.clone().expect("it says why");
    assert_eq!(
        detail,
        "it failed in all of its 5 runs, which may still be chance: by its earlier nights it fails in about 41 % of its runs (23 % to 61 %, from 30 runs)"
    );
    assert_eq!(judgement.findings[0].verdict, Verdict::Inconclusive);
    let mut many = night(&"UF".repeat(15), "xxxxx");
    for index in 0..40 {
        many.page(&format!("s{index}"), "/", GOOD, GOOD);
    }
    let gate = judge(&many).gate;
    assert_eq!(gate.decision, Decision::Fail);
    assert!(gate.rule.starts_with("1 undecided of 41 scenarios could not be judged"), "{gate:?}");
}

#[test]
fn where_too_little_is_known_or_somebody_wrote_how_often_that_alone_decides() {
    assert_eq!(first(&night("UU", "xx")), (Verdict::Regressed, None));
    let mut written = night(&"UF".repeat(15), "xx");
    written.plan.scenarios[0].retries = Some(1);
    assert_eq!(first(&written), (Verdict::Regressed, None));
    let mut old = night(&"UF".repeat(15), "xx");
    old.plan.reruns = None;
    assert_eq!(first(&old), (Verdict::Regressed, None));
}

#[test]
fn a_flaky_finding_says_how_often_it_fails_and_from_how_many_runs_that_is_known() {
    let judgement = judge(&night(&"UUUUF".repeat(6), "x."));
    let finding = &judgement.findings[0];
    let flake = finding.flake.expect("it is flaky");
    assert_eq!((finding.verdict, flake.runs), (Verdict::Flaky, 32));
    assert!(flake.low < 0.2 && flake.high > 0.2, "{flake:?}");
    assert!(finding.reasons.contains(&format!("orders {}", flake.said())), "{finding:?}");
    assert_eq!(judge(&night(&"U".repeat(30), "xxx")).findings[0].flake, None);
}
