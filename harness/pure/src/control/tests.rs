//! Small nights on two builds: what is the product's, and what the world's.

use super::{Controlled, compare};
use crate::compare::CompareError;
use crate::model::against::{ControlPlan, JudgedBy, JudgedFacets};
use crate::model::event::Purpose;
use crate::model::testing::Night;
use crate::model::{Event, EvidenceRef, FacetKind, Judgement, Outcome, Plan, Verdict, WatchKind};
use crate::triage::triage;

/// A night of the page `page` whose control is the build 1.4.
fn night() -> Night {
    let mut night = Night::default();
    let builds = [("shop".to_owned(), "1.4".to_owned())].into_iter().collect();
    night.plan.control = Some(ControlPlan { builds, ..ControlPlan::default() });
    night.browser_scenario("visit", &["page"]);
    night
}

/// The same with what was accepted of it.
fn accepted(text: &str) -> Night {
    let mut night = night();
    night.baseline("visit", "page", FacetKind::Aria, text.as_bytes()).baseline(
        "visit",
        "watch",
        FacetKind::Events,
        b"",
    );
    night
}

/// Which build an attempt is on.
#[derive(Clone, Copy)]
enum On {
    Tonight(u32),
    Control(u32),
}

/// A whole attempt that saw this.
fn saw(night: &mut Night, on: On, text: &str) {
    let number = begun(night, on);
    night
        .passed("visit", number, 1, "/")
        .seen("visit", number, "page", "/", &[(FacetKind::Aria, text.as_bytes())])
        .end("visit", number, Outcome::Completed);
}

/// An attempt whose first step failed.
fn failed(night: &mut Night, on: On, actual: &str) {
    let number = begun(night, on);
    night.failed("visit", number, 1, "/", (Outcome::Failed, "a page", actual)).end(
        "visit",
        number,
        Outcome::Failed,
    );
}

fn begun(night: &mut Night, on: On) -> u32 {
    let (number, purpose) = match on {
        On::Tonight(number) => (number, Purpose::Judging),
        On::Control(number) => (number, Purpose::Control),
    };
    let scenario = "visit".to_owned();
    night.event(Event::AttemptStarted { scenario, attempt: number, known: Vec::new(), purpose });
    number
}

/// What the night means, with the baselines that the control lends.
fn judged(night: &Night) -> (Controlled, Judgement) {
    let mut kept = night.clone();
    let stored = std::cell::RefCell::new(night.clone());
    let read = |evidence: &EvidenceRef| stored.borrow().read(evidence);
    let keep = &mut |kind: &str, _: &str, bytes: &[u8]| -> Result<EvidenceRef, CompareError> {
        Ok(stored.borrow_mut().keep(kind, bytes))
    };
    let found = compare(&night.plan, &night.entries, &read, keep).expect("it compares");
    let mut comparison = found.comparison.clone();
    comparison.store(keep).expect("it stores");
    kept.plan.baselines.extend(found.lent.clone());
    let plan: &Plan = &kept.plan;
    let judgement = triage(plan, &night.entries, &comparison, plan.started);
    (found, judgement)
}

/// The verdict of the scenario, and of each finding.
fn verdicts(judgement: &Judgement) -> (Verdict, Vec<Verdict>) {
    let findings = judgement.findings.iter().map(|it| it.verdict).collect();
    (judgement.scenarios[0].verdict, findings)
}

/// How sure the first finding is, in percent.
fn percent(judgement: &Judgement) -> u32 {
    (judgement.findings[0].confidence * 100.0).round() as u32
}

const PAGE: &str = "- heading \"Monday\"\n- text: 12 lamps\n- text: 5 cups";
const TUESDAY: &str = "- heading \"Tuesday\"\n- text: 12 lamps\n- text: 5 cups";
const BROKEN: &str = "- heading \"Monday\"\n- text: 12 lamps\n- text: no cups";
const BOTH: &str = "- heading \"Tuesday\"\n- text: 12 lamps\n- text: no cups";

#[test]
fn what_only_tonight_does_wrong_is_regressed_and_surer_than_without_a_control() {
    let mut night = accepted(PAGE);
    saw(&mut night, On::Tonight(1), BROKEN);
    saw(&mut night, On::Control(3), PAGE);
    let (_, with) = judged(&night);
    assert_eq!(verdicts(&with), (Verdict::Regressed, vec![Verdict::Regressed]));
    assert_eq!(percent(&with), 97);
    assert_eq!(with.scenarios[0].judged_by, JudgedBy::Both);
    night.plan.control = None;
    let (_, without) = judged(&night);
    assert_eq!(percent(&without), 90);
}

#[test]
fn what_both_do_alike_is_one_finding_about_the_world() {
    let mut night = accepted(PAGE);
    saw(&mut night, On::Tonight(1), TUESDAY);
    saw(&mut night, On::Control(3), TUESDAY);
    let (found, judgement) = judged(&night);
    assert!(found.lent.is_empty() && found.comparison.differences.is_empty());
    assert_eq!(verdicts(&judgement), (Verdict::Inconclusive, vec![Verdict::Inconclusive]));
    let title = &judgement.findings[0].title;
    assert!(title.starts_with("The world changed, not the product: "), "{title}");
    assert!(judgement.findings[0].accept.is_some() && judgement.pending.len() == 1);
}

#[test]
fn a_fault_beside_a_changed_world_is_told_without_it() {
    let mut night = accepted(PAGE);
    saw(&mut night, On::Tonight(1), BOTH);
    saw(&mut night, On::Control(3), TUESDAY);
    let (_, judgement) = judged(&night);
    let both = vec![Verdict::Regressed, Verdict::Inconclusive];
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, both));
    let changes = &judgement.findings[0].changes;
    assert!(changes.iter().all(|it| it.after.as_deref() != Some("- heading \"Tuesday\"")));
}

#[test]
fn a_fault_in_a_line_that_the_world_changed_too_is_caught() {
    let mut night = accepted("- text: Monday 12");
    saw(&mut night, On::Tonight(1), "- text: Tuesday 13");
    saw(&mut night, On::Control(3), "- text: Tuesday 12");
    let (_, judgement) = judged(&night);
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
}

#[test]
fn without_any_baseline_the_control_is_tonights_and_what_is_as_there_waits_for_review() {
    let mut night = night();
    saw(&mut night, On::Tonight(1), PAGE);
    saw(&mut night, On::Control(3), PAGE);
    let (found, judgement) = judged(&night);
    assert_eq!(found.lent.len(), 2, "the page, and what the watches saw");
    assert_eq!(verdicts(&judgement), (Verdict::Unchanged, Vec::new()));
    assert_eq!(judgement.scenarios[0].judged_by, JudgedBy::Control);
    assert_eq!(judgement.facets_judged, JudgedFacets { control: 2, ..JudgedFacets::default() });
    let waits: Vec<_> = judgement.pending.iter().map(|it| (it.facet, it.replaces)).collect();
    assert_eq!(waits, [(FacetKind::Aria, false), (FacetKind::Events, false)]);

    let mut worse = self::night();
    saw(&mut worse, On::Tonight(1), BROKEN);
    saw(&mut worse, On::Control(3), PAGE);
    let (_, judgement) = judged(&worse);
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
    assert!(judgement.pending[0].finding.is_some(), "it is pending like any other");
}

#[test]
fn what_only_the_control_does_wrong_is_fixed_and_alarms_nobody() {
    let mut night = accepted(PAGE);
    saw(&mut night, On::Tonight(1), PAGE);
    saw(&mut night, On::Control(3), BROKEN);
    let (_, judgement) = judged(&night);
    assert_eq!(verdicts(&judgement), (Verdict::Unchanged, Vec::new()));
    let control = judgement.control.expect("there is one");
    assert_eq!((control.runs, control.fixed.len()), (1, 1));
    assert!(control.fixed[0].title.contains("cups"), "{control:#?}");
}

#[test]
fn what_varies_on_the_control_is_no_difference_and_what_stays_is() {
    let text = |number: u32, rest: &str| format!("- text: request {number}\n- text: {rest}");
    let mut night = night();
    saw(&mut night, On::Tonight(1), &text(4711, "5 cups"));
    saw(&mut night, On::Control(3), &text(1234, "5 cups"));
    let (_, once) = judged(&night);
    assert_eq!(verdicts(&once).0, Verdict::Regressed, "one run says nothing of noise");
    saw(&mut night, On::Control(4), &text(9876, "5 cups"));
    let (_, twice) = judged(&night);
    assert_eq!(verdicts(&twice), (Verdict::Unchanged, Vec::new()));
    assert_eq!(twice.control.expect("there is one").noise.len(), 1);

    let mut worse = self::night();
    saw(&mut worse, On::Tonight(1), &text(4711, "no cups"));
    saw(&mut worse, On::Control(3), &text(1234, "5 cups"));
    saw(&mut worse, On::Control(4), &text(9876, "5 cups"));
    let (_, judgement) = judged(&worse);
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
}

#[test]
fn a_step_that_fails_on_both_builds_alike_is_no_regression() {
    let mut alike = accepted(PAGE);
    failed(&mut alike, On::Tonight(1), "no such page");
    failed(&mut alike, On::Control(3), "no such page");
    let (_, judgement) = judged(&alike);
    assert_eq!(verdicts(&judgement), (Verdict::Inconclusive, vec![Verdict::Inconclusive]));

    // What the build before can do, and tonight's cannot, is one, with or without a baseline.
    for mut night in [accepted(PAGE), night()] {
        failed(&mut night, On::Tonight(1), "no such page");
        saw(&mut night, On::Control(3), PAGE);
        let (_, judgement) = judged(&night);
        assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
    }
    let mut unlike = accepted(PAGE);
    failed(&mut unlike, On::Tonight(1), "no such page");
    failed(&mut unlike, On::Control(3), "the server is gone");
    assert_eq!(verdicts(&judged(&unlike).1).0, Verdict::Regressed);
}

#[test]
fn new_lines_of_the_watches_are_put_down_one_by_one() {
    let mut night = accepted(PAGE);
    for (on, lines) in [
        (On::Tonight(1), &["font blocked", "x is undefined"][..]),
        (On::Control(3), &["font blocked"]),
    ] {
        let number = begun(&mut night, on);
        for line in lines {
            night.watch("visit", number, 1, WatchKind::ConsoleError, line, "/");
        }
        night
            .passed("visit", number, 1, "/")
            .seen("visit", number, "page", "/", &[(FacetKind::Aria, PAGE.as_bytes())])
            .end("visit", number, Outcome::Completed);
    }
    let (found, judgement) = judged(&night);
    let both = vec![Verdict::Regressed, Verdict::Inconclusive];
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, both));
    assert_eq!(found.comparison.world.len(), 1);
    let told = &judgement.findings[0].changes;
    assert!(told.iter().all(|it| it.after.as_deref().is_some_and(|it| it.contains("undefined"))));
}

#[test]
fn a_control_that_crashed_says_nothing() {
    let mut night = accepted(PAGE);
    saw(&mut night, On::Tonight(1), BROKEN);
    let number = begun(&mut night, On::Control(3));
    night.end("visit", number, Outcome::Crashed);
    let (found, judgement) = judged(&night);
    assert!(found.lent.is_empty());
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
    assert_eq!(judgement.scenarios[0].judged_by, JudgedBy::Baseline);
    assert_eq!(percent(&judgement), 90);
}

#[test]
fn a_control_that_has_other_pages_says_nothing_of_those_that_it_lacks() {
    // The build before has no such page: it fails where tonight's goes on.
    let mut known = accepted(PAGE);
    saw(&mut known, On::Tonight(1), PAGE);
    failed(&mut known, On::Control(3), "no such page");
    let (found, judgement) = judged(&known);
    assert!(found.lent.is_empty() && found.comparison.fixed.is_empty());
    assert_eq!(verdicts(&judgement), (Verdict::Unchanged, Vec::new()));
    assert_eq!(judgement.scenarios[0].judged_by, JudgedBy::Baseline);

    // What is wrong beside an accepted baseline is regressed all the same, and no surer by it.
    let mut worse = accepted(PAGE);
    saw(&mut worse, On::Tonight(1), BROKEN);
    failed(&mut worse, On::Control(3), "no such page");
    let (_, judgement) = judged(&worse);
    assert_eq!(verdicts(&judgement), (Verdict::Regressed, vec![Verdict::Regressed]));
    assert_eq!(percent(&judgement), 90);

    // Nobody knows what is right on a page that is new.
    let mut new = night();
    saw(&mut new, On::Tonight(1), PAGE);
    failed(&mut new, On::Control(3), "no such page");
    let (_, judgement) = judged(&new);
    assert_eq!(judgement.scenarios[0].judged_by, JudgedBy::None);
    assert!(judgement.findings.iter().all(|it| it.verdict != Verdict::Regressed));
}
