//! [`exceeded`]: when the processes of a confined command together take more than they may: a bomb of
//! forks, a flood of memory or of files.
//!
//! The kernel bounds each process by itself, and how many there are only for who is not root. So the
//! machine as a whole is looked at often, which costs next to nothing, and the processes of the tree
//! only where the machine has lost as much as one tree may take.

use std::path::Path;
use std::time::Duration;

use walkdir::WalkDir;

use super::confine::Confinement;
use super::table;
use super::tree::Cookie;

/// How often the machine is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// After so many looks the tree itself is looked at, whatever the machine says: others may have given
/// back what it took.
const CLOSELY: u32 = 20;

/// Waits until a tree takes more than it may; says what.
pub(super) async fn exceeded(cookie: &Cookie, within: &Confinement) -> String {
    let folder = within.write.first().map(std::path::PathBuf::as_path);
    let mut before = Machine::now(folder);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    loop {
        look.tick().await;
        looks = (looks + 1) % CLOSELY;
        let now = Machine::now(folder);
        let is_close = looks == 0;
        if let Some(why) = too_much(&before, &now, is_close, cookie, within) {
            return why;
        }
        before = before.calmest(&now);
    }
}

/// What a machine has left.
#[derive(Debug, Clone, Copy)]
struct Machine {
    tasks: u64,
    memory: u64,
    disk: u64,
}

impl Machine {
    fn now(folder: Option<&Path>) -> Self {
        let disk = folder.and_then(|it| rustix::fs::statvfs(it).ok());
        Self {
            tasks: table::tasks().unwrap_or_default(),
            memory: table::memory_left().unwrap_or(u64::MAX),
            disk: disk.map_or(u64::MAX, |it| it.f_bavail.saturating_mul(it.f_frsize)),
        }
    }

    /// Others come and go too: it is held against the least that was in use.
    fn calmest(&self, other: &Self) -> Self {
        Self {
            tasks: self.tasks.min(other.tasks),
            memory: self.memory.max(other.memory),
            disk: self.disk.max(other.disk),
        }
    }
}

/// Half of what is allowed is reason enough to look closely: the machine as a whole may have got back
/// from others what this tree took.
fn too_much(
    before: &Machine,
    now: &Machine,
    is_close: bool,
    cookie: &Cookie,
    within: &Confinement,
) -> Option<String> {
    let limits = within.limits;
    let own = || {
        let holders = table::holders(|value| cookie.covers(value)).found;
        let mut all = table::beside(&holders);
        all.extend(holders.iter().map(|it| it.pid));
        all
    };
    let most = u64::from(limits.processes);
    if is_close || now.tasks.saturating_sub(before.tasks) > most / 2 {
        let processes = own().len() as u64;
        if processes > most {
            return Some(format!("it had {processes} processes, and may have {most}"));
        }
    }
    if is_close || before.memory.saturating_sub(now.memory) > limits.memory / 2 {
        let taken: u64 = own().into_iter().map(table::memory_of).sum();
        if taken > limits.memory {
            let (taken, most) = (mebibytes(taken), mebibytes(limits.memory));
            return Some(format!("it took {taken} MiB of memory, and may take {most}"));
        }
    }
    if before.disk.saturating_sub(now.disk) > limits.disk / 2 {
        let written: u64 = within.write.iter().map(|it| bytes_in(it)).sum();
        if written > limits.disk {
            let (written, most) = (mebibytes(written), mebibytes(limits.disk));
            return Some(format!("it wrote {written} MiB of files, and may write {most}"));
        }
    }
    None
}

fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// What a folder takes of the disk.
fn bytes_in(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    entries.filter_map(|it| Some(it.metadata().ok()?.blocks() * 512)).sum()
}
