//! What the walls cost: a decision of policy an action, and confinement a command.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nightshift::model::{Action, Locator, Target};
use nightshift::policy::{Policy, Proposed};
use nightshift::process::{
    self, CommandSpec, Confinement, Cookie, Gate, Leftovers, Limits, Relays, Spaces,
};

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
        let proposed = Proposed { filled: &action, told: &action, bounds: &[] };
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
            let spec = CommandSpec {
                program: "/bin/true".to_owned(),
                args: Vec::new(),
                cwd: folder.clone(),
                env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
                stdin: Vec::new(),
                timeout: Duration::from_secs(10),
                max_output: 1 << 20,
                tree: Cookie::new(),
                leftovers: Leftovers::Leave,
                confinement: confinement.clone(),
            };
            let started = Instant::now();
            let done = process::run(spec).await.expect("/bin/true runs");
            assert_eq!(done.exit, Some(process::Exit::Code(0)), "{done:?}");
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let middle = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let row = |((what, _), times): ((&'static str, _), Vec<f64>)| {
        Row::figure(what, middle(times), "ms", None)
    };
    ways.into_iter().zip(all).map(row).collect()
}
