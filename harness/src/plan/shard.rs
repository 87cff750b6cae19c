//! [`split`]: who of several machines runs which scenario: the longest first, each to whoever has
//! least so far. The same on every machine that knows the same durations.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::HashMap;

use crate::model::history::{History, PastScenario};

/// How long each scenario is expected to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Milliseconds by scenario, in the order in which they were asked for; at least 1.
    pub ms: Vec<u64>,
    /// How many of them were measured in earlier nights.
    pub measured: usize,
}

/// The durations of earlier nights; what was never measured takes as long as the usual scenario, and
/// where nothing was measured, all take the same.
#[must_use]
pub fn weights<'a>(history: &History, scenarios: impl Iterator<Item = &'a str>) -> Weights {
    let known: Vec<Option<u64>> =
        scenarios.map(|id| history.scenarios.get(id).and_then(expected)).collect();
    let usual = median(known.iter().flatten().copied().collect()).unwrap_or(1);
    Weights {
        measured: known.iter().flatten().count(),
        ms: known.into_iter().map(|it| it.unwrap_or(usual).max(1)).collect(),
    }
}

/// What a scenario usually takes: of each of its steps what is usual, together.
fn expected(past: &PastScenario) -> Option<u64> {
    let steps = past
        .steps
        .values()
        .filter_map(|step| median(step.took().flatten().map(|it| u64::from(it.ms)).collect()));
    let all: Vec<u64> = steps.collect();
    (!all.is_empty()).then(|| all.iter().sum())
}

fn median(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

/// The part, from 1, of each scenario. Scenarios that take the same go by their ids, so that the
/// order of files on a machine does not matter.
#[must_use]
pub fn split(scenarios: &[(&str, u64)], of: u32) -> Vec<u32> {
    let mut longest: Vec<usize> = (0..scenarios.len()).collect();
    longest.sort_by_key(|it| (Reverse(scenarios[*it].1), scenarios[*it].0));
    let mut loads: BinaryHeap<Reverse<(u64, u32)>> =
        (1..=of.max(1)).map(|part| Reverse((0, part))).collect();
    let mut parts: HashMap<usize, u32> = HashMap::new();
    for scenario in longest {
        let Reverse((load, part)) = loads.pop().expect("there is one part at least");
        parts.insert(scenario, part);
        loads.push(Reverse((load + scenarios[scenario].1, part)));
    }
    (0..scenarios.len()).map(|it| parts[&it]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Surface;
    use crate::model::history::PastStep;

    fn loads(scenarios: &[(&str, u64)], parts: &[u32], of: u32) -> Vec<u64> {
        let load = |part: u32| {
            let own = scenarios.iter().zip(parts).filter(|(_, it)| **it == part);
            own.map(|(scenario, _)| scenario.1).sum()
        };
        (1..=of).map(load).collect()
    }

    #[test]
    fn the_longest_go_first_and_the_order_of_files_does_not_matter() {
        let scenarios = [("a", 10), ("b", 70), ("c", 20), ("d", 40), ("e", 30), ("f", 30)];
        let parts = split(&scenarios, 2);
        assert_eq!(loads(&scenarios, &parts, 2), [100, 100]);
        let mut other = scenarios;
        other.reverse();
        let mut back = split(&other, 2);
        back.reverse();
        assert_eq!(back, parts);
    }

    #[test]
    fn every_scenario_has_one_part_and_no_part_is_much_longer_than_the_best_that_could_be() {
        let mut random = fastrand::Rng::with_seed(1);
        let ids: Vec<String> = (0..5_000).map(|n| format!("s{n}")).collect();
        let scenarios: Vec<(&str, u64)> =
            ids.iter().map(|id| (id.as_str(), random.u64(200..20_000))).collect();
        let total: u64 = scenarios.iter().map(|it| it.1).sum();
        for of in [1, 2, 7, 50, 100] {
            let parts = split(&scenarios, of);
            let longest = loads(&scenarios, &parts, of).into_iter().max().expect("a part");
            let best = total as f64 / f64::from(of);
            assert!(longest as f64 <= best * 1.05, "{of}: {longest} against {best}");
        }
    }

    #[test]
    fn more_parts_than_scenarios_leave_some_with_nothing() {
        assert_eq!(split(&[("a", 1), ("b", 1)], 5), [1, 2]);
        assert_eq!(split(&[], 3), Vec::<u32>::new());
    }

    #[test]
    fn what_was_never_measured_takes_as_long_as_the_usual() {
        let step = |ms: &str| PastStep { surface: Surface::Command, ms: ms.to_owned() };
        let past = |steps: &[&str]| PastScenario {
            steps: steps.iter().enumerate().map(|(n, ms)| (n.to_string(), step(ms))).collect(),
            ..PastScenario::default()
        };
        let mut history = History::default();
        history.scenarios.insert("a".to_owned(), past(&["100 120 900!", "50 - -"]));
        history.scenarios.insert("b".to_owned(), past(&["20 20 20"]));
        let ids = ["a", "b", "new"];
        assert_eq!(
            weights(&history, ids.into_iter()),
            Weights { ms: vec![170, 20, 170], measured: 2 }
        );
        let nothing = weights(&History::default(), ids.into_iter());
        assert_eq!(nothing, Weights { ms: vec![1, 1, 1], measured: 0 });
    }
}
