//! [`suspicious`]: a browser that is lost at the same step in every attempt of a scenario, on a
//! night on which others keep theirs, speaks against the product and not against the machine.
//!
//! Neighbour: [`super::verdicts`], which says `environment` of it first.

use std::collections::BTreeMap;

use super::verdicts::Judged;
use crate::model::attempts::{AttemptLog, Attempts, ScenarioLog};
use crate::model::{Because, Outcome, Plan, StepOutcome, Surface};

/// How often the browser must be lost at one step: once is an accident.
const TIMES: usize = 2;

/// Says [`Because::BrowserLost`] instead of `environment` where the browser was lost at the same
/// step in every attempt, while more scenarios kept theirs than lost it so.
pub fn suspicious(plan: &Plan, attempts: &Attempts<'_>, judged: &mut BTreeMap<&str, Judged>) {
    let logs = || plan.scenarios.iter().filter_map(|it| Some((it, attempts.scenario(&it.id)?)));
    let lost: Vec<(&str, u32, usize)> = logs()
        .filter(|(it, _)| judged[it.id.as_str()].because == Some(Because::Environment))
        .filter_map(|(it, log)| lost_at(log).map(|(step, times)| (it.id.as_str(), step, times)))
        .collect();
    let kept = logs().filter(|(_, log)| log.attempts.values().all(keeps_browser)).count();
    if kept <= lost.len() {
        return;
    }
    for (scenario, step, times) in lost {
        let Some(own) = judged.get_mut(scenario) else { continue };
        let said = own.detail.take().unwrap_or_default();
        own.because = Some(Because::BrowserLost);
        own.detail = Some(format!(
            "its browser is lost at step {step} in all {times} attempts, and {kept} other {} theirs: {said}",
            if kept == 1 { "scenario kept" } else { "scenarios kept" }
        ));
    }
}

/// The step at which every attempt lost its browser, and how many there were; `None` where that is
/// not one step, or one attempt.
fn lost_at(log: &ScenarioLog<'_>) -> Option<(u32, usize)> {
    let steps: Option<Vec<u32>> = log.attempts.values().map(|it| lost_browser(it)?.0).collect();
    let steps = steps?;
    let first = *steps.first()?;
    (steps.len() >= TIMES && steps.iter().all(|it| *it == first)).then_some((first, steps.len()))
}

/// That an attempt lost its browser: the step at which it did, which there is none where it could not
/// begin for that, and what was said; `None` where it lost none.
pub(super) fn lost_browser<'a>(attempt: &AttemptLog<'a>) -> Option<(Option<u32>, &'a str)> {
    if attempt.outcome() != Some(Outcome::HarnessError) {
        return None;
    }
    let mut failures = attempt.failures();
    let lost = failures.find(|(step, failure)| {
        step.surface == Surface::Browser && failure.outcome == Outcome::HarnessError
    });
    match lost {
        Some((step, failure)) => Some((Some(step.index), failure.actual.as_str())),
        None if attempt.steps.is_empty() => Some((None, attempt.finished.as_ref()?.detail?)),
        None => None,
    }
}

/// Whether an attempt did something on a page and said something of the product.
fn keeps_browser(attempt: &AttemptLog<'_>) -> bool {
    let mut on_page = attempt.steps.iter().filter(|it| it.surface == Surface::Browser);
    attempt.counts() && on_page.any(|it| it.outcome == StepOutcome::Passed)
}
