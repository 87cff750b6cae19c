//! [`spelled_out`]: bytes of which some are no text, as text; [`utf16`]: those that say by their first
//! two that they are UTF-16. Used for what commands write, to their outputs and into files.

use std::fmt::Write as _;

/// The text of bytes, with each byte that is no UTF-8 spelled out (`\xE9`); `None` where they are no
/// text but for some words in it. Text of another code page, such as windows-1251, KOI8-R or
/// Shift-JIS, is spelled out whole, so that its lines are compared one by one.
pub(super) fn spelled_out(bytes: &[u8]) -> Option<String> {
    let (mut text, mut strange, mut controls) = (String::with_capacity(bytes.len()), 0, 0);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            controls += usize::from(is_control(character));
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
    // More than three bytes in ten that are no UTF-8, or one in twenty that is a control character.
    let few = strange * 10 <= bytes.len() * 3 && controls * 20 <= bytes.len();
    (few || is_lines(bytes)).then_some(text)
}

/// Whether a character controls what no text has to control.
fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{6}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}')
}

/// Whether bytes are lines of text, whatever their code page is: what is packed, encrypted or drawn has
/// control characters among its bytes.
fn is_lines(bytes: &[u8]) -> bool {
    const DELETE: u8 = 0x7f;
    let strange = |it: &u8| is_control(char::from(*it)) || *it == DELETE;
    bytes.contains(&b'\n') && !bytes.iter().any(strange)
}

/// The text of bytes whose first two say that they are UTF-16, either way round.
pub(super) fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let rest = &bytes[2..];
    let units: Vec<u16> = rest.chunks_exact(2).map(|it| unit([it[0], it[1]])).collect();
    let text = String::from_utf16(&units).ok().filter(|_| rest.len().is_multiple_of(2))?;
    (!text.contains('\0')).then_some(text)
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

    #[test]
    fn lines_of_another_code_page_are_spelled_out_and_packed_bytes_are_none() {
        // "Всего: 12" and "Итого" in windows-1251 and KOI8-R, and "表: 12" in Shift-JIS.
        for (bytes, text) in [
            (&b"\xc2\xf1\xe5\xe3\xee: 12\nok\n"[..], "\\xC2\\xF1\\xE5\\xE3\\xEE: 12\nok\n"),
            (b"\xe9\xd4\xcf\xc7\xcf\r\n\tok\n", "\\xE9\\xD4\\xCF\\xC7\\xCF\r\n\tok\n"),
            (b"\x95\x5c: 12\n", "\\x95\\: 12\n"),
        ] {
            assert_eq!(spelled_out(bytes).as_deref(), Some(text));
        }
        assert_eq!(spelled_out(b"\xc2\xf1\xe5\xe3\xee"), None, "no line");
        assert_eq!(spelled_out(b"\x1f\x8b\x08\x00\xff\xfe\xfd\xc1\n"), None, "packed");
        assert_eq!(spelled_out(b"\xff\xfe\x7f\xfd\xc1\n"), None);
    }

    #[test]
    fn utf_16_is_read_by_its_first_bytes_alone() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let little: Vec<u8> =
            units("\u{feff}Größe 12\n").into_iter().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            units("\u{feff}Größe 12\n").into_iter().flat_map(u16::to_be_bytes).collect();
        assert_eq!(utf16(&little).as_deref(), Some("Größe 12\n"));
        assert_eq!(utf16(&big).as_deref(), Some("Größe 12\n"));
        assert_eq!(utf16(&little[2..]), None, "it does not say so");
        assert_eq!(utf16(&little[..little.len() - 1]), None, "half a unit");
        assert_eq!(utf16(b"\xff\xfe\0\0"), None);
    }
}
