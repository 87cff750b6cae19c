//! [`Archive`]: the tables, and bringing them up to date with the folder of the nights.
//!
//! A night is written as a whole or not at all (one transaction holds several nights), so a crash
//! at any write leaves nights that the next look adds. What cannot be read as a data base is
//! deleted and made anew, and where the folder cannot be written the tables are in memory.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::ArchiveError;
use super::kept::Kept;
use super::read::{self, Night};
use crate::model::history::letter;

/// The name of the file, in the folder of the nights.
pub const FILE: &str = "history.sqlite";
/// How many nights are kept: the newest.
pub const MOST_NIGHTS: usize = 1_000;
/// How many findings of one night are kept: the worst come first.
const MOST_FINDINGS: usize = 2_000;
/// How many scenarios of one finding are kept.
const MOST_SCENARIOS: usize = 1_000;
/// How many nights one transaction holds.
const AT_ONCE: usize = 16;
/// The version of the tables: other ones are made anew.
const VERSION: i64 = 3;

const TABLES: &str = "
CREATE TABLE night (
  key INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, modified INTEGER NOT NULL,
  id TEXT NOT NULL, started INTEGER NOT NULL, branch TEXT, machine TEXT, decision TEXT NOT NULL,
  rule TEXT NOT NULL, builds TEXT NOT NULL, totals TEXT NOT NULL, problem TEXT);
CREATE TABLE scenario (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE run (
  scenario INTEGER NOT NULL, night INTEGER NOT NULL, verdict TEXT NOT NULL, gating INTEGER NOT NULL,
  because TEXT, owner TEXT, ms INTEGER, runs INTEGER NOT NULL, failed INTEGER NOT NULL,
  PRIMARY KEY (scenario, night)) WITHOUT ROWID;
CREATE INDEX run_of_night ON run (night, verdict);
CREATE TABLE finding (
  night INTEGER NOT NULL, id TEXT NOT NULL, fingerprint TEXT NOT NULL, title TEXT NOT NULL,
  verdict TEXT NOT NULL, gating INTEGER NOT NULL, severity TEXT NOT NULL, owner TEXT,
  first_seen INTEGER, slower TEXT, culprit TEXT, flake TEXT, scenarios TEXT NOT NULL,
  PRIMARY KEY (night, id)) WITHOUT ROWID;
CREATE INDEX finding_by_fingerprint ON finding (fingerprint, night);
CREATE TABLE hit (
  scenario INTEGER NOT NULL, night INTEGER NOT NULL, finding TEXT NOT NULL,
  PRIMARY KEY (scenario, night, finding)) WITHOUT ROWID;
CREATE INDEX hit_of_night ON hit (night);
CREATE TABLE gone (
  night INTEGER NOT NULL, fingerprint TEXT NOT NULL, title TEXT NOT NULL, scenarios TEXT NOT NULL,
  PRIMARY KEY (night, fingerprint)) WITHOUT ROWID;
";

/// What all nights of a folder said.
#[derive(Debug)]
pub struct Archive {
    pub(super) connection: Connection,
    /// The folder of the nights.
    pub(super) folder: PathBuf,
    /// What was made of the tables last.
    pub(super) kept: RefCell<Kept>,
    /// Why the tables are in memory alone, where they are.
    in_memory: Option<String>,
    /// How many nights were read anew.
    read: usize,
    /// Whether a file that was there had to be made anew.
    made_anew: bool,
}

/// A night directory as it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Lying {
    folder: String,
    bytes: i64,
    /// Nanoseconds since 1970.
    modified: i64,
}

impl Archive {
    /// The archive of a folder, up to date with the nights in it.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        let lying = lying(folder)?;
        let file = folder.join(FILE);
        let (mut in_memory, mut made_anew) = (None, false);
        for _ in 0..2 {
            match on_disk(&file).and_then(|it| kept(it, folder, &lying)) {
                Ok((connection, read)) => {
                    let folder = folder.to_owned();
                    let kept = RefCell::default();
                    return Ok(Self { connection, folder, kept, in_memory, read, made_anew });
                }
                Err(error) if is_torn(&error) && remove(&file) => made_anew = true,
                Err(error) => {
                    in_memory = Some(error.to_string());
                    break;
                }
            }
        }
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        let (connection, read) = kept(connection, folder, &lying)?;
        let (folder, kept) = (folder.to_owned(), RefCell::default());
        Ok(Self { connection, folder, kept, in_memory, read, made_anew })
    }

    /// Looks whether nights are new, were judged again or are gone, and brings the tables up to
    /// date; whether there was anything to do. For who asks often: the file was looked through for
    /// damage when it was opened.
    ///
    /// # Errors
    /// The folder cannot be read, or the data base answers with an error.
    pub fn refresh(&mut self) -> Result<bool, ArchiveError> {
        let lying = lying(&self.folder)?;
        let (stale, read) = bring_up(&mut self.connection, &self.folder, &lying)?;
        self.read += read;
        Ok(stale + read > 0)
    }

    /// Why the file is not used, where it is not: the answers are the same, and slower.
    #[must_use]
    pub fn in_memory(&self) -> Option<&str> {
        self.in_memory.as_deref()
    }

    /// How many nights had to be read, because they are new or were judged again.
    #[must_use]
    pub fn read(&self) -> usize {
        self.read
    }

    /// Whether there was a file that was none, or a torn one.
    #[must_use]
    pub fn made_anew(&self) -> bool {
        self.made_anew
    }

    /// The nights that could not be used, and why.
    ///
    /// # Errors
    /// The data base answers with an error.
    pub fn skipped(&self) -> Result<Vec<(String, String)>, ArchiveError> {
        let mut found = self.connection.prepare(
            "SELECT folder, problem FROM night WHERE problem IS NOT NULL ORDER BY folder",
        )?;
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The night directories of a folder, the newest by name first; a folder that is not there has none.
fn lying(folder: &Path) -> Result<Vec<Lying>, ArchiveError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(ArchiveError::Folder { folder: folder.to_owned(), source }),
    };
    let mut found = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let Ok(report) = entry.path().join("night.json").metadata() else { continue };
        let since =
            report.modified().ok().and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
        found.push(Lying {
            folder: entry.file_name().to_string_lossy().into_owned(),
            bytes: i64::try_from(report.len()).unwrap_or(i64::MAX),
            modified: since.map_or(0, |it| it.as_nanos() as i64),
        });
    }
    found.sort_by(|a, b| b.folder.cmp(&a.folder));
    found.truncate(MOST_NIGHTS);
    Ok(found)
}

/// The file with its tables, looked through for what is torn.
fn on_disk(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(20))?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != VERSION {
        let writing = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
        // Another program may have made them meanwhile.
        let version: i64 = writing.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let tables: i64 =
            writing.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        if version != VERSION && tables > 0 {
            return Err(torn("its tables are of another version"));
        }
        if version != VERSION {
            writing.execute_batch(TABLES)?;
            writing.pragma_update(None, "user_version", VERSION)?;
        }
        writing.commit()?;
    }
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(connection) } else { Err(torn(&said)) }
}

fn torn(why: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why.to_owned()))
}

/// Whether the file itself is wrong, and not its folder, its disk or who else uses it.
fn is_torn(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{
        DatabaseCorrupt, NotADatabase, SchemaChanged, TypeMismatch, Unknown,
    };
    match error {
        rusqlite::Error::SqliteFailure(it, _) => {
            matches!(
                it.code,
                DatabaseCorrupt | NotADatabase | SchemaChanged | TypeMismatch | Unknown
            )
        }
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    }
}

/// Removes the file with what SQLite keeps beside it; whether it is gone.
fn remove(file: &Path) -> bool {
    for end in ["-journal", "-wal", "-shm", ""] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
    !file.exists()
}

/// The tables, up to date, and how many nights were read for it.
fn kept(
    mut connection: Connection,
    folder: &Path,
    lying: &[Lying],
) -> rusqlite::Result<(Connection, usize)> {
    let (_, read) = bring_up(&mut connection, folder, lying)?;
    Ok((connection, read))
}

/// Brings the tables up to date; how many nights were taken out and how many read for it.
fn bring_up(
    connection: &mut Connection,
    folder: &Path,
    lying: &[Lying],
) -> rusqlite::Result<(usize, usize)> {
    let known = known(connection)?;
    let lie: HashSet<&Lying> = lying.iter().collect();
    let stale: Vec<i64> =
        known.iter().filter(|(_, it)| !lie.contains(it)).map(|(key, _)| *key).collect();
    let there: HashSet<&Lying> = known.iter().map(|(_, it)| it).collect();
    let missing: Vec<&Lying> = lying.iter().filter(|it| !there.contains(it)).collect();
    if !stale.is_empty() {
        let writing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for key in &stale {
            for table in ["run", "finding", "hit", "gone"] {
                writing.execute(&format!("DELETE FROM {table} WHERE night = ?1"), [key])?;
            }
            writing.execute("DELETE FROM night WHERE key = ?1", [key])?;
        }
        writing.commit()?;
    }
    for some in missing.chunks(AT_ONCE) {
        let nights = read_all(folder, some);
        let writing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (lying, night) in some.iter().zip(&nights) {
            insert(&writing, lying, night)?;
        }
        writing.commit()?;
    }
    if !stale.is_empty() {
        connection.execute(
            "DELETE FROM scenario \
             WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.scenario = scenario.key)",
            [],
        )?;
    }
    Ok((stale.len(), missing.len()))
}

fn known(connection: &Connection) -> rusqlite::Result<Vec<(i64, Lying)>> {
    let mut all = connection.prepare("SELECT key, folder, bytes, modified FROM night")?;
    let rows = all.query_map([], |row| {
        let lying = Lying { folder: row.get(1)?, bytes: row.get(2)?, modified: row.get(3)? };
        Ok((row.get(0)?, lying))
    })?;
    rows.collect()
}

/// Reads several nights at once, in their order.
fn read_all(folder: &Path, some: &[&Lying]) -> Vec<Result<Night, String>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Night, String>)>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(lying) = some.get(at) else { return };
            let night = read::read(&folder.join(&lying.folder));
            done.lock().expect("no reader panics").push((at, night));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().expect("no reader panics");
    done.sort_by_key(|it| it.0);
    done.into_iter().map(|it| it.1).collect()
}

/// Writes one night; one that cannot be used is kept as such, so that it is not read again.
fn insert(
    writing: &Transaction<'_>,
    lying: &Lying,
    night: &Result<Night, String>,
) -> rusqlite::Result<()> {
    // Another program may have written it meanwhile.
    let known = "SELECT count(*) FROM night WHERE folder = ?1";
    if writing.query_row(known, [&lying.folder], |row| row.get::<_, i64>(0))? > 0 {
        return Ok(());
    }
    let put = "INSERT INTO night (folder, bytes, modified, id, started, branch, machine, decision, rule, builds, totals, problem) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let (folder, bytes, modified) = (&lying.folder, lying.bytes, lying.modified);
    let night = match night {
        Ok(night) => night,
        Err(why) => {
            let none = None::<String>;
            let of =
                params![folder, bytes, modified, folder, 0, none, none, "", "", "{}", "{}", why];
            return writing.execute(put, of).map(drop);
        }
    };
    let facts = &night.night;
    writing.execute(
        put,
        params![
            folder,
            bytes,
            modified,
            facts.id,
            facts.started.timestamp_millis(),
            facts.branch,
            facts.machine,
            night.gate.decision.word(),
            night.gate.rule,
            json(&night.builds()),
            json(&night.totals),
            None::<String>
        ],
    )?;
    let key = writing.last_insert_rowid();
    runs(writing, key, night)?;
    findings(writing, key, night)
}

fn runs(writing: &Transaction<'_>, key: i64, night: &Night) -> rusqlite::Result<()> {
    let mut name = writing.prepare("INSERT OR IGNORE INTO scenario (id) VALUES (?1)")?;
    let mut put = writing.prepare(
        "INSERT OR IGNORE INTO run VALUES \
         ((SELECT key FROM scenario WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for it in &night.scenarios {
        name.execute([&it.id])?;
        let failed = it.attempts.iter().filter(|it| it.outcome != crate::model::Outcome::Completed);
        put.execute(params![
            it.id,
            key,
            letter(it.verdict).to_string(),
            it.stage.is_gating(),
            it.because.map(crate::model::Because::word),
            it.owner,
            it.ms().map(|ms| ms as i64),
            it.attempts.len() as i64,
            failed.count() as i64
        ])?;
    }
    Ok(())
}

fn findings(writing: &Transaction<'_>, key: i64, night: &Night) -> rusqlite::Result<()> {
    let mut put = writing.prepare(
        "INSERT OR IGNORE INTO finding VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut hit = writing.prepare(
        "INSERT OR IGNORE INTO hit SELECT key, ?2, ?3 FROM scenario \
         JOIN run ON scenario = key AND night = ?2 WHERE id = ?1",
    )?;
    for it in night.findings.iter().take(MOST_FINDINGS) {
        let of_it = &it.scenarios[..it.scenarios.len().min(MOST_SCENARIOS)];
        put.execute(params![
            key,
            it.id,
            it.fingerprint,
            it.title,
            letter(it.verdict).to_string(),
            it.stage.is_gating(),
            it.severity.word(),
            it.owner,
            it.first_seen.map(|it| it.timestamp_millis()),
            it.slowdown.as_ref().map(json),
            it.culprit.as_ref().map(crate::model::culprit::Culprit::said),
            it.flake.as_ref().map(json),
            json(&of_it)
        ])?;
        for scenario in of_it {
            hit.execute(params![scenario, key, it.id])?;
        }
    }
    let mut put = writing.prepare("INSERT OR IGNORE INTO gone VALUES (?1, ?2, ?3, ?4)")?;
    for it in night.fixed.iter().take(MOST_FINDINGS) {
        put.execute(params![key, it.fingerprint, it.title, json(&it.scenarios)])?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}
