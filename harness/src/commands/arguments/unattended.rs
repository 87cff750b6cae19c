//! The arguments of nights that nobody watches.

use std::path::PathBuf;

use clap::Args;

/// What `run` takes of them.
#[derive(Debug, Args)]
pub struct Unattended {
    /// Go on with a night that broke off, as in a reboot: nothing that was finished is run again,
    /// and everything is as it was asked for then
    #[arg(
        long,
        value_name = "NIGHT",
        conflicts_with_all = [
            "filters", "tags", "set", "var", "out", "id", "history", "retries", "build", "against",
            "against_url", "beside", "accept_new", "shake", "once", "dry_run",
        ]
    )]
    pub resume: Option<PathBuf>,
}
