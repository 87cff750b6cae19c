//! A goal whose words the built-in reader refuses, where the suite has a language model: the model is
//! asked for one action after the other, within the same walls, and within budgets.
//!
//! A part of [`Attempt`]. What it is asked and what it answers lie in the night as evidence; what it
//! found becomes a recording, so that no later night asks again.

use std::collections::BTreeMap;
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::json;

use super::coding::CodingAgent;
use super::goal::{Leg, Way};
use super::marks::shown;
use super::{Attempt, milliseconds};
use crate::agent::backend::{
    Answer, Backend, BackendError, Briefing, Form, Hold, Offer, Picture, Purse, Request, Sight,
    Tokens, View, brief, command_alone, proposal, proposal_or_command, question, tokens,
};
use crate::agent::skills::named;
use crate::agent::{Proposal, cut};
use crate::ledger::LedgerError;
use crate::model::action::{Goal, Using};
use crate::model::bounds::Bounds;
use crate::model::budget::{Bound, Budget, BudgetOf, Cost, Next, Over, Price, Spent};
use crate::model::event::Failure;
use crate::model::outline::Outline;
use crate::model::pursuit::Pursuit;
use crate::model::scenario::RunCommand;
use crate::model::suite::Skill;
use crate::model::{Action, Outcome, Step};

/// How often an answer may be no action of the list.
const MOST_WRONG: u32 = 3;
/// A picture of more bytes is not sent: hosted models take none that is larger, in base64, than 5 MB.
const LARGEST_PICTURE: usize = 3_500_000;
/// The most characters of an output of a command that a model is told.
const MOST_WRITTEN: usize = 4_000;

/// A model, and what it may take.
#[derive(Clone, Copy)]
pub struct Brain<'a> {
    /// The model.
    pub backend: &'a dyn Backend,
    /// The tokens of one step, read and written.
    pub tokens: u64,
    /// What it costs; `None` counts no money.
    pub price: Option<&'a Price>,
    /// What all goals of the night may take together.
    pub night: &'a Purse,
    /// Which try at a way this is, from 1.
    pub attempt: u32,
    /// The coding agent that takes a goal over instead of being asked for one action at a time.
    pub agent: Option<&'a dyn CodingAgent>,
    /// The skills of the suite, of which it is told.
    pub skills: &'a IndexMap<String, Skill>,
}

impl<'a> Brain<'a> {
    /// Holds what a request may take of the night at the most.
    ///
    /// # Errors
    /// The night's budget is spent.
    async fn hold(self, request: &Request) -> Result<Hold<'a>, Over> {
        let (tokens_in, tokens_out) = self.backend.most_tokens(request);
        let money = self.price.map_or(0, |it| it.of(tokens_in, tokens_out));
        let time_ms = self.backend.longest_ms();
        let most = Spent { asked: 1, time_ms, tokens_in, tokens_out, money, ..Spent::default() };
        self.night.hold(most).await
    }

    pub(super) fn currency(&self) -> &str {
        self.price.map_or(Price::CURRENCY, |it| &it.currency)
    }
}

/// What came of a request, with what it took; else the bound by which the night's budget is spent.
type Asked = Result<(Result<Answer, BackendError>, Spent), Over>;

/// What a budget must have for a proposal.
fn what_comes(proposal: &Proposal) -> Next {
    if matches!(proposal, Proposal::Act { .. }) { Next::Act } else { Next::End }
}

impl Attempt<'_> {
    /// Has the model go on towards a goal; why it goes no further.
    pub(super) async fn ask_on(
        &mut self,
        brain: Brain<'_>,
        way: &mut Way<'_>,
    ) -> Result<Option<Failure>, LedgerError> {
        let goal = shown(self.talk.spoken());
        let names = way.goal.words.references();
        let secrets: Vec<&str> = names.iter().filter_map(|it| it.strip_prefix("secret:")).collect();
        let (mut wrong, mut complaint, mut sight) = (0, None::<String>, Sight::default());
        loop {
            if let Some(end) = self.no_more_to_ask(brain, way)? {
                return Ok(Some(end));
            }
            let page = match self.page_towards(way).await {
                Ok(page) => page,
                Err(failure) => return Ok(Some(failure)),
            };
            let (view, wrong_was) = (sight.look(&page), complaint.take());
            let request = brief(Briefing {
                goal: &goal,
                view: &view,
                done: &way.done,
                earlier: self.talk.earlier(),
                complaint: wrong_was.as_deref(),
                attempt: brain.attempt,
                using: way.goal.using,
                commands: commands(way.goal),
                wrote: way.wrote.as_deref(),
                skills: brain.skills,
            });
            let request = self.with_picture((brain, way.step), request).await?;
            let at = (way.step, way.number + 1);
            let (said, took) = match self.asked(brain, at, &request).await? {
                Ok(both) => both,
                Err(over) => return self.is_over(brain, way, (BudgetOf::Night, over)).map(Some),
            };
            way.answered(took);
            let answer = match said {
                Ok(answer) => answer,
                Err(it) => return Ok(Some(failed("an answer of the model", it.to_string()))),
            };
            let sees = (&view, &mut sight, brain.skills);
            let next = match read(&answer.text, sees, &secrets, way.goal) {
                Ok(Some(next)) => next,
                Ok(None) => continue,
                Err(why) if wrong + 1 < MOST_WRONG => {
                    (wrong, complaint) = (wrong + 1, Some(why));
                    continue;
                }
                Err(why) => return Ok(Some(failed("an answer that is one action", why))),
            };
            if let Some(over) = self.over_behind(took, brain, way, what_comes(&next))? {
                return Ok(Some(over));
            }
            sight.acted();
            let leg = self.take_and_count(brain, (next, took), &page, way).await?;
            if !matches!(leg, Leg::On) {
                return Ok(way.why_no_further(leg));
            }
        }
    }

    /// Why nothing more is asked: the time or a budget is over. That of the night is looked at where a
    /// request needs it.
    fn no_more_to_ask(
        &mut self,
        brain: Brain<'_>,
        way: &Way<'_>,
    ) -> Result<Option<Failure>, LedgerError> {
        match way.late() {
            Some(late) => Ok(Some(late)),
            None => self.over_without_night(brain, way, Next::Ask),
        }
    }

    /// The budget that is over behind an answer, in words: what was kept is paid for.
    fn over_behind(
        &mut self,
        took: Spent,
        brain: Brain<'_>,
        way: &Way<'_>,
        next: Next,
    ) -> Result<Option<Failure>, LedgerError> {
        if was_kept(took) {
            return self.over_without_night(brain, way, next);
        }
        self.over(brain, way, next)
    }

    /// The page towards a goal; an empty one where it is reached by commands alone.
    async fn page_towards(&mut self, way: &Way<'_>) -> Result<Outline, Failure> {
        if !way.goal.using.has_pages() {
            return Ok(Outline::default());
        }
        self.outline(way.step).await
    }

    /// Takes a proposal, and counts for the night what it took.
    async fn take_and_count(
        &mut self,
        brain: Brain<'_>,
        (next, took): (Proposal, Spent),
        page: &Outline,
        way: &mut Way<'_>,
    ) -> Result<Leg, LedgerError> {
        let (started, before) = (Instant::now(), way.number);
        let leg = self.take_or_run(brain.backend.name(), next, page, way).await?;
        let acted = self.acted(way, (before, milliseconds(started)));
        // What follows from an answer that was kept was counted with it.
        if !was_kept(took) {
            brain.night.add(acted);
        }
        Ok(leg)
    }

    /// Does the one thing that is proposed, with the page or by a command.
    async fn take_or_run(
        &mut self,
        by: &str,
        next: Proposal,
        page: &Outline,
        way: &mut Way<'_>,
    ) -> Result<Leg, LedgerError> {
        if let Proposal::Act { action, .. } = &next
            && let Action::Run(run) = &**action
        {
            return Box::pin(self.run_towards(by, run, page, way)).await;
        }
        self.take(Some(page), next, (by, &[]), way).await
    }

    /// Runs a command that a model asks for, within the walls and budgets, and keeps what it wrote for
    /// the next question.
    async fn run_towards(
        &mut self,
        by: &str,
        run: &RunCommand,
        page: &Outline,
        way: &mut Way<'_>,
    ) -> Result<Leg, LedgerError> {
        let action = Action::Run(Box::new(run.clone()));
        if let Some(failure) = way.spent(Some(page), &action) {
            return Ok(Leg::Stopped(failure));
        }
        way.taken.push(None);
        let goal = way.goal;
        let answer = self.run_for(by, run, &goal.bounds, way).await?;
        way.done.push(action.describe());
        if let Some(crash) = (self.crashed)() {
            return Ok(Leg::Stopped(self.record_crash(&crash)?));
        }
        if let Some(wrote) = answer.wrote {
            let outputs = wrote
                .outputs
                .iter()
                .map(|(name, text, _)| (name.as_str(), cut(text, MOST_WRITTEN)));
            let outputs: BTreeMap<&str, String> = outputs.collect();
            way.wrote = Some(json!({ "exit": wrote.exit, "outputs": outputs }).to_string());
        }
        Ok(answer.failure.map_or(Leg::On, Leg::Stopped))
    }

    /// Takes note of the actions since so many were proposed; what they took of a night's budget.
    pub(super) fn acted(&mut self, way: &mut Way<'_>, (before, time_ms): (u32, u64)) -> Spent {
        let acted = Spent { actions: way.number - before, time_ms, ..Spent::default() };
        way.spent.add(acted);
        self.talk.spent.add(acted);
        acted
    }

    /// The budget that is over, in words; the ledger says it too.
    pub(super) fn over(
        &mut self,
        brain: Brain<'_>,
        way: &Way<'_>,
        next: Next,
    ) -> Result<Option<Failure>, LedgerError> {
        if let Some(over) = self.over_without_night(brain, way, next)? {
            return Ok(Some(over));
        }
        match brain.night.over(next) {
            Some(over) => self.is_over(brain, way, (BudgetOf::Night, over)).map(Some),
            None => Ok(None),
        }
    }

    /// The same of the step and the scenario.
    fn over_without_night(
        &mut self,
        brain: Brain<'_>,
        way: &Way<'_>,
        next: Next,
    ) -> Result<Option<Failure>, LedgerError> {
        let own = way.goal.budget;
        let step = Budget { tokens: own.tokens.or(Some(brain.tokens)), ..own };
        let scenario = &self.scenario.budget;
        let over = [
            (BudgetOf::Step, way.spent.over(&step, next)),
            (BudgetOf::Scenario, self.talk.spent.over(scenario, next)),
        ];
        match over.into_iter().find_map(|(of, it)| Some((of, it?))) {
            Some(over) => self.is_over(brain, way, over).map(Some),
            None => Ok(None),
        }
    }

    /// Says that a budget is over.
    pub(super) fn is_over(
        &mut self,
        brain: Brain<'_>,
        way: &Way<'_>,
        (of, Over { bound, used, most }): (BudgetOf, Over),
    ) -> Result<Failure, LedgerError> {
        let own = way.goal.budget;
        let key = match of {
            BudgetOf::Step if bound == Bound::Tokens && own.tokens.is_none() => "`agent: tokens`",
            BudgetOf::Step => "`budget` of the step",
            BudgetOf::Scenario => "`budget` of the scenario",
            BudgetOf::Night => "`agent: budget`, for the night",
        };
        self.tell(way.step, Pursuit::Budget { of, bound, used, most })?;
        let said = |amount| bound.said(amount, brain.currency());
        Ok(Failure {
            outcome: Outcome::Failed,
            expected: format!("at most {} ({key})", said(most)),
            actual: format!("the model has taken {}", said(used)),
        })
    }

    /// The request with the page as it looks, where it is about a page, and the model takes pictures; a
    /// remark on the step says why there is none where the suite asks for one.
    pub(super) async fn with_picture(
        &mut self,
        (brain, step): (Brain<'_>, &Step),
        request: Request,
    ) -> Result<Request, LedgerError> {
        if request.form == Form::Command {
            return Ok(request);
        }
        let seen = match (brain.backend.takes_pictures(), brain.backend.lacks_pictures()) {
            (true, _) => self.picture_to_send(step).await,
            (false, Some(why)) => Err(why.to_owned()),
            (false, None) => return Ok(request),
        };
        let png = match seen {
            Ok(png) => png,
            Err(why) => {
                self.talk.not_seen(&why);
                return Ok(request);
            }
        };
        // What is sent is what is kept.
        let png = self.ledger.secrets().scrub(&png).into_owned();
        let path = self.ledger.keep("picture for a model", "image/png", &png)?.path;
        Ok(Request { picture: Some(Picture { path, png }), ..request })
    }

    /// The page as it looks, where that can be sent; else why not.
    async fn picture_to_send(&mut self, step: &Step) -> Result<Vec<u8>, String> {
        let png = self.picture_of_page(step).await?;
        if png.len() > LARGEST_PICTURE {
            let bytes = png.len();
            return Err(format!(
                "it has {bytes} bytes, and at the most {LARGEST_PICTURE} are sent"
            ));
        }
        Ok(png)
    }

    /// A request in which no value of a secret stands, whatever the page shows.
    fn without_values(&self, request: &Request) -> Request {
        let secrets = self.ledger.secrets();
        let user = secrets.scrub(request.user.as_bytes());
        Request { user: String::from_utf8_lossy(&user).into_owned(), ..request.clone() }
    }

    /// Asks, unless this attempt was answered before it was made again, which needs nothing of the night's
    /// budget; keeps what was asked and answered, and takes note of what it took.
    pub(super) async fn asked(
        &mut self,
        brain: Brain<'_>,
        (step, number): (&Step, u32),
        request: &Request,
    ) -> Result<Asked, LedgerError> {
        let request = self.without_values(request);
        let remembered = self.remembered.take(&request);
        let hold = match &remembered {
            Some(_) => None,
            None => match brain.hold(&request).await {
                Ok(hold) => Some(hold),
                Err(over) => return Ok(Err(over)),
            },
        };
        let started = Instant::now();
        let (answer, kept) = match remembered {
            Some((answer, kept)) => (Ok(answer), Some(kept)),
            None => (brain.backend.ask(&request).await, None),
        };
        let asked = serde_json::to_vec(&request).unwrap_or_default();
        let asked = self.ledger.keep("request to a model", "application/json", &asked)?;
        let Tokens { read: tokens_in, written: tokens_out, estimated } = tokens(&answer);
        let (text, tries) = match &answer {
            Ok(it) => (it.text.clone(), it.tries),
            Err(_) => (String::new(), 0),
        };
        let said = self.ledger.keep("answer of a model", "text/plain", text.as_bytes())?;
        let money = brain.price.map_or(0, |it| it.of(tokens_in, tokens_out));
        let took = Spent {
            asked: u32::from(kept.is_none()),
            actions: 0,
            time_ms: milliseconds(started),
            tokens_in,
            tokens_out,
            estimated,
            money,
        };
        self.talk.spent.add(took);
        if let Some(hold) = hold {
            hold.spend(took);
        }
        let cost = brain.price.map(|it| Cost { millionths: money, currency: it.currency.clone() });
        let line = Pursuit::Asked {
            number,
            model: brain.backend.name().to_owned(),
            request: asked.path,
            picture: request.picture.map(|it| it.path),
            answer: said.path,
            failed: answer.as_ref().err().map(ToString::to_string),
            tries,
            tokens_in,
            tokens_out,
            estimated,
            cost,
            duration_ms: took.time_ms,
            kept,
        };
        self.tell(step, line)?;
        Ok(Ok((answer, took)))
    }
}

/// Whether an answer that took this was kept from before.
fn was_kept(took: Spent) -> bool {
    took.asked == 0
}

/// The commands that may be proposed towards a goal, as the suite names them.
fn commands(goal: &Goal) -> &[String] {
    let has_commands = goal.using.has_commands();
    let suite = goal.bounds.iter().find(|it| it.of == Bounds::SUITE && has_commands);
    suite.and_then(|it| it.commands.as_deref()).unwrap_or_default()
}

/// What was answered towards a goal, in which these secrets may be named; `None` where it is to be
/// told more first.
fn read(
    answer: &str,
    (view, sight, skills): (&View<'_>, &mut Sight, &IndexMap<String, Skill>),
    secrets: &[&str],
    goal: &Goal,
) -> Result<Option<Proposal>, String> {
    if let Some((offer, text)) = question(answer) {
        let told = match offer {
            Offer::More => sight.ask_for(&text),
            Offer::Skill => named(skills, text.trim()).and_then(|it| sight.read(it)),
        };
        return told.map(|()| None);
    }
    let read = match goal.using {
        Using::Commands => command_alone(answer, view, secrets),
        Using::PagesAndCommands if !commands(goal).is_empty() => {
            proposal_or_command(answer, view, secrets)
        }
        Using::PagesAndCommands | Using::Pages => proposal(answer, view, secrets),
    };
    read.map(Some)
}

fn failed(expected: &str, actual: String) -> Failure {
    Failure { outcome: Outcome::Failed, expected: expected.to_owned(), actual }
}
