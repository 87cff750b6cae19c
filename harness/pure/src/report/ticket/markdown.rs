//! A ticket in Markdown. What the product said stands in code, in which nothing is a mention, a
//! reference, a link, an image, a command of the tracker or markup; each of its lines in a block
//! has a sign before it, so that none of them can look like a line of ours.

use std::fmt::Write as _;

use super::text::{Block, Piece};
use crate::report::shown::visible;

/// The most characters of a title: GitLab takes 255, and GitHub 256.
const LONGEST_TITLE: usize = 255;

/// Whether marks of ours may be comments, which nobody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// They may.
    Kept,
    /// The tracker throws comments away.
    Lost,
}

/// The line that stands for something of ours, such as a cause: alone on its line.
#[must_use]
pub fn mark(of: &str, value: &str, comments: Comments) -> String {
    let plain: String =
        value.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-').collect();
    match comments {
        Comments::Kept => format!("<!-- nightshift-{of}-{plain} -->"),
        Comments::Lost => format!("nightshift-{of}-{plain}"),
    }
}

/// The value of a mark in a text; only a whole line is one.
#[must_use]
pub fn marked(of: &str, text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim_end();
        let inner = line.strip_prefix("<!-- ").and_then(|it| it.strip_suffix(" -->"));
        let value = inner.unwrap_or(line).strip_prefix(&format!("nightshift-{of}-"))?;
        let plain =
            !value.is_empty() && value.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
        plain.then(|| value.to_owned())
    })
}

/// Whether a text has the mark of this value, whatever of the value a mark leaves out.
#[must_use]
pub fn is_marked(of: &str, value: &str, text: &str) -> bool {
    let own = mark(of, value, Comments::Lost);
    marked(of, text).is_some_and(|it| mark(of, &it, Comments::Lost) == own)
}

/// A title, in which nothing is a mention or a reference: what could begin one is kept apart from
/// what follows by a joiner that nobody sees.
#[must_use]
pub fn title(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        shown.push(c);
        let begins = "@#!&~%$^*_`[]<>:\\".contains(c);
        if begins && rest.peek().is_some_and(|next| !next.is_whitespace()) {
            shown.push('\u{2060}');
        }
    }
    shown
}

/// The title of a ticket: the joiners may make it longer than a tracker takes.
#[must_use]
pub fn ticket_title(text: &str) -> String {
    title(text).chars().take(LONGEST_TITLE).collect()
}

/// A text in Markdown.
#[must_use]
pub fn markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a String cannot fail.
        match block {
            Block::Heading(heading) => {
                let _ = writeln!(text, "### {heading}");
            }
            Block::Text(pieces) => {
                let _ = writeln!(text, "{}", line(pieces));
            }
            Block::Steps(steps) => {
                for (n, step) in steps.iter().enumerate() {
                    let _ = writeln!(text, "{}. {}", n + 1, piece(step));
                }
            }
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(text, "- {}", line(item));
                }
            }
            Block::Change { expected, actual } => {
                let lines = expected.iter().map(|it| ("- ", it));
                let lines = lines.chain(actual.iter().map(|it| ("+ ", it)));
                let lines: Vec<String> =
                    lines.map(|(sign, it)| format!("{sign}{}", visible(it))).collect();
                text.push_str(&fenced("diff", &lines.join("\n")));
            }
            Block::Command(command) => text.push_str(&fenced("sh", &visible(command))),
        }
    }
    text
}

fn line(pieces: &[Piece]) -> String {
    pieces.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Ours(text) => text.clone(),
        Piece::Theirs(text) => code(text),
        Piece::Link { text, url } => format!("[{text}](<{}>)", url.replace(['<', '>'], "")),
    }
}

/// The longest run of backticks in a text.
fn ticks(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or(0)
}

/// A text as code on one line: between more backticks than it has.
fn code(text: &str) -> String {
    let text: String =
        visible(text).chars().map(|it| if it.is_whitespace() { ' ' } else { it }).collect();
    if text.trim().is_empty() {
        return "(nothing)".to_owned();
    }
    let fence = "`".repeat(ticks(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Lines as code: between more backticks than they have.
fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat((ticks(lines) + 1).max(3));
    format!("{fence}{language}\n{lines}\n{fence}\n")
}
