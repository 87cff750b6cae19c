//! [`State`]: how far a suite's nights are kept, in `.nightshift/schedule.json`, and the lock that
//! keeps a second keeper away.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::due::Kept;
use crate::night::NightError;

/// The version of the file.
const FORMAT_VERSION: u32 = 1;

/// How far a suite's nights are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The version of this format.
    format_version: u32,
    /// What is due next, and what was missed.
    pub kept: Kept,
    /// The night that was started and whose end is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
    /// The last night that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Ended>,
}

/// A night that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its id.
    pub id: String,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// What was missed before and is named in its report.
    #[serde(default)]
    pub missed: Vec<DateTime<Utc>>,
}

/// A night that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Its id.
    pub id: String,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How it exited; `None` after a signal.
    pub exit: Option<i32>,
}

/// Where a suite's state lies, held for one keeper.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    _lock: File,
}

impl State {
    /// Of a suite whose nights begin to be kept now.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { format_version: FORMAT_VERSION, kept: Kept::from(now), running: None, last: None }
    }
}

impl Held {
    /// Takes the state of the suite in this folder.
    ///
    /// # Errors
    /// Another keeper has it, or the folder cannot be written.
    pub fn take(root: &Path) -> anyhow::Result<Self> {
        let folder = root.join(".nightshift");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join("schedule.lock");
        let lock = File::options().write(true).create(true).truncate(false).open(&path);
        let lock = lock.with_context(|| format!("cannot open {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: folder.join("schedule.json"), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(NightError::Locked {
                lock: path,
                holder: Some("`nightshift schedule`".to_owned()),
            }
            .into()),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    /// The state as it was left, or of a suite whose nights begin to be kept now.
    ///
    /// # Errors
    /// The file is damaged, or of a newer version.
    pub fn read(&self, now: DateTime<Utc>) -> anyhow::Result<State> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(State::new(now));
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", self.path.display()));
            }
        };
        let state: State = serde_json::from_slice(&bytes).with_context(|| {
            format!("cannot understand {}; remove it to begin anew", self.path.display())
        })?;
        anyhow::ensure!(
            state.format_version <= FORMAT_VERSION,
            "{} was written by a newer nightshift; install that, or remove it to begin anew",
            self.path.display()
        );
        Ok(state)
    }

    /// Writes the state, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, state: &State) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(state).context("a state is plain data")?;
        let beside = self.path.with_extension("json.new");
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, &self.path))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written_and_a_second_keeper_is_told() {
        let root = tempfile::tempdir().expect("a folder");
        let now = "2026-11-21T01:00:00Z".parse().expect("an instant");
        let held = Held::take(root.path()).expect("free");
        let mut state = held.read(now).expect("a new one");
        assert_eq!(state, State::new(now));
        state.running = Some(Running { id: "n1".to_owned(), due: now, missed: vec![now] });
        held.write(&state).expect("written");
        assert_eq!(held.read(now).expect("as written"), state);
        let second = Held::take(root.path()).expect_err("held").to_string();
        assert!(second.contains("`nightshift schedule`"), "{second}");
    }

    #[test]
    fn a_damaged_state_is_named_and_not_taken_for_none() {
        let root = tempfile::tempdir().expect("a folder");
        let held = Held::take(root.path()).expect("free");
        std::fs::write(root.path().join(".nightshift/schedule.json"), "{").expect("written");
        let error = held.read(Utc::now()).expect_err("damaged").to_string();
        assert!(error.contains("remove it to begin anew"), "{error}");
    }
}
