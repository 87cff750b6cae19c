//! [`suspects_beside`], [`claimed_beside`] and [`slower_beside`]: which steps take longer than on another build, run in
//! turns with it in the same night.
//!
//! A [`Series`] holds the times of the other build as its past. The first time on each side only
//! makes a suspect; the others make the claim, and as many again must confirm it. No pace is
//! divided out: both sides ran alone, and in turns.

use super::super::stats::{corrected, median, ranks_above, spread, student_above};
use super::{
    DOUBT, DOUBT_OF_RANKS, FEWEST_AGAIN, LEAST_MORE_MS, LEAST_RATIO, LEAST_SPREAD, MEDIAN_WIDER,
    Series, Slower, value,
};

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

/// The suspects that were slower in the runs after the first: they are worth as many runs again.
#[must_use]
pub fn claimed_beside(series: &[Series]) -> Vec<usize> {
    let found = tested(series, &|it| Some(vec![Sides::of(&runs(it).0, &runs(it).1)?]));
    found.into_iter().map(|it| it.series).collect()
}

/// The suspects that are slower indeed: in the runs that made the claim, and once more in as many
/// that only confirm it.
#[must_use]
pub fn slower_beside(series: &[Series]) -> Vec<Slower> {
    tested(series, &|it| {
        let (before, now) = runs(it);
        let (first, last) = (before.len().min(now.len()) / 2, before.len().min(now.len()));
        Some(vec![
            Sides::of(&before[..first], &now[..first])?,
            Sides::of(&before[first..last], &now[first..last])?,
        ])
    })
}

/// The times on the other build and on tonight's, without the first of each.
fn runs(series: &Series) -> (Vec<f64>, Vec<f64>) {
    let before = series.past.iter().flatten().skip(1).map(|it| value(it.ms));
    (before.collect(), series.again.iter().skip(1).map(|it| value(*it)).collect())
}

/// The suspects that are slower in each of their parts.
fn tested(series: &[Series], parts: &dyn Fn(&Series) -> Option<Vec<Sides>>) -> Vec<Slower> {
    let all: Vec<Option<Vec<Sides>>> = series.iter().map(parts).collect();
    let spreads: Vec<f64> = all.iter().flatten().flatten().map(|it| it.spread).collect();
    let usual = median(&spreads).unwrap_or_default();
    let tested = suspects_beside(series).into_iter().filter_map(|at| {
        let parts: Vec<(f64, bool)> = all[at].as_ref()?.iter().map(|it| it.test(usual)).collect();
        let chance = parts.iter().map(|it| it.0).fold(0.0, f64::max);
        let (before, now) = runs(&series[at]);
        let (usual_ms, now_ms) = (median(&before)?, median(&now)?);
        let ratio = effect(usual_ms, now_ms).filter(|_| parts.iter().all(|it| it.1));
        let nights = before.len();
        let found =
            ratio.map(|ratio| Slower { series: at, usual_ms, now_ms, ratio, sure: 0.0, nights });
        Some((chance, found))
    });
    let tested: Vec<(f64, Option<Slower>)> = tested.collect();
    let chances: Vec<f64> = tested.iter().map(|it| it.0).collect();
    let found = corrected(&chances).into_iter().zip(tested).filter_map(|(chance, (_, found))| {
        let found = found.filter(|_| chance <= DOUBT)?;
        Some(Slower { sure: 1.0 - chance, ..found })
    });
    found.collect()
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

    /// The chance that a step is so much slower by itself, and whether anybody would feel it.
    ///
    /// Few runs say little of how far a step's times spread: what they say is moderated by how far
    /// those of the other steps do, as if these had been as many (Smyth, "Linear models and
    /// empirical Bayes methods for assessing differential expression", 2004).
    fn test(&self, usual: f64) -> (f64, bool) {
        let (few, many) = (self.now.len() as f64, self.before.len() as f64);
        let spread = (self.spread.hypot(usual) / std::f64::consts::SQRT_2).max(LEAST_SPREAD);
        let doubt = spread * (MEDIAN_WIDER / few + MEDIAN_WIDER / many).sqrt();
        let chance = student_above(self.apart / doubt, 2.0 * (few + many - 2.0));
        let medians = median(&self.before).zip(median(&self.now));
        let is_felt = medians.is_some_and(|(before, now)| effect(before, now).is_some());
        (chance, is_felt && ranks_above(&self.before, &self.now) <= DOUBT_OF_RANKS)
    }
}
