//! [`Runs`]: the attempts of a night that said something, in the order in which they ended, with those
//! that were made before it broke off. What runs more often hangs on them.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::history::rerun::Run;

/// The attempts so far that said something.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<Vec<(DateTime<Utc>, usize, bool)>>);

impl Runs {
    /// Takes note of what an attempt said that ended then, of the scenario at this position.
    pub(super) fn note(&self, index: usize, at: DateTime<Utc>, run: Option<Run>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(run.map(|it| (at, index, it == Run::Failed)));
    }

    /// The position of each one's scenario, and whether it failed, in the order in which they ended.
    pub(super) fn in_order(&self) -> Vec<(usize, bool)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_by_key(|it| it.0);
        all.into_iter().map(|(_, index, failed)| (index, failed)).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_ran_before_a_night_broke_off_stands_where_it_ended() {
        let runs = Runs::default();
        let at = |second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        runs.note(0, at(1), Some(Run::Failed));
        runs.note(0, at(3), Some(Run::Passed));
        runs.note(1, at(2), Some(Run::Failed));
        runs.note(1, at(4), None);
        assert_eq!(runs.in_order(), [(0, true), (1, true), (0, false)]);
    }
}
