//! [`spend`]: what a night does with the time that it has left, in the order of `night.loop`.
//!
//! The report is whole before it begins, and is written again after each part. `run --once` and
//! nights without a deadline leave searching out; exploring has a time of its own.

use std::sync::Arc;

use chrono::Utc;

use super::bisect::{self, By, Wanted};
use super::shift::{self, ShiftBounds};
use super::{
    NightError, Progress, RunOptions, Stop, Until, judging, schedule, shifted, soak, survey,
};
use crate::ledger::NightDir;
use crate::model::shift::Shift;
use crate::model::suite::Left;
use crate::model::{Entry, Plan, Suite};
use crate::plan::Selection;
use crate::report::{self, NightReport};

/// With less time than this nothing is searched for, in seconds.
const LEAST: i64 = 60;

/// Spends what is left of a night; answers with the report and what came of it.
///
/// # Errors
/// The report cannot be written. That nothing can be searched for is no error.
pub(super) async fn spend(
    suite: &Suite,
    options: &RunOptions,
    (night, plan, entries): (&NightDir, &Plan, &[Entry]),
    mut report: NightReport,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<NightReport, NightError> {
    // What a night does beside its plan goes on with none that broke off.
    let options = &RunOptions { resume: None, ..options.clone() };
    for left in &suite.config.night.left {
        let done = match left {
            Left::Bisect => {
                let found = Box::pin(searched(suite, options, (night, plan), stop, progress)).await;
                if found {
                    let judged = judging::judge(night)?;
                    // What was explored, soaked or tried before lies in the night as well.
                    report = judging::report_of(night, &judged);
                }
                found
            }
            // They ran before the report was written: the workers see to them.
            Left::Flakes | Left::Rare => false,
            Left::Soak => {
                let made = (night, plan, entries);
                report.soak = Box::pin(soak::soak(suite, options, made, stop, progress)).await?;
                report.soak.is_some()
            }
            Left::Explore => {
                let made = (night, plan, entries);
                report.survey =
                    Box::pin(survey::survey(suite, options, made, stop, progress)).await?;
                report.survey.is_some()
            }
            Left::Agent => {
                report.shift =
                    Box::pin(by_model(suite, options, (night, plan), stop, progress)).await;
                report.shift.is_some()
            }
        };
        if done {
            report::write(night.path(), &report)?;
        }
    }
    Ok(report)
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
    let bounds = ShiftBounds { budget, folder };
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
    let usual = !options.once && options.shake.is_none() && stop.why().is_none();
    let Some(deadline) = plan.deadline.filter(|_| usual && has_builds) else { return false };
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
