//! [`WatchKind`]: what can go wrong on a page without anybody looking for it.

use serde::{Deserialize, Serialize};

/// What a watch can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WatchKind {
    /// An uncaught exception.
    Exception,
    /// An unhandled promise rejection.
    Rejection,
    /// `console.error`, and what the browser itself reports as an error.
    ConsoleError,
    /// A request that got no answer.
    RequestFailed,
    /// An answer with a status of 400 or more.
    BadStatus,
    /// The page's process died.
    PageCrashed,
}

impl WatchKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Exception,
        Self::Rejection,
        Self::ConsoleError,
        Self::RequestFailed,
        Self::BadStatus,
        Self::PageCrashed,
    ];

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word used in the events facet.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exception => "exception",
            Self::Rejection => "rejection",
            Self::ConsoleError => "console-error",
            Self::RequestFailed => "request-failed",
            Self::BadStatus => "bad-status",
            Self::PageCrashed => "page-crashed",
        }
    }
}
