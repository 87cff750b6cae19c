//! [`Scenario`]: what a user does with the product and what must hold, ready to be executed.
//!
//! `spec` writes it with skills still as [`Action::Use`]; `plan` expands those, so that what an
//! attempt sees is a flat list of steps. It is stored whole in `plan.json`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::observe::FacetKind;
use super::target::Target;
use super::template::Template;

/// One scenario (or one row of a `for-each`), as the night executes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The name that it is addressed by; a `for-each` row is `<scenario>/<row-key>`.
    pub id: String,
    /// The YAML file, relative to the suite root, with `/`.
    pub file: String,
    /// The line of the `scenario:` key, from 1.
    pub line: u32,
    /// What it shows, in a sentence.
    pub about: Option<String>,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The product that it uses; `None` means the suite's only one, and a plan always names it.
    pub product: Option<String>,
    /// The longest that one attempt may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How often a failed attempt is repeated in a fresh context; `None` takes the night's.
    pub retries: Option<u32>,
    /// What text is not compared in any checkpoint of this scenario.
    pub redact: Vec<Redaction>,
    /// What regions are not compared in any checkpoint of this scenario.
    pub mask: Vec<Target>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is done at the end, whatever happened.
    pub finally: Vec<Step>,
}

/// One intent of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Position in the expanded scenario, from 1, counting on through `finally`; 0 before expansion.
    pub index: u32,
    /// The YAML file that it stands in (a skill's steps stand in the skill's file).
    pub file: String,
    /// Its line there, from 1.
    pub line: u32,
    /// How a person would say it: `click button "Apply"`.
    pub text: String,
    /// The skills that it came from, outermost first; empty for the scenario's own steps.
    pub via: Vec<String>,
    /// What is to be done.
    pub action: Action,
}

/// What a step acts upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// A page in the browser.
    Browser,
    /// A command.
    Command,
    /// A program on a terminal.
    Terminal,
}

/// All that an agent may do: closed, so that policy and surfaces match it exhaustively.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Go to a path of the product, or to a URL.
    Open(Template),
    /// One step back in the tab's history.
    Back,
    /// Load the page again.
    Reload,
    /// Click a thing.
    Click(Target),
    /// Replace the content of fields, in this order.
    Fill(Vec<FieldValue>),
    /// Type text key by key, into a thing or into what has the focus.
    Type {
        /// The text to type.
        text: Template,
        /// Where to type it; `None` is whatever has the focus.
        into: Option<Target>,
    },
    /// Press a key or a chord such as `Control+A`.
    Press {
        /// The key names, joined by `+`.
        keys: String,
        /// What gets the focus first.
        on: Option<Target>,
    },
    /// Choose an option of a native list.
    Choose {
        /// The list.
        from: Target,
        /// The option's label.
        option: Template,
    },
    /// Make a check box or radio button checked.
    Check(Target),
    /// Make a check box unchecked.
    Uncheck(Target),
    /// Give files to a file field.
    Upload {
        /// The field.
        to: Target,
        /// Paths relative to the scenario's working folder.
        files: Vec<Template>,
    },
    /// Click a thing and keep the file that it downloads.
    Download {
        /// What is clicked.
        click: Target,
        /// The name that the file gets in the working folder.
        save_as: Template,
    },
    /// Answer the dialog that the last action opened.
    Dialog(DialogAnswer),
    /// These things must be there and visible.
    See(Vec<Target>),
    /// These things must not be there, or not be visible.
    SeeNot(Vec<Target>),
    /// What must hold of the page.
    Expect(Vec<PageExpectation>),
    /// Wait until something holds.
    Wait {
        /// What to wait for.
        until: WaitFor,
        /// For how long, in milliseconds; `None` is the default deadline.
        within_ms: Option<u64>,
    },
    /// Keep values of the page under names.
    Capture(IndexMap<String, PageCapture>),
    /// Take a snapshot of the page.
    Snapshot(Snapshot),
    /// Run a command.
    Run(Box<RunCommand>),
    /// Call a skill; `plan` replaces it by the skill's steps.
    Use {
        /// The skill's name.
        skill: String,
        /// Its inputs.
        with: IndexMap<String, Template>,
    },
}

/// A field and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field.
    pub field: Target,
    /// The new content.
    pub value: Template,
}

/// What to do with a JavaScript dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogAnswer {
    /// Accept it (`true`) or dismiss it.
    pub accept: bool,
    /// What its message must be.
    pub message: Option<Template>,
    /// The text to give to a prompt.
    pub answer: Option<Template>,
}

/// One thing that must hold of a page, awaited up to the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageExpectation {
    /// The document's title.
    Title(Template),
    /// The path (with query), or the whole URL where one is given.
    Url(Template),
    /// How many things match.
    Count(Target, u32),
    /// A field's value.
    Value(Target, Template),
    /// An attribute of a thing; `None` means that it must be absent.
    Attribute(Target, String, Option<Template>),
    /// A state: `checked`, `disabled`, `expanded`, `selected`, `pressed`, `focused`, or `not …`.
    State(Target, String),
}

/// What `wait` waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitFor {
    /// The thing is there and visible.
    Visible(Target),
    /// The thing is not there or not visible.
    Gone(Target),
    /// The page has this path or URL.
    Url(Template),
}

/// A value to keep from a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageCapture {
    /// The visible text of a thing; with a regex, its first group (or the whole match).
    Text(Target, Option<String>),
    /// The value of a field.
    Value(Target),
    /// An attribute of a thing.
    Attribute(Target, String),
    /// The page's URL; with a regex, its first group (or the whole match).
    Url(Option<String>),
}

/// A checkpoint: a named moment whose observation is compared with its baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Which facets are taken; `None` takes all that the surface has.
    pub facets: Option<Vec<FacetKind>>,
    /// What text is not compared here.
    pub redact: Vec<Redaction>,
    /// What regions are not compared here.
    pub mask: Vec<Target>,
    /// Facets without which the checkpoint is no pass (an image without a baseline in this environment).
    pub require: Vec<FacetKind>,
}

/// A command and what must hold of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCommand {
    /// What is started.
    pub command: CommandLine,
    /// What it reads from standard input; `None` is an empty input.
    pub stdin: Option<Template>,
    /// Variables added to its environment.
    pub env: IndexMap<String, Template>,
    /// Its folder, relative to the scenario's working folder.
    pub cwd: Option<Template>,
    /// The longest that it may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The exit code that it must have. Where `None`: 0 without a snapshot, the baseline's with one.
    pub exit: Option<i32>,
    /// Text that its outputs must hold.
    pub outputs: Vec<OutputExpectation>,
    /// Values to keep.
    pub capture: IndexMap<String, CommandCapture>,
    /// The checkpoint of its output.
    pub snapshot: Option<Snapshot>,
}

/// A command line, by words or for a shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandLine {
    /// Program and arguments; each word is filled after splitting, so a value never splits.
    Argv(Vec<Template>),
    /// One line for `sh -c`.
    Shell(Template),
}

/// One of a command's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Text that an output must hold, or must not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputExpectation {
    /// Which output.
    pub output: Output,
    /// How it is tested.
    pub test: TextTest,
}

/// A test on text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextTest {
    /// Is this, but for white space at the end.
    Is(Template),
    /// Contains this.
    Contains(Template),
    /// Does not contain this.
    Lacks(Template),
    /// Matches this regex somewhere.
    Matches(String),
}

/// A value to keep from a command's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandCapture {
    /// The first group of a regex (or its whole match).
    Regex(Output, String),
    /// The value at a JSON pointer; text without quotes, anything else as JSON.
    Json(Output, String),
    /// A line, from 1; negative counts from the end.
    Line(Output, i64),
    /// How many lines there are.
    Lines(Output),
    /// The whole output without its last line end.
    Whole(Output),
}

/// Text that must not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Redaction {
    /// What a regex matches (its first group, where it has one).
    Pattern(String),
    /// The value at a JSON pointer of an output that is JSON.
    Json(String),
    /// A named class.
    Class(RedactionClass),
}

/// The named classes of text that varies by nature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionClass {
    /// Dates with times, RFC 3339 and the common forms of logs.
    Timestamp,
    /// UUIDs.
    Uuid,
    /// A number with a unit of time.
    Duration,
    /// The port of a host and port.
    Port,
    /// Paths below a temporary folder.
    TempPath,
    /// Hexadecimal digests of 32 digits and more, and abbreviated commit ids.
    Hash,
}

impl RedactionClass {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Timestamp, Self::Uuid, Self::Duration, Self::Port, Self::TempPath, Self::Hash];

    /// The word used in YAML and as the placeholder.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Uuid => "uuid",
            Self::Duration => "duration",
            Self::Port => "port",
            Self::TempPath => "temp-path",
            Self::Hash => "hash",
        }
    }
}

impl Action {
    /// The surface that the action needs; `None` for a skill call, which is never executed itself.
    #[must_use]
    pub fn surface(&self) -> Option<Surface> {
        match self {
            Self::Run(_) => Some(Surface::Command),
            Self::Use { .. } => None,
            Self::Open(_)
            | Self::Back
            | Self::Reload
            | Self::Click(_)
            | Self::Fill(_)
            | Self::Type { .. }
            | Self::Press { .. }
            | Self::Choose { .. }
            | Self::Check(_)
            | Self::Uncheck(_)
            | Self::Upload { .. }
            | Self::Download { .. }
            | Self::Dialog(_)
            | Self::See(_)
            | Self::SeeNot(_)
            | Self::Expect(_)
            | Self::Wait { .. }
            | Self::Capture(_)
            | Self::Snapshot(_) => Some(Surface::Browser),
        }
    }

    /// The checkpoint that the action takes, if it takes one.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Run(run) => run.snapshot.as_ref(),
            _ => None,
        }
    }
}
