//! [`suspects_beside`], [`claimed_beside`] and [`slower_beside`]: which steps take longer than on another build, run in
//! turns with it in the same night.
//!
//! A [`Series`] holds the times of the other build as its past. The first time on each side only
//! makes a suspect; the others make the claim, and as many again must confirm it. Both sides ran in
//! turns. The times are looked at twice: as they are, and with the pace of each run divided out, as the
//! other steps of its scenario tell it, since on a machine with other work all of a run is slow.

use std::collections::HashMap;

use super::super::stats::{corrected, median, ranks_above, spread, student_above};
use super::{
    CONTROL_STEPS, FEWEST_AGAIN, LEAST_MORE_MS, LEAST_RATIO, LEAST_SPREAD, MEDIAN_WIDER,
    PACE_FROM_MS, Series, Slower, value,
};

/// The chances, by time and by rank, up to which a suspect is worth as many runs again.
const WORTH_MORE: f64 = 0.1;
const WORTH_MORE_BY_RANKS: f64 = 0.2;
/// The share of false claims among claims that is put up with, by all runs.
const DOUBT_OF_ALL: f64 = 0.01;
/// The chance below which their ranks alone must stand.
const DOUBT_OF_ALL_RANKS: f64 = 0.02;
/// The chance below which the runs must stand that only confirm.
const DOUBT_OF_AGAIN: f64 = 0.15;

/// How many times as long, and how many milliseconds longer, a step must take that was timed once and
/// beside others, to be timed alone.
const CLEAR_RATIO: f64 = 2.0;
const CLEAR_MORE_MS: f64 = 100.0;

/// The series whose first times are apart: where the other build's was the shorter one, with the
/// greatest effect first, and then where it was the longer one. What makes a single time long by
/// chance hides a slowdown when it hits the other build.
#[must_use]
pub fn suspects_beside(series: &[Series]) -> Vec<usize> {
    let first = |it: &Series| {
        let before = value(it.past.iter().flatten().next()?.ms);
        let now = value(*it.again.first()?);
        effect(before, now).map(|it| (false, it)).or(effect(now, before).map(|it| (true, it)))
    };
    let found = series.iter().enumerate().filter_map(|(at, it)| Some((first(it)?, at)));
    let mut found: Vec<((bool, f64), usize)> = found.collect();
    found.sort_by(|((quicker, a), _), ((other_quicker, b), _)| {
        quicker.cmp(other_quicker).then(b.total_cmp(a))
    });
    found.into_iter().map(|it| it.1).collect()
}

/// The series whose first time is so much longer than the other build's that it is worth being timed
/// alone, the greatest effect first. Both were taken while other scenarios ran.
#[must_use]
pub fn clearly_longer(series: &[Series]) -> Vec<usize> {
    let first = |it: &Series| {
        let before = value(it.past.iter().flatten().next()?.ms);
        let now = value(*it.again.first()?);
        (now / before >= CLEAR_RATIO && now - before >= CLEAR_MORE_MS).then(|| now / before)
    };
    let found = series.iter().enumerate().filter_map(|(at, it)| Some((first(it)?, at)));
    let mut found: Vec<(f64, usize)> = found.collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|it| it.1).collect()
}

/// The suspects that were slower in the runs after the first: they are worth as many runs again. It
/// costs little to be wrong here, and much to lose one.
#[must_use]
pub fn claimed_beside(series: &[Series]) -> Vec<usize> {
    let ways = ways(series);
    let is_worth_it = |way: &Way, at: usize| {
        way.all[at].as_ref().is_some_and(|it| {
            it.0.chance(way.usual) <= WORTH_MORE
                && it.0.ranks() <= WORTH_MORE_BY_RANKS
                && it.0.effect().is_some()
        })
    };
    let suspects = suspects_beside(series).into_iter();
    let felt = suspects.filter(|at| Times::raw(&series[*at]).effect().is_some());
    felt.filter(|at| ways.iter().any(|it| is_worth_it(it, *at))).collect()
}

/// The suspects that are slower indeed: in all runs but the first, and by themselves in those that
/// were only made to confirm it.
#[must_use]
pub fn slower_beside(series: &[Series]) -> Vec<Slower> {
    let ways = ways(series);
    let tested = suspects_beside(series).into_iter().filter_map(|at| {
        let tests: Vec<(f64, bool)> = ways.iter().filter_map(|it| it.test(at)).collect();
        // Who looks in two ways finds by chance twice as often.
        let looks = tests.len() as f64;
        let least = |sure: bool| {
            let all = tests.iter().filter(|it| it.1 || !sure).map(|it| it.0 * looks);
            all.reduce(f64::min).map(|it| it.min(1.0))
        };
        let raw = Times::raw(&series[at]);
        let sure = least(true);
        let found = raw.effect().filter(|_| sure.is_some()).and_then(|ratio| {
            let (usual_ms, now_ms) = (median(&raw.before)?, median(&raw.now)?);
            let nights = raw.before.len();
            Some(Slower { series: at, usual_ms, now_ms, ratio, sure: 0.0, nights })
        });
        Some((sure.or(least(false))?, found))
    });
    let tested: Vec<(f64, Option<Slower>)> = tested.collect();
    let chances: Vec<f64> = tested.iter().map(|it| it.0).collect();
    let found = corrected(&chances).into_iter().zip(tested).filter_map(|(chance, (_, found))| {
        let found = found.filter(|_| chance <= DOUBT_OF_ALL)?;
        Some(Slower { sure: 1.0 - chance, ..found })
    });
    found.collect()
}

/// One way to look at the times of all steps.
struct Way {
    /// All runs of each step, and those that only confirm, where they are enough.
    all: Vec<Option<(Sides, Option<Sides>)>>,
    /// How far the times of a step usually spread.
    usual: f64,
}

/// As they were measured, which shows where all of a scenario is slower; and with the pace of each run
/// divided out, which shows what is slower beside other work.
fn ways(series: &[Series]) -> [Way; 2] {
    let raw: Vec<Times> = series.iter().map(Times::raw).collect();
    let mut of_scenario: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, it) in series.iter().enumerate() {
        of_scenario.entry(it.scenario).or_default().push(at);
    }
    let paced = series.iter().enumerate().map(|(at, it)| {
        let others = of_scenario[&it.scenario].iter().filter(|other| **other != at);
        Times::paced(others.map(|other| &raw[*other]), &raw[at])
    });
    let way = |all: &mut dyn Iterator<Item = Option<Times>>| {
        let all: Vec<_> =
            all.map(|it| it.and_then(|it| Some((it.all()?, it.confirming())))).collect();
        let sides = || all.iter().flatten();
        let own = sides().map(|it| &it.0).chain(sides().filter_map(|it| it.1.as_ref()));
        let usual = usual_spread(own);
        Way { all, usual }
    };
    let paced = way(&mut paced.collect::<Vec<_>>().into_iter());
    [way(&mut raw.into_iter().map(Some)), paced]
}

impl Way {
    /// The chance that a step is so much slower by itself, and whether all else speaks for it;
    /// `None` where it was not run often enough.
    fn test(&self, at: usize) -> Option<(f64, bool)> {
        let (whole, again) = self.all[at].as_ref()?;
        let again = again.as_ref()?;
        let is_sure = whole.ranks() <= DOUBT_OF_ALL_RANKS
            && whole.effect().is_some()
            && again.effect().is_some()
            && again.chance(self.usual) <= DOUBT_OF_AGAIN;
        Some((whole.chance(self.usual), is_sure))
    }
}

fn usual_spread<'a>(all: impl Iterator<Item = &'a Sides>) -> f64 {
    median(&all.map(|it| it.spread).collect::<Vec<_>>()).unwrap_or_default()
}

/// The times of a step on the other build and on tonight's, without the first of each.
struct Times {
    before: Vec<f64>,
    now: Vec<f64>,
}

impl Times {
    /// As they were measured.
    fn raw(series: &Series) -> Self {
        let before = series.past.iter().flatten().skip(1).map(|it| value(it.ms)).collect();
        Self { before, now: series.again.iter().skip(1).map(|it| value(*it)).collect() }
    }

    /// With the pace of each run divided out, as the other steps of the scenario tell it; `None`
    /// where they are too few.
    fn paced<'a>(others: impl Iterator<Item = &'a Self>, own: &Self) -> Option<Self> {
        let same =
            |it: &&Self| it.before.len() == own.before.len() && it.now.len() == own.now.len();
        let middles: Vec<(f64, &Self)> = others
            .filter(same)
            .filter_map(|it| Some((median(&[&it.before[..], &it.now].concat())?, it)))
            .filter(|it| it.0 >= PACE_FROM_MS)
            .collect();
        if middles.len() < CONTROL_STEPS {
            return None;
        }
        let side = |own: &[f64], of: &dyn Fn(&Self, usize) -> f64| -> Option<Vec<f64>> {
            let paced = own.iter().enumerate().map(|(run, ms)| {
                let ratios: Vec<f64> = middles.iter().map(|it| of(it.1, run) / it.0).collect();
                Some(ms / median(&ratios)?)
            });
            paced.collect()
        };
        Some(Self {
            before: side(&own.before, &|it, run| it.before[run])?,
            now: side(&own.now, &|it, run| it.now[run])?,
        })
    }

    fn effect(&self) -> Option<f64> {
        effect(median(&self.before)?, median(&self.now)?)
    }

    fn all(&self) -> Option<Sides> {
        Sides::of(&self.before, &self.now)
    }

    /// The later half, which made no claim; `None` where either half is too small.
    fn confirming(&self) -> Option<Sides> {
        let runs = self.before.len().min(self.now.len());
        let half = runs / 2;
        (half >= FEWEST_AGAIN).then(|| Sides::of(&self.before[half..], &self.now[half..]))?
    }
}

/// How many times as long something takes; `None` where nobody would feel it.
fn effect(before: f64, now: f64) -> Option<f64> {
    (now / before >= LEAST_RATIO && now - before >= LEAST_MORE_MS).then(|| now / before)
}

/// Some runs of one step on both builds.
struct Sides {
    before: Vec<f64>,
    now: Vec<f64>,
    /// How much longer it took, and how far the times of one side spread: both of logarithms.
    apart: f64,
    spread: f64,
}

impl Sides {
    /// `None` where it was not run often enough.
    fn of(before: &[f64], now: &[f64]) -> Option<Self> {
        if before.len().min(now.len()) < FEWEST_AGAIN {
            return None;
        }
        let logs = |times: &[f64]| times.iter().map(|it| it.ln()).collect::<Vec<_>>();
        let (was, is) = (logs(before), logs(now));
        let apart = median(&is)? - median(&was)?;
        let spread = spread(&was)?.hypot(spread(&is)?) / std::f64::consts::SQRT_2;
        Some(Self { before: before.to_vec(), now: now.to_vec(), apart, spread })
    }

    /// The chance that a step is so much slower by itself.
    ///
    /// Few runs say little of how far a step's times spread: what they say is moderated by how far
    /// those of the other steps do, as if these had been as many (Smyth, "Linear models and
    /// empirical Bayes methods for assessing differential expression", 2004).
    fn chance(&self, usual: f64) -> f64 {
        let (few, many) = (self.now.len() as f64, self.before.len() as f64);
        let spread = (self.spread.hypot(usual) / std::f64::consts::SQRT_2).max(LEAST_SPREAD);
        let doubt = spread * (MEDIAN_WIDER / few + MEDIAN_WIDER / many).sqrt();
        student_above(self.apart / doubt, 2.0 * (few + many - 2.0))
    }

    /// The same by the order of the times alone.
    fn ranks(&self) -> f64 {
        ranks_above(&self.before, &self.now)
    }

    fn effect(&self) -> Option<f64> {
        effect(median(&self.before)?, median(&self.now)?)
    }
}
