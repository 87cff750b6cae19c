//! Checks that did not hold: what they do to an attempt that goes on behind them.

use super::{Attempt, Ended};
use crate::model::{Action, Outcome, Step};

impl Attempt<'_> {
    /// Whether a step that failed is a check on a page that can still be used.
    pub(super) fn is_only_noted(&mut self, step: &Step) -> bool {
        let is_check =
            matches!(step.action, Action::See(_) | Action::SeeNot(_) | Action::Expect(_));
        is_check && self.page(step).is_some_and(|page| page.is_usable())
    }
}

impl Ended {
    /// The end of an attempt in which this failed too: what failed first stands, unless the product
    /// has crashed since.
    pub(super) fn worse(self, outcome: Outcome) -> Self {
        match (self, outcome) {
            (Self::With(Outcome::Completed), outcome) => Self::With(outcome),
            (Self::With(_), Outcome::Crashed) => Self::With(Outcome::Crashed),
            (Self::With(_) | Self::Stopped, _) => self,
        }
    }
}
