//! Finding a program as a shell would: [`find_program`], and names alike for the one who mistyped.
//!
//! Neighbours: `command` and `service` resolve every program here, so that a missing one is a
//! clear answer and not whatever `exec` makes of it.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::ProcessError;

/// The absolute path of a program: named with a `/` it is relative to `cwd`, else searched in the
/// folders of `path` (joined by `:`, relative ones relative to `cwd`).
pub fn find_program(program: &str, path: &str, cwd: &Path) -> Result<PathBuf, ProcessError> {
    let mut found_but_unfit = None;
    let mut fit = |candidate: PathBuf| {
        if !candidate.is_file() {
            return None;
        }
        if access(&candidate, Access::EXEC_OK).is_ok() {
            return Some(candidate);
        }
        found_but_unfit.get_or_insert(candidate);
        None
    };
    let found = if program.contains('/') {
        fit(cwd.join(program))
    } else {
        folders(path, cwd).find_map(|folder| fit(folder.join(program)))
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if let Some(path) = found_but_unfit {
        let why = format!("it is not executable; try chmod +x {}", path.display());
        return Err(ProcessError::NotExecutable { path, why });
    }
    Err(missing(program, path, cwd))
}

fn missing(program: &str, path: &str, cwd: &Path) -> ProcessError {
    let (searched, nearest) = if program.contains('/') {
        (cwd.display().to_string(), Vec::new())
    } else {
        (path.to_owned(), programs_like(program, path, cwd))
    };
    ProcessError::NotFound { program: program.to_owned(), searched, nearest }
}

/// Up to three names of programs in the folders of `path` that are spelled like `program`, nearest first.
#[must_use]
pub fn programs_like(program: &str, path: &str, cwd: &Path) -> Vec<String> {
    let mut near: Vec<(usize, String)> = folders(path, cwd)
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(Result::ok))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| {
            let distance = strsim::damerau_levenshtein(program, &name);
            (distance > 0 && distance <= (program.chars().count() / 3).max(1))
                .then_some((distance, name))
        })
        .collect();
    near.sort();
    near.dedup();
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

fn folders<'a>(path: &'a str, cwd: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
    path.split(':').filter(|folder| !folder.is_empty()).map(|folder| cwd.join(folder))
}
