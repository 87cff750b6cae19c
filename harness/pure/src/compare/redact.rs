//! [`Redactor`]: takes out of a text what must not be compared, the same way on both sides.
//!
//! What has no order is sorted last, by [`super::order`].
//!
//! Order: values that the harness handed out, JSON pointers, named classes, patterns; repeated
//! until nothing changes, so that redacting redacted text is always a no-op. What stands in
//! brackets already is never split, and every replacement removes text that is not in brackets,
//! so this ends. Classes are narrow on purpose: what they hide by mistake is a miss.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use regex::{Captures, Regex, RegexBuilder};

use super::calendar::{Of, days, months, short_days, short_months};
use super::json::{value_span, without_value};
use super::quoted::within_quotes;
use super::vary::{SMALL_DAY, SMALL_TIME};
use super::{CompareError, order};
use crate::model::observe::FacetShape;
use crate::model::scenario::RedactionClass;
use crate::model::{FacetKind, KnownValue, Plan, Redaction, Scenario, Snapshot, Unordered};

/// What stands for text that a pattern or pointer took out.
pub const PLACEHOLDER: &str = "[…]";

/// More rounds than any text needs; a bound all the same.
const ROUNDS: usize = 16;

/// How many patterns are kept compiled; far more than any suite has.
const MOST_COMPILED: usize = 1_000;

/// Takes out of a text what must not be compared.
#[derive(Debug, Clone)]
pub struct Redactor {
    known: Vec<Known>,
    pointers: Vec<(usize, String)>,
    classes: Vec<(usize, RedactionClass)>,
    patterns: Vec<(usize, Regex)>,
    unordered: Vec<Unordered>,
    /// How often each redaction took something out, in the order in which they were given.
    uses: Arc<[AtomicU64]>,
}

/// A value that the harness handed out. Most texts hold none of them, and each attempt has its
/// own: they become expressions only where they occur.
#[derive(Debug, Clone)]
struct Known {
    value: String,
    token: String,
    regex: OnceLock<Option<Regex>>,
}

impl Known {
    /// `None` for a value that is too long for an expression, which none of ours is.
    fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| KnownValue::pattern(&self.value).ok()).as_ref()
    }
}

impl Redactor {
    /// A redactor for these layers (suite, scenario, checkpoint) and handed-out values.
    ///
    /// # Errors
    /// A pattern that is no regular expression.
    pub fn new(layers: &[&[Redaction]], known: &[KnownValue]) -> Result<Self, CompareError> {
        let count: usize = layers.iter().map(|it| it.len()).sum();
        let mut redactor = Self {
            known: Vec::new(),
            pointers: Vec::new(),
            classes: Vec::new(),
            patterns: Vec::new(),
            unordered: Vec::new(),
            uses: std::iter::repeat_with(AtomicU64::default).take(count).collect(),
        };
        for (at, redaction) in layers.iter().copied().flatten().enumerate() {
            match redaction {
                Redaction::Pattern(pattern) => redactor.patterns.push((at, compile(pattern)?)),
                Redaction::Json(pointer) => redactor.pointers.push((at, pointer.clone())),
                Redaction::Class(class) => redactor.classes.push((at, *class)),
            }
        }
        for known in KnownValue::in_order(known) {
            redactor.known.push(Known {
                value: known.value.clone(),
                token: known.token.clone(),
                regex: OnceLock::new(),
            });
        }
        Ok(redactor)
    }

    /// What is not compared in a checkpoint of a scenario; without one in what its watches saw.
    ///
    /// # Errors
    /// A pattern that is no regular expression.
    pub fn of_checkpoint(
        plan: &Plan,
        scenario: &Scenario,
        snapshot: Option<&Snapshot>,
        known: &[KnownValue],
    ) -> Result<Self, CompareError> {
        let own = snapshot.map_or(&[][..], |it| &it.redact);
        let unordered = snapshot.map_or(&[][..], |it| &it.unordered);
        Ok(Self::new(&[&plan.redact, &scenario.redact, own], known)?.without_order(unordered))
    }

    /// The same, which also sorts what has no order.
    #[must_use]
    pub fn without_order(mut self, unordered: &[Unordered]) -> Self {
        self.unordered.extend_from_slice(unordered);
        self
    }

    /// The text without what must not be compared. Exit codes and pictures are never touched.
    #[must_use]
    pub fn apply(&self, facet: FacetKind, text: &str) -> String {
        let redacted = match facet.shape() {
            FacetShape::Code | FacetShape::Picture => return text.to_owned(),
            FacetShape::Output => self.redact(text.to_owned()),
            // These quote what a page shows.
            FacetShape::Tree | FacetShape::Lines | FacetShape::Set => {
                self.redact(within_quotes(text, &|seen| self.redact(seen.to_owned())))
            }
            FacetShape::Files => {
                let inside = |text: String, (at, pointer): &(usize, String)| {
                    let without = without_value(&text, pointer);
                    self.used(*at, u64::from(without != text));
                    without
                };
                self.redact(self.pointers.iter().fold(text.to_owned(), inside))
            }
        };
        order::sorted(facet, redacted, &self.unordered)
    }

    /// What is taken out of a text, in its order where there is one redaction: text by text, not
    /// those that stand in brackets already.
    #[must_use]
    pub fn taken(&self, text: &str) -> Vec<String> {
        let mut taken = Vec::new();
        let at = |span: &Range<usize>, text: &str| text[span.clone()].to_owned();
        for (_, pointer) in &self.pointers {
            taken.extend(value_span(text, pointer).map(|span| at(&span, text)));
        }
        for (_, class) in &self.classes {
            for regex in class_patterns(*class) {
                let accept = |text: &str, span: &Range<usize>| plausible(*class, text, span);
                taken.extend(replace(text, regex, "", &accept).1.iter().map(|it| at(it, text)));
            }
        }
        for (_, regex) in &self.patterns {
            taken.extend(replace(text, regex, "", &|_, _| true).1.iter().map(|it| at(it, text)));
        }
        taken
    }

    /// How often each redaction took something out so far, in the order in which they were given.
    #[must_use]
    pub fn uses(&self) -> Vec<u64> {
        self.uses.iter().map(|it| it.load(Ordering::Relaxed)).collect()
    }

    fn used(&self, at: usize, times: u64) {
        self.uses[at].fetch_add(times, Ordering::Relaxed);
    }

    fn redact(&self, mut text: String) -> String {
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
        for known in &self.known {
            if text.contains(&known.value)
                && let Some(regex) = known.regex()
            {
                text = replace(&text, regex, &known.token, &|_, _| true).0;
            }
        }
        for (at, pointer) in &self.pointers {
            if let Some(span) = value_span(&text, pointer) {
                self.used(*at, u64::from(&text[span.clone()] != "\"[…]\""));
                text.replace_range(span, "\"[…]\"");
            }
        }
        for (at, class) in &self.classes {
            let token = format!("[{}]", class.word());
            for regex in class_patterns(*class) {
                let (next, spans) =
                    replace(&text, regex, &token, &|text, span| plausible(*class, text, span));
                self.used(*at, spans.len() as u64);
                text = next;
            }
        }
        for (at, regex) in &self.patterns {
            let (next, spans) = replace(&text, regex, PLACEHOLDER, &|_, _| true);
            self.used(*at, spans.len() as u64);
            text = next;
        }
        text
    }
}

/// Compiles a pattern, once a process: a suite's patterns come again with every checkpoint.
fn compile(pattern: &str) -> Result<Regex, CompareError> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return Ok(regex.clone());
    }
    let built = RegexBuilder::new(pattern).multi_line(true).build();
    let regex = built.map_err(|source| CompareError::Pattern {
        pattern: pattern.to_owned(),
        source: Box::new(source),
    })?;
    if compiled.len() >= MOST_COMPILED {
        compiled.clear();
    }
    compiled.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

/// The placeholders that stand in a text already.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    static BRACKETED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[(?:…|[a-z][a-z0-9-]*)\]"));
    BRACKETED.find_iter(text).map(|found| found.range()).collect()
}

/// The text with every match replaced, and where those stood in it.
fn replace(
    text: &str,
    regex: &Regex,
    token: &str,
    accept: &dyn Fn(&str, &Range<usize>) -> bool,
) -> (String, Vec<Range<usize>>) {
    let mut spans = Vec::new();
    if !regex.is_match(text) {
        return (text.to_owned(), spans);
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
        spans.push(span);
    }
    out.push_str(&text[done..]);
    (out, spans)
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

/// An instant, as programs and pages write it.
fn timestamps() -> Vec<Regex> {
    const CLOCK: &str = r"(?:[01]\d|2[0-3]):[0-5]\d";
    const WATCH: &str =
        r"(?:1\d|2[0-3]|0?\d):[0-5]\d(?::[0-5]\d)?(?:\s?(?:[AaPp][Mm]\b|[AaPp]\.[Mm]\.))?";
    // What protocols and logs write is English everywhere.
    let (month, day) = (short_months(Of::English), short_days(Of::English));
    let week = days(Of::English);
    vec![
        // RFC 3339 and ISO 8601, and the same with a space or a comma before the fraction.
        pattern(&format!(
            r"\b\d{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ]{CLOCK}(?::[0-5]\d(?:[.,]\d{{1,9}})?)?(?: ?(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}))?"
        )),
        // RFC 5322 and HTTP dates.
        pattern(&format!(
            r"\b(?:{day}, )?\d{{1,2}} {month} \d{{4}} {CLOCK}(?::[0-5]\d)?(?: (?:GMT|UTC|[+-]\d{{4}}))?"
        )),
        // Access logs.
        pattern(&format!(r"\b\d{{2}}/{month}/\d{{4}}:{CLOCK}:[0-5]\d(?: [+-]\d{{4}})?")),
        // asctime and syslog.
        pattern(&format!(
            r"\b(?:{day} )?{month} [ \d]?\d {CLOCK}:[0-5]\d(?:(?: (?:GMT|UTC))? \d{{4}})?\b"
        )),
        // What pages show by the browser's locale: 05/01/2026, 09:00:06; 1/5/26, 9:00 AM.
        pattern(&format!(
            r"\b\d{{1,2}}(?:/\d{{1,2}}/(?:\d{{4}}|\d{{2}})|\.\d{{1,2}}\.\d{{4}}),? {WATCH}"
        )),
        pattern(&format!(
            r"\b(?:(?:{week}|{day}),? )?(?:{month}[a-z]*\.? \d{{1,2}}, \d{{4}}|\d{{1,2}} {month}[a-z]*\.? \d{{4}})(?:,| at)? {WATCH}"
        )),
        in_words(),
    ]
}

/// A date with its month by name and a time, in any language, with its day of the week:
/// `Samstag, 21. November 2026 um 09:00`, `sáb., 21 de nov. de 2026, 09:00`.
fn in_words() -> Regex {
    let month = format!("(?:{}|{})", months(Of::All), short_months(Of::All));
    let week = format!("(?:{}|{})", days(Of::All), short_days(Of::All));
    pattern(&format!(
        r"\b(?:{week}[.,]{{0,2}} (?:den )?)?{SMALL_DAY}{month}\.?,? (?:del? )?\d{{4}}{SMALL_TIME}\b"
    ))
}

fn class_patterns(class: RedactionClass) -> &'static [Regex] {
    static TIMESTAMP: LazyLock<Vec<Regex>> = LazyLock::new(timestamps);
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
            // The attempt's own folder for temporary files, whose path is known and replaced before.
            pattern(r#"\[tmp\]/[^\s/"'<>:,;)\]]+"#),
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
        // A colour, a number, a word such as `defaced` and `12345e10` are no commit ids; nor is a
        // part of a UUID.
        RedactionClass::Hash => {
            let digits = found.chars().filter(char::is_ascii_digit).count();
            let letters = found.len() - digits;
            let exponent = letters == 1 && found[1..found.len() - 1].contains(['e', 'E']);
            let is_alone = || !is_in_uuid(text, span);
            digits > 0 && letters > 0 && !exponent && before != Some('#') && is_alone()
        }
    }
}

/// Whether a place lies in a UUID.
fn is_in_uuid(text: &str, span: &Range<usize>) -> bool {
    /// How far a UUID reaches beyond a part of it at most, and a sign to see that it ends there.
    const REACH: usize = 37;
    let is_part = |it: &&u8| it.is_ascii_hexdigit() || **it == b'-';
    let bytes = text.as_bytes();
    let before = bytes[..span.start].iter().rev().take(REACH).take_while(is_part).count();
    let after = bytes[span.end..].iter().take(REACH).take_while(is_part).count();
    let (from, to) = (span.start - before, span.end + after);
    let (start, end) = (span.start - from, span.end - from);
    class_patterns(RedactionClass::Uuid)
        .iter()
        .flat_map(|uuid| uuid.find_iter(&text[from..to]))
        .any(|it| it.start() <= start && end <= it.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(class: RedactionClass, text: &str) -> String {
        let layer = [Redaction::Class(class)];
        Redactor::new(&[&layer], &[]).expect("no pattern").apply(FacetKind::Stdout, text)
    }

    fn known(value: &str, token: &str) -> KnownValue {
        KnownValue { value: value.to_owned(), token: token.to_owned() }
    }

    #[test]
    fn each_class_takes_what_it_names() {
        use RedactionClass::{Duration, Hash, Port, TempPath, Timestamp, Uuid};
        let table = [
            (Timestamp, "at 2026-01-05T09:00:00.123Z.", "at [timestamp]."),
            (Timestamp, "2026-01-05 09:00:00,123 INFO", "[timestamp] INFO"),
            (Timestamp, "Mon, 05 Jan 2026 09:00:00 GMT", "[timestamp]"),
            (Timestamp, "[05/Jan/2026:09:00:00 +0000]", "[[timestamp]]"),
            (Timestamp, "Jan  5 09:00:00 host", "[timestamp] host"),
            (Timestamp, "made 05/01/2026, 09:00:06", "made [timestamp]"),
            (Timestamp, "Created: 11/21/26, 1:12 PM Modified", "Created: [timestamp] Modified"),
            (Timestamp, "am 5.1.2026, 9:00:06", "am [timestamp]"),
            (Timestamp, "Nov. 21, 2026, 1:14 p.m. by ada", "[timestamp] by ada"),
            (Timestamp, "5 January 2026 at 09:00", "[timestamp]"),
            (Timestamp, "on Monday, 5 January 2026 at 9:00 AM", "on [timestamp]"),
            (Timestamp, "am Samstag, 21. November 2026 um 09:00 da", "am [timestamp] da"),
            (Timestamp, "am 21. Nov. 2026, 09:00:07 da", "am [timestamp] da"),
            (Timestamp, "le samedi 21 novembre 2026 à 09:00.", "le [timestamp]."),
            (Timestamp, "El 21 de noviembre de 2026, 9:00:07", "El [timestamp]"),
            (Timestamp, "em sáb., 21 de nov. de 2026, 09:00 por", "em [timestamp] por"),
            (Timestamp, "il 3 marzo 2026 alle 09:00", "il [timestamp]"),
            (Timestamp, "za 21 nov 2026 09:00:07 CET", "[timestamp] CET"),
            (Timestamp, "den 21. nov. 2026 kl. 09.00", "den [timestamp]"),
            (Timestamp, "Den 21 november 2026 kl. 09:00", "Den [timestamp]"),
            (Uuid, "id 123e4567-e89b-12d3-a456-426614174000", "id [uuid]"),
            (Duration, "took 12 ms, 1.5s and 2m30s", "took [duration], [duration] and [duration]"),
            (
                Port,
                "http://localhost:40213/x 127.0.0.1:80 [::1]:8001",
                "http://localhost:[port]/x 127.0.0.1:[port] [::1]:[port]",
            ),
            (TempPath, "wrote /tmp/abc123/out.csv", "wrote [temp-path]/out.csv"),
            (Hash, "commit 1a2b3c4d", "commit [hash]"),
            (Hash, "d41d8cd98f00b204e9800998ecf8427e", "[hash]"),
        ];
        for (which, text, wanted) in table {
            assert_eq!(class(which, text), wanted, "{which:?}");
        }
    }

    #[test]
    fn near_misses_of_each_class_stay_visible() {
        use RedactionClass::{Duration, Hash, Port, TempPath, Timestamp, Uuid};
        let table: [(RedactionClass, &[&str]); 6] = [
            (
                Timestamp,
                &[
                    "id 20260105090000",
                    "2026-01-05",
                    "05/01/2026",
                    "1.2.34 10:30",
                    "09:00",
                    "2026-13-05 09:00",
                    "1767603600",
                    "am 21. November 2026",
                    "le 21 novembre 2026, 12 invités",
                    "le 21 tasses 2026 à 09:00",
                ],
            ),
            (Uuid, &["123e4567-e89b-12d3-a456", "1234-5678"]),
            (
                Duration,
                &[
                    "£12.50",
                    "12 items",
                    "the 1970s",
                    "5 m",
                    "30 days",
                    "$5 min",
                    "v1.2s",
                    "12 msgs",
                ],
            ),
            (Port, &["12:30", "ratio 3:40", "row:8001", "a:b"]),
            (TempPath, &["/srv/tmp/x", "https://example.com/tmp/x", "/tmpfile", "tmp/x"]),
            (Hash, &["defaced", "1234567", "#a1b2c3d4", "12345e10", "order-12"]),
        ];
        for (which, texts) in table {
            for text in texts {
                assert_eq!(class(which, text), *text, "{which:?}");
            }
        }
    }

    #[test]
    fn a_hash_is_no_part_of_a_uuid_and_stands_beside_one() {
        let uuid = "123e4567-e89b-12d3-a456-42661417400a";
        let text = format!("<{uuid}> app-1a2b3c4d.js 1a2b3c4d-e89b 1a2b3c4-{uuid}-x");
        let hashed = format!("<{uuid}> app-[hash].js [hash]-e89b [hash]-{uuid}-x");
        assert_eq!(class(RedactionClass::Hash, &text), hashed);
        let both = [RedactionClass::Hash, RedactionClass::Uuid].map(Redaction::Class);
        let redactor = Redactor::new(&[&both], &[]).expect("no pattern");
        assert_eq!(
            redactor.apply(FacetKind::Stdout, &text),
            "<[uuid]> app-[hash].js [hash]-e89b [hash]-[uuid]-x"
        );
    }

    #[test]
    fn redacting_redacted_text_changes_nothing() {
        let layers = [
            Redaction::Pattern(r"id=(\w*)".to_owned()),
            Redaction::Pattern("a(.)".to_owned()),
            Redaction::Pattern(r"\bb\b".to_owned()),
            Redaction::Pattern("took .*".to_owned()),
            Redaction::Json("/id".to_owned()),
            Redaction::Class(RedactionClass::Timestamp),
            Redaction::Class(RedactionClass::Duration),
            Redaction::Class(RedactionClass::Hash),
            Redaction::Class(RedactionClass::TempPath),
        ];
        let handed = [known("40213", "[port]"), known("/tmp/ns-1/work", "[work]")];
        let redactor = Redactor::new(&[&layers], &handed).expect("valid patterns");
        for text in [
            "id=abc id= a1b2c ab took 12 ms at 2026-01-05 09:00:00",
            "{\"id\": 17, \"at\": \"2026-01-05T09:00:00Z\"}",
            "/tmp/ns-1/work/x /tmp/ns-1/other localhost:40213 40213 rows port 40213",
            "aaaaaaaa […] [timestamp] a[…]b",
        ] {
            let once = redactor.apply(FacetKind::Stdout, text);
            assert_eq!(redactor.apply(FacetKind::Stdout, &once), once, "{text}");
        }
    }

    #[test]
    fn handed_out_values_are_whole_words_the_longest_first() {
        let handed =
            [known("/w", "[outer]"), known("/w/inner", "[inner]"), known("4021", "[port]")];
        let redactor = Redactor::new(&[], &handed).expect("no pattern");
        let text = "/w/inner/x /w/y /wide localhost:4021 port=4021 4021 rows :40213";
        assert_eq!(
            redactor.apply(FacetKind::Stdout, text),
            "[inner]/x [outer]/y /wide localhost:[port] port=[port] 4021 rows :40213"
        );
    }

    #[test]
    fn a_pattern_meets_the_text_of_a_page_as_a_person_sees_it_in_every_facet() {
        let pattern = Redaction::Pattern(r#""query_ms": ([\d.]+)"#.to_owned());
        let redactor = Redactor::new(&[&[pattern]], &[]).expect("valid");
        let tree = redactor.apply(FacetKind::Aria, "- code \"{\\\"query_ms\\\": 1.5}\"");
        assert_eq!(tree, "- code \"{\\\"query_ms\\\": […]}\"");
        assert_eq!(redactor.apply(FacetKind::Text, "{\"query_ms\": 1.5}"), "{\"query_ms\": […]}");
        let other = "- code \"{\\\"rows\\\": 15}\"";
        assert_eq!(redactor.apply(FacetKind::Aria, other), other);
    }

    #[test]
    fn a_pointer_replaces_its_value_and_keeps_the_formatting() {
        let layer = [Redaction::Json("/b/0".to_owned())];
        let redactor = Redactor::new(&[&layer], &[]).expect("no pattern");
        let text = "{ \"a\":1.50,\n  \"b\": [17, 2] }";
        assert_eq!(
            redactor.apply(FacetKind::Stdout, text),
            "{ \"a\":1.50,\n  \"b\": [\"[…]\", 2] }"
        );
    }

    #[test]
    fn a_bad_pattern_is_named() {
        let layer = [Redaction::Pattern("a(".to_owned())];
        let error = Redactor::new(&[&layer], &[]).expect_err("no regex").to_string();
        assert!(
            error.starts_with("the redaction pattern `a(` is no regular expression"),
            "{error}"
        );
    }
}
