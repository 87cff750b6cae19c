//! What may stand between two letters of a text without belonging to it: the end of a line with the
//! indentation of the next, a mark of HTML, a colour of a terminal, the next node of a tree, the next
//! encoded word in the head of a mail.

/// What a gap begins with.
pub(super) const GAPS: &[u8] = b"\r\n=\\<\x1b\":?";

/// How many gaps may follow each other.
const MOST: usize = 8;

/// The longest mark of HTML that is stepped over.
const LONGEST_MARK: usize = 400;

/// The longest colour of a terminal.
const LONGEST_COLOUR: usize = 24;

/// The places behind the gaps that begin here, each of which may be where the text goes on.
pub(super) fn behind_gaps(text: &[u8], at: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(behind_gap(text, at), |place| behind_gap(text, *place)).take(MOST)
}

fn behind_gap(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let long = match rest.first()? {
        b'<' => mark(rest),
        b'\x1b' => colour(rest, 1),
        b'\\' => [&b"\\u001b"[..], b"\\x1b", b"\\033", b"\\e"]
            .into_iter()
            .find(|it| rest.len() > it.len() && rest[..it.len()].eq_ignore_ascii_case(it))
            .and_then(|it| colour(rest, it.len()))
            .or_else(|| line_break(rest)),
        b'"' | b':' => end_of_node(rest),
        b'?' => encoded_word(rest),
        _ => line_break(rest),
    };
    long.map(|long| at + long)
}

/// How long the end of a line is, with what begins the next.
fn line_break(rest: &[u8]) -> Option<usize> {
    let broken = [&b"\r\n"[..], b"\n", b"=\r\n", b"=\n", b"\\r\\n", b"\\n"]
        .into_iter()
        .find(|it| rest.starts_with(it))?
        .len();
    let indented = rest[broken..].iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
    let begun = broken + indented;
    Some(begun + node(&rest[begun..]).unwrap_or_default())
}

/// `- text: ` or `- strong "`, as a tree begins a node.
fn node(rest: &[u8]) -> Option<usize> {
    let role = rest.strip_prefix(b"- ")?;
    let long = role.iter().take_while(|it| it.is_ascii_lowercase()).count();
    let behind = &role[long..];
    let opened = [&b": \\\""[..], b": \"", b": ", b" \\\"", b" \""]
        .into_iter()
        .find(|it| behind.starts_with(it));
    (long > 0).then_some(2 + long + opened?.len())
}

/// The quote and colon that end a node of a tree, where the line ends there too.
fn end_of_node(rest: &[u8]) -> Option<usize> {
    let long = rest.iter().take(2).take_while(|it| matches!(it, b'"' | b':')).count();
    Some(long + line_break(&rest[long..])?)
}

/// The longest name of a character set.
const LONGEST_CHARSET: usize = 40;

/// The end of an encoded word and the beginning of the next: `?= =?utf-8?q?`.
fn encoded_word(rest: &[u8]) -> Option<usize> {
    let ended = rest.strip_prefix(b"?=")?;
    let blank = ended.iter().take_while(|it| it.is_ascii_whitespace()).count();
    let begun = ended[blank..].strip_prefix(b"=?")?;
    let charset = begun.iter().take(LONGEST_CHARSET).position(|it| *it == b'?')?;
    let encoding = begun.get(charset + 1..charset + 3)?;
    encoding.eq_ignore_ascii_case(b"q?").then_some(2 + blank + 2 + charset + 3)
}

/// `<b class="x">`, `</b>` or a comment.
fn mark(rest: &[u8]) -> Option<usize> {
    let named = rest.get(1).is_some_and(|it| it.is_ascii_alphabetic() || b"/!".contains(it));
    let end = rest.iter().take(LONGEST_MARK).skip(1).position(|it| matches!(it, b'<' | b'>'))? + 1;
    (named && rest[end] == b'>').then_some(end + 1)
}

/// A control sequence of a terminal behind its escape character: `[1;31m`.
fn colour(rest: &[u8], from: usize) -> Option<usize> {
    let sequence = rest[from..].strip_prefix(b"[")?;
    let values =
        sequence.iter().take(LONGEST_COLOUR).take_while(|it| matches!(it, 0x20..=0x3f)).count();
    let ended = matches!(sequence.get(values), Some(0x40..=0x7e));
    ended.then_some(from + 1 + values + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_stepped_over_and_what_is_none_is_not() {
        for gap in [
            "\n",
            "\r\n   ",
            "=\r\n",
            "\\n",
            "<b>",
            "</td></tr>\n<tr><td class=\"x\">",
            "<!-- x -->",
            "\u{1b}[1;31m",
            "\\u001b[0m",
            "\\x1b[0m\\x1b[1m",
            "\n  - text: ",
            "\"\n  - strong \"",
            ":\\n- text: ",
            "?=\r\n =?utf-8?Q?",
            "?= =?iso-8859-1?q?",
        ] {
            let text = format!("{gap}x");
            assert!(behind_gaps(text.as_bytes(), 0).any(|it| it == gap.len()), "{gap:?}");
        }
        for none in [
            "a",
            "<1",
            "< b>",
            "<b",
            "\u{1b}]0;",
            "\":",
            "\"x",
            ": x",
            "=x",
            " ",
            "?x",
            "?=x",
            "?= =?utf-8?b?",
        ] {
            let text = format!("{none}x");
            assert_eq!(behind_gaps(text.as_bytes(), 0).count(), 0, "{none:?}");
        }
    }
}
