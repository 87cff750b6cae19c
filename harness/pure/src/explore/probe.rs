//! [`Probe`]: one thing that is tried, as steps of a scenario; [`batches`] lays probes into
//! scenarios where they do not disturb one another.

use indexmap::IndexMap;

use super::commands::Input;
use super::tree::template;
use crate::model::artifact::{FileStep, Presence};
use crate::model::gesture::Click;
use crate::model::scenario::{CommandLine, RunCommand};
use crate::model::terminal::TerminalAction;
use crate::model::{Action, FacetKind, Scenario, Snapshot, Step, Target, Template};

/// A name with so many digits is another one each time.
const MOST_DIGITS: usize = 9;

/// The folder that the scenarios of probes would stand in; nothing is written there.
const FILE: &str = "explored/probe.yaml";
/// The most probes that share a scenario.
const MOST_TOGETHER: usize = 8;
/// How long a command may take while it is explored, in milliseconds.
pub const COMMAND_LIMIT: u64 = 10_000;

/// How a state is come to again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// By a reload.
    Reload,
    /// By the way back from it, to the one before.
    Back,
    /// By opening its address several times.
    Visits,
}

/// A control that signs out, and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOut {
    /// What it is, see `Control::identity`.
    pub identity: String,
    /// What a person would call that: `Click "Sign out"`.
    pub called: String,
    /// The control.
    pub control: Target,
    /// The state that it stands in.
    pub at: usize,
    /// The way to it, with the click, for somebody who is signed in.
    pub way: Vec<Action>,
}

/// What a probe is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// To see the page at an address.
    Page {
        /// The address.
        address: String,
        /// Whether the product itself leads there.
        linked: bool,
    },
    /// To see a page as others find it.
    Around {
        /// The address.
        address: String,
    },
    /// To use a control.
    Use {
        /// What it is, see `Control::identity`.
        identity: String,
        /// What a person would call that: `open "Menu"`.
        called: String,
    },
    /// To send a form.
    Send {
        /// Which form, by where it goes and what it takes.
        form: String,
        /// With what in it.
        with: String,
    },
    /// To take a file home.
    Download {
        /// The name of the link.
        link: String,
    },
    /// To see what something that was written changes elsewhere.
    ReadBack {
        /// The key of the probe that wrote.
        of: String,
    },
    /// To see what a command says of a file that a page gives.
    Across {
        /// The file, as it is taken home.
        file: String,
        /// The command's words, without options and arguments.
        words: Vec<String>,
    },
    /// To come to a state again.
    Again {
        /// How.
        how: Again,
        /// What the state is, in words.
        place: String,
    },
    /// To sign out, and to see what is closed then.
    SignOut {
        /// By which control.
        by: Box<SignOut>,
    },
    /// To read the help of a command.
    Help {
        /// The command's words.
        words: Vec<String>,
    },
    /// To see what a program shows on a terminal.
    Screen {
        /// The command's words.
        words: Vec<String>,
        /// What is done after its start.
        deeds: Vec<TerminalAction>,
    },
    /// To run a command.
    Run {
        /// The command's words, without options and arguments.
        words: Vec<String>,
        /// What is tried of it: `--csv`, `without ORDER`.
        with: String,
    },
}

/// One thing that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its name, unique in an exploration.
    pub id: String,
    /// What is never tried twice.
    pub key: String,
    /// What it is for.
    pub goal: Goal,
    /// What is done, with a checkpoint wherever something is to be seen.
    pub steps: Vec<Action>,
    /// The product, where the suite has several.
    pub product: Option<String>,
    /// The state that it goes on from.
    pub from: Option<usize>,
    /// Whether it may share a scenario with others.
    pub shares: bool,
    /// Worth: the greatest are tried first.
    pub value: u32,
}

/// A scenario made of probes.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The scenario.
    pub scenario: Scenario,
    /// Its probes, with the first and last index of their steps.
    pub parts: Vec<(Probe, u32, u32)>,
}

/// The facets that a probe of a page takes.
const OF_PAGES: [FacetKind; 9] = [
    FacetKind::Page,
    FacetKind::Response,
    FacetKind::Aria,
    FacetKind::Text,
    FacetKind::Links,
    FacetKind::Fields,
    FacetKind::Requests,
    FacetKind::Storage,
    FacetKind::A11y,
];

/// A checkpoint of a page while it is explored.
#[must_use]
pub fn look(name: &str) -> Action {
    let facets = Some(OF_PAGES.to_vec());
    Action::Snapshot(Snapshot { name: name.to_owned(), facets, ..Snapshot::default() })
}

/// The same with how it is drawn.
#[must_use]
pub fn look_with_picture(name: &str) -> Action {
    let facets = OF_PAGES.into_iter().chain([FacetKind::Image]).collect();
    let name = name.to_owned();
    Action::Snapshot(Snapshot { name, facets: Some(facets), ..Snapshot::default() })
}

/// A plain click.
#[must_use]
pub fn click(target: Target) -> Action {
    Action::Click(Click::from(target))
}

/// Opens a path.
#[must_use]
pub fn open(path: &str) -> Action {
    Action::Open(template(path))
}

/// Runs a command line.
#[must_use]
pub fn run(words: &[String], stdin: Option<&Input>, checkpoint: &str) -> Action {
    let argv: Vec<Template> = words.iter().map(|it| template(it)).collect();
    let (command, stdin) = match stdin {
        None => (CommandLine::Argv(argv), None),
        Some(Input::Text(text)) => (CommandLine::Argv(argv), Some(template(text))),
        Some(Input::File(path)) => {
            let line = CommandLine::Argv(argv).words();
            let path = template(path);
            (
                CommandLine::Shell(Template::new(format!(
                    "{line} < {}",
                    shell_words::quote(path.raw())
                ))),
                None,
            )
        }
    };
    Action::Run(Box::new(RunCommand {
        command,
        stdin,
        env: IndexMap::new(),
        cwd: None,
        timeout_ms: Some(COMMAND_LIMIT),
        exit: None,
        outputs: Vec::new(),
        capture: IndexMap::new(),
        snapshot: Some(Snapshot { name: checkpoint.to_owned(), ..Snapshot::default() }),
    }))
}

/// Lays probes into scenarios: those that only read go together, the others stand alone.
#[must_use]
pub fn batches(probes: Vec<Probe>) -> Vec<Batch> {
    let mut groups: Vec<Vec<Probe>> = Vec::new();
    for probe in probes {
        let kind = |it: &Probe| (it.product.clone(), is_command(&it.goal));
        let fits = |group: &Vec<Probe>| {
            group.len() < MOST_TOGETHER
                && group[0].shares
                && probe.shares
                && kind(&group[0]) == kind(&probe)
        };
        match groups.iter_mut().find(|it| fits(it)) {
            Some(group) => group.push(probe),
            None => groups.push(vec![probe]),
        }
    }
    groups.into_iter().map(batch).collect()
}

fn is_command(goal: &Goal) -> bool {
    match goal {
        Goal::Help { .. } | Goal::Run { .. } | Goal::Screen { .. } => true,
        Goal::Page { .. }
        | Goal::Around { .. }
        | Goal::Use { .. }
        | Goal::Send { .. }
        | Goal::Download { .. }
        | Goal::Again { .. }
        | Goal::SignOut { .. }
        | Goal::Across { .. }
        | Goal::ReadBack { .. } => false,
    }
}

fn batch(probes: Vec<Probe>) -> Batch {
    let mut steps: Vec<Step> = Vec::new();
    let mut parts = Vec::new();
    let (id, product) = (probes[0].id.clone(), probes[0].product.clone());
    for probe in probes {
        let first = steps.len() as u32 + 1;
        for action in &probe.steps {
            let index = steps.len() as u32 + 1;
            steps.push(Step::new(index, FILE, index, action.clone()));
        }
        parts.push((probe, first, steps.len() as u32));
    }
    let file = FILE.to_owned();
    let scenario = Scenario { id, file, line: 1, product, steps, ..Scenario::default() };
    Batch { scenario, parts }
}

/// Takes a file home that should be called so, and looks at it.
pub(super) fn take(from: Target, name: &str, checkpoint: &str) -> Vec<Action> {
    let own = Snapshot { name: checkpoint.to_owned(), ..Snapshot::default() };
    let named = Some(template(name)).filter(|_| lasts(name));
    vec![
        Action::Download { click: from, save_as: template(name), named },
        Action::File(Box::new(FileStep {
            path: template(name),
            presence: Presence::There,
            tests: Vec::new(),
            capture: indexmap::IndexMap::new(),
            snapshot: Some(own),
        })),
    ]
}

/// Whether a name is no draw and no time.
pub(super) fn lasts(name: &str) -> bool {
    name.chars().filter(char::is_ascii_digit).count() < MOST_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(id: &str, shares: bool) -> Probe {
        Probe {
            id: id.to_owned(),
            key: id.to_owned(),
            goal: Goal::Page { address: "/".to_owned(), linked: true },
            steps: vec![open("/"), look(id)],
            product: None,
            from: None,
            shares,
            value: 1,
        }
    }

    #[test]
    fn probes_that_only_read_share_a_scenario_and_others_stand_alone() {
        let made = batches(vec![probe("a", true), probe("b", false), probe("c", true)]);
        let parts: Vec<Vec<(&str, u32, u32)>> = made
            .iter()
            .map(|it| it.parts.iter().map(|it| (it.0.id.as_str(), it.1, it.2)).collect())
            .collect();
        assert_eq!(parts, [vec![("a", 1, 2), ("c", 3, 4)], vec![("b", 1, 2)]]);
        let many: Vec<Probe> = (0..20).map(|it| probe(&it.to_string(), true)).collect();
        assert_eq!(batches(many).len(), 3);
    }
}
