//! `sandbox:` in whole nights: what a person wrote and what an exploration tries run within walls where
//! `all` is said, and the report says which walls held.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{SuiteCopy, night_json, text};
use crate::traitor::yard::held;

/// A suite, and a folder of a person beside it that nobody may write to.
fn suite(config: &str) -> (SuiteCopy, PathBuf) {
    let suite = SuiteCopy::empty();
    let home = suite.folder().join("home");
    std::fs::create_dir(&home).expect("made");
    std::fs::create_dir(suite.folder().join("suite")).expect("made");
    suite.write("nightshift.yaml", &format!("products: {{ tool: {{ path: [bin] }} }}\n{config}"));
    // Whatever it is called with, it leaves something where it may not.
    let tool = format!(
        "#!/bin/sh\necho left > '{0}/left'\ntest -e '{0}/left' && echo left\necho 'Usage: tool [--help] [--list]'\n",
        home.display()
    );
    suite.write("bin/tool", &tool);
    let path = suite.root().join("bin/tool");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("a program");
    (suite, home.join("left"))
}

/// What the report shows in red.
const RED: &str = "<div class=\"missing\"><dt>Sandbox</dt><dd>off: commands that no person wrote";

fn night(config: &str) -> (Value, bool) {
    let (suite, left) = suite(config);
    let scenario =
        "scenario: tidy\nsteps:\n  - run: tool\n    expect: { stdout: { contains: Usage } }\n";
    suite.write("scenarios/tidy.yaml", scenario);
    suite.run(&["run", "--no-pdf", "--out", "night"]);
    (night_json(&suite.root().join("night")), left.exists())
}

#[test]
fn commands_that_a_person_wrote_are_confined_where_the_suite_says_all() {
    let (plain, left) = night("");
    assert!(left, "without walls it leaves something");
    assert_eq!(plain["night"]["walls"], Value::Null);
    if held().is_none() {
        return;
    }
    let (walled, left) = night("sandbox: all\n");
    assert!(!left, "{walled:#}");
    assert_eq!(text(&walled["scenarios"][0]["attempts"][0]["outcome"]), "completed", "{walled:#}");
    assert_eq!(text(&walled["night"]["walls"]["sandbox"]), "all");
    let held = walled["night"]["walls"]["held"].to_string();
    assert!(held.contains("Landlock") && held.contains("seccomp"), "{held}");
}

#[test]
fn what_an_exploration_comes_up_with_is_confined_where_the_suite_says_all() {
    let explored = |config: &str| {
        let (suite, left) = suite(config);
        let answer = suite.run(&["explore", "--cli", "tool", "--budget", "15s"]);
        (left.exists(), answer)
    };
    if held().is_some() {
        let (left, answer) = explored("sandbox: all\n");
        assert!(!left, "{answer:#?}");
    }
    let (left, answer) = explored("");
    assert!(left, "without walls it leaves something: {answer:#?}");
}

#[test]
fn the_report_says_in_red_that_the_walls_are_off() {
    let page = |config: &str| {
        let (suite, _) = suite(config);
        let scenario = "scenario: tidy\nsteps:\n  - run: tool\n";
        suite.write("scenarios/tidy.yaml", scenario);
        suite.run(&["run", "--no-pdf", "--out", "night"]);
        std::fs::read_to_string(suite.root().join("night/index.html")).expect("a report")
    };
    let off = page("sandbox: off\nnight: { explore: 6s }\nexplore: { cli: [tool] }\n");
    assert!(off.contains(RED));
    if held().is_none() {
        return;
    }
    let on = page("sandbox: all\nnight: { explore: 6s }\nexplore: { cli: [tool] }\n");
    assert!(!on.contains(RED) && on.contains("<dt>Sandbox</dt><dd>around"));
}
