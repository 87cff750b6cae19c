//! [`More`]: what a night runs more often where it has time left, and until when. The workers run
//! it; `triage::more` says which scenarios that are.

use chrono::{DateTime, Utc};

use super::schedule;
use crate::model::Plan;
use crate::model::suite::Left;
use crate::triage::more;

/// What fails rarely may take this part of the time that is left, since searching and exploring come
/// behind it.
const RARE: i32 = 4;

/// Which scenarios are open, by tonight's runs: the position of each one's scenario, and whether it failed.
type Open = fn(&Plan, &[(usize, bool)]) -> Vec<usize>;

/// A part of what is done with the time that is left which runs scenarios more often.
#[derive(Debug)]
pub(super) struct More {
    /// The positions of those that are open.
    pub open: Open,
    /// When all of it must be over.
    pub by: DateTime<Utc>,
}

impl More {
    /// What a part of the loop runs more often in a night with a deadline; `None` for one that does
    /// something else.
    pub(super) fn of(part: Left, plan: &Plan, now: DateTime<Utc>) -> Option<Self> {
        let last = schedule::last_attempt_by(plan.started, plan.deadline?);
        match part {
            Left::Flakes => Some(Self { open: more::undecided, by: last }),
            Left::Rare => Some(Self { open: more::rare, by: now + (last - now) / RARE }),
            Left::Bisect | Left::Explore | Left::Agent | Left::Soak => None,
        }
    }
}
