//! The workers of a night: each takes the next scenario, has it attempted, and tries it once more
//! in a fresh context where it failed or differs.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::attempts::{self, Side, Worker};
use super::means::Means;
use super::pages::retire;
use super::preflight::Ready;
use super::products::Products;
use super::queue::Queue;
use super::shake::Shake;
use super::{NightError, Progress, RunOptions, Stop, Why, because, beside, measure};
use crate::attempt::Ended;
use crate::compare;
use crate::ledger::Ledger;
use crate::model::comparison::Comparison;
use crate::model::{Entry, Event, Outcome, Patience, Plan, Scenario, Suite, Verdict};
use crate::surface::browser::Browser;
use crate::triage;
use crate::triage::stages::{Parts, makes_new};

/// What all workers share.
struct Hall {
    side: Side,
    /// Where in the plan the baselines of each scenario are.
    baselines: HashMap<String, Vec<usize>>,
    queue: Arc<Queue>,
    done: AtomicUsize,
    of: usize,
    stop: Stop,
    /// Whether every scenario gets a new browser.
    cold: bool,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// Runs every runnable scenario, then ends the products. Answers with a browser that is still fit
/// to print with, if there is one.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run(
    suite: &Suite,
    options: &RunOptions,
    ledger: &Arc<Ledger>,
    plan: &Arc<Plan>,
    ready: Ready,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Option<Browser>, NightError> {
    let jobs = options.workers(suite, ready.runnable.len());
    let mut first_browser = ready.browser;
    let mut runnable = ready.runnable;
    if let Some(shake) = &options.shake {
        shake.order(&mut runnable);
    }
    for product in ready.products.all() {
        product.expect(runnable.iter().map(|index| &plan.scenarios[*index]));
    }
    let hall = Arc::new(Hall {
        baselines: plan.baselines_by_scenario(),
        of: runnable.len(),
        queue: Queue::new(runnable),
        cold: options.shake.as_ref().is_some_and(Shake::is_cold),
        done: AtomicUsize::new(0),
        stop: stop.clone(),
        progress,
        side: Side::under_test(
            Means {
                config: suite.config.clone(),
                ledger: ledger.clone(),
                plan: plan.clone(),
                browser_options: ready.browser_options,
                patience: plan.patience.unwrap_or(Patience::USUAL),
                mail: ready.mail,
            },
            ready.products,
        ),
    });
    let workers: Vec<_> =
        (0..jobs).map(|_| tokio::spawn(work(hall.clone(), first_browser.take()))).collect();
    let mut spare = first_browser;
    let mut failed = None;
    for worker in workers {
        match worker.await {
            Ok(Ok(browser)) => match (browser, &spare) {
                (Some(browser), None) => spare = Some(browser),
                (Some(browser), Some(_)) => browser.stop().await,
                (None, _) => {}
            },
            Ok(Err(error)) => failed = Some(error),
            Err(panic) => tracing::error!("a worker ended early: {panic}"),
        }
    }
    if failed.is_none() {
        match Box::pin(timed(&hall, spare.take(), &ready.others)).await {
            Ok(browser) => spare = browser,
            Err(error) => failed = Some(error),
        }
    }
    for other in ready.others.all() {
        drop(other.stop().await);
    }
    end(&hall.side.products, ledger).await?;
    match failed {
        Some(error) => Err(error),
        None => Ok(spare),
    }
}

/// Ends the products, and keeps what their servers said.
async fn end(products: &Products, ledger: &Ledger) -> Result<(), NightError> {
    for product in products.all() {
        if let Some(log) = product.stop().await {
            let evidence = vec![ledger.keep("server log", "text/plain", &log)?];
            let product = product.prepared.name().to_owned();
            ledger.append(Event::ProductLog { product, evidence })?;
        }
    }
    Ok(())
}

/// Times what looks slower, against other builds and against earlier nights.
async fn timed(
    hall: &Hall,
    browser: Option<Browser>,
    others: &Products,
) -> Result<Option<Browser>, NightError> {
    let compared = beside::compare(&hall.side, others, browser, &hall.stop, &hall.progress);
    let browser = Box::pin(compared).await?;
    measure::again(&hall.side, browser, &hall.stop, &hall.progress).await
}

/// One worker: scenarios one after the other with one browser, until none is left.
async fn work(hall: Arc<Hall>, browser: Option<Browser>) -> Result<Option<Browser>, NightError> {
    let mut worker = Worker::new(browser);
    let scenarios = &hall.side.means.plan.scenarios;
    while let Some(turn) = hall.queue.next(scenarios, hall.stop.signal()).await {
        let scenario = &scenarios[turn.index];
        if let Some(why) = hall.stop.why() {
            hall.not_run(scenario, why)?;
            continue;
        }
        hall.scenario(scenario, &mut worker).await?;
        if hall.cold {
            retire(&mut worker.browser).await;
        }
    }
    Ok(worker.browser)
}

/// A scenario after an attempt.
struct LookedAt {
    verdict: Verdict,
    plan: Plan,
    entries: Vec<Entry>,
    comparison: Comparison,
}

impl LookedAt {
    /// What the report will say of the scenario, as far as one scenario tells.
    fn told(&self, scenario: &Scenario) -> Verdict {
        let judged = triage::triage(&self.plan, &self.entries, &self.comparison, self.plan.started);
        let own = judged.scenarios.iter().find(|it| it.id == scenario.id);
        own.map_or(self.verdict, |it| it.verdict)
    }
}

impl Hall {
    fn not_run(&self, scenario: &Scenario, why: Why) -> Result<(), NightError> {
        let (because, detail) = because(why);
        self.side.means.ledger.append(Event::NotRun {
            scenario: scenario.id.clone(),
            because,
            detail: detail.to_owned(),
        })?;
        Ok(())
    }

    /// All attempts of one scenario.
    async fn scenario(&self, scenario: &Scenario, worker: &mut Worker) -> Result<(), NightError> {
        let started = Instant::now();
        let most = 1 + scenario.retries.unwrap_or(self.side.means.config.night.retries);
        for number in 1..=most {
            (self.progress)(Progress::Started { scenario: scenario.id.clone(), attempt: number });
            let ended =
                attempts::run(&self.side, scenario, number, worker, self.stop.signal()).await?;
            let outcome = match ended {
                attempts::Attempted::Ended(Ended::With(outcome)) => outcome,
                attempts::Attempted::Ended(Ended::Stopped) => {
                    return self.not_run(scenario, self.stop.why().unwrap_or(Why::Interrupted));
                }
                attempts::Attempted::CouldNot => return Ok(()),
            };
            let look = self.look(scenario, number, outcome)?;
            let clean = !matches!(look.verdict, Verdict::Regressed | Verdict::Inconclusive);
            if clean || number == most || self.stop.why().is_some() {
                self.tell_done(scenario, outcome, look.told(scenario), started);
                return Ok(());
            }
        }
        Ok(())
    }

    /// What an attempt looks like by itself, which decides whether another is made.
    fn look(
        &self,
        scenario: &Scenario,
        number: u32,
        outcome: Outcome,
    ) -> Result<LookedAt, NightError> {
        let baselines = self.baselines.get(&scenario.id).map_or(&[][..], Vec::as_slice);
        let plan = self.side.means.plan.only(scenario, baselines);
        let entries = self.side.means.ledger.entries_of(&scenario.id);
        let night = self.side.means.ledger.night();
        let comparison = tokio::task::block_in_place(|| {
            compare::compare(&plan, &entries, &|evidence| night.read(evidence))
        })?;
        let verdict = if outcome == Outcome::HarnessError
            || (outcome != Outcome::Completed && baselines.is_empty())
        {
            Verdict::Inconclusive
        } else if outcome != Outcome::Completed {
            Verdict::Regressed
        } else {
            let mut pending = comparison.pending.iter();
            let is_new = pending.any(|it| makes_new(&plan, it.facet, it.reason));
            // What is only recorded is no reason to try again.
            let told = Parts::of(&plan, &comparison);
            let mut told = told.gating.iter().chain(&told.advisory);
            if told.any(|it| it.difference.attempt == number) {
                Verdict::Regressed
            } else if is_new {
                Verdict::New
            } else {
                Verdict::Unchanged
            }
        };
        let plan = Plan { history: self.side.means.plan.history.of(&scenario.id), ..plan };
        Ok(LookedAt { verdict, plan, entries, comparison })
    }

    fn tell_done(&self, scenario: &Scenario, outcome: Outcome, looks: Verdict, started: Instant) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(Progress::Done {
            scenario: scenario.id.clone(),
            outcome,
            looks,
            duration: started.elapsed(),
            done,
            of: self.of,
        });
    }
}
