//! [`growth`]: whether what was measured after each of many runs grows and goes on growing.
//!
//! The floor is looked at, which a collector of garbage comes back to, not the peaks; what rises
//! once and stays (a cache that fills, a pool that warms up) has come to rest and is no growth.

use super::stats::median;
use crate::model::soak::{Growth, Measure};

/// Into how many parts the runs behind the warm-up are cut.
const PARTS: usize = 12;
/// The fewest runs that say anything.
pub const LEAST_RUNS: usize = 4 * PARTS;
/// Of all pairs of parts, how many more must rise than fall (Kendall's tau), of the whole and of its
/// second half. Twelve values in any order reach it once in some ten thousand times.
const RISES: f64 = 0.8;
/// The second half must grow at least so fast as this part of the whole.
const GOES_ON: f64 = 0.5;

/// The growth of a series, where it is one that matters.
#[must_use]
pub fn growth(measure: Measure, values: &[f64]) -> Option<Growth> {
    // The first quarter is the warm-up.
    let warm = &values[values.len() / 4..];
    if values.len() < LEAST_RUNS {
        return None;
    }
    let level = |part: &[f64]| match measure {
        Measure::Memory | Measure::Handles => part.iter().copied().reduce(f64::min),
        Measure::Latency => median(part),
    };
    let size = warm.len() as f64 / PARTS as f64;
    let edge = |at: usize| (at as f64 * size).round() as usize;
    let levels: Option<Vec<f64>> =
        (0..PARTS).map(|at| level(&warm[edge(at)..edge(at + 1)])).collect();
    let levels = levels?;
    let (whole, late) = (slope(&levels)? / size, slope(&levels[PARTS / 2..])? / size);
    let rises = tau(&levels) >= RISES && tau(&levels[PARTS / 2..]) >= RISES;
    if !rises || late < whole * GOES_ON {
        return None;
    }
    let (from, to) = (levels[0], levels[PARTS - 1]);
    matters(measure, from, to).then_some(Growth { from, to, of_run: whole })
}

/// Whether growth is more than what a program takes now and then.
fn matters(measure: Measure, from: f64, to: f64) -> bool {
    let (share, amount) = match measure {
        Measure::Memory => (0.05, 2_048.0),
        Measure::Handles => (0.1, 10.0),
        Measure::Latency => (0.25, 50.0),
    };
    to - from >= amount && to - from >= from * share
}

/// Kendall's tau of values against their order: 1 where all rise, 0 where as many rise as fall.
fn tau(values: &[f64]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (at, first) in values.iter().enumerate() {
        for next in &values[at + 1..] {
            sum += match next.total_cmp(first) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Less => -1.0,
            };
            pairs += 1.0;
        }
    }
    sum / pairs
}

/// The middle of the slopes between all pairs (Theil and Sen), for each step.
fn slope(values: &[f64]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (at, first) in values.iter().enumerate() {
        for (further, next) in values.iter().enumerate().skip(at + 1) {
            slopes.push((next - first) / (further - at) as f64);
        }
    }
    median(&slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(runs: usize, value: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut random = fastrand::Rng::with_seed(5);
        (0..runs).map(|it| value(it as f64) + random.f64() * 300.0).collect()
    }

    #[test]
    fn what_grows_with_each_run_is_told_with_how_much_a_run() {
        let leak = growth(Measure::Memory, &series(200, |it| 50_000.0 + it * 100.0));
        let leak = leak.expect("it leaks");
        assert!((leak.of_run - 100.0).abs() < 5.0, "{leak:?}");
        assert!(leak.from > 54_000.0 && leak.to > 68_000.0, "{leak:?}");
        // A collector of garbage comes back to a floor that rises.
        let saw = series(240, |it| 50_000.0 + it * 100.0 + (it % 8.0) * 4_000.0);
        let saw = growth(Measure::Memory, &saw).expect("its floor rises");
        assert!((saw.of_run - 100.0).abs() < 15.0, "{saw:?}");
        let stairs = series(200, |it| 50_000.0 + (it / 9.0).floor() * 900.0);
        assert!(growth(Measure::Memory, &stairs).is_some(), "memory is taken by the page");
    }

    #[test]
    fn what_fills_and_comes_to_rest_or_only_varies_is_no_growth() {
        let still = |measure, values: &[f64]| assert_eq!(growth(measure, values), None);
        still(Measure::Memory, &series(200, |_| 50_000.0));
        still(Measure::Memory, &series(200, |it| 50_000.0 + it.min(110.0) * 100.0));
        still(Measure::Memory, &series(200, |it| 80_000.0 - 20_000.0 / (1.0 + it / 5.0)));
        still(Measure::Memory, &series(200, |it| 50_000.0 + (it % 40.0) * 500.0));
        still(Measure::Memory, &series(200, |it| 50_000.0 + it * 5.0));
        still(Measure::Memory, &series(47, |it| 50_000.0 + it * 1_000.0));
        still(Measure::Latency, &series(200, |it| 900.0 + (it % 13.0) * 20.0));
    }

    #[test]
    fn walks_by_chance_are_rarely_taken_for_growth() {
        let mut random = fastrand::Rng::with_seed(11);
        let mut taken = 0;
        for _ in 0..1_000 {
            let mut level = 50_000.0;
            let walk: Vec<f64> = (0..200)
                .map(|_| {
                    level += (random.f64() - 0.5) * 1_000.0;
                    level
                })
                .collect();
            taken += usize::from(growth(Measure::Memory, &walk).is_some());
        }
        assert!(taken <= 60, "{taken} of 1000");
    }
}
