//! [`Question`]: what a person must be asked before something that was proposed is done; [`Reply`] is
//! what he says.

use serde::{Deserialize, Serialize};

/// What a person must be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What stands for it: the same scenario, action and rule always ask the same. In a session each
    /// action to which somebody said yes is asked about anew.
    pub id: String,
    /// The scenario's id.
    pub scenario: String,
    /// The index of the step.
    pub step: u32,
    /// What would be done, with secrets as `${secret:NAME}`.
    pub action: String,
    /// The rule that asks.
    pub rule: String,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It may be done.
    Yes,
    /// It may not.
    No,
}

impl Reply {
    /// The word used on the command line and on disk.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

/// The replies that hold, by the id of their question; of several the last.
pub type Replies = indexmap::IndexMap<String, Reply>;
