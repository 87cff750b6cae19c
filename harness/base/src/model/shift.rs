//! [`Shift`]: what a language model tried with the product by itself, what it believes is broken, and
//! what of that was reproduced without it (`agent.json`).

use serde::{Deserialize, Serialize};

use super::budget::Spent;
use super::survey::Offer;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shift {
    /// The version of this format.
    pub format_version: u32,
    /// The model's name.
    pub model: String,
    /// What it tried, in order.
    pub charters: Vec<Charter>,
    /// What was reproduced three times without the model, and not on the build before.
    pub findings: Vec<Believed>,
    /// What it believes and could not be reproduced so, each with the reason.
    pub remarks: Vec<Believed>,
    /// The scenarios that it proposes, in the folder `proposed` beside this file.
    pub proposed: Vec<Offer>,
    /// What the model took.
    pub spent: Spent,
    /// The currency of the money; `None` where no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How long it took in all, in milliseconds.
    pub duration_ms: u64,
    /// Why it ended.
    pub ended: String,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Charter {
    /// What was to be reached.
    pub goal: String,
    /// Where it began; empty where there are no pages.
    pub start: String,
    /// Why it was worth trying, as the model says.
    pub why: String,
    /// What was done.
    pub actions: Vec<String>,
    /// How it ended.
    pub ended: String,
    /// The folder of its small night, beside this file: its ledger and evidence.
    pub night: String,
}

/// Something that a model believes is broken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Believed {
    /// What it says.
    pub belief: String,
    /// What it expects instead.
    pub expected: String,
    /// The rule that it cites.
    pub rule: String,
    /// The file that the rule stands in, or the command line whose help says it; `None` where it stands
    /// in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was there instead, as the written scenario saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// In how many of three runs from a clean state it showed.
    pub shown: u32,
    /// What the build before shows, in words; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Why it is only a remark; empty for a finding.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// What it was trying.
    pub charter: String,
    /// The steps that show it.
    pub steps: Vec<String>,
    /// The scenario that fails until it is mended, below `proposed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The folders with the ledgers and evidence of its runs, beside this file.
    pub nights: Vec<String>,
}
