//! [`proposals`]: redactions that would explain a change, each with what it hides; and
//! [`judge_with`]: the night judged with one of them, before anybody says that it helps.

use std::collections::{BTreeMap, BTreeSet};

use super::ReviewError;
use super::desk::{Chosen, Desk};
use crate::baseline::Conflict;
use crate::compare::vary::{self, Around};
use crate::compare::{Redactor, compare};
use crate::model::finding::{DiffLine, DiffTag, Pending};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::scenario::RedactionClass;
use crate::model::{BaselineRecord, FacetKind, Plan, Redaction, Scenario};
use crate::spec::patch::redaction_text;

/// Changes of one item that are looked at for proposals; more would only repeat them.
const MOST_CHANGES: usize = 20;
/// Proposals that are shown.
const MOST_PROPOSALS: usize = 8;

/// A redaction that would hide some of what changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The redaction.
    pub redaction: Redaction,
    /// The same as it is written in YAML.
    pub text: String,
    /// How many of the changed places would be the same with it, of how many that were looked at.
    pub helps: (usize, usize),
    /// What it hides.
    pub cost: Cost,
}

/// What a redaction hides of the checkpoints that it would stand at.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// Lines of which something is hidden.
    pub lines: usize,
    /// All lines.
    pub of: usize,
    /// How much less of what could change there would be noticed, in percent: what
    /// `nightshift sensitivity` measures; `None` where nobody measured it.
    pub blind_percent: Option<f64>,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.of == 1 { "line" } else { "lines" };
        write!(f, "hides text in {} of {} {plural}", self.lines, self.of)?;
        match self.blind_percent {
            Some(percent) => write!(f, ", {percent:.1} % less would be noticed"),
            None => Ok(()),
        }
    }
}

/// A line that changed, as it was and as it is.
struct Pair {
    place: usize,
    old: String,
    new: String,
}

/// The redactions that would explain what was chosen, the narrowest first.
#[must_use]
pub fn proposals(desk: &Desk, chosen: &Chosen) -> Vec<Proposal> {
    let pairs = pairs(desk, chosen);
    let mut candidates: Vec<Redaction> =
        RedactionClass::ALL.into_iter().map(Redaction::Class).collect();
    let lines = pairs.iter().map(|it| [it.old.as_str(), it.new.as_str()]);
    let patterns = lines.filter_map(|it| vary::pattern(&it, Around::Words));
    candidates.extend(patterns.map(Redaction::Pattern));
    let texts: Vec<(FacetKind, String)> = chosen
        .pending
        .iter()
        .map(|it| &desk.all_pending()[*it])
        .filter(|it| it.facet != FacetKind::Image)
        .take(MOST_CHANGES)
        .filter_map(|it| Some((it.facet, text(desk, it)?)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut found: Vec<Proposal> = candidates
        .into_iter()
        .filter_map(|redaction| {
            let shown = redaction_text(&redaction);
            if !seen.insert(shown.clone()) {
                return None;
            }
            let helps = helps(&pairs, &redaction)?;
            let cost = cost(&texts, &redaction)?;
            (helps.0 > 0).then_some(Proposal { redaction, text: shown, helps, cost })
        })
        .collect();
    found.sort_by_key(|it| (std::cmp::Reverse(it.helps.0), it.cost.lines));
    found.truncate(MOST_PROPOSALS);
    found
}

/// What a redaction hides of the checkpoints of what was chosen.
///
/// # Errors
/// It is no regular expression.
pub fn cost_of(desk: &Desk, chosen: &Chosen, redaction: &Redaction) -> Result<Cost, ReviewError> {
    Redactor::new(&[std::slice::from_ref(redaction)], &[])?;
    let texts: Vec<(FacetKind, String)> = chosen
        .pending
        .iter()
        .map(|it| &desk.all_pending()[*it])
        .filter(|it| it.facet != FacetKind::Image)
        .filter_map(|it| Some((it.facet, text(desk, it)?)))
        .collect();
    Ok(cost(&texts, redaction).unwrap_or_default())
}

fn text(desk: &Desk, pending: &Pending) -> Option<String> {
    Some(String::from_utf8_lossy(&desk.night().read(&pending.evidence).ok()?).into_owned())
}

fn cost(texts: &[(FacetKind, String)], redaction: &Redaction) -> Option<Cost> {
    let redactor = Redactor::new(&[std::slice::from_ref(redaction)], &[]).ok()?;
    let mut cost = Cost::default();
    for (facet, text) in texts {
        let redacted = redactor.apply(*facet, text);
        let (before, after): (Vec<&str>, Vec<&str>) =
            (text.lines().collect(), redacted.lines().collect());
        cost.of += before.len();
        // A pattern may join lines; then those that are left cannot be told one by one.
        cost.lines += if before.len() == after.len() {
            before.iter().zip(&after).filter(|(a, b)| a != b).count()
        } else {
            let kept: BTreeSet<&&str> = after.iter().collect();
            before.iter().filter(|it| !kept.contains(it)).count()
        };
    }
    Some(cost)
}

/// In how many places nothing is left of what changed, and how many places there are.
fn helps(pairs: &[Pair], redaction: &Redaction) -> Option<(usize, usize)> {
    let redactor = Redactor::new(&[std::slice::from_ref(redaction)], &[]).ok()?;
    let mut places: BTreeMap<usize, bool> = BTreeMap::new();
    for pair in pairs {
        let redacted = |it: &str| redactor.apply(FacetKind::Stdout, it);
        let same = !pair.old.is_empty() && redacted(&pair.old) == redacted(&pair.new);
        *places.entry(pair.place).or_default() |= same;
    }
    Some((places.values().filter(|it| **it).count(), places.len()))
}

/// The changed lines of what was chosen, the old and the new one together.
fn pairs(desk: &Desk, chosen: &Chosen) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut place = 0;
    for finding in &desk.findings {
        for difference in &finding.differences {
            for change in &difference.facets {
                let is_chosen = chosen.pending.iter().any(|it| {
                    let own = desk.is_about(*it, finding, &chosen.findings);
                    let it = &desk.pending[*it];
                    own && it.scenario == difference.scenario
                        && Some(&it.checkpoint) == difference.checkpoint.as_ref()
                        && Some(it.facet) == change.facet
                });
                if is_chosen && change.facet != Some(FacetKind::Image) && place < MOST_CHANGES {
                    place += 1;
                    pairs.extend(of_diff(&change.diff, place));
                }
            }
        }
        if place >= MOST_CHANGES {
            break;
        }
    }
    pairs
}

/// The pairs of a diff: in each run of changed lines the removed and added ones, in order.
fn of_diff(lines: &[DiffLine], place: usize) -> Vec<Pair> {
    let text = |it: &DiffLine| it.pieces.iter().map(|it| it.text.as_str()).collect::<String>();
    let mut pairs = Vec::new();
    let (mut old, mut new): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut flush = |old: &mut Vec<String>, new: &mut Vec<String>| {
        for index in 0..old.len().max(new.len()) {
            let side = |all: &[String]| all.get(index).cloned().unwrap_or_default();
            let (old, new) = (side(old), side(new));
            pairs.push(Pair { place, old, new });
        }
        old.clear();
        new.clear();
    };
    for line in lines {
        match line.tag {
            DiffTag::Removed => old.push(text(line)),
            DiffTag::Added => new.push(text(line)),
            DiffTag::Same | DiffTag::Gap => flush(&mut old, &mut new),
        }
    }
    flush(&mut old, &mut new);
    pairs
}

/// What is left of a pending facet with a redaction.
pub(super) enum Left {
    /// It is as its baseline is.
    Nothing,
    /// The redaction makes no difference to it.
    AsBefore,
    /// What would be accepted now.
    Content(Vec<u8>),
}

/// A night as it is with one redaction more.
pub(super) struct WithRedaction {
    /// The pending facets of which less is left, as indices.
    pub helped: Vec<usize>,
    left: BTreeMap<usize, Option<Vec<u8>>>,
}

impl WithRedaction {
    /// What is left of a pending facet.
    pub fn content(&self, desk: &Desk, index: usize) -> Result<Left, ReviewError> {
        if desk.pending[index].facet == FacetKind::Image {
            return Ok(Left::AsBefore);
        }
        Ok(match self.left.get(&index) {
            Some(None) => Left::Nothing,
            Some(Some(content))
                if *content == desk.night.read(&desk.pending[index].evidence)? =>
            {
                Left::AsBefore
            }
            Some(Some(content)) => Left::Content(content.clone()),
            None => Left::AsBefore,
        })
    }
}

/// Judges the scenarios of these facets with one redaction more at their checkpoints.
pub(super) fn judge_with(
    desk: &Desk,
    pending: &[usize],
    redaction: &Redaction,
) -> Result<WithRedaction, ReviewError> {
    let texts: Vec<usize> =
        pending.iter().copied().filter(|it| desk.pending[*it].facet != FacetKind::Image).collect();
    if texts.is_empty() {
        let id = pending.first().map_or_else(String::new, |it| desk.pending[*it].id.clone());
        return Err(ReviewError::NoText(id));
    }
    let mut scenarios: BTreeMap<&str, Scenario> = BTreeMap::new();
    for index in &texts {
        let it = &desk.pending[*index];
        let planned =
            desk.scenario(&it.scenario).ok_or_else(|| ReviewError::Foreign(it.scenario.clone()))?;
        let scenario = scenarios.entry(&it.scenario).or_insert_with(|| planned.clone());
        if it.checkpoint == WATCH_CHECKPOINT {
            scenario.redact.push(redaction.clone());
        } else {
            super::desk::redact_at(scenario, &it.checkpoint, redaction);
        }
    }
    let with = judged(desk, scenarios.values().cloned().collect(), Baselines::Accepted)?;
    let mut left = BTreeMap::new();
    let mut helped = Vec::new();
    for index in texts {
        let it = &desk.pending[index];
        let now = with.pending.iter().find(|new| {
            new.scenario == it.scenario && new.checkpoint == it.checkpoint && new.facet == it.facet
        });
        let before = desk.night.read(&it.evidence)?;
        let content = now.map(|it| it.content.clone());
        if content.as_deref() != Some(before.as_slice()) {
            helped.push(index);
        }
        left.insert(index, content);
    }
    Ok(WithRedaction { helped, left })
}

/// With which baselines is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Baselines {
    /// Those of the night.
    Accepted,
    /// None, so that everything that was seen is pending.
    None,
}

fn judged(
    desk: &Desk,
    scenarios: Vec<Scenario>,
    baselines: Baselines,
) -> Result<crate::model::comparison::Comparison, ReviewError> {
    let ids: BTreeSet<&str> = scenarios.iter().map(|it| it.id.as_str()).collect();
    let records: Vec<BaselineRecord> = match baselines {
        Baselines::Accepted => {
            let own = desk.plan.baselines.iter().filter(|it| ids.contains(it.scenario.as_str()));
            own.cloned().collect()
        }
        Baselines::None => Vec::new(),
    };
    let first = scenarios.first().cloned().unwrap_or_default();
    let plan = Plan { baselines: records, scenarios, ..desk.plan.only(&first, &[]) };
    Ok(compare(&plan, &desk.entries, &|evidence| desk.night.read(evidence))?)
}

/// Bytes, and the environment of a picture.
pub(super) type Seen = (Vec<u8>, Option<String>);

/// What the night saw where a baseline is in conflict, redacted, with the environment of a picture.
pub(super) fn seen(desk: &Desk, conflict: &Conflict) -> Result<Option<Seen>, ReviewError> {
    let Some(scenario) = desk.scenario(&conflict.scenario) else { return Ok(None) };
    let all = judged(desk, vec![scenario.clone()], Baselines::None)?;
    let found = all.pending.into_iter().find(|it| {
        it.checkpoint == conflict.checkpoint
            && it.facet == conflict.facet
            && (it.facet != FacetKind::Image || it.environment == conflict.environment)
    });
    let Some(found) = found else { return Ok(None) };
    let content = match &found.evidence {
        Some(evidence) => desk.night.read(evidence)?,
        None => found.content,
    };
    Ok(Some((content, found.environment)))
}
