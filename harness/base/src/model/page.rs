//! What steps say of a page: what goes into its fields and dialogs, what must hold of it, what is
//! waited for and what is kept. Parts of `Action`.

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use super::target::Target;
use super::template::Template;

/// A field and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field.
    pub field: Target,
    /// The new content.
    pub value: Template,
}

/// What to do with a JavaScript dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogAnswer {
    /// Accept it (`true`) or dismiss it.
    pub accept: bool,
    /// What its message must be.
    pub message: Option<Template>,
    /// The text to give to a prompt.
    pub answer: Option<Template>,
}

/// One thing that must hold of a page, awaited up to the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageExpectation {
    /// The document's title.
    Title(Template),
    /// The path (with query), or the whole URL where one is given.
    Url(Template),
    /// How many things match.
    Count(Target, u32),
    /// A field's value.
    Value(Target, Template),
    /// An attribute of a thing; `None` means that it must be absent.
    Attribute(Target, String, Option<Template>),
    /// The text on the clipboard.
    Clipboard(Template),
    /// A state: `checked`, `disabled`, `expanded`, `selected`, `pressed`, `focused`, or `not …`.
    State(Target, String),
}

/// What `wait` waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitFor {
    /// The thing is there and visible.
    Visible(Target),
    /// The thing is not there or not visible.
    Gone(Target),
    /// The page has this path or URL.
    Url(Template),
}

/// A value to keep from a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageCapture {
    /// The visible text of a thing; with a regex, its first group (or the whole match).
    Text(Target, Option<Pattern>),
    /// The visible texts of all things that match, in document order; with a regex, its part of
    /// each.
    Texts(Target, Option<Pattern>),
    /// The value of a field.
    Value(Target),
    /// The values of all fields that match, in document order.
    Values(Target),
    /// An attribute of a thing.
    Attribute(Target, String),
    /// An attribute of all things that match, in document order.
    Attributes(Target, String),
    /// The page's URL; with a regex, its first group (or the whole match).
    Url(Option<Pattern>),
    /// The text on the clipboard.
    Clipboard,
}
