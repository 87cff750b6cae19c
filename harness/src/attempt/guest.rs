//! [`Guest`]: somebody from outside, such as a coding agent, who uses the product through an attempt:
//! one call after the other, within the same walls as whatever else is proposed, in the same ledger.
//!
//! A part of [`Attempt`]. A guest never holds a page or a value of a secret: it says what it wishes,
//! policy decides, and what it is told is free of secrets.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::goal::{Leg, Way};
use super::{Attempt, Ended, milliseconds, stopped};
use super::{StopAtOnce, carry_out::CarriedOut};
use crate::agent::{Proposal, SECRET, Scripted};
use crate::ledger::LedgerError;
use crate::model::action::{Goal, Using};
use crate::model::bounds::Bounds;
use crate::model::budget::Budget;
use crate::model::event::Failure;
use crate::model::outline::Outline;
use crate::model::pursuit::Pursuit;
use crate::model::scenario::RunCommand;
use crate::model::{
    Action, Event, FacetContent, FacetKind, Outcome, Step, StepOutcome, Template, WatchKind,
};
use crate::policy::{Proposed, Ruling};
use crate::process::FairInstant;
use crate::surface::command::CommandDone;
use crate::surface::{Done, SurfaceError};

/// The longest that a command of a guest may take, in milliseconds.
const LONGEST_COMMAND_MS: u64 = 60_000;
/// A guest leaves by itself; its budget is time, which whoever lets it in holds.
const ENDLESS_MS: u64 = 1_000 * 60 * 60 * 24 * 365;

/// Somebody from outside.
pub struct Guest {
    /// What it asks for, in order; closed when it leaves.
    pub calls: mpsc::Receiver<Call>,
    /// What may be proposed.
    pub bounds: Vec<Bounds>,
    /// Whether it wants to go on from a clean state.
    pub again: bool,
    /// How many actions it proposed so far.
    pub proposed: u32,
    /// The secrets that it may use beside those that policy names: those of the goal that it has.
    pub named: Vec<String>,
    /// Whether what it does becomes a recording, and goes in no circles.
    pub is_recorded: bool,
}

/// One thing that a guest asks for.
pub struct Call {
    /// Who asks, as the ledger has it.
    pub by: String,
    /// What for.
    pub wish: Wish,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// What a guest asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To be told of the page.
    Look,
    /// To be shown the page.
    Picture,
    /// To do something with the page.
    Act(Box<Action>),
    /// To run a command of the product.
    Run(Box<RunCommand>),
    /// To begin again, with fresh data, a fresh server and a fresh page.
    Again,
}

/// What a guest is told. Whatever stands in it came from the product, but for `failure`.
#[derive(Debug, Default)]
pub struct Answer {
    /// Why it could not be done.
    pub failure: Option<Failure>,
    /// The page, where there is one.
    pub page: Option<Outline>,
    /// Why the page cannot be read now, such as a dialog that is open.
    pub unread: Option<Failure>,
    /// What the watches saw meanwhile.
    pub seen: Vec<Seen>,
    /// A picture of the page, as PNG, in which no secret can be seen.
    pub picture: Option<Vec<u8>>,
    /// What a command wrote.
    pub wrote: Option<Wrote>,
}

/// Something that a watch saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What kind of thing.
    pub kind: WatchKind,
    /// What it said.
    pub message: String,
    /// The URL path that it is about.
    pub path: String,
}

/// What a command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrote {
    /// `exit: 0`.
    pub exit: String,
    /// Its outputs by name, as text, with where the whole lies in the night.
    pub outputs: Vec<(String, String, String)>,
}

impl Answer {
    /// Whether the browser is lost, or something else of this machine.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let all = self.failure.iter().chain(&self.unread);
        all.into_iter().any(|it| it.outcome == Outcome::HarnessError)
    }
}

impl Guest {
    /// A guest whose calls come from here.
    #[must_use]
    pub fn new(calls: mpsc::Receiver<Call>, bounds: Vec<Bounds>) -> Self {
        Self { calls, bounds, again: false, proposed: 0, named: Vec::new(), is_recorded: false }
    }

    /// The secrets that it may use, by name.
    fn secrets(&self) -> Vec<&str> {
        let all: Vec<_> = self.bounds.iter().filter_map(|it| it.secrets.as_ref()).collect();
        let in_all = |name: &&String| all.iter().all(|it| it.contains(name));
        // As with commands, the suite names them, and a scenario or skill only narrows.
        let suite = self.bounds.iter().filter(|it| it.of == Bounds::SUITE);
        let by_suite = suite.filter_map(|it| it.secrets.as_ref()).flatten().filter(in_all);
        by_suite.chain(&self.named).map(String::as_str).collect()
    }
}

impl Attempt<'_> {
    /// Does the scenario's steps, then what a guest asks for until it leaves, then the scenario's
    /// `finally`.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn receive(mut self, guest: &mut Guest) -> Result<Ended, LedgerError> {
        let started = Instant::now();
        guest.again = false;
        self.begin()?;
        let deadline = FairInstant::now() + self.limits.steps;
        let completed = Ended::With(Outcome::Completed);
        let mut arriving = Scripted::new(self.scenario);
        let mut ended = self.follow(&mut arriving, deadline, StopAtOnce::Yes, completed).await?;
        if ended != Ended::Stopped {
            ended = self.serve(guest, ended).await?;
        }
        self.leave(started, ended).await
    }

    /// Answers one call after the other.
    async fn serve(&mut self, guest: &mut Guest, ended: Ended) -> Result<Ended, LedgerError> {
        let goal = Goal {
            words: Template::new(""),
            at_most: u32::MAX,
            until: Vec::new(),
            budget: Budget::default(),
            attempts: None,
            using: Using::PagesAndCommands,
            bounds: guest.bounds.clone(),
            recorded: None,
        };
        let index = self.scenario.steps.last().map_or(1, |it| it.index + 1);
        let step = Step {
            within_ms: Some(ENDLESS_MS),
            ..Step::new(index, &self.scenario.file, 1, Action::Do(Box::new(goal.clone())))
        };
        let mut way = Way::to(&step, &goal);
        way.number = guest.proposed;
        let mut signal = self.stop.clone();
        loop {
            let call = tokio::select! {
                call = guest.calls.recv() => call,
                () = stopped(&mut signal, StopAtOnce::Yes) => return Ok(Ended::Stopped),
            };
            let Some(call) = call else { return Ok(ended) };
            if call.wish == Wish::Again {
                guest.again = true;
                // Whoever has left meanwhile needs no answer.
                let _ = call.answer.send(Answer::default());
                return Ok(ended);
            }
            let answer = tokio::select! {
                answer = self.answer(&call, guest, &mut way) => answer?,
                () = stopped(&mut signal, StopAtOnce::Yes) => return Ok(Ended::Stopped),
            };
            guest.proposed = way.number;
            way.done.clear();
            let is_lost = answer.is_lost();
            let _ = call.answer.send(answer);
            if is_lost {
                // Nothing can be done with a browser that is lost; the next call finds another.
                guest.again = true;
                return Ok(Ended::With(Outcome::HarnessError));
            }
        }
    }

    /// Answers one call.
    pub(super) async fn answer(
        &mut self,
        call: &Call,
        guest: &Guest,
        way: &mut Way<'_>,
    ) -> Result<Answer, LedgerError> {
        let mut answer = match &call.wish {
            Wish::Look | Wish::Again => Answer::default(),
            Wish::Picture => self.picture(way.step).await,
            Wish::Act(action) => self.act_for(&call.by, action, guest, way).await?,
            Wish::Run(run) => return self.run_for(&call.by, run, &guest.bounds, way).await,
        };
        if let Some(crash) = (self.crashed)() {
            answer.failure = Some(self.record_crash(&crash)?);
            return Ok(answer);
        }
        answer.seen = self.told_of(way.step).await?;
        match self.outline(way.step).await {
            Ok(page) => answer.page = Some(page),
            Err(failure) => answer.unread = Some(failure),
        }
        Ok(answer)
    }

    /// What the watches saw, which the ledger has too.
    async fn told_of(&mut self, step: &Step) -> Result<Vec<Seen>, LedgerError> {
        let Some(page) = self.page(step) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for it in page.sightings().await {
            let (kind, message, path) = (it.kind, it.message, self.sites.told(it.path));
            self.note(Event::Watch {
                scenario: self.scenario.id.clone(),
                attempt: self.number,
                step: step.index,
                kind,
                message: message.clone(),
                path: path.clone(),
            })?;
            all.push(Seen { kind, message, path });
        }
        Ok(all)
    }

    async fn picture(&mut self, step: &Step) -> Answer {
        match self.picture_of_page(step).await {
            Ok(png) => Answer { picture: Some(png), ..Answer::default() },
            Err(why) => refused("a picture", why),
        }
    }

    /// The page as it looks, as PNG, in which no secret can be seen; or why there is no picture.
    pub(super) async fn picture_of_page(&mut self, step: &Step) -> Result<Vec<u8>, String> {
        let material = match self.page(step) {
            Some(page) => page.material().await,
            None => Vec::new(),
        };
        let mut kinds = material.into_iter();
        let shown = kinds.find(|it| matches!(it.kind.as_str(), "screenshot" | "no screenshot"));
        match shown {
            Some(it) if it.media == "image/png" => Ok(it.bytes),
            Some(it) => Err(String::from_utf8_lossy(&it.bytes).trim().to_owned()),
            None => Err("the page gives none now".to_owned()),
        }
    }

    async fn act_for(
        &mut self,
        by: &str,
        action: &Action,
        guest: &Guest,
        way: &mut Way<'_>,
    ) -> Result<Answer, LedgerError> {
        if let Action::Run(run) = action {
            return self.run_for(by, run, &guest.bounds, way).await;
        }
        let action = match marked(action, &guest.secrets()) {
            Ok(action) => action,
            Err(why) => return self.denied(by, action, why, way),
        };
        if self.page(way.step).is_none() {
            return Ok(refused(&action.describe(), "the product has no pages".to_owned()));
        }
        let page = if guest.is_recorded { self.outline(way.step).await.ok() } else { None };
        let proposal = Proposal::Act { reads: by.to_owned(), action: Box::new(action) };
        let before = way.taken.len();
        let failure = match self.take(page.as_ref(), proposal, (by, &[]), way).await? {
            Leg::On | Leg::Arrived => None,
            Leg::Stopped(failure) => {
                // What was not done is no part of the way.
                way.taken.truncate(before);
                Some(failure)
            }
        };
        Ok(Answer { failure, ..Answer::default() })
    }

    /// Records an action that is denied before policy sees it.
    pub(super) fn denied(
        &mut self,
        by: &str,
        action: &Action,
        rule: String,
        way: &mut Way<'_>,
    ) -> Result<Answer, LedgerError> {
        way.number += 1;
        let number = way.number;
        self.tell(way.step, proposed(number, by, action))?;
        let expected = action.describe();
        let actual = format!("forbidden by policy: {rule}");
        let ruling = "deny".to_owned();
        self.tell(way.step, Pursuit::Decided { number, ruling, rule })?;
        Ok(failed(Failure { outcome: Outcome::Blocked, expected, actual }))
    }

    /// Runs a command that policy allows; the surface that does it has the walls.
    pub(super) async fn run_for(
        &mut self,
        by: &str,
        run: &RunCommand,
        bounds: &[Bounds],
        way: &mut Way<'_>,
    ) -> Result<Answer, LedgerError> {
        let mut run = RunCommand { snapshot: None, ..run.clone() };
        run.timeout_ms = Some(run.timeout_ms.unwrap_or(LONGEST_COMMAND_MS).min(LONGEST_COMMAND_MS));
        let action = Action::Run(Box::new(run.clone()));
        way.number += 1;
        let number = way.number;
        self.tell(way.step, proposed(number, by, &action))?;
        let proposed = Proposed { filled: &action, told: &action, at: None, bounds };
        let decision = self.policy.decide_proposed(proposed);
        self.tell(way.step, super::goal::decided(number, &decision))?;
        let decision = match decision.ruling {
            Ruling::Ask => self.put_to_a_person(way, number, &action, decision).await?,
            Ruling::Allow | Ruling::Deny => decision,
        };
        if let Some(actual) = super::goal::refusal(&decision) {
            let expected = run.command.display();
            return Ok(failed(Failure { outcome: Outcome::Blocked, expected, actual }));
        }
        let started = Instant::now();
        let product = self.sites.product(way.step).to_owned();
        let Some(command) = self.commands.get_mut(&product) else {
            return Ok(failed(super::carry_out::no_product(way.step)));
        };
        let done = command.run(&run).await;
        let answer = self.wrote(done, number, way.step)?;
        let failed = answer.failure.as_ref().map(|it| it.actual.clone());
        let (place, duration_ms) = (run.command.display(), milliseconds(started));
        self.tell(way.step, Pursuit::Done { number, place, failed, duration_ms })?;
        Ok(answer)
    }

    /// Keeps what a command wrote.
    fn wrote(
        &mut self,
        done: Result<CommandDone, SurfaceError>,
        number: u32,
        step: &Step,
    ) -> Result<Answer, LedgerError> {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                return Ok(match CarriedOut::harness_error(&error).outcome {
                    StepOutcome::Failed(failure) => failed(failure),
                    StepOutcome::Passed => Answer::default(),
                });
            }
        };
        let mut wrote = Wrote { exit: String::new(), outputs: Vec::new() };
        for facet in &done.observation.facets {
            let FacetContent::Text(text) = &facet.content else { continue };
            if facet.kind == FacetKind::Exit {
                text.trim().clone_into(&mut wrote.exit);
                continue;
            }
            if text.is_empty() {
                continue;
            }
            let word = facet.kind.word();
            let kept = self.ledger.keep(word, "text/plain", text.as_bytes())?;
            wrote.outputs.push((word.to_owned(), text.clone(), kept.path));
        }
        let evidence = wrote.outputs.iter().map(|it| it.2.clone()).collect();
        self.tell(step, Pursuit::Wrote { number, evidence, exit: code(&wrote.exit) })?;
        let failure = match done.done {
            // Whether an exit code is right is for whoever asked to say.
            Done::Failed(failure) if failure.outcome != Outcome::Failed => Some(failure),
            Done::Failed(failure) if wrote.exit.is_empty() => Some(failure),
            Done::Failed(_) | Done::Passed(_) => None,
        };
        Ok(Answer { failure, wrote: Some(wrote), ..Answer::default() })
    }
}

/// The exit code that `exit: 0` says; that of a signal is 128 and its number, as shells say it.
fn code(exit: &str) -> Option<i32> {
    let (how, number) = exit.split_once(": ")?;
    let number: i32 = number.parse().ok()?;
    match how {
        "exit" => Some(number),
        "signal" => Some(128 + number),
        _ => None,
    }
}

fn proposed(number: u32, by: &str, action: &Action) -> Pursuit {
    let (by, reads) = (by.to_owned(), by.to_owned());
    Pursuit::Proposed { number, by, reads, action: Box::new(action.clone()) }
}

/// An answer that says why something could not be done.
pub(super) fn failed(failure: Failure) -> Answer {
    Answer { failure: Some(failure), ..Answer::default() }
}

fn refused(expected: &str, actual: String) -> Answer {
    failed(Failure { outcome: Outcome::Failed, expected: expected.to_owned(), actual })
}

/// An action in which each secret that a guest may use is its mark; it may use no other.
fn marked(action: &Action, secrets: &[&str]) -> Result<Action, String> {
    action.map(&|template: &Template| {
        let plain = template.raw().replace([SECRET.0, SECRET.1], "");
        let whole = secrets.iter().fold(plain, |text, name| {
            let mark = format!("{}{name}{}", SECRET.0, SECRET.1);
            text.replace(&format!("${{secret:{name}}}"), &mark)
        });
        match whole.split_once("${secret:") {
            None => Ok(Template::new(whole)),
            Some((_, rest)) => {
                let name = rest.split('}').next().unwrap_or_default();
                Err(format!(
                    "the secret {name} may not be used; allow it by `policy: {{ secrets: [{name}] }}` in nightshift.yaml"
                ))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::FieldValue;
    use crate::model::{Locator, Target};

    #[test]
    fn how_a_command_ended_is_told_as_shells_tell_it() {
        let told = ["exit: 0", "exit: 2", "signal: 9", ""].map(code);
        assert_eq!(told, [Some(0), Some(2), Some(137), None]);
    }

    fn fill(value: &str) -> Action {
        let field = Target::plain(Locator::Label("Password".into()));
        Action::Fill(vec![FieldValue { field, value: value.into() }])
    }

    #[test]
    fn a_guest_uses_the_secrets_that_everybody_names_and_no_other() {
        let says = |of: &str, names: &[&str]| Bounds {
            of: of.to_owned(),
            secrets: Some(names.iter().map(|it| (*it).to_owned()).collect()),
            ..Bounds::default()
        };
        let guest = |bounds| Guest::new(mpsc::channel(1).1, bounds);
        assert_eq!(guest(vec![Bounds::default()]).secrets(), Vec::<&str>::new());
        let both = guest(vec![says("the suite", &["A", "B"]), says("scenario order", &["B"])]);
        assert_eq!(both.secrets(), ["B"]);
        let widened = guest(vec![says("scenario order", &["B"])]);
        assert_eq!(widened.secrets(), Vec::<&str>::new(), "a scenario only narrows");
        assert_eq!(
            marked(&fill("${secret:B}"), &["B"]),
            Ok(fill(&format!("{}B{}", SECRET.0, SECRET.1)))
        );
        let refused = marked(&fill("${secret:A}"), &["B"]).expect_err("it is not named");
        assert!(refused.starts_with("the secret A may not be used"), "{refused}");
        let forged = format!("{}A{}", SECRET.0, SECRET.1);
        assert_eq!(marked(&fill(&forged), &["B"]), Ok(fill("A")), "nobody else can make a mark");
    }
}
