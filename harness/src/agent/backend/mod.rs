//! [`Backend`]: a language model that is asked for one action at a time, where a suite has one.
//!
//! Nothing that gates needs it: it takes goals whose words the built-in reader refuses. It is told
//! what the page shows as data, knows secrets by their names alone, and what it answers is one action
//! of a closed list, on which policy decides like on any other that was proposed.
//!
//! The files:
//! - `brief.rs`: what a model is told: the goal, the page in lines with references, what was done.
//! - `view.rs`: the page with references that stay, what changed since the last action, and what is asked for.
//! - `reply.rs`: what it answered, as a proposal.
//! - `wire.rs`: requests and answers as each of the protocols has them.
//! - `cassette.rs`: answers of an earlier night, without a model; those of an attempt that is made again.
//! - `bill.rs`: what all tries at an answer took, those too that came to nothing.
//! - `purse.rs`: what all goals of a night may take together.
//! - `http.rs`: asks over HTTP: time-outs, rate limits, tries with growing pauses.
//! - `events.rs`: what a server sends as events, read from bytes that are split anywhere.
//! - `stream.rs`: an answer that comes piece by piece.
//! - `gauge.rs`: whether an answer that comes goes on past what its schema allows.

mod bill;
mod brief;
mod cassette;
mod events;
mod gauge;
mod http;
mod purse;
mod reply;
mod stream;
#[cfg(test)]
mod tests;
mod view;
mod wire;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use self::bill::Tokens;
pub use self::brief::{Briefing, Earlier, brief, page as page_data};
pub use self::cassette::{Cassette, Remembered};
pub use self::http::Http;
pub use self::purse::{Hold, Purse};
pub use self::reply::{command_alone, proposal, proposal_or_command, question};
pub use self::view::{Sight, View};

/// More tokens than a hosted model counts for a picture of a page.
const MOST_OF_PICTURE: usize = 40_000;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What it is for, and how it must answer; always the same.
    pub system: String,
    /// The goal and the page, as JSON.
    pub user: String,
    /// What an answer looks like.
    #[serde(default, skip_serializing_if = "Form::is_action")]
    pub form: Form,
    /// The references of what can be used: an answer names one of them or none. Empty where any may
    /// be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<String>,
    /// What may be answered beside an action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// The page as it looks, where the model takes pictures. Answers of an earlier night are found
    /// without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A picture of a page, in which no secret can be seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Where it lies in the night, by its hash.
    pub path: String,
    /// It itself, as PNG; a request that is kept does not repeat it.
    #[serde(skip)]
    pub png: Vec<u8>,
}

/// Never its bytes.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.path, self.png.len())
    }
}

impl Request {
    /// One that is about no page.
    #[must_use]
    pub fn new(system: &str, user: &impl ToString, form: Form) -> Self {
        let (system, user) = (system.to_owned(), user.to_string());
        Self { system, user, form, refs: Vec::new(), offers: Vec::new(), picture: None }
    }
}

/// An answer by which a model asks to be told more before it acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// What of the page has some words.
    More,
    /// All of a skill.
    Skill,
}

impl Offer {
    const ALL: [Self; 2] = [Self::More, Self::Skill];

    fn word(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Skill => "skill",
        }
    }
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One action.
    #[default]
    Action,
    /// One action, where the same was asked before and another way is looked for.
    AnotherAction,
    /// One action, or a command of the product.
    ActionOrCommand,
    /// A command of the product, where there is no page.
    Command,
    /// An opinion on a page.
    Opinion,
    /// Claims, each with what it rests on.
    Claims,
    /// What is to be tried next.
    Charters,
    /// What must hold, where the product is believed to be wrong.
    Belief,
}

impl Form {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_action(&self) -> bool {
        *self == Self::Action
    }
}

/// What it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The JSON of one action, as far as it kept to the schema.
    pub text: String,
    /// How many tokens it read, with all tries.
    pub tokens_in: u64,
    /// How many it wrote, with all tries.
    pub tokens_out: u64,
    /// How many of both nobody counted: they are estimated.
    #[serde(default)]
    pub estimated: u64,
    /// How often it had to be asked.
    pub tries: u32,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// It cannot be reached.
    #[error("the model at {url} cannot be reached: {said}; {hint}")]
    Unreachable {
        /// Where.
        url: String,
        /// What the system said.
        said: String,
        /// What to do.
        hint: &'static str,
    },
    /// The certificates that it is known by cannot be read.
    #[error("the certificates {path} of `agent: ca` cannot be read: {said}")]
    Certificates {
        /// The file.
        path: String,
        /// Why not.
        said: String,
    },
    /// It did not answer in time.
    #[error("the model did not answer within {within_ms} ms; raise `agent: timeout`")]
    TooLate {
        /// How long it had, in milliseconds.
        within_ms: u64,
    },
    /// It began its answer and then said nothing more.
    #[error(
        "the model said nothing more for {within_ms} ms in the middle of its answer; raise `agent: timeout`"
    )]
    Silent {
        /// How long it had for its next words, in milliseconds.
        within_ms: u64,
    },
    /// Its answer still came when its time was over.
    #[error(
        "the model's answer comes too slowly: it was not whole after {within_ms} ms; raise `agent: timeout`, of which it may take ten times as long"
    )]
    Slow {
        /// How long it had, in milliseconds.
        within_ms: u64,
    },
    /// Its answer ended before it was whole.
    #[error(
        "the model's answer ended in the middle: {0}; its server's log says why, if it happens again"
    )]
    Broken(String),
    /// It refused.
    #[error("the model answered with status {status}: {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
    /// What it said is no answer of its protocol.
    #[error("the model's answer is not one of its protocol: {0}; see `agent: api`")]
    Malformed(String),
    /// A coding agent was started and gave no answer.
    #[error("the coding agent {command} gave no answer: {said}")]
    Command {
        /// Its name.
        command: String,
        /// Why not.
        said: String,
    },
    /// A cassette lacks it.
    #[error(
        "the night of `agent: cassette` holds no answer to this request; remove `cassette` to ask the model"
    )]
    Unrecorded,
    /// Its answer was cut.
    #[error("the model's answer was cut before its end, after {tokens_out} tokens")]
    Cut {
        /// How many tokens it wrote.
        tokens_out: u64,
    },
    /// There is no answer, and what was tried took something.
    #[error("{error}")]
    Paid {
        /// Why there is none.
        error: Box<BackendError>,
        /// What all tries took.
        took: Tokens,
    },
}

/// The tokens that an answer took, with all tries; those too of one that did not come.
#[must_use]
pub fn tokens(answer: &Result<Answer, BackendError>) -> Tokens {
    match answer {
        Ok(it) => Tokens { read: it.tokens_in, written: it.tokens_out, estimated: it.estimated },
        Err(BackendError::Paid { took, .. }) => *took,
        Err(_) => Tokens::default(),
    }
}

/// What a request took whose answer nobody waited for: it was read, if a model was asked at all.
#[must_use]
pub fn unheard(backend: &dyn Backend, request: &Request) -> Tokens {
    let read = bill::about(request.system.len() + request.user.len());
    Tokens::about(read.min(backend.most_tokens(request).0), 0)
}

/// How many tokens one try at an answer to this may take at the most, read and written: none is shorter
/// than a byte, and an answer is cut where it is longest.
fn most_of_one_try(request: &Request) -> (u64, u64) {
    let picture = if request.picture.is_some() { MOST_OF_PICTURE } else { 0 };
    let read = request.system.len() + request.user.len() + picture;
    (u64::try_from(read).unwrap_or(u64::MAX), u64::from(wire::most_tokens(request.form)))
}

/// What an answer must look like, as a JSON Schema.
#[must_use]
pub fn schema(request: &Request) -> serde_json::Value {
    wire::schema(request)
}

/// A model that can be asked.
pub trait Backend: Send + Sync {
    /// What it is called in the ledger.
    fn name(&self) -> &str;

    /// Whether a picture of the page may be a part of what it is asked.
    fn takes_pictures(&self) -> bool {
        false
    }

    /// Why it takes none although the suite asks for them; `None` where it takes them, or nobody asks.
    fn lacks_pictures(&self) -> Option<&str> {
        None
    }

    /// How many tokens an answer to this may take at the most, read and written, with all tries.
    fn most_tokens(&self, request: &Request) -> (u64, u64) {
        most_of_one_try(request)
    }

    /// How long an answer may take at the most, in milliseconds.
    fn longest_ms(&self) -> u64 {
        0
    }

    /// Asks it.
    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>>;
}
