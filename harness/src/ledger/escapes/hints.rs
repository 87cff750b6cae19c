//! [`may_mean`]: whether it is worth reading an escape at all. It keeps nothing and follows each
//! escape only as long as it is one, so that text that is full of escapes is passed by quickly.
//! It goes the way of [`super::readings`], which says what the escape means where this says yes.

use super::named::named;
use super::{INTRODUCERS, hex};

/// Asked of a character that may be meant, with the place behind it.
type Wanted<'a> = &'a dyn Fn(char, usize) -> bool;

/// Whether a character that is wanted may be meant here, with escapes that are themselves escaped
/// `levels - 1` times. It never says no where [`super::readings`] has such a character.
pub(super) fn may_mean(text: &[u8], at: usize, levels: u8, wanted: Wanted<'_>) -> bool {
    let Some(first) = text.get(at) else { return false };
    if !first.is_ascii() {
        return true;
    }
    if levels == 0 || !INTRODUCERS.contains(first) {
        return wanted(char::from(*first), at + 1);
    }
    may_mean(text, at, levels - 1, &|letter, end| {
        wanted(letter, end) || is_escape(letter, text, end, levels - 1, wanted)
    })
}

/// Whether this character introduces an escape that may mean what is wanted.
fn is_escape(sign: char, text: &[u8], at: usize, levels: u8, wanted: Wanted<'_>) -> bool {
    match sign {
        '%' | '=' => {
            let wide = sign == '%' && text.get(at) == Some(&b'u') && hex(text, at + 1, 4).is_some();
            wide || hex(text, at, 2).is_some_and(|it| {
                it > 0x7f || char::from_u32(it).is_none_or(|letter| wanted(letter, at + 2))
            })
        }
        '&' => reference(text, at, levels, wanted),
        '\\' => backslash(text, at, levels, wanted),
        '+' | '_' => wanted(' ', at),
        _ => false,
    }
}

fn reference(text: &[u8], at: usize, levels: u8, wanted: Wanted<'_>) -> bool {
    if at >= text.len() {
        return false;
    }
    let ended = |letter: char, end: usize| {
        wanted(letter, end)
            || may_mean(text, end, levels, &|sign, end| sign == ';' && wanted(letter, end))
    };
    named(&text[at..]).any(|(name, letter)| ended(letter, at + name.len()))
        || may_mean(text, at, levels, &|sign, _| sign == '#')
}

fn backslash(text: &[u8], at: usize, levels: u8, wanted: Wanted<'_>) -> bool {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    is_digit(at)
        || may_mean(text, at, levels, &|letter, end| match letter {
            'n' => wanted('\n', end),
            'r' => wanted('\r', end),
            't' => wanted('\t', end),
            'b' => wanted('\u{8}', end),
            'f' => wanted('\u{c}', end),
            'x' | 'u' => is_digit(end) || text.get(end) == Some(&b'{'),
            it => !it.is_alphanumeric() && wanted(it, end),
        })
}
