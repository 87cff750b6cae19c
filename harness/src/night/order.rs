//! [`forecasts`]: what a night with a deadline expects of its scenarios, the order that follows from
//! it, and what does not fit any more ([`Fit`]).
//!
//! Neighbours: `plan::order`, which is pure; [`super::schedule`], which says until when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::schedule;
use super::shake::Shake;
use crate::bisect;
use crate::history::risk;
use crate::model::forecast::Forecast;
use crate::model::{Decision, History, Plan, Scenario, Suite};
use crate::plan;
use crate::product::Repository;

/// The most commits that are looked at for what changed since the last good build.
const MOST_COMMITS: usize = 500;

/// What is expected of each scenario of a plan that has a deadline; of none without one.
pub(super) fn forecasts(
    suite: &Suite,
    plan: &Plan,
    builds: &IndexMap<String, String>,
) -> IndexMap<String, Forecast> {
    if plan.deadline.is_none() {
        return IndexMap::new();
    }
    of(suite, &plan.scenarios, &plan.history, builds)
}

/// What is expected of these scenarios.
fn of(
    suite: &Suite,
    scenarios: &[Scenario],
    history: &History,
    builds: &IndexMap<String, String>,
) -> IndexMap<String, Forecast> {
    let changed = changed(suite, history, builds);
    let one = |scenario: &Scenario| {
        let past = history.scenarios.get(&scenario.id);
        let related = related(scenario, &changed);
        (scenario.id.clone(), risk::forecast(past, history.nights.len(), related))
    };
    scenarios.iter().map(one).collect()
}

/// The scenarios in the order in which a night with a deadline runs them.
#[must_use]
pub fn in_order(suite: &Suite, scenarios: &[Scenario], history: &History) -> Vec<Scenario> {
    let forecasts = of(suite, scenarios, history, &IndexMap::new());
    let order = plan::order(scenarios, &forecasts);
    order.into_iter().map(|at| scenarios[at].clone()).collect()
}

/// The files that changed in each product since the newest night whose gate passed, by commit;
/// nothing of products without a repository, or where git does not know the builds.
fn changed(
    suite: &Suite,
    history: &History,
    builds: &IndexMap<String, String>,
) -> IndexMap<String, Vec<Vec<String>>> {
    let mut all = IndexMap::new();
    for (name, product) in &suite.config.products {
        let Some(folder) = &product.repository else { continue };
        let mut good = history.nights.iter().rev().filter(|it| it.decision == Decision::Pass);
        let Some(good) = good.find_map(|it| it.builds.get(name)) else { continue };
        let tonight = builds.get(name).map_or("HEAD", String::as_str);
        let repository = Repository::at(&suite.root.join(folder));
        let commits = repository
            .resolve(good)
            .and_then(|good| repository.between(&good, &repository.resolve(tonight)?));
        match commits {
            Ok(commits) => {
                let files = commits.into_iter().rev().take(MOST_COMMITS).map(|it| it.files);
                all.insert(name.clone(), files.collect());
            }
            Err(error) => tracing::debug!("what changed in {name} is not known: {error}"),
        }
    }
    all
}

/// How many times likelier a scenario shows something for what changed in the products it uses.
fn related(scenario: &Scenario, changed: &IndexMap<String, Vec<Vec<String>>>) -> f64 {
    let steps = scenario.all_steps();
    let texts = steps.iter().map(|it| it.text.as_str()).chain([scenario.id.as_str()]);
    let words = bisect::words(texts);
    let own = changed.iter().filter(|(name, _)| scenario.uses_product(name));
    let weights = own.flat_map(|(_, commits)| bisect::weights(commits, &words));
    weights.fold(1.0, f64::max)
}

/// Puts what runs into the order of the night: shaken, by what it is worth where there is a
/// deadline, and as the suite has it otherwise.
pub(super) fn put_in_order(runnable: &mut [usize], plan: &Plan, shake: Option<&Shake>) {
    match shake {
        Some(shake) => shake.order(runnable),
        None if plan.deadline.is_some() => {
            let order = plan::order(&plan.scenarios, &plan.forecasts);
            let place: HashMap<usize, usize> =
                order.into_iter().enumerate().map(|(place, at)| (at, place)).collect();
            runnable.sort_by_key(|at| place[at]);
        }
        None => {}
    }
}

/// Until when the first runs of a night go on, and what they are expected to take.
#[derive(Debug)]
pub(super) struct Fit {
    by: Option<DateTime<Utc>>,
    usual_ms: u64,
}

impl Fit {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            by: plan.deadline.map(|it| schedule::first_runs_by(plan.started, it)),
            usual_ms: plan::usual_ms(&plan.forecasts),
        }
    }

    /// One into which everything fits.
    pub(super) fn always() -> Self {
        Self { by: None, usual_ms: 0 }
    }

    /// Until another moment.
    pub(super) fn until(plan: &Plan, by: DateTime<Utc>) -> Self {
        Self { by: Some(by), ..Self::of(plan) }
    }

    /// Why a scenario does not start any more; `None` where it may.
    pub(super) fn refuses(
        &self,
        plan: &Plan,
        scenario: &str,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let by = self.by?;
        let forecast = plan.forecasts.get(scenario);
        if plan::fits(now, by, forecast, self.usual_ms) {
            return None;
        }
        let ms = forecast.and_then(|it| it.at_most_ms).unwrap_or(self.usual_ms);
        let left = (by - now).num_seconds().max(0);
        let risk = forecast.map(|it| {
            format!("; the risk that it hides something new is {:.0} %", it.risk * 100.0)
        });
        Some(format!(
            "it may take {} s, and {left} s were left before what is kept for reruns and the report{}",
            ms.div_ceil(1_000),
            risk.unwrap_or_default()
        ))
    }
}
