//! The long proofs over the fixture product, as commands with a table and an exit code.
//!
//! - `nights [N] [M]`: N unchanged nights (10 where it does not say), each shaken in another way, by
//!   the same code as `settle`: folders and home, user, clock and time zone, seeds, order, workers,
//!   load, cold and warm browsers. At most one scenario in a hundred nights may be anything but
//!   unchanged. The number of a night says how it is shaken; M begins after that one, so that a
//!   hundred can be had in several runs.

#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use serde_json::Value;
use support::{Answer, SuiteCopy, copy_folder, night_json, text, verdicts};

/// Nights in which one false alarm is allowed.
const ALARMS_EACH: usize = 100;

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["nights"] => nights(10, 0),
        ["nights", number] => number.parse().map_or_else(|_| usage(), |number| nights(number, 0)),
        ["nights", number, after] => match (number.parse(), after.parse()) {
            (Ok(number), Ok(after)) => nights(number, after),
            _ => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    say("say: nights [N] [M]");
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

fn nights(number: usize, after: usize) -> ExitCode {
    let accepted = SuiteCopy::of_the_accepted_shop();
    let (mut alarms, mut judged) = (0, 0);
    let mut seconds = Vec::new();
    for at in after + 1..=after + number {
        let began = Instant::now();
        let (answer, report) = night(&accepted, &["--shake", &at.to_string()], &[]);
        seconds.push(began.elapsed().as_secs_f64());
        let all = verdicts(&report);
        judged += all.len();
        for (scenario, verdict) in all.iter().filter(|(_, verdict)| verdict != "unchanged") {
            alarms += 1;
            say(format_args!("night {at}: {scenario} is {verdict}"));
        }
        for finding in report["findings"].as_array().into_iter().flatten() {
            say(format_args!("night {at}: {}", text(&finding["title"])));
        }
        let took = seconds.last().copied().unwrap_or_default();
        let checks = report["preflight"].as_array().into_iter().flatten();
        let shaken = checks.filter(|it| it["check"] == "shaken").map(|it| text(&it["detail"]));
        let code = answer.code;
        let shaken: String = shaken.collect();
        say(format_args!("night {at:3}: exit {code:?}, {took:.0} s, {shaken}"));
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or_default();
    let allowed = number / ALARMS_EACH;
    say(format_args!(
        "{number} unchanged nights of {median:.0} s in the middle, {judged} scenarios judged, {alarms} false alarms, {allowed} allowed"
    ));
    if alarms <= allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
