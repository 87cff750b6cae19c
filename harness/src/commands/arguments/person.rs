//! What `goto`, `try` and `record` take: a person at a product.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, Format};

/// How a product is brought up for a person.
#[derive(Debug, Args)]
pub struct Staging {
    #[command(flatten)]
    pub changes: Changes,
    /// Names the build under test
    #[arg(long, value_name = "[PRODUCT=]ID")]
    pub build: Vec<String>,
    /// Use a product that is already running instead of its `serve`
    #[arg(long, value_name = "[PRODUCT=]URL")]
    pub base_url: Vec<String>,
}

#[derive(Debug, Args)]
pub struct GotoOptions {
    /// A finding (F1), or a scenario; with `:STEP` before that step (a number or a snapshot's name)
    #[arg(value_name = "FINDING|SCENARIO[:STEP]")]
    pub what: String,
    /// The night of the finding [default: the newest night of the suite]
    #[arg(long, value_name = "DIR")]
    pub night: Option<PathBuf>,
    /// Leave a shell in the working folder, with the product's environment
    #[arg(long, conflicts_with_all = ["browser", "headless"])]
    pub shell: bool,
    /// Leave the browser open, also before a command
    #[arg(long)]
    pub browser: bool,
    /// Leave a browser without a window, and print the address of its developer tools
    #[arg(long)]
    pub headless: bool,
    #[command(flatten)]
    pub staging: Staging,
}

#[derive(Debug, Args)]
pub struct TryOptions {
    /// The target, as in YAML: 'button "Edit"'; without one, all that can be named is listed
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,
    /// Only inside of this thing
    #[arg(long = "in", value_name = "TARGET")]
    pub within: Option<String>,
    /// Only the N-th of several, from 1
    #[arg(long, value_name = "N", requires = "target", value_parser = clap::value_parser!(u32).range(1..))]
    pub nth: Option<u32>,
    /// On this page, of any product that runs
    #[arg(long, value_name = "URL", required_unless_present_any = ["at", "scenario"])]
    pub url: Option<String>,
    /// On this page of the suite's product, served for it
    #[arg(long, value_name = "PATH", conflicts_with = "url")]
    pub at: Option<String>,
    /// At the end of this scenario, or before the step
    #[arg(long, value_name = "SCENARIO[:STEP]", conflicts_with_all = ["url", "at"])]
    pub scenario: Option<String>,
    /// With `--at`: which product, where the suite has several
    #[arg(long, value_name = "NAME", requires = "at")]
    pub product: Option<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write a picture with the matches boxed
    #[arg(long, value_name = "FILE.png")]
    pub screenshot: Option<PathBuf>,
    #[command(flatten)]
    pub staging: Staging,
}

#[derive(Debug, Args)]
pub struct RecordOptions {
    /// Where to begin, in any product that runs
    #[arg(long, value_name = "URL", required_unless_present = "at")]
    pub url: Option<String>,
    /// Where to begin in the suite's product, served for it
    #[arg(long, value_name = "PATH", conflicts_with = "url")]
    pub at: Option<String>,
    /// With `--at`: which product, where the suite has several
    #[arg(long, value_name = "NAME", requires = "at")]
    pub product: Option<String>,
    /// The scenario's name [default: that of the file, or `recorded`]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// The file to write [default: scenarios/NAME.yaml]; never one that exists
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Record in a browser without a window, used by its developer tools
    #[arg(long)]
    pub headless: bool,
    #[command(flatten)]
    pub staging: Staging,
}
