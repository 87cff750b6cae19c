//! [`Night`]: of one `night.json` what is kept of a night.
//!
//! Steps, differences and evidence are passed over while it is read: of a night of a thousand
//! scenarios some hundred kilobytes stay.

use std::path::Path;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::answer::longer;
use crate::model::culprit::Culprit;
use crate::model::reruns::Flake;
use crate::model::{Because, Decision, FORMAT_VERSION, Outcome, Severity, Stage, Totals, Verdict};

/// A report that is larger than this is not read.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// What is kept of a night.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the fields are those of night.json")]
pub(super) struct Night {
    pub night: Facts,
    pub gate: GateFacts,
    pub totals: Totals,
    #[serde(default)]
    pub findings: Vec<Finding>,
    #[serde(default)]
    pub fixed: Vec<Gone>,
    #[serde(default)]
    pub scenarios: Vec<Scenario>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    pub id: String,
    pub started: DateTime<Utc>,
    #[serde(default)]
    pub branch: Option<String>,
    #[serde(default)]
    pub machine: Option<String>,
    #[serde(default)]
    pub products: Vec<Product>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Product {
    pub name: String,
    #[serde(default)]
    pub build: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GateFacts {
    pub decision: Decision,
    pub rule: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub id: String,
    pub fingerprint: String,
    pub title: String,
    pub verdict: Verdict,
    pub severity: Severity,
    #[serde(default)]
    pub stage: Stage,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub scenarios: Vec<String>,
    #[serde(default)]
    pub first_seen: Option<DateTime<Utc>>,
    #[serde(default)]
    pub slowdown: Option<Slower>,
    #[serde(default)]
    pub culprit: Option<Culprit>,
    #[serde(default)]
    pub flake: Option<Flake>,
}

/// By how much something became slower.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Slower {
    pub usual_ms: u64,
    pub now_ms: u64,
    pub ratio: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Gone {
    pub fingerprint: String,
    pub title: String,
    #[serde(default)]
    pub scenarios: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Scenario {
    pub id: String,
    pub verdict: Verdict,
    #[serde(default)]
    pub stage: Stage,
    #[serde(default)]
    pub because: Option<Because>,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub attempts: Vec<Attempt>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attempt {
    pub outcome: Outcome,
    pub duration_ms: u64,
}

impl Night {
    /// The builds under test, by product.
    pub fn builds(&self) -> IndexMap<&str, &str> {
        let named = self.night.products.iter();
        named.filter_map(|it| Some((it.name.as_str(), it.build.as_deref()?))).collect()
    }
}

impl Slower {
    /// The same in words.
    pub fn said(&self) -> String {
        longer(self.usual_ms as f64, self.now_ms as f64, self.ratio)
    }
}

impl Scenario {
    /// The shortest run that came to its end, in milliseconds: what was slow once was slow by
    /// chance.
    pub fn ms(&self) -> Option<u64> {
        let ended = self.attempts.iter().filter(|it| it.outcome == Outcome::Completed);
        ended.map(|it| it.duration_ms).min()
    }
}

#[derive(Deserialize)]
struct Version {
    format_version: u64,
}

/// Reads the night in a folder.
///
/// # Errors
/// Why it cannot be used, in a few words.
pub(super) fn read(folder: &Path) -> Result<Night, String> {
    let path = folder.join("night.json");
    let size = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
    if size > MOST_BYTES {
        return Err(format!("its night.json has {} MB", size / 1024 / 1024));
    }
    let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
    let damaged = |error| format!("its night.json is damaged: {error}");
    // The version first: a newer format need not parse at all.
    let found = serde_json::from_slice::<Version>(&bytes).map_err(damaged)?.format_version;
    if found > u64::from(FORMAT_VERSION) {
        return Err(format!("it was written by a newer nightshift (format {found})"));
    }
    serde_json::from_slice(&bytes).map_err(damaged)
}
