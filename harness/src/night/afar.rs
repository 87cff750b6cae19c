//! [`Afar`]: attempts of tonight that workers elsewhere make. What is planned, decided and judged
//! stays here; an attempt that came back stands in this night's ledger as if it had been made here.
//!
//! Neighbours: [`super::workers`], which asks for attempts, and `lent.rs`, which makes them for the
//! night of another process.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{SemaphorePermit, watch};

use super::attempts::{Attempted, could_not, harness_error};
use super::means::Means;
use super::suite_print::suite_print;
use super::walls::asks_a_model;
use super::{NightError, RunOptions, Stop};
use crate::attempt::Ended;
use crate::ledger::{Ledger, LedgerError, evidence_of};
use crate::model::{Because, Entry, Event, Plan, Purpose, Scenario, Suite};
use crate::queue::{Answer, Came, Desk, Handed, Opening};

/// What the checks that tell of workers are called.
const CHECK: &str = "queue";

/// The workers of a night that are elsewhere.
pub(super) struct Afar {
    desk: Arc<Desk>,
    /// The workers that have made something so far.
    known: Mutex<BTreeSet<String>>,
    /// Held while lines of one attempt are appended: what crashed on one worker falls into no
    /// attempt of another.
    appending: Mutex<()>,
}

impl Afar {
    /// Those of a night that was asked to have some, with how many of its scenarios can run here.
    ///
    /// # Errors
    /// The queue cannot be had, or what was asked for would not reach the workers.
    pub(super) async fn of(
        suite: &Suite,
        options: &RunOptions,
        (ledger, plan): (&Ledger, &Plan),
        (runnable, stop): (usize, &Stop),
    ) -> Result<Option<Self>, NightError> {
        let Some(counter) = &options.queue else { return Ok(None) };
        let night = ledger.night();
        let asked = night.plan()?.asked;
        if asked != plan.asked || asked.base_urls.len() != options.base_urls.len() {
            return Err(NightError::Usage(
                "a secret was given with --set, --var or --base-url, and none goes over a queue: let \
                 the suite name it as ${secret:NAME}, and give it to the workers themselves"
                    .to_owned(),
            ));
        }
        let read = |source| NightError::Io { action: "read", path: night.plan_path(), source };
        let opening = Opening {
            night: plan.night.clone(),
            suite: suite_print(suite)?,
            runnable,
            asked,
            plan: std::fs::read(night.plan_path()).map_err(read)?,
        };
        let desk = Box::pin(counter.open(opening, stop.signal())).await?;
        note(ledger, format!("attempts are made by workers at {}", counter.server()))?;
        Ok(Some(Self { desk, known: Mutex::default(), appending: Mutex::default() }))
    }

    /// Whether a scenario may be attempted elsewhere. What may ask a model is attempted here: all of
    /// a night shares one budget for it.
    pub(super) fn takes(means: &Means, scenario: &Scenario) -> bool {
        means.brain().is_none() || !asks_a_model(scenario)
    }

    /// Waits for a worker that is free, as long as the night goes on and workers are waited for.
    pub(super) async fn free_hand(
        &self,
        stop: watch::Receiver<bool>,
    ) -> Option<SemaphorePermit<'_>> {
        self.desk.free_hand(stop).await
    }

    /// Has one attempt made for a purpose, and takes over what it left.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub(super) async fn attempt(
        &self,
        ledger: &Ledger,
        scenario: &Scenario,
        made: (u32, Purpose),
        stop: watch::Receiver<bool>,
    ) -> Result<Attempted, NightError> {
        let (number, purpose) = made;
        let answer = match self.desk.hand_out(&scenario.id, made, stop).await {
            Handed::Answered(answer) => *answer,
            Handed::Stopped => return Ok(Attempted::Ended(Ended::Stopped)),
            Handed::Nobody(why) => {
                return could_not(ledger, (scenario, purpose), Because::Environment, &why);
            }
        };
        let arrived = Utc::now();
        self.tell(ledger, scenario, number, &answer)?;
        let unusable = |problem: String| {
            let detail = format!("what worker {} made cannot be used: {problem}", answer.worker);
            harness_error(ledger, scenario, made, detail)
        };
        if answer.came == Came::Lost {
            let detail = format!("{} workers went away while they made it", answer.deliveries - 1);
            return harness_error(ledger, scenario, made, detail);
        }
        let entries = match self.brought(ledger, &answer).await? {
            Ok(entries) => entries,
            Err(problem) => return unusable(problem),
        };
        if !is_of(&entries, (&scenario.id, number), answer.came) {
            return unusable("its lines are not those of this attempt".to_owned());
        }
        self.append(ledger, by_our_clock(entries, answer.at, arrived))?;
        Ok(match answer.came {
            Came::Ended(outcome) => Attempted::Ended(Ended::With(outcome)),
            Came::CouldNot | Came::Lost => Attempted::CouldNot,
        })
    }

    fn append(&self, ledger: &Ledger, entries: Vec<Entry>) -> Result<(), NightError> {
        let _whole = self.appending.lock().unwrap_or_else(PoisonError::into_inner);
        for Entry { at, event, .. } in entries {
            ledger.append_at(at, event)?;
        }
        Ok(())
    }

    /// Takes the evidence of an answer over and reads its lines; what is wrong with them is no error
    /// of this night.
    async fn brought(
        &self,
        ledger: &Ledger,
        answer: &Answer,
    ) -> Result<Result<Vec<Entry>, String>, NightError> {
        let night = ledger.night();
        for (path, name) in &answer.evidence {
            if night.path().join(path).exists() {
                continue;
            }
            match self.desk.read(name).await {
                Ok(bytes) => match night.take(path, &bytes) {
                    Err(error @ LedgerError::Damaged { .. }) => {
                        return Ok(Err(error.to_string()));
                    }
                    taken => taken?,
                },
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
        let Some(lines) = &answer.lines else { return Ok(Err("it has no lines".to_owned())) };
        let bytes = match self.desk.read(lines).await {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let entries: Vec<Entry> = match serde_json::from_slice(&bytes) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut named = evidence_of(&entries).into_iter();
        Ok(match named.find(|it| !night.path().join(it).is_file()) {
            Some(gone) => Err(format!("{gone} did not come along")),
            None => Ok(entries),
        })
    }

    /// Notes which workers there are, and what had to be handed out more than once.
    fn tell(
        &self,
        ledger: &Ledger,
        scenario: &Scenario,
        number: u32,
        answer: &Answer,
    ) -> Result<(), NightError> {
        let is_new = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(answer.worker.clone())
        };
        if is_new {
            note(ledger, format!("worker {} takes part", answer.worker))?;
        }
        if answer.deliveries > 1 {
            let (id, times) = (&scenario.id, answer.deliveries);
            note(ledger, format!("attempt {number} at {id} was handed out {times} times"))?;
        }
        Ok(())
    }
}

/// The lines of a worker whose clock showed `sent` when its answer left, which was here at `arrived`.
/// Clocks differ; what matters is that an attempt had ended when its answer was here.
fn by_our_clock(
    mut entries: Vec<Entry>,
    sent: DateTime<Utc>,
    arrived: DateTime<Utc>,
) -> Vec<Entry> {
    let behind = arrived - sent;
    for entry in &mut entries {
        entry.at += behind;
    }
    entries
}

fn note(ledger: &Ledger, detail: String) -> Result<(), NightError> {
    let (check, ok, evidence) = (CHECK.to_owned(), true, Vec::new());
    ledger.append(Event::Preflight { check, ok, detail, duration_ms: 0, evidence })?;
    Ok(())
}

/// Whether lines are those of one attempt, and of nothing else, and end as the answer says.
fn is_of(entries: &[Entry], (scenario, number): (&str, u32), came: Came) -> bool {
    let is_of_night = |event: &Event| {
        matches!(
            event,
            Event::NightStarted { .. }
                | Event::NightResumed { .. }
                | Event::NightFinished { .. }
                | Event::Preflight { .. }
        )
    };
    let is_own = |event: &Event| {
        !is_of_night(event)
            && event.attempt().is_none_or(|own| own == (scenario, number))
            && event.scenario().is_none_or(|own| own == scenario)
    };
    let ends = |event: &Event| match came {
        Came::Ended(wanted) => {
            matches!(event, Event::AttemptFinished { outcome, .. } if *outcome == wanted)
        }
        Came::CouldNot => matches!(event, Event::NotRun { .. } | Event::NoControl { .. }),
        Came::Lost => false,
    };
    entries.iter().all(|it| is_own(&it.event)) && entries.iter().any(|it| ends(&it.event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    fn lines(events: Vec<Event>) -> Vec<Entry> {
        let entry = |(seq, event)| Entry { seq, at: Utc::now(), event };
        (0..).zip(events).map(entry).collect()
    }

    fn started(scenario: &str, attempt: u32) -> Event {
        let (scenario, known, purpose) = (scenario.to_owned(), Vec::new(), Purpose::Judging);
        Event::AttemptStarted { scenario, attempt, known, purpose }
    }

    fn finished(scenario: &str, attempt: u32) -> Event {
        let (outcome, scenario) = (Outcome::Completed, scenario.to_owned());
        Event::AttemptFinished { scenario, attempt, outcome, detail: None, duration_ms: 7 }
    }

    #[test]
    fn a_worker_whose_clock_is_an_hour_off_has_its_lines_when_they_were_by_ours() {
        let instant = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let arrived = instant("2026-11-21T01:30:00Z");
        for hours in [-1, 0, 1] {
            let theirs = |text: &str| instant(text) + chrono::TimeDelta::hours(hours);
            let mut made = lines(vec![started("a", 1), finished("a", 1)]);
            made[0].at = theirs("2026-11-21T01:29:20Z");
            made[1].at = theirs("2026-11-21T01:29:58Z");
            let ours = by_our_clock(made, theirs("2026-11-21T01:30:00Z"), arrived);
            let at: Vec<DateTime<Utc>> = ours.iter().map(|it| it.at).collect();
            let said = ["2026-11-21T01:29:20Z", "2026-11-21T01:29:58Z"].map(instant);
            assert_eq!(at, said, "{hours} hours");
        }
    }

    #[test]
    fn lines_of_another_attempt_or_without_an_end_are_not_taken_for_this_one() {
        let came = Came::Ended(Outcome::Completed);
        let whole = lines(vec![started("a", 2), finished("a", 2)]);
        assert!(is_of(&whole, ("a", 2), came));
        assert!(!is_of(&whole, ("a", 1), came));
        assert!(!is_of(&whole, ("b", 2), came));
        assert!(!is_of(&whole, ("a", 2), Came::Ended(Outcome::Crashed)));
        assert!(!is_of(&lines(vec![started("a", 2)]), ("a", 2), came));
        assert!(!is_of(&[], ("a", 2), Came::CouldNot));
        let mixed = lines(vec![started("a", 2), finished("a", 2), finished("b", 1)]);
        assert!(!is_of(&mixed, ("a", 2), came));
        let ended = Event::NightFinished { interrupted: false };
        assert!(!is_of(&lines(vec![finished("a", 2), ended]), ("a", 2), came));
    }
}
