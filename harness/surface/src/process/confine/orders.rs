//! [`Orders`]: what a confined command may, as it is handed to the program that confines itself and
//! then becomes the command.
//!
//! Neighbours: `mod` writes them, `launched` reads them.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The first word of a command line that is an order to confine oneself.
pub(super) const MARKER: &str = "nightshift:confined";

/// How the variables of a command are called until it is confined: `LD_PRELOAD` and the like must
/// mean nothing to whoever builds the walls.
pub(super) const GIVEN: &str = "NIGHTSHIFT_GIVEN_";

/// The exit code of who could not confine himself.
pub(super) const UNCONFINED: u8 = 125;

/// What is to be done, within which walls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Orders {
    /// Which part of it.
    pub(super) part: Part,
    /// Our own program, for the next part.
    pub(super) launcher: PathBuf,
    /// What may be read and run.
    pub(super) read: Vec<PathBuf>,
    /// What may be written too.
    pub(super) write: Vec<PathBuf>,
    /// The file in which a command that ends by a signal is told of: a code cannot say it.
    pub(super) told: PathBuf,
    /// The addresses that may be connected to.
    pub(super) gates: Vec<Gate>,
    /// The most that each of its processes may take.
    pub(super) limits: Limits,
    /// Whether it gets spaces of its own.
    pub(super) spaces: Spaces,
    /// Whether it runs on a terminal of its own.
    pub(super) on: On,
    /// What is run; `None` only tells which walls hold.
    pub(super) program: Option<Program>,
}

/// A part of confining a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// Enters the spaces where there are any, and else confines itself and becomes the command.
    Begin,
    /// The first process in them: it relays, confines itself, starts the command and waits for it.
    Inside,
    /// Hands connections on to a socket outside.
    Relay(PathBuf),
}

/// A program, found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Program {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it is called as.
    pub(super) name: String,
}

/// An address that a confined command may connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The address.
    pub address: SocketAddr,
    /// The socket that leads there from a network of its own; `None` where it has none.
    pub socket: Option<PathBuf>,
}

/// Whether a command gets spaces of its own: users, mounts, network, processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spaces {
    /// It does: what it may not write is mounted read-only, it has a network of its own, and no
    /// process of it outlives it.
    Own,
    /// This machine gives none.
    Shared,
}

/// What the outputs of a command are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum On {
    /// Pipes.
    Pipes,
    /// A terminal that was made for it.
    Terminal,
}

/// The most that a confined command may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Processes at a time.
    pub processes: u32,
    /// Memory of all of them together, in bytes.
    pub memory: u64,
    /// What it may write to the disk, in bytes; a single file at most half of it.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { processes: 256, memory: 4 << 30, disk: 2 << 30 }
    }
}
