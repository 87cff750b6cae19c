//! [`Walker`]: finds secrets in text of which every character may stand as itself or escaped.
//!
//! Writers escape what they must and leave the rest alone, each by its own rules. So there is no
//! list of forms to look for: the text is read character by character, in all the ways in which a
//! character may be meant, and compared with the secret.
//!
//! The files:
//! - `tests.rs`: random secrets in random escapes, and text that must stay.

/// How often an escape may be escaped again: `%252520` is the most that is seen through.
const LEVELS: u8 = 3;

/// Shorter secrets are not looked for across line breaks: words are wrapped by chance.
const SHORTEST_WRAPPED: usize = 8;

/// What begins an escape, or stands for a space.
const INTRODUCERS: &[u8] = b"%&\\=+";

/// Character references that are no numbers and that writers of HTML and XML use for what a
/// password may hold.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("Auml", 'Ä'),
    ("auml", 'ä'),
    ("Ouml", 'Ö'),
    ("ouml", 'ö'),
    ("Uuml", 'Ü'),
    ("uuml", 'ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("euro", '€'),
    ("pound", '£'),
    ("sect", '§'),
    ("plus", '+'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("percnt", '%'),
    ("num", '#'),
    ("dollar", '$'),
    ("excl", '!'),
    ("ast", '*'),
    ("lpar", '('),
    ("rpar", ')'),
    ("comma", ','),
    ("period", '.'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("grave", '`'),
    ("lowbar", '_'),
];

/// A character that may be meant at a place, and where the next one begins.
type Reading = (char, usize);

/// Finds secrets, however their characters are escaped.
#[derive(Clone)]
pub(super) struct Walker {
    secrets: Vec<Vec<char>>,
    /// Whether a secret may begin with this byte.
    begins: [bool; 256],
}

impl Walker {
    /// For these secrets.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let secrets: Vec<Vec<char>> = secrets.map(|it| it.chars().collect()).collect();
        let mut begins = [false; 256];
        for first in secrets.iter().filter_map(|it| it.first()) {
            begins[usize::from(first.encode_utf8(&mut [0; 4]).as_bytes()[0])] = true;
        }
        for byte in INTRODUCERS {
            begins[usize::from(*byte)] |= !secrets.is_empty();
        }
        Self { secrets, begins }
    }

    /// The first secret at or behind a place: where it begins and ends.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        (from..text.len())
            .filter(|at| self.begins[usize::from(text[*at])])
            .find_map(|at| self.end(text, at).map(|end| (at, end)))
    }

    /// Where the longest secret ends that begins here.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let first = readings(text, at, LEVELS);
        self.secrets.iter().filter_map(|secret| walk(text, &first, secret)).max()
    }
}

/// Follows one secret through the text, along all readings of each character at once.
fn walk(text: &[u8], first: &[Reading], secret: &[char]) -> Option<usize> {
    let wrapped = secret.len() >= SHORTEST_WRAPPED;
    let mut places: Vec<usize> = meant(first, *secret.first()?).collect();
    for letter in &secret[1..] {
        let mut next = Vec::new();
        for place in places {
            let behind = if wrapped { line_break(text, place) } else { None };
            for place in std::iter::once(place).chain(behind) {
                next.extend(meant(&readings(text, place, LEVELS), *letter));
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

/// Where a line goes on behind a break and the indentation that follows it.
fn line_break(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let broken = [&b"\r\n"[..], b"\n", b"=\r\n", b"=\n", b"\\r\\n", b"\\n"]
        .into_iter()
        .find(|it| rest.starts_with(it))?;
    let indented = rest[broken.len()..].iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
    Some(at + broken.len() + indented)
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
            '=' => found.extend(of_bytes(text, next, levels - 1, "=")),
            '&' => found.extend(reference(text, next, levels - 1)),
            '\\' => backslash(text, next, levels - 1, &mut found),
            '+' => found.push((' ', next)),
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
    let digits = text.get(at..at + digits)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// `%C3%A4` and `%u00e4`, behind the first `%`.
fn percent(text: &[u8], at: usize, levels: u8, found: &mut Vec<Reading>) {
    found.extend(of_bytes(text, at, levels, "%"));
    found.extend(of_units(text, at, levels, "%u", 1));
}

/// A character whose bytes are written in hexadecimal, behind the first `sign`.
fn of_bytes(text: &[u8], at: usize, levels: u8, sign: &str) -> Option<Reading> {
    let mut bytes = vec![u8::try_from(hex(text, at, 2)?).ok()?];
    let mut places = vec![at + 2];
    while bytes.len() < length(bytes[0])? {
        places = places.iter().flat_map(|at| behind(text, *at, levels, sign)).collect();
        // `%` may be read as itself or as `%25`: the right reading continues the character.
        let (byte, place) = places.iter().find_map(|at| {
            let byte = u8::try_from(hex(text, *at, 2)?).ok()?;
            (0x80..=0xbf).contains(&byte).then_some((byte, at + 2))
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
    let mut found: Vec<Reading> = NAMED
        .iter()
        .filter(|(name, _)| text[at..].starts_with(name.as_bytes()))
        .flat_map(|(name, letter)| ended(text, at + name.len(), levels, *letter))
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

/// `\"`, `\n`, `\x26`, `\u0026`, `\u{26}`, behind the `\`.
fn backslash(text: &[u8], at: usize, levels: u8, found: &mut Vec<Reading>) {
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
                found.extend(of_bytes(text, next, levels, "\\x"));
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
