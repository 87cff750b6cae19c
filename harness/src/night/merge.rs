//! [`merge`]: makes one night of the nights of its shards, one after the other, so that never more
//! than one is in memory; it is judged as one then.
//!
//! The shards' ledgers stand one after the other and not by time, so that what happened to one
//! machine says nothing of what another did meanwhile. Neighbour: [`super::share`], which splits.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::{NightError, night_id};
use crate::ledger::{Ledger, LedgerError, NightDir};
use crate::model::asked::{Asked, Part, Parts, Shard, Split, SplitScenario};
use crate::model::attempts::Attempts;
use crate::model::plan::ProductBuild;
use crate::model::sandbox::Walls;
use crate::model::{BaselineRecord, Because, Entry, Event, FORMAT_VERSION, Plan, Scenario};

/// What the kept split of a night is called as evidence.
pub(super) const SPLIT: &str = "split";

/// A night that was put together.
#[derive(Debug)]
pub struct Merged {
    /// Where it lies.
    pub night: NightDir,
    /// What of.
    pub parts: Parts,
}

/// One shard, before its ledger is read.
struct Piece {
    night: NightDir,
    shard: Shard,
    plan: Plan,
}

/// Makes one night of `nights` in the empty folder `out`; what only a missing shard would have run is
/// named as not run.
///
/// # Errors
/// They are not the shards of one night, or one cannot be read, or `out` cannot be written.
pub fn merge(nights: &[NightDir], out: &Path) -> Result<Merged, NightError> {
    let mut pieces = BTreeMap::new();
    for night in nights {
        let piece = Piece::read(night)?;
        if let Some(same) = pieces.insert(piece.shard.index, piece) {
            let Piece { night: first, shard, .. } = same;
            return Err(refused(format!(
                "{} and {} are both shard {} of {}; leave one of them out",
                first.path().display(),
                night.path().display(),
                shard.index,
                shard.of
            )));
        }
    }
    let Some(first) = pieces.values().next() else {
        return Err(refused("no night was named; name the nights of the shards".to_owned()));
    };
    let split = first.split()?;
    for other in pieces.values() {
        is_of_same_night(first, &split, other)?;
    }
    let night = NightDir::create(out)?;
    let (mut plan, order) = whole(&split, &pieces);
    let ledger = Ledger::create_forgetful(night.clone(), Utc::now)?;
    let event = Event::NightStarted { format_version: FORMAT_VERSION, night: plan.night.clone() };
    let mut next = ledger.append_at(plan.started, event)?.seq + 1;
    let mut parts = Parts { of: split.of, by: split.by.clone(), ..Parts::default() };
    let mut end = End { at: plan.started, interrupted: false };
    for (index, piece) in pieces {
        parts.nights.push(Part {
            index,
            night: piece.plan.night.clone(),
            scenarios: u32::try_from(piece.plan.scenarios.len()).unwrap_or(u32::MAX),
            first_line: next,
        });
        let (ended, lines) = take_over(&piece, &ledger, &mut end)?;
        next += lines;
        if !ended {
            parts.broken_off.push(index);
        }
        night.take_evidence_of(&piece.night)?;
        put_into(&mut plan, piece.plan, &order);
    }
    parts.missing =
        (1..=split.of).filter(|it| !parts.nights.iter().any(|n| n.index == *it)).collect();
    for scenario in split.scenarios.iter().filter(|it| parts.missing.contains(&it.shard)) {
        let detail = format!("shard {} of {} is missing", scenario.shard, split.of);
        let (scenario, because) = (scenario.id.clone(), Because::Environment);
        ledger.append_at(end.at, Event::NotRun { scenario, because, detail })?;
    }
    ledger.append_at(end.at, Event::NightFinished { interrupted: end.interrupted })?;
    plan.asked.parts = Some(parts.clone());
    // The parts of it hold no secret, and as text it is larger than in memory.
    night.write_plan(&plan)?;
    Ok(Merged { night, parts })
}

fn refused(text: String) -> NightError {
    NightError::Usage(text)
}

impl Piece {
    fn read(night: &NightDir) -> Result<Self, NightError> {
        let plan = night.plan()?;
        let Some(shard) = plan.asked.shard.clone() else {
            return Err(refused(format!(
                "{} is no shard: it ran without `--shard`, and there is nothing to merge it with",
                night.path().display()
            )));
        };
        Ok(Self { night: night.clone(), shard, plan })
    }

    fn split(&self) -> Result<Split, NightError> {
        let bytes = self.night.read(&self.shard.split)?;
        let damaged = |error: serde_json::Error| LedgerError::Damaged {
            path: self.night.path().join(&self.shard.split.path),
            line: error.line(),
            detail: error.to_string(),
        };
        Ok(serde_json::from_slice(&bytes).map_err(damaged)?)
    }

    fn said(&self) -> String {
        format!("{} (shard {} of {})", self.night.path().display(), self.shard.index, self.shard.of)
    }
}

/// Sees that two shards are of one night: the same suite, split in the same way, on the same builds.
fn is_of_same_night(first: &Piece, split: &Split, other: &Piece) -> Result<(), NightError> {
    if other.shard.split.path != first.shard.split.path {
        let theirs = other.split()?;
        let why = if theirs.suite != split.suite {
            "they are of different suites, selections or branches".to_owned()
        } else if theirs.of != split.of {
            format!("one is of {} shards and the other of {}", split.of, theirs.of)
        } else {
            format!(
                "the same suite was split otherwise: one by {}, the other by {}; give every shard \
                 the same history",
                split.by, theirs.by
            )
        };
        return Err(refused(format!("{} and {}: {why}", first.said(), other.said())));
    }
    let planned = split.scenarios.iter().filter(|it| it.shard == other.shard.index);
    if !planned.map(|it| &it.id).eq(other.plan.scenarios.iter().map(|it| &it.id)) {
        return Err(refused(format!("{} does not hold what its shard was to run", other.said())));
    }
    for build in &other.plan.products {
        let same = first.plan.products.iter().find(|it| it.name == build.name);
        let differs =
            |it: &&ProductBuild| (&it.build, &it.version) != (&build.build, &build.version);
        if let Some(differing) = same.filter(differs) {
            let said =
                |it: &ProductBuild| it.said().unwrap_or_else(|| "of unknown build".to_owned());
            return Err(refused(format!(
                "{} used {} {} and {} used {}: a night judges one build",
                first.said(),
                build.name,
                said(differing),
                other.said(),
                said(build)
            )));
        }
    }
    Ok(())
}

/// The plan of the whole, in which the shards' own parts are still missing; and where each
/// scenario stands in it.
fn whole(split: &Split, pieces: &BTreeMap<u32, Piece>) -> (Plan, HashMap<String, usize>) {
    let earliest = pieces.values().min_by_key(|it| it.plan.started).expect("there is a shard");
    let frame = &earliest.plan;
    let bare = |it: &SplitScenario| Scenario {
        id: it.id.clone(),
        file: it.file.clone(),
        line: it.line,
        ..Scenario::default()
    };
    // The same night of the same shards has the same id.
    let seed = pieces.values().flat_map(|it| it.plan.night.bytes());
    let seed = seed.fold(0_u64, |seed, it| seed.wrapping_mul(31).wrapping_add(u64::from(it)));
    let machine = frame.machine.clone();
    let same = pieces.values().all(|it| it.plan.machine == machine);
    let plan = Plan {
        night: night_id(frame.started, &mut fastrand::Rng::with_seed(seed)),
        scenarios: split.scenarios.iter().map(bare).collect(),
        baselines: Vec::new(),
        products: Vec::new(),
        sessions: IndexMap::new(),
        versions: IndexMap::new(),
        not_isolated: Vec::new(),
        walls: None,
        deadline: pieces.values().filter_map(|it| it.plan.deadline).max(),
        machine: machine.filter(|_| same),
        asked: Asked { shard: None, ..frame.asked.clone() },
        ..frame.clone()
    };
    let order = split.scenarios.iter().enumerate().map(|(at, it)| (it.id.clone(), at));
    (plan, order.collect())
}

/// Puts what one shard planned into the plan of the whole.
fn put_into(plan: &mut Plan, part: Plan, order: &HashMap<String, usize>) {
    let Plan {
        scenarios,
        baselines,
        products,
        sessions,
        versions,
        not_isolated,
        walls,
        history,
        ..
    } = part;
    for scenario in scenarios {
        if let Some(at) = order.get(&scenario.id) {
            plan.scenarios[*at] = scenario;
        }
    }
    let fresh =
        |known: &[ProductBuild], it: &ProductBuild| !known.iter().any(|k| k.name == it.name);
    for product in products {
        if fresh(&plan.products, &product) {
            plan.products.push(product);
        }
    }
    let records: Vec<BaselineRecord> = baselines;
    plan.baselines.extend(records);
    plan.sessions.extend(sessions);
    for (what, version) in versions {
        plan.versions.entry(what).or_insert(version);
    }
    for sentence in not_isolated {
        if !plan.not_isolated.contains(&sentence) {
            plan.not_isolated.push(sentence);
        }
    }
    // Of several, that of which the least can be said.
    if plan.walls.is_none() || walls.as_ref().is_some_and(Walls::are_missing) {
        plan.walls = walls.or(plan.walls.take());
    }
    plan.history.scenarios.extend(history.scenarios);
    plan.history.causes.extend(history.causes);
}

/// How the whole ended.
struct End {
    at: DateTime<Utc>,
    interrupted: bool,
}

/// Puts the lines of one shard into the ledger of the whole; answers whether it came to its end, and
/// with how many lines that were.
fn take_over(piece: &Piece, ledger: &Ledger, end: &mut End) -> Result<(bool, u64), NightError> {
    let entries = piece.night.entries()?;
    let (mut ended, mut lines) = (false, 0);
    end.at = entries.last().map_or(end.at, |it| it.at.max(end.at));
    let without_control = without_control(&entries, &piece.plan);
    for Entry { at, event, .. } in entries {
        match event {
            Event::NightStarted { .. } => {}
            Event::NightFinished { interrupted } => {
                ended = true;
                end.interrupted |= interrupted;
            }
            // What was void is not read, and its lines have other numbers here.
            Event::NightResumed { broke_off, kept, anew, void: _ } => {
                let event = Event::NightResumed { broke_off, kept, anew, void: Vec::new() };
                ledger.append_at(at, event)?;
                lines += 1;
            }
            Event::NoControl { scenario: None, detail } => {
                for id in &without_control {
                    let (scenario, detail) = (Some(id.clone()), detail.clone());
                    ledger.append_at(at, Event::NoControl { scenario, detail })?;
                    lines += 1;
                }
            }
            event => {
                ledger.append_at(at, event)?;
                lines += 1;
            }
        }
    }
    Ok((ended, lines))
}

/// The scenarios of a shard that had no control when it was given up there: it stands for them and
/// not for those of other shards.
fn without_control(entries: &[Entry], plan: &Plan) -> Vec<String> {
    let attempts = Attempts::of(entries);
    if attempts.no_control.is_none() {
        return Vec::new();
    }
    let lacks = |it: &&Scenario| attempts.scenario(&it.id).is_none_or(|log| log.control.is_empty());
    plan.scenarios.iter().filter(lacks).map(|it| it.id.clone()).collect()
}

/// Where the shards' nights are: the nights themselves, or those in folders that hold some.
///
/// # Errors
/// A folder is no night and holds none.
pub fn nights_in(paths: &[PathBuf]) -> Result<Vec<NightDir>, NightError> {
    let mut nights = Vec::new();
    for path in paths {
        let error = match NightDir::open(path) {
            Ok(night) => {
                nights.push(night);
                continue;
            }
            Err(error) => error,
        };
        let before = nights.len();
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|it| it.path())
            .collect();
        inside.sort();
        nights.extend(inside.into_iter().filter_map(|it| NightDir::open(it).ok()));
        if nights.len() == before {
            return Err(error.into());
        }
    }
    Ok(nights)
}
