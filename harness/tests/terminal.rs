//! Nights that use a program on a terminal: the fixture's `shopctl ui`, with and without faults.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, package, text, verdicts};

const SCENARIO: &str = "use-the-ui";

/// The suite of the shop, with baselines of the terminal without faults.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(|| {
        let suite = SuiteCopy::of_the_shop();
        let arguments =
            ["run", SCENARIO, "--accept-new", "--no-settle", "--no-pdf", "--out", "../first"];
        let answer = suite.run(&arguments);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        suite
    })
}

struct Night {
    suite: SuiteCopy,
    code: Option<i32>,
    report: Value,
}

impl Night {
    fn folder(&self) -> std::path::PathBuf {
        self.suite.folder().join("night")
    }

    /// The only finding.
    fn finding(&self) -> &Value {
        let findings = self.report["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "{findings:#?}");
        &findings[0]
    }
}

fn night(fault: &str) -> Night {
    let suite = SuiteCopy::empty();
    let root = accepted().root();
    copy_folder(root.parent().expect("a folder above the suite"), suite.folder());
    let switch = format!("products.shop.env.SHOP_FAULT={fault}");
    let mut all = vec!["run", SCENARIO, "--no-pdf", "--retries", "0", "--out", "../night"];
    if !fault.is_empty() {
        all.extend(["--set", &switch]);
    }
    let answer = suite.run(&all);
    let report = night_json(&suite.folder().join("night"));
    Night { suite, code: answer.code, report }
}

/// A fault is one finding, at its step, with its title.
fn caught(fault: &str, step: &str, title: &str) -> Night {
    let night = night(fault);
    assert_eq!(night.code, Some(1), "{:#}", night.report["findings"]);
    let finding = night.finding();
    let at = finding["differences"][0]["step"].as_u64().expect("a step");
    let steps = night.report["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
    let found = steps.iter().find(|it| it["index"] == at).expect("the step");
    assert_eq!(text(&found["text"]), step, "{finding:#}");
    assert_eq!(text(&found["surface"]), "terminal");
    assert_eq!(text(&finding["differences"][0]["where"]), "shopctl ui");
    // How long was waited is longer on a busy machine.
    let seconds = regex::Regex::new(r"not within \d+s").expect("a pattern");
    assert_eq!(seconds.replace(&text(&finding["title"]), "not within 10s"), title);
    night
}

#[test]
fn the_terminal_without_faults_is_silent() {
    let night = night("");
    assert_eq!(verdicts(&night.report), [(SCENARIO.to_owned(), "unchanged".to_owned())]);
    assert_eq!(night.code, Some(0));
}

#[test]
fn a_wrong_colour_is_caught_and_can_be_played() {
    let night = caught(
        "ui-colour",
        "snapshot list",
        "The screen of shopctl ui changed: fg=green instead of fg=red at 15:48-51",
    );
    let page = std::fs::read_to_string(night.folder().join("index.html")).expect("a page");
    assert!(page.contains("<pre class=\"terminal\""));
    assert!(page.contains("script-src 'sha256-"));
    assert!(page.contains("asciinema play evidence/"));
    played(&night.folder(), &night.report);
}

/// The recording is an asciicast that lies where the report says.
fn played(night: &Path, report: &Value) {
    let recording = &report["scenarios"][0]["attempts"][0]["recordings"][0];
    assert_eq!(recording["where"], "shopctl ui");
    let path = text(&recording["evidence"]);
    assert_eq!(Path::new(&path).extension().and_then(|it| it.to_str()), Some("cast"));
    let cast = std::fs::read_to_string(night.join(path)).expect("the recording");
    let header: Value = serde_json::from_str(cast.lines().next().expect("a header")).expect("JSON");
    assert_eq!(header["version"], 3);
    assert_eq!(header["term"]["cols"], 80);
    let last: (f64, String, String) =
        serde_json::from_str(cast.lines().last().expect("an end")).expect("an event");
    assert_eq!((last.1.as_str(), last.2.as_str()), ("x", "0"));
}

#[test]
fn a_cursor_in_the_wrong_place_is_caught() {
    caught(
        "ui-cursor",
        "snapshot filter-typed",
        "The screen of shopctl ui changed: cursor 1:1 instead of 24:12",
    );
}

#[test]
fn a_wrong_text_is_caught() {
    caught(
        "ui-text",
        "wait for a screen that contains \"Orders (45)\"",
        "`wait for a screen that contains \"Orders (45)\"` fails on shopctl ui: not within 10s",
    );
}

#[test]
fn a_lost_attribute_is_caught() {
    caught("ui-bold", "snapshot list", "The screen of shopctl ui changed: no longer 4:1-37 bold");
}

#[test]
fn a_screen_that_does_not_follow_a_resize_is_caught() {
    let night = night("ui-resize");
    assert_eq!(night.code, Some(1));
    let difference = &night.finding()["differences"][0];
    assert_eq!(difference["checkpoint"], "small");
}

#[test]
fn a_traceback_is_caught_at_the_key_that_caused_it() {
    caught(
        "ui-crash",
        "keys Enter",
        "`keys Enter` fails on shopctl ui: it ended by itself with exit 1",
    );
}

#[test]
fn a_crash_by_a_signal_is_caught_at_the_key_that_caused_it() {
    caught(
        "ui-segv",
        "keys Enter",
        "`keys Enter` fails on shopctl ui: it ended by itself with signal 6",
    );
}

#[test]
fn a_program_that_does_not_quit_is_caught() {
    caught(
        "ui-hang",
        "wait for the end with exit 0",
        "`wait for the end with exit 0` fails on shopctl ui: still running then, and was ended",
    );
}

#[test]
fn a_wrong_exit_code_is_caught() {
    caught(
        "ui-exit",
        "wait for the end with exit 0",
        "`wait for the end with exit 0` fails on shopctl ui: exit 3",
    );
}

#[test]
fn a_terminal_that_is_not_given_back_is_caught() {
    caught(
        "ui-left-over",
        "snapshot goodbye",
        "The screen of shopctl ui changed: \"still here\" is new",
    );
}

/// The blocks of the guide that begin with the name of a file.
fn example() -> Vec<(String, String)> {
    let guide = std::fs::read_to_string(package().join("docs/guide/terminal.md")).expect("a guide");
    let mut files = Vec::new();
    for block in guide.split("```").skip(1).step_by(2) {
        let (_, body) = block.split_once('\n').expect("a language");
        let name = body.lines().next().and_then(|line| line.strip_prefix("# "));
        if let Some(name) = name.filter(|name| name.contains('.')) {
            files.push((name.to_owned(), body.to_owned()));
        }
    }
    files
}

#[test]
fn the_example_of_the_guide_runs_and_is_silent_the_second_night() {
    let suite = SuiteCopy::empty();
    let files = example();
    assert_eq!(files.len(), 3, "{files:#?}");
    for (name, body) in &files {
        suite.write(name, body);
    }
    let first = suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "first"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let chosen = suite.root().join("scenarios/snapshots/order@chosen.screen.snap");
    let chosen = std::fs::read_to_string(chosen).expect("a baseline");
    let facet =
        " Menu\n  Soup\n  Salad\n> Pie\n=== 80x24\ncursor 5:1\n1:1-6 inverse\n4:1-5 bold fg=green";
    assert!(chosen.trim_end().ends_with(facet), "{chosen}");
    let second = suite.run(&["run", "--no-pdf", "--out", "second"]);
    assert_eq!(second.code, Some(0), "{second:#?}");
    let report = night_json(&suite.root().join("second"));
    assert_eq!(verdicts(&report), [("order".to_owned(), "unchanged".to_owned())]);
}
