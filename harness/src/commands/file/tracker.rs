//! [`Tracker`]: what a tracker of tickets does, and [`Filed`]: a ticket that it has.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::notify::http::HttpError;
use crate::model::filing::TrackerKind;
use crate::report::ticket::{Block, Ticket};

/// A ticket of ours that a tracker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// What it is asked for by.
    pub key: String,
    /// What people call it: `#12`, `QA-12`.
    pub name: String,
    /// The cause that it is about.
    pub cause: String,
    /// Where people look at it.
    pub url: String,
    /// How far it is.
    pub state: Progress,
    /// What was made later has a larger one.
    pub order: u64,
}

/// How far a ticket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody has to do something.
    Open,
    /// It was closed, at this instant by the tracker's clock.
    Closed(Option<DateTime<Utc>>),
    /// Somebody decided that nothing will be done.
    GivenUp,
}

/// Why something could not be done in a tracker.
#[derive(Debug, thiserror::Error)]
pub enum TrackerError {
    /// It could not be asked.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// Its answer is not what it should be.
    #[error("its answer to {0} is not what its API says")]
    Answer(&'static str),
    /// It says what it lacks.
    #[error("{0}")]
    Said(String),
}

impl TrackerError {
    /// Whether nobody knows whether it was done.
    pub fn is_unsure(&self) -> bool {
        matches!(self, Self::Http(HttpError::Unsure(_)))
    }

    /// What went wrong, with what somebody must do in such a tracker where that is known.
    pub fn told(&self, of: TrackerKind) -> String {
        let lacks = match self {
            Self::Http(error) => error.lack().is_some(),
            Self::Answer(_) | Self::Said(_) => false,
        };
        if lacks { format!("{self}; {}", remedy(of)) } else { self.to_string() }
    }
}

/// What a token must be allowed to do, and where.
fn remedy(of: TrackerKind) -> &'static str {
    match of {
        TrackerKind::Github => {
            "name a repository that is there and has issues turned on, and give the token \
             `issues: write` in it"
        }
        TrackerKind::Gitlab => {
            "name a project that is there, and give the token the scope `api` and a role in it \
             that may plan issues"
        }
        TrackerKind::Jira => {
            "name a project that is there, and let the account of the token browse, create, edit \
             and move its issues"
        }
        TrackerKind::Linear => {
            "name a team that is there, and give the key the right to read and write its issues"
        }
    }
}

/// What a tracker does.
pub trait Tracker {
    /// By how much its clock is ahead of ours, once it was asked for something; zero where it says no
    /// time.
    fn clock_ahead(&self) -> TimeDelta;
    /// All tickets of ours, open and closed.
    fn tickets(&self) -> Result<Vec<Filed>, TrackerError>;
    /// The ticket of a cause by what it is asked for by, also where somebody took away what it is
    /// known by; `None` where it is gone.
    fn find(&self, key: &str, cause: &str) -> Result<Option<Filed>, TrackerError>;
    /// Makes one, for somebody who is named as the tracker knows them.
    fn make(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError>;
    /// Whether it has a comment of ours about a night, or another event, of this name.
    fn has_comment(&self, of: &Filed, event: &str) -> Result<bool, TrackerError>;
    /// Writes a comment about an event of this name.
    fn comment(&self, of: &Filed, event: &str, text: &[Block]) -> Result<(), TrackerError>;
    /// Closes it.
    fn close(&self, of: &Filed) -> Result<(), TrackerError>;
    /// Opens it again.
    fn reopen(&self, of: &Filed) -> Result<(), TrackerError>;
}
