//! [`Redactor`]: takes out of a text what must not be compared, the same way on both sides.
//!
//! Order: values that the harness handed out, JSON pointers, named classes, patterns; repeated
//! until nothing changes, so that redacting redacted text is always a no-op. What stands in
//! brackets already is never split, and every replacement removes text that is not in brackets,
//! so this ends. Classes are narrow on purpose: what they hide by mistake is a miss.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexBuilder};

use super::CompareError;
use super::json::value_span;
use crate::model::scenario::RedactionClass;
use crate::model::{FacetKind, KnownValue, Redaction};

/// What stands for text that a pattern or pointer took out.
pub const PLACEHOLDER: &str = "[…]";

/// More rounds than any text needs; a bound all the same.
const ROUNDS: usize = 16;

/// Takes out of a text what must not be compared.
#[derive(Debug, Clone)]
pub struct Redactor {
    known: Vec<(Regex, String)>,
    pointers: Vec<String>,
    classes: Vec<RedactionClass>,
    patterns: Vec<Regex>,
}

impl Redactor {
    /// A redactor for these layers (suite, scenario, checkpoint) and handed-out values.
    ///
    /// # Errors
    /// A pattern that is no regular expression.
    pub fn new(layers: &[&[Redaction]], known: &[KnownValue]) -> Result<Self, CompareError> {
        let mut redactor = Self {
            known: Vec::new(),
            pointers: Vec::new(),
            classes: Vec::new(),
            patterns: Vec::new(),
        };
        for redaction in layers.iter().copied().flatten() {
            match redaction {
                Redaction::Pattern(pattern) => redactor.patterns.push(compile(pattern)?),
                Redaction::Json(pointer) => redactor.pointers.push(pointer.clone()),
                Redaction::Class(class) => redactor.classes.push(*class),
            }
        }
        let mut values: Vec<&KnownValue> =
            known.iter().filter(|known| !known.value.is_empty()).collect();
        // The longest first, so that a folder inside another is named by its own token.
        values.sort_by(|a, b| b.value.len().cmp(&a.value.len()).then(a.value.cmp(&b.value)));
        for known in values {
            redactor.known.push((known_value(&known.value)?, known.token.clone()));
        }
        Ok(redactor)
    }

    /// The text without what must not be compared. Exit codes and pictures are never touched.
    #[must_use]
    pub fn apply(&self, facet: FacetKind, text: &str) -> String {
        match facet {
            FacetKind::Exit | FacetKind::Image => text.to_owned(),
            FacetKind::Aria
            | FacetKind::Text
            | FacetKind::Page
            | FacetKind::Stdout
            | FacetKind::Stderr
            | FacetKind::Files
            | FacetKind::Screen
            | FacetKind::Events => self.redact(text),
        }
    }

    fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..ROUNDS {
            let next = self.round(&text);
            if next == text {
                break;
            }
            text = next;
        }
        text
    }

    fn round(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (regex, token) in &self.known {
            text = replace(&text, regex, token, &|_, _| true);
        }
        for pointer in &self.pointers {
            if let Some(span) = value_span(&text, pointer) {
                text.replace_range(span, "\"[…]\"");
            }
        }
        for class in &self.classes {
            let token = format!("[{}]", class.word());
            for regex in class_patterns(*class) {
                text = replace(&text, regex, &token, &|text, span| plausible(*class, text, span));
            }
        }
        for regex in &self.patterns {
            text = replace(&text, regex, PLACEHOLDER, &|_, _| true);
        }
        text
    }
}

fn compile(pattern: &str) -> Result<Regex, CompareError> {
    RegexBuilder::new(pattern).multi_line(true).build().map_err(|source| CompareError::Pattern {
        pattern: pattern.to_owned(),
        source: Box::new(source),
    })
}

/// A value as a whole word. A bare number is only taken for a port where it is written as one,
/// so that a count which happens to be the same tonight stays visible.
fn known_value(value: &str) -> Result<Regex, CompareError> {
    let escaped = regex::escape(value);
    let edge = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return compile(&format!(r#"(?i:[:=]|\bport["']?[ :=]{{1,3}}["']?)({escaped})\b"#));
    }
    let before = if edge(value.as_bytes().first()) { r"\b" } else { "" };
    let after = if edge(value.as_bytes().last()) { r"\b" } else { "" };
    compile(&format!("{before}{escaped}{after}"))
}

/// The placeholders that stand in a text already.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    static BRACKETED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[(?:…|[a-z][a-z0-9-]*)\]"));
    BRACKETED.find_iter(text).map(|found| found.range()).collect()
}

fn replace(
    text: &str,
    regex: &Regex,
    token: &str,
    accept: &dyn Fn(&str, &Range<usize>) -> bool,
) -> String {
    if !regex.is_match(text) {
        return text.to_owned();
    }
    let whole = placeholders(text);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for captures in regex.captures_iter(text) {
        let Some(span) = wanted(&captures) else { continue };
        let splits = whole.iter().any(|it| {
            let overlap = span.start < it.end && it.start < span.end;
            overlap && !(span.start <= it.start && it.end <= span.end)
        });
        let already = whole.contains(&span);
        if span.is_empty() || span.start < done || splits || already || !accept(text, &span) {
            continue;
        }
        out.push_str(&text[done..span.start]);
        out.push_str(token);
        done = span.end;
    }
    out.push_str(&text[done..]);
    out
}

/// The first group where the pattern has one, else all that it matched.
fn wanted(captures: &Captures<'_>) -> Option<Range<usize>> {
    match captures.len() {
        1 => captures.get(0),
        _ => captures.get(1),
    }
    .map(|found| found.range())
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that the tests compile")
}

fn class_patterns(class: RedactionClass) -> &'static [Regex] {
    const MONTH: &str = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    const DAY: &str = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    const CLOCK: &str = r"(?:[01]\d|2[0-3]):[0-5]\d";
    static TIMESTAMP: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![
            // RFC 3339 and ISO 8601, and the same with a space or a comma before the fraction.
            pattern(&format!(
                r"\b\d{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ]{CLOCK}(?::[0-5]\d(?:[.,]\d{{1,9}})?)?(?: ?(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}))?"
            )),
            // RFC 5322 and HTTP dates.
            pattern(&format!(
                r"\b(?:{DAY}, )?\d{{1,2}} {MONTH} \d{{4}} {CLOCK}(?::[0-5]\d)?(?: (?:GMT|UTC|[+-]\d{{4}}))?"
            )),
            // Access logs.
            pattern(&format!(r"\b\d{{2}}/{MONTH}/\d{{4}}:{CLOCK}:[0-5]\d(?: [+-]\d{{4}})?")),
            // asctime and syslog.
            pattern(&format!(
                r"\b(?:{DAY} )?{MONTH} [ \d]?\d {CLOCK}:[0-5]\d(?:(?: (?:GMT|UTC))? \d{{4}})?\b"
            )),
        ]
    });
    static UUID: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![pattern(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")]
    });
    static DURATION: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![
            pattern(r"\b(?:\d+h ?)?\d+m ?\d+(?:\.\d+)?s\b"),
            pattern(
                r"\b\d+(?:\.\d+)? ?(?:ns|µs|μs|us|ms|secs?|seconds?|mins?|minutes?|hrs?|hours?|(?:nano|micro|milli)seconds?)\b",
            ),
            // A bare `s` stands for seconds only right after a short number, or after a fraction.
            pattern(r"\b(?:\d{1,3}s|\d+\.\d+ ?s)\b"),
        ]
    });
    static PORT: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![pattern(
            r"(?:\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]*:[0-9a-fA-F:]*\]|://[A-Za-z0-9.-]+):(\d{2,5})\b",
        )]
    });
    static TEMP_PATH: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![
            pattern(r#"(?:/private)?/var/folders/[^\s/"'<>]+/[^\s/"'<>]+/T/[^\s/"'<>:,;)\]]+"#),
            pattern(r#"(?:/private)?(?:/var)?/tmp/[^\s/"'<>:,;)\]]+"#),
            pattern(r#"/dev/shm/[^\s/"'<>:,;)\]]+"#),
            pattern(r#"\b[A-Za-z]:\\Users\\[^\\\s]+\\AppData\\Local\\Temp\\[^\s\\"'<>:,;)\]]+"#),
        ]
    });
    static HASH: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        vec![pattern(r"\b(?:[0-9a-f]{32,128}|[0-9A-F]{32,128})\b"), pattern(r"\b[0-9a-f]{7,12}\b")]
    });
    match class {
        RedactionClass::Timestamp => &TIMESTAMP,
        RedactionClass::Uuid => &UUID,
        RedactionClass::Duration => &DURATION,
        RedactionClass::Port => &PORT,
        RedactionClass::TempPath => &TEMP_PATH,
        RedactionClass::Hash => &HASH,
    }
}

/// Whether what the pattern of a class matched can be of that class, where it stands.
fn plausible(class: RedactionClass, text: &str, span: &Range<usize>) -> bool {
    let before = text[..span.start].chars().next_back();
    let found = &text[span.clone()];
    match class {
        RedactionClass::Timestamp | RedactionClass::Uuid | RedactionClass::Port => true,
        // `$5 mins`, `v1.2s`, `A-5s` are no durations.
        RedactionClass::Duration => !before.is_some_and(|it| {
            it.is_alphanumeric() || matches!(it, '.' | ',' | '-' | '$' | '€' | '£' | '¥' | '#')
        }),
        // `/srv/tmp/x` and `https://example.com/tmp/x` are not below a temporary folder.
        RedactionClass::TempPath => {
            !before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '/' | '.' | '-' | '_'))
        }
        // A colour, a number, a word such as `defaced` and `12345e10` are no commit ids.
        RedactionClass::Hash => {
            let digits = found.chars().filter(char::is_ascii_digit).count();
            let letters = found.len() - digits;
            let exponent = letters == 1 && found[1..found.len() - 1].contains(['e', 'E']);
            digits > 0 && letters > 0 && !exponent && before != Some('#')
        }
    }
}
