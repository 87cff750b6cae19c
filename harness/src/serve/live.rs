//! [`Live`]: how far the night that runs has come, from its plan and its ledger. Of a ledger only
//! what is new is read each time, so that looking costs the night nothing.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use crate::ledger::NightDir;
use crate::model::Outcome;
use crate::model::event::{Entry, Event, Purpose};

/// The night that runs.
#[derive(Debug)]
pub struct Live {
    /// Its folder.
    folder: PathBuf,
    /// Its id.
    pub night: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When its report must be there.
    pub deadline: Option<DateTime<Utc>>,
    /// The builds, in words.
    pub builds: Vec<String>,
    /// Each planned scenario, in the order of the plan.
    pub scenarios: IndexMap<String, State>,
    /// The last thing that was written.
    pub last: Option<DateTime<Utc>>,
    /// Whether it has come to its end and is being judged.
    pub ended: bool,
    /// What the preflight found wrong.
    pub unwell: Vec<String>,
    /// How much of the ledger was read.
    read: u64,
}

/// How far a scenario is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits.
    Waiting,
    /// It runs.
    Running {
        /// Which attempt.
        attempt: u32,
        /// Since when.
        since: DateTime<Utc>,
        /// The last step that was done.
        step: Option<u32>,
        /// How the attempt before ended.
        before: Option<Outcome>,
    },
    /// Its last attempt has ended; another may follow.
    Done {
        /// Which attempt.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// When.
        at: DateTime<Utc>,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// It will not run.
    NotRun(String),
}

impl Live {
    /// The night among these that was written to last, and since then; `None` where none was: a
    /// night that began later is written elsewhere.
    pub fn newest(nights: &Path, since: SystemTime) -> Option<PathBuf> {
        let entries = std::fs::read_dir(nights).ok()?.filter_map(Result::ok);
        let written = |it: &Path| it.join("ledger.jsonl").metadata().ok()?.modified().ok();
        entries
            .filter_map(|it| Some((written(&it.path())?, it.path())))
            .filter(|it| it.0 >= since)
            .max_by_key(|it| it.0)
            .map(|it| it.1)
    }

    /// A night whose ledger is still written.
    pub fn of(folder: &Path) -> Option<Self> {
        let plan = NightDir::open(folder).ok()?.plan().ok()?;
        let builds =
            plan.products.iter().filter_map(|it| Some(format!("{} {}", it.name, it.said()?)));
        Some(Self {
            folder: folder.to_owned(),
            night: plan.night.clone(),
            started: plan.started,
            deadline: plan.deadline,
            builds: builds.collect(),
            scenarios: plan.scenarios.iter().map(|it| (it.id.clone(), State::Waiting)).collect(),
            last: None,
            ended: false,
            unwell: Vec::new(),
            read: 0,
        })
    }

    /// Whether it is the night in this folder.
    pub fn is(&self, folder: &Path) -> bool {
        self.folder == folder
    }

    /// Reads what was written since the last time.
    pub fn follow(&mut self) {
        let Ok(mut file) = File::open(self.folder.join("ledger.jsonl")) else { return };
        if file.seek(SeekFrom::Start(self.read)).is_err() {
            return;
        }
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                // The last line is not whole yet.
                Ok(_) if !line.ends_with(b"\n") => return,
                Ok(bytes) => self.read += bytes as u64,
            }
            if let Ok(line) = serde_json::from_slice::<Entry>(&line) {
                self.last = Some(line.at);
                self.take(line.at, line.event);
            }
        }
    }

    fn take(&mut self, at: DateTime<Utc>, event: Event) {
        match event {
            Event::NightFinished { .. } => self.ended = true,
            Event::NightResumed { anew, .. } => {
                self.ended = false;
                for (id, state) in &mut self.scenarios {
                    if anew.contains(id) || matches!(state, State::NotRun(_)) {
                        *state = State::Waiting;
                    }
                }
            }
            Event::Preflight { check, ok: false, detail, .. } => {
                self.unwell.push(format!("{check}: {detail}"));
            }
            Event::AttemptStarted { scenario, attempt, purpose: Purpose::Judging, .. } => {
                self.change(&scenario, |state| {
                    let before = match state {
                        State::Done { outcome, .. } => Some(*outcome),
                        State::Waiting | State::Running { .. } | State::NotRun(_) => None,
                    };
                    Some(State::Running { attempt, since: at, step: None, before })
                });
            }
            Event::Step { scenario, attempt: of, step: done } => {
                self.change(&scenario, |state| match state {
                    State::Running { attempt, since, before, .. } if *attempt == of => {
                        let (attempt, since, before) = (*attempt, *since, *before);
                        Some(State::Running { attempt, since, step: Some(done.index), before })
                    }
                    State::Running { .. }
                    | State::Waiting
                    | State::Done { .. }
                    | State::NotRun(_) => None,
                });
            }
            Event::AttemptFinished { scenario, attempt: of, outcome, duration_ms: ms, .. } => {
                self.change(&scenario, |state| {
                    let runs = matches!(state, State::Running { attempt, .. } if *attempt == of);
                    runs.then_some(State::Done { attempt: of, outcome, at, ms })
                });
            }
            Event::NotRun { scenario, detail, .. } => {
                self.change(&scenario, |_| Some(State::NotRun(detail)));
            }
            Event::Usage { .. }
            | Event::NightStarted { .. }
            | Event::Preflight { .. }
            | Event::ProductCrashed { .. }
            | Event::ProductLog { .. }
            | Event::Session { .. }
            | Event::AttemptStarted { .. }
            | Event::Checkpoint { .. }
            | Event::Goal { .. }
            | Event::Recording { .. }
            | Event::Watch { .. }
            | Event::NoControl { .. } => {}
        }
    }

    /// Changes the state of a planned scenario, where there is anything to change.
    fn change(&mut self, scenario: &str, to: impl FnOnce(&State) -> Option<State>) {
        if let Some(state) = self.scenarios.get_mut(scenario)
            && let Some(next) = to(state)
        {
            *state = next;
        }
    }

    /// How many scenarios are in a state.
    pub fn count(&self, wanted: fn(&State) -> bool) -> usize {
        self.scenarios.values().filter(|it| wanted(it)).count()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::json;

    use super::*;

    fn live(ids: &[&str], folder: &Path) -> Live {
        Live {
            folder: folder.to_owned(),
            night: "n".to_owned(),
            started: DateTime::UNIX_EPOCH,
            deadline: None,
            builds: Vec::new(),
            scenarios: ids.iter().map(|it| ((*it).to_owned(), State::Waiting)).collect(),
            last: None,
            ended: false,
            unwell: Vec::new(),
            read: 0,
        }
    }

    fn write(folder: &Path, events: &[serde_json::Value], end: &str) {
        let path = folder.join("ledger.jsonl");
        let file = File::options().append(true).create(true).open(path);
        let mut file = file.expect("opened");
        for event in events {
            let line = json!({ "seq": 0, "at": "2026-11-21T01:00:00Z", "event": event });
            write!(file, "{line}{end}").expect("written");
        }
    }

    #[test]
    fn a_ledger_is_followed_line_by_line_and_half_a_line_waits() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut live = live(&["a", "b", "c"], folder.path());
        let begun = |id: &str| json!({ "type": "attempt-started", "scenario": id, "attempt": 1, "known": [] });
        let step = json!({ "type": "step", "scenario": "a", "attempt": 1, "step": { "index": 3,
            "surface": "browser", "place": "/", "outcome": { "result": "passed" }, "duration_ms": 1,
            "evidence": [] } });
        let done = json!({ "type": "attempt-finished", "scenario": "a", "attempt": 1,
            "outcome": "failed", "detail": null, "duration_ms": 70 });
        write(folder.path(), &[begun("a"), begun("b"), step], "\n");
        write(folder.path(), &[done], "");
        live.follow();
        let running = |it: &State| matches!(it, State::Running { .. });
        assert_eq!(live.count(running), 2);
        assert!(matches!(live.scenarios["a"], State::Running { step: Some(3), .. }));
        write(folder.path(), &[], "");
        std::fs::OpenOptions::new()
            .append(true)
            .open(folder.path().join("ledger.jsonl"))
            .and_then(|mut it| it.write_all(b"\n"))
            .expect("written");
        let gone =
            json!({ "type": "not-run", "scenario": "c", "because": "deadline", "detail": "late" });
        write(
            folder.path(),
            &[gone, json!({ "type": "night-finished", "interrupted": false })],
            "\n",
        );
        live.follow();
        assert!(matches!(
            live.scenarios["a"],
            State::Done { outcome: Outcome::Failed, ms: 70, .. }
        ));
        assert_eq!(live.scenarios["c"], State::NotRun("late".to_owned()));
        assert!(live.ended);
    }

    #[test]
    fn runs_that_only_measure_make_nothing_run_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut live = live(&["a"], folder.path());
        let measures = json!({ "type": "attempt-started", "scenario": "a", "attempt": 2, "known": [],
            "purpose": "measuring" });
        write(folder.path(), &[measures], "\n");
        live.follow();
        assert_eq!(live.scenarios["a"], State::Waiting);
    }
}
