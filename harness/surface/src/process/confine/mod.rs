//! [`Confinement`]: the walls around a command: what it may read, write, reach, and take.
//!
//! A confined command is our own program first (`nightshift:confined`, a first word that no person
//! types), which puts the walls up around itself and then becomes the command. Landlock and seccomp
//! always hold; spaces of its own come on top where this machine gives them. Where a wall cannot be
//! put up, the command is not started.
//!
//! The files:
//! - `orders.rs`: what a confined command may, as it is handed over.
//! - `launched.rs`: our own program, started to confine itself.
//! - `files.rs`: files, ports and signals: Landlock.
//! - `calls.rs`: calls to the kernel: seccomp.
//! - `spaces.rs`: spaces of its own: users, mounts, network, processes.
//! - `relay.rs`: the way from a network of its own to the addresses that it may reach.
//! - `reach.rs`: what a program needs to be read to run.

mod calls;
mod files;
mod launched;
mod orders;
mod reach;
mod relay;
mod spaces;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::ProcessError;
use super::lookup::find_program;
use orders::{GIVEN, MARKER, On, Orders, Part, Program};

pub use launched::launched;
pub use orders::{Gate, Limits, Spaces};
pub use relay::Relays;

/// The walls around commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// Our own program.
    pub launcher: PathBuf,
    /// The home of whoever runs us, of which nothing may be read unless it is named here.
    pub home: Option<PathBuf>,
    /// What may be read and run beside the system.
    pub read: Vec<PathBuf>,
    /// The folders that may be written; the last takes what is temporary.
    pub write: Vec<PathBuf>,
    /// The addresses that may be connected to.
    pub gates: Vec<Gate>,
    /// The most that a command may take.
    pub limits: Limits,
    /// Whether it gets spaces of its own.
    pub spaces: Spaces,
}

/// Which walls hold around a command that was started to tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The version of Landlock.
    pub landlock: i32,
    /// Whether there are spaces of its own.
    pub spaces: Spaces,
}

/// What this machine has to confine commands with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The walls; the error says what is missing.
    pub held: Result<Held, String>,
    /// Why there are no spaces of one's own.
    pub without_spaces: Option<String>,
}

/// A command line of our own program, which will become the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) program: String,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
}

/// What the outputs of a command are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outputs {
    Pipes,
    Terminal,
}

impl Confinement {
    /// What is started instead of a program: the walls, then the program within them.
    ///
    /// # Errors
    /// There is no such program.
    pub(super) fn around(
        &self,
        (program, args): (&str, &[String]),
        cwd: &Path,
        env: &[(String, String)],
        outputs: Outputs,
    ) -> Result<Wrapped, ProcessError> {
        let path = env.iter().rev().find(|(name, _)| name == "PATH");
        let path = path.map_or("", |(_, value)| value.as_str());
        let found = find_program(program, path, cwd)?;
        let mut orders = self.orders(outputs);
        let reach = reach::of(&found, self.home.as_deref(), &self.write);
        orders.read.extend(reach);
        orders.program = Some(Program { path: found, name: program.to_owned() });
        let given = env.iter().map(|(name, value)| (format!("{GIVEN}{name}"), value.clone()));
        Ok(Wrapped {
            program: self.launcher.display().to_string(),
            args: [MARKER.to_owned(), written(&orders)].into_iter().chain(args.to_vec()).collect(),
            env: given.collect(),
        })
    }

    fn orders(&self, outputs: Outputs) -> Orders {
        let temporary = self.write.last().cloned().unwrap_or_default();
        Orders {
            part: Part::Begin,
            launcher: self.launcher.clone(),
            read: self.read.clone(),
            write: self.write.clone(),
            told: temporary.join(format!(".nightshift-{:016x}", fastrand::u64(..))),
            gates: self.gates.clone(),
            limits: self.limits,
            spaces: self.spaces,
            on: match outputs {
                Outputs::Pipes => On::Pipes,
                Outputs::Terminal => On::Terminal,
            },
            program: None,
        }
    }

    /// Tries which walls hold here, by our own program. Blocks for some milliseconds.
    #[must_use]
    pub fn tried(launcher: &Path) -> Found {
        let own = tried_with(launcher, Spaces::Own);
        if own.is_ok() {
            return Found { held: own, without_spaces: None };
        }
        Found { held: tried_with(launcher, Spaces::Shared), without_spaces: own.err() }
    }
}

impl Found {
    /// What holds, in words.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let Ok(held) = &self.held else { return Vec::new() };
        let spaces = match held.spaces {
            Spaces::Own => Some("namespaces (users, mounts, network, processes)".to_owned()),
            Spaces::Shared => None,
        };
        let own = [format!("Landlock {}", held.landlock), "seccomp".to_owned()];
        own.into_iter().chain(spaces).collect()
    }
}

/// Whether a folder may be read as a whole although it may lie in the home of whoever runs us.
#[must_use]
pub fn is_no_home(folder: &Path, home: Option<&Path>) -> bool {
    reach::is_no_home(folder, home)
}

fn written(orders: &Orders) -> String {
    serde_json::to_string(orders).expect("orders are plain data")
}

fn tried_with(launcher: &Path, spaces: Spaces) -> Result<Held, String> {
    let folder = tempfile::tempdir().map_err(|it| format!("a folder to try it in: {it}"))?;
    let trial = Confinement {
        launcher: launcher.to_owned(),
        home: None,
        read: Vec::new(),
        write: vec![folder.path().to_owned()],
        gates: Vec::new(),
        limits: Limits::default(),
        spaces,
    };
    let output = Command::new(launcher)
        .args([MARKER, &written(&trial.orders(Outputs::Pipes))])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .map_err(|it| format!("cannot start {}: {it}", launcher.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let why = || {
        let last = said.lines().last().unwrap_or("it said nothing");
        last.rsplit_once("not confined: ").map_or(last, |it| it.1).to_owned()
    };
    serde_json::from_slice(&output.stdout).map_err(|_| why())
}
