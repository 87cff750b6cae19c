//! [`read`]: tables that are drawn with lines around their cells, as rows of cells: any number of them in
//! one output, with whatever stands between them. How wide a column is drawn says nothing.

use std::collections::BTreeSet;

use super::{Document, Record, Value};

/// As many strokes make a rule.
const STROKES: usize = 3;
/// What is read as the end of one cell in lines of letters, and in letters that draw.
const BAR: char = '|';

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Rule,
    Cells(Vec<String>),
}

/// The tables of a text, from top to bottom.
pub(super) fn read(text: &str) -> Vec<Document> {
    let mut found = Vec::new();
    let mut run: Vec<(u32, Line)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let read = line_of(line);
        let ends = match (&read, width(&run)) {
            (Some(Line::Cells(cells)), Some(width)) => cells.len() != width,
            (Some(_), _) => false,
            (None, _) => true,
        };
        if ends {
            found.extend(table(&run));
            run.clear();
        }
        run.extend(read.map(|it| (number, it)));
    }
    found.extend(table(&run));
    found
}

/// How many cells the rows of a table have that is being read.
fn width(run: &[(u32, Line)]) -> Option<usize> {
    run.iter().find_map(|it| match &it.1 {
        Line::Cells(cells) => Some(cells.len()),
        Line::Rule => None,
    })
}

fn line_of(line: &str) -> Option<Line> {
    let line = line.trim();
    if is_rule(line) {
        return Some(Line::Rule);
    }
    let is_bar = |it: char| if line.starts_with(BAR) { it == BAR } else { is_upright(it) };
    let inner = line.strip_prefix(is_bar)?.strip_suffix(is_bar)?;
    Some(Line::Cells(inner.split(is_bar).map(|it| it.trim().to_owned()).collect()))
}

/// Whether a line is drawn of strokes that meet others.
fn is_rule(line: &str) -> bool {
    let is_drawn = |it: char| matches!(it, '\u{2500}'..='\u{257f}' | '+' | '-' | '=' | BAR | ':');
    let strokes = line.chars().filter(|it| is_stroke(*it)).count();
    let begins = line.starts_with(|it: char| !is_stroke(it) && it != ':');
    begins && strokes >= STROKES && line.chars().all(is_drawn)
}

fn is_stroke(letter: char) -> bool {
    matches!(letter, '-' | '=' | '─' | '━' | '═' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍')
}

fn is_upright(letter: char) -> bool {
    matches!(letter, '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏')
}

/// A table of which a rule stands below the names of its columns.
fn table(run: &[(u32, Line)]) -> Option<Document> {
    let parts: Vec<&[(u32, Line)]> =
        run.split(|it| it.1 == Line::Rule).filter(|it| !it.is_empty()).collect();
    let (head, body) = parts.split_first().filter(|it| !it.1.is_empty())?;
    let fields = names(&joined(head).1);
    // Where a rule stands between the rows, all lines between two are one row.
    let is_grid = body.len() > 1;
    let rows: Vec<Row> = body
        .iter()
        .flat_map(|part| if is_grid { vec![joined(part)] } else { of_lines(part) })
        .collect();
    let records: Vec<Record> = rows.into_iter().map(|it| record(&fields, it)).collect();
    Some(Document {
        layout: "a drawn table".to_owned(),
        noun: "column",
        fields,
        by_line: false,
        in_order: true,
        head: head.iter().map(|it| it.0).collect(),
        records,
        extent: (run.first()?.0, run.last()?.0),
    })
}

/// The lines of a row, and its cells.
type Row = (Vec<u32>, Vec<String>);

/// Lines as one row, the parts of each cell one after the other.
fn joined(lines: &[(u32, Line)]) -> Row {
    let mut row: Row = (Vec::new(), Vec::new());
    for (number, line) in lines {
        let Line::Cells(cells) = line else { continue };
        row.0.push(*number);
        row.1.resize(cells.len(), String::new());
        for (whole, part) in row.1.iter_mut().zip(cells) {
            let both = [whole.as_str(), part].into_iter().filter(|it| !it.is_empty());
            *whole = both.collect::<Vec<_>>().join(" ");
        }
    }
    row
}

/// Lines as a row each; one without a first cell goes on with the row above it.
fn of_lines(lines: &[(u32, Line)]) -> Vec<Row> {
    let goes_on = |it: &(u32, Line)| matches!(&it.1, Line::Cells(cells) if cells.first().is_some_and(String::is_empty));
    lines.chunk_by(|_, next| goes_on(next)).map(joined).collect()
}

/// What the columns are called; by their number where the head does not tell them apart.
fn names(head: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let numbered = (1..).zip(head);
    numbered
        .map(|(number, name)| {
            let is_own = !name.is_empty() && seen.insert(name);
            if is_own { name.clone() } else { format!("{name} {number}").trim().to_owned() }
        })
        .collect()
}

fn record(fields: &[String], (lines, cells): Row) -> Record {
    let text = cells.join(" │ ");
    let value = |text: String| Value { text, lines: lines.clone(), alone: None };
    let values = fields.iter().cloned().zip(cells.into_iter().map(value)).collect();
    Record { values, order: Vec::new(), text, lines }
}
