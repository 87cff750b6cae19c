//! [`Condition`]: what a step's being done depends on.

use serde::{Deserialize, Serialize};

use super::command::TextTest;
use super::page::WaitFor;
use super::surface::Surface;
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
