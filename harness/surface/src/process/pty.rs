//! [`PtyProcess`]: a program on a terminal of its own, from its start to its end.
//!
//! It leads a session whose controlling terminal is a PTY that we hold. What it writes goes to a
//! sink at once, so that it never waits for us; what the sink answers goes back as if typed. What
//! the bytes mean is the business of `surface`. Neighbours: `tree` ends it, `table` says whether
//! it is at work.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pty_process::{Command, OwnedReadPty, OwnedWritePty, Pts};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::confine::{Confinement, Outputs};
use super::crowd::exceeded;
use super::lookup::find_program;
use super::owner::TREE_VARIABLE;
use super::tree::{Cookie, Ended, Guard, end_stragglers, kill_stragglers, signal_group};
use super::work::Work;
use super::{Exit, ProcessError, table};

/// For how long a killed program may take to go.
const DYING: Duration = Duration::from_secs(5);

/// For how long output is read on after the end, where somebody still holds the terminal.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How many writes wait until the program reads.
const WAITING_WRITES: usize = 256;

/// Takes what a program writes; answers with what the terminal says back.
pub type Sink = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// What is started, and on what terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PtySpec {
    /// The program: a name to be searched in the environment's `PATH`, or a path relative to `cwd`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its folder, absolute.
    pub cwd: PathBuf,
    /// Its complete environment; nothing is inherited.
    pub env: Vec<(String, String)>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The tree that it belongs to.
    pub tree: Cookie,
    /// The walls around it; `None` leaves it what we may do ourselves.
    pub confinement: Option<Confinement>,
}

/// A program on a terminal, ended when dropped.
#[derive(Debug)]
pub struct PtyProcess {
    pid: u32,
    guard: Guard,
    input: mpsc::Sender<Input>,
    /// Our own handle of the program's side: to ask what it has not read yet.
    terminal: Terminal,
    exit: watch::Receiver<Option<Exit>>,
}

/// The program's side of the terminal; given up when the program ends, so that reading ends too.
type Terminal = Arc<Mutex<Option<OwnedFd>>>;

/// What goes to the program's terminal.
enum Input {
    /// Bytes, and whom to tell when they are written.
    Bytes(Vec<u8>, Option<oneshot::Sender<()>>),
    /// Another size: columns, rows.
    Size(u16, u16),
}

/// How the end of a program came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The strongest that was needed.
    pub by: StoppedBy,
    /// Who had left the session and had to be looked for.
    pub stragglers: Vec<Ended>,
}

/// What made a program end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoppedBy {
    /// Nothing: it had ended already.
    Itself,
    /// SIGHUP: what a closed terminal says.
    Hangup,
    /// SIGTERM, because it did not care for SIGHUP.
    Terminate,
    /// SIGKILL, because it cared for neither.
    Kill,
}

impl PtyProcess {
    /// Starts it; needs a tokio runtime.
    pub fn start(spec: &PtySpec, sink: Sink) -> Result<Self, ProcessError> {
        let_hangups_through();
        let within = match &spec.confinement {
            None => None,
            Some(walls) => {
                let own = (spec.program.as_str(), &spec.args[..]);
                let own = walls.around(own, &spec.cwd, &spec.env, Outputs::Terminal)?;
                let (program, args, env) = (own.program, own.args, own.env);
                Some(PtySpec { program, args, env, confinement: None, ..spec.clone() })
            }
        };
        let walls = spec.confinement.clone();
        let spec = within.as_ref().unwrap_or(spec);
        let cookie = spec.tree.child();
        let failed = |what: &str, problem: pty_process::Error| ProcessError::Io {
            what: format!("cannot {what} for {}", spec.program),
            source: into_io(problem),
        };
        let path = spec.env.iter().rev().find(|(name, _)| name == "PATH");
        let program =
            find_program(&spec.program, path.map_or("", |(_, it)| it.as_str()), &spec.cwd)?;
        let (pty, pts) = pty_process::open().map_err(|it| failed("make a terminal", it))?;
        let (columns, rows) = spec.size;
        pty.resize(pty_process::Size::new(rows, columns))
            .map_err(|it| failed("set the size of a terminal", it))?;
        let command = Command::new(&program)
            .arg0(&spec.program)
            .args(&spec.args)
            .current_dir(&spec.cwd)
            .env_clear()
            .envs(spec.env.iter().map(|(name, value)| (name, value)))
            .env(TREE_VARIABLE, cookie.value())
            .kill_on_drop(true);
        let (child, pts) = spawn(command, pts).map_err(|problem| {
            super::command::refusal(program.clone(), &spec.cwd, into_io(problem))
        })?;
        let pid = child.id().unwrap_or_default();
        let (exit, exit_receiver) = watch::channel(None);
        if let Some(walls) = walls {
            let (cookie, exit) = (cookie.clone(), exit_receiver.clone());
            tokio::spawn(bound(walls, cookie, pid, exit));
        }
        let guard = Guard { group: pid, cookie, armed: true };
        let terminal = Arc::new(Mutex::new(pts));
        let (reader, writer) = pty.into_split();
        let (input, waiting) = mpsc::channel(WAITING_WRITES);
        tokio::spawn(write(writer, waiting));
        let pump = tokio::spawn(pump(reader, sink, input.downgrade()));
        tokio::spawn(wait(child, Arc::clone(&terminal), pump, exit));
        Ok(Self { pid, guard, input, terminal, exit: exit_receiver })
    }

    /// How it ended; `None` while it runs.
    #[must_use]
    pub fn try_exit(&self) -> Option<Exit> {
        *self.exit.borrow()
    }

    /// Waits until it ends and its last output was taken.
    pub async fn exited(&self) -> Exit {
        Exit::told_by(&self.exit).await
    }

    /// Types; returns once the terminal has taken the bytes, which it does not while the program
    /// reads nothing and the terminal's queue is full. Whether there still is a terminal.
    pub async fn write(&self, bytes: Vec<u8>) -> bool {
        let (written, done) = oneshot::channel();
        self.input.send(Input::Bytes(bytes, Some(written))).await.is_ok() && done.await.is_ok()
    }

    /// Gives the terminal another size, of which the program learns by SIGWINCH.
    pub async fn resize(&self, columns: u16, rows: u16) -> bool {
        self.input.send(Input::Size(columns, rows)).await.is_ok()
    }

    /// Whether it still has something to do. Reads the process table, which takes milliseconds.
    #[must_use]
    pub fn work(&self) -> Work {
        let unread = {
            let terminal = self.terminal.lock().unwrap_or_else(PoisonError::into_inner);
            terminal.as_ref().map(|pts| rustix::io::ioctl_fionread(pts).unwrap_or_default())
        };
        match table::session_works(self.pid) {
            Work::Idle if unread.is_some_and(|bytes| bytes > 0) => Work::Unread,
            other @ (Work::Idle | Work::Unread | Work::Busy | Work::Unknown) => other,
        }
    }

    /// Ends it with all that it started: as when its terminal is closed, and by force where it does
    /// not go within `grace` of each request.
    pub async fn stop(&mut self, grace: Duration) -> Stopped {
        let steps = [
            (Signal::HUP, grace, StoppedBy::Hangup),
            (Signal::TERM, grace, StoppedBy::Terminate),
            (Signal::KILL, DYING, StoppedBy::Kill),
        ];
        let mut by = StoppedBy::Itself;
        for (signal, patience, meaning) in steps {
            if self.try_exit().is_some() {
                break;
            }
            signal_group(self.guard.group, signal);
            by = meaning;
            // Whether it went or not is asked above.
            let _ = timeout(patience, self.exited()).await;
        }
        let stragglers = end_stragglers(&self.guard.cookie).await;
        self.guard.armed = false;
        Stopped { by, stragglers }
    }
}

/// Ends a confined program that takes more than it may.
async fn bound(
    walls: Confinement,
    cookie: Cookie,
    group: u32,
    exit: watch::Receiver<Option<Exit>>,
) {
    tokio::select! {
        _ = Exit::told_by(&exit) => {}
        why = exceeded(&cookie, &walls) => {
            tracing::warn!("a program on a terminal was ended: {why}");
            signal_group(group, Signal::KILL);
            end_stragglers(&cookie).await;
        }
    }
}

impl Drop for PtyProcess {
    fn drop(&mut self) {
        if self.guard.armed && self.try_exit().is_some() {
            // The group's number may be somebody else's by now; those left are found by cookie.
            kill_stragglers(&self.guard.cookie);
            self.guard.armed = false;
        }
    }
}

/// Where we were started to ignore SIGHUP, as by `nohup`, programs would inherit that and never
/// hear that their terminal closes. A signal that is handled is not inherited, so we handle it by
/// doing nothing.
fn let_hangups_through() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        if ignores_hangups() {
            // Without it programs are ended by SIGTERM, as those that do not care.
            let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        }
    });
}

/// Whether this process ignores SIGHUP, where the system tells.
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is that of signal 1.
    ignored.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).is_some_and(|it| it & 1 == 1)
}

#[cfg(not(target_os = "macos"))]
fn spawn(command: Command, pts: Pts) -> pty_process::Result<(Child, Option<OwnedFd>)> {
    let held = pts.as_fd().try_clone_to_owned()?;
    command.spawn(pts).map(|child| (child, Some(held)))
}

/// On macOS a terminal that we hold open is not given to the program whole.
#[cfg(target_os = "macos")]
fn spawn(command: Command, pts: Pts) -> pty_process::Result<(Child, Option<OwnedFd>)> {
    command.spawn(pts).map(|child| (child, None))
}

fn into_io(problem: pty_process::Error) -> std::io::Error {
    match problem {
        pty_process::Error::Io(problem) => problem,
        pty_process::Error::Rustix(problem) => problem.into(),
        other => std::io::Error::other(other.to_string()),
    }
}

/// Reads what the program writes until nobody holds the terminal any more.
async fn pump(mut reader: OwnedReadPty, mut sink: Sink, input: mpsc::WeakSender<Input>) {
    let mut buffer = vec![0; 16 * 1024];
    // Reading a terminal that nobody holds is an error (EIO), and the end.
    while let Ok(read @ 1..) = reader.read(&mut buffer).await {
        let answer = sink(&buffer[..read]);
        if let (false, Some(input)) = (answer.is_empty(), input.upgrade()) {
            // A program that asks without end and never reads gets no more answers; waiting for it
            // here would stop its output.
            let _ = input.try_send(Input::Bytes(answer, None));
        }
    }
}

async fn write(mut writer: OwnedWritePty, mut waiting: mpsc::Receiver<Input>) {
    while let Some(input) = waiting.recv().await {
        match input {
            Input::Bytes(bytes, written) => {
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
                if let Some(written) = written {
                    // Whoever typed may have been cancelled.
                    let _ = written.send(());
                }
            }
            Input::Size(columns, rows) => {
                // A terminal that is gone needs no size.
                let _ = writer.resize(pty_process::Size::new(rows, columns));
            }
        }
    }
}

async fn wait(
    mut child: Child,
    terminal: Terminal,
    mut pump: tokio::task::JoinHandle<()>,
    exit: watch::Sender<Option<Exit>>,
) {
    let ended = child.wait().await.map_or(Exit::Signal(0), Exit::from);
    terminal.lock().unwrap_or_else(PoisonError::into_inner).take();
    // What it started may hold the terminal for as long as it lives; its own words are there.
    let _ = timeout(LAST_WORDS, &mut pump).await;
    exit.send_replace(Some(ended));
}
