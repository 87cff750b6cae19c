//! [`FactView`]: a fact of the night beside its term; and the words for what a finding is, whose it
//! is, and why something is not judged.

use serde::Serialize;

use super::shown::one_line;
use crate::model::finding::owned_by;
use crate::model::{Because, Finding, Stage};

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

/// The reason in the words of a report.
pub fn because(because: Because) -> &'static str {
    match because {
        Because::Environment => "environment",
        Because::BrowserLost => "browser lost",
        Because::Authoring => "authoring",
        Because::Login => "login",
        Because::Undecided => "undecided",
        Because::NeedsPerson => "needs a person",
        Because::Deadline => "deadline",
        Because::Preflight => "preflight",
        Because::Interrupted => "interrupted",
    }
}
