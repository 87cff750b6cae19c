//! `nightshift verify`: whether a night is as it was written.

use super::arguments::{Common, Format, VerifyOptions};
use super::check::counted;
use super::exit::Exit;
use super::{night, terminal};
use crate::ledger::{self, Flaw, Verified};
use crate::night::session_end;
use crate::report;

/// Flaws that are shown; `--format json` has all.
const MOST: usize = 20;

pub fn run(common: &Common, options: &VerifyOptions) -> anyhow::Result<Exit> {
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&night::root(common)?)?,
    };
    // A night that was killed has no report; then its chain is all there is.
    let of_night = report::read(night.path()).ok().and_then(|it| it.night.ledger);
    let seal = of_night.or_else(|| session_end(night.path()).map(|it| it.ledger));
    let found = ledger::verify(&night, seal.as_ref(), options.head.as_deref())?;
    match options.format {
        Format::Json => terminal::answer(format_args!("{:#}", serde_json::json!(found))),
        Format::Text => tell(&found),
    }
    Ok(if found.flaws.is_empty() { Exit::Passed } else { Exit::Failed })
}

fn tell(found: &Verified) {
    for flaw in found.flaws.iter().take(MOST) {
        terminal::answer(said(flaw));
    }
    if let Some(more) = found.flaws.len().checked_sub(MOST).filter(|it| *it > 0) {
        terminal::answer(format_args!("and {more} more; `--format json` has all"));
    }
    if !found.flaws.is_empty() {
        return;
    }
    let lines = usize::try_from(found.lines).unwrap_or(usize::MAX);
    terminal::answer(format_args!(
        "the night is as it was written: {} in a chain, {} of evidence\nthe ledger ends with {}",
        counted(lines, "line"),
        counted(found.evidence, "file"),
        found.head
    ));
    if !found.sealed {
        terminal::say(
            "there is no report to hold it against: lines that were cut off at its end cannot be told",
        );
    }
}

fn said(flaw: &Flaw) -> String {
    match flaw.line {
        Some(line) => format!("{}:{line}: {}", flaw.file, flaw.detail),
        None => format!("{}: {}", flaw.file, flaw.detail),
    }
}
