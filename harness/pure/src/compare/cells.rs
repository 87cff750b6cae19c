//! [`label`]: what a person calls the place of a change: the ancestors of a node, the row and the
//! columns of a table with the old and the new cell, the path of a JSON value.
//!
//! It stands above the changed lines, in the gap. Used by [`super::lines`].

use std::ops::Range;

/// What the context of a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines of equal rank.
    Flat,
    /// A tree written by indentation.
    Tree,
}

/// Characters of one value in a label.
const MOST_VALUE: usize = 60;
/// Characters of a label.
const MOST: usize = 240;
/// Cells of one row, and ancestors of one node, that are named.
const MOST_CELLS: usize = 3;
const MOST_ANCESTORS: usize = 5;
/// Roles that say where something is also without a name.
const LANDMARKS: [&str; 18] = [
    "main",
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "form",
    "search",
    "region",
    "table",
    "grid",
    "treegrid",
    "dialog",
    "alertdialog",
    "article",
    "tablist",
    "menu",
    "alert",
    "toolbar",
];
const CELLS: [&str; 4] = ["cell", "gridcell", "columnheader", "rowheader"];

/// Both texts by their lines, and the lines of one change.
#[derive(Debug, Clone)]
pub struct Hunk<'a> {
    /// The old lines.
    pub before: &'a [&'a str],
    /// The new lines.
    pub after: &'a [&'a str],
    /// Which old lines are gone.
    pub old: Range<usize>,
    /// Which new lines have come.
    pub new: Range<usize>,
}

/// What a person calls the place of a change; `None` where the lines say it themselves.
#[must_use]
pub fn label(hunk: &Hunk<'_>, shape: Shape) -> Option<String> {
    let first = hunk.after.get(hunk.new.start).or(hunk.before.get(hunk.old.start))?;
    let is_node = first.trim_start().starts_with("- ");
    let label = match shape {
        Shape::Tree if is_node => node_label(hunk),
        Shape::Tree => file_label(hunk),
        Shape::Flat => json_label(hunk).or_else(|| table_label(hunk)),
    }?;
    Some(cut(&label, MOST))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `Total 12.00 → 13.00`, of each column whose cell changed.
fn changed(columns: &[String], old: &[String], new: &[String]) -> Vec<String> {
    let shown = |it: &str| match it.trim() {
        "" => "(empty)".to_owned(),
        text => cut(text, MOST_VALUE),
    };
    let all = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
    let mut named: Vec<String> = all
        .map(|(index, (old, new))| {
            let column = columns.get(index).filter(|it| !it.trim().is_empty());
            let column = column.map_or_else(|| format!("column {}", index + 1), Clone::clone);
            format!("{} {} → {}", column.trim(), shown(old), shown(new))
        })
        .collect();
    let hidden = named.len().saturating_sub(MOST_CELLS);
    named.truncate(MOST_CELLS);
    if hidden > 0 {
        named.push(format!("{hidden} more"));
    }
    named
}

/// The name of a row: its first cell that is the same.
fn row_name(old: &[String], new: &[String]) -> String {
    let same = old.iter().zip(new).find(|(old, new)| old == new && !old.trim().is_empty());
    same.map_or_else(String::new, |it| format!(" {}", cut(it.0.trim(), MOST_VALUE)))
}

// ---- trees of nodes

/// The role and the name of a node, without its state: `row "Ada"`.
pub(super) fn node(line: &str) -> Option<(&str, Option<&str>)> {
    let text = line.trim_start().strip_prefix("- ")?;
    let role = text.split([' ', ':']).next().unwrap_or(text);
    let rest = text[role.len()..].strip_prefix(" \"");
    // A quote inside of a name is escaped, so the first that is not ends it.
    let name = rest.and_then(|rest| {
        let end = rest.char_indices().find(|(at, it)| *it == '"' && !rest[..*at].ends_with('\\'));
        end.map(|(at, _)| &rest[..at])
    });
    Some((role, name))
}

/// The indices of the lines that a line stands below, the outermost first.
pub(super) fn ancestors(lines: &[&str], at: usize) -> Vec<usize> {
    let mut depth = indent(lines[at]);
    let mut all = Vec::new();
    for index in (0..at).rev() {
        if depth == 0 {
            break;
        }
        if indent(lines[index]) < depth {
            depth = indent(lines[index]);
            all.push(index);
        }
    }
    all.reverse();
    all
}

fn node_label(hunk: &Hunk<'_>) -> Option<String> {
    let (lines, at) = if hunk.new.is_empty() {
        (hunk.before, hunk.old.start)
    } else {
        (hunk.after, hunk.new.start)
    };
    let row = row_change(hunk);
    let above = ancestors(lines, at);
    let mut chain: Vec<String> = above
        .iter()
        .filter_map(|index| node(lines[*index]))
        .filter(|(role, name)| name.is_some() || LANDMARKS.contains(role))
        .filter(|(role, _)| row.is_none() || *role != "row")
        .map(|(role, name)| match name {
            Some(name) => format!("{role} \"{}\"", cut(name, MOST_VALUE)),
            None => role.to_owned(),
        })
        .collect();
    let hidden = chain.len().saturating_sub(MOST_ANCESTORS);
    chain.drain(..hidden);
    chain.extend(row);
    (!chain.is_empty()).then(|| chain.join(" › "))
}

/// `row Ada: Total 12.00 → 13.00`, where cells of one row changed.
fn row_change(hunk: &Hunk<'_>) -> Option<String> {
    if hunk.old.is_empty() || hunk.new.is_empty() {
        return None;
    }
    let (was, is) = (row_of(hunk.before, hunk.old.start)?, row_of(hunk.after, hunk.new.start)?);
    let (old, new) = (cells(hunk.before, was), cells(hunk.after, is));
    if old.len() != new.len() || old == new {
        return None;
    }
    let columns = columns(hunk.after, is);
    Some(format!("row{}: {}", row_name(&old, &new), changed(&columns, &old, &new).join(", ")))
}

/// The row that a line is, or stands in.
fn row_of(lines: &[&str], at: usize) -> Option<usize> {
    let is_row = |index: &usize| node(lines[*index]).is_some_and(|it| it.0 == "row");
    std::iter::once(at).chain(ancestors(lines, at).into_iter().rev()).find(is_row)
}

/// The texts of the cells of a row.
fn cells(lines: &[&str], row: usize) -> Vec<String> {
    let depth = indent(lines[row]);
    let below = lines[row + 1..].iter().take_while(|it| indent(it) > depth);
    let own = below.filter(|it| indent(it) == depth + 2).filter_map(|it| Some((it, node(it)?)));
    own.filter(|(_, (role, _))| CELLS.contains(role))
        .map(|(line, (_, name))| match name {
            Some(name) => name.to_owned(),
            None => line.split_once(": ").map_or("", |it| it.1).to_owned(),
        })
        .collect()
}

/// The names of the columns of the table around a row.
fn columns(lines: &[&str], row: usize) -> Vec<String> {
    let is_table = |index: &usize| {
        node(lines[*index]).is_some_and(|it| matches!(it.0, "table" | "grid" | "treegrid"))
    };
    let Some(table) = ancestors(lines, row).into_iter().rev().find(is_table) else {
        return Vec::new();
    };
    let rows = (table + 1..row).filter(|it| node(lines[*it]).is_some_and(|it| it.0 == "row"));
    let mut heads = rows.filter(|it| {
        let below = lines.get(it + 1).and_then(|line| node(line));
        below.is_some_and(|it| it.0 == "columnheader")
    });
    heads.next().map(|it| cells(lines, it)).unwrap_or_default()
}

// ---- files, whose lines name their cells themselves

fn file_label(hunk: &Hunk<'_>) -> Option<String> {
    let (lines, at) = if hunk.new.is_empty() {
        (hunk.before, hunk.old.start)
    } else {
        (hunk.after, hunk.new.start)
    };
    let mut chain: Vec<String> =
        ancestors(lines, at).into_iter().map(|it| cut(lines[it].trim(), MOST_VALUE)).collect();
    if let (Some(old), Some(new)) =
        (hunk.before.get(hunk.old.start), hunk.after.get(hunk.new.start))
        && !hunk.old.is_empty()
        && !hunk.new.is_empty()
    {
        chain.extend(named_cells(old, new));
    }
    (!chain.is_empty()).then(|| chain.join(" › "))
}

/// `row 7: total 12 → 13`, of lines such as `row 7 | id: 7 | total: 12`.
fn named_cells(old: &str, new: &str) -> Option<String> {
    let read = |line: &str| {
        let mut parts = line.trim().split(crate::model::filetext::CELL);
        let row = parts.next().unwrap_or_default().to_owned();
        let cells: Vec<(String, String)> = parts
            .map(|it| it.split_once(": ").unwrap_or((it.trim_end_matches(':'), "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        (row, cells)
    };
    let ((_, old), (row, new)) = (read(old), read(new));
    let names =
        |cells: &[(String, String)]| cells.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
    let values =
        |cells: &[(String, String)]| cells.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
    if new.is_empty() || names(&old) != names(&new) || old == new || !row.starts_with("row ") {
        return None;
    }
    let all = changed(&names(&new), &values(&old), &values(&new));
    Some(format!("{row}: {}", all.join(", ")))
}

// ---- outputs

/// The first line of a change with the one that it was.
fn pair<'a>(hunk: &Hunk<'a>) -> Option<(&'a str, &'a str)> {
    if hunk.old.is_empty() || hunk.new.is_empty() {
        return None;
    }
    Some((hunk.before[hunk.old.start], hunk.after[hunk.new.start]))
}

/// `row Ada: Total 12.00 → 13.00`, of columns that tabs, bars, commas or blanks keep apart.
fn table_label(hunk: &Hunk<'_>) -> Option<String> {
    let (old, new) = pair(hunk)?;
    let (separator, new_cells) = split(new)?;
    let old_cells = separator.split(old);
    if old_cells.len() != new_cells.len() || old_cells == new_cells {
        return None;
    }
    let columns = header(hunk.after, hunk.new.start, separator, new_cells.len())?;
    let name = row_name(&old_cells, &new_cells);
    Some(format!("row{name}: {}", changed(&columns, &old_cells, &new_cells).join(", ")))
}

/// What keeps the cells of a line apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Tab,
    Bar,
    Blanks,
    Comma,
}

impl Separator {
    fn split(self, line: &str) -> Vec<String> {
        let line = line.trim();
        let parts: Vec<&str> = match self {
            Self::Tab => line.split('\t').collect(),
            Self::Bar => line.trim_matches('|').split(['|', '│']).collect(),
            Self::Blanks => line.split("  ").filter(|it| !it.trim().is_empty()).collect(),
            // In prose a blank follows a comma; in a table of an output it does not.
            Self::Comma if line.contains(", ") => vec![line],
            Self::Comma => line.split(',').collect(),
        };
        parts.into_iter().map(|it| it.trim().to_owned()).collect()
    }
}

fn split(line: &str) -> Option<(Separator, Vec<String>)> {
    [Separator::Tab, Separator::Bar, Separator::Blanks, Separator::Comma]
        .into_iter()
        .map(|it| (it, it.split(line)))
        .find(|(_, cells)| cells.len() > 1)
}

/// The names of the columns: the first line of the table, where it names something.
fn header(lines: &[&str], at: usize, separator: Separator, count: usize) -> Option<Vec<String>> {
    let is_rule =
        |line: &str| !line.trim().is_empty() && line.chars().all(|it| " -=+|─┼│".contains(it));
    let mut first = None;
    for line in lines[..at].iter().rev() {
        let cells = separator.split(line);
        if cells.len() == count && !is_rule(line) {
            first = Some(cells);
        } else if !is_rule(line) {
            break;
        }
    }
    let named = |it: &String| {
        it.chars().any(char::is_alphabetic) && !it.starts_with(|it: char| it.is_ascii_digit())
    };
    first.filter(|cells| cells.iter().all(named))
}

/// `orders[0].total: 12 → 13`, of JSON with one value a line.
fn json_label(hunk: &Hunk<'_>) -> Option<String> {
    let (old, new) = pair(hunk)?;
    let begins = hunk.after.iter().find(|it| !it.trim().is_empty())?.trim();
    if !begins.starts_with(['{', '[']) {
        return None;
    }
    let value = |line: &str| {
        let line = line.trim().trim_end_matches(',');
        let (key, value) = line.strip_prefix('"')?.split_once("\":")?;
        let value = value.trim();
        (!value.is_empty() && !value.ends_with(['{', '[']))
            .then(|| (key.to_owned(), value.to_owned()))
    };
    let ((was, old), (key, new)) = (value(old)?, value(new)?);
    if was != key {
        return None;
    }
    let lines = hunk.after;
    let mut path = String::new();
    let mut all = ancestors(lines, hunk.new.start);
    all.push(hunk.new.start);
    for pair in all.windows(2) {
        let (parent, child) = (pair[0], pair[1]);
        if lines[parent].trim_end().ends_with('[') {
            let depth = indent(lines[child]);
            let siblings = lines[parent + 1..child]
                .iter()
                .filter(|it| indent(it) == depth && !it.trim_start().starts_with(['}', ']']));
            path = format!("{path}[{}]", siblings.count());
        } else if let Some((key, _)) =
            lines[child].trim().strip_prefix('"').and_then(|it| it.split_once("\":"))
        {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
    }
    Some(format!("{}: {} → {}", path, cut(&old, MOST_VALUE), cut(&new, MOST_VALUE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The label of the only run of changed lines.
    fn labelled(old: &str, new: &str, shape: Shape) -> Option<String> {
        let (before, after): (Vec<&str>, Vec<&str>) =
            (old.lines().collect(), new.lines().collect());
        let same = before.iter().zip(&after).take_while(|it| it.0 == it.1).count();
        let hunk = Hunk {
            before: &before,
            after: &after,
            old: same..(same + 1).min(before.len()),
            new: same..(same + 1).min(after.len()),
        };
        label(&hunk, shape)
    }

    #[test]
    fn a_node_is_named_by_its_ancestors() {
        let old = "- banner\n- main:\n  - list:\n    - listitem:\n      - region \"Cart \\\"A\\\"\" [busy]:\n        - button \"Pay\"";
        let new = old.replace("Pay", "Buy");
        assert_eq!(
            labelled(old, &new, Shape::Tree).as_deref(),
            Some("main › region \"Cart \\\"A\\\"\"")
        );
        assert_eq!(labelled("- button \"a\"", "- button \"b\"", Shape::Tree), None);
    }

    #[test]
    fn a_cell_of_a_page_is_named_by_row_and_column() {
        let table = "- main:\n  - table \"Orders\":\n    - rowgroup:\n      - row \"Name Total\":\n        - columnheader \"Name\"\n        - columnheader \"Total\"\n    - rowgroup:\n      - row \"Ada 12.00\":\n        - cell \"Ada\"\n        - cell \"12.00\"";
        let new = table.replace("12.00", "13.00");
        assert_eq!(
            labelled(table, &new, Shape::Tree).as_deref(),
            Some("main › table \"Orders\" › row Ada: Total 12.00 → 13.00")
        );
    }

    #[test]
    fn a_cell_of_an_output_is_named_by_row_and_column_however_columns_are_kept_apart() {
        for table in [
            "Orders\n\nName   Qty  Total\n-----  ---  -----\nAda    3    12.00\nGrace  1    4.00\n",
            "Name\tQty\tTotal\nAda\t3\t12.00\n",
            "| Name | Qty | Total |\n|------|-----|-------|\n| Ada | 3 | 12.00 |\n",
            "Name,Qty,Total\nBob,1,2.00\nAda,3,12.00\n",
        ] {
            let new = table.replace("12.00", "13.00");
            let label = labelled(table, &new, Shape::Flat);
            assert_eq!(label.as_deref(), Some("row Ada: Total 12.00 → 13.00"), "{table}");
        }
        let prose = "He came, saw, won.\nHe came, saw, lost.";
        assert_eq!(labelled(prose, &prose.replace("won", "wept"), Shape::Flat), None);
    }

    #[test]
    fn a_value_of_json_is_named_by_its_path() {
        let json = "{\n  \"orders\": [\n    {\n      \"total\": 1\n    },\n    {\n      \"total\": 12.00,\n      \"by\": \"ada\"\n    }\n  ]\n}";
        let new = json.replace("12.00", "13.00");
        assert_eq!(
            labelled(json, &new, Shape::Flat).as_deref(),
            Some("orders[1].total: 12.00 → 13.00")
        );
    }

    #[test]
    fn a_cell_of_a_file_is_named_by_the_file_and_its_row() {
        let file =
            "created orders.csv [CSV]\n    columns | id | total\n    row 1 | id: 7 | total: 12";
        let new = file.replace("12", "13");
        assert_eq!(
            labelled(file, &new, Shape::Tree).as_deref(),
            Some("created orders.csv [CSV] › row 1: total 12 → 13")
        );
    }
}
