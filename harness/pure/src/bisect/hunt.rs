//! [`Hunt`]: several searches over the same commits, which share what is built.
//!
//! Building a commit is what costs, so the next one is where all findings together learn the most,
//! and whoever learns something there has its scenario run too.

use super::search::{Found, Limits, Search};

/// What a finding must learn at a commit that is tried for others, in bits, to be run there too.
const WORTH_A_RUN: f64 = 0.05;

/// How many answers are looked ahead.
const AHEAD: usize = 2;

/// A commit to try, and for which findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The commit, by its position.
    pub at: usize,
    /// The findings whose scenario is run there, by their positions.
    pub findings: Vec<usize>,
}

/// Several searches over the same commits.
#[derive(Debug, Clone)]
pub struct Hunt {
    searches: Vec<Search>,
    limits: Limits,
    builds: usize,
}

impl Hunt {
    /// A hunt for the culprits of several findings over the same commits.
    #[must_use]
    pub fn of(searches: Vec<Search>, limits: Limits) -> Self {
        Self { searches, limits, builds: 0 }
    }

    /// The searches, one a finding.
    #[must_use]
    pub fn searches(&self) -> &[Search] {
        &self.searches
    }

    /// How many commits were tried, or could not be.
    #[must_use]
    pub fn builds(&self) -> usize {
        self.builds
    }

    /// What to try next; `None` once every search is over.
    #[must_use]
    pub fn next(&self) -> Option<Probe> {
        let open: Vec<usize> = (0..self.searches.len()).filter(|it| self.is_open(*it)).collect();
        let search = |it: &usize| &self.searches[*it];
        let at = match open.iter().find_map(|it| search(it).unverified()) {
            Some(end) => end,
            None => self.most_telling(&open)?,
        };
        let learns = |it: &usize| {
            let own = search(it);
            own.unverified() == Some(at)
                || own.tells(at) >= WORTH_A_RUN
                || own.most_telling() == Some(at)
        };
        Some(Probe { at, findings: open.iter().copied().filter(learns).collect() })
    }

    /// Where all open findings together learn the most.
    fn most_telling(&self, open: &[usize]) -> Option<usize> {
        let last = self.searches.iter().map(Search::last).max()?;
        // A place where nobody learns enough for a run would be tried for nobody.
        let worth = |at: usize| {
            let tells = open.iter().map(|it| (self.searches[*it].tells(at), *it));
            let most = |it: usize| self.searches[it].most_telling() == Some(at);
            tells.filter(|it| it.0 >= WORTH_A_RUN || most(it.1)).map(|it| it.0).sum::<f64>()
        };
        let all = (0..=last).map(|at| (worth(at), at)).filter(|it| it.0 > 0.0);
        all.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|it| it.1)
    }

    /// The commits that may be tried behind a probe and were not yet, the soonest first and at most so
    /// many: where it fails for all its findings, where it passes for all, and behind those again.
    #[must_use]
    pub fn ahead(&self, probe: &Probe, most: usize) -> Vec<usize> {
        let is_new = |at: usize| {
            at != probe.at && !self.searches.iter().any(|it| it.tried().iter().any(|it| it.0 == at))
        };
        let (mut ahead, mut reached) = (Vec::new(), vec![(self.clone(), probe.clone())]);
        for _ in 0..AHEAD {
            let mut behind = Vec::new();
            for (hunt, probe) in reached {
                for failed in [true, false] {
                    let mut hunt = hunt.clone();
                    let all = probe.findings.iter().map(|it| (*it, Some(failed)));
                    hunt.learn(probe.at, &all.collect::<Vec<_>>());
                    let Some(next) = hunt.next() else { continue };
                    if is_new(next.at) && !ahead.contains(&next.at) {
                        ahead.push(next.at);
                    }
                    behind.push((hunt, next));
                }
            }
            reached = behind;
        }
        ahead.truncate(most);
        ahead
    }

    /// Takes in how the scenarios of a probe went: each finding, and whether it failed there;
    /// `None` where nothing can be said of it there.
    pub fn learn(&mut self, at: usize, results: &[(usize, Option<bool>)]) {
        self.builds += 1;
        for (finding, failed) in results {
            match failed {
                Some(failed) => self.searches[*finding].learn(at, *failed),
                None => self.searches[*finding].cannot_build(at),
            }
        }
    }

    /// Takes in that a commit cannot be built, for all findings.
    pub fn cannot_build(&mut self, at: usize) {
        self.builds += 1;
        self.searches.iter_mut().for_each(|it| it.cannot_build(at));
    }

    /// What was found for a finding, as sure as it has become.
    #[must_use]
    pub fn found(&self, finding: usize) -> Found {
        self.searches[finding].found()
    }

    fn is_open(&self, finding: usize) -> bool {
        self.searches[finding].over_with(&self.limits).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Noise, Sure};
    use super::*;

    const NOISE: Noise = Noise { false_failure: 0.1, false_pass: 0.0 };

    fn solve(culprits: &[usize], commits: usize) -> Hunt {
        let mut random = fastrand::Rng::with_seed(5);
        let searches = culprits.iter().map(|_| Search::over(&vec![1.0; commits], NOISE)).collect();
        let mut hunt = Hunt::of(searches, Limits { sure: Sure::ToFile, most_probes: 60 });
        while let Some(probe) = hunt.next() {
            let failed = |it: usize, random: &mut fastrand::Rng| {
                probe.at >= culprits[it] || random.f64() < NOISE.false_failure
            };
            let results: Vec<(usize, Option<bool>)> =
                probe.findings.iter().map(|it| (*it, Some(failed(*it, &mut random)))).collect();
            assert!(!results.is_empty(), "{probe:?} is for nobody");
            hunt.learn(probe.at, &results);
        }
        hunt
    }

    fn named(hunt: &Hunt, finding: usize) -> Option<usize> {
        match hunt.found(finding) {
            Found::Commit { at, .. } => Some(at),
            Found::Among { .. } | Found::Environment { .. } => None,
        }
    }

    #[test]
    fn findings_of_one_culprit_share_every_build() {
        let (alone, three) = (solve(&[41], 60), solve(&[41, 41, 41], 60));
        for finding in 0..3 {
            assert_eq!(named(&three, finding), Some(41));
        }
        assert!(three.builds() <= alone.builds() + 6, "{} {}", alone.builds(), three.builds());
    }

    #[test]
    fn what_is_tried_next_is_known_ahead_whatever_comes_of_a_probe_and_nothing_at_the_end() {
        let searches = vec![Search::over(&[1.0; 40], NOISE); 2];
        let mut hunt = Hunt::of(searches, Limits { sure: Sure::ToFile, most_probes: 60 });
        let (mut tried, mut foreseen) = (Vec::new(), 0);
        while let Some(probe) = hunt.next() {
            let ahead = hunt.ahead(&probe, 2);
            tried.push(probe.at);
            assert!(ahead.iter().all(|it| !tried.contains(it)), "{ahead:?} of {tried:?}");
            assert_eq!(ahead, hunt.ahead(&probe, 2), "it is the same for the same answers");
            let results: Vec<(usize, Option<bool>)> =
                probe.findings.iter().map(|it| (*it, Some(probe.at >= 17))).collect();
            hunt.learn(probe.at, &results);
            if let Some(next) = hunt.next().filter(|it| !tried.contains(&it.at)) {
                assert!(ahead.contains(&next.at), "{next:?} is not among {ahead:?}");
                foreseen += 1;
            }
        }
        assert!(foreseen >= 5, "{foreseen}");
        let last = Limits { sure: Sure::ToFile, most_probes: 1 };
        let hunt = Hunt::of(vec![Search::over(&[1.0; 40], NOISE)], last);
        let probe = hunt.next().expect("it has not begun");
        assert!(hunt.ahead(&probe, 2).is_empty());
    }

    #[test]
    fn findings_of_several_culprits_cost_less_together_than_one_by_one() {
        let culprits = [7, 30, 52];
        let together = solve(&culprits, 60);
        let named: Vec<Option<usize>> = (0..3).map(|it| named(&together, it)).collect();
        assert_eq!(named, culprits.map(Some));
        let alone: usize = culprits.iter().map(|it| solve(&[*it], 60).builds()).sum();
        assert!(together.builds() < alone, "{} builds, {alone} alone", together.builds());
    }
}
