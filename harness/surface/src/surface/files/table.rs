//! [`block`]: a table with a delimiter as one row a line, each cell with the name of its column.
//!
//! The dialect is found by looking: delimiter, byte order mark and line ends are said in the
//! header of the file, once. Quotes are syntax and leave no trace.

use super::block::{Block, ROWS, bounded, cell};
use crate::model::filetext::CELL;

/// Delimiters, the likeliest first.
const DELIMITERS: [(u8, Option<&str>); 4] =
    [(b',', None), (b'\t', Some("tabs")), (b';', Some("semicolons")), (b'|', Some("bars"))];

/// Records by which the delimiter is judged.
const LOOKED_AT: usize = 50;

/// The most cells of a row that are told apart.
const MOST_CELLS: usize = 2000;

/// The table that a text is.
pub fn block(name: &str, text: &str) -> Block {
    let marked = text.starts_with('\u{feff}');
    let text = text.trim_start_matches('\u{feff}');
    let tabs = name.to_ascii_lowercase().ends_with(".tsv");
    let (delimiter, word) = sniff(text, tabs);
    let records = records(text, delimiter);
    let mut block = Block::of(if tabs { "TSV" } else { "CSV" }, lines(&records));
    if let Some(word) = word.filter(|word| !(tabs && *word == "tabs")) {
        block = block.with(word);
    }
    if marked {
        block = block.with("byte order mark");
    }
    let ends = text.matches('\n').count();
    if ends > 0 && text.matches("\r\n").count() == ends {
        block = block.with("CRLF");
    }
    if records.is_empty() {
        block = block.with("empty");
    }
    block
}

/// The delimiter by which the first records have the most cells, and all of them equally many.
fn sniff(text: &str, tabs: bool) -> (u8, Option<&'static str>) {
    let start: String = text.split_inclusive('\n').take(LOOKED_AT).collect();
    let score = |delimiter: u8| {
        let counts: Vec<usize> = records(&start, delimiter).iter().map(Vec::len).collect();
        let first = counts.first().copied().unwrap_or(0);
        let even = counts.iter().all(|count| *count == first);
        (first > 1 && even, first)
    };
    let usual = if tabs { DELIMITERS[1] } else { DELIMITERS[0] };
    let mut best = (usual, score(usual.0));
    for other in DELIMITERS {
        let points = score(other.0);
        if points > best.1 {
            best = (other, points);
        }
    }
    best.0
}

fn records(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    // Text that is UTF-8 and flexible has no error left to make.
    let records = reader.records().filter_map(Result::ok);
    records.map(|it| it.iter().take(MOST_CELLS).map(str::to_owned).collect()).collect()
}

fn lines(records: &[Vec<String>]) -> Vec<String> {
    let Some(first) = records.first() else { return Vec::new() };
    let (names, rows) = if is_header(first) {
        (first.iter().map(|name| cell(name)).collect(), &records[1..])
    } else {
        let widest = records.iter().map(Vec::len).max().unwrap_or(0);
        ((1..=widest).map(|it| it.to_string()).collect::<Vec<_>>(), records)
    };
    let rows = rows.iter().enumerate().map(|(at, row)| {
        let cells = row.iter().enumerate().map(|(column, text)| {
            let over = || format!("beyond {}", column + 1 - names.len());
            let name = names.get(column).cloned().unwrap_or_else(over);
            format!("{CELL}{name}: {}", cell(text))
        });
        format!("row {}{}", at + 1, cells.collect::<String>())
    });
    let mut lines = vec![format!("columns{CELL}{}", names.join(CELL))];
    lines.extend(bounded(rows.collect(), &ROWS));
    lines
}

/// Whether a first record names columns: words, each once, and no number among them.
fn is_header(record: &[String]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let word = |name: &String| !name.trim().is_empty() && name.trim().parse::<f64>().is_err();
    record.iter().all(|name| word(name) && seen.insert(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, text: &str) -> Vec<String> {
        block(name, text).below(&format!("created {name}"))
    }

    #[test]
    fn dialects_are_found_and_said_once() {
        let rows = ["    columns | id | name", "    row 1 | id: 7 | name: Ada"];
        for (name, text, header) in [
            ("a.csv", "id,name\n7,Ada\n", "created a.csv [CSV]"),
            ("a.csv", "id;name\r\n7;\"Ada\"\r\n", "created a.csv [CSV, semicolons, CRLF]"),
            ("a.tsv", "id\tname\n7\tAda\n", "created a.tsv [TSV]"),
            ("a.csv", "\u{feff}id,name\n7,Ada", "created a.csv [CSV, byte order mark]"),
        ] {
            assert_eq!(shown(name, text), [&[header], rows.as_slice()].concat(), "{text:?}");
        }
    }

    #[test]
    fn ragged_rows_line_ends_in_cells_and_bars_are_told_apart() {
        assert_eq!(
            shown("a.csv", "a,b\n\"1\n2\",\"x | y\",3\n4\n"),
            [
                "created a.csv [CSV]",
                "    columns | a | b",
                "    row 1 | a: 1\\n2 | b: x \\| y | beyond 1: 3",
                "    row 2 | a: 4",
            ]
        );
    }

    #[test]
    fn without_names_columns_are_numbered_and_nothing_is_empty() {
        assert_eq!(
            shown("a.csv", "1,2\n3,4\n")[1..],
            ["    columns | 1 | 2", "    row 1 | 1: 1 | 2: 2", "    row 2 | 1: 3 | 2: 4"]
        );
        assert_eq!(shown("a.csv", ""), ["created a.csv [CSV, empty]"]);
    }
}
