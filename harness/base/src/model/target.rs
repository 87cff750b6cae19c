//! [`Target`]: what a person calls a thing on a page, parsed once by `spec`.

use serde::{Deserialize, Serialize};

use super::template::Template;

/// The roles of WAI-ARIA 1.2 and of its graphics module that are not abstract, and the names
/// that the aria snapshot prints for what has no role of its own.
pub const ROLES: &[&str] = &[
    "alert",
    "alertdialog",
    "application",
    "article",
    "banner",
    "blockquote",
    "button",
    "caption",
    "cell",
    "checkbox",
    "code",
    "columnheader",
    "combobox",
    "comment",
    "complementary",
    "contentinfo",
    "definition",
    "deletion",
    "dialog",
    "directory",
    "document",
    "emphasis",
    "feed",
    "figure",
    "form",
    "generic",
    "graphics-document",
    "graphics-object",
    "graphics-symbol",
    "grid",
    "gridcell",
    "group",
    "heading",
    "iframe",
    "image",
    "img",
    "insertion",
    "link",
    "list",
    "listbox",
    "listitem",
    "log",
    "main",
    "mark",
    "marquee",
    "math",
    "menu",
    "menubar",
    "menuitem",
    "menuitemcheckbox",
    "menuitemradio",
    "meter",
    "navigation",
    "none",
    "note",
    "option",
    "paragraph",
    "presentation",
    "progressbar",
    "radio",
    "radiogroup",
    "region",
    "row",
    "rowgroup",
    "rowheader",
    "scrollbar",
    "search",
    "searchbox",
    "separator",
    "slider",
    "spinbutton",
    "status",
    "strong",
    "subscript",
    "suggestion",
    "superscript",
    "switch",
    "tab",
    "table",
    "tablist",
    "tabpanel",
    "term",
    "textbox",
    "time",
    "timer",
    "toolbar",
    "tooltip",
    "tree",
    "treegrid",
    "treeitem",
];

/// A thing on a page: how to find it, optionally inside another thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What is looked for.
    pub locator: Locator,
    /// The thing that it must be inside of; its name matches by whole words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Box<Target>>,
    /// Which of several matches, counted from 1 in document order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
}

/// The ways of naming a thing, the first being the one to prefer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Locator {
    /// `button "Add to cart"`, or `contentinfo` without a name. Names match whole and exactly.
    Role {
        /// The ARIA role as the aria snapshot prints it.
        role: String,
        /// The accessible name; absent matches any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Template>,
    },
    /// `text "…"`: the innermost element that shows this text.
    Text(Template),
    /// `label "…"`: the control nearest to this text.
    Label(Template),
    /// `testid "…"`: the `data-testid` attribute.
    TestId(Template),
    /// `css "…"`: a CSS selector.
    Css(Template),
}

impl Target {
    /// A target without qualification.
    #[must_use]
    pub fn plain(locator: Locator) -> Self {
        Self { locator, within: None, nth: None }
    }

    /// The same target with its references replaced by `fill`.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: &dyn Fn(&Template) -> Result<Template, E>) -> Result<Self, E> {
        let locator = match &self.locator {
            Locator::Role { role, name } => {
                Locator::Role { role: role.clone(), name: name.as_ref().map(fill).transpose()? }
            }
            Locator::Text(text) => Locator::Text(fill(text)?),
            Locator::Label(text) => Locator::Label(fill(text)?),
            Locator::TestId(text) => Locator::TestId(fill(text)?),
            Locator::Css(text) => Locator::Css(fill(text)?),
        };
        let within = match &self.within {
            Some(outer) => Some(Box::new(outer.map(fill)?)),
            None => None,
        };
        Ok(Self { locator, within, nth: self.nth })
    }
}

impl std::fmt::Display for Locator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, text) = match self {
            Self::Role { role, name: None } => return f.write_str(role),
            Self::Role { role, name: Some(name) } => (role.as_str(), name),
            Self::Text(text) => ("text", text),
            Self::Label(text) => ("label", text),
            Self::TestId(text) => ("testid", text),
            Self::Css(text) => ("css", text),
        };
        // As the aria snapshot prints it, and as it is read back.
        write!(f, "{word} \"{}\"", text.raw().replace('"', "\\\""))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.locator)?;
        if let Some(nth) = self.nth {
            write!(f, " (number {nth})")?;
        }
        if let Some(within) = &self.within {
            write!(f, " in {within}")?;
        }
        Ok(())
    }
}
