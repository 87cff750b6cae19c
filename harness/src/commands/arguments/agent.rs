//! The arguments of `explain` and `agent`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Changes, Format};

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// The night: its folder, or its id [default: the newest]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// The finding, by its id or fingerprint [default: the first five]
    #[arg(value_name = "FINDING")]
    pub finding: Option<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What `agent` takes.
#[derive(Debug, Args)]
pub struct AgentOptions {
    /// How long it may take
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = super::duration)]
    pub budget: Duration,
    /// The folder that it writes, which is new [default: reports/agent/<id>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub changes: Changes,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}
