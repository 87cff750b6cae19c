//! [`Surface`]: what a step acts upon.

use serde::{Deserialize, Serialize};

/// What a step acts upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// A page in the browser.
    Browser,
    /// A command.
    Command,
    /// A program on a terminal.
    Terminal,
}
