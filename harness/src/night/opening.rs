//! Opens a night: [`ledger`] makes its directory, ledger and plan, or goes on with those of a night
//! that broke off. Neighbour: [`super::resume`], which says what such a night still has to do.

use std::sync::Arc;

use chrono::Utc;

use super::{
    Attempted, NightError, Progress, RunOptions, baselines, nights_folder, resume, share,
    write_plan,
};
use crate::ledger::{Ledger, LedgerError, NightDir, Secrets};
use crate::model::{Event, FORMAT_VERSION, Plan, Suite};

/// The ledger of a night, whose first line is written and whose plan lies beside it.
///
/// # Errors
/// The directory cannot be made or written, or the night cannot go on.
pub(super) fn ledger(
    suite: &Suite,
    options: &RunOptions,
    plan: &mut Plan,
    secrets: Secrets,
) -> Result<Ledger, NightError> {
    if let Some(night) = &options.resume {
        let ledger = resume::go_on(night, plan, secrets)?;
        write_plan(&ledger, plan)?;
        return Ok(ledger);
    }
    let night = directory(suite, options, &plan.night)?;
    if let Some(share) = options.shard {
        share::take(plan, share, &night)?;
    }
    let ledger = Ledger::create(night, secrets, Utc::now)?;
    plan.baselines = baselines(suite, plan, &|kind, media, bytes| ledger.keep(kind, media, bytes))?;
    write_plan(&ledger, plan)?;
    ledger.append(Event::NightStarted {
        format_version: FORMAT_VERSION,
        night: plan.night.clone(),
    })?;
    Ok(ledger)
}

/// A night that goes on and has nothing left to attempt; `None` where there is something to do.
///
/// # Errors
/// The night cannot be read.
pub(super) fn through(options: &RunOptions) -> Result<Option<Attempted>, NightError> {
    let Some(night) = &options.resume else { return Ok(None) };
    let (plan, entries) = (night.plan()?, night.entries()?);
    if !resume::is_through(&entries, &plan) {
        return Ok(None);
    }
    Ok(Some(Attempted {
        night: night.clone(),
        plan: Arc::new(plan),
        browser: None,
        preflight_failed: false,
        hall: None,
        _scratch: None,
    }))
}

/// The directory of a night, made anew.
fn directory(suite: &Suite, options: &RunOptions, night: &str) -> Result<NightDir, NightError> {
    let out = options.out.clone().unwrap_or_else(|| nights_folder(suite).join(night));
    NightDir::create(out).map_err(|error| match (error, &options.out) {
        (error @ LedgerError::Io { .. }, None) => {
            NightError::Usage(format!("{error}; `--out` puts the night into another folder"))
        }
        (error, _) => error.into(),
    })
}

/// Tells and records what was found out before the ledger was there: each check's name, what it
/// says, and its milliseconds.
pub(super) fn checked(
    ledger: &Ledger,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
    known: impl Iterator<Item = (&'static str, String, u64)>,
) -> Result<(), LedgerError> {
    for (check, detail, duration_ms) in known {
        let check = check.to_owned();
        progress(Progress::Checked { check: check.clone(), ok: true, detail: detail.clone() });
        let evidence = Vec::new();
        ledger.append(Event::Preflight { check, ok: true, detail, duration_ms, evidence })?;
    }
    Ok(())
}
