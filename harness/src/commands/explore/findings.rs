//! [`write`]: each finding of an exploration as a scenario that fails until it is mended, by the
//! shortest way that still shows it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::super::arguments::{Common, ExploreOptions};
use super::super::{new_file, terminal};
use super::prepare::Prepared;
use crate::explore::{self, Fault, Map};
use crate::model::Action;
use crate::night::{self as nights, Bounds, FINDINGS, Opening, Search, Stop};

/// What is asked for.
pub struct Asked<'a> {
    /// The suite.
    pub prepared: &'a Prepared,
    /// The options.
    pub options: &'a ExploreOptions,
    /// Where rounds are kept.
    pub folder: PathBuf,
    /// The time that may be spent on it.
    pub left: Duration,
    /// Ends it early.
    pub stop: &'a Stop,
}

/// The files of the findings, each below the suite's folder, in their order; `None` for one that no
/// step can expect to be right, and for one that did not show again.
///
/// # Errors
/// A file cannot be written, or a night cannot be run.
pub async fn write(
    common: &Common,
    asked: &Asked<'_>,
    map: &Map,
    faults: &[Fault],
) -> anyhow::Result<Vec<Option<PathBuf>>> {
    let count = faults.iter().filter(|it| explore::expectation(map, it).is_some()).count();
    if count == 0 {
        return Ok(vec![None; faults.len()]);
    }
    if !common.quiet {
        let count = super::super::check::counted(count, "finding");
        terminal::say(format_args!("trying {count} again, by shorter ways"));
    }
    let options = asked.prepared.asked(asked.options)?;
    let opening = Opening::Counts;
    let bounds = Bounds { budget: asked.left, folder: asked.folder.clone(), opening };
    let search =
        Search { ground: &asked.prepared.ground, options: &options, bounds, stop: asked.stop };
    let ways = Box::pin(nights::shown(&search, map, faults)).await?;
    let mut taken = taken(asked.prepared);
    let mut files = Vec::new();
    for (fault, steps) in faults.iter().zip(ways) {
        let file = steps.map(|it| write_one(asked.prepared, fault, &it, &mut taken)).transpose()?;
        files.push(file);
    }
    Ok(files)
}

/// The names of the suite's scenarios.
fn taken(prepared: &Prepared) -> BTreeSet<String> {
    prepared.ground.suite.scenarios.iter().map(|it| it.id.clone()).collect()
}

fn write_one(
    prepared: &Prepared,
    fault: &Fault,
    steps: &[Action],
    taken: &mut BTreeSet<String>,
) -> anyhow::Result<PathBuf> {
    let plain = explore::slug(&format!("{} {}", fault.rule, fault.place));
    let mut name = plain.clone();
    let mut number = 1;
    loop {
        let file = prepared.folder.join(FINDINGS).join(format!("{name}.yaml"));
        let text = nights::finding_text(&prepared.ground, fault, steps, &name, &file)?;
        let path = prepared.ground.suite.root.join(&file);
        // The same finding of an earlier exploration has its file already.
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(file);
        }
        if taken.insert(name.clone()) && new_file::create(&path, &text)? {
            return Ok(file);
        }
        number += 1;
        name = format!("{plain}-{number}");
    }
}
