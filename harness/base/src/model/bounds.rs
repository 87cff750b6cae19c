//! [`Bounds`]: what may be proposed towards a goal, as a suite, skill or scenario says; and
//! [`ActKind`], the closed list of what such a word can name.
//!
//! Written steps are not bound by it: their author chose them. `spec` reads bounds, `plan` gives
//! each goal all that hold for it, and `policy` decides.

use serde::{Deserialize, Serialize};

/// What may be proposed, as one file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bounds {
    /// Who says so: `the suite`, `skill sign-in`, `scenario order`.
    #[serde(default)]
    pub of: String,
    /// All that may be proposed; `None` leaves that to the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<ActKind>>,
    /// What may be proposed, and is done only when a person said yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<ActKind>,
    /// What may not be proposed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<ActKind>,
    /// The commands that may be proposed, as patterns of their words; `None` leaves that to the
    /// others, and where nobody says it none may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commands: Option<Vec<String>>,
    /// The names of the secrets that somebody from outside may put into a field; `None` leaves that
    /// to the others, and where nobody says it none may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Vec<String>>,
    /// On which pages may be done what is proposed: names of products, `host`, `host:port`; `None`
    /// leaves that to the others, and where nobody says it those of all products are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// The files that may be handed over and kept, as patterns of their paths in the working folder;
    /// `None` leaves that to the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// The commands that run only when a person said yes, as patterns; they allow none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask_commands: Vec<String>,
    /// On which pages something is done only when a person said yes; they allow none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask_origins: Vec<String>,
    /// The files that are handed over and kept only when a person said yes, as patterns; they allow
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask_paths: Vec<String>,
}

impl Bounds {
    /// Who the suite is in [`Bounds::of`].
    pub const SUITE: &'static str = "the suite";
}

/// What kind of action it is, as far as one can be proposed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// Go to a page.
    Open,
    /// Back, forward, reload.
    History,
    /// Click.
    Click,
    /// Move the pointer onto a thing.
    Hover,
    /// Drag.
    Drag,
    /// Scroll.
    Scroll,
    /// Fill and empty fields.
    Fill,
    /// Type key by key, or paste.
    Type,
    /// Press keys.
    Press,
    /// Choose options, check and uncheck.
    Choose,
    /// Expand and collapse.
    Expand,
    /// Answer a dialog of the browser.
    Dialog,
    /// Go to another tab, or close one.
    Tab,
    /// Hand files of the working folder over.
    Upload,
    /// Keep a file that the product gives.
    Download,
    /// Print the page to a file.
    Print,
}

impl ActKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::Open,
        Self::History,
        Self::Click,
        Self::Hover,
        Self::Drag,
        Self::Scroll,
        Self::Fill,
        Self::Type,
        Self::Press,
        Self::Choose,
        Self::Expand,
        Self::Dialog,
        Self::Tab,
        Self::Upload,
        Self::Download,
        Self::Print,
    ];

    /// The word used in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::History => "history",
            Self::Click => "click",
            Self::Hover => "hover",
            Self::Drag => "drag",
            Self::Scroll => "scroll",
            Self::Fill => "fill",
            Self::Type => "type",
            Self::Press => "press",
            Self::Choose => "choose",
            Self::Expand => "expand",
            Self::Dialog => "dialog",
            Self::Tab => "tab",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Print => "print",
        }
    }

    /// Whether it may be proposed where nobody says anything: what uses a page and moves no files.
    #[must_use]
    pub fn is_usual(self) -> bool {
        match self {
            Self::Open
            | Self::History
            | Self::Click
            | Self::Hover
            | Self::Drag
            | Self::Scroll
            | Self::Fill
            | Self::Type
            | Self::Press
            | Self::Choose
            | Self::Expand
            | Self::Dialog
            | Self::Tab => true,
            Self::Upload | Self::Download | Self::Print => false,
        }
    }
}
