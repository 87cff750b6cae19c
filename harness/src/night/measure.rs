//! [`again`]: scenarios with a step that looks slower are run a few times more at the end of the
//! night, alone, before anything is claimed; in turns with others that tell how fast the machine
//! is meanwhile. What was slow by chance is not slow once more, so that most of them are run once;
//! and all of it takes a part of the night and no more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempts::{self, Side, Worker};
use super::{NightError, Progress, Stop};
use crate::ledger::NightDir;
use crate::model::attempts::Attempts;
use crate::model::{Entry, Purpose, Scenario};
use crate::surface::browser::Browser;
use crate::triage::slow;

/// The most scenarios that are suspected in one night: more is a slow machine, or a slow build,
/// which the night's pace tells.
const MOST_SUSPECTS: usize = 8;
/// How many others are run with them.
const CONTROLS: usize = 2;
/// How long all of it may take, as a part of what the night took so far, and from how long to how
/// long.
const PART: u32 = 4;
const AT_LEAST: Duration = Duration::from_secs(30);
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
    let mut chosen: Vec<(&Scenario, u32)> = chosen
        .filter_map(|id| {
            let scenario = side.means.plan.scenarios.iter().find(|it| it.id == *id)?;
            Some((scenario, attempts.scenario(id)?.last_number()))
        })
        .collect();
    progress(Progress::Measuring { scenarios: chosen.len(), times });
    let mut worker = Worker::new(browser);
    worker.purpose = Purpose::Measuring;
    let until = Instant::now() + allowed(&entries);
    'all: for round in 1..=times {
        for (scenario, made) in &chosen {
            if stop.why().is_some() || Instant::now() > until {
                break 'all;
            }
            attempts::run(side, scenario, made + round, &mut worker, stop.signal()).await?;
        }
        if round == 1 {
            let entries = NightDir::entries(side.means.ledger.night())?;
            let still =
                tokio::task::block_in_place(|| slow::still_suspects(&side.means.plan, &entries));
            if still.is_empty() {
                break;
            }
            chosen.retain(|(it, _)| !suspects.contains(&it.id) || still.contains(&it.id));
        }
    }
    Ok(worker.browser)
}

/// How long measuring may take after a night of these entries.
fn allowed(entries: &[Entry]) -> Duration {
    let ends = entries.first().zip(entries.last());
    let took = ends.and_then(|(first, last)| (last.at - first.at).to_std().ok());
    (took.unwrap_or_default() / PART).clamp(AT_LEAST, AT_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Event;

    #[test]
    fn measuring_takes_a_quarter_of_the_night_within_bounds() {
        let night = |seconds: u32| {
            let at = |second: u32| {
                let at = "2026-01-05T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>();
                at.expect("a time") + Duration::from_secs(second.into())
            };
            let event = || Event::NightStarted { format_version: 1, night: "n1".to_owned() };
            allowed(&[
                Entry { seq: 0, at: at(0), event: event() },
                Entry { seq: 1, at: at(seconds), event: event() },
            ])
        };
        let seconds = Duration::from_secs;
        assert_eq!([11, 400, 36_000].map(night), [seconds(30), seconds(100), seconds(600)]);
        assert_eq!(allowed(&[]), seconds(30));
    }
}
