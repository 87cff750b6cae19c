//! [`Desk`]: what waits for a decision in a night, and the decisions; without any terminal or page.
//!
//! [`desk`] sorts it into items, one for each cause. [`decide`] carries decisions out: it checks
//! that nothing would be lost ([`check`]), writes through [`change`] and remembers in [`log`], from
//! where everything can be taken back ([`undo`]). [`share`] and [`take`] are about snapshots that
//! several findings changed, [`renamed`] about steps whose things have other names. [`propose`] finds
//! redactions and what they cost, [`detail`] is what both screens show. [`console`] is the screen of a
//! terminal, [`web`] the same as pages.
//!
//! The files:
//! - `desk.rs`: `Desk`: what waits, as one item a cause.
//! - `decide.rs`: carries decisions out, all files of one or none.
//! - `check.rs`: looks at what stands in the suite before it is written over.
//! - `share.rs`: the part of a snapshot that one of several findings has.
//! - `take.rs`: what a decision writes of a snapshot: all of it, or its own parts.
//! - `renamed.rs`: the scenarios in which things of written steps get other names.
//! - `undo.rs`: takes decisions back.
//! - `change.rs`: files of the suite written together and put back; the lock of a review.
//! - `log.rs`: the decisions on a night, one line each, with what they replaced.
//! - `propose.rs`: redactions that would explain a change, what each hides, and the night judged
//!   with one.
//! - `detail.rs`: all that is shown of one item.
//! - `console/`: the screen of a terminal.
//! - `web/`: the pages on loopback; the only file that serves by hyper.

pub mod change;
mod check;
pub mod console;
pub mod decide;
pub mod desk;
pub mod detail;
pub mod log;
pub mod propose;
mod renamed;
mod share;
mod take;
mod undo;
pub mod web;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use self::decide::{Decided, Force, Suppress};
pub use self::desk::{Chosen, Desk, Item, ItemKind, Opened};
pub use self::propose::{Cost, Proposal};
pub use self::take::together;

use crate::spec::patch::PatchError;

/// Why a decision was not carried out. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The system refused something.
    #[error("cannot {action} {path}: {source}; nothing was changed", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The suite is not writable.
    #[error(
        "the suite cannot be written to: {path}: {source}; nothing was changed. Make it writable, or name a checkout that is with -C",
        path = path.display()
    )]
    ReadOnly {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The night is not of this suite.
    #[error("{0} is not in this suite; name the suite of this night with -C")]
    Foreign(String),
    /// The night still runs.
    #[error(
        "the night {0} still runs: look at what is there, and decide when it has ended, because its findings can still change"
    )]
    Running(String),
    /// Somebody wrote the baseline since the night looked at it.
    #[error(
        "{file} {how} since this night looked at it; see `git diff -- {file}`, and say --force to write over it"
    )]
    Moved {
        /// The baseline.
        file: String,
        /// What became of it.
        how: &'static str,
    },
    /// The baseline was taken by a newer version of ours.
    #[error(
        "{file} was taken by {found}, and this nightshift knows {known}; update nightshift before you decide on it"
    )]
    Newer {
        /// The baseline.
        file: String,
        /// What it says.
        found: String,
        /// What is known here.
        known: String,
    },
    /// A merge left both sides in the baseline.
    #[error(
        "{file} holds both sides of a merge; decide on {id} first: `nightshift review --ours {id}`, `--theirs {id}` or `--accept {id}`"
    )]
    Conflict {
        /// The baseline.
        file: String,
        /// The item that stands for it.
        id: String,
    },
    /// A side of a conflict cannot be taken.
    #[error("{file}: {reason}")]
    Side {
        /// The snapshot file.
        file: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Nothing has this id.
    #[error("nothing pending is called {id} in {night}; see `nightshift review --list`", night = night.display())]
    Unknown {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        night: PathBuf,
    },
    /// A snapshot cannot be split between findings.
    #[error("{0}")]
    Shared(Box<Shared>),
    /// A finding of more changes than a suppression lists.
    #[error(
        "{finding} covers {changes} changes, more than a suppression lists; name them by `where: /path` or `pattern: 'regex'` under `suppress` in nightshift.yaml"
    )]
    TooMany {
        /// The finding.
        finding: String,
        /// How many changes it covers.
        changes: usize,
    },
    /// Nothing of it can be accepted.
    #[error(
        "nothing of {0} is left to accept: it was decided meanwhile, or it is a failure without a snapshot"
    )]
    Nothing(String),
    /// A redaction that makes no difference to what changed.
    #[error(
        "the redaction {redaction} does not help: judged with it, {item} differs as before; nothing was changed"
    )]
    NoHelp {
        /// The redaction.
        redaction: String,
        /// The item.
        item: String,
    },
    /// Pictures are masked, not redacted.
    #[error(
        "{0} has no text that a redaction could apply to; mask regions of pictures with `mask:` at the snapshot"
    )]
    NoText(String),
    /// Only findings have fingerprints.
    #[error("{0} is no finding; only findings can be suppressed, by an id such as F1")]
    NoFinding(String),
    /// A suppression without what it needs.
    #[error("a suppression needs {0}")]
    Suppression(&'static str),
    /// The finding is suppressed already.
    #[error(
        "nightshift.yaml suppresses the fingerprint {0} already; change its date or reason there"
    )]
    Suppressed(String),
    /// A YAML file could not be edited.
    #[error("{path}: {source}", path = path.display())]
    Patch {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PatchError,
    },
    /// A file was changed since a decision wrote it.
    #[error(
        "{file} was changed since {item} was decided, and undoing would lose that; put it right by hand or with git"
    )]
    Undo {
        /// The file.
        file: String,
        /// The item of the decision.
        item: String,
    },
    /// A decision of an earlier version kept nothing that could be put back.
    #[error(
        "the decision on {0} was made by an earlier nightshift, which kept nothing to undo it; use git"
    )]
    TooOld(String),
    /// The files of baselines.
    #[error(transparent)]
    Baseline(#[from] crate::baseline::BaselineError),
    /// The night directory.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// Judging again with a redaction.
    #[error(transparent)]
    Compare(#[from] crate::compare::CompareError),
    /// A picture of a baseline cannot be read.
    #[error(transparent)]
    Picture(#[from] crate::picture::PictureError),
    /// The terminal or the page's server.
    #[error("{0}")]
    Front(String),
}

/// A snapshot that cannot be split between findings.
#[derive(Debug, thiserror::Error)]
#[error(
    "{place} {what}: accepting {item} would take {others} too; look at all of it and accept it together: `nightshift review {night} --accept {all}`"
)]
pub struct Shared {
    /// What was to be accepted.
    pub item: String,
    /// The other findings.
    pub others: String,
    /// The snapshot.
    pub place: String,
    /// Why it cannot be split.
    pub what: &'static str,
    /// All findings that can only be accepted together.
    pub all: String,
    /// What names the night to a command.
    pub night: String,
}

impl ReviewError {
    /// An error of the system, told apart where the suite is read-only.
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        let path = path.to_owned();
        if action != "read" && matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) {
            Self::ReadOnly { path, source }
        } else {
            Self::Io { action, path, source }
        }
    }
}
