//! What a command did to the files of its working folder: [`Tree`] before and after, as text.
//!
//! The state before is cheap (no contents are read, but for files so fresh that their time stamp
//! may not move when they change again). Nothing follows symbolic links.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use super::text::{binary, short_hash, text_of};

/// The longest text file whose content is shown.
const SHOWN_BYTES: u64 = 64 * 1024;

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

    /// What became of the files since: one paragraph a file, sorted by path; empty where nothing did.
    pub(super) fn changes_since(&self, before: &Self) -> String {
        let removed = before.entries.iter().filter(|(path, entry)| {
            // A folder that is no longer empty is known by what was created in it.
            let filled = is_folder(entry) && self.has_below(path);
            !filled && !self.entries.contains_key(*path)
        });
        let mut changes: BTreeMap<&Path, String> = removed
            .map(|(path, entry)| (path.as_path(), format!("removed {}\n", name(path, entry))))
            .collect();
        for (path, entry) in &self.entries {
            let old = before.entries.get(path);
            if let Some(text) = self.change(path, old, entry) {
                changes.insert(path, text);
            }
        }
        let listed: String = changes.values().take(LISTED_FILES).map(String::as_str).collect();
        match changes.len().saturating_sub(LISTED_FILES) {
            0 => listed,
            more => format!("{listed}[… {more} more files …]\n"),
        }
    }

    fn has_below(&self, folder: &Path) -> bool {
        self.entries
            .range(folder.to_owned()..)
            .take_while(|(path, _)| path.starts_with(folder))
            .next()
            .is_some()
    }

    fn change(&self, path: &Path, old: Option<&Entry>, new: &Entry) -> Option<String> {
        let full = self.root.join(path);
        match (old, new) {
            (None, Entry::File { executable, .. }) => {
                let note = if *executable { " (executable)" } else { "" };
                Some(described("created", path, note, &full))
            }
            (None, other) => Some(format!("created {}\n", name(path, other))),
            (
                Some(Entry::File { stamp, executable: could, content }),
                Entry::File { stamp: stamp_now, executable: can, .. },
            ) => {
                let note = match (could, can) {
                    (false, true) => " (executable)",
                    (true, false) => " (no longer executable)",
                    (true, true) | (false, false) => "",
                };
                let changed = stamp != stamp_now
                    || content.as_ref().is_some_and(|old| *old != content_hash(&full));
                match (changed, note) {
                    (true, note) => Some(described("changed", path, note, &full)),
                    (false, "") => None,
                    (false, note) => Some(format!("changed {}{note}\n", path.display())),
                }
            }
            (Some(old), Entry::File { .. }) if old != new => {
                Some(described("changed", path, " (now a file)", &full))
            }
            (Some(old), other) if old != other => Some(format!("changed {}\n", name(path, other))),
            (Some(_), _) => None,
        }
    }
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
            content: fresh.then(|| content_hash(path)),
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

fn content_hash(path: &Path) -> String {
    std::fs::read(path).map_or_else(|problem| problem.to_string(), |bytes| short_hash(&bytes))
}

/// A path with what tells that it is no plain file.
fn name(path: &Path, entry: &Entry) -> String {
    match entry {
        Entry::File { .. } => path.display().to_string(),
        Entry::Link(to) => format!("{} -> {}", path.display(), to.display()),
        Entry::Folder => format!("{}/", path.display()),
        Entry::Special(kind) => format!("{} ({kind})", path.display()),
    }
}

/// A file with its content, indented by four blanks.
fn described(verb: &str, path: &Path, note: &str, full: &Path) -> String {
    let heading = format!("{verb} {}{note}", path.display());
    let size = full.metadata().map_or(0, |it| it.len());
    let bytes = match std::fs::read(full) {
        Ok(bytes) => bytes,
        Err(problem) => return format!("{heading}\n    [unreadable: {problem}]\n"),
    };
    let Some(text) = text_of(&bytes) else {
        return format!("{heading}\n    {}\n", binary(&bytes, bytes.len() as u64));
    };
    if size > SHOWN_BYTES {
        let (lines, hash) = (text.lines().count(), short_hash(&bytes));
        return format!("{heading}\n    [text: {size} bytes, {lines} lines, sha256 {hash}]\n");
    }
    // Line ends are part of what a file is; but said once, not at every line.
    let ends = text.matches('\n').count();
    let crlf = ends > 0 && text.matches("\r\n").count() == ends;
    let mut described = if crlf { format!("{heading} (CRLF)\n") } else { format!("{heading}\n") };
    let text = if crlf { text.replace("\r\n", "\n") } else { text.replace('\r', "␍") };
    for line in text.lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(described, "    {line}");
    }
    if !text.is_empty() && !text.ends_with('\n') {
        described.push_str("    [no line end at the end]\n");
    }
    described
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

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
        fs::write(at("big.txt"), "line\n".repeat(20_000)).unwrap();
        fs::remove_file(at("link")).unwrap();
        symlink("edited", at("link")).unwrap();
        fs::create_dir(at("new-folder")).unwrap();

        let text = Tree::of(folder.path()).changes_since(&before);
        let expected = format!(
            "created big.txt\n    [text: 100000 bytes, 20000 lines, sha256 {}]\n\
             changed edited\n    new\n    [no line end at the end]\n\
             removed empty/\n\
             created filled-later/a.csv (CRLF)\n    a,b\n    1,2\n\
             removed gone\n\
             changed link -> edited\n\
             created new-folder/\n\
             created raw.bin\n    [binary: 3 bytes, sha256 {}]\n\
             changed touched-mode (executable)\n",
            short_hash("line\n".repeat(20_000).as_bytes()),
            short_hash(&[0, 1, 2]),
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_done_is_nothing_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "a").unwrap();
        let before = Tree::of(folder.path());
        assert_eq!(Tree::of(folder.path()).changes_since(&before), "");
    }
}
