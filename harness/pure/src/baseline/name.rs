//! [`snapshot_path`]: how snapshot files are named, and what a name says.
//!
//! `<folder>/snapshots/<scenario>@<checkpoint>.<facet>.snap`; pictures carry their environment:
//! `….image~<key>.snap`. The `/` of a `for-each` row becomes `~`.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Acceptance, BaselineError};
use crate::model::filetext::{FILE_ENVIRONMENT, picture_of};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{FacetKind, Scenario};

/// What a file name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub scenario: String,
    pub checkpoint: String,
    pub facet: FacetKind,
    pub environment: Option<String>,
}

/// The folder of the snapshots of a scenario's file, relative to the suite root.
pub fn folder(scenario_file: &str) -> String {
    match scenario_file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/snapshots"),
        None => "snapshots".to_owned(),
    }
}

/// The snapshot file of a facet, relative to the suite root.
#[must_use]
pub fn snapshot_path(
    scenario_file: &str,
    scenario: &str,
    checkpoint: &str,
    facet: FacetKind,
    environment: Option<&str>,
) -> PathBuf {
    let key = environment.map_or(String::new(), |key| format!("~{}", part(key)));
    let name = format!("{}@{}.{facet}{key}.snap", part(scenario), part(checkpoint));
    PathBuf::from(folder(scenario_file)).join(name)
}

/// The path of what is to be accepted, inside of its suite whatever the night directory says.
pub fn checked(item: &Acceptance) -> Result<PathBuf, BaselineError> {
    let file = PathBuf::from(&item.scenario_file);
    let inside = file.components().all(|it| matches!(it, std::path::Component::Normal(_)));
    if !inside || item.scenario_file.is_empty() {
        return Err(BaselineError::Name { name: item.scenario_file.clone() });
    }
    for name in [&item.scenario, &item.checkpoint] {
        if name.is_empty() || name.contains(['\0', '\n', '\\']) {
            return Err(BaselineError::Name { name: name.clone() });
        }
    }
    let environment = item.environment.as_deref().filter(|_| item.facet == FacetKind::Image);
    Ok(snapshot_path(
        &item.scenario_file,
        &item.scenario,
        &item.checkpoint,
        item.facet,
        environment,
    ))
}

fn part(name: &str) -> String {
    name.replace('/', "~")
}

/// The scenarios whose snapshots share a folder, by their part of a file name.
#[derive(Debug, Default)]
pub struct Owners<'a> {
    by_part: HashMap<String, &'a Scenario>,
}

impl<'a> Owners<'a> {
    /// Adds a scenario.
    pub fn add(&mut self, scenario: &'a Scenario) {
        self.by_part.insert(part(&scenario.id), scenario);
    }

    /// Whose file it is. Of `a` and `a@b` the longer name is meant.
    fn of(&self, stem: &str) -> Option<&'a Scenario> {
        let mut ends = stem.rmatch_indices('@').map(|(at, _)| at);
        ends.find_map(|at| self.by_part.get(&stem[..at]).copied())
    }
}

/// What a file name says, if it names one of these scenarios.
pub fn parse(file_name: &str, owners: &Owners<'_>) -> Option<Named> {
    let stem = file_name.strip_suffix(".snap")?;
    let owner = owners.of(stem)?;
    let rest = &stem[owner.id.len() + 1..];
    let (checkpoint, facet, environment) =
        if let Some((checkpoint, key)) = rest.rsplit_once(".image~") {
            (checkpoint, FacetKind::Image, Some(key.to_owned()))
        } else {
            let (checkpoint, word) = rest.rsplit_once('.')?;
            (checkpoint, FacetKind::from_word(word)?, None)
        };
    // The plan's own spelling of a checkpoint, where it has a `/`.
    let same = |name: &str| {
        let pairs = || name.bytes().zip(checkpoint.bytes());
        name.len() == checkpoint.len() && pairs().all(|(a, b)| a == b || (a, b) == (b'/', b'~'))
    };
    let declared = snapshots(owner).map(|it| it.name.as_str()).find(|it| same(it));
    Some(Named {
        scenario: owner.id.clone(),
        checkpoint: declared.unwrap_or(checkpoint).to_owned(),
        facet,
        environment,
    })
}

fn snapshots(scenario: &Scenario) -> impl Iterator<Item = &crate::model::Snapshot> {
    scenario.all_steps().into_iter().filter_map(|step| step.action.snapshot())
}

/// Whether the scenario still takes what the file holds.
pub fn is_declared(named: &Named, owners: &Owners<'_>) -> bool {
    if named.checkpoint == WATCH_CHECKPOINT && named.facet == FacetKind::Events {
        return true;
    }
    let owner = owners.by_part.get(&part(&named.scenario));
    // A picture that a file is or holds stands beside the checkpoint whose files are looked at.
    let of_file = named.environment.as_deref() == Some(FILE_ENVIRONMENT);
    owner.into_iter().flat_map(|it| snapshots(it)).any(|snapshot| {
        if of_file {
            let own = picture_of(&named.checkpoint, [snapshot.name.as_str()]);
            return own.is_some() && snapshot.takes(FacetKind::Files);
        }
        snapshot.name == named.checkpoint && snapshot.takes(named.facet)
    })
}
