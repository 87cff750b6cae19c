//! [`Remark`]: something in a suite that is no mistake and does no good either; and [`checks`], what
//! makes a step one that can say no.

use serde::{Deserialize, Serialize};

use super::action::Action;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// A scenario without snapshot, check or expectation.
    CannotFail,
    /// A checkpoint of which nothing is left to compare.
    ComparesNothing,
    /// Two checkpoints of a scenario with the same bytes.
    DuplicateBaseline,
    /// A snapshot file that belongs to no checkpoint.
    OrphanedBaseline,
    /// A suppression whose day has passed.
    ExpiredSuppression,
    /// A redaction that has matched nothing for many nights.
    DeadRedaction,
    /// A skill that nobody uses.
    UnusedSkill,
    /// A session that nobody starts from.
    UnusedSession,
    /// A product that no scenario uses.
    UnusedProduct,
}

impl RemarkKind {
    /// The word used in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CannotFail => "cannot-fail",
            Self::ComparesNothing => "compares-nothing",
            Self::DuplicateBaseline => "duplicate-baseline",
            Self::OrphanedBaseline => "orphaned-baseline",
            Self::ExpiredSuppression => "expired-suppression",
            Self::DeadRedaction => "dead-redaction",
            Self::UnusedSkill => "unused-skill",
            Self::UnusedSession => "unused-session",
            Self::UnusedProduct => "unused-product",
        }
    }
}

/// Something that should be tidied up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What kind of thing it is.
    pub kind: RemarkKind,
    /// The file, relative to the suite, with the line where there is one.
    pub place: String,
    /// What is there.
    pub text: String,
    /// What to do.
    pub mend: String,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.text, self.mend)
    }
}

/// Whether a step says no by itself where something does not hold.
#[must_use]
pub fn checks(action: &Action) -> bool {
    match action {
        Action::See(_)
        | Action::SeeNot(_)
        | Action::Expect(_)
        | Action::Wait { .. }
        | Action::File(_)
        | Action::Mail(_) => true,
        Action::Run(run) => !run.outputs.is_empty() || run.exit.is_some(),
        Action::Terminal(it) => {
            use super::terminal::TerminalAction as It;
            matches!(**it, It::WaitScreen { .. } | It::Stop { exit: Some(_), .. })
        }
        Action::Dialog(answer) => answer.message.is_some(),
        Action::Open(_)
        | Action::Back
        | Action::Forward
        | Action::Reload
        | Action::Click(_)
        | Action::Hover(_)
        | Action::Drag { .. }
        | Action::Scroll { .. }
        | Action::Clear(_)
        | Action::Fill(_)
        | Action::Type { .. }
        | Action::Press { .. }
        | Action::Paste { .. }
        | Action::Choose { .. }
        | Action::Expand(_)
        | Action::Collapse(_)
        | Action::Check(_)
        | Action::Uncheck(_)
        | Action::Upload { .. }
        | Action::Download { .. }
        | Action::Print(_)
        | Action::Tab(_)
        | Action::CloseTab
        | Action::Network(_)
        | Action::Emulate(_)
        | Action::Capture(_)
        | Action::Set(_)
        | Action::Snapshot(_)
        | Action::Do(_)
        | Action::Judge(_)
        | Action::When(_)
        | Action::Repeat(_)
        | Action::ForEach(_)
        | Action::Use { .. } => false,
    }
}
