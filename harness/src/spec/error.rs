//! [`SpecError`]: why no suite could be had.

use std::path::{Path, PathBuf};

use super::CONFIG_FILE;
use super::complaint::{Complaint, render};

/// Why no suite could be had.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// Files are wrong; these are all complaints about all of them.
    #[error("{}", render(.0))]
    Complaints(Vec<Complaint>),
    /// There is no suite here.
    #[error("no {CONFIG_FILE} in {} or above it; go to a suite, name one with -C, or begin one with `nightshift init`", start.display())]
    NoSuite {
        /// Where the search began.
        start: PathBuf,
    },
    /// A path that was named does not exist, or is no part of the suite.
    #[error("{} is no file or folder of the suite in {}", path.display(), root.display())]
    NotInSuite {
        /// The path that was named.
        path: PathBuf,
        /// The suite.
        root: PathBuf,
    },
    /// A skill folder cannot be trusted or written.
    #[error("{}: {why}", folder.display())]
    SkillFolder {
        /// The folder.
        folder: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The system refused something.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl SpecError {
    pub(crate) fn io(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { what, path: path.to_path_buf(), source }
    }
}
