//! [`read`]: JSON and JSON lines as records of fields. A list of objects is a record for each; any
//! other document is one record. Objects in objects are told by path (`customer.name`), lists as a
//! whole.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::super::json::places;
use super::{Document, Record, Value};

/// Fields by their order in a document.
type Fields = Vec<(String, String, String)>;

/// The records of a text that is JSON.
pub(super) fn read(text: &str) -> Option<Document> {
    let start = text.trim_start().chars().next()?;
    if !matches!(start, '{' | '[') {
        return None;
    }
    match serde_json::from_str::<Json>(text) {
        Ok(whole) => Some(document(text, &whole)),
        Err(_) => lines(text),
    }
}

/// A whole document.
fn document(text: &str, whole: &Json) -> Document {
    let objects = whole.as_array().filter(|it| !it.is_empty() && it.iter().all(Json::is_object));
    let spans = places(text);
    let numbers = Numbers::of(text);
    let records = match objects {
        Some(all) => {
            let of =
                |(at, it): (usize, &Json)| record(text, it, &format!("/{at}"), &spans, &numbers);
            all.iter().enumerate().map(of).collect()
        }
        None => vec![record(text, whole, "", &spans, &numbers)],
    };
    finished(style(text, "JSON"), false, Vec::new(), records)
}

/// A text of which every line is an object.
fn lines(text: &str) -> Option<Document> {
    let mut records = Vec::new();
    let mut first = None;
    for (at, line) in text.lines().enumerate().filter(|it| !it.1.trim().is_empty()) {
        let whole: Json = serde_json::from_str(line).ok().filter(Json::is_object)?;
        let mut own = record(line, &whole, "", &places(line), &Numbers::of(line));
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        own.1.lines = vec![number];
        for value in own.1.values.values_mut() {
            value.lines = vec![number];
            value.alone = None;
        }
        records.push(own);
        first.get_or_insert(line);
    }
    Some(finished(style(first?, "JSON lines"), true, Vec::new(), records))
}

fn finished(
    layout: String,
    by_line: bool,
    head: Vec<u32>,
    records: Vec<(Vec<String>, Record)>,
) -> Document {
    let mut fields: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for name in records.iter().flat_map(|it| &it.0) {
        if known.insert(name.clone()) {
            fields.push(name.clone());
        }
    }
    let records = records.into_iter().map(|it| it.1).collect();
    Document { layout, noun: "field", fields, by_line, head, records }
}

/// How a document is written.
fn style(text: &str, kind: &str) -> String {
    let text = text.trim();
    let spaced = text.contains("\": ") || !text.contains("\":");
    let indent = text.lines().nth(1).map(|it| it.len() - it.trim_start().len());
    match (indent, spaced) {
        (Some(indent), _) => format!("{kind} indented by {indent}"),
        (None, true) => kind.to_owned() + " on one line",
        (None, false) => kind.to_owned() + " on one line without spaces",
    }
}

/// A value as one record, with its fields in their order.
fn record(
    text: &str,
    whole: &Json,
    pointer: &str,
    spans: &HashMap<String, std::ops::Range<usize>>,
    numbers: &Numbers,
) -> (Vec<String>, Record) {
    let mut fields = Fields::new();
    flatten(whole, pointer, "", &mut fields);
    let lines = |pointer: &str| spans.get(pointer).map(|it| numbers.of_range(it));
    let many = lines(pointer).is_some_and(|it| it.len() > 1);
    let values = fields.iter().map(|(name, pointer, said)| {
        let own = lines(pointer).unwrap_or_default();
        let alone = match own.as_slice() {
            [one] if many => text.lines().nth(*one as usize - 1).map(|it| it.trim().to_owned()),
            _ => None,
        };
        (name.clone(), Value { text: said.clone(), lines: own, alone })
    });
    let record = Record {
        values: values.collect(),
        lines: lines(pointer).unwrap_or_default(),
        text: whole.to_string(),
    };
    (fields.iter().map(|it| it.0.clone()).collect(), record)
}

/// Every value by its name, its pointer and what it says.
fn flatten(value: &Json, pointer: &str, name: &str, out: &mut Fields) {
    match value {
        Json::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(member, &format!("{pointer}/{escaped}"), &name, out);
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for (at, item) in items.iter().enumerate() {
                flatten(item, &format!("{pointer}/{at}"), &format!("{name}[{at}]"), out);
            }
        }
        other => out.push((name.to_owned(), pointer.to_owned(), other.to_string())),
    }
}

/// Where lines begin.
struct Numbers {
    starts: Vec<usize>,
}

impl Numbers {
    fn of(text: &str) -> Self {
        let after = text.match_indices('\n').map(|it| it.0 + 1);
        Self { starts: std::iter::once(0).chain(after).collect() }
    }

    /// The lines of a range of bytes, from 1.
    fn of_range(&self, range: &std::ops::Range<usize>) -> Vec<u32> {
        let line = |at: usize| self.starts.partition_point(|it| *it <= at);
        let (first, last) = (line(range.start), line(range.end.saturating_sub(1).max(range.start)));
        (first..=last).filter_map(|it| u32::try_from(it).ok()).collect()
    }
}
