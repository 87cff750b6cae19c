//! What a command wrote, as text that can be compared: [`facet_text`].
//!
//! Colours, line ends and progress bars are taken out; bytes that are no text are named by size
//! and hash. The raw bytes are kept beside it by `mod.rs`.

use sha2::{Digest as _, Sha256};

use crate::process::Captured;

/// The comparable text of an output.
pub(super) fn facet_text(output: &Captured) -> String {
    let (head, tail) = output.bytes.split_at(if output.cut { output.head } else { 0 });
    let text = if output.cut {
        // The cut may have split a character on either side.
        text_of(without_split_end(head)).zip(text_of(without_split_start(tail))).map(
            |(head, tail)| format!("{head}\n[… {} bytes left out …]\n{tail}", output.left_out()),
        )
    } else {
        text_of(tail).map(str::to_owned)
    };
    match text {
        Some(text) => normalise(&text),
        None => binary(&output.bytes, output.total),
    }
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
    let plain = anstream::adapter::strip_str(&backspaced(text)).to_string();
    let lines: Vec<&str> = plain
        .split('\n')
        .map(|line| line.rsplit('\r').find(|state| !state.is_empty()).unwrap_or_default())
        .collect();
    lines.join("\n")
}

/// Each backspace takes the character before it away, as on a terminal that writes over it.
fn backspaced(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\u{8}' {
            plain.push(character);
        } else if !plain.ends_with(['\n', '\r']) {
            plain.pop();
        }
    }
    plain
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
            ("b\u{8}bo\u{8}ol\u{8}ld\u{8}d\n", "bold\n"),
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
