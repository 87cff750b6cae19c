//! [`Seal`]: what a night's ledger ends with. It is told outside of the ledger (in `night.json`, on
//! the page, at the foot of the PDF), so that what was changed afterwards does not fit it any more.

use serde::{Deserialize, Serialize};

/// What the line before the first one is taken for.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a ledger ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// How many whole lines the ledger has.
    pub lines: u64,
    /// The SHA-256 of its last line in hexadecimal digits, or [`BEGINNING`] where it has none. Each
    /// line holds that of the line before it, so this one stands for all of them.
    pub head: String,
    /// The SHA-256 of `plan.json` in hexadecimal digits.
    pub plan: String,
}

impl Seal {
    /// The head as it is printed where there is little room: its first 16 digits.
    #[must_use]
    pub fn short(&self) -> &str {
        self.head.get(..16).unwrap_or(&self.head)
    }
}
