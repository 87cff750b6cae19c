//! What a product leaves beside pages and outputs: [`FileStep`] looks at a file, [`MailStep`] at a mail.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::command::TextTest;
use super::pattern::Pattern;
use super::snapshot::Snapshot;
use super::template::Template;

/// A look at one file of the working folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStep {
    /// Its path, relative to the scenario's working folder.
    pub path: Template,
    /// Whether it must be there, or must not.
    pub presence: Presence,
    /// What must hold of its text.
    pub tests: Vec<TextTest>,
    /// Values to keep.
    pub capture: IndexMap<String, TextCapture>,
    /// The checkpoint of its content.
    pub snapshot: Option<Snapshot>,
}

/// Whether something must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It must be there.
    There,
    /// It must not be there.
    Gone,
}

/// A look at a mail that the product sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailStep {
    /// The address that it was sent to.
    pub to: Template,
    /// Text that its subject contains.
    pub subject: Option<Template>,
    /// For how long it is waited for, in milliseconds; `None` is the default deadline.
    pub within_ms: Option<u64>,
    /// What must hold of its text.
    pub tests: Vec<TextTest>,
    /// Values to keep.
    pub capture: IndexMap<String, MailCapture>,
    /// The checkpoint of its subject and text.
    pub snapshot: Option<Snapshot>,
}

/// A value to keep from a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailCapture {
    /// The address of the link with this text; with `None` of the only link.
    Link(Option<Template>),
    /// A part of its text.
    Text(TextCapture),
}

/// A value to keep from a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextCapture {
    /// The first group of a regex (or its whole match).
    Regex(Pattern),
    /// The first group of each match of a regex (or each whole match).
    Matches(Pattern),
    /// The value at a JSON pointer; text without quotes, anything else as JSON.
    Json(String),
    /// The items of the JSON array at a pointer, each as [`Self::Json`] has it.
    Items(String),
    /// A line, from 1; negative counts from the end.
    Line(i64),
    /// How many lines there are.
    Lines,
    /// All of it without its last line end.
    Whole,
    /// Each of its lines.
    EachLine,
}
