//! [`FactView`]: a fact of the night beside its term; and the words for why something is not judged.

use serde::Serialize;

use crate::model::Because;

/// A line of the trust block.
#[derive(Debug, Serialize)]
pub struct FactView {
    pub term: &'static str,
    pub text: String,
    pub more: Vec<String>,
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
