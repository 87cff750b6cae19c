//! A goal whose words the built-in reader refuses, where the suite has a language model: the model is
//! asked for one action after the other, within the same walls and budgets.
//!
//! A part of [`Attempt`]. What it is asked and what it answers lie in the night as evidence; what it
//! found becomes a recording, so that no later night asks again.

use std::time::Instant;

use super::goal::{Leg, Way};
use super::marks::shown;
use super::{Attempt, milliseconds};
use crate::agent::backend::{Answer, Backend, BackendError, Briefing, Request, brief, proposal};
use crate::ledger::LedgerError;
use crate::model::Outcome;
use crate::model::event::Failure;
use crate::model::pursuit::Pursuit;

/// How often an answer may be no action of the list.
const MOST_WRONG: u32 = 3;

/// A model, and how many tokens one step may take of it.
#[derive(Clone, Copy)]
pub struct Brain<'a> {
    /// The model.
    pub backend: &'a dyn Backend,
    /// The tokens, read and written.
    pub tokens: u64,
}

impl Attempt<'_> {
    /// Has the model go on towards a goal; why it goes no further.
    pub(super) async fn ask_on(
        &mut self,
        brain: Brain<'_>,
        words: &str,
        way: &mut Way<'_>,
    ) -> Result<Option<Failure>, LedgerError> {
        let failed = |expected: String, actual: String| {
            Ok(Some(Failure { outcome: Outcome::Failed, expected, actual }))
        };
        let goal = shown(words);
        let names = way.goal.words.references();
        let secrets: Vec<&str> = names.iter().filter_map(|it| it.strip_prefix("secret:")).collect();
        let (mut wrong, mut complaint) = (0, None);
        loop {
            if let Some(late) = way.late() {
                return Ok(Some(late));
            }
            let page = match self.outline(way.step).await {
                Ok(page) => page,
                Err(failure) => return Ok(Some(failure)),
            };
            let of = Briefing {
                goal: &goal,
                page: &page,
                done: &way.done,
                complaint: complaint.as_deref(),
            };
            let request = self.without_values(brief(of));
            let answer = match self.asked(brain, &request, way).await? {
                Ok(answer) => answer,
                Err(error) => {
                    return failed("an answer of the model".to_owned(), error.to_string());
                }
            };
            way.asked = (way.asked.0 + 1, way.asked.1 + answer.tokens_in + answer.tokens_out);
            let spent = way.asked.1;
            let next = match proposal(&answer.text, &page, &secrets) {
                Ok(next) => next,
                Err(why) if wrong + 1 < MOST_WRONG => {
                    (wrong, complaint) = (wrong + 1, Some(why));
                    continue;
                }
                Err(why) => return failed("an answer that is one action".to_owned(), why),
            };
            if spent > brain.tokens {
                let most = format!("at most {} tokens (`agent: tokens`)", brain.tokens);
                return failed(most, format!("the model has taken {spent}"));
            }
            complaint = None;
            match self.take(Some(&page), next, (brain.backend.name(), &[]), way).await? {
                Leg::On => {}
                Leg::Arrived => return Ok(None),
                Leg::Stopped(failure) => return Ok(Some(failure)),
            }
        }
    }

    /// A request in which no value of a secret stands, whatever the page shows.
    fn without_values(&self, request: Request) -> Request {
        let secrets = self.ledger.secrets();
        let user = secrets.scrub(request.user.as_bytes());
        Request { user: String::from_utf8_lossy(&user).into_owned(), ..request }
    }

    /// Asks, and keeps what was asked and answered.
    async fn asked(
        &mut self,
        brain: Brain<'_>,
        request: &Request,
        way: &Way<'_>,
    ) -> Result<Result<Answer, BackendError>, LedgerError> {
        let started = Instant::now();
        let answer = brain.backend.ask(request).await;
        let asked = serde_json::to_vec(request).unwrap_or_default();
        let asked = self.ledger.keep("request to a model", "application/json", &asked)?;
        let (text, tokens, tries) = match &answer {
            Ok(it) => (it.text.clone(), (it.tokens_in, it.tokens_out), it.tries),
            Err(_) => (String::new(), (0, 0), 0),
        };
        let said = self.ledger.keep("answer of a model", "text/plain", text.as_bytes())?;
        let line = Pursuit::Asked {
            number: way.number + 1,
            model: brain.backend.name().to_owned(),
            request: asked.path,
            answer: said.path,
            failed: answer.as_ref().err().map(ToString::to_string),
            tries,
            tokens_in: tokens.0,
            tokens_out: tokens.1,
            duration_ms: milliseconds(started),
        };
        self.tell(way.step, line)?;
        Ok(answer)
    }
}
