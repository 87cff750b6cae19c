//! [`run`]: one command from start to end, with its output, within its limits.
//!
//! The quick case costs little more than fork and exec: no thread, no scan of the process table.
//! That is paid for only by commands that hang or leave somebody behind who holds their output.
//! Neighbours: `capture` keeps the output, `tree` ends what must end.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop, ProcessGroup};
use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdin;

use super::capture::{Captured, Keeper};
use super::confine::{Confinement, Outputs};
use super::crowd::exceeded;
use super::fair::{FairInstant, within};
use super::lookup::find_program;
use super::owner::TREE_VARIABLE;
use super::tree::{Cookie, Guard, end_stragglers, signal_group};
use super::{Exit, ProcessError};

/// For how long outputs may stay open once the command itself has ended.
const LINGER: Duration = Duration::from_secs(1);

/// For how long a command that was told to end may take to do so.
const GRACE: Duration = Duration::from_secs(1);

/// What is run, and within which limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSpec {
    /// The program: a name to be searched in the environment's `PATH`, or a path relative to `cwd`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its folder, absolute.
    pub cwd: PathBuf,
    /// Its complete environment; nothing is inherited.
    pub env: Vec<(String, String)>,
    /// What it reads from standard input.
    pub stdin: Vec<u8>,
    /// The longest that it may take, as the fair clock counts it.
    pub timeout: Duration,
    /// How many bytes of each output are kept.
    pub max_output: usize,
    /// The tree that it belongs to.
    pub tree: Cookie,
    /// What becomes of processes that it leaves behind.
    pub leftovers: Leftovers,
    /// The walls around it; `None` leaves it what we may do ourselves.
    pub confinement: Option<Confinement>,
}

/// What becomes of processes that a command leaves behind, its outputs closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// They are ended with it.
    End,
    /// They go on (a daemon that the next command talks to) until whoever owns the tree calls
    /// [`end_stragglers`].
    Leave,
}

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended; `None` where even SIGKILL did not end it in time.
    pub exit: Option<Exit>,
    /// Whether it took longer than it may, and was ended.
    pub timed_out: bool,
    /// Whether something that it started held its outputs open after its end, and was ended.
    pub held_open: bool,
    /// What it took more of than it may, or why else it was ended at once.
    pub exceeded: Option<String>,
    /// Its standard output.
    pub stdout: Captured,
    /// Its standard error.
    pub stderr: Captured,
    /// How long it took.
    pub duration: Duration,
}

/// Runs a command to its end, or to that of its time.
pub async fn run(spec: CommandSpec) -> Result<Finished, ProcessError> {
    run_until(spec, std::future::pending()).await
}

/// The same, or until `end` says why it must end at once; what it wrote until then is kept.
pub async fn run_until(
    mut spec: CommandSpec,
    end: impl Future<Output = String>,
) -> Result<Finished, ProcessError> {
    let started = Instant::now();
    let confinement = spec.confinement.take();
    let name = spec.program.clone();
    if let Some(walls) = &confinement {
        let own = walls.around((&name, &spec.args), &spec.cwd, &spec.env, Outputs::Pipes)?;
        (spec.program, spec.args, spec.env) = (own.program, own.args, own.env);
    }
    let cookie = spec.tree.child();
    let stdin = if spec.stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = Launch {
        program: &spec.program,
        args: &spec.args,
        cwd: &spec.cwd,
        env: &spec.env,
        cookie: &cookie,
    }
    .spawn(stdin, Stdio::piped(), Stdio::piped())?;
    // Dropped before `child`, so that the group still is ours when a cancelled run kills it.
    let mut guard = Guard { group: child.id().unwrap_or_default(), cookie, armed: true };
    let mut stdout = Keeper::new(spec.max_output);
    let mut stderr = Keeper::new(spec.max_output);
    let exchange = exchange(child.as_mut(), &spec.stdin, &mut stdout, &mut stderr);
    let cookie = guard.cookie.clone();
    let crowd = async {
        match &confinement {
            Some(walls) => exceeded(&cookie, walls).await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        ended = watch(child.as_mut(), exchange, &mut guard, &spec) => Ok(ended?),
        why = crowd => Err(why),
        why = end => Err(why),
    };
    let ended = match ended {
        Ok(ended) => ended,
        Err(why) => end_at_once(child.as_mut(), &mut guard, why).await?,
    };
    if spec.leftovers == Leftovers::End {
        end_stragglers(&guard.cookie).await;
    }
    Ok(Finished {
        exit: ended.exit,
        timed_out: ended.timed_out,
        held_open: ended.held_open,
        exceeded: ended.exceeded,
        stdout: stdout.captured(),
        stderr: stderr.captured(),
        duration: started.elapsed(),
    })
}

/// What is started, and where.
pub(super) struct Launch<'a> {
    pub(super) program: &'a str,
    pub(super) args: &'a [String],
    pub(super) cwd: &'a std::path::Path,
    pub(super) env: &'a [(String, String)],
    pub(super) cookie: &'a Cookie,
}

impl Launch<'_> {
    /// Starts it in a group of its own.
    pub(super) fn spawn(
        &self,
        stdin: Stdio,
        stdout: Stdio,
        stderr: Stdio,
    ) -> Result<Box<dyn ChildWrapper>, ProcessError> {
        let path = self.env.iter().rev().find(|(name, _)| name == "PATH");
        let path = path.map_or("", |(_, value)| value.as_str());
        let program = find_program(self.program, path, self.cwd)?;
        let mut command = CommandWrap::with_new(&program, |command| {
            command
                // As a shell would: usage messages show the name that was typed.
                .arg0(self.program)
                .args(self.args)
                .current_dir(self.cwd)
                .env_clear()
                .envs(self.env.iter().map(|(name, value)| (name, value)))
                .env(TREE_VARIABLE, self.cookie.value())
                .stdin(stdin)
                .stdout(stdout)
                .stderr(stderr);
        });
        command.wrap(KillOnDrop).wrap(ProcessGroup::leader());
        command.spawn().map_err(|source| refusal(program, self.cwd, source))
    }
}

/// Why the system would not start a file that is there and executable.
pub(super) fn refusal(
    program: PathBuf,
    cwd: &std::path::Path,
    source: std::io::Error,
) -> ProcessError {
    let why = match rustix::io::Errno::from_io_error(&source) {
        Some(rustix::io::Errno::NOEXEC) => {
            "it is neither a program of this machine nor a script that begins with #!"
        }
        Some(rustix::io::Errno::NOENT) if cwd.is_dir() => {
            "the interpreter that its first line names is missing"
        }
        Some(_) | None => {
            let what = format!("cannot start {} in {}", program.display(), cwd.display());
            return ProcessError::Io { what, source };
        }
    };
    ProcessError::NotExecutable { path: program, why: why.to_owned() }
}

struct End {
    exit: Option<Exit>,
    timed_out: bool,
    held_open: bool,
    exceeded: Option<String>,
}

/// Ends a command with all that it started, because it took more than it may.
async fn end_at_once(
    child: &mut dyn ChildWrapper,
    guard: &mut Guard,
    why: String,
) -> Result<End, ProcessError> {
    signal_group(guard.group, Signal::KILL);
    let exit = within(GRACE, child.wait()).await;
    let exit = exit.transpose().map_err(|source| ProcessError::Io {
        what: "cannot wait for a command".to_owned(),
        source,
    })?;
    end_stragglers(&guard.cookie).await;
    guard.armed = false;
    Ok(End { exit: exit.map(Exit::from), timed_out: false, held_open: false, exceeded: Some(why) })
}

/// Waits for the command while `exchange` moves its input and output, and ends what does not end.
async fn watch(
    child: &mut dyn ChildWrapper,
    exchange: impl Future<Output = ()>,
    guard: &mut Guard,
    spec: &CommandSpec,
) -> Result<End, ProcessError> {
    let lost =
        |source| ProcessError::Io { what: format!("cannot wait for {}", spec.program), source };
    tokio::pin!(exchange);
    let mut exchange = Exchange { future: exchange, done: false };
    let mut exit = exchange.wait(child, spec.timeout).await.map_err(lost)?;
    let timed_out = exit.is_none();
    if timed_out {
        signal_group(guard.group, Signal::TERM);
        exit = exchange.wait(child, GRACE).await.map_err(lost)?;
        // With the first process not yet reaped, or only just, the group is still ours.
        signal_group(guard.group, Signal::KILL);
        if exit.is_none() {
            exit = exchange.wait(child, GRACE).await.map_err(lost)?;
        }
    } else if !exchange.finish(LINGER).await {
        signal_group(guard.group, Signal::KILL);
    } else {
        guard.armed = false;
        return Ok(End { exit, timed_out, held_open: false, exceeded: None });
    }
    end_stragglers(&guard.cookie).await;
    guard.armed = false;
    exchange.finish(LINGER).await;
    Ok(End { exit, timed_out, held_open: !timed_out, exceeded: None })
}

/// The moving of input and output, which may be done before or after the command is.
struct Exchange<F> {
    future: F,
    done: bool,
}

impl<F: Future<Output = ()> + Unpin> Exchange<F> {
    /// Until the command ends (`Some`) or the time is over (`None`).
    async fn wait(
        &mut self,
        child: &mut dyn ChildWrapper,
        limit: Duration,
    ) -> std::io::Result<Option<Exit>> {
        let over = (FairInstant::now() + limit).come();
        tokio::pin!(over);
        loop {
            tokio::select! {
                status = child.wait() => return Ok(Some(status?.into())),
                () = &mut self.future, if !self.done => self.done = true,
                () = &mut over => return Ok(None),
            }
        }
    }

    /// Until all input and output is moved; whether it was within the limit.
    async fn finish(&mut self, limit: Duration) -> bool {
        if !self.done {
            self.done = within(limit, &mut self.future).await.is_some();
        }
        self.done
    }
}

/// Feeds the command and keeps what it says until it closes its outputs.
fn exchange<'a>(
    child: &mut dyn ChildWrapper,
    input: &'a [u8],
    stdout: &'a mut Keeper,
    stderr: &'a mut Keeper,
) -> impl Future<Output = ()> + use<'a> {
    let (stdin, out, err) = (child.stdin().take(), child.stdout().take(), child.stderr().take());
    async move {
        tokio::join!(feed(stdin, input), keep(out, stdout), keep(err, stderr));
    }
}

async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        // A command may end without having read its input; that is its own affair.
        let _ = stdin.write_all(input).await;
    }
}

async fn keep(output: Option<impl AsyncRead + Unpin>, keeper: &mut Keeper) {
    let Some(mut output) = output else { return };
    let mut buffer = vec![0; 16 * 1024];
    // An error of a pipe that we hold ourselves means that there is no more to come.
    while let Ok(read @ 1..) = output.read(&mut buffer).await {
        keeper.push(&buffer[..read]);
    }
}
