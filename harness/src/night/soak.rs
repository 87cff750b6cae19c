//! [`soak`]: one scenario again and again on one server with what is left of a night, and what of the
//! server's process grew meanwhile.
//!
//! It runs as a small night of its own, with one worker; the workers note after each run what the
//! server takes. `history::growth` says what of that is growth. Where too few runs for that fit into
//! the time that was asked for, it goes on for longer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::exploring::LEAST_ROUND;
use super::probing::probe_inside;
use super::{
    NightError, Progress, RunOptions, Sampling, Stop, Until, isolation, schedule, scratch,
};
use crate::history::growth::{LEAST_RUNS, growth};
use crate::ledger::NightDir;
use crate::model::attempts::Attempts;
use crate::model::soak::{Measure, Series, Soak};
use crate::model::suite::Isolation;
use crate::model::{Entry, Event, FORMAT_VERSION, Outcome, Plan, Scenario, Suite};

/// What a soak has shown, in the folder of a night.
const FILE: &str = "soak.json";
/// The most runs of one soak.
const MOST_RUNS: u64 = 5_000;
/// It takes so many times the time that was asked for at the most, where fewer runs than tell
/// anything fitted into that.
const MOST_TIMES: u32 = 3;

/// Soaks the longest scenario where the night is asked to and has the time; `None` where not. What
/// keeps it from it is told in what it answers, and ends no night.
pub(super) async fn soak(
    suite: &Suite,
    options: &RunOptions,
    (night, plan, entries): (&NightDir, &Plan, &[Entry]),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Option<Soak>, NightError> {
    let wanted = suite.config.night.soak_ms.map(Duration::from_millis);
    let spends = !options.once && options.shake.is_none() && stop.why().is_none();
    let last = plan.deadline.map(|it| schedule::last_attempt_by(plan.started, it));
    let left = last.map_or(Duration::MAX, |it| (it - Utc::now()).to_std().unwrap_or_default());
    let time = wanted.map(|it| Time::of(it, left));
    let Some(time) = time.filter(|it| spends && it.asked >= LEAST_ROUND) else { return Ok(None) };
    let Some(chosen) = longest(suite, plan, entries) else { return Ok(None) };
    progress(Progress::Soaking { scenario: chosen.scenario.id.clone(), budget: time.asked });
    let soaked = Box::pin(run(suite, options, &chosen, time, stop)).await;
    let soak = soaked.unwrap_or_else(|error| chosen.nothing(error.to_string()));
    let json = serde_json::to_string_pretty(&soak).expect("a soak is plain data");
    let path = night.path().join(FILE);
    std::fs::write(&path, json).map_err(|source| NightError::Io {
        action: "write",
        path,
        source,
    })?;
    Ok(Some(soak))
}

/// What the soak of a night has shown.
#[must_use]
pub(super) fn of_night(night: &NightDir) -> Option<Soak> {
    read_in(night.path())
}

fn read_in(folder: &Path) -> Option<Soak> {
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    let soak: Soak = serde_json::from_str(&text).ok()?;
    (soak.format_version <= FORMAT_VERSION).then_some(soak)
}

/// How long a soak may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Time {
    /// As the suite asks, where the night has so much left.
    asked: Duration,
    /// Where too few runs fit into that.
    most: Duration,
}

impl Time {
    fn of(wanted: Duration, left: Duration) -> Self {
        Self { asked: wanted.min(left), most: wanted.saturating_mul(MOST_TIMES).min(left) }
    }
}

/// What is soaked.
struct Chosen<'a> {
    scenario: &'a Scenario,
    product: &'a str,
    /// How long it took tonight, in milliseconds.
    ms: u64,
}

impl Chosen<'_> {
    fn nothing(&self, problem: String) -> Soak {
        Soak {
            format_version: FORMAT_VERSION,
            scenario: self.scenario.id.clone(),
            product: self.product.to_owned(),
            runs: 0,
            failed: 0,
            duration_ms: 0,
            series: Vec::new(),
            problem: Some(problem),
        }
    }
}

/// The scenario that took longest of those that came to their end tonight and share a server of ours.
fn longest<'a>(suite: &'a Suite, plan: &'a Plan, entries: &[Entry]) -> Option<Chosen<'a>> {
    let attempts = Attempts::of(entries);
    let served = |scenario: &Scenario| {
        let mut products = suite.config.products.iter();
        let own = products.find(|(name, it)| {
            let shares = isolation::wanted(scenario, it.isolate) == Isolation::Night;
            scenario.uses_product(name) && it.serve.is_some() && it.base_url.is_none() && shares
        });
        own.map(|it| it.0.as_str())
    };
    let chosen = plan.scenarios.iter().filter_map(|scenario| {
        let log = attempts.scenario(&scenario.id)?;
        let ended = log.attempts.values().filter_map(|it| it.finished.as_ref());
        let well = ended.filter(|it| it.outcome == Outcome::Completed).map(|it| it.duration_ms);
        Some(Chosen { scenario, product: served(scenario)?, ms: well.max()? })
    });
    chosen.max_by_key(|it| it.ms)
}

/// The same scenario so often, each run under an id of its own.
fn rows(chosen: &Chosen<'_>, budget: Duration) -> Vec<Scenario> {
    // Tonight it shared the machine with others: alone it is faster.
    let fit = budget.as_millis() as u64 / chosen.ms.max(1) * 4;
    let most = fit.clamp(LEAST_RUNS as u64, MOST_RUNS);
    let one = |run| {
        let id = format!("{}/soak-{run}", chosen.scenario.id);
        Scenario { id, ..chosen.scenario.clone() }
    };
    (1..=most).map(one).collect()
}

/// Counts the runs of a soak and ends it at an instant; where too few for a statement were made by
/// then, with the last one of these.
fn counted(part: Stop, at: DateTime<Utc>) -> Arc<dyn Fn(Progress) + Send + Sync> {
    let made = AtomicUsize::new(0);
    Arc::new(move |it| {
        let is_run = matches!(it, Progress::Done { .. });
        if is_run && made.fetch_add(1, Ordering::Relaxed) + 1 == LEAST_RUNS {
            part.at(Some(at));
        }
    })
}

async fn run(
    suite: &Suite,
    options: &RunOptions,
    chosen: &Chosen<'_>,
    time: Time,
    stop: &Stop,
) -> Result<Soak, NightError> {
    let folder = scratch::make()?;
    let (began, now) = (Instant::now(), Utc::now());
    let asked = schedule::deadline(now, &Until::Budget(time.asked), "UTC")?;
    let small = RunOptions {
        until: Some(Until::Budget(time.most)),
        jobs: Some(1),
        sampling: Sampling::EachRun,
        ..options.clone()
    };
    let (out, part) = (folder.path().join("night"), stop.of_part());
    let counted = counted(part.clone(), schedule::last_attempt_by(now, asked));
    let scenarios = rows(chosen, time.asked);
    let probed = Box::pin(probe_inside(suite, scenarios, &small, out, &part, counted)).await?;
    if let Some(problem) = probed.preflight {
        return Ok(chosen.nothing(problem));
    }
    let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Soak { duration_ms: took, ..told(chosen, &probed.night.entries()?) })
}

/// What the ledger of the small night says.
fn told(chosen: &Chosen<'_>, entries: &[Entry]) -> Soak {
    let (mut memory, mut handles, mut latency, mut failed) = (vec![], vec![], vec![], 0);
    for entry in entries {
        match &entry.event {
            Event::Usage { product, usage, .. } if product == chosen.product => {
                memory.push(usage.memory_kib as f64);
                handles.push(usage.handles as f64);
            }
            Event::AttemptFinished { outcome: Outcome::Completed, duration_ms, .. } => {
                latency.push(*duration_ms as f64);
            }
            Event::AttemptFinished { .. } => failed += 1,
            _ => {}
        }
    }
    let runs = latency.len() as u32 + failed;
    let of = |(measure, values): (Measure, Vec<f64>)| {
        let growth = growth(measure, &values);
        (!values.is_empty()).then_some(Series { measure, values, growth })
    };
    let all = Measure::ALL.into_iter().zip([memory, handles, latency]);
    let problem = ((runs as usize) < LEAST_RUNS).then(|| {
        format!("{runs} runs fitted into its time, and {LEAST_RUNS} are the fewest that tell")
    });
    Soak {
        runs,
        failed,
        series: all.filter_map(of).collect(),
        problem,
        ..chosen.nothing(String::new())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::Why;
    use super::*;
    use crate::model::Verdict;

    fn done() -> Progress {
        Progress::Done {
            scenario: "orders/soak-1".to_owned(),
            outcome: Outcome::Completed,
            looks: Verdict::Unchanged,
            duration: Duration::from_secs(2),
            done: 1,
            of: 100,
        }
    }

    #[tokio::test]
    async fn a_soak_goes_on_behind_its_time_until_enough_runs_were_made() {
        let stop = Stop::default();
        let tell = counted(stop.clone(), Utc::now() - TimeDelta::seconds(1));
        (1..LEAST_RUNS).for_each(|_| tell(done()));
        tokio::task::yield_now().await;
        assert_eq!(stop.why(), None, "one run too few");
        tell(Progress::Judging);
        tokio::task::yield_now().await;
        assert_eq!(stop.why(), None, "that was no run");
        tell(done());
        stop.comes().await;
        assert_eq!(stop.why(), Some(Why::Deadline));
    }

    #[tokio::test]
    async fn a_soak_with_enough_runs_uses_the_rest_of_its_time() {
        let stop = Stop::default();
        let tell = counted(stop.clone(), Utc::now() + TimeDelta::hours(1));
        (0..=LEAST_RUNS).for_each(|_| tell(done()));
        tokio::task::yield_now().await;
        assert_eq!(stop.why(), None);
    }

    #[test]
    fn a_soak_never_takes_more_than_the_night_has_left() {
        let s = Duration::from_secs;
        assert_eq!(Time::of(s(40), s(900)), Time { asked: s(40), most: s(120) });
        assert_eq!(Time::of(s(40), s(90)), Time { asked: s(40), most: s(90) });
        assert_eq!(Time::of(s(40), s(30)), Time { asked: s(30), most: s(30) });
    }
}
