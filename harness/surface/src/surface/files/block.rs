//! [`Block`]: what a file is, in a few words and in comparable lines; long content as a digest.
//!
//! A digest keeps the first and last lines and hashes the runs between. Where a run ends is decided
//! by the lines themselves, so that a line that is put in changes the hash of one run only.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::model::filetext::{CELL, INDENT};

/// Lines of one piece of content that are shown in full.
const MOST_LINES: usize = 2000;
/// Bytes of one piece of content that are shown in full.
const MOST_BYTES: usize = 256 * 1024;
/// Lines of a digest that are shown at its beginning and at its end.
const HEAD: usize = 200;
const TAIL: usize = 50;
/// Bytes of a line that are shown in full, and of a longer one.
const LONG_LINE: usize = 64 * 1024;
const SHOWN_OF_LONG: usize = 2000;
/// A run is about one part in this many of what is not shown.
const RUNS: usize = 200;
/// The fewest lines of a run.
const SHORTEST_RUN: usize = 25;

/// What a file or entry is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// What stands in brackets behind its name: the kind first. Empty for plain text.
    pub what: Vec<String>,
    /// What stands in parentheses before that.
    pub note: &'static str,
    /// Its content, without indentation.
    pub lines: Vec<String>,
}

impl Block {
    /// Content of a kind.
    pub fn of(kind: impl Into<String>, lines: Vec<String>) -> Self {
        Self { what: vec![kind.into()], note: "", lines }
    }

    /// Content that is named and not shown.
    pub fn line(line: String) -> Self {
        Self { what: Vec::new(), note: "", lines: vec![line] }
    }

    /// A word more on what it is.
    #[must_use]
    pub fn with(mut self, word: impl Into<String>) -> Self {
        self.what.push(word.into());
        self
    }

    /// The header with this beginning, and the content below it.
    pub fn below(self, heading: &str) -> Vec<String> {
        let what = self.what.join(", ");
        let what = if what.is_empty() { what } else { format!(" [{what}]") };
        let header = format!("{heading}{}{what}", self.note);
        let indented = self.lines.into_iter().map(|line| format!("{:INDENT$}{line}", ""));
        std::iter::once(header).chain(indented).collect()
    }
}

/// Bytes that are called something and are not.
pub fn broken(kind: &str, bytes: &[u8]) -> Block {
    Block::of(format!("broken {kind}"), Vec::new())
        .with(format!("{} bytes", bytes.len()))
        .with(format!("sha256 {}", short_hash(bytes)))
}

/// The first 16 digits of the SHA-256, with an ellipsis for the rest.
pub fn short_hash(bytes: &[u8]) -> String {
    shortened(&Sha256::digest(bytes))
}

/// Likewise, of a digest that is there already.
pub fn shortened(digest: &[u8]) -> String {
    format!("{}…", hex(&digest[..8]))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// The text of a cell or title in one line, so that it cannot be taken for the end of one.
pub fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '|' => out.push_str("\\|"),
            letter if letter.is_control() => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    short_line(out)
}

/// A line that is not too long, the rest of it as a hash.
pub fn short_line(line: String) -> String {
    if line.len() <= LONG_LINE {
        return line;
    }
    let start: String = line.chars().take(SHOWN_OF_LONG).collect();
    format!("{start}… [{} bytes, sha256 {}]", line.len(), short_hash(line.as_bytes()))
}

/// What the lines of some content are called, and the name of one of them.
pub struct Naming {
    /// The plural, as in `rows 201–300`.
    pub plural: &'static str,
    /// The name of a line, given its position from 0.
    pub name: fn(usize, &str) -> String,
    /// What of a line counts: all of it, but for a number that follows from its position.
    pub content: fn(&str) -> &str,
}

/// Lines that have no name but their number.
pub const LINES: Naming =
    Naming { plural: "lines", name: |at, _| (at + 1).to_string(), content: |line| line };

/// Rows, named by what stands behind the word `row`.
pub const ROWS: Naming = Naming {
    plural: "rows",
    name: |_, row| row.split(CELL).next().unwrap_or_default().trim_start_matches("row ").to_owned(),
    content: |row| row.split_once(CELL).map_or(row, |it| it.1),
};

/// Values, named by their JSON pointer.
pub const VALUES: Naming = Naming {
    plural: "values",
    name: |_, value| value.split(": ").next().unwrap_or_default().to_owned(),
    content: |value| value,
};

/// The lines, or where they are many their digest.
pub fn bounded(lines: Vec<String>, naming: &Naming) -> Vec<String> {
    let lines: Vec<String> = lines.into_iter().map(short_line).collect();
    let bytes: usize = lines.iter().map(String::len).sum();
    if lines.len() <= MOST_LINES && bytes <= MOST_BYTES {
        return lines;
    }
    let room = |lines: &mut dyn Iterator<Item = &String>, most: usize| {
        let mut bytes = 0;
        let fits = lines.take(most).take_while(|line| {
            bytes += line.len();
            bytes <= MOST_BYTES / 4
        });
        fits.count()
    };
    let head = room(&mut lines.iter(), HEAD);
    let tail = room(&mut lines[head..].iter().rev(), TAIL);
    let middle = &lines[head..lines.len() - tail];
    let mut out = lines[..head].to_vec();
    out.extend(runs(middle, head, naming));
    out.extend_from_slice(&lines[lines.len() - tail..]);
    out
}

fn runs(lines: &[String], first: usize, naming: &Naming) -> Vec<String> {
    let usual = (lines.len() / RUNS).next_power_of_two().max(SHORTEST_RUN.next_power_of_two());
    let mut out = Vec::new();
    let mut start = 0;
    let mut hash = Sha256::new();
    for (at, line) in lines.iter().enumerate() {
        let digest = Sha256::digest((naming.content)(line).as_bytes());
        hash.update(digest);
        let marked = usize::from(u16::from_be_bytes([digest[0], digest[1]])) % usual == 0;
        let length = at + 1 - start;
        if (marked && length >= SHORTEST_RUN) || length >= usual * 4 || at + 1 == lines.len() {
            let name = |at: usize| (naming.name)(first + at, &lines[at]);
            let (from, to) = (name(start), name(at));
            let sum = shortened(&hash.finalize_reset());
            out.push(format!(
                "{} {from} – {to}{CELL}{length} of them, sha256 {sum}",
                naming.plural
            ));
            start = at + 1;
        }
    }
    out
}

/// A rule for names that end with a hash: a place that is always free of surprises.
pub fn safe_name(path: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    let mut safe: String = path
        .chars()
        .map(|it| {
            if it == '/' {
                '~'
            } else if plain(it) {
                it
            } else {
                '_'
            }
        })
        .collect();
    let changed = safe != path.replace('/', "~");
    if changed || safe.chars().count() > LONGEST {
        let hash = short_hash(path.as_bytes());
        let start: String = safe.chars().take(LONGEST - 10).collect();
        safe = format!("{start}-{}", &hash[..8]);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<String> {
        (1..=count).map(|it| format!("row {it}{CELL}id: {it}")).collect()
    }

    #[test]
    fn a_changed_row_of_many_is_named_by_its_run_and_nothing_else_changes() {
        let old = rows(100_000);
        let mut new = old.clone();
        new[50_000] = format!("row 50001{CELL}id: changed");
        let (old, new) = (bounded(old, &ROWS), bounded(new, &ROWS));
        assert!(old.len() < 1200, "{}", old.len());
        let changed: Vec<_> = new.iter().filter(|line| !old.contains(line)).collect();
        assert!(!changed.is_empty() && changed.len() <= 2, "{changed:?}");
        let range = changed[0].trim_start_matches("rows ").split(CELL).next().expect("a range");
        let (from, to) = range.split_once(" – ").expect("a range");
        let numbers: (usize, usize) = (from.parse().expect("number"), to.parse().expect("number"));
        assert!(numbers.0 <= 50_001 && 50_001 <= numbers.1, "{range}");
    }

    #[test]
    fn a_row_put_into_many_changes_one_run() {
        let old = rows(20_000);
        let mut new = old.clone();
        new.insert(10_000, format!("row 0{CELL}id: new"));
        let sums = |lines: Vec<String>| -> Vec<String> {
            let lines = bounded(lines, &ROWS);
            lines.iter().map(|it| it.split_once(CELL).map_or("", |it| it.1).to_owned()).collect()
        };
        let (old, new) = (sums(old), sums(new));
        assert!(new.iter().filter(|it| !old.contains(it)).count() <= 2);
    }

    #[test]
    fn all_of_a_line_that_is_no_row_counts() {
        let lines = |word: &str| -> Vec<String> {
            (1..5000).map(|it| format!("{word}{CELL}line {it}")).collect()
        };
        for naming in [&LINES, &VALUES] {
            let hashes = |word: &str| -> Vec<String> {
                let lines = bounded(lines(word), naming);
                lines
                    .into_iter()
                    .filter_map(|it| Some(it.split_once("sha256")?.1.to_owned()))
                    .collect()
            };
            assert_ne!(hashes("one"), hashes("two"));
        }
    }

    #[test]
    fn names_of_files_become_names_of_checkpoints() {
        assert_eq!(safe_name("out/chart.png"), "out~chart.png");
        assert_eq!(safe_name("a b.png").len(), "a_b.png".len() + 9);
        assert_ne!(safe_name("a b.png"), safe_name("a:b.png"));
        assert!(safe_name(&"x".repeat(300)).len() < 100);
    }
}
