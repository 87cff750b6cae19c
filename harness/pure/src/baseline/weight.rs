//! [`weigh`]: how much room the baselines of a suite take, identical files counted once as git
//! stores them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{BaselineError, files_ending, folders};
use crate::model::Scenario;

/// How much room baselines take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Weight {
    /// All of them, in bytes; identical files count once.
    pub bytes: u64,
    /// Their files with their sizes, the largest first.
    pub files: Vec<(PathBuf, u64)>,
}

/// Weighs the snapshots beside these scenarios.
///
/// # Errors
/// A folder that cannot be listed, a file that cannot be read.
pub fn weigh(root: &Path, scenarios: &[Scenario]) -> Result<Weight, BaselineError> {
    let mut files = Vec::new();
    for folder in folders(scenarios).into_keys() {
        let folder = root.join(folder);
        let names = files_ending(&folder, ".snap")?;
        for name in names.into_iter().chain(files_ending(&folder, ".snap.png")?) {
            let path = folder.join(name);
            let size = std::fs::metadata(&path).map_err(refused(&path))?.len();
            files.push((path, size));
        }
    }
    let mut by_size: BTreeMap<u64, Vec<&Path>> = BTreeMap::new();
    for (path, size) in &files {
        by_size.entry(*size).or_default().push(path);
    }
    let mut bytes = 0;
    for (size, alike) in by_size {
        // Only files of one size can be identical, and few are.
        let different = if alike.len() == 1 { 1 } else { contents(&alike)? };
        bytes += size * different;
    }
    files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(Weight { bytes, files })
}

/// How many contents these files have.
fn contents(paths: &[&Path]) -> Result<u64, BaselineError> {
    let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
    for path in paths {
        seen.insert(std::fs::read(path).map_err(refused(path))?);
    }
    Ok(seen.len() as u64)
}

fn refused(path: &Path) -> impl FnOnce(std::io::Error) -> BaselineError {
    move |source| BaselineError::Io { action: "read", path: path.to_owned(), source }
}
