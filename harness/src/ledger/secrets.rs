//! [`Secrets`]: the values that must never reach the night directory, in all the forms that they take.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use indexmap::IndexMap;
use regex::bytes::Regex;

use super::LedgerError;
use super::escapes::Walker;

/// Secret values by name, and the means to take them out of bytes.
#[derive(Clone, Default)]
pub struct Secrets {
    values: IndexMap<String, String>,
    /// Finds them character by character, however each is escaped.
    walker: Option<Walker>,
    /// Finds what they look like as a whole.
    pattern: Option<Regex>,
    /// What was made of secrets meanwhile, such as one-time codes; the last ones.
    added: Arc<RwLock<Added>>,
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
        let pattern = pattern_of(values.values());
        let walker = pattern.as_ref().map(|_| Walker::new(values.values().map(String::as_str)));
        Ok(Self { values, walker, pattern, added: Arc::default() })
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

    /// All values, for what must not show them in the first place.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.values().map(String::as_str)
    }

    /// The bytes without the secrets that stand in them character by character.
    fn walked<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(walker) = &self.walker else { return Cow::Borrowed(bytes) };
        let mut clean = Vec::new();
        let mut done = 0;
        while let Some((start, end)) = walker.find(bytes, done) {
            clean.extend_from_slice(&bytes[done..start]);
            clean.extend_from_slice(REPLACEMENT);
            done = end;
        }
        if done == 0 {
            return Cow::Borrowed(bytes);
        }
        clean.extend_from_slice(&bytes[done..]);
        Cow::Owned(clean)
    }

    /// The bytes without any secret.
    #[must_use]
    pub fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let walked = self.walked(bytes);
        let clean = match &self.pattern {
            Some(pattern) if pattern.is_match(&walked) => {
                Cow::Owned(pattern.replace_all(&walked, REPLACEMENT).into_owned())
            }
            Some(_) | None => walked,
        };
        let added = self.added.read().unwrap_or_else(PoisonError::into_inner);
        let Some(pattern) = &added.pattern else { return clean };
        if !pattern.is_match(&clean) {
            return clean;
        }
        let without = pattern.replace_all(&clean, |found: &regex::bytes::Captures<'_>| {
            let found = found.get(0).expect("a match has a whole");
            if is_number(&clean[..found.start()]) {
                found.as_bytes().to_vec()
            } else {
                REPLACEMENT.to_vec()
            }
        });
        Cow::Owned(without.into_owned())
    }
}

/// Whether what follows these bytes is a number of JSON.
fn is_number(before: &[u8]) -> bool {
    before.ends_with(b"\":") && !before.ends_with(b"\\\":")
}

/// What finds these values in all their forms; `None` where there are none.
fn pattern_of<'a>(values: impl Iterator<Item = &'a String>) -> Option<Regex> {
    let mut forms: Vec<Vec<u8>> = values.flat_map(|value| encoded_forms(value)).collect();
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    forms.dedup();
    if forms.is_empty() {
        return None;
    }
    let alternatives: Vec<String> = forms.iter().map(|form| escaped(form)).collect();
    let source = format!("(?-u){}", alternatives.join("|"));
    Some(Regex::new(&source).expect("escaped bytes are a valid pattern"))
}

/// Each byte as `\xNN`, which is a literal whatever it means to a regex.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("\\x{byte:02x}"))
}

/// A secret as it may occur as a whole: in base64, in hexadecimal and in UTF-16.
fn encoded_forms(secret: &str) -> Vec<Vec<u8>> {
    let hex = |digits: String, byte: u8| digits + &format!("{byte:02x}");
    let hex = secret.bytes().fold(String::new(), hex);
    let units: Vec<u16> = secret.encode_utf16().collect();
    let mut forms = vec![
        hex.to_ascii_uppercase().into_bytes(),
        hex.into_bytes(),
        units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    for engine in [&STANDARD, &URL_SAFE] {
        forms.extend((0..3).map(|offset| base64_core(engine, secret.as_bytes(), offset)));
    }
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
mod tests {
    use base64::Engine as _;

    use super::*;

    const SECRET: &str = "p&ss \"wörd'<1>";

    fn percent_encoded(text: &str) -> String {
        text.bytes().fold(String::new(), |encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded + &char::from(byte).to_string()
            } else {
                encoded + &format!("%{byte:02X}")
            }
        })
    }

    fn secrets() -> Secrets {
        Secrets::new([("PASSWORD".to_owned(), SECRET.to_owned())].into_iter().collect())
            .expect("long enough")
    }

    fn scrubbed(text: &str) -> String {
        String::from_utf8_lossy(&secrets().scrub(text.as_bytes())).into_owned()
    }

    #[test]
    fn a_secret_is_taken_out_of_plain_text() {
        assert_eq!(scrubbed(&format!("user ada, {SECRET}!")), "user ada, [secret]!");
    }

    #[test]
    fn a_secret_is_taken_out_of_urls_however_they_are_encoded() {
        for form in [
            percent_encoded(SECRET),
            url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>(),
            "p%26ss+%22w%c3%b6rd%27%3c1%3e".to_owned(),
        ] {
            assert_eq!(scrubbed(&format!("/login?p={form}&x=1")), "/login?p=[secret]&x=1");
        }
    }

    #[test]
    fn a_secret_is_taken_out_of_json_and_of_json_inside_json() {
        let json = serde_json::json!({ "p": SECRET }).to_string();
        assert_eq!(scrubbed(&json), r#"{"p":"[secret]"}"#);
        assert_eq!(scrubbed(r#"{"p":"p&ss \"w\u00f6rd'<1>"}"#), r#"{"p":"[secret]"}"#);
        assert_eq!(scrubbed(r#"{"p":"p&ss \"w\u00F6rd'<1>"}"#), r#"{"p":"[secret]"}"#);
        let nested = serde_json::json!({ "body": json }).to_string();
        assert_eq!(scrubbed(&nested), r#"{"body":"{\"p\":\"[secret]\"}"}"#);
    }

    #[test]
    fn a_secret_is_taken_out_of_html() {
        assert_eq!(scrubbed("<i>p&amp;ss &quot;wörd&#39;&lt;1&gt;</i>"), "<i>[secret]</i>");
        assert_eq!(scrubbed("<i>p&amp;ss \"wörd'&lt;1&gt;</i>"), "<i>[secret]</i>");
    }

    #[test]
    fn a_secret_is_taken_out_of_base64_at_every_offset() {
        for prefix in ["", "a", "ab", "abc", "ada:"] {
            for suffix in ["", "z", "zz"] {
                let encoded = STANDARD.encode(format!("{prefix}{SECRET}{suffix}"));
                let left = scrubbed(&encoded);
                assert!(left.contains("[secret]"), "{encoded} became {left}");
                assert!(left.len() <= "[secret]".len() + 12, "{encoded} became {left}");
            }
        }
    }

    #[test]
    fn a_secret_is_taken_out_of_hexadecimal_and_utf_16() {
        let hex = SECRET.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(scrubbed(&format!("x {hex} y")), "x [secret] y");
        assert_eq!(scrubbed(&format!("x {} y", hex.to_uppercase())), "x [secret] y");
        let wide: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(secrets().scrub(&wide).as_ref(), b"[secret]");
    }

    #[test]
    fn a_short_secret_is_refused_by_name() {
        let error = Secrets::new([("PIN".to_owned(), "123".to_owned())].into_iter().collect())
            .expect_err("too short");
        assert!(error.to_string().starts_with("the secret PIN has fewer than 4 characters"));
    }

    #[test]
    fn what_is_added_later_is_taken_out_too_also_by_clones() {
        let secrets = secrets();
        let clone = secrets.clone();
        secrets.add("482913");
        let clean = clone.scrub(br#"code=482913&x=tea {"bytes":482913} 1482913 .482913Z"#);
        assert_eq!(
            String::from_utf8_lossy(&clean),
            r#"code=[secret]&x=tea {"bytes":482913} 1482913 .482913Z"#
        );
    }

    #[test]
    fn text_without_a_secret_is_left_alone() {
        assert_eq!(scrubbed("pass word"), "pass word");
    }
}
