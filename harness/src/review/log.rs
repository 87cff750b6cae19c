//! [`Log`]: the decisions on a night, one line each, only ever added to (`decisions.jsonl` in the
//! night directory), with what they replaced.
//!
//! A decision that was undone stays and is followed by a line that says so. Lines of earlier
//! versions, which held one key each and nothing to undo, are still read.

use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ReviewError;
use crate::ledger::NightDir;
use crate::model::EvidenceRef;

/// The version of a line.
const FORMAT_VERSION: u32 = 1;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// What was seen is the baseline now.
    Accepted,
    /// The baseline stays; somebody looked.
    Rejected,
    /// A redaction was added, and what was left is the baseline now.
    Redacted,
    /// A known issue until a date.
    Suppressed,
    /// A side of a merge was taken.
    Resolved,
    /// An earlier decision was taken back.
    Undone,
}

impl Decision {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Redacted => "redacted",
            Self::Suppressed => "suppressed",
            Self::Resolved => "resolved",
            Self::Undone => "undone",
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the line.
    pub format_version: u32,
    /// Unique in the log.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub decision: Decision,
    /// On what: `F1`.
    pub item: String,
    /// What it was about.
    pub title: String,
    /// The reason that was given.
    pub why: Option<String>,
    /// The same content at the same places, however ids are counted.
    pub keys: Vec<String>,
    /// The files that were written or removed, and what was there before.
    pub files: Vec<Replaced>,
    /// Which decision is taken back.
    pub undoes: Option<String>,
}

/// A file of the suite that a decision wrote or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    /// Relative to the suite root, with `/`.
    pub file: String,
    /// What was there; `None` where there was no file.
    pub before: Option<EvidenceRef>,
    /// The SHA-256 of what is there since; `None` where the file is gone.
    pub after: Option<String>,
}

/// A line of an earlier version.
#[derive(Debug, Deserialize)]
struct Old {
    key: String,
    decision: Decision,
    why: Option<String>,
}

/// All decisions on a night.
#[derive(Debug, Default)]
pub struct Log {
    /// In the order in which they were made.
    pub records: Vec<Record>,
    undone: HashSet<String>,
    decided: HashMap<String, Decision>,
    read: u64,
}

impl Record {
    /// A decision that is made now.
    #[must_use]
    pub fn new(decision: Decision, item: &str, title: &str, at: DateTime<Utc>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            id: std::iter::repeat_with(fastrand::alphanumeric).take(8).collect(),
            at,
            decision,
            item: item.to_owned(),
            title: title.to_owned(),
            why: None,
            keys: Vec::new(),
            files: Vec::new(),
            undoes: None,
        }
    }
}

fn path(night: &NightDir) -> PathBuf {
    night.path().join("decisions.jsonl")
}

impl Log {
    /// Reads what was added since the last time; a line that is not whole yet is left for later.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn refresh(&mut self, night: &NightDir) -> Result<(), ReviewError> {
        let path = path(night);
        let failed = |error| ReviewError::io("read", &path, error);
        let mut file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(self.read)).map_err(failed)?;
        file.read_to_end(&mut bytes).map_err(failed)?;
        for line in bytes.split_inclusive(|it| *it == b'\n') {
            if !line.ends_with(b"\n") {
                break;
            }
            self.read += line.len() as u64;
            if let Some(record) = parse(line, self.records.len()) {
                self.take(record);
            }
        }
        Ok(())
    }

    /// Adds a decision at the end, in one write.
    ///
    /// # Errors
    /// The file cannot be written, as on a medium that is read-only.
    pub fn append(&mut self, night: &NightDir, record: Record) -> std::io::Result<()> {
        let line = serde_json::to_string(&record).expect("a record is plain data") + "\n";
        // Known here whether or not it can be remembered there.
        self.take(record);
        let mut file = std::fs::File::options().create(true).append(true).open(path(night))?;
        file.write_all(line.as_bytes())?;
        self.read += line.len() as u64;
        Ok(())
    }

    fn take(&mut self, record: Record) {
        if record.decision == Decision::Undone {
            let undone = record.undoes.clone().unwrap_or_default();
            if let Some(it) = self.records.iter().find(|it| it.id == undone) {
                for key in &it.keys {
                    self.decided.remove(key);
                }
            }
            self.undone.insert(undone);
        } else {
            for key in &record.keys {
                self.decided.insert(key.clone(), record.decision);
            }
        }
        self.records.push(record);
    }

    /// What was decided on this.
    #[must_use]
    pub fn decision(&self, key: &str) -> Option<Decision> {
        self.decided.get(key).copied()
    }

    /// The last decision that stands.
    #[must_use]
    pub fn last(&self) -> Option<&Record> {
        self.standing().next_back()
    }

    /// The decisions that stand, in order.
    #[must_use]
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records
            .iter()
            .filter(|it| it.decision != Decision::Undone && !self.undone.contains(&it.id))
    }
}

fn parse(line: &[u8], index: usize) -> Option<Record> {
    if let Ok(record) = serde_json::from_slice::<Record>(line) {
        return Some(record);
    }
    let old: Old = serde_json::from_slice(line).ok()?;
    let item = old.key.split(' ').next().unwrap_or_default().to_owned();
    Some(Record {
        format_version: 0,
        id: format!("line-{index}"),
        at: DateTime::UNIX_EPOCH,
        decision: old.decision,
        title: item.clone(),
        item,
        why: old.why,
        keys: vec![old.key],
        files: Vec::new(),
        undoes: None,
    })
}
