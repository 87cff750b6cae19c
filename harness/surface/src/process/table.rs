//! The process table of Linux: who holds a cookie, and is it still the same process.
//!
//! Main type: [`Process`]. Its neighbour `tree` decides whom to end; `table_elsewhere` stands in
//! on systems without `/proc`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::owner::{Owner, TREE_VARIABLE};
use super::work::Work;

/// A process that holds a cookie.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// In clock ticks since boot.
    pub(super) start: u64,
}

impl Process {
    /// Its command line, words joined by blanks; empty once it is gone.
    pub(super) fn command(&self) -> String {
        // In the middle of `execve` it has none; that takes less than a millisecond.
        const LOOKS: u32 = 20;
        const BETWEEN: Duration = Duration::from_micros(100);
        for _ in 0..LOOKS {
            let words = std::fs::read(entry(self.pid).join("cmdline")).unwrap_or_default();
            if !words.is_empty() || living(self.pid) != Some(self.start) {
                return String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ");
            }
            std::thread::sleep(BETWEEN);
        }
        String::new()
    }

    /// Kills it, if the id still means the process that was found.
    pub(super) fn kill(&self, belongs: &impl Fn(&str) -> bool) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        // The descriptor pins the process, so that what is checked next is what is killed.
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        let ours = match cookie_of(self.pid) {
            Carried::Value(value) => belongs(&value),
            Carried::Nothing | Carried::Unknown => false,
        };
        if ours && living(self.pid) == Some(self.start) {
            // It may have ended by itself just now, which is as good.
            let _ = pidfd_send_signal(handle, Signal::KILL);
        }
    }
}

/// This process.
pub(super) fn own() -> Owner {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::OnceLock;
    static OWN: OnceLock<Owner> = OnceLock::new();
    OWN.get_or_init(|| {
        let pid = std::process::id();
        let start = start_of(pid).unwrap_or_default();
        let namespace = std::fs::metadata("/proc/self/ns/pid").map_or(0, |it| it.ino());
        Owner { pid, start, namespace }
    })
    .clone()
}

/// When the process with this id started, in clock ticks since boot; `None` where there is none.
pub(super) fn start_of(pid: u32) -> Option<u64> {
    Stat::of(pid).map(|stat| stat.start)
}

/// What one reading of the process table found.
#[derive(Debug)]
pub(super) struct Reading {
    /// The processes that belong.
    pub(super) found: Vec<Process>,
    /// Whether some process was just becoming another program and has to be looked at again.
    pub(super) undecided: bool,
}

/// All processes whose cookie `belongs`, but us and those that have ended and wait to be reaped.
pub(super) fn holders(belongs: impl Fn(&str) -> bool) -> Reading {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    holders_among(pids, belongs)
}

/// The same of these process ids only; those that nobody has do not matter.
pub(super) fn holders_among(
    pids: impl Iterator<Item = u32>,
    belongs: impl Fn(&str) -> bool,
) -> Reading {
    let mut reading = Reading { found: Vec::new(), undecided: false };
    let own = std::process::id();
    for pid in pids.filter(|pid| *pid != own) {
        match cookie_of(pid) {
            Carried::Unknown => reading.undecided = true,
            Carried::Value(value) if belongs(&value) => {
                if let Some(start) = living(pid) {
                    reading.found.push(Process { pid, start });
                }
            }
            Carried::Value(_) | Carried::Nothing => {}
        }
    }
    reading
}

/// What a process takes: its resident memory in KiB, and how many files and sockets it has open
/// (`proc_pid_status(5)`, `proc_pid_fd(5)`).
pub(super) fn taken_by(pid: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(entry(pid).join("status")).ok()?;
    let memory = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let memory = memory.trim().trim_end_matches("kB").trim().parse().ok()?;
    let handles = std::fs::read_dir(entry(pid).join("fd")).ok()?.count() as u64;
    Some((memory, handles))
}

/// The process id that was given out last (`proc_loadavg(5)`); they are given out in a circle.
pub(super) fn last_pid() -> Option<u32> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().last()?.parse().ok()
}

/// How many processes and threads there are on this machine (`proc_loadavg(5)`).
pub(super) fn tasks() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/loadavg").ok()?;
    line.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

/// How many bytes of memory this machine has left (`proc_meminfo(5)`).
pub(super) fn memory_left() -> Option<u64> {
    let all = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = all.lines().find_map(|it| it.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|it| it * 1024)
}

/// How many bytes of memory a process holds (`proc_pid_statm(5)`).
pub(super) fn memory_of(pid: u32) -> u64 {
    let line = std::fs::read_to_string(entry(pid).join("statm")).unwrap_or_default();
    let pages = line.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok());
    pages.unwrap_or_default() * rustix::param::page_size() as u64
}

/// Everybody who lives in the same process tables as these, but in ours: who took a cookie off cannot
/// take that off.
pub(super) fn beside(holders: &[Process]) -> Vec<u32> {
    let space = |pid: u32| std::fs::read_link(entry(pid).join("ns/pid")).ok();
    let ours = space(std::process::id());
    let theirs: std::collections::BTreeSet<PathBuf> = holders
        .iter()
        .filter_map(|it| space(it.pid))
        .filter(|it| Some(it) != ours.as_ref())
        .collect();
    let known: std::collections::BTreeSet<u32> = holders.iter().map(|it| it.pid).collect();
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| !known.contains(pid))
        .filter(|pid| space(*pid).is_some_and(|it| theirs.contains(&it)))
        .collect()
}

/// Whether a process or thread of a session runs or is about to, the machine permitting.
pub(super) fn session_works(session: u32) -> Work {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    let mut pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let works = pids.any(|pid: u32| {
        Stat::of(pid).is_some_and(|stat| stat.session == session && !stat.ended)
            && threads(pid).any(|thread| thread.runs)
    });
    if works { Work::Busy } else { Work::Idle }
}

fn threads(pid: u32) -> impl Iterator<Item = Stat> {
    let entries = std::fs::read_dir(entry(pid).join("task")).into_iter().flatten();
    entries.filter_map(|entry| Stat::read(&entry.ok()?.path().join("stat")))
}

/// What a process carries in its environment.
enum Carried {
    Value(String),
    /// No cookie, or we may not look.
    Nothing,
    /// It has an environment that was not there to be read: it is in the middle of `execve`, or was
    /// when we opened its old one.
    Unknown,
}

fn entry(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// The environment with which a process was started, as the kernel keeps it.
///
/// One call of the kernel sees one program. A second one sees nothing where `execve` came between
/// the two, and what was read would look like a short environment.
fn environment_of(pid: u32) -> std::io::Result<Vec<u8>> {
    const ENOUGH_FOR_MOST: usize = 256 * 1024;
    let mut file = std::fs::File::open(entry(pid).join("environ"))?;
    let mut environment = vec![0; ENOUGH_FOR_MOST];
    let length = file.read(&mut environment)?;
    environment.truncate(length);
    if length == ENOUGH_FOR_MOST {
        file.read_to_end(&mut environment)?;
    }
    Ok(environment)
}

fn cookie_of(pid: u32) -> Carried {
    let Ok(environment) = environment_of(pid) else {
        return Carried::Nothing;
    };
    if environment.is_empty() {
        return match Stat::of(pid) {
            Some(stat) if stat.has_environment => Carried::Unknown,
            Some(_) | None => Carried::Nothing,
        };
    }
    environment
        .split(|byte| *byte == 0)
        .filter_map(|variable| std::str::from_utf8(variable).ok())
        .find_map(|variable| variable.strip_prefix(TREE_VARIABLE)?.strip_prefix('='))
        .map_or(Carried::Nothing, |value| Carried::Value(value.to_owned()))
}

/// Its start time, unless it has ended.
fn living(pid: u32) -> Option<u64> {
    Stat::of(pid).filter(|stat| !stat.ended).map(|stat| stat.start)
}

/// What we need of `proc_pid_stat(5)`.
struct Stat {
    /// In clock ticks since boot (field 22).
    start: u64,
    /// It waits to be reaped (field 3).
    ended: bool,
    /// It is no kernel thread (field 9), and has an environment (from field 50 to 51) or no place
    /// for one yet.
    has_environment: bool,
    /// The session that it belongs to (field 6).
    session: u32,
    /// It runs, waits for a processor, or for a disk (field 3).
    runs: bool,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        Self::read(&entry(pid).join("stat"))
    }

    fn read(path: &Path) -> Option<Self> {
        /// `PF_KTHREAD` of the kernel's `sched.h`.
        const KERNEL_THREAD: u64 = 0x0020_0000;
        let line = std::fs::read_to_string(path).ok()?;
        // The name, in parentheses, may itself hold blanks and parentheses.
        let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).copied();
        let number = |at: usize| field(at)?.parse::<u64>().ok();
        let ended = matches!(field(3)?, "Z" | "X");
        Some(Self {
            start: number(22)?,
            ended,
            session: number(6).and_then(|it| u32::try_from(it).ok())?,
            runs: matches!(field(3)?, "R" | "D"),
            has_environment: !ended
                && number(9)? & KERNEL_THREAD == 0
                && (number(50) == Some(0) || number(50) != number(51)),
        })
    }
}
