//! [`triage`]: differences and outcomes to findings, verdicts and the gate's decision; pure.
//!
//! [`verdicts`] judges each scenario, [`cause`] and [`group`] find what differences have in
//! common, [`title`] names it, [`findings`] builds the findings, and [`gate`] decides.

pub mod cause;
mod findings;
mod gate;
pub mod group;
pub mod title;
pub mod verdicts;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::attempts::Attempts;
use crate::model::comparison::Comparison;
use crate::model::finding::Pending;
use crate::model::{Entry, Finding, Judgement, Plan, ScenarioResult, Totals};

pub use self::gate::{gate, is_suppressed};

/// What a night means. Store the comparison first, so that what is pending has evidence.
#[must_use]
pub fn triage(
    plan: &Plan,
    entries: &[Entry],
    comparison: &Comparison,
    now: DateTime<Utc>,
) -> Judgement {
    let attempts = Attempts::of(entries);
    let judged: BTreeMap<&str, verdicts::Judged> = plan
        .scenarios
        .iter()
        .map(|it| {
            let log = attempts.scenario(&it.id);
            (it.id.as_str(), verdicts::verdict(plan, it, log, comparison))
        })
        .collect();
    let findings = findings::findings(plan, &attempts, comparison, &judged, now);
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
                duration_ms: attempts.scenario(&scenario.id).map_or(0, |log| log.duration_ms()),
                findings: findings
                    .iter()
                    .filter(|finding| finding.scenarios.contains(&scenario.id))
                    .map(|finding| finding.id.clone())
                    .collect(),
            }
        })
        .collect();
    let totals = Totals::count(scenarios.iter().map(|it| it.verdict));
    let gate = gate(&plan.gate, plan.branch.as_deref(), &totals, &findings, &scenarios);
    Judgement {
        pending: pending(comparison, &findings),
        facets_without_baseline: comparison.facets_without_baseline,
        scenarios,
        findings,
        totals,
        gate,
    }
}

/// What waits for a decision, with the finding that it belongs to.
fn pending(comparison: &Comparison, findings: &[Finding]) -> Vec<Pending> {
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
            finding: findings
                .iter()
                .find(|finding| {
                    finding.differences.iter().any(|difference| {
                        difference.scenario == it.scenario
                            && difference.checkpoint.as_deref() == Some(&it.checkpoint)
                            && difference.facets.iter().any(|change| change.facet == Some(it.facet))
                    })
                })
                .map(|finding| finding.id.clone()),
        })
        .collect()
}
