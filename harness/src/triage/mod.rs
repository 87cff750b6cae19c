//! [`triage`]: differences and outcomes to findings, verdicts and the gate's decision; pure.
//!
//! [`verdicts`] judges each scenario, [`cause`] and [`group`] find what differences have in
//! common, [`seen`] sorts it all by scenario, [`title`] names it, [`findings`] builds the findings,
//! [`past`] puts what earlier nights said to them, [`slow`] adds what became slower, and [`gate`]
//! decides.

pub mod cause;
mod files;
mod findings;
mod gate;
pub mod group;
mod kin;
mod past;
pub mod seen;
pub mod slow;
pub mod title;
pub mod verdicts;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::history::dead_tonight;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::comparison::Comparison;
use crate::model::finding::Pending;
use crate::model::{Entry, FacetKind, Finding, Judgement, Plan, ScenarioResult, Totals};

pub use self::gate::{gate, is_suppressed};
use self::seen::Seen;

/// What a night means. Store the comparison first, so that what is pending has evidence.
#[must_use]
pub fn triage(
    plan: &Plan,
    entries: &[Entry],
    comparison: &Comparison,
    now: DateTime<Utc>,
) -> Judgement {
    let attempts = Attempts::of(entries);
    let seen = Seen::of(plan, comparison);
    let mut judged: BTreeMap<&str, verdicts::Judged> = plan
        .scenarios
        .iter()
        .map(|it| {
            let log = attempts.scenario(&it.id);
            (it.id.as_str(), verdicts::verdict(it, log, &seen))
        })
        .collect();
    let mut findings = findings::findings(plan, &attempts, &seen, &judged, now);
    let (slower, pace) = slow::slow(plan, &attempts, now);
    findings.extend(slower);
    past::apply(plan, &attempts, &mut judged, &mut findings);
    findings::order(plan, &seen, &mut findings);
    let fixed = past::fixed(plan, &attempts, &seen, &judged, &findings);
    let mut hits: HashMap<&str, Vec<String>> = HashMap::new();
    for finding in &findings {
        for scenario in finding.scenarios.iter().map(String::as_str).collect::<BTreeSet<_>>() {
            hits.entry(scenario).or_default().push(finding.id.clone());
        }
    }
    let scenarios: Vec<ScenarioResult> = plan
        .scenarios
        .iter()
        .map(|scenario| {
            let it = &judged[scenario.id.as_str()];
            ScenarioResult {
                id: scenario.id.clone(),
                verdict: it.verdict,
                because: it.because,
                detail: it.detail.clone(),
                duration_ms: attempts.scenario(&scenario.id).map_or(0, ScenarioLog::duration_ms),
                findings: hits.get(scenario.id.as_str()).cloned().unwrap_or_default(),
            }
        })
        .collect();
    let totals = Totals::count(scenarios.iter().map(|it| it.verdict));
    let gate = gate(&plan.gate, plan.branch.as_deref(), &totals, &findings, &scenarios);
    Judgement {
        pending: pending(comparison, &findings),
        facets_without_baseline: comparison.facets_without_baseline,
        fixed,
        dead_redactions: dead_tonight(&plan.history, &comparison.redactions),
        redactions: comparison.redactions.clone(),
        pace,
        scenarios,
        findings,
        totals,
        gate,
    }
}

/// What waits for a decision, with the finding that it belongs to.
fn pending(comparison: &Comparison, findings: &[Finding]) -> Vec<Pending> {
    let mut causes: HashMap<(&str, &str, FacetKind), &str> = HashMap::new();
    for finding in findings {
        for difference in &finding.differences {
            let Some(checkpoint) = difference.checkpoint.as_deref() else { continue };
            for facet in difference.facets.iter().filter_map(|change| change.facet) {
                // The first finding, which is the worst, is meant.
                causes.entry((&difference.scenario, checkpoint, facet)).or_insert(&finding.id);
            }
        }
    }
    let stored = comparison.pending.iter().filter_map(|it| it.evidence.as_ref().map(|e| (it, e)));
    stored
        .enumerate()
        .map(|(index, (it, evidence))| Pending {
            id: format!("P{}", index + 1),
            scenario: it.scenario.clone(),
            checkpoint: it.checkpoint.clone(),
            facet: it.facet,
            environment: it.environment.clone(),
            place: it.place.clone(),
            algorithm: it.algorithm.clone(),
            evidence: evidence.clone(),
            finding: causes
                .get(&(it.scenario.as_str(), it.checkpoint.as_str(), it.facet))
                .map(|id| (*id).to_owned()),
        })
        .collect()
}
