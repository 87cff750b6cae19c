//! Steps that hold steps: [`When`], [`Repeat`] and [`ForEach`].
//!
//! `plan` expands `for-each`; the others are decided while the scenario runs. Every step in them
//! has an index of its own, counted in the order in which the file has them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::scenario::{Step, Surface, TextTest, WaitFor};
use super::template::Template;

/// What a step's being done depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// How the page is, once it is settled.
    Page(WaitFor),
    /// What a value is, such as that of a capture.
    Value {
        /// The value.
        value: Template,
        /// What must hold of it.
        test: TextTest,
    },
}

impl Condition {
    /// What must be looked at to know whether it holds.
    #[must_use]
    pub fn surface(&self) -> Surface {
        match self {
            Self::Page(_) => Surface::Browser,
            Self::Value { .. } => Surface::Command,
        }
    }
}

/// Steps that are done where a condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The condition, looked at once.
    pub condition: Condition,
    /// What is done where it holds.
    pub steps: Vec<Step>,
    /// What is done where it does not.
    pub otherwise: Vec<Step>,
}

/// Steps that are done several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// How often at most; without `until` exactly so often.
    pub times: u32,
    /// Ends it as soon as it holds before a round; that it never did is a failure.
    pub until: Option<Condition>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// Steps that are done once for every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForEach {
    /// The key of each row, which names its checkpoints, and the values of its fields.
    pub rows: Vec<(String, IndexMap<String, Template>)>,
    /// What is done.
    pub steps: Vec<Step>,
}
