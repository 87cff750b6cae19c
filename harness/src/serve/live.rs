//! [`Live`]: how far the night that runs has come, from its plan and its ledger. Of a ledger only
//! what is new is read each time, so that looking costs the night nothing; where the night went on
//! after it broke off, all is read once more, without what counts no more.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use crate::ledger::{NightDir, counting};
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
    /// Whether it has come to its end; its loop may run scenarios more often behind it.
    pub ended: bool,
    /// What the preflight found wrong.
    pub unwell: Vec<String>,
    /// How much of the ledger was read.
    read: u64,
}

/// An attempt that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Which attempt.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub ms: u64,
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
        /// The attempt before.
        before: Option<Ended>,
    },
    /// Its last attempt has ended; another may follow.
    Done {
        /// That attempt.
        last: Ended,
        /// Why no other follows, where it was to.
        no_more: Option<String>,
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
        let path = self.folder.join("ledger.jsonl");
        let is_shorter = path.metadata().is_ok_and(|it| it.len() < self.read);
        let mut new = if is_shorter { Vec::new() } else { self.unread(&path) };
        let went_on = |it: &Entry| matches!(it.event, Event::NightResumed { .. });
        // What was taken from lines that count no more can be taken back by beginning anew alone.
        if is_shorter || new.iter().any(went_on) {
            self.begin_anew();
            new = self.unread(&path);
        }
        for entry in counting(new) {
            self.last = Some(entry.at);
            self.take(entry.at, entry.event);
        }
    }

    /// The whole lines of the ledger that were not read yet.
    fn unread(&mut self, path: &Path) -> Vec<Entry> {
        let mut entries = Vec::new();
        let Ok(mut file) = File::open(path) else { return entries };
        if file.seek(SeekFrom::Start(self.read)).is_err() {
            return entries;
        }
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return entries,
                // The last line is not whole yet.
                Ok(_) if !line.ends_with(b"\n") => return entries,
                Ok(bytes) => self.read += bytes as u64,
            }
            entries.extend(serde_json::from_slice::<Entry>(&line).ok());
        }
    }

    /// As if nothing was read. A night that went on may have another deadline in its plan.
    fn begin_anew(&mut self) {
        self.scenarios.values_mut().for_each(|it| *it = State::Waiting);
        (self.last, self.ended, self.read) = (None, false, 0);
        self.unwell.clear();
        if let Ok(plan) = NightDir::open(&self.folder).and_then(|it| it.plan()) {
            self.deadline = plan.deadline;
        }
    }

    fn take(&mut self, at: DateTime<Utc>, event: Event) {
        match event {
            Event::NightFinished { .. } => self.ended = true,
            Event::Preflight { check, ok: false, detail, .. } => {
                self.unwell.push(format!("{check}: {detail}"));
            }
            Event::AttemptStarted { scenario, attempt, purpose: Purpose::Judging, .. } => {
                self.change(&scenario, |state| {
                    let before = match state {
                        State::Done { last, .. } => Some(*last),
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
                    let last = Ended { attempt: of, outcome, at, ms };
                    runs.then_some(State::Done { last, no_more: None })
                });
            }
            Event::NotRun { scenario, detail, .. } => {
                self.change(&scenario, |state| {
                    Some(match state {
                        // It ran, and what was seen then counts.
                        State::Done { last, .. } | State::Running { before: Some(last), .. } => {
                            State::Done { last: *last, no_more: Some(detail) }
                        }
                        State::Waiting | State::NotRun(_) | State::Running { before: None, .. } => {
                            State::NotRun(detail)
                        }
                    })
                });
            }
            Event::Usage { .. }
            | Event::NightStarted { .. }
            | Event::NightResumed { .. }
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

    /// Whether scenarios run more often behind the night's end, in the time that is left.
    pub fn runs_more(&self) -> bool {
        self.ended && self.count(|it| matches!(it, State::Running { .. })) > 0
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

    /// How the last attempt of a scenario ended that is done, and how long it took.
    fn done_in(live: &Live, scenario: &str) -> Option<(Outcome, u64)> {
        match &live.scenarios[scenario] {
            State::Done { last, .. } => Some((last.outcome, last.ms)),
            State::Waiting | State::Running { .. } | State::NotRun(_) => None,
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
        assert_eq!(done_in(&live, "a"), Some((Outcome::Failed, 70)));
        assert_eq!(live.scenarios["c"], State::NotRun("late".to_owned()));
        assert!(live.ended);
    }

    /// Writes lines with their positions, the first of which is `from`.
    fn write_from(folder: &Path, from: usize, events: &[serde_json::Value]) {
        let file = File::options().append(true).create(true).open(folder.join("ledger.jsonl"));
        let mut file = file.expect("opened");
        for (n, event) in events.iter().enumerate() {
            let line = json!({ "seq": from + n, "at": "2026-11-21T01:00:00Z", "event": event });
            writeln!(file, "{line}").expect("written");
        }
    }

    fn begun(id: &str, attempt: u32, purpose: &str) -> serde_json::Value {
        json!({ "type": "attempt-started", "scenario": id, "attempt": attempt, "known": [],
            "purpose": purpose })
    }

    fn ended(id: &str, outcome: &str, ms: u64) -> serde_json::Value {
        json!({ "type": "attempt-finished", "scenario": id, "attempt": 1, "outcome": outcome,
            "detail": null, "duration_ms": ms })
    }

    /// A night that broke off in the middle of a second attempt at `a`, of an attempt at `b`, and of
    /// one that only measures `c`; `d` had been given up, and a check had failed.
    fn broken_off(folder: &Path) {
        let check = json!({ "type": "preflight", "check": "shop", "ok": false,
            "detail": "no answer", "duration_ms": 1, "evidence": [] });
        let gone =
            json!({ "type": "not-run", "scenario": "d", "because": "deadline", "detail": "late" });
        let events = [
            check,
            begun("a", 1, "judging"),
            ended("a", "failed", 70),
            begun("a", 2, "judging"),
            begun("b", 1, "judging"),
            begun("c", 1, "judging"),
            ended("c", "completed", 90),
            begun("c", 2, "measuring"),
            gone,
        ];
        write_from(folder, 0, &events);
    }

    /// It goes on, and its checks are made anew.
    fn goes_on(folder: &Path) {
        let resumed = json!({ "type": "night-resumed", "broke_off": "2026-11-21T01:00:00Z",
            "kept": 2, "anew": ["a", "b", "c"], "void": [0, 3, 4, 7, 8] });
        let check = json!({ "type": "preflight", "check": "shop", "ok": false,
            "detail": "no answer", "duration_ms": 1, "evidence": [] });
        write_from(folder, 9, &[resumed, check, begun("b", 1, "judging")]);
    }

    #[test]
    fn a_night_that_goes_on_is_shown_as_what_counts_of_it_and_nothing_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let ids = ["a", "b", "c", "d"];
        let mut watched = live(&ids, folder.path());
        broken_off(folder.path());
        watched.follow();
        assert_eq!(watched.count(|it| matches!(it, State::Running { .. })), 2);
        assert_eq!(watched.unwell.len(), 1);
        goes_on(folder.path());
        watched.follow();
        let mut opened_now = live(&ids, folder.path());
        opened_now.follow();
        for seen in [&watched, &opened_now] {
            assert_eq!(done_in(seen, "a"), Some((Outcome::Failed, 70)));
            assert!(matches!(seen.scenarios["b"], State::Running { before: None, .. }));
            assert_eq!(done_in(seen, "c"), Some((Outcome::Completed, 90)), "it is done");
            assert_eq!(seen.scenarios["d"], State::Waiting, "it is tried now");
            assert_eq!(seen.unwell, ["shop: no answer"], "it is told once");
        }
        write_from(folder.path(), 12, &[ended("b", "completed", 30)]);
        watched.follow();
        assert_eq!(done_in(&watched, "b"), Some((Outcome::Completed, 30)), "nothing is lost");
    }

    #[test]
    fn what_ran_and_is_not_run_again_is_done_and_what_never_ended_will_not_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut live = live(&["a", "b", "c"], folder.path());
        let gone = |id: &str| json!({ "type": "not-run", "scenario": id, "because": "deadline", "detail": "late" });
        let events = [
            begun("a", 1, "judging"),
            ended("a", "failed", 70),
            gone("a"),
            begun("b", 1, "judging"),
            ended("b", "failed", 80),
            begun("b", 2, "judging"),
            gone("b"),
            begun("c", 1, "judging"),
            gone("c"),
        ];
        write_from(folder.path(), 0, &events);
        live.follow();
        for (id, ms) in [("a", 70), ("b", 80)] {
            assert_eq!(done_in(&live, id), Some((Outcome::Failed, ms)));
            let said = matches!(&live.scenarios[id], State::Done { no_more: Some(why), .. } if why == "late");
            assert!(said, "{:?}", live.scenarios[id]);
        }
        assert_eq!(live.scenarios["c"], State::NotRun("late".to_owned()));
    }

    #[test]
    fn what_runs_more_often_behind_the_end_is_no_night_that_only_is_judged() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut live = live(&["a"], folder.path());
        let end = || json!({ "type": "night-finished", "interrupted": false });
        let first = [begun("a", 1, "judging"), ended("a", "failed", 70), end()];
        write_from(folder.path(), 0, &first);
        live.follow();
        assert!(live.ended && !live.runs_more());
        write_from(folder.path(), 3, &[begun("a", 2, "judging")]);
        live.follow();
        assert!(live.ended && live.runs_more());
        let mut over = ended("a", "completed", 70);
        over["attempt"] = json!(2);
        write_from(folder.path(), 4, &[over, end()]);
        live.follow();
        assert!(live.ended && !live.runs_more());
    }

    #[test]
    fn a_ledger_that_became_shorter_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut live = live(&["a", "b", "c", "d"], folder.path());
        broken_off(folder.path());
        live.follow();
        std::fs::remove_file(folder.path().join("ledger.jsonl")).expect("removed");
        write_from(folder.path(), 0, &[begun("d", 1, "judging")]);
        live.follow();
        assert_eq!(live.count(|it| *it == State::Waiting), 3);
        assert!(matches!(live.scenarios["d"], State::Running { .. }));
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
