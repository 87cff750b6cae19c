//! [`Score`]: what the verdicts of all nights were worth.

use std::collections::BTreeSet;

use nightshift_base::model::{Because, Finding, Verdict};

use super::night::{Told, is_red};
use super::truth::{Shown, Truth};

/// Counts over nights.
#[derive(Debug, Default)]
pub struct Score {
    /// Scenarios that broke and ran in a sound environment that night; of them, called regressed.
    breaks: usize,
    breaks_regressed: usize,
    /// Scenarios that broke in an outage that left them no run.
    unseen: usize,
    /// Scenarios that failed by chance alone; of them, called broken, and undecided.
    flakes: usize,
    flakes_regressed: usize,
    flakes_undecided: usize,
    /// Their reruns.
    reruns: usize,
    most_reruns: usize,
    /// Nights with an outage that lasted for ten runs; of them, with a finding that says so.
    outages: usize,
    outages_told: usize,
    /// Scenarios that failed in an outage alone; of them, called broken.
    hit: usize,
    hit_regressed: usize,
    /// Scenario-nights in which nothing was wrong; of them, called anything but that.
    sound: usize,
    sound_accused: usize,
    /// Scenarios that got slower for long, and those that were told of while they did or soon after;
    /// how often something was told, and how often it had not got slower.
    slowing: BTreeSet<usize>,
    slowing_told: BTreeSet<usize>,
    told_slower: usize,
    told_slower_wrongly: usize,
    night: usize,
}

/// Over so many nights it is looked for what got slower.
const WEEKS: usize = 28;
/// What got slower for so many nights is to be told.
const LONG: usize = 20;

impl Score {
    /// Adds a night.
    pub fn add(&mut self, truth: &Truth, told: &Told) {
        let mut lost_runs = 0;
        for (at, (shown, result)) in told.shown.iter().zip(&told.judgement.scenarios).enumerate() {
            let lost = shown.iter().filter(|it| **it == Shown::Outage).count();
            let chance = shown.contains(&Shown::Chance);
            lost_runs += lost;
            match (truth.is_broken(at), chance, lost) {
                (true, _, _) if !truth.fresh.contains(&at) => {}
                (true, _, _) if lost == shown.len() => self.unseen += 1,
                (true, _, _) => {
                    self.breaks += 1;
                    let broke = tells_of_a_break(told, &result.id);
                    self.breaks_regressed += usize::from(is_red(result.verdict) && broke);
                }
                (false, true, _) => {
                    self.flakes += 1;
                    self.flakes_regressed += usize::from(is_red(result.verdict));
                    let undecided = result.because == Some(Because::Undecided);
                    self.flakes_undecided += usize::from(undecided);
                    self.reruns += shown.len() - 1;
                    self.most_reruns = self.most_reruns.max(shown.len() - 1);
                }
                (false, false, 1..) => {
                    self.hit += 1;
                    self.hit_regressed += usize::from(is_red(result.verdict));
                }
                (false, false, 0) => {
                    self.sound += 1;
                    let quiet = matches!(result.verdict, Verdict::Unchanged | Verdict::Fixed);
                    self.sound_accused += usize::from(!quiet);
                }
            }
        }
        self.slower(truth, &told.slower);
        if lost_runs >= 10 {
            self.outages += 1;
            let mut titles = told.judgement.findings.iter().map(|it| it.title.as_str());
            let tells = |it: &str| {
                it.starts_with("The environment failed") || it.ends_with("scenarios failed in it")
            };
            self.outages_told += usize::from(titles.any(tells));
        }
    }

    /// Adds what a night said of what got slower.
    fn slower(&mut self, truth: &Truth, told: &[usize]) {
        self.night += 1;
        if self.night < WEEKS {
            return;
        }
        let weeks = self.night - WEEKS..self.night;
        let slowing = truth.slowing(&weeks);
        self.told_slower += told.len();
        self.told_slower_wrongly += told.iter().filter(|it| !slowing.contains(it)).count();
        self.slowing_told.extend(told.iter().copied().filter(|it| slowing.contains(it)));
        self.slowing.extend(truth.slowing_throughout(&(self.night - LONG..self.night)));
    }

    /// The figures so far, in a sentence.
    pub fn said(&self) -> String {
        format!(
            "{} of {} breaks regressed, {} of {} flakes regressed and {} undecided, {:.2} reruns each, {} of {} hit by outages regressed, {} of {} outages told, {} accused, {} of {} drifts told, {} of {} times wrongly",
            self.breaks_regressed,
            self.breaks,
            self.flakes_regressed,
            self.flakes,
            self.flakes_undecided,
            share(self.reruns, self.flakes),
            self.hit_regressed,
            self.hit,
            self.outages_told,
            self.outages,
            self.sound_accused,
            self.slowing.intersection(&self.slowing_told).count(),
            self.slowing.len(),
            self.told_slower_wrongly,
            self.told_slower,
        )
    }

    /// The figures for scripts; shares are between 0 and 1.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "breaks": self.breaks,
            "breaks_regressed": share(self.breaks_regressed, self.breaks),
            "breaks_only_in_outages": self.unseen,
            "flakes": self.flakes,
            "flakes_regressed": share(self.flakes_regressed, self.flakes),
            "flakes_undecided": share(self.flakes_undecided, self.flakes),
            "reruns_per_flake": share(self.reruns, self.flakes),
            "most_reruns": self.most_reruns,
            "outages": self.outages,
            "outages_told": self.outages_told,
            "outages_regressed": self.hit_regressed,
            "sound_accused": self.sound_accused,
            "drifts": self.slowing.len(),
            "drifts_told": self.drifts_told(),
            "drifts_wrongly": share(self.told_slower_wrongly, self.told_slower),
        })
    }

    /// Whether the figures are as they must be.
    pub fn holds(&self) -> bool {
        share(self.breaks_regressed, self.breaks) >= 0.99
            && share(self.flakes_regressed, self.flakes) <= 0.01
            && share(self.reruns, self.flakes) <= 3.0
            && self.hit_regressed == 0
            && self.drifts_told() >= 0.95
            && share(self.told_slower_wrongly, self.told_slower) <= 0.05
    }

    fn drifts_told(&self) -> f64 {
        share(self.slowing.intersection(&self.slowing_told).count(), self.slowing.len())
    }
}

/// Whether a finding of the scenario says that it regressed tonight. Where one break was mended and
/// another came in the same night, the scenario itself is still failing.
fn tells_of_a_break(told: &Told, scenario: &str) -> bool {
    let names = |it: &Finding| it.scenarios.iter().any(|it| it == scenario);
    told.judgement.findings.iter().any(|it| it.verdict == Verdict::Regressed && names(it))
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
