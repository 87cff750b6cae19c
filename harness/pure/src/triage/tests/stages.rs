//! What is on trial is counted or reported, and never decides; each with its gating twin.

use super::*;
use crate::model::Stage;

/// One scenario whose page differs in text, picture-less, with a stage for the facet and its own.
fn changed(own: Stage, aria: Stage) -> Night {
    let mut night = Night::default();
    night.page("s", "/", "- heading \"12 rows\"", "- heading \"11 rows\"");
    night.page("other", "/o", "- heading \"Same\"", "- heading \"Same\"");
    night.plan.scenarios[0].stage = own;
    night.plan.stages.facets.insert(FacetKind::Aria, aria);
    night
}

/// Verdict, what it would be, findings with their stage, and the gate.
fn result(night: &Night) -> (Verdict, Option<Verdict>, Vec<Stage>, Decision) {
    let judgement = judge(night);
    let totals = judgement.totals;
    assert_eq!(totals.planned, totals.judged + totals.inconclusive + totals.not_run);
    let own = &judgement.scenarios[0];
    let stages = judgement.findings.iter().map(|it| it.stage).collect();
    (own.verdict, own.would_be, stages, judgement.gate.decision)
}

#[test]
fn a_change_counts_as_much_as_the_weakest_of_scenario_and_facet() {
    use Stage::{Advisory, Gating, Shadow};
    let regressed = Some(Verdict::Regressed);
    for (own, facet, weakest) in [
        (Gating, Gating, Gating),
        (Gating, Advisory, Advisory),
        (Advisory, Gating, Advisory),
        (Advisory, Shadow, Shadow),
        (Shadow, Advisory, Shadow),
        (Gating, Shadow, Shadow),
    ] {
        let wanted = match weakest {
            Gating => (Verdict::Regressed, None, vec![Gating], Decision::Fail),
            Advisory => (Verdict::Unchanged, regressed, vec![Advisory], Decision::Pass),
            Shadow => (Verdict::Unchanged, regressed, vec![], Decision::Pass),
        };
        assert_eq!(result(&changed(own, facet)), wanted, "{own} scenario, {facet} facet");
    }
}

#[test]
fn what_is_on_trial_is_counted_with_what_it_would_have_done() {
    let mut night = changed(Stage::Gating, Stage::Shadow);
    night.page("third", "/t", "- text: a", "- text: a");
    night.plan.scenarios[2].stage = Stage::Advisory;
    night.plan.stages.watches.insert(WatchKind::ConsoleError, Stage::Shadow);
    let tallies = judge(&night).stages;
    let told: Vec<_> = tallies
        .iter()
        .map(|it| (it.what.as_str(), it.stage, it.compared, it.would_have_alarmed))
        .collect();
    assert_eq!(
        told,
        [
            ("facet aria", Stage::Shadow, 3, 1),
            ("watch console-error", Stage::Shadow, 3, 0),
            ("scenario third", Stage::Advisory, 1, 0),
        ]
    );
    assert_eq!(judge(&changed(Stage::Gating, Stage::Gating)).stages, []);
}

#[test]
fn of_several_watches_at_one_step_each_counts_by_its_own_stage() {
    let mut night = Night::default();
    night
        .browser_scenario("s", &[])
        .baseline("s", "watch", FacetKind::Events, b"")
        .begin("s", 1)
        .watch("s", 1, 1, WatchKind::ConsoleError, "deprecated", "/")
        .watch("s", 1, 1, WatchKind::Exception, "x is null", "/")
        .end("s", 1, Outcome::Completed);
    let whole = judge(&night).findings;
    assert_eq!((whole.len(), whole[0].stage), (2, Stage::Gating));
    night.plan.stages.watches.insert(WatchKind::ConsoleError, Stage::Advisory);
    let judgement = judge(&night);
    let told: Vec<_> = judgement
        .findings
        .iter()
        .map(|it| (it.stage, it.differences[0].facets[0].actual.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Stage::Gating, "exception /: x is null"),
            (Stage::Advisory, "console-error /: deprecated")
        ]
    );
    assert_eq!(judgement.scenarios[0].verdict, Verdict::Regressed);
    night.plan.stages.watches.insert(WatchKind::Exception, Stage::Shadow);
    let judgement = judge(&night);
    assert_eq!(judgement.scenarios[0].verdict, Verdict::Unchanged);
    assert_eq!(judgement.gate.decision, Decision::Pass);
    assert_eq!(judgement.findings.len(), 1);
}

#[test]
fn the_facet_of_the_watches_stands_for_all_of_them() {
    let mut night = Night::default();
    night
        .browser_scenario("s", &[])
        .baseline("s", "watch", FacetKind::Events, b"")
        .begin("s", 1)
        .watch("s", 1, 1, WatchKind::Exception, "x is null", "/")
        .end("s", 1, Outcome::Completed);
    assert_eq!(first(&night).0, Verdict::Regressed);
    night.plan.stages.facets.insert(FacetKind::Events, Stage::Shadow);
    let judgement = judge(&night);
    assert_eq!(judgement.findings.len(), 0);
    let told = &judgement.stages[0];
    assert_eq!(
        (told.what.as_str(), told.compared, told.would_have_alarmed),
        ("facet events", 1, 1)
    );
}

/// A scenario whose step fails in both attempts, at a stage.
fn failing(stage: Stage) -> Night {
    let mut night = Night::default();
    night.page("fine", "/", "- text: a", "- text: a");
    night.command_scenario("s", "shopctl orders", Some("orders")).baseline(
        "s",
        "orders",
        FacetKind::Stdout,
        b"1",
    );
    let failure = (Outcome::Failed, "exit 0", "exit 1");
    for attempt in [1, 2] {
        night.begin("s", attempt).failed("s", attempt, 1, "shopctl orders", failure).end(
            "s",
            attempt,
            Outcome::Failed,
        );
    }
    night.plan.scenarios[1].stage = stage;
    night
}

#[test]
fn a_step_that_fails_in_a_scenario_on_trial_does_not_gate() {
    for (stage, verdict, findings, decision) in [
        (Stage::Gating, Verdict::Regressed, vec![Stage::Gating], Decision::Fail),
        (Stage::Advisory, Verdict::Unchanged, vec![Stage::Advisory], Decision::Pass),
        (Stage::Shadow, Verdict::Unchanged, vec![], Decision::Pass),
    ] {
        let judgement = judge(&failing(stage));
        let own = &judgement.scenarios[1];
        assert_eq!(own.verdict, verdict, "{stage}");
        let stages: Vec<_> = judgement.findings.iter().map(|it| it.stage).collect();
        assert_eq!(stages, findings, "{stage}");
        assert_eq!(judgement.gate.decision, decision, "{stage}");
        if stage != Stage::Gating {
            assert_eq!(own.would_be, Some(Verdict::Regressed));
            let told = &judgement.stages[0];
            assert_eq!((told.what.as_str(), told.would_have_alarmed), ("scenario s", 1));
            assert!(
                judgement.gate.rule.contains("1 of 1 scenario judged")
                    && judgement.gate.rule.contains("1 scenario on trial left out"),
                "{}",
                judgement.gate.rule
            );
        }
    }
}

#[test]
fn one_cause_at_two_stages_is_one_finding_at_the_stronger() {
    let mut night = Night::default();
    for id in ["gating", "advisory"] {
        night.page(id, &format!("/{id}"), "- contentinfo: Help", "- contentinfo: Hlep");
    }
    night.plan.scenarios[1].stage = Stage::Advisory;
    let judgement = judge(&night);
    assert_eq!(judgement.findings.len(), 1);
    let finding = &judgement.findings[0];
    assert_eq!((finding.stage, finding.verdict), (Stage::Gating, Verdict::Regressed));
    assert_eq!(finding.scenarios, ["gating", "advisory"]);
    let verdicts: Vec<_> = judgement.scenarios.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [Verdict::Regressed, Verdict::Unchanged]);
}

#[test]
fn a_facet_on_trial_without_a_baseline_makes_nothing_new() {
    let mut night = Night::default();
    night.page("s", "/", "- text: a", "- text: a");
    night.browser_scenario("t", &["page"]);
    night
        .baseline("t", "page", FacetKind::Aria, b"- text: a")
        .baseline("t", "watch", FacetKind::Events, b"")
        .begin("t", 1)
        .seen("t", 1, "page", "/", &[(FacetKind::Aria, b"- text: a"), (FacetKind::Text, b"new")])
        .end("t", 1, Outcome::Completed);
    assert_eq!(judge(&night).scenarios[1].verdict, Verdict::New);
    night.plan.stages.facets.insert(FacetKind::Text, Stage::Advisory);
    let judgement = judge(&night);
    assert_eq!(judgement.scenarios[1].verdict, Verdict::Unchanged);
    let pending = &judgement.pending[0];
    assert_eq!((pending.facet, pending.stage), (FacetKind::Text, Stage::Advisory));
    assert!(!pending.replaces && pending.finding.is_none());
}

#[test]
fn a_change_in_shadow_is_pending_with_the_finding_beside_it_or_alone() {
    let shadow = |aria: &str| {
        let mut night = Night::default();
        night
            .browser_scenario("s", &["page"])
            .baseline("s", "page", FacetKind::Aria, b"- text: a")
            .baseline("s", "page", FacetKind::Text, b"old")
            .baseline("s", "watch", FacetKind::Events, b"")
            .begin("s", 1);
        let seen: [(FacetKind, &[u8]); 2] =
            [(FacetKind::Aria, aria.as_bytes()), (FacetKind::Text, b"young")];
        night.seen("s", 1, "page", "/", &seen).end("s", 1, Outcome::Completed);
        night.plan.stages.facets.insert(FacetKind::Text, Stage::Shadow);
        judge(&night).pending
    };
    let alone = shadow("- text: a");
    assert_eq!(alone.len(), 1);
    assert_eq!((alone[0].stage, alone[0].replaces), (Stage::Shadow, true));
    assert_eq!(alone[0].finding, None);
    let beside = shadow("- text: b");
    assert!(beside.iter().all(|it| it.finding.as_deref() == Some("F1")), "{beside:#?}");
}

#[test]
fn a_crash_counts_as_much_as_the_strongest_scenario_that_ran_then() {
    for (stage, findings) in [
        (Stage::Gating, vec![Stage::Gating]),
        (Stage::Advisory, vec![Stage::Advisory]),
        (Stage::Shadow, vec![]),
    ] {
        let mut night = Night::default();
        night.page("fine", "/", "- text: a", "- text: a");
        night.browser_scenario("s", &[]).begin("s", 1);
        night.event(Event::ProductCrashed {
            product: "shop".to_owned(),
            how: "signal 11".to_owned(),
            evidence: Vec::new(),
        });
        night.end("s", 1, Outcome::Crashed);
        night.plan.scenarios[1].stage = stage;
        let judgement = judge(&night);
        let told: Vec<_> = judgement.findings.iter().map(|it| it.stage).collect();
        assert_eq!(told, findings, "{stage}: {:?}", titles(&judgement));
        assert_eq!(judgement.gate.decision == Decision::Fail, stage == Stage::Gating);
    }
}

#[test]
fn a_night_in_which_nothing_decides_is_not_conclusive() {
    let mut night = changed(Stage::Shadow, Stage::Gating);
    night.plan.scenarios[1].stage = Stage::Advisory;
    let gate = judge(&night).gate;
    assert_eq!(gate.decision, Decision::Inconclusive);
    assert_eq!(gate.rule, "no scenario decides: all are in shadow or advisory");
}

#[test]
fn a_facet_that_its_snapshot_calls_unstable_tells_nobody_and_is_counted() {
    let mut night = changed(Stage::Gating, Stage::Gating);
    let loud = (Verdict::Regressed, None, vec![Stage::Gating], Decision::Fail);
    assert_eq!(result(&night), loud);
    for step in &mut night.plan.scenarios[0].steps {
        if let Some(snapshot) = step.action.snapshot_mut() {
            snapshot.unstable = vec![FacetKind::Aria];
        }
    }
    assert_eq!(result(&night).3, Decision::Pass);
    assert_eq!(result(&night).2, []);
    let tallies = judge(&night).stages;
    let told: Vec<_> = tallies
        .iter()
        .map(|it| (it.what.as_str(), it.stage, it.compared, it.would_have_alarmed))
        .collect();
    assert_eq!(told, [("unstable s@page aria", Stage::Shadow, 1, 1)]);
}
