//! [`Walker`]: finds secrets in text of which every character may stand as itself or escaped.
//!
//! Writers escape what they must and leave the rest alone, each by its own rules. So there is no
//! list of forms to look for: the text is read character by character, in all the ways in which a
//! character may be meant, and compared with the secret. What may stand between its letters is the
//! affair of [`super::gaps`].
//!
//! The files:
//! - `hints.rs`: whether an escape is worth reading.
//! - `named.rs`: the character references of HTML that have a name.
//! - `tests.rs`: random secrets in random escapes, and text that must stay.

use std::ops::Range;

use super::gaps::{GAPS, behind_gaps};

use named::named;

mod hints;
mod named;

/// How often an escape may be escaped again: `%252520` is the most that is seen through.
const LEVELS: u8 = 3;

/// Shorter secrets are not looked for across line breaks and marks: words are broken by chance.
pub(super) const SHORTEST_WRAPPED: usize = 8;

/// What begins an escape, or stands for a space.
const INTRODUCERS: &[u8] = b"%&\\=+_";

/// A character that may be meant at a place, and where the next one begins.
type Reading = (char, usize);

/// A secret as it is looked for.
#[derive(Clone)]
struct Sought {
    letters: Vec<char>,
    /// Whether something may stand between its letters.
    may_be_broken: bool,
}

/// Finds secrets, however their characters are escaped.
#[derive(Clone)]
pub(super) struct Walker {
    secrets: Vec<Sought>,
    /// Whether a secret may begin with these two bytes: one look at most places of a text.
    begins: Pairs,
    /// What secrets begin with.
    firsts: Vec<char>,
    /// How many equal bytes in a row no secret begins with, however they are escaped.
    longest_run: usize,
}

impl Walker {
    /// For these secrets.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let secrets: Vec<Sought> = secrets
            .filter(|it| !it.is_empty())
            .map(|it| {
                let letters: Vec<char> = it.chars().collect();
                let may_be_broken = letters.len() >= SHORTEST_WRAPPED;
                Sought { letters, may_be_broken }
            })
            .collect();
        let begins = Pairs::of(&secrets);
        let firsts = secrets.iter().map(|it| it.letters[0]).collect();
        let run = |it: &Sought| it.letters.iter().take_while(|one| **one == it.letters[0]).count();
        let longest = secrets.iter().map(run).max().unwrap_or_default();
        // Each level of escapes doubles backslashes.
        let longest_run = (longest + 1) << LEVELS;
        Self { secrets, begins, firsts, longest_run }
    }

    /// Where secrets stand in a text.
    pub(super) fn find_all(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, pair) in text.windows(2).enumerate() {
            if self.begins.has(pair[0], pair[1])
                && found.last().is_none_or(|it| it.end <= at)
                && let Some(end) = self.end(text, at)
            {
                found.push(at..end);
            }
        }
        found
    }

    /// Where the longest secret ends that begins here.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        if !INTRODUCERS.contains(&text[at]) {
            return self.secrets.iter().filter_map(|secret| walk(text, at, secret)).max();
        }
        let mut run = text[at..].iter().take(self.longest_run + 1);
        if run.len() > self.longest_run && run.all(|it| *it == text[at]) {
            return None;
        }
        if !hints::may_mean(text, at, LEVELS, &|letter, _| self.firsts.contains(&letter)) {
            return None;
        }
        let first = readings(text, at, LEVELS);
        self.secrets
            .iter()
            .filter_map(|secret| {
                let places = meant(&first, *secret.letters.first()?).collect();
                follow(text, places, &secret.letters[1..], secret.may_be_broken)
            })
            .max()
    }
}

/// Two bytes, as one bit of 65,536.
#[derive(Clone)]
struct Pairs(Box<[u64]>);

impl Pairs {
    /// What these secrets, escaped or not, may begin with.
    fn of(secrets: &[Sought]) -> Self {
        let mut pairs = Self(vec![0; 1024].into_boxed_slice());
        for secret in secrets {
            let text: String = secret.letters.iter().take(2).collect();
            let (first, second) = (text.as_bytes()[0], text.as_bytes().get(1).copied());
            if let Some(it) = second {
                pairs.add(first, it);
            }
            // Behind a whole character an escape may come, or what breaks the secret.
            if first.is_ascii() {
                for it in INTRODUCERS {
                    pairs.add(first, *it);
                }
                if secret.may_be_broken {
                    for it in GAPS {
                        pairs.add(first, *it);
                    }
                }
            }
            if secret.letters[0] == ' ' {
                (0..=255).for_each(|it| pairs.add(b'+', it));
                (0..=255).for_each(|it| pairs.add(b'_', it));
            }
            if secret.letters[0].is_ascii_punctuation() || secret.letters[0].is_ascii_control() {
                // Escaped by a backslash alone.
                pairs.add(b'\\', first);
                b"nrtbf".iter().for_each(|it| pairs.add(b'\\', *it));
            }
        }
        if !secrets.is_empty() {
            for hex in (0..=255_u8).filter(u8::is_ascii_hexdigit) {
                b"%=\\".iter().for_each(|it| pairs.add(*it, hex));
            }
            (0..=255_u8).filter(u8::is_ascii_alphabetic).for_each(|it| pairs.add(b'&', it));
            pairs.add(b'&', b'#');
            pairs.add(b'%', b'u');
            b"xu".iter().for_each(|it| pairs.add(b'\\', *it));
            for nested in INTRODUCERS {
                for it in INTRODUCERS {
                    pairs.add(*it, *nested);
                }
            }
        }
        pairs
    }

    fn add(&mut self, first: u8, second: u8) {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.0[bit / 64] & 1 << (bit % 64) != 0
    }
}

/// Follows one secret from here as long as its characters stand as themselves, and from the first
/// that may not along all readings.
fn walk(text: &[u8], at: usize, secret: &Sought) -> Option<usize> {
    let mut place = at;
    for (index, letter) in secret.letters.iter().enumerate() {
        let next = *text.get(place)?;
        let may_be_gap = secret.may_be_broken && GAPS.contains(&next) && index > 0;
        if may_be_gap || INTRODUCERS.contains(&next) {
            return follow(text, vec![place], &secret.letters[index..], secret.may_be_broken);
        }
        let mut bytes = [0; 4];
        let bytes = letter.encode_utf8(&mut bytes).as_bytes();
        if !text[place..].starts_with(bytes) {
            return None;
        }
        place += bytes.len();
    }
    Some(place)
}

/// Follows letters of a secret through the text, along all readings of each at once.
fn follow(
    text: &[u8],
    mut places: Vec<usize>,
    letters: &[char],
    may_be_broken: bool,
) -> Option<usize> {
    for letter in letters {
        let mut next = Vec::new();
        for place in places {
            next.extend(meant(&readings(text, place, LEVELS), *letter));
            if may_be_broken {
                for place in behind_gaps(text, place) {
                    next.extend(meant(&readings(text, place, LEVELS), *letter));
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    places.into_iter().max()
}

/// Where the readings end that mean this character.
fn meant(readings: &[Reading], letter: char) -> impl Iterator<Item = usize> {
    readings.iter().filter(move |it| it.0 == letter).map(|it| it.1)
}

/// All that the text may mean here, with escapes that are themselves escaped `levels - 1` times.
fn readings(text: &[u8], at: usize, levels: u8) -> Vec<Reading> {
    let Some(plain) = plain(text, at) else { return Vec::new() };
    if levels == 0 || !INTRODUCERS.contains(&text[at]) {
        return vec![plain];
    }
    let mut found = readings(text, at, levels - 1);
    for (letter, next) in found.clone() {
        match letter {
            '%' => percent(text, next, levels - 1, &mut found),
            '=' => found.extend(of_bytes(text, next, levels - 1, QUOTED)),
            '&' => found.extend(reference(text, next, levels - 1)),
            '\\' => backslash(text, next, levels - 1, &mut found),
            // In forms, and in the heads of mails.
            '+' | '_' => found.push((' ', next)),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The character that stands here as itself.
fn plain(text: &[u8], at: usize) -> Option<Reading> {
    let first = *text.get(at)?;
    let bytes = text.get(at..at + length(first)?)?;
    Some((std::str::from_utf8(bytes).ok()?.chars().next()?, at + bytes.len()))
}

/// How many bytes a character of UTF-8 has by its first one.
fn length(first: u8) -> Option<usize> {
    match first {
        0..=0x7f => Some(1),
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

/// The places behind these characters, each of which may be escaped.
fn behind(text: &[u8], at: usize, levels: u8, letters: &str) -> Vec<usize> {
    letters.chars().fold(vec![at], |places, letter| {
        places
            .into_iter()
            .flat_map(|at| meant(&readings(text, at, levels), letter).collect::<Vec<_>>())
            .collect()
    })
}

/// A number of exactly so many hexadecimal digits.
fn hex(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    number(text, at, digits, 16)
}

/// A number of exactly so many digits.
fn number(text: &[u8], at: usize, digits: usize, radix: u32) -> Option<u32> {
    let digits = text.get(at..at + digits)?;
    if !digits.iter().all(|it| char::from(*it).is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// How a byte is written: what introduces it, and in how many digits of which base.
#[derive(Clone, Copy)]
struct Written {
    sign: &'static str,
    digits: usize,
    radix: u32,
}

/// `%C3`, as URLs have it.
const PERCENT: Written = Written { sign: "%", digits: 2, radix: 16 };
/// `=C3`, as mails have it.
const QUOTED: Written = Written { sign: "=", digits: 2, radix: 16 };
/// `\xC3`.
const HEXADECIMAL: Written = Written { sign: "\\x", digits: 2, radix: 16 };
/// `\303`.
const OCTAL: Written = Written { sign: "\\", digits: 3, radix: 8 };

/// `%C3%A4` and `%u00e4`, behind the first `%`.
fn percent(text: &[u8], at: usize, levels: u8, found: &mut Vec<Reading>) {
    found.extend(of_bytes(text, at, levels, PERCENT));
    found.extend(of_units(text, at, levels, "%u", 1));
}

/// A character whose bytes are written as numbers, behind the first sign.
fn of_bytes(text: &[u8], at: usize, levels: u8, written: Written) -> Option<Reading> {
    let Written { sign, digits, radix } = written;
    let read = |at: usize| u8::try_from(number(text, at, digits, radix)?).ok();
    let mut bytes = vec![read(at)?];
    let mut places = vec![at + digits];
    while bytes.len() < length(bytes[0])? {
        places = places.iter().flat_map(|at| behind(text, *at, levels, sign)).collect();
        // `%` may be read as itself or as `%25`: the right reading continues the character.
        let (byte, place) = places.iter().find_map(|at| {
            let byte = read(*at)?;
            (0x80..=0xbf).contains(&byte).then_some((byte, at + digits))
        })?;
        bytes.push(byte);
        places = vec![place];
    }
    Some((std::str::from_utf8(&bytes).ok()?.chars().next()?, places[0]))
}

/// A character whose UTF-16 units have four digits each; `skip` characters of `sign` were read.
fn of_units(text: &[u8], at: usize, levels: u8, sign: &str, skip: usize) -> Option<Reading> {
    let at = *behind(text, at, 0, &sign[skip..]).first()?;
    let high = hex(text, at, 4)?;
    if let Some(letter) = char::from_u32(high) {
        return Some((letter, at + 4));
    }
    behind(text, at + 4, levels, sign).into_iter().find_map(|at| {
        let low = hex(text, at, 4)?;
        let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
        Some((char::decode_utf16(units).next()?.ok()?, at + 4))
    })
}

/// `&amp;`, `&#38;`, `&#x26;`, behind the `&`.
fn reference(text: &[u8], at: usize, levels: u8) -> Vec<Reading> {
    let mut found: Vec<Reading> = named(&text[at..])
        .flat_map(|(name, letter)| ended(text, at + name.len(), levels, letter))
        .collect();
    for at in behind(text, at, levels, "#") {
        let marked = matches!(text.get(at), Some(b'x' | b'X'));
        let (start, radix) = if marked { (at + 1, 16) } else { (at, 10) };
        let digits = text[start.min(text.len())..]
            .iter()
            .take(10)
            .take_while(|it| char::from(**it).is_digit(radix))
            .count();
        let number = std::str::from_utf8(&text[start..start + digits]).unwrap_or_default();
        let letter = u32::from_str_radix(number, radix).ok().and_then(char::from_u32);
        found.extend(letter.into_iter().flat_map(|it| ended(text, start + digits, levels, it)));
    }
    found
}

/// A reference with the semicolon that ends it, which may be left out.
fn ended(text: &[u8], at: usize, levels: u8, letter: char) -> Vec<Reading> {
    let mut ends = behind(text, at, levels, ";");
    ends.push(at);
    ends.into_iter().map(|end| (letter, end)).collect()
}

/// `\26 ` of a style sheet, behind the `\`: up to six digits and a blank that ends them.
fn of_style(text: &[u8], at: usize, found: &mut Vec<Reading>) {
    let digits = text[at..].iter().take(6).take_while(|it| it.is_ascii_hexdigit()).count();
    for digits in 1..=digits {
        let letter = hex(text, at, digits).and_then(char::from_u32);
        let blank = usize::from(matches!(text.get(at + digits), Some(b' ' | b'\t')));
        found.extend(letter.map(|it| (it, at + digits + blank)));
    }
}

/// `\46` and `\303\244`, behind the first `\`: bytes in octal digits.
fn of_octal(text: &[u8], at: usize, levels: u8, found: &mut Vec<Reading>) {
    found.extend(of_bytes(text, at, levels, OCTAL));
    // Where no digit follows, zeros in front may be left out.
    for digits in 1..OCTAL.digits {
        let letter = number(text, at, digits, OCTAL.radix).and_then(char::from_u32);
        found.extend(letter.map(|it| (it, at + digits)));
    }
}

/// `\"`, `\n`, `\x26`, `\u0026`, `\u{26}`, behind the `\`.
fn backslash(text: &[u8], at: usize, levels: u8, found: &mut Vec<Reading>) {
    of_style(text, at, found);
    of_octal(text, at, levels, found);
    for (letter, next) in readings(text, at, levels) {
        match letter {
            'n' => found.push(('\n', next)),
            'r' => found.push(('\r', next)),
            't' => found.push(('\t', next)),
            'b' => found.push(('\u{8}', next)),
            'f' => found.push(('\u{c}', next)),
            'x' => {
                let code = hex(text, next, 2).and_then(char::from_u32);
                found.extend(code.map(|it| (it, next + 2)));
                found.extend(of_bytes(text, next, levels, HEXADECIMAL));
            }
            'u' => {
                found.extend(of_units(text, at, levels, "\\u", 1));
                found.extend(braced(text, next));
            }
            it if !it.is_alphanumeric() => found.push((it, next)),
            _ => {}
        }
    }
}

/// `{1f600}`, as scripts may write a character by its number.
fn braced(text: &[u8], at: usize) -> Option<Reading> {
    let rest = text.get(at..)?.strip_prefix(b"{")?;
    let digits = rest.iter().take(7).position(|it| *it == b'}')?;
    Some((char::from_u32(hex(text, at + 1, digits)?)?, at + digits + 2))
}

#[cfg(test)]
mod tests;
