//! The code keeps to the table in ARCHITECTURE.md: which room may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

type Rooms = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The table's rows: a room and the rooms that it may use.
fn allowed() -> Rooms {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("readable");
    let row = Regex::new(r"(?m)^\| `(\w+)` \|[^|]*\| ([^|]*) \|$").expect("a valid pattern");
    row.captures_iter(&text)
        .map(|found| {
            let used = found[2].split(',').map(str::trim).filter(|it| *it != "nothing");
            (found[1].to_owned(), used.map(str::to_owned).collect())
        })
        .collect()
}

/// The rooms that a source text names by `crate::room`, outside of its tests: those may bring any
/// rooms together.
fn named(source: &str) -> BTreeSet<String> {
    let path = Regex::new(r"crate::(\w+|\{[^}]*\})").expect("a valid pattern");
    let name = Regex::new(r"(?:^|[,{]\s*)(\w+)").expect("a valid pattern");
    source
        .lines()
        .take_while(|line| *line != "#[cfg(test)]" || !source.contains("mod tests {"))
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
        .split("$crate")
        .flat_map(|text| {
            path.captures_iter(text)
                .flat_map(|found| {
                    let names = found[1].to_owned();
                    name.captures_iter(&names).map(|it| it[1].to_owned()).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every arrow in the sources of one room that the table lacks.
fn forbidden(room: &str, folder: &Path, allowed: &Rooms) -> Vec<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"))
        .filter(|entry| entry.file_name() != "tests.rs")
        .flat_map(|entry| {
            let source = std::fs::read_to_string(entry.path()).expect("readable");
            named(&source)
                .into_iter()
                .filter(|used| used != room && !allowed[room].contains(used))
                .map(|used| format!("{}: {room} uses {used}", entry.path().display()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_room_stands_in_the_table_and_no_other() {
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("harness/src"))
        .expect("readable")
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, allowed().into_keys().collect());
}

#[test]
fn no_room_uses_one_that_the_table_does_not_allow() {
    let allowed = allowed();
    let arrows: Vec<String> = allowed
        .keys()
        .flat_map(|room| forbidden(room, &root().join("harness/src").join(room), &allowed))
        .collect();
    assert_eq!(arrows, Vec::<String>::new());
}

#[test]
fn only_the_browser_surface_names_fantoccini() {
    let browser = root().join("harness/src/surface/browser");
    let others: Vec<_> = walkdir::WalkDir::new(root().join("harness/src"))
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file() && !entry.path().starts_with(&browser))
        .filter(|entry| {
            let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
            source.contains("fantoccini::")
        })
        .map(|entry| entry.path().to_owned())
        .collect();
    assert_eq!(others, Vec::<PathBuf>::new());
}

#[test]
fn an_arrow_that_is_not_in_the_table_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("mod.rs"),
        "use crate::{model::Plan, night};\nuse crate::report::x;\n// use crate::commands::y;\n",
    )
    .expect("written");
    let arrows = forbidden("triage", folder.path(), &allowed());
    assert_eq!(arrows.len(), 2, "{arrows:?}");
    assert!(arrows[0].ends_with("triage uses night"), "{arrows:?}");
    assert!(arrows[1].ends_with("triage uses report"), "{arrows:?}");
}
