//! [`lend`]: makes attempts for the night of another process, on this machine: the same preflight,
//! products and attempts as in a night of our own, with a ledger of our own whose lines of each
//! attempt are sent to whoever judges the night. Neighbour: `afar.rs`, which takes them over.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;

use super::attempts::{self, Attempted, Side, Worker};
use super::control::{self, Control};
use super::leaving::{leave, or_leave};
use super::means::Means;
use super::preflight::{self, Ready};
use super::products::Products;
use super::room::{self, Room};
use super::{
    NightError, Progress, RunOptions, Stop, baselines, builds, patience, resume, scratch, secrets,
    tonight,
};
use crate::attempt::Ended;
use crate::ledger::{Ledger, NightDir, evidence_of};
use crate::model::against::ControlPlan;
use crate::model::{Event, Plan, Purpose, Suite};
use crate::queue::{Came, Notice, Said, Taken, Taker, Task};

/// How many scenarios are named that are others here.
const MOST_NAMED: usize = 3;
/// The file that is locked while products are set up: what they are made of may be shared.
const SETTING_UP: &str = "setup.lock";

/// A night of another process, as far as this one takes part in it.
struct Lent {
    side: Side,
    worker: Worker,
    /// The control of the night, where it has one, and who runs on it with the worker's browser.
    control: Option<(Control, Worker)>,
    /// The builds of the control.
    others: Products,
    /// Evidence that is there already, by its path.
    known: HashSet<String>,
    /// The room on the disks of this machine.
    room: Room,
    /// Whether the last attempt found no room although there was some to be seen.
    cramped: bool,
    /// The folders that go with it.
    _folders: (tempfile::TempDir, Arc<tempfile::TempDir>),
}

/// What became of an attempt.
struct Made {
    came: Came,
    /// The lines that it left.
    lines: Vec<u8>,
    /// The evidence that they name.
    evidence: Vec<(String, Vec<u8>)>,
}

/// Takes part in a night until it ends or we have to stop.
///
/// # Errors
/// This is another suite, product or environment than the night's, or something cannot be written or
/// sent. What had been taken and not answered is given back.
pub async fn lend(
    suite: &Suite,
    options: &RunOptions,
    (taker, notice): (Arc<Taker>, &Notice),
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<(), NightError> {
    let plan = taker.plan().await?;
    let brought = (plan.as_slice(), notice.runnable);
    let mut lent = match Box::pin(Lent::prepare(suite, options, brought, stop, &progress)).await {
        // What was not made ready any more says nothing.
        Err(_) if stop.why().is_some() => return Ok(()),
        prepared => prepared?,
    };
    let staying = tokio::spawn({
        let taker = taker.clone();
        async move { taker.stay().await }
    });
    let done = Box::pin(lent.work(&taker, stop, &progress)).await;
    staying.abort();
    taker.say(Said::Left).await;
    lent.end().await;
    done
}

impl Lent {
    /// Makes everything ready that the night has ready where it is judged.
    async fn prepare(
        suite: &Suite,
        options: &RunOptions,
        (plan, runnable): (&[u8], usize),
        stop: &Stop,
        progress: &Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Result<Self, NightError> {
        let (patience, _) = patience::of(&suite.config.night);
        let suite = &tonight(suite, options, patience);
        let folder = scratch::make()?;
        let night = NightDir::create(folder.path().join("night"))?;
        write(&night.plan_path(), plan)?;
        // Our clock may show another day, on which other stages are due.
        let began = night.plan()?.started;
        let mut plan = resume::plan(suite, options, &night, began)?;
        let secrets = secrets::load(suite, &plan, options)?;
        is_same_suite(&resume::changed(&night, &plan, &secrets)?)?;
        let known = evidence_of_plan(&plan);
        let ledger = Arc::new(Ledger::create(night, secrets, Utc::now)?);
        plan.patience = Some(patience);
        let keep = |kind: &str, media: &str, bytes: &[u8]| ledger.keep(kind, media, bytes);
        plan.baselines = baselines(suite, &plan, &keep)?;
        let builds = builds::choose(&suite.config, &options.builds)?;
        let others = builds::others(builds::Asked::of(options), &builds, &plan.history);
        let ready = {
            let _alone = alone(&suite.root)?;
            let (at, of) = ((&builds, &others), (&*ledger, &plan));
            Box::pin(preflight::run(suite, options, at, of, stop, progress)).await?
        };
        let grid = ready.browser_options.grid.clone();
        let same = resume::same_builds(&plan.night, &plan.products, &ready.builds);
        let fitting = same.and_then(|()| fits(&plan, &ready, runnable, &ledger));
        let asked = (suite, options);
        let lent = fitting.and_then(|()| Self::of(asked, (plan, ledger), ready, (folder, known)));
        or_leave(grid.as_ref(), lent).await
    }

    fn of(
        (suite, options): (&Suite, &RunOptions),
        (plan, ledger): (Plan, Arc<Ledger>),
        mut ready: Ready,
        (folder, known): (tempfile::TempDir, HashSet<String>),
    ) -> Result<Self, NightError> {
        for product in ready.products.all() {
            product.expect(ready.runnable.iter().map(|index| &plan.scenarios[*index]));
        }
        let worker = Worker::new(ready.browser.take());
        let folders = (folder, ready.scratch.clone());
        let room = Room::of(ledger.night());
        let means = Means::of(suite, options, (Arc::new(plan), ledger), &mut ready)?;
        let side = Side::under_test(means, ready.products);
        let control = Control::of(&side, &ready.others).map(|it| (it, control::worker()));
        let others = ready.others;
        Ok(Self { side, worker, control, others, known, room, cramped: false, _folders: folders })
    }

    /// One attempt after the other, as they are handed out.
    async fn work(
        &mut self,
        taker: &Taker,
        stop: &Stop,
        progress: &Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Result<(), NightError> {
        while stop.why().is_none() {
            let held = tokio::select! {
                held = taker.next() => held,
                () = stop.comes() => None,
            };
            let Some(held) = held.map(Arc::new) else { continue };
            if held.is_lost() {
                taker.answer(&held, Came::Lost, None, &[]).await?;
                continue;
            }
            let (scenario, attempt) = (held.task.scenario.clone(), held.task.attempt);
            progress(Progress::Started { scenario, attempt });
            let keeping = tokio::spawn({
                let held = held.clone();
                async move { held.keep().await }
            });
            let done = self.answered(taker, &held, stop, progress).await;
            keeping.abort();
            if !matches!(done, Ok(true)) {
                held.give_back().await;
            }
            self.go_on(done, stop).await?;
        }
        Ok(())
    }

    /// Goes on behind an attempt that was answered, or was not: where there is no room on the disks,
    /// once there is some again.
    async fn go_on(
        &mut self,
        done: Result<bool, NightError>,
        stop: &Stop,
    ) -> Result<(), NightError> {
        let error = match done {
            Ok(true) => {
                self.cramped = false;
                return Ok(());
            }
            Err(error) if !room::is_lack_of_room(&error) => return Err(error),
            Ok(false) => None,
            Err(error) => Some(error),
        };
        if error.is_some()
            && let Some(browser) = self.worker.browser.take()
        {
            browser.stop().await;
        }
        match self.room.comes_back(stop).await {
            Some(lack) if !lack.is_over && stop.why().is_none() => {
                Err(error.unwrap_or_else(|| NightError::Usage(lack.said())))
            }
            Some(_) => Ok(()),
            // What it makes needs more than is looked for: others may have that.
            None if self.cramped => error.map_or(Ok(()), Err),
            None => {
                self.cramped = error.is_some();
                Ok(())
            }
        }
    }

    /// Makes an attempt and answers with it; `false` where we had to stop first, or there was no room
    /// on the disks: what was made then says nothing of the product, and others may have some.
    async fn answered(
        &mut self,
        taker: &Taker,
        held: &Taken,
        stop: &Stop,
        progress: &Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Result<bool, NightError> {
        let Some(made) = self.attempt(&held.task, stop, progress).await? else { return Ok(false) };
        if self.room.is_lacking() {
            return Ok(false);
        }
        taker.answer(held, made.came, Some(made.lines.as_slice()), &made.evidence).await?;
        Ok(true)
    }

    async fn attempt(
        &mut self,
        task: &Task,
        stop: &Stop,
        progress: &Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Result<Option<Made>, NightError> {
        let means = self.side.means.clone();
        let Some(scenario) = means.plan.scenarios.iter().find(|it| it.id == task.scenario) else {
            let why = format!("this suite has no scenario {}", task.scenario);
            return Err(NightError::Usage(why));
        };
        let before = means.ledger.entries_so_far();
        let (number, signal) = (task.attempt, stop.signal());
        let ran = if task.purpose == Purpose::Control {
            let Some((control, worker)) = &mut self.control else {
                return Err(NightError::Usage("the night's control is not here".to_owned()));
            };
            worker.browser = self.worker.browser.take();
            let ran = attempts::run(control.side(), scenario, number, worker, signal).await;
            self.worker.browser = worker.browser.take();
            ran?
        } else {
            let (side, of) = (&self.side, (scenario, number));
            let begins = || progress(Progress::AtFirstStep);
            attempts::run_telling(side, of, &mut self.worker, signal, &begins).await?
        };
        let came = match ran {
            Attempted::Ended(Ended::With(outcome)) => Came::Ended(outcome),
            Attempted::CouldNot => Came::CouldNot,
            Attempted::Ended(Ended::Stopped) => return Ok(None),
        };
        let entries = means.ledger.entries_behind(before);
        let mut evidence = Vec::new();
        for path in evidence_of(&entries).into_iter().filter(|it| !self.known.contains(it)) {
            let file = means.ledger.night().path().join(&path);
            let read = |source| NightError::Io { action: "read", path: file.clone(), source };
            let bytes = std::fs::read(&file).map_err(read)?;
            evidence.push((path, bytes));
        }
        let lines = serde_json::to_vec(&entries).expect("events are plain data");
        Ok(Some(Made { came, lines, evidence }))
    }

    /// Ends the browser and the products.
    async fn end(self) {
        if let Some(browser) = self.worker.browser {
            browser.stop().await;
        }
        leave(self.side.means.browser_options.grid.as_ref()).await;
        for product in self.side.products.all().chain(self.others.all()) {
            drop(product.stop().await);
        }
    }
}

/// The evidence that a plan names, which whoever made it has.
fn evidence_of_plan(plan: &Plan) -> HashSet<String> {
    let all = plan.baselines.iter().flat_map(|it| std::iter::once(&it.evidence).chain(&it.layout));
    all.map(|it| it.path.clone()).collect()
}

fn is_same_suite(others: &[String]) -> Result<(), NightError> {
    if others.is_empty() {
        return Ok(());
    }
    let named = others[..others.len().min(MOST_NAMED)].join(", ");
    let more = others.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(NightError::Usage(format!(
        "{named}{more} would be other steps here than where the night is judged: the suites or their \
         variables differ"
    )))
}

/// Sees that what can be attempted there can be here, and that its pictures would be the same.
fn fits(plan: &Plan, ready: &Ready, runnable: usize, ledger: &Ledger) -> Result<(), NightError> {
    if ready.runnable.len() < runnable {
        let why = ledger.entries().into_iter().find_map(|it| match it.event {
            Event::NotRun { scenario, detail, .. } => Some(format!("{scenario}: {detail}")),
            _ => None,
        });
        return Err(NightError::Usage(format!(
            "{} of the {runnable} scenarios that can run where the night is judged can run here; {}",
            ready.runnable.len(),
            why.unwrap_or_default()
        )));
    }
    let by = |it: Option<&ControlPlan>| it.map(|it| it.builds.clone()).unwrap_or_default();
    if by(ready.control.as_ref()) != by(plan.control.as_ref()) {
        let problems = ready.control.iter().flat_map(|it| it.problems.iter().cloned());
        let problems = problems.collect::<Vec<_>>().join("; ");
        return Err(NightError::Usage(format!(
            "the builds that the night is judged by cannot be had here: {problems}"
        )));
    }
    let browser = |it: &indexmap::IndexMap<String, String>| it.get("browser").cloned();
    let there = (plan.environment.as_str(), browser(&plan.versions));
    same_pictures((ready.environment.as_str(), browser(&ready.versions)), there)
}

/// Sees that pictures are drawn here as they are there: by fonts and system, which their environment
/// stands for, and by the browser; where pages are used at all.
fn same_pictures(
    here: (&str, Option<String>),
    there: (&str, Option<String>),
) -> Result<(), NightError> {
    if there.1.is_none() {
        return Ok(());
    }
    let differs = |what: &str, here: &str, there: &str| {
        Err(NightError::Usage(format!(
            "{what} is {here} here and {there} where the night is judged, and pictures would differ; \
             use the same image, or run a part of the night here (--shard)"
        )))
    };
    if here.0 != there.0 {
        return differs("the environment of pictures", here.0, there.0);
    }
    if here.1 != there.1 {
        let said = |it: Option<String>| it.unwrap_or_else(|| "unknown".to_owned());
        return differs("the browser", &said(here.1), &said(there.1));
    }
    Ok(())
}

/// Waits until no other worker of this suite sets products up on this machine.
fn alone(root: &Path) -> Result<File, NightError> {
    let folder = root.join(".nightshift");
    let path = folder.join(SETTING_UP);
    let locked = std::fs::create_dir_all(&folder).and_then(|()| {
        let file = File::options().create(true).append(true).open(&path)?;
        tokio::task::block_in_place(|| file.lock())?;
        Ok(file)
    });
    locked.map_err(|source| NightError::Io { action: "lock", path, source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), NightError> {
    let io = |source| NightError::Io { action: "write", path: path.to_owned(), source };
    std::fs::write(path, bytes).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_with_other_fonts_or_another_browser_is_refused_and_one_with_the_same_is_not() {
        let by = |browser: &str| Some(browser.to_owned());
        let there = || ("linux-debian-1x-14786c", by("Chromium 140"));
        assert!(same_pictures(there(), there()).is_ok());
        let fonts = same_pictures(("linux-debian-1x-0a0b0c", by("Chromium 140")), there());
        let fonts = fonts.expect_err("other fonts").to_string();
        let both = "is linux-debian-1x-0a0b0c here and linux-debian-1x-14786c where";
        assert!(fonts.contains(both) && fonts.contains("pictures would differ"), "{fonts}");
        let browser = same_pictures(("linux-debian-1x-14786c", None), there());
        let browser = browser.expect_err("no browser").to_string();
        assert!(browser.contains("the browser is unknown here and Chromium 140"), "{browser}");
        assert!(same_pictures(("other", None), ("linux", None)).is_ok(), "no page is used");
    }

    #[test]
    fn scenarios_that_are_others_here_are_named_and_the_same_suite_is_taken() {
        assert!(is_same_suite(&[]).is_ok());
        let others = ["a", "b", "c", "d", "e"].map(str::to_owned);
        let error = is_same_suite(&others).expect_err("they differ").to_string();
        assert!(error.starts_with("a, b, c and 2 more would be other steps here"), "{error}");
    }
}
