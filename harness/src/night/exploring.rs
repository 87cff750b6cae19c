//! [`explore`]: a loop of small nights: the map proposes, a night runs what it proposes, and the map
//! takes in what the night directory says. Used by `nightshift explore` and by nights.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ground::{Ground, options_of};
use super::probing::{Probed, probe_inside};
use super::{NightError, Progress, RunOptions, Stop, Until, lock, scratch};
use crate::explore::{self, Map};
use crate::model::survey::Pacing;
use crate::model::{Entry, Event, EvidenceRef, Scenario, Survey};

/// The most probes of one round.
const PROBES_OF_ROUND: usize = 64;
/// A round is not begun for less.
pub const LEAST_ROUND: Duration = Duration::from_secs(5);

/// What an exploration has come to.
#[derive(Debug)]
pub struct Explored {
    /// What is known of the product.
    pub map: Map,
    /// How many things were tried.
    pub probes: usize,
    /// In how many nights.
    pub rounds: usize,
    /// Whether nothing was left to be tried.
    pub whole: bool,
    /// Where its nights are kept.
    pub folder: PathBuf,
    /// How long it took, without what was made ready.
    pub took: Duration,
    /// How long it took to make ready what is not there yet, such as a build, where that is not
    /// taken from the time for exploring.
    pub opened: Duration,
    /// How it was slowed down; `None` where nobody asked for it.
    pub pacing: Option<Pacing>,
    /// Nothing could run, and why.
    pub preflight: Option<String>,
}

/// How long an exploration may take, and where its nights go.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The time for all rounds together.
    pub budget: Duration,
    /// The folder, which is there.
    pub folder: PathBuf,
    /// Whether making ready what is not there yet is a part of that time.
    pub opening: Opening,
}

/// Where the time goes that it takes until anything can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is taken from the time for exploring: there is a deadline.
    Counts,
    /// It comes on top: a build that is made for the first time may take longer than exploring it.
    OnTop,
}

/// Explores until nothing is left to be tried, or the time is; `told` is told what each round
/// begins with, and how many more it tries.
///
/// # Errors
/// Nothing could be planned or recorded, or another night holds the suite.
pub async fn explore(
    ground: &Ground,
    options: &RunOptions,
    bounds: Bounds,
    stop: &Stop,
    told: &(dyn Fn(&str, usize) + Send + Sync),
) -> Result<Explored, NightError> {
    let _lock = lock::take(&ground.suite.root, stop)?;
    let folder = scratch::make()?;
    let options = &options.keeping_data(folder.path());
    Box::pin(explore_inside(ground, options, bounds, stop, told)).await
}

/// The same where a night holds the suite's lock already.
pub(super) async fn explore_inside(
    ground: &Ground,
    options: &RunOptions,
    bounds: Bounds,
    stop: &Stop,
    told: &(dyn Fn(&str, usize) + Send + Sync),
) -> Result<Explored, NightError> {
    let mut began = Instant::now();
    let Bounds { budget, folder, opening } = bounds;
    let mut found = Explored {
        map: ground.map(),
        probes: 0,
        rounds: 0,
        whole: false,
        folder,
        took: Duration::ZERO,
        opened: Duration::ZERO,
        pacing: None,
        preflight: None,
    };
    loop {
        let left = budget.saturating_sub(began.elapsed());
        if stop.why().is_some() || (found.rounds > 0 && left < LEAST_ROUND) {
            let why = if stop.why().is_some() { "interrupted" } else { "the budget was spent" };
            found.map.give_up(why);
            break;
        }
        let proposed = found.map.propose(PROBES_OF_ROUND);
        let Some(first) = proposed.first() else {
            found.map.give_up("it came too late");
            found.whole = true;
            break;
        };
        found.rounds += 1;
        found.probes += proposed.len();
        told(&first.said(), proposed.len() - 1);
        let batches = explore::batches(proposed);
        let out = found.folder.join(format!("round-{}", found.rounds));
        let scenarios = ground.scenarios(&batches);
        let ran = Box::pin(round(ground, scenarios, options, (left, &out), stop)).await?;
        if let Some(problem) = ran.preflight {
            found.preflight = (found.rounds == 1).then_some(problem);
            found.map.give_up("the product or the browser was not well");
            break;
        }
        let entries = ran.night.entries()?;
        if found.rounds == 1 && opening == Opening::OnTop {
            found.opened = until_anything_ran(&entries);
            began += found.opened;
        }
        let read = |evidence: &EvidenceRef| ran.night.read(evidence).ok();
        let mut seen = explore::seen(&batches, &entries, &read);
        if budget.saturating_sub(began.elapsed()) < LEAST_ROUND {
            for it in &mut seen {
                it.was_cut("the budget was spent");
            }
        }
        found.map.absorb(seen);
    }
    found.took = began.elapsed();
    found.pacing = options.pace.as_ref().and_then(|it| it.told());
    Ok(found)
}

/// How long a round took until it ran anything; all of it where it never did.
fn until_anything_ran(entries: &[Entry]) -> Duration {
    let ran = entries.iter().find(|it| matches!(it.event, Event::AttemptStarted { .. }));
    let span = entries.first().zip(ran.or(entries.last())).map(|(first, it)| it.at - first.at);
    span.and_then(|it| it.to_std().ok()).unwrap_or_default()
}

/// One round; its last attempts end with the time that is left.
async fn round(
    ground: &Ground,
    scenarios: Vec<Scenario>,
    options: &RunOptions,
    (left, out): (Duration, &Path),
    stop: &Stop,
) -> Result<Probed, NightError> {
    let options = options_of(options, Until::Budget(left.max(LEAST_ROUND) * 10 / 9));
    let quiet: Arc<dyn Fn(Progress) + Send + Sync> = Arc::new(|_| ());
    let (out, stop) = (out.to_owned(), stop.of_part());
    Box::pin(probe_inside(&ground.probing, scenarios, &options, out, &stop, quiet)).await
}

impl Explored {
    /// What is told of it, without what is wrong and what is written.
    #[must_use]
    pub fn survey(&self, asserted: &explore::Asserted) -> Survey {
        Survey {
            format_version: crate::model::FORMAT_VERSION,
            probes: self.probes,
            duration_ms: u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
            whole: self.whole,
            problem: self.preflight.clone(),
            pacing: self.pacing,
            not_reached: self.map.missed.iter().cloned().collect(),
            ..Survey::default()
        }
        .with_parts(explore::parts(&self.map, asserted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    #[test]
    fn what_is_made_before_anything_runs_is_told_from_what_runs() {
        let mut night = Night::default();
        night.browser_scenario("a", &[]);
        let made = |check: &str| Event::Preflight {
            check: check.to_owned(),
            ok: true,
            detail: String::new(),
            duration_ms: 0,
            evidence: Vec::new(),
        };
        night.event(made("history")).event(made("product a"));
        let mut entries = |begins: bool| {
            if begins {
                night.begin("a", 1);
            }
            let mut all = night.entries.clone();
            for (seconds, entry) in (0..).zip(&mut all) {
                entry.at = night.plan.started + chrono::TimeDelta::seconds(seconds * 90);
            }
            all
        };
        let without = entries(false);
        let whole = Duration::from_secs(90) * (without.len() as u32 - 1);
        assert_eq!(until_anything_ran(&without), whole);
        assert_eq!(until_anything_ran(&entries(true)), whole + Duration::from_secs(90));
        assert_eq!(until_anything_ran(&[]), Duration::ZERO);
    }
}
