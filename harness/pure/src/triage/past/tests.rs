//! Verdicts over several nights, without running any.

use crate::model::history::{PastCause, PastNight, PastScenario, letter};
use crate::model::testing::{Night, instant};
use crate::model::{Decision, FacetKind, Judgement, Outcome, Verdict};
use crate::triage::tests::judge;

const GOOD: &str = "- heading \"12 rows\"\n- contentinfo: Help";
const BAD: &str = "- heading \"11 rows\"\n- contentinfo: Help";
const WORSE: &str = "- heading \"11 rows\"\n- contentinfo: Hlep";

/// A night of pages, each with what was seen of it.
fn night(pages: &[(&str, &str)]) -> Night {
    let mut night = Night::default();
    for (id, seen) in pages {
        night.page(id, &format!("/{id}"), GOOD, seen);
    }
    night
}

/// Puts an earlier night into the past of another, as `history` reads it from its report.
fn remember(later: &mut Night, earlier: &Night) {
    let judged = judge(earlier);
    let mut history = earlier.plan.history.clone();
    let at = history.nights.len();
    let baselines = earlier.plan.baselines_by_scenario();
    history.nights.push(PastNight {
        id: format!("n{at}"),
        started: instant(),
        machine: None,
        browser: None,
        builds: indexmap::IndexMap::new(),
        versions: indexmap::IndexMap::new(),
        decision: judged.gate.decision,
        totals: judged.totals,
        sensitivity: None,
        stages: Vec::new(),
    });
    for finding in &judged.findings {
        let known = history.causes.get(&finding.fingerprint);
        let nights = known.map_or(0, |it| it.nights) + 1;
        let here =
            crate::model::history::Since { at: instant(), night: format!("n{at}"), build: None };
        let since = finding.since.clone().unwrap_or(here);
        let (title, verdict) = (finding.title.clone(), finding.verdict);
        let pieces = finding.pieces.clone();
        let cause = PastCause { title, verdict, last: at, nights, pieces, since };
        history.causes.insert(finding.fingerprint.clone(), cause);
    }
    for (result, scenario) in judged.scenarios.iter().zip(&earlier.plan.scenarios) {
        let past: &mut PastScenario = history.scenarios.entry(result.id.clone()).or_default();
        past.verdicts.push(letter(result.verdict));
        if result.verdict.is_judged() {
            let own = baselines.get(&scenario.id).map_or(&[][..], Vec::as_slice);
            past.expects = Some(earlier.plan.expectations(scenario, own));
            let failing = judged.findings.iter().filter(|it| {
                crate::history::known::is_failing(it.verdict) && it.scenarios.contains(&result.id)
            });
            past.causes = failing.map(|it| it.fingerprint.clone()).collect();
        }
    }
    later.plan.history = history;
}

fn after(earlier: &Night, pages: &[(&str, &str)]) -> Night {
    let mut later = night(pages);
    remember(&mut later, earlier);
    later
}

fn verdicts(judged: &Judgement) -> Vec<Verdict> {
    judged.scenarios.iter().map(|it| it.verdict).collect()
}

#[test]
fn without_a_past_nothing_is_known_and_nothing_is_said_of_it() {
    let judged = judge(&night(&[("a", BAD)]));
    assert_eq!(verdicts(&judged), [Verdict::Regressed]);
    assert_eq!((judged.findings[0].first_seen, judged.fixed.len()), (None, 0));
}

#[test]
fn a_known_cause_is_still_failing_and_counts_from_its_first_night() {
    let first = night(&[("a", BAD)]);
    let second = after(&first, &[("a", BAD)]);
    let judged = judge(&second);
    assert_eq!(verdicts(&judged), [Verdict::StillFailing]);
    let finding = &judged.findings[0];
    assert_eq!(finding.verdict, Verdict::StillFailing);
    assert_eq!(finding.since.as_ref().map(|it| it.night.as_str()), Some("n0"));
    assert_eq!(judged.gate.decision, Decision::Fail, "both verdicts fail the gate");
}

#[test]
fn a_known_cause_that_reaches_another_scenario_is_new_there() {
    let first = night(&[("a", BAD), ("b", GOOD)]);
    let second = after(&first, &[("a", BAD), ("b", BAD)]);
    let judged = judge(&second);
    assert_eq!(verdicts(&judged), [Verdict::StillFailing, Verdict::Regressed]);
    assert_eq!(judged.findings.len(), 1);
    assert_eq!(judged.findings[0].verdict, Verdict::Regressed);
    assert_eq!(judged.findings[0].since.as_ref().map(|it| it.night.as_str()), Some("n0"));
    let told = judged.findings[0].reasons.join("; ");
    assert!(told.contains("tonight it also hits b"), "{told}");
}

#[test]
fn a_scenario_that_no_night_judged_takes_a_known_cause_as_known() {
    let first = night(&[("a", BAD)]);
    let second = after(&first, &[("a", BAD), ("b", BAD)]);
    assert_eq!(verdicts(&judge(&second)), [Verdict::StillFailing, Verdict::StillFailing]);
}

#[test]
fn another_change_beside_a_known_one_is_new() {
    let first = night(&[("a", BAD), ("b", BAD)]);
    let second = after(&first, &[("a", WORSE), ("b", BAD)]);
    let judged = judge(&second);
    assert_eq!(verdicts(&judged), [Verdict::Regressed, Verdict::StillFailing]);
    let told: Vec<_> = judged.findings.iter().map(|it| it.verdict).collect();
    assert_eq!(told, [Verdict::Regressed, Verdict::StillFailing]);
}

#[test]
fn a_cause_that_is_gone_is_told_though_its_scenario_fails_for_another() {
    let first = night(&[("a", WORSE), ("b", BAD)]);
    let second = after(&first, &[("a", BAD), ("b", BAD)]);
    let judged = judge(&second);
    assert_eq!(verdicts(&judged), [Verdict::StillFailing, Verdict::StillFailing]);
    assert_eq!(judged.fixed.len(), 1, "{:#?}", judged.fixed);
    assert_eq!(judged.fixed[0].scenarios, ["a"]);
}

#[test]
fn what_holds_again_is_fixed_once_and_then_unchanged() {
    let first = night(&[("a", BAD)]);
    let second = after(&first, &[("a", GOOD)]);
    let judged = judge(&second);
    assert_eq!(verdicts(&judged), [Verdict::Fixed]);
    assert_eq!(judged.totals.fixed, 1);
    assert_eq!(judged.gate.decision, Decision::Pass);
    assert_eq!(verdicts(&judge(&after(&second, &[("a", GOOD)]))), [Verdict::Unchanged]);
}

#[test]
fn what_holds_because_somebody_changed_their_mind_is_not_fixed() {
    let first = night(&[("a", BAD)]);
    let mut accepted = Night::default();
    accepted.page("a", "/a", BAD, BAD);
    remember(&mut accepted, &first);
    let judged = judge(&accepted);
    assert_eq!(verdicts(&judged), [Verdict::Unchanged]);
    assert!(judged.fixed.is_empty());
}

#[test]
fn what_came_back_is_new_and_says_that_it_was_there() {
    let first = night(&[("a", BAD)]);
    let second = after(&first, &[("a", GOOD)]);
    let third = after(&second, &[("a", BAD)]);
    let judged = judge(&third);
    assert_eq!(verdicts(&judged), [Verdict::Regressed]);
    let told = judged.findings[0].reasons.join("; ");
    assert!(told.contains("it was there before, in 1 of the last 2 nights"), "{told}");
}

#[test]
fn a_scenario_that_was_flaky_and_now_always_fails_has_regressed() {
    let mut first = Night::default();
    first
        .browser_scenario("a", &["page"])
        .baseline("a", "page", FacetKind::Aria, GOOD.as_bytes())
        .baseline("a", "watch", FacetKind::Events, b"");
    for (attempt, seen) in [(1, BAD), (2, GOOD)] {
        first
            .begin("a", attempt)
            .seen("a", attempt, "page", "/a", &[(FacetKind::Aria, seen.as_bytes())])
            .end("a", attempt, Outcome::Completed);
    }
    assert_eq!(verdicts(&judge(&first)), [Verdict::Flaky]);
    assert_eq!(verdicts(&judge(&after(&first, &[("a", BAD)]))), [Verdict::Regressed]);
}

/// The verdict and the reasons of each finding, with the night that it is known since.
fn told(judged: &Judgement) -> Vec<(Verdict, &str, String)> {
    let since = |it: &crate::model::Finding| it.since.clone().map_or(String::new(), |it| it.night);
    judged.findings.iter().map(|it| (it.verdict, it.title.as_str(), since(it))).collect()
}

#[test]
fn a_second_defect_of_a_place_that_was_wrong_is_new_by_itself() {
    let first = night(&[("a", BAD)]);
    let judged = judge(&after(&first, &[("a", WORSE)]));
    assert_eq!(verdicts(&judged), [Verdict::Regressed]);
    let found: Vec<_> = told(&judged).into_iter().map(|it| (it.0, it.2)).collect();
    let tonight = crate::model::testing::Night::default().plan.night;
    assert_eq!(
        found,
        [(Verdict::Regressed, tonight), (Verdict::StillFailing, "n0".to_owned())],
        "{:#?}",
        told(&judged)
    );
    assert!(judged.findings[0].title.contains("Hlep"), "{:#?}", told(&judged));
    assert!(judged.findings[1].title.contains("11 rows"), "{:#?}", told(&judged));
    assert!(judged.fixed.is_empty());
}

#[test]
fn two_defects_of_a_place_that_are_new_together_are_two_findings() {
    let first = night(&[("a", GOOD)]);
    let judged = judge(&after(&first, &[("a", WORSE)]));
    let found: Vec<_> = told(&judged).into_iter().map(|it| it.0).collect();
    assert_eq!(found, [Verdict::Regressed, Verdict::Regressed], "{:#?}", told(&judged));
}

#[test]
fn what_is_left_of_a_page_that_is_mended_in_part_is_still_failing() {
    let first = night(&[("a", WORSE)]);
    let judged = judge(&after(&first, &[("a", BAD)]));
    assert_eq!(verdicts(&judged), [Verdict::StillFailing]);
    let found: Vec<_> = told(&judged).into_iter().map(|it| (it.0, it.2)).collect();
    assert_eq!(found, [(Verdict::StillFailing, "n0".to_owned())]);
    let fixed: Vec<&str> = judged.fixed.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(fixed, ["footer \"Help\" became \"Hlep\" on /a"]);
}

#[test]
fn a_page_that_is_mended_and_wrong_for_another_cause_has_regressed() {
    const OTHER: &str = "- heading \"12 rows\"\n- contentinfo: Help\n- alert: Nobody is here";
    let first = night(&[("a", WORSE)]);
    let judged = judge(&after(&first, &[("a", OTHER)]));
    assert_eq!(verdicts(&judged), [Verdict::Regressed]);
    assert_eq!(judged.fixed.len(), 2, "{:#?}", judged.fixed);
}

#[test]
fn a_cause_whose_numbers_are_others_every_night_stays_known_and_one_of_other_words_does_not() {
    let seen = |what: &str| format!("{GOOD}\n- alert: {what}");
    let first = night(&[("a", &seen("incident 7f3a"))]);
    let same = judge(&after(&first, &[("a", &seen("incident 9c01"))]));
    assert_eq!(verdicts(&same), [Verdict::StillFailing]);
    let other = judge(&after(&first, &[("a", &seen("nobody answers"))]));
    assert_eq!(verdicts(&other), [Verdict::Regressed]);
}

#[test]
fn a_past_that_kept_no_pieces_tells_by_the_first_of_them() {
    let first = night(&[("a", BAD)]);
    let mut second = after(&first, &[("a", WORSE)]);
    for cause in second.plan.history.causes.values_mut() {
        cause.pieces.clear();
    }
    let judged = judge(&second);
    let found: Vec<_> = told(&judged).into_iter().map(|it| it.0).collect();
    assert_eq!(found, [Verdict::Regressed, Verdict::StillFailing], "{:#?}", told(&judged));
    assert_eq!(verdicts(&judged), [Verdict::Regressed]);
}

#[test]
fn what_shrinks_keeps_its_fingerprint_and_without_a_past_it_has_its_own() {
    const ROWS: &str =
        "- list \"Orders\":\n  - listitem: Ada\n  - listitem: Bob\n  - listitem: Cid";
    const TWO_LESS: &str = "- list \"Orders\":\n  - listitem: Cid";
    const ONE_LESS: &str = "- list \"Orders\":\n  - listitem: Ada\n  - listitem: Cid";
    let of = |seen: &str| {
        let mut night = Night::default();
        night.page("a", "/a", ROWS, seen);
        night
    };
    let first = of(TWO_LESS);
    let fingerprint = judge(&first).findings[0].fingerprint.clone();
    let mut second = of(ONE_LESS);
    assert_ne!(judge(&second).findings[0].fingerprint, fingerprint);
    second.plan.history = after(&first, &[("a", GOOD)]).plan.history;
    let judged = judge(&second);
    assert_eq!(judged.findings[0].fingerprint, fingerprint);
    assert_eq!(judged.findings[0].verdict, Verdict::StillFailing);
    assert!(judged.fixed.is_empty(), "{:#?}", judged.fixed);
}
