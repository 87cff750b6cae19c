//! The arguments of `history`, `diff` and `ask`.

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// Which nights are asked.
#[derive(Debug, Args)]
pub struct WhichNights {
    /// The folder that holds the nights [default: night.history, or reports/nights]
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
    /// The branch that the nights are of [default: that of the newest night]
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What `history` takes.
#[derive(Debug, Args)]
pub struct HistoryOptions {
    /// A scenario, or a finding by its fingerprint or its id in the newest night [default: the nights]
    #[arg(value_name = "SCENARIO|FINDING")]
    pub of: Option<String>,
    /// How many nights are listed
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub nights: u32,
    #[command(flatten)]
    pub which: WhichNights,
}

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// The earlier night: its folder, or its id
    #[arg(value_name = "NIGHT")]
    pub old: PathBuf,
    /// The later night
    #[arg(value_name = "NIGHT")]
    pub new: PathBuf,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskOptions {
    /// The question; one that cannot be answered lists those that can
    #[arg(value_name = "QUESTION", required = true)]
    pub question: Vec<String>,
    #[command(flatten)]
    pub which: WhichNights,
}
