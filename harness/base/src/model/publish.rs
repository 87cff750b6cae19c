//! [`PublishConfig`]: where the report of a finished night is put, for others to read.

use serde::{Deserialize, Serialize};

use super::template::Template;

/// Where the report of a finished night is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishConfig {
    /// What takes it.
    pub to: PublishTo,
    /// The address at which it is read then, where `${night}` stands for the night's id.
    #[serde(default)]
    pub link: Option<Template>,
}

/// What takes the report of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishTo {
    /// A folder of nights.
    Folder {
        /// Where it is, relative to the suite's folder.
        path: String,
        /// How many nights it keeps: the newest.
        keep: u32,
    },
    /// A command of the team's.
    Command {
        /// Its words, which know `${night}` and `${folder}`.
        words: Vec<Template>,
        /// The longest that it may take.
        timeout_ms: u64,
    },
}

impl PublishTo {
    /// How many nights a folder keeps unless said.
    pub const KEEP: u32 = 30;
    /// How long a command may take unless said.
    pub const TIMEOUT_MS: u64 = 10 * 60_000;
}
