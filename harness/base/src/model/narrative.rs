//! [`Narrative`]: what a language model makes of a finding, each claim with what it rests on. It is an
//! opinion, and nothing that judges reads it.

use serde::{Deserialize, Serialize};

/// What a language model makes of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrative {
    /// The finding's id.
    pub finding: String,
    /// What stands for the finding on any night.
    pub fingerprint: String,
    /// Its title.
    pub title: String,
    /// Whose opinion it is.
    pub model: String,
    /// What it claims.
    pub claims: Vec<Claim>,
    /// How many claims cited nothing, and were dropped.
    pub without_citation: usize,
    /// How many cited what does not exist, and were dropped.
    pub with_wrong_citation: usize,
}

/// A claim, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The claim.
    pub text: String,
    /// What it cites.
    pub cites: Vec<Cited>,
}

/// What a claim cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// What it is cited by: `L12` is a line of the ledger, `C1` a change, `E3` evidence.
    pub id: String,
    /// Where it is, as a person finds it: `ledger line 12`, `evidence/ab/….png`.
    pub place: String,
    /// What it says.
    pub text: String,
}
