//! What a command wrote, as text that can be compared: [`facet_text`].
//!
//! Colours, line ends and what was drawn over are taken out; bytes that are no UTF-8 are spelled out,
//! UTF-16 is read where the output says that it is; an output that is none is named by size and hash. [`oddities`] says what was unusual in the
//! bytes, so that a change of it is one. The raw bytes are kept beside it by `mod.rs`.

use sha2::{Digest as _, Sha256};

use crate::model::filetext::{ODD_COLOURS, ODD_ENDS, ODD_LAST, ODD_WIDE};
use crate::process::Captured;
use crate::screen::{columns, redrawn};
use crate::surface::spelled::{spelled_out, utf16};

/// The comparable text of an output.
pub(super) fn facet_text(output: &Captured) -> String {
    let (head, tail) = output.bytes.split_at(if output.cut { output.head } else { 0 });
    let text = if output.cut {
        // The cut may have split a character on either side.
        spelled_out(without_split_end(head)).zip(spelled_out(without_split_start(tail))).map(
            |(head, tail)| format!("{head}\n[… {} bytes left out …]\n{tail}", output.left_out()),
        )
    } else {
        wide(output).or_else(|| spelled_out(tail))
    };
    match text {
        Some(text) => normalise(&text),
        None => binary(&output.bytes, output.total),
    }
}

/// The text of an output that begins with saying that it is UTF-16.
fn wide(output: &Captured) -> Option<String> {
    let text = utf16(&output.bytes).filter(|_| !output.cut);
    text.filter(|it| !it.is_empty())
}

/// Which output it is: what is unusual in one is not in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// What other programs read.
    Stdout,
    /// What is said to people.
    Stderr,
}

/// What is unusual in the bytes of an output and not seen in its text, a line each; nothing where
/// all is as it should be.
pub(super) fn oddities(output: &Captured, text: &str, stream: Stream) -> String {
    let bytes = &output.bytes;
    let wide = wide(output).map(|_| ODD_WIDE);
    if wide.is_none() && spelled_out(bytes).is_none() {
        return String::new();
    }
    let colours = styled(bytes).then_some(ODD_COLOURS);
    let ends = bytes.windows(2).any(|it| it == b"\r\n").then_some(ODD_ENDS);
    let last = stream == Stream::Stdout && !text.is_empty() && !text.ends_with('\n');
    let last = last.then_some(ODD_LAST);
    [wide, colours, ends, last].into_iter().flatten().flat_map(|it| [it, "\n"]).collect()
}

/// A text with its oddities below it.
pub(super) fn with_oddities(text: &str, odd: &str) -> String {
    let between = if odd.is_empty() || text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{between}{odd}")
}

/// Whether colours or styles are switched (`ESC [ … m`).
fn styled(bytes: &[u8]) -> bool {
    bytes.windows(2).enumerate().filter(|(_, it)| *it == b"\x1b[").any(|(at, _)| {
        let rest = &bytes[at + 2..];
        let end = rest.iter().position(|it| !matches!(it, b'0'..=b'9' | b';' | b':'));
        end.is_some_and(|end| rest[end] == b'm')
    })
}

/// The text that bytes are; `None` where they are none: not UTF-8, or with a NUL in them.
pub(super) fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Stands for bytes that are no text. Where they are not all there, the hash is of those that are.
pub(super) fn binary(bytes: &[u8], total: u64) -> String {
    let kept = bytes.len() as u64;
    let of = if kept < total { format!(" of {kept} kept bytes") } else { String::new() };
    format!("[binary: {total} bytes, sha256{of} {}]", short_hash(bytes))
}

/// The first 16 digits of the SHA-256, with an ellipsis for the rest.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    let digits = format!("{:x}", Sha256::digest(bytes));
    format!("{}…", &digits[..16])
}

fn without_split_end(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(problem) if problem.error_len().is_none() => &bytes[..problem.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    }
}

fn without_split_start(bytes: &[u8]) -> &[u8] {
    // A UTF-8 character has at most three continuation bytes.
    let split = bytes.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
    &bytes[split..]
}

/// Without ANSI escapes, with `\n` line ends, of overwritten lines only the last state.
fn normalise(text: &str) -> String {
    if !text.bytes().any(|byte| byte < b' ' && byte != b'\n' && byte != b'\t') {
        return text.to_owned();
    }
    if moves_or_erases(text) {
        return redrawn(text);
    }
    let plain = anstream::adapter::strip_str(&backspaced(text)).to_string();
    plain.split('\n').map(last_state).collect::<Vec<_>>().join("\n")
}

/// What stays of a line that may have been drawn over. Blanks behind its last state only wipe out
/// what a longer one left there, as many as that had letters.
fn last_state(line: &str) -> &str {
    let last = line.rsplit('\r').find(|state| !state.is_empty()).unwrap_or_default();
    let is_drawn_over = line.trim_end_matches('\r').contains('\r');
    if is_drawn_over { last.trim_end_matches(' ') } else { last }
}

/// Whether the cursor is moved, or a part of what is there erased, by escape sequences.
fn moves_or_erases(text: &str) -> bool {
    text.match_indices('\u{1b}').any(|(at, _)| {
        let rest = &text[at + 1..];
        if rest.starts_with(['7', '8', 'D', 'E', 'M']) {
            return true;
        }
        let Some(rest) = rest.strip_prefix('[') else { return false };
        if ["?47", "?1047", "?1049"].iter().any(|it| rest.starts_with(it)) {
            return true;
        }
        let end = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
        end.starts_with(|it| {
            matches!(it, '@'..='H' | 'J'..='M' | 'P' | 'X' | '`' | 'a' | 'd'..='f' | 's' | 'u')
        })
    })
}

/// Each backspace takes away what stands in the column before it, as on a terminal that writes over it.
fn backspaced(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\u{8}' {
            plain.push(character);
        } else if !plain.ends_with(['\n', '\r']) {
            step_back(&mut plain);
        }
    }
    plain
}

/// Takes the last column of a line away: a letter with its marks, half of a wide one.
fn step_back(line: &mut String) {
    while !line.ends_with(['\n', '\r'])
        && let Some(letter) = line.pop()
    {
        let wide = columns(letter);
        if wide > 1 {
            line.push(' ');
        }
        if wide > 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(bytes: &[u8]) -> Captured {
        Captured { bytes: bytes.to_vec(), total: bytes.len() as u64, cut: false, head: bytes.len() }
    }

    #[test]
    fn colours_line_ends_and_progress_are_normalised() {
        for (raw, text) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}[1;31mred\u{1b}[0m\r\nnext\r\n", "red\nnext\n"),
            ("10 %\r50 %\r100 %\ndone\n", "100 %\ndone\n"),
            ("10 %\r\u{1b}[2K100 %\r", "100 %"),
            ("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}\n", "link\n"),
            ("wait |\u{8}/\u{8}-\n", "wait -\n"),
            ("9 of 10\r       \rdone\n", "done\n"),
            ("\r10 of 10, 1.2 s\rdone            \nend\n", "done\nend\n"),
            ("\r10 of 10, 12.3 s\rdone             \nend\n", "done\nend\n"),
            ("\r10 of 10\r         \r", ""),
            ("a column   \r\n", "a column   \n"),
            ("one\n\u{1b}[?1049hbusy 7\u{1b}[?1049ltwo\n", "one\ntwo\n"),
            ("one\n\u{1b}[?25lbusy 7\u{1b}[?25h\n", "one\nbusy 7\n"),
            ("a 1\na 2\n\u{1b}[2A\u{1b}[2Mend\n", "end\n"),
            ("b\u{8}bo\u{8}ol\u{8}ld\u{8}d\n", "bold\n"),
            ("cafe\u{301}\u{8}\u{8}ts\n", "cats\n"),
            ("\u{65e5}\u{8}\u{8}ok\n", "ok\n"),
            ("\u{65e5}\u{8}x\n", " x\n"),
        ] {
            assert_eq!(facet_text(&captured(raw.as_bytes())), text, "{raw:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_size_and_hash() {
        assert_eq!(
            facet_text(&captured(b"\xff\xfe")),
            format!("[binary: 2 bytes, sha256 {}]", short_hash(b"\xff\xfe"))
        );
        assert_eq!(
            facet_text(&captured(b"abc\0")),
            format!("[binary: 4 bytes, sha256 {}]", short_hash(b"abc\0"))
        );
        assert_eq!(short_hash(b"abc"), "ba7816bf8f01cfea…");
    }

    #[test]
    fn a_byte_that_is_no_text_is_spelled_out_and_the_rest_compared() {
        assert_eq!(
            facet_text(&captured(b"row 3 ok\nfile: caf\xe9.txt\n")),
            "row 3 ok\nfile: caf\\xE9.txt\n"
        );
        assert_eq!(facet_text(&captured(b"caf\xe9\n")), "caf\\xE9\n");
        let one_nul = b"a line that is long enough\0 to be text\n";
        assert_eq!(facet_text(&captured(one_nul)), "a line that is long enough\\x00 to be text\n");
        let utf16: Vec<u8> = "a text".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(facet_text(&captured(&utf16)).starts_with("[binary: 12 bytes"));
        let marked = captured(&[b"\xff\xfe".as_slice(), &utf16].concat());
        assert_eq!(facet_text(&marked), "a text");
        assert_eq!(oddities(&marked, "a text\n", Stream::Stdout), "[written in UTF-16]\n");
        let cyrillic = captured(b"\xc2\xf1\xe5\xe3\xee\r\nrows: 12\r\n");
        assert_eq!(facet_text(&cyrillic), "\\xC2\\xF1\\xE5\\xE3\\xEE\nrows: 12\n");
        assert_eq!(oddities(&cyrillic, "\n", Stream::Stdout), "[lines end in CR LF]\n");
    }

    #[test]
    fn what_is_unusual_in_the_bytes_is_said_below_the_text_and_only_then() {
        let odd = |bytes: &[u8], stream| {
            let output = captured(bytes);
            oddities(&output, &facet_text(&output), stream)
        };
        let colours = "[written with colour codes, though not to a terminal]\n";
        assert_eq!(odd(b"plain\n", Stream::Stdout), "");
        assert_eq!(odd(b"", Stream::Stdout), "");
        assert_eq!(odd(b"\r1 of 2\r\x1b[K", Stream::Stdout), "");
        assert_eq!(odd(b"\x1b[1;31mred\x1b[0m\n", Stream::Stderr), colours);
        assert_eq!(odd(b"\r\x1b[Kdone\n", Stream::Stdout), "");
        assert_eq!(odd(b"one\r\ntwo\r\n", Stream::Stdout), "[lines end in CR LF]\n");
        assert_eq!(odd(b"one", Stream::Stdout), "[the last line does not end]\n");
        assert_eq!(odd(b"one", Stream::Stderr), "");
        assert_eq!(with_oddities("one", "[odd]\n"), "one\n[odd]\n");
        assert_eq!(with_oddities("one\n", ""), "one\n");
    }

    #[test]
    fn a_cut_through_a_character_is_still_text() {
        let output = Captured {
            bytes: [b"a\xe2\x82".as_slice(), b"\xacb".as_slice()].concat(),
            total: 20,
            cut: true,
            head: 3,
        };
        assert_eq!(facet_text(&output), "a\n[… 15 bytes left out …]\nb");
    }
}
