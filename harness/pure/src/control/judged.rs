//! [`tally`]: by what the facets of a night were judged: by what was accepted, by what the control
//! showed, by both, or by nothing.

use std::collections::{BTreeMap, HashSet};

use super::weigh::saw;
use crate::model::against::{JudgedBy, JudgedFacets};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{FacetKind, Plan, Scenario, Surface};

/// By what a night was judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many facets by what.
    pub facets: JudgedFacets,
    /// By what each scenario was judged.
    pub scenarios: BTreeMap<String, JudgedBy>,
}

/// Counts the facets of the last attempt of each scenario.
#[must_use]
pub fn tally(plan: &Plan, attempts: &Attempts<'_>) -> Tally {
    let accepted = plan.baselines.iter().filter(|it| it.origin.is_accepted());
    let accepted: HashSet<(&str, &str, FacetKind, Option<&str>)> = accepted
        .map(|it| {
            let environment = it.environment.as_deref().filter(|_| it.facet == FacetKind::Image);
            (it.scenario.as_str(), it.checkpoint.as_str(), it.facet, environment)
        })
        .collect();
    let mut tally = Tally::default();
    for scenario in &plan.scenarios {
        let log = attempts.scenario(&scenario.id);
        let last = log.and_then(|log| log.attempts.values().rfind(|it| it.counts()));
        let Some((log, last)) = log.zip(last) else {
            tally.scenarios.insert(scenario.id.clone(), JudgedBy::None);
            continue;
        };
        let mut own = JudgedFacets::default();
        for (checkpoint, facet, environment) in places(scenario, last, &plan.environment) {
            let key = (scenario.id.as_str(), checkpoint, facet, environment);
            let by = by(
                accepted.contains(&key),
                log.control().is_some_and(|it| saw(it, checkpoint, facet)),
            );
            own.add(by);
        }
        tally.facets.extend(&own);
        let by = match own.all() {
            0 if log.control().is_some() => JudgedBy::Control,
            0 => JudgedBy::None,
            _ => own.together(),
        };
        tally.scenarios.insert(scenario.id.clone(), by);
    }
    tally
}

fn by(accepted: bool, control: bool) -> JudgedBy {
    match (accepted, control) {
        (true, true) => JudgedBy::Both,
        (true, false) => JudgedBy::Baseline,
        (false, true) => JudgedBy::Control,
        (false, false) => JudgedBy::None,
    }
}

/// The facets that an attempt saw, and what the watches saw of pages.
fn places<'a>(
    scenario: &'a Scenario,
    attempt: &'a AttemptLog<'a>,
    environment: &'a str,
) -> Vec<(&'a str, FacetKind, Option<&'a str>)> {
    let mut all = Vec::new();
    for seen in &attempt.checkpoints {
        for facet in seen.facets {
            let key = facet.environment.as_deref().unwrap_or(environment);
            let key = (facet.facet == FacetKind::Image).then_some(key);
            all.push((seen.name, facet.facet, key));
        }
    }
    let steps = scenario.all_steps();
    if steps.iter().any(|it| it.action.surface() == Some(Surface::Browser)) {
        all.push((WATCH_CHECKPOINT, FacetKind::Events, None));
    }
    all
}
