//! Looking at what stands in the suite before it is written over: nothing that this night did not
//! see is lost.

use std::path::PathBuf;

use super::ReviewError;
use super::change::hash;
use super::decide::{Force, relative};
use super::desk::Desk;
use super::take::Taking;
use crate::baseline::{self, Acceptance, BaselineError};
use crate::compare::algorithm;
use crate::model::FacetKind;

impl Desk {
    /// Refuses what would write over something that this night did not see.
    pub(super) fn check(&self, taking: &Taking, force: Force) -> Result<(), ReviewError> {
        let (pending, item) = (&self.pending[taking.index], &taking.item);
        self.may_be_written(item)?;
        // What the control lent stands in no file, before a part of it was accepted.
        let expected = self
            .baseline(pending)
            .filter(|it| it.origin.is_accepted() || taking.standing.is_some());
        let file = || {
            expected.map_or_else(
                || format!("{}@{}.{}.snap", pending.scenario, pending.checkpoint, pending.facet),
                |it| it.file.clone(),
            )
        };
        let current = match baseline::current(&self.root, item) {
            Ok(current) => current,
            Err(BaselineError::Conflict { path, line }) => return Err(self.conflict(path, line)),
            Err(error) if force == Force::No => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        if let Some(current) = &current
            && let Some(found) = newer(current.algorithm.as_deref(), pending.facet)
        {
            return Err(ReviewError::Newer {
                file: current.file.clone(),
                found,
                known: algorithm(pending.facet),
            });
        }
        let how = match (expected, current) {
            (_, Some(current)) if same(&current.content, &item.content) => return Ok(()),
            (None, None) => return Ok(()),
            (Some(expected), Some(current)) => {
                let standing = match &taking.standing {
                    Some(content) => content.clone(),
                    None => self.night.read(&expected.evidence)?,
                };
                // A picture is kept smaller than it was taken; the file says of which it was made.
                let made_of_it = taking.standing.is_some()
                    && current.captured.as_deref() == Some(hash(&standing).as_str());
                if made_of_it || same(&current.content, &standing) {
                    return Ok(());
                }
                "was changed"
            }
            (Some(_), None) => "was removed",
            (None, Some(_)) => "was accepted by somebody",
        };
        if force == Force::Yes {
            return Ok(());
        }
        Err(ReviewError::Moved { file: file(), how })
    }

    /// Refuses where a file that would be written may only be read.
    fn may_be_written(&self, item: &Acceptance) -> Result<(), ReviewError> {
        for path in baseline::affected(&self.root, item)? {
            if std::fs::metadata(&path).is_ok_and(|it| it.permissions().readonly()) {
                let source = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
                return Err(ReviewError::io("write", &path, source));
            }
        }
        Ok(())
    }

    /// A baseline that a merge left in two halves, by the id that the desk lists it under.
    fn conflict(&self, path: PathBuf, line: usize) -> ReviewError {
        let relative = relative(&self.root, &path);
        match self.conflicts.iter().position(|it| it.file == relative) {
            Some(index) => ReviewError::Conflict { file: relative, id: format!("C{}", index + 1) },
            None => BaselineError::Conflict { path, line }.into(),
        }
    }
}

/// Whether two snapshots hold the same; the format keeps no white space at the end of a text.
fn same(one: &[u8], other: &[u8]) -> bool {
    let text = |it: &[u8]| String::from_utf8_lossy(it).replace("\r\n", "\n").trim_end().to_owned();
    one == other || text(one) == text(other)
}

/// The algorithm of a baseline, where it is a later one than ours.
fn newer(found: Option<&str>, facet: FacetKind) -> Option<String> {
    let version = |name: &str| name.rsplit_once('/').and_then(|it| it.1.parse::<u64>().ok());
    let found = found?;
    (version(found)? > version(&algorithm(facet))?).then(|| found.to_owned())
}
