//! [`Means`]: what every attempt of a night is made with, whatever product it uses and whoever
//! signs in for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use super::cassette::{Memory, cassette};
use super::coder::Coder;
use super::preflight::Ready;
use super::recordings::Repeatable;
use super::walls::Hands;
use super::{NightError, RunOptions};
use crate::agent::backend::{Backend, Http, Purse, Remembered};
use crate::agent::{PlainWords, Replay};
use crate::attempt::{Brain, CodingAgent, IsRedacted, Pace};
use crate::compare::Redactor;
use crate::ledger::{Ledger, Secrets};
use crate::model::agent::AgentConfig;
use crate::model::budget::Spent;
use crate::model::pursuit::Pursuit;
use crate::model::suite::{Config, Skill};
use crate::model::{
    Entry, Event, FacetKind, KnownValue, Patience, Plan, Scenario, Snapshot, Suite,
};
use crate::surface::browser::BrowserOptions;
use crate::surface::mail::{Post, Sink};

/// What attempts are made with.
pub(super) struct Means {
    pub config: Config,
    pub ledger: Arc<Ledger>,
    pub plan: Arc<Plan>,
    pub browser_options: BrowserOptions,
    pub patience: Patience,
    /// How fast pages are used; `None` is as fast as it goes.
    pub pace: Option<Arc<Pace>>,
    /// Takes the mails of the products; `None` where none sends any.
    pub mail: Option<Sink>,
    /// Who acts tonight, and within which walls.
    pub hands: Hands,
    /// The pictures that were accepted, by scenario.
    pub accepted: Accepted,
    /// What goals in plain words are followed by, beside their words.
    pub goals: Goals,
}

/// What goals in plain words are followed by, beside their words.
pub(super) struct Goals {
    /// The recordings that were accepted.
    pub repeatable: Repeatable,
    /// The language model, where the suite has one.
    backend: Option<Box<dyn Backend>>,
    /// The coding agent that takes goals over, where the suite starts one.
    coder: Option<Coder>,
    /// What all goals of the night may take of it.
    purse: Purse,
    /// What it answered to attempts that are made again.
    memory: Memory,
    /// The skills of the suite.
    skills: IndexMap<String, Skill>,
}

impl Goals {
    /// Those of a suite and its plan.
    ///
    /// # Errors
    /// The night of its cassette, or the one that it goes on from, cannot be read.
    fn of(
        suite: &Suite,
        plan: &Plan,
        ledger: &Ledger,
        (options, hands): (&RunOptions, &Hands),
    ) -> Result<Self, NightError> {
        let budget = suite.config.agent.as_ref().map(|it| it.budget).unwrap_or_default();
        // A night that goes on has spent something before it broke off, also on what counts no more.
        let written = ledger.night().all_entries()?;
        let purse = Purse::new(budget, spent(&written));
        let repeatable = Repeatable::of(plan, ledger);
        let (secrets, walled) = (ledger.secrets(), hands.walled.as_ref());
        let (environment, tools) = (&options.environment, options.tools.as_ref());
        let coder = Coder::of(&suite.config, secrets, environment, tools, walled);
        let backend = match &coder {
            Some(coder) => Some(Box::new(coder.clone()) as Box<dyn Backend>),
            None => backend(suite, secrets)?,
        };
        let from = options.goes_on_from.as_ref();
        let memory = match &backend {
            Some(it) => Memory::of((ledger.night(), &written), &plan.scenarios, from, it.name())?,
            None => Memory::default(),
        };
        Ok(Self { repeatable, backend, coder, purse, memory, skills: suite.skills.clone() })
    }
}

/// What a model took so far, by the lines of a ledger: what it was asked, and what it proposed,
/// with the time that this took to do. Recordings and the reader of plain words take nothing, nor does
/// what follows from an answer that was kept: it was counted when that was given.
pub(super) fn spent(entries: &[Entry]) -> Spent {
    let (mut all, mut models, mut doing) = (Spent::default(), BTreeSet::new(), BTreeSet::new());
    let mut repeated = BTreeSet::new();
    for entry in entries {
        let Event::Goal { scenario, attempt, step, pursuit } = &entry.event else { continue };
        // An attempt does one thing after the other.
        let of = (scenario.as_str(), *attempt);
        let more = match pursuit {
            Pursuit::Asked { number, model, kept: Some(_), .. } => {
                models.insert(model.as_str());
                repeated.insert((of, *step, *number));
                continue;
            }
            Pursuit::Asked { number, model, .. } => {
                models.insert(model.as_str());
                repeated.remove(&(of, *step, *number));
                answer(pursuit)
            }
            Pursuit::Proposed { number, by, .. }
                if [PlainWords::NAME, Replay::NAME].contains(&by.as_str())
                    || repeated.contains(&(of, *step, *number)) =>
            {
                doing.remove(&of);
                continue;
            }
            Pursuit::Proposed { by, .. } => {
                // The time of a coding agent is counted as a whole.
                if models.contains(by.as_str()) {
                    doing.insert(of);
                }
                Spent { actions: 1, ..Spent::default() }
            }
            Pursuit::Done { duration_ms, .. } if doing.remove(&of) => {
                Spent { time_ms: *duration_ms, ..Spent::default() }
            }
            _ => continue,
        };
        all.add(more);
    }
    all
}

/// What an answer took.
fn answer(line: &Pursuit) -> Spent {
    let Pursuit::Asked { tokens_in, tokens_out, estimated, cost, duration_ms, .. } = line else {
        return Spent::default();
    };
    Spent {
        asked: 1,
        actions: 0,
        time_ms: *duration_ms,
        tokens_in: *tokens_in,
        tokens_out: *tokens_out,
        estimated: *estimated,
        money: cost.as_ref().map_or(0, |it| it.millionths),
    }
}

/// The language model behind an address that a suite names, or the answers that stand for it.
///
/// # Errors
/// The night of its cassette cannot be read.
pub(super) fn backend(
    suite: &Suite,
    secrets: &Secrets,
) -> Result<Option<Box<dyn Backend>>, NightError> {
    let Some(agent) = suite.config.agent.as_ref().filter(|it| it.command.is_none()) else {
        return Ok(None);
    };
    if let Some(night) = &agent.cassette {
        let answers = cassette(&suite.root.join(night), &agent.model)?;
        return Ok(Some(Box::new(answers.asked_for_pictures(agent.pictures))));
    }
    let key = match &agent.key {
        None => None,
        Some(name) => {
            let Some(key) = secrets.get(name) else {
                tracing::warn!("there is no value for {name}, so no model is asked tonight");
                return Ok(None);
            };
            Some(key.to_owned())
        }
    };
    let http =
        Http::new(agent, key, &suite.root).map_err(|error| NightError::Usage(error.to_string()))?;
    Ok(Some(Box::new(http)))
}

/// The SHA-256 of pictures as they were captured, by scenario and checkpoint.
#[derive(Debug, Default)]
pub(super) struct Accepted(HashMap<String, BTreeMap<String, Vec<String>>>);

impl Accepted {
    /// Those of a plan.
    fn of(plan: &Plan) -> Self {
        let mut all: HashMap<String, BTreeMap<String, Vec<String>>> = HashMap::new();
        for it in &plan.baselines {
            if let Some(captured) = &it.captured {
                let own = all.entry(it.scenario.clone()).or_default();
                own.entry(it.checkpoint.clone()).or_default().push(captured.clone());
            }
        }
        Self(all)
    }
}

impl Means {
    /// Those of a plan, with what its preflight made ready beside the products.
    ///
    /// # Errors
    /// The night of a cassette cannot be read.
    pub(super) fn of(
        suite: &Suite,
        options: &RunOptions,
        (plan, ledger): (Arc<Plan>, Arc<Ledger>),
        ready: &mut Ready,
    ) -> Result<Self, NightError> {
        let hands = Hands::of(options, ready.tried.take());
        let goals = Goals::of(suite, &plan, &ledger, (options, &hands))?;
        Ok(Self {
            config: suite.config.clone(),
            browser_options: ready.browser_options.clone(),
            patience: plan.patience.unwrap_or(Patience::USUAL),
            pace: options.pace.clone(),
            mail: ready.mail.take(),
            hands,
            accepted: Accepted::of(&plan),
            goals,
            ledger,
            plan,
        })
    }

    /// The pictures that were accepted of a scenario, by checkpoint.
    pub(super) fn accepted(&self, scenario: &Scenario) -> &BTreeMap<String, Vec<String>> {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.accepted.0.get(&scenario.id).unwrap_or(&NONE)
    }

    /// The language model for goals whose words are refused.
    pub(super) fn brain(&self) -> Option<Brain<'_>> {
        let AgentConfig { tokens, price, .. } = self.config.agent.as_ref()?;
        let backend = self.goals.backend.as_deref()?;
        let (price, night) = (price.as_ref(), &self.goals.purse);
        let agent = self.goals.coder.as_ref().map(|it| it as &dyn CodingAgent);
        let skills = &self.goals.skills;
        Some(Brain { backend, tokens: *tokens, price, night, attempt: 1, agent, skills })
    }

    /// What that model answered to an attempt before it had to be made again.
    pub(super) fn remembered(&self, scenario: &Scenario, number: u32) -> Remembered {
        self.goals.memory.of_attempt(&scenario.id, number)
    }

    /// The mails that an attempt may look at.
    pub(super) fn post(&self) -> Option<Post> {
        let timeout = Duration::from_millis(self.config.browser.timeout_ms);
        self.mail.as_ref().map(|it| it.post(timeout))
    }

    /// How long a command may take where nobody says it.
    pub(super) fn command_limit(&self) -> Duration {
        Duration::from_millis(self.config.night.timeout_ms)
    }

    /// What is redacted in a checkpoint, by the rules that its texts will be compared with.
    pub(super) fn redacted(
        &self,
        scenario: &Scenario,
        snapshot: &Snapshot,
        known: &[KnownValue],
    ) -> IsRedacted {
        let layers = [&*self.plan.redact, &scenario.redact, &snapshot.redact];
        match Redactor::new(&layers, known) {
            Ok(redactor) => Box::new(move |text| redactor.apply(FacetKind::Text, text) != text),
            // Comparing will say what is wrong with the pattern.
            Err(_) => Box::new(|_| false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Action;
    use crate::model::pursuit::KeptIn;

    fn entries(lines: Vec<(&str, Pursuit)>) -> Vec<Entry> {
        let entry = |(at, (scenario, pursuit)): (usize, (&str, Pursuit))| Entry {
            seq: at as u64,
            at: chrono::DateTime::UNIX_EPOCH,
            event: Event::Goal { scenario: scenario.to_owned(), attempt: 1, step: 1, pursuit },
        };
        lines.into_iter().enumerate().map(entry).collect()
    }

    fn asked(model: &str) -> Pursuit {
        Pursuit::Asked {
            number: 1,
            model: model.to_owned(),
            request: String::new(),
            answer: String::new(),
            failed: None,
            tries: 1,
            tokens_in: 100,
            tokens_out: 10,
            estimated: 0,
            cost: None,
            duration_ms: 500,
            kept: None,
            picture: None,
        }
    }

    fn proposed(by: &str) -> Pursuit {
        let (by, reads) = (by.to_owned(), String::new());
        Pursuit::Proposed { number: 1, by, reads, action: Box::new(Action::Back) }
    }

    fn done() -> Pursuit {
        Pursuit::Done { number: 1, place: "/".to_owned(), failed: None, duration_ms: 70 }
    }

    #[test]
    fn what_a_model_asked_for_is_spent_with_the_time_that_it_took_and_nothing_else_is() {
        // Two attempts at once: the lines of one stand between those of the other.
        let all = entries(vec![
            ("a", asked("small")),
            ("a", proposed("small")),
            ("b", proposed(PlainWords::NAME)),
            ("b", done()),
            ("a", done()),
            ("b", proposed(Replay::NAME)),
            ("b", done()),
            ("a", proposed("small")),
        ]);
        let one = Spent { asked: 1, tokens_in: 100, tokens_out: 10, ..Spent::default() };
        assert_eq!(spent(&all), Spent { actions: 2, time_ms: 570, ..one });

        // A coding agent is told of at its end, with all of its time.
        let all = entries(vec![("a", proposed("codex")), ("a", done()), ("a", asked("agent"))]);
        assert_eq!(spent(&all), Spent { actions: 1, time_ms: 500, ..one });
    }

    #[test]
    fn a_command_is_an_action_with_its_time_and_one_that_was_refused_is_an_action() {
        let wrote = Pursuit::Wrote { number: 1, evidence: Vec::new(), exit: Some(0) };
        let ran = [("a", asked("small")), ("a", proposed("small")), ("a", wrote)];
        let refused = entries(ran[..2].to_vec());
        let ran = entries([&ran[..], &[("a", done())]].concat());
        let taken = |of: &[Entry]| (spent(of).actions, spent(of).time_ms);
        assert_eq!([taken(&ran), taken(&refused)], [(1, 570), (1, 500)]);
    }

    #[test]
    fn what_follows_from_an_answer_that_was_kept_is_counted_once() {
        let kept = || {
            let mut line = asked("small");
            if let Pursuit::Asked { kept, .. } = &mut line {
                *kept = Some(KeptIn::Tonight);
            }
            line
        };
        let does = |line: Pursuit| [("a", line), ("a", proposed("small")), ("a", done())];
        let twice = |second: Pursuit| {
            let taken = spent(&entries([does(asked("small")), does(second)].concat()));
            (taken.actions, taken.time_ms)
        };
        assert_eq!(twice(kept()), (1, 570), "its attempt was made again");
        assert_eq!(twice(asked("small")), (2, 1_140), "asked anew, it is another action");
    }
}
