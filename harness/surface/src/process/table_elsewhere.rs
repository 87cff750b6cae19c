//! No process table to read: elsewhere than on Linux the process group has to do.
//!
//! Same names as `table`, whose place it takes; `tree` calls them.

use super::owner::Owner;
use super::work::Work;

/// A process that holds a cookie; none is ever found here.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) start: u64,
}

impl Process {
    pub(super) fn command(&self) -> String {
        format!("process {}", self.pid)
    }

    pub(super) fn kill(&self, _belongs: &impl Fn(&str) -> bool) {}
}

pub(super) fn own() -> Owner {
    Owner { pid: std::process::id(), start: 0, namespace: 0 }
}

pub(super) fn start_of(_pid: u32) -> Option<u64> {
    Some(0)
}

/// What one reading of the process table found: nothing.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) found: Vec<Process>,
    pub(super) undecided: bool,
}

pub(super) fn holders(_belongs: impl Fn(&str) -> bool) -> Reading {
    Reading { found: Vec::new(), undecided: false }
}

pub(super) fn holders_among(
    _pids: impl Iterator<Item = u32>,
    _belongs: impl Fn(&str) -> bool,
) -> Reading {
    Reading { found: Vec::new(), undecided: false }
}

pub(super) fn last_pid() -> Option<u32> {
    None
}

pub(super) fn tasks() -> Option<u64> {
    None
}

pub(super) fn memory_left() -> Option<u64> {
    None
}

pub(super) fn memory_of(_pid: u32) -> u64 {
    0
}

pub(super) fn beside(_holders: &[Process]) -> Vec<u32> {
    Vec::new()
}

/// Not known here.
pub(super) fn taken_by(_pid: u32) -> Option<(u64, u64)> {
    None
}

/// Not known here.
pub(super) fn session_works(_session: u32) -> Work {
    Work::Unknown
}
