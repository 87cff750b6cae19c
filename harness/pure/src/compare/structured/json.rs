//! [`read`]: JSON and JSON lines as records of fields. A list of objects is a record for each, and so
//! are the objects of several lists, each under its name; any other document is one record. Objects in
//! objects are told by path (`customer.name`), and so are objects in lists, each by what tells it from
//! the others there (`lines[pen].price`); other lists are told as a whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value as Json;

use super::super::json::places;
use super::{Document, Numbers, Record, Value};

/// Fields by their order in a document.
type Fields = Vec<(String, String, String)>;

/// The records of a text that is JSON.
pub(super) fn read(text: &str) -> Option<Document> {
    let start = text.trim_start().chars().next()?;
    if !matches!(start, '{' | '[') {
        return None;
    }
    let text = &*quoted(text);
    match serde_json::from_str::<Json>(text) {
        Ok(whole) => Some(document(text, &whole)),
        Err(_) => lines(text).or_else(|| first(text)),
    }
}

/// A text with quotes in place of the brackets of what a redaction put for a number (`"took": […]`),
/// which is a value of the document as before; as many bytes, so that all stands where it stood.
fn quoted(text: &str) -> Cow<'_, str> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[(?:…|[a-z]+(?:-[a-z]+)*)\]"));
    static PARTS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#""(?:[^"\\]|\\.)*"|\[(…|[a-z]+(?:-[a-z]+)*)\]"#));
    if !VALUE.is_match(text) {
        return Cow::Borrowed(text);
    }
    PARTS.replace_all(text, |found: &Captures<'_>| match found.get(1).map(|it| it.as_str()) {
        Some(value) if !matches!(value, "true" | "false" | "null") => format!("\"{value}\""),
        Some(_) | None => found[0].to_owned(),
    })
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|it| unreachable!("the pattern is written here: {it}"))
}

/// Where the objects and lists stand that a text begins with.
pub(super) fn values(text: &str) -> Vec<Range<usize>> {
    let text = &*quoted(text);
    let mut all = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    let (mut end, mut found) = (0, Vec::new());
    while let Some(Ok(value)) = all.next()
        && (value.is_object() || value.is_array())
    {
        found.push(end..all.byte_offset());
        end = all.byte_offset();
    }
    found
}

/// What a document says at each of its pointers, as it is spelled; in which order an object names
/// its members is no part of that.
pub(super) fn spelled(text: &str) -> BTreeMap<String, String> {
    let text = &*quoted(text);
    let Ok(whole) = serde_json::from_str::<Json>(text) else { return BTreeMap::new() };
    let is_leaf = |pointer: &String| match whole.pointer(pointer) {
        Some(Json::Object(members)) => members.is_empty(),
        Some(Json::Array(items)) => items.is_empty(),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) | None => true,
    };
    let own = places(text).into_iter().filter(|it| is_leaf(&it.0));
    own.map(|(pointer, span)| (pointer, text[span].to_owned())).collect()
}

/// The first document of a text that says something else below it.
fn first(text: &str) -> Option<Document> {
    let mut all = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    let whole = all.next()?.ok()?;
    let (own, below) = text.split_at(all.byte_offset());
    below.trim_start_matches(' ').starts_with('\n').then(|| document(own, &whole))
}

/// A whole document.
fn document(text: &str, whole: &Json) -> Document {
    let spans = places(text);
    let numbers = Numbers::of(text);
    let of_list = |pointer: &str, all: &[Json]| -> Vec<(Vec<String>, Record)> {
        let pointer = |at: usize| format!("{pointer}/{at}");
        let of = |(at, it): (usize, &Json)| record(text, it, &pointer(at), &spans, &numbers);
        all.iter().enumerate().map(of).collect()
    };
    let records = match (objects(whole), lists(whole)) {
        (Some(all), _) => of_list("", all),
        (None, Some(lists)) => {
            let of = |(name, all): (&String, &Vec<Json>)| {
                let mut own = of_list(&format!("/{}", escaped(name)), all);
                for (fields, record) in &mut own {
                    fields.insert(0, LIST.to_owned());
                    let value = Value { text: format!("\"{name}\""), ..Value::default() };
                    record.values.insert(LIST.to_owned(), value);
                }
                own
            };
            lists.into_iter().flat_map(of).collect()
        }
        (None, None) => vec![record(text, whole, "", &spans, &numbers)],
    };
    finished(style(text, "JSON"), false, numbers.all(), records)
}

/// What the name of the list that a record stands in is called.
const LIST: &str = "(list)";

/// The objects of a list of nothing but objects.
fn objects(value: &Json) -> Option<&Vec<Json>> {
    value.as_array().filter(|it| !it.is_empty() && it.iter().all(Json::is_object))
}

/// The lists of objects that a document is made of, by their names.
fn lists(whole: &Json) -> Option<Vec<(&String, &Vec<Json>)>> {
    let members = whole.as_object()?.iter();
    let all: Option<Vec<_>> = members.map(|(name, it)| Some((name, objects(it)?))).collect();
    all.filter(|it| !it.is_empty())
}

/// A name as a segment of a pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
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
    Some(finished(style(first?, "JSON lines"), true, Numbers::of(text.trim_end()).all(), records))
}

fn finished(
    layout: String,
    by_line: bool,
    extent: (u32, u32),
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
    Document {
        layout,
        noun: "field",
        fields,
        by_line,
        in_order: false,
        head: Vec::new(),
        records,
        extent,
    }
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
    spans: &HashMap<String, Range<usize>>,
    numbers: &Numbers,
) -> (Vec<String>, Record) {
    let mut fields = Fields::new();
    flatten(whole, pointer, "", &mut fields);
    let lines = |pointer: &str| spans.get(pointer).map(|it| numbers.of_range(it));
    let many = lines(pointer).is_some_and(|it| it.len() > 1);
    let mut on_line: HashMap<u32, usize> = HashMap::new();
    for line in fields.iter().flat_map(|it| lines(&it.1).unwrap_or_default()) {
        *on_line.entry(line).or_default() += 1;
    }
    let values = fields.iter().map(|(name, pointer, said)| {
        let own = lines(pointer).unwrap_or_default();
        let alone = match own.as_slice() {
            [one] if many && on_line[one] == 1 => {
                text.lines().nth(*one as usize - 1).map(|it| it.trim().to_owned())
            }
            _ => None,
        };
        (name.clone(), Value { text: said.clone(), lines: own, alone })
    });
    let order: Vec<String> = fields.iter().map(|it| it.0.clone()).collect();
    let record = Record {
        values: values.collect(),
        order: order.clone(),
        lines: lines(pointer).unwrap_or_default(),
        text: whole.to_string(),
    };
    (order, record)
}

/// Whether a member is called a number that tells one thing from another.
fn is_id(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("id")
}

/// What each item of a list is told by: the first of its members that says another text, or id, in
/// every item, else its position.
fn labels(items: &[Json]) -> Vec<String> {
    const LONGEST: usize = 40;
    let members = items.first().and_then(Json::as_object).into_iter().flat_map(|it| it.keys());
    let said = |key: &String| -> Option<Vec<String>> {
        let label = |item: &Json| match item.get(key)? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) if is_id(key) => Some(number.to_string()),
            _ => None,
        };
        let all: Vec<String> = items.iter().map(label).collect::<Option<_>>()?;
        let fits =
            all.iter().all(|it| !it.is_empty() && it.len() <= LONGEST && !it.contains(['[', ']']));
        let unique: BTreeSet<&String> = all.iter().collect();
        (fits && unique.len() == all.len()).then_some(all)
    };
    let mut all = members.filter_map(said);
    all.next().unwrap_or_else(|| (0..items.len()).map(|it| it.to_string()).collect())
}

/// Every value by its name, its pointer and what it says.
fn flatten(value: &Json, pointer: &str, name: &str, out: &mut Fields) {
    match value {
        Json::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                let escaped = escaped(key);
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(member, &format!("{pointer}/{escaped}"), &name, out);
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            let labels = labels(items);
            for ((at, item), label) in items.iter().enumerate().zip(labels) {
                flatten(item, &format!("{pointer}/{at}"), &format!("{name}[{label}]"), out);
            }
        }
        other => out.push((name.to_owned(), pointer.to_owned(), other.to_string())),
    }
}
