//! Screens of programs on a terminal, and whether a command that was run without one wants it.

use std::sync::LazyLock;

use regex::Regex;

use super::probe::Probe;
use super::seen::Seen;
use crate::model::terminal::TerminalAction;
use crate::model::wrong::{death, has_trace, is_fault, reason};

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

impl Screen {
    /// How the program failed by itself, in words: it shows where in its own source it was, or a signal
    /// ended it that only a fault of it sends; `None` where it did not.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let text = shown(&self.text).collect::<Vec<_>>().join("\n");
        if has_trace(&text) {
            return Some(format!("crashes: {}", reason(&text)));
        }
        let signal = self.exit.as_deref().and_then(death).filter(|it| is_fault(*it))?;
        Some(format!("ends by signal {signal}"))
    }
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

/// The lines of a screen, without what is told of it.
pub(super) fn shown(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|it| !it.starts_with("=== "))
}
