//! Key names as people write them, in `WebDriver`'s code points.

use crate::model::gesture::Modifier;

/// The names that a chord may hold, beside single characters.
const NAMED: [(&str, char); 39] = [
    ("Backspace", '\u{E003}'),
    ("Tab", '\u{E004}'),
    ("Enter", '\u{E007}'),
    ("Return", '\u{E006}'),
    ("Shift", '\u{E008}'),
    ("Control", '\u{E009}'),
    ("Ctrl", '\u{E009}'),
    ("Alt", '\u{E00A}'),
    ("Meta", '\u{E03D}'),
    ("Pause", '\u{E00B}'),
    ("Escape", '\u{E00C}'),
    ("Esc", '\u{E00C}'),
    ("Space", ' '),
    ("PageUp", '\u{E00E}'),
    ("PageDown", '\u{E00F}'),
    ("End", '\u{E010}'),
    ("Home", '\u{E011}'),
    ("ArrowLeft", '\u{E012}'),
    ("ArrowUp", '\u{E013}'),
    ("ArrowRight", '\u{E014}'),
    ("ArrowDown", '\u{E015}'),
    ("Left", '\u{E012}'),
    ("Up", '\u{E013}'),
    ("Right", '\u{E014}'),
    ("Down", '\u{E015}'),
    ("Insert", '\u{E016}'),
    ("Delete", '\u{E017}'),
    ("F1", '\u{E031}'),
    ("F2", '\u{E032}'),
    ("F3", '\u{E033}'),
    ("F4", '\u{E034}'),
    ("F5", '\u{E035}'),
    ("F6", '\u{E036}'),
    ("F7", '\u{E037}'),
    ("F8", '\u{E038}'),
    ("F9", '\u{E039}'),
    ("F10", '\u{E03A}'),
    ("F11", '\u{E03B}'),
    ("F12", '\u{E03C}'),
];
/// Lets go of every key that is held down.
const RELEASE: char = '\u{E000}';

/// What to send for a key or a chord such as `Control+A`; the error names the part that is none.
pub(super) fn chord(keys: &str) -> Result<String, String> {
    let mut sent = String::new();
    // A lone plus, or a chord that ends in one, means the plus key.
    let (parts, plus) = match keys.strip_suffix('+') {
        Some(rest) => (rest.trim_end_matches('+'), true),
        None => (keys, false),
    };
    for part in parts.split('+').filter(|part| !part.is_empty()) {
        sent.push(key(part.trim())?);
    }
    if plus {
        sent.push('+');
    }
    sent.push(RELEASE);
    Ok(sent)
}

/// The code point of a key that is held.
pub(super) fn modifier_key(modifier: Modifier) -> char {
    match modifier {
        Modifier::Alt => '\u{E00A}',
        Modifier::Control => '\u{E009}',
        Modifier::Meta => '\u{E03D}',
        Modifier::Shift => '\u{E008}',
    }
}

fn key(name: &str) -> Result<char, String> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        // `Control+A` means the key, not a capital letter.
        return Ok(letter.to_ascii_lowercase());
    }
    let known = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, code)| *code).ok_or_else(|| {
        let near = NAMED.iter().min_by_key(|(known, _)| {
            strsim::levenshtein(&known.to_lowercase(), &name.to_lowercase())
        });
        let hint = near.map_or_else(String::new, |(near, _)| format!("; did you mean {near}?"));
        format!("no key is named {name:?}{hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_hold_their_modifiers_until_the_end() {
        assert_eq!(chord("Control+A"), Ok("\u{E009}a\u{E000}".to_owned()));
        assert_eq!(chord("Shift+ArrowDown"), Ok("\u{E008}\u{E015}\u{E000}".to_owned()));
        assert_eq!(chord("Control++"), Ok("\u{E009}+\u{E000}".to_owned()));
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest() {
        assert_eq!(chord("Entr"), Err("no key is named \"Entr\"; did you mean Enter?".to_owned()));
    }
}
