//! The faults of the shop, met by the suite that `nightshift explore` writes: no scenario that a
//! person wrote, and no baseline but what the sound shop shows, as `--against` has it.
//!
//! What a person names by hand an explorer can only choose: a file that is written, a thing that is
//! added. So a command's place is told twice, as the shop's list has it and by the command and its
//! options alone. And every second fault of a class is held out: nobody who works on the explorer
//! reads what it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{SuiteCopy, night_json, text};
use crate::variants::{Variant, Variants};
use crate::{Fault, Piece, Row, passed, pieces, say};

/// What should be reached: caught, with the right place (in per cent of those), findings a fault.
const TARGETS: (f64, f64, f64) = (85.0, 90.0, 1.3);
/// What the variants over the sound shop are called.
const SOUND: &str = "sound";
/// The most scenarios that meet one fault. What is done on a page is in several of them, and those
/// that only look at it come first.
pub const MOST: usize = 8;
/// How long the exploration may take.
const BUDGET: &str = "11m";

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
    // What is wrong with the sound shop, too, is no part of what is compared.
    let asked = ["--cli", "shopctl", "--cli", "shopctl ui", "--budget", BUDGET];
    let alone = ["explore", "--no-findings", "--no-accept"];
    let answer = suite.run(&[&alone[..], &asked[..]].concat());
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    say(answer.stdout.trim_end());
    say(format_args!("explored and settled in {:.0} s", began.elapsed().as_secs_f64()));
    suite
}

/// All scenarios of the suite, once more over the sound shop.
pub fn against_itself(accepted: &SuiteCopy) -> Vec<Variant> {
    let night = night_json(&accepted.folder().join("first"));
    let one = |scenario: &Value| Variant {
        name: SOUND.to_owned(),
        scenario: text(&scenario["id"]),
        environment: Vec::new(),
        retries: 0,
    };
    passed(&night).map(one).collect()
}

/// What is told of the sound shop: it should be nothing, and where it differs from itself nothing is
/// said of a fault.
pub fn sound(night: &Variants) -> BTreeSet<Piece> {
    let scenarios = night.scenarios(SOUND);
    let all: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    let report = night.judge(SOUND, &all);
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    say(format_args!(
        "the sound shop against itself: {} findings of {} scenarios",
        findings.len(),
        all.len()
    ));
    for finding in &findings {
        say(format_args!("  {}: {}", text(&finding["verdict"]), text(&finding["title"])));
    }
    findings.iter().flat_map(pieces).collect()
}

/// A row without the findings that the sound shop has, too.
fn without(row: &Row, loud: &BTreeSet<Piece>) -> Row {
    let is_own = |at: &usize| row.pieces[*at].is_empty() || !row.pieces[*at].is_subset(loud);
    let own: Vec<usize> = (0..row.titles.len()).filter(is_own).collect();
    let placed = row.placed && !own.is_empty();
    Row {
        facets: row.facets.clone(),
        places: row.places.clone(),
        placed,
        titles: own.iter().map(|it| row.titles[*it].clone()).collect(),
        pieces: own.iter().map(|it| row.pieces[*it].clone()).collect(),
    }
}

/// Whether two places are one page, or one command with the same options, whatever its arguments are.
fn same_place(one: &str, other: &str) -> bool {
    let options = |line: &str| -> Option<Vec<String>> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let command = words.iter().take_while(|it| !it.starts_with('-')).take(2);
        let mut kept: Vec<String> = command.map(|it| (*it).to_owned()).collect();
        for (at, word) in words.iter().enumerate().filter(|it| it.1.starts_with("--")) {
            let value = words.get(at + 1).filter(|it| !it.starts_with('-'));
            kept.push(format!("{word} {}", value.unwrap_or(&"")));
        }
        kept.sort();
        (!line.starts_with('/')).then_some(kept)
    };
    match (options(one), options(other)) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => one == other,
    }
}

/// Prints how much is caught of the faults that may be read, and of those that are held out.
fn halves(classes: &BTreeMap<&str, Vec<(&Fault, &Row)>>) -> [f64; 2] {
    let mut counts = [(0.0, 0.0); 2];
    for all in classes.values() {
        for (at, (_, row)) in all.iter().enumerate() {
            let half = &mut counts[at % 2];
            half.0 += 1.0;
            half.1 += if row.titles.is_empty() { 0.0 } else { 1.0 };
        }
    }
    let shares = counts.map(|(all, caught)| 100.0 * caught / f64::max(all, 1.0));
    say(format_args!(
        "of the {} that may be read {:.1} % caught, of the {} held out {:.1} %",
        counts[0].0, shares[0], counts[1].0, shares[1]
    ));
    shares
}

/// Prints what was caught and what was missed of each class.
fn by_class(classes: &BTreeMap<&str, Vec<(&Fault, &Row)>>) {
    for (class, all) in classes {
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
}

/// Prints what was caught by class, and one line of JSON.
pub fn table(faults: &[Fault], rows: &[Row], loud: &BTreeSet<Piece>) -> ExitCode {
    let rows: Vec<Row> = rows.iter().map(|it| without(it, loud)).collect();
    let mut classes: BTreeMap<&str, Vec<(&Fault, &Row)>> = BTreeMap::new();
    for (fault, row) in faults.iter().zip(&rows) {
        classes.entry(&fault.class).or_default().push((fault, row));
    }
    say(format_args!(
        "{:22} {:>6} {:>6} {:>6} {:>8}  missed",
        "class", "faults", "caught", "placed", "findings"
    ));
    by_class(&classes);
    let count = rows.len() as f64;
    let caught = rows.iter().filter(|it| !it.titles.is_empty()).count() as f64;
    let placed = rows.iter().filter(|it| it.placed).count() as f64;
    let met = faults.iter().filter(|it| !it.scenarios.is_empty()).count() as f64;
    let findings = rows.iter().map(|it| it.titles.len()).sum::<usize>() as f64;
    let share = |part: f64, of: f64| if of > 0.0 { 100.0 * part / of } else { 0.0 };
    let near =
        |(fault, row): &(&Fault, &Row)| row.places.iter().any(|it| same_place(&fault.place, it));
    let alike = faults.iter().zip(&rows).filter(near).count() as f64;
    let [read, held_out] = halves(&classes);
    say(format_args!(
        "{count} faults, {met} met: {:.1} % caught (target {}), {:.1} % of these placed (target {}), {:.2} findings a caught fault (target {})",
        share(caught, count),
        TARGETS.0,
        share(placed, caught),
        TARGETS.1,
        findings / caught.max(1.0),
        TARGETS.2
    ));
    say(format_args!(
        "placed by the page, or by the command and its options: {:.1} %",
        share(alike, caught)
    ));
    say(json!({
        "faults": rows.len(),
        "caught_of_the_read": read,
        "caught_of_the_held_out": held_out,
        "placed_by_options": share(alike, caught),
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
