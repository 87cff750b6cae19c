//! One night at a time for a suite: a file lock that the system drops with the process.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::NightError;

/// Held while a night runs.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Where a suite's lock lies: in its own folder.
fn own(root: &Path) -> PathBuf {
    root.join(".nightshift/lock")
}

/// Where the lock of a suite lies that cannot be written to: where temporary files go, by the name
/// of its folder.
fn elsewhere(root: &Path) -> PathBuf {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name = digest.iter().take(8).fold(0_u64, |name, byte| (name << 8) | u64::from(*byte));
    std::env::temp_dir().join(format!("nightshift-{name:016x}.lock"))
}

/// Takes the suite's lock.
///
/// # Errors
/// Another night holds it, or the file cannot be made.
pub(super) fn take(root: &Path) -> Result<Lock, NightError> {
    match take_at(&own(root)) {
        Err(NightError::Io { source, .. }) if is_read_only(&source) => take_at(&elsewhere(root)),
        taken => taken,
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
}

fn take_at(path: &Path) -> Result<Lock, NightError> {
    let io = |action| {
        let path = path.to_owned();
        move |source| NightError::Io { action, path, source }
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io("make the folder of"))?;
    }
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(io("open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let readable = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
            let holder = readable.then(|| holder.trim().to_owned());
            return Err(NightError::Locked { lock: path.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
    }
    file.set_len(0).map_err(io("write"))?;
    file.rewind().map_err(io("write"))?;
    write!(file, "process {}", std::process::id()).map_err(io("write"))?;
    Ok(Lock { _file: file })
}

/// Whether a night holds the suite's lock now. A suite whose lock cannot be opened has none.
#[must_use]
pub fn is_running(root: &Path) -> bool {
    [own(root), elsewhere(root)].iter().any(|path| {
        let file = File::open(path);
        file.is_ok_and(|it| matches!(it.try_lock_shared(), Err(TryLockError::WouldBlock)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_night_is_told_who_holds_the_lock_until_the_first_has_ended() {
        let root = tempfile::tempdir().expect("a folder");
        let first = take(root.path()).expect("free");
        assert!(is_running(root.path()));
        let second = take(root.path()).expect_err("held").to_string();
        assert!(second.contains(&format!("process {}", std::process::id())), "{second}");
        drop(first);
        assert!(!is_running(root.path()));
        take(root.path()).expect("free again");
        assert!(!elsewhere(root.path()).exists(), "its own folder can be written to");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_suite_that_cannot_be_written_to_has_its_lock_among_temporary_files() {
        let root = Path::new("/sys/kernel");
        let first = take(root).expect("free");
        assert!(is_running(root));
        let second = take(root).expect_err("held").to_string();
        assert!(second.contains(&elsewhere(root).display().to_string()), "{second}");
        drop(first);
        assert!(!is_running(root));
    }
}
