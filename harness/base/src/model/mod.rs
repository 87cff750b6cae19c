//! The shared nouns of the house: plain serde data without I/O.
//!
//! Every other room speaks in these types. They lie in layers, and a file uses only files of
//! layers below its own:
//!
//! 1. words that stand for themselves: [`facet`], [`surface`], [`watch`], [`template`], [`verdict`];
//! 2. what they are about: [`target`], [`thing`], [`picture`], [`stage`], [`snapshot`];
//! 3. what is done: parts of steps ([`gesture`], [`command`], [`page`], [`terminal`], [`artifact`],
//!    [`control`]), then [`action`], [`scenario`] and [`suite`], which `spec` writes;
//! 4. what happened: [`observe`] by the surfaces, [`event`] by `attempt` and `night`;
//! 5. what changed: [`change`] and [`difference`], [`comparison`] by `compare`;
//! 6. what it means: [`history`] by the room of that name, [`finding`] by `triage`, [`share`] of snapshots between findings, and [`plan`],
//!    which holds all that judging needs.
//!
//! [`filetext`] is how files are written as text, and [`attempts`] sorts a ledger for all who read one.

pub mod action;
pub mod artifact;
pub mod attempts;
pub mod change;
pub mod command;
pub mod comparison;
pub mod control;
mod describe;
pub mod difference;
pub mod edit;
pub mod event;
mod expand;
mod expectations;
pub mod facet;
pub mod filetext;
pub mod fill;
pub mod finding;
pub mod gesture;
pub mod history;
pub mod hygiene;
pub mod moved;
pub mod observe;
pub mod page;
pub mod page_settings;
pub mod patience;
pub mod picture;
pub mod plan;
pub mod profile;
pub mod scenario;
pub mod sensitivity;
pub mod settle;
pub mod share;
pub mod snapshot;
pub mod stage;
pub mod suite;
pub mod surface;
pub mod target;
pub mod template;
pub mod terminal;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod thing;
pub mod verdict;
pub mod watch;
mod wording;

pub use change::Change;
pub use event::{
    Entry, Event, EvidenceRef, KnownValue, Purpose, StepOutcome, StepRecord, WatchKind,
};
pub use finding::{Difference, FacetChange, Finding, Gate, Judgement, ScenarioResult, Totals};
pub use history::History;
pub use observe::{Facet, FacetContent, FacetKind, Observation, Rect};
pub use patience::Patience;
pub use plan::{BaselineRecord, Plan};
pub use scenario::{Action, Scenario, Step, Surface};
pub use snapshot::{Redaction, Snapshot, Unordered};
pub use stage::{Stage, StageTally, Stages};
pub use suite::Suite;
pub use target::{Locator, Target};
pub use template::Template;
pub use thing::Thing;
pub use verdict::{Because, Decision, Outcome, Severity, Verdict};

/// The version written into every format of ours on disk.
pub const FORMAT_VERSION: u32 = 1;
