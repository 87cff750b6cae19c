//! What coordinator and workers say to one another, and the names of the places where they do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::asked::Asked;
use crate::model::{Outcome, Purpose};

/// The version that both ends must have.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where nights are made known, whatever version they are of.
pub(super) const NOTICES: &str = "nightshift.nights";
/// What is said to see whether it may be said, and nobody hears: a notice or a sign, a part of a
/// store, and that something was done.
pub(super) const PROBES: [&str; 3] =
    ["nightshift.rights", "$O.nightshift.rights", "$JS.ACK.nightshift.rights"];
/// The consumer that all workers of a night share.
pub(super) const WORKERS: &str = "workers";
/// The plan of a night in its store.
pub(super) const PLAN: &str = "plan.json";

/// What a notice says in every version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Heading {
    pub version: String,
    pub night: String,
}

/// A night that needs workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The version of its coordinator.
    pub version: String,
    /// Its id.
    pub night: String,
    /// Which run of the program works on it: one that goes on after a crash is another.
    pub run: String,
    /// Whether it goes on; workers leave one that does not.
    pub goes_on: bool,
    /// What stands for the files of its suite.
    pub suite: String,
    /// How many of its scenarios can run where the coordinator is.
    pub runnable: usize,
    /// How it was asked for.
    pub asked: Asked,
}

/// Something to be done: one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Names this task alone: an attempt that is made anew is another one.
    pub id: String,
    /// The scenario.
    pub scenario: String,
    /// Which attempt at it.
    pub attempt: u32,
    /// What it is made for: to judge, or on the control.
    pub purpose: Purpose,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The task's id.
    pub task: String,
    /// Who worked on it.
    pub worker: String,
    /// How often it had been handed out.
    pub deliveries: i64,
    /// What it was by the worker's clock when the answer was sent.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub came: Came,
    /// The lines of its ledger, in the store.
    pub lines: Option<String>,
    /// The evidence that they name: the path in a night, and the name in the store.
    pub evidence: Vec<(String, String)>,
}

/// What became of an attempt that somebody else made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Came {
    /// It ended.
    Ended(Outcome),
    /// There was no product to attempt it with, or nobody signed in; the lines say why.
    CouldNot,
    /// Every worker that had it went away.
    Lost,
}

/// A sign of life of a worker, or its last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sign {
    pub worker: String,
    pub said: Said,
}

/// What a worker says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is there and works, or waits for work.
    Here,
    /// It leaves the night.
    Left,
    /// It takes no part in the night, and why.
    Refused(String),
}

/// The names of everything that one night has at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The stream.
    pub stream: String,
    /// What is to be done.
    pub work: String,
    /// What came of it.
    pub done: String,
    /// Signs of life; they are not kept.
    pub signs: String,
    /// The store.
    pub bucket: String,
}

impl Names {
    /// Those of a night of a version.
    pub(super) fn of(version: &str, night: &str) -> Self {
        let plain = |text: &str| {
            text.replace(|it: char| !it.is_ascii_alphanumeric() && !"-_".contains(it), "_")
        };
        let own = format!("{}-{}", plain(version), plain(night));
        Self {
            stream: format!("nightshift-{own}"),
            work: format!("nightshift.{own}.work"),
            done: format!("nightshift.{own}.done"),
            signs: format!("nightshift.{own}.signs"),
            bucket: format!("nightshift-{own}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_and_each_night_has_names_of_its_own_that_a_server_takes() {
        let names = Names::of("0.1.0", "2026-11-21T010000Z-k3f9");
        assert_eq!(names.stream, "nightshift-0_1_0-2026-11-21T010000Z-k3f9");
        assert_eq!(names.work, "nightshift.0_1_0-2026-11-21T010000Z-k3f9.work");
        assert_ne!(names.stream, Names::of("0.1.1", "2026-11-21T010000Z-k3f9").stream);
        assert_ne!(names.stream, Names::of("0.1.0", "2026-11-21T010000Z-k3f8").stream);
        let odd = Names::of("0.2.0-rc.1+x", "my.night");
        let fine = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        assert!(odd.bucket.chars().all(fine), "{}", odd.bucket);
        assert_eq!(odd.work.matches('.').count(), 2, "{}", odd.work);
    }

    #[test]
    fn a_notice_of_another_version_says_at_least_whose_it_is() {
        let later = r#"{"version":"9.0.0","night":"n","something":{"new":[1]}}"#;
        let heading: Heading = serde_json::from_str(later).expect("its heading");
        assert_eq!((heading.version.as_str(), heading.night.as_str()), ("9.0.0", "n"));
        assert!(serde_json::from_str::<Notice>(later).is_err());
    }
}
