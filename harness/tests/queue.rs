//! Nights whose attempts are made by other processes, over a queue: `just queue` runs them. They need
//! `nats-server` on the `PATH`, and one of them `faketime`. `queue/access.rs` has who is let in, and
//! over what connection, `queue/chaos.rs` nights to which things happen, and `queue/namespaces.rs` a
//! night by workers with networks of their own.

mod access;
mod chaos;
mod namespaces;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Answer, SuiteCopy, copy_folder, night_json, nightshift, text, verdicts};

/// What is waited for comes in this time, or never does.
const LONGEST: Duration = Duration::from_secs(120);

/// A server of NATS that can be restarted.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = port.expect("a free port").port();
        let store = folder.path().join("store");
        let text = format!(
            "host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: \"{}\" }}\n{more}\n",
            store.display()
        );
        std::fs::write(folder.path().join("server.conf"), text).expect("written");
        std::fs::write(folder.path().join("port"), port.to_string()).expect("written");
        let server = Self { child: started(folder.path()), folder };
        server.is_there();
        server
    }

    fn port(&self) -> u16 {
        let text = std::fs::read_to_string(self.folder.path().join("port")).expect("readable");
        text.parse().expect("a port")
    }

    fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port())
    }

    fn is_there(&self) {
        until("the server listens", || TcpStream::connect(("127.0.0.1", self.port())).is_ok());
    }

    /// Kills it, and starts it again some seconds later over what it kept.
    fn restart(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
        std::thread::sleep(Duration::from_secs(3));
        self.child = started(self.folder.path());
        self.is_there();
    }

    /// Says something that nobody of ours would say.
    fn say(&self, subject: &str, text: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).expect("it listens");
        let mut greeting = [0; 16];
        stream.read_exact(&mut greeting).expect("it greets");
        let length = text.len();
        let spoken = format!(
            "CONNECT {{\"verbose\":false}}\r\nPUB {subject} {length}\r\n{text}\r\nPING\r\n"
        );
        stream.write_all(spoken.as_bytes()).expect("it listens");
        stream.flush().expect("it listens");
        std::thread::sleep(Duration::from_millis(200));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn started(folder: &Path) -> Child {
    let mut command = Command::new("nats-server");
    command.arg("--config").arg(folder.join("server.conf"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("nats-server is installed and on the PATH")
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONGEST, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A process of ours, which ends with the test.
struct Process {
    child: Child,
    log: std::path::PathBuf,
}

impl Process {
    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn says(&self, text: &str) {
        let begun = Instant::now();
        while !self.log().contains(text) {
            assert!(begun.elapsed() < LONGEST, "never: {text:?} in {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn code(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// So many scenarios of a command that answers after `SLEEP` seconds, all accepted.
fn suite(scenarios: usize) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE, SLEEP]\n");
    for number in 0..scenarios {
        let steps = "steps:\n  - shell: sleep $SLEEP; cat $SUITE/said\n    snapshot: said\n";
        suite.write(
            &format!("scenarios/s{number:02}.yaml"),
            &format!("scenario: s{number:02}\n{steps}"),
        );
    }
    suite.write("said", "12 rows\n");
    let words = ["run", "--no-pdf", "--once", "--accept-new", "--no-settle", "--out", "first"];
    let root = suite.root().display().to_string();
    let answer = suite.run_with(&words, &[("SUITE", root.as_str()), ("SLEEP", "0")]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite
}

/// Starts the program in a suite, with what it says in a file.
fn process(suite: &SuiteCopy, name: &str, words: &[&str], sleep: &str) -> Process {
    process_with(suite, name, words, &[("SLEEP", sleep)])
}

/// The same with more environment variables.
fn process_with(suite: &SuiteCopy, name: &str, words: &[&str], set: &[(&str, &str)]) -> Process {
    let log = suite.folder().join(format!("{name}.log"));
    let file = std::fs::File::create(&log).expect("made");
    let mut command = nightshift();
    command.args(words).current_dir(suite.root());
    command.env("SUITE", suite.root()).envs(set.iter().copied());
    command.stdout(file.try_clone().expect("the same file")).stderr(file).stdin(Stdio::null());
    Process { child: command.spawn().expect("the program starts"), log }
}

fn worker(suite: &SuiteCopy, name: &str, server: &Server, sleep: &str) -> Process {
    let worker = process(suite, name, &["worker", &server.address()], sleep);
    worker.says("waits for nights");
    worker
}

fn night(suite: &SuiteCopy, server: &Server, sleep: &str) -> Process {
    let address = server.address();
    let words = ["run", "--no-pdf", "--once", "--workers", &address, "--out", "night"];
    process(suite, "night", &words, sleep)
}

/// The lines of a ledger so far.
fn lines(suite: &SuiteCopy) -> Vec<Value> {
    let text = std::fs::read_to_string(suite.root().join("night/ledger.jsonl")).unwrap_or_default();
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|it| it["event"]["type"] == kind).collect()
}

/// Every scenario was judged once, by one attempt, and the night is as it was written.
fn is_whole(suite: &SuiteCopy, scenarios: usize) {
    let verdicts = verdicts(&night_json(&suite.root().join("night")));
    assert_eq!(verdicts.len(), scenarios, "{verdicts:?}");
    assert!(verdicts.iter().all(|it| it.1 == "unchanged"), "{verdicts:?}");
    let lines = lines(suite);
    let mut ended: BTreeMap<String, usize> = BTreeMap::new();
    for line in of_type(&lines, "attempt-finished") {
        *ended.entry(line["event"]["scenario"].to_string()).or_default() += 1;
    }
    assert_eq!(ended.len(), scenarios, "{ended:?}");
    assert!(ended.values().all(|it| *it == 1), "{ended:?}");
    let verified = suite.run(&["verify", "night"]);
    assert_eq!(verified.code, Some(0), "{verified:#?}");
}

fn some_have_ended(suite: &SuiteCopy) {
    until("some attempts have ended", || of_type(&lines(suite), "attempt-finished").len() > 2);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn of_two_workers_one_is_killed_midway_and_every_scenario_is_judged_once() {
    let (suite, server) = (suite(12), Server::start(""));
    let mut killed = worker(&suite, "killed", &server, "1");
    let _other = worker(&suite, "other", &server, "1");
    let mut night = night(&suite, &server, "1");
    some_have_ended(&suite);
    // Who has just given back an attempt has the next one in hand by then.
    std::thread::sleep(Duration::from_millis(400));
    killed.child.kill().expect("it runs");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 12);
    let noted = lines(&suite);
    let noted = of_type(&noted, "preflight");
    let again = |it: &&Value| it["event"]["detail"].to_string().contains("was handed out 2 times");
    assert!(noted.into_iter().any(|it| again(&it)), "what it had was handed out again");
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn of_eight_workers_half_are_killed_midway_and_nothing_is_lost() {
    let (suite, server) = (suite(64), Server::start(""));
    let mut workers: Vec<Process> =
        (0..8).map(|it| worker(&suite, &format!("worker-{it}"), &server, "1")).collect();
    let mut night = night(&suite, &server, "1");
    some_have_ended(&suite);
    workers.truncate(4);
    assert!(night.child.try_wait().expect("it can be asked").is_none(), "{}", night.log());
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 64);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_night_whose_workers_are_all_gone_reports_by_its_deadline_and_names_what_did_not_run() {
    let (suite, server) = (suite(64), Server::start(""));
    let only = worker(&suite, "only", &server, "1");
    let address = server.address();
    let words =
        ["run", "--no-pdf", "--once", "--workers", &address, "--budget", "1m", "--out", "night"];
    let mut night = process(&suite, "night", &words, "1");
    some_have_ended(&suite);
    drop(only);
    assert_eq!(night.code(), Some(3), "{}", night.log());
    let report = night_json(&suite.root().join("night"));
    let instant =
        |name: &str| -> DateTime<Utc> { text(&report["night"][name]).parse().expect("an instant") };
    assert!(instant("finished") <= instant("deadline"), "{}", report["night"]);
    let (judged, others): (Vec<_>, Vec<_>) =
        verdicts(&report).into_iter().partition(|it| it.1 == "unchanged");
    assert!(judged.len() > 2 && judged.len() + others.len() == 64, "{judged:?}");
    assert!(others.iter().all(|it| it.1 == "not-run"), "{others:?}");
}

fn signal(process: &Process, signal: &str) {
    let id = process.child.id().to_string();
    let sent = Command::new("kill").args([signal, id.as_str()]).status().expect("kill runs");
    assert!(sent.success(), "{signal} {id}");
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_worker_that_was_cut_off_and_comes_back_late_is_not_judged_twice() {
    let (suite, server) = (suite(50), Server::start(""));
    let late = worker(&suite, "late", &server, "1");
    let _other = worker(&suite, "other", &server, "1");
    let mut night = night(&suite, &server, "1");
    some_have_ended(&suite);
    signal(&late, "-STOP");
    // Longer than a lease, and shorter than what the other one still has to do.
    std::thread::sleep(Duration::from_secs(25));
    assert!(night.child.try_wait().expect("it can be asked").is_none(), "{}", night.log());
    signal(&late, "-CONT");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 50);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_worker_that_is_stopped_gives_back_what_it_has() {
    let (suite, server) = (suite(8), Server::start(""));
    let mut stopped = worker(&suite, "stopped", &server, "2");
    let _other = worker(&suite, "other", &server, "2");
    let mut night = night(&suite, &server, "2");
    some_have_ended(&suite);
    signal(&stopped, "-TERM");
    assert_eq!(stopped.code(), Some(143), "{}", stopped.log());
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 8);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_server_that_is_restarted_midway_loses_nothing() {
    let (suite, mut server) = (suite(12), Server::start(""));
    let _workers = ["one", "other"].map(|it| worker(&suite, it, &server, "1"));
    let mut night = night(&suite, &server, "1");
    some_have_ended(&suite);
    server.restart();
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 12);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn workers_that_the_night_starts_find_what_it_would_find_alone_and_end_with_it() {
    let suite = suite(5);
    suite.write("said", "11 rows\n");
    let root = suite.root().display().to_string();
    let run = |words: &[&str]| -> Answer {
        let all: Vec<&str> =
            ["run", "--no-pdf", "--once"].into_iter().chain(words.iter().copied()).collect();
        suite.run_with(&all, &[("SUITE", root.as_str()), ("SLEEP", "0")])
    };
    let alone = run(&["--out", "alone"]);
    assert_eq!(alone.code, Some(1), "{alone:#?}");
    let answer = run(&["--workers", "3", "--out", "night"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let night = |name: &str| night_json(&suite.root().join(name));
    let (alone, together) = (night("alone"), night("night"));
    assert_eq!(verdicts(&together), verdicts(&alone));
    assert_eq!(together["findings"][0]["fingerprint"], alone["findings"][0]["fingerprint"]);
    assert_eq!(together["totals"], alone["totals"], "reruns too");
    let verified = suite.run(&["verify", "night"]);
    assert_eq!(verified.code, Some(0), "{verified:#?}");
    let again = suite.run(&["judge", "night"]);
    assert_eq!(again.code, Some(1), "its evidence is here: {again:#?}");
}

/// The processes whose command line holds all of this.
fn processes_with(texts: &[&str]) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").expect("a process table").filter_map(Result::ok);
    let holds = |entry: &std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        texts.iter().all(|it| line.contains(it))
    };
    processes.filter(holds).map(|it| it.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn what_a_worker_of_the_night_leaves_behind_that_is_killed_ends_with_the_night() {
    let suite = suite(1);
    let sleep = format!("77.{}", std::process::id());
    let words = ["run", "--no-pdf", "--once", "--workers", "1", "--out", "night"];
    let mut night = process(&suite, "night", &words, &sleep);
    let slept = format!("sleep {sleep}");
    until("the command runs", || !processes_with(&[&slept]).is_empty());
    let root = suite.root().display().to_string();
    let workers = processes_with(&["worker --once", &root]);
    assert_eq!(workers.len(), 1, "{workers:?}");
    let sent = Command::new("kill").args(["-9", &workers[0]]).status().expect("kill runs");
    assert!(sent.success());
    let code = night.code();
    assert!(processes_with(&[&slept]).is_empty(), "it ended with {code:?}");
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_worker_with_another_suite_says_why_it_takes_no_part_and_the_others_do_all() {
    let (suite, server) = (suite(3), Server::start(""));
    let other = SuiteCopy::empty();
    copy_folder(&suite.root(), other.folder());
    other.write("scenarios/s01.yaml", "scenario: s01\nsteps:\n  - shell: echo 12 rows\n");
    let address = server.address();
    let mut stranger = process(&other, "stranger", &["worker", "--once", &address], "0");
    stranger.says("waits for nights");
    let _worker = worker(&suite, "worker", &server, "0");
    let mut night = night(&suite, &server, "0");
    assert_eq!(stranger.code(), Some(2), "{}", stranger.log());
    stranger.says("is another suite than the night's");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    assert!(night.log().contains("takes no part"), "{}", night.log());
    is_whole(&suite, 3);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn a_worker_with_another_build_says_which_and_takes_no_part() {
    let (suite, server) = (suite(8), Server::start(""));
    // What a product is made of is no part of the suite's files.
    let config = "products:\n  tool: { version-from: cat built }\npass-env: [SUITE, SLEEP]\n";
    suite.write("nightshift.yaml", config);
    suite.write("built", "tool 1.4\n");
    let other = SuiteCopy::empty();
    copy_folder(&suite.root(), other.folder());
    other.write("built", "tool 1.5\n");
    let address = server.address();
    let mut stranger = process(&other, "stranger", &["worker", "--once", &address], "0");
    stranger.says("waits for nights");
    // So long that the other one has seen what it has before the night is over.
    let _worker = worker(&suite, "worker", &server, "1");
    let mut night = night(&suite, &server, "0");
    assert_eq!(stranger.code(), Some(2), "{}", stranger.log());
    stranger.says("tool is tool 1.5 now and was tool 1.4");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 8);
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn work_of_another_version_and_noise_are_left_alone() {
    let (suite, server) = (suite(3), Server::start(""));
    let worker = worker(&suite, "worker", &server, "0");
    server.say("nightshift.nights", "what?");
    let later = r#"{"version":"9.9.9","night":"n1","goes_on":true,"new":{"x":1}}"#;
    server.say("nightshift.nights", later);
    worker.says("it is of nightshift 9.9.9");
    // A queue that is full of what that night wants done.
    let theirs = "nightshift-9_9_9-n1";
    let stream = json!({ "name": theirs, "subjects": ["nightshift.9_9_9-n1.>"],
        "storage": "file", "retention": "workqueue" });
    server.say(&format!("$JS.API.STREAM.CREATE.{theirs}"), &stream.to_string());
    for number in 0..20 {
        server.say("nightshift.9_9_9-n1.work", &json!({ "task": number, "x": 1 }).to_string());
    }
    let kept = || {
        let files = walkdir::WalkDir::new(server.folder.path()).into_iter();
        files.filter_map(Result::ok).any(|it| it.file_name() == theirs)
    };
    assert!(kept(), "the server has it");
    let mut night = night(&suite, &server, "0");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 3);
    assert!(kept(), "what is another version's is left to it");
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn without_a_server_or_the_right_to_it_nothing_runs_and_it_is_said_why() {
    let suite = suite(1);
    let asked = |address: &str, known: &[(&str, &str)]| {
        suite.run_with(&["run", "--no-pdf", "--workers", address, "--out", "night"], known)
    };
    let away = asked("nats://127.0.0.1:1", &[]);
    assert_eq!(away.code, Some(4), "{away:#?}");
    assert!(away.stderr.contains("cannot connect to the queue"), "{away:#?}");
    let server = Server::start("authorization { token: \"a-token-of-a-test\" }");
    let stranger = asked(&server.address(), &[("NATS_TOKEN", "another-token")]);
    assert_eq!(stranger.code, Some(4), "{stranger:#?}");
    assert!(stranger.stderr.contains("authorization"), "{stranger:#?}");
    assert!(!stranger.stderr.contains("another-token"), "{stranger:#?}");
    assert!(!suite.root().join("night").exists(), "no night has begun");
}

/// A tool in builds that say their own name.
const IN_BUILDS: &str = r#"
products:
  tool:
    builds:
      make:
        - shell: |
            mkdir "${build-dir}/bin"
            printf '#!/bin/sh\necho "%s rows"\n' "${build}" > "${build-dir}/bin/tool"
            chmod +x "${build-dir}/bin/tool"
      known: ["12", "11"]
      default: "12"
    path: ["${build-dir}/bin"]
"#;

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn workers_run_what_differs_on_the_control_too() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", IN_BUILDS);
    for id in ["a", "b", "c"] {
        let steps = "steps:\n  - run: tool\n    snapshot: said\n";
        suite.write(&format!("scenarios/{id}.yaml"), &format!("scenario: {id}\n{steps}"));
    }
    let cache = suite.root().join("cache").display().to_string();
    let run = |words: &[&str]| {
        let all: Vec<&str> =
            ["run", "--no-pdf", "--once"].into_iter().chain(words.iter().copied()).collect();
        suite.run_with(&all, &[("XDG_CACHE_HOME", cache.as_str())])
    };
    let first = run(&["--accept-new", "--no-settle", "--out", "first"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let builds = ["--build", "11", "--against", "12"];
    let alone = run(&[&builds[..], &["--out", "alone"]].concat());
    assert_eq!(alone.code, Some(1), "{alone:#?}");
    let answer = run(&[&builds[..], &["--workers", "2", "--out", "night"]].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let night = |name: &str| night_json(&suite.root().join(name));
    assert_eq!(verdicts(&night("night")), verdicts(&night("alone")));
    let lines = lines(&suite);
    let on_control = |it: &&&Value| it["event"]["purpose"] == "control";
    let begun = of_type(&lines, "attempt-started");
    assert!(begun.iter().filter(on_control).count() >= 3, "{begun:#?}");
    assert!(of_type(&lines, "no-control").is_empty(), "{lines:#?}");
}

#[test]
#[ignore = "needs nats-server and faketime; `just queue`"]
fn workers_whose_clocks_are_an_hour_off_lose_nothing_and_their_times_are_those_of_the_night() {
    let (suite, server) = (suite(12), Server::start(""));
    let library = crate::daylight::libfaketime().display().to_string();
    let address = server.address();
    let _workers = ["-3600", "+3600"].map(|ahead| {
        let set = [
            ("SLEEP", "1"),
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME", ahead),
            ("NO_FAKE_STAT", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        let worker = process_with(&suite, &format!("worker{ahead}"), &["worker", &address], &set);
        worker.says("waits for nights");
        worker
    });
    let begun = Utc::now();
    let mut night = night(&suite, &server, "1");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    let ended = Utc::now();
    is_whole(&suite, 12);
    let lines = lines(&suite);
    let takes_part = |it: &&&Value| it["event"]["detail"].to_string().contains("takes part");
    let both = of_type(&lines, "preflight").iter().filter(takes_part).count();
    assert_eq!(both, 2, "each of them made something: {lines:#?}");
    let attempts = ["attempt-started", "attempt-finished"].map(|it| of_type(&lines, it));
    for line in attempts.into_iter().flatten() {
        let at: DateTime<Utc> = text(&line["at"]).parse().expect("an instant");
        assert!(begun <= at && at <= ended, "{begun} to {ended}: {line}");
    }
}

/// How long a night's attempts took, from the first to the last.
fn seconds(suite: &SuiteCopy, workers: usize, server: &Server) -> f64 {
    drop(std::fs::remove_dir_all(suite.root().join("night")));
    let _workers: Vec<Process> =
        (0..workers).map(|it| worker(suite, &format!("worker-{it}"), server, "2")).collect();
    let mut night = night(suite, server, "2");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    let lines = lines(suite);
    let at = |line: &Value| -> DateTime<Utc> {
        line["at"].as_str().and_then(|it| it.parse().ok()).expect("an instant")
    };
    let first = of_type(&lines, "attempt-started").into_iter().map(at).min().expect("one began");
    let last = of_type(&lines, "attempt-finished").into_iter().map(at).max().expect("one ended");
    (last - first).as_seconds_f64()
}

#[test]
#[ignore = "needs nats-server and minutes; `just queue`"]
fn eight_workers_are_seven_times_as_fast_as_one_where_the_product_is_slow() {
    let (suite, server) = (suite(64), Server::start(""));
    let one = seconds(&suite, 1, &server);
    let eight = seconds(&suite, 8, &server);
    assert!(one >= 7.0 * eight, "one worker took {one:.1} s, eight took {eight:.1} s");
}
