//! Reading what steps, scenarios and the configuration have in common: redactions, snapshots,
//! captures, and pairs of a target with a value.

use indexmap::IndexMap;

use super::grammar::{self, ALL_CLASSES, Object};
use super::node::{Entry, Node, Value};
use super::reader::{Fields, Mention, Reader, one_or_many};
use crate::model::observe::FacetKind;
use crate::model::picture::Extent;
use crate::model::profile::Profile;
use crate::model::scenario::{CommandCapture, Output, PageCapture, RedactionClass};
use crate::model::{Locator, Redaction, Snapshot, Target, Unordered};

/// The names that are always known, and so cannot be given to something else.
pub(crate) const BUILTINS: [&str; 8] =
    ["port", "base-url", "work", "unique", "smtp-host", "smtp-port", "build", "build-dir"];

impl Reader {
    /// Redactions: one, or a list of them.
    pub(crate) fn redactions(&mut self, node: &Node) -> Vec<Redaction> {
        one_or_many(node).iter().filter_map(|it| self.redaction(it)).collect()
    }

    fn redaction(&mut self, node: &Node) -> Option<Redaction> {
        if matches!(node.value, Value::Scalar { .. }) {
            return self.class(node).map(Redaction::Class);
        }
        let fields = self.object(node, &grammar::REDACTION)?;
        let chosen = self.one_of(&fields, &grammar::REDACTION)?;
        match chosen.key.as_str() {
            "pattern" => self.regex(&chosen.value, "the pattern").map(Redaction::Pattern),
            "json" => self.pointer(&chosen.value, "the pointer").map(Redaction::Json),
            _ => self.class(&chosen.value).map(Redaction::Class),
        }
    }

    fn class(&mut self, node: &Node) -> Option<RedactionClass> {
        let word = self.choice(node, "class of redaction", grammar::classes())?;
        ALL_CLASSES.into_iter().find(|it| it.word() == word)
    }

    /// The one key of a choice that is there; complains about none and about several.
    pub(crate) fn one_of<'n>(&mut self, fields: &Fields<'n>, object: &Object) -> Option<&'n Entry> {
        let mut there = object.one_of.iter().filter_map(|it| fields.entry(it));
        let quoted: Vec<String> = object.one_of.iter().map(|it| format!("\"{it}\"")).collect();
        let choice = quoted.join(", ");
        match (there.next(), there.next()) {
            (Some(only), None) => Some(only),
            (None, _) => {
                self.complain(fields.pos, format!("{} needs one of {choice}", object.title), None);
                None
            }
            (Some(first), Some(second)) => {
                let message =
                    format!("\"{}\" and \"{}\" exclude each other", first.key, second.key);
                self.advise(second.pos, message, "keep one of them");
                None
            }
        }
    }

    /// Words that name facets of this surface.
    fn facets(&mut self, node: &Node, allowed: fn() -> Vec<&'static str>) -> Vec<FacetKind> {
        self.list(node, "facets")
            .iter()
            .filter_map(|it| FacetKind::from_word(self.choice(it, "facet", allowed())?))
            .collect()
    }

    /// A snapshot from the node that names it and the keys beside it.
    pub(crate) fn snapshot(
        &mut self,
        name: &Node,
        fields: &Fields<'_>,
        allowed: fn() -> Vec<&'static str>,
    ) -> Option<Snapshot> {
        let (facets, profile) = match fields.get("facets") {
            Some(it) if it.is_scalar() && allowed().contains(&FacetKind::Aria.word()) => {
                (None, self.profile(it))
            }
            it => (it.map(|it| self.facets(it, allowed)), None),
        };
        let redact = fields.get("redact").map(|it| self.redactions(it)).unwrap_or_default();
        let mask = fields.get("mask").map(|it| self.targets(it)).unwrap_or_default();
        let require = fields.get("require").map(|it| self.facets(it, allowed)).unwrap_or_default();
        let unordered = fields.get("unordered").map(|it| self.unordered(it, allowed));
        let unordered = unordered.unwrap_or_default();
        let unstable =
            fields.get("unstable").map(|it| self.facets(it, allowed)).unwrap_or_default();
        let image = self.scope(fields, facets.as_deref());
        let pos = name.pos;
        let name = self.name(name, "the checkpoint")?;
        if name == crate::model::plan::WATCH_CHECKPOINT {
            self.advise(
                pos,
                "the checkpoint \"watch\" is what the watches write",
                "choose another name",
            );
            return None;
        }
        if self.rounds_deep > 0 {
            self.advise(
                pos,
                format!("the checkpoint \"{name}\" would be taken once a round"),
                "take it after the `repeat`, or write `for-each`, whose checkpoints get the row's name",
            );
        }
        self.mentions.push(Mention::Checkpoint { name: name.clone(), pos });
        Some(Snapshot { name, facets, profile, redact, mask, require, unordered, unstable, image })
    }

    /// What has no order: facets by name, and tables and lists of the page by target.
    fn unordered(&mut self, node: &Node, allowed: fn() -> Vec<&'static str>) -> Vec<Unordered> {
        one_or_many(node).iter().filter_map(|it| self.one_unordered(it, allowed)).collect()
    }

    fn one_unordered(
        &mut self,
        node: &Node,
        allowed: fn() -> Vec<&'static str>,
    ) -> Option<Unordered> {
        let facet = match &node.value {
            Value::Scalar { .. } => FacetKind::from_word(self.words(node, "\"unordered\"")?),
            Value::Map(_) | Value::List(_) => None,
        };
        let pages = allowed().contains(&FacetKind::Aria.word());
        if let Some(facet) = facet.filter(|it| allowed().contains(&it.word())) {
            if facet.has_lines() {
                return Some(Unordered::Facet(facet));
            }
            let help = if facet == FacetKind::Aria {
                "name the table or list whose rows have no order: 'table \"Orders\"'"
            } else {
                "name a facet of lines, such as `stdout`"
            };
            self.advise(node.pos, format!("the facet {facet} is not made of lines"), help);
            return None;
        }
        if !pages {
            self.choice(node, "facet", grammar::command_facets())?;
            return None;
        }
        let target = self.target(node)?;
        let roles = std::iter::successors(Some(&target), |it| it.within.as_deref());
        if roles.clone().all(|it| matches!(it.locator, Locator::Role { .. })) {
            return Some(Unordered::Target(target));
        }
        let help = "name a table or list by its role: 'table \"Orders\"'";
        self.advise(node.pos, "the tree of a page knows things by their roles", help);
        None
    }

    /// What the picture of a snapshot shows.
    fn scope(&mut self, fields: &Fields<'_>, facets: Option<&[FacetKind]>) -> Extent {
        let Some(entry) = fields.entry("image") else { return Extent::Viewport };
        if facets.is_some_and(|it| !it.contains(&FacetKind::Image)) {
            self.advise(
                entry.pos,
                "\"image\" says what the picture shows, and \"facets\" leaves the picture out",
                "add image to the facets, or remove this key",
            );
        }
        match &entry.value.value {
            Value::Map(_) => {
                let fields = self.object(&entry.value, &grammar::IMAGE_OF);
                let target = fields.and_then(|it| self.target(it.get("element")?));
                target.map_or(Extent::Viewport, Extent::Element)
            }
            Value::Scalar { .. } | Value::List(_) => {
                match self.choice(
                    &entry.value,
                    "part of a page for \"image\"",
                    grammar::image_scopes(),
                ) {
                    Some("full-page") => Extent::FullPage,
                    Some(_) | None => Extent::Viewport,
                }
            }
        }
    }

    /// A profile by its name; whether there is such a one is checked once all files are read.
    pub(crate) fn profile(&mut self, node: &Node) -> Option<Profile> {
        let name = self.words(node, "\"facets\"")?.to_owned();
        if FacetKind::from_word(&name).is_some() {
            let help = format!("write a list of facets, as `[{name}]`, or the name of a profile");
            self.advise(node.pos, format!("\"{name}\" is a facet and no profile"), &help);
            return None;
        }
        self.mentions.push(Mention::Profile { name: name.clone(), pos: node.pos });
        Some(Profile::built_in(&name).unwrap_or(Profile { name, facets: Vec::new() }))
    }

    /// What checkpoints of pages take unless they say: a profile, or a list of facets.
    pub(crate) fn default_facets(&mut self, node: &Node) -> Option<Profile> {
        if node.is_scalar() {
            return self.profile(node);
        }
        let facets = self.facets(node, grammar::page_facets);
        self.some_facets(node, &facets);
        Some(Profile { name: String::new(), facets })
    }

    /// The suite's own profiles.
    pub(crate) fn profiles(&mut self, node: &Node) -> IndexMap<String, Vec<FacetKind>> {
        let mut profiles = IndexMap::new();
        for entry in self.map(node, "\"profiles\"").unwrap_or_default() {
            if Profile::built_in(&entry.key).is_some() || FacetKind::from_word(&entry.key).is_some()
            {
                let message = format!("\"{}\" has a meaning already in `facets`", entry.key);
                self.advise(entry.pos, message, "choose another name for the profile");
                continue;
            }
            let facets = self.facets(&entry.value, grammar::page_facets);
            self.some_facets(&entry.value, &facets);
            profiles.insert(entry.key.clone(), facets);
        }
        profiles
    }

    fn some_facets(&mut self, node: &Node, facets: &[FacetKind]) {
        if matches!(&node.value, Value::List(items) if items.is_empty()) && facets.is_empty() {
            self.advise(node.pos, "nothing would be compared", "list a facet, such as `aria`");
        }
    }

    /// Whether a name can be used as `${name}`; complains where it cannot.
    pub(crate) fn variable_name(&mut self, name: &str, pos: super::complaint::Pos) -> bool {
        let fits = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !fits {
            self.advise(
                pos,
                format!("\"{name}\" cannot be the name of a variable"),
                "use letters, digits, `_`, `-` and `.`",
            );
        } else if BUILTINS.contains(&name) {
            self.advise(pos, format!("${{{name}}} has a meaning already"), "choose another name");
        } else {
            return true;
        }
        false
    }

    /// Captures, and values that are set, by name; each is known from here on.
    pub(crate) fn captures<T>(
        &mut self,
        node: &Node,
        read: fn(&mut Self, &Node) -> Option<T>,
    ) -> IndexMap<String, T> {
        let mut captures = IndexMap::new();
        for entry in self.map(node, "\"capture\"").unwrap_or_default() {
            let named = self.variable_name(&entry.key, entry.pos);
            let capture = read(self, &entry.value);
            if named {
                let list = matches!(&entry.value.value, Value::Map(keys)
                    if keys.iter().any(|it| it.key == "all"));
                let (name, pos) = (entry.key.clone(), entry.pos);
                self.mentions.push(Mention::Define { name, pos, list });
            }
            if let Some(capture) = capture {
                captures.insert(entry.key.clone(), capture);
            }
        }
        captures
    }

    /// Whether a capture takes all that there is, as a list.
    pub(super) fn takes_all(
        &mut self,
        fields: &Fields<'_>,
        chosen: &Entry,
        allowed: &[&str],
    ) -> bool {
        let Some(entry) = fields.entry("all") else { return false };
        self.choice(&entry.value, "value of \"all\"", grammar::only_true());
        if allowed.contains(&chosen.key.as_str()) {
            return true;
        }
        let message = format!("there is only one \"{}\"", chosen.key);
        let help = format!("remove \"all\"; it belongs to {}", allowed.join(", "));
        self.advise(entry.pos, message, &help);
        false
    }

    /// A capture from a page.
    pub(crate) fn page_capture(&mut self, node: &Node) -> Option<PageCapture> {
        let fields = self.object(node, &grammar::PAGE_CAPTURE)?;
        let chosen = self.one_of(&fields, &grammar::PAGE_CAPTURE)?;
        for (modifier, verb) in [("matching", "text"), ("of", "attribute")] {
            if let Some(entry) = fields.entry(modifier).filter(|_| chosen.key != verb) {
                self.complain(entry.pos, format!("\"{modifier}\" belongs to \"{verb}\""), None);
            }
        }
        let all = self.takes_all(&fields, chosen, &["text", "value", "attribute"]);
        match chosen.key.as_str() {
            "text" => {
                let target = self.target(&chosen.value);
                let part = match fields.get("matching") {
                    Some(it) => Some(self.pattern(it, "\"matching\"")?),
                    None => None,
                };
                Some(if all {
                    PageCapture::Texts(target?, part)
                } else {
                    PageCapture::Text(target?, part)
                })
            }
            "value" if all => self.target(&chosen.value).map(PageCapture::Values),
            "value" => self.target(&chosen.value).map(PageCapture::Value),
            "attribute" => {
                let name = self.words(&chosen.value, "\"attribute\"")?.to_owned();
                let Some(of) = fields.get("of") else {
                    self.advise(chosen.pos, "the attribute of what?", "name the thing with `of:`");
                    return None;
                };
                let of = self.target(of)?;
                Some(if all {
                    PageCapture::Attributes(of, name)
                } else {
                    PageCapture::Attribute(of, name)
                })
            }
            "clipboard" => {
                self.choice(&chosen.value, "value of \"clipboard\"", grammar::only_true())?;
                Some(PageCapture::Clipboard)
            }
            _ if self.raw(&chosen.value, "\"url\"")? == "true" => Some(PageCapture::Url(None)),
            _ => self.pattern(&chosen.value, "\"url\"").map(|it| PageCapture::Url(Some(it))),
        }
    }

    /// A capture from a command's output.
    pub(crate) fn command_capture(&mut self, node: &Node) -> Option<CommandCapture> {
        let fields = self.object(node, &grammar::COMMAND_CAPTURE)?;
        let chosen = self.one_of(&fields, &grammar::COMMAND_CAPTURE)?;
        let from = match fields.get("from") {
            Some(it) => self.output(it)?,
            None => Output::Stdout,
        };
        let all = self.takes_all(&fields, chosen, &["regex", "json", "whole"]);
        let value = &chosen.value;
        match chosen.key.as_str() {
            "regex" => {
                let make = if all { CommandCapture::Matches } else { CommandCapture::Regex };
                self.pattern(value, "\"regex\"").map(|it| make(from, it))
            }
            "json" => {
                let make = if all { CommandCapture::Items } else { CommandCapture::Json };
                self.pointer(value, "\"json\"").map(|it| make(from, it))
            }
            "line" => self.line_number(value).map(|it| CommandCapture::Line(from, it)),
            other => {
                if let Some(entry) = fields.entry("from") {
                    let message = format!("\"from\" does not belong to \"{other}\"");
                    self.advise(entry.pos, message, &format!("write `{other}: stderr` instead"));
                }
                let output = self.output(value)?;
                Some(match other {
                    "lines" => CommandCapture::Lines(output),
                    _ if all => CommandCapture::EachLine(output),
                    _ => CommandCapture::Whole(output),
                })
            }
        }
    }

    /// The number of a line, from 1 or from the end.
    pub(super) fn line_number(&mut self, node: &Node) -> Option<i64> {
        let line = self.integer::<i64>(node, "\"line\"")?;
        if line == 0 {
            let help = "write 1 for the first or -1 for the last";
            self.advise(node.pos, "lines count from 1", help);
            return None;
        }
        Some(line)
    }

    fn output(&mut self, node: &Node) -> Option<Output> {
        let word = self.choice(node, "output", grammar::outputs())?;
        Some(if word == "stderr" { Output::Stderr } else { Output::Stdout })
    }

    /// Pairs of a target and a value: a map, or a list of qualified targets with `is:`.
    pub(crate) fn pairs<T>(
        &mut self,
        node: &Node,
        object: &'static Object,
        read: &mut dyn FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Vec<(Target, T)> {
        let mut pairs = Vec::new();
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    let target = self.locator(&entry.key, entry.pos).map(Target::plain);
                    let value = read(self, &entry.value);
                    pairs.extend(target.zip(value));
                }
            }
            Value::List(items) => {
                for item in items {
                    let Some(fields) = self.object(item, object) else { continue };
                    let target = self.qualified(&fields);
                    let value = fields.get("is").and_then(|it| read(self, it));
                    pairs.extend(target.zip(value));
                }
            }
            Value::Scalar { .. } => {
                self.advise(
                    node.pos,
                    "targets and their values are missing here",
                    "write `{ 'textbox \"Name\"': value }`",
                );
            }
        }
        pairs
    }
}
