//! [`shown`]: findings of an exploration, tried again by ever shorter ways: each with the shortest
//! that still shows it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::exploring::{Bounds, LEAST_ROUND};
use super::ground::{Ground, options_of};
use super::probing::probe_inside;
use super::{NightError, Progress, RunOptions, Stop, Until, lock};
use crate::explore::{self, Fault, Goal, Map, Probe, batches};
use crate::model::{Action, EvidenceRef};

/// The most times that ways are made shorter.
const MOST_ROUNDS: usize = 8;
/// The most findings that are tried again.
const MOST_FINDINGS: usize = 24;

/// What findings are tried again with.
#[derive(Clone)]
pub struct Search<'a> {
    /// What is explored.
    pub ground: &'a Ground,
    /// What was asked of the products.
    pub options: &'a RunOptions,
    /// The time, and where nights are kept.
    pub bounds: Bounds,
    /// Ends it early.
    pub stop: &'a Stop,
}

/// A finding that is to be written.
struct Shown {
    /// Which of the findings it is.
    at: usize,
    product: Option<String>,
    /// The shortest way so far that was seen to show it; `None` before any was.
    steps: Option<Vec<Action>>,
    /// What is tried next, the best first.
    tried: Vec<Vec<Action>>,
}

/// The shortest way that still showed each finding, in their order; `None` for one that no step can
/// expect to be right, and for one that did not show again.
///
/// # Errors
/// A night cannot be run, or another one holds the suite.
pub async fn shown(
    search: &Search<'_>,
    map: &Map,
    faults: &[Fault],
) -> Result<Vec<Option<Vec<Action>>>, NightError> {
    let _lock = lock::take(&search.ground.suite.root, search.stop)?;
    Box::pin(shown_inside(search, map, faults)).await
}

/// The same where a night holds the suite's lock already.
pub(super) async fn shown_inside(
    search: &Search<'_>,
    map: &Map,
    faults: &[Fault],
) -> Result<Vec<Option<Vec<Action>>>, NightError> {
    let all = faults.iter().enumerate().filter_map(|(at, fault)| {
        let tried = vec![explore::expectation(map, fault)?];
        Some(Shown { at, product: fault.product.clone(), steps: None, tried })
    });
    let mut all: Vec<Shown> = all.take(MOST_FINDINGS).collect();
    shorten(search, &mut all).await?;
    let mut ways = vec![None; faults.len()];
    for it in all {
        ways[it.at] = it.steps;
    }
    Ok(ways)
}

/// Tries ways until none that is shorter still shows what is wrong, or the time is over.
async fn shorten(search: &Search<'_>, shown: &mut [Shown]) -> Result<(), NightError> {
    let began = Instant::now();
    for round in 0..MOST_ROUNDS {
        let left = search.bounds.budget.saturating_sub(began.elapsed());
        if left < LEAST_ROUND || search.stop.why().is_some() {
            break;
        }
        let probes: Vec<Probe> = shown.iter().flat_map(probes).collect();
        if probes.is_empty() {
            break;
        }
        let failed = try_all(search, probes, round, left).await?;
        for it in shown.iter_mut() {
            let tried = std::mem::take(&mut it.tried);
            let mut still =
                tried.into_iter().enumerate().filter(|(n, _)| failed.contains(&id(it.at, *n)));
            if let Some((_, steps)) = still.next() {
                it.tried = explore::shorter(&steps);
                it.steps = Some(steps);
            }
        }
    }
    Ok(())
}

fn id(at: usize, number: usize) -> String {
    format!("finding-{at}-{number}")
}

fn probes(shown: &Shown) -> impl Iterator<Item = Probe> + '_ {
    shown.tried.iter().enumerate().map(|(number, steps)| Probe {
        id: id(shown.at, number),
        key: id(shown.at, number),
        goal: Goal::Page { address: String::new(), linked: false },
        steps: steps.clone(),
        product: shown.product.clone(),
        from: None,
        shares: false,
        value: 0,
    })
}

/// Which of these ways end by what they expect being otherwise.
async fn try_all(
    search: &Search<'_>,
    probes: Vec<Probe>,
    round: usize,
    left: Duration,
) -> Result<BTreeSet<String>, NightError> {
    let all = batches(probes);
    let scenarios = search.ground.scenarios(&all);
    let options = options_of(search.options, Until::Budget(left));
    let out = search.bounds.folder.join(format!("findings-{}", round + 1));
    let stop = search.stop.of_part();
    let quiet: Arc<dyn Fn(Progress) + Send + Sync> = Arc::new(|_| ());
    let probing = &search.ground.probing;
    let ran = Box::pin(probe_inside(probing, scenarios, &options, out, &stop, quiet)).await?;
    let entries = ran.night.entries()?;
    let read = |evidence: &EvidenceRef| ran.night.read(evidence).ok();
    let seen = explore::seen(&all, &entries, &read);
    let shows = |it: &explore::Seen| {
        let last = it.probe.steps.last().map(Action::describe).unwrap_or_default();
        let failure = it.failure.as_deref().unwrap_or_default();
        it.counts && failure.starts_with(&format!("{last}: expected "))
    };
    Ok(seen.into_iter().filter(shows).map(|it| it.probe.id).collect())
}
