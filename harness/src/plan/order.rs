//! [`order`]: in which order the scenarios of a night with a deadline run, and [`fits`]: whether
//! one may still start. Pure.
//!
//! First what is tagged `smoke`, since behind a product that does not even start nothing else says
//! anything. Then what has not run for [`STARVES`] nights, the longest first, so that nothing waits
//! for ever. Then by risk times value over expected duration.

use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;

use crate::model::forecast::Forecast;
use crate::model::{Scenario, Stage};

/// What has not run for so many nights comes before all that is no smoke.
pub const STARVES: u32 = 3;
/// The tag of what runs first.
const SMOKE: &str = "smoke";
/// The tags of what is worth twice as much.
const WORTH: [&str; 2] = ["critical", "release"];

/// The positions of the scenarios in the order in which they run.
#[must_use]
pub fn order(scenarios: &[Scenario], forecasts: &IndexMap<String, Forecast>) -> Vec<usize> {
    let mut known: Vec<u64> = forecasts.values().filter_map(|it| it.likely_ms).collect();
    known.sort_unstable();
    // Of which nothing is known takes as long as the one in the middle.
    let usual = known.get(known.len() / 2).copied().unwrap_or(1);
    let rank = |index: usize| {
        let scenario = &scenarios[index];
        let forecast = forecasts.get(&scenario.id);
        let waited = forecast.map_or(0, |it| it.waited);
        let class = if scenario.tags.iter().any(|it| it == SMOKE) {
            0
        } else if waited >= STARVES {
            1
        } else {
            2
        };
        let waited = if class == 1 { waited } else { 0 };
        (class, std::cmp::Reverse(waited), worth(scenario, forecast, usual))
    };
    let mut all: Vec<(usize, _)> = (0..scenarios.len()).map(|it| (it, rank(it))).collect();
    all.sort_by(|(_, a), (_, b)| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    all.into_iter().map(|it| it.0).collect()
}

/// What a scenario is worth a millisecond.
fn worth(scenario: &Scenario, forecast: Option<&Forecast>, usual: u64) -> f64 {
    let risk = forecast.map_or(1.0, |it| it.risk);
    let ms = forecast.and_then(|it| it.likely_ms).unwrap_or(usual).max(1);
    let stage = match scenario.stage {
        Stage::Gating => 1.0,
        Stage::Advisory => 0.3,
        Stage::Shadow => 0.1,
    };
    let is_worth = scenario.tags.iter().any(|it| WORTH.contains(&it.as_str()));
    risk * stage * if is_worth { 2.0 } else { 1.0 } / ms as f64
}

/// Whether nine of ten runs of a scenario that starts now are through by then. One of which nothing
/// is known is taken for one that takes `usual_ms`.
#[must_use]
pub fn fits(
    now: DateTime<Utc>,
    by: DateTime<Utc>,
    forecast: Option<&Forecast>,
    usual_ms: u64,
) -> bool {
    let ms = forecast.and_then(|it| it.at_most_ms).unwrap_or(usual_ms);
    let ms = i64::try_from(ms).unwrap_or(i64::MAX / 2);
    let through = TimeDelta::try_milliseconds(ms).and_then(|it| now.checked_add_signed(it));
    through.is_some_and(|it| it <= by)
}

/// What nine of ten scenarios take at most, for those of which nothing is known; 0 where nothing is
/// known of any.
#[must_use]
pub fn usual_ms(forecasts: &IndexMap<String, Forecast>) -> u64 {
    let mut known: Vec<u64> = forecasts.values().filter_map(|it| it.at_most_ms).collect();
    known.sort_unstable();
    known.get((known.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(id: usize, tags: &[&str]) -> Scenario {
        let tags = tags.iter().map(|it| (*it).to_owned()).collect();
        Scenario { id: format!("s{id}"), tags, ..Scenario::default() }
    }

    fn forecast(risk: f64, ms: u64, waited: u32) -> Forecast {
        Forecast { risk, likely_ms: Some(ms), at_most_ms: Some(ms * 2), waited }
    }

    /// A suite by chance: every tenth scenario is smoke.
    fn drawn(seed: u64, count: usize) -> (Vec<Scenario>, IndexMap<String, Forecast>) {
        let mut chance = fastrand::Rng::with_seed(seed);
        let tags = |n: usize| if n % 10 == 3 { &["smoke"][..] } else { &["release"][..n % 2] };
        let scenarios: Vec<Scenario> = (0..count).map(|n| scenario(n, tags(n))).collect();
        let mut one = || forecast(chance.f64(), chance.u64(1..60_000), chance.u32(0..6));
        let forecasts = scenarios.iter().map(|it| (it.id.clone(), one())).collect();
        (scenarios, forecasts)
    }

    #[test]
    fn every_scenario_comes_once_smoke_first_then_what_waited_longest() {
        for seed in 0..50 {
            let (scenarios, forecasts) = drawn(seed, 60);
            let order = order(&scenarios, &forecasts);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..60).collect::<Vec<_>>());
            let class = |at: &usize| {
                let waited = forecasts[&scenarios[*at].id].waited;
                let is_smoke = scenarios[*at].tags.iter().any(|it| it == "smoke");
                if is_smoke {
                    (0, 0)
                } else if waited >= STARVES {
                    (1, 10 - waited)
                } else {
                    (2, 0)
                }
            };
            assert!(order.iter().map(class).is_sorted(), "seed {seed}");
        }
    }

    #[test]
    fn more_risk_or_a_shorter_run_never_comes_later() {
        for seed in 0..50 {
            let (scenarios, forecasts) = drawn(seed, 40);
            let at = |forecasts: &IndexMap<String, Forecast>| {
                order(&scenarios, forecasts).iter().position(|it| *it == 7)
            };
            let before = at(&forecasts);
            let mut riskier = forecasts.clone();
            riskier["s7"].risk = (riskier["s7"].risk * 1.5).min(0.99).max(riskier["s7"].risk);
            assert!(at(&riskier) <= before, "seed {seed}");
            let mut quicker = forecasts.clone();
            quicker["s7"].likely_ms = Some(1);
            assert!(at(&quicker) <= before, "seed {seed}");
        }
    }

    #[test]
    fn nothing_starves_in_nights_that_never_have_time_for_all() {
        let (scenarios, mut forecasts) = drawn(16, 50);
        forecasts.values_mut().for_each(|it| it.waited = 0);
        // Ten of fifty fit into a night, five of them smoke: nine nights go round the rest.
        let mut longest = 0;
        for _ in 0..100 {
            let tonight: Vec<usize> = order(&scenarios, &forecasts).into_iter().take(10).collect();
            for (at, scenario) in scenarios.iter().enumerate() {
                let waited = &mut forecasts[&scenario.id].waited;
                *waited = if tonight.contains(&at) { 0 } else { *waited + 1 };
                longest = longest.max(*waited);
            }
        }
        assert!(longest <= 9 + STARVES, "one waited for {longest} nights");
    }

    #[test]
    fn a_scenario_starts_only_if_it_would_be_through_in_time() {
        let now: DateTime<Utc> = "2026-11-21T01:00:00Z".parse().expect("an instant");
        let by = now + TimeDelta::seconds(30);
        assert!(fits(now, by, Some(&forecast(0.1, 15_000, 0)), 0));
        assert!(!fits(now, by, Some(&forecast(0.1, 15_001, 0)), 0));
        assert!(!fits(now, by, None, 31_000), "of which nothing is known is as slow as others");
        assert!(fits(now, by, None, 0));
        assert!(!fits(by + TimeDelta::seconds(1), by, None, 0));
        assert!(!fits(now, by, Some(&forecast(0.1, u64::MAX / 4, 0)), 0));
    }
}
