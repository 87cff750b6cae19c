//! [`Weeks`]: what the last two weeks of nights and tonight show of each scenario; [`Spent`]: where
//! the night's time went.
//!
//! Neighbours: [`super::lately`], which finds both out, [`super::insight`], which words them, and
//! [`super::trend`], which draws them.

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

/// What some of the night's time went into, over all workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// What it went into.
    pub what: SpentOn,
    /// How many runs or checks that were.
    pub runs: u32,
    /// How long they took together, in milliseconds.
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
    /// Runs of the build that the night is judged by.
    Control,
    /// Runs that only measure, on tonight's build or another.
    Measuring,
    /// Runs that looked for a way to a goal.
    Trying,
    /// Sessions that were established or looked at.
    Sessions,
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
        }
    }
}
