//! [`Complaint`]: one thing that is wrong with a file, at its place, with the way to mend it; and
//! [`Source`], the text that complaints point into. Every reader of this room writes complaints.

use std::sync::OnceLock;

use serde::Serialize;

/// The most of a source line that a snippet shows, in characters.
const SNIPPET_WIDTH: usize = 120;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// The file, relative to the suite root, with `/`; or `--set` and `--var` for an override.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub col: u32,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The source line with a caret under the place; empty where the file has no text.
    pub snippet: String,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.col, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        if !self.snippet.is_empty() {
            write!(f, "\n{}", self.snippet)?;
        }
        Ok(())
    }
}

/// A place in one of the sources of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Pos {
    /// Which source: 0 is the file, others are overrides.
    pub source: u16,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub col: u32,
}

/// A text that complaints point into.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its name in complaints.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Byte offsets of the lines, made when the first complaint needs them.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with('\u{FEFF}') {
            text.drain(..'\u{FEFF}'.len_utf8());
        }
        Self { name: name.into(), text, lines: OnceLock::new() }
    }

    /// The text of a line, from 1, without its end.
    pub(crate) fn line(&self, line: u32) -> &str {
        let starts = self.lines.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        });
        let Some(&start) = (line as usize).checked_sub(1).and_then(|at| starts.get(at)) else {
            return "";
        };
        let end = starts.get(line as usize).map_or(self.text.len(), |next| next - 1);
        self.text[start..end].trim_end_matches('\r')
    }

    /// A complaint about this place.
    pub(crate) fn complaint(&self, pos: Pos, message: String, help: Option<String>) -> Complaint {
        Complaint {
            file: self.name.clone(),
            line: pos.line,
            col: pos.col,
            message,
            help,
            snippet: snippet(self.line(pos.line), pos),
        }
    }
}

/// The line with its number and a caret below the column; long lines are cut around the place.
fn snippet(line: &str, pos: Pos) -> String {
    if line.trim().is_empty() {
        return String::new();
    }
    let column = pos.col.saturating_sub(1) as usize;
    let skipped = if column < SNIPPET_WIDTH { 0 } else { column - SNIPPET_WIDTH / 2 };
    let mut shown: String = line
        .chars()
        .skip(skipped)
        .take(SNIPPET_WIDTH)
        // A terminal must not be driven by what a file holds.
        .map(|c| if c == '\t' { ' ' } else { c })
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if line.chars().nth(skipped + SNIPPET_WIDTH).is_some() {
        shown.push('…');
    }
    let (lead, caret) = if skipped > 0 { ("…", column - skipped + 1) } else { ("", column) };
    let number = pos.line.to_string();
    let gutter = " ".repeat(number.len());
    format!("  {number} | {lead}{shown}\n  {gutter} | {}^", " ".repeat(caret))
}

/// All complaints, one below the other, and their number.
pub(crate) fn render(complaints: &[Complaint]) -> String {
    let mut files: Vec<&str> = complaints.iter().map(|it| it.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let count = format!(
        "{} complaint{} in {} file{}",
        complaints.len(),
        plural(complaints.len()),
        files.len(),
        plural(files.len())
    );
    complaints.iter().map(ToString::to_string).chain([count]).collect::<Vec<_>>().join("\n")
}
