//! Files that are meant to do harm, or that came about by an accident.

use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::{said, said_of, suite, write};

#[test]
fn an_alias_bomb_ends_in_a_complaint_and_not_in_memory() {
    let mut bomb = "scenario: a\nsteps:\n  - see: &a0 [ alert, alert, alert, alert, alert, alert, alert, alert, alert ]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let step = format!("  - see: &a{level} [ {aliases} ]\n");
        bomb.push_str(&step);
    }
    let began = Instant::now();
    insta::assert_snapshot!(said(&[("scenarios/bomb.yaml", &bomb)]));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_alias_inside_of_what_it_names_is_refused() {
    insta::assert_snapshot!(said(&[("scenarios/a.yaml", "scenario: a\nsteps: &x\n  - see: *x\n")]));
}

#[test]
fn an_alias_of_a_value_is_the_value() {
    assert_eq!(
        said(&[(
            "scenarios/a.yaml",
            "scenario: a\nsteps:\n  - see: &x 'heading \"A\"'\n  - see-not: *x\n"
        )]),
        "nothing"
    );
}

#[test]
fn a_file_of_50_mb_is_not_read() {
    let folder = suite(&[]);
    write(folder.path(), "scenarios/big.yaml", &vec![b'a'; 50_000_000]);
    insta::assert_snapshot!(said_of(folder.path()));
}

#[test]
fn a_long_but_honest_file_is_read() {
    let steps: Vec<String> =
        (0..100_000).map(|n| format!("  - click: 'button \"{n}\"'\n")).collect();
    let text = format!("scenario: long\nsteps:\n{}", steps.concat());
    assert_eq!(said(&[("scenarios/long.yaml", &text)]), "nothing");
}

#[test]
fn bytes_that_are_no_utf_8_are_named_with_their_place() {
    let folder = suite(&[]);
    write(
        folder.path(),
        "scenarios/latin.yaml",
        b"scenario: latin\nabout: caf\xe9\nsteps: [ back ]\n",
    );
    insta::assert_snapshot!(said_of(folder.path()));
}

#[test]
fn nesting_without_end_is_refused() {
    let text = format!("scenario: a\nsteps: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    insta::assert_snapshot!(said(&[("scenarios/deep.yaml", &text)]));
}

#[test]
fn links_that_leave_the_suite_and_files_that_are_no_scenarios_are_named_or_left_alone() {
    let folder = suite(&[
        ("scenarios/a.yaml", "scenario: a\nsteps: [ back ]\n"),
        ("scenarios/snapshots/x.yaml", "not: ours\n"),
        ("scenarios/.hidden/x.yaml", "not: ours\n"),
        ("scenarios/notes.txt", "not: ours\n"),
        ("scenarios/b.yml", "scenario: b\n"),
    ]);
    symlink("/etc/hostname", folder.path().join("scenarios/out.yaml")).unwrap();
    symlink("/etc", folder.path().join("scenarios/etc")).unwrap();
    symlink("a.yaml", folder.path().join("scenarios/again.yaml")).unwrap();
    insta::assert_snapshot!(said_of(folder.path()));
}

#[test]
fn control_characters_and_endless_lines_do_not_reach_the_terminal() {
    let text = format!(
        "scenario: a\nabout: x\nsteps:\n  - click: {}\u{7f} \"{}\"\n",
        "é".repeat(200),
        "x".repeat(5_000)
    );
    let said = said(&[("scenarios/a.yaml", &text)]);
    assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said}");
    assert!(said.len() < 2_000, "{said}");
}
