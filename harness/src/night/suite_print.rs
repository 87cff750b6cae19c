//! [`suite_print`]: what stands for the files of a suite, so that a worker on another machine is known
//! to have the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::NightError;
use crate::model::Suite;

/// What stands for the configuration, the scenarios with their baselines, the skills, and the data
/// that products and scenarios begin with. What products are made of is known by their versions.
///
/// # Errors
/// A file cannot be read.
pub fn suite_print(suite: &Suite) -> Result<String, NightError> {
    let products = suite.config.products.values().filter_map(|it| it.data.as_deref());
    let data = products.chain(suite.scenarios.iter().filter_map(|it| it.data.as_deref()));
    let parts: BTreeSet<&str> =
        ["nightshift.yaml", "scenarios", "skills"].into_iter().chain(data).collect();
    let mut whole = Sha256::new();
    for part in parts {
        let top = suite.root.join(part);
        for file in files(&top) {
            let read = |source| NightError::Io { action: "read", path: file.clone(), source };
            let bytes = std::fs::read(&file).map_err(read)?;
            let below = file.strip_prefix(&top).unwrap_or(&file);
            whole.update(format!("{part}\0{}\0", below.to_string_lossy()));
            whole.update(Sha256::digest(&bytes));
        }
    }
    Ok(data_encoding::HEXLOWER.encode(&whole.finalize()))
}

/// The files of a folder in their order, or the file itself; hidden ones belong to no suite.
fn files(part: &Path) -> impl Iterator<Item = PathBuf> {
    let walker = WalkDir::new(part).sort_by_file_name().into_iter();
    walker
        .filter_entry(|it| it.depth() == 0 || !it.file_name().to_string_lossy().starts_with('.'))
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec;

    fn print(root: &Path) -> String {
        let suite = spec::load(root, &spec::Overrides::default()).expect("a valid suite");
        suite_print(&suite).expect("readable")
    }

    #[test]
    fn a_suite_is_the_same_on_another_machine_until_a_file_of_it_differs() {
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        for folder in &folders {
            let write = |name: &str, text: &str| {
                let path = folder.path().join(name);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                std::fs::write(path, text).expect("written");
            };
            write("nightshift.yaml", "products:\n  tool: { data: data }\n");
            write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: cat rows\n");
            write("scenarios/snapshots/a.snap", "12 rows");
            write("data/rows", "12");
        }
        let [one, other] = &folders;
        let before = print(one.path());
        assert_eq!(print(other.path()), before);
        std::fs::create_dir(one.path().join("reports")).expect("made");
        std::fs::write(one.path().join("reports/x"), "a night").expect("written");
        assert_eq!(print(one.path()), before, "nights are no part of a suite");
        for name in ["nightshift.yaml", "scenarios/snapshots/a.snap", "data/rows"] {
            let path = one.path().join(name);
            let was = std::fs::read(&path).expect("readable");
            std::fs::write(&path, [&was[..], b"\n"].concat()).expect("written");
            assert_ne!(print(one.path()), before, "{name}");
            std::fs::write(&path, was).expect("written");
        }
        std::fs::rename(one.path().join("data/rows"), one.path().join("data/lines"))
            .expect("moved");
        assert_ne!(print(one.path()), before, "a name is part of it");
    }
}
