//! The same part of lines that are built alike, in what one program prints and writes: `BRH:3` and
//! `BRH:5` that are two others, the text or one attribute of elements of one kind in a page that is a
//! file. One piece of code writes that part.

use std::collections::{BTreeMap, BTreeSet};

use super::table::is_printed;
use super::{Rule, star, stars};
use crate::cause::node::kind_of;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::{exchanged, is_name, tokens};
use crate::model::thing::{Node, Thing};

pub(super) const RULE: Rule = Rule { id: "slot", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let keyed = (0..evidence.spots.len()).flat_map(|spot| {
        let program = evidence.program(spot);
        evidence.seen_at(spot).flat_map(move |(node, change)| {
            slots(change).into_iter().map(move |it| ((program, it), node))
        })
    });
    let mut found = stars(keyed, "it is the same part of lines that are built alike");
    found.extend(of_pages(evidence));
    found
}

/// The one thing of its role that came or went at the same part of pages of one kind, whatever it says
/// on each.
fn of_pages(evidence: &Evidence<'_>) -> Vec<Edge> {
    // By kind of page, side, what it stands in and role: at each spot, what came or went.
    type Part<'a> = (String, bool, &'a [String], &'a str);
    let mut parts: BTreeMap<Part<'_>, BTreeMap<usize, BTreeSet<usize>>> = BTreeMap::new();
    for spot in 0..evidence.spots.len() {
        let kind = kind_of(evidence.path(spot));
        for (node, change) in evidence.seen_at(spot).filter(|_| kind.contains('*')) {
            let (came, line) = match (&change.before, &change.after) {
                (Some(line), None) => (false, line),
                (None, Some(line)) => (true, line),
                _ => continue,
            };
            if change.facet == Some(FacetKind::Aria) {
                let part = (kind.clone(), came, change.around.as_slice(), Node::read(line).role);
                parts.entry(part).or_default().entry(spot).or_default().insert(node);
            }
        }
    }
    let single = parts.into_values().filter(|it| it.values().all(|nodes| nodes.len() == 1));
    let because = "it is the same part of pages of one kind";
    single.flat_map(|it| star(it.into_values().flatten(), because)).collect()
}

/// The parts of its line that a change is about.
fn slots(change: &Change) -> Vec<String> {
    if !is_printed(change) || change.thing != Thing::Line {
        return Vec::new();
    }
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(old), Some(new)) => match (Element::read(old), Element::read(new)) {
            (Some(was), Some(is)) => of_elements(&was, &is),
            _ => template(old, new).into_iter().collect(),
        },
        // Where elements of one kind have other texts, some of them are more or fewer.
        (Some(line), None) | (None, Some(line)) => {
            Element::read(line).and_then(|it| it.kind()).map(|it| it + ">").into_iter().collect()
        }
        (None, None) => Vec::new(),
    }
}

/// A line with a mark for each word or number that differs and a sign for every other number; `None`
/// where that names nothing.
fn template(old: &str, new: &str) -> Option<String> {
    let (was, is) = (tokens(old), tokens(new));
    let differ = exchanged(&was, &is);
    let values = differ.iter().all(|at| !is_name(was[*at]) && !is_name(is[*at]));
    let named = (0..is.len()).any(|at| is_name(is[at]) && !differ.contains(&at));
    if differ.is_empty() || !values || !named {
        return None;
    }
    let mut rest = new;
    let mut text = String::new();
    for (at, token) in is.iter().enumerate() {
        let (before, behind) = rest.split_once(token)?;
        text.push_str(before);
        if differ.contains(&at) {
            text.push('\u{1}');
        } else {
            text.push_str(&without_numbers(token));
        }
        rest = behind;
    }
    Some(text + rest)
}

/// An element as a file that is a page or XML has it on one line: `<td class="src"> text`.
struct Element<'a> {
    tag: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    text: &'a str,
}

impl<'a> Element<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (head, text) = line.trim().strip_prefix('<')?.split_once('>')?;
        let (tag, rest) = head.split_once(' ').unwrap_or((head, ""));
        tag.starts_with(|it: char| it.is_ascii_alphabetic()).then_some(())?;
        let mut pieces = rest.split('"');
        let mut attributes = Vec::new();
        while let Some((name, value)) = pieces.next().zip(pieces.next()) {
            attributes.push((name.trim().trim_end_matches('='), value));
        }
        Some(Self { tag, attributes, text: text.trim() })
    }

    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|it| it.0 == name).map(|it| it.1)
    }

    /// What it is, with the first of its classes, which says what it is for.
    fn kind(&self) -> Option<String> {
        let class = self.attribute("class")?.split_whitespace().next()?;
        Some(format!("<{} {class}", self.tag))
    }
}

/// What differs of two elements of one kind: attributes, or the text.
fn of_elements(was: &Element<'_>, is: &Element<'_>) -> Vec<String> {
    let Some(kind) = is.kind().filter(|it| was.kind().as_ref() == Some(it)) else {
        return Vec::new();
    };
    let names = was.attributes.iter().chain(&is.attributes).map(|it| it.0);
    let differ = names.filter(|it| was.attribute(it) != is.attribute(it));
    let mut found: Vec<String> = differ.map(|it| format!("{kind} {it}=")).collect();
    if was.text != is.text {
        found.push(format!("{kind}>"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    /// How many edges there are between lines that one command prints.
    fn of(lines: &[(&str, &str)]) -> usize {
        let one = |it: &(&str, &str)| {
            testing::change(Some(FacetKind::Stdout), Thing::Line, Some(it.0), Some(it.1))
        };
        let changes = lines.iter().map(one).collect();
        let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
        joined(edges, &[testing::located("list", "gcov list", facets)]).len()
    }

    #[test]
    fn one_value_of_lines_that_are_built_alike_is_one_and_another_is_not() {
        let (first, second) = (("BRH:3 of 7", "BRH:2 of 7"), ("BRH:9 of 12", "BRH:5 of 12"));
        assert_eq!(of(&[first, second]), 1);
        assert_eq!(of(&[first, ("BRH:9 of 12", "BRH:9 of 13")]), 0, "that is the other value");
        assert_eq!(of(&[first, ("LNH:9 of 12", "LNH:5 of 12")]), 0, "that is another line");
        assert_eq!(of(&[("a: 3", "a: 2"), ("a: 5", "a: 4")]), 0, "one letter names nothing");
        assert_eq!(of(&[("it is so", "it is gone"), ("it is so", "it is here")]), 0);
    }

    #[test]
    fn one_attribute_or_the_text_of_elements_of_one_kind_is_one_and_others_are_not() {
        let cell = |class: &str, text: &str| format!("<td class=\"src {class}\"> {text}");
        let (ran, never) = (cell("ran", "return a;"), cell("never", "return a;"));
        let (here, there) = (cell("ran", "while b {"), cell("", "while b {"));
        assert_eq!(of(&[(&ran, &never), (&here, &there)]), 1);
        let other = cell("ran", "return b;");
        assert_eq!(of(&[(&ran, &never), (&ran, &other)]), 0, "text is no class");
        assert_eq!(of(&[(&ran, &other), (&here, &cell("ran", "}"))]), 1);
        let plain = |text: &str| format!("<td> {text}");
        assert_eq!(of(&[(&plain("a"), &plain("b")), (&plain("c"), &plain("d"))]), 0);
    }

    #[test]
    fn what_went_from_the_same_part_of_pages_of_one_kind_is_one_and_from_others_is_not() {
        let of = |pages: &[(&str, &[&str])]| {
            let spot = |(place, lines): &(&str, &[&str])| {
                let gone =
                    |it: &&str| testing::change(Some(FacetKind::Aria), Thing::Line, Some(it), None);
                let changes = lines.iter().map(gone).collect();
                let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
                testing::located("read", place, facets)
            };
            joined(of_pages, &pages.iter().map(spot).collect::<Vec<_>>()).len()
        };
        let first: (&str, &[&str]) = ("/#/mail/m1", &["- text: Dear Ada"]);
        assert_eq!(of(&[first, ("/#/mail/m2", &["- text: Thank you"])]), 1);
        assert_eq!(of(&[first, ("/#/mail/m2", &["- link \"Reply\""])]), 0, "that is a link");
        assert_eq!(of(&[first, ("/#/note/m2", &["- text: Thank you"])]), 0);
        let two = ("/#/mail/m2", ["- text: Thank you", "- text: Bob"].as_slice());
        assert_eq!(of(&[first, two]), 0, "one of two could be meant");
        assert_eq!(of(&[("/a", &["- text: a"]), ("/a", &["- text: b"])]), 0, "one page");
    }
}
