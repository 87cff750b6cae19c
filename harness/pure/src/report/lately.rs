//! [`weeks`] and [`risk_left`]: what the last nights show, and what hides in what did not run.
//!
//! Neighbours: [`super::weeks`], the shape of it, and [`super::build`], which asks for both.

use super::night::{ScenarioReport, StepState};
use super::weeks::Weeks;
use crate::history::trend::{self, Tonight};
use crate::model::{Because, History, Outcome, Plan};

/// What the nights before and tonight show; `None` where no earlier night is known.
pub fn weeks(history: &History, scenarios: &[ScenarioReport]) -> Option<Weeks> {
    if history.nights.is_empty() {
        return None;
    }
    let tonight: Vec<Tonight<'_>> = scenarios
        .iter()
        .map(|it| Tonight { id: &it.id, verdict: it.verdict, ms: steps_took(it) })
        .collect();
    Some(Weeks {
        slower: trend::slower(history, &tonight),
        flakier: trend::flakier(history, &tonight),
        uncovered: history.uncovered.clone(),
        trends: trend::trends(history, &tonight),
    })
}

/// How likely one of the scenarios that did not run for want of time hides something new; `None`
/// where all ran, or nothing was expected of them.
pub fn risk_left(plan: &Plan, scenarios: &[ScenarioReport]) -> Option<f64> {
    let late = scenarios.iter().filter(|it| it.because == Some(Because::Deadline));
    let risks: Vec<f64> = late.filter_map(|it| Some(plan.forecasts.get(&it.id)?.risk)).collect();
    (!risks.is_empty()).then(|| 1.0 - risks.iter().map(|it| 1.0 - it).product::<f64>())
}

/// What the steps of the quickest run took that came to its end.
fn steps_took(scenario: &ScenarioReport) -> Option<u32> {
    let ended = scenario.attempts.iter().filter(|it| it.outcome == Outcome::Completed);
    let took = ended.map(|attempt| {
        // What holds steps, and later rounds of a step, are in the sums of no earlier night.
        let mut seen = std::collections::HashSet::new();
        let own = attempt.steps.iter().filter(|it| {
            seen.insert(it.index) && it.outcome == StepState::Passed && it.decided.is_none()
        });
        own.map(|it| it.duration_ms).sum::<u64>()
    });
    took.min().map(|ms| u32::try_from(ms).unwrap_or(u32::MAX))
}
