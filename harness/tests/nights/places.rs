//! Nights where not every folder can be written to: a suite on a medium that is read-only, and a folder
//! for temporary files without room. Both are mounted for the night alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cut_short::{read_until, until};
use super::{commands, night_of};
use crate::support::{Answer, SuiteCopy, can_mount, night_json, nightshift, verdicts};

/// Whether something can be tried that needs mounts for a night alone; says why where it cannot.
#[expect(clippy::print_stdout, reason = "whoever reads the output should know what was left out")]
fn is_tried(what: &str) -> bool {
    let may = can_mount();
    if !may {
        println!("{what} is not tried: this machine lets nobody have mounts of their own");
    }
    may
}

/// The program in `folder`, behind a line for `sh` that mounts something at `$1`.
fn mounted(mounts: &str, at: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let ours = nightshift();
    let mut command = Command::new("unshare");
    let line = format!("{mounts} && cd \"$2\" && shift 2 && exec \"$@\"");
    command.args(["-rm", "sh", "-c", &line, "sh"]).arg(at).arg(folder);
    command.arg(ours.get_program()).args(arguments);
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Runs the program in a copy of the suite that cannot be written to.
fn read_only(suite: &SuiteCopy, arguments: &[&str]) -> Answer {
    const MOUNTS: &str = "mount -t tmpfs tmpfs \"$1\" && cp -a \"$SUITE/.\" \"$1\" && \
                          mount -o remount,ro \"$1\"";
    let at = tempfile::tempdir().expect("a folder");
    let mut command = mounted(MOUNTS, at.path(), at.path(), arguments);
    command.env("SUITE", suite.root());
    Answer::from(command.output().expect("the program starts"))
}

#[test]
fn a_suite_that_is_read_only_has_its_night_elsewhere_and_without_a_place_says_how() {
    if !is_tried("a suite that is read-only") {
        return;
    }
    let suite = commands(&[("hello", "  - shell: echo hello\n    snapshot: said\n")]);
    let first = suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "one"]);
    assert_eq!(first.code, Some(0), "{first:#?}");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let out = elsewhere.path().join("night");
    let arguments = ["run", "--no-pdf", "--out", &out.display().to_string()];
    let answer = read_only(&suite, &arguments);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let expected = [("hello".to_owned(), "unchanged".to_owned())];
    assert_eq!(verdicts(&night_json(&out)), expected);
    for name in ["index.html", "summary.md", "junit.xml"] {
        assert!(out.join(name).is_file(), "{name}");
    }

    let without = read_only(&suite, &["run", "--no-pdf"]);
    assert_eq!(without.code, Some(2), "{without:#?}");
    assert!(without.stderr.contains("reports/nights"), "{without:#?}");
    assert!(without.stderr.contains("`--out`"), "{without:#?}");
}

/// Mounts a small disk at `$1`.
const SMALL: &str = "mount -t tmpfs -o size=16m tmpfs \"$1\"";

/// A night in the suite, with `at` as the folder for temporary files behind these mounts.
fn with_temporary(suite: &SuiteCopy, mounts: &str, at: &Path, arguments: &[&str]) -> Command {
    let mut command = mounted(mounts, at, &suite.root(), arguments);
    command.env("TMPDIR", at).env("DISK", at);
    command
}

#[test]
fn a_full_folder_for_temporary_files_is_named_before_anything_runs_and_one_with_room_is_fine() {
    if !is_tried("a temporary folder without room") {
        return;
    }
    let suite = commands(&[("hello", "  - run: echo hello\n")]);
    let at = tempfile::tempdir().expect("a folder");
    let full = format!("{SMALL} && {{ cat /dev/zero > \"$1/filling\" 2> /dev/null || true; }}");
    let night = |mounts: &str, out: &str| {
        let mut command =
            with_temporary(&suite, mounts, at.path(), &["run", "--no-pdf", "--out", out]);
        Answer::from(command.output().expect("the program starts"))
    };
    let answer = night(&full, "one");
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains(&at.path().display().to_string()), "{answer:#?}");
    assert!(answer.stderr.contains("`TMPDIR`"), "{answer:#?}");
    assert!(!night_of(&suite, "one").exists(), "nothing was begun");
    let answer = night(SMALL, "two");
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

#[test]
fn a_folder_for_temporary_files_that_fills_up_makes_the_night_wait_and_nothing_red() {
    if !is_tried("a temporary folder that fills up") {
        return;
    }
    // What is done again behind the full disk does not fill it again.
    let once = "  - shell: 'test -e \"$DISK/once\" || { touch \"$DISK/once\"; \
                cat /dev/zero > \"$DISK/filling\" 2> /dev/null; true; }'\n";
    let writes = "  - shell: 'echo 12 rows > there; cat there'\n    expect: { stdout: 12 rows }\n";
    let suite = commands(&[("a-fills", once), ("b-writes", writes)]);
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [DISK]\n");
    let at = tempfile::tempdir().expect("a folder");
    let arguments = ["run", "--no-pdf", "-j", "1", "--retries", "1", "--out", "one"];
    let mut command = with_temporary(&suite, SMALL, at.path(), &arguments);
    let mut night =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    read_until(&mut night, "waiting for room");
    // The disk is only there in the night's own space of mounts.
    let disk = at.path().strip_prefix("/").expect("an absolute path");
    let seen: PathBuf = Path::new(&format!("/proc/{}/root", night.id())).join(disk);
    until("the disk is seen", || seen.join("filling").is_file());
    std::fs::remove_file(seen.join("filling")).expect("removed");
    let ended = night.wait().expect("ends");
    let report = night_json(&night_of(&suite, "one"));
    assert_eq!(ended.code(), Some(0), "{:#}", report["findings"]);
    assert_eq!(report["totals"]["regressed"], 0, "{:#}", report["findings"]);
    let ledger = night_of(&suite, "one").join("ledger.jsonl");
    let ledger = std::fs::read_to_string(ledger).expect("readable");
    assert!(ledger.contains("there is room again"), "the night says what happened");
}
