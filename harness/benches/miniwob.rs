//! `just miniwob [TASK…]`: how many sentences of a public benchmark the built-in reader of plain words
//! follows, without a model.
//!
//! The pages and sentences are those of `MiniWoB++` (the Python package `miniwob`, its pages only, served
//! on loopback); each task runs with five seeds, and the page itself says whether it was done. A run
//! that fails is named with why. `SEEDS` changes how many there are. Every run is a scenario with a
//! step `do:`, so that the whole way is measured: grammar, page, policy, action, ledger, check.
//! Installing needs the package registry.

#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use support::{copy_folder, night_json, package, text};

/// The tasks that are measured where none is named.
const TASKS: [&str; 25] = [
    "click-test",
    "click-test-2",
    "click-button",
    "click-link",
    "click-option",
    "click-checkboxes",
    "click-dialog",
    "click-dialog-2",
    "click-tab",
    "click-tab-2-easy",
    "click-collapsible",
    "click-menu",
    "choose-list",
    "enter-text",
    "enter-password",
    "enter-date",
    "login-user",
    "focus-text",
    "use-autocomplete",
    "use-spinner",
    "click-shades",
    "click-color",
    "click-widget",
    "read-table",
    "email-inbox-delete",
];

/// What a run does: the sentence is the page's, and so is the judgement.
const STEPS: &str = "steps:
  - open: /${task}/${seed}
  - capture: { goal: { attribute: data-goal, of: 'css \"html\"' } }
  - do: ${goal}
    until:
      - expect: { attribute: { target: 'css \"html\"', name: data-reward, value: '1' } }
";

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let named: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let tasks = if named.is_empty() { TASKS.map(str::to_owned).to_vec() } else { named };
    let seeds = std::env::var("SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(5_u32);
    let root = suite::empty("miniwob");
    copy_folder(&package().join("harness/miniwob"), &root);
    suite::write(&root.join("scenarios/words.yaml"), &scenario(&tasks, seeds));
    let out = root.join("night");
    let mut night = suite::nightshift(&root);
    let output = night.args(["run", "--no-pdf", "--out"]).arg(&out).output();
    let output = output.expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(out.join("night.json").is_file(), "no night: {stderr}");
    let report = night_json(&out);
    let runs = runs(&report);
    let followed = runs.values().flatten().filter(|it| it.is_none()).count();
    let all = runs.values().flatten().count();
    let whole = runs.values().filter(|it| it.iter().all(Option::is_none)).count();
    for (task, runs) in &runs {
        let good = runs.iter().filter(|it| it.is_none()).count();
        say(format_args!("{task:24} {good} of {}", runs.len()));
        for why in runs.iter().flatten() {
            say(format_args!("    {why}"));
        }
    }
    say(format_args!("{followed} of {all} runs, {whole} of {} tasks with every seed", runs.len()));
    let figures = json!({ "miniwob": {
        "tasks": runs.len(), "tasks_whole": whole, "runs": all, "runs_followed": followed,
    } });
    say(figures);
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

fn scenario(tasks: &[String], seeds: u32) -> String {
    let mut yaml = "scenario: words\nabout: A sentence is followed.\nfor-each:\n".to_owned();
    for task in tasks {
        for seed in 1..=seeds {
            let _ = writeln!(yaml, "  - {{ key: {task}-{seed}, task: {task}, seed: {seed} }}");
        }
    }
    yaml + STEPS
}

/// Why each run failed, by task; `None` for one that did not.
fn runs(report: &Value) -> BTreeMap<String, Vec<Option<String>>> {
    let mut runs: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for scenario in report["scenarios"].as_array().into_iter().flatten() {
        let id = text(&scenario["id"]);
        let key = id.trim_start_matches("words/");
        let task = key.rsplit_once('-').map_or(key, |it| it.0);
        let attempt = scenario["attempts"].as_array().and_then(|it| it.last());
        let outcome = attempt.map_or_else(|| "not run".to_owned(), |it| text(&it["outcome"]));
        let failed = (outcome != "completed").then(|| {
            let steps = attempt.and_then(|it| it["steps"].as_array());
            let first = steps.into_iter().flatten().find(|it| text(&it["outcome"]) == "failed");
            let why = first.map(|it| format!("{}; {}", text(&it["expected"]), text(&it["actual"])));
            format!("{key}: {}", why.unwrap_or(outcome))
        });
        runs.entry(task.to_owned()).or_default().push(failed);
    }
    runs
}
