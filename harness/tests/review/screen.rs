//! The screen of `nightshift review`, used by nightshift itself on a terminal.

use std::path::Path;

use super::{Case, snap};
use crate::support::{SuiteCopy, night_json};

/// Runs steps of a terminal against `nightshift review` of a case; the screens that it saw.
fn used(case: &Case, environment: &str, steps: &str) -> SuiteCopy {
    let program = Path::new(env!("CARGO_BIN_EXE_nightshift"));
    let folder = program.parent().expect("a folder").display().to_string();
    let suite = SuiteCopy::empty();
    let config =
        format!("products:\n  nightshift:\n    path: ['{folder}']\n    env: {{ {environment} }}\n");
    suite.write("nightshift.yaml", &config);
    let night = case.file("two").display().to_string();
    let root = case.suite.root().display().to_string();
    let start = format!("  - start: nightshift review {night} -C {root}\n");
    suite.write("scenarios/decide.yaml", &format!("scenario: decide\nsteps:\n{start}{steps}"));
    let answer = suite.run(&[
        "run",
        "--accept-new",
        "--no-settle",
        "--no-pdf",
        "--retries",
        "0",
        "--out",
        "night",
    ]);
    let night = night_json(&suite.root().join("night"));
    let steps = &night["scenarios"][0]["attempts"][0]["steps"];
    assert_eq!(answer.code, Some(0), "{answer:#?}\n{:#}\n{steps:#}", night["findings"]);
    suite
}

fn screen(suite: &SuiteCopy, checkpoint: &str) -> Vec<String> {
    let path = suite.root().join(format!("scenarios/snapshots/decide@{checkpoint}.screen.snap"));
    let text = std::fs::read_to_string(path).expect("it was accepted");
    let body = text.splitn(3, "---\n").nth(2).expect("a body");
    body.lines().map(str::to_owned).collect()
}

#[test]
fn a_person_accepts_undoes_and_leaves_by_keys_alone() {
    let case = Case::changed();
    let before = case.snapshot("hello");
    let blamed = case.finding("hello");
    let steps = "  - wait-screen: 'left of'\n  - snapshot: opened\n  - keys: ['?']\n  - wait-screen: 'undo the last decision'\n  - keys: [Escape, g]\n  - resize: 50x16\n  - snapshot: small\n  - resize: 80x24\n  - keys: [A]\n  - wait-screen: 'why is it right now?'\n  - type: \"eleven now\\n\"\n  - wait-screen: 'accepted F'\n  - keys: [u]\n  - wait-screen: 'took the decision on F'\n  - keys: [a]\n  - wait-screen: '1 left'\n  - snapshot: one-left\n  - type: q\n  - stop: { exit: 0, within: 20s }\n  - snapshot: goodbye\n";
    let suite = used(&case, "CI: ''", steps);
    let opened = screen(&suite, "opened");
    assert!(opened[0].starts_with("nightshift review 2 left of 2  night two"), "{opened:#?}");
    assert!(opened[1].starts_with("> F1 regressed: "), "{opened:#?}");
    let whole = opened.join("\n");
    assert!(whole.contains("│"), "{whole}");
    assert!(whole.contains("a accept  r reject  d redact  s suppress"), "{whole}");
    assert!(whole.contains("=== 80x24"), "{whole}");
    let small = screen(&suite, "small").join("\n");
    assert!(small.contains("=== 50x16") && small.contains("F1 regressed"), "{small}");
    let goodbye = screen(&suite, "goodbye").join("\n");
    assert!(goodbye.contains("1 left in ") && !goodbye.contains("alternate"), "{goodbye}");

    // The first of the list is what was accepted, undone, and accepted again.
    let now = [case.snapshot("hello"), case.snapshot("clock")];
    let log = case.read("two/decisions.jsonl");
    assert_eq!(log.lines().count(), 3, "{log}");
    let accepted = usize::from(!log.contains(&format!("\"item\":\"{blamed}\"")));
    let wanted = ["NZ 11 rows", "10:30:12"][accepted];
    assert!(now[accepted].contains(wanted), "{now:#?}");
    assert!(accepted == 0 || now[0] == before, "{now:#?}");
}

#[test]
fn a_redaction_is_chosen_on_the_screen_and_no_color_is_honoured() {
    let case = Case::changed();
    let clock = case.finding("clock");
    let to_it = if clock == "F1" { "g" } else { "G" };
    let steps = format!(
        "  - wait-screen: 'left of'\n  - keys: [{to_it}]\n  - wait-screen: 'made at'\n  - snapshot: shown\n  - keys: [d]\n  - wait-screen: 'hides text in 1 of 2 lines'\n  - keys: [Enter]\n  - wait-screen: 'redacted {clock}'\n  - keys: [Control+C]\n  - stop: {{ exit: 0, within: 20s }}\n"
    );
    let suite = used(&case, "CI: '', NO_COLOR: '1'", &steps);
    assert!(case.read("scenarios/clock.yaml").contains("redact: [ timestamp ]"));
    assert!(case.snapshot("clock").contains("09:00:00"), "nothing was left to accept");
    let shown = screen(&suite, "shown").join("\n");
    assert!(!shown.contains("fg="), "{shown}");
    assert!(shown.contains("- made at 2026-01-05 09:00:00 by ada"), "{shown}");
}

#[test]
fn a_merge_conflict_is_solved_on_the_screen() {
    let case = Case::changed();
    let raw = case.read(&snap("hello"));
    let sides = "<<<<<<< HEAD\nNZ 14 rows\n=======\nNZ 11 rows\n>>>>>>> other\n";
    case.suite.write(&snap("hello"), &raw.replace("NZ 12 rows\n", sides));
    let steps = "  - wait-screen: 'merge conflict'\n  - resize: 130x50\n  - wait-screen: 'the same as what this night saw'\n  - keys: [t]\n  - wait-screen: 'resolved C1'\n  - type: q\n  - stop: { exit: 0, within: 20s }\n";
    used(&case, "CI: ''", steps);
    let now = case.read(&snap("hello"));
    assert_eq!(now, raw.replace("NZ 12 rows", "NZ 11 rows"));
}
