//! The workers of a night: each takes the next scenario, has it attempted, and tries it once more
//! in a fresh context where it failed or differs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::afar::Afar;
use super::attempts::{self, Attempted, Side, Worker};
use super::closing::{end, joined, let_go};
use super::control::{self, Control, MOST_RUNS, Need};
use super::leaving::leave;
use super::looked::LookedAt;
use super::means::Means;
use super::more::More;
use super::order::{self, Fit};
use super::pages::{make_room, retire};
use super::preflight::Ready;
use super::products::Products;
use super::queue::{Queue, Turn};
use super::resume::{self, Earlier};
use super::room::{self, Room};
use super::runs::Runs;
use super::shake::Shake;
use super::{
    NightError, Progress, RunOptions, Sampling, Stop, Why, because, beside, measure, ways,
};
use crate::attempt::Ended;
use crate::history::rerun::Run;
use crate::ledger::Ledger;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::comparison::PendingReason;
use crate::model::{Because, Event, Outcome, Plan, Scenario, Suite, Verdict};
use crate::surface::browser::Browser;
use crate::triage::chance::{goes_on, most_attempts};
use crate::triage::outages;

/// So many scenarios are under way at once at the most where others attempt them, however many
/// workers there are.
const MOST_HANDED_OUT: usize = 256;

/// What all workers share.
pub(super) struct Hall {
    side: Side,
    /// Where in the plan the baselines of each scenario are.
    baselines: HashMap<String, Vec<usize>>,
    queue: Arc<Queue>,
    control: Option<Control>,
    /// What still fits into the night.
    fit: Fit,
    /// The attempts that said something.
    runs: Runs,
    done: AtomicUsize,
    of: usize,
    /// The workers here that are free for what is attempted here although others attempt the rest.
    here: Semaphore,
    /// The workers elsewhere, where the night has some.
    afar: Option<Afar>,
    /// How many scenarios are under way at once.
    at_once: usize,
    room: Room,
    stop: Stop,
    /// Whether every scenario gets a new browser.
    cold: bool,
    /// Whether it is noted what servers take.
    sampling: Sampling,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// Runs every runnable scenario, then ends the products. Answers with a browser that is still fit
/// to print with, if there is one, and with what [`more`] runs on.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run(
    suite: &Suite,
    options: &RunOptions,
    ledger: &Arc<Ledger>,
    plan: &Arc<Plan>,
    mut ready: Ready,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<(Option<Browser>, Arc<Hall>), NightError> {
    let asked = Afar::of(suite, options, (ledger, plan), (ready.runnable.len(), stop));
    let afar = Box::pin(asked).await?;
    let means = Means::of(suite, options, (plan.clone(), ledger.clone()), &mut ready)?;
    let jobs = options.workers(suite, ready.runnable.len());
    // Whoever waits for a browser that another worker of ours holds waits in vain.
    let jobs = ready.places.map_or(jobs, |places| jobs.min(places.max(1)));
    let at_once = afar.as_ref().map_or(jobs, |_| ready.runnable.len().min(MOST_HANDED_OUT));
    let mut first_browser = ready.browser;
    let mut runnable = ready.runnable;
    order::put_in_order(&mut runnable, plan, options.shake.as_ref());
    for product in ready.products.all().filter(|_| afar.is_none()) {
        product.expect(runnable.iter().map(|index| &plan.scenarios[*index]));
    }
    let side = Side::under_test(means, ready.products);
    control::tell_cost(plan, &progress);
    let hall = Arc::new(Hall {
        control: Control::of(&side, &ready.others),
        baselines: plan.baselines_by_scenario(),
        of: runnable.len(),
        here: Semaphore::new(jobs),
        at_once,
        room: Room::of(ledger.night()),
        fit: Fit::of(plan),
        queue: Queue::new(runnable),
        sampling: options.sampling,
        cold: afar.is_some() || options.shake.as_ref().is_some_and(Shake::is_cold),
        afar,
        runs: Runs::default(),
        done: AtomicUsize::new(0),
        stop: stop.clone(),
        progress,
        side,
    });
    let workers = (0..at_once).map(|_| tokio::spawn(work(hall.clone(), first_browser.take())));
    let workers: Vec<_> = workers.collect();
    let mut spare = first_browser;
    let mut failed = joined(workers, &mut spare).await;
    if failed.is_none() {
        failed = later(&hall, &mut spare, &ready.others).await;
    }
    let_go(&mut spare, stop).await;
    for other in ready.others.all() {
        drop(other.stop().await);
    }
    leave(hall.side.means.browser_options.grid.as_ref()).await;
    end(&hall.side.products, ledger).await?;
    failed.map_or(Ok((spare, hall)), Err)
}

/// Runs what comes when all scenarios have run; answers with what went wrong.
async fn later(
    hall: &Arc<Hall>,
    spare: &mut Option<Browser>,
    others: &Products,
) -> Option<NightError> {
    if let Some(error) = again(hall, spare).await {
        return Some(error);
    }
    if let Some(error) = rest(hall, spare).await {
        return Some(error);
    }
    match Box::pin(timed(hall, spare.take(), others)).await {
        Ok(browser) => *spare = browser,
        Err(error) => return Some(error),
    }
    None
}

/// Runs once more, alone and in order, what failed in what looks like an outage; answers with what
/// went wrong.
async fn again(hall: &Arc<Hall>, spare: &mut Option<Browser>) -> Option<NightError> {
    let plan = &hall.side.means.plan;
    let mut open = outages::again(plan, &hall.runs.in_order());
    for _ in 0..outages::MOST_ROUNDS {
        if open.is_empty() {
            break;
        }
        let queue = Queue::new(std::mem::take(&mut open));
        let worker = tokio::spawn(work_again(hall.clone(), queue, spare.take(), Fit::always()));
        let failed = joined(vec![worker], spare).await;
        if failed.is_some() || hall.stop.why().is_some() {
            return failed;
        }
        open = outages::unclear(plan, &hall.runs.in_order());
    }
    None
}

/// Runs more often what tonight's runs leave open, on products that start again for it; answers
/// whether anything ran.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn more(
    hall: &Arc<Hall>,
    more: &More,
    spare: &mut Option<Browser>,
) -> Result<bool, NightError> {
    let ledger = &hall.side.means.ledger;
    let before = ledger.entries().len();
    let failed = until_clear(hall, more, spare).await;
    leave(hall.side.means.browser_options.grid.as_ref()).await;
    end(&hall.side.products, ledger).await?;
    if let Some(error) = failed {
        return Err(error);
    }
    let ran = ledger.entries().len() > before;
    if ran {
        let interrupted = hall.stop.why() == Some(Why::Interrupted);
        ledger.append(Event::NightFinished { interrupted })?;
    }
    Ok(ran)
}

/// Runs what is open until nothing is, or nothing fits any more; answers with what went wrong.
async fn until_clear(
    hall: &Arc<Hall>,
    more: &More,
    spare: &mut Option<Browser>,
) -> Option<NightError> {
    let plan = &hall.side.means.plan;
    let mut seen = None;
    while seen != Some(hall.runs.in_order().len()) {
        let ended = hall.runs.in_order();
        seen = Some(ended.len());
        let wanted = (more.open)(plan, &ended);
        let at_once = hall.at_once.min(wanted.len());
        let queue = Queue::new(wanted);
        let work = |browser| {
            let fit = Fit::until(plan, more.by);
            tokio::spawn(work_again(hall.clone(), queue.clone(), browser, fit))
        };
        let workers = (0..at_once).map(|_| work(spare.take())).collect();
        if let Some(error) = joined(workers, spare).await {
            return Some(error);
        }
    }
    None
}

/// Runs on the control what waited for it; answers with what went wrong.
async fn rest(hall: &Arc<Hall>, spare: &mut Option<Browser>) -> Option<NightError> {
    let rest = hall.control.as_ref().map(Control::rest).unwrap_or_default();
    let at_once = hall.at_once.min(rest.len());
    let queue = Queue::new(rest);
    let workers = (0..at_once)
        .map(|_| tokio::spawn(work_rest(hall.clone(), queue.clone(), spare.take())))
        .collect();
    joined(workers, spare).await
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
    let mut pair = Workers { own: Worker::new(browser), control: control::worker() };
    let Means { plan, browser_options, .. } = &*hall.side.means;
    loop {
        make_room(browser_options, &mut pair.own.browser, (&hall.queue, &hall.stop)).await;
        let Some((turn, _hand)) = hall.next(&hall.queue).await else { break };
        let scenario = &plan.scenarios[turn.index];
        let is_first = resume::earlier(&hall.side.means.ledger, scenario).ended.is_empty();
        if let Some(why) = hall.stop.why() {
            if is_first {
                hall.not_run(scenario, why)?;
            }
            continue;
        }
        let late = hall.fit.refuses(&hall.side.means.plan, &scenario.id, Utc::now());
        if let Some(detail) = late.filter(|_| is_first) {
            hall.leave_out(scenario, Because::Deadline, detail)?;
            continue;
        }
        hall.through(scenario, turn.index, &mut pair).await?;
        hall.sample(scenario).await?;
        if hall.cold {
            retire(&mut pair.own.browser).await;
        }
    }
    Ok(pair.own.browser)
}

/// One worker on what waited for the control.
async fn work_rest(
    hall: Arc<Hall>,
    queue: Arc<Queue>,
    browser: Option<Browser>,
) -> Result<Option<Browser>, NightError> {
    let mut pair = Workers { own: Worker::new(browser), control: control::worker() };
    let scenarios = &hall.side.means.plan.scenarios;
    while let Some((turn, _hand)) = hall.next(&queue).await {
        if hall.stop.why().is_none() {
            hall.on_control(&scenarios[turn.index], Outcome::Completed, &mut pair).await?;
        }
    }
    Ok(pair.own.browser)
}

/// One worker on what is run once more.
async fn work_again(
    hall: Arc<Hall>,
    queue: Arc<Queue>,
    browser: Option<Browser>,
    fit: Fit,
) -> Result<Option<Browser>, NightError> {
    let mut worker = Worker::new(browser);
    let plan = &hall.side.means.plan;
    while let Some((turn, _hand)) = hall.next(&queue).await {
        let scenario = &plan.scenarios[turn.index];
        if hall.stop.why().is_none() && fit.refuses(plan, &scenario.id, Utc::now()).is_none() {
            let entries = hall.side.means.ledger.entries_of(&scenario.id);
            let log = Attempts::of(&entries);
            let number = 1 + log.scenario(&scenario.id).map_or(0, ScenarioLog::last_number);
            (hall.progress)(Progress::Started { scenario: scenario.id.clone(), attempt: number });
            let began = Utc::now();
            let ended = hall.made(scenario, number, &mut worker).await?;
            if let Attempted::Ended(Ended::With(outcome)) = ended {
                let look = hall.look(scenario, number, outcome)?;
                let lacked = hall.lacked_room(&look, began).await?;
                hall.runs.note(turn.index, Utc::now(), look.run().filter(|_| !lacked));
            }
        }
    }
    Ok(worker.browser)
}

/// A worker, and the one that runs the same on the control with its browser.
struct Workers {
    own: Worker,
    control: Worker,
}

impl Hall {
    fn not_run(&self, scenario: &Scenario, why: Why) -> Result<(), NightError> {
        let (because, detail) = because(why);
        self.leave_out(scenario, because, detail.to_owned())
    }

    fn leave_out(
        &self,
        scenario: &Scenario,
        because: Because,
        detail: String,
    ) -> Result<(), NightError> {
        let scenario = scenario.id.clone();
        self.side.means.ledger.append(Event::NotRun { scenario, because, detail })?;
        Ok(())
    }

    /// Notes what the servers take that a scenario has just used.
    async fn sample(&self, scenario: &Scenario) -> Result<(), NightError> {
        if self.sampling == Sampling::None {
            return Ok(());
        }
        for product in self.side.products.all() {
            let Some(usage) = product.usage().await else { continue };
            let (product, scenario) = (product.prepared.name().to_owned(), scenario.id.clone());
            self.side.means.ledger.append(Event::Usage { product, scenario, usage })?;
        }
        Ok(())
    }

    /// All attempts of one scenario; where nothing could be written any more, it goes on once there
    /// is room again.
    async fn through(
        &self,
        scenario: &Scenario,
        index: usize,
        pair: &mut Workers,
    ) -> Result<(), NightError> {
        for _ in 0..room::MOST_TIMES {
            let began = Utc::now();
            let error = match Box::pin(self.scenario(scenario, index, pair)).await {
                Err(error) if room::is_lack_of_room(&error) => error,
                done => return done,
            };
            retire(&mut pair.own.browser).await;
            let lack = self.room.comes_back(&self.stop).await;
            if lack.as_ref().is_some_and(|it| !it.is_over) {
                return Err(error);
            }
            let (ledger, said) = (&self.side.means.ledger, lack.map(|it| it.said()));
            room::note(ledger, said.unwrap_or_else(|| error.to_string()), began)?;
            room::give_up(ledger, scenario, began)?;
        }
        Box::pin(self.scenario(scenario, index, pair)).await
    }

    /// Whether what an attempt that began then did badly says nothing of the product, because there
    /// was no room on the disks; waits until there is some again.
    async fn lacked_room(&self, look: &LookedAt, began: DateTime<Utc>) -> Result<bool, NightError> {
        Ok(look.run() != Some(Run::Passed) && self.waited_for_room(began).await?)
    }

    /// Waits where there is no room on the disks; answers whether there was none.
    async fn waited_for_room(&self, began: DateTime<Utc>) -> Result<bool, NightError> {
        let lack = self.room.comes_back(&self.stop).await;
        lack.map_or(Ok(false), |it| {
            room::note(&self.side.means.ledger, it.said(), began)?;
            Ok(true)
        })
    }

    /// All attempts of one scenario, in turns with the control where that is due.
    async fn scenario(
        &self,
        scenario: &Scenario,
        index: usize,
        pair: &mut Workers,
    ) -> Result<(), NightError> {
        let started = Instant::now();
        let plan = &self.side.means.plan;
        let most = most_attempts(plan, scenario);
        let mut tonight: Vec<Run> = Vec::new();
        {
            let _here = self.here.acquire().await;
            Box::pin(ways::look_for(&self.side, scenario, &mut pair.own, &self.stop)).await?;
        }
        let Earlier { ended: earlier, mut runs } =
            resume::earlier(&self.side.means.ledger, scenario);
        let mut is_kept = true;
        for number in 1..=most {
            let began = Utc::now();
            let outcome = match earlier.get(&number) {
                Some((outcome, _)) => *outcome,
                None => match self.attempt(scenario, number, pair).await? {
                    Attempted::Ended(Ended::With(outcome)) => outcome,
                    Attempted::Ended(Ended::Stopped) => {
                        return self.not_run(scenario, self.stop.why().unwrap_or(Why::Interrupted));
                    }
                    Attempted::CouldNot => return Ok(()),
                },
            };
            is_kept &= earlier.contains_key(&number);
            let mut look = self.look(scenario, number, outcome)?;
            let lacked = !earlier.contains_key(&number) && self.lacked_room(&look, began).await?;
            let run = |look: &LookedAt| look.run().filter(|_| !lacked);
            let with = |look: &LookedAt| tonight.iter().copied().chain(run(look)).collect();
            let is_last = |look: &LookedAt| {
                let tonight: Vec<Run> = with(look);
                !goes_on(plan, scenario, number, &tonight)
            };
            while !lacked && self.asks_control(scenario, index, &look, (runs, is_last(&look))) {
                runs += 1;
                self.on_control(scenario, outcome, pair).await?;
                look = self.look(scenario, number, outcome)?;
            }
            let at = earlier.get(&number).map_or_else(Utc::now, |it| it.1);
            self.runs.note(index, at, run(&look));
            tonight = with(&look);
            if !goes_on(plan, scenario, number, &tonight) || self.stop.why().is_some() {
                self.note_behind(scenario, index, &earlier, number)?;
                if is_kept {
                    // Nothing was run of it tonight: it counts, and nobody is told.
                    self.done.fetch_add(1, Ordering::Relaxed);
                } else {
                    self.tell_done(scenario, outcome, look.told(scenario), started);
                }
                return Ok(());
            }
        }
        Ok(())
    }

    /// Makes one attempt with the browser of this worker.
    async fn attempt(
        &self,
        scenario: &Scenario,
        number: u32,
        pair: &mut Workers,
    ) -> Result<Attempted, NightError> {
        (self.progress)(Progress::Started { scenario: scenario.id.clone(), attempt: number });
        let began = Utc::now();
        let made = self.made(scenario, number, &mut pair.own).await?;
        if !matches!(made, Attempted::CouldNot) || !self.waited_for_room(began).await? {
            return Ok(made);
        }
        self.made(scenario, number, &mut pair.own).await
    }

    /// Makes one attempt, by a worker elsewhere or here.
    async fn made(
        &self,
        scenario: &Scenario,
        number: u32,
        worker: &mut Worker,
    ) -> Result<Attempted, NightError> {
        let (means, stop) = (&self.side.means, self.stop.signal());
        if let Some(afar) = self.elsewhere(scenario) {
            return afar.attempt(&means.ledger, scenario, (number, worker.purpose), stop).await;
        }
        let _here = self.here.acquire().await;
        let begins = || (self.progress)(Progress::AtFirstStep);
        attempts::run_telling(&self.side, (scenario, number), worker, stop, &begins).await
    }

    /// Who attempts a scenario elsewhere, if anybody does.
    fn elsewhere(&self, scenario: &Scenario) -> Option<&Afar> {
        self.afar.as_ref().filter(|_| Afar::takes(&self.side.means, scenario))
    }

    /// The next scenario that can run now, and a worker elsewhere for it where the night has such.
    async fn next(&self, queue: &Arc<Queue>) -> Option<(Turn, Option<SemaphorePermit<'_>>)> {
        let turn = queue.next(&self.side.means.plan.scenarios, self.stop.signal()).await?;
        let hand = match &self.afar {
            Some(afar) => afar.free_hand(self.stop.signal()).await,
            None => None,
        };
        Some((turn, hand))
    }

    /// Whether the control is to be asked now: once at the least where that is due, and once more
    /// before something is called regressed that may only vary.
    fn asks_control(
        &self,
        scenario: &Scenario,
        index: usize,
        look: &LookedAt,
        (runs, is_last): (u32, bool),
    ) -> bool {
        let Some(control) = &self.control else { return false };
        if self.stop.why().is_some() || runs >= MOST_RUNS {
            return false;
        }
        let bad = matches!(look.verdict, Verdict::Regressed | Verdict::Inconclusive);
        let lacks = look.comparison.pending.iter().any(|it| match it.reason {
            PendingReason::New | PendingReason::NewEnvironment | PendingReason::NewFacet => true,
            PendingReason::Changed | PendingReason::AsControl => false,
        });
        match runs {
            0 => {
                let need = if bad || lacks { Need::Now } else { Need::Rest };
                control.is_due(scenario, index, need)
            }
            _ => {
                is_last
                    && !look.comparison.differences.is_empty()
                    && control.is_due(scenario, index, Need::Now)
            }
        }
    }

    /// Runs a scenario on the control once more that ended so tonight, with the browser of this worker.
    async fn on_control(
        &self,
        scenario: &Scenario,
        outcome: Outcome,
        pair: &mut Workers,
    ) -> Result<(), NightError> {
        let Some(control) = &self.control else { return Ok(()) };
        (self.progress)(Progress::OnControl { scenario: scenario.id.clone() });
        let entries = self.side.means.ledger.entries_of(&scenario.id);
        let number = control::number(&self.side.means.plan, scenario, &entries);
        let afar = self.elsewhere(scenario);
        let _here = if afar.is_none() { self.here.acquire().await.ok() } else { None };
        pair.control.browser = pair.own.browser.take();
        let at = (afar, &self.stop);
        let well = outcome == Outcome::Completed;
        let done = control.run(scenario, (number, well), &mut pair.control, at).await;
        pair.own.browser = pair.control.browser.take();
        done
    }

    /// What an attempt looks like by itself, which decides whether another is made.
    fn look(
        &self,
        scenario: &Scenario,
        number: u32,
        outcome: Outcome,
    ) -> Result<LookedAt, NightError> {
        let baselines = self.baselines.get(&scenario.id).map_or(&[][..], Vec::as_slice);
        LookedAt::after(&self.side.means, (scenario, baselines), number, outcome)
    }

    /// Takes note of what ran once more behind its reruns before the night broke off.
    fn note_behind(
        &self,
        scenario: &Scenario,
        index: usize,
        earlier: &BTreeMap<u32, (Outcome, DateTime<Utc>)>,
        number: u32,
    ) -> Result<(), NightError> {
        for (number, (outcome, at)) in earlier.range(number + 1..) {
            let look = self.look(scenario, *number, *outcome)?;
            self.runs.note(index, *at, look.run());
        }
        Ok(())
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
