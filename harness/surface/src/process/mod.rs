//! Starting, limiting and ending process trees; nothing that is started here outlives us.
//!
//! [`run()`] carries one command out and keeps what it said; [`Service`] is a tree that runs for
//! long; [`PtyProcess`] is a program on a terminal. Each has a process group of their own and carries a [`Cookie`] in its environment, by
//! which [`end_stragglers`] finds what left the group, and [`sweep`] what a killed night left
//! behind. Who a command is for, and what its output means, is the business of `surface` and
//! `product`.
//!
//! The files:
//! - `command.rs`: one command from start to end within its limits.
//! - `service.rs`: a tree that runs for long.
//! - `pty.rs`: a program on a terminal of its own.
//! - `capture.rs`: output within bounded memory: its beginning, its end, the middle counted.
//! - `confine/`: the walls around a command that is confined.
//! - `crowd.rs`: when the processes of a confined command take more than they may.
//! - `environment.rs`: the variables that a command gets.
//! - `fair.rs`: a clock that counts only the time which the machine gave.
//! - `lookup.rs`: finds a program as a shell would.
//! - `shell.rs`: a shell on our own terminal, for a person.
//! - `tree.rs`: cookies, and ending whole trees by them.
//! - `owner.rs`: who started a tree, as its cookie says.
//! - `usage.rs`: what a tree takes of the machine.
//! - `work.rs`: whether a program still has something to do.
//! - `table.rs`: the process table of Linux.
//! - `table_elsewhere.rs`: stands in for it on other systems.

mod capture;
mod command;
mod confine;
mod crowd;
mod environment;
mod fair;
mod lookup;
mod owner;
mod pty;
mod service;
mod shell;
#[cfg_attr(not(target_os = "linux"), path = "table_elsewhere.rs")]
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod usage;
mod work;

use std::path::PathBuf;
use std::process::ExitStatus;

use tokio::sync::watch;

pub use capture::Captured;
pub use command::{CommandSpec, Finished, Leftovers, run, run_until};
pub use confine::{Confinement, Found, Gate, Held, Limits, Relays, Spaces, is_no_home, launched};
pub use environment::Environment;
pub use fair::{FairInstant, within};
pub use lookup::{find_program, programs_like};
pub use owner::TREE_VARIABLE;
pub use pty::{PtyProcess, PtySpec, Sink, Stopped, StoppedBy};
pub use service::{Service, ServiceSpec};
pub use shell::shell;
pub use tree::{
    Cookie, Ended, Mark, end_stragglers, end_stragglers_since, is_orphaned, kill_stragglers, sweep,
};
pub use usage::usage;
pub use work::Work;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Exit {
    /// Waits until it is told how a process ended.
    async fn told_by(exit: &watch::Receiver<Option<Self>>) -> Self {
        match exit.clone().wait_for(Option::is_some).await {
            Ok(exit) => exit.unwrap_or(Self::Signal(0)),
            // The task that waits for the process went with the runtime, and took it along.
            Err(_) => Self::Signal(0),
        }
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }
}

/// A process could not be started, or the system refused to tell us of it.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// No such program.
    #[error("no program {program:?} in {searched}{}", nearest_hint(.nearest))]
    NotFound {
        /// The program as it was asked for.
        program: String,
        /// The folders that were searched, joined by `:`; or the folder it was named relative to.
        searched: String,
        /// Names of programs there that are spelled alike.
        nearest: Vec<String>,
    },
    /// The file is there, but cannot be run.
    #[error("{} cannot be run: {why}", .path.display())]
    NotExecutable {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// Something on this machine failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

fn nearest_hint(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", nearest.join(" or "))
    }
}
