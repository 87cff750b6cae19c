//! [`History`]: what earlier nights of the same suite said, as far as tonight can use it.
//!
//! It is gathered by the room `history` when a night is planned and lies in the plan, so that
//! judging stays offline. It is written compactly: a night of ten thousand scenarios has thirty
//! nights before it.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::sensitivity::Noticed;
use super::stage::StageUse;
use super::surface::Surface;
use super::verdict::{Decision, Totals, Verdict};

/// What earlier nights said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct History {
    /// The folder that they were looked for in, as it was named.
    pub folder: Option<String>,
    /// The nights, oldest first.
    pub nights: Vec<PastNight>,
    /// Folders that hold a night which could not be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedNight>,
    /// How many more nights there are of another branch.
    #[serde(default)]
    pub other_branches: u32,
    /// What the newest whole night planned and no file of the suite has any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<String>,
    /// Tonight's scenarios, by their ids.
    pub scenarios: IndexMap<String, PastScenario>,
    /// What was wrong in these nights, by fingerprint.
    pub causes: IndexMap<String, PastCause>,
    /// What was redacted in these nights, summed up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<PastRedaction>,
}

impl History {
    /// What they said of one scenario, and of the nights as such.
    #[must_use]
    pub fn of(&self, scenario: &str) -> Self {
        let own = self.scenarios.get_key_value(scenario);
        let causes = own.iter().flat_map(|(_, past)| &past.causes);
        let causes = causes.filter_map(|it| self.causes.get_key_value(it));
        let cloned = |(key, value): (&String, &PastCause)| (key.clone(), value.clone());
        Self {
            folder: self.folder.clone(),
            nights: self.nights.clone(),
            scenarios: own.map(|(id, past)| (id.clone(), past.clone())).into_iter().collect(),
            causes: causes.map(cloned).collect(),
            ..Self::default()
        }
    }
}

/// One earlier night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastNight {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started: DateTime<Utc>,
    /// The machine that it ran on.
    pub machine: Option<String>,
    /// The browser that it used.
    pub browser: Option<String>,
    /// The builds under test, by product.
    pub builds: IndexMap<String, String>,
    /// What `version-from` said of them, where something else names the build.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub versions: IndexMap<String, String>,
    /// What its gate decided.
    pub decision: Decision,
    /// Its numbers.
    pub totals: Totals,
    /// How many of its own mutated observations would have been noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Noticed>,
    /// What each stage that is not gating did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageUse>,
}

/// A night that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedNight {
    /// The name of its folder.
    pub night: String,
    /// Why, in a few words.
    pub why: String,
}

/// What earlier nights said of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PastScenario {
    /// One letter a night: see [`letter`].
    pub verdicts: String,
    /// What was expected of it in the last night that judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
    /// The fingerprints of what was wrong with it in that night.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// How long its steps took, by [`step_key`].
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub steps: IndexMap<String, PastStep>,
}

/// How long one step took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastStep {
    /// What it acted upon.
    pub surface: Surface,
    /// Milliseconds, one word a night: `-` where it was not done, and with a `!` where it was
    /// reported as slower than usual.
    pub ms: String,
}

/// Something that was wrong in an earlier night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCause {
    /// What a user noticed.
    pub title: String,
    /// What the last night that had it thought of it.
    pub verdict: Verdict,
    /// The last night that had it, by its position in [`History::nights`].
    pub last: usize,
    /// How many nights had it.
    pub nights: u32,
    /// What it was made of in the last night that had it, as in
    /// [`Finding::pieces`](super::finding::Finding::pieces).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
    /// Since when it had been there without a night in between that was free of it.
    pub since: Since,
}

/// Since when something has been wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When the first night with it started.
    pub at: DateTime<Utc>,
    /// That night.
    pub night: String,
    /// The build of the product that it was first seen in, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
}

/// How often a redaction was used, over all nights that had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRedaction {
    /// The file that it stands in.
    pub file: String,
    /// The checkpoint that it belongs to; `None` is all that its file is about.
    pub checkpoint: Option<String>,
    /// The redaction as a person would say it.
    pub redaction: String,
    /// In how many nights something was looked through for it.
    pub ran: u32,
    /// In how many of them it took something out.
    pub matched: u32,
}

/// How long a step took in one night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Took {
    /// Milliseconds.
    pub ms: u32,
    /// Whether it was reported as slower than usual.
    pub slower: bool,
}

impl PastStep {
    /// What it took, one for each night.
    pub fn took(&self) -> impl Iterator<Item = Option<Took>> + '_ {
        self.ms.split(' ').map(|word| {
            let (digits, slower) = match word.strip_suffix('!') {
                Some(digits) => (digits, true),
                None => (word, false),
            };
            digits.parse().ok().map(|ms| Took { ms, slower })
        })
    }
}

impl PastScenario {
    /// The verdict of the last night that judged it, with that night's position.
    #[must_use]
    pub fn last_judged(&self) -> Option<(usize, Verdict)> {
        let all = self.verdicts.bytes().enumerate();
        let mut judged =
            all.filter_map(|(at, it)| Some((at, of_letter(it)?))).filter(|it| it.1.is_judged());
        judged.next_back()
    }

    /// The verdict in a night; `None` where it was not planned.
    #[must_use]
    pub fn verdict(&self, night: usize) -> Option<Verdict> {
        of_letter(*self.verdicts.as_bytes().get(night)?)
    }
}

/// The letter that stands for a verdict.
#[must_use]
pub fn letter(verdict: Verdict) -> char {
    match verdict {
        Verdict::Regressed => 'R',
        Verdict::StillFailing => 'S',
        Verdict::Flaky => 'F',
        Verdict::Inconclusive => 'I',
        Verdict::Drifted => 'D',
        Verdict::New => 'N',
        Verdict::Fixed => 'X',
        Verdict::Unchanged => 'U',
        Verdict::NotRun => '-',
    }
}

/// The letter of a night that did not plan the scenario.
pub const NOT_PLANNED: char = '.';

/// The verdict that a letter stands for.
#[must_use]
pub fn of_letter(byte: u8) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| letter(*verdict) == char::from(byte))
}

/// What stands for a step across nights: its words, and which it is of those with the same words.
/// A step keeps its history when others are put before it.
#[must_use]
pub fn step_key(text: &str, occurrence: u32) -> u64 {
    // FNV-1a: the same on every machine and in every version, which a hasher of the standard
    // library is not.
    let bytes = text.bytes().chain([0]).chain(occurrence.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_night_that_judged_a_scenario_is_found_behind_those_that_did_not() {
        let past = PastScenario { verdicts: ".URS-I.".to_owned(), ..PastScenario::default() };
        assert_eq!(past.last_judged(), Some((3, Verdict::StillFailing)));
        assert_eq!(past.verdict(0), None);
        let never = PastScenario { verdicts: "..-".to_owned(), ..PastScenario::default() };
        assert_eq!(never.last_judged(), None);
    }

    #[test]
    fn every_verdict_has_a_letter_of_its_own() {
        for verdict in Verdict::ALL {
            assert_eq!(of_letter(letter(verdict) as u8), Some(verdict));
        }
        assert_eq!(of_letter(NOT_PLANNED as u8), None);
    }

    #[test]
    fn durations_are_words_with_a_mark_where_they_were_slow() {
        let step = PastStep { surface: Surface::Command, ms: "210 - 650!".to_owned() };
        let took: Vec<_> = step.took().collect();
        let expected =
            [Some(Took { ms: 210, slower: false }), None, Some(Took { ms: 650, slower: true })];
        assert_eq!(took, expected);
    }
}
