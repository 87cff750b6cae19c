//! Judging a night from its directory alone: pure of any browser, product or suite, and the same
//! years later on another machine.

use std::path::Path;

use crate::compare;
use crate::ledger::NightDir;
use crate::model::{Entry, Judgement, Plan};
use crate::report::{self, NightReport};
use crate::triage;

use super::NightError;

/// A night with what it means.
#[derive(Debug)]
pub struct Judged {
    /// What it set out to do.
    pub plan: Plan,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What that means.
    pub judgement: Judgement,
}

/// Compares and judges what a night's ledger holds.
///
/// # Errors
/// The night cannot be read, or evidence cannot be compared.
pub fn judge(night: &NightDir) -> Result<Judged, NightError> {
    judge_as(night, night.plan()?)
}

/// The same by another plan, such as today's suite makes of it.
///
/// # Errors
/// The night cannot be read, or evidence cannot be compared.
pub fn judge_as(night: &NightDir, plan: Plan) -> Result<Judged, NightError> {
    let entries = night.entries()?;
    let mut comparison = compare::compare(&plan, &entries, &|evidence| night.read(evidence))?;
    comparison.store(&mut |kind, media, bytes| night.keep(kind, media, bytes))?;
    // The night's own date, not today's: judging again must not change what has expired.
    let judgement = triage::triage(&plan, &entries, &comparison, plan.started);
    Ok(Judged { plan, entries, judgement })
}

/// The newest finished night in a folder of nights, other than `except`.
#[must_use]
pub fn previous_report(nights: &Path, except: &str) -> Option<NightReport> {
    let mut folders: Vec<_> = std::fs::read_dir(nights)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy() != except)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| report::read(folder).ok())
}
