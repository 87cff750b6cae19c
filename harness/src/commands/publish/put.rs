//! `published.json` in the folder of a night: when it was put where it is read, or why it was not.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::write_whole;
use crate::ledger::NightDir;
use crate::model::FORMAT_VERSION;

const FILE: &str = "published.json";

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    format_version: u32,
    /// When that was tried last.
    at: String,
    /// Why it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Notes that a night was put where it is read; or what the problem was.
///
/// # Errors
/// It cannot be written.
pub fn note(night: &NightDir, problem: Option<String>) -> anyhow::Result<()> {
    let now: DateTime<Utc> = Utc::now();
    let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let note = Note { format_version: FORMAT_VERSION, at, problem };
    write_whole(&night.path().join(FILE), &serde_json::to_vec_pretty(&note)?)
}

/// Whether a night is where it is read.
pub fn is_there(night: &NightDir) -> bool {
    read(night).is_some_and(|it| it.problem.is_none())
}

/// Why a night is not where it should be read; `None` too where nobody tried.
pub fn problem(night: &NightDir) -> Option<String> {
    read(night)?.problem
}

fn read(night: &NightDir) -> Option<Note> {
    let bytes = std::fs::read(night.path().join(FILE)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_says_whether_it_was_put_where_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path()).expect("a night");
        assert_eq!((is_there(&night), problem(&night)), (false, None), "nobody tried");
        note(&night, Some("the disk is full".to_owned())).expect("written");
        assert_eq!(
            (is_there(&night), problem(&night)),
            (false, Some("the disk is full".to_owned()))
        );
        note(&night, None).expect("written");
        assert_eq!((is_there(&night), problem(&night)), (true, None));
    }
}
