//! [`Outline`]: a page as an agent sees it, element by element, to decide what to do next.
//!
//! It carries what the accessibility tree has and, for pages that name nothing, what a person sees
//! instead: text, labels that only stand beside a field, colours, and the words in class names.

use serde::{Deserialize, Serialize};

use super::target::Target;

/// A page as an agent sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outline {
    /// The URL path, with its query.
    pub place: String,
    /// The language tag by which the browser writes dates and numbers: `en-GB`.
    pub locale: String,
    /// What is drawn, in document order.
    pub elements: Vec<Element>,
    /// Whether there is more than `elements` holds.
    pub cut: bool,
}

/// An element that is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Element {
    /// Its role, as the aria snapshot prints it; `generic` for one that has none.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// The text that stands directly in it, white space collapsed.
    pub text: String,
    /// The texts beside a control, the nearest first.
    pub labels: Vec<String>,
    /// Its states, as the aria snapshot prints them: `checked`, `expanded=false`, `disabled`.
    pub marks: Vec<String>,
    /// What it holds, where it is a control; never a password.
    pub value: Option<String>,
    /// What kind of field it is, as HTML says it: `date`, `password`, `textarea`; empty for others.
    pub kind: String,
    /// The options of a list that is not drawn open.
    pub options: Vec<String>,
    /// Words by which its author knows it: of its class, id, name, test id and title.
    pub hints: Vec<String>,
    /// Its test id; empty where it has none.
    pub test_id: String,
    /// What an element without text is filled with: red, green and blue.
    pub colour: Option<[u8; 3]>,
    /// Whether a person would see that it can be used: a control, a link, or the pointer says so.
    pub usable: bool,
    /// The element that holds it, by its place in `elements`; before it.
    pub parent: Option<usize>,
    /// The best target that means it and nothing else; `None` where it was not asked for one.
    pub target: Option<Target>,
}

impl Element {
    /// Whether it has a mark.
    #[must_use]
    pub fn is(&self, mark: &str) -> bool {
        self.marks.iter().any(|it| it == mark)
    }
}

impl Outline {
    /// An element and those that hold it, from the inside.
    pub fn up(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(at), |it| self.elements.get(*it)?.parent)
    }

    /// Whether an element is inside of another, or is that one.
    #[must_use]
    pub fn is_in(&self, at: usize, outer: usize) -> bool {
        self.up(at).any(|it| it == outer)
    }

    /// All that is read in an element, in order.
    #[must_use]
    pub fn text_of(&self, at: usize) -> String {
        let inside = (at..self.elements.len()).take_while(|it| *it == at || self.is_in(*it, at));
        let read = |it: usize| {
            let element = &self.elements[it];
            let silent = element.text.is_empty() && element.usable;
            if silent { element.name.as_str() } else { element.text.as_str() }
        };
        let texts: Vec<&str> = inside.map(read).filter(|it| !it.is_empty()).collect();
        texts.join(" ")
    }
}
