//! The exit codes that other people's scripts depend on.

use std::process::ExitCode;

use crate::model::Decision;
use crate::night::NightError;
use crate::queue::QueueError;
use crate::spec::SpecError;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The gate passes, or the command did what it was asked to.
    Passed,
    /// The gate fails.
    Failed,
    /// Usage or configuration error: nothing ran.
    Usage,
    /// Fewer scenarios were judged than the gate asks for.
    NotConclusive,
    /// Nothing could run.
    Preflight,
    /// Another night holds the lock.
    Locked,
    /// A bug of ours.
    Bug,
    /// Ended by a signal such as Ctrl-C, with a report.
    Signal(u8),
}

impl Exit {
    /// The code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotConclusive => 3,
            Self::Preflight => 4,
            Self::Locked => 5,
            Self::Bug => 70,
            Self::Signal(signal) => 128 + signal,
        }
    }

    /// The code of a gate's decision.
    #[must_use]
    pub fn of_gate(decision: Decision) -> Self {
        match decision {
            Decision::Pass => Self::Passed,
            Decision::Fail => Self::Failed,
            Decision::Inconclusive => Self::NotConclusive,
        }
    }

    /// The code of an error.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(error) = error.downcast_ref::<NightError>() {
            return match error {
                NightError::Locked { .. } => Self::Locked,
                NightError::CutShort { done: 0, .. } => Self::Preflight,
                NightError::Queue(error) => Self::of_queue(error),
                NightError::CutShort { .. } => Self::NotConclusive,
                NightError::Io { .. }
                | NightError::Usage(_)
                | NightError::Secrets(_)
                | NightError::Plan(_)
                | NightError::Ledger(_)
                | NightError::Baseline(_)
                | NightError::Compare(_)
                | NightError::History(_)
                | NightError::Report(_) => Self::Usage,
            };
        }
        if let Some(error) = error.downcast_ref::<QueueError>() {
            return Self::of_queue(error);
        }
        let ours = error.downcast_ref::<SpecError>().is_some()
            || error.downcast_ref::<Mistake>().is_some()
            || error.downcast_ref::<crate::plan::PlanError>().is_some()
            || error.downcast_ref::<crate::ledger::LedgerError>().is_some()
            || error.downcast_ref::<crate::baseline::BaselineError>().is_some()
            || error.downcast_ref::<crate::history::HistoryError>().is_some()
            || error.downcast_ref::<crate::archive::ArchiveError>().is_some()
            || error.downcast_ref::<crate::mcp::McpError>().is_some()
            || error.downcast_ref::<crate::review::ReviewError>().is_some()
            || error.downcast_ref::<crate::serve::ServeError>().is_some()
            || error.downcast_ref::<crate::report::ReportError>().is_some();
        if ours { Self::Usage } else { Self::Bug }
    }

    /// The code of a queue that cannot be used: one that is not there may be there the next time.
    fn of_queue(error: &QueueError) -> Self {
        match error {
            QueueError::Address { .. } | QueueError::Rights { .. } => Self::Usage,
            QueueError::Connect { .. }
            | QueueError::Credentials { .. }
            | QueueError::Server { .. }
            | QueueError::Damaged(_)
            | QueueError::NoServer(_) => Self::Preflight,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What was asked for cannot be: the user's to mend.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Mistake(pub String);

/// Ends a command with something for the user to mend.
pub fn mistake<T>(text: impl Into<String>) -> anyhow::Result<T> {
    Err(Mistake(text.into()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        let codes = [
            (Exit::Passed, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::NotConclusive, 3),
            (Exit::Preflight, 4),
            (Exit::Locked, 5),
            (Exit::Bug, 70),
            (Exit::Signal(2), 130),
            (Exit::Signal(15), 143),
        ];
        for (exit, code) in codes {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }

    #[test]
    fn an_error_that_nobody_foresaw_is_a_bug_of_ours() {
        assert_eq!(Exit::of(&anyhow::anyhow!("what?")), Exit::Bug);
        assert_eq!(Exit::of(&Mistake("no".to_owned()).into()), Exit::Usage);
        let away = QueueError::NoServer("there is none".to_owned());
        assert_eq!(Exit::of(&away.into()), Exit::Preflight);
        let (server, refused) = ("nats://queue:4222".to_owned(), "Publish to \"a\"".to_owned());
        let no_right = || QueueError::Rights {
            server: server.clone(),
            refused: refused.clone(),
            place: "NATS_TOKEN",
        };
        assert_eq!(Exit::of(&no_right().into()), Exit::Usage);
        assert_eq!(Exit::of(&NightError::from(no_right()).into()), Exit::Usage);
    }
}
