//! What tonight and the control do alike, where the baseline says otherwise: differences that count,
//! and steps that fail. Neighbour: [`super::world`], which makes a finding of them.

use std::collections::{BTreeSet, HashSet};

use super::stages::Parts;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::change::without_numbers;
use crate::model::comparison::{Comparison, Located};
use crate::model::event::Failure;
use crate::model::{Outcome, Plan, StepRecord};

/// What the control differs in as the last attempt of each scenario does, and what counts of it.
#[must_use]
pub fn counting(plan: &Plan, attempts: &Attempts<'_>, comparison: &Comparison) -> Vec<Located> {
    let is_last = |it: &&Located| {
        let log = attempts.scenario(&it.difference.scenario);
        let last = log.and_then(|log| log.attempts.iter().rfind(|it| it.1.counts()));
        last.is_some_and(|(number, _)| *number == it.difference.attempt)
    };
    let differences: Vec<Located> = comparison.world.iter().filter(is_last).cloned().collect();
    if differences.is_empty() {
        return differences;
    }
    let alone = Comparison { differences, ..Comparison::default() };
    let parts = Parts::of(plan, &alone);
    parts.gating.iter().chain(&parts.advisory).cloned().collect()
}

/// The steps at which an attempt failed as the control did, by their numbers.
#[must_use]
pub fn failing_alike(attempt: &AttemptLog<'_>, control: &AttemptLog<'_>) -> BTreeSet<u32> {
    let said = |(step, failure): (&StepRecord, &Failure)| {
        (step.index, failure.outcome, without_numbers(&failure.actual))
    };
    let fails = |it: &AttemptLog<'_>| match it.outcome() {
        Some(Outcome::Failed | Outcome::TimedOut | Outcome::Blocked) => true,
        Some(Outcome::Completed | Outcome::Crashed | Outcome::HarnessError) | None => false,
    };
    if !fails(attempt) || !fails(control) {
        return BTreeSet::new();
    }
    let there: HashSet<_> = control.failures().map(said).collect();
    attempt.failures().map(said).filter(|it| there.contains(it)).map(|it| it.0).collect()
}
