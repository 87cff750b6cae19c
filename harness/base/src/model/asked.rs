//! [`Asked`]: what a night was asked for on the command line, as far as `run --resume` and `merge`
//! need it again; it lies in the plan.
//!
//! Neighbour: [`super::plan`], which holds it.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::event::EvidenceRef;

/// What was asked for beside what the suite says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Keys of the configuration, dotted, with their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<(String, String)>,
    /// Variables for `${NAME}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub var: Vec<(String, String)>,
    /// How many workers run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<u32>,
    /// Builds under test, by product.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub builds: IndexMap<String, String>,
    /// Builds that durations are compared with.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub beside: IndexMap<String, String>,
    /// Builds to judge by.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub against: IndexMap<String, String>,
    /// Running servers to judge by.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub against_urls: IndexMap<String, String>,
    /// Running products.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub base_urls: IndexMap<String, String>,
    /// When what is new becomes a baseline; `None` is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_new: Option<NewBaselines>,
    /// In which of its ways the night is shaken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shake: Option<u32>,
    /// Whether nothing is spent of what is left of the night.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// Which part of a larger night this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// When the night was due, where a schedule started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// When nights before it were due that did not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<DateTime<Utc>>,
    /// The parts that the night was put together from; `None` of one that ran as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
}

impl Asked {
    /// Whether nothing was asked for.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// When what is seen for the first time becomes a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewBaselines {
    /// Once it was the same in a few more, shaken rounds.
    Settled,
    /// At once.
    AtFirstSight,
}

/// One of the parts that a night was split into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// Of how many.
    pub of: u32,
    /// The whole night and who has which part of it, as [`Split`] in JSON. Its name is its SHA-256,
    /// so that parts of the same split name the same file.
    pub split: EvidenceRef,
}

/// How a night was split.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Split {
    /// Into how many parts.
    pub of: u32,
    /// A SHA-256 of what the suite says of the whole night: its scenarios, redactions and gate.
    pub suite: String,
    /// What the durations come from, in a sentence.
    pub by: String,
    /// Every planned scenario, in the suite's order.
    pub scenarios: Vec<SplitScenario>,
}

/// A scenario of a night that was split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitScenario {
    /// Its id.
    pub id: String,
    /// The file that it stands in.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// Which part runs it, from 1.
    pub shard: u32,
}

/// The parts that a night was put together from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parts {
    /// Into how many the night was split.
    pub of: u32,
    /// What the durations came from by which it was split, in a sentence.
    pub by: String,
    /// The nights, by their part.
    pub nights: Vec<Part>,
    /// The parts that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u32>,
    /// The parts that broke off and did not go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken_off: Vec<u32>,
}

/// A part of a night that was put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which part, from 1.
    pub index: u32,
    /// The id of its night.
    pub night: String,
    /// How many scenarios it had.
    pub scenarios: u32,
    /// The position of its first line in the ledger of the whole.
    #[serde(default)]
    pub first_line: u64,
}

impl Parts {
    /// Whether two lines of the ledger were written by one part, so on one machine.
    #[must_use]
    pub fn are_of_one(&self, one: u64, other: u64) -> bool {
        let before = |line: u64| self.nights.iter().filter(|it| it.first_line <= line).count();
        before(one) == before(other)
    }

    /// Whether every part is there and came to its end.
    #[must_use]
    pub fn are_whole(&self) -> bool {
        self.missing.is_empty() && self.broken_off.is_empty()
    }
}
