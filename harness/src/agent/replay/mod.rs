//! [`Replay`]: proposes the actions of an accepted recording, each with the things of the page as it
//! is now, without reading any words.
//!
//! The files:
//! - `likeness.rs`: the thing of a recording on a page: the same, what it has become, or none.

mod likeness;
#[cfg(test)]
mod tests;

use self::likeness::{Found, Was, find};
use super::{Healed, Proposal, Proposer, Refusal, Why};
use crate::model::outline::Outline;
use crate::model::recording::{Likeness, Recorded, Recording};
use crate::model::{Action, Target};

/// Follows a recording, action by action.
#[derive(Debug, Clone)]
pub struct Replay {
    actions: Vec<Recorded>,
    at: usize,
    healed: Vec<Healed>,
}

/// Whether a thing may be something else than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    Refused,
    Healed,
}

impl Replay {
    /// What it is called in the ledger.
    pub const NAME: &'static str = "recording";

    /// Follows this recording, whose references were replaced.
    #[must_use]
    pub fn of(recording: Recording) -> Self {
        Self { actions: recording.actions, at: 0, healed: Vec::new() }
    }

    /// The next action as it was recorded, where things that are there once under their names are the
    /// ones that were meant: none of them was told by its number, or has a test id to be compared.
    #[must_use]
    pub fn at_hand(&self) -> Option<&Action> {
        let recorded = self.actions.get(self.at)?;
        let by_number = |it: &Target| it.nth.is_some();
        let is_told = recorded.things.iter().all(|it| it.test_id.is_empty())
            && !recorded.action.targets().iter().any(by_number);
        is_told.then_some(&recorded.action)
    }

    /// Proposes the next action as it was recorded.
    pub fn take_at_hand(&mut self) -> Proposal {
        let Some(recorded) = self.actions.get(self.at) else { return Proposal::Done };
        self.at += 1;
        let reads = format!("recorded action {} of {}", self.at, self.actions.len());
        Proposal::Act { reads, action: Box::new(recorded.action.clone()) }
    }

    /// The next action with each of its things as the page has it.
    fn next(&mut self, page: &Outline, changed: Changed) -> Proposal {
        let Some(recorded) = self.actions.get(self.at) else { return Proposal::Done };
        let mut things = recorded.things.iter();
        let mut lost = None;
        let mut healed = Vec::new();
        let action = recorded.action.with_targets(&mut |target| {
            let thing = things.next()?;
            match found(page, thing, target, changed) {
                Ok((target, one)) => {
                    healed.extend(one);
                    Some(target)
                }
                Err(refusal) => {
                    lost = Some(refusal);
                    None
                }
            }
        });
        let reads = format!("recorded action {} of {}", self.at + 1, self.actions.len());
        if let Some(action) = action {
            let here = self.at;
            self.healed.extend(healed.into_iter().map(|it| Healed { action: here, ..it }));
            self.at += 1;
            return Proposal::Act { reads, action: Box::new(action) };
        }
        let refusal = lost.unwrap_or_else(|| Refusal {
            why: Why::Unread,
            expected: recorded.action.describe(),
            actual: "the recording does not say what its things are like".to_owned(),
        });
        Proposal::Nothing { reads, refusal }
    }
}

/// A thing on the page, and what it has become where it is not the same.
fn found(
    page: &Outline,
    thing: &Likeness,
    recorded: &Target,
    changed: Changed,
) -> Result<(Target, Option<Healed>), Refusal> {
    let lost = |actual: String| Refusal { why: Why::Absent, expected: thing.said(), actual };
    let is_alone = recorded.within.is_none() && recorded.nth.is_none();
    let was = if is_alone { Was::Alone } else { Was::OneOfSeveral };
    match find(page, thing, was) {
        Found::Same(at) => {
            let target = page.elements[at].target.clone();
            Ok((target.unwrap_or_else(|| recorded.clone()), None))
        }
        Found::Like { at, score, next } if changed == Changed::Healed => {
            let target = page.elements[at].target.clone();
            let target = target.ok_or_else(|| lost("it cannot be named any more".to_owned()))?;
            let (was, is) = (thing.said(), target.to_string());
            let healed = Healed { action: 0, was, is, like: percent(score), next: percent(next) };
            Ok((target, Some(healed)))
        }
        Found::Like { .. } => Err(lost("it is not as it was".to_owned())),
        Found::Lost(actual) => Err(lost(actual)),
    }
}

/// What a thing that is not found by its target any more has become on a page. One that is as it was
/// but for what the target says of it, such as a test id, is found by its name.
///
/// # Errors
/// Nothing is like it, several things are, or the page shows it under its target.
pub fn has_become(
    page: &Outline,
    thing: &Likeness,
    was: &Target,
) -> Result<(Target, Healed), Refusal> {
    let is_alone = was.within.is_none() && was.nth.is_none();
    match found(page, thing, was, Changed::Healed)? {
        (target, Some(healed)) => Ok((target, healed)),
        (target, None) if is_alone && target != *was => {
            let (was, is) = (was.to_string(), target.to_string());
            Ok((target, Healed { action: 0, was, is, like: 100, next: 0 }))
        }
        (target, None) => Err(Refusal {
            why: Why::Otherwise,
            expected: thing.said(),
            actual: format!("{target} is there, and cannot be told from others of its kind"),
        }),
    }
}

fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

impl Proposer for Replay {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn propose(&mut self, page: &Outline) -> Proposal {
        self.next(page, Changed::Refused)
    }

    fn heal(&mut self, page: &Outline) -> Option<Proposal> {
        Some(self.next(page, Changed::Healed))
    }

    fn healed(&self) -> &[Healed] {
        &self.healed
    }
}
