//! What the gate decides, and the rule that it names.

use super::*;

#[test]
fn the_gate_names_the_rule_that_decided() {
    let mut night = Night::default();
    night
        .page("a", "/a", "- heading \"12 rows\"", "- heading \"11 rows\"")
        .page("b", "/b", "- b", "- b");
    assert_eq!(
        judge(&night).gate.rule,
        "1 regressed of 2 scenarios: fail-on names regressed, still-failing"
    );
    night.plan.gate.rules = vec![
        GateRule {
            branch: "release/*".to_owned(),
            fail_on: Some(vec![Verdict::New]),
            judged_at_least: Some(100.0),
            fail_on_unjudged: None,
        },
        GateRule {
            branch: "main".to_owned(),
            fail_on: Some(Vec::new()),
            judged_at_least: None,
            fail_on_unjudged: None,
        },
    ];
    night.plan.branch = Some("release/1.2".to_owned());
    assert_eq!(
        judge(&night).gate.rule,
        "2 of 2 scenarios judged (judged-at-least is 100 %) and none fails (fail-on names new), by the rule for branch \"release/*\""
    );
    night.browser_scenario("c", &[]);
    let gate = judge(&night).gate;
    assert_eq!(gate.decision, Decision::Inconclusive);
    assert_eq!(
        gate.rule,
        "2 of 3 scenarios judged (66.6 %): judged-at-least is 100 %, by the rule for branch \"release/*\""
    );
    assert_eq!(judge(&Night::default()).gate.rule, "no scenario was planned");
}

#[test]
fn what_could_not_be_judged_fails_the_gate_only_for_the_reasons_that_are_named() {
    let mut night = Night::default();
    night.plan.gate.judged_at_least = 50.0;
    night.page("a", "/a", "- a", "- a").page("b", "/b", "- b", "- b");
    assert_eq!(judge(&night).gate.decision, Decision::Pass);
    night.browser_scenario("c", &["page"]).begin("c", 1).end("c", 1, Outcome::Failed);
    let gate = judge(&night).gate;
    assert_eq!(
        (gate.decision, &*gate.rule),
        (
            Decision::Fail,
            "1 authoring of 3 scenarios could not be judged: fail-on-unjudged names authoring, browser-lost, login, undecided, preflight"
        )
    );
    night.plan.gate.fail_on_unjudged = vec![Because::Environment];
    assert_eq!(judge(&night).gate.decision, Decision::Pass);
    night.plan.gate.fail_on_unjudged = vec![Because::Authoring];
    night.plan.gate.judged_at_least = 95.0;
    // Where too little was judged, that is what is said.
    assert_eq!(judge(&night).gate.decision, Decision::Inconclusive);
}

#[test]
fn a_browser_lost_at_one_step_each_time_is_doubted_and_fails_the_gate_where_others_kept_theirs() {
    let because = |steps: [u32; 2], others: usize| {
        let mut night = Night::default();
        night.plan.gate.judged_at_least = 10.0;
        night.browser_scenario("s", &["page"]);
        for (number, step) in (1..).zip(steps) {
            let lost = (Outcome::HarnessError, "the click", "the browser is lost: it is gone");
            night.begin("s", number).failed("s", number, step, "/s", lost);
            night.end("s", number, Outcome::HarnessError);
        }
        for id in ["a", "b"].iter().take(others) {
            night.browser_scenario(id, &[]).baseline(id, "watch", FacetKind::Events, b"");
            night.begin(id, 1).passed(id, 1, 1, "/").end(id, 1, Outcome::Completed);
        }
        night.command_scenario("c", "true", None).begin("c", 1).end("c", 1, Outcome::Completed);
        let judgement = judge(&night);
        let own = &judgement.scenarios[0];
        (own.because, own.detail.clone().unwrap_or_default(), judgement.gate.decision)
    };
    let said = "the browser is lost: it is gone".to_owned();
    let doubted = "its browser is lost at step 3 in all 2 attempts, and 2 other scenarios kept \
                   theirs: the browser is lost: it is gone";
    assert_eq!(
        because([3, 3], 2),
        (Some(Because::BrowserLost), doubted.to_owned(), Decision::Fail)
    );
    let machine = (Some(Because::Environment), said, Decision::Pass);
    // Elsewhere each time, or nobody kept a browser: the machine.
    assert_eq!(because([2, 3], 2), machine);
    assert_eq!(because([3, 3], 0), machine);
}
