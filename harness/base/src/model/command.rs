//! [`RunCommand`]: a command line, and what must hold of it. A part of [`super::Action`].

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use super::snapshot::Snapshot;
use super::template::Template;

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

impl RunCommand {
    /// A command by its words, of which nothing is said.
    #[must_use]
    pub fn of_words(words: Vec<String>) -> Self {
        Self {
            command: CommandLine::Argv(words.into_iter().map(Template::new).collect()),
            stdin: None,
            env: IndexMap::new(),
            cwd: None,
            timeout_ms: None,
            exit: None,
            outputs: Vec::new(),
            capture: IndexMap::new(),
            snapshot: None,
        }
    }
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
    Matches(Pattern),
}

/// A value to keep from a command's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandCapture {
    /// The first group of a regex (or its whole match).
    Regex(Output, Pattern),
    /// The first group of each match of a regex (or each whole match).
    Matches(Output, Pattern),
    /// The value at a JSON pointer; text without quotes, anything else as JSON.
    Json(Output, String),
    /// The items of the JSON array at a pointer, each as [`Self::Json`] has it.
    Items(Output, String),
    /// A line, from 1; negative counts from the end.
    Line(Output, i64),
    /// How many lines there are.
    Lines(Output),
    /// The whole output without its last line end.
    Whole(Output),
    /// Each of its lines.
    EachLine(Output),
}
