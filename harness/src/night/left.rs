//! [`spend`]: what a night does with the time that it has left, in the order of `night.loop`.
//!
//! The report is whole before it begins, and is written again after each part. `run --once` leaves
//! out all, and nights without a deadline run nothing more often and search for nothing; exploring
//! and soaking have a time of their own.

use std::sync::Arc;

use chrono::Utc;

use super::bisect::{self, By, Wanted};
use super::more::More;
use super::shift::{self, ShiftBounds};
use super::workers::{self, Hall};
use super::{
    NightError, Progress, RunOptions, Stop, Until, judging, means, pages, schedule, shifted, soak,
    survey,
};
use crate::ledger::NightDir;
use crate::model::shift::Shift;
use crate::model::suite::{Left, NightConfig};
use crate::model::{Entry, Plan, Suite};
use crate::plan::Selection;
use crate::report::{self, NightReport};
use crate::surface::browser::Browser;

/// With less time than this nothing is searched for, in seconds.
const LEAST: i64 = 60;

/// A night whose scenarios have run.
pub(super) struct Ran<'a> {
    pub night: &'a NightDir,
    pub plan: &'a Plan,
    pub entries: &'a [Entry],
    /// Its workers; `None` of a night that had come to its end before.
    pub hall: Option<&'a Arc<Hall>>,
}

/// Spends what is left of a night, one part of its loop after the other; answers with the report and
/// what came of it. What a part cannot do ends the loop and not the night, whose report is whole.
///
/// # Errors
/// The night cannot be judged again or written.
pub(super) async fn spend(
    suite: &Suite,
    options: &RunOptions,
    ran: &Ran<'_>,
    (mut report, browser): (NightReport, &mut Option<Browser>),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<NightReport, NightError> {
    let Ran { night, plan, entries, hall } = *ran;
    // What a night does beside its plan goes on with none that broke off.
    let options = &RunOptions { resume: None, goes_on_from: None, ..options.clone() };
    for part in parts(&suite.config.night, options) {
        if stop.why().is_some() {
            break;
        }
        let made = (night, plan, entries);
        let done = match part {
            Left::Flakes | Left::Rare => match hall.zip(More::of(*part, plan, Utc::now())) {
                Some((hall, more)) => {
                    let ran = Box::pin(workers::more(hall, &more, browser)).await;
                    pages::give_place_back(browser).await;
                    ran
                }
                None => Ok(false),
            },
            Left::Bisect => {
                Ok(Box::pin(searched(suite, options, (night, plan), stop, progress)).await)
            }
            Left::Soak => Box::pin(soak::soak(suite, options, made, stop, progress))
                .await
                .map(|it| put(it, &mut report.soak)),
            Left::Explore => Box::pin(survey::survey(suite, options, made, stop, progress))
                .await
                .map(|it| put(it, &mut report.survey)),
            Left::Agent => {
                let tried = by_model(suite, options, (night, plan), stop, progress);
                Ok(put(Box::pin(tried).await, &mut report.shift))
            }
        };
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::warn!("the time that was left could not be used: {error}");
                break;
            }
        };
        if done && shows_more(*part) {
            // What was explored, soaked or tried before lies in the night as well.
            report = judging::report_of(night, &judging::judge(night)?);
        }
        if done {
            report::write(night.path(), &report)?;
        }
    }
    Ok(report)
}

/// Puts what a part found into the report; answers whether it found anything.
fn put<T>(found: Option<T>, into: &mut Option<T>) -> bool {
    *into = found;
    into.is_some()
}

/// What is done with the time that is left, in the suite's order; nothing where the night was asked
/// to run once, or is shaken.
fn parts<'a>(night: &'a NightConfig, options: &RunOptions) -> &'a [Left] {
    let spends = !options.once && options.shake.is_none();
    if spends { &night.left } else { &[] }
}

/// Whether a part shows more of the night's own scenarios, so that they are judged again.
fn shows_more(part: Left) -> bool {
    match part {
        Left::Flakes | Left::Rare | Left::Bisect => true,
        Left::Explore | Left::Agent | Left::Soak => false,
    }
}

/// Has the language model use the product, where the night is asked to and has the time. What keeps
/// it from that ends no night.
async fn by_model(
    suite: &Suite,
    options: &RunOptions,
    (night, plan): (&NightDir, &Plan),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Option<Shift> {
    let most = suite.config.night.agent_ms;
    let budget = survey::time_left(most, options, plan, Utc::now());
    let budget = budget.filter(|_| stop.why().is_none() && suite.config.agent.is_some())?;
    progress(Progress::Agent { budget });
    let folder = shifted::folder(night.path());
    if let Err(error) = std::fs::create_dir_all(&folder) {
        tracing::warn!("cannot make {}: {error}", folder.display());
        return None;
    }
    // Its budget is that of the whole night, with what counts no more since the night broke off.
    let taken = night.all_entries().map(|it| means::spent(&it));
    let taken = taken
        .inspect_err(|error| tracing::warn!("what the model took cannot be read: {error}"))
        .ok()?;
    let bounds = ShiftBounds { budget, taken, folder };
    let made = Box::pin(shift::work_inside(suite, options, bounds, stop, &|_| ())).await;
    made.inspect_err(|error| tracing::warn!("the model could try nothing: {error}")).ok()
}

/// Searches for what broke the new findings, within the deadline; answers whether anything was
/// found out.
async fn searched(
    suite: &Suite,
    options: &RunOptions,
    (night, plan): (&NightDir, &Plan),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> bool {
    let has_builds = suite.config.products.values().any(|it| it.builds.is_some());
    let Some(deadline) = plan.deadline.filter(|_| has_builds) else { return false };
    let by = schedule::last_attempt_by(plan.started, deadline);
    let left = by - Utc::now();
    let Some(budget) = left.to_std().ok().filter(|_| left.num_seconds() >= LEAST) else {
        return false;
    };
    // The deadline of a try must end nothing else.
    let part = stop.of_part();
    part.at(Some(by));
    let small_night = RunOptions {
        until: Some(Until::Budget(budget)),
        selection: Selection::default(),
        ..options.clone()
    };
    let wanted = Wanted { by: By::Night, ..Wanted::default() };
    let tell =
        |it: &bisect::Tried<'_>| progress(Progress::Searching { build: it.build.to_owned() });
    match bisect::bisect(suite, night, &wanted, (&small_night, &part), &tell).await {
        Ok(searched) => !searched.found.is_empty(),
        Err(error) => {
            tracing::info!("nothing was searched for: {error}");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shake;
    use super::*;
    use crate::model::suite::Left::{Agent, Bisect, Explore, Flakes, Rare, Soak};

    #[test]
    fn the_parts_come_in_the_order_of_the_suite_and_a_night_that_runs_once_has_none() {
        let order = vec![Bisect, Rare, Soak, Flakes];
        let night = NightConfig { left: order.clone(), ..NightConfig::default() };
        assert_eq!(parts(&night, &RunOptions::default()), order);
        let once = RunOptions { once: true, ..RunOptions::default() };
        let shaken = RunOptions { shake: Some(Shake::new(1)), ..RunOptions::default() };
        for options in [once, shaken] {
            assert_eq!(parts(&night, &options), []);
        }
        let usual = NightConfig::default();
        let all = [Flakes, Bisect, Rare, Explore, Agent, Soak];
        assert_eq!(parts(&usual, &RunOptions::default()), all);
    }
}
