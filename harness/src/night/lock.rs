//! One night at a time for a suite: a file lock that the system drops with the process. Beside it
//! lies the file by which somebody else asks the night to stop.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;

use super::{NightError, Stop};

/// How often a night looks whether it is asked to stop.
const LOOK: Duration = Duration::from_millis(200);

/// Held while a night runs.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    watch: JoinHandle<()>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.watch.abort();
    }
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

/// The file by which a night that holds this lock is asked to stop.
fn request(lock: &Path) -> PathBuf {
    lock.with_extension("stop")
}

/// Takes the suite's lock. While it is held, `nightshift stop` interrupts `stop`.
///
/// # Errors
/// Another night holds it, or the file cannot be made.
pub(super) fn take(root: &Path, stop: &Stop) -> Result<Lock, NightError> {
    match take_at(&own(root), stop) {
        Err(NightError::Io { source, .. }) if is_read_only(&source) => {
            take_at(&elsewhere(root), stop)
        }
        taken => taken,
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
}

fn take_at(path: &Path, stop: &Stop) -> Result<Lock, NightError> {
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
    let request = request(path);
    // One that nobody took away was for a night before this one.
    let _ = std::fs::remove_file(&request);
    let watch = tokio::spawn(obey(request, stop.clone()));
    Ok(Lock { _file: file, watch })
}

/// Stops the night each time that somebody asks for it.
async fn obey(request: PathBuf, stop: Stop) {
    loop {
        tokio::time::sleep(LOOK).await;
        if std::fs::remove_file(&request).is_ok() {
            stop.interrupt();
        }
    }
}

/// Asks what holds the suite's lock to stop, and says who that is; `None` where nothing does.
///
/// # Errors
/// The file that asks cannot be written.
pub fn ask_to_stop(root: &Path) -> Result<Option<String>, NightError> {
    let Some(lock) = [own(root), elsewhere(root)].into_iter().find(|it| is_held(it)) else {
        return Ok(None);
    };
    let request = request(&lock);
    std::fs::write(&request, "").map_err(|source| NightError::Io {
        action: "write",
        path: request,
        source,
    })?;
    Ok(Some(std::fs::read_to_string(&lock).unwrap_or_default().trim().to_owned()))
}

/// Whether a night holds the suite's lock now. A suite whose lock cannot be opened has none.
#[must_use]
pub fn is_running(root: &Path) -> bool {
    [own(root), elsewhere(root)].iter().any(|it| is_held(it))
}

/// Since when a night holds the suite's lock; `None` where none does.
#[must_use]
pub fn running_since(root: &Path) -> Option<SystemTime> {
    let lock = [own(root), elsewhere(root)].into_iter().find(|it| is_held(it))?;
    lock.metadata().and_then(|it| it.modified()).ok()
}

fn is_held(lock: &Path) -> bool {
    let file = File::open(lock);
    file.is_ok_and(|it| matches!(it.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_night_is_told_who_holds_the_lock_until_the_first_has_ended() {
        let root = tempfile::tempdir().expect("a folder");
        let first = take(root.path(), &Stop::default()).expect("free");
        assert!(is_running(root.path()) && running_since(root.path()).is_some());
        let second = take(root.path(), &Stop::default()).expect_err("held").to_string();
        assert!(second.contains(&format!("process {}", std::process::id())), "{second}");
        drop(first);
        assert!(!is_running(root.path()) && running_since(root.path()).is_none());
        take(root.path(), &Stop::default()).expect("free again");
        assert!(!elsewhere(root.path()).exists(), "its own folder can be written to");
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_suite_that_cannot_be_written_to_has_its_lock_among_temporary_files() {
        let root = Path::new("/sys/kernel");
        let first = take(root, &Stop::default()).expect("free");
        assert!(is_running(root));
        let second = take(root, &Stop::default()).expect_err("held").to_string();
        assert!(second.contains(&elsewhere(root).display().to_string()), "{second}");
        drop(first);
        assert!(!is_running(root));
    }

    #[tokio::test]
    async fn who_holds_the_lock_is_asked_to_stop_and_nobody_else_is() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(ask_to_stop(root.path()).expect("nothing to write"), None);
        let stop = Stop::default();
        let held = take(root.path(), &stop).expect("free");
        assert_eq!(stop.why(), None);
        let holder = ask_to_stop(root.path()).expect("written");
        assert_eq!(holder, Some(format!("process {}", std::process::id())));
        stop.signal().wait_for(|it| *it).await.expect("it is told");
        assert!(!stop.is_impatient());
        ask_to_stop(root.path()).expect("written");
        while !stop.is_impatient() {
            tokio::time::sleep(LOOK).await;
        }
        drop(held);
        std::fs::write(request(&own(root.path())), "").expect("a late one");
        let next = Stop::default();
        let _held = take(root.path(), &next).expect("free again");
        tokio::time::sleep(LOOK * 2).await;
        assert_eq!(next.why(), None, "it was not meant");
    }
}
