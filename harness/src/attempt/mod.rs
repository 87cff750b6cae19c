//! One execution of one scenario: the agent proposes, policy decides, a surface acts, the ledger
//! records.
//!
//! [`Attempt`] borrows everything that it needs and knows nothing of other attempts or of last
//! night. A step that fails is data; an `Err` means that nothing more can be recorded.
//!
//! The files:
//! - `carry_out.rs`: carries one step out: fills it, asks policy, and lets a surface act.
//! - `goal.rs`: follows a goal in plain words, one action after the other.
//! - `guest.rs`: somebody from outside who uses the product, one call after the other.
//! - `asked.rs`: has a language model go on where the words are refused.
//! - `coding.rs`: a coding agent that can be started, and what for.
//! - `errand.rs`: has a coding agent go on there, where the suite starts one.
//! - `pace.rs`: how fast pages are used of a product that asks to be left alone.
//! - `person.rs`: puts what policy leaves to a person to one.
//! - `opinion.rs`: what a language model thinks of a page, which decides nothing.
//! - `talk.rs`: what is carried from goal to goal.
//! - `terminal.rs`: the steps that use a terminal, and their recordings.
//! - `mails.rs`: what an attempt does with mails.
//! - `sites.rs`: where the products of an attempt are, and how places on them are told.
//! - `totp.rs`: one-time codes.
//! - `checks.rs`: checks that did not hold, and what goes on behind them.
//! - `worked.rs`: works values out of others.
//! - `control.rs`: decides whether a `when` is done and a `repeat` goes on.
//! - `marks.rs`: what stands for secrets in what is proposed.
//! - `recorder.rs`: recordings of goals that were reached, and which are accepted.
//! - `written.rs`: what the things of written steps were like, and what they have become.
//! - `record.rs`: what an attempt puts into the ledger.
//! - `scope.rs`: what `${name}` stands for, and which values are never compared.

mod asked;
mod carry_out;
mod checks;
mod coding;
mod control;
mod errand;
mod goal;
mod guest;
mod mails;
mod marks;
mod opinion;
mod pace;
mod person;
mod record;
mod recorder;
mod scope;
mod sites;
mod talk;
mod terminal;
#[cfg(test)]
mod tests;
pub mod totp;
mod worked;
mod written;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

pub use asked::Brain;
pub use coding::{CodingAgent, Errand, Told, Worked};
pub use guest::{Answer, Call, Guest, Seen, Wish, Wrote};
pub use pace::Pace;
pub use person::{Asks, Person};
pub use recorder::Recorder;
pub use scope::Scope;
pub use sites::Sites;
pub use talk::Talk;
pub use totp::Codes;

use self::carry_out::CarriedOut;
use self::pace::Timed;
use crate::agent::backend::Remembered;
use crate::agent::{Agent, Last, Scripted, Turn};
use crate::ledger::{Ledger, LedgerError};
use crate::model::bounds::Bounds;
use crate::model::event::{Decided, Failure};
use crate::model::scenario::{Snapshot, Surface};
use crate::model::{Event, KnownValue, Outcome, Purpose, Scenario, Step, StepOutcome, StepRecord};
use crate::policy::Policy;
use crate::process::FairInstant;
use crate::surface::PageSurface;
use crate::surface::command::CommandSurface;
use crate::surface::mail::Post;
use crate::surface::terminal::TerminalSurface;

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
    /// The SHA-256 of the pictures that were accepted, by checkpoint, as they were captured.
    pub accepted: &'a BTreeMap<String, Vec<String>>,
    /// The recordings of its goals.
    pub recorder: Recorder<'a>,
    /// The language model for goals whose words are refused; `None` where the suite has none.
    pub brain: Option<Brain<'a>>,
    /// What that answered to this attempt before it had to be made again.
    pub remembered: Remembered,
    /// Who is asked what policy leaves to a person.
    pub person: &'a Person,
    /// What is carried from goal to goal; empty at the beginning.
    pub talk: Talk,
    /// Says how the product died, as soon as it is dead.
    pub crashed: &'a (dyn Fn() -> Option<Crash> + Sync),
    /// How long it may take.
    pub limits: Limits,
    /// How fast it uses pages; `None` is as fast as it goes.
    pub pace: Option<&'a Pace>,
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
        self.begin()?;
        let deadline = FairInstant::now() + self.limits.steps;
        let completed = Ended::With(Outcome::Completed);
        let ended = self.follow(agent, deadline, StopAtOnce::Yes, completed).await?;
        self.leave(started, ended).await
    }

    /// Records that it begins.
    fn begin(&mut self) -> Result<(), LedgerError> {
        self.note(Event::AttemptStarted {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            known: self.scope.known().to_vec(),
            purpose: match self.log {
                Log::Ledger(purpose) => purpose,
                Log::Steps(_) => Purpose::Judging,
            },
        })
    }

    /// Does the scenario's `finally`, and records how it ended.
    async fn leave(mut self, started: Instant, ended: Ended) -> Result<Ended, LedgerError> {
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
                duration_ms: milliseconds(started),
            })?;
        }
        Ok(ended)
    }

    /// Does what an agent proposes, step by step; answers with the worst end so far.
    async fn follow(
        &mut self,
        agent: &mut dyn Agent,
        mut deadline: FairInstant,
        stop_at_once: StopAtOnce,
        mut ended: Ended,
    ) -> Result<Ended, LedgerError> {
        let mut last = Last::Nothing;
        while let Some(turn) = agent.next(last) {
            last = match self.step(&turn, &mut deadline, stop_at_once).await? {
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
        deadline: &mut FairInstant,
        stop_at_once: StopAtOnce,
    ) -> Result<StepEnd, LedgerError> {
        let step = &turn.step;
        let surface =
            step.action.surface().expect("the plan has replaced skill calls by their steps");
        let timed = self.carry_out_in_turn(turn, deadline, stop_at_once).await?;
        let Some(Timed { done, started, fairly }) = timed else { return Ok(StepEnd::Stopped) };
        let mut carried_out = done.unwrap_or_else(|| {
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
        let page_lost = carried_out.is_lost();
        let failure = match &carried_out.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some(failure.outcome),
        };
        if surface == Surface::Browser && !page_lost {
            self.look_after(step, failure, &mut carried_out).await?;
        }
        if failure.is_some() {
            carried_out.evidence.extend(self.unread_mails()?);
        }
        let place = match carried_out.place.take() {
            Some(place) => place,
            None if page_lost => String::new(),
            None if surface == Surface::Terminal => self.terminal_place(step),
            None => self.page_place(step).await,
        };
        let decided = carried_out.decided;
        self.record_step(step, &place, carried_out, started)?;
        self.went(step, failure.is_none())?;
        self.talk.passed(step);
        Ok(match (failure, decided) {
            (Some(Outcome::Failed), _) if self.is_only_noted(step) => StepEnd::DidNotHold,
            (Some(outcome), _) => StepEnd::Failed(outcome),
            (None, Some(decided)) => StepEnd::Decided(decided),
            (None, None) => StepEnd::Passed,
        })
    }

    /// What the page of a step shows after it: what the watches saw, and beside that what helps to
    /// understand a failure, or what the page remarks on an action that went well.
    async fn look_after(
        &mut self,
        step: &Step,
        failure: Option<Outcome>,
        carried_out: &mut CarriedOut,
    ) -> Result<(), LedgerError> {
        self.record_sightings(step).await?;
        if failure.is_some() {
            carried_out.evidence.extend(self.material(step).await?);
        } else {
            if carried_out.remark.is_none() {
                carried_out.remark = self.page(step).and_then(PageSurface::remark);
            }
            carried_out.evidence.extend(self.keep_requests(step)?);
        }
        Ok(())
    }

    async fn page_place(&mut self, step: &Step) -> String {
        let place = match self.page(step) {
            Some(page) => page.place().await,
            None => String::new(),
        };
        self.scope.told(&self.sites.told(place))
    }

    /// The address of the page of a step, where one of these names the origins that may be used.
    async fn standing(&mut self, step: &Step, bounds: &[Bounds]) -> Option<String> {
        if bounds.iter().all(|it| it.origins.is_none() && it.ask_origins.is_empty()) {
            return None;
        }
        let place = self.page(step)?.place().await;
        self.sites.whole(&place)
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

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
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
