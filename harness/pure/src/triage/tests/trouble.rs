//! A full disk and lost browsers; the twin of each is a scenario that was hit by neither.

use chrono::TimeDelta;

use super::*;
use crate::model::asked::{Part, Parts};
use crate::model::event::DISK;
use crate::model::reruns::Reruns;

const GOOD: &str = "- heading \"12 rows\"";

/// A scenario whose first attempt ended so at a step, and whose second one was as the baseline says.
fn badly_then_well(night: &mut Night, id: &str, outcome: Outcome, said: &str) {
    night
        .browser_scenario(id, &["page"])
        .baseline(id, "page", FacetKind::Aria, GOOD.as_bytes())
        .baseline(id, "watch", FacetKind::Events, b"")
        .begin(id, 1)
        .failed(id, 1, 1, "/", (outcome, "the page to open", said))
        .end(id, 1, outcome)
        .begin(id, 2)
        .seen(id, 2, "page", "/", &[(FacetKind::Aria, GOOD.as_bytes())])
        .end(id, 2, Outcome::Completed);
}

/// The disk was full until now, for so long.
fn full(night: &mut Night, seconds: u64) {
    night.event(Event::Preflight {
        check: DISK.to_owned(),
        ok: false,
        detail: "nothing could be written to /tmp".to_owned(),
        duration_ms: seconds * 1_000,
        evidence: Vec::new(),
    });
}

#[test]
fn what_failed_on_a_full_disk_is_one_finding_of_the_environment_and_no_flake() {
    let mut night = Night::default();
    night.plan.reruns = Some(Reruns::default());
    badly_then_well(&mut night, "hit", Outcome::Failed, "HTTP 500");
    full(&mut night, 40);
    let hit = judge(&night);
    assert_eq!(titles(&hit), ["The disk was full for 40 s: 1 scenario went badly meanwhile"]);
    let finding = &hit.findings[0];
    assert_eq!((finding.verdict, finding.flake), (Verdict::Inconclusive, None));
    assert_eq!((hit.scenarios[0].verdict, hit.gate.decision), (Verdict::Unchanged, Decision::Pass));

    // The twin failed an hour before.
    for entry in &mut night.entries {
        if entry.event.scenario() == Some("hit") {
            entry.at -= TimeDelta::hours(1);
        }
    }
    let before = judge(&night);
    assert_eq!(before.scenarios[0].verdict, Verdict::Flaky);
    assert!(titles(&before).iter().all(|it| !it.contains("disk")), "{:?}", titles(&before));
}

#[test]
fn a_full_disk_of_one_machine_says_nothing_of_another_that_ran_a_part_of_the_night() {
    let mut night = Night::default();
    night.plan.reruns = Some(Reruns::default());
    full(&mut night, 40);
    let first_line = night.entries.last().expect("a line").seq + 1;
    badly_then_well(&mut night, "hit", Outcome::Failed, "HTTP 500");
    let part =
        |index, first_line| Part { index, night: format!("n{index}"), scenarios: 1, first_line };
    let mut parts =
        Parts { of: 2, nights: vec![part(1, 0), part(2, first_line)], ..Parts::default() };
    let verdict = |night: &Night| judge(night).scenarios[0].verdict;
    assert_eq!(verdict(&night), Verdict::Unchanged, "of one machine it would be lost");
    night.plan.asked.parts = Some(parts.clone());
    assert_eq!(verdict(&night), Verdict::Flaky);
    // The twin: the disk was that of its own machine.
    parts.nights[1].first_line = 0;
    night.plan.asked.parts = Some(parts);
    assert_eq!(verdict(&night), Verdict::Unchanged);
}

#[test]
fn what_did_nothing_but_on_a_full_disk_is_not_judged_and_says_why() {
    let mut night = Night::default();
    night.browser_scenario("s", &["page"]).baseline("s", "watch", FacetKind::Events, b"");
    night.begin("s", 1).failed("s", 1, 1, "/", (Outcome::Failed, "the page to open", "HTTP 500"));
    night.end("s", 1, Outcome::Failed);
    full(&mut night, 600);
    let judgement = judge(&night);
    let own = &judgement.scenarios[0];
    assert_eq!((own.verdict, own.because), (Verdict::Inconclusive, Some(Because::Environment)));
    assert_eq!(own.detail.as_deref(), Some("the disk was full: HTTP 500"));
}

#[test]
fn browsers_that_were_lost_are_one_finding_and_what_fails_by_itself_is_none_of_it() {
    let mut night = Night::default();
    let lost = "the browser is lost: it was killed";
    badly_then_well(&mut night, "a", Outcome::HarnessError, lost);
    badly_then_well(&mut night, "b", Outcome::HarnessError, lost);
    let judgement = judge(&night);
    assert_eq!(titles(&judgement), ["The browser was lost in 2 attempts of 2 scenarios"]);
    assert_eq!(judgement.findings[0].scenarios, ["a", "b"]);
    let told = (judgement.totals.unchanged, judgement.gate.decision);
    assert_eq!(told, (2, Decision::Pass));

    let mut night = Night::default();
    badly_then_well(&mut night, "a", Outcome::Failed, "HTTP 500");
    let judgement = judge(&night);
    assert_eq!(judgement.totals.flaky, 1);
    assert!(titles(&judgement).iter().all(|it| !it.contains("browser")), "{judgement:#?}");
}

#[test]
fn a_lost_browser_holds_no_known_issue_against_the_gate() {
    let mut night = Night::default();
    night.page("s", "/", GOOD, "- heading \"13 rows\"");
    let fingerprint = judge(&night).findings[0].fingerprint.clone();
    night.plan.suppressions.push(Suppression {
        fingerprint: Some(fingerprint),
        reason: "known".to_owned(),
        owner: "ada".to_owned(),
        expires: instant().date_naive(),
        ..Suppression::default()
    });
    assert_eq!(judge(&night).gate.decision, Decision::Pass);
    let lost = (Outcome::HarnessError, "the page to open", "the browser is lost: it was killed");
    night.begin("s", 2).failed("s", 2, 1, "/", lost).end("s", 2, Outcome::HarnessError);
    let judgement = judge(&night);
    assert_eq!((judgement.findings.len(), judgement.gate.decision), (2, Decision::Pass));
}
