//! [`explore`]: a loop of small nights: the map proposes, a night runs what it proposes, and the map
//! takes in what the night directory says. Used by `nightshift explore` and by nights.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ground::{Ground, options_of};
use super::probing::{Probed, probe_inside};
use super::{NightError, Progress, RunOptions, Stop, Until, lock};
use crate::explore::{self, Map};
use crate::model::{EvidenceRef, Scenario, Survey};

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
    /// How long it took.
    pub took: Duration,
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
    let began = Instant::now();
    let Bounds { budget, folder } = bounds;
    let mut found = Explored {
        map: ground.map(),
        probes: 0,
        rounds: 0,
        whole: false,
        folder,
        took: Duration::ZERO,
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
        let read = |evidence: &EvidenceRef| ran.night.read(evidence).ok();
        found.map.absorb(explore::seen(&batches, &entries, &read));
    }
    found.took = began.elapsed();
    Ok(found)
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
            not_reached: self.map.missed.iter().cloned().collect(),
            ..Survey::default()
        }
        .with_parts(explore::parts(&self.map, asserted))
    }
}
