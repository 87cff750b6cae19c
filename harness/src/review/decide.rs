//! Carrying decisions out: accept, reject, accept with a redaction, suppress, take a side, undo.
//!
//! Each takes the suite's review lock, looks again at what others decided and at the files that it
//! would write, then writes all of them or none and remembers it in the [`Log`](super::log::Log).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::change::{Change, Lock, read};
use super::desk::{Chosen, Desk};
use super::log::{Decision, Record, Replaced};
use super::take::Taking;
use super::{ReviewError, propose};
use crate::baseline::{self, Acceptance, BaselineError, Side, resolved};
use crate::compare::algorithm;
use crate::model::finding::Pending;
use crate::model::suite::Suppression;
use crate::model::{FacetKind, Redaction};
use crate::spec::patch::{self, Place};

/// What stands in a baseline that was accepted without a reason: the same on every branch, so that
/// two of them merge.
pub const NO_REASON: &str = "accepted in review";

/// Changes that one suppression lists by their ids; more are better said by where they are.
pub const MOST_SUPPRESSED: usize = 200;

/// Whether a baseline that somebody else wrote meanwhile is written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// Refuse, and say so.
    No,
    /// Write over it.
    Yes,
}

/// A decision as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How<'a> {
    /// Why.
    pub why: Option<&'a str>,
    /// Whether a baseline that somebody else wrote meanwhile is written over.
    pub force: Force,
    /// When.
    pub now: DateTime<Utc>,
}

/// What a suppression needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppress {
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: NaiveDate,
    /// Why.
    pub reason: String,
}

/// A decision that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// On what.
    pub item: String,
    /// What was pending, as indices, each with the file that it stands in now.
    pub pending: Vec<(usize, Option<String>)>,
    /// The files that changed, relative to the suite.
    pub files: Vec<String>,
    /// Why the decision cannot be remembered beside the night.
    pub forgotten: Option<String>,
}

impl Desk {
    /// Makes what was seen the baseline; of a snapshot that other findings changed too, the lines of
    /// this one.
    ///
    /// # Errors
    /// Nothing was written: the suite is not the night's, cannot be written to, or holds something
    /// at that place that this night did not see.
    pub fn accept(&mut self, chosen: &Chosen, how: How<'_>) -> Result<Decided, ReviewError> {
        if let Some(index) = chosen.conflict {
            return self.take_seen(index, how);
        }
        let _lock = self.begin()?;
        let left = self.left(chosen);
        if left.is_empty() {
            return Err(ReviewError::Nothing(chosen.id.clone()));
        }
        let items: Vec<Taking> = left
            .into_iter()
            .map(|index| self.take(index, chosen, how.why))
            .collect::<Result<_, ReviewError>>()?;
        let texts = self.renamed(&items)?;
        let record = self.record(Decision::Accepted, chosen, how);
        self.write_baselines(record, changed(texts)?, &items, how.force)
    }

    /// Leaves the baseline as it is, and remembers that somebody looked.
    ///
    /// # Errors
    /// The night still runs, or its decisions cannot be read.
    pub fn reject(&mut self, chosen: &Chosen, how: How<'_>) -> Result<Decided, ReviewError> {
        self.refuse_while_running()?;
        self.log.refresh(&self.night)?;
        let pending = self.left(chosen);
        let mut record = self.record(Decision::Rejected, chosen, how);
        record.keys.extend(pending.iter().flat_map(|it| self.keys(*it, chosen)));
        let pending = pending.into_iter().map(|it| (it, None)).collect();
        self.remember(record, Change::default(), pending)
    }

    /// Adds a redaction under the checkpoints of what was chosen, and accepts what is left. The
    /// night is judged with it first. Of a snapshot that other findings changed too, nothing is
    /// accepted: what is left of it comes back in the next night.
    ///
    /// # Errors
    /// As for [`Desk::accept`]; the redaction does not help, or the YAML cannot be edited.
    pub fn accept_redacted(
        &mut self,
        chosen: &Chosen,
        redaction: &Redaction,
        how: How<'_>,
    ) -> Result<Decided, ReviewError> {
        let _lock = self.begin()?;
        let pending = self.left(chosen);
        if pending.is_empty() {
            return Err(ReviewError::Nothing(chosen.id.clone()));
        }
        let judged = propose::judge_with(self, &pending, redaction)?;
        if judged.helped.is_empty() {
            return Err(ReviewError::NoHelp {
                redaction: patch::redaction_text(redaction),
                item: chosen.id.clone(),
            });
        }
        let texts = self.patched(&judged.helped, redaction)?;
        let mut items = Vec::new();
        for index in &pending {
            let content = judged.content(self, *index)?;
            if self.is_partial(*index, chosen) {
                continue;
            }
            let mut taking = self.take(*index, chosen, how.why)?;
            match content {
                propose::Left::Nothing => continue,
                propose::Left::AsBefore => {}
                propose::Left::Content(content) => taking.item.content = content,
            }
            items.push(taking);
        }
        let mut record = self.record(Decision::Redacted, chosen, how);
        let gone = pending.iter().filter(|it| items.iter().all(|taking| taking.index != **it));
        record.keys.extend(gone.clone().flat_map(|it| self.keys(*it, chosen)));
        let gone: Vec<usize> = gone.copied().collect();
        let mut decided = self.write_baselines(record, changed(texts)?, &items, how.force)?;
        decided.pending.extend(gone.into_iter().map(|it| (it, None)));
        Ok(decided)
    }

    /// The YAML files with a redaction under the checkpoints of these facets.
    fn patched(
        &self,
        helped: &[usize],
        redaction: &Redaction,
    ) -> Result<Vec<(PathBuf, String)>, ReviewError> {
        let entry = patch::redaction_text(redaction);
        let mut places: BTreeSet<(String, std::cmp::Reverse<u32>, Option<String>)> =
            BTreeSet::new();
        for index in helped {
            places.insert(self.snapshot_of(&self.pending[*index])?);
        }
        let mut texts: Vec<(PathBuf, String)> = Vec::new();
        for (file, line, name) in places {
            let path = self.root.join(&file);
            if texts.last().is_none_or(|it| it.0 != path) {
                let bytes = read(&path)?.ok_or_else(|| ReviewError::Foreign(file.clone()))?;
                texts.push((path.clone(), String::from_utf8_lossy(&bytes).into_owned()));
            }
            let place = match &name {
                Some(name) => Place::Checkpoint { line: line.0, name },
                None => Place::Root,
            };
            let (_, text) = texts.last_mut().expect("one was just added");
            *text = patch::add_to_list(text, place, "redact", &entry)
                .map_err(|source| ReviewError::Patch { path, source })?;
        }
        Ok(texts)
    }

    /// Writes a finding down as a known issue in `nightshift.yaml`: every change of it by its id, so
    /// that nothing else is meant.
    ///
    /// # Errors
    /// It is no finding, it is known already, something is missing, or the file cannot be edited.
    pub fn suppress(
        &mut self,
        chosen: &Chosen,
        known: &Suppress,
        how: How<'_>,
    ) -> Result<Decided, ReviewError> {
        let [finding] = chosen.findings[..] else {
            return Err(ReviewError::NoFinding(chosen.id.clone()));
        };
        if known.owner.trim().is_empty() {
            return Err(ReviewError::Suppression("an owner: who answers for it"));
        }
        if known.reason.trim().is_empty() {
            return Err(ReviewError::Suppression(
                "a reason: why it is accepted for the time being",
            ));
        }
        if known.expires < how.now.date_naive() {
            return Err(ReviewError::Suppression("a date that has not passed, as 2026-12-31"));
        }
        let _lock = self.begin()?;
        let suppression = Suppression {
            fingerprint: Some(self.findings[finding].fingerprint.clone()),
            changes: self.further_changes(finding)?,
            reason: known.reason.trim().to_owned(),
            owner: known.owner.trim().to_owned(),
            expires: known.expires,
            ..Suppression::default()
        };
        let path = self.root.join("nightshift.yaml");
        let bytes = read(&path)?.ok_or_else(|| ReviewError::Foreign("nightshift.yaml".into()))?;
        let text = String::from_utf8_lossy(&bytes);
        let fingerprint = self.findings[finding].fingerprint.clone();
        if text.contains(&fingerprint) {
            return Err(ReviewError::Suppressed(fingerprint));
        }
        let entry = patch::suppression_text(&suppression);
        let text = patch::add_to_list(&text, Place::Root, "suppress", &entry)
            .map_err(|source| ReviewError::Patch { path: path.clone(), source })?;
        let mut change = Change::default();
        if let Err(error) = change.write(&path, text.as_bytes()) {
            change.roll_back();
            return Err(error);
        }
        let mut record = self.record(Decision::Suppressed, chosen, how);
        record.why = Some(suppression.reason);
        let pending = self.left(chosen);
        record.keys.extend(pending.iter().flat_map(|it| self.keys(*it, chosen)));
        self.remember(record, change, pending.into_iter().map(|it| (it, None)).collect())
    }

    /// Takes one side of a merge.
    ///
    /// # Errors
    /// The file changed meanwhile, or the side is no whole snapshot.
    pub fn resolve(
        &mut self,
        chosen: &Chosen,
        side: Side,
        how: How<'_>,
    ) -> Result<Decided, ReviewError> {
        let index = chosen.conflict.ok_or_else(|| ReviewError::Side {
            file: chosen.id.clone(),
            reason: "it is no merge conflict; --ours and --theirs are for items such as C1".into(),
        })?;
        let _lock = self.begin()?;
        let conflict = &self.conflicts[index];
        let path = self.unchanged(index)?;
        if conflict.facet == FacetKind::Image && side == Side::Theirs {
            return Err(ReviewError::Side {
                file: conflict.file.clone(),
                reason: format!(
                    "git left our picture beside it; take theirs by `git checkout --theirs -- {0} {0}.png`",
                    conflict.file
                ),
            });
        }
        let text = resolved(&conflict.raw, side);
        if !text.starts_with("---\n") || !text[4..].contains("\n---\n") {
            return Err(ReviewError::Side {
                file: conflict.file.clone(),
                reason: format!(
                    "the side {} is no whole snapshot; accept what was seen, or restore the file with git",
                    side.word()
                ),
            });
        }
        let mut change = Change::default();
        if let Err(error) = change.write(&path, text.as_bytes()) {
            change.roll_back();
            return Err(error);
        }
        let mut record = self.record(Decision::Resolved, chosen, how);
        record.why = how.why.map_or_else(|| Some(side.word().to_owned()), |it| Some(it.to_owned()));
        self.remember(record, change, Vec::new())
    }

    /// Writes what was seen over a merge conflict.
    fn take_seen(&mut self, index: usize, how: How<'_>) -> Result<Decided, ReviewError> {
        let _lock = self.begin()?;
        self.unchanged(index)?;
        let conflict = self.conflicts[index].clone();
        let (content, environment) = propose::seen(self, &conflict)?.ok_or_else(|| {
            let reason = format!(
                "this night did not see {}@{}; take --ours or --theirs",
                conflict.scenario, conflict.checkpoint
            );
            ReviewError::Side { file: conflict.file.clone(), reason }
        })?;
        let item = Acceptance {
            scenario_file: self.file_of(&conflict.scenario)?,
            scenario: conflict.scenario.clone(),
            checkpoint: conflict.checkpoint.clone(),
            facet: conflict.facet,
            environment,
            algorithm: algorithm(conflict.facet),
            why: Some(how.why.unwrap_or(NO_REASON).to_owned()),
            content,
            layout: None,
        };
        let chosen = self.chosen(&self.items()[index].clone());
        let mut change = Change::default();
        change.watch(&baseline::affected(&self.root, &item)?)?;
        if let Err(error) = baseline::accept(&self.root, &item) {
            change.roll_back();
            return Err(writing(error));
        }
        let record = self.record(Decision::Resolved, &chosen, how);
        self.remember(record, change, Vec::new())
    }

    /// The file of a conflict, unless it was changed since it was read.
    fn unchanged(&self, index: usize) -> Result<PathBuf, ReviewError> {
        let conflict = &self.conflicts[index];
        let path = self.root.join(&conflict.file);
        match read(&path)? {
            Some(bytes) if String::from_utf8_lossy(&bytes) == conflict.raw => Ok(path),
            Some(_) | None => Err(ReviewError::Side {
                file: conflict.file.clone(),
                reason: "it was changed since review began; open the night again".to_owned(),
            }),
        }
    }

    fn refuse_while_running(&self) -> Result<(), ReviewError> {
        if self.running { Err(ReviewError::Running(self.plan.night.clone())) } else { Ok(()) }
    }

    pub(super) fn begin(&mut self) -> Result<Lock, ReviewError> {
        self.refuse_while_running()?;
        let lock = Lock::take(&self.root)?;
        self.log.refresh(&self.night)?;
        Ok(lock)
    }

    /// The ids of a finding's changes without the one that its fingerprint stands for.
    fn further_changes(&self, finding: usize) -> Result<Vec<String>, ReviewError> {
        let it = &self.findings[finding];
        let ids: BTreeSet<&str> = it.changes.iter().map(|change| change.id.as_str()).collect();
        if ids.len() > MOST_SUPPRESSED {
            let (finding, changes) = (it.id.clone(), ids.len());
            return Err(ReviewError::TooMany { finding, changes });
        }
        let further = ids.into_iter().filter(|id| *id != it.fingerprint);
        Ok(further.map(str::to_owned).collect())
    }

    fn record(&self, decision: Decision, chosen: &Chosen, how: How<'_>) -> Record {
        let mut record = Record::new(decision, &chosen.id, &chosen.title, how.now);
        record.why = how.why.map(str::to_owned);
        record.keys.extend(chosen.findings.iter().map(|it| self.finding_key(*it)));
        record.keys.extend(chosen.conflict.map(|it| self.conflict_key(it)));
        record
    }

    fn file_of(&self, scenario: &str) -> Result<String, ReviewError> {
        let planned =
            self.scenario(scenario).ok_or_else(|| ReviewError::Foreign(scenario.into()))?;
        if self.root.join(&planned.file).is_file() {
            Ok(planned.file.clone())
        } else {
            Err(ReviewError::Foreign(planned.file.clone()))
        }
    }

    /// What accepting a pending facet writes.
    ///
    /// # Errors
    /// The scenario is not in this suite, or the night lacks the evidence.
    pub fn acceptance(
        &self,
        pending: &Pending,
        why: Option<&str>,
    ) -> Result<Acceptance, ReviewError> {
        Ok(Acceptance {
            scenario_file: self.file_of(&pending.scenario)?,
            scenario: pending.scenario.clone(),
            checkpoint: pending.checkpoint.clone(),
            facet: pending.facet,
            environment: pending.environment.clone(),
            algorithm: pending.algorithm.clone(),
            why: Some(why.unwrap_or(NO_REASON).to_owned()),
            content: self.night.read(&pending.evidence)?,
            layout: pending.layout.as_ref().map(|it| self.night.read_text(it)).transpose()?,
        })
    }

    /// Where the redactions of a checkpoint stand: the file, the line of the step and the name, or
    /// the scenario's own for what the watches saw. Later lines of a file come first.
    fn snapshot_of(
        &self,
        pending: &Pending,
    ) -> Result<(String, std::cmp::Reverse<u32>, Option<String>), ReviewError> {
        let file = self.file_of(&pending.scenario)?;
        let scenario = self.scenario(&pending.scenario).expect("its file was found");
        let step = scenario
            .all_steps()
            .into_iter()
            .find(|step| step.action.snapshot().is_some_and(|it| it.name == pending.checkpoint));
        Ok(match step {
            Some(step) => {
                (step.file.clone(), std::cmp::Reverse(step.line), Some(pending.checkpoint.clone()))
            }
            None => (file, std::cmp::Reverse(0), None),
        })
    }

    /// Checks all, writes all, remembers it.
    fn write_baselines(
        &mut self,
        mut record: Record,
        mut change: Change,
        items: &[Taking],
        force: Force,
    ) -> Result<Decided, ReviewError> {
        match self.write_all(&mut change, items, force) {
            Ok(pending) => {
                record.keys.extend(items.iter().flat_map(|it| it.keys.clone()));
                self.remember(record, change, pending)
            }
            Err(error) => {
                change.roll_back();
                Err(error)
            }
        }
    }

    fn write_all(
        &self,
        change: &mut Change,
        items: &[Taking],
        force: Force,
    ) -> Result<Vec<(usize, Option<String>)>, ReviewError> {
        for taking in items {
            self.check(taking, force)?;
        }
        let mut pending = Vec::new();
        for Taking { index, item, .. } in items {
            change.watch(&baseline::affected(&self.root, item)?)?;
            let path = baseline::accept(&self.root, item).map_err(writing)?;
            pending.push((*index, Some(relative(&self.root, &path))));
        }
        Ok(pending)
    }

    pub(super) fn remember(
        &mut self,
        mut record: Record,
        change: Change,
        pending: Vec<(usize, Option<String>)>,
    ) -> Result<Decided, ReviewError> {
        let mut forgotten = None;
        let mut replaced = Vec::new();
        for (before, after) in change.finish()? {
            let media = match before.path.extension().and_then(|it| it.to_str()) {
                Some("png") => "image/png",
                _ => "text/plain",
            };
            let kept = before.bytes.as_deref().map(|it| self.night.keep("replaced", media, it));
            let kept = kept.transpose().unwrap_or_else(|error| {
                forgotten = Some(error.to_string());
                None
            });
            record.files.push(Replaced {
                file: relative(&self.root, &before.path),
                before: kept,
                after,
            });
            replaced.push(before);
        }
        let decided = Decided {
            decision: record.decision,
            item: record.item.clone(),
            pending,
            files: record.files.iter().map(|it| it.file.clone()).collect(),
            forgotten,
        };
        self.replaced.insert(record.id.clone(), replaced);
        match self.log.append(&self.night, record) {
            Ok(()) => Ok(decided),
            // A night on a read-only medium can still be reviewed; only the memory of it is lost.
            Err(error) => Ok(Decided { forgotten: Some(error.to_string()), ..decided }),
        }
    }
}

/// Files of the suite with other texts: all of them, or none.
fn changed(texts: impl IntoIterator<Item = (PathBuf, String)>) -> Result<Change, ReviewError> {
    let mut change = Change::default();
    for (path, text) in texts {
        if let Err(error) = change.write(&path, text.as_bytes()) {
            change.roll_back();
            return Err(error);
        }
    }
    Ok(change)
}

/// The path below the root, with `/`.
pub(super) fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|it| it.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// An error of writing a baseline, told apart where the suite is read-only.
fn writing(error: BaselineError) -> ReviewError {
    match error {
        BaselineError::Io { action, path, source } => ReviewError::io(action, &path, source),
        BaselineError::Conflict { .. }
        | BaselineError::Malformed { .. }
        | BaselineError::Name { .. } => error.into(),
    }
}
