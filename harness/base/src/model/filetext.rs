//! [`Lines`]: what each line of a `files` facet is, and in which file it stands.
//!
//! `surface::files` writes that text, `compare` aligns and redacts it, `triage` names places in
//! it: this is what the three agree on. A file is a header at the left edge and its content below,
//! indented by four; what the content is stands in brackets at the end of the header:
//!
//! ```text
//! created orders.csv [CSV]
//!     columns | id | total
//!     row 1 | id: 7 | total: 12
//! created backup.zip [zip]
//!     entry data.json [JSON]
//!         /items/0/price: 3
//! ```

use std::borrow::Cow;

use super::facet::END_MARK;

/// How far content stands to the right of its header.
pub const INDENT: usize = 4;

/// What stands between the cells of a row.
pub const CELL: &str = " | ";

/// The environment key of pictures that come from files: they do not depend on this machine.
pub const FILE_ENVIRONMENT: &str = "file";

/// The checkpoint of a picture that a file of this checkpoint is or holds.
#[must_use]
pub fn picture_checkpoint(checkpoint: &str, picture: &str) -> String {
    format!("{checkpoint}.{picture}")
}

/// The picture that a checkpoint is of, where it is one beside one of these checkpoints.
#[must_use]
pub fn picture_of<'a, 'b>(
    checkpoint: &'a str,
    declared: impl IntoIterator<Item = &'b str>,
) -> Option<&'a str> {
    let mut longest = None;
    for name in declared {
        if name == checkpoint {
            return None;
        }
        let rest = checkpoint.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
        if let Some(rest) = rest
            && longest.is_none_or(|it: &str| rest.len() < it.len())
        {
            longest = Some(rest);
        }
    }
    longest
}

/// What the content below a header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Lines without a meaning of their own.
    Plain,
    /// A line for the columns, then one a row.
    Rows,
    /// A JSON pointer and its value a line.
    Values,
    /// Entries of an archive.
    Entries,
    /// Tables of a database.
    Tables,
    /// Pages of a document.
    Pages,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The header of a file, entry, table or page.
    Header,
    /// The names of the columns.
    Columns,
    /// A row, or a run of rows by their hash.
    Row,
    /// A JSON value.
    Value,
    /// Anything else.
    Plain,
}

/// One line, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it is.
    pub role: Role,
    /// The line without its indentation.
    pub text: &'a str,
    /// The headers that it stands below, outermost first, as [`name`] shortens them.
    pub within: Vec<String>,
}

/// Reads the lines of a facet, or of a diff of two, in order.
#[derive(Debug, Default)]
pub struct Lines {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    indent: usize,
    name: String,
    holds: Holds,
}

impl Lines {
    /// Reads the next line.
    pub fn read<'a>(&mut self, line: &'a str) -> Line<'a> {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        if text.is_empty() {
            return Line { role: Role::Plain, text, within: self.names() };
        }
        while self.open.last().is_some_and(|open| open.indent >= indent) {
            self.open.pop();
        }
        let within = self.names();
        let direct = self.open.last().is_some_and(|open| indent == open.indent + INDENT);
        let holds = self.open.last().map(|open| open.holds);
        let starts = |word: &str| direct && text.starts_with(word);
        let role = match holds {
            None => Role::Header,
            Some(Holds::Entries) if starts("entry ") => Role::Header,
            Some(Holds::Tables) if starts("table ") => Role::Header,
            Some(Holds::Pages) if starts("page ") => Role::Header,
            Some(Holds::Rows) if starts("columns | ") => Role::Columns,
            Some(Holds::Rows) if starts("row ") || starts("rows ") => Role::Row,
            Some(Holds::Values) if text.contains(": ") || text.contains(CELL) => Role::Value,
            Some(
                Holds::Entries
                | Holds::Tables
                | Holds::Pages
                | Holds::Rows
                | Holds::Values
                | Holds::Plain,
            ) => Role::Plain,
        };
        if role == Role::Header {
            self.open.push(Open { indent, name: name(text), holds: content(text) });
        }
        Line { role, text, within }
    }

    fn names(&self) -> Vec<String> {
        self.open.iter().map(|open| open.name.clone()).collect()
    }
}

/// What stands below a header.
fn content(header: &str) -> Holds {
    if header.starts_with("table ") {
        return Holds::Rows;
    }
    let Some((_, notes)) = header.rsplit_once(" [") else { return Holds::Plain };
    match notes.trim_end_matches(']').split(", ").next().unwrap_or_default() {
        "CSV" | "TSV" => Holds::Rows,
        "JSON" | "JSON Lines" => Holds::Values,
        "zip" | "tar" | "gzip" => Holds::Entries,
        "SQLite" => Holds::Tables,
        "PDF" => Holds::Pages,
        _ => Holds::Plain,
    }
}

/// What a header is about: the file's path, `entry data.json`, `table orders`, `page 2`.
#[must_use]
pub fn name(header: &str) -> String {
    let mut verbs = ["created ", "changed ", "removed ", "file "].iter();
    let name = verbs.find_map(|verb| header.strip_prefix(verb)).unwrap_or(header);
    let name = name.rsplit_once(" [").filter(|(_, end)| end.ends_with(']')).map_or(name, |it| it.0);
    let notes = [" (CRLF)", " (executable)", " (no longer executable)", " (now a file)"];
    let name = notes.iter().fold(name, |name, note| name.strip_suffix(note).unwrap_or(name));
    match name.split_once(" (") {
        // A table's header has its definition behind its name.
        Some((table, _)) if name.starts_with("table ") => table.to_owned(),
        Some(_) | None => name.to_owned(),
    }
}

/// How what stands below a header is laid out, as its end says: `CSV, semicolons`.
#[must_use]
pub fn layout(header: &str) -> Option<&str> {
    header.rsplit_once(" [")?.1.strip_suffix(']')
}

/// The cells of a row without its label, escaped as they stand.
#[must_use]
pub fn cells(row: &str) -> Vec<&str> {
    row.split(CELL).skip(1).collect()
}

/// What to align the lines of a facet by: a row without its number and with its cells in order of
/// their names, a value without the indices that its order says already. Two texts with the same
/// keys say the same, but for the order of columns, which has a line of its own.
#[must_use]
pub fn keys(text: &str) -> Vec<Cow<'_, str>> {
    let mut lines = Lines::default();
    let mut before: Vec<String> = Vec::new();
    let mut keys = Vec::new();
    for whole in text.split('\n') {
        let line = lines.read(whole);
        let key = match line.role {
            Role::Row => {
                let mut cells = cells(line.text);
                cells.sort_unstable();
                Cow::Owned(format!("    row{CELL}{}", cells.join(CELL)))
            }
            Role::Value => Cow::Owned(value_key(line.text, &mut before)),
            Role::Header => {
                before.clear();
                Cow::Borrowed(whole)
            }
            Role::Columns | Role::Plain => Cow::Borrowed(whole),
        };
        keys.push(key);
    }
    keys
}

/// A value's line with each index as what it is beside the line before: the same, the next, new.
fn value_key(line: &str, before: &mut Vec<String>) -> String {
    if let Some((_, hash)) = line.split_once(CELL).filter(|_| line.starts_with("values ")) {
        before.clear();
        return hash.to_owned();
    }
    let (place, value) = line.split_once(": ").unwrap_or((line, ""));
    let own: Vec<String> = place.split('/').map(str::to_owned).collect();
    let same = own.iter().zip(before.iter()).take_while(|(a, b)| a == b).count();
    let is_index = |part: &str| {
        let digits = part.strip_prefix('#').unwrap_or(part).trim_end();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = own
        .iter()
        .enumerate()
        .map(|(at, part)| match (is_index(part), at.cmp(&same)) {
            (false, _) => part.as_str(),
            (true, std::cmp::Ordering::Less) => "*",
            (true, std::cmp::Ordering::Equal) => "+",
            (true, std::cmp::Ordering::Greater) => "0",
        })
        .collect();
    let key = format!("{}: {value}", parts.join("/"));
    *before = own;
    key
}

/// What is said below an output of the bytes that its text does not show: lines of their own, in
/// this order.
pub const ODD_WIDE: &str = "[written in UTF-16]";
/// The same of colours.
pub const ODD_COLOURS: &str = "[written with colour codes, though not to a terminal]";
/// The same of `\r\n`.
pub const ODD_ENDS: &str = "[lines end in CR LF]";
/// The same of an output whose last byte is no `\n`.
pub const ODD_LAST: &str = "[the last line does not end]";

/// Whether a line says how an output ends.
#[must_use]
pub fn is_end(line: &str) -> bool {
    line.starts_with(END_MARK) || line == ODD_LAST
}

/// An output without what is said below it of its bytes.
#[must_use]
pub fn without_oddities(output: &str) -> &str {
    let mut rest = output;
    for odd in [ODD_LAST, ODD_ENDS, ODD_COLOURS, ODD_WIDE] {
        let line = rest.strip_suffix('\n').unwrap_or(rest).strip_suffix(odd);
        rest = line.filter(|it| it.is_empty() || it.ends_with('\n')).unwrap_or(rest);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(old: &str, new: &str) -> bool {
        keys(old) != keys(new)
    }

    #[test]
    fn each_line_knows_what_it_is_and_where_it_stands() {
        let text = "created backup.zip (executable) [zip]\n    entry data.json [JSON]\n        /a: 1\n    \
                    entry notes\n        row 1 | no row\ncreated shop.db [SQLite]\n    table orders (id INTEGER)\n        \
                    columns | id\n        row 7 | id: 7";
        let mut lines = Lines::default();
        let read: Vec<(Role, String)> = text
            .lines()
            .map(|line| lines.read(line))
            .map(|line| (line.role, line.within.join(" > ")))
            .collect();
        let row = |role, within: &str| (role, within.to_owned());
        assert_eq!(
            read,
            [
                row(Role::Header, ""),
                row(Role::Header, "backup.zip"),
                row(Role::Value, "backup.zip > entry data.json"),
                row(Role::Header, "backup.zip"),
                row(Role::Plain, "backup.zip > entry notes"),
                row(Role::Header, ""),
                row(Role::Header, "shop.db"),
                row(Role::Columns, "shop.db > table orders"),
                row(Role::Row, "shop.db > table orders"),
            ]
        );
    }

    #[test]
    fn numbers_of_rows_and_items_do_not_count_and_their_order_and_nesting_do() {
        let csv = |rows: &str| format!("created a.csv [CSV]\n    columns | a | b{rows}");
        let one = csv("\n    row 1 | a: 1 | b: 2");
        assert!(!differ(&one, &csv("\n    row 5 | b: 2 | a: 1")));
        assert!(differ(&one, &csv("\n    row 1 | a: 2 | b: 1")));
        let json = |values: &str| format!("created a.json [JSON]{values}");
        assert!(!differ(&json("\n    /3/a: 1\n    /4/a: 2"), &json("\n    /0/a: 1\n    /1/a: 2")));
        assert!(differ(&json("\n    /0/0: 1\n    /1/0: 2"), &json("\n    /0/0: 1\n    /0/1: 2")));
        assert!(differ(&json("\n    /0/a: 1\n    /1/b: 2"), &json("\n    /0/a: 1\n    /0/b: 2")));
    }

    #[test]
    fn in_a_text_file_nothing_is_a_row() {
        assert!(differ("created a.txt\n    row 1 | x", "created a.txt\n    row 2 | x"));
    }
}
