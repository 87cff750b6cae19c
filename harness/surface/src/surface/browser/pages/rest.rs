//! When waiting is of no use: a page that is at rest will be then as it is now.
//!
//! A wrong name in a scenario would cost its whole time limit, and once more with the next attempt.
//! The preload script knows what may still change a page by itself: requests, timers that are due
//! before the deadline, intervals of which something comes, connections, workers, animations, frames
//! of other origins. Where there is none of it, and none has changed anything for [`QUIET`], what is
//! lacking stays lacking. And checks that follow a failed one, with no action in between, are not given the time again.

use std::time::Duration;

use super::page::{Page, Rest};
use crate::process::FairInstant;

/// For so long nothing has happened in a page that is at rest, in case that something may change
/// it which nobody can see coming, such as an answer of its own database.
const QUIET: Duration = Duration::from_secs(2);
/// How long between two looks whether it rests: each costs a round trip.
const BETWEEN: Duration = Duration::from_millis(200);

/// How long a check is given after one that waited in vain: the page had its time.
const AFTER_A_FAILED_CHECK: Duration = Duration::from_secs(1);

/// How long something is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// To the deadline: its author said how long.
    Whole,
    /// To the deadline, or until the page is at rest.
    UntilRest,
}

impl Page {
    /// Whether what is lacking now will be lacking at the deadline too: because that is now, or
    /// because nothing is left that could bring it.
    pub(crate) async fn is_in_vain(&mut self, deadline: FairInstant, wait: Wait) -> bool {
        let now = FairInstant::now();
        if now >= deadline {
            return true;
        }
        match wait {
            Wait::Whole => return false,
            Wait::UntilRest => {}
        }
        if self.rest.looked.is_some_and(|at| now < at + BETWEEN) {
            return false;
        }
        self.rest.looked = Some(now);
        if !self.is_at_rest(deadline).await {
            self.rest.since = None;
            return false;
        }
        let since = *self.rest.since.get_or_insert(now);
        now.since(since) >= QUIET
    }

    /// Until when a check that begins now may take: of several that fail after one action, only the
    /// first costs the whole limit.
    pub(crate) fn check_deadline(&self) -> FairInstant {
        let whole = self.deadline();
        if self.rest.has_waited {
            whole.min(FairInstant::now() + AFTER_A_FAILED_CHECK)
        } else {
            whole
        }
    }

    /// A check has failed.
    pub(crate) fn has_waited(&mut self) {
        self.rest.has_waited = true;
    }

    /// A step may change the page, whose rest begins anew.
    pub(crate) fn disturb(&mut self) {
        self.rest = Rest::default();
    }

    async fn is_at_rest(&self, deadline: FairInstant) -> bool {
        if !self.record.state().is_alone_and_still() {
            return false;
        }
        let within = deadline.left().as_millis();
        let question = format!(
            "globalThis.__nightshift ? __nightshift.stirring({within}, {}).join() : 'unknown'",
            QUIET.as_millis()
        );
        // A page that cannot be asked is told of by the wait itself.
        let rests = self.evaluate(&question, deadline).await;
        rests.is_ok_and(|reasons| reasons.as_str() == Some(""))
            && self.record.state().is_alone_and_still()
    }
}
