//! [`Change`]: files of the suite that are written together or not at all, and put back.
//!
//! Every file is written whole beside its place and renamed. When one of several fails, those
//! before it are put back. [`Lock`] keeps two reviews of a suite from writing at the same time.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::ReviewError;

/// What a file was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The file.
    pub path: PathBuf,
    /// Its bytes; `None` where there was none.
    pub bytes: Option<Vec<u8>>,
}

/// Files that are being written.
#[derive(Debug, Default)]
pub struct Change {
    before: Vec<Before>,
}

impl Change {
    /// Remembers what these files are before something else writes them.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn watch(&mut self, paths: &[PathBuf]) -> Result<(), ReviewError> {
        for path in paths {
            if self.before.iter().all(|it| it.path != *path) {
                self.before.push(Before { path: path.clone(), bytes: read(path)? });
            }
        }
        Ok(())
    }

    /// Writes a file.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ReviewError> {
        self.watch(std::slice::from_ref(&path.to_owned()))?;
        write(path, bytes)
    }

    /// Puts everything back, as far as that is possible.
    pub fn roll_back(self) {
        for before in self.before.into_iter().rev() {
            // What failed once may fail again; the error that is told is the first one.
            let _ = put_back(&before);
        }
    }

    /// The files that are not what they were.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn finish(self) -> Result<Vec<(Before, Option<String>)>, ReviewError> {
        let mut changed = Vec::new();
        for before in self.before {
            let now = read(&before.path)?;
            if now != before.bytes {
                changed.push((before, now.as_deref().map(hash)));
            }
        }
        Ok(changed)
    }
}

/// The bytes of a file; `None` where there is none.
///
/// # Errors
/// It is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, ReviewError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ReviewError::io("read", path, error)),
    }
}

/// Makes a file what it was.
///
/// # Errors
/// What the system refuses.
pub fn put_back(before: &Before) -> Result<(), ReviewError> {
    match &before.bytes {
        Some(bytes) => write(&before.path, bytes),
        None => match std::fs::remove_file(&before.path) {
            Ok(()) => {
                // A folder that only held this was made for it; any other is not empty.
                if let Some(folder) = before.path.parent() {
                    let _ = std::fs::remove_dir(folder);
                }
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(ReviewError::io("remove", &before.path, error)),
        },
    }
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// A finished file takes the place of the old one and keeps its permissions.
fn write(path: &Path, bytes: &[u8]) -> Result<(), ReviewError> {
    let failed = |error| ReviewError::io("write", path, error);
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let old = std::fs::metadata(path).ok().map(|it| it.permissions());
    if old.as_ref().is_some_and(std::fs::Permissions::readonly) {
        let source = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        return Err(ReviewError::io("write", path, source));
    }
    let mut file =
        tempfile::Builder::new().prefix(".nightshift-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    let permissions = old.unwrap_or_else(usual);
    file.as_file().set_permissions(permissions).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A source file like any other, and not private as temporary files are.
#[cfg(unix)]
fn usual() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

/// Held while a decision is written.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other review of the suite writes; each holds it for one decision only.
    ///
    /// # Errors
    /// The suite cannot be written to.
    pub fn take(root: &Path) -> Result<Self, ReviewError> {
        let folder = root.join(".nightshift");
        std::fs::create_dir_all(&folder)
            .map_err(|error| ReviewError::io("create", &folder, error))?;
        let path = folder.join("review.lock");
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(|error| ReviewError::io("open", &path, error))?;
        file.lock().map_err(|error| ReviewError::io("lock", &path, error))?;
        Ok(Self { _file: file })
    }
}
