//! Nights by three workers to whom things happen: one is killed, one is stopped and goes on, the
//! connection of one is cut, its disk is full, the server is restarted. What happens when is drawn by a
//! seed, which is printed. `just chaos` runs them.

#![expect(clippy::print_stdout, reason = "each run is told to a person who waits for many")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Process, Server, lines, of_type, process_with, signal, suite, until};
use crate::support::{SuiteCopy, can_mount, copy_folder, night_json, nightshift, text};

const SCENARIOS: usize = 24;
const WORKERS: usize = 3;
/// How long one command of the product takes, in seconds.
const SLEEP: &str = "0.5";
/// A night that takes longer than this hangs.
const LONGEST: Duration = Duration::from_secs(480);

/// What can happen to one worker, or to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    /// A worker is killed, and another one comes.
    Replaced,
    /// A worker is killed, and none comes.
    Killed,
    /// A worker stands still for a while.
    Stopped,
    /// A worker reaches nobody for a while.
    Cut,
    /// A worker can write nothing for a while.
    FullDisk,
    /// The server is killed, and comes back with what it kept.
    Restarted,
}

const MISHAPS: [Mishap; 6] = [
    Mishap::Replaced,
    Mishap::Killed,
    Mishap::Stopped,
    Mishap::Cut,
    Mishap::FullDisk,
    Mishap::Restarted,
];

/// A way to a server that can be cut.
struct Way {
    port: u16,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Way {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let (is_cut, open) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let way = Self { port, is_cut, open };
        let (is_cut, open) = (way.is_cut.clone(), way.open.clone());
        // It ends with the test's process: nobody connects to it after its worker has ended.
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                if is_cut.load(Ordering::Relaxed) {
                    continue;
                }
                let pairs = [(&near, &far), (&far, &near)];
                for (from, to) in pairs.map(|(from, to)| (from.try_clone(), to.try_clone())) {
                    let (mut from, mut to) = (from.expect("a socket"), to.expect("a socket"));
                    std::thread::spawn(move || {
                        drop(std::io::copy(&mut from, &mut to));
                        drop(to.shutdown(Shutdown::Both));
                    });
                }
                open.lock().expect("whole").extend([near, far]);
            }
        });
        way
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        for stream in self.open.lock().expect("whole").drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::Relaxed);
    }
}

/// A worker with a way and a small disk of its own.
struct Worker {
    process: Process,
    way: Way,
    disk: tempfile::TempDir,
    has_own_disk: bool,
}

impl Worker {
    fn start(suite: &SuiteCopy, server: &Server, name: &str, has_own_disk: bool) -> Self {
        let way = Way::to(server.port());
        let disk = tempfile::tempdir().expect("a folder");
        let address = format!("nats://127.0.0.1:{}", way.port);
        let at = disk.path().display().to_string();
        let log = suite.folder().join(format!("{name}.log"));
        let file = std::fs::File::create(&log).expect("made");
        let ours = nightshift();
        let program = ours.get_program();
        // What it writes lies on a disk that is mounted for it alone.
        let mut command = Command::new(if has_own_disk { "unshare" } else { "env" });
        if has_own_disk {
            let mounted = "mount -t tmpfs -o size=32m tmpfs \"$TMPDIR\" && exec \"$@\"";
            command.args(["-rm", "sh", "-c", mounted, "sh"]);
        }
        command.arg(program).args(["worker", &address]).env("CI", "true");
        command.env("TMPDIR", &at).env("SUITE", suite.root()).env("SLEEP", SLEEP);
        command.current_dir(suite.root()).stdin(Stdio::null());
        command.stdout(file.try_clone().expect("the same file")).stderr(file);
        let process = Process { child: command.spawn().expect("the program starts"), log };
        process.says("waits for nights");
        Self { process, way, disk, has_own_disk }
    }

    /// The file that fills its disk, as seen from outside of it.
    fn filling(&self) -> PathBuf {
        let disk = self.disk.path().strip_prefix("/").expect("an absolute path");
        let seen = format!("/proc/{}/root", self.process.child.id());
        Path::new(&seen).join(disk).join("filling")
    }

    /// Fills its disk; what cannot be filled any more, since it has ended, stays as it is.
    fn fill(&self) {
        let Ok(mut file) = std::fs::File::create(self.filling()) else { return };
        let some = vec![0; 64 << 10];
        while file.write_all(&some).is_ok() {}
    }

    fn free(&self) {
        drop(std::fs::remove_file(self.filling()));
    }
}

/// A night to which things happen.
struct Run<'a> {
    suite: &'a SuiteCopy,
    server: Server,
    workers: Vec<Worker>,
    random: fastrand::Rng,
    has_own_disks: bool,
    started: usize,
    told: Vec<String>,
}

impl Run<'_> {
    fn worker(&mut self) -> Worker {
        self.started += 1;
        let name = format!("worker-{}", self.started);
        Worker::start(self.suite, &self.server, &name, self.has_own_disks)
    }

    fn pause(&mut self, most: u64) {
        std::thread::sleep(Duration::from_millis(self.random.u64(0..most)));
    }

    fn happens(&mut self, mishap: Mishap) {
        let whom = self.random.usize(0..self.workers.len());
        self.told.push(format!("{mishap:?} {whom}"));
        match mishap {
            Mishap::Replaced => {
                drop(self.workers.remove(whom));
                self.pause(3_000);
                let worker = self.worker();
                self.workers.push(worker);
            }
            // One of them stays, or the night would wait for five minutes.
            Mishap::Killed if self.workers.len() > 1 => drop(self.workers.remove(whom)),
            Mishap::Stopped => {
                signal(&self.workers[whom].process, "-STOP");
                self.pause(25_000);
                signal(&self.workers[whom].process, "-CONT");
            }
            Mishap::Cut => {
                self.workers[whom].way.cut();
                self.pause(25_000);
                self.workers[whom].way.mend();
            }
            Mishap::FullDisk if self.workers[whom].has_own_disk => {
                self.workers[whom].fill();
                self.pause(8_000);
                self.workers[whom].free();
            }
            Mishap::Restarted => self.server.restart(),
            Mishap::Killed | Mishap::FullDisk => {}
        }
    }
}

fn from_environment(name: &str, unless: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(unless)
}

#[test]
#[ignore = "needs nats-server and half an hour; `just chaos`"]
fn whatever_happens_each_scenario_is_judged_once_or_named_as_not_run() {
    let (runs, first) =
        (from_environment("NIGHTSHIFT_CHAOS", 30), from_environment("NIGHTSHIFT_CHAOS_SEED", 1));
    let has_own_disks = can_mount();
    if !has_own_disks {
        println!("no full disks: this machine lets nobody have a space of mounts");
    }
    let prepared = suite(SCENARIOS);
    let mut happened = BTreeSet::new();
    for seed in first..first + runs {
        let copy = SuiteCopy::empty();
        copy_folder(&prepared.root(), copy.folder());
        let told = one(&copy, seed, has_own_disks, &mut happened);
        println!("seed {seed}: {told}");
    }
    println!("happened in all: {happened:?}");
}

/// One night, and what happened in it.
fn one(
    suite: &SuiteCopy,
    seed: u64,
    has_own_disks: bool,
    happened: &mut BTreeSet<String>,
) -> String {
    let mut run = Run {
        suite,
        server: Server::start(""),
        workers: Vec::new(),
        random: fastrand::Rng::with_seed(seed),
        has_own_disks,
        started: 0,
        told: Vec::new(),
    };
    for _ in 0..WORKERS {
        let worker = run.worker();
        run.workers.push(worker);
    }
    let began = Instant::now();
    let address = run.server.address();
    let words = ["run", "--no-pdf", "--once", "--workers", &address, "--out", "night"];
    let mut night = process_with(suite, "night", &words, &[("SLEEP", SLEEP)]);
    until("the night hands attempts out", || {
        of_type(&lines(suite), "preflight").iter().any(|it| it["event"]["check"] == "queue")
    });
    for _ in 0..run.random.usize(1..4) {
        run.pause(3_000);
        let mishap = run.random.choice(MISHAPS).expect("there are some");
        happened.insert(format!("{mishap:?}"));
        run.happens(mishap);
    }
    while night.child.try_wait().expect("it can be asked").is_none() {
        assert!(began.elapsed() < LONGEST, "seed {seed}: {:?} hangs: {}", run.told, night.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    let context = format!("seed {seed}, {}: {}", run.told.join(", "), night.log());
    let not_run = holds(suite, night.code(), &context);
    let (what, took) = (run.told.join(", "), began.elapsed().as_secs());
    format!("{what}; {took} s, {} judged, {not_run} not run", SCENARIOS - not_run)
}

/// Each scenario was judged once or is named with a reason, and the night exits as it says; how many
/// were not run.
fn holds(suite: &SuiteCopy, code: Option<i32>, context: &str) -> usize {
    let night = night_json(&suite.root().join("night"));
    let scenarios = night["scenarios"].as_array().expect("a list");
    let ids: BTreeSet<String> = scenarios.iter().map(|it| text(&it["id"])).collect();
    assert_eq!((ids.len(), scenarios.len()), (SCENARIOS, SCENARIOS), "each once: {context}");
    let (judged, others): (Vec<&Value>, Vec<&Value>) =
        scenarios.iter().partition(|it| it["verdict"] == "unchanged");
    for it in &others {
        assert_eq!(it["verdict"], "not-run", "{it:#}: {context}");
        assert!(!text(&it["detail"]).is_empty(), "without a reason: {it:#}: {context}");
    }
    let lines = lines(suite);
    let mut ended: BTreeMap<String, usize> = BTreeMap::new();
    for line in of_type(&lines, "attempt-finished") {
        let event = &line["event"];
        *ended.entry(format!("{} {}", event["scenario"], event["attempt"])).or_default() += 1;
    }
    assert!(ended.values().all(|it| *it == 1), "nothing twice: {ended:?}: {context}");
    assert!(ended.len() >= judged.len(), "{ended:?}: {context}");
    let decision = text(&night["gate"]["decision"]);
    let expected = match decision.as_str() {
        "pass" => 0,
        "fail" => 1,
        _ => 3,
    };
    assert_eq!(code, Some(expected), "{decision}: {context}");
    assert!(!others.is_empty() || decision == "pass", "all were judged: {decision}: {context}");
    let verified = suite.run(&["verify", "night"]);
    assert_eq!(verified.code, Some(0), "{verified:#?}: {context}");
    others.len()
}
