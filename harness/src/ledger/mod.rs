//! The night directory: append events, keep evidence by content hash, read both back.
//!
//! [`NightDir`] is the folder, [`Ledger`] appends to it while a night runs, [`Secrets`] takes
//! secrets out of every byte on the way in. Everything that judges or reports reads it through
//! [`NightDir`] and needs nothing else, so a night can be copied to another machine.
//!
//! The files:
//! - `directory.rs`: `NightDir`: reads and writes a night's folder in one shape everywhere.
//! - `writer.rs`: `Ledger`: appends events and evidence from any number of workers.
//! - `chain.rs`: each line holds the hash of the line before it; what the whole ends with.
//! - `verify.rs`: whether a night is as it was written.
//! - `secrets.rs`: takes secrets out of every byte, in all forms that they take.
//! - `changed.rs`: a secret as programs change it: in other case, composed otherwise.
//! - `cut.rs`: what is left of secrets where we cut a text or take its numbers out.
//! - `broken.rs`: encoded values that lines break, and dumps in hexadecimal.
//! - `encoded.rs`: what was escaped before it was put into base64.
//! - `pattern.rs`: what finds any of some bytes.
//! - `gaps.rs`: what may stand between two letters without belonging to their text.
//! - `escapes.rs`: finds a secret of which every character may be escaped in its own way.
//! - `replies.rs`: what people said to the questions of a night.
//! - `spoken.rs`: takes the secrets out of what the program says to the outside.

mod broken;
mod chain;
mod changed;
mod cut;
mod directory;
mod encoded;
mod escapes;
mod gaps;
mod pattern;
mod replies;
mod secrets;
pub mod spoken;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use directory::{NightDir, counting};
pub use replies::{Replied, in_force, replied, replies, reply};
pub use secrets::Secrets;
pub use verify::{Flaw, Verified, evidence_of, verify};
pub use writer::{HALF_WRITTEN, Ledger};

use std::path::PathBuf;

/// What can go wrong with a night directory.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Reading or writing failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `create`, `read`, `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder is already a night, or something else.
    #[error("{} already holds something; choose another folder for the night", .0.display())]
    Occupied(PathBuf),
    /// The folder is no night directory.
    #[error("{} is no night directory: it has no plan.json", .0.display())]
    NoNight(PathBuf),
    /// A file of the night cannot be understood.
    #[error("cannot understand {}, line {line}: {detail}; the file was changed or damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        detail: String,
    },
    /// The night was written by a newer version.
    #[error("{} has format version {found}; this nightshift reads up to {known}: install a newer one", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The version that it has.
        found: u64,
        /// The newest version that is understood.
        known: u32,
    },
    /// A secret is too short to be taken out of everything that is kept.
    #[error("the secret {0} has fewer than {min} characters, too few to keep it out of the evidence safely", min = Secrets::SHORTEST)]
    ShortSecret(String),
}

impl LedgerError {
    fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
