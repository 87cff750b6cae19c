//! [`Scripted`]: follows the steps of a scenario as they are written, into `when` and `repeat`, and
//! from a goal to the checks after it.

use std::collections::VecDeque;

use super::{Agent, Last, Turn};
use crate::model::event::Decided;
use crate::model::{Action, Scenario, Step, Target};

/// Follows steps in order. What a `when` or `repeat` holds comes after it was decided on.
#[derive(Debug, Clone)]
pub struct Scripted {
    /// What is still to come, innermost last.
    ahead: Vec<Ahead>,
    /// The step that was proposed last, where what became of it is needed.
    asked: Option<Turn>,
    after_failure: AfterFailure,
    /// What the checks that did not hold had looked for.
    missed: Vec<Target>,
    /// How many checks did not hold.
    failed_checks: usize,
}

/// The most checks that may fail in one attempt before it ends: each waits for as long as it may.
const MOST_FAILED_CHECKS: usize = 5;

#[derive(Debug, Clone)]
enum Ahead {
    Steps(VecDeque<Step>),
    /// The rounds of a `repeat` from this one on.
    Rounds(Box<Turn>),
}

/// What follows on a step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterFailure {
    Stop,
    /// A check that did not hold is noted; what is done with the thing that it looked for ends the
    /// steps, and so does an action that fails.
    NoteChecks,
    GoOn,
}

impl Scripted {
    /// An agent for the steps of this scenario, without its `finally`. Checks that do not hold are
    /// noted, and the steps go on; the first action that fails ends them.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self::over(&scenario.steps, AfterFailure::NoteChecks)
    }

    /// An agent for these steps; the first failure ends it.
    #[must_use]
    pub fn over_steps(steps: &[Step]) -> Self {
        Self::over(steps, AfterFailure::Stop)
    }

    /// An agent for its `finally`: every step has its turn, whatever became of those before it.
    #[must_use]
    pub fn cleaning_up(scenario: &Scenario) -> Self {
        Self::over(&scenario.finally, AfterFailure::GoOn)
    }

    fn over(steps: &[Step], after_failure: AfterFailure) -> Self {
        let steps = Ahead::Steps(steps.iter().cloned().collect());
        Self {
            ahead: vec![steps],
            asked: None,
            after_failure,
            missed: Vec::new(),
            failed_checks: 0,
        }
    }

    /// Notes a check that did not hold; whether the steps go on.
    fn goes_on_after(&mut self, check: Option<Turn>) -> bool {
        match self.after_failure {
            AfterFailure::Stop => false,
            AfterFailure::GoOn => true,
            AfterFailure::NoteChecks => {
                self.failed_checks += 1;
                if let Some(Turn { step: Step { action: Action::See(targets), .. }, .. }) = check {
                    self.missed.extend(targets);
                }
                self.failed_checks < MOST_FAILED_CHECKS
            }
        }
    }

    /// Whether a step does something with a thing that was not there.
    fn depends_on_missed(&self, step: &Step) -> bool {
        acted_on(&step.action).iter().any(|target| self.missed.contains(target))
    }

    /// Goes into the steps that were decided for.
    fn enter(&mut self, asked: Turn, decided: Decided) {
        let steps = match (&asked.step.action, decided) {
            (Action::When(it), Decided::Held) => &it.steps,
            (Action::When(it), Decided::DidNotHold) => &it.otherwise,
            (Action::Repeat(it), Decided::Round { .. } | Decided::RoundUntil { .. }) => &it.steps,
            (
                _,
                Decided::Over { .. }
                | Decided::Held
                | Decided::DidNotHold
                | Decided::Round { .. }
                | Decided::RoundUntil { .. },
            ) => return,
        };
        let steps = Ahead::Steps(steps.iter().cloned().collect());
        // The last round of so many is known; whether a condition holds is asked once more.
        let is_last = matches!(decided, Decided::Round { number, of } if number >= of);
        if matches!(asked.step.action, Action::Repeat(_)) && !is_last {
            let next = Turn { round: asked.round + 1, ..asked };
            self.ahead.push(Ahead::Rounds(Box::new(next)));
        }
        self.ahead.push(steps);
    }
}

impl Agent for Scripted {
    fn next(&mut self, last: Last) -> Option<Turn> {
        let asked = self.asked.take();
        match (last, asked) {
            (Last::Failed, _) if self.after_failure != AfterFailure::GoOn => return None,
            (Last::DidNotHold, check) => {
                if !self.goes_on_after(check) {
                    return None;
                }
            }
            (Last::Decided(decided), Some(asked)) => self.enter(asked, decided),
            (Last::Passed, Some(Turn { step: Step { action: Action::Do(goal), .. }, .. })) => {
                self.ahead.push(Ahead::Steps(goal.until.into_iter().collect()));
            }
            (Last::Decided(_) | Last::Nothing | Last::Passed | Last::Failed, _) => {}
        }
        loop {
            let turn = match self.ahead.last_mut()? {
                Ahead::Steps(steps) => steps.pop_front().map(|step| Turn { step, round: 1 }),
                Ahead::Rounds(turn) => {
                    let turn = Turn::clone(turn);
                    self.ahead.pop();
                    Some(turn)
                }
            };
            let Some(turn) = turn else {
                self.ahead.pop();
                continue;
            };
            if self.depends_on_missed(&turn.step) {
                return None;
            }
            if matches!(
                turn.step.action,
                Action::When(_) | Action::Repeat(_) | Action::See(_) | Action::Do(_)
            ) {
                self.asked = Some(turn.clone());
            }
            return Some(turn);
        }
    }
}

/// The things that an action needs.
fn acted_on(action: &Action) -> Vec<&Target> {
    match action {
        Action::Click(click) => vec![&click.target],
        Action::Hover(target)
        | Action::Clear(target)
        | Action::Expand(target)
        | Action::Collapse(target)
        | Action::Check(target)
        | Action::Uncheck(target) => vec![target],
        Action::Fill(fields) => fields.iter().map(|it| &it.field).collect(),
        Action::Type { into, .. } | Action::Paste { into, .. } => into.iter().collect(),
        Action::Press { on, .. } => on.iter().collect(),
        Action::Choose { from, .. } => vec![from],
        _ => Vec::new(),
    }
}
