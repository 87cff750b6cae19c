//! [`Service`]: a process tree that runs for long: a product's server, the browser's driver.
//!
//! Its end is noticed at once, its log (both outputs, in order) is kept within a limit, and
//! stopping it ends the whole tree. Neighbours: `command` starts it, `tree` ends it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use process_wrap::tokio::ChildWrapper;
use rustix::process::Signal;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;
use tokio::time::timeout;

use super::capture::{Captured, Keeper};
use super::command::Launch;
use super::tree::{Cookie, Ended, Guard, end_stragglers, kill_stragglers, signal_group};
use super::{Exit, ProcessError};

/// For how long a killed process may take to go.
const DYING: Duration = Duration::from_secs(5);

/// For how long the log is read on after the end: its last words are the reason.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What is started, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSpec {
    /// The program: a name to be searched in the environment's `PATH`, or a path relative to `cwd`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its folder, absolute.
    pub cwd: PathBuf,
    /// Its complete environment; nothing is inherited.
    pub env: Vec<(String, String)>,
    /// How many bytes of its log are kept, half from the beginning and half from the end.
    pub max_log: usize,
    /// The tree that it belongs to.
    pub tree: Cookie,
}

/// A process tree that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Service {
    pid: u32,
    guard: Guard,
    log: Arc<Mutex<Keeper>>,
    /// The first process's end, once its last words are in the log.
    exit: watch::Receiver<Option<Exit>>,
    /// How much was logged so far.
    logged: watch::Receiver<u64>,
}

impl Service {
    /// Starts it; needs a tokio runtime.
    pub fn start(spec: &ServiceSpec) -> Result<Self, ProcessError> {
        let cookie = spec.tree.child();
        let io = |source| ProcessError::Io {
            what: format!("cannot make a pipe for the log of {}", spec.program),
            source,
        };
        // One pipe for both outputs keeps their lines in order.
        let (reader, writer) = std::io::pipe().map_err(io)?;
        let reader = Receiver::from_owned_fd(reader.into()).map_err(io)?;
        let launch = Launch {
            program: &spec.program,
            args: &spec.args,
            cwd: &spec.cwd,
            env: &spec.env,
            cookie: &cookie,
        };
        let stderr = Stdio::from(writer.try_clone().map_err(io)?);
        let child = launch.spawn(Stdio::null(), Stdio::from(writer), stderr)?;
        let pid = child.id().unwrap_or_default();
        let guard = Guard { group: pid, cookie, armed: true };
        let log = Arc::new(Mutex::new(Keeper::new(spec.max_log)));
        let (logged, log_receiver) = watch::channel(0);
        let (exit, exit_receiver) = watch::channel(None);
        let pump = tokio::spawn(pump(reader, Arc::clone(&log), logged));
        tokio::spawn(wait(child, pump, exit));
        Ok(Self { pid, guard, log, exit: exit_receiver, logged: log_receiver })
    }

    /// The id of its first process, which is its group's too.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What marks its processes.
    #[must_use]
    pub fn tree(&self) -> &Cookie {
        &self.guard.cookie
    }

    /// How its first process ended; `None` while it runs.
    #[must_use]
    pub fn try_exit(&self) -> Option<Exit> {
        *self.exit.borrow()
    }

    /// Waits until its first process ends.
    pub async fn exited(&self) -> Exit {
        Exit::told_by(&self.exit).await
    }

    /// Both outputs so far, in order.
    #[must_use]
    pub fn log(&self) -> Captured {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).captured()
    }

    /// Waits until more is logged than `seen` bytes, or the log is closed; how many bytes there are.
    pub async fn log_beyond(&self, seen: u64) -> u64 {
        let mut logged = self.logged.clone();
        let total = logged.wait_for(|total| *total > seen).await.map(|total| *total);
        match total {
            Ok(total) => total,
            // Closed: nothing more will come, so the caller waits for the exit instead.
            Err(_) => std::future::pending().await,
        }
    }

    /// Ends the whole tree: SIGTERM, then SIGKILL once `grace` is over; answers with who had left
    /// the group and had to be looked for.
    pub async fn stop(&mut self, grace: Duration) -> Vec<Ended> {
        if self.try_exit().is_none() {
            signal_group(self.guard.group, Signal::TERM);
            // Whether it went or not is asked below.
            let _ = timeout(grace, self.exited()).await;
        }
        if self.try_exit().is_none() {
            signal_group(self.guard.group, Signal::KILL);
            let _ = timeout(DYING, self.exited()).await;
        }
        if !cfg!(target_os = "linux") {
            // Without a process table the group is all that can be reached.
            signal_group(self.guard.group, Signal::KILL);
        }
        let ended = end_stragglers(&self.guard.cookie).await;
        self.guard.armed = false;
        ended
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.try_exit().is_some() && cfg!(target_os = "linux") {
            // The group's number may be somebody else's by now; those left are found by cookie.
            kill_stragglers(&self.guard.cookie);
            self.guard.armed = false;
        }
    }
}

/// Reads the log until nobody holds it open any more.
async fn pump(mut reader: Receiver, log: Arc<Mutex<Keeper>>, logged: watch::Sender<u64>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = reader.read(&mut buffer).await {
        let total = {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push(&buffer[..read]);
            log.total()
        };
        logged.send_replace(total);
    }
}

async fn wait(
    mut child: Box<dyn ChildWrapper>,
    mut pump: tokio::task::JoinHandle<()>,
    exit: watch::Sender<Option<Exit>>,
) {
    let ended = child.wait().await.map_or(Exit::Signal(0), Exit::from);
    // Its children may hold the log open for as long as they live; its own words are in the pipe.
    let _ = timeout(LAST_WORDS, &mut pump).await;
    exit.send_replace(Some(ended));
}
