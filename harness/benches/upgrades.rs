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
mod products;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use products::{builds, say};
use serde_json::Value;
use support::{copy_folder, package, text, verdicts};

fn main() -> ExitCode {
    let all = products::names(&upgrades(), "nightshift.yaml");
    let wanted = match products::chosen(all, &products::arguments()) {
        Ok(wanted) => wanted,
        Err(refused) => return refused,
    };
    let loud: Vec<&String> = wanted.iter().filter(|product| !upgrade(product)).collect();
    if loud.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn upgrades() -> PathBuf {
    package().join("harness/upgrades")
}

/// The three nights of a product; whether the first two said nothing.
fn upgrade(product: &str) -> bool {
    let folder = suite::empty(&format!("upgrades/{product}"));
    let root = folder.join("suite");
    copy_folder(&upgrades().join(product), &root);
    let (old, new) = builds(&root);
    say(format_args!("\n{product}, {old} -> {new}"));
    let night = |name: &str, build: &str, more: &[&str]| -> Value {
        let arguments = [&["--build", build][..], more].concat();
        let (report, seconds) = products::night(&root, &folder.join(name), &arguments);
        say(format_args!("  {name} on {build}: {}, {seconds} s", counted(&report)));
        report
    };
    let first = night("accepted", &old, &["--accept-new", "--no-pdf"]);
    let again = night("unchanged", &old, &["--no-pdf"]);
    let silent = is_silent(&first) & is_silent(&again);
    let upgraded = night("upgraded", &new, &[]);
    for (at, finding) in upgraded["findings"].as_array().into_iter().flatten().enumerate() {
        say(format_args!("  {}", products::line(at, finding)));
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
