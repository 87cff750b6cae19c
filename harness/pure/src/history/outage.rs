//! [`Night`] and its [`Outage`]s: many scenarios that fail one after another are the environment's doing, unless they
//! fail again once it is well.
//!
//! What looks like an outage is found as a cumulative sum (Page, 1954): each run that fails adds how
//! much likelier that is while nothing works than by the scenario's own chance, each that passes
//! takes away. Two sound scenarios in a row suffice, and a broken feature of the product looks
//! the same. So it is one only where somebody can say so: a scenario that had passed tonight fails
//! in it too, or two of three of those that ran again behind it passed, and not one of many alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, Utc};

/// How likely a run is to fail during an outage.
const FAILS: f64 = 0.98;
/// No scenario is sounder than this.
const SOUNDEST: f64 = 0.01;
/// How much likelier an outage must be than chance, as a logarithm: two sound scenarios in a row.
const SUSPICIOUS: f64 = 9.0;

/// How many of the scenarios that failed in what looks like an outage are asked whether it was one.
pub const MOST_ASKED: usize = 5;

/// A time in which scenarios failed whatever they were about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// When the first of these attempts ended.
    pub from: DateTime<Utc>,
    /// When the last one did.
    pub to: DateTime<Utc>,
    /// The scenarios that failed in it, in the order in which they did.
    pub hit: Vec<String>,
    /// What all of these attempts failed in, as the beginning of a sentence; `None` where they share
    /// nothing.
    pub cause: Option<String>,
}

impl Outage {
    /// What happened, as a title.
    #[must_use]
    pub fn title(&self) -> String {
        let scenarios = self.hit.len();
        let Some(cause) = &self.cause else {
            return format!(
                "The environment failed for {} s: {scenarios} scenarios one after another, whatever they are about",
                (self.to - self.from).num_seconds().max(1)
            );
        };
        let minute = |at: DateTime<Utc>| at.format("%H:%M").to_string();
        let (from, to) = (minute(self.from), minute(self.to));
        let when = if from == to { format!("at {from}") } else { format!("from {from} to {to}") };
        format!("{cause} {when}; {scenarios} scenarios failed in it")
    }

    /// How that is known, in a sentence.
    #[must_use]
    pub fn said(&self) -> String {
        format!(
            "{} scenarios failed one after another from {} to {}; one that had passed tonight failed with them, or they passed again when it was well",
            self.hit.len(),
            self.from.format("%H:%M:%S"),
            self.to.format("%H:%M:%S"),
        )
    }
}

/// A run of a scenario, as it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended<'a> {
    /// The scenario's id.
    pub scenario: &'a str,
    /// Whether it was otherwise than the baseline says.
    pub failed: bool,
    /// The chance that it fails by itself.
    pub chance: f64,
}

/// The runs of a night, in the order in which they ended.
#[derive(Debug, Clone, Default)]
pub struct Night<'a> {
    runs: Vec<Ended<'a>>,
}

impl<'a> Night<'a> {
    /// Takes in a night.
    #[must_use]
    pub fn of(runs: Vec<Ended<'a>>) -> Self {
        Self { runs }
    }

    /// What looks like outages, as positions of runs, each up to the first run that passed again.
    #[must_use]
    pub fn suspicious(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let (mut sum, mut start, mut counted) = (0.0_f64, 0, BTreeSet::new());
        for (at, run) in self.runs.iter().enumerate() {
            if sum == 0.0 {
                start = at;
                counted.clear();
            }
            let chance = run.chance.clamp(SOUNDEST, 0.9);
            if run.failed {
                // The same scenario again says nothing of others.
                if counted.insert(run.scenario) {
                    sum += (FAILS / chance).ln();
                }
                continue;
            }
            if sum >= SUSPICIOUS {
                found.push(start..at);
                sum = 0.0;
            }
            sum = (sum + ((1.0 - FAILS) / (1.0 - chance)).ln()).max(0.0);
        }
        if sum >= SUSPICIOUS {
            found.push(start..self.runs.len());
        }
        found
    }

    /// The outages among them.
    #[must_use]
    pub fn outages(&self) -> Vec<Range<usize>> {
        self.suspicious().into_iter().filter(|it| self.is_outage(it)).collect()
    }

    /// The scenarios that failed in a part of the night, each once, in the order in which they did.
    #[must_use]
    pub fn hit(&self, part: &Range<usize>) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        let failed = self.runs[part.clone()].iter().filter(|it| it.failed);
        failed.map(|it| it.scenario).filter(|it| seen.insert(*it)).collect()
    }

    /// The scenarios that always failed while no other one passed: nothing says that the
    /// environment was well meanwhile. One that ran once is none of them.
    #[must_use]
    pub fn unwitnessed(&self) -> Vec<&'a str> {
        let mut own: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, run) in self.runs.iter().enumerate() {
            own.entry(run.scenario).or_default().push(at);
        }
        let alone = |runs: &[usize]| {
            let between = runs[0]..=runs[runs.len() - 1];
            runs.len() > 1 && self.runs[between].iter().all(|it| it.failed)
        };
        let mut found: Vec<(usize, &str)> =
            own.into_iter().filter(|it| alone(&it.1)).map(|it| (it.1[0], it.0)).collect();
        found.sort_unstable();
        found.into_iter().map(|it| it.1).collect()
    }

    /// The positions of the runs that failed in a part of the night.
    pub fn failed(&self, part: &Range<usize>) -> impl Iterator<Item = usize> + '_ {
        part.clone().filter(|at| self.runs[*at].failed)
    }

    /// A scenario that can say whether the environment is well: the soundest that passed.
    #[must_use]
    pub fn witness(&self) -> Option<&'a str> {
        let failed: BTreeSet<&str> =
            self.runs.iter().filter(|it| it.failed).map(|it| it.scenario).collect();
        let passed = self.runs.iter().filter(|it| !failed.contains(it.scenario));
        passed.min_by(|a, b| a.chance.total_cmp(&b.chance)).map(|it| it.scenario)
    }

    fn is_outage(&self, part: &Range<usize>) -> bool {
        let hit = self.hit(part);
        // One that fails by chance now and then is no witness.
        let sound = |it: &&Ended<'_>| !it.failed && it.chance < 0.1;
        let before: BTreeSet<&str> =
            self.runs[..part.start].iter().filter(sound).map(|it| it.scenario).collect();
        if hit.iter().any(|it| before.contains(it)) {
            return true;
        }
        let behind = |id: &&str| self.runs[part.end..].iter().find(|it| it.scenario == *id);
        let later: Vec<&Ended<'_>> = hit.iter().filter_map(behind).collect();
        let well = later.iter().filter(|it| !it.failed).count();
        // One that passed, since it was flaky, says nothing of those beside it that did not run again.
        3 * well >= 2 * later.len() && 2 * well > hit.len().min(MOST_ASKED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_leads_with_the_cause_where_there_is_one() {
        let at = |minute: i64| DateTime::UNIX_EPOCH + chrono::Duration::minutes(minute);
        let cause = "The disk was full".to_owned();
        let hit = vec!["a".to_owned(), "b".to_owned()];
        let outage = Outage { from: at(130), to: at(133), hit, cause: Some(cause) };
        let title = "The disk was full from 02:10 to 02:13; 2 scenarios failed in it";
        assert_eq!(outage.title(), title);
        let short = Outage { to: at(130), ..outage.clone() };
        assert_eq!(short.title(), "The disk was full at 02:10; 2 scenarios failed in it");
        let unknown = Outage { cause: None, ..outage };
        let title = "The environment failed for 180 s: 2 scenarios one after another, whatever they are about";
        assert_eq!(unknown.title(), title);
    }

    /// Runs by scenario: a capital letter passed, a small one failed.
    fn night(runs: &str) -> Night<'_> {
        let run = |(at, letter): (usize, char)| {
            let failed = letter.is_lowercase();
            Ended {
                scenario: &LETTERS[index(letter)..=index(letter)],
                failed,
                chance: 0.01 + at as f64 * 1e-6,
            }
        };
        Night::of(runs.char_indices().map(run).collect())
    }

    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

    fn index(letter: char) -> usize {
        (letter.to_ascii_lowercase() as u8 - b'a') as usize
    }

    fn only(range: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
        vec![range]
    }

    #[test]
    fn scenarios_that_fail_in_a_row_and_pass_once_it_is_well_are_an_outage() {
        let it = night("ABCdefgHIDEFG");
        assert_eq!((it.suspicious(), it.outages()), (only(3..7), only(3..7)));
        assert_eq!(it.hit(&(3..7)), ["d", "e", "f", "g"]);
        assert_eq!(it.witness(), Some("a"));
    }

    #[test]
    fn scenarios_that_fail_in_a_row_and_again_when_others_pass_are_broken() {
        let it = night("ABCdefgHIdefg");
        assert_eq!((it.suspicious().len(), it.outages().len()), (2, 0));
        let in_part = night("ABCdefgHIdEfG");
        assert!(in_part.outages().is_empty());
        let one_flaky_behind_two_broken = night("dedefF");
        assert_eq!(one_flaky_behind_two_broken.suspicious(), only(0..5));
        assert!(one_flaky_behind_two_broken.outages().is_empty());
        assert_eq!(night("dedefFED").outages(), only(0..5));
    }

    #[test]
    fn an_outage_to_the_end_of_the_night_needs_a_witness_that_had_passed() {
        assert!(night("ABCdefgdefg").outages().is_empty());
        assert_eq!(night("ABCdefgadefg").outages(), only(3..12));
    }

    #[test]
    fn the_same_scenario_again_and_failures_here_and_there_look_like_no_outage() {
        assert!(night("ABcccccDEF").suspicious().is_empty());
        assert_eq!(night("ABcccccDEeFGgghHg").unwitnessed(), ["c"]);
        assert!(night("AbCdEfGhIjKlM").suspicious().is_empty());
    }

    #[test]
    fn flaky_scenarios_in_a_row_look_like_no_outage() {
        let mut it = night("ABcdefGH");
        it.runs.iter_mut().for_each(|it| it.chance = 0.4);
        assert!(it.suspicious().is_empty());
    }
}
