//! [`Mount`]: where the pages of a review stand, and whether somebody may decide on them.

/// Whether somebody may decide on these pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// They may.
    Yes,
    /// They only look.
    No,
}

/// Where the pages of a review stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What stands before each of their paths: nothing, or `/nights/review/…`.
    pub base: String,
    /// The page of all nights, where there is one.
    pub home: Option<String>,
    /// Whether somebody may decide.
    pub decides: Decides,
}

impl Mount {
    /// Pages that stand by themselves, for decisions.
    #[must_use]
    pub fn alone() -> Self {
        Self { base: String::new(), home: None, decides: Decides::Yes }
    }
}
