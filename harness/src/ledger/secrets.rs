//! [`Secrets`]: the values that must never reach the night directory, in all the forms that they take.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use indexmap::IndexMap;
use regex::bytes::Regex;
use serde_json::Value;

use super::LedgerError;
use super::broken::{Squeezed, hex_rows};
use super::changed::changed;
use super::cut::Cut;
use super::encoded::in_base64;
use super::escapes::{SHORTEST_WRAPPED, Walker};
use super::pattern::{escaped, pattern_of};

/// Secret values by name, and the means to take them out of bytes.
#[derive(Clone, Default)]
pub struct Secrets {
    values: IndexMap<String, String>,
    /// What finds them; `None` where there are none.
    known: Option<Arc<Known>>,
    /// What was made of secrets meanwhile, such as one-time codes; the last ones.
    added: Arc<RwLock<Added>>,
}

/// What finds the secrets of a night.
struct Known {
    /// Character by character, however each is escaped.
    walker: Walker,
    /// By what they look like as a whole.
    pattern: Regex,
    /// The same for those that are long enough to be looked for where lines are broken.
    long: Option<Regex>,
    /// These as their bytes, for dumps.
    plain: Option<Regex>,
    /// These without what is blank in them.
    spread: Walker,
    /// Those that are long enough and may be escaped before they are encoded.
    escaped: Option<Walker>,
    /// What we leave of them ourselves.
    cut: Cut,
}

#[derive(Default)]
struct Added {
    values: Vec<String>,
    pattern: Option<Regex>,
}

/// Codes are old after a minute: more need not be remembered.
const MOST_ADDED: usize = 64;

/// Only the names: a secret must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// What stands where a secret stood.
const REPLACEMENT: &[u8] = b"[secret]";

impl Secrets {
    /// Shorter secrets are refused: they would be found inside of ordinary words.
    pub const SHORTEST: usize = 4;

    /// Secrets with these names and values.
    ///
    /// # Errors
    /// The first secret that is too short to be taken out safely.
    pub fn new(values: IndexMap<String, String>) -> Result<Self, LedgerError> {
        if let Some((name, _)) =
            values.iter().find(|(_, value)| value.chars().count() < Self::SHORTEST)
        {
            return Err(LedgerError::ShortSecret(name.clone()));
        }
        let known = Known::new(&values).map(Arc::new);
        Ok(Self { values, known, added: Arc::default() })
    }

    /// Keeps a one-time code out from now on, here and in all clones. It is short and made of
    /// digits, so it is only found as a word of its own, and left alone as a number of JSON: sizes
    /// and durations must stay.
    pub fn add(&self, value: &str) {
        let mut added = self.added.write().unwrap_or_else(PoisonError::into_inner);
        if added.values.iter().any(|it| it == value) {
            return;
        }
        if added.values.len() == MOST_ADDED {
            added.values.remove(0);
        }
        added.values.push(value.to_owned());
        let words: Vec<String> = added.values.iter().map(|it| escaped(it.as_bytes())).collect();
        let source = format!(r"(?-u)\b(?:{})\b", words.join("|"));
        added.pattern = Some(Regex::new(&source).expect("escaped bytes are a valid pattern"));
    }

    /// The value of a secret.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// All values, and what programs make of them, for what must not show them in the first place.
    pub fn values(&self) -> impl Iterator<Item = String> {
        self.values.values().flat_map(|it| changed(it, Self::SHORTEST))
    }

    /// Whether there is nothing to keep out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Where secrets stand in a text, in order and apart from each other.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(known) = &self.known else { return Vec::new() };
        let mut found = known.find(text);
        let added = self.added.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = &added.pattern {
            let codes = pattern.find_iter(text).map(|it| it.range());
            found.extend(codes.filter(|it| !is_number(&text[..it.start])));
        }
        in_order(found)
    }

    /// As [`Secrets::find`], in text that a page may have spread over things and lines: what is
    /// blank or not drawn between the letters of a longer secret does not matter.
    #[must_use]
    pub fn find_spread(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = self.find(text.as_bytes());
        if let Some(known) = &self.known
            && let Some(squeezed) = Squeezed::without(text.as_bytes(), undrawn)
        {
            let spread = known.spread.find_all(&squeezed.text);
            let forms = known.long.iter().flat_map(|it| it.find_iter(&squeezed.text));
            let all = spread.into_iter().chain(forms.map(|it| it.range()));
            found.extend(all.map(|it| squeezed.origin(&it)));
        }
        in_order(found)
    }

    /// The bytes without any secret.
    #[must_use]
    pub fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.find(bytes);
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut clean = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for part in found {
            clean.extend_from_slice(&bytes[done..part.start]);
            clean.extend_from_slice(REPLACEMENT);
            done = part.end;
        }
        clean.extend_from_slice(&bytes[done..]);
        Cow::Owned(clean)
    }

    /// A text without any secret.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.scrub(text.as_bytes())).into_owned()
    }

    /// The same of which no text has a secret.
    #[must_use]
    pub fn scrub_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.scrub_text(&text)),
            Value::Array(all) => all.into_iter().map(|it| self.scrub_json(it)).collect(),
            Value::Object(all) => {
                all.into_iter().map(|(key, it)| (key, self.scrub_json(it))).collect()
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
        }
    }
}

impl Known {
    fn new(values: &IndexMap<String, String>) -> Option<Self> {
        let forms: Vec<String> =
            values.values().flat_map(|it| changed(it, Secrets::SHORTEST)).collect();
        let all = || forms.iter().map(String::as_str);
        let pattern = pattern_of(all().flat_map(encoded_forms).collect())?;
        let long = || all().filter(|it| it.chars().count() >= SHORTEST_WRAPPED);
        let squeezed: Vec<String> = long()
            .map(|it| it.chars().filter(|it| !is_undrawn(*it)).collect())
            .filter(|it: &String| it.chars().count() >= SHORTEST_WRAPPED)
            .collect();
        let is_escaped = |it: &&str| it.chars().any(|letter| !letter.is_ascii_alphanumeric());
        let mut escaped = long().filter(is_escaped).peekable();
        let escaped = escaped.peek().is_some().then(|| Walker::new(escaped));
        Some(Self {
            walker: Walker::new(all()),
            pattern,
            long: pattern_of(long().flat_map(encoded_forms).collect()),
            plain: pattern_of(long().flat_map(plain_forms).collect()),
            spread: Walker::new(squeezed.iter().map(String::as_str)),
            escaped,
            cut: Cut::of(all(), Secrets::SHORTEST),
        })
    }

    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.walker.find_all(text);
        found.extend(self.cut.find(text));
        found.extend(self.pattern.find_iter(text).map(|it| it.range()));
        found.extend(self.escaped.iter().flat_map(|it| in_base64(it, text)));
        if let Some(long) = &self.long
            && let Some(squeezed) = Squeezed::lines(text)
        {
            let broken = long.find_iter(&squeezed.text).map(|it| it.range());
            let escaped = self.escaped.iter().flat_map(|it| in_base64(it, &squeezed.text));
            found.extend(broken.chain(escaped).map(|it| squeezed.origin(&it)));
        }
        if let Some(plain) = &self.plain {
            for rows in hex_rows(text) {
                let dumped = plain.find_iter(&rows.bytes).map(|it| it.range());
                let escaped = self.escaped.iter().flat_map(|it| it.find_all(&rows.bytes));
                found.extend(dumped.chain(escaped).flat_map(|it| rows.origin(&it)));
            }
        }
        found
    }
}

/// Parts of a text in order, those that overlap as one.
fn in_order(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_unstable_by_key(|it| (it.start, it.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.start < last.end => last.end = last.end.max(part.end),
            Some(_) | None => apart.push(part),
        }
    }
    apart
}

/// Whether a character takes no room, or nothing but room.
fn is_undrawn(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// How many bytes such a character has here.
fn undrawn(rest: &[u8]) -> usize {
    let long = match rest[0] {
        it if it.is_ascii() => return usize::from(is_undrawn(char::from(it))),
        0xc2 => 2,
        0xe1..=0xe3 | 0xef => 3,
        _ => return 0,
    };
    let letter = rest.get(..long).and_then(|it| std::str::from_utf8(it).ok());
    letter.and_then(|it| it.chars().next()).filter(|it| is_undrawn(*it)).map_or(0, char::len_utf8)
}

/// Whether what follows these bytes is a number of JSON.
fn is_number(before: &[u8]) -> bool {
    before.ends_with(b"\":") && !before.ends_with(b"\\\":")
}

/// A secret as it may occur as a whole: in base64, in hexadecimal and in UTF-16.
fn encoded_forms(secret: &str) -> Vec<Vec<u8>> {
    let hex = |digits: String, byte: u8| digits + &format!("{byte:02x}");
    let hex = secret.bytes().fold(String::new(), hex);
    let mut forms = wide_forms(secret);
    forms.extend([hex.to_ascii_uppercase().into_bytes(), hex.into_bytes()]);
    for engine in [&STANDARD, &URL_SAFE] {
        forms.extend((0..3).map(|offset| base64_core(engine, secret.as_bytes(), offset)));
    }
    forms
}

/// A secret in UTF-16, either way round.
fn wide_forms(secret: &str) -> Vec<Vec<u8>> {
    let units = || secret.encode_utf16();
    vec![units().flat_map(u16::to_le_bytes).collect(), units().flat_map(u16::to_be_bytes).collect()]
}

/// A secret as bytes.
fn plain_forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = wide_forms(secret);
    forms.push(secret.as_bytes().to_vec());
    forms
}

/// The base64 characters that depend on the secret alone when it begins `offset` bytes into a group.
fn base64_core(engine: &impl base64::Engine, secret: &[u8], offset: usize) -> Vec<u8> {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(secret);
    let encoded = engine.encode(&padded);
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.as_bytes()[first..last].to_vec()
}

#[cfg(test)]
mod tests;
