//! [`Digest`]: of one earlier night what tonight can use, read from its `night.json` without
//! keeping the rest of it.
//!
//! The texts of steps are borrowed from the file and become numbers at once: thirty nights of ten
//! thousand scenarios are some hundred megabytes of JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::model::finding::{RedactionUse, SlowStep, StageUse, Totals};
use crate::model::history::{Since, step_key};
use crate::model::sensitivity::Noticed;
use crate::model::{Decision, FORMAT_VERSION, Surface, Verdict};

/// A report that is larger than this is not read.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// What one earlier night said.
#[derive(Debug)]
pub(super) struct Digest {
    pub id: String,
    pub started: DateTime<Utc>,
    pub branch: Option<String>,
    pub machine: Option<String>,
    pub browser: Option<String>,
    pub builds: Vec<(String, String)>,
    pub versions: Vec<(String, String)>,
    pub decision: Decision,
    pub totals: Totals,
    pub sensitivity: Option<Noticed>,
    pub stages: Vec<StageUse>,
    pub redactions: Vec<RedactionUse>,
    pub causes: Vec<DigestCause>,
    pub scenarios: HashMap<String, DigestScenario>,
}

/// One finding.
#[derive(Debug, Deserialize)]
pub(super) struct DigestCause {
    pub id: String,
    pub fingerprint: String,
    pub title: String,
    pub verdict: Verdict,
    #[serde(default)]
    pub pieces: Vec<String>,
    #[serde(default)]
    pub since: Option<Since>,
    #[serde(default)]
    pub slowdown: Option<DigestSlowdown>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DigestSlowdown {
    pub steps: Vec<SlowStep>,
}

/// One scenario.
#[derive(Debug)]
pub(super) struct DigestScenario {
    pub verdict: Verdict,
    pub expects: Option<String>,
    /// The ids of its findings.
    pub findings: Vec<String>,
    /// What each step that passed took, by its key.
    pub steps: Vec<(u64, Surface, u32)>,
}

/// Why a night cannot be used, in a few words.
pub(super) type Why = String;

/// Reads the night in a folder, of these scenarios only.
pub(super) fn read(
    folder: &Path,
    wanted: &dyn Fn(&str) -> bool,
    with_steps: bool,
) -> Result<Digest, Why> {
    let path = folder.join("night.json");
    let size = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
    if size > MOST_BYTES {
        return Err(format!("its night.json has {} MB", size / 1024 / 1024));
    }
    let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
    let night: Night<'_> = match serde_json::from_slice(&bytes) {
        Ok(night) => night,
        Err(error) => return Err(refusal(&bytes, &error)),
    };
    if night.format_version > u64::from(FORMAT_VERSION) {
        return Err(newer(night.format_version));
    }
    let facts = night.night;
    let named = facts.products.iter();
    let versions = named.filter_map(|it| Some((it.name.clone(), it.version.clone()?))).collect();
    let scenarios = night.scenarios.into_iter().filter(|it| wanted(&it.id));
    let scenarios = scenarios.map(|it| (it.id.clone().into_owned(), it.digest(with_steps)));
    Ok(Digest {
        id: facts.id.into_owned(),
        started: facts.started,
        branch: facts.branch,
        machine: facts.machine,
        browser: facts.versions.get("browser").cloned(),
        builds: facts.products.into_iter().filter_map(|it| Some((it.name, it.build?))).collect(),
        versions,
        decision: night.gate.decision,
        totals: night.totals,
        sensitivity: night.sensitivity.and_then(|it| serde_json::from_value(it).ok()),
        stages: night.stages.into_iter().filter_map(|it| serde_json::from_value(it).ok()).collect(),
        redactions: night.redactions,
        causes: night.findings,
        scenarios: scenarios.collect(),
    })
}

/// A newer format need not parse at all, and is not broken for that.
fn refusal(bytes: &[u8], error: &serde_json::Error) -> Why {
    #[derive(Deserialize)]
    struct Version {
        format_version: u64,
    }
    match serde_json::from_slice::<Version>(bytes) {
        Ok(it) if it.format_version > u64::from(FORMAT_VERSION) => newer(it.format_version),
        _ => format!("its night.json is damaged: {error}"),
    }
}

fn newer(version: u64) -> Why {
    format!("it was written by a newer nightshift (format {version})")
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the fields are those of night.json")]
struct Night<'a> {
    format_version: u64,
    #[serde(borrow)]
    night: Facts<'a>,
    gate: GateWord,
    totals: Totals,
    #[serde(default)]
    findings: Vec<DigestCause>,
    scenarios: Vec<Scenario<'a>>,
    #[serde(default)]
    redactions: Vec<RedactionUse>,
    // What other rooms write is read by its shape: another one is no reason to lose the night.
    #[serde(default)]
    stages: Vec<serde_json::Value>,
    #[serde(default)]
    sensitivity: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Facts<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    started: DateTime<Utc>,
    #[serde(default)]
    branch: Option<String>,
    #[serde(default)]
    machine: Option<String>,
    #[serde(default)]
    versions: HashMap<String, String>,
    #[serde(default)]
    products: Vec<Product>,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    #[serde(default)]
    build: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

#[derive(Deserialize)]
struct GateWord {
    decision: Decision,
}

#[derive(Deserialize)]
struct Scenario<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    verdict: Verdict,
    #[serde(default)]
    expects: Option<String>,
    #[serde(default)]
    findings: Vec<String>,
    #[serde(borrow, default)]
    attempts: Vec<Attempt<'a>>,
}

#[derive(Deserialize)]
struct Attempt<'a> {
    #[serde(borrow, default)]
    steps: Vec<Step<'a>>,
}

#[derive(Deserialize)]
struct Step<'a> {
    index: u32,
    #[serde(borrow)]
    text: Cow<'a, str>,
    surface: Surface,
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    #[serde(default)]
    decided: Option<serde::de::IgnoredAny>,
    duration_ms: u64,
}

impl Scenario<'_> {
    fn digest(self, with_steps: bool) -> DigestScenario {
        let mut steps: Vec<(u64, Surface, u32)> = Vec::new();
        for attempt in self.attempts.iter().filter(|_| with_steps) {
            for (key, step) in keyed(&attempt.steps) {
                if step.outcome != "passed" || step.decided.is_some() {
                    continue;
                }
                let ms = u32::try_from(step.duration_ms).unwrap_or(u32::MAX);
                // The quickest attempt: what was slow once was slow by chance.
                match steps.iter_mut().find(|it| it.0 == key) {
                    Some(known) => known.2 = known.2.min(ms),
                    None => steps.push((key, step.surface, ms)),
                }
            }
        }
        DigestScenario {
            verdict: self.verdict,
            expects: self.expects,
            findings: self.findings,
            steps,
        }
    }
}

/// The first round of each step of an attempt, with its key.
fn keyed<'a, 'b>(steps: &'b [Step<'a>]) -> Vec<(u64, &'b Step<'a>)> {
    let mut firsts: Vec<&Step<'_>> = Vec::with_capacity(steps.len());
    for step in steps {
        if !firsts.iter().any(|it| it.index == step.index) {
            firsts.push(step);
        }
    }
    firsts.sort_by_key(|it| it.index);
    let mut seen: HashMap<&str, u32> = HashMap::new();
    firsts
        .into_iter()
        .map(|step| {
            let occurrence = seen.entry(step.text.as_ref()).or_default();
            *occurrence += 1;
            (step_key(&step.text, *occurrence), step)
        })
        .collect()
}
