//! [`Candidate`]: what varies at one place, with a remedy that may be proposed for it.

use crate::model::settle::{NoiseKind, Remedy};

/// What varies at one place, and what would take it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub remedy: Remedy,
    pub kind: NoiseKind,
    /// Where, for a person.
    pub at: String,
    pub samples: Vec<String>,
}
