//! [`value_span`]: where the value at a JSON pointer stands in a text, so that it can be replaced
//! in place and everything else keeps its formatting; [`without_value`]: the same for the JSON files
//! of a `files` facet. Used by [`super::redact`].

use std::collections::HashMap;
use std::ops::Range;

use crate::model::filetext::{Lines, Role, without_oddities};

/// The bytes of the value that `pointer` (RFC 6901) names; `None` where the text is no JSON
/// document or holds no such value. `*` as a segment is no wildcard: pointers name one value.
#[must_use]
pub fn value_span(text: &str, pointer: &str) -> Option<Range<usize>> {
    let text = without_oddities(text);
    let first = text.trim_start().chars().next()?;
    if !matches!(first, '{' | '[') || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return None;
    }
    let segments: Vec<String> = match pointer {
        "" => Vec::new(),
        _ => pointer
            .strip_prefix('/')?
            .split('/')
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .collect(),
    };
    let mut scan = Scanner { bytes: text.as_bytes(), at: 0 };
    segments.iter().try_for_each(|segment| scan.descend(segment))?;
    scan.space();
    let start = scan.at;
    scan.skip_value()?;
    Some(start..scan.at)
}

/// Where each value of a JSON document stands, by its pointer; that of an object's member begins at
/// its key. Empty where the text is no JSON document.
#[must_use]
pub fn places(text: &str) -> HashMap<String, Range<usize>> {
    let mut found = HashMap::new();
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        let mut scan = Scanner { bytes: text.as_bytes(), at: 0 };
        scan.space();
        let start = scan.at;
        // What is well formed has no error left to make.
        let _ = scan.visit(String::new(), start, &mut found);
    }
    found
}

/// The text of a `files` facet without the value that `pointer` names, in each of its JSON files
/// and in each line of JSON Lines. What is an object or an array goes as a whole.
#[must_use]
pub fn without_value(text: &str, pointer: &str) -> String {
    let mut lines = Lines::default();
    let mut out: Vec<String> = Vec::new();
    for whole in text.split('\n') {
        let line = lines.read(whole);
        let value = if line.role == Role::Value { line.text } else { "" };
        // The number of a line of JSON Lines stands before its pointer.
        let number = value.split_once(' ').filter(|it| it.0.starts_with('#')).map_or("", |it| it.0);
        let place = value[number.len()..].trim_start();
        let rest = place.strip_prefix(if pointer.is_empty() { "(whole)" } else { pointer });
        let is_it = rest.is_some_and(|rest| rest.starts_with(": ") || rest.starts_with('/'));
        if !is_it {
            out.push(whole.to_owned());
            continue;
        }
        let start = &whole[..whole.len() - place.len()];
        let redacted = format!("{start}{pointer}: \"[…]\"");
        if out.last() != Some(&redacted) {
            out.push(redacted);
        }
    }
    out.join("\n")
}

/// Walks a document that is known to be well formed.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Moves to the start of a child of the value that starts here.
    fn descend(&mut self, segment: &str) -> Option<()> {
        if self.take(b'{') {
            while self.peek()? == b'"' {
                let start = self.at;
                self.skip_string()?;
                let key: String = serde_json::from_slice(&self.bytes[start..self.at]).ok()?;
                self.take(b':');
                if key == segment {
                    return Some(());
                }
                self.skip_value()?;
                self.take(b',');
            }
            return None;
        }
        if !self.take(b'[') {
            return None;
        }
        let index: usize = segment.parse().ok()?;
        for _ in 0..index {
            if self.peek()? == b']' {
                return None;
            }
            self.skip_value()?;
            self.take(b',');
        }
        (self.peek()? != b']').then_some(())
    }

    /// Walks over the value that starts here, and notes where it and all in it stand.
    fn visit(
        &mut self,
        pointer: String,
        start: usize,
        found: &mut HashMap<String, Range<usize>>,
    ) -> Option<()> {
        if self.take(b'{') {
            while self.peek()? == b'"' {
                let from = self.at;
                self.skip_string()?;
                let key: String = serde_json::from_slice(&self.bytes[from..self.at]).ok()?;
                self.take(b':');
                self.space();
                let key = key.replace('~', "~0").replace('/', "~1");
                self.visit(format!("{pointer}/{key}"), from, found)?;
                self.take(b',');
            }
            self.take(b'}');
        } else if self.take(b'[') {
            let mut index = 0_usize;
            while self.peek()? != b']' {
                let from = self.at;
                self.visit(format!("{pointer}/{index}"), from, found)?;
                self.take(b',');
                index += 1;
            }
            self.take(b']');
        } else {
            self.skip_value()?;
        }
        found.insert(pointer, start..self.at);
        Some(())
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    while self
                        .bytes
                        .get(self.at)
                        .is_some_and(|it| !it.is_ascii_whitespace() && !b",]}".contains(it))
                    {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, pointer: &str) -> Option<String> {
        value_span(text, pointer).map(|span| text[span].to_owned())
    }

    #[test]
    fn what_is_said_of_the_bytes_of_a_document_is_no_part_of_it() {
        let text = "{\"a\": 12}\n[lines end in CR LF]\n[the last line does not end]\n";
        assert_eq!(value_span(text, "/a"), Some(6..8));
        assert_eq!(value_span("{\"a\": 12}\n[else]\n", "/a"), None);
    }

    #[test]
    fn a_pointer_names_exactly_one_value_in_place() {
        let text = "{ \"a\" : [1, {\"b/c\": \"x}\\\"\"}, 2.50 ],\n \"d\":null }";
        assert_eq!(at(text, "/a/0"), Some("1".to_owned()));
        assert_eq!(at(text, "/a/1/b~1c"), Some("\"x}\\\"\"".to_owned()));
        assert_eq!(at(text, "/a/1"), Some("{\"b/c\": \"x}\\\"\"}".to_owned()));
        assert_eq!(at(text, "/a/2"), Some("2.50".to_owned()));
        assert_eq!(at(text, "/d"), Some("null".to_owned()));
    }

    #[test]
    fn every_value_has_a_place_that_begins_at_its_key() {
        let text = "{\"a\": [1, {\"b/c\": \"x\"}],\n\"d\": {} }";
        let mut all: Vec<(String, &str)> =
            places(text).into_iter().map(|(it, span)| (it, &text[span])).collect();
        all.sort();
        assert_eq!(
            all[1..],
            [
                ("/a".to_owned(), "\"a\": [1, {\"b/c\": \"x\"}]"),
                ("/a/0".to_owned(), "1"),
                ("/a/1".to_owned(), "{\"b/c\": \"x\"}"),
                ("/a/1/b~1c".to_owned(), "\"b/c\": \"x\""),
                ("/d".to_owned(), "\"d\": {}"),
            ]
        );
        assert!(places("{").is_empty());
    }

    #[test]
    fn a_pointer_takes_its_value_out_of_files_too() {
        let text = "created a.json [JSON]\n    /at: 1\n    /at2: 1\n    /items/0/at: 2\n    /items/1: 3\n\
                    created b.jsonl [JSON Lines]\n    #1 /at: 1\n    #2 /at: 2\ncreated c.txt\n    /at: 1";
        let once = without_value(text, "/at");
        assert_eq!(
            once,
            "created a.json [JSON]\n    /at: \"[…]\"\n    /at2: 1\n    /items/0/at: 2\n    /items/1: 3\n\
             created b.jsonl [JSON Lines]\n    #1 /at: \"[…]\"\n    #2 /at: \"[…]\"\ncreated c.txt\n    /at: 1"
        );
        assert_eq!(without_value(&once, "/at"), once);
        assert!(without_value(text, "/items").contains("/at2: 1\n    /items: \"[…]\"\ncreated b"));
    }

    #[test]
    fn a_pointer_that_names_nothing_finds_nothing() {
        for (text, pointer) in [
            ("{\"a\":[1]}", "/a/1"),
            ("{\"a\":1}", "/b"),
            ("{\"a\":1}", "/a/b"),
            ("a: 1", "/a"),
            ("{", "/a"),
        ] {
            assert_eq!(at(text, pointer), None, "{text} {pointer}");
        }
    }
}
