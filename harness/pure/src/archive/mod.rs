//! Nights one can ask: what all nights of a folder said, in a SQLite file beside them.
//!
//! [`Archive::open`] brings `history.sqlite` up to date with the night directories, which alone are
//! the truth: the file may be deleted at any time, is made anew where it is torn, and nothing that
//! judges ever reads it. [`Question`] is what may be asked, [`Archive::ask`] answers, and
//! [`Archive::nights`], [`Archive::scenario`] and [`Archive::finding`] tell a history.
//! [`difference`] compares two nights and needs no file at all. Every [`Answer`] names the evidence
//! of each of its lines.
//!
//! The files:
//! - `read.rs`: of one `night.json` what is kept of a night.
//! - `store.rs`: the tables, and bringing them up to date with the folder.
//! - `scope.rs`: which nights a question is about: a branch, and a time or build to begin with.
//! - `question.rs`: the questions, from words.
//! - `ask.rs`: from a question to its answer.
//! - `answer.rs`: an answer, as text and as JSON.
//! - `red.rs`: what broke, what was fixed, what is red, and when something last passed.
//! - `change.rs`: what got slower, and what flakes most.
//! - `past.rs`: the history of nights, of a scenario and of a finding.
//! - `diff.rs`: two nights beside one another.
//! - `look.rs`: nights, causes and scenarios as plain rows, for pages.
//! - `kept.rs`: what was made of the tables last, until they change.
//! - `quiet.rs`: for how many nights a cause is gone, for tickets.
//! - `testing.rs`: nights that are written by hand, for the tests.

mod answer;
mod ask;
mod change;
mod diff;
mod kept;
mod look;
mod past;
mod question;
mod quiet;
mod read;
mod red;
mod scope;
mod store;

use std::path::PathBuf;

pub use answer::{Answer, Line};
pub use diff::difference;
pub use look::{CauseRow, FixedRow, FixedRows, NightLook, PastRun, ScenarioRow, Seen};
pub use question::{QUESTIONS, Question, Since};
pub use quiet::Quiet;
pub use store::{Archive, FILE, MOST_NIGHTS};

/// Why nothing can be answered. A file that is torn is no error: it is made anew.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder of the nights is none, or cannot be read.
    #[error("cannot read the nights in {}: {source}; name their folder with `--history DIR`", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no night to ask.
    #[error("there is no night in {}; `nightshift run` makes one", .0.display())]
    NoNights(PathBuf),
    /// A night that was named cannot be read.
    #[error("cannot read the night in {}: {why}", folder.display())]
    Night {
        /// Its folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// What was asked is none of the questions.
    #[error("\"{0}\" is no question that can be answered{QUESTIONS}")]
    Unknown(String),
    /// What was asked about is not there.
    #[error("no night knows the {what} \"{name}\"{}", hint(.nearest))]
    NotThere {
        /// What it is: a scenario, a build.
        what: &'static str,
        /// As it was named.
        name: String,
        /// What may have been meant.
        nearest: Vec<String>,
    },
    /// The data base answers with an error, in memory too.
    #[error("cannot ask the history: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

fn hint(nearest: &[String]) -> String {
    match nearest {
        [] => "; `nightshift history` lists the nights".to_owned(),
        some => format!("; did you mean {}?", some.join(" or ")),
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
