//! 200 quick commands with stdout, stderr and exit code: ours beside bats, cram and trycmd.
//!
//! Ours runs each in its own folder, environment and process group, keeps evidence and writes
//! every report but the PDF. bats has a test for each; cram runs all in one shell and merges the
//! two outputs; trycmd runs them in one folder, and a second row has it make a sandbox for each,
//! which is the nearest that any of them has to what ours does.

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
    let peers = [bats(), cram()];
    let peer = trycmd();
    let (plain, sandbox) = (cases("plain", ""), cases("sandbox", "fs.sandbox = true\n"));
    let many = suite("commands-many", COMMANDS, 1);
    let one = suite("commands-one", 1, COMMANDS);
    let mut costs: [Vec<Cost>; 6] = Default::default();
    for round in 0..ROUNDS {
        costs[0].push(peers[0].run());
        costs[1].push(peers[1].run());
        costs[2].push(run(Command::new(&peer).current_dir(&plain), 0));
        costs[3].push(night(&many, round));
        costs[4].push(run(Command::new(&peer).current_dir(&sandbox), 0));
        costs[5].push(night(&one, round));
    }
    let [bats, cram, plain, many, sandbox, one] = costs.map(|it| median(&it));
    vec![
        Row::peer(format!("{COMMANDS} commands: bats 1, a test for each"), bats),
        Row::ours("… ours, a scenario for each", many, bats, None),
        Row::peer("… cram 0.7, one shell for all", cram),
        Row::ours("… ours, one scenario with all", one, cram, None),
        Row::peer("… trycmd 1.2", plain),
        Row::ours("… ours, one scenario with all", one, plain, Some(TARGET)),
        Row::ours("… ours, a scenario for each", many, plain, Some(TARGET)),
        Row::peer("… trycmd 1.2, a sandbox for each", sandbox),
        Row::ours("… ours, a scenario for each", many, sandbox, None),
    ]
}

/// A peer that is installed in a folder of its own, with its test file beside it.
struct Peer {
    folder: PathBuf,
    program: PathBuf,
    file: &'static str,
}

impl Peer {
    fn run(&self) -> Cost {
        run(Command::new(&self.program).arg(self.file).current_dir(&self.folder), 0)
    }
}

/// The commands as bats has them, from npm.
fn bats() -> Peer {
    let folder = scratch().join("bats");
    write(&folder.join("package.json"), "{ \"private\": true }\n");
    let npm = ["install", "--no-audit", "--no-fund", "bats@1"];
    prepare(Command::new("npm").args(npm).current_dir(&folder));
    let mut text = "bats_require_minimum_version 1.5.0\n".to_owned();
    for n in 0..COMMANDS {
        let (line, exit) = command(n);
        write!(
            text,
            "@test \"c{n:03}\" {{\n  run --separate-stderr sh -c \"{line}\"\n  [ \"$status\" -eq {exit} ]\n  \
             [ \"$output\" = \"row {n} of the list\" ]\n  [ \"$stderr\" = \"note {n}\" ]\n}}\n"
        )
        .expect("writing to a string");
    }
    write(&folder.join("commands.bats"), &text);
    Peer { program: folder.join("node_modules/bats/bin/bats"), folder, file: "commands.bats" }
}

/// The commands as cram has them, from `PyPI`.
fn cram() -> Peer {
    let folder = scratch().join("cram");
    std::fs::create_dir_all(&folder).expect("writable");
    let program = folder.join("venv/bin/cram");
    if !program.exists() {
        prepare(Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder));
        let pip = ["install", "--quiet", "cram==0.7"];
        prepare(Command::new(folder.join("venv/bin/pip")).args(pip).current_dir(&folder));
    }
    let mut text = String::new();
    for n in 0..COMMANDS {
        let (line, exit) = command(n);
        let status = if exit == 0 { String::new() } else { format!("  [{exit}]\n") };
        write!(text, "  $ sh -c \"{line}\"\n  row {n} of the list\n  note {n}\n{status}")
            .expect("writing to a string");
    }
    write(&folder.join("commands.t"), &text);
    Peer { folder, program, file: "commands.t" }
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
