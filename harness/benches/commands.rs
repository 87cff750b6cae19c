//! 200 quick commands with stdout, stderr and exit code: ours beside trycmd.
//!
//! Ours runs each in its own folder, environment and process group, keeps evidence and writes
//! every report but the PDF. trycmd runs them in one folder; a second row has it make a sandbox
//! for each, which is the nearest that it has to what ours does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift, prepare, scratch, write};
use super::table::Row;

const COMMANDS: usize = 200;
const ROUNDS: usize = 5;
const TARGET: f64 = 1.2;

pub fn rows() -> Vec<Row> {
    let peer = trycmd();
    let (plain, sandbox) = (cases("plain", ""), cases("sandbox", "fs.sandbox = true\n"));
    let many = suite("commands-many", COMMANDS, 1);
    let one = suite("commands-one", 1, COMMANDS);
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for round in 0..ROUNDS {
        costs[0].push(run(Command::new(&peer).current_dir(&plain), 0));
        costs[1].push(night(&many, round));
        costs[2].push(run(Command::new(&peer).current_dir(&sandbox), 0));
        costs[3].push(night(&one, round));
    }
    let [plain, many, sandbox, one] = costs.map(|it| median(&it));
    vec![
        Row::peer(format!("{COMMANDS} commands: trycmd 1.2"), plain),
        Row::ours("… ours, one scenario with all", one, plain, Some(TARGET)),
        Row::ours("… ours, a scenario for each", many, plain, Some(TARGET)),
        Row::peer("… trycmd 1.2, a sandbox for each", sandbox),
        Row::ours("… ours, a scenario for each", many, sandbox, None),
    ]
}

/// What command number `n` does, and how it ends.
fn command(n: usize) -> (String, usize) {
    (format!("echo row {n} of the list; echo note {n} >&2; exit {}", n % 3), n % 3)
}

/// Builds a program that runs trycmd over the folder `cmd`.
fn trycmd() -> PathBuf {
    let folder = scratch().join("trycmd");
    write(
        &folder.join("Cargo.toml"),
        "[package]\nname = \"peer\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [dependencies]\ntrycmd = \"~1.2\"\n\n[workspace]\n",
    );
    let main = "fn main() {\n    trycmd::TestCases::new().case(\"cmd/*.toml\");\n}\n";
    write(&folder.join("src/main.rs"), main);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let target = folder.join("target");
    prepare(
        Command::new(cargo)
            .args(["build", "--release", "--quiet", "--target-dir"])
            .arg(&target)
            .current_dir(&folder),
    );
    target.join("release/peer")
}

/// The commands as trycmd has them.
fn cases(name: &str, more: &str) -> PathBuf {
    let folder = empty(&format!("trycmd-{name}"));
    for n in 0..COMMANDS {
        let (line, exit) = command(n);
        let case = format!(
            "bin.path = \"/bin/sh\"\nargs = [\"-c\", \"{line}\"]\nstatus.code = {exit}\n\
             stdout = \"row {n} of the list\\n\"\nstderr = \"note {n}\\n\"\n{more}"
        );
        write(&folder.join(format!("cmd/c{n:03}.toml")), &case);
    }
    folder
}

/// The commands as a suite of ours, with accepted baselines.
fn suite(name: &str, scenarios: usize, steps: usize) -> PathBuf {
    let root = empty(name);
    write(&root.join("nightshift.yaml"), "products:\n  tool: {}\n");
    for scenario in 0..scenarios {
        let mut text = format!("scenario: s{scenario:03}\nsteps:\n");
        for step in 0..steps {
            let (line, exit) = command(scenario * steps + step);
            write!(
                text,
                "  - run: 'sh -c \"{line}\"'\n    expect: {{ exit: {exit} }}\n    \
                 snapshot: said-{step}\n    facets: [stdout, stderr, exit]\n"
            )
            .expect("writing to a string");
        }
        write(&root.join(format!("scenarios/s{scenario:03}.yaml")), &text);
    }
    prepare(nightshift(&root).args([
        "run",
        "--quiet",
        "--accept-new",
        "--no-settle",
        "--no-pdf",
        "--out",
        "first",
    ]));
    root
}

fn night(root: &Path, round: usize) -> Cost {
    let out = format!("night-{round}");
    run(nightshift(root).args(["run", "--quiet", "--no-pdf", "--out", &out]), 0)
}
