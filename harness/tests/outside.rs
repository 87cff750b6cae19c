//! A night with an agent at a goal writes into its night and its work folders, and nowhere else: the
//! suite, a home and a folder for temporary files are looked at before and after it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::agent::{SCENARIO, sensible, suite};
use crate::scripted_model::model;

/// What in a suite is the night's: its folder, the other nights, and what nights remember.
const OWN: [&str; 3] = ["night", "reports", ".nightshift"];

/// Everything in two folders; of a file what it holds and when it was written.
fn seen(folders: [&Path; 2]) -> BTreeMap<PathBuf, Option<(Vec<u8>, SystemTime)>> {
    let others =
        |it: &walkdir::DirEntry| it.depth() != 1 || !OWN.iter().any(|own| it.file_name() == *own);
    let mut all = BTreeMap::new();
    for folder in folders {
        for entry in walkdir::WalkDir::new(folder).into_iter().filter_entry(others) {
            let entry = entry.expect("readable");
            let file = entry.file_type().is_file().then(|| {
                let written = entry.metadata().ok().and_then(|it| it.modified().ok());
                let bytes = std::fs::read(entry.path()).expect("readable");
                (bytes, written.expect("a time"))
            });
            all.insert(entry.into_path(), file);
        }
    }
    all
}

/// What is otherwise after a night in which a model orders something, and this line of a shell is run.
fn changed(line: &str) -> Vec<String> {
    let (port, asked) = model(sensible);
    let suite = suite(port);
    let person = tempfile::tempdir().expect("a folder");
    let (root, home, tmp) = (suite.root(), person.path().join("home"), person.path().join("tmp"));
    for folder in [&home, &tmp] {
        std::fs::create_dir(folder).expect("made");
    }
    std::fs::write(home.join(".profile"), "# of a person\n").expect("written");
    let named = |folder: &Path| folder.display().to_string();
    let line = line
        .replace("@suite", &named(&root))
        .replace("@home", &named(&home))
        .replace("@tmp", &named(&tmp));
    let scenario = SCENARIO.replacen("steps:\n", &format!("steps:\n  - shell: {line}\n"), 1);
    suite.write("scenarios/order.yaml", &scenario);

    let before = seen([&root, person.path()]);
    let environment = [
        ("HOME", named(&home)),
        ("TMPDIR", named(&tmp)),
        ("XDG_CACHE_HOME", named(&home.join(".cache"))),
        ("XDG_CONFIG_HOME", named(&home.join(".config"))),
        ("XDG_DATA_HOME", named(&home.join(".local/share"))),
        ("XDG_STATE_HOME", named(&home.join(".local/state"))),
    ];
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = suite.run_with(&["run", "--out", "night"], &environment);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(!asked.lock().expect("unpoisoned").is_empty(), "an agent was at work");
    assert!(root.join("night/night.json").is_file(), "the night wrote what is its own");

    let after = seen([&root, person.path()]);
    let all: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let other = all.into_iter().filter(|it| before.get(*it) != after.get(*it));
    let told = |it: &PathBuf| {
        let within = it.strip_prefix(person.path()).or_else(|_| it.strip_prefix(&root));
        named(within.expect("in one of the two"))
    };
    other.map(told).collect()
}

#[test]
fn a_night_with_an_agent_writes_nothing_outside_of_its_night_and_work_folders() {
    let line = r#"echo mine > "$HOME/note" && echo mine > "$TMPDIR/note" && echo mine > note"#;
    assert_eq!(changed(line), [""; 0]);
}

/// A person may write a step that does; the comparison sees it.
#[test]
fn a_step_that_writes_elsewhere_is_seen() {
    let line = "echo mine > @home/note && echo mine > @tmp/note && echo mine > @suite/data/note";
    let told: BTreeSet<String> = changed(line).into_iter().collect();
    assert_eq!(told, ["data/note", "home/note", "tmp/note"].map(str::to_owned).into());
}
