//! The folder of a night that is not kept: working folders, browser profiles, downloads.
//!
//! It is removed with the night. One that was killed leaves it behind, and says in it whose it
//! was, so that the next night can remove it.

use std::path::{Path, PathBuf};

use super::NightError;
use crate::process::{Cookie, is_orphaned};

/// How such folders are called.
const PREFIX: &str = "nightshift-";

/// The file in which a folder says whose it is.
const OWNER: &str = "owner";

/// A new folder for this night.
///
/// # Errors
/// It cannot be made where temporary files go.
pub(super) fn make() -> Result<tempfile::TempDir, NightError> {
    let below = std::env::temp_dir();
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&below);
    folder
        .and_then(|folder| {
            std::fs::write(folder.path().join(OWNER), Cookie::new().value())?;
            Ok(folder)
        })
        .map_err(|source| NightError::Io { action: "make a folder in", path: below, source })
}

/// The first folder of a night, which has not begun: another one can still be named.
///
/// # Errors
/// It cannot be made where temporary files go.
pub(super) fn make_first() -> Result<tempfile::TempDir, NightError> {
    make().map_err(|error| {
        NightError::Usage(format!(
            "{error}; make room there, or name another folder for temporary files in `TMPDIR`"
        ))
    })
}

/// Removes the folders below `below` that killed nights left, and nothing else.
pub(super) fn sweep(below: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(below)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .map(|entry| entry.path())
        .filter(|folder| {
            std::fs::read_to_string(folder.join(OWNER)).is_ok_and(|owner| is_orphaned(&owner))
        })
        .filter(|folder| std::fs::remove_dir_all(folder).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_nights_that_are_gone_are_removed() {
        let below = tempfile::tempdir().expect("a folder");
        let folder = |name: &str, owner: &str| {
            let folder = below.path().join(name);
            std::fs::create_dir(&folder).expect("made");
            std::fs::write(folder.join(OWNER), owner).expect("written");
            folder
        };
        let own = Cookie::new();
        // The same process table, and a process that started at another time than ours.
        let mut parts: Vec<&str> = own.value().split('-').collect();
        parts[1] = "1";
        let gone = folder("nightshift-gone", &parts.join("-"));
        let alive = folder("nightshift-alive", own.value());
        let nonsense = folder("nightshift-x", "thesis");
        let other = folder("thesis", &parts.join("-"));
        assert_eq!(sweep(below.path()), std::slice::from_ref(&gone));
        assert!(!gone.exists());
        assert!(alive.exists() && nonsense.exists() && other.exists());
    }
}
