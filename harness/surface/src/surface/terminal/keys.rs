//! Key names as people write them, as the bytes that a terminal sends: [`bytes`].
//!
//! The forms are xterm's, which every terminfo entry for `xterm-256color` describes. The names are
//! those of the verb `press`, and for arrows the short ones too.

use crate::screen::KeyModes;

/// How a key with a name of its own is sent.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// As this byte; modifiers are lost, but for Alt.
    Byte(u8),
    /// `CSI letter`; in application mode, `SS3 letter`.
    Cursor(char),
    /// `SS3 letter`, with modifiers `CSI 1;m letter`.
    Function(char),
    /// `CSI number ~`.
    Numbered(u8),
}

const NAMED: [(&str, Form); 35] = [
    ("Enter", Form::Byte(b'\r')),
    ("Return", Form::Byte(b'\r')),
    ("Tab", Form::Byte(b'\t')),
    ("Backspace", Form::Byte(0x7f)),
    ("Escape", Form::Byte(0x1b)),
    ("Esc", Form::Byte(0x1b)),
    ("Space", Form::Byte(b' ')),
    ("Up", Form::Cursor('A')),
    ("Down", Form::Cursor('B')),
    ("Right", Form::Cursor('C')),
    ("Left", Form::Cursor('D')),
    ("ArrowUp", Form::Cursor('A')),
    ("ArrowDown", Form::Cursor('B')),
    ("ArrowRight", Form::Cursor('C')),
    ("ArrowLeft", Form::Cursor('D')),
    ("Home", Form::Cursor('H')),
    ("End", Form::Cursor('F')),
    ("PageUp", Form::Numbered(5)),
    ("PageDown", Form::Numbered(6)),
    ("Insert", Form::Numbered(2)),
    ("Delete", Form::Numbered(3)),
    ("Del", Form::Numbered(3)),
    ("F1", Form::Function('P')),
    ("F2", Form::Function('Q')),
    ("F3", Form::Function('R')),
    ("F4", Form::Function('S')),
    ("F5", Form::Numbered(15)),
    ("F6", Form::Numbered(17)),
    ("F7", Form::Numbered(18)),
    ("F8", Form::Numbered(19)),
    ("F9", Form::Numbered(20)),
    ("F10", Form::Numbered(21)),
    ("F11", Form::Numbered(23)),
    ("F12", Form::Numbered(24)),
    ("Plus", Form::Byte(b'+')),
];

/// What is held down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    shift: bool,
    alt: bool,
    control: bool,
}

impl Held {
    /// xterm's number for it (`ctlseqs`, "PC-Style Function Keys").
    fn number(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.control)
    }
}

/// What a terminal sends for a key or a chord such as `Control+C`; the error says what is wrong.
pub(super) fn bytes(keys: &str, modes: KeyModes) -> Result<Vec<u8>, String> {
    let keys = keys.trim();
    // A lone plus, or a chord that ends in one, means the plus key.
    let (held, key) = match keys.strip_suffix('+') {
        Some("") => ("", "+"),
        Some(rest) => (rest.trim_end_matches('+'), "+"),
        None => keys.rsplit_once('+').unwrap_or(("", keys)),
    };
    let held = held_down(held)?;
    let mut letters = key.trim().chars();
    match (letters.next(), letters.next()) {
        (None, _) => Err(format!("{keys:?} names no key")),
        (Some(letter), None) => character(letter, held),
        (Some(_), Some(_)) => named(key.trim(), held, modes),
    }
}

fn held_down(names: &str) -> Result<Held, String> {
    let mut held = Held::default();
    for name in names.split('+').map(str::trim).filter(|name| !name.is_empty()) {
        match name.to_ascii_lowercase().as_str() {
            "shift" => held.shift = true,
            "alt" | "meta" | "option" => held.alt = true,
            "control" | "ctrl" => held.control = true,
            _ => {
                return Err(format!(
                    "{name:?} cannot be held down on a terminal; Shift, Alt and Control can"
                ));
            }
        }
    }
    Ok(held)
}

fn character(letter: char, held: Held) -> Result<Vec<u8>, String> {
    let mut sent = if held.alt { vec![0x1b] } else { Vec::new() };
    if held.control {
        sent.push(control(letter)?);
        return Ok(sent);
    }
    let letter = if held.shift { letter.to_uppercase().next().unwrap_or(letter) } else { letter };
    sent.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(sent)
}

/// A terminal has control codes for letters and a few signs only.
fn control(letter: char) -> Result<u8, String> {
    match letter.to_ascii_lowercase() {
        letter @ 'a'..='z' => Ok(letter as u8 & 0x1f),
        ' ' | '@' => Ok(0),
        '[' => Ok(0x1b),
        '\\' => Ok(0x1c),
        ']' => Ok(0x1d),
        '^' => Ok(0x1e),
        '_' | '/' => Ok(0x1f),
        '?' => Ok(0x7f),
        other => Err(format!("a terminal cannot send Control+{other}")),
    }
}

fn named(name: &str, held: Held, modes: KeyModes) -> Result<Vec<u8>, String> {
    let Some((_, form)) = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Err(unknown(name));
    };
    let plain = held == Held::default();
    let number = held.number();
    let text = match *form {
        Form::Byte(b'\t') if held.shift => "\u{1b}[Z".to_owned(),
        Form::Byte(b' ') => return character(' ', held),
        Form::Byte(byte) => {
            let byte = if byte == 0x7f && held.control { 0x08 } else { byte };
            let alt = if held.alt { "\u{1b}" } else { "" };
            format!("{alt}{}", char::from(byte))
        }
        Form::Cursor(letter) if plain && modes.application_cursor => format!("\u{1b}O{letter}"),
        Form::Cursor(letter) if plain => format!("\u{1b}[{letter}"),
        Form::Function(letter) if plain => format!("\u{1b}O{letter}"),
        Form::Cursor(letter) | Form::Function(letter) => format!("\u{1b}[1;{number}{letter}"),
        Form::Numbered(key) if plain => format!("\u{1b}[{key}~"),
        Form::Numbered(key) => format!("\u{1b}[{key};{number}~"),
    };
    Ok(text.into_bytes())
}

fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let near = NAMED
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(&known.to_lowercase(), &lower), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 2);
    match near {
        Some((_, near)) => format!("no key is named {name:?}; did you mean {near}?"),
        None => format!("no key is named {name:?}; text is typed with `type:`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(keys: &str) -> String {
        let bytes = bytes(keys, KeyModes::default()).expect("a key");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn keys_are_sent_as_xterm_sends_them() {
        for (keys, expected) in [
            ("Enter", "\r"),
            ("a", "a"),
            ("A", "A"),
            ("é", "é"),
            ("+", "+"),
            ("Control+C", "\u{3}"),
            ("ctrl+c", "\u{3}"),
            ("Control+Space", "\0"),
            ("Control+[", "\u{1b}"),
            ("Alt+x", "\u{1b}x"),
            ("Alt+Control+x", "\u{1b}\u{18}"),
            ("Alt++", "\u{1b}+"),
            ("Shift+a", "A"),
            ("Shift+Tab", "\u{1b}[Z"),
            ("Backspace", "\u{7f}"),
            ("Down", "\u{1b}[B"),
            ("ArrowDown", "\u{1b}[B"),
            ("Control+Left", "\u{1b}[1;5D"),
            ("Shift+Alt+End", "\u{1b}[1;4F"),
            ("Delete", "\u{1b}[3~"),
            ("Control+Delete", "\u{1b}[3;5~"),
            ("F1", "\u{1b}OP"),
            ("Shift+F1", "\u{1b}[1;2P"),
            ("F12", "\u{1b}[24~"),
        ] {
            assert_eq!(sent(keys), expected, "{keys}");
        }
    }

    #[test]
    fn arrows_have_another_form_in_application_mode() {
        let modes = KeyModes { application_cursor: true };
        assert_eq!(bytes("Up", modes), Ok(b"\x1bOA".to_vec()));
        assert_eq!(bytes("Home", modes), Ok(b"\x1bOH".to_vec()));
        assert_eq!(bytes("Control+Up", modes), Ok(b"\x1b[1;5A".to_vec()));
        assert_eq!(bytes("Enter", modes), Ok(b"\r".to_vec()));
    }

    #[test]
    fn what_is_no_key_is_named_with_the_remedy() {
        let refused = |keys| bytes(keys, KeyModes::default()).expect_err("refused");
        assert_eq!(refused("Entr"), "no key is named \"Entr\"; did you mean Enter?");
        assert_eq!(refused("hello"), "no key is named \"hello\"; text is typed with `type:`");
        assert_eq!(
            refused("Hyper+x"),
            "\"Hyper\" cannot be held down on a terminal; Shift, Alt and Control can"
        );
        assert_eq!(refused("Control+1"), "a terminal cannot send Control+1");
        assert_eq!(refused(""), "\"\" names no key");
    }
}
