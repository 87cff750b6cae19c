//! [`Course`]: how far a night has come, for the words of one that cannot go on.
//!
//! A night that cannot be written any further, as on a full disk, did run: what it did is in its
//! folder and can be judged later. So its error says how far it came and how to get the report.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{NightError, Progress};

/// How far a night has come, as it tells itself.
#[derive(Debug, Default)]
pub(super) struct Course(Mutex<Option<Leg>>);

#[derive(Debug)]
struct Leg {
    night: PathBuf,
    done: usize,
    of: usize,
    /// Further nights began, such as the rounds that settle what is accepted.
    over: bool,
}

impl Course {
    /// Passes on what is told, and takes note of it.
    pub(super) fn watching(
        self: &Arc<Self>,
        tell: Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Arc<dyn Fn(Progress) + Send + Sync> {
        let course = Arc::clone(self);
        Arc::new(move |it| {
            course.note(&it);
            tell(it);
        })
    }

    fn note(&self, progress: &Progress) {
        let mut leg = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (progress, &mut *leg) {
            (Progress::Planned { scenarios, night }, None) => {
                *leg = Some(Leg { night: night.clone(), done: 0, of: *scenarios, over: false });
            }
            (Progress::Planned { .. }, Some(leg)) => leg.over = true,
            (Progress::Done { done, .. }, Some(leg)) if !leg.over => leg.done = *done,
            (
                Progress::Done { .. }
                | Progress::Checking(_)
                | Progress::Checked { .. }
                | Progress::Started { .. }
                | Progress::AtFirstStep
                | Progress::Beside { .. }
                | Progress::Control { .. }
                | Progress::OnControl { .. }
                | Progress::Measuring { .. }
                | Progress::Judging
                | Progress::Printing
                | Progress::Exploring { .. }
                | Progress::Soaking { .. }
                | Progress::Agent { .. }
                | Progress::Searching { .. }
                | Progress::Settling { .. },
                _,
            ) => {}
        }
    }

    /// The error of a night that had begun says how far it came; any other stays as it is.
    pub(super) fn cut_short(&self, error: NightError) -> NightError {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(leg) => NightError::CutShort {
                night: leg.night.clone(),
                done: leg.done,
                of: leg.of,
                source: Box::new(error),
            },
            None => error,
        }
    }
}

/// How far a night came that could not go on, and what can be had of it.
pub(super) fn so_far(night: &Path, done: usize, of: usize) -> String {
    if done == 0 {
        return format!("none of {of} scenarios had run");
    }
    format!(
        "{done} of {of} scenarios had run: when that is mended, `nightshift judge {}` reports what \
         they did",
        night.display()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Outcome, Verdict};

    fn done(done: usize) -> Progress {
        Progress::Done {
            scenario: "a".to_owned(),
            outcome: Outcome::Completed,
            looks: Verdict::New,
            duration: Duration::ZERO,
            done,
            of: 8,
        }
    }

    fn full() -> NightError {
        NightError::Usage("the disk is full".to_owned())
    }

    #[test]
    fn a_night_that_began_says_how_far_it_came_and_how_to_get_its_report() {
        let course = Course::default();
        assert_eq!(course.cut_short(full()).to_string(), "the disk is full");
        course.note(&Progress::Planned { scenarios: 8, night: "nights/one".into() });
        assert_eq!(
            course.cut_short(full()).to_string(),
            "the disk is full; none of 8 scenarios had run"
        );
        course.note(&done(6));
        course.note(&Progress::Planned { scenarios: 8, night: "rounds/one".into() });
        course.note(&done(2));
        assert_eq!(
            course.cut_short(full()).to_string(),
            "the disk is full; 6 of 8 scenarios had run: when that is mended, `nightshift judge \
             nights/one` reports what they did"
        );
    }
}
