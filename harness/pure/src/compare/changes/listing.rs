//! [`entries`]: what changed in the lists that programs print: options and commands with what each
//! is for.
//!
//! ```text
//!   -o, --order TEXT   Order by this column, or by
//!                      'column desc'
//! ```
//!
//! One new long option moves the second column of all others. So entries are compared by their
//! name, over the ends of lines and without white space. How a command is called (`Usage: …`) is
//! an entry too: it goes over several lines as well. Used by [`super::read`].

use std::collections::BTreeMap;

use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::USAGE;

/// The spaces between what is listed and what it is for.
const GUTTER: &str = "  ";

/// One entry that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is about: `--order`, `insert`.
    pub name: String,
    /// What was said of it.
    pub removed: Option<String>,
    /// What is said now.
    pub added: Option<String>,
    /// The lines of the baseline that said it, from 1.
    pub old_lines: Vec<u32>,
    /// The lines that say it now, from 1.
    pub new_lines: Vec<u32>,
}

/// The entries that differ, and the lines that belong to none; `None` where the text has no list, or
/// where only white space or the order changed.
#[must_use]
pub fn entries(diff: &[DiffLine]) -> Option<(Vec<Entry>, Vec<DiffLine>)> {
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for segment in diff.split(|line| line.tag == DiffTag::Gap) {
        let old = side(segment, DiffTag::Removed);
        let new = side(segment, DiffTag::Added);
        found.extend(differing(&old.0, &new.0));
        let consumed: Vec<usize> = old.1.into_iter().chain(new.1).collect();
        for (at, line) in segment.iter().enumerate() {
            let tag = if consumed.contains(&at) { DiffTag::Gap } else { line.tag };
            rest.push(DiffLine { tag, ..line.clone() });
        }
        rest.push(DiffLine::gap());
    }
    (!found.is_empty()).then_some((found, rest))
}

/// A list as it stood on one side: entries in order, each with the changed lines that say it.
type Listed = Vec<Told>;

/// One entry of one side.
#[derive(Debug, Clone)]
struct Told {
    name: String,
    said: String,
    lines: Vec<u32>,
}

/// The entries of one side of a segment, and the lines that they take.
fn side(segment: &[DiffLine], own: DiffTag) -> (Listed, Vec<usize>) {
    let mut entries: Listed = Vec::new();
    let mut consumed = Vec::new();
    let mut column: Option<(usize, usize)> = None;
    for (at, line) in segment.iter().enumerate() {
        if line.tag != own && line.tag != DiffTag::Same {
            continue;
        }
        let whole = line.text();
        let indent = whole.len() - whole.trim_start().len();
        let number = line.old_line.or(line.new_line).filter(|_| line.tag == own);
        if let Some((name, said)) = usage(&whole).or_else(|| head(&whole)) {
            entries.push(Told { name, said, lines: number.into_iter().collect() });
            column = Some((indent, at));
            consumed.push(at);
        } else if is_usage_part(&whole) && entries.last().is_none_or(|it| it.name != USAGE) {
            // The line that begins to say it is too far above to be seen.
            entries.push(Told {
                name: USAGE.to_owned(),
                said: words(whole.trim()),
                lines: number.into_iter().collect(),
            });
            column = Some((0, at));
            consumed.push(at);
        } else if let (Some((outer, _)), Some(last)) = (column, entries.last_mut())
            && indent >= outer + 4
            && !whole.trim().is_empty()
        {
            last.said = words(&format!("{} {}", last.said, line.trimmed()));
            last.lines.extend(number);
            consumed.push(at);
        } else {
            column = None;
        }
    }
    consumed.retain(|at| segment[*at].tag == own);
    (entries, consumed)
}

/// How a command is called, where a line begins to say it.
fn usage(line: &str) -> Option<(String, String)> {
    let (key, told) = line.split_once(": ")?;
    key.eq_ignore_ascii_case(USAGE).then(|| (USAGE.to_owned(), words(told)))
}

/// Whether a line is nothing but options in brackets, as the lines below a usage are.
fn is_usage_part(line: &str) -> bool {
    line.starts_with("    ") && line.trim().starts_with("[-") && line.trim().ends_with(']')
}

/// The name of an entry and all that its first line says.
fn head(line: &str) -> Option<(String, String)> {
    let indent = line.len() - line.trim_start().len();
    let line = line.trim();
    if indent == 0 || line.is_empty() {
        return None;
    }
    let (term, about) = line.split_once(GUTTER).unwrap_or((line, ""));
    let told = || words(line);
    if term.starts_with('-') {
        let flags = term.split([',', ' ', '=', '/']).filter(|it| it.starts_with('-'));
        let name = flags.max_by_key(|it| (it.starts_with("--"), it.len()))?;
        let is_flag = name.trim_start_matches('-').starts_with(|it: char| it.is_alphanumeric());
        return is_flag.then(|| (name.to_owned(), told()));
    }
    let name = term.trim_end_matches(['*', ':', ',']);
    let is_word = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | ':');
    let plain = name.starts_with(|it: char| it.is_alphabetic()) && name.chars().all(is_word);
    let said = about.trim_start();
    // Where a colon stands there, it is a value by its name.
    let is_told = !said.is_empty() && !said.starts_with(':');
    let is_entry = plain && is_told && !is_id(name) && !is_row(said);
    is_entry.then(|| (name.to_owned(), told()))
}

/// Whether what stands beside a name is numbers, several and nothing else: a row of a table.
fn is_row(about: &str) -> bool {
    let is_number = |it: &str| {
        it.contains(|it: char| it.is_ascii_digit()) && !it.contains(|it: char| it.is_alphabetic())
    };
    about.split_whitespace().count() > 1 && about.split_whitespace().all(is_number)
}

/// Whether a name is one that nobody typed: what is listed are records, and no options or commands.
fn is_id(name: &str) -> bool {
    const ID: usize = 6;
    let hex = name.len() >= ID && name.bytes().all(|it| it.is_ascii_hexdigit());
    hex && name.bytes().any(|it| it.is_ascii_digit())
}

/// Words with one space between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn differing(old: &Listed, new: &Listed) -> Vec<Entry> {
    let by_name = |list: &'_ Listed| -> BTreeMap<String, Vec<Told>> {
        let mut all: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        for told in list {
            all.entry(told.name.clone()).or_default().push(told.clone());
        }
        all
    };
    let (before, after) = (by_name(old), by_name(new));
    let mut names: Vec<&String> = Vec::new();
    for told in new.iter().chain(old) {
        if !names.contains(&&told.name) {
            names.push(&told.name);
        }
    }
    let mut found = Vec::new();
    for name in names {
        let none = Vec::new();
        let (was, is) = (before.get(name).unwrap_or(&none), after.get(name).unwrap_or(&none));
        for at in 0..was.len().max(is.len()) {
            let (old, new) = (was.get(at), is.get(at));
            // A line may end in the middle of a word.
            let bare = |it: Option<&Told>| it.map(|it| it.said.replace(' ', ""));
            if bare(old) != bare(new) {
                found.push(Entry {
                    name: name.clone(),
                    removed: old.map(|it| it.said.clone()),
                    added: new.map(|it| it.said.clone()),
                    old_lines: old.map(|it| it.lines.clone()).unwrap_or_default(),
                    new_lines: new.map(|it| it.lines.clone()).unwrap_or_default(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::diff_lines;

    /// The entries that changed: their names, what they were, and what they are.
    fn found(diff: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let all = entries(&diff_lines(diff)).map(|it| it.0).unwrap_or_default();
        all.into_iter().map(|it| (it.name, it.removed, it.added)).collect()
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is short for what may be there")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_new_long_option_is_one_change_although_it_moves_the_column_of_all_others() {
        let diff = "-  -c TEXT  Columns\n-  --save   Save what was found\n-  -h       Help\n\
                    +  -c TEXT           Columns\n+  --save            Save what was\n\
                    +                    found\n+  --limit INTEGER   How many\n+  -h                Help";
        assert_eq!(found(diff), [("--limit".to_owned(), None, some("--limit INTEGER How many"))]);
    }

    #[test]
    fn an_option_that_is_told_otherwise_keeps_its_name() {
        let diff = "   --csv       As CSV\n-  --load TEXT  Extensions to load\n\
                    +  --load TEXT  Path to an extension, with\n+               its entry point";
        assert_eq!(
            found(diff),
            [(
                "--load".to_owned(),
                some("--load TEXT Extensions to load"),
                some("--load TEXT Path to an extension, with its entry point")
            )]
        );
    }

    #[test]
    fn commands_are_entries_too_and_prose_is_not() {
        let diff = " Commands:\n   dump    Output all\n+  install  Install packages\n+Not indented  at all";
        assert_eq!(found(diff), [("install".to_owned(), None, some("install Install packages"))]);
        assert_eq!(found("-  two words here\n+  two other words"), []);
        let records = "-  f3289e9  08:00  ferry\n+  a417adf  09:00  ferry";
        assert_eq!(found(records), [], "these are no commands");
        assert_eq!(found("-  added  1  4  2\n+  added  2  4  2"), [], "that is a row of numbers");
        assert_eq!(found("-  lines    : 4\n+  lines    : 5"), [], "that is a value");
        let one = [("added".to_owned(), some("added 1"), some("added 2"))];
        assert_eq!(found("-  added  1\n+  added  2"), one);
    }

    #[test]
    fn how_a_command_is_called_is_one_entry_over_the_ends_of_its_lines() {
        let diff = "-Usage: shopctl add [OPTIONS] NAME [integer|fl\n-                   oat|text]\n\
                    +Usage: shopctl add [OPTIONS] NAME\n+                   [integer|float|text]";
        assert_eq!(found(diff), []);
        let diff = "-usage: shopctl add NAME\n+usage: shopctl add NAME\n+                   [int]";
        assert_eq!(
            found(diff),
            [("usage".to_owned(), some("shopctl add NAME"), some("shopctl add NAME [int]"))]
        );
    }

    #[test]
    fn a_list_that_is_only_laid_out_otherwise_has_no_entry_that_differs() {
        assert_eq!(found("-  --csv  As CSV\n+  --csv     As CSV"), []);
    }
}
