//! [`Program`]: one program on its terminal: what it shows, when it is done with what it was given.
//!
//! Output is taken as it comes and never waited for. [`rest`](Program::rest) is the rule for
//! "the screen is stable": nothing changed on it for a moment, all input is read and none of the
//! program's processes has anything to do; each of the three is waited for within a limit, so that
//! clocks, spinners and programs that never read are no trap. Neighbours: `recording` keeps what
//! happened, `mod.rs` carries steps out.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::recording::Recorder;
use crate::process::{Exit, FairInstant, ProcessError, PtyProcess, PtySpec, Stopped, Work, within};
use crate::screen::cast::{Cast, Event, What};
use crate::screen::{KeyModes, Screen, Size, Still};

/// For how long nothing may change before a screen counts as stable.
const QUIET: Duration = Duration::from_millis(40);

/// The same on systems that do not say whether a program is at work.
const QUIET_UNKNOWN: Duration = Duration::from_millis(400);

/// For how long a screen that keeps changing is waited for: a clock, a spinner.
const CHANGING: Duration = Duration::from_secs(3);

/// For how long a program is waited for that works and shows nothing.
const WORKING: Duration = Duration::from_secs(15);

/// For how long the first sign of a program is waited for: nearly all show something by themselves.
const FIRST: Duration = Duration::from_secs(2);

/// For how long input may lie unread by a program that does nothing.
const UNREAD: Duration = Duration::from_secs(1);

/// A program on a terminal.
#[derive(Debug)]
pub(super) struct Program {
    process: PtyProcess,
    shown: Arc<Mutex<Shown>>,
    /// Counts the changes of the screen.
    changes: watch::Receiver<u64>,
}

/// What is seen of a program.
#[derive(Debug)]
struct Shown {
    screen: Screen,
    recorder: Recorder,
    /// Of what the screen shows.
    hash: u64,
    changes: watch::Sender<u64>,
}

impl Shown {
    fn hashed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.screen.still().hash(&mut hasher);
        hasher.finish()
    }

    fn look(&mut self) {
        let hash = self.hashed();
        if hash != self.hash {
            self.hash = hash;
            self.changes.send_modify(|changes| *changes += 1);
        }
    }
}

/// How waiting for something on the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// It is there.
    Holds,
    /// The program ended without it.
    Ended(Exit),
    /// It did not come in time.
    Late,
}

impl Program {
    /// Starts a program; `command` is its command line for the recording.
    pub(super) fn start(spec: &PtySpec, command: &str) -> Result<Self, ProcessError> {
        let (columns, rows) = spec.size;
        let size = Size { columns, rows };
        let (sender, changes) = watch::channel(0);
        let shown = Arc::new(Mutex::new(Shown {
            screen: Screen::new(size),
            recorder: Recorder::new(size, command, Instant::now()),
            hash: 0,
            changes: sender,
        }));
        {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.hash = shown.hashed();
        }
        let sink = Arc::clone(&shown);
        let process = PtyProcess::start(
            spec,
            Box::new(move |bytes| {
                let mut shown = sink.lock().unwrap_or_else(PoisonError::into_inner);
                shown.recorder.output(bytes, Instant::now());
                let answer = shown.screen.feed(bytes);
                shown.look();
                answer
            }),
        )?;
        Ok(Self { process, shown, changes })
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it ended; `None` while it runs.
    pub(super) fn exit(&self) -> Option<Exit> {
        self.process.try_exit()
    }

    /// What its screen shows now.
    pub(super) fn still(&self) -> Still {
        self.shown().screen.still()
    }

    /// How it wants keys to be sent.
    pub(super) fn key_modes(&self) -> KeyModes {
        self.shown().screen.key_modes()
    }

    /// Notes in the recording that a step begins.
    pub(super) fn mark(&self, text: &str) {
        let mut shown = self.shown();
        let still = shown.screen.still();
        shown.recorder.marker(text, &still, Instant::now());
    }

    /// Types; whether the program's terminal took it within the limit.
    pub(super) async fn send(&self, bytes: Vec<u8>, limit: Duration) -> bool {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.shown().recorder.input(&text, Instant::now());
        within(limit, self.process.write(bytes)).await.unwrap_or(false)
    }

    /// Keeps what is drawn until [`unveil`](Self::unveil) out of the recording.
    pub(super) fn veil(&self) {
        self.shown().recorder.veil();
    }

    /// Puts what the screen shows now into the recording, without secrets.
    pub(super) fn unveil(&self, secrets: &[String]) {
        let mut shown = self.shown();
        let still = shown.screen.still().hiding(secrets);
        shown.recorder.unveil(&still, Instant::now());
    }

    /// Gives its terminal another size.
    pub(super) async fn resize(&self, size: Size) {
        {
            let mut shown = self.shown();
            shown.screen.resize(size);
            shown.recorder.resize(size, Instant::now());
            shown.look();
        }
        // A program that has ended has no terminal that could get a size.
        let _ = self.process.resize(size.columns, size.rows).await;
    }

    /// Waits until it has shown something, and what it shows is stable.
    pub(super) async fn rest_first(&mut self) {
        self.rest().await;
        if *self.changes.borrow() == 0 {
            tokio::select! {
                _ = self.process.exited() => {}
                _ = self.changes.changed() => {}
                () = (FairInstant::now() + FIRST).come() => {}
            }
            self.rest().await;
        }
    }

    /// Waits until its screen is stable, or has been waited for long enough.
    pub(super) async fn rest(&mut self) {
        let began = FairInstant::now();
        let mut unread_since = None;
        let mut idle_before = false;
        loop {
            if self.exit().is_some() {
                return;
            }
            let now = FairInstant::now();
            if !self.quiet(QUIET).await {
                idle_before = false;
                if now.since(began) >= CHANGING {
                    return;
                }
                continue;
            }
            if self.shown().screen.updating(Instant::now()) {
                continue;
            }
            let work = self.process.work();
            // One look may fall into a moment between two things that a program does.
            if work == Work::Idle && idle_before {
                return;
            }
            idle_before = work == Work::Idle;
            let most = match work {
                Work::Idle | Work::Busy => began + WORKING,
                Work::Unread => *unread_since.get_or_insert(now) + UNREAD,
                Work::Unknown => {
                    if self.quiet(QUIET_UNKNOWN).await {
                        return;
                    }
                    began + CHANGING
                }
            };
            if most.has_come() {
                return;
            }
        }
    }

    /// Whether nothing changes on the screen for this long. The end of the program ends it too.
    async fn quiet(&mut self, long: Duration) -> bool {
        self.changes.mark_unchanged();
        tokio::select! {
            _ = self.process.exited() => true,
            changed = self.changes.changed() => changed.is_err(),
            () = tokio::time::sleep(long) => true,
        }
    }

    /// Waits until something holds of the screen.
    pub(super) async fn wait(
        &mut self,
        limit: Duration,
        holds: impl Fn(&Still) -> bool,
    ) -> Awaited {
        let deadline = (FairInstant::now() + limit).come();
        tokio::pin!(deadline);
        loop {
            self.changes.mark_unchanged();
            let ended = self.exit();
            // An update that the program never ends is seen once its time is over.
            let updating = self.shown().screen.updating(Instant::now());
            if holds(&self.still()) {
                return Awaited::Holds;
            }
            if let Some(exit) = ended {
                return Awaited::Ended(exit);
            }
            let again = if updating { QUIET } else { limit };
            tokio::select! {
                _ = self.process.exited() => {}
                _ = self.changes.changed() => {}
                () = tokio::time::sleep(again) => {}
                () = &mut deadline => {
                    return if holds(&self.still()) { Awaited::Holds } else { Awaited::Late };
                }
            }
        }
    }

    /// Waits for its end by itself.
    pub(super) async fn ended(&self, limit: Duration) -> Option<Exit> {
        within(limit, self.process.exited()).await
    }

    /// Ends it.
    pub(super) async fn stop(&mut self, grace: Duration) -> Stopped {
        self.process.stop(grace).await
    }

    /// What was recorded until now.
    pub(super) fn cast(&self, secrets: &[String]) -> Cast {
        let now = Instant::now();
        let shown = self.shown();
        let still = shown.screen.still().hiding(secrets);
        let mut cast = shown.recorder.cast(&still, secrets, now);
        if let Some(exit) = self.exit() {
            let at = cast.events.last().map_or(0, |event| event.at);
            let code = match exit {
                Exit::Code(code) => code,
                Exit::Signal(signal) => 128 + signal,
            };
            cast.events.push(Event { at, what: What::Exit(code) });
        }
        cast
    }
}
