//! [`Cost`]: what one whole process took: wall time, CPU time and its largest memory.
//!
//! CPU time is what the system books for children that were waited for, theirs included. Memory
//! is that of the largest single process of the tree (as `ru_maxrss` has it): sums over a
//! browser's processes would count shared pages many times.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The unit of times in `proc_pid_stat(5)`: a hundredth of a second on every Linux.
const TICKS: f64 = 100.0;
/// How long between two looks at the memory of a tree.
const LOOK: Duration = Duration::from_millis(20);

/// What something took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of CPU time, of all its processes.
    pub cpu: f64,
    /// The peak of its largest process.
    pub mib: f64,
}

/// Runs a command to its end; its outputs are only shown where it ends other than `expected`.
pub fn run(command: &mut Command, expected: i32) -> Cost {
    let before = children_cpu();
    let started = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let (pid, ended) = (child.id(), AtomicBool::new(false));
    let (output, wall, mib) = std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut peak = 0.0_f64;
            while !ended.load(Ordering::Relaxed) {
                peak = peak.max(tree_peak(pid));
                std::thread::sleep(LOOK);
            }
            peak
        });
        let output = child.wait_with_output().expect("a child can be waited for");
        let wall = started.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (output, wall, sampler.join().expect("the sampler does not panic"))
    });
    assert!(
        output.status.code() == Some(expected),
        "{command:?} ended with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Cost { wall, cpu: children_cpu() - before, mib }
}

/// The peak of this process itself so far, in MiB.
pub fn own_peak() -> f64 {
    high_water(std::process::id())
}

/// The median of each column.
pub fn median(costs: &[Cost]) -> Cost {
    let of = |column: fn(&Cost) -> f64| middle(costs.iter().map(column).collect());
    Cost { wall: of(|it| it.wall), cpu: of(|it| it.cpu), mib: of(|it| it.mib) }
}

/// The middle one of some values.
pub fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// How many milliseconds went by.
pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let after_name = stat.rsplit_once(')').map_or("", |it| it.1);
    // Fields 16 and 17, the first after the name being 3.
    let ticks = after_name.split_whitespace().skip(13).take(2);
    ticks.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / TICKS
}

fn tree_peak(pid: u32) -> f64 {
    children(pid).into_iter().map(tree_peak).fold(high_water(pid), f64::max)
}

fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|ids| {
            ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()
        })
        .collect()
}

/// `VmHWM`, the largest resident size that a process had so far.
fn high_water(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
