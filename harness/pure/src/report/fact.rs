//! [`FactView`]: a fact of the night beside its term; and the words for what a finding is and whose
//! it is.

use serde::Serialize;

use super::shown::one_line;
use crate::model::finding::owned_by;
use crate::model::{Finding, Stage};

/// A line of the trust block.
#[derive(Debug, Serialize)]
pub struct FactView {
    pub term: &'static str,
    pub text: String,
    pub more: Vec<String>,
}

/// The word that stands for what a finding is.
pub fn word(finding: &Finding) -> &'static str {
    if finding.slowdown.is_some() { "slower" } else { finding.verdict.word() }
}

/// The word of a stage at which nothing is decided.
pub fn on_trial(stage: Stage) -> Option<&'static str> {
    (!stage.is_gating()).then(|| stage.word())
}

/// Who answers for a finding, or that nobody does.
pub fn owned(finding: &Finding) -> String {
    one_line(owned_by(finding.owner.as_deref()), 60)
}
