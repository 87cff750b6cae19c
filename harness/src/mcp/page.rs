//! [`lines`]: a page as lines that a client reads: what can be used has a reference, what belongs
//! together stands on one line, and what only holds other things is left out. So is where links of the
//! product lead, unless it is asked for.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use crate::model::outline::{Element, Outline};
use crate::model::recording::called;

/// What belongs together stands on one line of at most so many characters.
const LONGEST_LINE: usize = 240;
/// And with at most so many things that can be used.
const MOST_ON_A_LINE: usize = 8;
/// The longest name, text or value that is told of one thing.
const LONGEST_TEXT: usize = 160;
/// The most options of a list that are told.
const MOST_OPTIONS: usize = 12;

/// Stands around the options of a list, until a line is told.
const OPTIONS: char = '\u{2}';

/// What is read as a whole.
const WHOLE: [&str; 14] = [
    "row",
    "listitem",
    "paragraph",
    "heading",
    "cell",
    "gridcell",
    "term",
    "definition",
    "caption",
    "alert",
    "status",
    "blockquote",
    "figure",
    "code",
];
/// What says where one is.
const PLACES: [&str; 12] = [
    "dialog",
    "alertdialog",
    "navigation",
    "region",
    "form",
    "group",
    "radiogroup",
    "table",
    "grid",
    "tabpanel",
    "menu",
    "listbox",
];

/// What is used as one: all that stands in it is its name or its value.
const ONE: [&str; 20] = [
    "button",
    "cell",
    "checkbox",
    "columnheader",
    "combobox",
    "gridcell",
    "heading",
    "link",
    "menuitem",
    "menuitemcheckbox",
    "menuitemradio",
    "option",
    "radio",
    "row",
    "rowheader",
    "searchbox",
    "switch",
    "tab",
    "textbox",
    "treeitem",
];

/// Whether it is told where links lead within the product. Where they lead out of it is always told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// They are: somebody asked.
    Told,
    /// They are not: a link is followed by its reference.
    LeftOut,
}

/// The page as lines; `references` has the number of each element that has one.
pub fn lines(
    page: &Outline,
    references: &BTreeMap<usize, u32>,
    addresses: Addresses,
) -> Vec<String> {
    let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, it) in page.elements.iter().enumerate() {
        children.entry(it.parent.filter(|parent| *parent < at)).or_default().push(at);
    }
    let fields = page.elements.iter().filter(|it| it.usable && !it.kind.is_empty());
    let labels = fields.flat_map(|it| it.labels.iter().chain([&it.name])).map(|it| bare(it));
    let reader = Reader { page, references, addresses, children, labels: labels.collect() };
    let mut out = Vec::new();
    for at in reader.children_of(None) {
        reader.walk(*at, &mut out);
    }
    out
}

/// A line as it is told.
pub fn told(line: &str) -> String {
    line.replace(OPTIONS, "")
}

/// A line as it is told to who knows one that begins alike: options that stayed are not told again.
pub fn told_again(line: &str, before: &str) -> String {
    let known: Vec<&str> = before.split(OPTIONS).collect();
    let parts = line.split(OPTIONS).enumerate().map(|(at, part)| {
        // Every other part is options.
        if at % 2 == 1 && known.get(at) == Some(&part) { "of the same" } else { part }
    });
    parts.collect()
}

/// A label without what only decorates it.
fn bare(text: &str) -> String {
    text.trim_end_matches([':', '*', ' ']).to_owned()
}

struct Reader<'a> {
    page: &'a Outline,
    references: &'a BTreeMap<usize, u32>,
    addresses: Addresses,
    children: BTreeMap<Option<usize>, Vec<usize>>,
    /// What fields are called: it need not be told a second time.
    labels: HashSet<String>,
}

impl Reader<'_> {
    fn children_of(&self, at: Option<usize>) -> &[usize] {
        self.children.get(&at).map_or(&[], Vec::as_slice)
    }

    fn walk(&self, at: usize, out: &mut Vec<String>) {
        let it = &self.page.elements[at];
        if self.is_thing(at) {
            out.push(self.thing(at));
            if self.is_one(at) {
                return self.inside(at, out);
            }
            return self.children_of(Some(at)).iter().for_each(|it| self.walk(*it, out));
        }
        if WHOLE.contains(&it.role.as_str()) || self.is_text(at) {
            let line = self.line(at);
            if line.is_empty() {
                return;
            }
            let usable = line.matches('\u{1}').count();
            if line.chars().count() <= LONGEST_LINE && usable <= MOST_ON_A_LINE {
                out.push(line.replace('\u{1}', ""));
                return;
            }
        }
        out.extend(self.own(it));
        for child in self.children_of(Some(at)) {
            self.walk(*child, out);
        }
    }

    /// Whether it is told as something that can be used: not where it only holds such things, and has
    /// neither words nor a state of its own.
    fn is_thing(&self, at: usize) -> bool {
        let it = &self.page.elements[at];
        // A line between two entries of a menu; one that can be moved has a value.
        let is_line = it.role == "separator" && it.value.is_none() && called(it).is_empty();
        if !it.usable || is_line || !self.references.contains_key(&at) {
            return false;
        }
        let says_something = !self.is_nameless(at) || it.marks.iter().any(|it| it != "focused");
        says_something || !self.holds_things(at) || !self.words(at).is_empty()
    }

    /// Whether it is told in one: nothing in it is told but what can be used.
    fn is_one(&self, at: usize) -> bool {
        let it = &self.page.elements[at];
        ONE.contains(&it.role.as_str()) || !it.kind.is_empty() || !self.own_words(at).is_empty()
    }

    /// What something that has no name is called: all that it says, if that is little and nothing in it
    /// can be used.
    fn own_words(&self, at: usize) -> String {
        if !self.is_nameless(at) || self.holds_things(at) {
            return String::new();
        }
        let words = self.words(at);
        if words.chars().count() <= LONGEST_TEXT { words } else { String::new() }
    }

    fn is_nameless(&self, at: usize) -> bool {
        let it = &self.page.elements[at];
        it.role == "generic" && it.kind.is_empty() && called(it).is_empty() && it.labels.is_empty()
    }

    fn holds_things(&self, at: usize) -> bool {
        let mut inside = self.children_of(Some(at)).iter();
        inside.any(|it| self.references.contains_key(it) || self.holds_things(*it))
    }

    /// The text inside of something, but for what can be used itself.
    fn words(&self, at: usize) -> String {
        let inside = self.children_of(Some(at)).iter();
        let inside = inside.filter(|it| !self.references.contains_key(it)).map(|it| {
            let Element { name, text, .. } = &self.page.elements[*it];
            if name.is_empty() {
                format!("{text} {}", self.words(*it)).trim().to_owned()
            } else {
                name.clone()
            }
        });
        inside.filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// What can be used inside of something that can be used itself.
    fn inside(&self, at: usize, out: &mut Vec<String>) {
        for child in self.children_of(Some(at)) {
            if self.is_thing(*child) {
                self.walk(*child, out);
            } else {
                self.inside(*child, out);
            }
        }
    }

    /// Whether it is text with nothing but text in it, or with things among its own words.
    fn is_text(&self, at: usize) -> bool {
        !self.page.elements[at].text.is_empty()
    }

    /// All of it on one line; each thing that can be used has a mark before it.
    fn line(&self, at: usize) -> String {
        let it = &self.page.elements[at];
        let between = if it.role == "row" { " | " } else { " " };
        let mut parts = Vec::new();
        self.collect(at, &mut parts);
        let text = parts.join(between);
        if text.is_empty() || self.is_label(it, &text) {
            return String::new();
        }
        match it.role.as_str() {
            "heading" | "row" | "alert" | "status" => format!("{}: {text}", it.role),
            _ => text,
        }
    }

    fn collect(&self, at: usize, parts: &mut Vec<String>) {
        let it = &self.page.elements[at];
        if self.is_thing(at) {
            parts.push(format!("\u{1}{}", self.thing(at)));
            if !self.is_one(at) {
                self.children_of(Some(at)).iter().for_each(|child| self.collect(*child, parts));
            }
            return;
        }
        let own = if !it.text.is_empty() && !self.is_label(it, &it.text) {
            Some(short(&it.text))
        } else if it.role == "img" && !it.name.is_empty() {
            Some(format!("img {:?}", short(&it.name)))
        } else {
            None
        };
        if it.role == "cell" || it.role == "gridcell" {
            // A cell is one part of its row, however it is made.
            let mut inner: Vec<String> = own.into_iter().collect();
            self.children_of(Some(at)).iter().for_each(|child| self.collect(*child, &mut inner));
            parts.push(inner.join(" "));
            return;
        }
        parts.extend(own);
        self.children_of(Some(at)).iter().for_each(|child| self.collect(*child, parts));
    }

    /// What an element says itself, where its parts stand on lines of their own.
    fn own(&self, it: &Element) -> Option<String> {
        if !it.text.is_empty() {
            let text = short(&it.text);
            return (!self.is_label(it, &text)).then_some(text);
        }
        if it.role == "img" && !it.name.is_empty() {
            return Some(format!("img {:?}", short(&it.name)));
        }
        let is_place = PLACES.contains(&it.role.as_str()) && !it.name.is_empty();
        (is_place || it.role == "dialog").then(|| format!("[{} {:?}]", it.role, short(&it.name)))
    }

    fn is_label(&self, it: &Element, text: &str) -> bool {
        it.role == "generic" && self.labels.contains(&bare(text))
    }

    /// A state, if it is told of a thing of this name.
    fn mark(&self, mark: &str, name: &str) -> Option<String> {
        // What has the focus changes with every action and says little.
        if mark == "focused" {
            return None;
        }
        match mark.strip_prefix("url=") {
            Some(url) if self.addresses == Addresses::LeftOut && !name.is_empty() => {
                (!url.starts_with('/')).then(|| format!("url={}", host(url)))
            }
            _ => Some(mark.to_owned()),
        }
    }

    /// `e12 textbox "E-mail" = "ada@…" (disabled)`.
    fn thing(&self, at: usize) -> String {
        let it = &self.page.elements[at];
        let mut line = match self.references.get(&at) {
            Some(number) => format!("e{number} {}", it.role),
            None => it.role.clone(),
        };
        let name = match called(it) {
            "" if self.is_nameless(at) => self.own_words(at),
            "" => it.labels.join(", "),
            called => called.to_owned(),
        };
        // Writing to a string cannot fail.
        if !name.is_empty() {
            let _ = write!(line, " {:?}", short(&name));
        } else if let Some(hint) = it.hints.first() {
            let _ = write!(line, " ({hint})");
        }
        // A box that says no other value is `on`, whether it is checked or not.
        let is_bare_box = |value: &str| it.kind == "checkbox" && value == "on";
        let says = |value: &&str| !value.is_empty() && !is_bare_box(value);
        if let Some(value) = it.value.as_deref().filter(says) {
            let _ = write!(line, " = {:?}", short(value));
        }
        if !it.options.is_empty() {
            let told: Vec<&str> =
                it.options.iter().take(MOST_OPTIONS).map(String::as_str).collect();
            let more = it.options.len().saturating_sub(MOST_OPTIONS);
            let more = if more > 0 { format!(" | and {more} more") } else { String::new() };
            let _ = write!(line, " {OPTIONS}of {}{more}{OPTIONS}", told.join(" | "));
        }
        let marks: Vec<String> = it.marks.iter().filter_map(|it| self.mark(it, &name)).collect();
        if !marks.is_empty() {
            let _ = write!(line, " ({})", marks.join(", "));
        }
        line
    }
}

/// An address that leads out of the product, up to its path.
pub fn host(url: &str) -> String {
    let path = url.find("://").and_then(|at| Some(at + 3 + url[at + 3..].find('/')?));
    match path {
        Some(path) if path + 1 < url.len() => format!("{}/…", &url[..path]),
        _ => url.to_owned(),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_TEXT).collect();
    format!("{kept}…")
}
