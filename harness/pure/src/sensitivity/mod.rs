//! [`measure`]: what of the changes that the product could have made tonight would have been
//! noticed; pure.
//!
//! It takes what the last attempts saw, changes it in one place at a time ([`mutant`],
//! [`crate::picture::drawn`])
//! and has the real comparison judge each, redactions, masks and all ([`probe`]). What was seen
//! stands for the baseline, so that tonight's own differences do not count. [`blind`] names the
//! places where nobody looks, and [`cost`] says what a redaction would cost before it is written.
//!
//! Everything is chosen by the night's id: measured again, a night has the same figure.
//!
//! The files:
//! - `mutant.rs`: where a text could be another one, and that text.
//! - `probe.rs`: changes one facet of one checkpoint and lays what goes unnoticed to what hides it.
//! - `blind.rs`: the places where nobody looks.
//! - `cost.rs`: what a redaction or mask would hide before it is written.

mod blind;
pub mod cost;
mod mutant;
mod probe;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use sha2::{Digest, Sha256};

use self::probe::{Case, CaseResult, Checkpoint};
use crate::compare::CompareError;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::sensitivity::{MutantKind, Noticed, OfFacet, OfKind, OfScenario, Sensitivity};
use crate::model::{
    BaselineRecord, Entry, EvidenceRef, FacetKind, Outcome, Plan, Scenario, Surface,
};

/// The fewest changes that are tried of a scenario, where any are.
const FEWEST: u32 = 24;

/// How much may be done.
pub struct Budget<'a> {
    /// The most changes that are tried.
    pub mutants: u32,
    /// The most pictures that are changed; each costs far more than a text.
    pub pictures: u32,
    /// The most bytes of text that are compared.
    pub bytes: u64,
    /// Whether there is time left; asked between changes.
    pub go_on: &'a dyn Fn() -> bool,
}

/// Reads evidence.
pub(crate) type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Option<Vec<u8>>;

/// What would have been noticed tonight. Evidence that cannot be read is left out.
///
/// # Errors
/// A redaction of the plan that is no regular expression.
pub fn measure<E: Display>(
    plan: &Plan,
    entries: &[Entry],
    read: &dyn Fn(&EvidenceRef) -> Result<Vec<u8>, E>,
    budget: &Budget<'_>,
) -> Result<Sensitivity, CompareError> {
    let read = |evidence: &EvidenceRef| read(evidence).ok();
    let attempts = Attempts::of(entries);
    let mut baselines: HashMap<&str, Vec<&BaselineRecord>> = HashMap::new();
    for record in &plan.baselines {
        baselines.entry(&record.scenario).or_default().push(record);
    }
    let mut seen: Vec<Seen<'_>> = plan
        .scenarios
        .iter()
        .filter_map(|it| Some((it, last(attempts.scenario(&it.id)?)?)))
        .map(|(scenario, attempt)| Seen {
            scenario,
            attempt,
            baselines: baselines.get(scenario.id.as_str()).map_or(&[], Vec::as_slice),
        })
        .collect();
    fastrand::Rng::with_seed(seed(&[&plan.night])).shuffle(&mut seen);
    let mut run = Run {
        plan,
        read: &read,
        budget,
        left: Left::of(budget, seen.len()),
        out: Sensitivity::default(),
    };
    for own in &seen {
        if run.left.mutants == 0 || run.out.cut_short {
            break;
        }
        run.scenario(own)?;
    }
    Ok(run.finish(plan))
}

/// The last attempt that says something about the product.
fn last<'a, 'b>(log: &'b crate::model::attempts::ScenarioLog<'a>) -> Option<&'b AttemptLog<'a>> {
    let says = |it: &&AttemptLog<'_>| it.outcome().is_some_and(|it| it != Outcome::HarnessError);
    log.attempts.values().rev().find(says)
}

/// A number that these words decide.
pub(crate) fn seed(words: &[&str]) -> u64 {
    let digest = Sha256::digest(words.join("\n").as_bytes());
    digest.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// What is measured of a scenario.
struct Seen<'a> {
    scenario: &'a Scenario,
    attempt: &'a AttemptLog<'a>,
    baselines: &'a [&'a BaselineRecord],
}

/// What of the budget is left.
struct Left {
    mutants: u32,
    pictures: u32,
    /// For each scenario.
    share: u32,
    bytes_each: u64,
    pictures_each: u32,
}

impl Left {
    fn of(budget: &Budget<'_>, scenarios: usize) -> Self {
        let scenarios = scenarios.max(1);
        Self {
            mutants: budget.mutants,
            pictures: budget.pictures,
            share: (budget.mutants / scenarios as u32).max(FEWEST),
            bytes_each: (budget.bytes / scenarios as u64).max(1 << 20),
            pictures_each: (budget.pictures / scenarios as u32).max(3),
        }
    }
}

/// A measurement in the making.
struct Run<'a> {
    plan: &'a Plan,
    read: Read<'a>,
    budget: &'a Budget<'a>,
    left: Left,
    out: Sensitivity,
}

impl Run<'_> {
    fn scenario(&mut self, own: &Seen<'_>) -> Result<(), CompareError> {
        let mut cases: Vec<Case<'_>> = Vec::new();
        let mut checkpoints: Vec<Checkpoint> = Vec::new();
        for log in &own.attempt.checkpoints {
            // A checkpoint in a `repeat` is measured once.
            if checkpoints.iter().any(|it| it.name == log.name) {
                continue;
            }
            let checkpoint = Checkpoint::new(self.plan, own.scenario, own.attempt.known, log.name)?;
            cases.extend(probe::cases(self.plan, own.baselines, log, checkpoints.len(), self.read));
            checkpoints.push(checkpoint);
        }
        let steps = own.scenario.all_steps();
        if steps.iter().any(|it| it.action.surface() == Some(Surface::Browser)) {
            let watch = Checkpoint::new(self.plan, own.scenario, own.attempt.known, "watch")?;
            cases.push(probe::watches(own.attempt, own.baselines, checkpoints.len()));
            checkpoints.push(watch);
        }
        // The small ones first: what they leave of the share goes to the large ones.
        cases.sort_by_key(probe::Case::possible);
        let mut share = self.left.share.min(self.left.mutants);
        let mut bytes = self.left.bytes_each;
        let mut pictures = self.left.pictures_each.min(self.left.pictures);
        let mut result = OfScenario {
            id: own.scenario.id.clone(),
            count: Noticed::default(),
            facets: Vec::new(),
        };
        let count = cases.len() as u32;
        for (index, case) in cases.iter().enumerate() {
            let rest = count - index as u32;
            let mut quota = (share / rest).max(1).min(share);
            if case.facet == FacetKind::Image {
                quota = quota.min((pictures / rest).max(3)).min(pictures);
            } else {
                let weight = case.bytes() + 512;
                quota = quota.min((bytes / u64::from(rest) / weight).max(4) as u32);
            }
            let checkpoint = &checkpoints[case.checkpoint];
            let found = probe::run(self.plan, own.scenario, checkpoint, case, quota, self.budget);
            share -= found.count.mutants.min(share);
            if case.facet == FacetKind::Image {
                pictures -= found.count.mutants.min(pictures);
                self.left.pictures -= found.count.mutants.min(self.left.pictures);
            } else {
                let used = (case.bytes() + 512) * u64::from(found.count.mutants);
                bytes = bytes.saturating_sub(used);
            }
            self.left.mutants -= found.count.mutants.min(self.left.mutants);
            self.out.cut_short |= found.cut_short;
            self.keep(own.scenario, checkpoint, case, found, &mut result);
        }
        self.out.measured += 1;
        self.out.results.push(result);
        Ok(())
    }

    fn keep(
        &mut self,
        scenario: &Scenario,
        checkpoint: &Checkpoint,
        case: &Case<'_>,
        found: CaseResult,
        result: &mut OfScenario,
    ) {
        result.count.add(found.count);
        self.out.total.add(found.count);
        result.facets.push(OfFacet {
            checkpoint: Some(checkpoint.name.clone()),
            facet: case.facet,
            count: found.count,
        });
        self.out.blind.extend(blind::of_case(self.plan, scenario, checkpoint, case, &found));
        for (kind, count) in found.kinds {
            match self.out.kinds.iter_mut().find(|it| it.kind == kind) {
                Some(it) => it.count.add(count),
                None => self.out.kinds.push(OfKind { kind, count }),
            }
        }
        self.out.redactions.extend(found.hidden);
        self.out.masks.extend(found.covered);
    }

    fn finish(self, plan: &Plan) -> Sensitivity {
        let mut out = self.out;
        out.scenarios = plan.scenarios.len() as u32;
        out.blind.extend(plan.scenarios.iter().flat_map(blind::of_plan));
        let mut facets: BTreeMap<FacetKind, Noticed> = BTreeMap::new();
        for it in out.results.iter().flat_map(|it| &it.facets) {
            facets.entry(it.facet).or_default().add(it.count);
        }
        let facets = facets.into_iter();
        out.facets =
            facets.map(|(facet, count)| OfFacet { checkpoint: None, facet, count }).collect();
        out.kinds.sort_by_key(|it| it.kind);
        out.results.sort_by(|a, b| {
            let share = |it: &OfScenario| it.count.percent().map_or(0, |it| it + 1);
            (share(a), &a.id).cmp(&(share(b), &b.id))
        });
        for result in &mut out.results {
            result.facets.sort_by(|a, b| (&a.checkpoint, a.facet).cmp(&(&b.checkpoint, b.facet)));
        }
        let place = |it: &crate::model::sensitivity::Hidden| {
            (it.scenario.clone(), it.checkpoint.clone(), it.facet, it.redaction.clone())
        };
        out.redactions.sort_by(|a, b| {
            let share = |hides: u32, of: u32| u64::from(hides) * 1_000 / u64::from(of.max(1));
            (share(b.hides, b.of), place(a)).cmp(&(share(a.hides, a.of), place(b)))
        });
        out.masks.sort_by(|a, b| {
            (b.percent, &a.scenario, &a.checkpoint).cmp(&(a.percent, &b.scenario, &b.checkpoint))
        });
        out.blind.sort_by(|a, b| {
            (b.weight, a.kind, &a.scenario, &a.checkpoint, a.facet).cmp(&(
                a.weight,
                b.kind,
                &b.scenario,
                &b.checkpoint,
                b.facet,
            ))
        });
        out
    }
}

/// What kinds of changes there are, with their numbers.
pub(crate) type ByKind = BTreeMap<MutantKind, Noticed>;
