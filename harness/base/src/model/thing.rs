//! [`Thing`]: what one line of an observation is about, read once; [`Node`]: a line of the
//! accessibility tree taken apart; [`is_icon`]: what in a text nobody can read. Neighbour: [`super::change`], which says what became of a thing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a changed line is about, in the terms of its facet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// A node of the accessibility tree.
    Node {
        /// Its role: `button`.
        role: String,
        /// Its accessible name, without quotes.
        name: Option<String>,
    },
    /// An option or command in a list that a program prints.
    Entry(String),
    /// What is said by `key: value`: the status of a page, a header, a cookie.
    Property(String),
    /// A line of a stack trace.
    Frame,
    /// How an output ends.
    End,
    /// How cells of a screen look, where they are.
    Look,
    /// A line that is nothing but text.
    Line,
    /// How an output that has a structure is laid out.
    Layout,
    /// A field of records that a program prints, with what it is called: `column "stock"`.
    Field(String),
    /// One record that a program prints: `record`, or `last record`.
    Record(String),
    /// The order of what a program prints: of its `columns`, `fields` or `records`.
    Order(String),
    /// An exit code or signal.
    Exit,
    /// A region of a picture, by the things in it.
    Region(Vec<String>),
    /// What a watch saw: its kind and path.
    Event {
        /// The kind, as the watches write it.
        kind: String,
        /// The path that it is about.
        path: String,
    },
    /// A step that failed.
    Step,
    /// A product that died or was not well.
    Product(String),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { role, name: Some(name) } => write!(f, "{role} \"{name}\""),
            Self::Node { role, name: None } => f.write_str(role),
            Self::Entry(name) => write!(f, "entry {name}"),
            Self::Property(key) => f.write_str(key),
            Self::Frame => f.write_str("stack frame"),
            Self::End => f.write_str("end of output"),
            Self::Look => f.write_str("look"),
            Self::Line => f.write_str("line"),
            Self::Layout => f.write_str("layout"),
            Self::Field(name) | Self::Record(name) => f.write_str(name),
            Self::Order(what) => write!(f, "order of {what}"),
            Self::Exit => f.write_str("exit code"),
            Self::Region(names) if names.is_empty() => f.write_str("region"),
            Self::Region(names) => write!(f, "region {}", names.join(", ")),
            Self::Event { kind, path } => write!(f, "{kind} {path}"),
            Self::Step => f.write_str("step"),
            Self::Product(name) => write!(f, "product {name}"),
        }
    }
}

/// The name of the entry that says how a command is called.
pub const USAGE: &str = "usage";

/// What is said of an entry, without what it is called.
#[must_use]
pub fn about<'a>(name: &str, told: &'a str) -> &'a str {
    told.strip_prefix(name).unwrap_or(told).trim_start_matches(['*', ':']).trim()
}

/// Roles that are one of many of a kind.
const ITEMS: [&str; 7] = ["row", "listitem", "option", "treeitem", "menuitem", "article", "tab"];

/// A line such as `- textbox "Name:" [required] [placeholder="Ada"]: Bob`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node<'a> {
    /// The role: `textbox`.
    pub role: &'a str,
    /// The accessible name, without its quotes.
    pub name: Option<&'a str>,
    /// What stands in brackets, each without them.
    pub attributes: Vec<&'a str>,
    /// What follows the colon: a value or a text.
    pub value: Option<&'a str>,
}

impl<'a> Node<'a> {
    /// Takes a line apart; what is no node is all role.
    #[must_use]
    pub fn read(line: &'a str) -> Self {
        let line = line.trim();
        let line = line.strip_prefix("- ").unwrap_or(line).trim();
        let end = line.find([' ', ':', '"']).unwrap_or(line.len());
        let mut node = Node { role: &line[..end], ..Self::default() };
        let mut rest = line[end..].trim_start();
        if let Some(open) = rest.strip_prefix('"') {
            let close = closing(open);
            node.name = Some(&open[..close]);
            rest = open.get(close + 1..).unwrap_or_default().trim_start();
        }
        while let Some(open) = rest.strip_prefix('[') {
            let quoted = open.find("=\"").filter(|at| !open[..*at].contains([' ', ']']));
            let from = quoted.map_or(0, |at| at + 2 + closing(&open[at + 2..]));
            // A bracket may stand inside of an address; the first one before a space or colon ends it.
            let ends = |at: &usize| {
                let after = &open[at + 1..];
                *at >= from && (after.is_empty() || after.starts_with([' ', ':']))
            };
            let Some(close) = open.match_indices(']').map(|it| it.0).find(ends) else { break };
            node.attributes.push(&open[..close]);
            rest = open[close + 1..].trim_start();
        }
        let value = rest.strip_prefix(':').unwrap_or(rest).trim();
        node.value = (!value.is_empty()).then_some(value);
        node
    }

    /// What an attribute says, as it is written.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether it is one of many of a kind: a row, an item of a list.
    #[must_use]
    pub fn is_item(&self) -> bool {
        ITEMS.contains(&self.role)
    }

    /// Whether it is a cell of a row, and no head of a column.
    #[must_use]
    pub fn is_cell(&self) -> bool {
        matches!(self.role, "cell" | "gridcell" | "rowheader")
    }

    /// Whether it is text and nothing that has a role of its own.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.role, "text" | "paragraph" | "strong" | "emphasis" | "generic")
            && self.name.is_none()
    }

    /// The text of what is nothing but text, or the name of what has one.
    #[must_use]
    pub fn words(&self) -> Option<&'a str> {
        self.name.or(self.value)
    }
}

/// Whether a character is for private use, as those of icon fonts are: only the font of the page gives
/// it a shape.
#[must_use]
pub fn is_icon(letter: char) -> bool {
    matches!(
        letter,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}'
    )
}

/// Where a quoted name ends.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let line =
            r#"  - textbox "Say \"hi\":" [required] [placeholder="a ] b"] [url=/x?a[]=1]: a: b"#;
        assert_eq!(
            Node::read(line),
            Node {
                role: "textbox",
                name: Some(r#"Say \"hi\":"#),
                attributes: vec!["required", "placeholder=\"a ] b\"", "url=/x?a[]=1"],
                value: Some("a: b"),
            }
        );
        assert_eq!(Node::read("- main:"), Node { role: "main", ..Node::default() });
        assert_eq!(Node::read("\"open").role, "");
        assert_eq!(Node::read("").role, "");
    }

    #[test]
    fn letters_of_icon_fonts_are_icons_in_each_range_for_private_use_and_other_letters_are_not() {
        assert!("\u{e000}\u{f186}\u{f8ff}\u{f0004}\u{10fffd}".chars().all(is_icon));
        assert!(!"a ✓ 🔒 \u{f900}\u{e0041}".chars().any(is_icon));
    }
}
