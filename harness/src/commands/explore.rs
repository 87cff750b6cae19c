//! `nightshift explore`: uses a product that nobody has written scenarios for, and writes them.
//!
//! A loop of small nights: the map ([`crate::explore`]) proposes, a night runs what it proposes, and
//! the map takes in what the night directory says. Then the suite is written, settled and accepted.
//!
//! The files:
//! - `prepare.rs`: the suite that is explored, and what may be done in it.
//! - `findings.rs`: what is wrong, as scenarios that fail until it is mended.
//! - `keep.rs`: the scenarios that are written, settled and accepted.
//! - `tell.rs`: `explore.json`, and what is said at the end.

mod findings;
mod keep;
mod prepare;
mod tell;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use self::prepare::Prepared;
use super::arguments::{Common, ExploreOptions};
use super::exit::Exit;
use super::terminal;
use super::waiting::{listen, runtime};
use crate::explore::{self, Map};
use crate::night::{self as nights, Progress, Stop, Until, Why};

/// The most probes of one round.
const PROBES_OF_ROUND: usize = 64;
/// Which share of the budget is left for settling and accepting, in per cent.
const LEFT_TO_KEEP: u32 = 45;
/// Which share of what is left after exploring may go to trying findings again.
const LEFT_TO_FINDINGS: u32 = 3;
/// A round is not begun for less.
const LEAST_ROUND: Duration = Duration::from_secs(5);

/// What an exploration has come to.
struct Explored {
    map: Map,
    probes: usize,
    rounds: usize,
    /// Where its nights are kept.
    folder: PathBuf,
    took: Duration,
    /// Nothing could run, and why.
    preflight: Option<String>,
}

pub fn run(common: &Common, options: &ExploreOptions) -> anyhow::Result<Exit> {
    let prepared = prepare::prepare(common, options)?;
    let stop = Stop::default();
    let signal = Arc::new(AtomicU8::new(0));
    let began = Instant::now();
    let runtime = runtime()?;
    let explored = runtime.block_on(async {
        listen(stop.clone(), signal.clone());
        Box::pin(explore(common, options, &prepared, &stop)).await
    })?;
    if let Some(problem) = &explored.preflight {
        terminal::say(format_args!("nothing could run: {problem}"));
        return Ok(Exit::Preflight);
    }
    let faults = explore::judge(&explored.map);
    let written = explore::fresh(explore::write(&explored.map), &prepared.suite.scenarios);
    let left = || options.budget.saturating_sub(began.elapsed());
    let interrupted = || stop.why() == Some(Why::Interrupted);
    let found = if options.no_findings {
        vec![None; faults.len()]
    } else {
        runtime.block_on(async {
            let (folder, left) = (explored.folder.clone(), left() / LEFT_TO_FINDINGS);
            let asked = findings::Asked { prepared: &prepared, options, folder, left, stop: &stop };
            Box::pin(findings::write(common, &asked, &explored.map, &faults)).await
        })?
    };
    let mut kept = runtime.block_on(async {
        let asked = keep::Asked { prepared: &prepared, options, left: left(), stop: &stop };
        Box::pin(keep::keep(common, &asked, written)).await
    })?;
    kept.findings = found;
    runtime.shutdown_timeout(Duration::from_secs(2));
    tell::tell(options, &prepared, &explored, &faults, &kept)?;
    if interrupted() {
        return Ok(Exit::Signal(signal.load(Ordering::Relaxed).max(2)));
    }
    Ok(if faults.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// Explores until nothing is left to be tried, or the time is.
async fn explore(
    common: &Common,
    options: &ExploreOptions,
    prepared: &Prepared,
    stop: &Stop,
) -> anyhow::Result<Explored> {
    let began = Instant::now();
    let until = options.budget * (100 - LEFT_TO_KEEP) / 100;
    let mut map = prepared.map();
    let folder = folder(prepared)?;
    let (mut probes, mut rounds) = (0, 0);
    loop {
        let left = until.saturating_sub(began.elapsed());
        if stop.why().is_some() || (rounds > 0 && left < LEAST_ROUND) {
            let why = if stop.why().is_some() { "interrupted" } else { "the budget was spent" };
            map.give_up(why);
            break;
        }
        let proposed = map.propose(PROBES_OF_ROUND);
        if proposed.is_empty() {
            map.give_up("it came too late");
            break;
        }
        rounds += 1;
        probes += proposed.len();
        if !common.quiet {
            let first = proposed[0].said();
            let more = proposed.len() - 1;
            terminal::say(format_args!("round {rounds}: {first} and {more} more"));
        }
        let batches = explore::batches(proposed);
        let scenarios = prepared.scenarios(&batches);
        let round = prepared.run_options(options, Until::Budget(left.max(LEAST_ROUND) * 10 / 9))?;
        let out = folder.join(format!("round-{rounds}"));
        let quiet: Arc<dyn Fn(Progress) + Send + Sync> = Arc::new(|_| ());
        let ran = Box::pin(nights::probe(
            &prepared.probing,
            scenarios,
            &round,
            out,
            &stop.of_part(),
            quiet,
        ))
        .await?;
        if let Some(problem) = ran.preflight {
            let preflight = (rounds == 1).then_some(problem);
            map.give_up("the product or the browser was not well");
            return Ok(Explored { map, probes, rounds, folder, took: began.elapsed(), preflight });
        }
        let entries = ran.night.entries()?;
        let read = |evidence: &crate::model::EvidenceRef| ran.night.read(evidence).ok();
        map.absorb(explore::seen(&batches, &entries, &read));
    }
    Ok(Explored { map, probes, rounds, folder, took: began.elapsed(), preflight: None })
}

/// The folder of this exploration's nights, which git leaves alone.
fn folder(prepared: &Prepared) -> anyhow::Result<PathBuf> {
    let all = prepared.suite.root.join("reports/explorations");
    let id = nights::night_id(chrono::Utc::now(), &mut fastrand::Rng::new());
    let own = all.join(id);
    std::fs::create_dir_all(&own).with_context(|| format!("cannot create {}", own.display()))?;
    let ignore = all.join(".gitignore");
    std::fs::write(&ignore, "*\n").with_context(|| format!("cannot write {}", ignore.display()))?;
    Ok(own)
}
