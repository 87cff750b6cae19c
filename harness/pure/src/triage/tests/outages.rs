//! Outages, judged from a night directory alone; the twin of each is a product that is broken.

use super::*;
use crate::history::rerun::Run;
use crate::model::history::PastScenario;
use crate::model::reruns::Reruns;
use crate::triage::chance::goes_on;
use crate::triage::outages::{again, unclear};

const GOOD: &str = "- heading \"12 rows\"";

/// A night of eight scenarios that were always sound, attempted in this order: a capital letter
/// passed, a small one could not connect, and the digits 1 to 8 stand for those that did not find
/// what they look for.
fn night(order: &str) -> Night {
    let mut night = Night::default();
    night.plan.reruns = Some(Reruns::default());
    for id in ('a'..='h').map(String::from) {
        night
            .browser_scenario(&id, &["page"])
            .baseline(&id, "page", FacetKind::Aria, GOOD.as_bytes())
            .baseline(&id, "watch", FacetKind::Events, b"");
        let past = PastScenario { verdicts: "U".repeat(30), ..PastScenario::default() };
        night.plan.history.scenarios.insert(id, past);
    }
    let mut numbers = [0; 8];
    for letter in order.chars() {
        let id = match letter.to_digit(10) {
            Some(digit) => char::from(b'a' + digit as u8 - 1).to_string(),
            None => letter.to_ascii_lowercase().to_string(),
        };
        let number = &mut numbers[(id.as_bytes()[0] - b'a') as usize];
        *number += 1;
        night.begin(&id, *number);
        if letter.is_uppercase() {
            let facets = [(FacetKind::Aria, GOOD.as_bytes())];
            night.seen(&id, *number, "page", "/", &facets).end(&id, *number, Outcome::Completed);
        } else {
            let actual = if letter.is_ascii_digit() {
                "there is no \"12 rows\""
            } else {
                "connection refused"
            };
            let why = (Outcome::Failed, "the page to open", actual);
            night.failed(&id, *number, 1, "/", why).end(&id, *number, Outcome::Failed);
        }
    }
    night
}

fn told(judgement: &Judgement) -> Vec<Verdict> {
    judgement.scenarios.iter().map(|it| it.verdict).collect()
}

#[test]
fn what_fails_in_an_outage_and_passes_behind_it_is_sound_and_one_finding_tells_of_it() {
    let judgement = judge(&night("ABCdddeeeFGHADE"));
    assert_eq!(told(&judgement), [Verdict::Unchanged; 8]);
    let expected = ["Connections were refused at 01:00; 2 scenarios failed in it"];
    assert_eq!(titles(&judgement), expected);
    let finding = &judgement.findings[0];
    assert_eq!((finding.verdict, finding.flake), (Verdict::Inconclusive, None));
    assert_eq!(finding.scenarios, ["d", "e"]);
    assert_eq!(judgement.gate.decision, Decision::Pass);
}

#[test]
fn an_outage_is_told_between_breaks_and_hides_none_of_them() {
    let judgement = judge(&night("A2C2D2Efgbgfh2FGHA2"));
    let mut expected = [Verdict::Unchanged; 8];
    expected[1] = Verdict::Regressed;
    assert_eq!(told(&judgement), expected);
    let environment = judgement.findings.iter().find(|it| it.verdict == Verdict::Inconclusive);
    assert_eq!(
        environment.map(|it| &*it.scenarios),
        Some(&["b", "f", "g", "h"].map(str::to_owned)[..])
    );
    let refused = titles(&judgement).iter().filter(|it| it.contains("refused")).count();
    assert_eq!(refused, 1, "{judgement:#?}");
    assert_eq!(judgement.findings.len(), 2, "{judgement:#?}");
    // The twin without an outage: what the others fail in they fail in again.
    let judgement = judge(&night("A2C2D2Efgbgfh2fghA2fgh"));
    let told = told(&judgement);
    assert_eq!(
        (told[5], told[6], told[7]),
        (Verdict::Regressed, Verdict::Regressed, Verdict::Regressed)
    );
}

#[test]
fn what_fails_again_when_the_environment_is_well_is_broken() {
    let judgement = judge(&night("ABCdddeeeFGHAde"));
    let verdicts = told(&judgement);
    assert_eq!(verdicts[3..5], [Verdict::Regressed; 2]);
    assert!(titles(&judgement).iter().all(|it| !it.contains("failed in it")), "{judgement:#?}");
}

#[test]
fn what_ran_in_an_outage_alone_is_inconclusive_and_no_regression() {
    let judgement = judge(&night("ABCDEFggghhhagh"));
    let verdicts = told(&judgement);
    assert_eq!(verdicts[..6], [Verdict::Unchanged; 6]);
    assert_eq!(verdicts[6..], [Verdict::Inconclusive; 2]);
    assert_eq!(judgement.scenarios[7].because, Some(Because::Environment));
    assert_eq!(judgement.totals.regressed, 0);
}

#[test]
fn behind_a_witness_runs_again_what_failed_in_a_row_and_what_nobody_stood_by() {
    let plan = night("").plan;
    assert_eq!(again(&plan, &ended("ABCdddeeeFGH")), [0, 3, 4]);
    assert_eq!(again(&plan, &ended("ABCdddEFGH")), [0, 3]);
    assert!(again(&plan, &ended("ABCdEdFdGH")).is_empty(), "others passed meanwhile");
    assert!(again(&plan, &ended("ABCdDEFGH")).is_empty(), "it passed");
    assert!(again(&plan, &ended("aabbccddeeff")).is_empty(), "nobody can be asked");
    assert_eq!(again(&plan, &ended("Abcdefgh")), [0, 1, 2, 3, 4, 5], "five of seven are asked");
    let mut written = plan.clone();
    written.scenarios.iter_mut().for_each(|it| it.retries = Some(2));
    assert!(again(&written, &ended("ABCdddeeeFGH")).is_empty(), "somebody wrote how often");
}

#[test]
fn what_failed_in_an_outage_runs_on_behind_it_until_it_is_clear() {
    let plan = night("").plan;
    let open = |order: &str| unclear(&plan, &ended(order));
    assert_eq!(open("ABCdddeeefffGHADEf"), [5], "it failed once where that says something");
    assert_eq!(open("ABCdddeeefffghADEF"), [6, 7], "they did nothing outside of it");
    assert!(open("ABCdddeeefffgha").is_empty(), "it is not over");
    assert!(open("ABCdddeeefffGHADEfff").is_empty(), "it is broken");
    assert!(open("ABCdddeeefffGHADEfF").is_empty(), "it is flaky");
    assert!(open("ABCdddeeefffGHAdef").is_empty(), "there was no outage");
}

/// Tonight's runs, as their letters say.
fn ended(order: &str) -> Vec<(usize, bool)> {
    let at = |it: char| (it.to_ascii_lowercase() as u8 - b'a') as usize;
    order.chars().map(|it| (at(it), it.is_lowercase())).collect()
}

#[test]
fn a_scenario_goes_on_until_its_runs_are_clear_or_as_often_as_somebody_wrote() {
    use Run::{Failed, Passed};
    let mut plan = night("").plan;
    let asks = |plan: &Plan, runs: &[Run]| {
        goes_on(plan, &plan.scenarios[0], runs.len().max(1) as u32, runs)
    };
    let told = |plan: &Plan| {
        [&[][..], &[Passed], &[Failed], &[Failed, Passed], &[Failed, Failed], &[Failed; 3]]
            .map(|runs| asks(plan, runs))
    };
    assert_eq!(told(&plan), [true, false, true, false, true, false]);
    plan.history.scenarios.clear();
    assert_eq!(told(&plan), [true, false, true, false, false, false], "once, as nothing is known");
    plan.scenarios[0].retries = Some(2);
    assert_eq!(told(&plan), [true, false, true, false, true, false]);
    plan.scenarios[0].retries = Some(0);
    assert_eq!(told(&plan), [false; 6]);
}
