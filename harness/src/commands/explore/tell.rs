//! `explore.json`, and what is said when an exploration has ended.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::super::arguments::{ExploreOptions, Format};
use super::super::terminal;
use super::Explored;
use super::keep::Kept;
use super::prepare::Prepared;
use crate::explore::{Fault, Missed, Share, Shares};
use crate::model::FORMAT_VERSION;

/// How many findings and places are named where it was started.
const MOST_TOLD: usize = 8;

/// Writes `explore.json` and says what it came to.
pub fn tell(
    options: &ExploreOptions,
    prepared: &Prepared,
    explored: &Explored,
    faults: &[Fault],
    kept: &Kept,
) -> anyhow::Result<()> {
    let shares = Shares::of(&explored.map, &kept.written);
    let json = json(explored, &shares, faults, kept);
    let path = prepared.suite.root.join("explore.json");
    std::fs::write(&path, format!("{json:#}\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    if options.format == Format::Json {
        terminal::answer(format_args!("{json:#}"));
        return Ok(());
    }
    let scenarios = super::super::check::counted(kept.written.len(), "scenario");
    let seconds = explored.took.as_secs();
    terminal::answer(format_args!(
        "wrote {scenarios} below {} after {} probes in {seconds} s",
        prepared.folder.display(),
        explored.probes
    ));
    for (word, share) in words(&shares) {
        terminal::answer(format_args!("  {word}: {} of {} asserted", share.asserted, share.seen));
    }
    for fault in faults.iter().take(MOST_TOLD) {
        terminal::answer(format_args!(
            "{} ({}): {}",
            fault.severity.word(),
            fault.rule,
            fault.title
        ));
    }
    let more = faults.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        terminal::answer(format_args!("and {more} more findings, in explore.json"));
    }
    let files = kept.findings.iter().flatten().count();
    if files > 0 {
        terminal::answer(format_args!(
            "{} below {}/findings, which fail until that is mended",
            super::super::check::counted(files, "scenario"),
            prepared.folder.display()
        ));
    }
    let missed = missed(explored, kept);
    for it in missed.iter().take(MOST_TOLD) {
        terminal::say(format_args!("not reached: {}: {}", it.what, it.why));
    }
    let more = missed.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        terminal::say(format_args!("and {more} more that were not reached, in explore.json"));
    }
    if kept.accepted > 0 {
        terminal::answer("Next: nightshift run");
    } else if !kept.written.is_empty() {
        terminal::answer("Next: nightshift run --accept-new");
    }
    Ok(())
}

fn words(shares: &Shares) -> [(&'static str, Share); 6] {
    [
        ("pages", shares.pages),
        ("forms", shares.forms),
        ("fields", shares.fields),
        ("buttons", shares.buttons),
        ("commands", shares.commands),
        ("flags", shares.flags),
    ]
}

/// What was not reached, with the scenarios that were taken out again.
fn missed(explored: &Explored, kept: &Kept) -> Vec<Missed> {
    let own = explored.map.missed.iter().cloned();
    let never_same = kept.unsettled.iter().map(|it| Missed {
        what: it.scenario.clone(),
        why: format!("it ended well in {} of {} rounds: {}", it.completed, it.rounds, it.detail),
    });
    own.chain(never_same).collect()
}

fn json(explored: &Explored, shares: &Shares, faults: &[Fault], kept: &Kept) -> Value {
    let scenarios: Vec<Value> = kept
        .written
        .iter()
        .zip(&kept.files)
        .map(|(it, file)| json!({ "id": it.name, "file": file, "about": it.about }))
        .collect();
    let findings: Vec<Value> = faults
        .iter()
        .zip(&kept.findings)
        .map(|(fault, file)| {
            let mut own = json!(fault);
            own["file"] = json!(file);
            own
        })
        .collect();
    let mut json = json!({
        "format_version": FORMAT_VERSION,
        "probes": explored.probes,
        "rounds": explored.rounds,
        "duration_ms": explored.took.as_millis() as u64,
        "states": explored.map.states.len(),
        "scenarios": scenarios,
        "silenced": kept.silenced,
        "accepted": kept.accepted,
        "findings": findings,
        "not_reached": missed(explored, kept),
    });
    for (word, share) in words(shares) {
        json[word] = json!(share);
    }
    json
}
