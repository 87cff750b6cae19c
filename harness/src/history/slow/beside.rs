//! [`suspects_beside`] and [`slower_beside`]: which steps take longer than on another build, run in
//! turns with it in the same night.
//!
//! A [`Series`] holds the times of the other build as its past. The first time on each side only
//! makes a suspect; the claim rests on the others. No pace is divided out: both sides ran alone,
//! and in turns.

use super::super::stats::{corrected, median, ranks_above, spread, student_above};
use super::{
    DOUBT, DOUBT_OF_RANKS, FEWEST_AGAIN, LEAST_MORE_MS, LEAST_RATIO, LEAST_SPREAD, MEDIAN_WIDER,
    Series, Slower, value,
};

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

/// The suspects that are slower indeed.
#[must_use]
pub fn slower_beside(series: &[Series]) -> Vec<Slower> {
    let all: Vec<Option<Sides>> = series.iter().map(Sides::of).collect();
    let spreads: Vec<f64> = all.iter().flatten().map(|it| it.spread).collect();
    let usual = median(&spreads).unwrap_or_default();
    let suspects = suspects_beside(series).into_iter();
    let tested: Vec<(f64, Option<Slower>)> =
        suspects.filter_map(|at| all[at].as_ref().map(|sides| sides.test(at, usual))).collect();
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

/// The times of one step that the claim rests on.
struct Sides {
    before: Vec<f64>,
    now: Vec<f64>,
    /// How much longer it took, and how far the times of one side spread: both of logarithms.
    apart: f64,
    spread: f64,
}

impl Sides {
    /// `None` where it was not run often enough.
    fn of(series: &Series) -> Option<Self> {
        let before = series.past.iter().flatten().skip(1).map(|it| value(it.ms));
        let (before, now): (Vec<f64>, Vec<f64>) =
            (before.collect(), series.again.iter().skip(1).map(|it| value(*it)).collect());
        if before.len().min(now.len()) < FEWEST_AGAIN {
            return None;
        }
        let logs = |times: &[f64]| times.iter().map(|it| it.ln()).collect::<Vec<_>>();
        let (was, is) = (logs(&before), logs(&now));
        let apart = median(&is)? - median(&was)?;
        let spread = spread(&was)?.hypot(spread(&is)?) / std::f64::consts::SQRT_2;
        Some(Self { before, now, apart, spread })
    }

    /// The chance that a step is so much slower by itself, and what would be claimed of it.
    ///
    /// Few runs say little of how far a step's times spread: what they say is moderated by how far
    /// those of the other steps do, as if these had been as many (Smyth, "Linear models and
    /// empirical Bayes methods for assessing differential expression", 2004).
    fn test(&self, at: usize, usual: f64) -> (f64, Option<Slower>) {
        let (few, many) = (self.now.len() as f64, self.before.len() as f64);
        let spread = (self.spread.hypot(usual) / std::f64::consts::SQRT_2).max(LEAST_SPREAD);
        let doubt = spread * (MEDIAN_WIDER / few + MEDIAN_WIDER / many).sqrt();
        let chance = student_above(self.apart / doubt, 2.0 * (few + many - 2.0));
        let claim = || {
            let (usual_ms, now_ms) = (median(&self.before)?, median(&self.now)?);
            let ratio = effect(usual_ms, now_ms)?;
            let nights = self.before.len();
            Some(Slower { series: at, usual_ms, now_ms, ratio, sure: 0.0, nights })
        };
        let is_apart = ranks_above(&self.before, &self.now) <= DOUBT_OF_RANKS;
        (chance, is_apart.then(claim).flatten())
    }
}
