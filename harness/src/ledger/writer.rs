//! [`Ledger`]: appends events and evidence while a night runs, from any number of workers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Mutex;

use chrono::{DateTime, Utc};

use super::{LedgerError, NightDir, Secrets, chain};
use crate::model::observe::Extra;
use crate::model::seal::BEGINNING;
use crate::model::{Entry, Event, EvidenceRef};

/// How the name of a file begins that is being written.
pub const HALF_WRITTEN: &str = ".writing-";

/// The open ledger of a running night.
#[derive(Debug)]
pub struct Ledger {
    night: NightDir,
    secrets: Secrets,
    clock: fn() -> DateTime<Utc>,
    memory: Memory,
    tail: Mutex<Tail>,
}

/// What a ledger keeps of what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// All of it, for a night that looks at what it did.
    All,
    /// Nothing: what is put together from many nights must not be in memory.
    Nothing,
}

#[derive(Debug)]
struct Tail {
    file: File,
    next: u64,
    /// The hash of the last line.
    head: String,
    entries: Vec<Entry>,
    /// Where in `entries` each scenario's own are: a night must not read all of it for each.
    by_scenario: HashMap<String, Vec<usize>>,
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
            memory: Memory::All,
            tail: Mutex::new(Tail {
                file,
                next: 0,
                head: BEGINNING.to_owned(),
                entries: Vec::new(),
                by_scenario: HashMap::new(),
            }),
        })
    }

    /// The same, which keeps nothing of what it writes in memory.
    ///
    /// # Errors
    /// The file cannot be created, or there is one already.
    pub fn create_forgetful(
        night: NightDir,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<Self, LedgerError> {
        let ledger = Self::create(night, Secrets::default(), clock)?;
        Ok(Self { memory: Memory::Nothing, ..ledger })
    }

    /// Opens the ledger of a night that broke off, to go on after its last whole line. What that
    /// line says is in [`Self::entries`], like all before it that counts.
    ///
    /// # Errors
    /// The file cannot be read or written, or is damaged before its last line.
    pub fn resume(
        night: NightDir,
        secrets: Secrets,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<Self, LedgerError> {
        let path = night.ledger_path();
        // Nothing is cut off a ledger that is damaged elsewhere.
        night.entries()?;
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(LedgerError::io("open", &path))?;
        let (next, head) =
            end_after_whole_line(&mut file).map_err(LedgerError::io("mend", &path))?;
        let entries = night.entries()?;
        let mut by_scenario: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if let Some(scenario) = entry.event.scenario() {
                by_scenario.entry(scenario.to_owned()).or_default().push(index);
            }
        }
        let tail = Mutex::new(Tail { file, next, head, entries, by_scenario });
        Ok(Self { night, secrets, clock, memory: Memory::All, tail })
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
        self.append_at((self.clock)(), event)
    }

    /// The same of something that happened before, in a night that this one is put together from.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn append_at(&self, at: DateTime<Utc>, event: Event) -> Result<Entry, LedgerError> {
        let mut tail = self.tail.lock().expect("no writer panics while it holds the ledger");
        let (entry, json) = self.without_secrets(Entry { seq: tail.next, at, event });
        let line = chain::line(&json, &tail.head);
        whole(&mut tail.file, |file| file.write_all(format!("{line}\n").as_bytes()))
            .map_err(LedgerError::io("write", self.night.ledger_path()))?;
        tail.head = chain::hash(line.as_bytes());
        tail.next += 1;
        if self.memory == Memory::Nothing {
            return Ok(entry);
        }
        if let Some(scenario) = entry.event.scenario() {
            let index = tail.entries.len();
            match tail.by_scenario.get_mut(scenario) {
                Some(own) => own.push(index),
                None => drop(tail.by_scenario.insert(scenario.to_owned(), vec![index])),
            }
        }
        tail.entries.push(entry.clone());
        Ok(entry)
    }

    /// Everything that was appended so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.tail.lock().expect("no writer panics while it holds the ledger").entries.clone()
    }

    /// How much was appended so far.
    pub fn entries_so_far(&self) -> usize {
        self.tail.lock().expect("no writer panics while it holds the ledger").entries.len()
    }

    /// What was appended behind the first so many.
    pub fn entries_behind(&self, first: usize) -> Vec<Entry> {
        let tail = self.tail.lock().expect("no writer panics while it holds the ledger");
        tail.entries.get(first..).unwrap_or_default().to_vec()
    }

    /// Everything that was appended so far about one scenario.
    pub fn entries_of(&self, scenario: &str) -> Vec<Entry> {
        let tail = self.tail.lock().expect("no writer panics while it holds the ledger");
        let own = tail.by_scenario.get(scenario).map_or(&[][..], Vec::as_slice);
        own.iter().map(|index| tail.entries[*index].clone()).collect()
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
        self.night.write_file(name, &self.secrets.scrub(bytes))
    }

    /// The entry and its line. What is remembered must be what lies on disk, or judging tonight
    /// and tomorrow would differ.
    fn without_secrets(&self, entry: Entry) -> (Entry, String) {
        let line = to_json(&entry);
        match self.secrets.scrub(line.as_bytes()) {
            std::borrow::Cow::Borrowed(_) => (entry, line),
            std::borrow::Cow::Owned(clean) => {
                let entry = serde_json::from_slice(&clean).unwrap_or(Entry {
                    // A secret that is part of the format itself (such as `type`) would break the line.
                    event: Event::NotRun {
                        scenario: String::new(),
                        because: crate::model::Because::Environment,
                        detail: "an event held a secret that cannot be taken out".to_owned(),
                    },
                    ..entry
                });
                let line = to_json(&entry);
                (entry, line)
            }
        }
    }
}

/// Cuts off what follows the last whole line of a ledger; answers with the position of the next line,
/// and the hash of the last.
fn end_after_whole_line(file: &mut File) -> std::io::Result<(u64, String)> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (mut next, mut head, mut whole) = (0, BEGINNING.to_owned(), 0);
    for line in chain::lines(&bytes) {
        let Ok(entry) = serde_json::from_slice::<Entry>(line) else { break };
        (next, head) = (entry.seq + 1, chain::hash(line));
        whole += line.len() as u64 + 1;
    }
    file.set_len(whole)?;
    Ok((next, head))
}

/// Writes to the end of a file, or nothing at all: half a line, as a full disk leaves it, is taken back.
fn whole(
    file: &mut File,
    write: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let before = file.metadata()?.len();
    let written = write(file);
    if written.is_err() {
        file.set_len(before)?;
    }
    written
}

fn to_json(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("events are plain data")
}

/// Writes a file so that a reader sees the old one or the new one, never a part.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    write_atomically_by(path, |file| file.write_all(bytes))
}

/// The same by what `content` writes.
pub(super) fn write_atomically_by(
    path: &Path,
    content: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> Result<(), LedgerError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(HALF_WRITTEN)
        .tempfile_in(folder)
        .map_err(LedgerError::io("write", path))?;
    content(file.as_file_mut()).map_err(LedgerError::io("write", path))?;
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn half_a_line_is_taken_back_and_a_whole_one_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.jsonl");
        let file = File::options().append(true).create_new(true).open(&path);
        let mut file = file.expect("a new file");
        whole(&mut file, |file| file.write_all(b"one\n")).expect("there is room");
        let full = whole(&mut file, |file| {
            file.write_all(b"tw")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert_eq!(full.expect_err("the disk is full").kind(), ErrorKind::StorageFull);
        whole(&mut file, |file| file.write_all(b"three\n")).expect("there is room again");
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "one\nthree\n");
    }
}
