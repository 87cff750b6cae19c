//! [`Search`]: what is known of one finding's culprit.
//!
//! Positions are commits from the oldest on: 0 is the one before all that are suspected and was
//! good when it was last used, the last one is what is bad now. A culprit is a position from 1 on:
//! from there on the product is bad. Two more explanations name none: that nothing is bad any more,
//! and that everything is, the good end too. Each run is weighed by how likely it is under each.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How runs deceive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// The share of runs that fail although the commit is good, between 0 and 1.
    pub false_failure: f64,
    /// The share of runs that pass although the commit is bad, between 0 and 1.
    pub false_pass: f64,
}

impl Noise {
    /// Within what can be reckoned with: no run is ever taken for proof.
    fn bounded(self) -> Self {
        let bounded = |share: f64| share.clamp(0.002, 0.9);
        Self {
            false_failure: bounded(self.false_failure),
            false_pass: bounded(self.false_pass).min(0.95 - bounded(self.false_failure)),
        }
    }
}

/// When a search is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// How sure it must be, between 0 and 1.
    pub sure: Sure,
    /// How many runs it may take.
    pub most_probes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sure: Sure::ToFile, most_probes: 40 }
    }
}

/// How sure a search must be before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// Sure enough to name a culprit: 95 %.
    ToName,
    /// Sure enough to write to its author: 99 %.
    ToFile,
}

impl Sure {
    /// The least probability.
    #[must_use]
    pub fn at_least(self) -> f64 {
        match self {
            Self::ToName => 0.95,
            Self::ToFile => 0.99,
        }
    }
}

/// What is known so far.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// One commit, by its position.
    Commit {
        /// Where it is.
        at: usize,
        /// How likely it is the culprit.
        probability: f64,
    },
    /// One of several commits that cannot be told apart, because those between cannot be built.
    Among {
        /// Where they are.
        at: RangeInclusive<usize>,
        /// How likely it is one of them.
        probability: f64,
    },
    /// No commit: it fails everywhere, or nowhere any more.
    Environment {
        /// How likely that is.
        probability: f64,
    },
}

impl Found {
    /// How likely it is.
    #[must_use]
    pub fn probability(&self) -> f64 {
        match self {
            Self::Commit { probability, .. }
            | Self::Among { probability, .. }
            | Self::Environment { probability } => *probability,
        }
    }
}

/// How likely it is from the start that no commit is the culprit.
const NO_CULPRIT: f64 = 0.05;
/// A probe that tells less than this, in bits, is not worth its run.
const TELLS_NOTHING: f64 = 1e-4;

/// The search for one finding's culprit.
#[derive(Debug, Clone)]
pub struct Search {
    noise: Noise,
    /// How likely each position from 1 on is the culprit.
    culprit: Vec<f64>,
    /// How likely it is that nothing fails any more, and that everything does.
    nowhere: f64,
    everywhere: f64,
    /// Commits that cannot be built.
    unbuilt: BTreeSet<usize>,
    /// What was tried, and whether it failed.
    tried: Vec<(usize, bool)>,
}

impl Search {
    /// A search over as many suspected commits as there are weights, the oldest first.
    #[must_use]
    pub fn over(weights: &[f64], noise: Noise) -> Self {
        let all: f64 = weights.iter().sum();
        let share = |it: &f64| (1.0 - NO_CULPRIT) * it / all;
        Self {
            noise: noise.bounded(),
            culprit: weights.iter().map(share).collect(),
            nowhere: NO_CULPRIT / 2.0,
            everywhere: NO_CULPRIT / 2.0,
            unbuilt: BTreeSet::new(),
            tried: Vec::new(),
        }
    }

    /// The position of what is bad now.
    #[must_use]
    pub fn last(&self) -> usize {
        self.culprit.len()
    }

    /// What was tried so far, in order: where, and whether it failed.
    #[must_use]
    pub fn tried(&self) -> &[(usize, bool)] {
        &self.tried
    }

    /// Takes in what came of a run at a position.
    pub fn learn(&mut self, at: usize, failed: bool) {
        self.tried.push((at, failed));
        let (bad, good) = if failed {
            (1.0 - self.noise.false_pass, self.noise.false_failure)
        } else {
            (self.noise.false_pass, 1.0 - self.noise.false_failure)
        };
        for (index, share) in self.culprit.iter_mut().enumerate() {
            *share *= if at > index { bad } else { good };
        }
        self.nowhere *= good;
        self.everywhere *= bad;
        let all = self.culprit.iter().sum::<f64>() + self.nowhere + self.everywhere;
        self.culprit.iter_mut().for_each(|it| *it /= all);
        self.nowhere /= all;
        self.everywhere /= all;
    }

    /// Takes in that a commit cannot be built.
    pub fn cannot_build(&mut self, at: usize) {
        self.unbuilt.insert(at);
    }

    /// The likeliest explanation.
    #[must_use]
    pub fn found(&self) -> Found {
        let environment = Found::Environment { probability: self.nowhere + self.everywhere };
        let likelier = |a: Found, b: Found| if b.probability() > a.probability() { b } else { a };
        self.groups().fold(environment, likelier)
    }

    /// Commits that cannot be told apart, with how likely it is one of them.
    fn groups(&self) -> impl Iterator<Item = Found> + '_ {
        let ends = (1..=self.last()).filter(|it| !self.unbuilt.contains(it) || *it == self.last());
        let mut from = 1;
        ends.map(move |to| {
            let probability = self.culprit[from - 1..to].iter().sum();
            let found = if from == to {
                Found::Commit { at: to, probability }
            } else {
                Found::Among { at: from..=to, probability }
            };
            from = to + 1;
            found
        })
    }

    /// The likeliest positions, the oldest first.
    #[must_use]
    pub fn likeliest(&self, most: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (1..=self.last()).collect();
        all.sort_by(|a, b| self.culprit[*b - 1].total_cmp(&self.culprit[*a - 1]).then(a.cmp(b)));
        all.truncate(most);
        all.sort_unstable();
        all
    }

    /// What has been found, once that is sure enough, or nothing more can be learned.
    #[must_use]
    pub fn over_with(&self, limits: &Limits) -> Option<Found> {
        let found = self.found();
        let is_sure = self.unverified().is_none() && found.probability() >= limits.sure.at_least();
        let is_stuck = self.tried.len() >= limits.most_probes || self.most_telling().is_none();
        (is_sure || is_stuck).then_some(found)
    }

    /// The end that nobody has looked at yet: first what is bad now, then what was good.
    #[must_use]
    pub fn unverified(&self) -> Option<usize> {
        let can = |it: &usize| !self.unbuilt.contains(it);
        let (bad, good) = ((0..=self.last()).rev().find(can)?, (0..=self.last()).find(can)?);
        let is_open = |it: &usize| !self.tried.iter().any(|tried| tried.0 == *it);
        [bad, good].into_iter().find(is_open)
    }

    /// How much a run at a position is expected to tell, in bits.
    #[must_use]
    pub fn tells(&self, at: usize) -> f64 {
        if self.unbuilt.contains(&at) {
            return 0.0;
        }
        let bad = self.everywhere + self.culprit[..at].iter().sum::<f64>();
        let Noise { false_failure, false_pass } = self.noise;
        let fails = bad * (1.0 - false_pass) + (1.0 - bad) * false_failure;
        entropy(fails) - bad * entropy(false_pass) - (1.0 - bad) * entropy(false_failure)
    }

    /// The position at which a run tells the most, the newest of several; `None` where none tells
    /// anything.
    #[must_use]
    pub fn most_telling(&self) -> Option<usize> {
        let all = (0..=self.last()).map(|at| (self.tells(at), at));
        let best = all.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
        (best.0 > TELLS_NOTHING).then_some(best.1)
    }
}

/// The entropy of a coin, in bits.
fn entropy(share: f64) -> f64 {
    let part = |it: f64| if it > 0.0 { -it * it.log2() } else { 0.0 };
    part(share) + part(1.0 - share)
}

#[cfg(test)]
mod tests;
