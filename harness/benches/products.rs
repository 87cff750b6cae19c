//! Products of others, each a folder with a suite: which of them a bench is asked for, the nights that it
//! has of them, and what these found.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use nightshift::spec;
use serde_json::Value;

use super::support::{night_json, nightshift, text};

#[expect(clippy::print_stdout, reason = "the table is the answer")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// What a bench was asked for.
pub fn arguments() -> Vec<String> {
    // `cargo bench` adds a switch of its own.
    std::env::args().skip(1).filter(|it| it != "--bench").collect()
}

/// The folders that have such a file, by name.
pub fn names(below: &Path, file: &str) -> Vec<String> {
    let folders = std::fs::read_dir(below).expect("the suites are there").flatten();
    let mut names: Vec<String> = folders
        .filter(|it| it.path().join(file).is_file())
        .map(|it| it.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Those that are asked for, or all; a name that nobody has is said.
pub fn chosen(all: Vec<String>, asked: &[String]) -> Result<Vec<String>, ExitCode> {
    if let Some(unknown) = asked.iter().find(|it| !all.contains(it)) {
        say(format_args!("no product {unknown}; there are {}", all.join(", ")));
        return Err(ExitCode::from(2));
    }
    Ok(all.into_iter().filter(|it| asked.is_empty() || asked.contains(it)).collect())
}

/// The two builds that a suite knows, older first.
pub fn builds(root: &Path) -> (String, String) {
    let suite = spec::load(root, &spec::Overrides::default()).expect("a valid suite");
    let known =
        suite.config.products.values().find_map(|it| Some(it.builds.as_ref()?.known.clone()));
    match known.unwrap_or_default().as_slice() {
        [old, new] => (old.clone(), new.clone()),
        other => panic!("{}: two known builds, not {other:?}", root.display()),
    }
}

/// What a night of a suite says, and how many seconds it took.
pub fn night(root: &Path, out: &Path, arguments: &[&str]) -> (Value, u64) {
    let started = Instant::now();
    let output = nightshift()
        .args(["run", "--out"])
        .arg(out)
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(out.join("night.json").is_file(), "no night {}: {stderr}", out.display());
    (night_json(out), started.elapsed().as_secs())
}

/// A finding in a line.
pub fn line(at: usize, finding: &Value) -> String {
    let scenarios = finding["scenarios"].as_array().map_or(0, Vec::len);
    let (verdict, severity) = (text(&finding["verdict"]), text(&finding["severity"]));
    format!("{:3}. {verdict}, {severity}, {scenarios} hit: {}", at + 1, text(&finding["title"]))
}
