//! The arguments of `explore` and `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{Format, Staging, duration};

/// What `compare` takes.
#[derive(Debug, Args)]
pub struct CompareOptions {
    /// The old version: an address, or one of the product's `builds`
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The new version
    #[arg(value_name = "NEW")]
    pub new: String,
    /// A command of the product; may be given several times
    #[arg(long, value_name = "CMD")]
    pub cli: Vec<String>,
    /// Keep the suite that it wrote
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How long exploring may take: 90s, 20m, 2h
    #[arg(long, value_name = "DURATION", default_value = "20m", value_parser = duration)]
    pub budget: std::time::Duration,
}

/// What `explore` takes.
#[derive(Debug, Args)]
pub struct ExploreOptions {
    /// The product's address, where there is no suite yet
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A command of the product; may be given several times
    #[arg(long, value_name = "CMD")]
    pub cli: Vec<String>,
    /// How long it may take in all: 90s, 20m, 2h
    #[arg(long, value_name = "DURATION", default_value = "20m", value_parser = duration)]
    pub budget: std::time::Duration,
    /// Chooses among what is worth the same
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// The suite's folder, or one below its scenarios [default: scenarios/explored of the suite]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Whose session pages are used with, as `sessions` of the suite names it
    #[arg(long = "as", value_name = "ACTOR")]
    pub actor: Option<String>,
    /// Write scenarios and settle them, and accept nothing
    #[arg(long)]
    pub no_accept: bool,
    /// Write no scenarios of what is wrong
    #[arg(long)]
    pub no_findings: bool,
    /// Take over the scenarios that a night with `night.explore` would add, and explore nothing
    #[arg(long, value_name = "NIGHT", conflicts_with_all = ["url", "cli", "out", "actor", "no_accept"])]
    pub take: Option<PathBuf>,
    /// How many workers run at once
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: Option<u32>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub staging: Staging,
}
