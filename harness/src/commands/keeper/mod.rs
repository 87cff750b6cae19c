//! `nightshift schedule`: keeps the nights of suites by their `night.schedule`.
//!
//! Each night is a process of its own, `nightshift run`, so that what ends one ends no other and
//! not the keeper. [`run`] looks at the clock, [`due`] says what is due by it, and what was started
//! is written down before it starts: after a crash the night goes on, and is not begun again.
//!
//! The files:
//! - `due.rs`: which night is due; pure.
//! - `state.rs`: how far nights are kept, on disk.
//! - `health.rs`: what a supervisor asks.

mod due;
mod health;
mod state;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use tokio::process::{Child, Command};

use self::due::{Next, Times};
use self::health::{Health, Shared, SuiteHealth};
use self::state::{Ended, Held, Running, State};
use super::arguments::{Common, ScheduleOptions};
use super::exit::{Exit, mistake};
use super::{night, schedule, terminal, waiting};
use crate::night as nights;
use crate::spec::{self, Overrides};

/// How often the clock is looked at: it may be put on, or the machine may have slept.
const LOOK: Duration = Duration::from_secs(5);
/// How many nights `--dry-run` names.
const SHOWN: usize = 3;

/// `nightshift schedule`
pub fn run(common: &Common, options: &ScheduleOptions) -> anyhow::Result<Exit> {
    let mut roots = Vec::new();
    for folder in &options.suites {
        roots.push(spec::find_root(folder)?);
    }
    if roots.is_empty() {
        roots.push(night::root(common)?);
    }
    let mut suites = Vec::new();
    for root in roots {
        let root = root.canonicalize().unwrap_or(root);
        let config = spec::load(&root, &Overrides::default())?.config;
        let (schedule, zone) = schedule::times(&config.night)
            .or_else(|error| mistake(format!("{}: {error}", root.display())))?;
        let tells = !config.notify.is_empty();
        suites.push(Suite { root, times: Times { schedule, zone }, tells });
    }
    if options.dry_run {
        for it in &suites {
            show(&it.root, &it.times);
        }
        return Ok(Exit::Passed);
    }
    let mut kept = Vec::new();
    for suite in suites {
        kept.push(Keeper::take(suite, Utc::now())?);
    }
    let runtime = waiting::runtime()?;
    let signal = runtime.block_on(keep(kept, options.health))?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    Ok(Exit::Signal(signal))
}

/// A suite before its nights are kept.
struct Suite {
    root: PathBuf,
    times: Times,
    tells: bool,
}

/// The next few nights of a suite.
fn show(root: &std::path::Path, times: &Times) {
    let mut from = Utc::now();
    for _ in 0..SHOWN {
        let Some(next) = times.after(from) else {
            terminal::answer(format_args!("{}: the schedule names no moment", root.display()));
            return;
        };
        let local = next.with_timezone(&times.zone);
        terminal::answer(format_args!(
            "{}  {}",
            local.format("%a %-d %b %H:%M %Z"),
            root.display()
        ));
        from = next;
    }
}

/// Keeps all nights until a signal asks to stop; answers with its number, once what runs has
/// reported.
async fn keep(mut suites: Vec<Keeper>, health: Option<std::net::SocketAddr>) -> anyhow::Result<u8> {
    let told = suites.iter().map(|it| it.health(None)).collect();
    let shared: Shared = Arc::new(Mutex::new(Health { looked: Utc::now(), suites: told }));
    if let Some(address) = health {
        let taken = health::serve(address, shared.clone())
            .await
            .or_else(|error| mistake(format!("--health: {error}")))?;
        terminal::say(format_args!("health: http://{taken}/"));
    }
    let signal = waiting::next_signal();
    tokio::pin!(signal);
    loop {
        let now = Utc::now();
        let mut looked = Vec::new();
        for suite in &mut suites {
            let next = suite.look(now)?;
            looked.push(suite.health(next));
        }
        *shared.lock().unwrap_or_else(PoisonError::into_inner) =
            Health { looked: now, suites: looked };
        let soonest = suites.iter().filter_map(|it| it.wakes).min();
        let until = soonest.map_or(LOOK, |it| (it - Utc::now()).to_std().unwrap_or_default());
        tokio::select! {
            signal = &mut signal => {
                for suite in &mut suites {
                    suite.stop(signal).await;
                }
                return Ok(signal);
            }
            () = tokio::time::sleep(until.min(LOOK)) => {}
            () = any_ended(&mut suites) => {}
        }
    }
}

/// Waits until a night that runs has ended; for ever where none runs.
async fn any_ended(suites: &mut [Keeper]) {
    let running = suites.iter_mut().filter_map(|it| it.child.as_mut());
    let waits: Vec<_> = running.map(|child| Box::pin(child.wait())).collect();
    if waits.is_empty() {
        std::future::pending::<()>().await;
    }
    drop(futures_util::future::select_all(waits).await);
}

/// One suite whose nights are kept.
struct Keeper {
    root: PathBuf,
    /// Whether somebody is to be told of its nights.
    tells: bool,
    times: Times,
    held: Held,
    state: State,
    child: Option<Child>,
    /// The nights that people are told of just now.
    telling: Vec<(String, Child)>,
    wakes: Option<DateTime<Utc>>,
    problem: Option<String>,
    /// That somebody could not be told of the last night.
    untold: Option<String>,
}

impl Keeper {
    fn take(suite: Suite, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let Suite { root, times, tells } = suite;
        let held = Held::take(&root)?;
        let state = held.read(now)?;
        held.write(&state)?;
        let (child, telling, wakes) = (None, Vec::new(), None);
        let (problem, untold) = (None, None);
        Ok(Self { root, tells, times, held, state, child, telling, wakes, problem, untold })
    }

    /// Sees what has ended and what is due; answers with when the next night starts.
    fn look(&mut self, now: DateTime<Utc>) -> anyhow::Result<Option<DateTime<Utc>>> {
        self.reap(now)?;
        self.hear();
        let is_left = self.child.is_none() && self.state.running.is_some();
        if is_left && !nights::is_running(&self.root) {
            self.go_on(now)?;
        }
        let busy = self.child.is_some() || nights::is_running(&self.root);
        loop {
            let before = self.state.kept.clone();
            let next = self.state.kept.next(&self.times, now, busy || self.child.is_some());
            if self.state.kept.missed.len() > before.missed.len() {
                let n = self.state.kept.missed.len() - before.missed.len();
                terminal::say(format_args!("{}: {n} due and not run", self.root.display()));
            }
            match next {
                Next::Start(due) => self.start(due, now)?,
                Next::Wait(next) => {
                    if self.state.kept != before {
                        self.held.write(&self.state)?;
                    }
                    self.wakes = next;
                    return Ok(next);
                }
            }
        }
    }

    /// Starts the night that was due then.
    fn start(&mut self, due: DateTime<Utc>, now: DateTime<Utc>) -> anyhow::Result<()> {
        let id = nights::night_id(due, &mut fastrand::Rng::new());
        let missed = self.state.kept.missed.clone();
        let mut words = vec!["--id".to_owned(), id.clone(), "--due".to_owned(), told(due)];
        words.extend(missed.iter().flat_map(|it| ["--missed".to_owned(), told(*it)]));
        terminal::say(format_args!(
            "{}: night {id} starts, due {}",
            self.root.display(),
            told(due)
        ));
        self.state.running = Some(Running { id, due, missed });
        self.begin(&words, now)
    }

    /// Goes on with the night that the keeper started before it was ended itself.
    fn go_on(&mut self, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(Running { id, due, .. }) = self.state.running.clone() else { return Ok(()) };
        if !self.root.join("reports/nights").join(&id).join("plan.json").is_file() {
            // It broke off before it had a plan: there is nothing to go on with.
            self.ended(None, now)?;
            return Ok(());
        }
        terminal::say(format_args!(
            "{}: night {id} goes on, due {}",
            self.root.display(),
            told(due)
        ));
        self.begin(&["--resume".to_owned(), id], now)
    }

    fn begin(&mut self, words: &[String], now: DateTime<Utc>) -> anyhow::Result<()> {
        // Written before, so that a crash now begins no second night.
        self.held.write(&self.state)?;
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let mut command = Command::new(program);
        command.arg("run").arg("-C").arg(&self.root).args(words);
        command.stdin(Stdio::null()).kill_on_drop(false);
        // A signal from a terminal is passed on once, by the keeper.
        #[cfg(unix)]
        command.process_group(0);
        match command.spawn() {
            Ok(child) => {
                self.child = Some(child);
                Ok(())
            }
            Err(error) => {
                self.problem = Some(format!("a night cannot be started: {error}"));
                self.ended(None, now)
            }
        }
    }

    /// Takes note of a night that has ended.
    fn reap(&mut self, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        let Some(status) = child.try_wait().context("cannot ask how a night is")? else {
            return Ok(());
        };
        self.child = None;
        self.problem = match status.code() {
            Some(0..=3) => None,
            Some(code) => Some(format!("the night exited with {code}")),
            None => Some("the night was killed".to_owned()),
        };
        self.ended(status.code(), now)
    }

    fn ended(&mut self, exit: Option<i32>, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(Running { id, due, missed }) = self.state.running.take() else { return Ok(()) };
        let report = self.root.join("reports/nights").join(&id).join("night.json");
        if report.is_file() {
            self.state.kept.was_told(&missed);
        } else {
            self.state.kept.came_to_nothing(due);
        }
        let said = exit.map_or("without a code".to_owned(), |it| format!("with {it}"));
        terminal::say(format_args!("{}: night {id} ended {said}", self.root.display()));
        let has_report = report.is_file();
        self.state.last = Some(Ended { id: id.clone(), due, at: now, exit });
        self.held.write(&self.state)?;
        if has_report && self.tells {
            self.tell(&id);
        }
        Ok(())
    }

    /// Has people told of a night, while the keeper goes on.
    fn tell(&mut self, id: &str) {
        let told = std::env::current_exe().and_then(|program| {
            let mut command = Command::new(program);
            command.arg("notify").arg("-C").arg(&self.root).arg(id).stdin(Stdio::null()).spawn()
        });
        match told {
            Ok(child) => self.telling.push((id.to_owned(), child)),
            Err(error) => self.was_told(id, Err(error.to_string())),
        }
    }

    /// Hears of which nights people were told meanwhile.
    fn hear(&mut self) {
        let mut heard = Vec::new();
        self.telling.retain_mut(|(id, child)| {
            let told = match child.try_wait() {
                Ok(None) => return true,
                Ok(Some(status)) if status.success() => Ok(()),
                Ok(Some(status)) => Err(status.to_string()),
                Err(error) => Err(error.to_string()),
            };
            heard.push((id.clone(), told));
            false
        });
        for (id, told) in heard {
            self.was_told(&id, told);
        }
    }

    /// Keeps whether all were told of a night, until the next one is told.
    fn was_told(&mut self, id: &str, told: Result<(), String>) {
        self.untold = told.err().map(|why| {
            format!("not everybody was told of {id} ({why}): `nightshift notify {id}` says why")
        });
        if let Some(said) = &self.untold {
            terminal::say(format_args!("{}: {said}", self.root.display()));
        }
    }

    /// Asks the night that runs to stop, and waits for its report.
    async fn stop(&mut self, signal: u8) {
        let Some(mut child) = self.child.take() else { return };
        #[cfg(unix)]
        if let Some(pid) = child.id().and_then(|it| i32::try_from(it).ok())
            && let Some(pid) = rustix::process::Pid::from_raw(pid)
        {
            let signal = match signal {
                2 => rustix::process::Signal::INT,
                _ => rustix::process::Signal::TERM,
            };
            // A night that has just ended needs no signal.
            let _ = rustix::process::kill_process(pid, signal);
        }
        let exit = child.wait().await.ok().and_then(|it| it.code());
        if let Err(error) = self.ended(exit, Utc::now()) {
            terminal::error(&error);
        }
    }

    fn health(&self, next: Option<DateTime<Utc>>) -> SuiteHealth {
        SuiteHealth {
            suite: self.root.display().to_string(),
            next,
            running: self.state.running.as_ref().map(|it| it.id.clone()),
            last: self.state.last.as_ref().map(|it| it.id.clone()),
            exit: self.state.last.as_ref().and_then(|it| it.exit),
            missed: self.state.kept.missed.len(),
            problem: self.problem.clone(),
            untold: self.untold.clone(),
        }
    }
}

fn told(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
