//! [`write`]: each finding of an exploration as a scenario that fails until it is mended, by the
//! shortest way that still shows it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::arguments::{Common, ExploreOptions};
use super::super::{new_file, terminal};
use super::keep::quiet;
use super::prepare::Prepared;
use crate::explore::{self, Fault, Goal, Map, Probe, batches};
use crate::model::Action;
use crate::night::{self as nights, LEAST_ROUND, ScenarioFile, Stop, Until};

/// The folder of these scenarios, below that of the exploration.
const FOLDER: &str = "findings";
/// Their tags.
const TAGS: [&str; 2] = ["explored", "finding"];
/// The most times that ways are made shorter.
const MOST_ROUNDS: usize = 8;
/// The most findings that become scenarios; more of them are told and not written.
const MOST_FINDINGS: usize = 24;

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
    let mut files = vec![None; faults.len()];
    let all = faults.iter().enumerate().filter_map(|(at, fault)| {
        let tried = vec![explore::expectation(map, fault)?];
        Some(Shown { at, product: fault.product.clone(), steps: None, tried })
    });
    let mut shown: Vec<Shown> = all.take(MOST_FINDINGS).collect();
    if shown.is_empty() {
        return Ok(files);
    }
    if !common.quiet {
        let count = super::super::check::counted(shown.len(), "finding");
        terminal::say(format_args!("trying {count} again, by shorter ways"));
    }
    shorten(asked, &mut shown).await?;
    let mut taken = taken(asked.prepared);
    for it in shown {
        let Some(steps) = it.steps else { continue };
        let file = write_one(asked.prepared, &faults[it.at], &steps, &mut taken)?;
        files[it.at] = Some(file);
    }
    Ok(files)
}

/// Tries ways until none that is shorter still shows what is wrong, or the time is over.
async fn shorten(asked: &Asked<'_>, shown: &mut [Shown]) -> anyhow::Result<()> {
    let began = Instant::now();
    for round in 0..MOST_ROUNDS {
        let left = asked.left.saturating_sub(began.elapsed());
        if left < LEAST_ROUND || asked.stop.why().is_some() {
            break;
        }
        let probes: Vec<Probe> = shown.iter().flat_map(probes).collect();
        if probes.is_empty() {
            break;
        }
        let failed = try_all(asked, probes, round, left).await?;
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
    asked: &Asked<'_>,
    probes: Vec<Probe>,
    round: usize,
    left: Duration,
) -> anyhow::Result<BTreeSet<String>> {
    let all = batches(probes);
    let scenarios = asked.prepared.ground.scenarios(&all);
    let options = asked.prepared.run_options(asked.options, Until::Budget(left))?;
    let out = asked.folder.join(format!("findings-{}", round + 1));
    let stop = asked.stop.of_part();
    let probing = &asked.prepared.ground.probing;
    let ran = Box::pin(nights::probe(probing, scenarios, &options, out, &stop, quiet())).await?;
    let entries = ran.night.entries()?;
    let read = |evidence: &crate::model::EvidenceRef| ran.night.read(evidence).ok();
    let seen = explore::seen(&all, &entries, &read);
    let shows = |it: &explore::Seen| {
        let last = it.probe.steps.last().map(Action::describe).unwrap_or_default();
        let failure = it.failure.as_deref().unwrap_or_default();
        failure.starts_with(&format!("{last}: expected "))
    };
    Ok(seen.into_iter().filter(shows).map(|it| it.probe.id).collect())
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
        let file = prepared.folder.join(FOLDER).join(format!("{name}.yaml"));
        let text = text(fault, steps, &name, &file)?;
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

fn text(fault: &Fault, steps: &[Action], name: &str, file: &Path) -> anyhow::Result<String> {
    let about = format!("{}.", fault.title.trim_end_matches('.'));
    let product = fault.product.as_deref();
    Ok(ScenarioFile { name, about: &about, product, tags: &TAGS, steps }.text(file)?)
}
