//! [`files`]: what of a night is put elsewhere: what `serve` shows of it, its page at the end.

use std::path::Path;

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
