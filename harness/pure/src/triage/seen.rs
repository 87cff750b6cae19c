//! [`Seen`]: plan and comparison sorted by scenario and attempt, so that judging a scenario does
//! not read what was seen of all others. Built by [`super::triage`], read by its neighbours.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::alike;
use super::stages::{keeps_from_judging, makes_new};
use crate::history::outage::Outage;
use crate::model::attempts::Attempts;
use crate::model::comparison::{Comparison, Located, Unjudged};
use crate::model::{Difference, FacetChange, FacetKind, Plan, Scenario};

/// What was planned and what was seen, by scenario.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    planned: HashMap<&'a str, (usize, &'a Scenario)>,
    with_baseline: HashSet<&'a str>,
    differences: HashMap<&'a str, BTreeMap<u32, Vec<&'a Located>>>,
    unjudged: HashMap<&'a str, BTreeMap<u32, &'a Unjudged>>,
    new: HashSet<&'a str>,
    pages: BTreeSet<&'a str>,
    /// Attempts that fail as the control does, in all or in some of their failed steps: the numbers
    /// of these, and whether they are all.
    alike: HashMap<(&'a str, u32), (BTreeSet<u32>, bool)>,
    /// The step at which the control of a scenario failed first; `None` where it came to its end.
    controls: HashMap<&'a str, Option<u32>>,
    world: Vec<Located>,
    outages: Vec<Outage>,
    /// Attempts that failed in an outage.
    lost: HashSet<(&'a str, u32)>,
}

impl<'a> Seen<'a> {
    /// Sorts them; `differences` are those of the comparison that count here.
    #[must_use]
    pub fn of(plan: &'a Plan, comparison: &'a Comparison, differences: &'a [Located]) -> Self {
        let mut seen = Self::default();
        for (index, scenario) in plan.scenarios.iter().enumerate() {
            seen.planned.entry(&scenario.id).or_insert((index, scenario));
        }
        let accepted = plan.baselines.iter().filter(|it| it.origin.is_accepted());
        seen.with_baseline.extend(accepted.map(|it| it.scenario.as_str()));
        for located in differences {
            let at = &located.difference;
            let own = seen.differences.entry(&at.scenario).or_default();
            own.entry(at.attempt).or_default().push(located);
        }
        for unjudged in comparison.unjudged.iter().filter(|it| keeps_from_judging(plan, it)) {
            let own = seen.unjudged.entry(&unjudged.scenario).or_default();
            own.entry(unjudged.attempt).or_insert(unjudged);
        }
        let pending = comparison.pending.iter();
        let new = pending.filter(|it| makes_new(plan, it.facet, it.reason));
        seen.new.extend(new.map(|it| it.scenario.as_str()));
        seen
    }

    /// Takes in the pages at which a checkpoint was reached.
    #[must_use]
    pub fn visiting(mut self, attempts: &Attempts<'a>) -> Self {
        let places = attempts.places();
        self.pages.extend(places.filter(|it| it.starts_with('/') && !it.contains(' ')));
        self
    }

    /// Takes in what the control did.
    #[must_use]
    pub fn beside_control(
        mut self,
        plan: &'a Plan,
        attempts: &Attempts<'a>,
        comparison: &Comparison,
    ) -> Self {
        self.world = alike::counting(plan, attempts, comparison);
        for scenario in &plan.scenarios {
            let Some(log) = attempts.scenario(&scenario.id) else { continue };
            let Some(control) = log.control() else { continue };
            self.controls.insert(&scenario.id, control.failures().map(|it| it.0.index).min());
            for (number, attempt) in &log.attempts {
                let same = alike::failing_alike(attempt, control);
                if !same.is_empty() {
                    let all = attempt.failures().all(|(step, _)| same.contains(&step.index));
                    self.alike.insert((scenario.id.as_str(), *number), (same, all));
                }
            }
        }
        self
    }

    /// Takes in the outages, and the attempts that say nothing for them.
    #[must_use]
    pub fn through(mut self, outages: Vec<Outage>, lost: HashSet<(&'a str, u32)>) -> Self {
        (self.outages, self.lost) = (outages, lost);
        self
    }

    /// The outages of the night.
    #[must_use]
    pub fn outages(&self) -> &[Outage] {
        &self.outages
    }

    /// Whether an attempt failed in an outage.
    #[must_use]
    pub fn is_lost(&self, scenario: &str, attempt: u32) -> bool {
        self.lost.contains(&(scenario, attempt))
    }

    /// Whether an attempt failed as the control does, and at no other step.
    #[must_use]
    pub fn is_alike(&self, scenario: &str, attempt: u32) -> bool {
        self.alike.get(&(scenario, attempt)).is_some_and(|it| it.1)
    }

    /// Whether an attempt failed at a step as the control does.
    #[must_use]
    pub fn is_alike_at(&self, scenario: &str, attempt: u32, step: u32) -> bool {
        self.alike.get(&(scenario, attempt)).is_some_and(|it| it.0.contains(&step))
    }

    /// Whether the control passed this step.
    #[must_use]
    pub fn control_passed(&self, scenario: &str, step: u32) -> bool {
        self.controls.get(scenario).is_some_and(|failed| failed.is_none_or(|at| at > step))
    }

    /// What the control differs in as tonight does.
    #[must_use]
    pub fn world(&self) -> &[Located] {
        &self.world
    }

    /// The pages at which a checkpoint was reached.
    #[must_use]
    pub fn pages(&self) -> &BTreeSet<&'a str> {
        &self.pages
    }

    /// The scenario of this id.
    #[must_use]
    pub fn scenario(&self, id: &str) -> Option<&'a Scenario> {
        self.planned.get(id).map(|it| it.1)
    }

    /// Its position in the plan.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.planned.get(id).map(|it| it.0)
    }

    /// What an attempt changed, in the comparison's order.
    #[must_use]
    pub fn differences(&self, scenario: &str, attempt: u32) -> &[&'a Located] {
        let own = self.differences.get(scenario).and_then(|it| it.get(&attempt));
        own.map_or(&[], Vec::as_slice)
    }

    /// Whether an attempt differs from its baselines.
    #[must_use]
    pub fn differs(&self, scenario: &str, attempt: u32) -> bool {
        !self.differences(scenario, attempt).is_empty()
    }

    /// Whether all that an attempt differs in is the way to a goal that it reached.
    #[must_use]
    pub fn drifts(&self, scenario: &str, attempt: u32) -> bool {
        let all = self.differences(scenario, attempt);
        !all.is_empty() && all.iter().all(|it| is_drift(&it.difference))
    }

    /// What of an attempt could not be compared, the first of it.
    #[must_use]
    pub fn unjudged(&self, scenario: &str, attempt: u32) -> Option<&'a Unjudged> {
        self.unjudged.get(scenario)?.get(&attempt).copied()
    }

    /// Whether something of a scenario has no baseline yet.
    #[must_use]
    pub fn is_new(&self, scenario: &str) -> bool {
        self.new.contains(scenario)
    }

    /// Whether a scenario has any baseline.
    #[must_use]
    pub fn has_baseline(&self, scenario: &str) -> bool {
        self.with_baseline.contains(scenario)
    }
}

/// Whether all that differs is the way to a goal, which was reached.
#[must_use]
pub fn is_drift(difference: &Difference) -> bool {
    let is_way = |it: &FacetChange| it.facet == Some(FacetKind::Recording);
    !difference.facets.is_empty() && difference.facets.iter().all(is_way)
}
