//! [`Attempts`]: the ledger's lines sorted by scenario and attempt, for all who read a night.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::{
    Entry, Event, FacetRecord, Failure, KnownValue, Purpose, StepOutcome, StepRecord,
};
use super::event::{EvidenceRef, SessionWork, WatchKind};
use super::verdict::{Because, Outcome};

/// What the ledger says of each scenario, by its id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attempts<'a> {
    scenarios: BTreeMap<&'a str, ScenarioLog<'a>>,
    /// Products that died while the night ran: name, how, evidence, and the ledger position.
    pub crashes: Vec<Crash<'a>>,
    /// What was done for sessions, in order.
    pub sessions: Vec<SessionLog<'a>>,
    /// Why there is no control any more, where the ledger says so.
    pub no_control: Option<&'a str>,
    /// Checks of the preflight that failed: what was checked, and what was found.
    pub failed_preflight: Vec<FailedCheck<'a>>,
}

/// A product that died while the night ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Crash<'a> {
    /// Position in the ledger.
    pub seq: u64,
    /// The product's name.
    pub product: &'a str,
    /// How it ended.
    pub how: &'a str,
    /// Its log.
    pub evidence: &'a [EvidenceRef],
}

/// What was done for a session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionLog<'a> {
    /// The name of the actor.
    pub actor: &'a str,
    /// The product.
    pub product: &'a str,
    /// Why it was worked on.
    pub why: SessionWork,
    /// The steps as they went.
    pub steps: &'a [StepRecord],
}

impl<'a> SessionLog<'a> {
    /// The step that failed, with why.
    #[must_use]
    pub fn failure(&self) -> Option<(&'a StepRecord, &'a Failure)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some((step, failure)),
        })
    }
}

/// A check of the preflight that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedCheck<'a> {
    /// What was checked: `browser`, `product shop`.
    pub check: &'a str,
    /// What was found.
    pub detail: &'a str,
    /// Logs.
    pub evidence: &'a [EvidenceRef],
    /// From when to when.
    pub span: (DateTime<Utc>, DateTime<Utc>),
    /// The ledger position of its line.
    pub seq: u64,
}

/// What the ledger says of one scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScenarioLog<'a> {
    /// Its attempts, in order of their number.
    pub attempts: BTreeMap<u32, AttemptLog<'a>>,
    /// Those that were only made to measure how long its steps take.
    pub measured: BTreeMap<u32, AttemptLog<'a>>,
    /// The same, on another build of the product.
    pub beside: BTreeMap<u32, AttemptLog<'a>>,
    /// Those on the control, which tonight's are judged by.
    pub control: BTreeMap<u32, AttemptLog<'a>>,
    /// Those that only looked for a way to a goal.
    pub tried: BTreeMap<u32, AttemptLog<'a>>,
    /// Why it has no control, where the ledger says so.
    pub no_control: Option<&'a str>,
    /// Why it was not executed, where the ledger says so.
    pub not_run: Option<(Because, &'a str)>,
}

/// What the ledger says of one attempt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttemptLog<'a> {
    /// Values that are never compared.
    pub known: &'a [KnownValue],
    /// The steps as they went; those of a `repeat` are there once a round.
    pub steps: Vec<&'a StepRecord>,
    /// The checkpoints that were reached.
    pub checkpoints: Vec<CheckpointLog<'a>>,
    /// What the watches saw.
    pub sightings: Vec<SightingLog<'a>>,
    /// How it ended; `None` where the night was killed in the middle of it.
    pub finished: Option<Finished<'a>>,
    /// The ledger positions of its first and last line.
    pub span: (u64, u64),
}

/// A checkpoint that was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointLog<'a> {
    /// Its name.
    pub name: &'a str,
    /// The index of the step that took it.
    pub step: u32,
    /// Where in the product.
    pub place: &'a str,
    /// What was seen.
    pub facets: &'a [FacetRecord],
}

/// Something that a watch saw.
#[derive(Debug, Clone, PartialEq)]
pub struct SightingLog<'a> {
    /// The index of the step.
    pub step: u32,
    /// What kind of thing.
    pub kind: WatchKind,
    /// What it said.
    pub message: &'a str,
    /// The URL path of the page or resource.
    pub path: &'a str,
    /// Where in the product the step ended; `None` where it did not.
    pub place: Option<&'a str>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished<'a> {
    /// When that was.
    pub at: DateTime<Utc>,
    /// The fact.
    pub outcome: Outcome,
    /// What happened, where no failed step says so.
    pub detail: Option<&'a str>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl<'a> Attempts<'a> {
    /// Sorts the ledger's lines.
    #[must_use]
    pub fn of(entries: &'a [Entry]) -> Self {
        let mut all = Self::default();
        for entry in entries {
            all.add(entry);
        }
        all
    }

    /// What is known of a scenario; `None` where the ledger never names it.
    #[must_use]
    pub fn scenario(&self, id: &str) -> Option<&ScenarioLog<'a>> {
        self.scenarios.get(id)
    }

    /// The places of all checkpoints that were reached to be judged.
    pub fn places(&self) -> impl Iterator<Item = &'a str> + '_ {
        let attempts = self.scenarios.values().flat_map(|it| it.attempts.values());
        attempts.flat_map(|it| &it.checkpoints).map(|it| it.place)
    }

    fn add(&mut self, entry: &'a Entry) {
        let seq = entry.seq;
        match &entry.event {
            Event::NightStarted { .. }
            | Event::ProductLog { .. }
            | Event::Usage { .. }
            | Event::NightResumed { .. }
            | Event::NightFinished { .. }
            | Event::Preflight { ok: true, .. } => {}
            Event::Preflight { check, detail, duration_ms, evidence, .. } => {
                let span = (before(entry.at, *duration_ms), entry.at);
                self.failed_preflight.push(FailedCheck { check, detail, evidence, span, seq });
            }
            Event::ProductCrashed { product, how, evidence } => {
                self.crashes.push(Crash { seq, product, how, evidence });
            }
            Event::Session { actor, product, why, steps, .. } => {
                self.sessions.push(SessionLog { actor, product, why: *why, steps });
            }
            Event::AttemptStarted { scenario, attempt, known, purpose } => {
                self.start(scenario, *attempt, *purpose, seq).known = known;
            }
            Event::Step { scenario, attempt, step } => {
                self.attempt(scenario, *attempt, seq).add(step);
            }
            Event::Checkpoint { scenario, attempt, checkpoint, step, place, facets } => {
                self.attempt(scenario, *attempt, seq).checkpoints.push(CheckpointLog {
                    name: checkpoint,
                    step: *step,
                    place,
                    facets,
                });
            }
            Event::Recording { scenario, attempt, .. } | Event::Goal { scenario, attempt, .. } => {
                self.attempt(scenario, *attempt, seq);
            }
            Event::Watch { scenario, attempt, step, kind, message, path } => {
                self.attempt(scenario, *attempt, seq).sightings.push(SightingLog {
                    step: *step,
                    kind: *kind,
                    message,
                    path,
                    place: None,
                });
            }
            Event::AttemptFinished { scenario, attempt, outcome, detail, duration_ms } => {
                self.attempt(scenario, *attempt, seq).finished = Some(Finished {
                    at: entry.at,
                    outcome: *outcome,
                    detail: detail.as_deref(),
                    duration_ms: *duration_ms,
                });
            }
            Event::NoControl { scenario: None, detail } => self.no_control = Some(detail),
            Event::NoControl { scenario: Some(scenario), detail } => {
                self.scenarios.entry(scenario).or_default().no_control = Some(detail);
            }
            Event::NotRun { scenario, because, detail } => {
                self.scenarios.entry(scenario).or_default().not_run = Some((*because, detail));
            }
        }
    }

    fn start(
        &mut self,
        scenario: &'a str,
        number: u32,
        purpose: Purpose,
        seq: u64,
    ) -> &mut AttemptLog<'a> {
        let own = self.scenarios.entry(scenario).or_default();
        let log = AttemptLog { span: (seq, seq), ..AttemptLog::default() };
        match purpose {
            Purpose::Judging => None,
            Purpose::Measuring => own.measured.insert(number, log),
            Purpose::Beside => own.beside.insert(number, log),
            Purpose::Control => own.control.insert(number, log),
            Purpose::Trying => own.tried.insert(number, log),
        };
        self.attempt(scenario, number, seq)
    }

    fn attempt(&mut self, scenario: &'a str, number: u32, seq: u64) -> &mut AttemptLog<'a> {
        let log = self.scenarios.entry(scenario).or_default();
        let attempts = if log.measured.contains_key(&number) {
            &mut log.measured
        } else if log.beside.contains_key(&number) {
            &mut log.beside
        } else if log.control.contains_key(&number) {
            &mut log.control
        } else if log.tried.contains_key(&number) {
            &mut log.tried
        } else {
            &mut log.attempts
        };
        let attempt = attempts
            .entry(number)
            .or_insert_with(|| AttemptLog { span: (seq, seq), ..AttemptLog::default() });
        attempt.span.1 = seq;
        attempt
    }
}

impl<'a> AttemptLog<'a> {
    fn add(&mut self, step: &'a StepRecord) {
        // A step in a `repeat` has a place for each round; its sightings come before it.
        for sighting in self.sightings.iter_mut().rev().take_while(|it| it.place.is_none()) {
            sighting.place = (sighting.step == step.index).then_some(step.place.as_str());
        }
        self.steps.push(step);
    }

    /// The steps that failed, with why.
    pub fn failures(&self) -> impl Iterator<Item = (&'a StepRecord, &'a Failure)> + '_ {
        self.steps.iter().filter_map(|step| match &step.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some((*step, failure)),
        })
    }

    /// Whether it passed the step of this number.
    #[must_use]
    pub fn passed(&self, step: u32) -> bool {
        let own = self.steps.iter().find(|it| it.index == step);
        own.is_some_and(|it| it.outcome == StepOutcome::Passed)
    }

    /// Whether it ended and says something about the product.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.outcome().is_some_and(|outcome| outcome != Outcome::HarnessError)
    }

    /// From when to when it went; `None` where it did not end.
    #[must_use]
    pub fn took(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let it = self.finished.as_ref()?;
        Some((before(it.at, it.duration_ms), it.at))
    }

    /// How it ended; `None` where it did not.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.finished.as_ref().map(|finished| finished.outcome)
    }
}

/// So many milliseconds before a moment; the moment itself where there is none.
fn before(at: DateTime<Utc>, milliseconds: u64) -> DateTime<Utc> {
    let took = i64::try_from(milliseconds).ok().and_then(TimeDelta::try_milliseconds);
    took.and_then(|it| at.checked_sub_signed(it)).unwrap_or(at)
}

impl ScenarioLog<'_> {
    /// Whether its last attempt came to its end.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        let last = self.attempts.values().next_back();
        last.is_some_and(|it| it.outcome() == Some(Outcome::Completed))
    }

    /// What the control says of it: its last attempt that came to its end, else the last that says
    /// anything.
    #[must_use]
    pub fn control(&self) -> Option<&AttemptLog<'_>> {
        let says = |it: &&AttemptLog<'_>| it.counts() && it.outcome() != Some(Outcome::Crashed);
        let completed = self.control.values().rfind(|it| it.outcome() == Some(Outcome::Completed));
        completed.or_else(|| self.control.values().rfind(says))
    }

    /// The number of the last attempt of any kind; 0 where there is none.
    #[must_use]
    pub fn last_number(&self) -> u32 {
        let all = [&self.attempts, &self.measured, &self.beside, &self.control];
        all.into_iter().filter_map(|it| it.keys().next_back()).max().copied().unwrap_or(0)
    }

    /// All attempts together, in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.attempts.values().filter_map(|it| it.finished.as_ref()).map(|it| it.duration_ms).sum()
    }
}
