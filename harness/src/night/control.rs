//! [`Control`]: the build before, on which scenarios are run in turns with tonight's: what differs or
//! has no baseline at once, the rest in turns too, or at the end where the night has a deadline.
//!
//! Neighbours: [`super::workers`] asks when, `control` says what follows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;

use super::afar::Afar;
use super::attempts::{self, Attempted, Side, Worker};
use super::products::Products;
use super::stage::authority;
use super::{NightError, Progress, Stop};
use crate::attempt::Ended;
use crate::model::against::{ControlOf, ControlPlan};
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::event::Purpose;
use crate::model::history::{PastScenario, letter};
use crate::model::{Entry, Event, Outcome, Plan, Scenario, Verdict};
use crate::triage::chance::most_attempts;

/// How many runs in a row may come to nothing before there is no control any more.
const MOST_LOST: u32 = 3;
/// The most runs on the control of one scenario: the second says what varies on it.
pub(super) const MOST_RUNS: u32 = 2;
/// How many earlier nights say how risky a scenario is.
const NIGHTS_OF_RISK: usize = 14;

/// The control of a night.
pub(super) struct Control {
    side: Side,
    of: ControlOf,
    /// Whether what nobody needs waits until everything has run.
    rest_waits: bool,
    lost: AtomicU32,
    given_up: AtomicBool,
    rest: Mutex<Vec<usize>>,
}

/// What an attempt leaves to ask the control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It differs, or something of it has no baseline.
    Now,
    /// All is as the baselines say.
    Rest,
}

impl Control {
    /// The control of a night, where one is ready.
    pub(super) fn of(side: &Side, others: &Products) -> Option<Self> {
        let plan = &side.means.plan;
        let control = plan.control.as_ref().filter(|it| !it.builds.is_empty())?;
        let own = others.of(&|name| control.builds.contains_key(name));
        Some(Self {
            side: side.beside(&own).showing(shown_as(side, control)),
            of: control.of,
            rest_waits: plan.deadline.is_some(),
            lost: AtomicU32::default(),
            given_up: AtomicBool::default(),
            rest: Mutex::default(),
        })
    }

    /// Whether a scenario is to be run on the control now; what can wait is noted.
    pub(super) fn is_due(&self, scenario: &Scenario, index: usize, need: Need) -> bool {
        let plan = &self.side.means.plan;
        let covers = plan.control.as_ref().is_some_and(|it| it.covers(scenario));
        if !covers || self.given_up.load(Ordering::Relaxed) {
            return false;
        }
        match (need, self.of, self.rest_waits) {
            (Need::Now, _, _) | (Need::Rest, ControlOf::All, false) => true,
            (Need::Rest, ControlOf::All, true) => {
                self.rest.lock().unwrap_or_else(PoisonError::into_inner).push(index);
                false
            }
            (Need::Rest, ControlOf::Needed, _) => false,
        }
    }

    /// What has waited, the riskiest first.
    pub(super) fn rest(&self) -> Vec<usize> {
        let mut rest =
            std::mem::take(&mut *self.rest.lock().unwrap_or_else(PoisonError::into_inner));
        by_risk(&self.side.means.plan, &mut rest);
        rest
    }

    /// The products to run on.
    pub(super) fn side(&self) -> &Side {
        &self.side
    }

    /// Runs a scenario on the control, by a worker elsewhere where there are some, as its attempt of
    /// this number; `well` is whether tonight's build came to the end of it.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub(super) async fn run(
        &self,
        scenario: &Scenario,
        (number, well): (u32, bool),
        worker: &mut Worker,
        (afar, stop): (Option<&Afar>, &Stop),
    ) -> Result<(), NightError> {
        let (ledger, signal) = (&self.side.means.ledger, stop.signal());
        let done = match afar {
            Some(afar) => afar.attempt(ledger, scenario, (number, worker.purpose), signal).await?,
            None => attempts::run(&self.side, scenario, number, worker, signal).await?,
        };
        let came_to_nothing = match done {
            Attempted::CouldNot => true,
            Attempted::Ended(Ended::With(outcome)) => match outcome {
                Outcome::Completed | Outcome::Failed | Outcome::Blocked => false,
                Outcome::TimedOut | Outcome::Crashed | Outcome::HarnessError => well,
            },
            Attempted::Ended(Ended::Stopped) => return Ok(()),
        };
        if !came_to_nothing {
            self.lost.store(0, Ordering::Relaxed);
            return Ok(());
        }
        let lost = self.lost.fetch_add(1, Ordering::Relaxed) + 1;
        if lost >= MOST_LOST && !self.given_up.swap(true, Ordering::Relaxed) {
            self.side.means.ledger.append(Event::NoControl {
                scenario: None,
                detail: format!(
                    "given up after {lost} runs in a row that crashed, took too long or could not \
                     be made; what came after them was judged without it"
                ),
            })?;
        }
        Ok(())
    }
}

/// How tonight's builds show the addresses of those that are only known by one.
fn shown_as(side: &Side, control: &ControlPlan) -> IndexMap<String, String> {
    let texts = control.by_address.iter().map(|name| {
        let config = side.products.get(name).map(|it| it.prepared.config());
        let elsewhere = config.and_then(|it| it.base_url.as_ref());
        // A server of the night's own has a port that is never compared.
        let text = elsewhere.and_then(|it| authority(it.raw()));
        (name.clone(), text.unwrap_or_else(|| "127.0.0.1:[port]".to_owned()))
    });
    texts.collect()
}

/// A worker that runs scenarios on the control with the browser of another.
pub(super) fn worker() -> Worker {
    Worker { purpose: Purpose::Control, ..Worker::new(None) }
}

/// The number of the next attempt on the control: behind all that tonight's reruns may have, and all
/// that were made already. Lines of a ledger belong together by it.
pub(super) fn number(plan: &Plan, scenario: &Scenario, entries: &[Entry]) -> u32 {
    let attempts = Attempts::of(entries);
    let made = attempts.scenario(&scenario.id).map_or(0, ScenarioLog::last_number);
    1 + made.max(most_attempts(plan, scenario))
}

/// The riskiest first: what failed, flickered or changed lately.
fn by_risk(plan: &Plan, indexes: &mut [usize]) {
    let risk = |index: usize| {
        let past = plan.history.scenarios.get(&plan.scenarios[index].id);
        past.map_or(NIGHTS_OF_RISK as u32, risk)
    };
    indexes.sort_by_key(|index| (std::cmp::Reverse(risk(*index)), *index));
}

/// How much went wrong with a scenario lately, the newest night the heaviest; who has no past is as
/// risky as one that went wrong last night.
fn risk(past: &PastScenario) -> u32 {
    let calm = [letter(Verdict::Unchanged), letter(Verdict::NotRun), '.'];
    let newest = past.verdicts.chars().rev().take(NIGHTS_OF_RISK).enumerate();
    let bad = newest.filter(|it| !calm.contains(&it.1));
    bad.map(|(age, _)| (NIGHTS_OF_RISK - age) as u32).sum()
}

/// Tells what the control of a night will take.
pub(super) fn tell_cost(plan: &Plan, progress: &Arc<dyn Fn(Progress) + Send + Sync>) {
    if let Some((scenarios, builds, expected)) = cost(plan) {
        progress(Progress::Control { scenarios, builds, expected });
    }
}

/// How many scenarios may be run on the control, the builds, and how long that takes one after the
/// other as far as earlier nights know.
fn cost(plan: &Plan) -> Option<(usize, String, Option<Duration>)> {
    let control = plan.control.as_ref().filter(|it| !it.builds.is_empty())?;
    let own: Vec<&Scenario> = plan.scenarios.iter().filter(|it| control.covers(it)).collect();
    let known: u64 = own
        .iter()
        .filter_map(|it| plan.history.scenarios.get(&it.id))
        .flat_map(|it| it.steps.values())
        .filter_map(|it| it.took().flatten().last().map(|it| u64::from(it.ms)))
        .sum();
    let builds: Vec<String> =
        control.builds.iter().map(|(name, build)| format!("{name} {build}")).collect();
    let expected = (known > 0).then(|| Duration::from_millis(known));
    Some((own.len(), builds.join(", "), expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    #[test]
    fn an_attempt_on_the_control_never_has_the_number_of_another_one() {
        let mut night = Night::default();
        night.browser_scenario("orders", &["page"]);
        let plan = &night.plan;
        let scenario = &plan.scenarios[0];
        let begun = |(attempt, purpose): &(u32, Purpose)| {
            let (scenario, attempt, known) = (scenario.id.clone(), *attempt, Vec::new());
            let event = Event::AttemptStarted { scenario, attempt, known, purpose: *purpose };
            Entry { seq: 0, at: chrono::DateTime::UNIX_EPOCH, event }
        };
        let next = |made: &[(u32, Purpose)]| {
            let entries: Vec<Entry> = made.iter().map(begun).collect();
            number(plan, scenario, &entries)
        };
        assert_eq!(most_attempts(plan, scenario), 2);
        let first = (1, Purpose::Judging);
        assert_eq!(next(&[first]), 3, "the second attempt may still come");
        assert_eq!(next(&[first, (3, Purpose::Control)]), 4);
        // What was measured, or ran in the loop before the night broke off.
        assert_eq!(next(&[first, (2, Purpose::Measuring), (3, Purpose::Measuring)]), 4);
        let rerun = [(2, Purpose::Judging), (4, Purpose::Judging)];
        assert_eq!(next(&[first, (3, Purpose::Control), rerun[0], rerun[1]]), 5);
    }

    #[test]
    fn what_went_wrong_lately_comes_first_and_what_is_new_with_it() {
        let mut night = Night::default();
        for id in ["calm", "once", "lately", "fresh"] {
            night.browser_scenario(id, &["page"]);
        }
        let past = |verdicts: &str| PastScenario {
            verdicts: verdicts.to_owned(),
            ..PastScenario::default()
        };
        let plan = &mut night.plan;
        for (id, verdicts) in [("calm", "UUUU"), ("once", "RUUU"), ("lately", "UURF")] {
            plan.history.scenarios.insert(id.to_owned(), past(verdicts));
        }
        let mut rest = vec![0, 1, 2, 3];
        by_risk(plan, &mut rest);
        assert_eq!(rest, [2, 3, 1, 0]);
    }
}
