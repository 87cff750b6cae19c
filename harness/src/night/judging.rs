//! Judging a night from its directory alone: pure of any browser, product or suite, and the same
//! years later on another machine.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::control::{self, Controlled};
use crate::ledger::NightDir;
use crate::model::sensitivity::Figure;
use crate::model::{Entry, EvidenceRef, Judgement, Plan};
use crate::report::{self, NightReport};
use crate::sensitivity::{self, Budget};
use crate::triage;

use super::{NightError, apart, culprits};

/// A night with what it means.
#[derive(Debug)]
pub struct Judged {
    /// What it set out to do.
    pub plan: Plan,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What that means.
    pub judgement: Judgement,
}

/// Compares and judges what a night's ledger holds.
///
/// # Errors
/// The night cannot be read, or evidence cannot be compared.
pub fn judge(night: &NightDir) -> Result<Judged, NightError> {
    judge_as(night, night.plan()?)
}

/// The same by another plan, such as today's suite makes of it.
///
/// # Errors
/// The night cannot be read, or evidence cannot be compared.
pub fn judge_as(night: &NightDir, mut plan: Plan) -> Result<Judged, NightError> {
    let entries = night.entries()?;
    let read = |evidence: &EvidenceRef| night.read(evidence).map_err(|error| error.to_string());
    let keep = &mut |kind: &str, media: &str, bytes: &[u8]| {
        night.keep(kind, media, bytes).map_err(NightError::from)
    };
    let Controlled { lent, mut comparison } = control::compare(&plan, &entries, &read, keep)?;
    comparison.store(keep)?;
    plan.baselines.extend(lent);
    // The night's own date, not today's: judging again must not change what has expired.
    let mut judgement = triage::triage(&plan, &entries, &comparison, plan.started);
    culprits::fill(night, &mut judgement.findings);
    apart::fill(night, &entries, &mut judgement.findings);
    Ok(Judged { plan, entries, judgement })
}

/// What the figure of a night may cost: the same everywhere, so that judging again gives the same.
const MUTANTS: u32 = 600;
const PICTURES: u32 = 3;
const BYTES: u64 = 12 << 20;
/// Nobody waits for it longer than this, whatever the machine.
const LONGEST: Duration = Duration::from_secs(2);
/// What is left to the report when a deadline is near, in seconds.
const BEFORE_DEADLINE: i64 = 10;

/// The report of a judged night, with what of the changes that the product could have made would
/// have been noticed.
#[must_use]
pub fn report_of(night: &NightDir, judged: &Judged) -> NightReport {
    let mut report = report::build(&judged.plan, &judged.entries, &judged.judgement);
    report.sensitivity = figure(night, judged);
    report.survey = super::survey::of_night(night);
    report.soak = super::soak::of_night(night);
    report.shift = super::shifted::of_night(night.path());
    report.explanations = super::explained::of_night(night, &report, &judged.entries);
    let told = report::read(night.path()).ok().and_then(|it| it.night.ledger);
    // A plan or ledger that cannot be read has not come so far.
    report.night.ledger = night.seal(told.as_ref()).ok();
    report
}

/// `None` where nothing could be measured; the report is whole without it.
fn figure(night: &NightDir, judged: &Judged) -> Option<Figure> {
    let started = Instant::now();
    let deadline = judged.plan.deadline.map(|it| it - chrono::Duration::seconds(BEFORE_DEADLINE));
    // A night that is judged again later has its deadline behind it and all the time there is.
    let tonight = deadline.filter(|it| Utc::now() - *it < chrono::Duration::minutes(5));
    let go_on = || started.elapsed() < LONGEST && tonight.is_none_or(|it| Utc::now() < it);
    let budget = Budget { mutants: MUTANTS, pictures: PICTURES, bytes: BYTES, go_on: &go_on };
    let read = |evidence: &EvidenceRef| night.read(evidence);
    let found = sensitivity::measure(&judged.plan, &judged.entries, &read, &budget).ok()?;
    (found.total.mutants > 0).then(|| found.figure())
}

/// The newest finished night in a folder of nights, other than `except`.
#[must_use]
pub fn previous_report(nights: &Path, except: &str) -> Option<NightReport> {
    let mut folders: Vec<_> = std::fs::read_dir(nights)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy() != except)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| report::read(folder).ok())
}
