//! [`take`]: takes over into the suite what the exploration of a night would add to it.

use std::path::Path;

use anyhow::Context as _;

use super::super::arguments::Common;
use super::super::check::counted;
use super::super::exit::{Exit, mistake};
use super::super::{new_file, night, terminal};
use crate::night::{FINDINGS, OFFERED, TAKEN_TO};

/// Whether scenarios are taken over that fail until a finding is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Findings {
    /// They are.
    Taken,
    /// They are not.
    LeftOut,
}

/// Copies the scenarios, and those of findings where they are wanted; what is there already stays as it
/// is.
pub fn take(common: &Common, of: &Path, findings: Findings) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let night = night::open(common, of)?;
    let offered = night.path().join(OFFERED);
    if !offered.is_dir() {
        return mistake(format!(
            "{} has nothing to take over; a night with `night: {{ explore: 30m }}` does, where it found what nothing covers",
            night.path().display()
        ));
    }
    let mut written = 0;
    for entry in walkdir::WalkDir::new(&offered).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read {}", offered.display()))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let below = entry.path().strip_prefix(&offered).context("a path leaves its folder")?;
        if findings == Findings::LeftOut && below.starts_with(FINDINGS) {
            continue;
        }
        let file = Path::new(TAKEN_TO).join(below);
        let text = std::fs::read_to_string(entry.path())
            .with_context(|| format!("cannot read {}", entry.path().display()))?;
        if new_file::create(&root.join(&file), &text)? {
            terminal::answer(format_args!("wrote {}", file.display()));
            written += 1;
        } else {
            terminal::answer(format_args!("kept  {} (it is there already)", file.display()));
        }
    }
    terminal::answer(format_args!("took over {}", counted(written, "scenario")));
    if written > 0 {
        terminal::answer("Next: nightshift run --accept-new");
    }
    Ok(Exit::Passed)
}
