//! [`compare`]: how long tonight's steps take beside another build, in the same night and alone.
//!
//! Every scenario of such a product that came to its end is run once on each build, but where the
//! control was run in turns with it: then only where a step took clearly longer than there. Those with a
//! step that looks slower are run a few times more on both, in turns, and where these say the same,
//! as often once more; only these runs are weighed: see [`slow`] and `docs/design/017-what-earlier-nights-say.md`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::attempts::{self, Side, Worker};
use super::products::Products;
use super::{NightError, Progress, Stop};
use crate::ledger::NightDir;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::{Plan, Purpose, Scenario};
use crate::surface::browser::Browser;
use crate::triage::slow;

/// The most scenarios that are measured again, the ones with the greatest effect.
const MOST_SUSPECTS: usize = 8;
/// How long all of it may take.
const AT_MOST: Duration = Duration::from_secs(1_800);
/// Which part of a night that is judged by a control is spent on timing it.
const PART_OF_CONTROL: u32 = 15;
/// So few suspects are hardly chance, and may take so long.
const FEW: usize = 3;
const FOR_FEW: Duration = Duration::from_secs(60);

/// Times the scenarios of tonight's products on both builds; answers with the browser.
///
/// # Errors
/// The ledger cannot be read or written.
pub(super) async fn compare(
    side: &Side,
    others: &Products,
    browser: Option<Browser>,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Option<Browser>, NightError> {
    let times = side.means.config.night.measure;
    if times == 0 || side.means.plan.beside.is_empty() || stop.why().is_some() {
        return Ok(browser);
    }
    let entries = NightDir::entries(side.means.ledger.night())?;
    let attempts = Attempts::of(&entries);
    let chosen = slow::worth_timing(&side.means.plan, &attempts);
    if chosen.is_empty() {
        return Ok(browser);
    }
    let builds: Vec<String> =
        side.means.plan.beside.iter().map(|(name, build)| format!("{name} {build}")).collect();
    progress(Progress::Beside { scenarios: chosen.len(), builds: builds.join(", ") });
    let last = |it: &Scenario| attempts.scenario(&it.id).map_or(0, ScenarioLog::last_number);
    let mut pair = Pair {
        side,
        other: &side.beside(others),
        own: Worker { purpose: Purpose::Measuring, ..Worker::new(None) },
        theirs: Worker { purpose: Purpose::Beside, ..Worker::new(None) },
        browser,
        numbers: chosen.iter().map(|it| (it.id.as_str(), last(it))).collect(),
        runs: 0,
        until: Instant::now() + budget(&side.means.plan, chosen.len()),
        stop,
    };
    pair.rounds(&chosen, 1).await?;
    let entries = NightDir::entries(side.means.ledger.night())?;
    let mut suspects = tokio::task::block_in_place(|| {
        slow::suspects_beside(&side.means.plan, &Attempts::of(&entries))
    });
    suspects.truncate(MOST_SUSPECTS);
    if !suspects.is_empty() {
        progress(Progress::Measuring { scenarios: suspects.len(), times });
        pair.rounds(&suspects, times).await?;
        let entries = NightDir::entries(side.means.ledger.night())?;
        let claimed = tokio::task::block_in_place(|| {
            slow::claimed_beside(&side.means.plan, &Attempts::of(&entries))
        });
        if !claimed.is_empty() {
            progress(Progress::Measuring { scenarios: claimed.len(), times });
            pair.rounds(&claimed, times).await?;
        }
    }
    Ok(pair.browser)
}

/// How long timing so many scenarios may take: who asked for a control asked to be judged, and pays
/// little more for it than for two nights.
fn budget(plan: &Plan, scenarios: usize) -> Duration {
    if plan.control.as_ref().is_none_or(|it| it.builds.is_empty()) {
        return AT_MOST;
    }
    let part = (Utc::now() - plan.started).to_std().unwrap_or_default() / PART_OF_CONTROL;
    if scenarios <= FEW { part.max(FOR_FEW) } else { part }
}

/// A build under test and another one, which take turns with one browser.
struct Pair<'a> {
    side: &'a Side,
    other: &'a Side,
    own: Worker,
    theirs: Worker,
    browser: Option<Browser>,
    /// The number of each scenario's last attempt.
    numbers: HashMap<&'a str, u32>,
    runs: u32,
    until: Instant,
    stop: &'a Stop,
}

impl<'a> Pair<'a> {
    /// Runs scenarios so many times on both builds. Which goes first changes from run to run, so
    /// that neither always has the warmer machine.
    async fn rounds(&mut self, scenarios: &[&'a Scenario], times: u32) -> Result<(), NightError> {
        for _ in 0..times {
            for scenario in scenarios {
                let own_first = self.runs.is_multiple_of(2);
                self.runs += 1;
                for own in [own_first, !own_first] {
                    if self.stop.why().is_some() || Instant::now() > self.until {
                        return Ok(());
                    }
                    self.run(scenario, own).await?;
                }
            }
        }
        Ok(())
    }

    async fn run(&mut self, scenario: &'a Scenario, own: bool) -> Result<(), NightError> {
        let number = self.numbers.entry(&scenario.id).or_default();
        *number += 1;
        let (side, worker) =
            if own { (self.side, &mut self.own) } else { (self.other, &mut self.theirs) };
        worker.browser = self.browser.take();
        let done = attempts::run(side, scenario, *number, worker, self.stop.signal()).await;
        self.browser = worker.browser.take();
        done.map(|_| ())
    }
}
