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
mod products;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use products::{builds, say};
use serde_json::{Value, json};
use support::{copy_folder, nightshift, package, text, verdicts};

/// How long a product is explored, settling with it.
const BUDGET: &str = "8m";

fn main() -> ExitCode {
    let all = products::names(&foreign(), "nightshift.yaml");
    let wanted = match products::chosen(all, &products::arguments()) {
        Ok(wanted) => wanted,
        Err(refused) => return refused,
    };
    let figures: Vec<Value> = wanted.iter().map(|product| of_product(product)).collect();
    let alarms: u64 = figures.iter().filter_map(|it| it["alarms"].as_u64()).sum();
    say(json!({ "products": figures, "alarms": alarms }));
    if alarms == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn foreign() -> PathBuf {
    package().join("harness/foreign")
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
        let arguments = ["--build", build, "--against", &old, "--no-pdf"];
        products::night(&root, &folder.join(name), &arguments)
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
        say(format_args!("  {word} {}", products::line(at, finding)));
    }
    wrong.len()
}
