//! Taking decisions back: the files of the suite become what they were, byte for byte.
//!
//! What was replaced lies in the night directory; the [`Log`](super::log::Log) says where.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::ReviewError;
use super::change::{Before, Change, hash, put_back, read};
use super::decide::Decided;
use super::desk::{Desk, key};
use super::log::{Decision, Record, Replaced};

impl Desk {
    /// Takes the last decision back, of this session or an earlier one. `None` where none is left.
    ///
    /// # Errors
    /// A file was changed since; nothing is put back then.
    pub fn undo(&mut self, now: DateTime<Utc>) -> Result<Option<Decided>, ReviewError> {
        let _lock = self.begin()?;
        let Some(record) = self.log.last().cloned() else { return Ok(None) };
        if record.format_version == 0 && record.decision != Decision::Rejected {
            return Err(ReviewError::TooOld(record.item));
        }
        let mut restored = Vec::new();
        for file in &record.files {
            let path = self.inside(&file.file)?;
            let there = read(&path)?.as_deref().map(hash);
            if there != file.after {
                return Err(ReviewError::Undo { file: file.file.clone(), item: record.item });
            }
            restored.push(Before { bytes: self.before(&record.id, file, &path)?, path });
        }
        let mut change = Change::default();
        for before in &restored {
            let done = change.watch(std::slice::from_ref(&before.path)).and(put_back(before));
            if let Err(error) = done {
                change.roll_back();
                return Err(error);
            }
        }
        let mut undone = Record::new(Decision::Undone, &record.item, &record.title, now);
        undone.undoes = Some(record.id);
        // A part of a snapshot has the key of the whole at its beginning.
        let is_of = |it: &usize| {
            let whole = key(&self.pending[*it]);
            record
                .keys
                .iter()
                .filter_map(|it| it.strip_prefix(&whole))
                .any(|rest| rest.is_empty() || rest.starts_with(" change "))
        };
        let pending = (0..self.pending.len()).filter(is_of);
        let pending = pending.map(|it| (it, None)).collect();
        self.remember(undone, change, pending).map(Some)
    }

    /// What a file was before a decision: from this session, or from the night directory.
    fn before(
        &self,
        decision: &str,
        file: &Replaced,
        path: &Path,
    ) -> Result<Option<Vec<u8>>, ReviewError> {
        let own = self.replaced.get(decision);
        if let Some(before) = own.and_then(|all| all.iter().find(|it| it.path == path)) {
            return Ok(before.bytes.clone());
        }
        Ok(file.before.as_ref().map(|it| self.night.read(it)).transpose()?)
    }

    /// A path of the log, which may come from elsewhere, inside of the suite.
    fn inside(&self, file: &str) -> Result<PathBuf, ReviewError> {
        let path = Path::new(file);
        let normal = path.components().all(|it| matches!(it, std::path::Component::Normal(_)));
        if normal { Ok(self.root.join(path)) } else { Err(ReviewError::Foreign(file.to_owned())) }
    }
}
