//! Nights that somebody stops while something in them hangs: all that they started ends within two
//! seconds, stretched by how slow the machine is, and they report.

use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nightshift::night::measure_patience;
use rustix::process::Signal;
use serde_json::Value;

use super::cut_short::{signal, start, until};
use super::{commands, night_of};
use crate::scripted_model::model;
use crate::support::{ANSWERING, SuiteCopy, night_json, nightshift};

/// How long a stop may take, in milliseconds, on a machine that is not slow.
const MOST_MS: u64 = 2_000;
/// How long is waited for what must come.
const LONG: Duration = Duration::from_secs(60);

/// A process, by what the process table says of it.
#[derive(Debug)]
struct Running {
    pid: u32,
    parent: u32,
    /// When it began, so that another one with its number is told apart.
    began: u64,
    line: String,
}

impl Running {
    /// The process of this number; `None` where there is none that still does something.
    fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before it may hold anything, also brackets.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        if matches!(*fields.first()?, "Z" | "X") {
            return None;
        }
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            began: fields.get(19)?.parse().ok()?,
            line: String::from_utf8_lossy(&words).replace('\0', " "),
        })
    }

    fn is_there(&self) -> bool {
        Self::of(self.pid).is_some_and(|it| it.began == self.began)
    }
}

/// All that a process has started, and what that has.
fn started_by(of: &Child) -> Vec<Running> {
    let table = std::fs::read_dir("/proc").expect("a process table").filter_map(Result::ok);
    let numbers = table.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let mut open: Vec<Running> = numbers.filter_map(Running::of).collect();
    let (mut parents, mut all) = (vec![of.id()], Vec::new());
    while let Some(parent) = parents.pop() {
        let (own, others): (Vec<_>, Vec<_>) = open.into_iter().partition(|it| it.parent == parent);
        parents.extend(own.iter().map(|it| it.pid));
        all.extend(own);
        open = others;
    }
    all
}

/// Asks a night to stop, and holds it to how long that may take.
fn ends_in_time(night: &Child, ask: impl FnOnce(&Child)) {
    let before = measure_patience().0;
    let all = started_by(night);
    assert!(!all.is_empty(), "there is something to end");
    let asked = Instant::now();
    ask(night);
    let left = || all.iter().filter(|it| it.is_there()).collect::<Vec<_>>();
    while !left().is_empty() {
        assert!(asked.elapsed() < LONG, "still there: {:#?}", left());
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = asked.elapsed();
    let most = Duration::from_millis(before.max(measure_patience().0).stretched(MOST_MS));
    assert!(took <= most, "it took {took:?} and may take {most:?} here: {all:#?}");
}

/// What a night says that was stopped.
fn reports(suite: &SuiteCopy) {
    let report = night_json(&night_of(suite, "one"));
    assert_eq!(report["scenarios"][0]["because"], "interrupted");
    assert!(night_of(suite, "one").join("index.html").is_file());
    assert_eq!(suite.run(&["verify", "one"]).code, Some(0));
}

/// A suite with a page, a goal that only a model can read, and a model at this port.
fn with_a_goal(port: u16) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    let page = "<!doctype html><html lang=en><title>Shop</title><button>Order</button></html>";
    let pages = format!(
        "from answering import Answering, serve\nclass Pages(Answering):\n    def do_GET(self):\n        self.answer(200, 'text/html; charset=utf-8', '{page}')\nserve(Pages)\n"
    );
    suite.write("data/pages.py", &pages);
    let goal = "scenario: order\nsteps:\n  - open: /\n  - do: purchase what is in the basket\n    until:\n      - see: 'text \"Ordered\"'\n";
    suite.write("scenarios/order.yaml", goal);
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\nagent: {{ api: openai-chat, url: 'http://127.0.0.1:{port}/v1', model: silent }}\n"
    );
    suite.write("nightshift.yaml", &config);
    suite
}

#[test]
fn a_stop_ends_a_goal_whose_model_hangs_and_its_browser_in_time() {
    let (sender, asked) = mpsc::channel();
    let (port, _) = model(move |_| -> Value {
        sender.send(()).expect("somebody listens");
        loop {
            std::thread::park();
        }
    });
    let suite = with_a_goal(port);
    let mut night = start(&suite, &["run", "--no-pdf", "--out", "one"]);
    asked.recv_timeout(LONG).expect("the model is asked");
    let all = started_by(&night);
    assert!(all.iter().any(|it| it.line.contains("--headless")), "a browser: {all:#?}");
    ends_in_time(&night, |it| signal(it, Signal::TERM));
    assert_eq!(night.wait().expect("ends").code(), Some(143));
    reports(&suite);
}

#[test]
fn a_stop_ends_a_command_that_ignores_signals_in_time() {
    let deaf = "  - shell: trap '' INT TERM HUP; sleep 77; true\n";
    let suite = commands(&[("deaf", deaf)]);
    let mut night = start(&suite, &["run", "--no-pdf", "--out", "one"]);
    let sleeps = |it: &Running| it.line.starts_with("sleep ");
    until("the command runs", || started_by(&night).iter().any(sleeps));
    let mut asks = None;
    ends_in_time(&night, |_| {
        let mut stop = nightshift();
        stop.arg("stop").current_dir(suite.root()).stdout(Stdio::null());
        asks = Some(stop.spawn().expect("the program starts"));
    });
    assert_eq!(night.wait().expect("ends").code(), Some(130));
    let stopped = asks.map(|mut it| it.wait().expect("ends"));
    assert_eq!(stopped.and_then(|it| it.code()), Some(0));
    reports(&suite);
}
