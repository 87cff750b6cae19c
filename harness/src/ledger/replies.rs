//! What people said to the questions of a night: a file beside its ledger, whose chain stays as it
//! was written.

use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{LedgerError, NightDir};
use crate::model::pursuit::Pursuit;
use crate::model::question::{Question, Replies, Reply};
use crate::model::{Event, FORMAT_VERSION};

/// The file in a night directory.
const FILE: &str = "answers.jsonl";

/// What a person said to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    format_version: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// What was asked.
    pub question: Question,
    /// What was said.
    pub reply: Reply,
}

/// What was said to the questions of a night, in order.
///
/// # Errors
/// The file is there and cannot be read or understood.
pub fn replied(night: &NightDir) -> Result<Vec<Replied>, LedgerError> {
    let path = path(night);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).map_err(LedgerError::io("read", path.clone()))?;
    let line = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| LedgerError::Damaged {
            path: path.clone(),
            line: at + 1,
            detail: error.to_string(),
        })
    };
    text.lines().enumerate().map(line).collect()
}

/// The same by the ids of the questions; of several replies the last holds.
///
/// # Errors
/// As [`replied`].
pub fn replies(night: &NightDir) -> Result<Replies, LedgerError> {
    Ok(replied(night)?.into_iter().map(|it| (it.question.id, it.reply)).collect())
}

/// What holds for whoever goes on from a night: what was said while it ran, and what was said since.
///
/// # Errors
/// As [`replied`], or the ledger cannot be read.
pub fn in_force(night: &NightDir) -> Result<Replies, LedgerError> {
    let mut all = Replies::new();
    for entry in night.entries()? {
        let Event::Goal { pursuit, .. } = entry.event else { continue };
        if let Pursuit::Question { question, reply: Some(reply), .. } = pursuit {
            all.insert(question.id, reply);
        }
    }
    all.extend(replies(night)?);
    Ok(all)
}

/// Notes what a person said.
///
/// # Errors
/// The file cannot be written.
pub fn reply(
    night: &NightDir,
    question: &Question,
    reply: Reply,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let path = path(night);
    let line = Replied { format_version: FORMAT_VERSION, at, question: question.clone(), reply };
    let mut line = serde_json::to_string(&line).expect("plain data");
    line.push('\n');
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    opened
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .map_err(LedgerError::io("write", path))
}

fn path(night: &NightDir) -> PathBuf {
    night.path().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Ledger, Secrets};

    fn question(id: &str) -> Question {
        let [scenario, action, rule] = ["order", "click", "ask: [click]"].map(str::to_owned);
        Question { id: id.to_owned(), scenario, step: 2, action, rule }
    }

    #[test]
    fn what_was_said_while_a_night_ran_holds_with_what_was_said_since_which_is_the_last_word() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path()).expect("an empty folder");
        let ledger = Ledger::create(night.clone(), Secrets::default(), || DateTime::UNIX_EPOCH)
            .expect("a ledger");
        let asked = |id: &str, reply| {
            let pursuit = Pursuit::Question { number: 1, question: question(id), reply };
            let scenario = "order".to_owned();
            ledger.append(Event::Goal { scenario, attempt: 1, step: 2, pursuit }).expect("written");
        };
        asked("first", Some(Reply::Yes));
        asked("second", Some(Reply::Yes));
        asked("third", None);
        reply(&night, &question("second"), Reply::No, DateTime::UNIX_EPOCH).expect("written");
        let all = in_force(&night).expect("readable");
        assert_eq!(all.get("first"), Some(&Reply::Yes));
        assert_eq!(all.get("second"), Some(&Reply::No));
        assert_eq!(all.get("third"), None, "nobody said anything");
    }
}
