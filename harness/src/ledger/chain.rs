//! The chain: each line of the ledger holds the SHA-256 of the line before it, so that the last one
//! stands for all of them. [`Seal`] is what the chain ends with.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{LedgerError, NightDir};
use crate::model::seal::{BEGINNING, Seal};

/// The SHA-256 of these bytes in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// An entry's JSON as a line behind the line with the hash `before`, without the end of the line.
pub(super) fn line(json: &str, before: &str) -> String {
    let fields = json.strip_suffix('}').expect("an entry is an object");
    format!("{fields},\"prev\":\"{before}\"}}")
}

/// The whole lines of a ledger, without their ends. What a kill left of a last one is not among them.
pub(super) fn lines(ledger: &[u8]) -> impl Iterator<Item = &[u8]> {
    ledger.split_inclusive(|byte| *byte == b'\n').filter_map(|it| it.strip_suffix(b"\n"))
}

impl NightDir {
    /// What the ledger ends with. `told` is what an earlier report said: it stays, unless the ledger
    /// of that report is how this one begins. So to judge a night again does not cover up that
    /// somebody changed it.
    ///
    /// # Errors
    /// Ledger or plan cannot be read.
    pub fn seal(&self, told: Option<&Seal>) -> Result<Seal, LedgerError> {
        let mut seal = Seal { lines: 0, head: BEGINNING.to_owned(), plan: self.plan_hash()? };
        let mut goes_on = told.is_none_or(|it| it.lines == 0);
        for line in lines(&self.ledger_bytes()?) {
            seal.lines += 1;
            seal.head = hash(line);
            goes_on |= told.is_some_and(|it| it.lines == seal.lines && it.head == seal.head);
        }
        let grew = told.is_none_or(|it| seal.lines > it.lines);
        Ok(match told {
            Some(told) if !(goes_on && grew) => told.clone(),
            _ => seal,
        })
    }

    /// The hash of `plan.json`.
    pub(super) fn plan_hash(&self) -> Result<String, LedgerError> {
        let path = self.plan_path();
        Ok(hash(&std::fs::read(&path).map_err(LedgerError::io("read", path))?))
    }

    /// The ledger as it lies there; empty where there is none.
    pub(super) fn ledger_bytes(&self) -> Result<Vec<u8>, LedgerError> {
        let path = self.ledger_path();
        match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(LedgerError::io("read", path)),
        }
    }
}
