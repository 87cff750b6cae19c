//! One night at a time for a suite: a file lock that the system drops with the process.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::NightError;

/// Held while a night runs.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the suite's lock.
///
/// # Errors
/// Another night holds it, or the file cannot be made.
pub(super) fn take(root: &Path) -> Result<Lock, NightError> {
    let folder = root.join(".nightshift");
    std::fs::create_dir_all(&folder).map_err(|source| NightError::Io {
        action: "create",
        path: folder.clone(),
        source,
    })?;
    let path = folder.join("lock");
    let io = |action| {
        let path = path.clone();
        move |source| NightError::Io { action, path, source }
    };
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io("open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let readable = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
            let holder = readable.then(|| holder.trim().to_owned());
            return Err(NightError::Locked { lock: path, holder });
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
    let Ok(file) = File::open(root.join(".nightshift/lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
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
    }
}
