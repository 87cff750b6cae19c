//! Has one charter followed by the model, as a small night of one scenario, and reads from its ledger
//! what was done and said.

use std::sync::Arc;
use std::time::Duration;

use super::Desk;
use crate::agent::charters::{Charter, Source, asks_for_help};
use crate::ledger::NightDir;
use crate::model::action::{Goal, MOST_ACTIONS, Using};
use crate::model::budget::{Budget, Spent};
use crate::model::pursuit::{Pursuit, Said};
use crate::model::sandbox::Author;
use crate::model::scenario::CommandLine;
use crate::model::suite::Isolation;
use crate::model::{Action, Entry, Event, EvidenceRef, Scenario, Step, Suite, Template};
use crate::night::means::spent;
use crate::night::probing::{Probed, probe_inside};
use crate::night::{NOTHING_RAN, NightError, Until, options_of};

/// The file that a charter is said to stand in.
const FILE: &str = "charter";
/// The longest that a small night may take.
const LONGEST: Duration = Duration::from_secs(600);
/// The most characters of one output that is taken for help, and of all together.
const MOST_HELP: usize = 8_000;
const MOST_OF_ALL_HELP: usize = 24_000;

/// What came of a charter.
pub(super) struct Followed {
    /// What was done, and went well.
    pub actions: Vec<Action>,
    /// What was answered at the end that is no action.
    pub said: Option<(Said, String)>,
    /// How it ended, in words.
    pub ended: String,
    /// Whether the model says that it is done.
    pub is_done: bool,
    /// What commands said of themselves when they were asked for help.
    pub help: Vec<Source>,
    /// What it took.
    pub spent: Spent,
    /// Why nothing could run, where that was so.
    pub broken: Option<String>,
    /// The folder of its night, below that of the shift.
    pub night: String,
}

impl Desk<'_> {
    /// Has a charter followed.
    pub(super) async fn run_charter(
        &self,
        of: &Charter,
        number: usize,
    ) -> Result<Followed, NightError> {
        let words = Template::new(literal(&of.goal));
        let goal = Goal { words, at_most: MOST_ACTIONS, using: self.using(), ..Goal::default() };
        let mut steps = vec![Action::Do(Box::new(goal))];
        if self.known.pages {
            steps.insert(0, Action::Open(Template::new(literal(&of.start))));
        }
        let scenario = self.scenario(&format!("charter-{number}"), steps);
        let name = format!("charter-{number:02}");
        let mut suite = self.ground.suite.clone();
        if let Some(agent) = &mut suite.config.agent {
            agent.budget = left(self.agent.budget, self.taken());
            agent.best_of = 1;
        }
        let ran = self.small_night(&suite, vec![scenario], &name, None).await?;
        if let Some(problem) = ran.preflight {
            let broken = format!("{NOTHING_RAN}: {problem}");
            return Ok(Followed {
                actions: Vec::new(),
                said: None,
                ended: broken.clone(),
                broken: Some(broken),
                is_done: false,
                help: Vec::new(),
                spent: Spent::default(),
                night: format!("nights/{name}"),
            });
        }
        let entries = ran.night.entries()?;
        let help = help(&entries, &ran.night)?;
        Ok(Followed { help, ..followed(&entries, &name) })
    }

    /// What a charter uses.
    fn using(&self) -> Using {
        match (self.known.pages, self.known.commands.is_empty()) {
            (true, true) => Using::Pages,
            (true, false) => Using::PagesAndCommands,
            (false, _) => Using::Commands,
        }
    }

    /// A scenario of a shift, with a server of its own where there is one to start.
    pub(super) fn scenario(&self, id: &str, steps: Vec<Action>) -> Scenario {
        let step = |(at, action)| Step::new(u32::try_from(at).unwrap_or(0) + 1, FILE, 1, action);
        let pages = self.ground.pages();
        let product = pages.and_then(|it| self.suite.config.products.get(it));
        Scenario {
            id: id.to_owned(),
            file: FILE.to_owned(),
            line: 1,
            actor: self.ground.actor_of(&steps).map(str::to_owned),
            product: pages.map(str::to_owned),
            isolate: product.filter(|it| it.serve.is_some()).map(|_| Isolation::Scenario),
            steps: steps.into_iter().enumerate().map(step).collect(),
            ..Scenario::default()
        }
    }

    /// Runs scenarios in the folder of the shift; on other builds where some are named.
    pub(super) async fn small_night(
        &self,
        suite: &Suite,
        scenarios: Vec<Scenario>,
        name: &str,
        builds: Option<&indexmap::IndexMap<String, String>>,
    ) -> Result<Probed, NightError> {
        let mut options =
            options_of(self.options, Until::Budget(self.left().clamp(super::LEAST, LONGEST)));
        // Where it begins and what is repeated are the model's, until a person takes them.
        options.author = Author::Proposal;
        if let Some(builds) = builds {
            options.builds.extend(builds.clone());
        }
        let out = self.bounds.folder.join("nights").join(name);
        std::fs::create_dir_all(self.bounds.folder.join("nights")).map_err(|source| {
            NightError::Io { action: "make the folder", path: out.clone(), source }
        })?;
        let quiet: Arc<dyn Fn(crate::night::Progress) + Send + Sync> = Arc::new(|_| ());
        let stop = self.stop.of_part();
        Box::pin(probe_inside(suite, scenarios, &options, out, &stop, quiet)).await
    }
}

/// A text in which nothing is a reference.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// What of a budget is left.
fn left(budget: Budget, spent: Spent) -> Budget {
    Budget {
        actions: budget.actions.map(|it| it.saturating_sub(spent.actions)),
        time_ms: budget.time_ms.map(|it| it.saturating_sub(spent.time_ms)),
        tokens: budget.tokens.map(|it| it.saturating_sub(spent.tokens())),
        money: budget.money.map(|it| it.saturating_sub(spent.money)),
    }
}

/// What a ledger says of a charter.
fn followed(entries: &[Entry], night: &str) -> Followed {
    let mut all = Followed {
        actions: Vec::new(),
        said: None,
        ended: "it was not begun".to_owned(),
        is_done: false,
        help: Vec::new(),
        spent: spent(entries),
        broken: None,
        night: format!("nights/{night}"),
    };
    let mut proposed: Option<Action> = None;
    for entry in entries {
        let Event::Goal { pursuit, .. } = &entry.event else { continue };
        match pursuit {
            Pursuit::Proposed { action, .. } => proposed = Some((**action).clone()),
            // It must end again as it ended, which is 0 where nobody says it, in the usual time.
            Pursuit::Wrote { exit, .. } => {
                if let Some(Action::Run(run)) = &mut proposed {
                    (run.exit, run.timeout_ms) = (exit.filter(|it| *it != 0), None);
                }
            }
            Pursuit::Done { failed: None, .. } => all.actions.extend(proposed.take()),
            Pursuit::Said { kind, text, .. } => {
                let plain = text.strip_prefix(&kind.told("")).unwrap_or(text);
                all.said = Some((*kind, plain.to_owned()));
            }
            Pursuit::Ended { why, .. } => {
                all.is_done = why == "done";
                all.ended.clone_from(why);
            }
            _ => {}
        }
    }
    all
}

/// What commands wrote that were asked for help, and gave it; of much help the beginnings.
fn help(entries: &[Entry], night: &NightDir) -> Result<Vec<Source>, NightError> {
    let mut asked: Option<String> = None;
    let mut all: Vec<Source> = Vec::new();
    let mut left = MOST_OF_ALL_HELP;
    for entry in entries {
        let Event::Goal { pursuit, .. } = &entry.event else { continue };
        match pursuit {
            Pursuit::Proposed { action, .. } => asked = question(action),
            Pursuit::Wrote { evidence, exit: Some(0), .. } => {
                let Some(line) = asked.take().filter(|it| all.iter().all(|own| own.file != *it))
                else {
                    continue;
                };
                for path in evidence {
                    let (kind, media) = ("stdout".to_owned(), "text/plain".to_owned());
                    let output = EvidenceRef { kind, media, path: path.clone(), bytes: 0 };
                    let text = night.read(&output)?;
                    let text = String::from_utf8_lossy(&text);
                    let source = Source::beginning(line.clone(), &text, MOST_HELP.min(left));
                    left = left.saturating_sub(source.text.chars().count());
                    all.push(source);
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// The line of a command that is asked for help.
fn question(action: &Action) -> Option<String> {
    let Action::Run(run) = action else { return None };
    let CommandLine::Argv(words) = &run.command else { return None };
    let words: Vec<&str> = words.iter().map(Template::raw).collect();
    asks_for_help(&words).then(|| run.command.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::RunCommand;

    #[test]
    fn help_is_what_a_command_wrote_that_was_asked_for_it_and_gave_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path().join("night")).expect("a night");
        let kept = night.keep("stdout", "text/plain", b"orders: the newest first").expect("kept");
        let of = |line: &str, code: i32| {
            let words = line.split(' ').map(str::to_owned).collect();
            let action = Box::new(Action::Run(Box::new(RunCommand::of_words(words))));
            let (by, reads) = ("small".to_owned(), String::new());
            let evidence = vec![kept.path.clone()];
            let lines = [
                Pursuit::Proposed { number: 1, by, reads, action },
                Pursuit::Wrote { number: 1, evidence, exit: Some(code) },
            ];
            let event = |pursuit| Event::Goal {
                scenario: "charter-1".to_owned(),
                attempt: 1,
                step: 1,
                pursuit,
            };
            let at = chrono::DateTime::UNIX_EPOCH;
            let entries = lines.map(|it| Entry { seq: 0, at, event: event(it) });
            help(&entries, &night).expect("it can be read")
        };
        let text = "orders: the newest first".to_owned();
        let file = "shopctl orders --help".to_owned();
        assert_eq!(of("shopctl orders --help", 0), [Source { file, text, left_out: 0 }]);
        assert_eq!(of("shopctl orders", 0), [], "it was not asked for help");
        assert_eq!(of("shopctl orders --help", 2), [], "it gave none");
    }

    #[test]
    fn help_without_end_is_bounded_and_says_what_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path().join("night")).expect("a night");
        let long = "x".repeat(MOST_HELP + 5);
        let kept = night.keep("stdout", "text/plain", long.as_bytes()).expect("kept");
        let asked = |number: u32| {
            let words = ["shopctl".to_owned(), format!("verb-{number}"), "--help".to_owned()];
            let action = Box::new(Action::Run(Box::new(RunCommand::of_words(words.to_vec()))));
            let (by, reads) = ("small".to_owned(), String::new());
            let evidence = vec![kept.path.clone()];
            [
                Pursuit::Proposed { number, by, reads, action },
                Pursuit::Wrote { number, evidence, exit: Some(0) },
            ]
        };
        let entry = |pursuit| {
            let scenario = "charter-1".to_owned();
            let event = Event::Goal { scenario, attempt: 1, step: 1, pursuit };
            Entry { seq: 0, at: chrono::DateTime::UNIX_EPOCH, event }
        };
        let entries: Vec<Entry> = (1..=5).flat_map(asked).map(entry).collect();
        let all = help(&entries, &night).expect("it can be read");
        let told: usize = all.iter().map(|it| it.text.chars().count()).sum();
        assert!(told <= MOST_OF_ALL_HELP + all.len(), "each that is cut ends in a mark: {told}");
        assert_eq!(all.iter().map(|it| it.left_out).min(), Some(5), "the first is cut the least");
        assert_eq!((all.len(), all[4].left_out), (5, MOST_HELP + 5));
    }
}
