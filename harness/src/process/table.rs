//! The process table of Linux: who holds a cookie, and is it still the same process.
//!
//! Main type: [`Process`]. Its neighbour `tree` decides whom to end; `table_elsewhere` stands in
//! on systems without `/proc`.

use std::path::PathBuf;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::tree::{Owner, TREE_VARIABLE};

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
        let words = std::fs::read(entry(self.pid).join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ")
    }

    /// Kills it, if the id still means the process that was found.
    pub(super) fn kill(&self, belongs: &impl Fn(&str) -> bool) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        // The descriptor pins the process, so that what is checked next is what is killed.
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if living(self.pid) == Some(self.start)
            && cookie_of(self.pid).is_some_and(|it| belongs(&it))
        {
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
    stat(pid).map(|(_, start)| start)
}

/// All processes whose cookie `belongs`, but us and those that have ended and wait to be reaped.
pub(super) fn holders(belongs: impl Fn(&str) -> bool) -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let own = std::process::id();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid != own)
        .filter(|pid| cookie_of(*pid).is_some_and(|value| belongs(&value)))
        .filter_map(|pid| Some(Process { pid, start: living(pid)? }))
        .collect()
}

fn entry(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// The cookie in its environment; `None` where it has none or we may not look.
fn cookie_of(pid: u32) -> Option<String> {
    let environment = std::fs::read(entry(pid).join("environ")).ok()?;
    environment
        .split(|byte| *byte == 0)
        .filter_map(|variable| std::str::from_utf8(variable).ok())
        .find_map(|variable| variable.strip_prefix(TREE_VARIABLE)?.strip_prefix('='))
        .map(str::to_owned)
}

/// Its start time, unless it has ended.
fn living(pid: u32) -> Option<u64> {
    stat(pid).and_then(|(state, start)| (!matches!(state, 'Z' | 'X')).then_some(start))
}

/// State and start time (proc_pid_stat(5), fields 3 and 22).
fn stat(pid: u32) -> Option<(char, u64)> {
    let line = std::fs::read_to_string(entry(pid).join("stat")).ok()?;
    // The name, in parentheses, may itself hold blanks and parentheses.
    let mut fields = line.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let start = fields.nth(18)?.parse().ok()?;
    Some((state, start))
}
