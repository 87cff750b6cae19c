//! [`LookedAt`]: what one attempt looks like by itself, while the night still runs: whether another
//! is made hangs on it. The report judges all of them together.

use super::NightError;
use super::means::Means;
use crate::control::{self as by_control, Controlled};
use crate::history::rerun::Run;
use crate::model::comparison::Comparison;
use crate::model::{Entry, EvidenceRef, Outcome, Plan, Scenario, Verdict};
use crate::triage;
use crate::triage::stages::{Parts, makes_new};

/// A scenario after an attempt.
pub(super) struct LookedAt {
    pub verdict: Verdict,
    plan: Plan,
    entries: Vec<Entry>,
    pub comparison: Comparison,
}

impl LookedAt {
    /// What is seen of a scenario, with the places of its baselines in the plan, after an attempt.
    ///
    /// # Errors
    /// Evidence cannot be read, compared or kept.
    pub(super) fn after(
        means: &Means,
        (scenario, baselines): (&Scenario, &[usize]),
        number: u32,
        outcome: Outcome,
    ) -> Result<Self, NightError> {
        let plan = means.plan.only(scenario, baselines);
        let entries = means.ledger.entries_of(&scenario.id);
        let night = means.ledger.night();
        let read = |evidence: &EvidenceRef| night.read(evidence).map_err(|it| it.to_string());
        let keep = &mut |kind: &str, media: &str, bytes: &[u8]| {
            means.ledger.keep(kind, media, bytes).map_err(NightError::from)
        };
        let Controlled { lent, comparison } =
            tokio::task::block_in_place(|| by_control::compare(&plan, &entries, &read, keep))?;
        let verdict = if outcome == Outcome::HarnessError
            || (outcome != Outcome::Completed && baselines.is_empty())
        {
            Verdict::Inconclusive
        } else if outcome != Outcome::Completed {
            Verdict::Regressed
        } else {
            let mut pending = comparison.pending.iter();
            let is_new = pending.any(|it| makes_new(&plan, it.facet, it.reason));
            // What is only recorded is no reason to try again.
            let told = Parts::of(&plan, &comparison);
            let mut told = told.gating.iter().chain(&told.advisory);
            if told.any(|it| it.difference.attempt == number) {
                Verdict::Regressed
            } else if is_new {
                Verdict::New
            } else {
                Verdict::Unchanged
            }
        };
        let mut plan = Plan { history: means.plan.history.of(&scenario.id), ..plan };
        plan.baselines.extend(lent);
        Ok(Self { verdict, plan, entries, comparison })
    }

    /// What the attempt says of the product, if anything.
    pub(super) fn run(&self) -> Option<Run> {
        match self.verdict {
            Verdict::Regressed => Some(Run::Failed),
            Verdict::Inconclusive | Verdict::NotRun => None,
            Verdict::New
            | Verdict::Unchanged
            | Verdict::StillFailing
            | Verdict::Flaky
            | Verdict::Drifted
            | Verdict::Fixed => Some(Run::Passed),
        }
    }

    /// What the report will say of the scenario, as far as one scenario tells.
    pub(super) fn told(&self, scenario: &Scenario) -> Verdict {
        let judged = triage::triage(&self.plan, &self.entries, &self.comparison, self.plan.started);
        let own = judged.scenarios.iter().find(|it| it.id == scenario.id);
        own.map_or(self.verdict, |it| it.verdict)
    }
}
