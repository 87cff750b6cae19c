//! Nights that do not come to their end: interrupted, killed, late, or without a place to write to;
//! and two at once.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{commands, night_of, processes_with};
use crate::support::{SuiteCopy, night_json, nightshift, verdicts};

/// Waits for something up to half a minute.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        std::thread::yield_now();
    }
}

pub(super) fn start(suite: &SuiteCopy, arguments: &[&str]) -> Child {
    nightshift()
        .args(arguments)
        .current_dir(suite.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Reads the child's standard error until a line holds `text`.
pub(super) fn read_until(child: &mut Child, text: &str) {
    let reader = BufReader::new(child.stderr.as_mut().expect("piped"));
    for line in reader.lines() {
        if line.expect("text").contains(text) {
            return;
        }
    }
    panic!("the night ended without saying {text:?}");
}

pub(super) fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).expect("ours to signal");
}

#[test]
fn two_nights_at_once_end_with_code_5_and_leave_the_first_alone() {
    let suite = commands(&[("slow", "  - run: sleep 20\n")]);
    let mut first = start(&suite, &["run", "--no-pdf", "--out", "one"]);
    read_until(&mut first, "planned");
    let second = suite.run(&["run", "--no-pdf", "--out", "two"]);
    assert_eq!(second.code, Some(5), "{second:#?}");
    let holder = format!("process {}", first.id());
    assert!(second.stderr.contains(&holder), "{second:#?}");
    assert!(!night_of(&suite, "two").exists(), "nothing was begun");
    signal(&first, rustix::process::Signal::INT);
    assert_eq!(first.wait().expect("ends").code(), Some(130));
}

#[test]
fn an_interrupted_night_reports_what_it_had_and_names_the_rest() {
    for (number, code) in
        [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)]
    {
        let suite =
            commands(&[("a-quick", "  - run: echo done\n"), ("b-slow", "  - run: sleep 60\n")]);
        let mut night = start(&suite, &["run", "--no-pdf", "-j", "1", "--out", "one"]);
        read_until(&mut night, "[1/2]");
        signal(&night, number);
        assert_eq!(night.wait().expect("ends").code(), Some(code));
        let report = night_json(&night_of(&suite, "one"));
        let expected = [("a-quick", "unchanged"), ("b-slow", "not-run")]
            .map(|(id, verdict)| (id.to_owned(), verdict.to_owned()));
        assert_eq!(verdicts(&report), expected);
        assert_eq!(report["scenarios"][1]["because"], "interrupted");
    }
}

#[test]
fn a_night_that_was_killed_at_any_moment_can_be_judged_and_reported() {
    let steps = "  - shell: echo hello\n    snapshot: said\n".to_owned();
    let many: Vec<(String, String)> =
        (0..30).map(|at| (format!("s{at:02}"), steps.clone())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(id, steps)| (&**id, &**steps)).collect();
    let suite = commands(&many);
    suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "accepted"]);
    for moment in ["planned", "preflight", "[1/30]", "[9/30]", "[25/30]"] {
        let name = format!("killed-{}", moment.replace(['[', ']', '/'], ""));
        let mut night = start(&suite, &["run", "--no-pdf", "-j", "2", "--out", &name]);
        read_until(&mut night, moment);
        night.kill().expect("ours to kill");
        night.wait().expect("ends");
        let judged = suite.run(&["judge", &name]);
        assert!(matches!(judged.code, Some(0 | 3)), "{moment}: {judged:#?}");
        let report = night_json(&night_of(&suite, &name));
        let totals = &report["totals"];
        assert_eq!(totals["planned"], 30, "{moment}");
        assert_eq!(totals["regressed"], 0, "{moment}: {:#}", report["findings"]);
        let sum = |names: &[&str]| -> u64 {
            names.iter().map(|name| totals[*name].as_u64().unwrap_or_default()).sum()
        };
        assert_eq!(sum(&["judged", "inconclusive", "not-run"]), 30, "{moment}");
        assert!(night_of(&suite, &name).join("index.html").is_file(), "{moment}");
    }
}

#[test]
fn a_deadline_leaves_a_report_in_time_and_names_what_did_not_run() {
    let suite = commands(&[("a-quick", "  - run: echo done\n"), ("b-slow", "  - run: sleep 60\n")]);
    let started = Instant::now();
    let answer = suite.run(&[
        "run",
        "--no-pdf",
        "-j",
        "1",
        "--budget",
        "5s",
        "--retries",
        "0",
        "--out",
        "one",
    ]);
    assert!(started.elapsed() < Duration::from_secs(30), "{answer:#?}");
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    let report = night_json(&night_of(&suite, "one"));
    assert_eq!(report["scenarios"][1]["verdict"], "not-run");
    assert_eq!(report["scenarios"][1]["because"], "deadline");
}

#[test]
fn a_killed_night_leaves_no_product_behind_for_the_next() {
    let marker = format!("nightshift-product-{}", std::process::id());
    let suite = commands(&[("slow", "  - run: sleep 60\n")]);
    let server = format!(
        "mkdir {marker}; exec python3 -m http.server --bind 127.0.0.1 --directory {marker} ${{port}}"
    );
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  shop:\n    serve:\n      shell: \"{server}\"\n      ready: {{ http: /, within: 30s }}\n"
        ),
    );
    let alive = || processes_with(&marker) > 0;
    let mut night = start(&suite, &["run", "--no-pdf", "--out", "one"]);
    until("the product runs", alive);
    night.kill().expect("ours to kill");
    night.wait().expect("ends");
    let next = suite.run(&[
        "run",
        "--no-pdf",
        "--out",
        "two",
        "--set",
        "night.timeout=1s",
        "--retries",
        "0",
    ]);
    assert_eq!(next.code, Some(1), "{next:#?}");
    assert!(!alive(), "the product of the killed night was ended, and so was this night's");
}

#[test]
fn a_night_that_cannot_be_written_any_further_says_how_far_it_came_and_is_no_usage_error() {
    let suite = commands(&[("a-quick", "  - run: echo done\n    snapshot: out\n")]);
    let out = night_of(&suite, "one");
    let evidence = out.join("evidence").display().to_string();
    let breaks = format!(
        "scenario: b-breaks\nsteps:\n  - shell: rm -r '{evidence}' && touch '{evidence}'\n    snapshot: out\n"
    );
    suite.write("scenarios/b-breaks.yaml", &breaks);
    let cut = suite.run(&["run", "--no-pdf", "-j", "1", "--out", "one"]);
    assert_eq!(cut.code, Some(3), "{cut:#?}");
    let said = "; 1 of 2 scenarios had run: when that is mended, `nightshift judge one` reports what they did";
    assert!(cut.stderr.contains("error: cannot") && cut.stderr.contains(said), "{cut:#?}");
    let occupied = suite.run(&["run", "--no-pdf", "--out", "one"]);
    assert_eq!(occupied.code, Some(2), "nothing ran: {occupied:#?}");
}

/// How many drivers of browsers have this in their environment.
fn drivers_with(marker: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("a process table").filter_map(Result::ok);
    let holds = |entry: &std::fs::DirEntry, file: &str, text: &str| {
        let bytes = std::fs::read(entry.path().join(file)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(text)
    };
    let is_one = |it: &std::fs::DirEntry| {
        holds(it, "cmdline", "chromedriver") && holds(it, "environ", marker)
    };
    processes.filter(is_one).count()
}

#[test]
fn a_night_that_cannot_go_on_leaves_no_driver_of_a_browser_behind() {
    let suite = SuiteCopy::of_the_shop();
    let evidence = suite.folder().join("one/evidence").display().to_string();
    let breaks = format!(
        "scenario: breaks\nsteps:\n  - open: /\n  - shell: rm -r '{evidence}' && touch '{evidence}'\n    snapshot: out\n"
    );
    suite.write("scenarios/breaks.yaml", &breaks);
    // Drivers get our PATH.
    let marker = format!("/nowhere/nightshift-{}", std::process::id());
    let path = format!("{}:{marker}", std::env::var("PATH").expect("there is one"));
    let mut night = nightshift()
        .args(["run", "breaks", "--once", "--no-pdf", "--out", "../one"])
        .env("PATH", path)
        .current_dir(suite.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    until("the driver runs", || drivers_with(&marker) > 0);
    assert_eq!(night.wait().expect("ends").code(), Some(4), "nothing had run");
    until("it is gone", || drivers_with(&marker) == 0);
}

#[test]
fn a_night_is_stopped_by_another_process_and_still_reports() {
    let suite = commands(&[
        ("a-quick", "  - run: echo done\n"),
        ("b-deaf", "  - shell: trap '' INT TERM; sleep 60\n"),
    ]);
    let none = suite.run(&["stop"]);
    assert_eq!((none.code, none.stdout.trim()), (Some(0), "no night of this suite runs"));
    let mut night = start(&suite, &["run", "--no-pdf", "-j", "1", "--out", "one"]);
    read_until(&mut night, "[1/2]");
    let stopped = suite.run(&["stop"]);
    assert_eq!(stopped.code, Some(0), "{stopped:#?}");
    assert_eq!(night.wait().expect("ends").code(), Some(130));
    let report = night_json(&night_of(&suite, "one"));
    assert_eq!(report["scenarios"][1]["because"], "interrupted");
    assert_eq!(suite.run(&["verify", "one"]).code, Some(0));
}

#[test]
fn what_a_killed_night_left_is_removed_and_the_night_stays() {
    let marker = format!("nightshift-left-{}", std::process::id());
    let suite =
        commands(&[("slow", &format!("  - shell: mkdir {marker}; cd {marker}; sleep 77; true\n"))]);
    let id = "2026-11-21T010000Z-k3f9";
    let mut night = start(&suite, &["run", "--no-pdf", "--id", id]);
    let alive = || processes_with(&marker) > 0;
    until("the command runs", alive);
    let while_it_runs = suite.run(&["clean"]);
    assert_eq!(while_it_runs.code, Some(0));
    assert!(alive(), "what a night uses stays: {while_it_runs:#?}");
    night.kill().expect("ours to kill");
    night.wait().expect("ends");
    let half = suite.root().join("reports/nights").join(id).join("evidence/.writing-x");
    std::fs::write(&half, "{").expect("written");
    let cleaned = suite.run(&["clean"]);
    assert_eq!(cleaned.code, Some(0), "{cleaned:#?}");
    assert!(!alive() && !half.exists(), "{cleaned:#?}");
    assert!(cleaned.stderr.contains(&format!("{id} has no report")), "{cleaned:#?}");
    assert_eq!(suite.run(&["report", id, "--no-pdf"]).code, Some(0));
}
