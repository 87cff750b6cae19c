//! [`Baseline`]: accepted snapshots on disk, in insta's format beside the scenarios.
//!
//! [`load`] reads those of some scenarios, [`accept`] writes one, [`export`] lays one out for
//! `cargo insta`, [`orphans`] names files that nothing refers to, [`conflicts`] those that a merge
//! left with both sides, [`weigh`] says how much they take. [`name`] knows the file names, [`file`]
//! the format.
//!
//! The files:
//! - `conflict.rs`: snapshot files that a merge left with both sides.
//! - `file.rs`: insta's file format.
//! - `name.rs`: how snapshot files are named.
//! - `weight.rs`: how much room the baselines of a suite take.

mod conflict;
mod file;
mod name;
mod weight;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::{FacetKind, Scenario};

pub use self::conflict::{Conflict, Side, conflicts, resolved};
pub use self::name::snapshot_path;
pub use self::weight::{Weight, weigh};

/// An accepted snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint's name; `watch` for what the watches saw.
    pub checkpoint: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// The algorithm that took it, with its version; `None` where another tool accepted it.
    pub algorithm: Option<String>,
    /// Why it was accepted, where somebody said so.
    pub why: Option<String>,
    /// The `.snap` file, relative to the suite root, with `/`.
    pub file: String,
    /// The text, without white space at its end, or the PNG.
    pub content: Vec<u8>,
    /// For images: where the things of the page stand in it, as text.
    pub layout: Option<String>,
    /// For images: the SHA-256 of the picture as it was taken, before it was made smaller; `None`
    /// where the picture is not the one that was made of it.
    pub captured: Option<String>,
}

/// All baselines of some scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// In order of their files.
    pub baselines: Vec<Baseline>,
}

/// What is to become a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The scenario's YAML file, relative to the suite root, with `/`.
    pub scenario_file: String,
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint's name.
    pub checkpoint: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// The algorithm that took it, with its version.
    pub algorithm: String,
    /// Why it is accepted.
    pub why: Option<String>,
    /// The redacted text, or the PNG.
    pub content: Vec<u8>,
    /// For images: where the things of the page stand in it, as text.
    pub layout: Option<String>,
}

/// Why a baseline could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The system refused.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A merge left its markers in the file.
    #[error(
        "{path}:{line}: merge conflict markers in a baseline; `nightshift review` shows both sides and takes one, or take one by `git checkout --ours` or `--theirs`",
        path = path.display()
    )]
    Conflict {
        /// The file.
        path: PathBuf,
        /// The line of the first marker, from 1.
        line: usize,
    },
    /// The file is no snapshot.
    #[error(
        "{path}: no snapshot in insta's format: {reason}; restore it from version control, or delete it and accept the checkpoint again",
        path = path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A name would lead out of the snapshots folder.
    #[error("cannot name a snapshot file after {name:?}: rename the scenario or checkpoint")]
    Name {
        /// The name.
        name: String,
    },
}

/// Reads the baselines of these scenarios, and only of these, from the `snapshots` folders beside
/// their files. A file that cannot be read as a snapshot is an error, never left out in silence.
///
/// # Errors
/// The first file that cannot be read or is no snapshot.
pub fn load(root: &Path, scenarios: &[Scenario]) -> Result<Loaded, BaselineError> {
    let mut loaded = Loaded::default();
    for (folder, own) in folders(scenarios) {
        for file_name in snapshot_files(&root.join(&folder))? {
            let Some(named) = name::parse(&file_name, &own) else { continue };
            let file = format!("{folder}/{file_name}");
            let read = file::read(&root.join(&file), named.facet)?;
            loaded.baselines.push(Baseline {
                scenario: named.scenario,
                checkpoint: named.checkpoint,
                facet: named.facet,
                environment: named.environment,
                algorithm: read.algorithm,
                why: read.why,
                file,
                content: read.content,
                layout: read.layout,
                captured: read.captured,
            });
        }
    }
    Ok(loaded)
}

/// Writes a baseline: the picture first, then the snapshot that names it, each by renaming a
/// finished file, so that no half-written baseline is ever seen. Answers the snapshot's path.
///
/// # Errors
/// What the system refuses; a picture that is none, text that is no UTF-8, a name with no file name.
pub fn accept(root: &Path, item: &Acceptance) -> Result<PathBuf, BaselineError> {
    let path = root.join(name::checked(item)?);
    file::write(&path, item, file::Kind::Accepted)?;
    Ok(path)
}

/// What is accepted now where this would be written; `None` where nothing is.
///
/// # Errors
/// What is there cannot be read, holds a merge conflict, or is no snapshot.
pub fn current(root: &Path, item: &Acceptance) -> Result<Option<Baseline>, BaselineError> {
    let relative = name::checked(item)?;
    let path = root.join(&relative);
    if !path.exists() {
        return Ok(None);
    }
    let read = file::read(&path, item.facet)?;
    Ok(Some(Baseline {
        scenario: item.scenario.clone(),
        checkpoint: item.checkpoint.clone(),
        facet: item.facet,
        environment: item.environment.clone(),
        algorithm: read.algorithm,
        why: read.why,
        file: relative.to_string_lossy().replace('\\', "/"),
        content: read.content,
        layout: read.layout,
        captured: read.captured,
    }))
}

/// Every file that [`accept`] may write or remove for this, so that a caller can put them back.
///
/// # Errors
/// A name with no file name.
pub fn affected(root: &Path, item: &Acceptance) -> Result<Vec<PathBuf>, BaselineError> {
    let path = root.join(name::checked(item)?);
    let waiting = path.with_extension("snap.new");
    let mut all = vec![path.clone(), waiting.clone()];
    if item.facet == FacetKind::Image {
        all.extend([file::picture_path(&path), file::picture_path(&waiting)]);
    }
    Ok(all)
}

/// Lays a `.snap.new` file out for `cargo insta review`, beside the baseline that it would become.
///
/// # Errors
/// As for [`accept`].
pub fn export(root: &Path, item: &Acceptance) -> Result<PathBuf, BaselineError> {
    let path = root.join(name::checked(item)?);
    let path = path.with_extension("snap.new");
    file::write(&path, item, file::Kind::Proposed)?;
    Ok(path)
}

/// The snapshot files that belong to no scenario, checkpoint or facet of these (the suite's all,
/// with skills expanded), and pictures without their snapshot. Nothing is deleted.
///
/// # Errors
/// A folder that cannot be listed.
pub fn orphans(root: &Path, scenarios: &[Scenario]) -> Result<Vec<PathBuf>, BaselineError> {
    let mut found = Vec::new();
    for (folder, own) in folders(scenarios) {
        let folder = root.join(folder);
        for file_name in snapshot_files(&folder)? {
            if !name::parse(&file_name, &own).is_some_and(|named| name::is_declared(&named, &own)) {
                found.push(folder.join(file_name));
            }
        }
        for picture in files_ending(&folder, ".snap.png")? {
            if !folder.join(picture.trim_end_matches(".png")).is_file() {
                found.push(folder.join(picture));
            }
        }
    }
    Ok(found)
}

/// The scenarios by the `snapshots` folder beside their files, relative to the suite root.
fn folders(scenarios: &[Scenario]) -> BTreeMap<String, name::Owners<'_>> {
    let mut folders: BTreeMap<String, name::Owners<'_>> = BTreeMap::new();
    for scenario in scenarios {
        folders.entry(name::folder(&scenario.file)).or_default().add(scenario);
    }
    folders
}

fn snapshot_files(folder: &Path) -> Result<BTreeSet<String>, BaselineError> {
    files_ending(folder, ".snap")
}

fn files_ending(folder: &Path, end: &str) -> Result<BTreeSet<String>, BaselineError> {
    let refused = |source| BaselineError::Io { action: "list", path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(refused(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry.map_err(refused)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(end) {
            names.insert(name);
        }
    }
    Ok(names)
}
