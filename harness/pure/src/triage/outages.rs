//! [`find`]: the outages of a night, from how its attempts went one after another; what failed in
//! one says nothing of the product. `history::outage` decides.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::chance::{goes_on, is_clean, is_known};
use super::seen::Seen;
use crate::history::known;
use crate::history::outage::{Ended, Night, Outage};
use crate::history::rerun::{Chance, Run};
use crate::model::Plan;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::history::PastScenario;

/// How many of the scenarios that failed in what looks like an outage are asked whether it was one.
const MOST_ASKED: usize = 5;

/// How often what failed in an outage is looked at again, should the environment fail again.
pub const MOST_ROUNDS: usize = 10;

/// How the attempts of a night went, in the order in which they ended.
struct Order<'a> {
    attempts: Vec<(&'a str, u32, DateTime<Utc>)>,
    night: Night<'a>,
}

/// The attempts that ended and say something, in order.
fn order<'a>(plan: &'a Plan, attempts: &'a Attempts<'_>, seen: &Seen<'_>) -> Order<'a> {
    let mut all = Vec::new();
    for scenario in &plan.scenarios {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let chance = chance(plan, &scenario.id);
        for (number, it) in log.attempts.iter().filter(|it| it.1.counts()) {
            let failed = !is_clean(&scenario.id, *number, it, seen);
            let run = Ended { scenario: scenario.id.as_str(), failed, chance };
            all.push((it.span.1, *number, at(it), run));
        }
    }
    all.sort_by_key(|it| it.0);
    Order {
        attempts: all.iter().map(|it| (it.3.scenario, it.1, it.2)).collect(),
        night: Night::of(all.into_iter().map(|it| it.3).collect()),
    }
}

fn at(attempt: &AttemptLog<'_>) -> DateTime<Utc> {
    attempt.finished.as_ref().map(|it| it.at).unwrap_or_default()
}

/// The outages of a night, and the attempts that failed in them.
#[must_use]
pub fn find<'a>(
    plan: &'a Plan,
    attempts: &'a Attempts<'_>,
    seen: &Seen<'_>,
) -> (Vec<Outage>, HashSet<(&'a str, u32)>) {
    if plan.reruns.is_none() {
        return (Vec::new(), HashSet::new());
    }
    let order = order(plan, attempts, seen);
    let (mut outages, mut lost) = (Vec::new(), HashSet::new());
    for part in order.night.outages() {
        let hit = order.night.hit(&part).into_iter().map(str::to_owned).collect();
        let failed = order.night.failed(&part).map(|it| &order.attempts[it]);
        lost.extend(failed.map(|it| (it.0, it.1)));
        let own = &order.attempts[part];
        let (from, to) = (own[0].2, own[own.len() - 1].2);
        outages.push(Outage { from, to, hit });
    }
    (outages, lost)
}

/// The scenarios to run again once all have run, by their positions: some of those that failed in
/// what looks like an outage, and those that failed while no other one passed, behind the one that
/// can say whether the environment is well; none where there is no such witness. `ended` are tonight's
/// runs in the order in which they ended, each the position of its scenario and whether it failed.
/// What failed last night is known, and what somebody wrote `retries` for is run no more than that.
#[must_use]
pub fn again(plan: &Plan, ended: &[(usize, bool)]) -> Vec<usize> {
    let position: HashMap<&str, usize> =
        plan.scenarios.iter().enumerate().map(|(at, it)| (it.id.as_str(), at)).collect();
    let night = tonight(plan, ended);
    let Some(witness) = night.witness() else { return Vec::new() };
    let is_open = |at: &usize| is_open(plan, *at);
    let of_part = |part| night.hit(part).into_iter().map(|it| position[it]).filter(is_open);
    let parts = night.suspicious();
    let hit = parts.iter().flat_map(|it| of_part(it).take(MOST_ASKED));
    let alone = night.unwitnessed().into_iter().map(|it| position[it]).filter(is_open);
    let mut all: Vec<usize> = Vec::new();
    for at in hit.chain(alone.filter(|at| is_known(plan, &plan.scenarios[*at]))) {
        if !all.contains(&at) {
            all.push(at);
        }
    }
    let witness = (!all.is_empty()).then_some(position[witness]);
    witness.into_iter().chain(all).collect()
}

/// Whether a scenario may be run again for what the environment did.
fn is_open(plan: &Plan, at: usize) -> bool {
    let scenario = &plan.scenarios[at];
    scenario.retries.is_none() && !known::was_failing(&plan.history, &scenario.id)
}

/// Those that failed in an outage which is over, and did nothing outside of it or are not clear by
/// that, by their positions: they run once more. `ended` is as in [`again`].
#[must_use]
pub fn unclear(plan: &Plan, ended: &[(usize, bool)]) -> Vec<usize> {
    let night = tonight(plan, ended);
    let lost = lost(&night);
    let mut latest: BTreeMap<usize, usize> = BTreeMap::new();
    latest.extend(lost.iter().map(|it| (ended[*it].0, *it)));
    let is_open = |(at, lost_at): &(usize, usize)| {
        let own = ended.iter().enumerate().filter(|it| it.1.0 == *at && !lost.contains(&it.0));
        let run = |failed: bool| if failed { Run::Failed } else { Run::Passed };
        let runs: Vec<Run> = own.map(|it| run(it.1.1)).collect();
        let is_over = ended[*lost_at..].iter().any(|it| !it.1);
        let failed = runs.contains(&Run::Failed);
        is_open(plan, *at)
            && is_over
            && (runs.is_empty()
                || failed && goes_on(plan, &plan.scenarios[*at], runs.len() as u32, &runs))
    };
    latest.into_iter().filter(is_open).map(|it| it.0).collect()
}

/// How each scenario ran tonight, by its position and without what failed in an outage. `ended` is as
/// in [`again`].
pub(super) fn kept(plan: &Plan, ended: &[(usize, bool)]) -> BTreeMap<usize, Vec<Run>> {
    let lost = lost(&tonight(plan, ended));
    let mut kept: BTreeMap<usize, Vec<Run>> = BTreeMap::new();
    for (index, (at, failed)) in ended.iter().enumerate() {
        let run = if *failed { Run::Failed } else { Run::Passed };
        let own = kept.entry(*at).or_default();
        own.extend((!lost.contains(&index)).then_some(run));
    }
    kept
}

/// What failed in outages, by the positions among tonight's runs.
fn lost(night: &Night<'_>) -> BTreeSet<usize> {
    night.outages().iter().flat_map(|it| night.failed(it)).collect()
}

/// Tonight's runs, in the order in which they ended.
fn tonight<'a>(plan: &'a Plan, ended: &[(usize, bool)]) -> Night<'a> {
    let run = |(at, failed): &(usize, bool)| {
        let scenario = plan.scenarios[*at].id.as_str();
        Ended { scenario, failed: *failed, chance: chance(plan, scenario) }
    };
    Night::of(ended.iter().map(run).collect())
}

/// The chance that a scenario fails by itself.
fn chance(plan: &Plan, scenario: &str) -> f64 {
    let none = PastScenario::default();
    Chance::of(plan.history.scenarios.get(scenario).unwrap_or(&none)).fails()
}
