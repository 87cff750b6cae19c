//! Another way to a goal is `drifted`: never silent, never a regression, and never what hides one.

use super::*;

const WAY: &[u8] = b"words: click Save\nactions:\n  - do:\n      click: 'button \"Save\"'";
const OTHER: &[u8] = b"words: click Save\nactions:\n  - do:\n      click: 'button \"Store\"'";

/// A night in which a goal was reached by this way, and a page showed this.
fn night(way: &[u8], page: &[u8]) -> Night {
    let mut night = Night::default();
    night.browser_scenario("s", &["do-click-save", "saved"]);
    night.baseline("s", "do-click-save", FacetKind::Recording, WAY);
    night.baseline("s", "saved", FacetKind::Aria, b"- heading \"12 rows\"");
    night.baseline("s", "watch", FacetKind::Events, b"");
    night.begin("s", 1);
    night.seen("s", 1, "do-click-save", "", &[(FacetKind::Recording, way)]);
    night.seen("s", 1, "saved", "/", &[(FacetKind::Aria, page)]);
    night.end("s", 1, Outcome::Completed);
    night
}

fn verdicts(night: &Night) -> (Verdict, Vec<Verdict>, Decision) {
    let judgement = judge(night);
    let findings = judgement.findings.iter().map(|it| it.verdict).collect();
    (judgement.scenarios[0].verdict, findings, judgement.gate.decision)
}

#[test]
fn another_way_to_a_goal_drifts_and_waits_for_a_person() {
    let same = night(WAY, b"- heading \"12 rows\"");
    assert_eq!(verdicts(&same), (Verdict::Unchanged, Vec::new(), Decision::Pass));
    let drifted = night(OTHER, b"- heading \"12 rows\"");
    let wanted = (Verdict::Drifted, vec![Verdict::Drifted], Decision::Pass);
    assert_eq!(verdicts(&drifted), wanted);
    let judgement = judge(&drifted);
    let title =
        "the recorded way is another: click: 'button \"Store\"' was click: 'button \"Save\"'";
    assert_eq!(titles(&judgement), [title]);
    let pending: Vec<FacetKind> = judgement.pending.iter().map(|it| it.facet).collect();
    assert_eq!(pending, [FacetKind::Recording]);
}

#[test]
fn a_regression_beside_another_way_stays_one() {
    let both = night(OTHER, b"- heading \"11 rows\"");
    let (scenario, mut findings, gate) = verdicts(&both);
    findings.sort();
    assert_eq!(scenario, Verdict::Regressed);
    assert_eq!(findings, [Verdict::Regressed, Verdict::Drifted]);
    assert_eq!(gate, Decision::Fail);
}

#[test]
fn a_recording_is_never_redacted() {
    let mut same = night(WAY, b"- heading \"12 rows\"");
    same.plan.redact.push(crate::model::Redaction::Pattern("Store|Save".to_owned()));
    assert_eq!(verdicts(&same).0, Verdict::Unchanged);
    let mut drifted = night(OTHER, b"- heading \"12 rows\"");
    drifted.plan.redact.push(crate::model::Redaction::Pattern("Store|Save".to_owned()));
    assert_eq!(verdicts(&drifted).0, Verdict::Drifted);
}
