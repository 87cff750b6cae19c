//! [`Ledger`]: appends events and evidence while a night runs, from any number of workers.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use chrono::{DateTime, Utc};

use super::{LedgerError, NightDir, Secrets};
use crate::model::observe::Extra;
use crate::model::{Entry, Event, EvidenceRef};

/// The open ledger of a running night.
#[derive(Debug)]
pub struct Ledger {
    night: NightDir,
    secrets: Secrets,
    clock: fn() -> DateTime<Utc>,
    tail: Mutex<Tail>,
}

#[derive(Debug)]
struct Tail {
    file: File,
    next: u64,
    entries: Vec<Entry>,
}

impl Ledger {
    /// Opens the ledger of a night that has none yet.
    ///
    /// # Errors
    /// The file cannot be created, or there is one already.
    pub fn create(
        night: NightDir,
        secrets: Secrets,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<Self, LedgerError> {
        let path = night.ledger_path();
        let file = File::options()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(LedgerError::io("create", path))?;
        Ok(Self {
            night,
            secrets,
            clock,
            tail: Mutex::new(Tail { file, next: 0, entries: Vec::new() }),
        })
    }

    /// The night directory that it writes to.
    pub fn night(&self) -> &NightDir {
        &self.night
    }

    /// The secrets that it keeps out.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Appends an event, whole or not at all, without its secrets.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn append(&self, event: Event) -> Result<Entry, LedgerError> {
        let mut tail = self.tail.lock().expect("no writer panics while it holds the ledger");
        let entry = self.without_secrets(Entry { seq: tail.next, at: (self.clock)(), event });
        let mut line = to_json(&entry);
        line.push('\n');
        tail.file
            .write_all(line.as_bytes())
            .map_err(LedgerError::io("write", self.night.ledger_path()))?;
        tail.next += 1;
        tail.entries.push(entry.clone());
        Ok(entry)
    }

    /// Everything that was appended so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.tail.lock().expect("no writer panics while it holds the ledger").entries.clone()
    }

    /// Everything that was appended so far about one scenario.
    pub fn entries_of(&self, scenario: &str) -> Vec<Entry> {
        let tail = self.tail.lock().expect("no writer panics while it holds the ledger");
        tail.entries.iter().filter(|it| it.event.scenario() == Some(scenario)).cloned().collect()
    }

    /// Keeps bytes as evidence, without their secrets.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, kind: &str, media: &str, bytes: &[u8]) -> Result<EvidenceRef, LedgerError> {
        self.night.keep(kind, media, &self.secrets.scrub(bytes))
    }

    /// Keeps material for a person.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep_all(&self, extras: &[Extra]) -> Result<Vec<EvidenceRef>, LedgerError> {
        extras.iter().map(|it| self.keep(&it.kind, &it.media, &it.bytes)).collect()
    }

    /// Writes a whole file of the night, without secrets, in one move.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        write_atomically(&self.night.path().join(name), &self.secrets.scrub(bytes))
    }

    /// What is remembered must be what lies on disk, or judging tonight and tomorrow would differ.
    fn without_secrets(&self, entry: Entry) -> Entry {
        let line = to_json(&entry);
        match self.secrets.scrub(line.as_bytes()) {
            std::borrow::Cow::Borrowed(_) => entry,
            std::borrow::Cow::Owned(clean) => {
                serde_json::from_slice(&clean).unwrap_or(Entry {
                    // A secret that is part of the format itself (such as `type`) would break the line.
                    event: Event::NotRun {
                        scenario: String::new(),
                        because: crate::model::Because::Environment,
                        detail: "an event held a secret that cannot be taken out".to_owned(),
                    },
                    ..entry
                })
            }
        }
    }
}

fn to_json(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("events are plain data")
}

/// Writes a file so that a reader sees the old one or the new one, never a part.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)
        .map_err(LedgerError::io("write", path))?;
    file.write_all(bytes).map_err(LedgerError::io("write", path))?;
    set_ordinary_permissions(file.as_file()).map_err(LedgerError::io("write", path))?;
    file.persist(path).map_err(|error| LedgerError::io("write", path)(error.error))?;
    Ok(())
}

/// Temporary files are private; what a night leaves is for the whole team.
#[cfg(unix)]
fn set_ordinary_permissions(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every system")]
fn set_ordinary_permissions(_: &File) -> std::io::Result<()> {
    Ok(())
}
