//! Who decides what to do next: from the plan and what happened so far to the next step.
//!
//! An [`Agent`] proposes and never touches a surface. [`Scripted`] follows the scenario's own
//! steps and is all that a gating night needs; others (a recording, a model) come beside it.
//!
//! The files:
//! - `scripted.rs`: follows the steps of the scenario, into `when` and `repeat`.

mod scripted;

use crate::model::Step;
use crate::model::event::Decided;

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
