//! [`find`]: what varied between rounds of the same scenarios although the product is the same, and
//! for each place the narrowest redaction, mask or the like that makes it silent; pure.
//!
//! Each checkpoint is worked on by itself ([`checkpoint`]): its texts are redacted as a night does,
//! aligned line by line ([`align`]), and what varies is named ([`kind`]) and proposed ([`text`],
//! [`order`], [`json`]); pictures by the things in them ([`picture`]). A proposal stands only if it
//! takes nothing out that was constant. What no proposal makes silent is called unstable.
//!
//! The files:
//! - `elsewhere.rs`: lines that varied at one checkpoint and stand, as yet the same, at others.
//! - `clock.rs`: which rounds a scenario is judged by, where the clock was moved in some.
//! - `checkpoint.rs`: one checkpoint, proposal by proposal, until nothing varies or it is unstable.
//! - `align.rs`: which lines of several texts are the same line, and what of it varies.
//! - `candidate.rs`: what varies at one place, with a remedy for it.
//! - `text.rs`: the next proposal for a text: the narrowest that takes out nothing constant.
//! - `order.rs`: what only stands in another order.
//! - `json.rs`: the value of a JSON output that varies.
//! - `kind.rs`: what kind of thing varies.
//! - `instead.rs`: what could be done instead of giving a whole facet up.
//! - `picture.rs`: what is drawn otherwise in each round, by the things in the picture.

mod align;
mod candidate;
mod checkpoint;
mod clock;
mod elsewhere;
mod instead;
mod json;
mod kind;
mod order;
mod picture;
mod text;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::checkpoint::{Case, Seen};
use self::elsewhere::Lines;
use crate::compare::watch::{self, WatchSet};
use crate::compare::{CompareError, Redactor};
use crate::model::attempts::{AttemptLog, Attempts, ScenarioLog};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::settle::{ByClock, Noise, NoiseKind, Unsettled};
use crate::model::{BaselineRecord, Entry, EvidenceRef, FacetKind, Outcome, Plan, Scenario};

/// The most samples that are kept of one place.
const MOST_SAMPLES: usize = 5;

/// Reads evidence of a round.
pub type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Option<Vec<u8>>;

/// One round: a night over the same suite, somehow shaken.
#[derive(Clone, Copy)]
pub struct Round<'a> {
    /// What it set out to do.
    pub plan: &'a Plan,
    /// What happened.
    pub entries: &'a [Entry],
    /// What was kept.
    pub read: Read<'a>,
    /// By how many days the clock of products was moved; `None` where it was left alone.
    pub moved: Option<i64>,
}

/// What rounds have shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variation {
    /// Every place that varied, by scenario and checkpoint.
    pub noise: Vec<Noise>,
    /// The scenarios that did not end as they should in every round.
    pub unsettled: Vec<Unsettled>,
    /// How many facets of checkpoints were compared over all rounds.
    pub compared: u32,
    /// The scenarios that fail where the clock is moved, and hold where it is not.
    pub by_clock: Vec<ByClock>,
    /// The rounds that a scenario was judged by, by their index, where it was not by all of them.
    pub judged_in: BTreeMap<String, Vec<usize>>,
}

/// Where a line that varies is noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Where it varied.
    Seen,
    /// Wherever the same line stands: a footer with a duration varies on every page, also on those
    /// where a few rounds happened to take equally long.
    Alike,
}

/// What varied between rounds; the first one's plan says what is looked at.
///
/// # Errors
/// A redaction of the plan that is no regular expression.
pub fn find(rounds: &[Round<'_>], reach: Reach) -> Result<Variation, CompareError> {
    let none = Lines::default();
    match reach {
        Reach::Seen => find_with(rounds, &none, &mut Lines::default()),
        Reach::Alike => {
            let mut lines = Lines::default();
            find_with(rounds, &none, &mut lines)?;
            find_with(rounds, &lines, &mut Lines::default())
        }
    }
}

/// The same, with what is known to vary elsewhere; learns what varies here.
fn find_with(
    rounds: &[Round<'_>],
    known: &Lines,
    learned: &mut Lines,
) -> Result<Variation, CompareError> {
    let mut found = Variation::default();
    let Some(first) = rounds.first() else { return Ok(found) };
    let logs: Vec<Attempts<'_>> = rounds.iter().map(|it| Attempts::of(it.entries)).collect();
    for scenario in &first.plan.scenarios {
        let (own, by_clock) = clock::judging(rounds, &logs, &scenario.id);
        found.by_clock.extend(by_clock);
        let all: Vec<Option<&ScenarioLog<'_>>> =
            own.iter().map(|at| logs[*at].scenario(&scenario.id)).collect();
        let last = all.iter().map(|log| log.and_then(|log| last_completed(log)));
        let completed: Vec<(Read<'_>, &AttemptLog<'_>)> =
            own.iter().zip(last).filter_map(|(at, it)| Some((rounds[*at].read, it?))).collect();
        if own.len() < rounds.len() {
            found.judged_in.insert(scenario.id.clone(), own.clone());
        }
        if completed.len() < own.len() {
            found.unsettled.push(unsettled(scenario, &all, completed.len()));
        }
        // One round is enough to see where lines stand that vary elsewhere.
        if completed.len() >= if known.is_empty() { 2 } else { 1 } {
            let cases = cases(first, scenario, &completed);
            for case in &cases {
                learned.learn(case)?;
                found.compared += case.facets().len() as u32;
                found.noise.extend(elsewhere::of_case(first, case, known)?);
            }
            found.noise.extend(of_watches(first, scenario, &completed)?);
        }
    }
    Ok(found)
}

/// The last attempt, where it ended as it should.
fn last_completed<'a, 'b>(log: &'b ScenarioLog<'a>) -> Option<&'b AttemptLog<'a>> {
    log.attempts.values().next_back().filter(|it| it.outcome() == Some(Outcome::Completed))
}

fn unsettled(scenario: &Scenario, all: &[Option<&ScenarioLog<'_>>], completed: usize) -> Unsettled {
    let not_run = |log: &&ScenarioLog<'_>| log.not_run.map(|it| it.1.to_owned());
    let failed = all.iter().flatten().filter(|log| last_completed(log).is_none());
    let detail =
        failed.clone().find_map(|log| why(log)).or_else(|| failed.clone().find_map(not_run));
    Unsettled {
        scenario: scenario.id.clone(),
        completed: completed as u32,
        rounds: all.len() as u32,
        detail: detail.unwrap_or_else(|| "it was not run in every round".to_owned()),
    }
}

/// Why the last attempt of a scenario did not end as it should.
fn why(log: &ScenarioLog<'_>) -> Option<String> {
    let attempt = log.attempts.values().next_back()?;
    let failure = attempt
        .failures()
        .next()
        .map(|(step, it)| format!("step {}: expected {}; {}", step.index, it.expected, it.actual));
    let said = attempt.finished.as_ref().and_then(|it| it.detail).map(str::to_owned);
    let outcome = || attempt.outcome().map(|it| it.word().to_owned());
    failure.or(said).or_else(outcome)
}

/// The checkpoints of one scenario that ended as it should, each as the rounds saw it.
fn cases<'a>(
    first: &Round<'a>,
    scenario: &'a Scenario,
    attempts: &[(Read<'a>, &'a AttemptLog<'a>)],
) -> Vec<Case<'a>> {
    let mut names: Vec<&str> = Vec::new();
    for (_, attempt) in attempts {
        for checkpoint in &attempt.checkpoints {
            if !names.contains(&checkpoint.name) {
                names.push(checkpoint.name);
            }
        }
    }
    let case = |name| {
        let mut seen = Vec::new();
        let mut place = "";
        for (read, attempt) in attempts {
            let own = attempt.checkpoints.iter().rev().find(|it| it.name == name);
            let Some(own) = own else { continue };
            place = own.place;
            seen.push(Seen { known: attempt.known, facets: own.facets, read: *read });
        }
        Case { plan: first.plan, scenario, name, place, seen }
    };
    names.into_iter().map(case).collect()
}

/// What the watches saw in some rounds and not in others, and is not accepted already.
fn of_watches(
    first: &Round<'_>,
    scenario: &Scenario,
    attempts: &[(Read<'_>, &AttemptLog<'_>)],
) -> Result<Vec<Noise>, CompareError> {
    let plan = first.plan;
    let own =
        |it: &&BaselineRecord| it.scenario == scenario.id && it.checkpoint == WATCH_CHECKPOINT;
    let record = plan.baselines.iter().find(own);
    let accepted = record.and_then(|it| (first.read)(&it.evidence)).unwrap_or_default();
    let redactor = Redactor::of_checkpoint(plan, scenario, None, &[])?;
    let accepted = watch::baseline(&String::from_utf8_lossy(&accepted), &redactor);
    let accepted: BTreeSet<&str> = accepted.lines().collect();
    let mut sets: Vec<BTreeSet<String>> = Vec::new();
    for (_, attempt) in attempts {
        let redactor = Redactor::of_checkpoint(plan, scenario, None, attempt.known)?;
        let set = WatchSet::of(&attempt.sightings, &redactor);
        sets.push(set.lines.into_keys().collect());
    }
    let all: BTreeSet<&String> = sets.iter().flatten().collect();
    let new = all.into_iter().filter(|line| !accepted.contains(line.as_str()));
    let sometimes = new.filter(|line| !sets.iter().all(|set| set.contains(*line)));
    let noise = sometimes.map(|line| {
        let times = sets.iter().filter(|set| set.contains(line)).count();
        Noise {
            scenario: scenario.id.clone(),
            checkpoint: WATCH_CHECKPOINT.to_owned(),
            facet: FacetKind::Events,
            place: "every step".to_owned(),
            at: line.clone(),
            kind: NoiseKind::Presence,
            samples: vec![format!("seen in {times} of {} rounds", sets.len())],
            remedy: None,
            silent: false,
            cost: None,
            instead: None,
        }
    });
    Ok(noise.collect())
}

/// Each once, in order, and not too many.
fn samples<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for one in all {
        if samples.len() < MOST_SAMPLES && !samples.iter().any(|it| it == one) {
            samples.push(one.to_owned());
        }
    }
    samples
}
