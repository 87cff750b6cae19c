//! [`probe`]: a night over scenarios that stand in no file, without judgement and reports; its
//! directory says what was seen. Used by `explore`.

use std::path::PathBuf;
use std::sync::Arc;

use super::{NightError, Progress, RunOptions, Stop, attempted, lock, rounds};
use crate::ledger::NightDir;
use crate::model::{Scenario, Suite};

/// What such a night left.
#[derive(Debug)]
pub struct Probed {
    /// Its directory.
    pub night: NightDir,
    /// Nothing could run, and why.
    pub preflight: Option<String>,
}

/// Runs these scenarios once, as a night of the suite would, in the night directory `out`, which
/// is new.
///
/// # Errors
/// Nothing could be planned or recorded, or another night holds the suite.
pub async fn probe(
    suite: &Suite,
    scenarios: Vec<Scenario>,
    options: &RunOptions,
    out: PathBuf,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Probed, NightError> {
    let _lock = lock::take(&suite.root, stop)?;
    Box::pin(probe_inside(suite, scenarios, options, out, stop, progress)).await
}

/// The same where a night or an exploration holds the suite's lock already.
pub(super) async fn probe_inside(
    suite: &Suite,
    scenarios: Vec<Scenario>,
    options: &RunOptions,
    out: PathBuf,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Probed, NightError> {
    let suite = &Suite { scenarios, ..suite.clone() };
    let none = rounds::nothing_earlier(&out.with_extension("before"))?;
    let options = rounds::of_round(options, out, &none, None);
    let attempted = Box::pin(attempted(suite, &options, stop, &progress)).await?;
    if let Some(browser) = attempted.browser {
        browser.stop().await;
    }
    let entries = attempted.night.entries()?;
    let preflight = rounds::problem(&attempted.plan, &entries);
    Ok(Probed { night: attempted.night, preflight })
}
