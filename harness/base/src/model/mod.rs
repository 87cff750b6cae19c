//! The shared nouns of the house: plain serde data without I/O.
//!
//! Every other room speaks in these types. They lie in layers, and a file uses only files of
//! layers below its own:
//!
//! 1. words that stand for themselves: [`address`], [`facet`], [`sandbox`], [`surface`], [`watch`], [`template`], [`pattern`], [`verdict`], [`seal`];
//! 2. what they are about: [`target`], [`thing`], [`picture`], [`stage`], [`snapshot`];
//! 3. what is done: parts of steps ([`gesture`], [`command`], [`page`], [`terminal`], [`artifact`],
//!    [`control`]), then [`action`], [`scenario`], [`notify`], [`workers`] and [`suite`], which `spec` writes;
//! 4. what happened: [`observe`], [`soak`] and [`outline`] by the surfaces, [`recording`], [`question`], [`pursuit`] and [`event`] by `attempt` and `night`;
//! 5. what changed: [`change`] and [`difference`], [`comparison`] by `compare`; [`wrong`] by itself;
//! 6. what it means: [`reruns`], [`culprit`], [`history`] by the room of that name, [`finding`] by `triage`, [`share`] of snapshots between findings, [`asked`], and [`plan`],
//!    which holds all that judging needs.
//!
//! [`filetext`] is how files are written as text, and [`attempts`] sorts a ledger for all who read one.
//!
//! The files:
//! - `address.rs`: which page an address is.
//! - `seal.rs`: `Seal`: what a ledger ends with, told outside of it.
//! - `sensitivity.rs`: `Sensitivity` and its `Figure`: what would have been noticed.
//! - `share.rs`: what several findings have of one snapshot, and which can only be accepted together.
//! - `culprit.rs`: `Culprit`: which commit broke something, how sure that is, and what was tried.
//! - `request.rs`: `Sent`: a request of a page, as the log of the network has it.
//! - `reruns.rs`: `Reruns`: how sure reruns must be; `Flake`: how often something fails by chance.
//! - `settle.rs`: `Noise`: a place that varied, and the `Remedy` for it.
//! - `hygiene.rs`: `Remark`: what should be tidied up.
//! - `soak.rs`: `Soak`: what of a server grew while one scenario ran again and again.
//! - `stage.rs`: `Stage`: how much what a scenario, facet or watch says counts.
//! - `suite.rs`: `Suite`, `Config`, products, skills: what `spec` makes of a folder.
//! - `shift.rs`: `Shift`: what a language model tried by itself.
//! - `survey.rs`: `Survey`: what exploring a product has shown.
//! - `narrative.rs`: `Narrative`: what a language model makes of a finding.
//! - `profile.rs`: `Profile`: which facets of a page a checkpoint takes.
//! - `action.rs`: `Step` and the closed enum `Action`; `When`, `Repeat`, `ForEach` and `Goal`, which
//!   hold steps.
//! - `scenario.rs`: `Scenario`: steps, and all that is said of them as a whole.
//! - `snapshot.rs`: `Snapshot`, and what is not compared there: `Redaction`, masks, `Unordered`.
//! - `command.rs`: `RunCommand`: a command line, and what must hold of it.
//! - `forecast.rs`: what a night with a deadline expects of a scenario.
//! - `gesture.rs`: clicks with keys held, drags, scrolls, files handed over, tabs, networks.
//! - `terminal.rs`: `TerminalAction`: what is done with a program on a terminal.
//! - `control.rs`: `Condition`: what a step's being done depends on.
//! - `page.rs`: what steps say of a page: fields, dialogs, expectations, what is kept.
//! - `surface.rs`: `Surface`: what a step acts upon.
//! - `artifact.rs`: `FileStep` and `MailStep`: what a product leaves beside pages and outputs.
//! - `page_settings.rs`: `PageSettings`: what the browser pretends to be.
//! - `patience.rs`: `Patience`: by how much default time limits are stretched.
//! - `target.rs`: `Target` and `Locator`: what a person calls a thing on a page.
//! - `agent.rs`: `AgentConfig`: the language model that a suite may name.
//! - `act_kind.rs`: what kind of action one is, where it can be proposed.
//! - `bounds.rs`: `Bounds`: what may be proposed towards goals.
//! - `sandbox.rs`: `Sandbox`: which commands run within walls; `Walls`: which held.
//! - `question.rs`: `Question`: what a person must be asked before something proposed is done.
//! - `budget.rs`: `Budget`: what a model may take; `Spent`; `Price`.
//! - `pursuit.rs`: `Pursuit`: what the ledger says of the way to a goal.
//! - `recording.rs`: `Recording`: the way to a goal, to be repeated; `Likeness` of what it used.
//! - `outline.rs`: `Outline`: a page as an agent sees it.
//! - `template.rs`: `Template`: text that may hold `${name}`.
//! - `expand.rs`: puts rows of `for-each` and inputs of skills into steps before a night.
//! - `filetext.rs`: the text that files are written as: what each of its lines is, and what they
//!   are aligned by.
//! - `fill.rs`: fills every reference of an action just before it is carried out.
//! - `describe.rs`: how a person would say a step.
//! - `history.rs`: `History`: what earlier nights said, as it lies in the plan.
//! - `expectations.rs`: what stands for all that is expected of a scenario.
//! - `plan.rs`: `Plan`: all that judging needs beside the ledger (`plan.json`).
//! - `event.rs`: `Event`: one line of the ledger.
//! - `attempts.rs`: the ledger's lines sorted by scenario and attempt.
//! - `facet.rs`: `FacetKind`: the comparable parts of an observation, by name.
//! - `watch.rs`: `WatchKind`: what can go wrong on a page without anybody looking for it.
//! - `observe.rs`: `Observation` and its facets.
//! - `picture.rs`: what a picture shows, what stands where in it, and how one changed, in words.
//! - `comparison.rs`: what `compare` found, for `triage`.
//! - `thing.rs`: `Thing`: what a line of an observation is about; `Node`: a line of the
//!   accessibility tree; which letters are icons.
//! - `edit.rs`: what a changed line lost and got: the words in between, the one number that
//!   differs, an end.
//! - `change.rs`: `Change`: the smallest piece of a difference; `Identity`: what makes it the same
//!   elsewhere.
//! - `moved.rs`: whether changes say no more than that the code stands elsewhere.
//! - `wording.rs`: whether a name reads as words and was not drawn.
//! - `difference.rs`: `Difference`: what one checkpoint shows otherwise than its baseline.
//! - `finding.rs`: findings, and the judgement.
//! - `verdict.rs`: `Outcome` (what happened) and `Verdict` (what we think of it), apart on purpose.
//! - `testing.rs`: builds small nights by hand, for tests.
//! - `filing.rs`: `FileConfig`: where findings become tickets.
//! - `notify.rs`: `NotifyConfig`: who is told of a night.
//! - `publish.rs`: `PublishConfig`: where the report of a night is put.
//! - `workers.rs`: `WorkersConfig`: who makes the attempts of nights, and by which queue.
//! - `asked.rs`: `Asked`: what a night was asked for, for who goes on with it; `Split`: its parts.
//! - `against.rs`: the control of a night, what came of it, and what facets were judged by.
//! - `worked.rs`: how a value is worked out of others.
//! - `kept.rs`: `Kept`: what a capture keeps: one value or a list.
//! - `pattern.rs`: `Pattern`: a regex that may hold `${name}`.
//! - `wrong.rs`: what is wrong by itself, without any baseline.

mod act_kind;
pub mod action;
pub mod address;
pub mod against;
pub mod agent;
pub mod artifact;
pub mod asked;
pub mod attempts;
pub mod bounds;
pub mod budget;
pub mod change;
pub mod command;
pub mod comparison;
pub mod control;
pub mod culprit;
mod describe;
pub mod difference;
pub mod edit;
pub mod event;
mod expand;
mod expectations;
pub mod facet;
pub mod filetext;
pub mod filing;
pub mod fill;
pub mod finding;
pub mod forecast;
pub mod gesture;
pub mod history;
pub mod hygiene;
pub mod kept;
pub mod moved;
pub mod narrative;
pub mod notify;
pub mod observe;
pub mod outline;
pub mod page;
pub mod page_settings;
pub mod patience;
pub mod pattern;
pub mod picture;
pub mod plan;
pub mod profile;
pub mod publish;
pub mod pursuit;
pub mod question;
pub mod recording;
pub mod request;
pub mod reruns;
pub mod sandbox;
pub mod scenario;
pub mod seal;
pub mod sensitivity;
pub mod settle;
pub mod share;
pub mod shift;
pub mod snapshot;
pub mod soak;
pub mod stage;
pub mod suite;
pub mod surface;
pub mod survey;
pub mod target;
pub mod template;
pub mod terminal;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod thing;
pub mod verdict;
pub mod watch;
mod wording;
pub mod worked;
pub mod workers;
pub mod wrong;

pub use change::Change;
pub use event::{
    Entry, Event, EvidenceRef, KnownValue, Purpose, StepOutcome, StepRecord, WatchKind,
};
pub use finding::{Difference, FacetChange, Finding, Gate, Judgement, ScenarioResult, Totals};
pub use history::History;
pub use kept::Kept;
pub use observe::{Facet, FacetContent, FacetKind, Observation, Rect};
pub use patience::Patience;
pub use pattern::Pattern;
pub use plan::{BaselineRecord, Plan};
pub use scenario::{Action, Scenario, Step, Surface};
pub use snapshot::{Redaction, Snapshot, Unordered};
pub use stage::{Stage, StageTally, Stages};
pub use suite::Suite;
pub use survey::Survey;
pub use target::{Locator, Target};
pub use template::Template;
pub use thing::Thing;
pub use verdict::{Because, Decision, Outcome, Severity, Verdict};

/// The version written into every format of ours on disk.
pub const FORMAT_VERSION: u32 = 1;
