//! [`weeks`] and [`spent`]: what the last nights show, and where tonight's time went.
//!
//! Neighbours: [`super::weeks`], the shape of both, and [`super::build`], which asks for them.

use std::collections::HashMap;

use super::night::{ScenarioReport, StepState};
use super::weeks::{Spent, SpentOn, Weeks};
use crate::history::trend::{self, Tonight};
use crate::model::event::Purpose;
use crate::model::{Because, Entry, Event, History, Outcome, Plan};

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

/// Where the night's time went, the most first.
pub fn spent(entries: &[Entry]) -> Vec<Spent> {
    let mut purposes: HashMap<(&str, u32), (Purpose, bool)> = HashMap::new();
    let mut begun: HashMap<&str, u32> = HashMap::new();
    let mut all: std::collections::BTreeMap<SpentOn, (u32, u64)> =
        std::collections::BTreeMap::new();
    let mut add = |what: SpentOn, ms: u64| {
        let sum = all.entry(what).or_default();
        *sum = (sum.0 + 1, sum.1 + ms);
    };
    for entry in entries {
        match &entry.event {
            Event::AttemptStarted { scenario, attempt, purpose, .. } => {
                let judging = begun.entry(scenario).or_default();
                *judging += u32::from(purpose.is_judging());
                purposes.insert((scenario, *attempt), (*purpose, *judging > 1));
            }
            Event::AttemptFinished { scenario, attempt, duration_ms, .. } => {
                let known = purposes.get(&(scenario.as_str(), *attempt)).copied();
                let what = match known.unwrap_or_default() {
                    (Purpose::Judging, false) => SpentOn::FirstRuns,
                    (Purpose::Judging, true) => SpentOn::Reruns,
                    (Purpose::Control, _) => SpentOn::Control,
                    (Purpose::Measuring | Purpose::Beside, _) => SpentOn::Measuring,
                    (Purpose::Trying, _) => SpentOn::Trying,
                };
                add(what, *duration_ms);
            }
            Event::Preflight { duration_ms, .. } => add(SpentOn::Preflight, *duration_ms),
            Event::Session { duration_ms, .. } => add(SpentOn::Sessions, *duration_ms),
            Event::NightStarted { .. }
            | Event::NotRun { .. }
            | Event::NoControl { .. }
            | Event::Usage { .. }
            | Event::ProductCrashed { .. }
            | Event::ProductLog { .. }
            | Event::Step { .. }
            | Event::Checkpoint { .. }
            | Event::Goal { .. }
            | Event::Recording { .. }
            | Event::Watch { .. }
            | Event::NightResumed { .. }
            | Event::NightFinished { .. } => {}
        }
    }
    let mut spent: Vec<Spent> =
        all.into_iter().map(|(what, (runs, ms))| Spent { what, runs, ms }).collect();
    spent.sort_by_key(|it| std::cmp::Reverse(it.ms));
    spent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    #[test]
    fn time_is_told_by_what_it_went_into() {
        let started = |attempt, purpose| Event::AttemptStarted {
            scenario: "a".to_owned(),
            attempt,
            known: Vec::new(),
            purpose,
        };
        let finished = |attempt, duration_ms| Event::AttemptFinished {
            scenario: "a".to_owned(),
            attempt,
            outcome: Outcome::Completed,
            detail: None,
            duration_ms,
        };
        let mut night = Night::default();
        for event in [
            started(1, Purpose::Judging),
            finished(1, 100),
            started(2, Purpose::Judging),
            finished(2, 400),
            started(3, Purpose::Measuring),
            finished(3, 50),
        ] {
            night.event(event);
        }
        let spent = spent(&night.entries);
        let of = |what, ms| Spent { what, runs: 1, ms };
        assert_eq!(
            spent,
            [of(SpentOn::Reruns, 400), of(SpentOn::FirstRuns, 100), of(SpentOn::Measuring, 50)]
        );
    }
}
