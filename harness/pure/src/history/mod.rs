//! What earlier nights said, and what follows from it for tonight.
//!
//! [`gather`] reads the nights of a folder into a [`crate::model::History`] when a night is
//! planned; from there on everything is pure: [`known`] tells what was wrong before, [`slow`]
//! what takes longer than it used to, [`dead_redactions`] which redactions nobody needs, and
//! [`promote`] what has been quiet and useful for long enough to gate. `triage` judges by it.
//!
//! The files:
//! - `gather.rs`: from a folder of nights to a `History`, within bounds.
//! - `night.rs`: of one earlier night what tonight can use.
//! - `growth.rs`: whether what is measured after each run grows and goes on growing.
//! - `known.rs`: whether a cause is known in a scenario, and since when.
//! - `rerun.rs`: whether what failed is a break or chance, and whether it must run again to tell.
//! - `risk.rs`: how likely a scenario shows something new, and how long it takes.
//! - `slow.rs`: which steps take longer than they used to, and not by chance.
//! - `trend.rs`: each scenario over the last nights, and what drifts in them.
//! - `stats.rs`: medians, a robust spread, two tests, the correction for many of them, quantiles.
//! - `outage.rs`: many scenarios that fail one after another, which is the environment's doing.
//! - `redactions.rs`: redactions that nobody needs any more.
//! - `promote.rs`: what has been quiet and useful long enough to gate.

mod gather;
pub mod growth;
pub mod known;
mod night;
pub mod outage;
pub mod promote;
mod redactions;
pub mod rerun;
pub mod risk;
pub mod slow;
pub mod stats;
pub mod trend;

pub use gather::{MOST_NIGHTS, Wanted, gather};
pub use redactions::{QUIET_NIGHTS, dead_redactions, dead_tonight};

use std::path::PathBuf;

/// Why earlier nights could not be looked for. What is wrong with single nights is no error: it
/// stands in [`crate::model::History::skipped`].
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder is none.
    #[error(
        "{} is no folder; name the folder that holds the night directories, with `--history DIR` or `night: {{ history: DIR }}`",
        .0.display()
    )]
    NoFolder(PathBuf),
    /// It cannot be read.
    #[error("cannot read the earlier nights in {}: {source}; make the folder readable, or name another with `--history DIR`", folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
