//! What the walls cost: a decision of policy an action, and confinement a command.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use nightshift::model::{Action, Locator, Target};
use nightshift::policy::{Policy, Proposed};
use nightshift::process::{self, Confinement, Gate, Limits, Relays, Spaces};

use super::floor::least;
use super::measure::{middle, milliseconds};
use super::suite::empty;
use super::table::Row;

const ROUNDS: usize = 20;
const DECISIONS: u32 = 100_000;

pub fn rows() -> Vec<Row> {
    let mut rows = vec![decisions()];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    rows.extend(runtime.block_on(commands()));
    rows
}

fn decisions() -> Row {
    let policy = Policy::new(Some("http://127.0.0.1:8123"), &[]);
    let named = Locator::Role { role: "button".to_owned(), name: Some("Save".into()) };
    let action = Action::click(Target::plain(named));
    let started = Instant::now();
    for _ in 0..DECISIONS {
        let proposed = Proposed { filled: &action, told: &action, at: None, bounds: &[] };
        std::hint::black_box(policy.decide_proposed(std::hint::black_box(proposed)));
    }
    let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(DECISIONS);
    Row::figure("policy: a decision on a proposed action", micros, "µs", None)
}

async fn commands() -> Vec<Row> {
    let folder = empty("walls");
    let launcher = PathBuf::from(env!("CARGO_BIN_EXE_nightshift"));
    let found = Confinement::tried(&launcher);
    let address: SocketAddr = "127.0.0.1:9".parse().expect("an address");
    let walls = |spaces: Spaces, gates: Vec<Gate>| Confinement {
        launcher: launcher.clone(),
        home: None,
        read: Vec::new(),
        write: vec![folder.clone()],
        gates,
        limits: Limits::default(),
        spaces,
    };
    let relays = Relays::open(folder.join("ways"), &[address]).expect("a way");
    let mut ways = vec![("sandbox: a command without walls", None)];
    if found.held.is_ok() {
        let shared = walls(Spaces::Shared, Vec::new());
        ways.push(("… within Landlock and seccomp", Some(shared)));
    }
    if found.without_spaces.is_none() {
        ways.push(("… and namespaces", Some(walls(Spaces::Own, Vec::new()))));
        let gated = walls(Spaces::Own, relays.gates().to_vec());
        ways.push(("… and a way to one server", Some(gated)));
    }
    let mut all: Vec<Vec<f64>> = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for ((_, confinement), times) in ways.iter().zip(&mut all) {
            let spec = least(&folder, confinement.clone());
            let started = Instant::now();
            let done = process::run(spec).await.expect("/bin/true runs");
            assert_eq!(done.exit, Some(process::Exit::Code(0)), "{done:?}");
            times.push(milliseconds(started));
        }
    }
    let row = |((what, _), times): ((&'static str, _), Vec<f64>)| {
        Row::figure(what, middle(times), "ms", None)
    };
    ways.into_iter().zip(all).map(row).collect()
}
