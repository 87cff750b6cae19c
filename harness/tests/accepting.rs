//! What is new is accepted, and what is wrong by itself waits for somebody who accepts it on
//! purpose: a crash of the first night is no way to be.

use crate::support::{Answer, SuiteCopy};

/// Commands that end badly, and their twins: each is wrong by itself, or is not.
const COMMANDS: [(&str, &str); 5] = [
    ("dies", "  - shell: kill -SEGV $$\n    snapshot: out\n"),
    ("dies-as-said", "  - shell: kill -SEGV $$\n    snapshot: out\n    expect: { exit: 139 }\n"),
    ("traces", "  - shell: sh ./crash\n    snapshot: out\n"),
    ("traces-as-said", "  - shell: sh ./crash\n    snapshot: out\n    expect: { exit: 1 }\n"),
    ("refuses", "  - shell: echo no such table >&2; exit 1\n    snapshot: out\n"),
];
/// Which of them are accepted where nobody names them.
const SOUND: [(&str, bool); 5] = [
    ("dies", false),
    ("dies-as-said", true),
    ("traces", false),
    ("traces-as-said", true),
    ("refuses", true),
];
/// Writes the program that ends in a stack trace.
const MAKE: &str = "  - shell: |-
      echo 'echo \"Traceback (most recent call last):\" >&2' > crash
      echo 'echo \"ValueError: no\" >&2; exit 1' >> crash
";

fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shell: {} }\nnight: { retries: 0 }\n");
    for (name, steps) in COMMANDS {
        let text = format!("scenario: {name}\nsteps:\n{MAKE}{steps}");
        suite.write(&format!("scenarios/{name}.yaml"), &text);
    }
    suite
}

fn is_accepted(suite: &SuiteCopy, name: &str) -> bool {
    suite.root().join(format!("scenarios/snapshots/{name}@out.exit.snap")).is_file()
}

/// The command that accepts what a scenario was not accepted with, without the program's name.
fn on_purpose(answer: &Answer, name: &str) -> Vec<String> {
    let named = format!("not accepted: {name}@out: ");
    let mut lines = answer.stdout.lines().skip_while(|it| !it.starts_with(&named));
    let command = lines.nth(1).and_then(|it| it.split_once("nightshift ")).expect("a command");
    command.1.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_crash_is_accepted_on_purpose_only_and_one_that_the_scenario_expects_at_once() {
    let suite = suite();
    let first = suite.run(&["run", "--accept-new", "--no-pdf"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let accepted = COMMANDS.map(|it| (it.0, is_accepted(&suite, it.0)));
    assert_eq!(accepted, SOUND, "{first:#?}");
    assert!(first.stdout.contains("ends by signal 11"), "{first:#?}");
    assert!(first.stdout.contains("ends in a stack trace: ValueError: no"), "{first:#?}");
    let told = first.stdout.lines().filter(|it| it.starts_with("not accepted: ")).count();
    assert_eq!(told, 2, "{first:#?}");

    let command = on_purpose(&first, "dies");
    let review: Vec<&str> = command.iter().map(String::as_str).collect();
    let reviewed = suite.run(&review);
    assert_eq!(reviewed.code, Some(0), "{reviewed:#?}");
    assert!(is_accepted(&suite, "dies") && !is_accepted(&suite, "traces"), "{reviewed:#?}");

    // One that lies elsewhere is named so that it is found.
    let elsewhere = ["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "other/night"];
    let again = suite.run(&elsewhere);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(!again.stdout.contains("not accepted: dies@"), "{again:#?}");
    let command = on_purpose(&again, "traces");
    assert_eq!(command[..2], ["review", "other/night"], "{again:#?}");
    let review: Vec<&str> = command.iter().map(String::as_str).collect();
    let reviewed = suite.run(&review);
    assert_eq!(reviewed.code, Some(0), "{reviewed:#?}");
    assert!(is_accepted(&suite, "traces"), "{reviewed:#?}");
}

#[test]
fn everything_is_accepted_but_what_is_wrong_by_itself_until_somebody_names_it() {
    let suite = suite();
    suite.run(&["run", "--no-pdf"]);
    let list = suite.run(&["review", "--list"]);
    assert!(list.stdout.contains("  wrong by itself: dies@out: `"), "{list:#?}");
    assert!(!list.stdout.contains("wrong by itself: refuses@"), "{list:#?}");
    let json = suite.run(&["review", "--list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let wrong = |name: &str| {
        let row = rows.as_array().expect("rows").iter().find(|it| it["scenario"] == name);
        row.expect("it waits")["wrong"].clone()
    };
    assert!(wrong("dies").is_string() && wrong("refuses").is_null(), "{rows:#}");

    let all = suite.run(&["review", "--accept-all"]);
    assert_eq!(all.code, Some(0), "{all:#?}");
    assert_eq!(COMMANDS.map(|it| (it.0, is_accepted(&suite, it.0))), SOUND, "{all:#?}");
    let command = on_purpose(&all, "traces");
    let review: Vec<&str> = command.iter().map(String::as_str).collect();
    let named = suite.run(&review);
    assert_eq!(named.code, Some(0), "{named:#?}");
    assert!(is_accepted(&suite, "traces") && !is_accepted(&suite, "dies"), "{named:#?}");
}
