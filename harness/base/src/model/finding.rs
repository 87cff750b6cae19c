//! [`Judgement`]: what a night's ledger means: findings, verdicts, the gate.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::against::{ControlResult, JudgedBy, JudgedFacets};
use super::culprit::Culprit;
pub use super::difference::{DiffLine, DiffPiece, DiffTag, Difference, FacetChange};
use super::event::EvidenceRef;
use super::facet::FacetKind;
use super::history::Since;
pub use super::picture::ImageChange;
use super::reruns::Flake;
pub use super::stage::StageUse;
use super::stage::{Stage, StageTally};
pub use super::verdict::Totals;
use super::verdict::{Because, Decision, Severity, Verdict};

/// Differences and failures with one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Short and unique in the night: `F1`.
    pub id: String,
    /// The same for the same cause on any night.
    pub fingerprint: String,
    /// What it is made of, each piece of the change as a hash of it: what of it is new, and what is
    /// left of it, can be told on another night. Empty in old nights and where it has very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
    /// What a user would notice, in a sentence.
    pub title: String,
    /// What we think of it.
    pub verdict: Verdict,
    /// How much it counts: one that is not gating is shown, and decides nothing.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub stage: Stage,
    /// How bad it is for a user.
    pub severity: Severity,
    /// How sure we are, from 0 to 1.
    pub confidence: f64,
    /// When it was first seen, where that is known.
    pub first_seen: Option<DateTime<Utc>>,
    /// The night and build that first had it; `None` where no earlier night is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// The redaction that would silence it, as YAML, where it looks like noise: one number that is
    /// never the same. It counts all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<String>,
    /// How much slower something became, of a finding that is about nothing else. Such a finding
    /// is advisory: it decides neither a scenario's verdict nor the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<Slowdown>,
    /// Which commit or build broke it, once that was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub culprit: Option<Culprit>,
    /// How often it fails by chance, of what is flaky or may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flake: Option<Flake>,
    /// Who answers for the first scenario that it hits.
    pub owner: Option<String>,
    /// The ids of the scenarios that it hits.
    pub scenarios: Vec<String>,
    /// What was seen, by place.
    pub differences: Vec<Difference>,
    /// Every change that it covers, once for each checkpoint: what a decision on it takes. Empty in
    /// nights of before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<CoveredChange>,
    /// Why its changes are one finding, in words; empty where it is one change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// The ids of findings that may have the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub see_also: Vec<String>,
    /// Why we say so, in sentences.
    pub reasons: Vec<String>,
    /// The command that repeats it.
    pub reproduce: String,
    /// The command that accepts it as the new baseline; `None` where there is nothing to accept.
    pub accept: Option<String>,
    /// The known issue that it belongs to.
    pub suppression: Option<SuppressionNote>,
}

/// Who answers for something, as it is told; where nobody does, it says so.
#[must_use]
pub fn owned_by(owner: Option<&str>) -> &str {
    owner.unwrap_or("nobody owns it")
}

/// One change that a finding covers, at one of its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredChange {
    /// What stands for it on any night, see [`Change::id`].
    pub id: String,
    /// The scenario's id.
    pub scenario: String,
    /// The attempt that saw it: its lines are those of what that attempt saw. 0 in nights of before
    /// it was kept.
    #[serde(default)]
    pub attempt: u32,
    /// The checkpoint; `None` for a step that failed.
    pub checkpoint: Option<String>,
    /// The facet; `None` for a step that failed.
    pub facet: Option<FacetKind>,
    /// What it is about, as people call it.
    pub thing: String,
    /// What stood there; `None` where nothing did.
    pub before: Option<String>,
    /// What stands there now; `None` where nothing does.
    pub after: Option<String>,
    /// The lines of the redacted baseline that it takes away, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_lines: Vec<u32>,
    /// The lines of what was seen, redacted, that it brings, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lines: Vec<u32>,
}

/// How much slower something became than this machine's own earlier nights, or than another build
/// is in the same night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slowdown {
    /// What it usually took, in milliseconds: the median of earlier nights, or of the other build.
    pub usual_ms: u64,
    /// What it takes now, in milliseconds: the median of tonight's measurements.
    pub now_ms: u64,
    /// How many times as long, to the slower of both sides' doubts.
    pub ratio: f64,
    /// How sure that is, from 0 to 1, corrected for all that was measured again.
    pub sure: f64,
    /// How many earlier nights it was compared with; 0 where it was another build.
    pub nights: u32,
    /// The build that it was compared with, run as often in the same night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
    /// How often it was measured again tonight.
    pub measured: u32,
    /// The steps that became slower, the one with these numbers first.
    pub steps: Vec<SlowStep>,
}

/// A step that became slower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowStep {
    /// The scenario's id.
    pub scenario: String,
    /// The index of the step.
    pub step: u32,
    /// What stands for it across nights.
    pub key: String,
    /// What it took, one word a night, or a run of the other build: `210 - 215`.
    pub trend: String,
}

/// A cause that was there when its scenarios were last judged, and is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedCause {
    /// Its fingerprint.
    pub fingerprint: String,
    /// What a user noticed.
    pub title: String,
    /// Since when it had been there.
    pub since: Since,
    /// The scenarios in which it is gone.
    pub scenarios: Vec<String>,
}

/// How often a redaction took something out of what was seen tonight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactionUse {
    /// The file that it stands in.
    pub file: String,
    /// The checkpoint that it belongs to; `None` is all that its file is about.
    pub checkpoint: Option<String>,
    /// The redaction as a person would say it.
    pub redaction: String,
    /// How many texts were looked through for it.
    pub texts: u64,
    /// How often it took something out.
    pub matched: u64,
}

/// A redaction that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadRedaction {
    /// The file that it stands in.
    pub file: String,
    /// The checkpoint that it belongs to.
    pub checkpoint: Option<String>,
    /// The redaction as a person would say it.
    pub redaction: String,
    /// In how many nights it took nothing out.
    pub nights: u32,
}

impl std::fmt::Display for DeadRedaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file, self.redaction)?;
        if let Some(checkpoint) = &self.checkpoint {
            write!(f, " at checkpoint {checkpoint}")?;
        }
        write!(f, " has matched nothing for {} nights; remove it", self.nights)
    }
}

/// The known issue that a finding belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionNote {
    /// Why it is accepted for the time being.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: chrono::NaiveDate,
    /// Whether that day has passed, so that the finding counts again.
    pub expired: bool,
}

/// An observation that waits for a decision: `review` accepts or rejects it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Short and unique in the night: `P1`.
    pub id: String,
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint's name; `watch` for what the watches saw.
    pub checkpoint: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// Where in the product, in its own terms.
    #[serde(rename = "where")]
    pub place: String,
    /// The algorithm that took it, with its version.
    pub algorithm: String,
    /// What would be accepted, redacted, as it lies in the night directory.
    pub evidence: EvidenceRef,
    /// For images: where the things of the page stand in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<EvidenceRef>,
    /// The finding that it belongs to; `None` for a checkpoint without a baseline, and for a change in shadow.
    pub finding: Option<String>,
    /// Whether there is a baseline that it would replace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
    /// How much it counts.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub stage: Stage,
    /// What is wrong with its checkpoint by itself, in a sentence: it is accepted on purpose only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
}

/// What we think of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// The scenario's id.
    pub id: String,
    /// What we think of it.
    pub verdict: Verdict,
    /// How much it counts.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub stage: Stage,
    /// The verdict that it would have if everything gated, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_be: Option<Verdict>,
    /// Why, for `inconclusive` and `not-run`.
    pub because: Option<Because>,
    /// The same in a sentence.
    pub detail: Option<String>,
    /// What it was judged by.
    #[serde(default)]
    pub judged_by: JudgedBy,
    /// All attempts together, in milliseconds.
    pub duration_ms: u64,
    /// The ids of its findings.
    pub findings: Vec<String>,
}

/// What the gate decided, and the rule that did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The decision.
    pub decision: Decision,
    /// The rule in a sentence, with the numbers that it saw.
    pub rule: String,
}

/// What a night's ledger means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// One for each planned scenario, in the plan's order.
    pub scenarios: Vec<ScenarioResult>,
    /// The causes, worst first.
    pub findings: Vec<Finding>,
    /// What waits for a decision.
    pub pending: Vec<Pending>,
    /// The numbers.
    pub totals: Totals,
    /// The gate's decision.
    pub gate: Gate,
    /// Facets that were seen and could not be compared for want of a baseline in this environment.
    pub facets_without_baseline: u32,
    /// What does not gate, and what it would have done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageTally>,
    /// Facets that are younger than the suite: recorded, and not compared before they are accepted.
    #[serde(default)]
    pub new_facets: u32,
    /// What was wrong before and is gone.
    pub fixed: Vec<FixedCause>,
    /// How often each redaction was used.
    pub redactions: Vec<RedactionUse>,
    /// Redactions that have taken nothing out for many nights.
    pub dead_redactions: Vec<DeadRedaction>,
    /// How fast the night was as a whole.
    pub pace: Option<Pace>,
    /// What was compared with other builds.
    pub beside: Option<Beside>,
    /// By what the facets were judged.
    #[serde(default)]
    pub facets_judged: JudgedFacets,
    /// What came of the control; `None` where nobody asked for one.
    #[serde(default)]
    pub control: Option<ControlResult>,
}

/// How far a night's durations were compared with those of other builds in the same night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// These builds, by product.
    pub builds: IndexMap<String, String>,
    /// How many scenarios were run on both.
    pub scenarios: u32,
    /// How many could have been: they use such a product and came to their end.
    pub of: u32,
    /// How many scenarios took another time at first and could not be measured again.
    pub unmeasured: u32,
}

/// How fast a night was as a whole, against earlier nights of the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// How many times as long its steps took, in the middle of all of them.
    pub factor: f64,
    /// How many steps that is known from.
    pub steps: u32,
    /// How many steps looked slower at first and could not be measured again.
    pub unmeasured: u32,
}
