//! [`find`]: the outages of a night, from how its attempts went one after another; what failed in
//! one says nothing of the product. `history::outage` decides.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::chance::{goes_on, is_clean, is_known};
use super::common;
use super::seen::Seen;
use crate::history::known;
use crate::history::outage::{Ended, MOST_ASKED, Night, Outage};
use crate::history::rerun::{Chance, Run};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::history::PastScenario;
use crate::model::{FacetKind, Plan};

/// So many other scenarios that passed say that the environment was well.
const WELL: usize = 2;

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
        let says =
            |it: &(&u32, &AttemptLog<'_>)| it.1.counts() && !seen.is_lost(&scenario.id, *it.0);
        for (number, it) in log.attempts.iter().filter(says) {
            let failed = !is_clean(&scenario.id, *number, it, seen);
            let run = Ended { scenario: scenario.id.as_str(), failed, chance };
            all.push((it.span.1, *number, at(it), run));
        }
    }
    all.sort_by_key(|it| it.0);
    let runs: Vec<(&str, Option<Shape<'_>>)> = all
        .iter()
        .map(|(_, number, _, run)| {
            let log = attempts.scenario(run.scenario).and_then(|it| it.attempts.get(number));
            let failed = log.filter(|_| run.failed);
            (run.scenario, failed.map(|it| shape(run.scenario, *number, it, seen)))
        })
        .collect();
    let own = own_failures(&runs);
    let mut position = 0..;
    all.retain(|_| position.next().is_some_and(|it| !own.contains(&it)));
    Order {
        attempts: all.iter().map(|it| (it.3.scenario, it.1, it.2)).collect(),
        night: Night::of(all.into_iter().map(|it| it.3).collect()),
    }
}

/// What an attempt failed in, without what exactly it saw: steps, checkpoints, facets and what a
/// failed step said.
type Shape<'a> = BTreeSet<(u32, Option<&'a str>, Option<FacetKind>, &'a str)>;

fn shape<'a>(
    scenario: &str,
    number: u32,
    log: &'a AttemptLog<'_>,
    seen: &'a Seen<'_>,
) -> Shape<'a> {
    let facets = seen.differences(scenario, number).iter().flat_map(|it| {
        let at = &it.difference;
        at.facets.iter().map(|it| (at.step, at.checkpoint.as_deref(), it.facet, ""))
    });
    let failures = log.failures();
    let failures = failures.map(|(step, it)| (step.index, None, None, it.actual.as_str()));
    facets.chain(failures.take(1)).collect()
}

/// The positions of runs that say nothing of the environment: the scenario failed so before other
/// ones passed and again behind that, so that it is its own failure. Of each run the scenario, and what
/// it failed in.
fn own_failures(runs: &[(&str, Option<Shape<'_>>)]) -> HashSet<usize> {
    let mut alike: HashMap<(&str, &Shape<'_>), Vec<usize>> = HashMap::new();
    let mut passed = Vec::new();
    let mut passed_by: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (scenario, shape)) in runs.iter().enumerate() {
        if let Some(shape) = shape {
            alike.entry((scenario, shape)).or_default().push(at);
        } else {
            passed.push(at);
            passed_by.entry(scenario).or_default().push(at);
        }
    }
    let is_own = |scenario: &str, all: &[usize]| {
        let (first, last) = (all[0], all[all.len() - 1]);
        let between = |positions: &[usize]| {
            let before = |end: usize| positions.partition_point(|it| *it < end);
            before(last) - before(first)
        };
        let own = passed_by.get(scenario).map_or(0, |it| between(it));
        between(&passed) >= own + WELL
    };
    let own = alike.into_iter().filter(|((scenario, _), all)| is_own(scenario, all));
    own.flat_map(|it| it.1).collect()
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
        let failed: Vec<(&'a str, u32)> = failed.map(|it| (it.0, it.1)).collect();
        let cause = common::cause(&failed, attempts, seen);
        lost.extend(failed);
        let own = &order.attempts[part];
        let (from, to) = (own[0].2, own[own.len() - 1].2);
        outages.push(Outage { from, to, hit, cause });
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
