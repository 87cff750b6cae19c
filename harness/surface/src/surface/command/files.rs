//! What a command did to the files of its working folder: [`Tree`] before and after, as text.
//!
//! The state before is cheap (no contents are read, but for files so fresh that their time stamp
//! may not move when they change again). Nothing follows symbolic links. What is in a file that
//! changed is the business of [`crate::surface::files`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use crate::surface::files::{FilePicture, Reader, hash_of, is_sidecar, shown_path};
use crate::surface::veil::Veil;

/// How many files are listed.
const LISTED_FILES: usize = 2000;

/// Within this time a file may change again without a new time stamp (the kernel's tick, with room).
const TICK: Duration = Duration::from_millis(25);

/// The files of a folder at one instant.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File {
        stamp: (i64, i64, u64, u64),
        executable: bool,
        /// The hash of the content, where the stamp alone is not enough.
        content: Option<String>,
    },
    Link(PathBuf),
    /// A folder with nothing in it; others are known by what is in them.
    Folder,
    /// A pipe, socket or device.
    Special(&'static str),
}

/// What became of the files of a folder.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// One paragraph a file, sorted by path; empty where nothing changed.
    pub(super) text: String,
    /// The pictures among them.
    pub(super) pictures: Vec<FilePicture>,
}

impl Tree {
    /// The files below `root` as they are now.
    ///
    /// What cannot be read (or goes while it is looked at) is left out.
    pub(super) fn of(root: &Path) -> Self {
        let now = SystemTime::now();
        let mut entries = BTreeMap::new();
        for found in WalkDir::new(root).min_depth(1).into_iter().filter_map(Result::ok) {
            let Ok(metadata) = found.path().symlink_metadata() else { continue };
            let Some(entry) = entry(found.path(), &metadata, now) else { continue };
            let path = found.path().strip_prefix(root).unwrap_or(found.path());
            entries.insert(path.to_owned(), entry);
        }
        Self { root: root.to_owned(), entries }
    }

    /// What became of the files since, with what `veil` hides painted over in their pictures.
    pub(super) fn changes_since(&self, before: &Self, veil: &Veil) -> Changes {
        let removed = before.entries.iter().filter(|(path, entry)| {
            // A folder that is no longer empty is known by what was created in it.
            let filled = is_folder(entry) && self.has_below(path);
            !filled && !self.entries.contains_key(*path) && !self.is_beside_database(path)
        });
        let removed = removed.map(|(path, entry)| {
            (path.as_path(), Change::Named(format!("removed {}\n", name(path, entry))))
        });
        let now = self.entries.iter().filter(|(path, _)| !self.is_beside_database(path));
        let now = now
            .filter_map(|(path, entry)| Some((path.as_path(), self.change(path, before, entry)?)));
        let changes: BTreeMap<&Path, Change> = removed.chain(now).collect();
        let more = changes.len().saturating_sub(LISTED_FILES);
        let mut reader = Reader::veiled(veil.clone());
        let mut text = String::new();
        for (path, change) in changes.into_iter().take(LISTED_FILES) {
            text.push_str(&match change {
                Change::Named(line) => line,
                Change::Content { verb, note } => {
                    let heading = format!("{verb} {}{note}", shown_path(path));
                    reader.described(&heading, &path.to_string_lossy(), &self.root.join(path))
                }
            });
        }
        if more > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "[… {more} more files …]");
        }
        Changes { text, pictures: reader.into_pictures() }
    }

    /// Whether a file is what SQLite keeps beside a database of this folder.
    fn is_beside_database(&self, path: &Path) -> bool {
        is_sidecar(path, &self.root)
    }

    /// Whether the log of a database changed, and so perhaps what it holds.
    fn log_changed(&self, path: &Path, before: &Self) -> bool {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = Path::new(&log);
        self.entries.get(log) != before.entries.get(log) && self.is_beside_database(log)
    }

    fn has_below(&self, folder: &Path) -> bool {
        self.entries
            .range(folder.to_owned()..)
            .take_while(|(path, _)| path.starts_with(folder))
            .next()
            .is_some()
    }

    fn change(&self, path: &Path, before: &Self, new: &Entry) -> Option<Change> {
        let content = |verb: &'static str, note: &'static str| Change::Content { verb, note };
        match (before.entries.get(path), new) {
            (None, Entry::File { executable, .. }) => {
                Some(content("created", if *executable { " (executable)" } else { "" }))
            }
            (None, other) => Some(Change::Named(format!("created {}\n", name(path, other)))),
            (
                Some(Entry::File { stamp, executable: could, content: old }),
                Entry::File { stamp: stamp_now, executable: can, .. },
            ) => {
                let note = match (could, can) {
                    (false, true) => " (executable)",
                    (true, false) => " (no longer executable)",
                    (true, true) | (false, false) => "",
                };
                let changed = stamp != stamp_now
                    || old.as_ref().is_some_and(|old| *old != hash_of(&self.root.join(path)))
                    || self.log_changed(path, before);
                match (changed, note) {
                    (true, note) => Some(content("changed", note)),
                    (false, "") => None,
                    (false, note) => {
                        Some(Change::Named(format!("changed {}{note}\n", shown_path(path))))
                    }
                }
            }
            (Some(old), Entry::File { .. }) if old != new => {
                Some(content("changed", " (now a file)"))
            }
            (Some(old), other) if old != other => {
                Some(Change::Named(format!("changed {}\n", name(path, other))))
            }
            (Some(_), _) => None,
        }
    }
}

/// What became of one file.
enum Change {
    /// All that there is to say.
    Named(String),
    /// What is said before its content.
    Content { verb: &'static str, note: &'static str },
}

fn is_folder(entry: &Entry) -> bool {
    matches!(entry, Entry::Folder)
}

fn entry(path: &Path, metadata: &Metadata, now: SystemTime) -> Option<Entry> {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_dir() {
        let empty = std::fs::read_dir(path).is_ok_and(|mut it| it.next().is_none());
        return empty.then_some(Entry::Folder);
    }
    if kind.is_symlink() {
        return std::fs::read_link(path).ok().map(Entry::Link);
    }
    if kind.is_file() {
        let fresh =
            metadata.modified().is_ok_and(|at| now.duration_since(at).unwrap_or_default() < TICK);
        return Some(Entry::File {
            stamp: (metadata.mtime(), metadata.mtime_nsec(), metadata.len(), metadata.ino()),
            executable: metadata.mode() & 0o100 != 0,
            content: fresh.then(|| hash_of(path)),
        });
    }
    Some(Entry::Special(if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }))
}

/// A path with what tells that it is no plain file.
fn name(path: &Path, entry: &Entry) -> String {
    match entry {
        Entry::File { .. } => shown_path(path),
        Entry::Link(to) => format!("{} -> {}", shown_path(path), shown_path(to)),
        Entry::Folder => format!("{}/", shown_path(path)),
        Entry::Special(kind) => format!("{} ({kind})", shown_path(path)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::surface::command::text::short_hash;

    #[test]
    fn every_kind_of_change_is_named_and_the_rest_is_silent() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, content) in [
            ("same", "s"),
            ("edited", "old"),
            ("touched-mode", "x"),
            ("gone", "g"),
            ("sub/deep", "d"),
        ] {
            fs::create_dir_all(at("sub")).unwrap();
            fs::write(at(name), content).unwrap();
        }
        fs::create_dir(at("empty")).unwrap();
        fs::create_dir(at("filled-later")).unwrap();
        symlink("same", at("link")).unwrap();
        let before = Tree::of(folder.path());

        fs::write(at("edited"), "new").unwrap();
        fs::set_permissions(at("touched-mode"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_file(at("gone")).unwrap();
        fs::remove_dir(at("empty")).unwrap();
        fs::write(at("filled-later/a.csv"), "a,b\r\n1,2\r\n").unwrap();
        fs::write(at("raw.bin"), [0, 1, 2]).unwrap();
        fs::remove_file(at("link")).unwrap();
        symlink("edited", at("link")).unwrap();
        fs::create_dir(at("new-folder")).unwrap();

        let text = Tree::of(folder.path()).changes_since(&before, &Veil::default()).text;
        let expected = format!(
            "changed edited\n    new\n    [no line end at the end]\n\
             removed empty/\n\
             created filled-later/a.csv [CSV, CRLF]\n    columns | a | b\n    row 1 | a: 1 | b: 2\n\
             removed gone\n\
             changed link -> edited\n\
             created new-folder/\n\
             created raw.bin\n    [binary: 3 bytes, sha256 {}]\n\
             changed touched-mode (executable)\n",
            short_hash(&[0, 1, 2]),
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_done_is_nothing_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "a").unwrap();
        let before = Tree::of(folder.path());
        assert_eq!(Tree::of(folder.path()).changes_since(&before, &Veil::default()).text, "");
    }
}
