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
    /// A bucket of storage that speaks S3.
    S3 {
        /// Where it is, and what we are known by there.
        store: S3Config,
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

/// A part of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Config {
    /// The address of the storage, where it is not Amazon's.
    #[serde(default)]
    pub endpoint: Option<Template>,
    /// The region, which calls are signed for.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What all names there begin with, without a slash at the end.
    #[serde(default)]
    pub prefix: Option<String>,
    /// The id of the key that we are known by.
    pub key: Template,
    /// The secret of that key.
    pub secret: Template,
}

impl S3Config {
    /// The region unless said.
    pub const REGION: &str = "us-east-1";

    /// Every text that may hold a secret.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        [Some(&self.key), Some(&self.secret), self.endpoint.as_ref()].into_iter().flatten()
    }
}

impl PublishTo {
    /// How many nights a folder or bucket keeps unless said.
    pub const KEEP: u32 = 30;
    /// How long a command may take unless said.
    pub const TIMEOUT_MS: u64 = 10 * 60_000;
}
