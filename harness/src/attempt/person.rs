//! What a policy leaves to a person: he is asked where he is there, and what he said earlier holds. Where
//! nobody is there, the question is noted, and nothing is done.
//!
//! A part of [`Attempt`]; `goal.rs` comes here where a decision is `ask`.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Attempt;
use super::goal::Way;
use crate::ledger::LedgerError;
use crate::model::Action;
use crate::model::pursuit::Pursuit;
use crate::model::question::{Question, Replies, Reply};
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
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let there = self.there.is_some();
        f.debug_struct("Person").field("said", &self.said).field("there", &there).finish()
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
        let question = self.question(way.step.index, told, &decision.rule);
        let before = self.person.said.get(&question.id).copied();
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
            None => PolicyDecision {
                ruling: Ruling::Ask,
                rule: format!("{rule}; nobody was there: nightshift answer NIGHT {id} yes|no"),
            },
        })
    }

    /// Its id is long enough that no page finds a name by which another action has the same.
    fn question(&self, step: u32, told: &Action, rule: &str) -> Question {
        let (scenario, action) = (self.scenario.id.clone(), told.describe());
        let digest = Sha256::digest(format!("{scenario}\n{step}\n{action}\n{rule}"));
        let id = data_encoding::HEXLOWER.encode(&digest[..8]);
        Question { id, scenario, step, action, rule: rule.to_owned() }
    }
}
