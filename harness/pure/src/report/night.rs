//! [`NightReport`]: the whole result of one night as `night.json` holds it.
//!
//! Everything else of this room renders it; [`super::build`] makes it from plan, ledger and
//! judgement. Fields may be added; none that the contract names may change its meaning.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::agent::AgentReport;
use super::first_step::FirstStep;
use super::weeks::{Spent, Weeks};
use crate::model::against::{ControlResult, JudgedBy, JudgedFacets};
use crate::model::asked::Parts;
use crate::model::finding::{Beside, DeadRedaction, FixedCause, Pace, Pending, RedactionUse};
use crate::model::history::SkippedNight;
use crate::model::hygiene::Remark;
use crate::model::narrative::Narrative;
use crate::model::plan::ProductBuild;
use crate::model::question::Question;
use crate::model::sandbox::Walls;
use crate::model::seal::Seal;
use crate::model::sensitivity::{Figure, Noticed};
use crate::model::shift::Shift;
use crate::model::soak::Soak;
use crate::model::{
    Because, Decision, Finding, Gate, Outcome, Patience, Stage, StageTally, Surface, Survey,
    Totals, Verdict, WatchKind,
};

/// The whole result of a night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NightReport {
    /// The version of this format.
    pub format_version: u32,
    /// Which night it was.
    pub night: NightFacts,
    /// What the gate decided.
    pub gate: Gate,
    /// The numbers: planned = judged + inconclusive + not-run.
    pub totals: Totals,
    /// Facets that were seen and could not be compared for want of a baseline in this environment.
    #[serde(default)]
    pub facets_without_baseline: u32,
    /// Facets that are younger than the suite: recorded, and not compared before they are accepted.
    #[serde(default)]
    pub new_facets: u32,
    /// By what the facets of the night were judged.
    #[serde(default)]
    pub facets_judged: JudgedFacets,
    /// The causes, worst first.
    pub findings: Vec<Finding>,
    /// What was wrong before and is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<FixedCause>,
    /// The scenarios in the plan's order.
    pub scenarios: Vec<ScenarioReport>,
    /// What does not gate, and what it would have done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageTally>,
    /// What of the changes that the product could have made would have been noticed; `None` where
    /// nobody measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Figure>,
    /// What exploring the product with what was left of the night has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<Survey>,
    /// What of a server grew while one scenario ran again and again in what was left of the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<Soak>,
    /// What a person must be asked before a scenario can go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// What a language model took and said; `None` where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentReport>,
    /// What it tried by itself with what was left of the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// What it makes of findings, where it was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Narrative>,
    /// What should be tidied up in the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hygiene: Vec<Remark>,
    /// What waits for a decision.
    #[serde(default)]
    pub pending: Vec<Pending>,
    /// What was checked before the first scenario.
    #[serde(default)]
    pub preflight: Vec<PreflightCheck>,
    /// Logs and crashes of the products.
    #[serde(default)]
    pub product_notes: Vec<ProductNote>,
    /// What was done for the sessions that scenarios start from, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionReport>,
    /// How often each redaction took something out of what was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<RedactionUse>,
    /// Redactions that have taken nothing out for many nights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead_redactions: Vec<DeadRedaction>,
    /// How fast the night was as a whole, against earlier nights of the same machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// What was compared with other builds in the same night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// The nights before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryReport>,
    /// What the last two weeks of nights and tonight show of each scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks: Option<Weeks>,
    /// How likely one of those hides something new that did not run for want of time, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_left: Option<f64>,
    /// Where the night's time went, the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time: Vec<Spent>,
    /// How long it took until its first step began; `None` where nothing is known of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<FirstStep>,
    /// What is known of the files that the paths in this report name.
    #[serde(default)]
    pub evidence: IndexMap<String, EvidenceNote>,
}

/// The nights before a night, as it knew them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryReport {
    /// The folder that they were looked for in.
    pub folder: Option<String>,
    /// How many could be used.
    pub known: u32,
    /// The newest of them, oldest first.
    pub nights: Vec<PastNightReport>,
    /// Those that could not be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedNight>,
    /// How many more there are of other branches.
    #[serde(default)]
    pub other_branches: u32,
}

/// One of the nights before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastNightReport {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started: DateTime<Utc>,
    /// What its gate decided.
    pub decision: Decision,
    /// Its numbers.
    pub totals: Totals,
    /// How many of its own mutated observations would have been noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Noticed>,
}

/// Which night it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NightFacts {
    /// The night's id.
    pub id: String,
    /// When it started, or was scheduled to.
    pub started: DateTime<Utc>,
    /// When the last thing happened in it; `None` where nothing did.
    pub finished: Option<DateTime<Utc>>,
    /// The instant at which the report had to be there.
    #[serde(default)]
    pub deadline: Option<DateTime<Utc>>,
    /// Whether it ended before its time: interrupted, or cut off without a last event.
    #[serde(default)]
    pub ending: Ending,
    /// Where it broke off and went on later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<ResumedReport>,
    /// When it was due, where a schedule started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// When nights before it were due that did not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<DateTime<Utc>>,
    /// The parts that it was put together from; `None` of a night that ran as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// The branch of the suite's repository, where it is known.
    pub branch: Option<String>,
    /// The environment key of images.
    pub environment: String,
    /// Versions of what took part: `nightshift`, `browser`, `driver`.
    pub versions: IndexMap<String, String>,
    /// What the ledger ended with when this was written; `nightshift verify` holds the night
    /// against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Seal>,
    /// By how much default time limits were stretched, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<Patience>,
    /// What could not be kept apart, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_isolated: Vec<String>,
    /// The walls around commands; `None` where none ran that has to be confined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walls: Option<Walls>,
    /// The builds under test.
    pub products: Vec<ProductBuild>,
    /// The builds that the night was judged by beside its baselines, and what came of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<ControlResult>,
    /// What stands for the machine that it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
}

/// How a night came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It came to its end.
    #[default]
    Complete,
    /// It was told to stop, and stopped in order.
    Interrupted,
    /// The ledger ends without saying so: the harness was killed, or still runs.
    CutOff,
}

/// A night that broke off and went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumedReport {
    /// When the last thing had happened in it.
    pub broke_off: DateTime<Utc>,
    /// When it went on.
    pub at: DateTime<Utc>,
    /// How many scenarios had an attempt that had ended by then, which was not made again.
    pub kept: u32,
    /// The scenarios whose half-finished attempt was made anew.
    pub anew: Vec<String>,
}

/// One scenario as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioReport {
    /// Its id.
    pub id: String,
    /// The YAML file, relative to the suite root.
    pub file: String,
    /// The line of its `scenario:` key, from 1.
    pub line: u32,
    /// What it shows, in a sentence.
    #[serde(default)]
    pub about: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The product that it uses.
    pub product: Option<String>,
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
    #[serde(default)]
    pub detail: Option<String>,
    /// What it was judged by.
    #[serde(default)]
    pub judged_by: JudgedBy,
    /// What stands for all that was expected of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
    /// All attempts together, in milliseconds.
    pub duration_ms: u64,
    /// The ids of its findings.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Every attempt, in order.
    pub attempts: Vec<AttemptReport>,
}

/// One attempt at a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptReport {
    /// Which attempt, from 1.
    pub n: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What happened, where no failed step says it.
    #[serde(default)]
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The first and the last of its lines in `ledger.jsonl`, from 1.
    #[serde(default)]
    pub ledger_lines: Option<(u64, u64)>,
    /// The steps, in order, those that were not reached too.
    pub steps: Vec<StepReport>,
    /// The programs that ran on a terminal, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<RecordingReport>,
    /// What the watches saw, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watches: Vec<WatchReport>,
}

/// One step of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Its index in the scenario, from 1.
    pub index: u32,
    /// The YAML file, where it is not the scenario's (a skill's step).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line there, from 1.
    pub line: u32,
    /// How a person would say it.
    pub text: String,
    /// Who did it, where it was not the scenario's own actor.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The product, where it was not the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What it acted upon.
    pub surface: Surface,
    /// The URL path of the page, or the command line.
    #[serde(rename = "where")]
    pub place: String,
    /// How it went.
    pub outcome: StepState,
    /// What was decided, of a step that holds steps: `held`, `round 3 of at most 10`. The steps
    /// inside of it stand after it, once a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
    /// What was expected, of a step that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Paths in the night directory.
    pub evidence: Vec<String>,
}

/// Work on a session: it was looked at, or established.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    /// The name of the actor.
    pub actor: String,
    /// The product that it is a session of.
    pub product: String,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Why: `check`, `first`, `expired` or `old`.
    pub why: String,
    /// Whether every step passed.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Its steps.
    pub steps: Vec<StepReport>,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Done, or held.
    Passed,
    /// Could not be done, or did not hold.
    Failed,
    /// Took longer than it may.
    TimedOut,
    /// Was forbidden by policy.
    Blocked,
    /// The product crashed.
    Crashed,
    /// The harness itself failed.
    HarnessError,
    /// An earlier step failed, or the attempt ended first.
    NotReached,
    /// It stands in a part of the scenario that was decided against.
    Skipped,
}

impl StepState {
    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Blocked => "blocked",
            Self::Crashed => "crashed",
            Self::HarnessError => "harness-error",
            Self::NotReached => "not-reached",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the step was tried and did not pass.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            Self::Passed | Self::NotReached | Self::Skipped => false,
            Self::Failed | Self::TimedOut | Self::Blocked | Self::Crashed | Self::HarnessError => {
                true
            }
        }
    }
}

impl From<Outcome> for StepState {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Passed,
            Outcome::Failed => Self::Failed,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Blocked => Self::Blocked,
            Outcome::Crashed => Self::Crashed,
            Outcome::HarnessError => Self::HarnessError,
        }
    }
}

/// A program that ran on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingReport {
    /// The index of the step that started it.
    pub step: u32,
    /// The command line.
    #[serde(rename = "where")]
    pub place: String,
    /// The asciicast: a path in the night directory.
    pub evidence: String,
}

/// Something that a watch saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchReport {
    /// The index of the step that was running.
    pub step: u32,
    /// What kind of thing.
    pub kind: WatchKind,
    /// What it said.
    pub message: String,
    /// The URL path of the page or resource.
    pub path: String,
}

/// One check of the preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreflightCheck {
    /// What was checked.
    pub check: String,
    /// Whether it is well.
    pub ok: bool,
    /// What was found, and what to do where it is not well.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Paths in the night directory.
    pub evidence: Vec<String>,
}

/// A product's log, or its end in the middle of the night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductNote {
    /// The product's name in the suite.
    pub product: String,
    /// When it was noted.
    pub at: DateTime<Utc>,
    /// How it ended, where it was found dead.
    pub crashed: Option<String>,
    /// Paths in the night directory.
    pub evidence: Vec<String>,
}

/// What is known of a file of the night directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceNote {
    /// What it is, in a word or two.
    pub kind: String,
    /// Its media type.
    pub media: String,
    /// Its size in bytes.
    pub bytes: u64,
}
