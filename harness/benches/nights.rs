//! A synthetic night of 10,000 scenarios, 5 % failing: writing its reports, and judging its ledger.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Duration, Utc};
use indexmap::IndexMap;
use nightshift::ledger::NightDir;
use nightshift::model::event::{FacetRecord, Failure, StepOutcome, StepRecord};
use nightshift::model::plan::{BaselineRecord, ProductBuild, WATCH_CHECKPOINT};
use nightshift::model::scenario::{Snapshot, Surface};
use nightshift::model::suite::GateConfig;
use nightshift::model::{
    Action, Entry, Event, FORMAT_VERSION, FacetKind, Locator, Outcome, Plan, Scenario, Step,
    Target, Template, Verdict,
};

use super::measure::{Cost, median, own_peak, run};
use super::suite::{empty, nightshift, write};
use super::synthetic_night::synthetic;
use super::table::Row;

/// The argument by which the bench runs the writing of reports in a process of its own.
pub const CHILD: &str = "reports-of=";

const SCENARIOS: usize = 10_000;
const FAILING: usize = SCENARIOS / 20;
const ROUNDS: usize = 3;
const REPORT_SECONDS: f64 = 3.0;
const INDEX_MB: f64 = 5.0;
const MIB: f64 = 300.0;

pub fn rows() -> Vec<Row> {
    let (reports, written) = reports();
    let size =
        |name: &str| std::fs::metadata(written.join(name)).map_or(0.0, |it| it.len() as f64 / 1e6);
    let ledger = ledger();
    let costs: Vec<Cost> =
        (0..ROUNDS).map(|_| run(nightshift(&ledger).args(["judge", "."]), 1)).collect();
    let judged = median(&costs);
    vec![
        Row::within(format!("reports of {SCENARIOS} scenarios, no PDF"), reports, REPORT_SECONDS),
        Row::figure("… peak memory", reports.mib, "MiB", Some(MIB)),
        Row::figure("… index.html", size("index.html"), "MB", Some(INDEX_MB)),
        Row::figure("… night.json", size("night.json"), "MB", None),
        Row::noted(format!("judge of such a night: {} lines", lines(&ledger)), judged),
    ]
}

/// Writes the reports in a process of its own; the folder they were written to.
fn reports() -> (Cost, std::path::PathBuf) {
    let folder = empty("reports");
    let program = std::env::current_exe().expect("a program knows its own path");
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        // The process is measured as a whole but for making the synthetic data, which it times.
        let mut command = Command::new(&program);
        let mut cost = run(command.arg(format!("{CHILD}{}", folder.display())), 0);
        let told = std::fs::read_to_string(folder.join("told")).expect("the child tells");
        let told: Vec<f64> = told.split(' ').map(|it| it.parse().expect("a number")).collect();
        (cost.wall, cost.mib) = (told[0], told[1]);
        costs.push(cost);
    }
    (median(&costs), folder)
}

/// Writes the reports of a synthetic night into a folder, and tells how that went.
pub fn child(folder: &str) {
    let folder = Path::new(folder);
    let report = synthetic(SCENARIOS, FAILING);
    let started = std::time::Instant::now();
    nightshift::report::write(folder, &report).expect("the reports can be written");
    let told = format!("{} {}", started.elapsed().as_secs_f64(), own_peak());
    write(&folder.join("told"), &told);
}

fn lines(night: &Path) -> usize {
    let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("just written");
    ledger.lines().count()
}

/// A whole night directory: of every ten failing scenarios five have a cause of their own, three
/// share one, and two cannot find what one of them has lost.
fn ledger() -> std::path::PathBuf {
    let root = empty("ledger");
    let night = NightDir::create(root.join("night")).expect("an empty folder");
    let mut made = Made { night, plan: plan(), events: Vec::new() };
    let started =
        Event::NightStarted { format_version: FORMAT_VERSION, night: made.plan.night.clone() };
    made.events.push(started);
    for n in 0..SCENARIOS {
        made.scenario(n, n < FAILING);
    }
    made.events.push(Event::NightFinished { interrupted: false });
    made.lay();
    root.join("night")
}

/// A night in the making.
pub struct Made {
    pub night: NightDir,
    pub plan: Plan,
    pub events: Vec<Event>,
}

/// What the n-th scenario is called.
pub fn id(n: usize) -> String {
    format!("area-{:02}/scenario-{n:05}", n % 40)
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_222_800, 0).expect("a valid instant")
}

/// A plan of nothing.
pub fn plan() -> Plan {
    Plan {
        control: None,
        format_version: FORMAT_VERSION,
        night: "2026-11-21T010000Z-k3f9".to_owned(),
        started: start(),
        deadline: None,
        branch: Some("main".to_owned()),
        environment: "linux-dejavu-1x-1280x800".to_owned(),
        versions: IndexMap::new(),
        products: vec![ProductBuild {
            name: "shop".to_owned(),
            build: None,
            previous_build: None,
            version: None,
            previous_version: None,
        }],
        beside: indexmap::IndexMap::new(),
        patience: None,
        reruns: None,
        not_isolated: Vec::new(),
        walls: None,
        scenarios: Vec::new(),
        sessions: indexmap::IndexMap::new(),
        redact: Vec::new(),
        gate: GateConfig {
            fail_on_unjudged: Vec::new(),
            fail_on: vec![Verdict::Regressed],
            judged_at_least: 95.0,
            rules: Vec::new(),
        },
        suppressions: Vec::new(),
        stages: nightshift::model::Stages::default(),
        hygiene: Vec::new(),
        baselines: Vec::new(),
        machine: None,
        forecasts: IndexMap::new(),
        asked: nightshift::model::asked::Asked::default(),
        history: nightshift::model::History::default(),
    }
}

/// A tree of some forty lines; `changed` is what a fault makes of one of them.
fn tree(n: usize, changed: Option<&str>) -> String {
    let mut text = format!("- banner:\n  - link \"Home\"\n- main:\n  - heading \"List {n}\"\n");
    for row in 0..32 {
        let _ = writeln!(text, "  - row \"{row} Ada {}\"", n * 7 + row);
    }
    let _ = writeln!(text, "  - {}", changed.unwrap_or("button \"Apply\""));
    text
}

impl Made {
    /// A scenario with its baselines and attempts.
    pub fn scenario(&mut self, n: usize, failing: bool) {
        let id = id(n);
        self.plan.scenarios.push(scenario(&id, n));
        let records = [
            ("list", FacetKind::Aria, tree(n, None)),
            ("list", FacetKind::Page, page(n)),
            (WATCH_CHECKPOINT, FacetKind::Events, String::new()),
        ];
        for (checkpoint, facet, content) in records {
            let evidence = self.keep(facet, &content);
            self.plan.baselines.push(BaselineRecord {
                scenario: id.clone(),
                checkpoint: checkpoint.to_owned(),
                facet,
                environment: None,
                algorithm: Some(format!("{facet}/1")),
                file: format!("scenarios/snapshots/scenario-{n:05}@{checkpoint}.{facet}.snap"),
                evidence,
                layout: None,
                captured: None,
                origin: nightshift::model::plan::Origin::Accepted,
            });
        }
        for attempt in 1..=if failing { 2 } else { 1 } {
            self.attempt(&id, n, attempt, failing);
        }
    }

    fn attempt(&mut self, id: &str, n: usize, attempt: u32, failing: bool) {
        let scenario = id.to_owned();
        let own = format!("button \"Apply number {}\"", char::from(b'a' + (n % 26) as u8));
        let own = format!("{own}: {}", word(n));
        let (changed, lost) = match (failing, n % 10) {
            (true, 0..5) => (Some(own.as_str()), false),
            (true, 5..8) => (Some("button \"Submit\""), false),
            (true, _) => (None, true),
            (false, _) => (None, false),
        };
        self.events.push(Event::AttemptStarted {
            scenario,
            attempt,
            known: Vec::new(),
            purpose: nightshift::model::Purpose::Judging,
        });
        for index in 1..=8 {
            let fails = lost && index == 8;
            if index == 7 {
                self.checkpoint(id, n, attempt, index, changed);
            }
            let outcome = if fails {
                StepOutcome::Failed(Failure {
                    outcome: Outcome::Failed,
                    expected: format!("button \"Next {}\", visible and enabled", word(n)),
                    actual: "no such button".to_owned(),
                })
            } else {
                StepOutcome::Passed
            };
            let step = StepRecord {
                index,
                text: String::new(),
                action: None,
                surface: Surface::Browser,
                place: format!("/list/{n}"),
                outcome,
                decided: None,
                remark: None,
                duration_ms: 120,
                evidence: Vec::new(),
            };
            self.events.push(Event::Step { scenario: id.to_owned(), attempt, step });
        }
        self.events.push(Event::AttemptFinished {
            scenario: id.to_owned(),
            attempt,
            outcome: if lost { Outcome::Failed } else { Outcome::Completed },
            detail: None,
            duration_ms: 1_800,
        });
    }

    /// What was seen of a page; `changed` is what its button is called, where that is not as usual.
    fn checkpoint(&mut self, id: &str, n: usize, attempt: u32, step: u32, changed: Option<&str>) {
        let seen = [(FacetKind::Aria, tree(n, changed)), (FacetKind::Page, page(n))];
        let facets = seen.map(|(facet, content)| FacetRecord {
            facet,
            evidence: self.keep(facet, &content),
            environment: None,
            masks: Vec::new(),
            layout: None,
        });
        self.events.push(Event::Checkpoint {
            scenario: id.to_owned(),
            attempt,
            checkpoint: "list".to_owned(),
            step,
            place: format!("/list/{n}"),
            facets: facets.into(),
        });
    }

    fn keep(&self, facet: FacetKind, content: &str) -> nightshift::model::EvidenceRef {
        let kept = self.night.keep(facet.word(), "text/plain", content.as_bytes());
        kept.expect("the temporary folder is writable")
    }

    /// Writes plan and ledger.
    pub fn lay(self) {
        let plan = serde_json::to_string(&self.plan).expect("plain data");
        write(&self.night.plan_path(), &plan);
        let lines = self.events.into_iter().enumerate().map(|(seq, event)| {
            let at = start() + Duration::milliseconds(seq as i64);
            let entry = Entry { seq: seq as u64, at, event };
            serde_json::to_string(&entry).expect("plain data") + "\n"
        });
        write(&self.night.ledger_path(), &lines.collect::<String>());
    }
}

fn page(n: usize) -> String {
    format!("path: /list/{n}\ntitle: List {n}\nstatus: 200\n")
}

/// A number in letters: causes that differ only in digits count as one.
fn word(n: usize) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'k')).collect()
}

fn scenario(id: &str, n: usize) -> Scenario {
    let snapshot = Action::Snapshot(Snapshot { name: "list".to_owned(), ..Snapshot::default() });
    let open = Action::Open(Template::new(format!("/list/{n}")));
    let next = Locator::Role { role: "button".to_owned(), name: Some(Template::new("Next")) };
    let see = Action::See(vec![Target::plain(next)]);
    let file = format!("scenarios/area-{:02}/scenario-{n:05}.yaml", n % 40);
    let steps = (1..=8).map(|index| {
        let action = match index {
            7 => snapshot.clone(),
            8 => see.clone(),
            _ => open.clone(),
        };
        Step::new(index, &file, index + 5, action)
    });
    Scenario {
        id: id.to_owned(),
        steps: steps.collect(),
        line: 2,
        about: Some("A reader filters orders by country and sees only those rows.".to_owned()),
        tags: vec!["smoke".to_owned()],
        owner: Some("data-team".to_owned()),
        product: Some("shop".to_owned()),
        retries: Some(1),
        file: file.clone(),
        ..Scenario::default()
    }
}
