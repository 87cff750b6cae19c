//! [`compare`]: takes out what must not be compared, then finds what changed, facet by facet.
//!
//! Pure: it reads evidence through a function of the caller's and leaves new bytes in the
//! [`Comparison`]. Text goes through [`redact`], [`lines`] and [`facet`], pictures through
//! [`crate::picture`], and what the watches saw through [`watch`]. `triage` judges the result.
//!
//! The files:
//! - `quoted.rs`: quoted texts of an observation as a person sees them.
//! - `items.rs`: in which row or item of its page each line of a detail stands.
//! - `requests.rs`: what a page writes, compared as often as it is steady.
//! - `redact.rs`: takes out what must not be compared.
//! - `json.rs`: where the value at a JSON pointer stands in a text, and in the JSON files of a
//!   facet.
//! - `facet.rs`: compares one facet.
//! - `tree.rs`: which lines of two trees are the same node, whatever came around it.
//! - `lines.rs`: the diff of two texts, line by line, each change under the name of its place.
//! - `words.rs`: the words of a line that changed.
//! - `cells.rs`: what a person calls the place of a change: ancestors, row and column, path.
//! - `set.rs`: facets whose lines are a set: only what is new differs.
//! - `watch.rs`: the set of what the watches saw.
//! - `order.rs`: sorts what has no order.
//! - `part.rs`: a baseline with some of what changed in it: what accepting one of several findings
//!   writes.
//! - `structured/`: what changed in an output that is JSON, XML, CSV or a table, by its content.
//! - `changes/`: the changed lines of a facet as changes, each about one thing.
//! - `calendar.rs`: the names of months and weekdays, in the languages whose dates are known.
//! - `vary.rs`: what variants of a line share, and the narrowest pattern for the rest.
//! - `traffic.rs`: what two runs differ in of their requests.
//! - `uses.rs`: how often each redaction took something out.
//! - `wrong.rs`: what of an attempt is wrong by itself, before anybody has accepted it.

mod calendar;
pub mod cells;
pub mod changes;
mod facet;
mod items;
mod json;
pub mod lines;
mod order;
pub mod part;
mod quoted;
pub mod redact;
pub mod requests;
mod set;
mod structured;
pub mod traffic;
pub mod tree;
mod uses;
pub mod vary;
pub mod watch;
mod words;
pub mod wrong;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;

use crate::model::attempts::{AttemptLog, Attempts, CheckpointLog};
use crate::model::comparison::{
    BoxedImage, Comparison, Located, PendingContent, PendingReason, Unjudged,
};
use crate::model::event::FacetRecord;
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{
    BaselineRecord, Because, Difference, Entry, EvidenceRef, FacetChange, FacetKind, Outcome, Plan,
    Scenario, Snapshot, Surface,
};

pub use self::facet::{TextJudge, algorithm, canonical};
use self::items::Items;
pub use self::redact::Redactor;
use self::uses::Uses;
use crate::picture::PictureError;
pub use crate::picture::{Beside, ImageDiff, compare_images};

/// Why something could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A redaction's pattern is no regular expression.
    #[error("the redaction pattern `{pattern}` is no regular expression: {source}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What the engine said.
        source: Box<regex::Error>,
    },
    /// A picture cannot be read or written.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// Compares everything that the finished attempts of a night saw with the plan's baselines.
///
/// Evidence that cannot be read, pictures that cannot be decoded and baselines of an unknown
/// algorithm make their scenario inconclusive and nothing else.
///
/// # Errors
/// A redaction of the plan that is no regular expression.
pub fn compare<E: Display>(
    plan: &Plan,
    entries: &[Entry],
    read: &dyn Fn(&EvidenceRef) -> Result<Vec<u8>, E>,
) -> Result<Comparison, CompareError> {
    let read = |evidence: &EvidenceRef| read(evidence).map_err(|error| error.to_string());
    let attempts = Attempts::of(entries);
    let mut baselines: HashMap<(&str, &str), Vec<&BaselineRecord>> = HashMap::new();
    for record in &plan.baselines {
        baselines.entry((&record.scenario, &record.checkpoint)).or_default().push(record);
    }
    let uses = Uses::default();
    let mut run = Run { plan, baselines, read: &read, uses, out: Comparison::default() };
    for scenario in &plan.scenarios {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let judged = || log.attempts.iter().filter(|(_, attempt)| attempt.counts());
        let last = judged().next_back().map(|(number, _)| *number);
        for (number, attempt) in judged() {
            let case = Case { scenario, number: *number, attempt, is_last: last == Some(*number) };
            run.attempt(&case)?;
        }
    }
    run.out.redactions = run.uses.all();
    Ok(run.out)
}

/// Why a facet has no baseline; `others` is whether its checkpoint has any.
fn why_new(kind: FacetKind, listed: bool, others: bool) -> PendingReason {
    if others && kind == FacetKind::Image {
        PendingReason::NewEnvironment
    } else if others && kind.is_detail() && !listed {
        PendingReason::NewFacet
    } else {
        PendingReason::New
    }
}

/// Reads what each facet of a checkpoint says, thing by thing.
fn read_changes(
    facets: &mut [FacetChange],
    replaced: &[FacetKind],
    items: &dyn Fn(FacetKind) -> Items,
) {
    let another = replaced.iter().any(|it| !it.is_detail());
    for change in facets.iter_mut() {
        let own = change.facet.is_some_and(|facet| replaced.contains(&facet));
        let items = change.facet.map(items).unwrap_or_default();
        // What is told by its structure is told already.
        if change.changes.is_empty() {
            change.changes = changes::read(change, own, &items);
        }
        // A detail of which nothing is left, of a page that is still the same: what is gone is told.
        if change.changes.is_empty() && !another {
            change.changes = changes::read(change, false, &items);
        }
    }
    if facets.iter().all(|it| it.changes.is_empty()) {
        // Everything was replaced by nothing: then what is gone is all there is to say.
        for change in facets {
            change.changes = changes::read(change, false, &Items::default());
        }
    }
}

/// The attempt that is compared.
struct Case<'a> {
    scenario: &'a Scenario,
    number: u32,
    attempt: &'a AttemptLog<'a>,
    is_last: bool,
}

impl Case<'_> {
    fn completed(&self) -> bool {
        self.attempt.outcome() == Some(Outcome::Completed)
    }

    /// The file in which a checkpoint's snapshot stands: a skill's is not the scenario's.
    fn file(&self, name: &str) -> &str {
        let steps = self.scenario.all_steps();
        let own =
            steps.into_iter().find(|it| it.action.snapshot().is_some_and(|it| it.name == name));
        own.map_or(self.scenario.file.as_str(), |step| step.file.as_str())
    }
}

/// One comparison in the making.
struct Run<'a> {
    plan: &'a Plan,
    baselines: HashMap<(&'a str, &'a str), Vec<&'a BaselineRecord>>,
    read: &'a dyn Fn(&EvidenceRef) -> Result<Vec<u8>, String>,
    uses: Uses,
    out: Comparison,
}

impl Run<'_> {
    fn attempt(&mut self, case: &Case<'_>) -> Result<(), CompareError> {
        for checkpoint in &case.attempt.checkpoints {
            self.checkpoint(case, checkpoint)?;
        }
        self.watches(case)
    }

    fn redactor(
        &self,
        case: &Case<'_>,
        snapshot: Option<&Snapshot>,
    ) -> Result<Redactor, CompareError> {
        Redactor::of_checkpoint(self.plan, case.scenario, snapshot, case.attempt.known)
    }

    fn checkpoint(
        &mut self,
        case: &Case<'_>,
        seen: &CheckpointLog<'_>,
    ) -> Result<(), CompareError> {
        let snapshot = case.scenario.snapshot(seen.name);
        let redactor = self.redactor(case, snapshot)?;
        let key = (case.scenario.id.as_str(), seen.name);
        let records = self.baselines.get(&key).cloned().unwrap_or_default();
        let here = |record: &&&BaselineRecord, facet: FacetKind, environment: Option<&str>| {
            record.facet == facet
                && (facet != FacetKind::Image || record.environment.as_deref() == environment)
        };
        let (mut changes, mut replaced) = (Vec::new(), Vec::new());
        for kind in FacetKind::ALL {
            let facet = seen.facets.iter().find(|it| it.facet == kind);
            let environment = facet
                .and_then(|it| it.environment.as_deref())
                .unwrap_or(self.plan.environment.as_str());
            let record = records.iter().find(|record| here(record, kind, Some(environment)));
            let declared = snapshot.is_none_or(|it| it.takes(kind));
            let outcome = match (record, facet) {
                (None, None) => {
                    self.required(case, seen, snapshot, kind, "and nothing of it was seen here");
                    continue;
                }
                (Some(_), None) if !declared => continue,
                (Some(record), facet) => self.against(case, record, facet, &redactor)?,
                (None, Some(facet)) => {
                    let listed = snapshot.is_some_and(|it| it.lists(kind));
                    let reason = why_new(kind, listed, !records.is_empty());
                    facet::fresh(facet, reason, &redactor, self.read)
                }
            };
            match outcome {
                Err(trouble) => self.unjudged(case, Some((seen.name, kind)), &trouble),
                Ok(found) => {
                    let lent = record.is_some_and(|it| !it.origin.is_accepted());
                    let found = match facet.filter(|_| lent && found.change.is_none()) {
                        Some(facet) => self.as_control(facet, &redactor),
                        None => found,
                    };
                    if let Some(reason) = found.reason.filter(|_| !records.is_empty()) {
                        self.without_baseline(case, seen, snapshot, (kind, environment), reason);
                    }
                    self.pend(case, seen, kind, environment, &found);
                    let Some(change) = found.change else { continue };
                    let (difference, facet) = (self.out.differences.len(), changes.len());
                    let boxed = found.boxed_png.map(|png| BoxedImage { difference, facet, png });
                    self.out.boxed.extend(boxed);
                    replaced.extend(found.replaced.then_some(kind));
                    changes.push(change);
                }
            }
        }
        if case.is_last {
            let own = snapshot.map_or(&[][..], |it| it.redact.as_slice());
            let file = case.file(seen.name);
            self.uses.add(self.plan, case.scenario, Some((seen.name, file, own)), &redactor);
        }
        let items = |kind| self.items(kind, seen, &records, &redactor);
        read_changes(&mut changes, &replaced, &items);
        self.differ(case, seen, changes, replaced);
        Ok(())
    }

    /// A facet as it was seen, or that it was not, beside its baseline.
    fn against(
        &self,
        case: &Case<'_>,
        record: &BaselineRecord,
        facet: Option<&FacetRecord>,
        redactor: &Redactor,
    ) -> Result<Result<facet::FacetResult, facet::Trouble>, CompareError> {
        if let Err(trouble) = facet::check_algorithm(record) {
            return Ok(Err(trouble));
        }
        let first = facet::compare(record, facet, redactor, self.read, &BTreeSet::new());
        let sends = record.facet == FacetKind::Requests;
        if sends && first.as_ref().is_ok_and(|it| it.change.is_some()) {
            let elsewhere = self.writes_elsewhere(case)?;
            return Ok(facet::compare(record, facet, redactor, self.read, &elsewhere));
        }
        Ok(first)
    }

    /// In which rows and items the lines of the tree, or of a detail of the page, stand.
    fn items(
        &self,
        kind: FacetKind,
        seen: &CheckpointLog<'_>,
        records: &[&BaselineRecord],
        redactor: &Redactor,
    ) -> Items {
        if !matches!(kind, FacetKind::Aria | FacetKind::Links | FacetKind::Fields) {
            return Items::default();
        }
        let both = |kind: FacetKind| {
            let record = records.iter().find(|it| it.facet == kind)?;
            let facet = seen.facets.iter().find(|it| it.facet == kind)?;
            facet::both_sides(record, facet, redactor, self.read)
        };
        let Some((was, is)) = both(FacetKind::Aria) else { return Items::default() };
        if kind == FacetKind::Aria {
            return Items::of_tree(&was, &is);
        }
        both(kind).map_or_else(Items::default, |(before, after)| {
            Items::of((&was, &is), (&before, &after))
        })
    }

    /// Keeps what a checkpoint shows otherwise than its baselines.
    fn differ(
        &mut self,
        case: &Case<'_>,
        seen: &CheckpointLog<'_>,
        changes: Vec<FacetChange>,
        replaced: Vec<FacetKind>,
    ) {
        if changes.is_empty() {
            return;
        }
        let difference = Difference {
            scenario: case.scenario.id.clone(),
            attempt: case.number,
            checkpoint: Some(seen.name.to_owned()),
            step: seen.step,
            place: seen.place.to_owned(),
            facets: changes,
        };
        self.out.differences.push(Located { difference, replaced });
    }

    /// What is as the control saw it still waits to be accepted.
    fn as_control(&self, seen: &FacetRecord, redactor: &Redactor) -> facet::FacetResult {
        let reason = PendingReason::AsControl;
        facet::fresh(seen, reason, redactor, self.read).unwrap_or_default()
    }

    /// The writes that an attempt sent at another of its checkpoints than its baselines say: when
    /// they come hangs on the clock.
    fn writes_elsewhere(&self, case: &Case<'_>) -> Result<BTreeSet<String>, CompareError> {
        let mut apart = requests::Apart::default();
        for seen in &case.attempt.checkpoints {
            let key = (case.scenario.id.as_str(), seen.name);
            let records = self.baselines.get(&key).map_or(&[][..], Vec::as_slice);
            let record = records.iter().find(|it| it.facet == FacetKind::Requests);
            let facet = seen.facets.iter().find(|it| it.facet == FacetKind::Requests);
            let (Some(record), Some(facet)) = (record, facet) else { continue };
            let redactor = self.redactor(case, case.scenario.snapshot(seen.name))?;
            facet::writes_apart(&mut apart, record, facet, &redactor, self.read);
        }
        Ok(apart.elsewhere())
    }

    /// Counts and says what has no baseline at a checkpoint that has others.
    fn without_baseline(
        &mut self,
        case: &Case<'_>,
        seen: &CheckpointLog<'_>,
        snapshot: Option<&Snapshot>,
        (kind, environment): (FacetKind, &str),
        reason: PendingReason,
    ) {
        let count = u32::from(case.is_last);
        let lacks = match reason {
            PendingReason::Changed | PendingReason::AsControl => return,
            PendingReason::NewEnvironment => {
                self.out.facets_without_baseline += count;
                format!("and the picture has no baseline for the environment {environment}")
            }
            PendingReason::NewFacet => {
                self.out.new_facets += count;
                "and has no baseline".to_owned()
            }
            PendingReason::New => "and has no baseline".to_owned(),
        };
        let mend = format!("{lacks}; review the night and accept it");
        self.required(case, seen, snapshot, kind, &mend);
    }

    /// Says that a facet is required and was not compared, where its author requires it.
    fn required(
        &mut self,
        case: &Case<'_>,
        seen: &CheckpointLog<'_>,
        snapshot: Option<&Snapshot>,
        kind: FacetKind,
        why: &str,
    ) {
        if snapshot.is_some_and(|it| it.require.contains(&kind)) {
            let detail = format!("the scenario requires the facet {kind} (`require`), {why}");
            let trouble = facet::Trouble { because: Because::Environment, detail };
            self.unjudged(case, Some((seen.name, kind)), &trouble);
        }
    }

    /// Keeps what could be accepted: changes always, new things only of an attempt that completed.
    fn pend(
        &mut self,
        case: &Case<'_>,
        seen: &CheckpointLog<'_>,
        kind: FacetKind,
        environment: &str,
        found: &facet::FacetResult,
    ) {
        let Some(reason) = found.reason.filter(|_| case.is_last) else { return };
        if reason != PendingReason::Changed && !case.completed() {
            return;
        }
        let wrong = self.wrong(case, seen).filter(|_| reason != PendingReason::Changed);
        self.out.pending.push(PendingContent {
            scenario: case.scenario.id.clone(),
            attempt: case.number,
            checkpoint: seen.name.to_owned(),
            step: seen.step,
            place: seen.place.to_owned(),
            facet: kind,
            environment: (kind == FacetKind::Image).then(|| environment.to_owned()),
            algorithm: algorithm(kind),
            reason,
            content: found.content.clone(),
            evidence: found.evidence.clone(),
            layout: found.layout.clone(),
            wrong,
        });
    }

    /// What is wrong by itself at a checkpoint of which nobody has accepted anything.
    fn wrong(&self, case: &Case<'_>, seen: &CheckpointLog<'_>) -> Option<String> {
        let records = self.baselines.get(&(case.scenario.id.as_str(), seen.name));
        if records.is_some_and(|all| all.iter().any(|it| it.origin.is_accepted())) {
            return None;
        }
        if seen.name == WATCH_CHECKPOINT {
            return wrong::of_watches(self.plan, case.scenario, &case.attempt.sightings);
        }
        wrong::of_checkpoint(case.scenario, seen, self.read)
    }

    fn unjudged(
        &mut self,
        case: &Case<'_>,
        checkpoint: Option<(&str, FacetKind)>,
        trouble: &facet::Trouble,
    ) {
        let at = checkpoint.map_or(String::new(), |it| format!("checkpoint {}: ", it.0));
        self.out.unjudged.push(Unjudged {
            scenario: case.scenario.id.clone(),
            attempt: case.number,
            facet: checkpoint.map_or(FacetKind::Events, |it| it.1),
            because: trouble.because,
            detail: format!("{at}{}", trouble.detail),
        });
    }

    fn watches(&mut self, case: &Case<'_>) -> Result<(), CompareError> {
        let steps = case.scenario.all_steps();
        let browses = steps.iter().any(|it| it.action.surface() == Some(Surface::Browser));
        if !browses && case.attempt.sightings.is_empty() {
            return Ok(());
        }
        let redactor = self.redactor(case, None)?;
        let seen = watch::WatchSet::of(&case.attempt.sightings, &redactor);
        if case.is_last && !case.attempt.sightings.is_empty() {
            self.uses.add(self.plan, case.scenario, None, &redactor);
        }
        let records = self.baselines.get(&(case.scenario.id.as_str(), WATCH_CHECKPOINT));
        let record = records.and_then(|it| it.iter().find(|it| it.facet == FacetKind::Events));
        let Some(record) = record.copied() else {
            if case.completed() {
                self.pend_watch(case, PendingReason::New, seen.text());
            }
            return Ok(());
        };
        let known = facet::check_algorithm(record);
        let baseline = match known.and_then(|()| facet::read_text(&record.evidence, self.read)) {
            Ok(text) => watch::baseline(&text, &redactor),
            Err(trouble) => {
                self.unjudged(case, None, &trouble);
                return Ok(());
            }
        };
        let new = seen.new_lines(&baseline);
        if new.is_empty() {
            if !record.origin.is_accepted() && case.completed() {
                self.pend_watch(case, PendingReason::AsControl, seen.text());
            }
            return Ok(());
        }
        self.out.differences.extend(watch::differences(
            (&case.scenario.id, case.number),
            case.attempt,
            (record, &baseline),
            &new,
        ));
        let mut union: Vec<&str> = baseline.lines().chain(new.iter().map(|it| it.0)).collect();
        union.sort_unstable();
        union.dedup();
        let union = union.join("\n");
        self.pend_watch(case, PendingReason::Changed, union);
        Ok(())
    }

    fn pend_watch(&mut self, case: &Case<'_>, reason: PendingReason, text: String) {
        let seen =
            CheckpointLog { name: WATCH_CHECKPOINT, step: 0, place: "every step", facets: &[] };
        let found = facet::FacetResult::pending(reason, text.into_bytes());
        self.pend(case, &seen, FacetKind::Events, "", &found);
    }
}
