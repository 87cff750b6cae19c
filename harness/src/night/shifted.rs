//! Where a shift of a language model lies in the folder of a night, and what it has shown.

use std::path::{Path, PathBuf};

use crate::model::FORMAT_VERSION;
use crate::model::shift::Shift;

/// What it has shown, in its folder.
pub const AGENT_FILE: &str = "agent.json";

/// How the end of a shift begins in which nothing could run.
pub const NOTHING_RAN: &str = "nothing could run";

/// Its folder in that of a night.
#[must_use]
pub(super) fn folder(night: &Path) -> PathBuf {
    night.join("agent")
}

/// What the shift of a night has shown, where there was one.
#[must_use]
pub(super) fn of_night(night: &Path) -> Option<Shift> {
    let text = std::fs::read_to_string(folder(night).join(AGENT_FILE)).ok()?;
    let shift: Shift = serde_json::from_str(&text).ok()?;
    (shift.format_version <= FORMAT_VERSION).then_some(shift)
}
