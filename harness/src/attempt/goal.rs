//! A goal in plain words: look at the page, have one action proposed, ask policy, carry it out, and
//! look again, until nothing is left to do. An accepted recording proposes first, then the reader of
//! the words.
//!
//! Every line of it goes into the ledger. The checks of `until:` are steps of their own and come
//! after it. What is proposed is final text: a page that shows `${…}` gets nothing for it, and a
//! secret is put in only when policy has allowed the action.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::carry_out::{CarriedOut, no_page};
use super::marks::{shown, with_secrets, without_secrets};
use super::recorder::Taken;
use super::talk::took;
use super::{Attempt, in_words, milliseconds};
use crate::agent::{Healed, PlainWords, Proposal, Proposer, Refusal, Replay, Why};
use crate::ledger::{LedgerError, Secrets};
use crate::model::action::{Goal, LONGEST_MS};
use crate::model::budget::Spent;
use crate::model::event::Failure;
use crate::model::outline::Outline;
use crate::model::pursuit::{Pursuit, Said};
use crate::model::{Action, Event, Outcome, Purpose, Step, StepOutcome};
use crate::policy::{PolicyDecision, Proposed, Ruling};
use crate::process::FairInstant;
use crate::surface::Done;

/// How long something may take to appear after an action.
pub(super) const APPEARING: Duration = Duration::from_secs(3);
/// How long is waited between two looks at a page on which nothing fits.
pub(super) const PAUSE: Duration = Duration::from_millis(150);

/// The way to a goal so far.
pub(super) struct Way<'a> {
    pub(super) step: &'a Step,
    pub(super) goal: &'a Goal,
    started: Instant,
    within: Duration,
    deadline: FairInstant,
    /// How many actions were proposed.
    pub(super) number: u32,
    /// What was done on which page.
    met: HashSet<String>,
    /// Whether something was asked for again that had changed nothing.
    in_circles: bool,
    /// What was done, for the report.
    pub(super) done: Vec<String>,
    /// What a model took, with its answers that were kept from before.
    pub(super) spent: Spent,
    /// The same without them.
    paid: Spent,
    /// How many of its answers were kept from before.
    kept: u32,
    /// What the last command wrote, as JSON; `None` where none ran.
    pub(super) wrote: Option<String>,
    /// Whether an accepted recording was left.
    is_left: bool,
    /// Whether the last that was proposed was nothing.
    is_refused: bool,
    /// The same, for a recording.
    pub(super) taken: Taken,
}

/// How a part of the way ended.
pub(super) enum Leg {
    /// It goes on.
    On,
    /// Nothing is left to do.
    Arrived,
    /// It goes no further.
    Stopped(Failure),
}

impl Attempt<'_> {
    /// Follows the words of a goal, and keeps a picture of where that led where ways are compared.
    pub(super) async fn pursue(
        &mut self,
        step: &Step,
        goal: &Goal,
    ) -> Result<CarriedOut, LedgerError> {
        let mut done = Box::pin(self.reach(step, goal)).await?;
        let passed = done.outcome == StepOutcome::Passed;
        if passed && matches!(self.log, super::Log::Ledger(Purpose::Trying)) {
            done.evidence.extend(self.material(step).await?);
        }
        Ok(done)
    }

    async fn reach(&mut self, step: &Step, goal: &Goal) -> Result<CarriedOut, LedgerError> {
        let words = match self.words(step, goal).await {
            Ok(words) => words,
            Err(actual) => {
                let expected = step.text.clone();
                let failure = Failure { outcome: Outcome::Failed, expected, actual };
                return Ok(CarriedOut::failed(failure));
            }
        };
        let mut way = Way::to(step, goal);
        let spoken = self.talk.begin(&words, goal.words.raw());
        if let Some(meaning) = self.talk.meaning().filter(|_| spoken.is_ok()) {
            let words = meaning.to_owned();
            self.tell(step, Pursuit::Meant { words })?;
        }
        if let Some(mut replay) = self.replay_of(step, goal) {
            let failure = self.follow_recording(&mut replay, &mut way).await?;
            match failure {
                // Nothing was done yet, so that the words can still be read from their beginning.
                Some(failure) if way.is_untouched(&failure) => {
                    self.tell(step, Pursuit::Left { why: failure.actual })?;
                    (way.is_refused, way.is_left) = (false, !self.is_proposed(goal));
                }
                failure => {
                    // A way that nobody accepted says nothing of the product.
                    let failure = match failure {
                        Some(it) if self.is_proposed(goal) => Some(way.undecided(it)),
                        failure => failure,
                    };
                    return self.end(way, failure, Some(replay.healed()));
                }
            }
        }
        let read = spoken.and_then(|it| reader(&it, goal));
        let failure = match read {
            Ok(mut proposer) => self.follow_way(&mut proposer, &mut way).await?,
            Err(why) => {
                way.is_refused = true;
                let (expected, actual) = (shown(&words), shown(&why));
                Some(Failure { outcome: Outcome::Failed, expected, actual })
            }
        };
        let failure = match self.brain.filter(|_| way.is_refused) {
            Some(brain) => {
                let failure = match brain.agent {
                    Some(agent) => Box::pin(self.hand_over((brain, agent), &mut way)).await?,
                    None => self.ask_on(brain, &mut way).await?,
                };
                failure.map(|it| way.undecided(it))
            }
            None => failure,
        };
        self.end(way, failure, None)
    }

    /// Has one action after the other proposed and done; why it goes no further.
    async fn follow_way(
        &mut self,
        proposer: &mut dyn Proposer,
        way: &mut Way<'_>,
    ) -> Result<Option<Failure>, LedgerError> {
        loop {
            match self.leg(proposer, way).await? {
                Leg::On => {}
                Leg::Arrived => return Ok(None),
                Leg::Stopped(failure) => return Ok(Some(failure)),
            }
        }
    }

    /// Repeats a recording: the page is read whole only where an action is not at hand.
    async fn follow_recording(
        &mut self,
        replay: &mut Replay,
        way: &mut Way<'_>,
    ) -> Result<Option<Failure>, LedgerError> {
        loop {
            let leg = if self.is_at_hand(replay, way.step).await {
                let proposal = replay.take_at_hand();
                self.take(None, proposal, (replay.name(), replay.healed()), way).await?
            } else {
                self.leg(replay, way).await?
            };
            match leg {
                Leg::On => {}
                Leg::Arrived => return Ok(None),
                Leg::Stopped(failure) => return Ok(Some(failure)),
            }
        }
    }

    /// Whether each thing that the next action names is there once.
    async fn is_at_hand(&mut self, replay: &Replay, step: &Step) -> bool {
        let Some(action) = replay.at_hand() else { return false };
        for target in action.targets() {
            let Some(page) = self.page(step) else { return false };
            if !matches!(page.count(&target).await, Ok(Some(1))) {
                return false;
            }
        }
        true
    }

    /// Looks at the page and does the one thing that is proposed.
    async fn leg(
        &mut self,
        proposer: &mut dyn Proposer,
        way: &mut Way<'_>,
    ) -> Result<Leg, LedgerError> {
        let (page, proposal) = match self.proposal(proposer, way).await {
            Ok(both) => both,
            Err(failure) => return Ok(Leg::Stopped(failure)),
        };
        let by = (proposer.name(), proposer.healed());
        self.take(Some(&page), proposal, by, way).await
    }

    /// Does the one thing that is proposed for a page, within the walls and budgets; `by` is who
    /// proposed it, with what was healed. Without a page it is a recording's, and ends by itself.
    pub(super) async fn take(
        &mut self,
        page: Option<&Outline>,
        proposal: Proposal,
        (by, healed): (&str, &[Healed]),
        way: &mut Way<'_>,
    ) -> Result<Leg, LedgerError> {
        let (reads, action) = match proposal {
            Proposal::Done => return Ok(Leg::Arrived),
            Proposal::Nothing { reads, refusal } => {
                way.is_refused = true;
                if let Why::Said(kind) = refusal.why {
                    let (number, text) = (way.number + 1, shown(&refusal.actual));
                    self.tell(way.step, Pursuit::Said { number, kind, text })?;
                }
                return Ok(Leg::Stopped(stopped(&reads, &refusal)));
            }
            Proposal::Act { reads, action } => (shown(&reads), *action),
        };
        let told = with_secrets(&action, &|name| Some(format!("${{secret:{name}}}")));
        if let Some(failure) = way.spent(page, &told) {
            return Ok(Leg::Stopped(failure));
        }
        way.taken.push(page.and_then(|it| self.recorded(way.step, way.goal, &action, it)));
        way.number += 1;
        let (number, by) = (way.number, by.to_owned());
        let line =
            Pursuit::Proposed { number, by, reads: reads.clone(), action: Box::new(told.clone()) };
        self.tell(way.step, line)?;
        for it in healed.iter().filter(|it| it.action + 1 == number as usize) {
            let (was, is) = (shown(&it.was), shown(&it.is));
            self.tell(way.step, Pursuit::Healed { number, was, is, like: it.like, next: it.next })?;
        }
        let action = with_secrets(&action, &|name| self.secret(name));
        let decision = self.decide(way, number, (&action, &told)).await?;
        if let Some(actual) = refusal(&decision) {
            let expected = told.describe();
            return Ok(Leg::Stopped(Failure { outcome: Outcome::Blocked, expected, actual }));
        }
        let failure = self.act(way.step, number, &action).await?;
        way.done.push(told.describe());
        Ok(match failure {
            None => Leg::On,
            Some(failure) => {
                Leg::Stopped(Failure { actual: format!("{reads}: {}", failure.actual), ..failure })
            }
        })
    }

    /// What policy makes of what was proposed, and a person where it leaves that to one.
    async fn decide(
        &mut self,
        way: &Way<'_>,
        number: u32,
        (filled, told): (&Action, &Action),
    ) -> Result<PolicyDecision, LedgerError> {
        let bounds = &way.goal.bounds;
        let at = self.standing(way.step, bounds).await;
        let proposed = Proposed { filled, told, at: at.as_deref(), bounds };
        let decision = self.policy.decide_proposed(proposed);
        self.tell(way.step, decided(number, &decision))?;
        match decision.ruling {
            Ruling::Ask => self.put_to_a_person(way, number, told, decision).await,
            Ruling::Allow | Ruling::Deny => Ok(decision),
        }
    }

    /// What is proposed, and for which page; waits for what appears a moment after an action.
    async fn proposal(
        &mut self,
        proposer: &mut dyn Proposer,
        way: &Way<'_>,
    ) -> Result<(Outline, Proposal), Failure> {
        let appears = FairInstant::now() + APPEARING.min(way.within);
        loop {
            let outline = self.outline(way.step).await?;
            let proposal = proposer.propose(&outline);
            let again = matches!(proposal, Proposal::Nothing { .. });
            if !again {
                return Ok((outline, proposal));
            }
            if appears.has_come() || way.deadline.has_come() {
                let proposal = proposer.heal(&outline).unwrap_or(proposal);
                return Ok((outline, proposal));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The page of a step, element by element.
    pub(super) async fn outline(&mut self, step: &Step) -> Result<Outline, Failure> {
        let Some(page) = self.page(step) else { return Err(no_page(step)) };
        match page.outline().await {
            Ok(read) => read.map(without_secrets),
            Err(error) => match CarriedOut::harness_error(&error).outcome {
                StepOutcome::Failed(failure) => Err(failure),
                StepOutcome::Passed => Err(no_page(step)),
            },
        }
    }

    async fn act(
        &mut self,
        step: &Step,
        number: u32,
        action: &Action,
    ) -> Result<Option<Failure>, LedgerError> {
        let started = Instant::now();
        let failure = match self.page(step) {
            None => Some(no_page(step)),
            Some(page) => match page.act(action).await {
                Ok(Done::Passed(_)) => None,
                Ok(Done::Failed(failure)) => Some(failure),
                Err(error) => match CarriedOut::harness_error(&error).outcome {
                    StepOutcome::Failed(failure) => Some(failure),
                    StepOutcome::Passed => None,
                },
            },
        };
        let lost = failure.as_ref().is_some_and(|it| it.outcome == Outcome::HarnessError);
        let place = if lost { String::new() } else { self.page_place(step).await };
        let failed = failure.as_ref().map(|it| it.actual.clone());
        let duration_ms = milliseconds(started);
        self.tell(step, Pursuit::Done { number, place, failed, duration_ms })?;
        Ok(failure)
    }

    /// Ends the way; `healed` is what had to be, where a recording was repeated.
    fn end(
        &mut self,
        way: Way<'_>,
        failure: Option<Failure>,
        healed: Option<&[Healed]>,
    ) -> Result<CarriedOut, LedgerError> {
        let why = failure.as_ref().map_or("done", |it| it.actual.as_str()).to_owned();
        let ended = Pursuit::Ended {
            why,
            actions: way.number,
            at_most: way.goal.at_most,
            duration_ms: milliseconds(way.started),
            within_ms: u64::try_from(way.within.as_millis()).unwrap_or(u64::MAX),
        };
        self.tell(way.step, ended)?;
        let did = if way.done.is_empty() { "nothing".to_owned() } else { way.done.join("; ") };
        let instead: Vec<String> = healed
            .unwrap_or_default()
            .iter()
            .map(|it| format!("; {} was taken for {}", shown(&it.is), shown(&it.was)))
            .collect();
        let by_model = took(way.paid, way.kept, self.brain.and_then(|it| it.price));
        self.talk.end(&way.done, failure.as_ref().map_or("done", |it| &it.actual));
        let did = format!("{did}{}{by_model}", instead.concat());
        let unseen = self.talk.unseen();
        if failure.is_none() {
            self.reached(way.step, way.goal, way.taken, healed);
        }
        Ok(match failure {
            None => CarriedOut {
                outcome: StepOutcome::Passed,
                place: None,
                evidence: Vec::new(),
                decided: None,
                remark: Some(match unseen {
                    Some(why) => format!("did: {did}; {why}"),
                    None => format!("did: {did}"),
                }),
            },
            Some(failure) => CarriedOut {
                remark: unseen,
                ..CarriedOut::failed(Failure {
                    actual: if way.done.is_empty() {
                        failure.actual
                    } else {
                        format!("{} (before that: {did})", failure.actual)
                    },
                    ..failure
                })
            },
        })
    }

    pub(super) fn tell(&mut self, step: &Step, pursuit: Pursuit) -> Result<(), LedgerError> {
        self.note(Event::Goal {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            step: step.index,
            pursuit,
        })
    }

    /// The words with every reference replaced, but for secrets, which only their names stand for.
    async fn words(&mut self, step: &Step, goal: &Goal) -> Result<String, String> {
        self.give_codes(step).await?;
        self.marked(step, &goal.words)
    }

    fn secret(&self, name: &str) -> Option<String> {
        let secrets: &Secrets = self.ledger.secrets();
        secrets.get(name).map(str::to_owned)
    }
}

impl<'a> Way<'a> {
    /// The way to a goal, of which nothing was gone yet.
    pub(super) fn to(step: &'a Step, goal: &'a Goal) -> Self {
        let within = Duration::from_millis(step.within_ms.unwrap_or(LONGEST_MS));
        Self {
            step,
            goal,
            started: Instant::now(),
            within,
            deadline: FairInstant::now() + within,
            number: 0,
            met: HashSet::new(),
            in_circles: false,
            done: Vec::new(),
            spent: Spent::default(),
            paid: Spent::default(),
            kept: 0,
            wrote: None,
            is_left: false,
            is_refused: false,
            taken: Vec::new(),
        }
    }

    /// Gives it as long as this from now on, unless the step says how long it may take.
    pub(super) fn gets(&mut self, within: Duration) {
        if self.step.within_ms.is_none() {
            self.within = self.started.elapsed() + within;
            self.deadline = FairInstant::now() + within;
        }
    }

    /// Takes note of what an answer took.
    pub(super) fn answered(&mut self, took: Spent) {
        self.spent.add(took);
        if took.asked == 0 {
            self.kept += 1;
        } else {
            self.paid.add(took);
        }
    }

    /// Why a leg was the last, where that is a failure. Where nothing changes any more and something
    /// was done, what must hold says whether the goal is reached.
    pub(super) fn why_no_further(&self, leg: Leg) -> Option<Failure> {
        let may_be_there = self.in_circles && !self.done.is_empty() && !self.goal.until.is_empty();
        match leg {
            Leg::On | Leg::Arrived => None,
            Leg::Stopped(_) if may_be_there => None,
            Leg::Stopped(failure) => Some(failure),
        }
    }

    /// How much of its time is left.
    pub(super) fn time_left(&self) -> Duration {
        self.deadline.left()
    }

    /// A way that a model did not find says nothing of the product, so that it is for a person; one
    /// for which there is an accepted recording says that it is gone.
    fn undecided(&self, failure: Failure) -> Failure {
        match failure.outcome {
            Outcome::Failed if !self.is_left => Failure { outcome: Outcome::Blocked, ..failure },
            _ => failure,
        }
    }

    /// Whether a recording went no further although the page is still as it was.
    fn is_untouched(&self, failure: &Failure) -> bool {
        self.number == 0 && failure.outcome == Outcome::Failed
    }

    /// That the time is over.
    pub(super) fn late(&self) -> Option<Failure> {
        self.deadline.has_come().then(|| Failure {
            outcome: Outcome::Failed,
            expected: format!("an end within {}", in_words(self.within)),
            actual: "still at it".to_owned(),
        })
    }

    /// Why no further action is taken: there were enough, the time is over, or it goes in circles.
    pub(super) fn spent(&mut self, page: Option<&Outline>, action: &Action) -> Option<Failure> {
        let failed = |expected: String, actual: String| {
            Some(Failure { outcome: Outcome::Failed, expected, actual })
        };
        let what = action.describe();
        if self.number >= self.goal.at_most {
            let most = self.goal.at_most;
            let actual = format!("more were asked for, next: {what}");
            return failed(format!("at most {most} actions"), actual);
        }
        if let Some(late) = self.late() {
            return failed(late.expected, format!("{}, next: {what}", late.actual));
        }
        let state = serde_json::to_string(&(page?, action, &self.wrote)).unwrap_or_default();
        if !self.met.insert(state) {
            self.in_circles = true;
            let (changes, same) = if self.goal.using.has_pages() {
                ("a page that changes", "on the same page")
            } else {
                ("an output that changes", "after the same output")
            };
            return failed(changes.to_owned(), format!("{what} was asked for twice {same}"));
        }
        None
    }
}

/// The reader of plain words, which uses pages; the error says why they are not read.
fn reader(words: &str, goal: &Goal) -> Result<PlainWords, String> {
    if goal.using.has_pages() {
        PlainWords::read(words).map_err(|it| it.actual)
    } else {
        Err("plain words are about a page, and this goal has none".to_owned())
    }
}

/// Nothing fits any more.
fn stopped(reads: &str, refusal: &Refusal) -> Failure {
    let outcome = match refusal.why {
        Why::Said(Said::Ask) => Outcome::Blocked,
        Why::Said(Said::Infeasible | Said::Defect)
        | Why::Unread
        | Why::Absent
        | Why::Ambiguous
        | Why::Otherwise => Outcome::Failed,
    };
    Failure {
        outcome,
        expected: format!("{}: {}", shown(reads), shown(&refusal.expected)),
        actual: shown(&refusal.actual),
    }
}

/// Why something is not done, in words; `None` where it may be.
pub(super) fn refusal(decision: &PolicyDecision) -> Option<String> {
    match decision.ruling {
        Ruling::Allow => None,
        Ruling::Ask => Some(format!("a person must be asked: {}", decision.rule)),
        Ruling::Deny => Some(format!("forbidden by policy: {}", decision.rule)),
    }
}

/// What the ledger says of a decision.
pub(super) fn decided(number: u32, decision: &PolicyDecision) -> Pursuit {
    let ruling = match decision.ruling {
        Ruling::Allow => "allow",
        Ruling::Ask => "ask",
        Ruling::Deny => "deny",
    };
    Pursuit::Decided { number, ruling: ruling.to_owned(), rule: decision.rule.clone() }
}
