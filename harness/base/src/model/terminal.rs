//! [`TerminalAction`]: what is done with a program that runs on a terminal.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::command::{CommandLine, TextTest};
use super::snapshot::Snapshot;
use super::template::Template;

/// The size of a terminal where nothing is said: columns and rows.
pub const TERMINAL_SIZE: (u16, u16) = (80, 24);

/// What is done with a program on a terminal. An attempt has at most one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TerminalAction {
    /// Start a program; one that still runs is a failure.
    Start(StartProgram),
    /// Type text.
    Type(Template),
    /// Press keys or chords, one after the other.
    Keys(Vec<String>),
    /// Wait until the screen passes these tests.
    WaitScreen {
        /// All of them must hold.
        tests: Vec<TextTest>,
        /// For how long, in milliseconds; `None` is the default deadline.
        within_ms: Option<u64>,
    },
    /// Change the size of the terminal.
    Resize {
        /// Characters across.
        columns: u16,
        /// Lines down.
        rows: u16,
    },
    /// End the program, or wait for its end.
    Stop {
        /// Where given: wait until the program ends by itself with this code, and do not end it.
        exit: Option<i32>,
        /// For how long, in milliseconds; `None` is the default deadline.
        within_ms: Option<u64>,
    },
    /// Take a snapshot of the screen.
    Snapshot(Snapshot),
}

/// A program to start on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartProgram {
    /// What is started.
    pub command: CommandLine,
    /// Variables added to its environment.
    pub env: IndexMap<String, Template>,
    /// Its folder, relative to the scenario's working folder.
    pub cwd: Option<Template>,
    /// Characters across.
    pub columns: u16,
    /// Lines down.
    pub rows: u16,
}
