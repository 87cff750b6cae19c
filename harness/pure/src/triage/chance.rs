//! What the reruns of a scenario say of chance: whether what failed each time is a break, and how
//! often what is flaky fails. `history::rerun` decides; here it is asked.

use super::seen::Seen;
use crate::history::rerun::{self, Decision, Run};
use crate::model::attempts::{AttemptLog, Attempts, ScenarioLog};
use crate::model::history::PastScenario;
use crate::model::reruns::Reruns;
use crate::model::{Finding, Outcome, Plan, Scenario, Verdict};

/// How often a failed scenario is repeated where nobody says it and earlier nights say too little.
const USUAL_RETRIES: u32 = 1;

/// What earlier nights and the suite say of a scenario's reruns; `None` where somebody wrote how
/// often it is repeated, or too little is known of it to tell chance from a break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    past: &'a PastScenario,
    limits: &'a Reruns,
}

impl<'a> Known<'a> {
    /// What is known of a scenario of this plan.
    pub(super) fn of(plan: &'a Plan, scenario: &Scenario) -> Option<Self> {
        let limits = plan.reruns.as_ref().filter(|_| scenario.retries.is_none())?;
        let past = plan.history.scenarios.get(&scenario.id)?;
        rerun::can_tell(past).then_some(Self { past, limits })
    }

    /// What tonight's runs say, in their order.
    pub(super) fn decide(&self, tonight: &[Run]) -> Decision {
        rerun::decide(self.past, self.limits, tonight)
    }

    /// How many reruns there are at most.
    pub(super) fn at_most(&self) -> u32 {
        self.limits.at_most
    }

    /// In how many runs a failure by chance, as rare as its own were, is seen; `None` where earlier
    /// nights had none.
    pub(super) fn runs_to_see_a_failure(&self) -> Option<u32> {
        rerun::runs_to_see_a_failure(self.past)
    }

    /// Why nothing can be said of what failed each time, in a sentence.
    pub(super) fn undecided(&self, tonight: &[Run]) -> String {
        let flake = rerun::flake(self.past, &[]);
        let runs = match tonight.len() {
            1 => "in its only run".to_owned(),
            2 => "in both of its runs".to_owned(),
            more => format!("in all of its {more} runs"),
        };
        format!(
            "it failed {runs}, which may still be chance: by its earlier nights it {}",
            flake.said()
        )
    }
}

/// Whether earlier nights say enough of a scenario to tell chance from a break.
pub(super) fn is_known(plan: &Plan, scenario: &Scenario) -> bool {
    Known::of(plan, scenario).is_some()
}

/// How many attempts a scenario has at most.
#[must_use]
pub fn most_attempts(plan: &Plan, scenario: &Scenario) -> u32 {
    let by_chance = || Known::of(plan, scenario).map(|it| it.limits.at_most);
    1 + scenario.retries.or_else(by_chance).unwrap_or(USUAL_RETRIES)
}

/// Whether a scenario is to be attempted again after its attempt of this number, by tonight's runs
/// that say something.
#[must_use]
pub fn goes_on(plan: &Plan, scenario: &Scenario, number: u32, tonight: &[Run]) -> bool {
    match Known::of(plan, scenario) {
        Some(known) if !tonight.is_empty() => known.decide(tonight) == Decision::Again,
        // An attempt that says nothing of the product is made once more.
        Some(_) => number <= USUAL_RETRIES,
        None => tonight.last() != Some(&Run::Passed) && number < most_attempts(plan, scenario),
    }
}

/// Whether an attempt was as the baseline says.
#[must_use]
pub(super) fn is_clean(
    scenario: &str,
    number: u32,
    attempt: &AttemptLog<'_>,
    seen: &Seen<'_>,
) -> bool {
    // A goal that was reached by another way was reached.
    let differs = seen.differs(scenario, number) && !seen.drifts(scenario, number);
    attempt.outcome() == Some(Outcome::Completed) && !differs
}

/// How the attempts of a scenario went that say something of the product, in their order.
#[must_use]
pub fn runs(id: &str, log: &ScenarioLog<'_>, seen: &Seen<'_>) -> Vec<Run> {
    let counted = log.attempts.iter().filter(|it| it.1.counts() && !seen.is_lost(id, *it.0));
    let run = |(number, it): (&u32, _)| {
        if is_clean(id, *number, it, seen) { Run::Passed } else { Run::Failed }
    };
    counted.map(run).collect()
}

/// Says of every finding that comes and goes how often it does.
pub(super) fn rates(
    plan: &Plan,
    attempts: &Attempts<'_>,
    seen: &Seen<'_>,
    findings: &mut [Finding],
) {
    let none = PastScenario::default();
    for finding in findings.iter_mut().filter(|it| it.verdict == Verdict::Flaky) {
        let both = finding.scenarios.iter().find_map(|id| {
            let runs = runs(id, attempts.scenario(id)?, seen);
            (runs.contains(&Run::Failed) && runs.contains(&Run::Passed)).then_some((id, runs))
        });
        let Some((id, runs)) = both else { continue };
        let past = plan.history.scenarios.get(id).unwrap_or(&none);
        let flake = rerun::flake(past, &runs);
        finding.reasons.push(format!("{id} {}", flake.said()));
        finding.flake = Some(flake);
    }
}
