//! [`Finished`]: what a night has come to, for who started it.

use super::accepting::Held;
use super::rounds::News;
use super::stop::Why;
use crate::ledger::NightDir;
use crate::report::NightReport;

/// A finished night.
#[derive(Debug)]
pub struct Finished {
    /// Where it lies.
    pub night: NightDir,
    /// The result.
    pub report: NightReport,
    /// Nothing could run.
    pub preflight_failed: bool,
    /// Why it stopped before its time, if it did.
    pub stopped: Option<Why>,
    /// What went wrong with the PDF, where one was wanted and is not there.
    pub pdf_problem: Option<String>,
    /// Whether there is a PDF.
    pub has_pdf: bool,
    /// Whether it is a part of a larger night.
    pub is_shard: bool,
    /// How many baselines `--accept-new` wrote.
    pub accepted: usize,
    /// What it did not accept, because it is wrong by itself.
    pub held: Vec<Held>,
    /// What `--accept-new` found out before.
    pub news: News,
}
