//! `nightshift explore`: uses a product that nobody has written scenarios for, and writes them.
//!
//! The product is explored in a loop of small nights ([`crate::night::explore`]). Then the suite is
//! written, settled and accepted.
//!
//! The files:
//! - `prepare.rs`: the suite that is explored, and what may be done in it.
//! - `findings.rs`: what is wrong, as scenarios that fail until it is mended.
//! - `keep.rs`: the scenarios that are written, settled and accepted.
//! - `take.rs`: takes over what the exploration of a night would add.
//! - `tell.rs`: `explore.json`, its page, and what is said at the end.

mod findings;
mod keep;
mod prepare;
mod take;
mod tell;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use self::prepare::Prepared;
use self::take::Findings;
use super::arguments::{Common, ExploreOptions};
use super::exit::Exit;
use super::terminal;
use super::waiting::{listen, runtime};
use crate::explore;
use crate::night::{self as nights, Explored, Stop, Why};

/// Which share of the budget is left for settling and accepting, in per cent.
const LEFT_TO_KEEP: u32 = 45;
/// Which share of what is left after exploring may go to trying findings again.
const LEFT_TO_FINDINGS: u32 = 3;

pub fn run(common: &Common, options: &ExploreOptions) -> anyhow::Result<Exit> {
    if let Some(night) = &options.take {
        let findings = if options.no_findings { Findings::LeftOut } else { Findings::Taken };
        return take::take(common, night, findings);
    }
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
    let written = explore::fresh(&explored.map, &prepared.ground.known());
    let left = || (options.budget + explored.opened).saturating_sub(began.elapsed());
    if is_nothing(&explored) && stop.why().is_none() {
        terminal::say(
            "nothing could run: the time was over before anything was tried; name more of it with --budget",
        );
        return Ok(Exit::Preflight);
    }
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
        Box::pin(keep::keep(common, &asked, &explored.map, written)).await
    })?;
    kept.findings = found;
    runtime.shutdown_timeout(Duration::from_secs(2));
    tell::tell(options, &prepared, &explored, &faults, &kept)?;
    if interrupted() {
        return Ok(Exit::Signal(signal.load(Ordering::Relaxed).max(2)));
    }
    Ok(if faults.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// Whether nothing of the product was seen, because it never came to that.
fn is_nothing(explored: &Explored) -> bool {
    let map = &explored.map;
    !explored.whole && map.states.is_empty() && map.runs.is_empty() && map.screens.is_empty()
}

/// Explores until nothing is left to be tried, or the time is.
async fn explore(
    common: &Common,
    options: &ExploreOptions,
    prepared: &Prepared,
    stop: &Stop,
) -> anyhow::Result<Explored> {
    let budget = options.budget * (100 - LEFT_TO_KEEP) / 100;
    let opening = nights::Opening::OnTop;
    let bounds = nights::Bounds { budget, folder: folder(prepared)?, opening };
    let asked = prepared.asked(options)?;
    let round = std::sync::atomic::AtomicU32::new(0);
    let told = |first: &str, more: usize| {
        let number = round.fetch_add(1, Ordering::Relaxed) + 1;
        if !common.quiet {
            terminal::say(format_args!("round {number}: {first} and {more} more"));
        }
    };
    Ok(Box::pin(nights::explore(&prepared.ground, &asked, bounds, stop, &told)).await?)
}

/// The folder of this exploration's nights, which git leaves alone.
fn folder(prepared: &Prepared) -> anyhow::Result<PathBuf> {
    let all = prepared.ground.suite.root.join("reports/explorations");
    let id = nights::night_id(chrono::Utc::now(), &mut fastrand::Rng::new());
    let own = all.join(id);
    std::fs::create_dir_all(&own).with_context(|| format!("cannot create {}", own.display()))?;
    let ignore = all.join(".gitignore");
    std::fs::write(&ignore, "*\n").with_context(|| format!("cannot write {}", ignore.display()))?;
    Ok(own)
}
