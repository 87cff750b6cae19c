//! [`launched`]: our own program, started to confine itself and then to become a command.
//!
//! Walls can only be put up by the process that they stand around, and between fork and exec nothing
//! may be done here. So a confined command is our own program first: it reads its [`Orders`], enters
//! spaces of its own where there are any, confines itself, and becomes the command.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, Signal, WaitOptions, setrlimit, wait};

use super::orders::{GIVEN, MARKER, Orders, Part, Spaces, UNCONFINED};
use super::{Held, calls, files, relay, spaces};
use crate::process::owner::TREE_VARIABLE;

/// What a shell says of a program that cannot be run.
const NOT_RUN: u8 = 126;

/// What a shell adds to a signal to have a code.
const SIGNALLED: i32 = 128;

/// What a terminal or a night sends to a whole group; the command decides what it means.
const SENT: [i32; 5] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGUSR1];

/// The processes that stand around a command in spaces of its own: who waits outside, the first one
/// inside, and one for each relay.
const AROUND: u64 = 2;

/// What becomes of a command line that is an order to confine oneself; `None` for any other.
#[must_use]
pub fn launched(words: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let mut words = words.skip(1);
    if words.next()?.to_str() != Some(MARKER) {
        return None;
    }
    let orders = words.next().unwrap_or_default();
    let args: Vec<OsString> = words.collect();
    let read = serde_json::from_slice(orders.as_bytes()).map_err(|it| format!("its orders: {it}"));
    let done = read.and_then(|orders: Orders| {
        // The parts that come after are started by us, with nothing but their streams.
        if orders.part == Part::Begin {
            close_inherited()?;
        }
        carry_out(&orders, &args)
    });
    Some(done.unwrap_or_else(|why| {
        // Whoever started it reads that; nobody else could be told.
        let _ = writeln!(std::io::stderr(), "nightshift: this command was not confined: {why}");
        ExitCode::from(UNCONFINED)
    }))
}

/// Closes what this process was started with beside its three streams: what is open already, no
/// wall is asked about.
fn close_inherited() -> Result<(), String> {
    const STREAMS: RawFd = 3;
    let failed = |it: std::io::Error| format!("what it was started with: {it}");
    let open: Vec<RawFd> = std::fs::read_dir("/proc/self/fd")
        .map_err(failed)?
        .filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok())
        .filter(|it| *it >= STREAMS)
        .collect();
    for it in open {
        match nix::unistd::close(it) {
            // The folder that was looked through is among them, and closed already.
            Ok(()) | Err(nix::errno::Errno::EBADF) => {}
            Err(error) => return Err(failed(error.into())),
        }
    }
    Ok(())
}

fn carry_out(orders: &Orders, args: &[OsString]) -> Result<ExitCode, String> {
    match (&orders.part, orders.spaces) {
        (Part::Begin, Spaces::Own) => outside(orders, args),
        (Part::Begin, Spaces::Shared) => {
            spaces::without_powers()?;
            let held = confine(orders)?;
            let Some(mut command) = command(orders, args) else { return tell(held) };
            Ok(not_run(&command.exec()))
        }
        (Part::Inside, _) => inside(orders, args),
        (Part::Relay(socket), _) => {
            relay::inside(socket).map_err(|it| format!("its relay: {it}"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Enters the spaces, has the first process in them do the rest, and ends as the command does.
fn outside(orders: &Orders, args: &[OsString]) -> Result<ExitCode, String> {
    limit(Resource::Core, 0)?;
    spaces::enter(orders)?;
    for signal in SENT {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))
            .map_err(|it| format!("its signals: {it}"))?;
    }
    let mut child = part(orders, Part::Inside)?
        .args(args)
        .spawn()
        .map_err(|it| format!("the first process in its spaces: {it}"))?;
    let status = child.wait().map_err(|it| format!("the first process in its spaces: {it}"))?;
    let signal = told(&orders.told, status);
    // It is there only after a signal.
    let _ = std::fs::remove_file(&orders.told);
    if let Some(signal) = signal.or(status.signal()) {
        // It does not return where the signal ends a process.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    Ok(status.code().and_then(|it| u8::try_from(it).ok()).unwrap_or(NOT_RUN).into())
}

/// The signal by which a command ended, as the first process inside told of it. The command itself
/// could have put anything there; what is no file, or says something else than the code, is not
/// read further.
fn told(file: &Path, status: ExitStatus) -> Option<i32> {
    const LONGEST: u64 = 8;
    let found = std::fs::symlink_metadata(file).ok()?;
    if !found.is_file() || found.len() > LONGEST {
        return None;
    }
    let signal: i32 = std::fs::read_to_string(file).ok()?.parse().ok()?;
    (status.code()?.checked_sub(SIGNALLED) == Some(signal)).then_some(signal)
}

/// The first process in spaces of its own: it takes in what others left, and its end is the end of all.
fn inside(orders: &Orders, args: &[OsString]) -> Result<ExitCode, String> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|it| format!("its end: {it}"))?;
    spaces::own_table()?;
    for gate in &orders.gates {
        open(orders, gate)?;
    }
    let around = AROUND + orders.gates.len() as u64;
    limit(Resource::Nproc, u64::from(orders.limits.processes) + around)?;
    spaces::give_up()?;
    let held = confine(orders)?;
    let Some(mut command) = command(orders, args) else { return tell(held) };
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(not_run(&error)),
    };
    await_end(orders, &child)
}

/// Waits for a command, and takes in what it left.
fn await_end(orders: &Orders, child: &Child) -> Result<ExitCode, String> {
    loop {
        let ended = match wait(WaitOptions::empty()) {
            Ok(Some(ended)) => ended,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(format!("its end: {error}")),
        };
        let (pid, status) = ended;
        if u32::try_from(pid.as_raw_nonzero().get()) != Ok(child.id()) {
            continue;
        }
        if let Some(signal) = status.terminating_signal() {
            // Where it cannot be told, the code says it as a shell would.
            let _ = File::create_new(&orders.told)
                .and_then(|mut it| it.write_all(signal.to_string().as_bytes()));
            return Ok(u8::try_from(SIGNALLED + signal).unwrap_or(u8::MAX).into());
        }
        let code = status.exit_status().and_then(|it| u8::try_from(it).ok());
        return Ok(code.unwrap_or(u8::MAX).into());
    }
}

/// Opens the way to an address.
fn open(orders: &Orders, gate: &super::Gate) -> Result<(), String> {
    let told = |it: std::io::Error| format!("the way to {}: {it}", gate.address);
    let Some(socket) = &gate.socket else { return Ok(()) };
    let listener = TcpListener::bind(gate.address).map_err(told)?;
    part(orders, Part::Relay(socket.clone()))?
        .stdin(Stdio::from(OwnedFd::from(listener)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(told)?;
    Ok(())
}

/// Our own program with another part of the orders.
fn part(orders: &Orders, part: Part) -> Result<Command, String> {
    let mut command = Command::new(&orders.launcher);
    let orders = Orders { part, ..orders.clone() };
    let json = serde_json::to_string(&orders).map_err(|it| format!("its orders: {it}"))?;
    command.arg(MARKER).arg(json);
    Ok(command)
}

/// Puts the walls up around this process, for good.
fn confine(orders: &Orders) -> Result<Held, String> {
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, orders.limits.disk / 2)?;
    limit(Resource::Data, orders.limits.memory)?;
    let landlock = files::restrict(orders)?;
    calls::refuse(orders.spaces)?;
    Ok(Held { landlock, spaces: orders.spaces })
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, most: u64) -> Result<(), String> {
    let now = rustix::process::getrlimit(resource);
    let most = now.maximum.map_or(most, |it| it.min(most));
    let limits = Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(resource, limits).map_err(|it| format!("its limits ({resource:?}): {it}"))
}

/// The command with its own environment.
fn command(orders: &Orders, args: &[OsString]) -> Option<Command> {
    let program = orders.program.as_ref()?;
    let given: BTreeMap<OsString, OsString> = std::env::vars_os()
        .filter_map(|(name, value)| {
            let own = name.to_str()?.strip_prefix(GIVEN).map(OsString::from);
            Some((own.or_else(|| (name == TREE_VARIABLE).then_some(name))?, value))
        })
        .collect();
    let mut command = Command::new(&program.path);
    command.arg0(&program.name).args(args).env_clear().envs(given);
    Some(command)
}

fn not_run(error: &std::io::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "nightshift: the program cannot be run: {error}");
    ExitCode::from(NOT_RUN)
}

/// Tells which walls hold.
fn tell(held: Held) -> Result<ExitCode, String> {
    let json = serde_json::to_string(&held).map_err(|it| format!("what holds: {it}"))?;
    std::io::stdout().write_all(json.as_bytes()).map_err(|it| format!("what holds: {it}"))?;
    Ok(ExitCode::SUCCESS)
}
