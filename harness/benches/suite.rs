//! Folders and generated suites of the bench, and the program that is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program as it is released.
pub fn nightshift(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    command.current_dir(root).env("CI", "true").env_remove("NIGHTSHIFT_LOG");
    command
}

/// Where peers and suites are laid, outside of the repository. Peers stay there for the next run.
pub fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join("nightshift-bench");
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    folder
}

/// An empty folder of this name.
pub fn empty(name: &str) -> PathBuf {
    let folder = scratch().join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("what the bench made can be removed");
    }
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    folder
}

/// Writes a file, and its folder.
pub fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("inside of a folder")).expect("writable");
    std::fs::write(path, text).expect("writable");
}

/// Runs a command that only prepares, and shows what it said where it fails.
pub fn prepare(command: &mut Command) {
    super::measure::run(command, 0);
}
