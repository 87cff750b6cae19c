//! One execution of one scenario: the agent proposes, policy decides, a surface acts, the ledger
//! records.
//!
//! [`Attempt`] borrows everything that it needs and knows nothing of other attempts or of last
//! night. A step that fails is data; an `Err` means that nothing more can be recorded.
//!
//! The files:
//! - `terminal.rs`: the steps that use a terminal, and their recordings.
//! - `mails.rs`: what an attempt does with mails.
//! - `sites.rs`: where the products of an attempt are, and how places on them are told.
//! - `totp.rs`: one-time codes.
//! - `checks.rs`: checks that did not hold, and what goes on behind them.
//! - `worked.rs`: works values out of others.
//! - `control.rs`: decides whether a `when` is done and a `repeat` goes on.
//! - `record.rs`: what an attempt puts into the ledger.
//! - `scope.rs`: what `${name}` stands for, and which values are never compared.

mod checks;
mod control;
mod mails;
mod record;
mod scope;
mod sites;
mod terminal;
#[cfg(test)]
mod tests;
pub mod totp;
mod worked;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

pub use scope::Scope;
pub use sites::Sites;
pub use totp::Codes;

use crate::agent::{Agent, Last, Scripted, Turn};
use crate::ledger::{Ledger, LedgerError};
use crate::model::event::{Decided, Failure};
use crate::model::scenario::{Action, Snapshot, Surface};
use crate::model::{
    Event, EvidenceRef, FacetKind, KnownValue, Outcome, Purpose, Scenario, Step, StepOutcome,
    StepRecord, Target,
};
use crate::policy::{Policy, Ruling};
use crate::process::FairInstant;
use crate::surface::command::{CommandDone, CommandSurface};
use crate::surface::mail::Post;
use crate::surface::terminal::TerminalSurface;
use crate::surface::{Done, Look, PageSurface, SurfaceError};

/// The facets of a command that a snapshot takes where it does not say.
const COMMAND_FACETS: [FacetKind; 4] =
    [FacetKind::Exit, FacetKind::Stdout, FacetKind::Stderr, FacetKind::Files];

/// Everything that one attempt works with.
pub struct Attempt<'a> {
    /// What is executed, with skills expanded.
    pub scenario: &'a Scenario,
    /// Which attempt, from 1.
    pub number: u32,
    /// Where it is recorded.
    pub ledger: &'a Ledger,
    /// What is allowed.
    pub policy: &'a Policy,
    /// Where what happens is written.
    pub log: Log<'a>,
    /// A fresh page for everyone who uses one.
    pub pages: Pages<'a>,
    /// Runs the commands of each product in a fresh working folder.
    pub commands: &'a mut Commands,
    /// Runs programs of each product on a terminal, in the same folders.
    pub terminals: &'a mut Terminals,
    /// Where the products are.
    pub sites: &'a Sites,
    /// The mails; `None` where no product sends any.
    pub post: Option<Post>,
    /// The one-time codes that were given tonight.
    pub codes: &'a Codes,
    /// The variables and the values that are never compared.
    pub scope: Scope,
    /// The environment key of images.
    pub environment: &'a str,
    /// Says what is redacted in a checkpoint.
    pub varies: Varies<'a>,
    /// Says how the product died, as soon as it is dead.
    pub crashed: &'a (dyn Fn() -> Option<Crash> + Sync),
    /// How long it may take.
    pub limits: Limits,
    /// Becomes true when the night must stop.
    pub stop: tokio::sync::watch::Receiver<bool>,
}

/// Where an attempt writes what happens.
pub enum Log<'a> {
    /// Into the ledger, as an attempt of its scenario.
    Ledger(Purpose),
    /// Only the steps, for whoever asked for them: those of a session are no attempt.
    Steps(&'a mut Vec<StepRecord>),
}

/// The commands of an attempt, by product.
pub type Commands = IndexMap<String, CommandSurface>;

/// The programs on terminals by product.
pub type Terminals = IndexMap<String, TerminalSurface>;

/// The pages of an attempt by who uses them: the name of a session, or `None` for a visitor.
#[derive(Default)]
pub struct Pages<'a> {
    by_actor: IndexMap<Option<String>, &'a mut dyn PageSurface>,
}

impl<'a> Pages<'a> {
    /// Gives somebody a page.
    #[must_use]
    pub fn with(mut self, actor: Option<&str>, page: &'a mut dyn PageSurface) -> Self {
        self.by_actor.insert(actor.map(str::to_owned), page);
        self
    }

    fn of(&mut self, actor: Option<&str>) -> Option<&mut (dyn PageSurface + 'a)> {
        match self.by_actor.get_mut(&actor.map(str::to_owned)) {
            Some(page) => Some(&mut **page),
            None => None,
        }
    }
}

/// Whether a text is redacted.
pub type IsRedacted = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// What is redacted in a checkpoint, given the values that are never compared.
pub type Varies<'a> = &'a (dyn Fn(&Snapshot, &[KnownValue]) -> IsRedacted + Sync);

/// How the product died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// The product's name in the suite.
    pub product: String,
    /// `exit 1`, `signal 9`.
    pub how: String,
    /// Its log.
    pub log: Vec<u8>,
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the steps.
    pub steps: Duration,
    /// For `finally`, beyond that.
    pub finally: Duration,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With this outcome, which the ledger holds too.
    With(Outcome),
    /// The night had to stop first; the ledger holds no end.
    Stopped,
}

/// How one step ended.
enum StepEnd {
    Passed,
    Decided(Decided),
    /// A check did not hold, on a page that can still be used.
    DidNotHold,
    Failed(Outcome),
    Stopped,
}

impl Attempt<'_> {
    /// Executes the scenario as `agent` proposes, then its `finally`.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn run(mut self, agent: &mut dyn Agent) -> Result<Ended, LedgerError> {
        let started = Instant::now();
        self.note(Event::AttemptStarted {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            known: self.scope.known().to_vec(),
            purpose: match self.log {
                Log::Ledger(purpose) => purpose,
                Log::Steps(_) => Purpose::Judging,
            },
        })?;
        let deadline = FairInstant::now() + self.limits.steps;
        let completed = Ended::With(Outcome::Completed);
        let ended = self.follow(agent, deadline, StopAtOnce::Yes, completed).await?;
        let deadline = FairInstant::now() + self.limits.finally;
        let mut cleaning_up = Scripted::cleaning_up(self.scenario);
        let ended = self.follow(&mut cleaning_up, deadline, StopAtOnce::No, ended).await?;
        self.close_terminals().await?;
        if let Ended::With(outcome) = ended {
            self.note(Event::AttemptFinished {
                scenario: self.scenario.id.clone(),
                attempt: self.number,
                outcome,
                detail: None,
                duration_ms: record::milliseconds(started),
            })?;
        }
        Ok(ended)
    }

    /// Does what an agent proposes, step by step; answers with the worst end so far.
    async fn follow(
        &mut self,
        agent: &mut dyn Agent,
        deadline: FairInstant,
        stop_at_once: StopAtOnce,
        mut ended: Ended,
    ) -> Result<Ended, LedgerError> {
        let mut last = Last::Nothing;
        while let Some(turn) = agent.next(last) {
            last = match self.step(&turn, deadline, stop_at_once).await? {
                StepEnd::Passed => Last::Passed,
                StepEnd::Decided(decided) => Last::Decided(decided),
                StepEnd::DidNotHold => {
                    ended = ended.worse(Outcome::Failed);
                    Last::DidNotHold
                }
                StepEnd::Failed(outcome) => {
                    ended = ended.worse(outcome);
                    Last::Failed
                }
                StepEnd::Stopped if stop_at_once == StopAtOnce::Yes => return Ok(Ended::Stopped),
                StepEnd::Stopped => Last::Failed,
            };
        }
        Ok(ended)
    }

    /// Writes down what happened.
    fn note(&mut self, event: Event) -> Result<(), LedgerError> {
        match (&mut self.log, event) {
            (Log::Steps(steps), Event::Step { step, .. }) => steps.push(step),
            (Log::Ledger(_), event) | (Log::Steps(_), event @ Event::ProductCrashed { .. }) => {
                self.ledger.append(event)?;
            }
            (Log::Steps(_), _) => {}
        }
        Ok(())
    }

    /// The page of a step.
    fn page(&mut self, step: &Step) -> Option<&mut (dyn PageSurface + '_)> {
        let who = step.actor.as_deref().or(self.scenario.actor.as_deref());
        self.pages.of(who).map(|page| page as _)
    }

    /// Carries one step out and records it with what the watches saw meanwhile.
    async fn step(
        &mut self,
        turn: &Turn,
        deadline: FairInstant,
        stop_at_once: StopAtOnce,
    ) -> Result<StepEnd, LedgerError> {
        let (started, fairly) = (Instant::now(), FairInstant::now());
        let step = &turn.step;
        let surface =
            step.action.surface().expect("the plan has replaced skill calls by their steps");
        let mut signal = self.stop.clone();
        let carried_out = tokio::select! {
            done = self.carry_out(turn) => Some(done?),
            () = deadline.come() => None,
            () = stopped(&mut signal, stop_at_once) => return Ok(StepEnd::Stopped),
        };
        let mut carried_out = carried_out.unwrap_or_else(|| {
            CarriedOut::failed(Failure {
                outcome: Outcome::TimedOut,
                expected: format!("an end within {}", in_words(self.limits.steps)),
                actual: format!("still at it: {}", step.text),
            })
        });
        if let Some(failure) = carried_out.slower_than_allowed(step, fairly.elapsed()) {
            carried_out.outcome = StepOutcome::Failed(failure);
        }
        if let Some(crash) = (self.crashed)() {
            carried_out.outcome = StepOutcome::Failed(self.record_crash(&crash)?);
        }
        let page_lost = matches!(
            &carried_out.outcome,
            StepOutcome::Failed(Failure { outcome: Outcome::HarnessError, .. })
        );
        if surface == Surface::Browser && !page_lost {
            self.record_sightings(step).await?;
        }
        let failure = match &carried_out.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some(failure.outcome),
        };
        if failure.is_some() && surface == Surface::Browser && !page_lost {
            carried_out.evidence.extend(self.material(step).await?);
        }
        if failure.is_some() {
            carried_out.evidence.extend(self.unread_mails()?);
        }
        carried_out.remark = match self.page(step) {
            Some(page) if surface == Surface::Browser && failure.is_none() => page.remark(),
            Some(_) | None => None,
        };
        let place = match carried_out.place.take() {
            Some(place) => place,
            None if page_lost => String::new(),
            None if surface == Surface::Terminal => self.terminal_place(step),
            None => self.page_place(step).await,
        };
        let decided = carried_out.decided;
        self.record_step(step, place, carried_out, started)?;
        Ok(match (failure, decided) {
            (Some(Outcome::Failed), _) if self.is_only_noted(step) => StepEnd::DidNotHold,
            (Some(outcome), _) => StepEnd::Failed(outcome),
            (None, Some(decided)) => StepEnd::Decided(decided),
            (None, None) => StepEnd::Passed,
        })
    }

    /// Fills the action, asks policy, and lets the right surface act.
    async fn carry_out(&mut self, turn: &Turn) -> Result<CarriedOut, LedgerError> {
        let step = &turn.step;
        let action = match self.filled(step).await {
            Ok(action) => action,
            Err(actual) => {
                return Ok(CarriedOut::failed(Failure {
                    outcome: Outcome::Failed,
                    expected: step.text.clone(),
                    actual,
                }));
            }
        };
        let decision = self.policy.decide(&action);
        match decision.ruling {
            Ruling::Allow => {}
            Ruling::Ask | Ruling::Deny => {
                return Ok(CarriedOut::failed(Failure {
                    outcome: Outcome::Blocked,
                    expected: step.text.clone(),
                    actual: format!("forbidden by policy: {}", decision.rule),
                }));
            }
        }
        match &action {
            Action::Run(run) => {
                let Some(command) = self.commands.get_mut(self.sites.product(step)) else {
                    return Ok(CarriedOut::failed(no_product(step)));
                };
                let done = command.run(run).await;
                self.conclude_command(step, run.snapshot.as_ref(), done)
            }
            Action::File(file) => {
                let Some(command) = self.commands.get_mut(self.sites.product(step)) else {
                    return Ok(CarriedOut::failed(no_product(step)));
                };
                let done = command.look_at(file).await;
                self.conclude_command(step, file.snapshot.as_ref(), done)
            }
            Action::Terminal(action) => self.use_terminal(step, action).await,
            Action::Mail(mail) => self.read_mail(step, mail).await,
            Action::Snapshot(snapshot) => self.take_snapshot(step, snapshot).await,
            Action::Set(all) => Ok(self.set(all)),
            Action::When(when) => Ok(self.decide_on(step, when).await),
            Action::Repeat(repeat) => Ok(self.decide_on_round(step, repeat, turn.round).await),
            _ => {
                let Some(page) = self.page(step) else {
                    return Ok(CarriedOut::failed(no_page(step)));
                };
                match page.act(&action).await {
                    Ok(done) => Ok(self.conclude(done, None, Vec::new())),
                    Err(error) => Ok(CarriedOut::harness_error(&error)),
                }
            }
        }
    }

    /// Records what was seen of a command or file.
    fn conclude_command(
        &mut self,
        step: &Step,
        snapshot: Option<&Snapshot>,
        done: Result<CommandDone, SurfaceError>,
    ) -> Result<CarriedOut, LedgerError> {
        let done = match done {
            Ok(done) => done,
            Err(error) => return Ok(CarriedOut::harness_error(&error)),
        };
        if let Some(snapshot) = snapshot.filter(|_| !done.observation.facets.is_empty()) {
            let wanted = snapshot.facets.as_deref().unwrap_or(&COMMAND_FACETS);
            self.record_checkpoint(step, snapshot, &done.observation, wanted)?;
            self.record_pictures(step, snapshot, &done.place, &done.pictures)?;
        }
        let mut evidence = self.ledger.keep_all(&done.observation.extras)?;
        if matches!(done.done, Done::Failed(_)) {
            evidence.extend(self.keep_facets(&done.observation)?);
        }
        Ok(self.conclude(done.done, Some(done.place), evidence))
    }

    /// The action of a step with every reference replaced by its value.
    async fn filled(&mut self, step: &Step) -> Result<Action, String> {
        let wanted = RefCell::new(Vec::new());
        // What is unknown is told below, with everything that is known.
        drop(step.action.filled(&|name| {
            wanted.borrow_mut().extend(name.strip_prefix("totp:").map(str::to_owned));
            Some(String::new())
        }));
        for name in wanted.into_inner() {
            let secrets = self.ledger.secrets();
            let secret = secrets
                .get(&name)
                .ok_or_else(|| format!("nothing named ${{totp:{name}}} is known here"))?;
            let code = self.codes.next(&name, secret, self.sites.address(step)).await?;
            // It is as good as a password while it is valid.
            secrets.add(&code);
            self.scope.is_known(code.clone(), "[secret]");
            self.scope.set(&format!("totp:{name}"), code);
        }
        let secrets = self.ledger.secrets();
        let product = self.sites.other(step);
        let action = step
            .action
            .filled(&|name| self.scope.value(name, product, secrets))
            .map_err(|unknown| unknown.to_string())?;
        self.sites.addressed(step, action)
    }

    /// Takes the captured values over and turns what a surface says into what the ledger says.
    fn conclude(
        &mut self,
        done: Done,
        place: Option<String>,
        evidence: Vec<EvidenceRef>,
    ) -> CarriedOut {
        let outcome = match done {
            Done::Passed(captured) => {
                self.scope.capture(captured);
                StepOutcome::Passed
            }
            Done::Failed(failure) => StepOutcome::Failed(failure),
        };
        CarriedOut { outcome, place, evidence, decided: None, remark: None }
    }

    async fn take_snapshot(
        &mut self,
        step: &Step,
        snapshot: &Snapshot,
    ) -> Result<CarriedOut, LedgerError> {
        let masks = match self.filled_masks(snapshot) {
            Ok(masks) => masks,
            Err(failure) => return Ok(CarriedOut::failed(failure)),
        };
        let facets = snapshot.page_facets();
        let varies = (self.varies)(snapshot, self.scope.known());
        let Some(page) = self.page(step) else {
            return Ok(CarriedOut::failed(no_page(step)));
        };
        let look = Look { facets, masks, varies: &*varies, image: snapshot.image.clone() };
        match page.observe(&look).await {
            Ok(Ok(mut observation)) => {
                let facets = look.facets;
                observation.place = self.sites.told(observation.place);
                self.record_checkpoint(step, snapshot, &observation, &facets)?;
                Ok(CarriedOut {
                    outcome: StepOutcome::Passed,
                    place: Some(observation.place),
                    evidence: Vec::new(),
                    decided: None,
                    remark: None,
                })
            }
            Ok(Err(failure)) => Ok(CarriedOut::failed(failure)),
            Err(error) => Ok(CarriedOut::harness_error(&error)),
        }
    }

    fn filled_masks(&self, snapshot: &Snapshot) -> Result<Vec<Target>, Failure> {
        let secrets = self.ledger.secrets();
        let fill = |template: &crate::model::Template| {
            template
                .resolve(&|name| self.scope.value(name, None, secrets))
                .map(crate::model::Template::new)
        };
        self.scenario
            .mask
            .iter()
            .chain(&snapshot.mask)
            .map(|target| target.map(&fill))
            .collect::<Result<_, _>>()
            .map_err(|unknown| Failure {
                outcome: Outcome::Failed,
                expected: format!("the masks of snapshot {}", snapshot.name),
                actual: unknown.to_string(),
            })
    }

    async fn page_place(&mut self, step: &Step) -> String {
        let place = match self.page(step) {
            Some(page) => page.place().await,
            None => String::new(),
        };
        self.sites.told(place)
    }
}

/// Whether a step is left at once when the night must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopAtOnce {
    Yes,
    /// Cleaning up is short and bounded; what a scenario made outside must not be left behind.
    No,
}

async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>, at_once: StopAtOnce) {
    let gone = match at_once {
        StopAtOnce::Yes => stop.wait_for(|stop| *stop).await.is_err(),
        StopAtOnce::No => true,
    };
    if gone {
        // Nobody can stop this any more.
        std::future::pending::<()>().await;
    }
}

/// A step as its surface left it.
struct CarriedOut {
    outcome: StepOutcome,
    place: Option<String>,
    evidence: Vec<EvidenceRef>,
    decided: Option<Decided>,
    /// What is said of what it did.
    remark: Option<String>,
}

impl CarriedOut {
    /// A step that went well, and took longer than its author allows.
    fn slower_than_allowed(&self, step: &Step, took: Duration) -> Option<Failure> {
        let allowed = Duration::from_millis(step.within_ms?);
        (self.outcome == StepOutcome::Passed && took > allowed).then(|| Failure {
            outcome: Outcome::Failed,
            expected: format!("{} within {}", step.text, in_words(allowed)),
            actual: format!("it took {} ms", took.as_millis()),
        })
    }

    fn failed(failure: Failure) -> Self {
        Self {
            outcome: StepOutcome::Failed(failure),
            place: None,
            evidence: Vec::new(),
            decided: None,
            remark: None,
        }
    }

    fn harness_error(error: &SurfaceError) -> Self {
        Self::failed(Failure {
            outcome: Outcome::HarnessError,
            expected: "a working browser and machine".to_owned(),
            actual: error.to_string(),
        })
    }
}

fn no_page(step: &Step) -> Failure {
    Failure {
        outcome: Outcome::HarnessError,
        expected: step.text.clone(),
        actual: "the night gave this attempt no page".to_owned(),
    }
}

fn no_product(step: &Step) -> Failure {
    Failure {
        outcome: Outcome::HarnessError,
        expected: step.text.clone(),
        actual: "the night prepared no product for this step".to_owned(),
    }
}

/// `5m`, `90s`, `250ms`: the form in which YAML has durations.
fn in_words(duration: Duration) -> String {
    let ms = duration.as_millis();
    if ms.is_multiple_of(60_000) {
        format!("{}m", ms / 60_000)
    } else if ms.is_multiple_of(1000) {
        format!("{}s", ms / 1000)
    } else {
        format!("{ms}ms")
    }
}
