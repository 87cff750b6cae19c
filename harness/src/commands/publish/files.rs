//! [`files`]: what of a night is put elsewhere: what `serve` shows of it, its page at the end; and
//! [`foreign`], what is none of it.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::list::PAGE;
use crate::serve;

/// How deep the files of a night lie: `evidence/ab/abcdef….png`.
const DEEPEST: usize = 3;

/// The names of a night's files, relative to its folder.
///
/// # Errors
/// Its folder cannot be read.
pub fn files(night: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in WalkDir::new(night).min_depth(1).max_depth(DEEPEST).sort_by_file_name() {
        let entry = entry?;
        let Some(name) = entry.path().strip_prefix(night)?.to_str() else { continue };
        if entry.file_type().is_file() && serve::is_of_a_night(name) && name != PAGE {
            names.push(name.to_owned());
        }
    }
    names.push(PAGE.to_owned());
    Ok(names)
}

/// A file in the folder of a night that was put there which is none that is put there, such as the
/// decisions of a review.
///
/// # Errors
/// The folder cannot be read.
pub fn foreign(night: &Path) -> anyhow::Result<Option<PathBuf>> {
    for entry in WalkDir::new(night).min_depth(1) {
        let entry = entry?;
        let name = entry.path().strip_prefix(night)?.to_str();
        if !entry.file_type().is_dir() && !name.is_some_and(serve::is_of_a_night) {
            return Ok(Some(entry.into_path()));
        }
    }
    Ok(None)
}
