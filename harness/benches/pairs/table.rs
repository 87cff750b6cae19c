//! [`table`]: what missed, night by night, the sums, and the line of JSON for scripts.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use super::judge::{Fate, Row};
use crate::say;

/// What should be reached: findings a cause, and the share of wrongly joined pairs.
const TARGETS: (f64, f64) = (1.15, 0.01);

/// Sums over nights.
#[derive(Default)]
struct Sums {
    nights: usize,
    causes: usize,
    found: usize,
    hidden: usize,
    lost: usize,
    findings: usize,
    told_anew: usize,
    joins: (usize, usize),
    gate: (usize, usize),
}

impl Sums {
    fn add(&mut self, row: &Row) {
        let of = |fate: Fate| row.causes.values().filter(|it| **it == fate).count();
        self.nights += 1;
        self.causes += row.causes.len();
        self.found += of(Fate::Found);
        self.hidden += of(Fate::Hidden);
        self.lost += of(Fate::Lost);
        // What only a treated fault has, or nobody's change, is counted where there is a cause.
        self.findings += row.counting;
        self.told_anew += usize::from(row.told_anew);
        self.joins = (self.joins.0 + row.joins.0, self.joins.1 + row.joins.1);
        let right = row.gate.iter().filter(|it| **it).count();
        self.gate = (self.gate.0 + row.gate.len(), self.gate.1 + right);
    }

    fn print(&self, what: &str) {
        say(format_args!(
            "{what:12} {:6} {:6} {:6} {:6} {:6} {:10.2} {:9} {:>11} {:>11}",
            self.nights,
            self.causes,
            self.found,
            self.hidden,
            self.lost,
            share(self.findings, self.causes),
            self.told_anew,
            format!("{}/{}", self.joins.1, self.joins.0),
            format!("{}/{}", self.gate.1, self.gate.0),
        ));
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// Prints the nights in which something missed (all where `wordy`) and the sums.
pub fn table(rows: &[Row], wordy: bool) -> ExitCode {
    let (mut all, mut parts) = (Sums::default(), BTreeMap::<&str, Sums>::new());
    for row in rows {
        all.add(row);
        let part = row.treated.as_ref().map_or("untouched", |it| it.0.word());
        parts.entry(part).or_default().add(row);
        if wordy || has_missed(row) {
            night(row, wordy);
        }
    }
    say(format_args!(
        "{:12} {:>6} {:>6} {:>6} {:>6} {:>6} {:>10} {:>9} {:>11} {:>11}",
        "",
        "nights",
        "causes",
        "found",
        "hidden",
        "lost",
        "findings/c",
        "told anew",
        "joined",
        "gate right"
    ));
    for (part, sums) in &parts {
        sums.print(part);
    }
    all.print("all");
    let findings = share(all.findings, all.causes);
    let (wrong, right) = (share(all.joins.1, all.joins.0), share(all.gate.1, all.gate.0));
    let faults: usize = rows.iter().map(|it| it.together.faults.len()).sum();
    say(format_args!(
        "{} nights with {faults} faults: {} causes that can be seen, {} found, {} hidden by another (target 0), {} in no finding (target 0), {findings:.2} findings a cause (target {}), {:.1} % of {} pairs wrongly joined (target {} %), gate right in {:.1} % of {} decisions (target 100 %)",
        all.nights,
        all.causes,
        all.found,
        all.hidden,
        all.lost,
        TARGETS.0,
        wrong * 100.0,
        all.joins.0,
        TARGETS.1 * 100.0,
        right * 100.0,
        all.gate.0,
    ));
    let line = json!({
        "nights": all.nights,
        "causes": all.causes,
        "found": all.found,
        "hidden": all.hidden,
        "lost": all.lost,
        "findings_per_cause": findings,
        "wrong_joins": wrong,
        "told_anew": all.told_anew,
        "gate_right": right,
    });
    say(line);
    let reached = all.found == all.causes
        && findings <= TARGETS.0
        && wrong <= TARGETS.1
        && all.gate.0 == all.gate.1;
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn has_missed(row: &Row) -> bool {
    row.causes.values().any(|it| *it != Fate::Found)
        || row.joins.1 > 0
        || row.gate.iter().any(|it| !it)
        || row.told_anew
        || row.counting > row.causes.len()
}

/// One night: its faults with what became of them, and its findings where they are wanted.
fn night(row: &Row, wordy: bool) {
    let of = |fault: &String| {
        let treated = row.treated.as_ref().filter(|it| it.1 == *fault);
        let fate = match (treated, row.causes.get(fault)) {
            (Some(it), _) => it.0.word(),
            (None, Some(Fate::Found)) => "found",
            (None, Some(Fate::Hidden)) => "HIDDEN",
            (None, Some(Fate::Lost)) => "LOST",
            (None, None) => "not to be seen",
        };
        format!("{fault} ({fate})")
    };
    let faults: Vec<String> = row.together.faults.iter().map(of).collect();
    let mut notes = Vec::new();
    if row.joins.1 > 0 {
        notes.push("JOINED".to_owned());
    }
    if row.told_anew {
        notes.push("TOLD ANEW".to_owned());
    }
    if row.gate.iter().any(|it| !it) {
        notes.push("GATE WRONG".to_owned());
    }
    if row.counting > row.causes.len() {
        notes.push(format!("{} findings for {} causes", row.counting, row.causes.len()));
    }
    say(format_args!("{}: {}; {}", row.together.name, faults.join(", "), notes.join(", ")));
    if wordy {
        say(format_args!("    in {}", row.together.scenarios.join(", ")));
        for finding in &row.findings {
            say(format_args!("    {finding}"));
        }
    }
}
