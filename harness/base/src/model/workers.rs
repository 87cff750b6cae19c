//! [`WorkersConfig`]: who makes the attempts of nights, where that is not the process that judges them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::template::Template;

/// Who makes the attempts of nights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkersConfig {
    /// So many processes on this machine, with a queue of their own.
    Own(u32),
    /// Whoever takes them from a queue.
    At(QueueConfig),
}

/// A queue, and what we are known by there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueConfig {
    /// Its address, without user and password.
    pub at: String,
    /// Who we are; `None` leaves that to the environment.
    #[serde(default)]
    pub known: Option<KnownBy>,
    /// The certificates of who signs those of servers.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// Our own certificate, and the key of it.
    #[serde(default)]
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// What a queue knows us by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownBy {
    /// A name and a password.
    User {
        /// The name.
        user: Template,
        /// The password.
        password: Template,
    },
    /// A token.
    Token(Template),
    /// A file with the seed of an nkey.
    Nkey(PathBuf),
    /// A file with a token that somebody signed, and the seed that goes with it.
    Creds(PathBuf),
}

impl WorkersConfig {
    /// The most workers that are started on one machine.
    pub const MOST: u32 = 64;
}

impl QueueConfig {
    /// What the address of a queue begins with.
    pub const SCHEMES: [&str; 2] = ["nats", "tls"];
}
