//! The arguments of `bisect`.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, Format};

/// What `bisect` takes.
#[derive(Debug, Args)]
pub struct BisectOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// A finding by its id or fingerprint [default: all regressions]
    #[arg(value_name = "FINDING")]
    pub finding: Option<String>,
    /// The build that was good [default: that of the newest night in which the scenario was well]
    #[arg(long, value_name = "BUILD")]
    pub good: Option<String>,
    /// The build that is bad [default: the night's]
    #[arg(long, value_name = "BUILD")]
    pub bad: Option<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub changes: Changes,
}
