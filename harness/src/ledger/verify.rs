//! Whether a night is as it was written: the chain of its ledger, what the report said that the
//! chain ends with, the plan, and the evidence, which lies under its own hash.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use walkdir::WalkDir;

use super::{LedgerError, NightDir, chain};
use crate::model::seal::{BEGINNING, Seal};
use crate::model::{Entry, Event};

/// What was looked at, and what does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many whole lines the ledger has.
    pub lines: u64,
    /// What it ends with, in hexadecimal digits.
    pub head: String,
    /// Whether there was a seal to hold it against. Without one a lost tail cannot be told.
    pub sealed: bool,
    /// How many files of evidence were read.
    pub evidence: usize,
    /// What does not fit: the ledger's first bad line, then the rest.
    pub flaws: Vec<Flaw>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The file, relative to the night.
    pub file: String,
    /// The line, from 1, where it is one of a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong, in words.
    pub detail: String,
}

impl Flaw {
    fn of_line(line: u64, detail: impl Into<String>) -> Self {
        Self { file: "ledger.jsonl".to_owned(), line: Some(line), detail: detail.into() }
    }

    fn of_file(file: impl Into<String>, detail: &str) -> Self {
        Self { file: file.into(), line: None, detail: detail.to_owned() }
    }
}

/// What every line has beside its event.
#[derive(Deserialize)]
struct Link {
    seq: u64,
    prev: Option<String>,
}

/// Holds a night against its own chain and against what was told of it elsewhere: `seal` from its
/// report, `head` from a printed page or a message (its first digits are enough).
///
/// # Errors
/// Something cannot be read at all.
pub fn verify(
    night: &NightDir,
    seal: Option<&Seal>,
    head: Option<&str>,
) -> Result<Verified, LedgerError> {
    let ledger = night.ledger_bytes()?;
    let mut flaws = Vec::new();
    let mut last = (0_u64, BEGINNING.to_owned());
    let mut named = BTreeSet::new();
    for line in chain::lines(&ledger) {
        let number = last.0 + 1;
        if flaws.is_empty() {
            flaws.extend(misfit(line, number, &last.1));
        }
        paths(&serde_json::from_slice(line).unwrap_or_default(), &mut named);
        if let Ok(entry) = serde_json::from_slice(line) {
            paths_of_goal(&entry, &mut named);
        }
        last = (number, chain::hash(line));
    }
    let (lines, end) = last;
    if let Some(seal) = seal.filter(|_| flaws.is_empty()) {
        flaws.extend(misfit_of_end(lines, &end, seal));
    }
    if let Some(head) = head
        && flaws.is_empty()
        && !end.starts_with(&head.to_ascii_lowercase())
    {
        flaws.push(Flaw::of_line(
            lines,
            format!("it ends with {end} and not with {head}: this is not the ledger of which that was told"),
        ));
    }
    let plan = night.plan_hash()?;
    if seal.is_some_and(|it| it.plan != plan) {
        flaws.push(Flaw::of_file("plan.json", "it is not the plan that the report was made of"));
    }
    let evidence = evidence(night.path(), &named, &mut flaws);
    Ok(Verified { lines, head: end, sealed: seal.is_some() || head.is_some(), evidence, flaws })
}

/// What is wrong with a line behind one with the hash `before`.
fn misfit(line: &[u8], number: u64, before: &str) -> Option<Flaw> {
    let read: Link = match serde_json::from_slice(line) {
        Ok(read) => read,
        Err(error) => return Some(Flaw::of_line(number, format!("it is no event: {error}"))),
    };
    let Some(prev) = read.prev else {
        return Some(Flaw::of_line(
            number,
            "it does not say the hash of the line before it: an older nightshift wrote it, or it was changed",
        ));
    };
    let expected = number - 1;
    if read.seq != expected {
        return Some(Flaw::of_line(
            number,
            format!(
                "it is event {} where event {expected} belongs: lines were taken out, put in or moved",
                read.seq
            ),
        ));
    }
    (prev != before).then(|| match number {
        1 => Flaw::of_line(1, "it is not the first line of a ledger: it was changed"),
        _ => Flaw::of_line(
            number - 1,
            format!("it is not the line that line {number} was written behind: one of the two was changed"),
        ),
    })
}

/// What is wrong with the end of a ledger of which each line fits the one before it.
fn misfit_of_end(lines: u64, end: &str, seal: &Seal) -> Option<Flaw> {
    match lines.checked_sub(seal.lines) {
        None => Some(Flaw::of_line(
            lines + 1,
            format!(
                "the ledger had {} lines when the report was made: the last {} are gone",
                seal.lines,
                seal.lines - lines
            ),
        )),
        Some(0) if end != seal.head => Some(Flaw::of_line(
            lines,
            "it is not the line that the report says the ledger ends with: it was changed",
        )),
        Some(0) => None,
        Some(_) => Some(Flaw::of_line(
            seal.lines + 1,
            format!(
                "the ledger had {} lines when the report was made: the rest was added",
                seal.lines
            ),
        )),
    }
}

/// The files of evidence that lines name.
#[must_use]
pub fn evidence_of(entries: &[Entry]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    paths(&serde_json::to_value(entries).expect("events are plain data"), &mut found);
    for entry in entries {
        paths_of_goal(entry, &mut found);
    }
    found
}

/// The files of evidence that a line on the way to a goal names by their paths alone.
fn paths_of_goal(entry: &Entry, found: &mut BTreeSet<String>) {
    if let Event::Goal { pursuit, .. } = &entry.event {
        let named = pursuit.evidence().into_iter().filter(|it| it.starts_with("evidence/"));
        found.extend(named.map(str::to_owned));
    }
}

/// The files of evidence that an event names.
fn paths(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(path)) = fields.get("path")
                && path.starts_with("evidence/")
            {
                found.insert(path.clone());
            }
            fields.values().for_each(|it| paths(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| paths(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads all evidence, and says which of it is not what its name says, and what is gone.
fn evidence(night: &Path, named: &BTreeSet<String>, flaws: &mut Vec<Flaw>) -> usize {
    let mut read = 0;
    let mut gone = named.clone();
    let files = WalkDir::new(night.join("evidence")).sort_by_file_name().into_iter();
    for file in files.filter_map(Result::ok).filter(|it| it.file_type().is_file()) {
        let name = file.path().strip_prefix(night).unwrap_or(file.path()).display().to_string();
        gone.remove(&name);
        let hash = file.path().file_stem().map(|it| it.to_string_lossy().into_owned());
        match std::fs::read(file.path()) {
            Ok(bytes) if Some(chain::hash(&bytes)) == hash => read += 1,
            Ok(_) => flaws.push(Flaw::of_file(name, "it is not what its name is the hash of")),
            Err(error) => flaws.push(Flaw::of_file(name, &format!("it cannot be read: {error}"))),
        }
    }
    flaws.extend(
        gone.into_iter().map(|it| Flaw::of_file(it, "the ledger names it, and it is gone")),
    );
    read
}
