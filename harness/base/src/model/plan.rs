//! [`Plan`]: the resolved plan of one night, all that judging needs beside the ledger (`plan.json`).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::against::ControlPlan;
use super::asked::Asked;
use super::event::EvidenceRef;
use super::facet::FacetKind;
use super::forecast::Forecast;
use super::history::History;
use super::hygiene::Remark;
use super::patience::Patience;
use super::reruns::Reruns;
use super::sandbox::Walls;
use super::scenario::Scenario;
use super::snapshot::Redaction;
use super::stage::{Stage, Stages};
use super::suite::{GateConfig, SessionConfig, Suppression};

/// What a night set out to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format.
    pub format_version: u32,
    /// The night's id.
    pub night: String,
    /// When the night started, or was scheduled to.
    pub started: DateTime<Utc>,
    /// The instant at which the report must be there.
    pub deadline: Option<DateTime<Utc>>,
    /// The branch of the suite's repository, where it is known.
    pub branch: Option<String>,
    /// The environment key of images.
    pub environment: String,
    /// Versions of what took part: `nightshift`, `browser`, `driver`.
    pub versions: IndexMap<String, String>,
    /// The builds under test.
    pub products: Vec<ProductBuild>,
    /// The builds that durations are compared with in the same night, by product.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub beside: IndexMap<String, String>,
    /// The builds that scenarios are run on too, so that what differs can be put down to the product
    /// or to the world; `None` where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<ControlPlan>,
    /// By how much default time limits were stretched; `None` in old nights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<Patience>,
    /// What could not be kept apart tonight, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_isolated: Vec<String>,
    /// The walls around commands; `None` where none that has to be confined was to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walls: Option<Walls>,
    /// What is run, in order, with skills expanded.
    pub scenarios: Vec<Scenario>,
    /// The sessions that these scenarios start from, by the name of the actor: with skills
    /// expanded, and always with the product.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub sessions: IndexMap<String, SessionConfig>,
    /// Text that is not compared in any checkpoint.
    pub redact: Vec<Redaction>,
    /// The gate rules.
    pub gate: GateConfig,
    /// Known issues.
    pub suppressions: Vec<Suppression>,
    /// How much facets and watches count.
    #[serde(default, skip_serializing_if = "Stages::all_gate")]
    pub stages: Stages,
    /// How sure reruns must be of what they say; `None` in nights in which `retries` alone decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reruns: Option<Reruns>,
    /// What should be tidied up in the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hygiene: Vec<Remark>,
    /// The accepted snapshots of the planned scenarios, kept as evidence.
    pub baselines: Vec<BaselineRecord>,
    /// What stands for this machine, so that durations are compared with its own; `None` in old
    /// nights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// What is expected of each scenario, of a night with a deadline.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub forecasts: IndexMap<String, Forecast>,
    /// What was asked for on the command line, for who goes on with the night or merges it.
    #[serde(default, skip_serializing_if = "Asked::is_nothing")]
    pub asked: Asked,
    /// What earlier nights said; empty in old nights.
    #[serde(default)]
    pub history: History,
}

/// A build under test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductBuild {
    /// The product's name in the suite.
    pub name: String,
    /// What names the build; `None` where nothing does.
    pub build: Option<String>,
    /// The build of the night before, where it is known.
    pub previous_build: Option<String>,
    /// What `version-from` said, where something else names the build (`--build`, `builds`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The same of the night before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_version: Option<String>,
}

impl ProductBuild {
    /// The build as a person knows it: `shopd 1.3 (s2)`, or what names it alone.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        said(self.version.as_deref(), self.build.as_deref())
    }

    /// The same of the night before.
    #[must_use]
    pub fn previous_said(&self) -> Option<String> {
        said(self.previous_version.as_deref(), self.previous_build.as_deref())
    }
}

fn said(version: Option<&str>, build: Option<&str>) -> Option<String> {
    match (version, build) {
        (Some(version), Some(build)) if version != build => Some(format!("{version} ({build})")),
        (Some(one), _) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

/// An accepted snapshot as it was when the night began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineRecord {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint's name; `watch` for what the watches saw.
    pub checkpoint: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// The algorithm that took it, with its version: `aria/1`.
    pub algorithm: Option<String>,
    /// The `.snap` file, relative to the suite root.
    pub file: String,
    /// Its content (for images: the picture).
    pub evidence: EvidenceRef,
    /// For images: where the things of the page stood in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<EvidenceRef>,
    /// For images: the SHA-256 of the picture as it was taken, before it was made smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<String>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Origin::is_accepted")]
    pub origin: Origin,
}

/// Where a baseline comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Somebody accepted it.
    #[default]
    Accepted,
    /// There is none that was accepted, and the control saw this tonight.
    Control,
}

impl Origin {
    /// Whether somebody accepted it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        *self == Self::Accepted
    }
}

/// The name of the checkpoint that stands for what the watches saw.
pub const WATCH_CHECKPOINT: &str = "watch";

impl Plan {
    /// How much a facet of a checkpoint counts: the weakest of what its scenario, its facet and its
    /// snapshot say.
    #[must_use]
    pub fn stage_at(&self, scenario: &Scenario, checkpoint: &str, facet: FacetKind) -> Stage {
        if scenario.is_unstable(checkpoint, facet) {
            return Stage::Shadow;
        }
        scenario.stage.min(self.stages.facet(facet))
    }

    /// Where in `baselines` those of each scenario are.
    #[must_use]
    pub fn baselines_by_scenario(&self) -> HashMap<String, Vec<usize>> {
        let mut all: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, record) in self.baselines.iter().enumerate() {
            all.entry(record.scenario.clone()).or_default().push(index);
        }
        all
    }

    /// The same plan with one of its scenarios and these of its baselines only.
    #[must_use]
    pub fn only(&self, scenario: &Scenario, baselines: &[usize]) -> Self {
        Self {
            scenarios: vec![scenario.clone()],
            baselines: baselines.iter().map(|index| self.baselines[*index].clone()).collect(),
            format_version: self.format_version,
            night: self.night.clone(),
            started: self.started,
            deadline: self.deadline,
            branch: self.branch.clone(),
            environment: self.environment.clone(),
            versions: self.versions.clone(),
            products: self.products.clone(),
            sessions: self.sessions.clone(),
            patience: self.patience,
            reruns: self.reruns,
            not_isolated: self.not_isolated.clone(),
            walls: self.walls.clone(),
            redact: self.redact.clone(),
            gate: self.gate.clone(),
            suppressions: self.suppressions.clone(),
            stages: self.stages.clone(),
            hygiene: Vec::new(),
            beside: IndexMap::new(),
            control: self.control.clone(),
            machine: self.machine.clone(),
            forecasts: IndexMap::new(),
            asked: Asked::default(),
            // One attempt by itself is judged without what earlier nights said.
            history: History::default(),
        }
    }
}
