//! [`pattern_of`]: what finds any of some bytes, whatever they mean to a regex. Used by
//! `secrets` and `cut`.

use regex::bytes::Regex;

/// What finds these bytes; `None` where there are none.
pub(super) fn pattern_of(mut forms: Vec<Vec<u8>>) -> Option<Regex> {
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
pub(super) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("\\x{byte:02x}"))
}
