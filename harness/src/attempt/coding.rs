//! [`CodingAgent`]: a coding agent that can be started for an errand: a goal that it goes on with by calls,
//! as somebody from outside, or a question that it answers.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::guest::Call;
use crate::ledger::Secrets;
use crate::model::pursuit::Said;

/// A coding agent that can be started.
pub trait CodingAgent: Send + Sync {
    /// What it is called in the ledger.
    fn name(&self) -> &str;

    /// How long it may work each time.
    fn longest(&self) -> Duration;

    /// Starts it, and waits for its end. Where nobody waits any more, all of it is ended.
    fn work(&self, errand: Errand) -> BoxFuture<'_, Result<Worked, String>>;
}

/// What a coding agent is started for.
pub struct Errand {
    /// What it is asked.
    pub prompt: String,
    /// Where its calls go; `None` where it may only answer.
    pub calls: Option<mpsc::Sender<Call>>,
    /// What nobody may tell it.
    pub secrets: Secrets,
    /// How long it may take.
    pub within: Duration,
    /// Says why it must end before.
    pub end: oneshot::Receiver<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// What it wrote to its outputs.
    pub wrote: String,
    /// What it told at its end, if it did.
    pub told: Option<Told>,
    /// Why it did not end by itself, or not well.
    pub ended: Result<(), String>,
}

/// What a coding agent tells at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The goal is reached.
    Done,
    /// Something else.
    Said(Said, String),
    /// An answer to a question.
    Answer(String),
}
