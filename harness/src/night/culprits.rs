//! [`keep`]: what was found out about the culprits of a night, in its `bisect.json`; [`fill`] puts
//! it to the night's findings whenever they are judged again.

use serde::{Deserialize, Serialize};

use super::NightError;
use crate::ledger::NightDir;
use crate::model::culprit::Culprit;
use crate::model::{FORMAT_VERSION, Finding};

/// The file beside the night's ledger.
const FILE: &str = "bisect.json";

/// The culprit of a finding, by what stands for the finding on any night.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Known {
    fingerprint: String,
    culprit: Culprit,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    format_version: u32,
    findings: Vec<Known>,
}

impl Known {
    /// What a search has found.
    pub(super) fn of((finding, culprit): &(Finding, Culprit)) -> Self {
        Self { fingerprint: finding.fingerprint.clone(), culprit: culprit.clone() }
    }
}

/// Keeps what was found, in place of what was found before of the same findings.
///
/// # Errors
/// The file cannot be written.
pub(super) fn keep(night: &NightDir, news: Vec<Known>) -> Result<(), NightError> {
    if news.is_empty() {
        return Ok(());
    }
    let mut all = read(night);
    all.retain(|old| !news.iter().any(|it| it.fingerprint == old.fingerprint));
    all.extend(news);
    let kept = Kept { format_version: FORMAT_VERSION, findings: all };
    let bytes = serde_json::to_vec_pretty(&kept).expect("plain data");
    Ok(night.write_file(FILE, &bytes)?)
}

/// Puts what was found to the findings.
pub(super) fn fill(night: &NightDir, findings: &mut [Finding]) {
    for known in read(night) {
        let own = findings.iter_mut().filter(|it| it.fingerprint == known.fingerprint);
        own.for_each(|it| {
            it.owner = it.owner.take().or_else(|| known.culprit.owner.clone());
            it.culprit = Some(known.culprit.clone());
        });
    }
}

/// What is known; a file that is not there, or is none of ours, holds nothing.
fn read(night: &NightDir) -> Vec<Known> {
    let bytes = std::fs::read(night.path().join(FILE)).unwrap_or_default();
    let kept = serde_json::from_slice::<Kept>(&bytes).ok();
    kept.filter(|it| it.format_version <= FORMAT_VERSION).map(|it| it.findings).unwrap_or_default()
}
