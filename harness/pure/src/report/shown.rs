//! How product text is shown: nothing invisible, nothing endless, nothing that a renderer obeys.
//!
//! Product text is hostile. [`visible`] makes control characters and direction overrides
//! readable, [`cut`] ends what is too long, [`escape`] is the only way into HTML,
//! [`markdown`] into Markdown, and [`evidence_link`] decides what may become a link.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Whether a character would not be seen, or would change how its neighbours are seen.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with hidden characters spelled out, as `⟨U+202E⟩`. Tabs and line feeds stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The escaping function of our templates: [`visible`], then HTML entities.
pub fn escape(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    tera::escape_html(&visible(text), out)
}

/// Text that was cut, and by how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut<'a> {
    /// What is shown.
    pub text: &'a str,
    /// How many characters are left out.
    pub left_out: usize,
}

/// The first `most` characters of the text.
#[must_use]
pub fn cut(text: &str, most: usize) -> Cut<'_> {
    // Most texts are short: a string has at most as many characters as bytes.
    if text.len() <= most {
        return Cut { text, left_out: 0 };
    }
    match text.char_indices().nth(most) {
        Some((at, _)) => Cut { text: &text[..at], left_out: text[at..].chars().count() },
        None => Cut { text, left_out: 0 },
    }
}

/// The first `most` characters, with a note of what is missing.
#[must_use]
pub fn short(text: &str, most: usize) -> String {
    let cut = cut(text, most);
    match cut.left_out {
        0 => text.to_owned(),
        n => format!("{} … ({})", cut.text.trim_end(), count(n, "more character")),
    }
}

/// The text on one line and without hidden characters, for names, titles and table cells.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    // Runs of white space shrink, so look a little further than what is shown; never at all of
    // a text that may be a megabyte.
    let (head, is_whole) = match text.char_indices().nth(most * 2) {
        Some((at, _)) => (&text[..at], false),
        None => (text, true),
    };
    let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = cut(&line, most);
    let end = if is_whole && shown.left_out == 0 { "" } else { "…" };
    format!("{}{end}", visible(shown.text))
}

/// A link to a file of the night directory, or `None` for what is no such path.
///
/// A report may come from elsewhere, so a path is only followed downwards into `evidence/`.
#[must_use]
pub fn evidence_link(path: &str) -> Option<String> {
    let inside = path.strip_prefix("evidence/")?;
    let sound = |part: &str| !part.is_empty() && part != "." && part != "..";
    if !inside.split('/').all(sound) {
        return None;
    }
    let mut link = String::from("evidence/");
    for byte in inside.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            link.push(char::from(byte));
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
    Some(link)
}

/// The text as Markdown shows it literally, on one line: every character that Markdown, HTML
/// or GitHub's extensions could read as markup becomes an entity.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let text = visible(text);
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let link = (c == ':' && rest.peek().is_some_and(|next| !next.is_whitespace()))
            || (c == '.' && before == 'w');
        if link || "&<>\\`*_[]#|~$@".contains(c) {
            let _ = write!(shown, "&#{};", u32::from(c));
        } else if c == '\n' || c == '\t' {
            shown.push(' ');
        } else {
            shown.push(c);
        }
        before = c;
    }
    shown
}

/// A number with thin spaces between its thousands.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// A duration as a person says it: `840 ms`, `12.4 s`, `3 min 05 s`, `2 h 14 min`.
#[must_use]
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{seconds}.{} s", ms % 1000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A size as a person says it: `812 B`, `14 KB`, `2.3 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A number and its noun: `1 scenario`, `3 scenarios`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n as u64), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled_out_and_line_ends_stay() {
        assert_eq!(
            visible("a\u{1b}[31m\u{202e}b\r\n\tc\u{0}\u{feff}"),
            "a⟨U+001B⟩[31m⟨U+202E⟩b⟨U+000D⟩\n\tc⟨U+0000⟩⟨U+FEFF⟩"
        );
        assert!(matches!(visible("plain é 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(short("äöü", 3), "äöü");
        assert_eq!(short("äöüß", 3), "äöü … (1 more character)");
    }

    #[test]
    fn one_line_is_one_line_and_marks_its_end() {
        assert_eq!(one_line(" a\n\tb  c\u{7}", 40), "a b c⟨U+0007⟩");
        assert_eq!(one_line("abcdef", 3), "abc…");
        assert_eq!(one_line(&"x".repeat(1_000_000), 3), "xxx…");
    }

    #[test]
    fn only_paths_into_evidence_become_links() {
        let hostile = [
            "javascript:alert(1)",
            "evidence/../plan.json",
            "/etc/passwd",
            "https://example.org/evidence/a",
            "evidence//a",
            "night.json",
        ];
        assert_eq!(hostile.map(evidence_link), [const { None }; 6]);
        assert_eq!(
            evidence_link("evidence/ab/a\"b c.png").as_deref(),
            Some("evidence/ab/a%22b%20c.png")
        );
    }

    #[test]
    fn markdown_shows_product_text_literally() {
        assert_eq!(
            markdown("<b>|`x`|\n[a](javascript:b) @team"),
            "&#60;b&#62;&#124;&#96;x&#96;&#124; &#91;a&#93;(javascript&#58;b) &#64;team"
        );
    }

    #[test]
    fn durations_and_sizes_read_like_speech() {
        assert_eq!(
            [840, 12_430, 185_000, 8_040_000].map(duration),
            ["840 ms", "12.4 s", "3 min 05 s", "2 h 14 min"]
        );
        assert_eq!([812, 13_400, 2_350_000].map(size), ["812 B", "14 KB", "2.3 MB"]);
        assert_eq!(thousands(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
