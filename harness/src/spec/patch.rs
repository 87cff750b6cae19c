//! [`add_to_list`]: adds one entry to a list of a YAML file and leaves everything else as it was
//! written: comments, quotes, order, line ends.
//!
//! The text is read into a tree of spans, one edit is made between them, and the result is read
//! again: it must hold the old values and the new entry and nothing else. Used by `review` for
//! redactions and suppressions, whose entries [`entry`] writes.
//!
//! The files:
//! - `entry.rs`: the entries that it adds: redactions, other remedies, suppressions.
//! - `target.rs`: names a thing of a step otherwise.

mod entry;
mod target;

use std::fmt::Write as _;

use serde_yaml::granit_parser::{Event, Parser, Span, StructureStyle};

pub use self::entry::{loads, read_redaction, redaction_text, remedy_text, suppression_text};
pub use self::target::replace_target;

/// Why a file could not be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The text is no YAML, or holds what this format lacks.
    #[error("it is no valid YAML: {0}; `nightshift check` says where")]
    Yaml(String),
    /// The checkpoint is not there.
    #[error(
        "no step with `snapshot: {0}` is there any more; add the entry by hand, or run the night again"
    )]
    NoCheckpoint(String),
    /// Several steps take a checkpoint of this name, and none of them on the line of the plan.
    #[error(
        "`snapshot: {0}` is there several times, and no longer on the night's line; add the entry by hand, or run the night again"
    )]
    Ambiguous(String),
    /// A step does not name a thing once, or not in a way that can be edited safely.
    #[error(
        "the step does not name {was} once where the night read it; write {is} there by hand, and accept again"
    )]
    Target {
        /// How the thing was named.
        was: String,
        /// How it is named now.
        is: String,
    },
    /// The list is written in a way that cannot be edited safely.
    #[error("\"{key}\" is {how}; add this entry by hand: {entry}")]
    Form {
        /// The key of the list.
        key: String,
        /// How it is written.
        how: &'static str,
        /// What was to be added.
        entry: String,
    },
}

/// Which map of a file gets the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The file as a whole.
    Root,
    /// The step that takes a checkpoint.
    Checkpoint {
        /// The line of the step when the night was planned, from 1.
        line: u32,
        /// The checkpoint's name as it stands in the file.
        name: &'a str,
    },
}

/// A value with the bytes that it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Scalar(String),
    List { flow: bool, items: Vec<Spot> },
    Map { flow: bool, entries: Vec<(Spot, Spot)> },
    Alias,
}

/// Adds `entry`, which is written in flow style, to the list under `key`, and makes the list where
/// there is none. Answers the new text.
///
/// # Errors
/// The place is not there, or the list is written in a way that cannot be edited safely.
pub fn add_to_list(
    text: &str,
    place: Place<'_>,
    key: &str,
    entry: &str,
) -> Result<String, PatchError> {
    let root = parse(text)?;
    let (map, after) = find(&root, place)?;
    let Kind::Map { flow, entries } = &map.kind else {
        return Err(form(key, "not inside of a map", entry));
    };
    let there = entries.iter().find(|(name, _)| name.kind == Kind::Scalar(key.to_owned()));
    let (at, inserted) = match there {
        Some((name, value)) => extended(text, name, value, key, entry)?,
        None if *flow => {
            let at = inside_end(text, map.end);
            (at..at, format!(", {key}: [ {entry} ]"))
        }
        None => {
            let column = entries.first().map_or(map.column, |it| it.0.column);
            let indent = " ".repeat(column);
            let at = line_end(text, after.map_or(map.end, |it| it.end));
            let end = newline(text);
            let begin = if text[..at].ends_with('\n') || at == 0 { "" } else { end };
            (at..at, format!("{begin}{indent}{key}: [ {entry} ]{end}"))
        }
    };
    let mut patched = text.to_owned();
    patched.replace_range(at, &inserted);
    verified(&root, &patched, place, key, entry)?;
    Ok(patched)
}

/// The change that adds an entry to a list that is there.
fn extended(
    text: &str,
    name: &Spot,
    value: &Spot,
    key: &str,
    entry: &str,
) -> Result<(std::ops::Range<usize>, String), PatchError> {
    match &value.kind {
        Kind::List { flow: true, items } => {
            let at = inside_end(text, value.end);
            let comma = if items.is_empty() { " " } else { ", " };
            Ok((at..at, format!("{comma}{entry}")))
        }
        Kind::List { flow: false, items } => {
            let Some(last) = items.last() else { return Err(form(key, "an empty list", entry)) };
            let at = line_end(text, last.end);
            let end = newline(text);
            let begin = if text[..at].ends_with('\n') { "" } else { end };
            Ok((at..at, format!("{begin}{}- {entry}{end}", " ".repeat(value.column))))
        }
        // One entry may stand without a list around it.
        Kind::Scalar(one) if !one.is_empty() && !one.contains('\n') => {
            let range = value.start..value.end;
            let written = text[range.clone()].trim_end().to_owned();
            let range = range.start..range.start + written.len();
            Ok((range, format!("[{written}, {entry}]")))
        }
        Kind::Scalar(one) if one.is_empty() => {
            let colon = text[name.end..].find(':').map(|it| name.end + it + 1);
            let at = colon.ok_or_else(|| form(key, "without a value", entry))?;
            Ok((at..at, format!(" [ {entry} ]")))
        }
        Kind::Map { flow: true, .. } => {
            let written = &text[value.start..value.end];
            Ok((value.start..value.end, format!("[ {written}, {entry} ]")))
        }
        Kind::Map { flow: false, .. } => {
            let column = value.column;
            let end = line_end(text, value.end);
            let mut lines = String::new();
            for (number, line) in text[value.start..end].split_inclusive('\n').enumerate() {
                lines.push_str(if number == 0 { "- " } else { "  " });
                lines.push_str(line);
            }
            if !lines.ends_with('\n') {
                lines.push_str(newline(text));
            }
            // Writing to a string cannot fail.
            let _ = write!(lines, "{}- {entry}{}", " ".repeat(column), newline(text));
            Ok((value.start..end, lines))
        }
        Kind::Scalar(_) => Err(form(key, "a text of several lines", entry)),
        Kind::Alias => Err(form(key, "an alias of another place", entry)),
    }
}

fn form(key: &str, how: &'static str, entry: &str) -> PatchError {
    PatchError::Form { key: key.to_owned(), how, entry: entry.to_owned() }
}

/// Before the bracket that ends a flow collection, and the blanks in front of it.
fn inside_end(text: &str, end: usize) -> usize {
    let inside = &text[..end.saturating_sub(1)];
    inside.trim_end().len()
}

/// Behind the line that a value ends on, with the comment that may stand there.
fn line_end(text: &str, end: usize) -> usize {
    let end = text[..end].trim_end().len();
    text[end..].find('\n').map_or(text.len(), |it| end + it + 1)
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The map that gets the entry, and the value behind which a new key is written.
fn find<'s>(root: &'s Spot, place: Place<'_>) -> Result<(&'s Spot, Option<&'s Spot>), PatchError> {
    match place {
        Place::Root => {
            let last = match &root.kind {
                Kind::Map { entries, .. } => entries.last().map(|it| &it.1),
                Kind::Scalar(_) | Kind::List { .. } | Kind::Alias => None,
            };
            Ok((root, last))
        }
        Place::Checkpoint { line, name } => {
            let mut all = Vec::new();
            checkpoints(root, &mut all);
            let on_line = all.iter().find(|(map, _)| map.line == line as usize);
            let mut named = all.iter().filter(|(_, value)| value.kind == Kind::Scalar(name.into()));
            let found = match (on_line, named.next(), named.next()) {
                (Some(found), _, _) | (None, Some(found), None) => found,
                (None, None, _) => return Err(PatchError::NoCheckpoint(name.to_owned())),
                (None, Some(_), Some(_)) => return Err(PatchError::Ambiguous(name.to_owned())),
            };
            Ok((found.0, Some(found.1)))
        }
    }
}

/// All maps with a `snapshot`, each with its name.
fn checkpoints<'s>(spot: &'s Spot, all: &mut Vec<(&'s Spot, &'s Spot)>) {
    match &spot.kind {
        Kind::Scalar(_) | Kind::Alias => {}
        Kind::List { items, .. } => items.iter().for_each(|it| checkpoints(it, all)),
        Kind::Map { entries, .. } => {
            for (key, value) in entries {
                if key.kind == Kind::Scalar("snapshot".to_owned())
                    && matches!(value.kind, Kind::Scalar(_))
                {
                    all.push((spot, value));
                }
                checkpoints(value, all);
            }
        }
    }
}

/// What a text says, without the places.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plain {
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(Plain, Plain)>),
    Alias,
}

fn plain(spot: &Spot) -> Plain {
    match &spot.kind {
        Kind::Scalar(text) => Plain::Text(text.clone()),
        Kind::List { items, .. } => Plain::List(items.iter().map(plain).collect()),
        Kind::Map { entries, .. } => {
            Plain::Map(entries.iter().map(|(key, value)| (plain(key), plain(value))).collect())
        }
        Kind::Alias => Plain::Alias,
    }
}

/// Complains unless the patched text says what the old one said and the new entry.
fn verified(
    root: &Spot,
    patched: &str,
    place: Place<'_>,
    key: &str,
    entry: &str,
) -> Result<(), PatchError> {
    let unsafe_here = || form(key, "written in a way that cannot be edited safely", entry);
    let new = parse(patched).map_err(|_| unsafe_here())?;
    let (map, _) = find(&new, place).map_err(|_| unsafe_here())?;
    let Kind::Map { entries, .. } = &map.kind else { return Err(unsafe_here()) };
    let list = entries.iter().find(|(name, _)| name.kind == Kind::Scalar(key.to_owned()));
    let Some((_, value)) = list else { return Err(unsafe_here()) };
    let wanted = plain(&parse(entry).map_err(|_| unsafe_here())?);
    let Plain::List(mut items) = plain(value) else { return Err(unsafe_here()) };
    if items.pop() != Some(wanted) {
        return Err(unsafe_here());
    }
    // Everything else is there as before: the leaves of the new text without those of the entry.
    let (before, after) = (leaves(root), leaves(&new));
    let added = leaves(&parse(entry).map_err(|_| unsafe_here())?).len();
    let grown = after.len().checked_sub(before.len()).ok_or_else(unsafe_here)?;
    let same = |at: usize| after[..at] == before[..at] && after[at + grown..] == before[at..];
    let fits = (added..=added + 1).contains(&grown) && (0..=before.len()).any(same);
    if fits { Ok(()) } else { Err(unsafe_here()) }
}

/// All scalars in order.
fn leaves(spot: &Spot) -> Vec<String> {
    match &spot.kind {
        // A key without a value holds nothing that could be lost.
        Kind::Scalar(text) if text.is_empty() || text == "~" => Vec::new(),
        Kind::Scalar(text) => vec![text.clone()],
        Kind::Alias => vec!["*".to_owned()],
        Kind::List { items, .. } => items.iter().flat_map(leaves).collect(),
        Kind::Map { entries, .. } => {
            entries.iter().flat_map(|(key, value)| [leaves(key), leaves(value)]).flatten().collect()
        }
    }
}

/// A collection whose end has not come yet.
struct Open {
    spot: Spot,
    key: Option<Spot>,
}

fn parse(text: &str) -> Result<Spot, PatchError> {
    let offsets: Vec<usize> =
        text.char_indices().map(|it| it.0).chain(std::iter::once(text.len())).collect();
    let byte = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| PatchError::Yaml(error.info().clone()))?;
        let kind = match event {
            Event::Scalar(text, ..) => Kind::Scalar(text.into_owned()),
            Event::Alias(_) => Kind::Alias,
            Event::SequenceStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                let spot = spot(&span, &byte, Kind::List { flow, items: Vec::new() });
                open.push(Open { spot, key: None });
                continue;
            }
            Event::MappingStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                let spot = spot(&span, &byte, Kind::Map { flow, entries: Vec::new() });
                open.push(Open { spot, key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut done) = open.pop() else { continue };
                done.spot.end = end(&done.spot, byte(span.end.index()));
                finish(&mut open, &mut root, done.spot);
                continue;
            }
            // The parser's enum may grow; what else there is holds no values.
            _ => continue,
        };
        finish(&mut open, &mut root, spot(&span, &byte, kind));
    }
    root.ok_or_else(|| PatchError::Yaml("the file is empty".to_owned()))
}

fn spot(span: &Span, byte: &dyn Fn(usize) -> usize, kind: Kind) -> Spot {
    Spot {
        start: byte(span.start.index()),
        end: byte(span.end.index()),
        line: span.start.line(),
        column: span.start.col(),
        kind,
    }
}

/// A block collection ends with its last value; its end event stands at the next token.
fn end(spot: &Spot, event: usize) -> usize {
    match &spot.kind {
        Kind::List { flow: false, items } => items.last().map_or(event, |it| it.end),
        Kind::Map { flow: false, entries } => {
            entries.last().map_or(event, |(key, value)| value.end.max(key.end))
        }
        Kind::List { .. } | Kind::Map { .. } | Kind::Scalar(_) | Kind::Alias => event,
    }
}

fn finish(open: &mut [Open], root: &mut Option<Spot>, spot: Spot) {
    let Some(parent) = open.last_mut() else {
        *root = Some(spot);
        return;
    };
    match &mut parent.spot.kind {
        Kind::List { items, .. } => items.push(spot),
        Kind::Map { entries, .. } => match parent.key.take() {
            Some(key) => entries.push((key, spot)),
            None => parent.key = Some(spot),
        },
        Kind::Scalar(_) | Kind::Alias => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::suite::Suppression;

    const NAME: Place<'_> = Place::Checkpoint { line: 3, name: "list" };

    fn patched(text: &str) -> String {
        add_to_list(text, NAME, "redact", "timestamp").expect("it can be edited")
    }

    #[test]
    fn a_step_without_redactions_gets_a_line_behind_its_name() {
        let text = "scenario: a\nsteps:\n  - snapshot: list # the first\n    mask: [ main ]\n\n  # then\n  - back\n";
        assert_eq!(
            patched(text),
            "scenario: a\nsteps:\n  - snapshot: list # the first\n    redact: [ timestamp ]\n    mask: [ main ]\n\n  # then\n  - back\n"
        );
    }

    #[test]
    fn every_way_to_write_the_list_is_extended_as_it_is_written() {
        let table = [
            ("redact: [uuid]", "redact: [uuid, timestamp]"),
            ("redact: [ uuid ] # ids", "redact: [ uuid, timestamp ] # ids"),
            ("redact: []", "redact: [ timestamp]"),
            ("redact: uuid # one", "redact: [uuid, timestamp] # one"),
            ("redact: { pattern: 'a' }", "redact: [ { pattern: 'a' }, timestamp ]"),
            (
                "redact:\n      - uuid # ids\n      # more",
                "redact:\n      - uuid # ids\n      - timestamp\n      # more",
            ),
            ("redact:\n      - pattern: 'a'", "redact:\n      - pattern: 'a'\n      - timestamp"),
            ("redact:\n      pattern: 'a'", "redact:\n      - pattern: 'a'\n      - timestamp"),
        ];
        for (before, after) in table {
            let whole = |part: &str| {
                format!("scenario: a\nsteps:\n  - snapshot: list\n    {part}\n  - back\n")
            };
            let patched = add_to_list(&whole(before), NAME, "redact", "timestamp");
            assert_eq!(patched, Ok(whole(after)), "{before}");
        }
    }

    #[test]
    fn a_step_in_braces_and_a_file_without_an_end_and_foreign_line_ends_are_kept() {
        assert_eq!(
            patched("scenario: a\nsteps:\n  - { snapshot: list }\n"),
            "scenario: a\nsteps:\n  - { snapshot: list, redact: [ timestamp ] }\n"
        );
        assert_eq!(
            patched("scenario: ä\nsteps:\n  - snapshot: list"),
            "scenario: ä\nsteps:\n  - snapshot: list\n    redact: [ timestamp ]\n"
        );
        assert_eq!(
            patched("scenario: a\r\nsteps:\r\n  - snapshot: list\r\n  - back\r\n"),
            "scenario: a\r\nsteps:\r\n  - snapshot: list\r\n    redact: [ timestamp ]\r\n  - back\r\n"
        );
    }

    #[test]
    fn a_step_that_moved_is_found_by_its_name_and_one_that_is_gone_is_said() {
        let moved = "# new\n# lines\nscenario: a\nsteps:\n  - back\n  - snapshot: list\n";
        assert!(patched(moved).ends_with("  - snapshot: list\n    redact: [ timestamp ]\n"));
        let gone = add_to_list("scenario: a\nsteps: [ back ]\n", NAME, "redact", "uuid");
        assert_eq!(gone, Err(PatchError::NoCheckpoint("list".to_owned())));
        let twice = "scenario: a\n\n\nsteps:\n  - snapshot: list\n  - snapshot: list\n";
        let twice = add_to_list(twice, NAME, "redact", "uuid");
        assert_eq!(twice, Err(PatchError::Ambiguous("list".to_owned())));
    }

    #[test]
    fn an_alias_is_refused_with_what_to_add_by_hand() {
        let text =
            "scenario: a\nredact: &all [uuid]\nsteps:\n  - { snapshot: list, redact: *all }\n";
        let refused = add_to_list(text, NAME, "redact", "timestamp").expect_err("an alias");
        assert_eq!(
            refused.to_string(),
            "\"redact\" is an alias of another place; add this entry by hand: timestamp"
        );
    }

    #[test]
    fn a_suppression_is_added_at_the_end_of_the_configuration() {
        let known = Suppression {
            fingerprint: Some("0f3a".to_owned()),
            reason: "known: it's being mended".to_owned(),
            owner: "data-team".to_owned(),
            expires: "2026-12-31".parse().expect("a date"),
            ..Suppression::default()
        };
        let entry = suppression_text(&known);
        let text = "products:\n  shop: { path: [bin] }\n# the end\n";
        let patched = add_to_list(text, Place::Root, "suppress", &entry).expect("it can be edited");
        assert_eq!(
            patched,
            "products:\n  shop: { path: [bin] }\nsuppress: [ { fingerprint: '0f3a', reason: 'known: it''s being mended', owner: data-team, expires: 2026-12-31 } ]\n# the end\n"
        );
        let again = add_to_list(&patched, Place::Root, "suppress", &entry).expect("a second one");
        assert_eq!(again.matches("0f3a").count(), 2);
        let more = Suppression {
            changes: vec!["12e4".to_owned(), "b5".to_owned()],
            place: Some("/orders".to_owned()),
            pattern: Some(r"took \d+".to_owned()),
            fingerprint: None,
            ..known
        };
        assert_eq!(
            suppression_text(&more),
            r"{ where: /orders, pattern: 'took \d+', changes: ['12e4', b5], reason: 'known: it''s being mended', owner: data-team, expires: 2026-12-31 }"
        );
    }
}
