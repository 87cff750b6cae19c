//! Nights with known truth, through the code that decides: `just simulate`.
//!
//! 200 nights of a suite of 300 scenarios with breaks and repairs, flakes of 1 to 50 %, drifting
//! ones among them, outages, and scenarios that get slower night by night; 20 causes over 300 failures; 200 histories of 128 commits with
//! 10 % false failures. Nothing is used but time: what a product would show is made up, and
//! compared, judged and remembered as on any night. Ends with one line of JSON, and with an error
//! where a figure is not as it must be.
//!
//! The files:
//! - `truth.rs`: what is wrong with which scenario, night by night.
//! - `night.rs`: one night: attempts as a night makes them, judged and remembered.
//! - `score.rs`: what the verdicts were worth.
//! - `causes.rs`: causes over failures, and histories to search.

mod causes;
mod night;
mod score;
mod truth;

use std::process::ExitCode;

use score::Score;
use truth::Truth;

const NIGHTS: usize = 200;
const SCENARIOS: usize = 300;

#[expect(clippy::print_stdout, reason = "a bench answers there")]
fn main() -> ExitCode {
    let seed = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(16);
    let folder = tempfile::tempdir().expect("a folder for the nights");
    let mut truth = Truth::new(SCENARIOS, NIGHTS, seed);
    let mut score = Score::default();
    for number in 0..NIGHTS {
        truth.begin(number);
        let told = night::run(&mut truth, number, folder.path());
        score.add(&truth, &told);
        if (number + 1) % 50 == 0 {
            println!("{} nights: {}", number + 1, score.said());
        }
    }
    let (causes, failures, findings) = causes::clusters();
    let (right, probes) = causes::histories(200, 128, 0.1);
    println!("{failures} failures of {causes} causes give {findings} findings");
    println!("{:.1} % of culprits are named, by {probes:.1} probes each", right * 100.0);
    let mut json = score.json();
    json["nights"] = NIGHTS.into();
    json["scenarios"] = SCENARIOS.into();
    json["causes"] = causes.into();
    json["failures"] = failures.into();
    json["findings"] = findings.into();
    json["culprits_right"] = right.into();
    json["probes"] = probes.into();
    println!("{json}");
    let holds = score.holds() && causes.abs_diff(findings) <= 2 && right >= 0.95 && probes <= 16.0;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
