//! [`decide`]: whether what failed is a break or chance, and whether it must run
//! again to tell: a sequential probability ratio test (Wald, 1945) of a break, which fails always,
//! against the scenario's own chance of failing.
//!
//! That chance is no number but what earlier nights leave open of it: two Beta distributions, one
//! of the scenario's decayed history and one of a scenario that has just become flaky, weighed by
//! how well each foretells tonight's runs. The first failure is why the question is asked at all;
//! it says what the chance may be, and does not count as evidence of a break. So a scenario that
//! fails by chance is called broken with at most the probability that the suite allows, each time
//! that it fails. `docs/design/030-flakes-and-the-first-bad-build.md`
//! has what was measured.

use super::known::is_failing;
use super::stats::beta_quantile;
use crate::model::Verdict;
use crate::model::history::PastScenario;
use crate::model::reruns::{Flake, Reruns};

/// After so many nights, what a night said counts half.
const HALF_LIFE: f64 = 20.0;
/// Fewer judged nights than these say nothing of chance.
pub const LEAST_NIGHTS: usize = 3;
/// What is supposed of a scenario of which nothing is known: a flake of 4 % or so, most likely none.
const UNKNOWN: Beta = Beta { failed: 0.2, passed: 4.8 };
/// What is supposed of one that has just become flaky.
const FRESH: Beta = Beta { failed: 1.0, passed: 2.0 };
/// How likely it is that a scenario becomes flaky in a night.
const BECOMES_FLAKY: f64 = 0.0002;
/// How likely a break is to pass all the same.
const BREAK_PASSES: f64 = 0.002;

/// How likely a failure by chance may stay unseen, where it is looked for.
const UNSEEN: f64 = 0.05;

/// By how much a break is likelier of a scenario that was broken when it was last judged, as a
/// logarithm: ten times.
const BROKEN_BEFORE: f64 = 2.3;

/// How one run of a scenario went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// As the baseline says.
    Passed,
    /// Otherwise.
    Failed,
}

/// What the runs say so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It passed at once.
    Sound,
    /// It must run again.
    Again,
    /// It is broken.
    Broken,
    /// It fails by chance.
    Flaky,
    /// As often as it may run, and neither is sure enough.
    Undecided,
}

/// A Beta distribution, as counts of runs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Beta {
    failed: f64,
    passed: f64,
}

impl Beta {
    /// The chance that the next run fails.
    fn fails(self) -> f64 {
        self.failed / (self.failed + self.passed)
    }

    fn count(&mut self, run: Run, weight: f64) {
        match run {
            Run::Passed => self.passed += weight,
            Run::Failed => self.failed += weight,
        }
    }

    /// How likely a run is.
    fn likelihood(self, run: Run) -> f64 {
        match run {
            Run::Passed => 1.0 - self.fails(),
            Run::Failed => self.fails(),
        }
    }
}

/// How a scenario fails by chance, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    usual: Beta,
    fresh: Beta,
    /// How likely it is that it has just become flaky.
    is_fresh: f64,
    /// How many runs were counted.
    runs: u32,
}

impl Chance {
    /// What earlier nights say: the first run of each night that was judged and did not break.
    #[must_use]
    pub fn of(past: &PastScenario) -> Self {
        let (mut usual, mut runs) = (UNKNOWN, 0);
        for (age, run) in firsts(past).rev().enumerate() {
            usual.count(run, 0.5_f64.powf(age as f64 / HALF_LIFE));
            runs += 1;
        }
        Self { usual, fresh: FRESH, is_fresh: BECOMES_FLAKY, runs }
    }

    /// Counts a run; answers how likely it was.
    fn count(&mut self, run: Run) -> f64 {
        let (usual, fresh) = (self.usual.likelihood(run), self.fresh.likelihood(run));
        let likely = self.is_fresh * fresh + (1.0 - self.is_fresh) * usual;
        self.is_fresh *= fresh / likely;
        self.usual.count(run, 1.0);
        self.fresh.count(run, 1.0);
        self.runs += 1;
        likely
    }

    /// The chance that the next run fails.
    #[must_use]
    pub fn fails(&self) -> f64 {
        self.is_fresh * self.fresh.fails() + (1.0 - self.is_fresh) * self.usual.fails()
    }
}

/// How often a scenario fails by chance, with tonight's runs; the whole history speaks, since one
/// that has just become flaky is the less likely explanation of few failures.
#[must_use]
pub fn flake(past: &PastScenario, tonight: &[Run]) -> Flake {
    let mut chance = Chance::of(past);
    for run in tonight {
        chance.count(*run);
    }
    let known = if chance.is_fresh > 0.5 { chance.fresh } else { chance.usual };
    let at = |share| beta_quantile(share, known.failed, known.passed);
    Flake { rate: known.fails(), low: at(0.025), high: at(0.975), runs: chance.runs }
}

/// In how many runs a failure by chance, as rare as earlier nights had them, is seen with 95 %; `None`
/// where none of them had one.
#[must_use]
pub fn runs_to_see_a_failure(past: &PastScenario) -> Option<u32> {
    let has_failed = firsts(past).any(|it| it == Run::Failed);
    let passes = 1.0 - Chance::of(past).fails();
    has_failed.then(|| (UNSEEN.ln() / passes.ln()).ceil() as u32)
}

/// Whether earlier nights say enough of a scenario to tell chance from a break.
#[must_use]
pub fn can_tell(past: &PastScenario) -> bool {
    firsts(past).count() >= LEAST_NIGHTS
}

/// What tonight's runs of a scenario say, in their order.
#[must_use]
pub fn decide(past: &PastScenario, limits: &Reruns, tonight: &[Run]) -> Decision {
    let Some(first) = tonight.iter().position(|it| *it == Run::Failed) else {
        return Decision::Sound;
    };
    if tonight[..first].contains(&Run::Passed) {
        return Decision::Flaky;
    }
    let mut chance = Chance::of(past);
    chance.count(Run::Failed);
    let broken = ((1.0 - limits.false_flake) / limits.false_break).ln();
    let flaky = (limits.false_flake / (1.0 - limits.false_break)).ln();
    let was_broken = past.last_judged().is_some_and(|it| is_failing(it.1));
    let mut odds = if was_broken { BROKEN_BEFORE } else { 0.0 };
    for run in &tonight[first + 1..] {
        let if_broken = match run {
            Run::Passed => BREAK_PASSES,
            Run::Failed => 1.0 - BREAK_PASSES,
        };
        odds += (if_broken / chance.count(*run)).ln();
    }
    // Runs behind one that was enough are made for other reasons, and count too.
    if odds >= broken {
        Decision::Broken
    } else if odds <= flaky {
        Decision::Flaky
    } else if tonight.len() > limits.at_most as usize {
        Decision::Undecided
    } else {
        Decision::Again
    }
}

/// How the first run of each night went that says something of chance, the oldest first.
fn firsts(past: &PastScenario) -> impl DoubleEndedIterator<Item = Run> + '_ {
    (0..past.verdicts.len()).filter_map(|night| match past.verdict(night)? {
        Verdict::Flaky => Some(Run::Failed),
        Verdict::Unchanged | Verdict::Fixed | Verdict::New | Verdict::Drifted => Some(Run::Passed),
        // A break and what the environment did are no chance of the scenario's own.
        Verdict::Regressed | Verdict::StillFailing | Verdict::Inconclusive | Verdict::NotRun => {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Run::{Failed, Passed};
    use super::*;

    fn past(verdicts: &str) -> PastScenario {
        PastScenario { verdicts: verdicts.to_owned(), ..PastScenario::default() }
    }

    /// What comes of a scenario whose runs fail by `fails`, and how many reruns that took.
    fn rerun(past: &PastScenario, mut fails: impl FnMut() -> bool) -> (Decision, usize) {
        let mut runs = vec![Failed];
        loop {
            let decision = decide(past, &Reruns::default(), &runs);
            if decision != Decision::Again {
                return (decision, runs.len() - 1);
            }
            runs.push(if fails() { Failed } else { Passed });
        }
    }

    #[test]
    fn a_break_is_told_after_few_reruns_and_later_where_the_scenario_is_known_to_fail_by_chance() {
        let always = || true;
        assert_eq!(rerun(&past(&"U".repeat(30)), always), (Decision::Broken, 2));
        assert_eq!(rerun(&past("UUU"), always), (Decision::Broken, 4));
        assert_eq!(rerun(&past(&"UUUUUUF".repeat(4)), always), (Decision::Broken, 4));
        assert_eq!(rerun(&past(&"UF".repeat(15)), always), (Decision::Broken, 7));
    }

    #[test]
    fn one_that_passes_again_is_flaky_and_one_that_passed_at_once_is_sound() {
        for verdicts in ["UUU", "UFUFUFUF", "UUUUUUUUUUUUUUUUUUUUUUUU"] {
            let past = past(verdicts);
            let limits = Reruns::default();
            assert_eq!(decide(&past, &limits, &[Failed, Passed]), Decision::Flaky, "{verdicts}");
            assert_eq!(decide(&past, &limits, &[Passed]), Decision::Sound, "{verdicts}");
            assert_eq!(decide(&past, &limits, &[Failed]), Decision::Again, "{verdicts}");
        }
    }

    #[test]
    fn what_nearly_always_fails_by_chance_is_undecided_at_the_cap() {
        assert_eq!(rerun(&past(&"F".repeat(30)), || true), (Decision::Undecided, 8));
        let few = Reruns { at_most: 1, ..Reruns::default() };
        let clean = past(&"U".repeat(30));
        assert_eq!(decide(&clean, &few, &[Failed, Failed]), Decision::Undecided);
    }

    #[test]
    fn both_error_rates_and_the_cap_are_as_the_suite_says() {
        let clean = past(&"U".repeat(30));
        let hasty = Reruns { false_break: 0.1, ..Reruns::default() };
        assert_eq!(decide(&clean, &hasty, &[Failed, Failed]), Decision::Broken);
        let careful = Reruns { false_flake: 0.000_01, ..Reruns::default() };
        assert_eq!(decide(&clean, &careful, &[Failed, Passed]), Decision::Again);
        assert_eq!(decide(&clean, &careful, &[Failed, Passed, Passed]), Decision::Flaky);
    }

    #[test]
    fn chance_is_only_told_from_a_break_by_three_nights_that_did_not_break() {
        for (verdicts, tells) in
            [("", false), ("UU", false), ("U.-IURS", false), ("UUF", true), ("UUURSX", true)]
        {
            assert_eq!(can_tell(&past(verdicts)), tells, "{verdicts}");
        }
    }

    #[test]
    fn one_that_was_broken_last_night_is_told_to_be_so_sooner() {
        let always = || true;
        let clean = "U".repeat(30);
        assert_eq!(rerun(&past(&format!("{clean}R")), always), (Decision::Broken, 1));
        assert_eq!(rerun(&past(&format!("{}RS", "UF".repeat(15))), always), (Decision::Broken, 4));
        assert_eq!(rerun(&past(&format!("{clean}RX")), always), (Decision::Broken, 2));
    }

    #[test]
    fn breaks_and_what_the_environment_did_are_no_part_of_a_rate_and_old_nights_count_less() {
        let plain = flake(&past("UUFU"), &[]);
        assert_eq!(flake(&past("URSUIF-U."), &[]), plain);
        assert_eq!(plain.runs, 4);
        let (old, new) = (past("FUUUUUUUUUUUUUUUUUUU"), past("UUUUUUUUUUUUUUUUUUUF"));
        assert!(flake(&old, &[]).rate * 1.5 < flake(&new, &[]).rate);
        let known = flake(&past(&"UUUUF".repeat(6)), &[Failed, Passed]);
        assert!(known.low < 0.2 && known.rate > 0.15 && known.high > 0.25, "{known:?}");
        assert_eq!(known.runs, 32);
    }

    #[test]
    fn one_that_has_just_become_flaky_is_not_given_the_rate_that_it_had() {
        let flake = flake(&past(&"U".repeat(30)), &[Failed, Failed, Failed, Failed, Passed]);
        assert!(flake.rate > 0.4 && flake.low < 0.3, "{flake:?}");
    }

    /// The twin of the break: of a thousand failures by chance one in a hundred is called a break.
    #[test]
    fn failures_by_chance_are_called_a_break_once_in_a_hundred_at_most_and_take_three_reruns() {
        let mut random = fastrand::Rng::with_seed(17);
        for rate in [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5] {
            let (mut broken, mut reruns) = (0, 0);
            for _ in 0..2_000 {
                let night = |random: &mut fastrand::Rng| random.f64() < rate;
                let verdicts: String =
                    (0..30).map(|_| if night(&mut random) { 'F' } else { 'U' }).collect();
                let (decision, taken) = rerun(&past(&verdicts), || random.f64() < rate);
                broken += usize::from(decision == Decision::Broken);
                reruns += taken;
            }
            let mean = reruns as f64 / 2_000.0;
            assert!(broken <= 30 && mean < 3.0, "{rate}: {broken} broken, {mean} reruns");
        }
    }
}
