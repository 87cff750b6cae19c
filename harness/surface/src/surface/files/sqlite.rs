//! [`block`]: a SQLite database by its schema and its rows.
//!
//! It is read from a copy in a folder of its own, with its journal or write-ahead log beside it, so
//! that not even a lock touches the product's file. Rows come in the order of their key, so that
//! neither the order of writing nor free pages nor the change counter count.

use std::fs;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::block::{Block, ROWS, bounded, cell, hex, short_hash};
use crate::model::filetext::{CELL, INDENT};

/// The most tables, and rows of one, that are read.
const MOST_TABLES: usize = 500;
const MOST_ROWS: usize = 200_000;
/// The most that the engine may do for one database, in thousands of its instructions.
const MOST_WORK: u32 = 500_000;
/// The longest text of a cell that is shown.
const LONGEST_TEXT: usize = 2000;

/// What SQLite keeps beside a database while it is in use.
pub const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Whether a file begins as a database does.
pub fn is_database(path: &Path) -> bool {
    super::open::start(path, 16).is_ok_and(|start| start == b"SQLite format 3\0")
}

/// The database in these bytes; `None` where SQLite cannot read it. `beside` is the original, for
/// what lies beside it.
pub fn block(bytes: &[u8], beside: Option<&Path>) -> Option<Block> {
    let folder = tempfile::tempdir().ok()?;
    let copy = folder.path().join("db");
    fs::write(&copy, bytes).ok()?;
    for sidecar in ["-wal", "-journal"] {
        if let Some(original) = beside {
            let mut name = original.as_os_str().to_owned();
            name.push(sidecar);
            if let Ok(super::open::Content::Whole(log)) =
                super::open::read(Path::new(&name), super::MOST_READ)
            {
                fs::write(folder.path().join(format!("db{sidecar}")), log).ok()?;
            }
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut database = Connection::open_with_flags(&copy, flags).ok()?;
    let mut work = 0;
    database
        .progress_handler(
            1000,
            Some(move || {
                work += 1;
                work > MOST_WORK
            }),
        )
        .ok()?;
    read(&database).ok()
}

fn read(database: &Connection) -> rusqlite::Result<Block> {
    database.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    let mut lines = Vec::new();
    let mut objects = database.prepare(
        "SELECT type, name, sql FROM sqlite_schema \
         WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )?;
    let objects: Vec<(String, String, Option<String>)> = objects
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (kind, name, sql) in &objects {
        if kind != "table" {
            let sql = sql.as_deref().map(definition).unwrap_or_default();
            lines.push(format!("{kind} {}: {sql}", cell(name)));
        }
    }
    let tables: Vec<_> = objects.iter().filter(|it| it.0 == "table").collect();
    for (_, name, sql) in tables.iter().take(MOST_TABLES) {
        let sql = sql.as_deref().unwrap_or_default();
        let (about, rows) = if is_virtual(sql) {
            (definition(sql), Vec::new())
        } else {
            (columns_of(sql), rows(database, name)?)
        };
        lines.push(format!("table {} ({about})", cell(name)));
        lines.extend(rows.into_iter().map(|line| format!("{:INDENT$}{line}", "")));
    }
    if tables.len() > MOST_TABLES {
        lines.push(format!("[… {} more tables …]", tables.len() - MOST_TABLES));
    }
    Ok(Block::of("SQLite", lines))
}

fn is_virtual(sql: &str) -> bool {
    sql.trim_start().to_ascii_uppercase().starts_with("CREATE VIRTUAL")
}

/// A definition in one line with single blanks.
fn definition(sql: &str) -> String {
    cell(&sql.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What stands in the parentheses of a definition.
fn columns_of(sql: &str) -> String {
    let sql = definition(sql);
    let inner = sql.split_once('(').map_or("", |it| it.1);
    inner.strip_suffix(')').unwrap_or(inner).trim().to_owned()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn rows(database: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut about = database.prepare("SELECT name, pk FROM pragma_table_info(?1)")?;
    let columns: Vec<(String, i64)> = about
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut key: Vec<&(String, i64)> = columns.iter().filter(|it| it.1 > 0).collect();
    key.sort_by_key(|it| it.1);
    let order: Vec<String> = if key.is_empty() {
        (1..=columns.len()).map(|it| it.to_string()).collect()
    } else {
        key.iter().map(|it| quoted(&it.0)).collect()
    };
    let names: Vec<String> = columns.iter().map(|it| quoted(&it.0)).collect();
    let mut rows = database.prepare(&format!(
        "SELECT {} FROM {} ORDER BY {} LIMIT {}",
        names.join(", "),
        quoted(table),
        order.join(", "),
        MOST_ROWS + 1
    ))?;
    let shown: Vec<String> = columns.iter().map(|it| cell(&it.0)).collect();
    let mut lines = Vec::new();
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let mut label = Vec::new();
        let mut line = String::new();
        for (at, (name, (_, pk))) in shown.iter().zip(&columns).enumerate() {
            let value = value(row.get_ref(at)?);
            if *pk > 0 {
                label.push(value.clone());
            }
            line.extend([CELL, name, ": ", &value]);
        }
        let label = if label.is_empty() { (lines.len() + 1).to_string() } else { label.join(", ") };
        lines.push(format!("row {label}{line}"));
    }
    let more = lines.len() > MOST_ROWS;
    lines.truncate(MOST_ROWS);
    let mut all = vec![format!("columns{CELL}{}", shown.join(CELL))];
    all.extend(bounded(lines, &ROWS));
    if more {
        all.push(format!("[… more than {MOST_ROWS} rows …]"));
    }
    Ok(all)
}

/// A value as SQL writes it, so that the text `1` and the number 1 differ.
fn value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => {
            let text = String::from_utf8_lossy(text);
            match text.char_indices().nth(LONGEST_TEXT) {
                None => format!("'{}'", cell(&text)),
                Some((end, _)) => {
                    let hash = short_hash(text.as_bytes());
                    format!("'{}…' ({} bytes, sha256 {hash})", cell(&text[..end]), text.len())
                }
            }
        }
        ValueRef::Blob(bytes) if bytes.len() <= 16 => format!("x'{}'", hex(bytes)),
        ValueRef::Blob(bytes) => format!("{} bytes, sha256 {}", bytes.len(), short_hash(bytes)),
    }
}
