//! [`triage`]: differences and outcomes to findings, verdicts and the gate's decision; pure.
//!
//! [`verdicts`] judges each scenario, the room `cause` finds what differences have in
//! common, [`lost`] doubts what a browser that is lost is put down to, [`stages`] splits it by how much it counts, [`seen`] sorts it all by scenario,
//! [`findings`] builds the findings, [`noise`] marks those that look like it, [`past`] puts what earlier nights said to them
//! ([`pieces`] says of what), [`slow`] adds what became slower, and [`gate`] decides. The room
//! `words` gives the finished findings their titles.
//!
//! The files:
//! - `stages.rs`: splits what was seen by how much it counts, and counts what is on trial.
//! - `seen.rs`: plan and comparison sorted by scenario and attempt.
//! - `verdicts.rs`: the verdict of one scenario.
//! - `lost.rs`: a browser that is lost at the same step each time, and only there.
//! - `spot.rs`: the changes of a spot, and a failed step as a difference.
//! - `trouble.rs`: a full disk and lost browsers, as one finding each.
//! - `suppressed.rs`: which changes a known issue names.
//! - `chance.rs`: what the reruns of a scenario say of chance.
//! - `noise.rs`: findings that are no more than one number that is never the same.
//! - `narrow.rs`: of a facet that changed for several causes, the lines of one of them.
//! - `findings.rs`: one finding a cause, weighed and ordered.
//! - `severity.rs`: how bad a finding is for those who use the product.
//! - `more.rs`: what runs more often where a night has time left.
//! - `outages.rs`: the outages of a night, and what failed in them.
//! - `common.rs`: what all that failed in an outage have in common, which says why.
//! - `past.rs`: what earlier nights said, put to verdicts and findings: known, fixed, since when.
//! - `pieces.rs`: which pieces of tonight's causes earlier nights had.
//! - `slow.rs`: what became slower than it was, or than on another build, as findings that decide
//!   nothing.
//! - `gate.rs`: the rule that decides.
//! - `alike.rs`: what tonight and the control do alike, where the baseline says otherwise.
//! - `covered.rs`: every change of a finding, as a decision on it takes it.
//! - `world.rs`: what the control says of a night: a changed world, what was right a minute ago.

mod alike;
pub mod chance;
mod common;
mod covered;

mod findings;
mod gate;
mod lost;
pub mod more;
mod narrow;
mod noise;
pub mod outages;
mod past;
mod pieces;
pub mod seen;
mod severity;
pub mod slow;
mod spot;
pub mod stages;
mod suppressed;
mod trouble;
pub mod verdicts;
mod world;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::control::judged;
use crate::history::dead_tonight;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::comparison::{Comparison, PendingReason};
use crate::model::finding::Pending;
use crate::model::{
    Entry, FacetKind, Finding, Judgement, Plan, Scenario, ScenarioResult, Stage, Totals,
};
use crate::words::entitle;

pub use self::gate::{gate, is_suppressed};
use self::seen::Seen;
use self::stages::Parts;

/// What a night means. Store the comparison first, so that what is pending has evidence.
#[must_use]
pub fn triage(
    plan: &Plan,
    entries: &[Entry],
    comparison: &Comparison,
    now: DateTime<Utc>,
) -> Judgement {
    let attempts = Attempts::of(entries);
    let parts = Parts::of(plan, comparison);
    let gating = deciding(plan, &attempts, comparison, &parts);
    let advisory = Seen::of(plan, comparison, &parts.advisory).visiting(&attempts);
    let all = Seen::of(plan, comparison, &comparison.differences);
    let mut judged = verdicts(plan, &attempts, &gating);
    lost::suspicious(plan, &attempts, &mut judged);
    let without_history = judged.clone();
    let findings::NightFindings { mut findings, mut adds, ages } =
        findings::findings(plan, &attempts, [&gating, &advisory], &judged, now);
    let slow::Slowdowns { findings: slower, pace, beside } = slow::slow(plan, &attempts, now);
    findings.extend(slower);
    past::apply(plan, &attempts, &ages, &mut judged, (&mut findings, &mut adds));
    noise::look(&mut findings, &gating);
    chance::rates(plan, &attempts, &gating, &mut findings);
    findings::order(plan, &gating, &adds, &mut findings);
    titled(plan, &attempts, &mut findings);
    let judged_by = judged::tally(plan, &attempts);
    let past = past::Tonight { attempts: &attempts, ages: &ages, judged: &judged };
    let fixed = past.fixed(plan, &gating, &findings);
    let hits = hits(&findings);
    let result = |scenario: &Scenario| {
        let it = &judged[scenario.id.as_str()];
        let log = attempts.scenario(&scenario.id);
        let would_be = verdicts::verdict(plan, scenario, log, &all).verdict;
        let before = without_history[scenario.id.as_str()].verdict;
        let counted = stages::counted_verdict(scenario, before);
        ScenarioResult {
            id: scenario.id.clone(),
            verdict: stages::counted_verdict(scenario, it.verdict),
            stage: scenario.stage,
            would_be: (would_be != counted).then_some(would_be),
            because: it.because,
            detail: it.detail.clone(),
            judged_by: judged_by.scenarios.get(&scenario.id).copied().unwrap_or_default(),
            duration_ms: log.map_or(0, ScenarioLog::duration_ms),
            findings: hits.get(scenario.id.as_str()).cloned().unwrap_or_default(),
        }
    };
    let scenarios: Vec<ScenarioResult> = plan.scenarios.iter().map(result).collect();
    let totals = Totals::count(scenarios.iter().map(|it| it.verdict));
    let gate = gate(&plan.gate, plan.branch.as_deref(), &findings, &scenarios);
    Judgement {
        pending: pending(plan, comparison, &findings),
        stages: stages::tally(plan, &attempts, comparison, &scenarios),
        facets_without_baseline: comparison.facets_without_baseline,
        new_facets: comparison.new_facets,
        fixed,
        dead_redactions: dead_tonight(&plan.history, &comparison.redactions),
        redactions: comparison.redactions.clone(),
        pace,
        beside,
        facets_judged: judged_by.facets,
        control: world::result(plan, &attempts, comparison, &judged_by),
        scenarios,
        findings,
        totals,
        gate,
    }
}

/// What decides, with what the control and the environment did.
fn deciding<'a>(
    plan: &'a Plan,
    attempts: &'a Attempts<'a>,
    comparison: &'a Comparison,
    parts: &'a Parts<'a>,
) -> Seen<'a> {
    let gating = Seen::of(plan, comparison, &parts.gating)
        .visiting(attempts)
        .beside_control(plan, attempts, comparison);
    let on_full_disk = trouble::lost(plan, attempts, &gating);
    let gating = gating.through(Vec::new(), on_full_disk.clone());
    let (found, mut lost) = outages::find(plan, attempts, &gating);
    lost.extend(on_full_disk);
    gating.through(found, lost)
}

/// The verdict of each scenario, before earlier nights are asked.
fn verdicts<'a>(
    plan: &'a Plan,
    attempts: &Attempts<'_>,
    gating: &Seen<'_>,
) -> BTreeMap<&'a str, verdicts::Judged> {
    let verdict = |it: &'a Scenario| {
        let log = attempts.scenario(&it.id);
        (it.id.as_str(), verdicts::verdict(plan, it, log, gating))
    };
    let mut judged = plan.scenarios.iter().map(verdict).collect();
    trouble::name(plan, attempts, &mut judged);
    judged
}

/// Gives every finding its title.
fn titled(plan: &Plan, attempts: &Attempts<'_>, findings: &mut [Finding]) {
    entitle(plan, attempts, findings);
    world::entitle(plan, findings);
    for finding in findings {
        if let Some(title) = noise::title(finding) {
            finding.title = title;
        }
    }
}

/// The findings of each scenario, by their ids.
fn hits(findings: &[Finding]) -> HashMap<&str, Vec<String>> {
    let mut hits: HashMap<&str, Vec<String>> = HashMap::new();
    for finding in findings {
        for scenario in finding.scenarios.iter().map(String::as_str).collect::<BTreeSet<_>>() {
            hits.entry(scenario).or_default().push(finding.id.clone());
        }
    }
    hits
}

/// What waits for a decision, with the finding that it belongs to.
fn pending(plan: &Plan, comparison: &Comparison, findings: &[Finding]) -> Vec<Pending> {
    let mut causes: HashMap<(&str, &str, FacetKind), &Finding> = HashMap::new();
    let mut places: HashMap<(&str, &str), &Finding> = HashMap::new();
    let own: HashMap<&str, &Scenario> =
        plan.scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    for finding in findings {
        for difference in &finding.differences {
            let Some(checkpoint) = difference.checkpoint.as_deref() else { continue };
            places.entry((&difference.scenario, checkpoint)).or_insert(finding);
            for facet in difference.facets.iter().filter_map(|change| change.facet) {
                // The first finding, which is the worst, is meant.
                causes.entry((&difference.scenario, checkpoint, facet)).or_insert(finding);
            }
        }
    }
    let stored = comparison.pending.iter().filter_map(|it| it.evidence.as_ref().map(|e| (it, e)));
    stored
        .enumerate()
        .map(|(index, (it, evidence))| {
            let place = (it.scenario.as_str(), it.checkpoint.as_str());
            let replaces = it.reason == PendingReason::Changed;
            // What changed in shadow at a place that a finding is about is decided with it.
            let beside = || places.get(&place).filter(|_| replaces);
            let finding = causes.get(&(place.0, place.1, it.facet)).or_else(beside).copied();
            let weakest = || {
                let own = own.get(place.0).map(|own| plan.stage_at(own, place.1, it.facet));
                own.unwrap_or_default()
            };
            Pending {
                id: format!("P{}", index + 1),
                scenario: it.scenario.clone(),
                checkpoint: it.checkpoint.clone(),
                facet: it.facet,
                environment: it.environment.clone(),
                place: it.place.clone(),
                algorithm: it.algorithm.clone(),
                evidence: evidence.clone(),
                layout: it.layout.clone(),
                stage: match (finding, replaces) {
                    (Some(finding), _) => finding.stage,
                    // Nobody was told of it.
                    (None, true) => Stage::Shadow,
                    (None, false) => weakest(),
                },
                finding: finding.map(|it| it.id.clone()),
                replaces,
                wrong: it.wrong.clone(),
            }
        })
        .collect()
}
