//! Values that are encoded as a whole and then broken: base64 in lines of 76 columns, hexadecimal
//! in lines or in groups, dumps with offsets beside and letters behind.
//!
//! [`Squeezed`] is a text without its line ends, [`hex_rows`] are the bytes that rows of hexadecimal
//! pairs stand for. Both know where each of their bytes was. Neighbour: [`super::secrets`].

use std::ops::Range;

/// A text without the ends of its lines and the indentation behind them.
pub(super) struct Squeezed {
    pub(super) text: Vec<u8>,
    /// Where something was left out: the place in `text`, and how much until there.
    cuts: Vec<(usize, usize)>,
}

impl Squeezed {
    /// Without line ends; `None` where there are none.
    pub(super) fn lines(text: &[u8]) -> Option<Self> {
        Self::without(text, |rest| {
            let broken = match rest[0] {
                b'\r' | b'\n' => 1,
                b'=' if rest[1..].starts_with(b"\r\n") => 3,
                b'=' | b'\\' if rest[1..].starts_with(b"\n") => 2,
                b'\\' if rest[1..].starts_with(b"r\\n") => 4,
                b'\\' if rest[1..].starts_with(b"n") => 2,
                _ => return 0,
            };
            broken + rest[broken..].iter().take_while(|it| matches!(it, b' ' | b'\t')).count()
        })
    }

    /// Without what `gap` says the length of at each place; `None` where that is nothing.
    pub(super) fn without(text: &[u8], gap: impl Fn(&[u8]) -> usize) -> Option<Self> {
        let mut squeezed = Self { text: Vec::new(), cuts: Vec::new() };
        let (mut done, mut at, mut left_out) = (0, 0, 0);
        while at < text.len() {
            let long = gap(&text[at..]);
            if long == 0 {
                at += 1;
                continue;
            }
            squeezed.text.extend_from_slice(&text[done..at]);
            left_out += long;
            squeezed.cuts.push((squeezed.text.len(), left_out));
            at += long;
            done = at;
        }
        if done == 0 {
            return None;
        }
        squeezed.text.extend_from_slice(&text[done..]);
        Some(squeezed)
    }

    /// Where a part of `text` was in the whole text.
    pub(super) fn origin(&self, part: &Range<usize>) -> Range<usize> {
        self.place(part.start)..self.place(part.end - 1) + 1
    }

    fn place(&self, at: usize) -> usize {
        let before = self.cuts.partition_point(|(place, _)| *place <= at);
        at + before.checked_sub(1).map_or(0, |it| self.cuts[it].1)
    }
}

/// Bytes that were written as hexadecimal pairs in rows that follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) bytes: Vec<u8>,
    /// The place of each byte's digits.
    places: Vec<usize>,
    /// The end of the row of each byte, in pairs of its first byte and the end.
    ends: Vec<(usize, usize)>,
}

impl Rows {
    /// The parts of the text that these bytes were written in: in each row from their first digit
    /// to the end of the row, because what the row shows beside them are their letters.
    pub(super) fn origin(&self, bytes: &Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        for (at, (first, end)) in self.ends.iter().enumerate() {
            let next = self.ends.get(at + 1).map_or(self.bytes.len(), |it| it.0);
            if *first < bytes.end && next > bytes.start {
                parts.push(self.places[bytes.start.max(*first)]..*end);
            }
        }
        parts
    }
}

/// The fewest pairs that make a row.
const FEWEST_PAIRS: usize = 4;

/// What stands as rows of hexadecimal pairs in a text, apart where another line is between.
pub(super) fn hex_rows(text: &[u8]) -> Vec<Rows> {
    let mut found = Vec::new();
    let mut rows = Rows::default();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let (long, next) = line_end(rest);
        if !rows.read(&rest[..long], start) && !rows.bytes.is_empty() {
            found.push(std::mem::take(&mut rows));
        }
        start += next;
    }
    if !rows.bytes.is_empty() {
        found.push(rows);
    }
    found
}

/// How long a line is, and where the next one begins.
fn line_end(rest: &[u8]) -> (usize, usize) {
    let end = rest
        .iter()
        .enumerate()
        .find(|(at, byte)| **byte == b'\n' || **byte == b'\\' && rest.get(at + 1) == Some(&b'n'));
    match end {
        Some((at, b'\n')) => (at, at + 1),
        Some((at, _)) => (at, at + 2),
        None => (rest.len(), rest.len()),
    }
}

impl Rows {
    /// Takes a line in; whether it is a row.
    fn read(&mut self, line: &[u8], start: usize) -> bool {
        let begin = begin(line);
        let mut at = begin;
        let before = self.bytes.len();
        while at < line.len() {
            let rest = &line[at..];
            let apart = separator(rest);
            let Some(byte) = pair(&rest[apart..]) else { break };
            self.bytes.push(byte);
            self.places.push(start + at + apart);
            at += apart + 2;
        }
        let pairs = self.bytes.len() - before;
        let rest = line[at..].trim_ascii().is_empty();
        // The last row may be a short one.
        let ends = pairs > 0 && before > 0 && (begin > 0 || rest);
        if pairs < FEWEST_PAIRS && !ends {
            self.bytes.truncate(before);
            self.places.truncate(before);
            return false;
        }
        self.ends.push((before, start + line.len()));
        true
    }
}

/// How far into a line a name for what follows may reach.
const LONGEST_NAME: usize = 64;

/// Where the pairs of a line may begin: at its start, behind its offset, or behind a name.
fn begin(line: &[u8]) -> usize {
    let offset = offset(line);
    if pair(&line[offset + separator(&line[offset..])..]).is_some() {
        return offset;
    }
    let named = line.iter().take(LONGEST_NAME).position(|it| b"=:[{(\"'|".contains(it));
    named.map_or(offset, |it| it + 1)
}

/// How long the offset at the start of a row of a dump is, with what stands behind it.
fn offset(line: &[u8]) -> usize {
    let blank = line.iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
    let digits = line[blank..].iter().take(17).take_while(|it| it.is_ascii_hexdigit()).count();
    let behind = &line[blank + digits..];
    let ended = behind.starts_with(b": ")
        || behind.starts_with(b":\t")
        || behind.starts_with(b"  ")
        || (digits > 5 && digits % 2 == 1 || digits == 8) && behind.starts_with(b" ");
    if (4..=16).contains(&digits) && ended { blank + digits + 1 } else { blank }
}

/// How long what stands between two pairs is.
fn separator(rest: &[u8]) -> usize {
    let marks = rest.iter().take(3).take_while(|it| b" :,-\t".contains(it)).count();
    match &rest[marks..] {
        [b'0', b'x' | b'X', ..] | [b'\\', b'x', ..] => marks + 2,
        [b'\\', b'\\', b'x', ..] => marks + 3,
        _ => marks,
    }
}

fn pair(rest: &[u8]) -> Option<u8> {
    let digits = rest.get(..2)?;
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
    Some(value(digits[0])? << 4 | value(digits[1])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_squeezed_text_is_found_again_in_the_whole() {
        let text = b"ab\r\n  cd=\nef\\ngh";
        let squeezed = Squeezed::lines(text).expect("it has lines");
        assert_eq!(squeezed.text, b"abcdefgh");
        let origin = |from, to| &text[squeezed.origin(&(from..to))];
        assert_eq!(origin(0, 2), b"ab");
        assert_eq!(origin(1, 3), b"b\r\n  c");
        assert_eq!(origin(2, 8), b"cd=\nef\\ngh");
        assert!(Squeezed::lines(b"one line").is_none());
    }

    #[test]
    fn rows_of_a_dump_are_read_and_other_lines_are_not() {
        let dump = "00000000  68 75 6e 74  65 72 32 2d  |hunter2-|\n00000008  70 77  |pw|\n";
        let rows = hex_rows(dump.as_bytes());
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].bytes, b"hunter2-pw");
        let parts: Vec<&str> = rows[0].origin(&(6..9)).into_iter().map(|it| &dump[it]).collect();
        assert_eq!(parts, ["32 2d  |hunter2-|", "70 77  |pw|"]);
        for line in [
            "00000000: 6875 6e74 6572 322d  hunter2-",
            "68:75:6e:74:65:72:32:2d",
            "0x68, 0x75, 0x6e, 0x74, 0x65, 0x72, 0x32, 0x2d",
            "68756e746572322d",
        ] {
            assert_eq!(hex_rows(line.as_bytes())[0].bytes, b"hunter2-", "{line}");
        }
        assert_eq!(hex_rows(b"an ordinary line\nbe ad\n12:30 text"), []);
    }
}
