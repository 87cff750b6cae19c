//! [`replay`]: brings a product up and a scenario to a moment of it, and lets somebody look around
//! there: an attempt whose agent stops. Afterwards everything is cleaned up as after any attempt.
//!
//! Used by `goto`, `try` and `record`. It takes no lock: a person who forgets a window must not
//! keep the night from running.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::Utc;

use super::attempts::{self, Attempted, Side, Worker};
use super::leaving::{leave, or_leave};
use super::means::Means;
use super::preflight::Ready;
use super::stage::Standpoint;
use super::{
    NightError, Progress, RunOptions, Stop, builds, patience, plan_of, preflight, scratch, secrets,
    tonight,
};
use crate::agent::{Agent, Last, Scripted, Turn};
use crate::attempt::Ended;
use crate::ledger::{Ledger, NightDir};
use crate::model::event::StepOutcome;
use crate::model::{Event, Plan, Scenario, Step, Suite};
use crate::process::Environment;
use crate::surface::browser::Onlooker;

/// Where a replay stands while somebody looks around.
#[derive(Debug)]
pub struct Moment {
    /// The product's URL, where it is served.
    pub base_url: Option<String>,
    /// The port that it was given.
    pub port: Option<u16>,
    /// The working folder.
    pub work: PathBuf,
    /// The environment of the product's commands.
    pub environment: Environment,
    /// What names the build.
    pub build: Option<String>,
    /// Looks at the page, where the scenario has one.
    pub onlooker: Option<Onlooker>,
    /// Where the browser's developer tools listen, as `host:port`.
    pub tools: Option<String>,
    /// How many steps were carried out.
    pub done: usize,
    /// Which step could not be carried out, and why, in words.
    pub failed: Option<String>,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// Somebody looked around.
    Paused {
        /// What could not be cleaned up, in words.
        problems: Vec<String>,
    },
    /// Browser or product is not well, and why.
    NotReady(String),
    /// It was interrupted before the moment came.
    Interrupted,
}

/// What is done at the moment; it may block.
pub type Pause<'a> = Box<dyn FnOnce(Moment) + Send + 'a>;

/// Replays the only scenario that `options` select up to the step with the index `until` (which
/// is not done), or to its end; then calls `pause`, and then the scenario's `finally`.
///
/// # Errors
/// Nothing could be planned or recorded.
pub async fn replay(
    suite: &Suite,
    options: &RunOptions,
    until: Option<u32>,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
    pause: Pause<'_>,
) -> Result<Replayed, NightError> {
    let builds = builds::choose(&suite.config, &options.builds)?;
    let (patience, _) = patience::of(&suite.config.night);
    let suite = &tonight(suite, options, patience);
    let mut plan = plan_of(suite, options, Utc::now())?;
    plan.scenarios.truncate(1);
    plan.patience = Some(patience);
    let secrets = secrets::load(suite, &plan, options)?;
    let others = builds::Others::default();
    let folder = scratch::make()?;
    let night = NightDir::create(folder.path().join("night"))?;
    let ledger = Arc::new(Ledger::create(night, secrets, Utc::now)?);
    let ready =
        preflight::run(suite, options, (&builds, &others), (&ledger, &plan), stop, &progress)
            .await?;
    plan.environment.clone_from(&ready.environment);
    let grid = ready.browser_options.grid.clone();
    let (asked, made) = ((suite, options), (plan, ledger));
    let replayed = Box::pin(replayed(asked, made, ready, until, stop, pause)).await;
    or_leave(grid.as_ref(), replayed).await
}

/// Replays on what is ready, and ends all of it.
async fn replayed(
    (suite, options): (&Suite, &RunOptions),
    (plan, ledger): (Plan, Arc<Ledger>),
    mut ready: Ready,
    until: Option<u32>,
    stop: &Stop,
    pause: Pause<'_>,
) -> Result<Replayed, NightError> {
    let mut worker = Worker::new(ready.browser.take());
    let build = ready.builds.first().and_then(|it| it.build.clone());
    let _scratch = ready.scratch.clone();
    let means = Means::of(suite, options, (Arc::new(plan), ledger.clone()), &mut ready)?;
    let side = Side::under_test(means, ready.products);
    let scenario =
        side.means.plan.scenarios.first().expect("a plan has a scenario, or is an error");
    let ended = if ready.runnable.is_empty() {
        Attempted::CouldNot
    } else {
        let mut pause = Some(pause);
        let steps = steps_before(scenario, until);
        let agent = &mut |ground: Standpoint| -> Box<dyn Agent + '_> {
            Box::new(Pausing {
                steps: Scripted::over_steps(&steps),
                given: 0,
                ground: Some((ground, build.clone())),
                pause: pause.take(),
                ledger: ledger.clone(),
                scenario: scenario.id.clone(),
            })
        };
        attempts::run_by(&side, scenario, 1, &mut worker, stop.signal(), agent).await?
    };
    end(worker, &side).await;
    Ok(told(&ended, &side.means.plan, scenario, &ledger))
}

/// What came of it.
fn told(ended: &Attempted, plan: &Plan, scenario: &Scenario, ledger: &Ledger) -> Replayed {
    match ended {
        Attempted::CouldNot => Replayed::NotReady(not_run(ledger, &scenario.id)),
        Attempted::Ended(Ended::Stopped) => Replayed::Interrupted,
        Attempted::Ended(Ended::With(_)) => match begun(ledger, &scenario.id) {
            Some(problem) => Replayed::NotReady(problem),
            None => Replayed::Paused { problems: problems(plan, scenario, ledger) },
        },
    }
}

/// Ends the browser and the products.
async fn end(worker: Worker, side: &Side) {
    if let Some(browser) = worker.browser {
        browser.stop().await;
    }
    leave(side.means.browser_options.grid.as_ref()).await;
    for product in side.products.all() {
        drop(product.stop().await);
    }
}

/// The steps that come before the one with this index, of which it may be a part.
fn steps_before(scenario: &Scenario, until: Option<u32>) -> Vec<Step> {
    let all = scenario.steps.iter();
    let Some(until) = until else { return all.cloned().collect() };
    let mut before = Vec::new();
    for (at, step) in all.enumerate() {
        let next = scenario.steps.get(at + 1).map_or(u32::MAX, |it| it.index);
        if next > until && step.index <= until && !is_finally(scenario, until) {
            break;
        }
        before.push(step.clone());
    }
    before
}

fn is_finally(scenario: &Scenario, index: u32) -> bool {
    scenario.finally.first().is_some_and(|it| it.index <= index)
}

/// Follows the steps, then lets somebody look around.
struct Pausing<'a> {
    steps: Scripted,
    given: usize,
    ground: Option<(Standpoint, Option<String>)>,
    pause: Option<Pause<'a>>,
    ledger: Arc<Ledger>,
    scenario: String,
}

impl Agent for Pausing<'_> {
    fn next(&mut self, last: Last) -> Option<Turn> {
        let failed = match last {
            Last::Nothing | Last::Passed | Last::Decided(_) => {
                if let Some(turn) = self.steps.next(last) {
                    self.given += 1;
                    return Some(turn);
                }
                None
            }
            Last::DidNotHold | Last::Failed => failures(&self.ledger, &self.scenario).pop(),
        };
        if let (Some(pause), Some((ground, build))) = (self.pause.take(), self.ground.take()) {
            let done = if failed.is_some() { self.given - 1 } else { self.given };
            let moment = Moment {
                base_url: ground.base_url,
                port: ground.port,
                work: ground.work,
                environment: ground.environment,
                build,
                onlooker: ground.onlooker,
                tools: ground.tools,
                done,
                failed,
            };
            // Whoever looks around takes as long as they like; the browser goes on meanwhile.
            tokio::task::block_in_place(|| pause(moment));
        }
        None
    }
}

/// The steps that failed so far: which, what was expected, and what was there.
fn failures(ledger: &Ledger, scenario: &str) -> Vec<String> {
    ledger
        .entries_of(scenario)
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Step { step, .. } => match step.outcome {
                StepOutcome::Failed(failure) => Some(format!(
                    "step {}: expected {}; {}",
                    step.index, failure.expected, failure.actual
                )),
                StepOutcome::Passed => None,
            },
            _ => None,
        })
        .collect()
}

/// The steps of `finally` that failed.
fn problems(plan: &Plan, scenario: &Scenario, ledger: &Ledger) -> Vec<String> {
    let Some(first) = plan.scenarios.first().and_then(|it| it.finally.first()) else {
        return Vec::new();
    };
    let indexes = first.index..;
    ledger
        .entries_of(&scenario.id)
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Step { step, .. } if indexes.contains(&step.index) => match step.outcome {
                StepOutcome::Failed(failure) => {
                    Some(format!("step {} of `finally`: {}", step.index, failure.actual))
                }
                StepOutcome::Passed => None,
            },
            _ => None,
        })
        .collect()
}

/// Why the scenario could not run.
fn not_run(ledger: &Ledger, scenario: &str) -> String {
    let entries = ledger.entries_of(scenario);
    let detail = entries.into_iter().find_map(|entry| match entry.event {
        Event::NotRun { detail, .. } => Some(detail),
        _ => None,
    });
    detail.unwrap_or_else(|| "browser or product is not well".to_owned())
}

/// Why the attempt could not even begin.
fn begun(ledger: &Ledger, scenario: &str) -> Option<String> {
    let entries = ledger.entries_of(scenario);
    entries.into_iter().find_map(|entry| match entry.event {
        Event::AttemptFinished { detail, .. } => detail,
        _ => None,
    })
}
