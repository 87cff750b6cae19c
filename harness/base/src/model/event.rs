//! [`Event`]: one line of the ledger. What happened, in order, and nothing of what we think of it.

use chrono::{DateTime, Utc};
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::facet::{FacetKind, Rect};
use super::pursuit::Pursuit;
use super::soak::Usage;
use super::surface::Surface;
use super::verdict::{Because, Outcome};
pub use super::watch::WatchKind;

/// A line of `ledger.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the ledger, from 0.
    pub seq: u64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Event {
    /// The night began; `plan.json` is complete.
    NightStarted {
        /// The version of the ledger's format.
        format_version: u32,
        /// The night's id.
        night: String,
    },
    /// One check of the preflight.
    Preflight {
        /// What was checked: `browser`, `product shop`; [`DISK`] also while the night runs. Lines of
        /// [`REMOTE_BROWSER`] say what must be known.
        check: String,
        /// Whether it is well.
        ok: bool,
        /// What was found, and what to do where it is not well.
        detail: String,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// Logs.
        evidence: Vec<EvidenceRef>,
    },
    /// A product was found dead while the night ran.
    ProductCrashed {
        /// Its name in the suite.
        product: String,
        /// How it ended: `exit 1`, `signal 9`.
        how: String,
        /// The last lines of its log and the whole of it.
        evidence: Vec<EvidenceRef>,
    },
    /// A product's log, kept when it was stopped.
    ProductLog {
        /// Its name in the suite.
        product: String,
        /// The log.
        evidence: Vec<EvidenceRef>,
    },
    /// A session was looked at, established, or could not be; it failed where a step did.
    Session {
        /// The name of the actor.
        actor: String,
        /// The product that it is a session of.
        product: String,
        /// Why it was worked on.
        why: SessionWork,
        /// The steps as they went, numbered as in the plan's session.
        steps: Vec<StepRecord>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// An attempt began.
    AttemptStarted {
        /// The scenario's id.
        scenario: String,
        /// Which attempt, from 1.
        attempt: u32,
        /// Values that this attempt was given and that are never compared.
        known: Vec<KnownValue>,
        /// What it was made for.
        #[serde(default, skip_serializing_if = "Purpose::is_judging")]
        purpose: Purpose,
    },
    /// A step was done, or could not be.
    Step {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// The step.
        step: StepRecord,
    },
    /// A checkpoint was reached and observed.
    Checkpoint {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// The checkpoint's name.
        checkpoint: String,
        /// The index of the step that took it.
        step: u32,
        /// Where in the product, in its own terms.
        place: String,
        /// What was seen.
        facets: Vec<FacetRecord>,
    },
    /// Something happened on the way to a goal.
    Goal {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// The index of the step whose goal it is.
        step: u32,
        /// What happened.
        pursuit: Pursuit,
    },
    /// A program on a terminal came to its end, or the attempt did.
    Recording {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// The index of the step that started the program.
        step: u32,
        /// The command line.
        place: String,
        /// What happened on the terminal, as an asciicast.
        evidence: EvidenceRef,
    },
    /// A watch saw something while a step ran.
    Watch {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// The index of the step.
        step: u32,
        /// What kind of thing.
        kind: WatchKind,
        /// What it said, unmasked.
        message: String,
        /// The URL path of the page or resource.
        path: String,
    },
    /// An attempt ended.
    AttemptFinished {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// For [`Outcome::HarnessError`] and others without a failed step: what happened.
        detail: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// A planned scenario will not be executed.
    NotRun {
        /// The scenario's id.
        scenario: String,
        /// Why.
        because: Because,
        /// The same in a sentence.
        detail: String,
    },
    /// A scenario has no control, or none has one from here on.
    NoControl {
        /// The scenario's id; `None` is all that come after it.
        scenario: Option<String>,
        /// Why, in a sentence.
        detail: String,
    },
    /// What a product's server takes after a run of a soak.
    Usage {
        /// The product's name.
        product: String,
        /// The scenario that had run.
        scenario: String,
        /// What it takes.
        usage: Usage,
    },
    /// The night had broken off, as in a crash of the machine, and goes on from here.
    NightResumed {
        /// When the last thing happened before.
        broke_off: DateTime<Utc>,
        /// How many scenarios had an attempt that had ended by then.
        kept: u32,
        /// The scenarios whose attempt had begun and not ended: it is made anew.
        anew: Vec<String>,
        /// The lines that count no more, by their position: what half-finished attempts left, and
        /// what had been checked or given up before.
        void: Vec<u64>,
    },
    /// The night ended.
    NightFinished {
        /// Whether it was interrupted.
        interrupted: bool,
    },
}

impl Event {
    /// The attempt that the event is about: its scenario and number.
    #[must_use]
    pub fn attempt(&self) -> Option<(&str, u32)> {
        match self {
            Self::AttemptStarted { scenario, attempt, .. }
            | Self::Step { scenario, attempt, .. }
            | Self::Checkpoint { scenario, attempt, .. }
            | Self::Recording { scenario, attempt, .. }
            | Self::Goal { scenario, attempt, .. }
            | Self::Watch { scenario, attempt, .. }
            | Self::AttemptFinished { scenario, attempt, .. } => Some((scenario, *attempt)),
            Self::NightStarted { .. }
            | Self::Preflight { .. }
            | Self::ProductCrashed { .. }
            | Self::ProductLog { .. }
            | Self::Session { .. }
            | Self::NotRun { .. }
            | Self::NoControl { .. }
            | Self::Usage { .. }
            | Self::NightResumed { .. }
            | Self::NightFinished { .. } => None,
        }
    }

    /// The scenario that the event is about.
    #[must_use]
    pub fn scenario(&self) -> Option<&str> {
        match self {
            Self::AttemptStarted { scenario, .. }
            | Self::Step { scenario, .. }
            | Self::Checkpoint { scenario, .. }
            | Self::Recording { scenario, .. }
            | Self::Watch { scenario, .. }
            | Self::Goal { scenario, .. }
            | Self::AttemptFinished { scenario, .. }
            | Self::Usage { scenario, .. }
            | Self::NotRun { scenario, .. } => Some(scenario),
            Self::NoControl { scenario, .. } => scenario.as_deref(),
            Self::NightStarted { .. }
            | Self::Preflight { .. }
            | Self::ProductCrashed { .. }
            | Self::ProductLog { .. }
            | Self::Session { .. }
            | Self::NightResumed { .. }
            | Self::NightFinished { .. } => None,
        }
    }
}

/// The check that fails where there is no room left to write anything.
pub const DISK: &str = "disk";

/// The check that says what must be known of browsers of other machines.
pub const REMOTE_BROWSER: &str = "browser elsewhere";

/// What an attempt is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To judge its scenario.
    #[default]
    Judging,
    /// To measure once more how long its steps take; it judges nothing.
    Measuring,
    /// To measure the same on another build of the product; it judges nothing either.
    Beside,
    /// To see what the control does in the same environment; tonight's attempts are judged by it.
    Control,
    /// To look for a way to a goal that has no recording; the shortest is proposed.
    Trying,
}

impl Purpose {
    /// Whether it is the usual one.
    #[must_use]
    pub fn is_judging(&self) -> bool {
        *self == Self::Judging
    }
}

/// Why a session was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionWork {
    /// It was looked at before it was used; where that fails, it has expired.
    Check,
    /// It was established for its first use by a worker.
    First,
    /// It was established anew, because it had expired or was given up.
    Expired,
    /// It was established anew, because it was older than `renew-after`.
    Old,
}

impl SessionWork {
    /// The word used in `night.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::First => "first",
            Self::Expired => "expired",
            Self::Old => "old",
        }
    }
}

/// A value that the harness gave to an attempt (a port, a folder), with the token that stands for it in comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownValue {
    /// The value as it occurs in outputs.
    pub value: String,
    /// What it is replaced by, such as `[work]`.
    pub token: String,
}

impl KnownValue {
    /// Those that can stand in a text, the longest first, so that a folder inside another is named by its
    /// own token.
    #[must_use]
    pub fn in_order(known: &[Self]) -> Vec<&Self> {
        let mut values: Vec<&Self> = known.iter().filter(|it| !it.value.is_empty()).collect();
        values.sort_by(|a, b| b.value.len().cmp(&a.value.len()).then(a.value.cmp(&b.value)));
        values
    }

    /// What finds a value in a text as a whole word: its first group, where it has one. A bare number is
    /// only taken for a port where it is written as one, so that a count which happens to be the same
    /// tonight stays visible.
    pub fn pattern(value: &str) -> Result<Regex, regex::Error> {
        let escaped = regex::escape(value);
        let edge =
            |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Regex::new(&format!(r#"(?i:[:=]|\bport["']?[ :=]{{1,3}}["']?)({escaped})\b"#));
        }
        let before = if edge(value.as_bytes().first()) { r"\b" } else { "" };
        let after = if edge(value.as_bytes().last()) { r"\b" } else { "" };
        Regex::new(&format!("{before}{escaped}{after}"))
    }

    /// A text in which their tokens stand for these values: without what only tonight had.
    #[must_use]
    pub fn told(known: &[Self], text: &str) -> String {
        let is_there = |it: &&Self| text.contains(&it.value);
        let all = Self::in_order(known).into_iter().filter(is_there);
        all.fold(text.to_owned(), |text, it| it.told_in(&text))
    }

    fn told_in(&self, text: &str) -> String {
        // One that is too long for an expression, which none of ours is, stays as it is.
        let Ok(pattern) = Self::pattern(&self.value) else { return text.to_owned() };
        let by_token = |found: &Captures<'_>| {
            let whole = &found[0];
            let value = found.get(1).map_or(whole.len(), |it| it.len());
            format!("{}{}", &whole[..whole.len() - value], self.token)
        };
        pattern.replace_all(text, by_token).into_owned()
    }
}

/// A step as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its index in the scenario.
    pub index: u32,
    /// How a person would say it; empty in nights of before it was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What was to be done, with references and not with their values. `None` for a step that holds
    /// steps, which have records of their own, and in nights of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Box<Action>>,
    /// What it acted upon.
    pub surface: Surface,
    /// Where in the product, in its own terms: the URL path after the step, or the command line.
    pub place: String,
    /// How it went.
    pub outcome: StepOutcome,
    /// For a step that holds steps: what was decided on them. Such a step has a record for each
    /// round, and the steps inside of it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// What was noticed beside how it went: a click that reached no listener and changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What was kept of it.
    pub evidence: Vec<EvidenceRef>,
}

/// What was decided at a step that holds steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Decided {
    /// The condition of a `when` held: its steps are done.
    Held,
    /// It did not: what stands under `else` is done.
    DidNotHold,
    /// A round of a `repeat` without a condition begins.
    Round {
        /// Which one, from 1.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// A round begins because the condition of a `repeat` does not hold yet.
    RoundUntil {
        /// Which one, from 1.
        number: u32,
        /// Of how many at most.
        at_most: u32,
    },
    /// The condition of a `repeat` holds.
    Over {
        /// After so many rounds.
        rounds: u32,
    },
}

impl Decided {
    /// The decision as a person would say it.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Held => "held".to_owned(),
            Self::DidNotHold => "did not hold".to_owned(),
            Self::Round { number, of } => format!("round {number} of {of}"),
            Self::RoundUntil { number, at_most } => format!("round {number} of at most {at_most}"),
            Self::Over { rounds: 0 } => "held before the first round".to_owned(),
            Self::Over { rounds: 1 } => "held after 1 round".to_owned(),
            Self::Over { rounds } => format!("held after {rounds} rounds"),
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum StepOutcome {
    /// Done, or held.
    Passed,
    /// Could not be done, or did not hold.
    Failed(Failure),
}

/// Why a step failed: what was expected, and what was there instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which fact of the attempt follows from it.
    pub outcome: Outcome,
    /// What was expected: `button "Apply", visible and enabled`.
    pub expected: String,
    /// What was there: `no such button; nearest: button "Apply filter"`.
    pub actual: String,
}

/// A facet as it lies in the night directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetRecord {
    /// Which facet.
    pub facet: FacetKind,
    /// Its content.
    pub evidence: EvidenceRef,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// For images: the regions that are not compared.
    pub masks: Vec<Rect>,
    /// For images: where the things of the page stand in it, as [`super::picture::Layout`] in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<EvidenceRef>,
}

/// An artefact in the night directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// What it is, in a word or two: `screenshot`, `aria`, `stdout`, `server log`.
    pub kind: String,
    /// Its media type.
    pub media: String,
    /// Its path in the night directory: `evidence/ab/abcdef….png`.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl EvidenceRef {
    /// Whether it is the content with this SHA-256, in hexadecimal digits.
    #[must_use]
    pub fn is_of(&self, sha256: &str) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next() == Some(sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tonight_had_is_told_by_its_token_and_a_count_that_is_the_same_stays() {
        let one = |value: &str, token: &str| KnownValue {
            value: value.to_owned(),
            token: token.to_owned(),
        };
        let known = [one("41235", "[port]"), one("/n7", "[tmp]"), one("/n7/work", "[work]")];
        for (text, told) in [
            ("127.0.0.1:41235 is not well", "127.0.0.1:[port] is not well"),
            ("curl http://localhost:41235/orders", "curl http://localhost:[port]/orders"),
            ("shopd --port 41235 --data /n7/work/x", "shopd --port [port] --data [work]/x"),
            ("cat /n7/log", "cat [tmp]/log"),
            ("41235 rows at :412350", "41235 rows at :412350"),
            ("/orders?page=2", "/orders?page=2"),
        ] {
            assert_eq!(KnownValue::told(&known, text), told);
        }
    }
}
