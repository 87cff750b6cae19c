//! [`Reader`]: reads values out of [`Node`]s, writes a [`Complaint`] for each that is wrong, and
//! goes on. The readers of scenarios, skills and configuration are written on top of it.
//!
//! Beside the values it notes [`Mention`]s (what refers to, defines, calls or snapshots what, in
//! order), which the checks across files work on later.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path};

use regex::Regex;

use super::complaint::{Complaint, Pos, Source};
use super::grammar::Object;
use super::node::{Entry, MERGE_KEY, Node, Value};
use super::suggest::{suggestion, suggestion_or_list};
use crate::model::{Pattern, Template};

/// Something in a document that the checks across files need to know, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mention {
    /// `${name}` is used.
    Refer { name: String, pos: Pos },
    /// A capture gives `${name}` a value from here on.
    Define { name: String, pos: Pos, list: bool },
    /// A skill is called; `repeated` where that is inside of a `repeat`.
    Call { skill: String, pos: Pos, with: Vec<Given>, repeated: bool },
    /// A snapshot is taken.
    Checkpoint { name: String, pos: Pos },
    /// A product is named.
    Product { name: String, pos: Pos },
    /// A session is named.
    Session { name: String, pos: Pos },
    /// A profile of facets is named.
    Profile { name: String, pos: Pos },
    /// `for-each` goes through the list of this name and gives each item the other.
    Over { list: String, item: String, pos: Pos },
    /// `for-each` gives names values from here to its [`Mention::Leave`]; its rows have these keys.
    Enter { names: Vec<String>, keys: Vec<String> },
    /// The innermost `for-each` ends.
    Leave,
}

impl Mention {
    /// The skill that it calls, and where.
    pub(crate) fn call(&self) -> Option<(&str, Pos)> {
        match self {
            Self::Call { skill, pos, .. } => Some((skill, *pos)),
            Self::Refer { .. }
            | Self::Define { .. }
            | Self::Checkpoint { .. }
            | Self::Product { .. }
            | Self::Session { .. }
            | Self::Profile { .. }
            | Self::Over { .. }
            | Self::Enter { .. }
            | Self::Leave => None,
        }
    }
}

/// One input that a call gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub name: String,
    pub name_pos: Pos,
    pub value: Template,
    pub value_pos: Pos,
}

/// Reads one document.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The file, and after it the overrides.
    pub sources: Vec<Source>,
    pub complaints: Vec<Complaint>,
    pub mentions: Vec<Mention>,
    /// How many `repeat` are around what is read.
    pub rounds_deep: u32,
    /// How many `for-each` steps are around what is read.
    pub each_deep: u32,
}

/// The keys of a map that were found to be allowed there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    pub pos: Pos,
}

impl<'n> Fields<'n> {
    /// The value of a key; `None` where it is absent or empty.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|it| &it.value)
    }

    /// The key with its value; `None` where it is absent or empty.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|it| it.key == key && !it.value.is_null())
    }
}

impl Reader {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            sources: vec![source],
            complaints: Vec::new(),
            mentions: Vec::new(),
            rounds_deep: 0,
            each_deep: 0,
        }
    }

    /// The file's name, relative to the suite root.
    pub(crate) fn file(&self) -> String {
        self.sources[0].name.clone()
    }

    /// Writes a complaint and goes on.
    pub(crate) fn complain(&mut self, pos: Pos, message: impl Into<String>, help: Option<String>) {
        let complaint = self.sources[usize::from(pos.source)].complaint(pos, message.into(), help);
        self.complaints.push(complaint);
    }

    /// Writes a complaint with help and goes on.
    pub(crate) fn advise(&mut self, pos: Pos, message: impl Into<String>, help: &str) {
        self.complain(pos, message, Some(help.to_owned()));
    }

    /// The entries of a map.
    pub(crate) fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.complain(node.pos, format!("{what} must be a map, not {}", node.kind()), None);
        None
    }

    /// A map with known keys: complains about those that are unknown, empty or missing.
    pub(crate) fn object<'n>(&mut self, node: &'n Node, object: &Object) -> Option<Fields<'n>> {
        let entries = self.map(node, object.title)?;
        let names: Vec<&str> = object.keys.iter().map(|it| it.name).collect();
        for entry in entries {
            self.known_key(entry, &names);
        }
        for key in object.keys.iter().filter(|it| it.required) {
            if !entries.iter().any(|it| it.key == key.name) {
                self.complain(
                    node.pos,
                    format!("{} has no \"{}\"", object.title, key.name),
                    Some(format!("add `{}: {}`", key.name, key.example.replace('\n', " "))),
                );
            }
        }
        Some(Fields { entries, pos: node.pos })
    }

    /// The keys of a step: the verb, which is checked already, and its modifiers.
    pub(crate) fn modifiers<'n>(
        &mut self,
        entries: &'n [Entry],
        pos: Pos,
        verb: &super::grammar::Verb,
    ) -> Fields<'n> {
        let names: Vec<&str> = verb.keys().map(|it| it.name).collect();
        for entry in entries.iter().skip(1) {
            if !names.contains(&entry.key.as_str()) && super::grammar::verb(&entry.key).is_some() {
                self.advise(
                    entry.pos,
                    format!(
                        "\"{}\" is a step of its own and cannot stand under \"{}\"",
                        entry.key, verb.name
                    ),
                    "begin a new list item with `- ` for it",
                );
            } else {
                self.known_key(entry, &names);
            }
        }
        for key in verb.keys().filter(|it| it.required) {
            if !entries.iter().any(|it| it.key == key.name) {
                self.complain(
                    pos,
                    format!("\"{}\" has no \"{}\"", verb.name, key.name),
                    Some(format!("write `- {}`", verb.example)),
                );
            }
        }
        Fields { entries, pos }
    }

    fn known_key(&mut self, entry: &Entry, names: &[&str]) {
        if entry.key == MERGE_KEY {
            return;
        }
        if !names.contains(&entry.key.as_str()) {
            let help = suggestion_or_list(&entry.key, names.iter().copied(), "known here");
            self.complain(entry.pos, format!("unknown key \"{}\"", entry.key), help);
        } else if entry.value.is_null() {
            self.advise(
                entry.pos,
                format!("\"{}\" has no value", entry.key),
                "give it one, or remove the key",
            );
        }
    }

    /// The items of a list.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Value::List(items) = &node.value {
            return items;
        }
        self.complain(node.pos, format!("{what} must be a list, not {}", node.kind()), None);
        &[]
    }

    /// Text as it was written; references are not looked for.
    pub(crate) fn raw<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => Some(text),
            Value::Scalar { .. } => {
                self.advise(node.pos, format!("{what} has no value"), "write '' for an empty text");
                None
            }
            Value::List(_) | Value::Map(_) => {
                let help = matches!(&node.value, Value::Map(entries) if entries.len() == 1 && entries[0].value.is_null())
                    .then(|| "put text that begins with `{` in quotes".to_owned());
                self.complain(node.pos, format!("{what} must be text, not {}", node.kind()), help);
                None
            }
        }
    }

    /// Text that must not be empty.
    pub(crate) fn words<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.raw(node, what)?;
        if text.trim().is_empty() {
            self.complain(node.pos, format!("{what} is empty"), None);
            return None;
        }
        Some(text)
    }

    /// Text that may hold `${name}` references.
    pub(crate) fn template(&mut self, node: &Node, what: &str) -> Option<Template> {
        let text = self.raw(node, what)?.to_owned();
        Some(self.refer(&text, node.pos))
    }

    /// Notes the references of a text.
    pub(crate) fn refer(&mut self, text: &str, pos: Pos) -> Template {
        let template = Template::new(text);
        if !text.contains("${") {
            return template;
        }
        for name in template.references() {
            self.mentions.push(Mention::Refer { name: name.to_owned(), pos });
        }
        // `pieces` keeps an unclosed `${` as literal text, which is never what was meant.
        let unclosed = template.pieces().iter().any(|piece| match piece {
            crate::model::template::Piece::Literal(text) => text.len() > 2 && text.contains("${"),
            crate::model::template::Piece::Reference(_) => false,
        });
        if unclosed {
            self.advise(
                pos,
                "a `${` is never closed",
                "add the `}`, or write `$${` for the two characters themselves",
            );
        }
        template
    }

    /// One of a few words.
    pub(crate) fn choice<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        words: impl IntoIterator<Item = &'static str> + Clone,
    ) -> Option<&'n str> {
        let text = self.words(node, what)?;
        if words.clone().into_iter().any(|it| it == text) {
            return Some(text);
        }
        let help = suggestion_or_list(text, words, "one of");
        self.complain(node.pos, format!("unknown {what} \"{text}\""), help);
        None
    }

    /// A whole number.
    pub(crate) fn integer<T: std::str::FromStr>(&mut self, node: &Node, what: &str) -> Option<T> {
        let text = self.words(node, what)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.complain(node.pos, format!("{what} must be a whole number, not \"{text}\""), None);
        }
        number
    }

    /// A duration such as `30s`, in milliseconds.
    pub(crate) fn duration(&mut self, node: &Node, what: &str) -> Option<u64> {
        let text = self.words(node, what)?;
        let millis = parse_duration(text);
        if millis.is_none() {
            self.advise(
                node.pos,
                format!("\"{text}\" is no duration"),
                "write a number with its unit: `500ms`, `30s`, `5m` or `2h`",
            );
        }
        millis
    }

    /// A percentage such as `95%`.
    pub(crate) fn percent(&mut self, node: &Node, what: &str) -> Option<f64> {
        let text = self.words(node, what)?;
        let number = text.strip_suffix('%').and_then(|it| it.trim().parse::<f64>().ok());
        let number = number.filter(|it| (0.0..=100.0).contains(it));
        if number.is_none() {
            self.advise(node.pos, format!("\"{text}\" is no percentage"), "write it like `95%`");
        }
        number
    }

    /// A regular expression, compiled once here so that nothing later can fail by it.
    pub(crate) fn regex(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.words(node, what)?;
        match compiles(text) {
            Ok(()) => Some(text.to_owned()),
            Err(reason) => {
                self.complain(node.pos, format!("\"{text}\" is no valid regex"), Some(reason));
                None
            }
        }
    }

    /// A regex that may hold `${name}` references, each for a text.
    pub(crate) fn pattern(&mut self, node: &Node, what: &str) -> Option<Pattern> {
        let text = self.words(node, what)?.to_owned();
        self.refer(&text, node.pos);
        let pattern = Pattern::new(text);
        match compiles(&pattern.sample()) {
            Ok(()) => Some(pattern),
            Err(reason) => {
                self.complain(node.pos, format!("\"{pattern}\" is no valid regex"), Some(reason));
                None
            }
        }
    }

    /// A JSON pointer.
    pub(crate) fn pointer(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.raw(node, what)?;
        if text.starts_with('/') {
            return Some(text.to_owned());
        }
        self.advise(
            node.pos,
            format!("\"{text}\" is no JSON pointer"),
            "begin with `/` and separate the keys by `/`, as in `/items/0/id`",
        );
        None
    }

    /// A name that can be part of a file name.
    pub(crate) fn name(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.words(node, what)?;
        self.check_name(text, node.pos, what).then(|| text.to_owned())
    }

    /// Whether the text can be part of a file name; complains where it cannot.
    pub(crate) fn check_name(&mut self, text: &str, pos: Pos, what: &str) -> bool {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !text.is_empty() && text.len() <= 120 && text.chars().all(safe) && !text.starts_with('.')
        {
            return true;
        }
        self.advise(
            pos,
            format!("{what} \"{text}\" cannot be part of a file name"),
            "use letters, digits, `-`, `_` and `.`, begin with a letter or digit, and stay below 120 characters",
        );
        false
    }

    /// A path that stays below the folder that it is relative to.
    pub(crate) fn inner_path(&mut self, node: &Node, what: &str) -> Option<Template> {
        let template = self.template(node, what)?;
        let path = Path::new(template.raw());
        if path.is_absolute() || path.components().any(|it| it == Component::ParentDir) {
            self.advise(
                node.pos,
                format!("\"{template}\" leaves its folder"),
                "name a path below it, without `..` and without a leading `/`",
            );
            return None;
        }
        Some(template)
    }

    /// A map from names to texts with references.
    pub(crate) fn templates(
        &mut self,
        node: &Node,
        what: &str,
    ) -> indexmap::IndexMap<String, Template> {
        let entries = self.map(node, what).unwrap_or_default();
        entries
            .iter()
            .filter_map(|it| Some((it.key.clone(), self.template(&it.value, &it.key)?)))
            .collect()
    }

    /// Complains about a name that nothing has.
    pub(crate) fn unknown<'a>(
        &mut self,
        pos: Pos,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let help = suggestion(name, known);
        self.complain(pos, format!("unknown {what} \"{name}\""), help);
    }
}

/// The items of a list, or the one value that stands instead of it.
pub(crate) fn one_or_many(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(node),
    }
}

thread_local! {
    /// Patterns that were judged already: compiling one costs more than reading its file, and the
    /// scenarios of a suite repeat them.
    static JUDGED: RefCell<HashMap<String, Result<(), String>>> = RefCell::new(HashMap::new());
}

/// Whether a pattern is a regex, or why not.
fn compiles(pattern: &str) -> Result<(), String> {
    if let Some(known) = JUDGED.with_borrow(|it| it.get(pattern).cloned()) {
        return known;
    }
    let judged = Regex::new(pattern).map(|_| ()).map_err(|error| {
        // The library draws the pattern too; its last line is the reason.
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
    });
    JUDGED.with_borrow_mut(|it| it.insert(pattern.to_owned(), judged.clone()));
    judged
}

/// Milliseconds of `500ms`, `30s`, `5m`, `2h`; whole numbers only, so that nothing is rounded.
pub(crate) fn parse_duration(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}
