//! Who decides what to do next: from the plan and what happened so far to the next step.
//!
//! An [`Agent`] proposes and never touches a surface. [`Scripted`] follows the scenario's own
//! steps and is all that a gating night needs; others (a recording, a model) come beside it.

use std::collections::VecDeque;

use crate::model::{Scenario, Step};

/// What the agent knows of the step that it proposed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Nothing was done yet.
    Nothing,
    /// It was done, or held.
    Passed,
    /// It could not be done, or did not hold.
    Failed,
}

/// Proposes one step after the other.
pub trait Agent: Send {
    /// The next step; `None` when the agent is through.
    fn next(&mut self, last: Last) -> Option<Step>;
}

/// Follows the steps of a scenario as they are written and stops at the first that fails.
#[derive(Debug, Clone)]
pub struct Scripted {
    steps: VecDeque<Step>,
}

impl Scripted {
    /// An agent for the steps of this scenario, without its `finally`.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self { steps: scenario.steps.iter().cloned().collect() }
    }
}

impl Agent for Scripted {
    fn next(&mut self, last: Last) -> Option<Step> {
        match last {
            Last::Nothing | Last::Passed => self.steps.pop_front(),
            Last::Failed => None,
        }
    }
}
