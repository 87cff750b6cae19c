//! Screens of programs on a terminal, and whether a command that was run without one wants it.

use std::sync::LazyLock;

use regex::Regex;

use super::probe::Probe;
use super::seen::Seen;
use crate::model::terminal::TerminalAction;

/// A screen that was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// The probe that reached it.
    pub probe: Probe,
    /// The words of the program.
    pub words: Vec<String>,
    /// What was done since its start.
    pub deeds: Vec<TerminalAction>,
    /// The screen, as the facet says it.
    pub text: String,
    /// How the program ended, where it has.
    pub exit: Option<String>,
    /// Whether no screen before was the same.
    pub is_new: bool,
}

/// Whether a command that was run without a terminal wants one: it fails and complains of what it
/// lacks.
#[must_use]
pub fn wants_terminal(seen: &Seen) -> bool {
    static LACKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:terminal|tty|curses|inappropriate ioctl)\b")
            .expect("a constant pattern")
    });
    let lacks = |it: &super::seen::Ran| !it.is_fine() && LACKS.is_match(&it.stderr);
    seen.ran().is_some_and(lacks)
}
