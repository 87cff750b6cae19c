//! [`facets_of`]: of a place that changed for several causes, what belongs to one of them.
//!
//! A page on which five things changed is in five findings, and each shows its own lines, links,
//! fields and pictures; the rest stands in the others.

use std::collections::BTreeSet;

use crate::cause::Cause;
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag, FacetChange};
use crate::model::{Change, FacetKind};

/// Lines kept of what was expected and what was there.
const SUMMARY: usize = 12;

/// What of a spot belongs to `own`; `holders` are all causes of that spot, in order.
///
/// These are the facets with a change of it, each narrowed to its lines. What no change claims, as
/// lines that only moved, is shown with the first cause.
#[must_use]
pub fn facets_of(located: &Located, own: &Cause, holders: &[&Cause]) -> Vec<FacetChange> {
    let is_first = holders.first().is_none_or(|it| **it == *own);
    let facets = located.difference.facets.iter();
    facets
        .filter_map(|facet| {
            let (mine, others): (Vec<Change>, Vec<Change>) =
                facet.changes.iter().cloned().partition(|it| own.changes.contains(&it.identity()));
            if mine.is_empty() {
                return (facet.changes.is_empty() && is_first).then(|| facet.clone());
            }
            let replaced = facet.facet.is_some_and(|it| located.replaced.contains(&it));
            // Of files and screens the whole says where a line belongs.
            let whole = matches!(facet.facet, Some(FacetKind::Files | FacetKind::Screen) | None);
            let shown = if whole || others.is_empty() || replaced || facet.diff.is_empty() {
                facet.clone()
            } else {
                let (own, other) = (Lines::of(&mine), Lines::of(&others));
                let keep = |line: &DiffLine| own.holds(line) || (is_first && !other.holds(line));
                narrow(facet, keep).unwrap_or_else(|| facet.clone())
            };
            Some(FacetChange { changes: mine, ..shown })
        })
        .collect()
}

/// The lines that changes take away and bring.
struct Lines {
    old: BTreeSet<u32>,
    new: BTreeSet<u32>,
    /// The texts of lines that have no numbers: what the watches saw.
    texts: BTreeSet<String>,
}

impl Lines {
    fn of(changes: &[Change]) -> Self {
        let unnumbered =
            changes.iter().filter(|it| it.old_lines.is_empty() && it.new_lines.is_empty());
        Self {
            old: changes.iter().flat_map(|it| it.old_lines.iter().copied()).collect(),
            new: changes.iter().flat_map(|it| it.new_lines.iter().copied()).collect(),
            texts: unnumbered.filter_map(|it| it.after.clone()).collect(),
        }
    }

    fn holds(&self, line: &DiffLine) -> bool {
        match line.tag {
            DiffTag::Removed => line.old_line.is_some_and(|it| self.old.contains(&it)),
            DiffTag::Added => match line.new_line {
                Some(number) => self.new.contains(&number),
                None => self.texts.contains(&line.trimmed()),
            },
            DiffTag::Same | DiffTag::Gap => false,
        }
    }
}

/// A facet with those of its changed lines that are kept, and what is around them; `None` where
/// none is.
fn narrow(change: &FacetChange, keep: impl Fn(&DiffLine) -> bool) -> Option<FacetChange> {
    let is_changed = |line: &DiffLine| matches!(line.tag, DiffTag::Added | DiffTag::Removed);
    let tree = change.facet == Some(FacetKind::Aria);
    let mut segments: Vec<Vec<DiffLine>> = Vec::new();
    let mut depth = 0;
    for segment in change.diff.split(|line| line.tag == DiffTag::Gap).rev() {
        let any = segment.iter().any(|line| is_changed(line) && keep(line));
        let mut kept: Vec<DiffLine> = Vec::new();
        for line in segment.iter().rev().filter(|line| !is_changed(line) || keep(line)) {
            // What a change stands in says where it is.
            let is_around = tree && indent(line) < depth;
            if any || is_around {
                depth =
                    if any && is_changed(line) { indent(line) } else { depth.min(indent(line)) };
                kept.insert(0, line.clone());
            }
        }
        segments.insert(0, kept);
    }
    let mut diff: Vec<DiffLine> = Vec::new();
    for segment in segments {
        diff.extend(segment);
        push_gap(&mut diff);
    }
    if !diff.iter().any(is_changed) {
        return None;
    }
    let side = |tag: DiffTag| summary(diff.iter().filter(|line| line.tag == tag));
    Some(FacetChange {
        expected: side(DiffTag::Removed),
        actual: side(DiffTag::Added),
        diff,
        ..change.clone()
    })
}

fn push_gap(diff: &mut Vec<DiffLine>) {
    if diff.last().is_none_or(|line| line.tag != DiffTag::Gap) {
        diff.push(DiffLine::gap());
    }
}

fn indent(line: &DiffLine) -> usize {
    let whole = line.text();
    whole.len() - whole.trim_start_matches(' ').len()
}

/// The lines of one side, without the indentation that they share.
fn summary<'a>(lines: impl Iterator<Item = &'a DiffLine>) -> String {
    let all: Vec<String> = lines.map(DiffLine::text).collect();
    let indents = all.iter().filter(|it| !it.trim().is_empty());
    let shared = indents.map(|it| it.len() - it.trim_start_matches(' ').len()).min().unwrap_or(0);
    let mut shown: Vec<String> =
        all.iter().take(SUMMARY).map(|it| it.get(shared..).unwrap_or("").to_owned()).collect();
    if all.len() > SUMMARY {
        shown.push(format!("… and {} more lines", all.len() - SUMMARY));
    }
    shown.join("\n")
}
