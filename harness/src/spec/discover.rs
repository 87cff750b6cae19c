//! Finding and reading the files of a suite: `nightshift.yaml`, `scenarios/**`, `skills/**`.

use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::CONFIG_FILE;
use super::complaint::{Complaint, Pos, Source};
use super::error::SpecError;

/// The largest file that is read; a suite's largest honest file is a thousandth of it.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// What a file is by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Config,
    Skill,
    Scenario,
}

/// A file of the suite.
#[derive(Debug, Clone)]
pub(crate) struct SuiteFile {
    pub kind: FileKind,
    pub path: PathBuf,
    /// Relative to the root, with `/`.
    pub name: String,
}

/// All YAML files of the suite in order of their names, and complaints about those that are
/// not read at all.
pub(crate) fn discover(root: &Path) -> Result<(Vec<SuiteFile>, Vec<Complaint>), SpecError> {
    let mut found = vec![SuiteFile {
        kind: FileKind::Config,
        path: root.join(CONFIG_FILE),
        name: CONFIG_FILE.to_owned(),
    }];
    let mut complaints = Vec::new();
    for (folder, kind) in [("scenarios", FileKind::Scenario), ("skills", FileKind::Skill)] {
        walk(root, folder, kind, &mut found, &mut complaints)?;
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((found, complaints))
}

fn walk(
    root: &Path,
    folder: &str,
    kind: FileKind,
    found: &mut Vec<SuiteFile>,
    complaints: &mut Vec<Complaint>,
) -> Result<(), SpecError> {
    let top = root.join(folder);
    if !top.exists() {
        return Ok(());
    }
    let real_root =
        root.canonicalize().map_err(|source| SpecError::io("read the folder", root, source))?;
    let walker = WalkDir::new(&top).follow_links(false).into_iter();
    for entry in walker.filter_entry(|it| it.depth() == 0 || enters(it)) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&top).to_path_buf();
            SpecError::io("read the folder", &path, error.into())
        })?;
        let name = relative(root, entry.path());
        let is_yaml = entry.path().extension().is_some_and(|it| it == "yaml");
        if entry.path_is_symlink() {
            // A link inside of the suite would load a file twice, so links are only ever named.
            let target = entry.path().canonicalize().ok();
            let inside = target.as_deref().is_some_and(|it| it.starts_with(&real_root));
            if inside && !is_yaml && target.is_some_and(|it| it.is_file()) {
                continue;
            }
            let message = if inside {
                "this is a symbolic link, and the suite holds what it points to"
            } else {
                "this symbolic link leaves the suite"
            };
            let help = "put the file itself here, or remove the link";
            complaints.push(whole_file(&name, message, help));
        } else if entry.file_type().is_file() && is_yaml {
            found.push(SuiteFile { kind, path: entry.into_path(), name });
        } else if entry.file_type().is_file()
            && entry.path().extension().is_some_and(|it| it == "yml")
        {
            complaints.push(whole_file(&name, "files of a suite end in .yaml", "rename it"));
        }
    }
    Ok(())
}

/// Hidden folders and baselines hold no scenarios.
fn enters(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let baselines = entry.file_type().is_dir() && name == "snapshots";
    !baselines && !name.starts_with('.')
}

/// The path below the root, with `/`.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|it| it.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The file that a text names: below the home folder after `~/`, else relative to the suite.
pub(crate) fn named(text: &str, root: &Path) -> PathBuf {
    let path = match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => root.join(text),
    };
    normal(&path)
}

/// The path without `.` and `..`; the file need not exist.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                normal.pop();
            }
            std::path::Component::CurDir => {}
            std::path::Component::Prefix(_)
            | std::path::Component::RootDir
            | std::path::Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// Reads a file; a complaint says why it cannot be used.
pub(crate) fn read(found: &SuiteFile) -> Result<Source, Complaint> {
    let failed = |error: std::io::Error| {
        whole_file(
            &found.name,
            &format!("cannot be read: {error}"),
            "make it readable, or remove it",
        )
    };
    let file = std::fs::File::open(&found.path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    // One byte more than is allowed tells a file that grew from one that fits.
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let message = format!(
            "the file has {} MB; the most is {} MB",
            size / 1_000_000,
            LARGEST_FILE / 1_048_576
        );
        return Err(whole_file(&found.name, &message, "split it"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(&found.name, text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let readable = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            let line = readable.matches('\n').count() as u32 + 1;
            let col = readable.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
            let source = Source::new(&found.name, String::from_utf8_lossy(error.as_bytes()));
            let byte = error.as_bytes().get(good).copied().unwrap_or_default();
            Err(source.complaint(
                Pos { source: 0, line, col },
                format!("the file is not UTF-8: byte 0x{byte:02x} is no text"),
                Some("save it as UTF-8".to_owned()),
            ))
        }
    }
}

/// A complaint about a file as a whole.
pub(crate) fn whole_file(name: &str, message: &str, help: &str) -> Complaint {
    Complaint {
        file: name.to_owned(),
        line: 1,
        col: 1,
        message: message.to_owned(),
        help: Some(help.to_owned()),
        snippet: String::new(),
    }
}
