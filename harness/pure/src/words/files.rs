//! [`sentence`]: what changed in the files that a step looked at, by file and place in it.
//!
//! `orders.csv: row 7, "total" 12 → 13`. What each line is comes from [`crate::model::filetext`];
//! of several changes the one that says most is told: a file before a column, a column before a
//! row, what became something else before what is gone or new.

use std::collections::{BTreeMap, BTreeSet};

use super::plain::{plain, sides};
use crate::model::Change;
use crate::model::change::without_numbers;
use crate::model::filetext::{Lines, Role, cells, name};
use crate::model::finding::{DiffTag, FacetChange};

/// The longest piece of a file in a title, in characters.
const PIECE: usize = 34;

/// A changed line: what it is, what it says, and below which headers.
#[derive(Debug, Clone)]
struct Changed {
    role: Role,
    text: String,
    within: Vec<String>,
}

/// What stood there and what stands there now.
type Pair = (Option<Changed>, Option<Changed>);

/// The change of a `files` facet in words; `place` is the command.
pub(super) fn sentence(change: &FacetChange, place: &str) -> Option<String> {
    let all = pairs(change);
    let own = || all.iter().filter(|pair| is_of(pair, &change.changes));
    let best =
        own().min_by_key(|pair| weight(pair)).or_else(|| all.iter().min_by_key(|it| weight(it)))?;
    Some(of(best, place))
}

fn pairs(change: &FacetChange) -> Vec<Pair> {
    let mut lines = Lines::default();
    let mut all: Vec<Pair> = Vec::new();
    let mut waiting: Option<Changed> = None;
    for line in &change.diff {
        let whole: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        if line.tag == DiffTag::Gap {
            all.extend(waiting.take().map(|old| (Some(old), None)));
            continue;
        }
        let read = lines.read(&whole);
        let own = || Changed {
            role: read.role,
            text: read.text.trim_end().to_owned(),
            within: read.within.clone(),
        };
        match line.tag {
            DiffTag::Removed => all.extend(waiting.replace(own()).map(|old| (Some(old), None))),
            DiffTag::Added => {
                let partner = waiting.take_if(|old| old.role == read.role);
                all.extend(waiting.take().map(|old| (Some(old), None)));
                all.push((partner, Some(own())));
            }
            DiffTag::Same | DiffTag::Gap => {
                all.extend(waiting.take().map(|old| (Some(old), None)));
            }
        }
    }
    all.extend(waiting.map(|old| (Some(old), None)));
    join_headers(&mut all);
    all
}

/// A header that is gone and one of the same name that is new are one that changed.
fn join_headers(all: &mut Vec<Pair>) {
    let header =
        |it: &Changed| (it.role == Role::Header).then(|| (it.within.clone(), name(&it.text)));
    let come: Vec<_> = all
        .iter()
        .map(|pair| pair.1.as_ref().filter(|_| pair.0.is_none()).and_then(header))
        .collect();
    let mut joined = BTreeSet::new();
    for at in 0..all.len() {
        let gone = all[at].0.as_ref().filter(|_| all[at].1.is_none()).and_then(header);
        let partner = gone.and_then(|gone| come.iter().position(|it| *it == Some(gone.clone())));
        if let Some(partner) = partner.filter(|it| joined.insert(*it)) {
            let new = all[partner].1.clone();
            all[at].1 = new;
        }
    }
    let mut index = 0;
    all.retain(|_| {
        index += 1;
        !joined.contains(&(index - 1))
    });
}

/// Whether a pair is one of the changes that a finding is about.
fn is_of(pair: &Pair, changes: &[Change]) -> bool {
    let is = |own: Option<&Changed>, other: Option<&String>| {
        own.map(|it| it.text.as_str()) == other.map(String::as_str)
    };
    let header = pair.0.as_ref().is_some_and(|it| it.role == Role::Header);
    changes.iter().any(|it| {
        let (gone, came) = (it.before.as_ref(), it.after.as_ref());
        let sides = (is(pair.0.as_ref(), gone), is(pair.1.as_ref(), came));
        // The two lines of a header may be changes of their own.
        let either = gone.is_some() && sides.0 || came.is_some() && sides.1;
        (sides.0 && sides.1) || (header && pair.1.is_some() && either)
    })
}

fn weight(pair: &Pair) -> (u8, usize, u8) {
    let (role, depth) = pair
        .0
        .as_ref()
        .or(pair.1.as_ref())
        .map_or((Role::Plain, 0), |it| (it.role, it.within.len()));
    let role = match role {
        Role::Header => 0,
        Role::Columns => 1,
        Role::Row | Role::Value | Role::Plain => 2,
    };
    let side = match pair {
        (Some(_), Some(_)) => 0,
        (Some(_), None) => 1,
        (None, Some(_) | None) => 2,
    };
    (role, if role == 0 { depth } else { 0 }, side)
}

fn of(pair: &Pair, place: &str) -> String {
    let Some(line) = pair.0.as_ref().or(pair.1.as_ref()) else {
        return format!("{place} writes other files");
    };
    if line.within.is_empty() {
        return of_file(pair, place);
    }
    let within: Vec<String> = line.within.iter().map(|it| plain(it, PIECE)).collect();
    let file = within.join(": ");
    match line.role {
        Role::Header => of_part(pair, &file),
        Role::Columns => format!("{file}: {}", of_columns(pair)),
        Role::Row => format!("{file}: {}", of_row(pair)),
        Role::Value => format!("{file}: {}", of_value(pair)),
        Role::Plain => format!("{file}: {}", of_text(pair)),
    }
}

fn verb(header: &str) -> &'static str {
    if header.starts_with("removed ") { "removes" } else { "writes" }
}

fn of_file(pair: &Pair, place: &str) -> String {
    match (&pair.0, &pair.1) {
        (Some(old), Some(new)) if name(&old.text) == name(&new.text) => {
            let file = plain(&name(&new.text), PIECE);
            let (was, is) = (what(&old.text), what(&new.text));
            if was == is {
                let verb = |it: &str| it.split(' ').next().unwrap_or_default().to_owned();
                return format!("{file} is {} instead of {}", verb(&new.text), verb(&old.text));
            }
            format!("{file}: {}", became(&was, &is))
        }
        (Some(old), Some(new)) => format!(
            "{place} writes {} instead of {}",
            plain(&name(&new.text), PIECE),
            plain(&name(&old.text), PIECE)
        ),
        (Some(old), None) => {
            format!("{place} no longer {} {}", verb(&old.text), plain(&name(&old.text), 60))
        }
        (None, Some(new)) => {
            format!("{place} newly {} {}", verb(&new.text), plain(&name(&new.text), 60))
        }
        (None, None) => format!("{place} writes other files"),
    }
}

/// What a header says of what it is about, without its name and its verb.
fn what(header: &str) -> String {
    let name = name(header);
    let rest = header.split_once(&name).map_or(header, |it| it.1).trim();
    match rest.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        // Of what is broken, size and hash say nothing to a reader.
        Some(words) if words.starts_with("broken ") => {
            words.split(", ").next().unwrap_or_default().to_owned()
        }
        Some(words) => words.to_owned(),
        None if rest.is_empty() => "text".to_owned(),
        None => rest.to_owned(),
    }
}

fn of_part(pair: &Pair, file: &str) -> String {
    match (&pair.0, &pair.1) {
        (Some(old), Some(new)) if name(&old.text) == name(&new.text) => {
            let part = plain(&name(&new.text), PIECE);
            format!("{file}: {part} {}", became(&what(&old.text), &what(&new.text)))
        }
        (Some(old), Some(new)) => {
            format!("{file}: {}", became(&name(&old.text), &name(&new.text)))
        }
        (Some(old), None) => format!("{file}: {} is gone", plain(&name(&old.text), PIECE)),
        (None, Some(new)) => format!("{file}: {} is new", plain(&name(&new.text), PIECE)),
        (None, None) => format!("{file} changed"),
    }
}

fn became(old: &str, new: &str) -> String {
    let (old, new) = sides(old, new, PIECE);
    format!("{old} → {new}")
}

fn of_columns(pair: &Pair) -> String {
    let names = |side: &Option<Changed>| -> Vec<String> {
        let cells = side.as_ref().map(|it| cells(&it.text)).unwrap_or_default();
        cells.into_iter().map(str::to_owned).collect()
    };
    let (old, new) = (names(&pair.0), names(&pair.1));
    let gone = old.iter().find(|name| !new.contains(name));
    let come = new.iter().find(|name| !old.contains(name));
    match (gone, come) {
        (Some(gone), Some(come)) => {
            format!("column \"{}\" → \"{}\"", plain(gone, PIECE), plain(come, PIECE))
        }
        (Some(gone), None) => format!("column \"{}\" is gone", plain(gone, PIECE)),
        (None, Some(come)) => format!("column \"{}\" is new", plain(come, PIECE)),
        (None, None) => "the columns are in another order".to_owned(),
    }
}

/// `row 7`, as the label of a row says it.
fn label(row: &str) -> String {
    plain(row.split(" | ").next().unwrap_or_default(), PIECE)
}

fn of_row(pair: &Pair) -> String {
    match (&pair.0, &pair.1) {
        (Some(old), Some(new)) => {
            if old.text.starts_with("rows ") || new.text.starts_with("rows ") {
                return format!("{} changed", label(&old.text));
            }
            changed_cells(&old.text, &new.text)
        }
        (Some(old), None) if old.text.starts_with("rows ") => {
            format!("{} changed", label(&old.text))
        }
        (None, Some(new)) if new.text.starts_with("rows ") => {
            format!("{} changed", label(&new.text))
        }
        (Some(old), None) => format!("{} is gone", label(&old.text)),
        (None, Some(new)) => format!("{} is new", label(&new.text)),
        (None, None) => "rows changed".to_owned(),
    }
}

fn changed_cells(old: &str, new: &str) -> String {
    let by_name = |row: &str| -> BTreeMap<String, String> {
        let cells = cells(row).into_iter();
        cells
            .filter_map(|it| it.split_once(": "))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    };
    let (before, after) = (by_name(old), by_name(new));
    let order = cells(new).into_iter().chain(cells(old));
    let mut seen = BTreeSet::new();
    let changed: Vec<&str> = order
        .filter_map(|it| it.split_once(": ").map(|it| it.0))
        .filter(|name| before.get(*name) != after.get(*name) && seen.insert(*name))
        .collect();
    let label = label(old);
    let Some(first) = changed.first() else { return format!("{label} changed") };
    let side = |of: &BTreeMap<String, String>| match of.get(*first) {
        Some(value) if value.is_empty() => "\"\"".to_owned(),
        Some(value) => plain(value, PIECE),
        None => "nothing".to_owned(),
    };
    let more = match changed.len() - 1 {
        0 => String::new(),
        1 => " (and 1 more cell)".to_owned(),
        more => format!(" (and {more} more cells)"),
    };
    format!("{label}, \"{}\" {} → {}{more}", plain(first, PIECE), side(&before), side(&after))
}

fn of_value(pair: &Pair) -> String {
    let parts = |it: &Changed| {
        let (pointer, value) = it.text.split_once(": ").unwrap_or((it.text.as_str(), ""));
        (plain(pointer, PIECE), plain(value, PIECE))
    };
    match (&pair.0, &pair.1) {
        (Some(old), Some(new)) => {
            let ((at, was), (now_at, is)) = (parts(old), parts(new));
            if at == now_at || without_numbers(&at) == without_numbers(&now_at) {
                format!("{now_at} {was} → {is}")
            } else {
                format!("{at} {was} → {now_at} {is}")
            }
        }
        (Some(old), None) => format!("{} is gone", parts(old).0),
        (None, Some(new)) => format!("{} is new", parts(new).0),
        (None, None) => "values changed".to_owned(),
    }
}

fn of_text(pair: &Pair) -> String {
    let quoted = |it: &Changed| format!("\"{}\"", plain(&it.text, PIECE));
    match (&pair.0, &pair.1) {
        (Some(old), Some(new))
            if old.text.starts_with("[binary: ") && new.text.starts_with("[binary: ") =>
        {
            let size =
                |it: &Changed| it.text["[binary: ".len()..].split(',').next().map(str::to_owned);
            match (size(old), size(new)) {
                (was, is) if was == is => "its bytes changed, not how many they are".to_owned(),
                (was, is) => became(&was.unwrap_or_default(), &is.unwrap_or_default()),
            }
        }
        (Some(old), Some(new)) => {
            let (old, new) = sides(&old.text, &new.text, PIECE);
            format!("\"{old}\" → \"{new}\"")
        }
        (Some(old), None) => format!("{} is gone", quoted(old)),
        (None, Some(new)) => format!("{} is new", quoted(new)),
        (None, None) => "text changed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;
    use crate::model::testing::diff_lines;

    /// The sentence of a change with these lines.
    fn title(diff: &str) -> String {
        let change = FacetChange {
            facet: Some(FacetKind::Files),
            expected: String::new(),
            actual: String::new(),
            diff: diff_lines(diff),
            image: None,
            evidence: Vec::new(),
            beyond: 0,
            changes: Vec::new(),
        };
        sentence(&change, "shopctl export").expect("a sentence")
    }

    #[test]
    fn a_change_is_told_by_file_and_place() {
        for (diff, expected) in [
            (
                " created orders.csv [CSV]\n~\n-    row 7 | id: 7 | total: 12\n+    row 7 | id: 7 | total: 13",
                "orders.csv: row 7, \"total\" 12 → 13",
            ),
            (
                " created orders.csv [CSV]\n-    columns | id | stock\n+    columns | id\n-    row 1 | id: 1 | stock: 2\n+    row 1 | id: 1",
                "orders.csv: column \"stock\" is gone",
            ),
            (
                " created backup.zip [zip]\n     entry data.json [JSON]\n-        /items/0/price: 3\n+        /items/0/price: 4",
                "backup.zip: entry data.json: /items/0/price 3 → 4",
            ),
            (
                " created shop.db [SQLite]\n     table orders (id INTEGER)\n-        row 12 | id: 12",
                "shop.db: table orders: row 12 is gone",
            ),
            (
                " created report.pdf [PDF, 2 pages]\n     page 2\n-        Total 12\n+        Total 13",
                "report.pdf: page 2: \"Total 12\" → \"Total 13\"",
            ),
            (
                "-created orders.csv [CSV]\n-    columns | id\n-    row 1 | id: 1",
                "shopctl export no longer writes orders.csv",
            ),
            (
                "-created orders.csv [CSV]\n+created orders.csv [CSV, semicolons]",
                "orders.csv: CSV → CSV, semicolons",
            ),
            (
                " created a.csv [CSV]\n-    rows 201 – 260 | 60 of them, sha256 a\n+    rows 201 – 260 | 60 of them, sha256 b",
                "a.csv: rows 201 – 260 changed",
            ),
            (
                "-created a.json [JSON]\n-    /a: 1\n-    /b: 1\n+created a.json [HTML, no JSON, as its name says]\n+    <p>",
                "a.json: JSON → HTML, no JSON, as its name says",
            ),
            (
                " created a.db [SQLite]\n-    table orders (id INTEGER PRIMARY KEY, customer TEXT)\n+    table orders (id INTEGER PRIMARY KEY, customer TEXT, note TEXT)",
                "a.db: table orders …customer TEXT) → …customer TEXT, note TEXT)",
            ),
            (
                " created a.bin\n-    [binary: 6 bytes, sha256 a]\n+    [binary: 6 bytes, sha256 b]",
                "a.bin: its bytes changed, not how many they are",
            ),
            ("+created left.tmp\n+    half of it", "shopctl export newly writes left.tmp"),
        ] {
            assert_eq!(title(diff), expected);
        }
    }
}
