//! Review of 2,000 pending changes, each with a cause of its own: opening the night, the screen,
//! and deciding; beside them the floor: reading and writing as many files.

use std::path::Path;
use std::time::Instant;

use chrono::Utc;
use nightshift::baseline::{self, Acceptance};
use nightshift::ledger::NightDir;
use nightshift::model::{Event, FORMAT_VERSION, FacetKind, Plan};
use nightshift::night::judge;
use nightshift::review::console::{draw, state};
use nightshift::review::decide::How;
use nightshift::review::{Desk, Force, Opened};

use super::measure::{Cost, median, run};
use super::nights::{Made, plan};
use super::suite::{empty, nightshift, write};
use super::table::Row;

const PENDING: usize = 2_000;
const ROUNDS: usize = 3;
const SECONDS: f64 = 3.0;
const MILLISECONDS: f64 = 50.0;

pub fn rows() -> Vec<Row> {
    let root = empty("review");
    lay(&root);
    let list = |root: &Path| run(nightshift(root).args(["review", "night", "--list"]), 0);
    let opened: Vec<Cost> = (0..ROUNDS).map(|_| list(&root)).collect();
    let reading = seconds(|| read_all(&root));
    let mut desk = open(&root);
    let mut state = state::State::new(&desk, Force::No);
    let how = How { why: None, force: Force::No, now: Utc::now() };
    let first = seconds(|| drop(draw::screen(&mut state, &desk, (80, 24))));
    let step = seconds(|| {
        state.press(&mut desk, state::Key::Down, how);
        drop(draw::screen(&mut state, &desk, (80, 24)));
    });
    let decision = seconds(|| {
        state.press(&mut desk, state::Key::Char('a'), how);
        drop(draw::screen(&mut state, &desk, (80, 24)));
    });
    let undo = seconds(|| {
        state.press(&mut desk, state::Key::Char('u'), how);
        drop(draw::screen(&mut state, &desk, (80, 24)));
    });
    let all = run(nightshift(&root).args(["-q", "review", "night", "--accept-all"]), 0);
    let writing = seconds(|| write_all(&root));
    vec![
        Row::within(format!("open a night of {PENDING} pending changes"), median(&opened), SECONDS),
        Row::figure("… floor: reading its files", reading * 1000.0, "ms", None),
        Row::figure("… the first screen", first * 1000.0, "ms", Some(MILLISECONDS)),
        Row::figure("… a key to the next item", step * 1000.0, "ms", Some(MILLISECONDS)),
        Row::figure(
            "… one decision, written and remembered",
            decision * 1000.0,
            "ms",
            Some(4.0 * MILLISECONDS),
        ),
        Row::figure("… and undone", undo * 1000.0, "ms", Some(4.0 * MILLISECONDS)),
        Row::noted(format!("accept all {PENDING}"), all),
        Row::figure("… floor: writing and syncing as many files", writing, "s", None),
    ]
}

fn seconds(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64()
}

fn open(root: &Path) -> Desk {
    let night = NightDir::open(root.join("night")).expect("just laid");
    let judged = judge(&night).expect("it can be judged");
    let opened = Opened {
        night,
        plan: judged.plan,
        entries: judged.entries,
        judgement: judged.judgement,
        busy: false,
    };
    Desk::open(root, opened).expect("it can be opened")
}

/// A suite with its baselines, and a night in which each scenario changed. Of every ten scenarios
/// of the synthetic night eight differ.
fn lay(root: &Path) {
    write(&root.join("nightshift.yaml"), "products:\n  shop: { path: [bin] }\n");
    let night = NightDir::create(root.join("night")).expect("an empty folder");
    let mut made = Made { night, plan: plan(), events: Vec::new() };
    let night = made.plan.night.clone();
    made.events.push(Event::NightStarted { format_version: FORMAT_VERSION, night });
    (0..).filter(|n| n % 10 < 8).take(PENDING).for_each(|n| made.scenario(n, true));
    made.events.push(Event::NightFinished { interrupted: false });
    accept(root, &made.night, &made.plan);
    made.lay();
}

fn accept(root: &Path, night: &NightDir, plan: &Plan) {
    for scenario in &plan.scenarios {
        let path = root.join(&scenario.file);
        write(&path, &format!("scenario: {}\nsteps: [ {{ open: / }} ]\n", scenario.id));
    }
    for record in plan.baselines.iter().filter(|it| it.facet == FacetKind::Aria) {
        let scenario = plan.scenarios.iter().find(|it| it.id == record.scenario);
        let item = Acceptance {
            scenario_file: scenario.expect("it was planned").file.clone(),
            scenario: record.scenario.clone(),
            checkpoint: record.checkpoint.clone(),
            facet: record.facet,
            environment: None,
            algorithm: "aria/1".to_owned(),
            why: None,
            content: night.read(&record.evidence).expect("just kept"),
            layout: None,
        };
        baseline::accept(root, &item).expect("an empty suite");
    }
}

fn read_all(root: &Path) {
    for entry in walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            std::hint::black_box(std::fs::read(entry.path()).expect("readable"));
        }
    }
}

/// What 2,000 baselines cost when nothing is checked and nothing remembered.
fn write_all(root: &Path) {
    use std::io::Write as _;
    let folder = root.join("floor");
    std::fs::create_dir_all(&folder).expect("made");
    let text = "- row \"Ada\"\n".repeat(40);
    for n in 0..PENDING {
        let path = folder.join(format!("{n}.snap"));
        let part = folder.join(format!("{n}.part"));
        let mut file = std::fs::File::create(&part).expect("made");
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).expect("written");
        std::fs::rename(part, path).expect("renamed");
    }
}
