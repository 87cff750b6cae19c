//! [`Pace`]: how fast pages are used of a product that may ask to be left alone for a while.
//!
//! One pace is shared by all attempts that use the same product, so that none of them goes on while it
//! waits. A step whose answer was none is done again where that asks for the same thing; where not, its
//! attempt says nothing about the product.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::carry_out::CarriedOut;
use super::{Attempt, StopAtOnce, in_words, stopped};
use crate::agent::Turn;
use crate::ledger::LedgerError;
use crate::model::event::Failure;
use crate::model::scenario::Surface;
use crate::model::survey::Pacing;
use crate::model::{Action, Outcome, Step};
use crate::process::FairInstant;
use crate::surface::HeldOff;

/// The longest that is waited at once.
const LONGEST: Duration = Duration::from_secs(60);
/// The first pause between two steps; it doubles each time that the product asks again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two steps.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// After so many steps that were answered the pause is half as long, and less than the first is none.
const ANSWERED: u32 = 8;
/// How often a step is done until its answer is given up.
const TIMES: u32 = 3;

/// How fast pages are used.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// When the next step may begin.
    next: Option<Instant>,
    /// What lies between two steps.
    pause: Duration,
    /// How many steps were answered since the pause changed.
    answered: u32,
    told: Pacing,
}

impl Pace {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it was slowed down so far; `None` where nobody asked for it.
    #[must_use]
    pub fn told(&self) -> Option<Pacing> {
        Some(self.kept().told).filter(|it| it.times > 0)
    }

    /// Waits until a step may begin.
    async fn wait(&self) {
        while let Err(until) = self.begin(Instant::now()) {
            tokio::time::sleep_until(until.into()).await;
        }
    }

    /// Lets a step begin.
    ///
    /// # Errors
    /// When to ask again.
    fn begin(&self, now: Instant) -> Result<(), Instant> {
        let mut kept = self.kept();
        if let Some(next) = kept.next.filter(|it| *it > now) {
            return Err(next);
        }
        kept.next = (!kept.pause.is_zero()).then(|| now + kept.pause);
        Ok(())
    }

    /// Takes in that the product asked to be left alone: nobody goes on before, and then slower.
    fn hold_off(&self, wait: Duration, now: Instant) {
        let mut kept = self.kept();
        let from = kept.next.map_or(now, |it| it.max(now));
        let until = from.max(now + wait.min(LONGEST));
        kept.next = Some(until);
        kept.pause = (kept.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        kept.answered = 0;
        let milliseconds = |it: Duration| u64::try_from(it.as_millis()).unwrap_or(u64::MAX);
        kept.told.times += 1;
        kept.told.waited_ms += milliseconds(until - from);
        kept.told.pause_ms = kept.told.pause_ms.max(milliseconds(kept.pause));
    }

    /// Takes in that a step was answered.
    fn go_on(&self) {
        let mut kept = self.kept();
        kept.answered += 1;
        if kept.answered >= ANSWERED {
            kept.answered = 0;
            let shorter = kept.pause / 2;
            kept.pause = if shorter < FIRST_PAUSE { Duration::ZERO } else { shorter };
        }
    }
}

/// A step that was carried out, and when that began.
pub(super) struct Timed {
    /// How it went; `None` where the time was over.
    pub(super) done: Option<CarriedOut>,
    pub(super) started: Instant,
    pub(super) fairly: FairInstant,
}

impl<'a> Attempt<'a> {
    /// Carries a step out as soon as the product may be used, and again where it asked for a while;
    /// `None` where the night must stop first. What was waited moves the deadline.
    pub(super) async fn carry_out_in_turn(
        &mut self,
        turn: &Turn,
        deadline: &mut FairInstant,
        stop_at_once: StopAtOnce,
    ) -> Result<Option<Timed>, LedgerError> {
        let step = &turn.step;
        let mut signal = self.stop.clone();
        let mut time = 0;
        loop {
            time += 1;
            if let Some(pace) = self.pace_of(step) {
                let began = FairInstant::now();
                tokio::select! {
                    () = pace.wait() => {}
                    () = stopped(&mut signal, stop_at_once) => return Ok(None),
                }
                *deadline = *deadline + began.elapsed();
            }
            let (started, fairly) = (Instant::now(), FairInstant::now());
            let mut done = tokio::select! {
                done = self.carry_out(turn) => Some(done?),
                () = deadline.come() => None,
                () = stopped(&mut signal, stop_at_once) => return Ok(None),
            };
            let can_tell = done.as_ref().is_some_and(|it| !it.is_lost());
            if can_tell && let Some(held) = self.held_off(step).await {
                if time < TIMES && asks_for_the_same(step) {
                    self.forget_sightings(step).await;
                    continue;
                }
                done = Some(CarriedOut::failed(put_off(held)));
            }
            return Ok(Some(Timed { done, started, fairly }));
        }
    }

    /// The pace of a step; `None` for one that uses no page.
    fn pace_of(&self, step: &Step) -> Option<&'a Pace> {
        self.pace.filter(|_| step.action.surface() == Some(Surface::Browser))
    }

    /// Whether the product asked to be left alone by that, which slows everybody down.
    async fn held_off(&mut self, step: &Step) -> Option<HeldOff> {
        let pace = self.pace_of(step)?;
        let held = self.page(step)?.held_off().await;
        match held {
            Some(held) => pace.hold_off(held.wait, Instant::now()),
            None => pace.go_on(),
        }
        held
    }

    /// What the watches saw of an answer that is none is nobody's.
    async fn forget_sightings(&mut self, step: &Step) {
        if let Some(page) = self.page(step) {
            drop(page.sightings().await);
        }
    }
}

/// Whether a step asks for the same thing when it is done again.
fn asks_for_the_same(step: &Step) -> bool {
    matches!(step.action, Action::Open(_) | Action::Reload)
}

/// An answer that never came says nothing about the product.
fn put_off(held: HeldOff) -> Failure {
    let HeldOff { status, wait } = held;
    Failure {
        outcome: Outcome::HarnessError,
        expected: "an answer".to_owned(),
        actual: format!(
            "the product asked to be left alone for {} (it answered {status})",
            in_words(wait)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn nobody_goes_on_before_the_product_wants_it_and_at_most_a_minute_is_waited() {
        let (pace, now) = (Pace::default(), Instant::now());
        pace.hold_off(3 * SECOND, now);
        assert_eq!(pace.begin(now + SECOND), Err(now + 3 * SECOND));
        assert_eq!(pace.begin(now + 3 * SECOND), Ok(()));
        let now = now + 10 * SECOND;
        pace.hold_off(3_600 * SECOND, now);
        assert_eq!(pace.begin(now + SECOND), Err(now + 60 * SECOND));
        assert_eq!(pace.told(), Some(Pacing { times: 2, waited_ms: 63_000, pause_ms: 500 }));
    }

    #[test]
    fn a_pause_grows_with_each_time_that_the_product_asks_and_goes_where_it_answers() {
        let (pace, now) = (Pace::default(), Instant::now());
        pace.hold_off(Duration::ZERO, now);
        pace.hold_off(Duration::ZERO, now);
        assert_eq!(pace.begin(now), Ok(()));
        assert_eq!(pace.begin(now), Err(now + 2 * FIRST_PAUSE));
        (0..ANSWERED).for_each(|_| pace.go_on());
        let now = now + SECOND;
        assert_eq!(pace.begin(now), Ok(()));
        assert_eq!(pace.begin(now), Err(now + FIRST_PAUSE));
        (0..ANSWERED).for_each(|_| pace.go_on());
        let now = now + SECOND;
        assert_eq!((pace.begin(now), pace.begin(now)), (Ok(()), Ok(())), "it is as fast as ever");
    }

    #[test]
    fn a_product_that_asks_for_nothing_is_used_without_a_pause_and_nothing_is_told() {
        let (pace, now) = (Pace::default(), Instant::now());
        pace.go_on();
        assert_eq!((pace.begin(now), pace.begin(now)), (Ok(()), Ok(())));
        assert_eq!(pace.told(), None);
    }
}
