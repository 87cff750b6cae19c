//! What a policy leaves to a person: he is asked where he is there, and what he said earlier holds. Where
//! nobody is there, the question is noted, and nothing is done. In a session of somebody from outside he
//! replies meanwhile, and each yes is for one action on one page.
//!
//! A part of [`Attempt`]; `goal.rs` comes here where a decision is `ask`.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Attempt;
use super::goal::Way;
use crate::ledger::{LedgerError, replies};
use crate::model::pursuit::Pursuit;
use crate::model::question::{Question, Replies, Reply};
use crate::model::{Action, Event};
use crate::policy::{PolicyDecision, Ruling};

/// Asks a person; nobody may reply.
pub type Asks = Arc<dyn Fn(&Question) -> Option<Reply> + Send + Sync>;

/// Who can be asked.
#[derive(Clone, Default)]
pub struct Person {
    /// What he said before.
    pub said: Replies,
    /// Asks him now; `None` where nobody is there.
    pub there: Option<Asks>,
    /// Whether what he says while this goes on is heard, beside the ledger: whoever asked from outside
    /// asks again.
    pub meanwhile: bool,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let there = self.there.is_some();
        let mut told = f.debug_struct("Person");
        told.field("said", &self.said).field("there", &there);
        told.field("meanwhile", &self.meanwhile).finish()
    }
}

impl Attempt<'_> {
    /// What a person makes of an action that must be asked about.
    pub(super) async fn put_to_a_person(
        &mut self,
        way: &Way<'_>,
        number: u32,
        told: &Action,
        decision: PolicyDecision,
    ) -> Result<PolicyDecision, LedgerError> {
        let has_page = !matches!(told, Action::Run(_));
        let place = if self.person.meanwhile && has_page {
            Some(self.page_place(way.step).await)
        } else {
            None
        };
        let question = self.question(way.step.index, told, (decision.rule.as_str(), place));
        let before = match self.person.said.get(&question.id) {
            None if self.person.meanwhile => self.said_meanwhile(&question.id),
            said => said.copied(),
        };
        let reply = match (before, &self.person.there) {
            (Some(reply), _) => Some(reply),
            (None, None) => None,
            (None, Some(ask)) => {
                let (ask, question) = (ask.clone(), question.clone());
                // Whoever is asked takes his time; a thread that is lost has no reply.
                tokio::task::spawn_blocking(move || ask(&question)).await.ok().flatten()
            }
        };
        let id = question.id.clone();
        self.tell(way.step, Pursuit::Question { number, question, reply })?;
        let rule = decision.rule;
        Ok(match reply {
            Some(Reply::Yes) => {
                PolicyDecision { ruling: Ruling::Allow, rule: format!("a person said yes: {rule}") }
            }
            Some(Reply::No) => {
                PolicyDecision { ruling: Ruling::Deny, rule: format!("a person said no: {rule}") }
            }
            None => PolicyDecision { ruling: Ruling::Ask, rule: self.how_to_reply(&rule, &id) },
        })
    }

    /// The rule, and by what a person replies.
    fn how_to_reply(&self, rule: &str, id: &str) -> String {
        if !self.person.meanwhile {
            return format!("{rule}; nobody was there: nightshift answer NIGHT {id} yes|no");
        }
        let session = self.ledger.night().path().file_name().unwrap_or_default().to_string_lossy();
        format!(
            "{rule}; once a person has said yes by `nightshift answer {session} {id} yes`, ask for it again"
        )
    }

    /// What he has said beside the ledger since this began.
    fn said_meanwhile(&self, id: &str) -> Option<Reply> {
        match replies(self.ledger.night()) {
            Ok(said) => said.get(id).copied(),
            Err(error) => {
                tracing::warn!("what a person has answered is not heard: {error}");
                None
            }
        }
    }

    /// Its id is long enough that no page finds a name by which another action has the same. In a
    /// session, where a yes was used, the same is another question.
    fn question(&self, step: u32, told: &Action, (rule, page): (&str, Option<String>)) -> Question {
        let (scenario, action) = (self.scenario.id.clone(), told.describe());
        let rule = page.map_or_else(|| rule.to_owned(), |it| format!("{rule}; on the page {it:?}"));
        let used = if self.person.meanwhile { self.used(&scenario) } else { Vec::new() };
        let mut text = format!("{scenario}\n{step}\n{action}\n{rule}");
        loop {
            let id = data_encoding::HEXLOWER.encode(&Sha256::digest(&text)[..8]);
            if !used.contains(&id) {
                return Question { id, scenario, step, action, rule };
            }
            text = format!("{text}\nagain, after {id}");
        }
    }

    /// The ids of the questions to which a person has said yes, as the ledger has it.
    fn used(&self, scenario: &str) -> Vec<String> {
        let id = |event: Event| match event {
            Event::Goal {
                pursuit: Pursuit::Question { question, reply: Some(Reply::Yes), .. },
                ..
            } => Some(question.id),
            _ => None,
        };
        self.ledger.entries_of(scenario).into_iter().filter_map(|it| id(it.event)).collect()
    }
}
