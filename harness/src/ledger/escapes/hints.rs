//! [`may_mean`]: whether it is worth to read an escape at all. It keeps nothing and follows each
//! escape only as long as it is one, so that text that is full of escapes is passed by quickly.
//! Where it says yes, [`super::readings`] says what the escape means.

use super::{INTRODUCERS, NAMED, hex};

/// Whether a character that is wanted may be meant here, with escapes that are themselves escaped
/// `levels - 1` times. It never says no where [`super::readings`] has such a character.
pub(super) fn may_mean(text: &[u8], at: usize, levels: u8, wanted: &dyn Fn(char) -> bool) -> bool {
    let Some(first) = text.get(at) else { return false };
    if !first.is_ascii() {
        return true;
    }
    wanted(char::from(*first)) || levels > 0 && escape(*first, text, at + 1, levels - 1, wanted)
}

/// The same for an escape of which what introduces it was read.
fn escape(sign: u8, text: &[u8], at: usize, levels: u8, wanted: &dyn Fn(char) -> bool) -> bool {
    let meant = |letter: char, end: usize| {
        wanted(letter) || levels > 0 && is_nested(letter, text, end, levels, wanted)
    };
    match sign {
        b'%' | b'=' => {
            let wide = sign == b'%' && may_be_wide(text, at);
            wide || hex(text, at, 2).is_some_and(|it| it > 0x7f || of_code(it, at + 2, &meant))
        }
        b'&' => reference(text, at, levels, &meant),
        b'\\' => backslash(text, at, levels, &meant),
        b'+' => wanted(' '),
        _ => false,
    }
}

/// Whether a character that was escaped introduces another escape.
fn is_nested(
    letter: char,
    text: &[u8],
    at: usize,
    levels: u8,
    wanted: &dyn Fn(char) -> bool,
) -> bool {
    let sign = u8::try_from(letter).ok().filter(|it| INTRODUCERS.contains(it));
    sign.is_some_and(|it| escape(it, text, at, levels - 1, wanted))
}

fn of_code(code: u32, end: usize, meant: &dyn Fn(char, usize) -> bool) -> bool {
    char::from_u32(code).is_none_or(|letter| meant(letter, end))
}

/// `%u0026`.
fn may_be_wide(text: &[u8], at: usize) -> bool {
    text.get(at) == Some(&b'u') && hex(text, at + 1, 4).is_some()
}

fn reference(text: &[u8], at: usize, levels: u8, meant: &dyn Fn(char, usize) -> bool) -> bool {
    let Some(first) = text.get(at) else { return false };
    // A semicolon that is escaped itself is seldom: then the escape is read.
    let ended = |letter: char, end: usize| {
        let next = text.get(end).copied().unwrap_or_default();
        meant(letter, end) || next == b';' && meant(letter, end + 1)
    };
    let mut named = NAMED.iter().filter(|(name, _)| {
        name.as_bytes()[0] == *first && text[at..].starts_with(name.as_bytes())
    });
    if named.any(|(name, letter)| ended(*letter, at + name.len())) {
        return true;
    }
    *first == b'#'
        || INTRODUCERS.contains(first) && may_mean(text, at, levels, &|letter| letter == '#')
}

fn backslash(text: &[u8], at: usize, levels: u8, meant: &dyn Fn(char, usize) -> bool) -> bool {
    let Some(first) = text.get(at) else { return false };
    match first {
        b'\\' => meant('\\', at + 1),
        b'n' => meant('\n', at + 1),
        b'r' => meant('\r', at + 1),
        b't' => meant('\t', at + 1),
        b'b' | b'f' => true,
        b'u' | b'x' => text.get(at + 1).is_some_and(|it| it.is_ascii_hexdigit() || *it == b'{'),
        it if it.is_ascii_hexdigit() => true,
        it if INTRODUCERS.contains(it) => {
            meant(char::from(*it), at + 1)
                || may_mean(text, at, levels, &|letter| {
                    meant(letter, at + 1) || letter.is_alphanumeric()
                })
        }
        it if it.is_ascii() => meant(char::from(*it), at + 1),
        _ => true,
    }
}
