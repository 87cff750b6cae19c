//! Ending whole process trees: [`Cookie`], [`end_stragglers`] and [`sweep`].
//!
//! A process group reaches all but those who leave it by `setsid`. So every process that we start
//! also inherits a cookie in its environment, and whoever holds it is found in the process table
//! (`table`, Linux only; elsewhere the group has to do).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::owner::Owner;
use super::table;

/// For how long a killed process may stay in the process table before we give up on it.
const DYING: Duration = Duration::from_secs(5);

/// How often the process table is read while killed processes go.
const POLL: Duration = Duration::from_millis(3);

/// Marks a process tree as ours: `<owner pid>-<owner start time>-<pid namespace>-<random>`.
///
/// A [`child`](Self::child) cookie marks a part of the tree; its parent covers it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie(String);

impl Cookie {
    /// A cookie of this process.
    #[must_use]
    pub fn new() -> Self {
        let owner = table::own();
        Self(format!(
            "{}-{}-{}-{:016x}",
            owner.pid,
            owner.start,
            owner.namespace,
            fastrand::u64(..)
        ))
    }

    /// A cookie for a part of this tree.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(format!("{}.{:08x}", self.0, fastrand::u32(..)))
    }

    /// The value of [`TREE_VARIABLE`](super::TREE_VARIABLE).
    #[must_use]
    pub fn value(&self) -> &str {
        &self.0
    }

    /// Whether a process with this value belongs to the tree.
    #[must_use]
    pub fn covers(&self, value: &str) -> bool {
        value.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl Default for Cookie {
    fn default() -> Self {
        Self::new()
    }
}

/// A process that was found and ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its id.
    pub pid: u32,
    /// Its command line, words joined by blanks.
    pub command: String,
}

/// Ends every process of a tree that is still there, those that left its group included.
pub async fn end_stragglers(cookie: &Cookie) -> Vec<Ended> {
    let mut ending = Ending::new();
    while ending.round(|value| cookie.covers(value)) {
        tokio::time::sleep(POLL).await;
    }
    ending.ended
}

/// As [`end_stragglers`], for a tree of which nothing ran before `mark`: for one that was short,
/// only the process ids that were given out since are looked at, which costs next to nothing.
pub async fn end_stragglers_since(cookie: &Cookie, mark: Mark) -> Vec<Ended> {
    if let Some(pids) = mark.given_since() {
        let reading = table::holders_among(pids, |value| cookie.covers(value));
        if reading.found.is_empty() && !reading.undecided {
            return Vec::new();
        }
    }
    end_stragglers(cookie).await
}

/// An instant, by the clock and by the process ids that were given out until then.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    at: Instant,
    last_pid: Option<u32>,
}

impl Mark {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self { at: Instant::now(), last_pid: table::last_pid() }
    }

    /// The process ids that were given out since; `None` where that is not sure, or too many.
    fn given_since(self) -> Option<std::ops::RangeInclusive<u32>> {
        // Ids go round in a circle of at least 32,000, which no machine does in this time.
        const SURE: Duration = Duration::from_millis(500);
        const MANY: u32 = 200;
        let (before, now) = (self.last_pid?, table::last_pid()?);
        let sure = self.at.elapsed() < SURE && now >= before && now - before <= MANY;
        sure.then_some(before + 1..=now)
    }
}

/// As [`end_stragglers`], where nothing can be awaited: kills, and does not wait for the end.
pub fn kill_stragglers(cookie: &Cookie) {
    let mut ending = Ending::new();
    // A tree that is still forking needs a second look; three are plenty for one that is not.
    for _ in 0..3 {
        if !ending.round(|value| cookie.covers(value)) {
            break;
        }
    }
}

/// Whether the process that made this cookie is gone. What another process table knows is never
/// taken for gone.
#[must_use]
pub fn is_orphaned(cookie: &str) -> bool {
    Owner::of(cookie).is_some_and(|owner| {
        owner.namespace == table::own().namespace && table::start_of(owner.pid) != Some(owner.start)
    })
}

/// Ends what nights left behind whose own process is gone, and nothing else.
///
/// Blocks for as long as reading the process table takes, a few milliseconds.
#[must_use]
pub fn sweep() -> Vec<Ended> {
    let mut ending = Ending::new();
    while ending.round(is_orphaned) {
        std::thread::sleep(POLL);
    }
    ending.ended
}

/// Kills in rounds until the process table holds nobody any more.
struct Ending {
    ended: Vec<Ended>,
    known: BTreeSet<(u32, u64)>,
    until: Instant,
}

impl Ending {
    fn new() -> Self {
        Self { ended: Vec::new(), known: BTreeSet::new(), until: Instant::now() + DYING }
    }

    /// Kills whoever is there; whether somebody was, and another round is due.
    fn round(&mut self, belongs: impl Fn(&str) -> bool) -> bool {
        let reading = table::holders(&belongs);
        for process in &reading.found {
            if self.known.insert((process.pid, process.start)) {
                self.ended.push(Ended { pid: process.pid, command: process.command() });
            }
            process.kill(&belongs);
        }
        (reading.undecided || !reading.found.is_empty()) && Instant::now() < self.until
    }
}

/// Sends a signal to a group; that nobody is left in it is no error.
pub(super) fn signal_group(group: u32, signal: Signal) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // ESRCH: all are gone, which is what was wanted. EPERM: somebody changed his user; the
        // cookie finds him if we may kill him at all.
        let _ = kill_process_group(group, signal);
    }
}

/// Kills a group and whoever left it when dropped, so that a cancelled caller leaves nothing behind.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) group: u32,
    pub(super) cookie: Cookie,
    /// Cleared once the tree was ended, or its first process reaped: then its group's number may be
    /// somebody else's.
    pub(super) armed: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.armed {
            signal_group(self.group, Signal::KILL);
            kill_stragglers(&self.cookie);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_covers_itself_and_its_children_and_nobody_else() {
        let cookie = Cookie::new();
        let child = cookie.child();
        assert!(cookie.covers(cookie.value()));
        assert!(cookie.covers(child.value()));
        assert!(!child.covers(cookie.value()));
        assert!(!cookie.covers(&format!("{}0", cookie.value())));
        assert!(!cookie.covers(Cookie::new().value()));
    }

    #[test]
    fn a_cookie_names_its_owner() {
        let cookie = Cookie::new().child();
        assert_eq!(Owner::of(cookie.value()), Some(table::own()));
        assert_eq!(Owner::of("12-x-1-abc"), None);
        assert_eq!(Owner::of("12-13-1"), None);
    }
}
