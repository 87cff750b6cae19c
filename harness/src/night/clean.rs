//! Removes what killed nights left behind: processes, working folders, half-written files. What a
//! night found stays.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::hosting::{is_in_use, session_end, sessions_folder};
use super::{lock, scratch};
use crate::ledger::{HALF_WRITTEN, NightDir};
use crate::process;

/// What was left behind, and is gone now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Processes that were ended: id and command line.
    pub processes: Vec<(u32, String)>,
    /// Working folders among the temporary files.
    pub folders: Vec<PathBuf>,
    /// Files of nights that were being written.
    pub files: Vec<PathBuf>,
    /// Nights that ended before their report was written. They stay.
    pub unreported: Vec<PathBuf>,
    /// Sessions of agents from outside that a crash cut off: their ledger has no seal. They stay.
    pub unsealed: Vec<PathBuf>,
}

/// Ends and removes what nights that are gone left on this machine and among the nights in `nights`.
/// What a night uses that runs now stays as it is.
#[must_use]
pub fn clean(root: &Path, nights: &Path) -> Cleaned {
    let processes = process::sweep().into_iter().map(|it| (it.pid, it.command)).collect();
    let folders = scratch::sweep(&std::env::temp_dir());
    if lock::is_running(root) {
        return Cleaned { processes, folders, ..Cleaned::default() };
    }
    Cleaned {
        processes,
        folders,
        files: half_written(nights),
        unreported: unreported(nights),
        unsealed: unsealed(nights),
    }
}

fn half_written(nights: &Path) -> Vec<PathBuf> {
    WalkDir::new(nights)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|it| !is_in_use(it.path()))
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_file())
        .filter(|it| it.file_name().to_string_lossy().starts_with(HALF_WRITTEN))
        .map(walkdir::DirEntry::into_path)
        .filter(|it| std::fs::remove_file(it).is_ok())
        .collect()
}

fn unsealed(nights: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(sessions_folder(nights)).into_iter().flatten();
    let mut left: Vec<PathBuf> = folders
        .filter_map(Result::ok)
        .map(|it| it.path())
        .filter(|it| NightDir::open(it).is_ok() && session_end(it).is_none() && !is_in_use(it))
        .collect();
    left.sort();
    left
}

fn unreported(nights: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(nights).into_iter().flatten().filter_map(Result::ok);
    let mut left: Vec<PathBuf> = folders
        .map(|it| it.path())
        .filter(|it| NightDir::open(it).is_ok() && !it.join("night.json").exists())
        .collect();
    left.sort();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_was_cut_off_is_named_and_one_that_goes_on_is_left_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let nights = root.path().join("reports/nights");
        let own = process::Cookie::new();
        for (session, file, text) in [
            ("sealed", "plan.json", "{}"),
            ("cut", "plan.json", "{}"),
            ("cut", ".writing-x1", ""),
            ("running", "plan.json", "{}"),
            ("running", "owner", own.value()),
            ("running", ".writing-x2", ""),
        ] {
            let path = sessions_folder(&nights).join(session).join(file);
            std::fs::create_dir_all(path.parent().expect("below a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        let end = crate::night::SessionEnd {
            format_version: 1,
            session: "sealed".to_owned(),
            product: None,
            started: chrono::Utc::now(),
            finished: chrono::Utc::now(),
            ledger: crate::model::seal::Seal { lines: 0, head: String::new(), plan: String::new() },
        };
        let json = serde_json::to_vec(&end).expect("plain data");
        std::fs::write(sessions_folder(&nights).join("sealed/session.json"), json)
            .expect("written");
        let cleaned = clean(root.path(), &nights);
        assert_eq!(cleaned.unsealed, [sessions_folder(&nights).join("cut")]);
        assert_eq!(cleaned.files, [sessions_folder(&nights).join("cut/.writing-x1")]);
        assert_eq!(cleaned.unreported, Vec::<PathBuf>::new());
    }

    #[test]
    fn files_that_were_being_written_go_and_what_a_night_found_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let nights = root.path().join("reports/nights");
        for (night, file) in [
            ("whole", "plan.json"),
            ("whole", "night.json"),
            ("whole", "evidence/ab/.writing-x1"),
            ("killed", "plan.json"),
            ("killed", ".writing-x2"),
            ("notes", "todo.txt"),
        ] {
            let path = nights.join(night).join(file);
            std::fs::create_dir_all(path.parent().expect("below a folder")).expect("made");
            std::fs::write(path, "{}").expect("written");
        }
        let cleaned = clean(root.path(), &nights);
        assert_eq!(
            cleaned.files,
            [nights.join("killed/.writing-x2"), nights.join("whole/evidence/ab/.writing-x1")]
        );
        assert_eq!(cleaned.unreported, [nights.join("killed")]);
        assert!(nights.join("whole/night.json").exists() && nights.join("notes/todo.txt").exists());
        let again = clean(root.path(), &nights);
        assert_eq!((again.files, again.unreported), (Vec::new(), vec![nights.join("killed")]));
    }
}
