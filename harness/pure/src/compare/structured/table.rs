//! [`read`]: CSV and tables of aligned columns as rows of cells. A table is told by its content: a
//! first line that names columns, each by another word, and rows that have as many cells.

use std::collections::BTreeSet;

use super::{Document, Numbers, Record, Value};

/// What stands between cells, and how that is called.
const SEPARATORS: [(u8, &str); 4] =
    [(b',', "CSV"), (b';', "CSV, semicolons"), (b'\t', "CSV, tabs"), (b'|', "CSV, bars")];
/// As few columns make a table.
const COLUMNS: usize = 2;
/// As few rows make a table of aligned columns.
const ROWS: usize = 2;
/// The longest name of a column, in characters.
const NAME: usize = 40;

/// The rows of a text that is a table.
pub(super) fn read(text: &str) -> Option<Document> {
    let separated = SEPARATORS.into_iter().find_map(|(sign, layout)| {
        let rows = separated(text, sign)?;
        (rows[0].1.len() >= COLUMNS).then(|| of_rows(layout, rows)).flatten()
    });
    separated.or_else(|| ruled(text)).or_else(|| aligned(text))
}

type Row<'a> = (Vec<u32>, Vec<String>, &'a str);

/// Rows with as many cells each, from the first line on; what stands below them is none of theirs. A
/// cell may go over several lines.
fn separated(text: &str, sign: u8) -> Option<Vec<Row<'_>>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(sign)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Row<'_>> = Vec::new();
    let numbers = Numbers::of(text);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        let at = usize::try_from(record.position()?.byte()).ok()?;
        let ends = usize::try_from(reader.position().byte()).ok()?;
        let whole = text.get(at..ends)?;
        let line = whole.trim_start_matches(['\r', '\n']);
        let from = ends - line.len();
        let line = line.trim_end();
        let cells: Vec<String> = record.iter().map(|it| it.trim().to_owned()).collect();
        if rows.first().is_some_and(|it| it.1.len() != cells.len()) {
            break;
        }
        rows.push((numbers.of_range(&(from..from + line.len())), cells, line));
    }
    (rows.len() > 1).then_some(rows)
}

/// A table with a rule below the names of its columns: `| a | b |`, `| - | - |`.
fn ruled(text: &str) -> Option<Document> {
    let is_rule = |line: &str| {
        line.contains('-') && line.chars().all(|it| matches!(it, '|' | '-' | '+' | ':' | ' '))
    };
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut rules = 0;
    for (number, line) in numbered(text) {
        if is_rule(line) {
            rules += 1;
            continue;
        }
        let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<String> = inner.split('|').map(|it| it.trim().to_owned()).collect();
        if rows.first().is_some_and(|it| it.1.len() != cells.len()) {
            return None;
        }
        rows.push((vec![number], cells, line));
    }
    if rules == 0 || rows.len() < 2 {
        return None;
    }
    of_rows("a table with bars", rows)
}

/// A table whose columns stand below each other, at least two spaces apart.
fn aligned(text: &str) -> Option<Document> {
    let lines: Vec<(u32, &str)> = numbered(text).collect();
    if lines.len() <= ROWS {
        return None;
    }
    let letters: Vec<Vec<char>> = lines.iter().map(|it| it.1.chars().collect()).collect();
    let width = letters.iter().map(Vec::len).max()?;
    let is_blank =
        |column: usize| letters.iter().all(|it| it.get(column).is_none_or(|letter| *letter == ' '));
    let blank: Vec<bool> = (0..width).map(is_blank).collect();
    let mut starts = Vec::new();
    for column in 0..width {
        let gap = column == 0 || blank[column - 1] && (column < 2 || blank[column - 2]);
        if !blank[column] && gap {
            starts.push(column);
        }
    }
    if starts.len() < COLUMNS {
        return None;
    }
    let rows = lines.iter().zip(&letters).map(|((number, line), letters)| {
        let ends = starts.iter().skip(1).copied().chain([width]);
        let cells = starts.iter().zip(ends).map(|(start, end)| {
            let own = letters.iter().skip(*start).take(end - start).collect::<String>();
            own.trim().to_owned()
        });
        (vec![*number], cells.collect(), *line)
    });
    of_rows("a table", rows.collect())
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let lines = (1_u32..).zip(text.lines());
    lines.filter(|it| !it.1.trim().is_empty())
}

/// A table of rows of which the first one names the columns.
fn of_rows(layout: &str, rows: Vec<Row<'_>>) -> Option<Document> {
    if !is_head(&rows) {
        return None;
    }
    let mut rows = rows.into_iter();
    let (head, fields, _) = rows.next()?;
    let records = rows.map(|(lines, cells, line)| {
        let value = |text: String| Value { text, lines: lines.clone(), alone: None };
        let values = fields.iter().cloned().zip(cells.into_iter().map(value)).collect();
        Record { values, order: Vec::new(), lines, text: line.trim().to_owned() }
    });
    let records: Vec<Record> = records.collect();
    let all = || head.iter().chain(records.iter().flat_map(|it| &it.lines)).copied();
    Some(Document {
        layout: layout.to_owned(),
        noun: "column",
        in_order: true,
        fields,
        by_line: records.iter().all(|it| it.lines.len() == 1),
        extent: (all().min()?, all().max()?),
        head,
        records,
    })
}

/// Whether the first row names columns: words, each once, that read unlike what stands below them,
/// in capitals or above numbers and dates.
fn is_head(rows: &[Row<'_>]) -> bool {
    let Some((head, body)) = rows.split_first() else { return false };
    let mut seen = BTreeSet::new();
    let has_digit = |it: &str| it.contains(|it: char| it.is_ascii_digit());
    let is_name = |it: &String| {
        let short = it.chars().count() <= NAME;
        short && it.contains(char::is_alphabetic) && seen.insert(it.clone())
    };
    let mut capitals = head.1.iter().flat_map(|it| it.chars()).filter(|it| it.is_alphabetic());
    let above_numbers = |column: usize| {
        let mut cells = body.iter().filter_map(|it| it.1.get(column)).filter(|it| !it.is_empty());
        !has_digit(&head.1[column]) && cells.clone().count() > 0 && cells.all(|it| has_digit(it))
    };
    head.1.iter().all(is_name)
        && (capitals.all(char::is_uppercase) || (0..head.1.len()).any(above_numbers))
}
