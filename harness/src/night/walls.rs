//! [`Walled`]: how commands are confined tonight; tried before the first scenario, so that none runs
//! with less than was asked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::RunOptions;
use crate::attempt::Person;
use crate::model::sandbox::{Author, Sandbox, Walls};
use crate::model::scenario::Surface;
use crate::model::suite::Config;
use crate::model::{Action, Plan, Scenario, Suite};
use crate::policy::Policy;
use crate::process::{Confinement, Gate, Limits, Relays, Spaces, is_no_home};

/// How commands are confined tonight.
#[derive(Debug, Clone)]
pub(super) struct Walled {
    launcher: PathBuf,
    home: Option<PathBuf>,
    spaces: Spaces,
}

/// What was found before the first scenario.
#[derive(Debug)]
pub(super) struct Tried {
    /// What the night says of its walls.
    pub walls: Option<Walls>,
    /// How commands are confined; the error says what is missing and what to do.
    pub walled: Result<Walled, String>,
    /// Which scenarios of tonight need it.
    pub needed: Needed,
}

/// Which scenarios of a night need walls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    /// None.
    Nobody,
    /// Those that run commands.
    Commands,
    /// Every one: an agent from outside may run commands, or signing in does.
    All,
}

/// Who acts tonight, and within which walls.
#[derive(Debug)]
pub(super) struct Hands {
    /// How commands are confined; `None` where none is.
    pub walled: Option<Walled>,
    /// Who is asked what policy leaves to a person.
    pub person: Person,
    /// Who came up with what runs.
    pub author: Author,
}

impl Hands {
    /// Those of a night.
    pub(super) fn of(options: &RunOptions, tried: Option<Tried>) -> Self {
        Self {
            walled: tried.and_then(|it| it.walled.ok()),
            person: options.person.clone(),
            author: options.author,
        }
    }

    /// The policy of an attempt: steps that a model wrote are decided on as what is proposed.
    pub(super) fn policy(&self, policy: Policy, config: &Config) -> Policy {
        match self.author {
            Author::Proposal => policy.for_proposals(config.policy.iter().cloned().collect()),
            // An agent from outside has no steps; the one before it is ours.
            Author::Person | Author::Outside => policy,
        }
    }
}

/// What a command needs of its attempt.
pub(super) struct Needs<'a> {
    /// What may be read: the product's folders.
    pub read: Vec<PathBuf>,
    /// The working folder, the home, and the folder for temporary files.
    pub write: [&'a Path; 3],
    /// The servers.
    pub addresses: Vec<SocketAddr>,
    /// A folder that is not there yet, for the ways to them.
    pub ways: PathBuf,
}

impl Tried {
    /// Tries the walls, where somebody needs them tonight.
    pub(super) fn of(suite: &Suite, options: &RunOptions, plan: &Plan) -> Option<Self> {
        let sandbox = suite.config.sandbox;
        // Somebody from outside may run what policy lets, and has no steps.
        let by_policy = suite.config.policy.iter().flat_map(|it| &it.commands).flatten().count();
        let may_run = options.author == Author::Outside && by_policy > 0;
        let has_commands = may_run || plan.scenarios.iter().any(uses_commands);
        // Signing in is written by a person, whoever comes after it.
        let signs_in = sandbox.confines(Author::Person) && signs_in_by_commands(plan);
        let needed = if (sandbox.confines(options.author) && may_run) || signs_in {
            Needed::All
        } else if sandbox.confines(options.author) && has_commands {
            Needed::Commands
        } else {
            Needed::Nobody
        };
        let proposes = options.author != Author::Person && has_commands;
        // A coding agent is no person, whoever wrote the goal that it is started for.
        let starts = starts_an_agent(suite) && plan.scenarios.iter().any(asks_a_model);
        let shifts = suite.config.night.agent_ms.is_some() && by_policy > 0;
        let may_propose = !options.once && (suite.config.night.explore_ms.is_some() || shifts);
        match sandbox {
            Sandbox::Off if proposes || may_propose || starts => Some(Self {
                walls: Some(Walls { sandbox, held: Vec::new(), not_held: Vec::new() }),
                walled: Err("the walls are switched off".to_owned()),
                needed: Needed::Nobody,
            }),
            Sandbox::All if needed != Needed::Nobody || may_propose || starts => {
                Some(Self::looked(sandbox, &options.environment, needed))
            }
            Sandbox::Proposed if needed != Needed::Nobody || starts => {
                Some(Self::looked(sandbox, &options.environment, needed))
            }
            Sandbox::Off | Sandbox::Proposed | Sandbox::All => None,
        }
    }

    fn looked(sandbox: Sandbox, environment: &IndexMap<String, String>, needed: Needed) -> Self {
        let launcher = match std::env::current_exe() {
            Ok(launcher) => launcher,
            Err(error) => {
                let why = format!("our own program cannot be found: {error}");
                return Self { walls: None, walled: Err(why), needed };
            }
        };
        let found = Confinement::tried(&launcher);
        let not_held = found.without_spaces.as_deref().map(without_spaces);
        let held = found.words();
        let walled = found.held.map_err(|why| missing(&why, sandbox));
        let walled = walled.map(|held| Walled {
            launcher,
            home: environment.get("HOME").map(PathBuf::from),
            spaces: held.spaces,
        });
        let walls = walled.is_ok().then(|| Walls {
            sandbox,
            held,
            not_held: not_held.into_iter().collect(),
        });
        Self { walls, walled, needed }
    }

    /// What keeps a scenario from running that needs it.
    pub(super) fn obstacle(&self, scenario: &Scenario) -> Option<&str> {
        let is_kept = match self.needed {
            Needed::Nobody => false,
            Needed::Commands => uses_commands(scenario),
            Needed::All => true,
        };
        self.walled.as_ref().err().filter(|_| is_kept).map(String::as_str)
    }

    /// What is said of it as a check of the preflight.
    pub(super) fn said(&self) -> Result<String, String> {
        match (&self.walls, &self.walled) {
            (Some(walls), _) if walls.sandbox == Sandbox::Off => Ok("switched off".to_owned()),
            (Some(walls), Ok(_)) => {
                let which = walls.sandbox.word();
                let all = [walls.held.join(", ")].into_iter().chain(walls.not_held.clone());
                Ok(format!("{which}: {}", all.collect::<Vec<_>>().join("; ")))
            }
            (_, Err(why)) => Err(why.clone()),
            (None, Ok(_)) => Ok(String::new()),
        }
    }
}

/// The walls around a coding agent that a suite starts outside of a night; `None` where it starts none,
/// or where they are switched off.
///
/// # Errors
/// What this machine lacks, and what to do.
pub(super) fn around_an_agent(
    suite: &Suite,
    environment: &IndexMap<String, String>,
) -> Result<Option<Walled>, String> {
    match suite.config.sandbox {
        Sandbox::All | Sandbox::Proposed if starts_an_agent(suite) => {
            let sandbox = suite.config.sandbox;
            Tried::looked(sandbox, environment, Needed::Nobody).walled.map(Some)
        }
        Sandbox::All | Sandbox::Proposed | Sandbox::Off => Ok(None),
    }
}

/// Whether a suite starts a coding agent.
fn starts_an_agent(suite: &Suite) -> bool {
    suite.config.agent.as_ref().is_some_and(|it| it.command.is_some())
}

/// Whether a scenario may ask a model.
pub(super) fn asks_a_model(scenario: &Scenario) -> bool {
    let may = |it: &Action| matches!(it, Action::Do(_) | Action::Judge(_));
    scenario.all_steps().iter().any(|step| may(&step.action))
}

/// Whether a scenario runs commands, or a model may towards one of its goals.
pub(super) fn uses_commands(scenario: &Scenario) -> bool {
    let is_command = |it: &Action| match it.surface() {
        Some(Surface::Command | Surface::Terminal) => true,
        Some(Surface::Browser) | None => {
            matches!(it, Action::Do(goal) if goal.using.has_commands())
        }
    };
    scenario.all_steps().iter().any(|step| is_command(&step.action))
}

/// Whether somebody signs in by commands.
pub(super) fn signs_in_by_commands(plan: &Plan) -> bool {
    plan.sessions.values().any(|session| {
        let steps = session.establish.iter().chain(&session.check).cloned().collect();
        uses_commands(&Scenario { steps, ..Scenario::default() })
    })
}

fn without_spaces(why: &str) -> String {
    format!(
        "without namespaces ({why}): modes and times of what may be read can be changed, and a port that may be reached may be so at every address"
    )
}

/// What is missing, and what to do.
fn missing(why: &str, sandbox: Sandbox) -> String {
    format!(
        "`sandbox: {}` needs Landlock 6 and seccomp (Linux 6.12 or newer), and this machine has not: {why}; run it where they are, or say `sandbox: off` in nightshift.yaml, which the report shows",
        sandbox.word()
    )
}

impl Walled {
    /// The walls around the commands of an attempt, and the ways through them, which hold as long as
    /// they are kept.
    pub(super) fn around(
        &self,
        needs: Needs<'_>,
    ) -> std::io::Result<(Confinement, Option<Relays>)> {
        let relays = match (self.spaces, &needs.addresses[..]) {
            (Spaces::Shared, _) | (Spaces::Own, []) => None,
            (Spaces::Own, addresses) => Some(Relays::open(needs.ways, addresses)?),
        };
        let gates = match &relays {
            Some(relays) => relays.gates().to_vec(),
            None => {
                needs.addresses.into_iter().map(|address| Gate { address, socket: None }).collect()
            }
        };
        let home = self.home.as_deref();
        let confinement = Confinement {
            launcher: self.launcher.clone(),
            home: self.home.clone(),
            read: needs.read.into_iter().filter(|it| is_no_home(it, home)).collect(),
            write: needs.write.map(Path::to_owned).to_vec(),
            gates,
            limits: Limits::default(),
            spaces: self.spaces,
        };
        Ok((confinement, relays))
    }
}

/// The address of a server on this machine; a server elsewhere is out of reach.
pub(super) fn loopback(base_url: &str) -> Option<SocketAddr> {
    let url = url::Url::parse(base_url).ok()?;
    let port = url.port_or_known_default()?;
    let host = match url.host()? {
        url::Host::Ipv4(it) => IpAddr::V4(it),
        url::Host::Ipv6(it) => IpAddr::V6(it),
        url::Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        url::Host::Domain(_) => return None,
    };
    host.is_loopback().then(|| SocketAddr::new(host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_lacks_is_said_with_the_remedy_and_never_passed_over() {
        let walled = Err(missing("Landlock: not implemented", Sandbox::Proposed));
        let tried = Tried { walls: None, walled, needed: Needed::Commands };
        let said = tried.said().expect_err("it is no success");
        for part in ["`sandbox: proposed`", "Landlock: not implemented", "6.12", "`sandbox: off`"] {
            assert!(said.contains(part), "{said}");
        }
    }

    #[test]
    fn without_walls_nothing_runs_that_may_run_commands_at_the_word_of_somebody_from_outside() {
        let kept = |needed| {
            let tried = Tried { walls: None, walled: Err("no Landlock".to_owned()), needed };
            // A guest has no steps; what it asks for is not known before.
            tried.obstacle(&Scenario::default()).map(str::to_owned)
        };
        assert_eq!(kept(Needed::All).as_deref(), Some("no Landlock"));
        assert_eq!(kept(Needed::Commands), None);
        assert_eq!(kept(Needed::Nobody), None);
    }

    #[test]
    fn only_servers_of_this_machine_are_within_reach() {
        let told = |it: &str| loopback(it).map(|it| it.to_string());
        assert_eq!(told("http://127.0.0.1:8000/shop"), Some("127.0.0.1:8000".to_owned()));
        assert_eq!(told("http://localhost:81"), Some("127.0.0.1:81".to_owned()));
        assert_eq!(told("http://[::1]:81/"), Some("[::1]:81".to_owned()));
        assert_eq!(told("http://10.0.0.1:81/"), None);
        assert_eq!(told("https://shop.example/"), None);
    }
}
