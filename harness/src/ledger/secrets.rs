//! [`Secrets`]: the values that must never reach the night directory, in all the forms that they take.

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use indexmap::IndexMap;
use regex::bytes::Regex;

use super::LedgerError;

/// Secret values by name, and the means to take them out of bytes.
#[derive(Clone, Default)]
pub struct Secrets {
    values: IndexMap<String, String>,
    pattern: Option<Regex>,
}

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
        let mut forms: Vec<Vec<u8>> =
            values.values().flat_map(|value| encoded_forms(value)).collect();
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        let alternatives: Vec<String> = forms.iter().map(|form| escaped(form)).collect();
        let pattern = if alternatives.is_empty() {
            None
        } else {
            let source = format!("(?-u){}", alternatives.join("|"));
            Some(Regex::new(&source).expect("escaped bytes are a valid pattern"))
        };
        Ok(Self { values, pattern })
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

    /// The bytes without any secret.
    #[must_use]
    pub fn scrub<'a>(&self, bytes: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
        match &self.pattern {
            Some(pattern) => pattern.replace_all(bytes, REPLACEMENT),
            None => std::borrow::Cow::Borrowed(bytes),
        }
    }
}

/// Each byte as `\xNN`, which is a literal whatever it means to a regex.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("\\x{byte:02x}"))
}

/// A secret as it may occur in text, URLs, JSON, HTML and base64.
fn encoded_forms(secret: &str) -> Vec<Vec<u8>> {
    let percent = percent_encoded(secret);
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = json_escaped(secret);
    let mut forms: Vec<Vec<u8>> = [
        secret.to_owned(),
        ascii_escaped(&json, false),
        ascii_escaped(&json, true),
        lower_escapes(&percent),
        lower_escapes(&form),
        form.replace('+', "%20"),
        percent,
        form,
        json_escaped(&json),
        json,
        html_escaped(secret, "&#39;"),
        html_escaped(secret, "&#x27;"),
        html_escaped(secret, "'"),
        html_escaped(secret, "'").replace("&quot;", "\""),
    ]
    .map(String::into_bytes)
    .into();
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

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded + &char::from(byte).to_string()
        } else {
            encoded + &format!("%{byte:02X}")
        }
    })
}

/// `%C3` as `%c3`, and nothing else changed.
fn lower_escapes(encoded: &str) -> String {
    let mut digits = 0_u8;
    encoded
        .chars()
        .map(|letter| {
            let part = digits > 0;
            digits = if letter == '%' { 2 } else { digits.saturating_sub(1) };
            if part { letter.to_ascii_lowercase() } else { letter }
        })
        .collect()
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Everything beyond ASCII as `\uXXXX`, as many writers of JSON do.
fn ascii_escaped(json: &str, upper: bool) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::new(), |text, letter| {
        if letter.is_ascii() {
            return text + &letter.to_string();
        }
        letter.encode_utf16(&mut units).iter().fold(text, |text, unit| {
            text + &if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }
        })
    })
}

fn html_escaped(text: &str, apostrophe: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', apostrophe)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    const SECRET: &str = "p&ss \"wörd'<1>";

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
    fn a_short_secret_is_refused_by_name() {
        let error = Secrets::new([("PIN".to_owned(), "123".to_owned())].into_iter().collect())
            .expect_err("too short");
        assert!(error.to_string().starts_with("the secret PIN has fewer than 4 characters"));
    }

    #[test]
    fn text_without_a_secret_is_left_alone() {
        assert_eq!(scrubbed("pass word"), "pass word");
    }
}
