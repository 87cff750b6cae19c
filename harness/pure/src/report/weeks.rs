//! [`Weeks`]: what the last two weeks of nights and tonight show of each scenario; [`Spent`]: where
//! the night's time went.
//!
//! Neighbours: [`super::lately`] and [`super::spent`], which find them out, [`super::insight`], which
//! words them, and [`super::trend`], which draws them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::history::trend::{Drift, Flakier, Trend};

/// What the last nights show.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Weeks {
    /// The trend of each scenario, tonight last.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub trends: IndexMap<String, Trend>,
    /// What takes longer than two weeks ago, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slower: Vec<Drift>,
    /// What is flaky more often than it used to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flakier: Vec<Flakier>,
    /// What the newest whole night planned and the suite has no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<String>,
}

/// What some of the night's time went into; what ran side by side shares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// What it went into.
    pub what: SpentOn,
    /// How many runs or checks that were.
    pub runs: u32,
    /// How much of the night they took, in milliseconds.
    pub ms: u64,
}

/// What time goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpentOn {
    /// Checks and set-up before the first scenario.
    Preflight,
    /// The first run of each scenario.
    FirstRuns,
    /// Further runs of what failed.
    Reruns,
    /// More runs of what these left undecided.
    Undecided,
    /// More runs of what passed: what fails rarely runs until it is seen.
    Passed,
    /// Runs of the build that the night is judged by.
    Control,
    /// Runs that only measure, on tonight's build or another.
    Measuring,
    /// Runs that looked for a way to a goal.
    Trying,
    /// Sessions that were established or looked at.
    Sessions,
    /// Between two parts of the loop that ran scenarios: what leaves no line in the ledger.
    BetweenParts,
    /// The product was explored.
    Exploring,
    /// One scenario ran again and again.
    Soaking,
    /// What a language model tried by itself.
    ByModel,
    /// The night was broken off.
    BrokenOff,
    /// Nothing ran.
    Left,
}

impl SpentOn {
    /// What it is, for a reader.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::FirstRuns => "first runs",
            Self::Reruns => "reruns of what failed",
            Self::Control => "runs of the control",
            Self::Measuring => "measuring",
            Self::Trying => "looking for ways to goals",
            Self::Sessions => "signing in",
            Self::Undecided => "more runs of what is undecided",
            Self::Passed => "more runs of what passed, for rare failures",
            Self::BetweenParts => "between parts of the loop, such as a search for commits",
            Self::Exploring => "exploring",
            Self::Soaking => "soaking",
            Self::ByModel => "what the model tried by itself",
            Self::BrokenOff => "broken off",
            Self::Left => "nothing to do, or between two runs",
        }
    }
}
