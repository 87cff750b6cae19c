//! [`Weighing`]: puts what differs down to the product, to the world, or to the build before.
//!
//! Three comparisons are laid together, facet by facet: tonight against its baseline, the control
//! against the same baseline, and, where both differ, tonight against the control.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::lend::Place;
use super::noise::Facet;
use super::rule::{Pair, Ruling, Sides, rule};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::comparison::{Comparison, Located, Unjudged};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::settle::Noise;
use crate::model::{Because, Change, Difference, FacetChange, FacetKind, Outcome, Plan, Scenario};

/// The facets that differ.
#[must_use]
pub fn facets_of(all: &[Located]) -> BTreeSet<Facet> {
    let facets = all.iter().flat_map(|located| {
        let at = &located.difference;
        let checkpoint = at.checkpoint.clone().unwrap_or_default();
        let own = at.facets.iter().filter_map(|it| it.facet);
        own.map(move |facet| (at.scenario.clone(), checkpoint.clone(), facet))
    });
    facets.collect()
}

/// What is laid together.
pub struct Weighing<'a> {
    pub plan: &'a Plan,
    pub attempts: &'a Attempts<'a>,
    /// The places that have an accepted baseline.
    pub accepted: &'a HashSet<Place>,
    /// The control against the accepted baselines.
    pub control: &'a [Located],
    /// Tonight against the control, where both differ from the baseline.
    pub turns: &'a [Located],
    /// Facets that vary on the control beyond any remedy.
    pub unstable: &'a BTreeSet<Facet>,
}

/// What of one facet is the product's, and what the world's.
#[derive(Default)]
struct Split {
    product: Option<FacetChange>,
    world: Option<FacetChange>,
}

impl Weighing<'_> {
    /// Weighs what tonight differs in.
    pub fn of(&self, mut tonight: Comparison, noise: Vec<Noise>) -> Comparison {
        let before = std::mem::take(&mut tonight.differences);
        tonight.fixed = self.fixed(&before);
        for located in before {
            let Located { difference, replaced } = located;
            let (mut product, mut world) = (Vec::new(), Vec::new());
            for change in &difference.facets {
                let split = self.split(&difference, change);
                product.extend(split.product);
                world.extend(split.world);
            }
            if !world.is_empty() {
                tonight.unjudged.extend(self.not_judged(&difference, &world));
                let difference = Difference { facets: world, ..difference.clone() };
                tonight.world.push(Located { difference, replaced: Vec::new() });
            }
            if !product.is_empty() {
                let difference = Difference { facets: product, ..difference };
                tonight.differences.push(Located { difference, replaced });
            }
        }
        tonight.noise = noise;
        tonight
    }

    fn split(&self, at: &Difference, change: &FacetChange) -> Split {
        let whole = || Split { product: Some(change.clone()), world: None };
        let (Some(checkpoint), Some(facet)) = (at.checkpoint.as_deref(), change.facet) else {
            return whole();
        };
        if self.unstable.contains(&(at.scenario.clone(), checkpoint.to_owned(), facet)) {
            return Split::default();
        }
        let on_control = facet_in(self.control, at, None, facet);
        let in_turns = facet_in(self.turns, at, Some(at.attempt), facet);
        match rule(self.sides(at, checkpoint, facet, (!on_control.is_empty(), &in_turns))) {
            Ruling::Regressed(_) | Ruling::Unchanged(_) | Ruling::Fixed | Ruling::New => whole(),
            // New lines of the watches are a set: each is the world's or the product's.
            Ruling::World | Ruling::WorldAndRegressed if facet == FacetKind::Events => {
                apart(change, &on_control, None)
            }
            Ruling::World => Split { product: None, world: Some(change.clone()) },
            Ruling::WorldAndRegressed => apart(change, &on_control, in_turns.first().copied()),
        }
    }

    fn sides(
        &self,
        at: &Difference,
        checkpoint: &str,
        facet: FacetKind,
        (control_differs, in_turns): (bool, &[&FacetChange]),
    ) -> Sides {
        let is_accepted = self
            .accepted
            .iter()
            .any(|it| it.0 == at.scenario && it.1 == checkpoint && it.2 == facet);
        let saw = self.control_saw(&at.scenario, checkpoint, facet);
        let tonight_control = match (saw, is_accepted && control_differs) {
            (false, _) => Pair::Unknown,
            (true, true) if in_turns.is_empty() => Pair::Same,
            (true, _) => Pair::Differs,
        };
        Sides {
            tonight_baseline: if is_accepted { Pair::Differs } else { Pair::Unknown },
            control_baseline: match (is_accepted && saw, control_differs) {
                (false, _) => Pair::Unknown,
                (true, true) => Pair::Differs,
                (true, false) => Pair::Same,
            },
            tonight_control,
        }
    }

    /// Whether the control came to a checkpoint and saw this facet of it.
    fn control_saw(&self, scenario: &str, checkpoint: &str, facet: FacetKind) -> bool {
        let Some(log) = self.attempts.scenario(scenario).and_then(|it| it.control()) else {
            return false;
        };
        saw(log, checkpoint, facet)
    }

    /// Says why a scenario cannot be judged where the world changed.
    fn not_judged(&self, at: &Difference, world: &[FacetChange]) -> Vec<Unjudged> {
        let scenario = self.plan.scenarios.iter().find(|it| it.id == at.scenario);
        let builds = builds(self.plan, scenario);
        let place = at.checkpoint.as_deref().unwrap_or_default();
        let own = world.iter().filter_map(|it| it.facet);
        own.map(|facet| Unjudged {
            scenario: at.scenario.clone(),
            attempt: at.attempt,
            facet,
            because: Because::Environment,
            detail: format!(
                "checkpoint {place}: {builds} differs from the baseline in the same way tonight, so \
                 that the world changed and not the product"
            ),
        })
        .collect()
    }

    /// What the control differs in, and the last attempt of tonight does not.
    fn fixed(&self, tonight: &[Located]) -> Vec<Located> {
        let mut fixed = Vec::new();
        for located in self.control {
            let at = &located.difference;
            let Some(log) = self.attempts.scenario(&at.scenario) else { continue };
            let last = log.attempts.iter().rev().find(|it| it.1.counts());
            let Some((number, last)) = last else { continue };
            let checkpoint = at.checkpoint.as_deref().unwrap_or_default();
            let facets: Vec<FacetChange> = at
                .facets
                .iter()
                .filter(|it| it.facet.is_some_and(|facet| saw(last, checkpoint, facet)))
                .filter_map(|change| {
                    let own = facet_in(tonight, at, Some(*number), change.facet?);
                    if own.is_empty() {
                        return Some(change.clone());
                    }
                    let (left, _) = parted(change, &own);
                    (!left.is_empty() && !change.changes.is_empty())
                        .then(|| FacetChange { changes: left, ..change.clone() })
                })
                .collect();
            if !facets.is_empty() {
                let difference = Difference { facets, ..at.clone() };
                fixed.push(Located { difference, replaced: located.replaced.clone() });
            }
        }
        fixed
    }
}

/// The builds of a scenario's control, in words.
fn builds(plan: &Plan, scenario: Option<&Scenario>) -> String {
    let control = plan.control.as_ref().zip(scenario);
    control.map_or("the control".to_owned(), |(control, scenario)| control.said(scenario))
}

/// Whether an attempt came to a checkpoint and saw this facet of it.
pub fn saw(log: &AttemptLog<'_>, checkpoint: &str, facet: FacetKind) -> bool {
    if checkpoint == WATCH_CHECKPOINT {
        return log.outcome() == Some(Outcome::Completed);
    }
    let mut own = log.checkpoints.iter().filter(|it| it.name == checkpoint);
    own.any(|it| it.facets.iter().any(|it| it.facet == facet))
}

/// The changes of one facet at a place, in any attempt or in this one.
fn facet_in<'a>(
    all: &'a [Located],
    at: &Difference,
    attempt: Option<u32>,
    facet: FacetKind,
) -> Vec<&'a FacetChange> {
    let own = all.iter().map(|it| &it.difference).filter(|it| {
        it.scenario == at.scenario
            && it.checkpoint == at.checkpoint
            && attempt.is_none_or(|attempt| it.attempt == attempt)
    });
    own.flat_map(|it| &it.facets).filter(|it| it.facet == Some(facet)).collect()
}

/// What makes a change the same on both builds, to the last digit.
type Exact = (String, Option<String>, Option<String>);

fn exact(change: &Change) -> Exact {
    (change.thing.to_string(), change.before.clone(), change.after.clone())
}

/// The changes of a facet that the control has not, and those that it has too.
fn parted(change: &FacetChange, on_control: &[&FacetChange]) -> (Vec<Change>, Vec<Change>) {
    // As often as the control has it: ten rows that are gone there are not eleven here.
    let mut left: HashMap<Exact, usize> = HashMap::new();
    for it in on_control.iter().flat_map(|it| &it.changes) {
        *left.entry(exact(it)).or_default() += 1;
    }
    change.changes.iter().cloned().partition(|it| match left.get_mut(&exact(it)) {
        Some(times) if *times > 0 => {
            *times -= 1;
            false
        }
        Some(_) | None => true,
    })
}

/// A facet that differs on both builds, and not alike.
fn apart(
    change: &FacetChange,
    on_control: &[&FacetChange],
    in_turns: Option<&FacetChange>,
) -> Split {
    if change.facet == Some(FacetKind::Image) {
        let product = in_turns.unwrap_or(change).clone();
        return Split { product: Some(product), world: None };
    }
    let (own, alike) = parted(change, on_control);
    let part = |changes: Vec<Change>| {
        (!changes.is_empty()).then(|| FacetChange { changes, ..change.clone() })
    };
    match (own.is_empty(), in_turns) {
        (true, Some(turns)) => {
            // What differs is in no change of the baseline's: it is told as it differs from the
            // control, and can only be decided on as a whole.
            let changes = turns.changes.iter().cloned();
            let tied = changes.map(|it| Change { old_lines: vec![1], ..it }).collect();
            Split { product: Some(FacetChange { changes: tied, ..turns.clone() }), world: None }
        }
        (true, None) => Split { product: None, world: Some(change.clone()) },
        (false, _) if alike.is_empty() => Split { product: Some(change.clone()), world: None },
        (false, _) => Split { product: part(own), world: part(alike) },
    }
}
