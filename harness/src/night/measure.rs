//! [`again`]: scenarios with a step that looks slower are run a few times more at the end of the
//! night, alone, before anything is claimed; in turns with others that tell how fast the machine
//! is meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempts::{self, Side, Worker};
use super::{NightError, Progress, Stop};
use crate::ledger::NightDir;
use crate::model::attempts::Attempts;
use crate::model::{Purpose, Scenario};
use crate::surface::browser::Browser;
use crate::triage::slow;

/// The most scenarios that are suspected in one night: more is a slow machine, or a slow build,
/// which the night's pace tells.
const MOST_SUSPECTS: usize = 8;
/// How many others are run with them.
const CONTROLS: usize = 2;
/// How long all of it may take.
const AT_MOST: Duration = Duration::from_secs(600);

/// Measures what is suspected once more; answers with the browser, for who prints.
///
/// # Errors
/// The ledger cannot be read or written.
pub(super) async fn again(
    side: &Side,
    browser: Option<Browser>,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Option<Browser>, NightError> {
    let times = side.means.config.night.measure;
    if times == 0 || side.means.plan.history.nights.is_empty() || stop.why().is_some() {
        return Ok(browser);
    }
    let entries = NightDir::entries(side.means.ledger.night())?;
    let (suspects, controls) =
        tokio::task::block_in_place(|| slow::suspects(&side.means.plan, &entries));
    if suspects.is_empty() {
        return Ok(browser);
    }
    let attempts = Attempts::of(&entries);
    let chosen = suspects.iter().take(MOST_SUSPECTS).chain(controls.iter().take(CONTROLS));
    let chosen: Vec<(&Scenario, u32)> = chosen
        .filter_map(|id| {
            let scenario = side.means.plan.scenarios.iter().find(|it| it.id == *id)?;
            Some((scenario, attempts.scenario(id)?.last_number()))
        })
        .collect();
    progress(Progress::Measuring { scenarios: chosen.len(), times });
    let mut worker = Worker::new(browser);
    worker.purpose = Purpose::Measuring;
    let until = Instant::now() + AT_MOST;
    'all: for round in 1..=times {
        for (scenario, made) in &chosen {
            if stop.why().is_some() || Instant::now() > until {
                break 'all;
            }
            attempts::run(side, scenario, made + round, &mut worker, stop.signal()).await?;
        }
    }
    Ok(worker.browser)
}
