//! [`lines`]: a JSON document as one value a line with its pointer, keys sorted, numbers canonical.
//!
//! Numbers are written as RFC 8785 does (`3.0` is `3`); one that no double holds exactly keeps its
//! digits, so that no change of it is lost.

use serde::de::IgnoredAny;

/// Whether a text is one JSON document.
pub fn is_document(text: &str) -> bool {
    !text.trim().is_empty() && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether a text is a JSON document a line.
pub fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(is_document)
}

/// The values of a document; `None` where it is none.
pub fn lines(text: &str) -> Option<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    is_document(text).then(|| values(text, ""))
}

/// The values of each line's document, with the number of the line before the pointer.
pub fn of_lines(text: &str) -> Option<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    is_lines(text).then(|| {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.enumerate().flat_map(|(at, line)| values(line, &format!("#{} ", at + 1))).collect()
    })
}

fn values(text: &str, prefix: &str) -> Vec<String> {
    let mut reader = Reader { text, at: 0, prefix, out: Vec::new() };
    reader.value(&mut String::new());
    reader.out
}

/// Walks a document that is known to be well formed, and no deeper than `serde_json` allows.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    prefix: &'a str,
    out: Vec<String>,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or_default()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn put(&mut self, pointer: &str, value: &str) {
        let pointer = if pointer.is_empty() { "(whole)" } else { pointer };
        self.out.push(format!("{}{pointer}: {value}", self.prefix));
    }

    fn value(&mut self, pointer: &mut String) {
        match self.peek() {
            b'{' => self.object(pointer),
            b'[' => self.array(pointer),
            b'"' => {
                let text = serde_json::Value::String(self.string()).to_string();
                self.put(pointer, &text);
            }
            _ => {
                let word = self.word();
                self.put(pointer, &number(word).unwrap_or_else(|| word.to_owned()));
            }
        }
    }

    fn object(&mut self, pointer: &mut String) {
        self.at += 1;
        let mut members: Vec<(String, Vec<String>)> = Vec::new();
        let outer = std::mem::take(&mut self.out);
        while self.peek() == b'"' {
            let key = self.string();
            self.take(b':');
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&segment(&key));
            self.value(pointer);
            pointer.truncate(length);
            members.push((key, std::mem::take(&mut self.out)));
            self.take(b',');
        }
        self.take(b'}');
        self.out = outer;
        if members.is_empty() {
            self.put(pointer, "{}");
        }
        // Stable: of a key that stands twice both values are kept, in their order.
        members.sort_by(|a, b| a.0.cmp(&b.0));
        self.out.extend(members.into_iter().flat_map(|it| it.1));
    }

    fn array(&mut self, pointer: &mut String) {
        self.at += 1;
        if self.take(b']') {
            self.put(pointer, "[]");
            return;
        }
        let mut index = 0;
        while self.peek() != b']' && self.at < self.text.len() {
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&index.to_string());
            self.value(pointer);
            pointer.truncate(length);
            self.take(b',');
            index += 1;
        }
        self.take(b']');
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'\\') => self.at += 2,
                Some(b'"') | None => break,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_str(&self.text[start..self.at]).unwrap_or_default()
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let end = rest.iter().position(|it| it.is_ascii_whitespace() || b",]}".contains(it));
        self.at += end.unwrap_or(rest.len());
        &self.text[start..self.at]
    }
}

/// A key as a segment of a pointer. One of digits only is quoted: it is no index.
fn segment(key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    let digits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !escaped.contains(|it: char| it.is_control());
    match (digits, plain) {
        (true, _) => format!("\"{escaped}\""),
        (false, true) => escaped,
        (false, false) => escaped.escape_debug().to_string(),
    }
}

/// A number in its canonical form; `None` for what is none or what a double would change.
fn number(word: &str) -> Option<String> {
    if let Ok(whole) = word.parse::<i128>() {
        return Some(whole.to_string());
    }
    let digits = word.split(['e', 'E']).next()?.bytes().filter(u8::is_ascii_digit).count();
    let value: f64 = word.parse().ok().filter(|it: &f64| it.is_finite())?;
    if digits > 17 {
        return None;
    }
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return Some((value as i64).to_string());
    }
    serde_json::Number::from_f64(value).map(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_order_of_keys_and_ways_to_write_a_number_do_not_count() {
        let one = "{\"b\": [1.0, {\"x/y\": \"a\\u00e9\"}], \"a\": {}, \"7\": null}";
        let two = "{\n \"7\":null,\"a\":{ },\n\"b\":[1e0,{\"x\\/y\":\"a\u{e9}\"}]}";
        assert_eq!(lines(one), lines(two));
        assert_eq!(
            lines(one).expect("a document"),
            ["/\"7\": null", "/a: {}", "/b/0: 1", "/b/1/x~1y: \"a\u{e9}\""]
        );
    }

    #[test]
    fn a_digit_that_no_double_holds_counts() {
        assert_ne!(
            lines("[12345678901234567890.123456789]"),
            lines("[12345678901234567890.123456788]")
        );
        assert_ne!(lines("[123456789012345678901]"), lines("[123456789012345678902]"));
        assert_ne!(lines("[1]"), lines("[\"1\"]"));
        assert_eq!(lines("[1.50]"), lines("[15e-1]"));
    }

    #[test]
    fn what_is_no_json_is_none() {
        assert_eq!(lines("{"), None);
        assert_eq!(lines(""), None);
        assert_eq!(lines(&"[".repeat(100_000)), None);
        assert_eq!(lines("3").expect("a document"), ["(whole): 3"]);
        assert_eq!(of_lines("{\"a\":1}\n\n{\"a\":2}\n").expect("lines"), ["#1 /a: 1", "#2 /a: 2"]);
    }
}
