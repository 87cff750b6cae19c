//! `run --resume NIGHT`: the night that goes on, and how it was asked for.

use super::arguments::{Common, RunArguments};
use super::exit::mistake;
use super::night;
use crate::ledger::{LedgerError, NightDir};
use crate::model::asked::{Asked, NewBaselines};

/// The arguments of `run`, as they were when the night began that goes on; and that night.
pub fn asked(
    common: &Common,
    arguments: RunArguments,
) -> anyhow::Result<(RunArguments, Option<NightDir>)> {
    let Some(path) = &arguments.unattended.resume else { return Ok((arguments, None)) };
    let night = match night::open(common, path) {
        Ok(night) => night,
        Err(error) if is_no_night(&error) => {
            return mistake(format!(
                "there is no night {} to go on with: it broke off before it had a plan, or its \
                 folder is elsewhere; `nightshift run` begins one",
                path.display()
            ));
        }
        Err(error) => return Err(error),
    };
    let Asked {
        set,
        var,
        jobs,
        builds,
        beside,
        against,
        against_urls,
        base_urls,
        accept_new,
        shake,
        once,
        shard: _,
        due: _,
        missed: _,
        parts: _,
    } = night.plan()?.asked;
    let pairs = |all: indexmap::IndexMap<String, String>| {
        all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    let mut asked = arguments;
    asked.changes.set = set;
    asked.changes.var = var;
    asked.jobs = asked.jobs.or(jobs);
    asked.build = pairs(builds);
    asked.beside = pairs(beside);
    asked.against = pairs(against);
    asked.against_url = pairs(against_urls);
    // An address with a password is not remembered and is named again.
    if asked.base_url.is_empty() {
        asked.base_url = pairs(base_urls);
    }
    asked.accept_new = accept_new.is_some();
    asked.no_settle = accept_new == Some(NewBaselines::AtFirstSight);
    asked.shake = shake;
    asked.once = once;
    Ok((asked, Some(night)))
}

fn is_no_night(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<LedgerError>(), Some(LedgerError::NoNight(_)))
}
