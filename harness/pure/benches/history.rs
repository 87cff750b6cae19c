//! Questions over 365 nights of 1,000 scenarios: how long the file beside them takes to be made,
//! and each question, from opening the file to the answer. It ends with an error where a question
//! takes more than a second.
//!
//! The nights are as large as real ones of short scenarios: three steps each, one in a hundred
//! fails, one in fifty is flaky.

#![allow(clippy::print_stdout)]

mod year;

use std::process::ExitCode;
use std::time::Instant;

use chrono::Duration;
use nightshift_pure::archive::{Archive, Question};
use serde_json::json;

const NIGHTS: usize = 365;
const SCENARIOS: usize = 1_000;
/// In seconds.
const AT_MOST: f64 = 1.0;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let begin = year::write(folder.path(), NIGHTS, SCENARIOS);
    let asked_at = Instant::now();
    let read = Archive::open(folder.path()).expect("opened").read();
    let built = asked_at.elapsed().as_secs_f64();
    println!("{read} nights read and kept in {built:.1} s");
    let now = begin + Duration::days(NIGHTS as i64);
    let mut slowest: f64 = 0.0;
    for words in [
        "what broke this week",
        "what broke in the last 365 days",
        "what was fixed this week",
        "what is red and whose is it",
        "when did area-3/scenario-0123 last pass",
        "what got slower since b300",
        "what flakes most",
    ] {
        let question = Question::of(words).expect("a question");
        let asked_at = Instant::now();
        let archive = Archive::open(folder.path()).expect("opened");
        let answer = archive.ask(&question, None, now).expect("answered");
        let took = asked_at.elapsed().as_secs_f64();
        slowest = slowest.max(took);
        println!("{took:.3} s  {words}: {} lines, {}", answer.lines.len(), answer.says);
    }
    let bytes = std::fs::metadata(folder.path().join(nightshift_pure::archive::FILE));
    let megabytes = bytes.map_or(0.0, |it| it.len() as f64 / 1e6);
    println!(
        "{}",
        json!({ "bench": "history", "nights": NIGHTS, "scenarios": SCENARIOS, "built_s": built,
            "slowest_question_s": slowest, "file_mb": megabytes })
    );
    if slowest <= AT_MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
