//! What it costs to have attempts made by workers over a queue: how much longer a scenario takes, how
//! long a worker needs until its first attempt begins, and four workers beside four jobs of one
//! process. Needs `nats-server` on the `PATH`, and is left out without it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift, write};
use super::table::Row;

const ROUNDS: usize = 3;
/// Scenarios that take no time of their own.
const SHORT: usize = 100;
/// Scenarios that wait for their product, for a quarter of a second each.
const SLOW: usize = 240;
/// The most that the queue may add to a scenario, in milliseconds.
const MOST_MS: f64 = 60.0;
/// What is waited for comes in this time, or never does.
const LONGEST: Duration = Duration::from_secs(120);

pub fn rows() -> Vec<Row> {
    if Command::new("nats-server").arg("--version").output().is_err() {
        eprintln!("queue is left out: nats-server is not on the PATH");
        return Vec::new();
    }
    let root = empty("queue");
    let short = suite(&root.join("short"), SHORT, "0");
    let slow = suite(&root.join("slow"), SLOW, "0.25");
    let added: Vec<f64> = (0..ROUNDS)
        .map(|n| {
            let alone = night(&short, &format!("alone-{n}"), &["--jobs", "1"]);
            let afar = night(&short, &format!("afar-{n}"), &["--workers", "1"]);
            (afar.span - alone.span) * 1000.0 / SHORT as f64
        })
        .collect();
    let server = Server::start(&root.join("server"));
    let cold = (0..ROUNDS).map(|n| cold_start(&short, &server, &format!("cold-{n}"))).collect();
    drop(server);
    let four = |name: &str, word: &str| -> Vec<Night> {
        (0..ROUNDS).map(|n| night(&slow, &format!("{name}-{n}"), &[word, "4"])).collect()
    };
    let (jobs, workers) = (four("jobs", "--jobs"), four("workers", "--workers"));
    let what = |who: &str| format!("{SLOW} scenarios of a slow product by {who}");
    vec![
        Row::figure("a scenario more over the queue", middle(added), "ms", Some(MOST_MS)),
        Row::figure("a worker until its first attempt begins", middle(cold), "s", None),
        Row::peer(what("4 jobs, from the first attempt to the last"), spans(&jobs)),
        Row::ours(what("4 workers"), spans(&workers), spans(&jobs), Some(1.0)),
        Row::noted(what("4 jobs, the whole command"), wholes(&jobs)),
        Row::noted(what("4 workers, the whole command"), wholes(&workers)),
    ]
}

/// A night that was made.
struct Night {
    cost: Cost,
    /// The seconds from the beginning of its first attempt to the end of its last.
    span: f64,
}

fn wholes(nights: &[Night]) -> Cost {
    median(&nights.iter().map(|it| it.cost).collect::<Vec<_>>())
}

fn spans(nights: &[Night]) -> Cost {
    let costs = nights.iter().map(|it| Cost { wall: it.span, ..it.cost });
    median(&costs.collect::<Vec<_>>())
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// A suite of so many scenarios, each a command that waits so long; all accepted.
fn suite(root: &Path, scenarios: usize, seconds: &str) -> PathBuf {
    write(&root.join("nightshift.yaml"), "products:\n  tool: {}\n");
    for number in 0..scenarios {
        let steps =
            format!("steps:\n  - shell: sleep {seconds}; echo 12 rows\n    snapshot: said\n");
        let id = format!("s{number:03}");
        let file = root.join(format!("scenarios/{id}.yaml"));
        write(&file, &format!("scenario: {id}\n{steps}"));
    }
    let accept = ["run", "--accept-new", "--no-settle", "--no-pdf", "--once", "--out", "first"];
    run(nightshift(root).args(accept), 0);
    root.to_owned()
}

fn night(root: &Path, name: &str, more: &[&str]) -> Night {
    let words = ["run", "--no-pdf", "--once", "--out", name];
    let cost = run(nightshift(root).args(words).args(more), 0);
    let lines = lines(&root.join(name));
    let first = instants(&lines, "attempt-started").min().expect("one began");
    let last = instants(&lines, "attempt-finished").max().expect("one ended");
    Night { cost, span: (last - first).as_seconds_f64() }
}

/// The seconds from when a worker is started until its first attempt begins, in a night that waits.
fn cold_start(root: &Path, server: &Server, name: &str) -> f64 {
    let address = server.address();
    let words = ["run", "--no-pdf", "--once", "--workers", &address, "--out", name];
    let mut night = started(nightshift(root).args(words));
    until("the night waits for workers", || {
        lines(&root.join(name)).iter().any(|it| it["event"]["check"] == "queue")
    });
    let begun = Utc::now();
    let mut worker = started(nightshift(root).args(["worker", "--once", &address]));
    assert!(night.0.wait().expect("it ends").success(), "a night by workers passes");
    assert!(worker.0.wait().expect("it ends").success(), "a worker ends with its night");
    let lines = lines(&root.join(name));
    let first = instants(&lines, "attempt-started").min().expect("one began");
    (first - begun).as_seconds_f64()
}

/// The lines of a night's ledger so far.
fn lines(night: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(night.join("ledger.jsonl")).unwrap_or_default();
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}

fn instants<'a>(lines: &'a [Value], kind: &'a str) -> impl Iterator<Item = DateTime<Utc>> + 'a {
    let of_kind = lines.iter().filter(move |it| it["event"]["type"] == kind);
    of_kind.map(|it| it["at"].as_str().and_then(|it| it.parse().ok()).expect("an instant"))
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONGEST, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that ends with the bench.
struct Process(Child);

fn started(command: &mut Command) -> Process {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Process(command.spawn().expect("it starts"))
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A server of NATS on this machine.
struct Server {
    port: u16,
    _process: Process,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = port.expect("a free port").port();
        let mut command = Command::new("nats-server");
        command.args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--jetstream"]);
        let process = started(command.arg("--store_dir").arg(folder));
        until("the server listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, _process: process }
    }

    fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}
