//! [`Desk`]: what waits for a decision in a night, sorted into [`Item`]s: one for each cause, one
//! for each scenario with new checkpoints, one for each baseline that a merge left undecided. What
//! several causes have of one snapshot is in [`super::share`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::ReviewError;
use super::change::Before;
use super::log::{Decision, Log};
use super::share::{Share, shares};
use crate::baseline::{self, Conflict};
use crate::ledger::NightDir;
use crate::model::finding::Pending;
use crate::model::{
    BaselineRecord, Entry, Event, FacetKind, Finding, Judgement, Plan, Redaction, Scenario, Step,
    Verdict,
};

/// A night that was judged.
#[derive(Debug)]
pub struct Opened {
    /// Its directory.
    pub night: NightDir,
    /// What it set out to do.
    pub plan: Plan,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What that means.
    pub judgement: Judgement,
    /// Whether a night runs on this suite now.
    pub busy: bool,
}

/// What waits for a decision in a night, and what was decided.
#[derive(Debug)]
pub struct Desk {
    pub(super) root: PathBuf,
    pub(super) night: NightDir,
    pub(super) plan: Plan,
    pub(super) entries: Vec<Entry>,
    pub(super) findings: Vec<Finding>,
    pub(super) pending: Vec<Pending>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) log: Log,
    /// What this session replaced, by the id of the decision: also where the night is read-only.
    pub(super) replaced: HashMap<String, Vec<Before>>,
    pub(super) running: bool,
    items: Vec<Item>,
    /// The snapshots that belong to several findings, by their index.
    pub(super) shares: HashMap<usize, Vec<Share>>,
    by_scenario: HashMap<String, usize>,
    /// By scenario, checkpoint, facet and environment.
    by_place: HashMap<String, usize>,
}

/// What one decision is made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `F1`, a scenario's id, or `C1`.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// What a user would notice, in a sentence.
    pub title: String,
    /// What would be accepted, as indices.
    pub pending: Vec<usize>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A cause; the index of the finding.
    Finding(usize),
    /// Checkpoints of a scenario that have no baseline yet.
    New,
    /// A baseline with both sides of a merge; the index of the conflict.
    Conflict(usize),
}

/// What a decision is made on: an item, or the part of it that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The id that was named.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// What would be accepted, as indices.
    pub pending: Vec<usize>,
    /// The findings as a whole: of a snapshot that they share with others, their parts are meant.
    pub findings: Vec<usize>,
    /// What is meant with all that changed in it, whichever finding it belongs to.
    pub whole: Vec<usize>,
    /// The conflict.
    pub conflict: Option<usize>,
}

/// What a decision is about: the same content at the same place, however ids are counted.
#[must_use]
pub fn key(pending: &Pending) -> String {
    format!(
        "{}@{}.{} {}",
        pending.scenario, pending.checkpoint, pending.facet, pending.evidence.path
    )
}

fn place(scenario: &str, checkpoint: &str, facet: FacetKind, key: Option<&str>) -> String {
    format!("{scenario}@{checkpoint}.{facet}~{}", key.unwrap_or_default())
}

/// Adds a redaction to the checkpoint of this name, wherever its step stands.
pub(super) fn redact_at(scenario: &mut Scenario, checkpoint: &str, redaction: &Redaction) {
    fn visit(step: &mut Step, checkpoint: &str, redaction: &Redaction) {
        let snapshot = step.action.snapshot_mut().filter(|it| it.name == checkpoint);
        if let Some(snapshot) = snapshot {
            snapshot.redact.push(redaction.clone());
        }
        for inner in step.action.inner_mut().into_iter().flatten() {
            visit(inner, checkpoint, redaction);
        }
    }
    let steps = scenario.before.iter_mut().chain(&mut scenario.steps).chain(&mut scenario.finally);
    steps.for_each(|it| visit(it, checkpoint, redaction));
}

/// Whether nothing runs any more that its findings hang on: behind a night's end its loop may run
/// scenarios more often, and ends it once more then.
pub(super) fn is_over(entries: &[Entry]) -> bool {
    let is_end = |it: &Entry| matches!(it.event, Event::NightFinished { .. });
    let begins = |it: &Entry| matches!(it.event, Event::AttemptStarted { .. });
    entries.iter().rev().find(|it| is_end(it) || begins(it)).is_some_and(is_end)
}

impl Item {
    /// The index of its finding.
    #[must_use]
    pub fn finding(&self) -> Option<usize> {
        match self.kind {
            ItemKind::Finding(index) => Some(index),
            ItemKind::New | ItemKind::Conflict(_) => None,
        }
    }
}

impl Desk {
    /// Lays a night out.
    ///
    /// # Errors
    /// The decisions or the snapshot files cannot be read.
    pub fn open(root: &Path, opened: Opened) -> Result<Self, ReviewError> {
        let Opened { night, plan, entries, judgement, busy } = opened;
        let finished = is_over(&entries);
        let mut log = Log::default();
        log.refresh(&night)?;
        let conflicts = baseline::conflicts(root, &plan.scenarios)?;
        let by_scenario =
            plan.scenarios.iter().enumerate().map(|(index, it)| (it.id.clone(), index)).collect();
        let by_place = plan.baselines.iter().enumerate().map(|(index, it)| {
            (place(&it.scenario, &it.checkpoint, it.facet, it.environment.as_deref()), index)
        });
        let by_place = by_place.collect();
        let shares = shares(&judgement.findings, &judgement.pending);
        let mut desk = Self {
            root: root.to_owned(),
            night,
            plan,
            entries,
            findings: judgement.findings,
            pending: judgement.pending,
            conflicts,
            log,
            replaced: HashMap::new(),
            running: busy && !finished,
            items: Vec::new(),
            shares,
            by_scenario,
            by_place,
        };
        desk.items = desk.sorted();
        Ok(desk)
    }

    fn sorted(&self) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for (index, conflict) in self.conflicts.iter().enumerate() {
            items.push(Item {
                id: format!("C{}", index + 1),
                kind: ItemKind::Conflict(index),
                title: format!("merge conflict in {}", conflict.file),
                pending: Vec::new(),
            });
        }
        let mut positions: HashMap<&str, usize> = HashMap::new();
        for (index, finding) in self.findings.iter().enumerate() {
            positions.insert(&finding.id, items.len());
            items.push(Item {
                id: finding.id.clone(),
                kind: ItemKind::Finding(index),
                title: finding.title.clone(),
                pending: Vec::new(),
            });
        }
        let mut fresh: HashMap<&str, usize> = HashMap::new();
        for (index, pending) in self.pending.iter().enumerate() {
            let sharers = self.sharers(index).map(|it| self.findings[it].id.as_str());
            let shared: Vec<usize> = sharers.filter_map(|it| positions.get(it).copied()).collect();
            if !shared.is_empty() {
                for position in shared {
                    items[position].pending.push(index);
                }
                continue;
            }
            let known = pending.finding.as_deref().and_then(|it| positions.get(it)).copied();
            let position = known.unwrap_or_else(|| {
                *fresh.entry(&pending.scenario).or_insert_with(|| {
                    items.push(Item {
                        id: pending.scenario.clone(),
                        kind: ItemKind::New,
                        title: String::new(),
                        pending: Vec::new(),
                    });
                    items.len() - 1
                })
            });
            items[position].pending.push(index);
        }
        for item in items.iter_mut().filter(|it| it.kind == ItemKind::New) {
            let snapshots = |number: usize| match number {
                1 => "1 snapshot".to_owned(),
                more => format!("{more} snapshots"),
            };
            let all = item.pending.len();
            let changed = item.pending.iter().filter(|it| self.pending[**it].replaces).count();
            let in_shadow = format!("{} changed in shadow", snapshots(changed));
            item.title = match (all - changed, changed) {
                (0, _) => format!("{in_shadow} in {}", item.id),
                (new, 0) => format!("{} without a baseline in {}", snapshots(new), item.id),
                (new, _) => {
                    format!("{} without a baseline, {in_shadow}, in {}", snapshots(new), item.id)
                }
            };
        }
        items
    }

    /// Everything, decided or not: conflicts, findings worst first, then what is new.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether something of it waits for a decision.
    #[must_use]
    pub fn is_open(&self, item: &Item) -> bool {
        match item.kind {
            ItemKind::Conflict(index) => self.log.decision(&self.conflict_key(index)).is_none(),
            ItemKind::Finding(index) if item.pending.is_empty() => {
                !self.is_known(item) && self.log.decision(&self.finding_key(index)).is_none()
            }
            ItemKind::Finding(_) | ItemKind::New => self.open_of(item).next().is_some(),
        }
    }

    /// Whether it is a known issue whose date has not passed.
    #[must_use]
    pub fn is_known(&self, item: &Item) -> bool {
        let ItemKind::Finding(index) = item.kind else { return false };
        self.findings[index].suppression.as_ref().is_some_and(|it| !it.expired)
    }

    /// What was decided on it, where nothing is left of it.
    #[must_use]
    pub fn decision(&self, item: &Item) -> Option<Decision> {
        match item.kind {
            ItemKind::Conflict(index) => self.log.decision(&self.conflict_key(index)),
            ItemKind::Finding(index) if item.pending.is_empty() => {
                self.log.decision(&self.finding_key(index))
            }
            ItemKind::Finding(_) | ItemKind::New => {
                let all: Option<Vec<Decision>> =
                    item.pending.iter().map(|it| self.decided(*it, item.finding())).collect();
                all.and_then(|it| it.last().copied())
            }
        }
    }

    pub(super) fn finding_key(&self, index: usize) -> String {
        format!("finding {}", self.findings[index].fingerprint)
    }

    pub(super) fn conflict_key(&self, index: usize) -> String {
        let conflict = &self.conflicts[index];
        format!("conflict {} {}", conflict.file, super::change::hash(conflict.raw.as_bytes()))
    }

    fn open_of<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = usize> + 'a {
        let open = |it: &usize| self.decided(*it, item.finding()).is_none();
        item.pending.iter().copied().filter(move |it| open(it))
    }

    /// What is pending and not decided, or not all of it, as indices.
    pub fn open_pending(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.pending.len()).filter(|it| self.decided(*it, None).is_none())
    }

    /// The findings of which something in a snapshot waits.
    #[must_use]
    pub fn waiting(&self, index: usize) -> Vec<&Finding> {
        let own: Vec<usize> = self.sharers(index).collect();
        if own.is_empty() {
            let id = self.pending[index].finding.as_deref();
            return self.findings.iter().filter(|it| Some(it.id.as_str()) == id).collect();
        }
        let open = own.into_iter().filter(|it| self.decided(index, Some(*it)).is_none());
        open.map(|it| &self.findings[it]).collect()
    }

    /// The items that wait.
    pub fn open_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|it| self.is_open(it))
    }

    /// What is left of an item.
    #[must_use]
    pub fn chosen(&self, item: &Item) -> Chosen {
        let conflict = match item.kind {
            ItemKind::Finding(_) | ItemKind::New => None,
            ItemKind::Conflict(index) => Some(index),
        };
        Chosen {
            id: item.id.clone(),
            title: item.title.clone(),
            pending: self.open_of(item).collect(),
            findings: item.finding().into_iter().collect(),
            whole: Vec::new(),
            conflict,
        }
    }

    /// What an id stands for: a finding, a conflict, one pending facet, or all of a scenario.
    ///
    /// # Errors
    /// Nothing that waits has this id.
    pub fn named(&self, id: &str) -> Result<Chosen, ReviewError> {
        let item = self.items.iter().find(|it| it.id == id && it.kind != ItemKind::New);
        if let Some(item) = item.filter(|it| self.is_open(it)) {
            return Ok(self.chosen(item));
        }
        let all: Vec<usize> = (0..self.pending.len())
            .filter(|index| {
                let it = &self.pending[*index];
                (it.id == id || it.scenario == id) && self.decided(*index, None).is_none()
            })
            .collect();
        if all.is_empty() {
            return Err(ReviewError::Unknown {
                id: id.to_owned(),
                night: self.night.path().to_owned(),
            });
        }
        let title = match all.as_slice() {
            [one] => {
                let it = &self.pending[*one];
                format!("{}@{} {}", it.scenario, it.checkpoint, it.facet)
            }
            _ => format!("{} snapshots of {id}", all.len()),
        };
        let (id, whole) = (id.to_owned(), all.clone());
        Ok(Chosen { id, title, pending: all, findings: Vec::new(), whole, conflict: None })
    }

    /// The finding of an item.
    #[must_use]
    pub fn finding(&self, item: &Item) -> Option<&Finding> {
        item.finding().and_then(|index| self.findings.get(index))
    }

    /// The verdict of an item, or what stands for it.
    #[must_use]
    pub fn word(&self, item: &Item) -> &'static str {
        match item.kind {
            ItemKind::Finding(index) => self.findings[index].verdict.word(),
            ItemKind::New => Verdict::New.word(),
            ItemKind::Conflict(_) => "conflict",
        }
    }

    /// The findings of the night.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All that is pending, decided or not.
    #[must_use]
    pub fn all_pending(&self) -> &[Pending] {
        &self.pending
    }

    /// The baseline that a pending facet was compared with.
    #[must_use]
    pub fn baseline(&self, pending: &Pending) -> Option<&BaselineRecord> {
        let environment = pending.environment.as_deref();
        let place = place(&pending.scenario, &pending.checkpoint, pending.facet, environment);
        self.by_place.get(&place).map(|index| &self.plan.baselines[*index])
    }

    /// The scenario of this id as the night planned it.
    #[must_use]
    pub fn scenario(&self, id: &str) -> Option<&Scenario> {
        self.by_scenario.get(id).map(|index| &self.plan.scenarios[*index])
    }

    /// The night directory.
    #[must_use]
    pub fn night(&self) -> &NightDir {
        &self.night
    }

    /// The suite's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The night's id.
    #[must_use]
    pub fn night_id(&self) -> &str {
        &self.plan.night
    }

    /// When the night began.
    #[must_use]
    pub fn started(&self) -> DateTime<Utc> {
        self.plan.started
    }

    /// Whether the night still runs, so that it can only be looked at.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// The decisions that stand.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }
}
