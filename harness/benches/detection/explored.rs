//! The faults of the shop, met by the suite that `nightshift explore` writes: no scenario that a
//! person wrote, and no baseline but what the sound shop shows, as `--against` has it.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;

use crate::support::SuiteCopy;
use crate::{Fault, Row, say};

/// What should be reached: caught, with the right place (in per cent of those), findings a fault.
const TARGETS: (f64, f64, f64) = (85.0, 90.0, 1.3);
/// How long the exploration may take.
const BUDGET: &str = "20m";

/// The shop's suite as an exploration of the sound shop writes it.
pub fn suite() -> SuiteCopy {
    let suite = SuiteCopy::of_the_shop();
    for folder in ["scenarios", "skills"] {
        std::fs::remove_dir_all(suite.root().join(folder)).expect("removed");
    }
    // What a suite says of somebody who may sign in.
    let config = suite.root().join("nightshift.yaml");
    let text = std::fs::read_to_string(&config).expect("read");
    let vars = "\nvars: { user: ada, password: tea-for-two }\n";
    std::fs::write(&config, text + vars).expect("written");
    let began = Instant::now();
    let answer =
        suite.run(&["explore", "--cli", "shopctl", "--cli", "shopctl ui", "--budget", BUDGET]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    say(answer.stdout.trim_end());
    say(format_args!("explored and settled in {:.0} s", began.elapsed().as_secs_f64()));
    suite
}

/// Prints what was caught by class, and one line of JSON.
pub fn table(faults: &[Fault], rows: &[Row]) -> ExitCode {
    let mut classes: BTreeMap<&str, Vec<(&Fault, &Row)>> = BTreeMap::new();
    for (fault, row) in faults.iter().zip(rows) {
        classes.entry(&fault.class).or_default().push((fault, row));
    }
    say(format_args!(
        "{:22} {:>6} {:>6} {:>6} {:>8}  missed",
        "class", "faults", "caught", "placed", "findings"
    ));
    for (class, all) in &classes {
        let caught = all.iter().filter(|it| !it.1.titles.is_empty()).count();
        let placed = all.iter().filter(|it| it.1.placed).count();
        let findings: usize = all.iter().map(|it| it.1.titles.len()).sum();
        let missed = all.iter().filter(|it| it.1.titles.is_empty());
        let missed: Vec<String> = missed
            .map(|(fault, _)| {
                let met = if fault.scenarios.is_empty() { " (never met)" } else { "" };
                format!("{}{met}", fault.name)
            })
            .collect();
        say(format_args!(
            "{class:22} {:6} {caught:6} {placed:6} {findings:8}  {}",
            all.len(),
            missed.join(", ")
        ));
    }
    let count = rows.len() as f64;
    let caught = rows.iter().filter(|it| !it.titles.is_empty()).count() as f64;
    let placed = rows.iter().filter(|it| it.placed).count() as f64;
    let met = faults.iter().filter(|it| !it.scenarios.is_empty()).count() as f64;
    let findings = rows.iter().map(|it| it.titles.len()).sum::<usize>() as f64;
    let share = |part: f64, of: f64| if of > 0.0 { 100.0 * part / of } else { 0.0 };
    say(format_args!(
        "{count} faults, {met} met: {:.1} % caught (target {}), {:.1} % of these placed (target {}), {:.2} findings a caught fault (target {})",
        share(caught, count),
        TARGETS.0,
        share(placed, caught),
        TARGETS.1,
        findings / caught.max(1.0),
        TARGETS.2
    ));
    say(json!({
        "faults": rows.len(),
        "met": met,
        "caught": share(caught, count),
        "placed": share(placed, caught),
        "findings_per_fault": findings / caught.max(1.0),
    }));
    let reached = share(caught, count) >= TARGETS.0
        && share(placed, caught) >= TARGETS.1
        && findings / caught.max(1.0) <= TARGETS.2;
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
