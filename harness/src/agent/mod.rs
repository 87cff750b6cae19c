//! Who decides what to do next: from the plan and what happened so far to the next step.
//!
//! An [`Agent`] proposes and never touches a surface. [`Scripted`] follows the scenario's own
//! steps. Where one of them is a goal in words, a [`Proposer`] says what to do next, one action at a
//! time, for the page as it is; [`PlainWords`] needs no model, and [`Replay`] not even words.
//!
//! The files:
//! - `scripted.rs`: follows the steps of the scenario, into `when` and `repeat`.
//! - `references.rs`: what things are called by who uses them, for as long as they stay the same.
//! - `changes.rs`: what became of a page since it was last told.
//! - `skills.rs`: what an agent is told of the suite's skills.
//! - `charters.rs`: what a language model is asked when it uses a product by itself.
//! - `backend/`: a language model that is asked for one action at a time, where there is one.
//! - `plain/`: reads a goal in plain words by a grammar of our own, without a model.
//! - `replay/`: repeats an accepted recording, and finds what its things have become.

pub mod backend;
mod changes;
pub mod charters;
mod plain;
mod references;
mod replay;
mod scripted;
pub mod skills;

use crate::model::event::Decided;
use crate::model::outline::Outline;
use crate::model::pursuit::Said;
use crate::model::{Action, Step};

pub use changes::{Place, changes, cut};
pub use plain::{Named, PlainWords, SECRET};
pub use references::{Meant, References};
pub use replay::{Replay, has_become};
pub use scripted::Scripted;

/// What the agent knows of the step that it proposed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Nothing was done yet.
    Nothing,
    /// It was done, or held.
    Passed,
    /// It holds steps, and this was decided on them.
    Decided(Decided),
    /// It is a check that did not hold, and the page can still be used.
    DidNotHold,
    /// It could not be done.
    Failed,
}

/// A step whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The step.
    pub step: Step,
    /// For a `repeat`: the round that would come now, from 1. With a condition it goes one past
    /// the last round, to look whether it holds at last.
    pub round: u32,
}

/// Proposes one step after the other.
pub trait Agent: Send {
    /// The next step; `None` when the agent is through.
    fn next(&mut self, last: Last) -> Option<Turn>;
}

/// Says what to do next towards a goal, one action at a time.
pub trait Proposer: Send {
    /// What it is called in the ledger.
    fn name(&self) -> &'static str;

    /// What to do next on the page as it is. What it proposed before was carried out.
    fn propose(&mut self, page: &Outline) -> Proposal;

    /// What to do on a page on which nothing could be proposed for long enough: with what the things
    /// have become. `None` where that is not known here.
    fn heal(&mut self, _page: &Outline) -> Option<Proposal> {
        None
    }

    /// What was healed so far.
    fn healed(&self) -> &[Healed] {
        &[]
    }
}

/// A thing that is not as it was, and what was taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healed {
    /// Which action, from 0.
    pub action: usize,
    /// What it was: `button "Place order"`.
    pub was: String,
    /// What it is now.
    pub is: String,
    /// How like it is, in percent.
    pub like: u32,
    /// How like the next best is, in percent.
    pub next: u32,
}

/// What a [`Proposer`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// Do this.
    Act {
        /// The part of the words that it follows from.
        reads: String,
        /// The action.
        action: Box<Action>,
    },
    /// Nothing can be done on the page as it is; it may once the page has changed.
    Nothing {
        /// The part of the words that nothing fits.
        reads: String,
        /// Why.
        refusal: Refusal,
    },
    /// There is nothing left to do.
    Done,
}

/// What keeps words from being followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They are no sentence that can be read.
    Unread,
    /// Nothing on the page is called so.
    Absent,
    /// Two things are about as good.
    Ambiguous,
    /// What is there is not as the words say.
    Otherwise,
    /// A model says something else than an action.
    Said(Said),
}

/// Why words cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of reason it is.
    pub why: Why,
    /// What was looked for.
    pub expected: String,
    /// What is there instead, with both where two are about as good.
    pub actual: String,
}
