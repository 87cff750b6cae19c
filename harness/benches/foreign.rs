//! `just foreign [PRODUCT…]`: products of others, used from nothing: explored, and then replayed.
//!
//! Each folder of `harness/foreign` has a configuration and data of a product that other people wrote,
//! with two known builds, and no scenario. The older one is explored within a budget; what was written
//! is run on it beside itself, which must be silent, and then on the newer one beside the older, whose
//! findings are printed. What the nights left stays in the temporary folder until the next time, to
//! be looked at. `NIGHTSHIFT_BUDGET` is another budget than 8 minutes. Installing needs the package
//! registries.
//!
//! - `roundup/` is pages that a server renders, `jupyterlab/` a large single page, `wagtail/` pages
//!   behind a sign-in, `sqlfluff/` and `svgo/` command lines.

#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use nightshift::spec;
use serde_json::{Value, json};
use support::{copy_folder, night_json, nightshift, package, text, verdicts};

/// How long a product is explored, settling with it.
const BUDGET: &str = "8m";

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let all = products();
    if let Some(unknown) = chosen.iter().find(|it| !all.contains(it)) {
        say(format_args!("no product {unknown}; there are {}", all.join(", ")));
        return ExitCode::from(2);
    }
    let wanted = all.iter().filter(|it| chosen.is_empty() || chosen.contains(it));
    let figures: Vec<Value> = wanted.map(|product| of_product(product)).collect();
    let alarms: u64 = figures.iter().filter_map(|it| it["alarms"].as_u64()).sum();
    say(json!({ "products": figures, "alarms": alarms }));
    if alarms == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

fn foreign() -> PathBuf {
    package().join("harness/foreign")
}

fn products() -> Vec<String> {
    let folders = std::fs::read_dir(foreign()).expect("the suites are there").flatten();
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

/// Explores a product and replays what was written; its figures.
fn of_product(product: &str) -> Value {
    let folder = suite::empty(&format!("foreign/{product}"));
    let root = folder.join("suite");
    copy_folder(&foreign().join(product), &root);
    let (old, new) = builds(&root);
    say(format_args!("\n{product}, {old} -> {new}"));
    let budget = std::env::var("NIGHTSHIFT_BUDGET").unwrap_or_else(|_| BUDGET.to_owned());
    let (map, exploring) = explored(&root, &old, &budget);
    let night = |name: &str, build: &str| {
        let (out, started) = (folder.join(name), Instant::now());
        let output = nightshift()
            .args(["run", "--build", build, "--against", &old, "--no-pdf", "--out"])
            .arg(&out)
            .current_dir(&root)
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(out.join("night.json").is_file(), "no night {name}: {stderr}");
        (night_json(&out), started.elapsed().as_secs())
    };
    let (same, beside_itself) = night("same", &old);
    let alarms = told("alarm", &same);
    let (other, beside_older) = night("newer", &new);
    let findings = told("finding", &other);
    say(format_args!("  {}", folder.join("newer/index.html").display()));
    let share = |kind: &str| map[kind].clone();
    json!({
        "product": product,
        "seconds": { "explore": exploring, "same": beside_itself, "newer": beside_older },
        "whole": map["whole"],
        "pages": share("pages"), "forms": share("forms"), "fields": share("fields"),
        "buttons": share("buttons"), "commands": share("commands"), "flags": share("flags"),
        "scenarios": verdicts(&same).len(),
        "without_baseline": map["findings"].as_array().map_or(0, Vec::len),
        "alarms": alarms,
        "findings": findings,
    })
}

/// The map of an exploration, and how many seconds it took.
fn explored(root: &Path, build: &str, budget: &str) -> (Value, u64) {
    let started = Instant::now();
    let output = nightshift()
        .args(["explore", "--build", build, "--budget", budget, "--no-accept", "--no-findings"])
        .current_dir(root)
        .output()
        .expect("the program starts");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let map = std::fs::read_to_string(root.join("explore.json"));
    let map = map.unwrap_or_else(|_| panic!("no map: {stdout}{stderr}"));
    for line in stdout.lines() {
        say(format_args!("  {line}"));
    }
    (serde_json::from_str(&map).expect("JSON"), started.elapsed().as_secs())
}

/// Prints the findings of a night that say something is wrong; how many there are.
fn told(word: &str, report: &Value) -> usize {
    let all = report["findings"].as_array().cloned().unwrap_or_default();
    let wrong = |it: &&Value| !matches!(text(&it["verdict"]).as_str(), "new" | "fixed");
    let wrong: Vec<&Value> = all.iter().filter(wrong).collect();
    for (at, finding) in wrong.iter().enumerate() {
        let scenarios = finding["scenarios"].as_array().map_or(0, Vec::len);
        let (verdict, severity) = (text(&finding["verdict"]), text(&finding["severity"]));
        let title = text(&finding["title"]);
        say(format_args!("  {word} {:3}. {verdict}, {severity}, {scenarios} hit: {title}", at + 1));
    }
    wrong.len()
}
