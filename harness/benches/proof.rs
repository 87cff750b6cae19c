//! The long proofs over the fixture product, as commands with a table and an exit code.
//!
//! - `nights [N]`: N unchanged nights (10 where it does not say), each in another folder, with other
//!   ports, another time zone, home and number of workers, and other load on the machine. No
//!   scenario may be anything but unchanged.
//! - `detection [FAULT…]`: the whole suite for each fault: caught, named with its place, and by how
//!   many findings.

#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use support::{Answer, SuiteCopy, copy_folder, night_json, package, text, verdicts};

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
        ["detection", faults @ ..] => detection(faults),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    say("say one of: nights [N], detection [FAULT…]");
    ExitCode::from(2)
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// The suite of the shop, with baselines of the shop without faults.
fn accepted() -> SuiteCopy {
    let suite = SuiteCopy::of_the_shop();
    let answer = suite.run(&["run", "--accept-new", "--no-pdf", "--out", "../first"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite
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
    let accepted = accepted();
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

fn detection(chosen: &[&str]) -> ExitCode {
    let accepted = accepted();
    let program = package().join("harness/tests/fixture/shop.py");
    let output = std::process::Command::new("python3").arg(program).arg("faults").output();
    let faults: Vec<Value> =
        serde_json::from_slice(&output.expect("runs").stdout).expect("a list of faults");
    let (mut count, mut caught, mut placed, mut findings) = (0, 0, 0, 0);
    say(format_args!(
        "{:24} {:18} {:8} {:7} {:>8}  first title",
        "fault", "class", "caught", "place", "findings"
    ));
    for fault in faults {
        let name = text(&fault["name"]);
        if !chosen.is_empty() && !chosen.contains(&name.as_str()) {
            continue;
        }
        let memory = tempfile::tempdir().expect("a folder");
        let switch = format!("products.shop.env.SHOP_FAULT={name}");
        let memory = format!("products.shop.env.SHOP_MEMORY={}", memory.path().display());
        let (_, report) = night(&accepted, &["--set", &switch, "--set", &memory], &[]);
        let found = report["findings"].as_array().cloned().unwrap_or_default();
        let place = text(&fault["where"]);
        let there = |it: &Value| {
            it["differences"]
                .as_array()
                .is_some_and(|all| all.iter().any(|difference| text(&difference["where"]) == place))
        };
        let right = found.iter().any(there);
        count += 1;
        caught += usize::from(!found.is_empty());
        placed += usize::from(right);
        findings += found.len();
        say(format_args!(
            "{name:24} {:18} {:8} {:7} {:8}  {}",
            text(&fault["class"]),
            if found.is_empty() { "NO" } else { "yes" },
            if right { "yes" } else { "NO" },
            found.len(),
            found.first().map(|it| text(&it["title"])).unwrap_or_default(),
        ));
    }
    let share = |part: usize| 100.0 * part as f64 / f64::from(count.max(1));
    say(format_args!(
        "{count} faults: {:.0} % caught, {:.0} % with the right place, {:.2} findings a fault",
        share(caught),
        share(placed),
        findings as f64 / f64::from(count.max(1)),
    ));
    if caught == count as usize { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
