//! [`FairInstant`]: an instant on a clock that counts only the time which the machine gave to what
//! we run.
//!
//! A limit that ends in a verdict ("the page does not answer", "no such button") must not blame a
//! product for a machine that let it wait for a processor. Linux says of each thread how long it was
//! ready to run and did not (`/proc/PID/task/TID/schedstat`). As long as the thread of our process
//! tree that waited longest did so, no time passes here; but only as far as others used the
//! processors meanwhile (`/proc/stat`), or as a quota of the container kept all that is in it from
//! running (`cpu.stat` of its control groups, version 2): a product that overloads the machine by
//! itself is told as ever. Time always goes on a little, so that every wait ends. Where nothing of this can be read,
//! this clock is the usual one.
//!
//! Nothing is read in the background: whoever waits looks, at most once in [`BETWEEN`], and goes
//! through the threads only where something waited for a processor at all (`/proc/pressure/cpu`).

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// How long between two looks at the machine at least.
const BETWEEN: Duration = Duration::from_millis(250);
/// The least part of the time that counts, however little the machine gives.
const LEAST: u32 = 20;
/// Where something waited for a processor in less than this part of the time, nothing was lost.
const PRESSED: f64 = 0.1;
/// How long one tick of `/proc/stat` is (`USER_HZ` of the kernel's interface, the same everywhere).
const TICK: Duration = Duration::from_millis(10);

/// An instant on the clock of the time that was given. Differences are durations as ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FairInstant(tokio::time::Instant);

impl FairInstant {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        CLOCK.look();
        let now = tokio::time::Instant::now();
        Self(now.checked_sub(CLOCK.lost()).unwrap_or(now))
    }

    /// The time that was given since then.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Self::now().since(self)
    }

    /// The time that was given between two instants; none where `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time that is still to be given until this instant.
    #[must_use]
    pub fn left(self) -> Duration {
        self.since(Self::now())
    }

    /// Whether this instant has come.
    #[must_use]
    pub fn has_come(self) -> bool {
        Self::now() >= self
    }

    /// What a future comes to by this instant; `None` where it does not.
    pub async fn allow<T>(self, future: impl Future<Output = T>) -> Option<T> {
        // On the heap: what is waited for may be a whole step, within another one.
        let mut future = Box::pin(future);
        loop {
            // It is looked at least this often what the machine gives.
            let nap = self.left().min(BETWEEN);
            if let Ok(done) = tokio::time::timeout(nap, &mut future).await {
                return Some(done);
            }
            if self.has_come() {
                return None;
            }
        }
    }

    /// Until this instant.
    pub async fn come(self) {
        self.allow(std::future::pending::<()>()).await;
    }
}

impl std::ops::Add<Duration> for FairInstant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

/// What a future comes to within a time that the machine gives; `None` where it does not.
pub async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    (FairInstant::now() + limit).allow(future).await
}

static CLOCK: LazyLock<Clock> =
    LazyLock::new(|| Clock::over(Path::new("/proc"), Path::new("/sys/fs/cgroup")));

/// How much time was lost since the program began.
#[derive(Debug)]
struct Clock {
    proc: PathBuf,
    /// The control groups that may have a quota of processors: ours, and those that it is in.
    groups: Vec<PathBuf>,
    lost: AtomicU64,
    last: Mutex<Last>,
}

/// The last look.
#[derive(Debug)]
struct Last {
    at: Instant,
    /// For how long something waited for a processor; `None` where nobody says.
    pressure: Option<Duration>,
    /// For how long quotas kept us from running.
    throttled: Duration,
    /// What was seen of the threads, where it was looked at them.
    sample: Option<Sample>,
}

impl Clock {
    fn over(proc: &Path, groups: &Path) -> Self {
        let groups = groups_of(proc, groups);
        let (at, throttled) = (Instant::now(), throttled(&groups));
        let last = Last { at, pressure: pressure(proc), throttled, sample: None };
        Self { proc: proc.to_owned(), groups, lost: AtomicU64::new(0), last: Mutex::new(last) }
    }

    fn lost(&self) -> Duration {
        Duration::from_micros(self.lost.load(Ordering::Relaxed))
    }

    /// Takes in what was lost since the last look, where that was long enough ago.
    fn look(&self) {
        // Whoever looks right now does it for all.
        let Ok(mut last) = self.last.try_lock() else { return };
        let took = last.at.elapsed();
        if took < BETWEEN {
            return;
        }
        last.at += took;
        let pressure = pressure(&self.proc);
        let waited = match pressure.zip(last.pressure) {
            Some((now, before)) => now.saturating_sub(before).as_secs_f64() / took.as_secs_f64(),
            None => 1.0,
        };
        last.pressure = pressure;
        let throttled = throttled(&self.groups);
        let is_throttled = throttled > last.throttled;
        last.throttled = throttled;
        if waited < PRESSED && !is_throttled {
            last.sample = None;
            return;
        }
        let Some(now) = Sample::take(&self.proc, std::process::id(), throttled) else { return };
        if let Some(before) = &last.sample {
            let gone = now.lost_since(before).min(took * (LEAST - 1) / LEAST);
            self.lost.fetch_add(gone.as_micros() as u64, Ordering::Relaxed);
        }
        last.sample = Some(now);
    }
}

/// What the threads of a process tree had, and how long the processors worked for anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample {
    threads: HashMap<u32, Had>,
    busy: Duration,
    /// For how long quotas kept the tree from running, summed over the processors.
    throttled: Duration,
}

/// What a thread had since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Had {
    /// The time that it ran.
    ran: Duration,
    /// The time that it was ready to run and did not.
    waited: Duration,
}

impl Sample {
    /// Reads a process and all that it started; `None` where this system does not say.
    fn take(proc: &Path, root: u32, throttled: Duration) -> Option<Self> {
        let busy = busy(&fs::read_to_string(proc.join("stat")).ok()?)?;
        let mut threads = HashMap::new();
        let mut processes = vec![root];
        while let Some(process) = processes.pop() {
            let tasks = fs::read_dir(proc.join(process.to_string()).join("task"));
            for task in tasks.into_iter().flatten().flatten() {
                let read = |file| fs::read_to_string(task.path().join(file)).unwrap_or_default();
                let id = task.file_name().to_str().and_then(|it| it.parse().ok());
                if let Some((id, had)) = id.zip(Had::read(&read("schedstat"))) {
                    threads.insert(id, had);
                }
                let children = read("children");
                processes
                    .extend(children.split_whitespace().filter_map(|it| it.parse::<u32>().ok()));
            }
        }
        (!threads.is_empty()).then_some(Self { threads, busy, throttled })
    }

    /// The time that was lost between two samples: the longest that one thread was kept waiting by
    /// others than the threads of the tree, or by a quota.
    fn lost_since(&self, before: &Self) -> Duration {
        let new = |id, had: &Had| {
            let old = before.threads.get(id).copied().unwrap_or_default();
            (had.ran.saturating_sub(old.ran), had.waited.saturating_sub(old.waited))
        };
        let (mut ours, mut longest) = (Duration::ZERO, Duration::ZERO);
        for (id, had) in &self.threads {
            let (ran, waited) = new(id, had);
            ours += ran;
            longest = longest.max(waited);
        }
        let others = self.busy.saturating_sub(before.busy).saturating_sub(ours);
        longest.min(others + self.throttled.saturating_sub(before.throttled))
    }
}

impl Had {
    /// Reads nanoseconds run, nanoseconds waited, and a count (`schedstat`).
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split_whitespace().map(str::parse);
        let mut next = || Some(Duration::from_nanos(numbers.next()?.ok()?));
        Some(Self { ran: next()?, waited: next()? })
    }
}

/// How long all processors together have worked: user, nice, system, interrupts (two), and what the
/// machine below a virtual one took (`proc_stat(5)`).
fn busy(stat: &str) -> Option<Duration> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u32> = line.split_whitespace().map_while(|it| it.parse().ok()).collect();
    let of = |at: usize| ticks.get(at).copied().unwrap_or_default();
    Some([0, 1, 2, 5, 6, 7].into_iter().map(|at| TICK * of(at)).sum())
}

/// The control group that we are in and those around it, innermost first, as folders below `root`;
/// none where this system has no groups of version 2, or shows none of them.
fn groups_of(proc: &Path, root: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(proc.join("self/cgroup")).unwrap_or_default();
    let Some(own) = text.lines().find_map(|line| line.strip_prefix("0::/")) else {
        return Vec::new();
    };
    let own = Path::new(own);
    // Above what a container sees of the groups, there is nothing to read.
    let is_below = own.components().all(|it| matches!(it, std::path::Component::Normal(_)));
    let own = if is_below { own } else { Path::new("") };
    own.ancestors().map(|it| root.join(it)).collect()
}

/// For how long quotas of these groups kept them from running, summed over the processors
/// (`throttled_usec`, "Control Group v2").
fn throttled(groups: &[PathBuf]) -> Duration {
    let of = |group: &PathBuf| {
        let stat = fs::read_to_string(group.join("cpu.stat")).ok()?;
        let value = stat.lines().find_map(|line| line.strip_prefix("throttled_usec "))?;
        value.trim().parse().ok().map(Duration::from_micros)
    };
    groups.iter().filter_map(of).sum()
}

/// For how long something waited for a processor since the machine began.
fn pressure(proc: &Path) -> Option<Duration> {
    let text = fs::read_to_string(proc.join("pressure/cpu")).ok()?;
    let some = text.lines().find(|line| line.starts_with("some "))?;
    let total = some.split_whitespace().find_map(|word| word.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn sample(busy: u32, threads: &[(u32, u32, u32)]) -> Sample {
        let had =
            |&(id, ran, waited): &(u32, u32, u32)| (id, Had { ran: MS * ran, waited: MS * waited });
        let threads = threads.iter().map(had).collect();
        Sample { threads, busy: MS * busy, throttled: Duration::ZERO }
    }

    #[test]
    fn what_a_thread_waits_while_others_use_the_processors_is_lost() {
        let before = sample(1_000, &[(1, 50, 400), (2, 10, 0)]);
        let after = sample(1_500, &[(1, 70, 620), (2, 15, 100), (3, 5, 90)]);
        assert_eq!(after.lost_since(&before), MS * 220);
    }

    #[test]
    fn what_a_tree_takes_from_itself_is_not_lost() {
        let before = sample(1_000, &[(1, 0, 0), (2, 0, 0), (3, 0, 0)]);
        let alone = sample(1_500, &[(1, 160, 90), (2, 170, 80), (3, 165, 85)]);
        assert_eq!(alone.lost_since(&before), MS * 5);
        let idle = sample(1_500, &[(1, 0, 0), (2, 0, 0), (3, 0, 0)]);
        assert_eq!(idle.lost_since(&before), Duration::ZERO, "nobody waits, whoever works");
    }

    #[test]
    fn what_a_quota_takes_from_a_tree_is_lost_and_what_nobody_waited_for_is_not() {
        let before = sample(1_000, &[(1, 0, 0), (2, 0, 0)]);
        let after = sample(1_500, &[(1, 250, 230), (2, 250, 90)]);
        assert_eq!(after.lost_since(&before), Duration::ZERO, "the tree took it from itself");
        let by_quota = |ms: u32| Sample { throttled: MS * ms, ..after.clone() };
        assert_eq!(by_quota(40).lost_since(&before), MS * 40);
        assert_eq!(by_quota(900).lost_since(&before), MS * 230, "on several processors at once");
        let idle = Sample { throttled: MS * 400, ..sample(1_000, &[(1, 0, 0)]) };
        assert_eq!(idle.lost_since(&before), Duration::ZERO);
    }

    #[test]
    fn the_quotas_of_a_container_and_of_what_it_is_in_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        let (proc, root) = (folder.path().join("proc"), folder.path().join("cgroup"));
        let told = || throttled(&groups_of(&proc, &root));
        write("cgroup/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec 5000\n");
        write("cgroup/ci/job/cpu.stat", "usage_usec 9\nthrottled_usec 70000\n");
        assert_eq!(told(), Duration::ZERO, "nobody says in which group we are");
        write("proc/self/cgroup", "0::/ci/job\n");
        assert_eq!(told(), MS * 75);
        write("proc/self/cgroup", "0::/\n");
        assert_eq!(told(), MS * 5);
        write("proc/self/cgroup", "0::/../../elsewhere\n");
        assert_eq!(told(), MS * 5, "above what is seen");
        write("proc/self/cgroup", "4:cpu,cpuacct:/ci/job\n");
        assert_eq!(told(), Duration::ZERO, "groups of version 1");
    }

    #[test]
    fn a_clock_goes_slower_while_a_quota_keeps_its_tree_from_running() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        let task = format!("proc/{0}/task/{0}", std::process::id());
        let state = |throttled_us: u64, waited_ns: u64| {
            write("proc/stat", "cpu 1 0 0 0 0 0 0 0\n");
            write("proc/pressure/cpu", "some avg10=0.00 total=1\n");
            write("cgroup/cpu.stat", &format!("throttled_usec {throttled_us}\n"));
            write(&format!("{task}/schedstat"), &format!("0 {waited_ns} 1"));
        };
        write("proc/self/cgroup", "0::/\n");
        state(0, 0);
        let clock = Clock::over(&folder.path().join("proc"), &folder.path().join("cgroup"));
        let later = || {
            if let Ok(mut last) = clock.last.lock() {
                last.at -= Duration::from_secs(1);
            }
            clock.look();
            clock.lost()
        };
        state(10_000, 10_000_000);
        assert_eq!(later(), Duration::ZERO, "from here on it is looked at the threads");
        state(310_000, 310_000_000);
        assert_eq!(later(), MS * 300);
        assert_eq!(later(), MS * 300, "no quota, no pressure");
    }

    #[test]
    fn the_kernels_files_are_read_as_they_are() {
        let stat = "cpu  100 20 30 9999 7 1 2 40 5 0\ncpu0 1 1 1 1\n";
        assert_eq!(busy(stat), Some(TICK * 193));
        assert_eq!(busy("intr 1\n"), None);
        let had = Had { ran: Duration::from_nanos(335), waited: Duration::from_nanos(17) };
        assert_eq!(Had::read("335 17 23\n"), Some(had));
        assert_eq!(Had::read(""), None);
    }

    #[test]
    fn a_tree_is_read_with_all_that_it_started_and_nothing_else() {
        let proc = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = proc.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("stat", "cpu 1 0 0 0 0 0 0 0\n");
        for (task, had, children) in [
            ("7/task/7", "1000 2000 1", "8 "),
            ("7/task/70", "3000 4000 1", ""),
            ("8/task/8", "5000 6000 1", "99 "),
            ("9/task/9", "7000 8000 1", ""),
        ] {
            write(&format!("{task}/schedstat"), had);
            write(&format!("{task}/children"), children);
        }
        let had = |ran, waited| Had {
            ran: Duration::from_micros(ran),
            waited: Duration::from_micros(waited),
        };
        let threads = HashMap::from([(7, had(1, 2)), (70, had(3, 4)), (8, had(5, 6))]);
        let throttled = MS * 3;
        let taken = Sample::take(proc.path(), 7, throttled);
        assert_eq!(taken, Some(Sample { threads, busy: TICK, throttled }));
        assert_eq!(Sample::take(proc.path(), 404, throttled), None, "nobody says");
    }

    #[tokio::test]
    async fn what_comes_in_time_is_there_and_what_does_not_is_missed() {
        assert_eq!(within(Duration::from_secs(60), async { 7 }).await, Some(7));
        let began = Instant::now();
        assert_eq!(within(MS * 300, std::future::pending::<()>()).await, None);
        assert!(began.elapsed() >= MS * 300, "it took {:?}", began.elapsed());
    }
}
