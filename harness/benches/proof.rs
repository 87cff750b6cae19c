//! The long proofs over the fixture product, as commands with a table and an exit code.
//!
//! - `nights [N]`: N unchanged nights (10 where it does not say), each in another folder, with other
//!   ports, another time zone, home and number of workers, and other load on the machine. No
//!   scenario may be anything but unchanged.

#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use support::{Answer, SuiteCopy, copy_folder, night_json, text, verdicts};

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["nights"] => nights(10),
        ["nights", number] => match number.parse() {
            Ok(number) => nights(number),
            Err(_) => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    say("say: nights [N]");
    ExitCode::from(2)
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// A night in a copy of an accepted suite.
fn night(
    accepted: &SuiteCopy,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> (Answer, Value) {
    let suite = SuiteCopy::empty();
    copy_folder(accepted.folder(), suite.folder());
    let mut all = vec!["run", "--no-pdf", "--out", "../night"];
    all.extend(arguments);
    let answer = suite.run_with(&all, environment);
    let report = night_json(&suite.folder().join("night"));
    (answer, report)
}

fn nights(number: usize) -> ExitCode {
    let accepted = SuiteCopy::of_the_accepted_shop();
    let (mut loud, mut judged) = (0, 0);
    for at in 1..=number {
        let stop = Arc::new(AtomicBool::new(false));
        let burners: Vec<_> = (0..at % 3).map(|_| burn(stop.clone())).collect();
        let shaken = tempfile::Builder::new().prefix(&"x".repeat(at)).tempdir().expect("a folder");
        let folder = shaken.path().display().to_string();
        let zone = ["UTC", "Asia/Tokyo", "America/New_York"][at % 3];
        let environment = [("TMPDIR", folder.as_str()), ("HOME", &folder), ("TZ", zone)];
        let jobs = (1 + at % 2).to_string();
        let (answer, report) = night(&accepted, &["-j", &jobs], &environment);
        stop.store(true, Ordering::Relaxed);
        for burner in burners {
            burner.join().expect("burned");
        }
        let all = verdicts(&report);
        judged += all.len();
        for (scenario, verdict) in all.iter().filter(|(_, verdict)| verdict != "unchanged") {
            loud += 1;
            say(format_args!("night {at}: {scenario} is {verdict}"));
        }
        for finding in report["findings"].as_array().into_iter().flatten() {
            say(format_args!("night {at}: {}", text(&finding["title"])));
        }
        let busy = at % 3;
        say(format_args!(
            "night {at:3}: exit {:?}, {busy} burners, {jobs} workers, {zone}",
            answer.code
        ));
    }
    say(format_args!("{number} unchanged nights, {judged} scenarios judged, {loud} false alarms"));
    if loud == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Keeps a core busy.
fn burn(stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    })
}
