//! A night that broke off goes on: [`plan`] is what it set out to do, [`go_on`] opens its ledger.
//!
//! Nothing that was finished is run again. An attempt that had begun and not ended is made anew
//! under its number, and what it left counts no more: the ledger says which lines those are. The
//! workers find the attempts that have ended in the ledger and go on after them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{NightError, RunOptions, plan_of};
use crate::ledger::{Ledger, NightDir, Secrets};
use crate::model::asked::Asked;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::event::DISK;
use crate::model::plan::ProductBuild;
use crate::model::{Entry, Event, Outcome, Plan, Scenario, Suite};
use crate::plan::Selection;

/// How many scenarios are named that are others now.
const MOST_NAMED: usize = 3;

/// What is remembered of how a night was asked for.
pub(super) fn asked(options: &RunOptions) -> Asked {
    // An address may hold a password, which is no secret of the suite.
    let told = |urls: &indexmap::IndexMap<String, String>| {
        urls.iter().filter(|(_, url)| !holds_password(url)).map(clone_of).collect()
    };
    Asked {
        set: options.changes.set.clone(),
        var: options.changes.var.clone(),
        jobs: options.jobs,
        builds: options.builds.clone(),
        beside: options.beside.clone(),
        against: options.against.clone(),
        against_urls: told(&options.against_urls),
        base_urls: told(&options.base_urls),
        accept_new: options.accept_new,
        shake: options.shake.as_ref().map(super::Shake::number),
        once: options.once,
        shard: None,
        due: options.due,
        missed: options.missed.clone(),
        parts: None,
    }
}

fn clone_of((name, url): (&String, &String)) -> (String, String) {
    (name.clone(), url.clone())
}

fn holds_password(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|it| it.password().is_some() || !it.username().is_empty())
}

/// The plan of a night that goes on. Its deadline is the one that is asked for now, else its own
/// while that is ahead, else what the suite says from now on. Its scenarios are read from the
/// suite, because the plan holds no secret; they must be those that the night began with.
///
/// # Errors
/// The plan cannot be read.
pub(super) fn plan(
    suite: &Suite,
    options: &RunOptions,
    night: &NightDir,
    now: DateTime<Utc>,
) -> Result<Plan, NightError> {
    let old = night.plan()?;
    let all = RunOptions {
        selection: Selection::default(),
        id: Some(old.night.clone()),
        ..options.clone()
    };
    let today = plan_of(suite, &all, now)?;
    let mut known: HashMap<String, Scenario> =
        today.scenarios.into_iter().map(|it| (it.id.clone(), it)).collect();
    let scenarios = old.scenarios.iter().map(|was| match known.remove(&was.id) {
        // How often it is repeated was asked for when the night began.
        Some(it) => Ok(Scenario { retries: was.retries, owner: was.owner.clone(), ..it }),
        None => Err(another_suite(night, &old.night, &[&was.id])),
    });
    let scenarios: Vec<Scenario> = scenarios.collect::<Result<_, _>>()?;
    let sessions = crate::plan::sessions(suite, &scenarios)?;
    let own = old.deadline.filter(|it| options.until.is_none() && *it > now);
    let deadline = own.or(today.deadline);
    Ok(Plan { scenarios, sessions, deadline, ..old })
}

/// Opens the ledger of a night that broke off and says in it what counts no more.
///
/// # Errors
/// The suite has changed since, or the ledger cannot be read or written.
pub(super) fn go_on(night: &NightDir, plan: &Plan, secrets: Secrets) -> Result<Ledger, NightError> {
    is_as_it_was(night, plan, &secrets)?;
    let ledger = Ledger::resume(night.clone(), secrets, Utc::now)?;
    let entries = ledger.entries();
    let Some(last) = entries.last() else {
        ledger.append(Event::NightStarted {
            format_version: plan.format_version,
            night: plan.night.clone(),
        })?;
        return Ok(ledger);
    };
    let attempts = Attempts::of(&entries);
    let kept = plan.scenarios.iter().filter(|it| has_ended(attempts.scenario(&it.id)));
    let half_done = half_done(&entries);
    let mut anew: Vec<String> = half_done.iter().map(|(scenario, _)| scenario.clone()).collect();
    anew.dedup();
    let void = entries.iter().filter(|it| counts_no_more(it, &half_done)).map(|it| it.seq);
    let event = Event::NightResumed {
        broke_off: last.at,
        kept: u32::try_from(kept.count()).unwrap_or(u32::MAX),
        anew,
        void: void.collect(),
    };
    ledger.append(event)?;
    // What is remembered is what is read: without the lines that count no more.
    Ok(Ledger::resume(night.clone(), ledger.secrets().clone(), Utc::now)?)
}

/// Whether everything was attempted and the night came to its end: only its reports may be missing.
pub(super) fn is_through(entries: &[Entry], plan: &Plan) -> bool {
    let attempts = Attempts::of(entries);
    let ended = entries.iter().any(|it| matches!(it.event, Event::NightFinished { .. }));
    let whole = |it: &Scenario| has_ended(attempts.scenario(&it.id));
    ended && half_done(entries).is_empty() && plan.scenarios.iter().all(whole)
}

/// Whether an attempt to judge a scenario has ended.
pub(super) fn has_ended(log: Option<&ScenarioLog<'_>>) -> bool {
    log.is_some_and(|it| it.attempts.values().any(|attempt| attempt.finished.is_some()))
}

/// What a night that goes on had done of a scenario before it broke off; nothing in any other.
#[derive(Default)]
pub(super) struct Earlier {
    /// The attempts that had ended, by their number: how, and when.
    pub ended: BTreeMap<u32, (Outcome, DateTime<Utc>)>,
    /// How often it had been run on the control.
    pub runs: u32,
}

/// What had been done of a scenario, by the ledger so far.
pub(super) fn earlier(ledger: &Ledger, scenario: &Scenario) -> Earlier {
    let entries = ledger.entries_of(&scenario.id);
    let attempts = Attempts::of(&entries);
    let Some(log) = attempts.scenario(&scenario.id) else { return Earlier::default() };
    let attempts =
        log.attempts.iter().filter_map(|(number, it)| Some((*number, it.finished.as_ref()?)));
    Earlier {
        ended: attempts.map(|(number, it)| (number, (it.outcome, it.at))).collect(),
        runs: u32::try_from(log.control.len()).unwrap_or(u32::MAX),
    }
}

/// Whether any attempt has ended so far.
pub(super) fn has_done_some(entries: &[Entry]) -> bool {
    entries.iter().any(|it| matches!(it.event, Event::AttemptFinished { .. }))
}

/// The attempts that have begun and not ended.
pub(super) fn half_done(entries: &[Entry]) -> BTreeSet<(String, u32)> {
    let mut open = BTreeSet::new();
    for entry in entries {
        let Some((scenario, number)) = entry.event.attempt() else { continue };
        let key = (scenario.to_owned(), number);
        if matches!(entry.event, Event::AttemptFinished { .. }) {
            open.remove(&key);
        } else {
            open.insert(key);
        }
    }
    open
}

/// Whether a line says nothing any more once its night goes on: it is of a half-done attempt, of a
/// scenario that was given up, of a check that is made anew, or of the night's end. That the disk was
/// full stays: what went badly then is kept, and says nothing of the product.
fn counts_no_more(entry: &Entry, half_done: &BTreeSet<(String, u32)>) -> bool {
    match &entry.event {
        Event::Preflight { check, .. } => check != DISK,
        Event::NotRun { .. } | Event::NoControl { .. } | Event::NightFinished { .. } => true,
        Event::NightStarted { .. }
        | Event::ProductCrashed { .. }
        | Event::ProductLog { .. }
        | Event::Session { .. }
        | Event::Usage { .. }
        | Event::NightResumed { .. } => false,
        Event::AttemptStarted { .. }
        | Event::Step { .. }
        | Event::Checkpoint { .. }
        | Event::Goal { .. }
        | Event::Recording { .. }
        | Event::Watch { .. }
        | Event::AttemptFinished { .. } => entry
            .event
            .attempt()
            .is_some_and(|(scenario, number)| half_done.contains(&(scenario.to_owned(), number))),
    }
}

/// Sees that the suite says the same of the night's scenarios as when it began.
fn is_as_it_was(night: &NightDir, plan: &Plan, secrets: &Secrets) -> Result<(), NightError> {
    let others = changed(night, plan, secrets)?;
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    if others.is_empty() { Ok(()) } else { Err(another_suite(night, &plan.night, &others)) }
}

/// The scenarios of which a plan says something else than the one that lies in a night.
///
/// # Errors
/// The night's plan cannot be read.
pub(super) fn changed(
    night: &NightDir,
    plan: &Plan,
    secrets: &Secrets,
) -> Result<Vec<String>, NightError> {
    let was = night.plan()?;
    let text = |it: &Scenario| {
        let json = serde_json::to_vec(it).expect("a scenario is plain data");
        secrets.scrub(&json).into_owned()
    };
    let pairs = was.scenarios.iter().zip(&plan.scenarios);
    let others = pairs.filter(|(was, is)| text(was) != text(is));
    Ok(others.map(|(was, _)| was.id.clone()).collect())
}

fn another_suite(night: &NightDir, id: &str, others: &[&str]) -> NightError {
    let more = others.len().saturating_sub(MOST_NAMED);
    let named = others[..others.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    NightError::Usage(format!(
        "{named}{more} changed since night {id} began, and a night judges one suite; \
         `nightshift judge {}` reports what it did, `nightshift run` begins another",
        night.path().display()
    ))
}

/// Sees that the products are those that the night began with.
///
/// # Errors
/// A product is another build now.
pub(super) fn same_builds(
    night: &str,
    was: &[ProductBuild],
    builds: &[ProductBuild],
) -> Result<(), NightError> {
    for is in builds {
        let Some(before) = was.iter().find(|it| it.name == is.name) else { continue };
        if (&before.build, &before.version) != (&is.build, &is.version) && is.said().is_some() {
            return Err(NightError::Usage(format!(
                "{} is {} now and was {} when night {night} began; a night judges one build: begin \
                 another, or bring that build back",
                is.name,
                is.said().unwrap_or_default(),
                before.said().unwrap_or_else(|| "of unknown build".to_owned()),
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_build_is_refused_by_its_name_and_the_same_or_one_without_a_name_is_not() {
        let build = |build: Option<&str>, version: Option<&str>| ProductBuild {
            name: "shop".to_owned(),
            build: build.map(str::to_owned),
            previous_build: None,
            version: version.map(str::to_owned),
            previous_version: None,
        };
        let was = [build(Some("s1"), Some("shopd 1.2"))];
        let same = |is: ProductBuild| same_builds("n1", &was, &[is]);
        assert!(same(was[0].clone()).is_ok());
        assert!(same(build(None, None)).is_ok(), "nothing is known of it");
        for other in [build(Some("s2"), Some("shopd 1.2")), build(Some("s1"), Some("shopd 1.3"))] {
            let error = same(other).expect_err("another build").to_string();
            assert!(error.contains("and was shopd 1.2 (s1) when night n1 began"), "{error}");
        }
    }

    #[test]
    fn that_the_disk_was_full_holds_of_what_ran_then_and_other_checks_are_made_anew() {
        let noted = |check: &str| {
            let (check, detail, evidence) = (check.to_owned(), String::new(), Vec::new());
            let event = Event::Preflight { check, ok: false, detail, duration_ms: 1, evidence };
            Entry { seq: 0, at: DateTime::UNIX_EPOCH, event }
        };
        assert!(!counts_no_more(&noted(DISK), &BTreeSet::new()));
        assert!(counts_no_more(&noted("product shop"), &BTreeSet::new()));
    }
}
