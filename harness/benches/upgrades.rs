//! `just upgrades [PRODUCT…]`: what a report says when a real product is upgraded.
//!
//! Each folder of `harness/upgrades` is a suite over a product that other people wrote, with two
//! known builds. Its baselines are accepted on the first, one more night on the first must be
//! silent, and a night on the second is printed as the titles of its findings. What the nights left
//! stays in the temporary folder until the next time, to be looked at. Installing needs the package
//! registries.
//!
//! - `sqlite-utils/` is a command line, `django-admin/` pages that a server renders (its project is
//!   in `site/`), `node-red/` a single page.

#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use nightshift::spec;
use serde_json::Value;
use support::{copy_folder, night_json, nightshift, package, text, verdicts};

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let all = products();
    if let Some(unknown) = chosen.iter().find(|it| !all.contains(it)) {
        say(format_args!("no product {unknown}; there are {}", all.join(", ")));
        return ExitCode::from(2);
    }
    let wanted = all.iter().filter(|it| chosen.is_empty() || chosen.contains(it));
    let loud: Vec<&String> = wanted.filter(|product| !upgrade(product)).collect();
    if loud.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

fn upgrades() -> PathBuf {
    package().join("harness/upgrades")
}

fn products() -> Vec<String> {
    let folders = std::fs::read_dir(upgrades()).expect("the suites are there").flatten();
    let mut names: Vec<String> = folders
        .filter(|it| it.path().join("nightshift.yaml").is_file())
        .map(|it| it.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The two builds that a suite knows, older first.
fn builds(root: &Path) -> (String, String) {
    let suite = spec::load(root, &spec::Overrides::default()).expect("a valid suite");
    let known =
        suite.config.products.values().find_map(|it| Some(it.builds.as_ref()?.known.clone()));
    match known.unwrap_or_default().as_slice() {
        [old, new] => (old.clone(), new.clone()),
        other => panic!("{}: two known builds, not {other:?}", root.display()),
    }
}

/// The three nights of a product; whether the first two said nothing.
fn upgrade(product: &str) -> bool {
    let folder = suite::empty(&format!("upgrades/{product}"));
    let root = folder.join("suite");
    copy_folder(&upgrades().join(product), &root);
    let (old, new) = builds(&root);
    say(format_args!("\n{product}, {old} -> {new}"));
    let night = |name: &str, build: &str, more: &[&str]| -> Value {
        let (out, started) = (folder.join(name), Instant::now());
        let output = nightshift()
            .args(["run", "--build", build, "--out"])
            .arg(&out)
            .args(more)
            .current_dir(&root)
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(out.join("night.json").is_file(), "no night {name}: {stderr}");
        let report = night_json(&out);
        let seconds = started.elapsed().as_secs();
        say(format_args!("  {name} on {build}: {}, {seconds} s", counted(&report)));
        report
    };
    let first = night("accepted", &old, &["--accept-new", "--no-pdf"]);
    let again = night("unchanged", &old, &["--no-pdf"]);
    let silent = is_silent(&first) & is_silent(&again);
    let upgraded = night("upgraded", &new, &[]);
    for (at, finding) in upgraded["findings"].as_array().into_iter().flatten().enumerate() {
        let scenarios = finding["scenarios"].as_array().map_or(0, Vec::len);
        let (verdict, severity) = (text(&finding["verdict"]), text(&finding["severity"]));
        let title = text(&finding["title"]);
        say(format_args!("  {:3}. {verdict}, {severity}, {scenarios} hit: {title}", at + 1));
    }
    say(format_args!("  {}", folder.join("upgraded/index.html").display()));
    silent
}

/// Says what was seen of a night on which nothing had changed; whether that is nothing.
fn is_silent(report: &Value) -> bool {
    let found: Vec<String> =
        report["findings"].as_array().into_iter().flatten().map(|it| text(&it["title"])).collect();
    for title in &found {
        say(format_args!("       false alarm: {title}"));
    }
    let judged = |it: &(String, String)| matches!(it.1.as_str(), "unchanged" | "new");
    found.is_empty() && verdicts(report).iter().all(judged)
}

/// How many scenarios have which verdict, and how many findings there are.
fn counted(report: &Value) -> String {
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    for (_, verdict) in verdicts(report) {
        *all.entry(verdict).or_default() += 1;
    }
    let all: Vec<String> =
        all.iter().map(|(verdict, number)| format!("{number} {verdict}")).collect();
    let findings = report["findings"].as_array().map_or(0, Vec::len);
    format!("{}, {findings} findings", all.join(", "))
}
