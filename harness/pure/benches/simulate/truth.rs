//! [`Truth`]: what is wrong with which scenario, night by night.

use std::collections::BTreeMap;
use std::ops::Range;

/// The chance that something breaks in a night.
const BREAKS: f64 = 0.6;
/// The chance that the environment fails for a while in a night.
const FAILS: f64 = 0.2;
/// The share of scenarios that fail by chance.
const FLAKY: f64 = 0.2;

/// The share of scenarios that get slower little by little, once.
const SLOWS: f64 = 0.1;
/// By how much what a scenario takes differs from run to run by chance, and a night's as a whole.
const JITTER: (f64, f64) = (0.1, 0.15);

/// How one scenario gets slower.
#[derive(Debug, Clone)]
struct Slowing {
    /// By how much a night.
    by: f64,
    /// In which nights.
    during: Range<usize>,
}

/// How one scenario fails by chance.
#[derive(Debug, Clone, Copy)]
struct Chance {
    rate: f64,
    /// The night in which it begins.
    from: usize,
    /// Whether it grows to its rate over all nights.
    drifts: bool,
}

/// What one run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// What was accepted.
    Sound,
    /// What this break does.
    Break(usize),
    /// What it does by chance.
    Chance,
    /// That nothing works.
    Outage,
}

/// A product and its environment.
pub struct Truth {
    chance: Vec<Option<Chance>>,
    nights: usize,
    night: usize,
    /// What is broken, by scenario: which break, and the night of its repair.
    broken: BTreeMap<usize, (usize, usize)>,
    breaks: usize,
    /// The scenarios that broke tonight.
    pub fresh: Vec<usize>,
    /// Of the runs of tonight, those in which nothing works.
    pub outage: Option<Range<usize>>,
    run: usize,
    random: fastrand::Rng,
    /// What each scenario takes as long as nothing changes, in milliseconds, and how it gets slower.
    takes: Vec<(f64, Option<Slowing>)>,
    /// By how much tonight is slower than usual as a whole.
    pace: f64,
    /// Of what a scenario takes; apart, so that it changes nothing of what it shows.
    jitter: fastrand::Rng,
}

impl Truth {
    /// A product with as many scenarios, before the first of so many nights.
    pub fn new(scenarios: usize, nights: usize, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let chance = (0..scenarios).map(|_| {
            let (flaky, young, drifts) =
                (random.f64() < FLAKY, random.f64() < 0.3, random.f64() < 0.2);
            let rate = 0.01 + 0.49 * random.f64();
            let from = if young { random.usize(..nights) } else { 0 };
            flaky.then_some(Chance { rate, from, drifts })
        });
        Self {
            chance: chance.collect(),
            nights,
            night: 0,
            broken: BTreeMap::new(),
            breaks: 0,
            fresh: Vec::new(),
            outage: None,
            run: 0,
            random,
            takes: takes(scenarios, nights, seed),
            pace: 1.0,
            jitter: fastrand::Rng::with_seed(seed + 1),
        }
    }

    /// What a sound run of a scenario takes tonight, in milliseconds.
    pub fn takes(&mut self, scenario: usize) -> u32 {
        let chance = even(&mut self.jitter, JITTER.0);
        let (usual, slowing) = &self.takes[scenario];
        let grown = slowing.as_ref().map_or(1.0, |it| {
            let nights = self.night.clamp(it.during.start, it.during.end) - it.during.start;
            (1.0 + it.by).powi(i32::try_from(nights).unwrap_or(0))
        });
        (usual * grown * self.pace * chance) as u32
    }

    /// The scenarios that got slower in any of these nights.
    pub fn slowing(&self, nights: &Range<usize>) -> Vec<usize> {
        self.slowed(|it| it.start < nights.end && nights.start < it.end)
    }

    /// The scenarios that got slower in each of these nights.
    pub fn slowing_throughout(&self, nights: &Range<usize>) -> Vec<usize> {
        self.slowed(|it| it.start <= nights.start && nights.end <= it.end)
    }

    fn slowed(&self, wanted: impl Fn(&Range<usize>) -> bool) -> Vec<usize> {
        let is_wanted =
            |at: &usize| self.takes[*at].1.as_ref().is_some_and(|it| wanted(&it.during));
        (0..self.takes.len()).filter(is_wanted).collect()
    }

    /// Begins a night: something is repaired, something breaks, the environment may fail.
    pub fn begin(&mut self, night: usize) {
        let scenarios = self.chance.len();
        self.night = night;
        self.run = 0;
        self.pace = even(&mut self.jitter, JITTER.1);
        self.fresh.clear();
        self.broken.retain(|_, (_, repaired)| *repaired > night);
        if self.random.f64() < BREAKS {
            let (first, many) = (self.random.usize(..scenarios), self.random.usize(1..=6));
            let repaired = night + self.random.usize(1..=5);
            self.breaks += 1;
            for scenario in first..(first + many).min(scenarios) {
                if !self.broken.contains_key(&scenario) {
                    self.broken.insert(scenario, (self.breaks, repaired));
                    self.fresh.push(scenario);
                }
            }
        }
        let fails = self.random.f64() < FAILS;
        self.outage = fails.then(|| {
            let from = self.random.usize(20..scenarios);
            let to_the_end = self.random.f64() < 0.25;
            from..if to_the_end { usize::MAX } else { from + self.random.usize(5..60) }
        });
    }

    /// Whether a scenario is broken tonight.
    pub fn is_broken(&self, scenario: usize) -> bool {
        self.broken.contains_key(&scenario)
    }

    /// What the next run of the night shows, which is one of this scenario.
    pub fn shows(&mut self, scenario: usize) -> Shown {
        let run = self.run;
        self.run += 1;
        if self.outage.as_ref().is_some_and(|it| it.contains(&run)) {
            return Shown::Outage;
        }
        if let Some((which, _)) = self.broken.get(&scenario) {
            return Shown::Break(*which);
        }
        let rate = match self.chance[scenario] {
            Some(it) if it.from <= self.night && it.drifts => {
                it.rate * (self.night - it.from) as f64 / (self.nights - it.from) as f64
            }
            Some(it) if it.from <= self.night => it.rate,
            Some(_) | None => 0.0,
        };
        if self.random.f64() < rate { Shown::Chance } else { Shown::Sound }
    }
}

/// What scenarios take, from a fifth of a second to some; and which of them get slower, and when.
fn takes(scenarios: usize, nights: usize, seed: u64) -> Vec<(f64, Option<Slowing>)> {
    let mut random = fastrand::Rng::with_seed(seed + 2);
    let mut one = || {
        let usual = 400.0 * 10.0_f64.powf(random.f64());
        let (from, many) = (random.usize(..nights), random.usize(20..=40));
        let slowing = Slowing { by: 0.015 + 0.045 * random.f64(), during: from..from + many };
        (usual, (random.f64() < SLOWS).then_some(slowing))
    };
    (0..scenarios).map(|_| one()).collect()
}

/// A factor around one that is twice as far from it as `spread` in one of twenty cases.
fn even(random: &mut fastrand::Rng, spread: f64) -> f64 {
    // The sum of twelve is as good as normal.
    let normal: f64 = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    (normal * spread).exp()
}
