//! [`suspects`] and [`slower`]: which steps take longer than they used to, and not by chance.
//!
//! Two stages, so that looking at everything does not find everything. A step whose time tonight
//! stands out is a suspect; its scenario is run a few times more at the end of the night, and only
//! these fresh times are tested, against this machine's own earlier nights. What slowed everything
//! down is divided out on both sides. See `docs/design/017-what-earlier-nights-say.md`.
//! [`beside`] weighs them against another build in the same night instead.
//! Pure: the neighbours in `triage` and `night` bring the numbers, as [`Series`].
//!
//! The files:
//! - `beside.rs`: the same against another build in the same night.

mod beside;

use std::collections::BTreeSet;

pub use self::beside::{claimed_beside, clearly_longer, slower_beside, suspects_beside};
use super::stats::{corrected, median, ranks_above, spread, student_above};
use crate::model::finding::Pace;
use crate::model::history::Took;

/// Fewer earlier nights than this say nothing.
pub const FEWEST_NIGHTS: usize = 8;
/// Fewer fresh measurements than this say nothing: the first says whether the step stands out
/// once more, and the others are tested.
pub const FEWEST_AGAIN: usize = 4;
/// What is not this many times as long is no slowdown that anybody feels.
pub const LEAST_RATIO: f64 = 1.3;
/// And neither is what takes less than this many milliseconds more.
pub const LEAST_MORE_MS: f64 = 50.0;
/// The share of false claims among claims that is put up with.
const DOUBT: f64 = 0.03;
/// The chance below which ranks alone must stand.
const DOUBT_OF_RANKS: f64 = 0.1;
/// From how many spreads on a single time stands out.
const STANDS_OUT: f64 = 1.5;
/// No step is steadier than this from night to night: five percent.
const LEAST_SPREAD: f64 = 0.05;
/// The share of the spread that all measurements of one night have in common.
const OF_ONE_NIGHT: f64 = 0.3;
/// How much wider a median of normally distributed values spreads than their mean.
const MEDIAN_WIDER: f64 = 1.57;
/// The pace is told from steps of at least this many milliseconds, and at least so many of them.
const PACE_FROM_MS: f64 = 5.0;
const PACE_FROM_STEPS: usize = 6;
const CONTROL_STEPS: usize = 3;

/// The times of one step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// The scenario that it belongs to, by any number.
    pub scenario: usize,
    /// What it took in earlier nights of the same machine; one for each night, `None` where it
    /// was not done or cannot be compared. Or what it took on another build tonight, run by run.
    pub past: Vec<Option<Took>>,
    /// What it took tonight.
    pub tonight: Option<u32>,
    /// What it took when it was measured again.
    pub again: Vec<u32>,
}

/// A step that became slower.
#[derive(Debug, Clone, PartialEq)]
pub struct Slower {
    /// Its position among the series.
    pub series: usize,
    /// The median of earlier nights, or of another build, in milliseconds.
    pub usual_ms: f64,
    /// The median of the fresh measurements, in milliseconds.
    pub now_ms: f64,
    /// How many times as long, by the more careful of two ways to say it: as measured, and with
    /// the pace of both sides divided out.
    pub ratio: f64,
    /// How sure that is, from 0 to 1.
    pub sure: f64,
    /// How many earlier nights, or runs of another build, it was compared with.
    pub nights: usize,
}

/// What a step usually took.
#[derive(Debug, Clone)]
struct Usual {
    /// The median, as measured.
    raw: f64,
    /// The median and the spread of the logarithms, with each night's pace divided out.
    log: f64,
    log_spread: f64,
    /// Those values.
    paced: Vec<f64>,
}

/// All series, with the pace of each night.
struct Table<'a> {
    series: &'a [Series],
    usual: Vec<Option<Usual>>,
    /// How many scenarios have steps that the pace is told from.
    tonight: f64,
    paced_steps: usize,
}

/// The nights that a step is compared with: those in which it was not reported as slower already.
/// Where hardly any is left, the slower pace has become the usual one.
fn reference(series: &Series) -> Vec<(usize, f64)> {
    let all = || series.past.iter().enumerate().filter_map(|(at, it)| Some((at, (*it)?)));
    let fine: Vec<_> = all().filter(|it| !it.1.slower).map(|(at, it)| (at, value(it.ms))).collect();
    if fine.len() >= FEWEST_NIGHTS {
        return fine;
    }
    all().map(|(at, it)| (at, value(it.ms))).collect()
}

/// Whole milliseconds: nothing takes none.
fn value(ms: u32) -> f64 {
    f64::from(ms.max(1))
}

impl<'a> Table<'a> {
    fn of(series: &'a [Series]) -> Self {
        let references: Vec<Vec<(usize, f64)>> = series.iter().map(reference).collect();
        let medians: Vec<Option<f64>> = references
            .iter()
            .map(|all| median(&all.iter().map(|it| it.1).collect::<Vec<_>>()))
            .collect();
        let nights = series.iter().map(|it| it.past.len()).max().unwrap_or(0);
        let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); nights];
        for (all, middle) in references.iter().zip(&medians) {
            let Some(middle) = middle.filter(|it| *it >= PACE_FROM_MS) else { continue };
            for (night, ms) in all {
                ratios[*night].push(ms / middle);
            }
        }
        let paces: Vec<f64> = ratios.iter().map(|it| pace(it, PACE_FROM_STEPS)).collect();
        let usual = references
            .iter()
            .zip(&medians)
            .map(|(all, middle)| {
                if all.len() < FEWEST_NIGHTS {
                    return None;
                }
                let level: Vec<f64> = all.iter().map(|(night, ms)| ms / paces[*night]).collect();
                let logs: Vec<f64> = level.iter().map(|it| it.ln()).collect();
                Some(Usual {
                    raw: (*middle)?,
                    log: median(&logs)?,
                    log_spread: spread(&logs)?.max(LEAST_SPREAD),
                    paced: level,
                })
            })
            .collect();
        let mut table = Self { series, usual, tonight: 1.0, paced_steps: 0 };
        let tonight = table.ratios_tonight(None);
        table.tonight = pace(&tonight, PACE_FROM_STEPS);
        table.paced_steps = tonight.len();
        table
    }

    /// How many times as long as usual each step took tonight, without those of one scenario.
    fn ratios_tonight(&self, without: Option<usize>) -> Vec<f64> {
        let all = self.series.iter().zip(&self.usual);
        all.filter(|(it, _)| without != Some(it.scenario))
            .filter_map(|(it, usual)| {
                let usual = usual.as_ref().filter(|it| it.raw >= PACE_FROM_MS)?;
                Some(value(it.tonight?) / usual.raw)
            })
            .collect()
    }

    /// Tonight's pace for a scenario: its own steps must not hide themselves.
    fn pace_for(&self, scenario: usize) -> f64 {
        let own = self.series.iter().filter(|it| it.scenario == scenario).count();
        if own * 20 < self.paced_steps {
            return self.tonight;
        }
        pace(&self.ratios_tonight(Some(scenario)), PACE_FROM_STEPS)
    }

    /// The pace of the fresh measurements, by the steps of other scenarios that were measured with
    /// them and are under no suspicion.
    fn pace_again(&self, scenario: usize, suspects: &BTreeSet<usize>) -> f64 {
        let ratios: Vec<f64> = self
            .series
            .iter()
            .enumerate()
            .filter(|(at, it)| it.scenario != scenario && !suspects.contains(at))
            .filter_map(|(at, it)| {
                let usual = self.usual[at].as_ref().filter(|it| it.raw >= PACE_FROM_MS)?;
                let again: Vec<f64> = it.again.iter().map(|ms| value(*ms)).collect();
                Some(median(&again)? / usual.raw)
            })
            .collect();
        if ratios.len() < CONTROL_STEPS { self.tonight } else { pace(&ratios, CONTROL_STEPS) }
    }

    /// How much longer something took, in the more careful of two ways; `None` where nobody would
    /// feel it.
    fn effect(usual: &Usual, ms: f64, pace: f64) -> Option<f64> {
        let paced = ms / pace.max(1.0);
        let middle = usual.log.exp();
        let ratio = (ms / usual.raw).min(paced / middle);
        let more = (ms - usual.raw).min(paced - middle);
        (ratio >= LEAST_RATIO && more >= LEAST_MORE_MS).then_some(ratio)
    }
}

/// The middle of some ratios; 1 where they are too few to tell.
fn pace(ratios: &[f64], fewest: usize) -> f64 {
    if ratios.len() < fewest { 1.0 } else { median(ratios).unwrap_or(1.0).max(0.01) }
}

/// The series whose time tonight stands out, the one with the greatest effect first.
#[must_use]
pub fn suspects(series: &[Series]) -> Vec<usize> {
    suspects_in(&Table::of(series)).into_iter().map(|it| it.0).collect()
}

fn suspects_in(table: &Table<'_>) -> Vec<(usize, f64)> {
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (at, (series, usual)) in table.series.iter().zip(&table.usual).enumerate() {
        let (Some(ms), Some(usual)) = (series.tonight.map(value), usual) else { continue };
        // Without the pace first: it is what rules most of them out, and costs nothing.
        if Table::effect(usual, ms, 1.0).is_none() {
            continue;
        }
        let pace = table.pace_for(series.scenario);
        let Some(ratio) = Table::effect(usual, ms, pace) else { continue };
        let apart = ((ms / pace.max(1.0)).ln() - usual.log) / usual.log_spread;
        if apart >= STANDS_OUT {
            found.push((at, ratio));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

/// The suspects whose first fresh time was slow too, in the order of [`suspects`]: what is not among
/// them is claimed by no further measurement.
#[must_use]
pub fn still_suspects(series: &[Series]) -> Vec<usize> {
    let table = Table::of(series);
    let suspects: Vec<usize> = suspects_in(&table).into_iter().map(|it| it.0).collect();
    let set: BTreeSet<usize> = suspects.iter().copied().collect();
    suspects.into_iter().filter(|at| stands_out_again(&table, *at, &set)).collect()
}

/// The suspects that are slower indeed, and how fast the night was as a whole.
#[must_use]
pub fn slower(series: &[Series]) -> (Vec<Slower>, Option<Pace>) {
    let table = Table::of(series);
    let suspects = suspects_in(&table);
    let set: BTreeSet<usize> = suspects.iter().map(|it| it.0).collect();
    let measured: Vec<usize> = suspects
        .iter()
        .map(|it| it.0)
        .filter(|at| series[*at].again.len() >= FEWEST_AGAIN)
        .collect();
    let unmeasured = suspects.iter().filter(|(at, _)| {
        let again = series[*at].again.len();
        // One fresh time that is as ever is enough to know.
        again < FEWEST_AGAIN && (again == 0 || stands_out_again(&table, *at, &set))
    });
    let unmeasured = unmeasured.count();
    let again = measured.iter().filter(|at| stands_out_again(&table, **at, &set));
    let tested: Vec<(f64, Option<Slower>)> = again.map(|at| test(&table, *at, &set)).collect();
    let chances: Vec<f64> = tested.iter().map(|it| it.0).collect();
    let found = corrected(&chances).into_iter().zip(tested).filter_map(|(chance, (_, found))| {
        let found = found.filter(|_| chance <= DOUBT)?;
        Some(Slower { sure: 1.0 - chance, ..found })
    });
    let pace = (table.paced_steps >= PACE_FROM_STEPS).then(|| Pace {
        factor: (table.tonight * 100.0).round() / 100.0,
        steps: table.paced_steps as u32,
        unmeasured: unmeasured as u32,
    });
    (found.collect(), pace)
}

/// Whether the first fresh time of a step is slow too. Most that was slow by chance is not; it is
/// left out here, by a time that the test then does not use.
fn stands_out_again(table: &Table<'_>, at: usize, suspects: &BTreeSet<usize>) -> bool {
    let series = &table.series[at];
    let pace = table.pace_again(series.scenario, suspects);
    let first = series.again.first().map(|ms| value(*ms));
    let usual = table.usual[at].as_ref();
    first.zip(usual).is_some_and(|(ms, usual)| Table::effect(usual, ms, pace).is_some())
}

/// The chance that the fresh times of a step are as high as they are by themselves, and what would
/// be claimed of it.
fn test(table: &Table<'_>, at: usize, suspects: &BTreeSet<usize>) -> (f64, Option<Slower>) {
    let series = &table.series[at];
    let Some(usual) = &table.usual[at] else { return (1.0, None) };
    let pace = table.pace_again(series.scenario, suspects);
    let again: Vec<f64> = series.again.iter().skip(1).map(|ms| value(*ms)).collect();
    let paced: Vec<f64> = again.iter().map(|ms| ms / pace.max(1.0)).collect();
    let Some((now, now_paced)) = median(&again).zip(median(&paced)) else { return (1.0, None) };
    let (few, many) = (again.len() as f64, usual.paced.len() as f64);
    let own = OF_ONE_NIGHT + (1.0 - OF_ONE_NIGHT) * MEDIAN_WIDER / few;
    let doubt = usual.log_spread * (own + MEDIAN_WIDER / many).sqrt();
    let chance = student_above((now_paced.ln() - usual.log) / doubt, many - 1.0);
    if ranks_above(&usual.paced, &paced) > DOUBT_OF_RANKS {
        return (chance, None);
    }
    let found = Table::effect(usual, now, pace).map(|ratio| Slower {
        series: at,
        usual_ms: usual.raw,
        now_ms: now,
        ratio,
        sure: 0.0,
        nights: usual.paced.len(),
    });
    (chance, found)
}

#[cfg(test)]
mod tests;
