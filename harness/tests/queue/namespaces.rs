//! A night by workers that are machines of their own as far as the network goes: each has a network
//! namespace and one line to that of the server. One worker is killed, the line of one is dead for
//! longer than a lease, that of one is slow, and the server is restarted. `just namespaces` runs it; it
//! needs root, `ip`, `tc` and `nats-server`. Nothing leaves these namespaces: they have no way out.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Process, SuiteCopy, is_whole, some_have_ended, suite, until};
use crate::support::{night_json, nightshift, text};

const PORT: u16 = 4222;
const SCENARIOS: usize = 80;
/// Longer than a lease, and shorter than what the others still have to do.
const CUT: Duration = Duration::from_secs(25);

/// Runs a tool of the network to its end.
fn tool(words: &[&str]) {
    let output = Command::new(words[0]).args(&words[1..]).output().expect("ip and tc are there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?} as root: {said}");
}

/// A namespace of this test.
struct Space(String);

impl Space {
    fn new(name: &str) -> Self {
        let name = format!("nightshift-{}-{name}", std::process::id());
        tool(&["ip", "netns", "add", &name]);
        tool(&["ip", "-n", &name, "link", "set", "lo", "up"]);
        Self(name)
    }

    /// A command that runs in it.
    fn command(&self, program: &Command) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program.get_program());
        command.args(program.get_args()).stdin(Stdio::null());
        command
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        drop(Command::new("ip").args(["netns", "del", &self.0]).output());
    }
}

/// The namespace of the server and of the night, with a line to each worker.
struct Hub {
    server: Child,
    folder: tempfile::TempDir,
    space: Space,
}

impl Hub {
    fn start() -> Self {
        let (space, folder) = (Space::new("hub"), tempfile::tempdir().expect("a folder"));
        let mut hub = Self { server: Self::server(&space, &folder), folder, space };
        hub.listens();
        hub
    }

    fn server(space: &Space, folder: &tempfile::TempDir) -> Child {
        let mut server = Command::new("nats-server");
        server.args(["--addr", "0.0.0.0", "--port", &PORT.to_string(), "--jetstream"]);
        server.arg("--store_dir").arg(folder.path());
        let mut command = space.command(&server);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("nats-server is installed and on the PATH")
    }

    /// Waits until a socket of its namespace listens (`0A`) at the port.
    fn listens(&mut self) {
        let sockets = format!("/proc/{}/net/tcp", self.server.id());
        let own = format!(":{PORT:04X} ");
        let is_it = |line: &str| line.contains(&own) && line.contains(" 0A ");
        until("the server listens", || {
            ["", "6"].iter().any(|kind| {
                let text = std::fs::read_to_string(format!("{sockets}{kind}"));
                text.unwrap_or_default().lines().any(is_it)
            })
        });
    }

    fn restart(&mut self) {
        self.server.kill().expect("it runs");
        self.server.wait().expect("it ended");
        std::thread::sleep(Duration::from_secs(3));
        self.server = Self::server(&self.space, &self.folder);
        self.listens();
    }

    /// Starts a program of ours in a namespace, with what it says in a file.
    fn process(space: &Space, suite: &SuiteCopy, name: &str, words: &[&str]) -> Process {
        let log = suite.folder().join(format!("{name}.log"));
        let file = std::fs::File::create(&log).expect("made");
        let mut ours = nightshift();
        ours.args(words);
        let mut command = space.command(&ours);
        command.env("CI", "true").env("SUITE", suite.root()).env("SLEEP", "1");
        command.current_dir(suite.root());
        command.stdout(file.try_clone().expect("the same file")).stderr(file);
        Process { child: command.spawn().expect("the program starts"), log }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// A worker in a namespace, with its end of the line and the hub's.
struct Worker {
    process: Process,
    line: String,
    space: Space,
}

impl Worker {
    fn start(hub: &Hub, suite: &SuiteCopy, number: usize) -> Self {
        let name = format!("worker-{number}");
        let (space, line) = (Space::new(&name), format!("line{number}"));
        let (near, far) = (format!("10.213.{number}.1"), format!("10.213.{number}.2/30"));
        let hub = hub.space.0.as_str();
        let pair = ["type", "veth", "peer", "name", "line", "netns", &space.0];
        tool(&[&["ip", "link", "add", &line, "netns", hub], &pair[..]].concat());
        tool(&["ip", "-n", hub, "addr", "add", &format!("{near}/30"), "dev", &line]);
        tool(&["ip", "-n", &space.0, "addr", "add", &far, "dev", "line"]);
        tool(&["ip", "-n", hub, "link", "set", &line, "up"]);
        tool(&["ip", "-n", &space.0, "link", "set", "line", "up"]);
        let address = format!("nats://{near}:{PORT}");
        let process = Hub::process(&space, suite, &name, &["worker", &address]);
        process.says("waits for nights");
        Self { process, line, space }
    }

    /// Makes its line dead, or sound again: what is sent is lost, and no connection is closed.
    fn set_line(&self, hub: &Hub, state: &str) {
        tool(&["ip", "-n", &hub.space.0, "link", "set", &self.line, state]);
    }

    /// Lets so little through its line as an old modem does.
    fn slow_down(&self) {
        let shape = ["root", "tbf", "rate", "64kbit", "burst", "4kb", "latency", "2s"];
        let words = ["ip", "netns", "exec", &self.space.0, "tc", "qdisc", "add", "dev", "line"];
        tool(&[&words[..], &shape[..]].concat());
    }
}

#[test]
#[ignore = "needs root, ip, tc and nats-server; `just namespaces`"]
fn of_workers_with_networks_of_their_own_one_dies_one_is_cut_off_one_is_slow_and_nothing_is_lost() {
    let (suite, mut hub) = (suite(SCENARIOS), Hub::start());
    let mut workers: Vec<Worker> = (0..4).map(|it| Worker::start(&hub, &suite, it)).collect();
    workers[2].slow_down();
    let address = format!("nats://127.0.0.1:{PORT}");
    let words =
        ["run", "--no-pdf", "--once", "--workers", &address, "--budget", "5m", "--out", "night"];
    let mut night = Hub::process(&hub.space, &suite, "night", &words);
    some_have_ended(&suite);
    drop(workers.remove(0));
    workers[0].set_line(&hub, "down");
    hub.restart();
    std::thread::sleep(CUT);
    assert!(night.child.try_wait().expect("it can be asked").is_none(), "{}", night.log());
    workers[0].set_line(&hub, "up");
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, SCENARIOS);
    let report = night_json(&suite.root().join("night"));
    let instant =
        |name: &str| -> DateTime<Utc> { text(&report["night"][name]).parse().expect("an instant") };
    assert!(instant("finished") <= instant("deadline"), "{}", report["night"]);
    let cut_off = workers[0].process.log();
    assert!(workers[0].process.child.try_wait().expect("it can be asked").is_none(), "{cut_off}");
}
