//! [`WorkFolder`]: a folder of an attempt's own, with fresh data, gone without a trace when dropped.
//!
//! `work/` is where commands run and servers are started, `home/` and `tmp/` keep what programs
//! write elsewhere out of it (and out of the real home).

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::ProductError;

/// A folder that is removed when dropped.
#[derive(Debug)]
pub struct WorkFolder {
    root: PathBuf,
    work: PathBuf,
    home: PathBuf,
    tmp: PathBuf,
    /// The permissions that its folders were made with.
    mode: u32,
}

impl WorkFolder {
    /// A new, empty folder below `under`.
    pub(super) fn create(under: &Path) -> Result<Self, ProductError> {
        fs::create_dir_all(under)
            .map_err(ProductError::io(format!("cannot create {}", under.display())))?;
        // Absolute and without links: it is compared with what commands print.
        let under = under
            .canonicalize()
            .map_err(ProductError::io(format!("cannot find {}", under.display())))?;
        let root = tempfile::Builder::new()
            .prefix("w")
            .tempdir_in(&under)
            .map_err(ProductError::io(format!("cannot create a folder in {}", under.display())))?
            .keep();
        // From here on dropping it removes what was made so far.
        let mut folder = Self {
            work: root.join("work"),
            home: root.join("home"),
            tmp: root.join("tmp"),
            root,
            mode: 0,
        };
        for path in [&folder.work, &folder.home, &folder.tmp] {
            fs::create_dir(path)
                .map_err(ProductError::io(format!("cannot create {}", path.display())))?;
        }
        folder.mode = mode(&folder.work)
            .map_err(ProductError::io(format!("cannot look at {}", folder.work.display())))?;
        Ok(folder)
    }

    /// Lays a folder's content, or a file, over what is there.
    pub(super) fn lay_over(&self, data: &Path) -> io::Result<()> {
        copy(data, &self.work)
    }

    /// The same folder as empty as a new one, for the next attempt; `None`, and it is gone, where
    /// something was left in the way of that. File systems take their time to give away anew what
    /// was removed a moment ago: this was half of the cost of a quick command.
    #[must_use]
    pub fn emptied(self) -> Option<Self> {
        let empty = |folder: &PathBuf| -> io::Result<bool> {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                } else {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(mode(folder)? == self.mode)
        };
        let own = [&self.home, &self.tmp, &self.work];
        let alone = fs::read_dir(&self.root).is_ok_and(|it| it.count() == own.len());
        (alone && own.into_iter().all(|it| empty(it).unwrap_or(false))).then_some(self)
    }

    /// Where commands run, with the product's data.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// The empty home of whoever runs there.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Where temporary files go.
    #[must_use]
    pub fn tmp(&self) -> &Path {
        &self.tmp
    }

    /// The folder that holds the three; what is written in it beside them goes with it too.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if fs::remove_dir_all(&self.root).is_ok() {
            return;
        }
        // Commands may leave folders that even their owner cannot write to.
        for found in WalkDir::new(&self.root).into_iter().filter_map(Result::ok) {
            if found.file_type().is_dir() {
                // What stays locked is reported below.
                let _ = fs::set_permissions(found.path(), fs::Permissions::from_mode(0o700));
            }
        }
        if let Err(problem) = fs::remove_dir_all(&self.root) {
            tracing::warn!("cannot remove {}: {problem}; remove it by hand", self.root.display());
        }
    }
}

/// What a folder is and who may use it; a link to one is something else.
fn mode(folder: &Path) -> io::Result<u32> {
    Ok(fs::symlink_metadata(folder)?.permissions().mode())
}

/// Copies a folder's content, or a file, into a folder; times and permissions are kept, links stay links.
pub(super) fn copy(data: &Path, into: &Path) -> io::Result<()> {
    if data.is_file() {
        let name = data.file_name().ok_or_else(|| io::Error::other("it has no name"))?;
        let target = into.join(name);
        if fs::symlink_metadata(&target).is_ok_and(|it| !it.is_dir()) {
            fs::remove_file(&target)?;
        }
        return copy_file(data, &target);
    }
    for found in WalkDir::new(data).min_depth(1) {
        let found = found?;
        let relative = found.path().strip_prefix(data).map_err(io::Error::other)?;
        let target = into.join(relative);
        let kind = found.file_type();
        let there = fs::symlink_metadata(&target).ok().map(|it| it.file_type());
        if let Some(there) = there
            && !(there.is_dir() && kind.is_dir())
        {
            // What is laid over something else takes its place; a link is not followed.
            if there.is_dir() { fs::remove_dir_all(&target)? } else { fs::remove_file(&target)? }
        }
        if kind.is_dir() {
            if !there.is_some_and(|it| it.is_dir()) {
                fs::create_dir(&target)?;
            }
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(found.path())?, &target)?;
        } else {
            copy_file(found.path(), &target)?;
        }
    }
    Ok(())
}

/// With the time of the original: a copy that looks as old as it is tells changes from copies. Where the
/// file system can, Linux has both share their blocks until one of them is written to.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    // A read-only copy could not be opened for writing; the time belongs to the file's owner.
    fs::File::open(to)?.set_modified(modified)
}
