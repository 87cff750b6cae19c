//! [`Owner`]: who started a process tree, and the variable that says so in each of its processes.
//! Neighbours: `tree` makes and reads it, `table` looks for it.

/// The environment variable that holds the cookie.
pub const TREE_VARIABLE: &str = "NIGHTSHIFT_TREE";

/// Who started a tree, as its cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) pid: u32,
    /// In clock ticks since boot, which tells a reused process id from the owner.
    pub(super) start: u64,
    /// The inode of its PID namespace: process ids of another one mean nothing here.
    pub(super) namespace: u64,
}

impl Owner {
    /// Reads it from the value of a cookie.
    pub(super) fn of(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let pid = parts.next()?.parse().ok()?;
        let start = parts.next()?.parse().ok()?;
        let namespace = parts.next()?.parse().ok()?;
        parts.next()?;
        parts.next().is_none().then_some(Self { pid, start, namespace })
    }
}
