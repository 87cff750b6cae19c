//! [`spelled_out`]: bytes of which some are no text, as text. Used for what commands write, to their
//! outputs and into files.

use std::fmt::Write as _;

/// The text of bytes, with each byte that is none spelled out (`\xE9`); `None` where they are no
/// text but for some words in it: more than three bytes in ten are no UTF-8, or more than one in
/// twenty is a control character that no text has.
pub(super) fn spelled_out(bytes: &[u8]) -> Option<String> {
    let (mut text, mut strange, mut controls) = (String::with_capacity(bytes.len()), 0, 0);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if matches!(character, '\0'..='\u{6}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}') {
                controls += 1;
            }
            if character == '\0' {
                text.push_str("\\x00");
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            strange += 1;
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    (strange * 10 <= bytes.len() * 3 && controls * 20 <= bytes.len()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_bytes_are_spelled_out_and_what_is_no_text_is_none() {
        assert_eq!(spelled_out("plain, ö".as_bytes()).as_deref(), Some("plain, ö"));
        assert_eq!(spelled_out(b"caf\xe9;12\n").as_deref(), Some("caf\\xE9;12\n"));
        assert_eq!(spelled_out(b"\xff\xfe\xfd and"), None);
        assert_eq!(spelled_out(b"ab\0"), None);
    }
}
