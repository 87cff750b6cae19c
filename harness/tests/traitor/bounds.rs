//! Commands that take too much: processes, memory, files, time; and one that would outlive the night.

use nightshift::process::{Exit, Finished, Limits, Spaces};

use super::yard::Yard;

const BOMB: &str = "fork without end";
const MEMORY: &str = "take all memory";
const MEMORY_TOGETHER: &str = "take all memory with many processes";
const FILE: &str = "write a file without end";
const FILES: &str = "write files without end";
const OUTLIVE: &str = "outlive the night";

pub fn names() -> Vec<String> {
    [BOMB, MEMORY, MEMORY_TOGETHER, FILE, FILES, OUTLIVE].map(str::to_owned).to_vec()
}

/// The least that these attacks need to be told from honest work.
fn small() -> Limits {
    Limits { processes: 40, memory: 300 << 20, disk: 40 << 20 }
}

/// How it goes within walls; `None` where this machine has none.
async fn within(line: &str) -> Option<Finished> {
    let yard = Yard::new();
    let (walls, relays) = yard.walls(small())?;
    let done = yard.attack(line, Some(walls)).await;
    drop(relays);
    Some(done)
}

async fn without(line: &str) -> Finished {
    Yard::new().attack(line, None).await
}

fn said(done: &Finished) -> String {
    String::from_utf8_lossy(&done.stdout.bytes).trim().to_owned()
}

/// Whether it was ended, or came to nothing, for want of what it may take.
fn is_bounded(done: &Finished) -> bool {
    done.exceeded.is_some() || (done.exit != Some(Exit::Code(0)) && said(done) != "whole")
}

#[tokio::test]
async fn a_bomb_of_forks_is_bounded() {
    let line = "for it in $(seq 120); do sleep 300 & done; sleep 2; jobs -r | wc -l";
    let free = without(line).await;
    assert_eq!(said(&free), "120", "{free:?}");
    let Some(bound) = within(line).await else { return };
    let running = said(&bound).parse::<u32>().unwrap_or_default();
    assert!(bound.exceeded.is_some() || running <= 40, "{bound:?}");
}

#[tokio::test]
async fn memory_is_bounded() {
    let line = "python3 -c \"b = bytearray(500 << 20); print('whole')\"";
    assert_eq!(said(&without(line).await), "whole");
    let Some(bound) = within(line).await else { return };
    assert!(is_bounded(&bound), "{bound:?}");
}

#[tokio::test]
async fn memory_of_all_processes_together_is_bounded() {
    let one = "python3 -c \"import time; b = b'x' * (120 << 20); time.sleep(3)\"";
    let line = format!("for it in 1 2 3 4; do {one} & done; wait; echo whole");
    assert_eq!(said(&without(&line).await), "whole");
    let Some(bound) = within(&line).await else { return };
    assert!(is_bounded(&bound), "{bound:?}");
}

#[tokio::test]
async fn a_file_is_bounded() {
    let line = "head -c 60M /dev/zero > file && echo whole";
    assert_eq!(said(&without(line).await), "whole");
    let Some(bound) = within(line).await else { return };
    assert!(is_bounded(&bound), "{bound:?}");
}

#[tokio::test]
async fn files_together_are_bounded() {
    let line = "for it in $(seq 8); do head -c 15M /dev/zero > file$it; done; sync -f .; sleep 2; echo whole";
    assert_eq!(said(&without(line).await), "whole");
    let Some(bound) = within(line).await else { return };
    assert!(is_bounded(&bound), "{bound:?}");
}

/// The process table is looked through for a program that is called as only this test calls it.
fn survivors(seconds: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").expect("a process table").filter_map(Result::ok);
    let is_own = |it: &std::fs::DirEntry| {
        std::fs::read(it.path().join("cmdline"))
            .is_ok_and(|it| it == format!("sleep\0{seconds}\0").into_bytes())
    };
    entries.filter(is_own).map(|it| it.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn nobody_outlives_the_night() {
    let line = |seconds: &str| {
        format!("env -i setsid sleep {seconds} < /dev/null > /dev/null 2>&1 & sleep 0.3")
    };
    without(&line("300.25")).await;
    // It is called so only once `env` and `setsid` have become it.
    let mut left = survivors("300.25");
    let over = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while left.is_empty() && std::time::Instant::now() < over {
        tokio::time::sleep(std::time::Duration::from_millis(4)).await;
        left = survivors("300.25");
    }
    assert_eq!(left.len(), 1, "without walls it stays, without any mark of ours");
    // The shell's own: a small machine has no other.
    let kill = format!("kill {}", left.join(" "));
    std::process::Command::new("sh").args(["-c", &kill]).status().expect("a shell");
    let yard = Yard::new();
    let Some((walls, relays)) = yard.walls(Limits::default()) else { return };
    if walls.spaces == Spaces::Own {
        yard.attack(&line("300.75"), Some(walls)).await;
        assert_eq!(survivors("300.75"), [""; 0]);
    }
    drop(relays);
}
