//! [`facets_of`]: of a place that changed for several causes, what belongs to one of them.
//!
//! A page on which five things changed is in five findings, and each shows its own lines, links,
//! fields and pictures; the rest stands in the others.

use super::cause::{Atom, exact_text, of_facet, text, without_numbers};
use super::follow::is_about;
use super::group::Group;
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag, FacetChange};

/// Lines kept of what was expected and what was there.
const SUMMARY: usize = 12;

/// What of a spot belongs to `own`; `holders` are all groups of that spot, in order.
///
/// These are the facets with an atom of it, each narrowed to its lines. What no group claims only
/// follows: the first group shows it, and another one the part that is about what it is about.
#[must_use]
pub fn facets_of(located: &Located, own: &Group, holders: &[&Group]) -> Vec<FacetChange> {
    let all = located.difference.facets.iter();
    all.filter_map(|change| {
        let replaced = change.facet.is_some_and(|facet| located.replaced.contains(&facet));
        let atoms = of_facet(change, replaced);
        let claiming: Vec<&Group> =
            holders.iter().copied().filter(|it| !it.atoms.is_disjoint(&atoms)).collect();
        if claiming.is_empty() {
            return unclaimed(change, own, holders);
        }
        let claims = !own.atoms.is_disjoint(&atoms);
        // Of files and screens the whole says where a line belongs.
        let whole = matches!(change.facet, Some(FacetKind::Files | FacetKind::Screen) | None);
        if !claims || whole || claiming.len() < 2 || replaced || change.diff.is_empty() {
            return claims.then(|| change.clone());
        }
        let is_first = *claiming[0] == *own;
        let (own, others): (Vec<Atom>, Vec<Atom>) =
            atoms.into_iter().partition(|it| own.atoms.contains(it));
        let keep = |line: &DiffLine| {
            let is_own = own.iter().any(|atom| says(atom, line));
            is_own || (is_first && !others.iter().any(|atom| says(atom, line)))
        };
        Some(narrow(change, keep).unwrap_or_else(|| change.clone()))
    })
    .collect()
}

/// What of a facet that no group claims is shown beside a group.
fn unclaimed(change: &FacetChange, own: &Group, holders: &[&Group]) -> Option<FacetChange> {
    let is_first = holders.first().is_none_or(|it| **it == *own);
    if holders.len() < 2 {
        return Some(change.clone());
    }
    if change.facet.is_none_or(|facet| !facet.is_detail()) || change.diff.is_empty() {
        let shown = is_first || is_about(&own.atoms, &change.actual);
        return shown.then(|| change.clone());
    }
    narrow(change, |line| {
        let line = text(line);
        let is_own = is_about(&own.atoms, &line);
        is_own || (is_first && !holders.iter().any(|it| is_about(&it.atoms, &line)))
    })
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
        diff.push(DiffLine {
            tag: DiffTag::Gap,
            old_line: None,
            new_line: None,
            pieces: Vec::new(),
        });
    }
}

fn indent(line: &DiffLine) -> usize {
    let whole = exact_text(line);
    whole.len() - whole.trim_start_matches(' ').len()
}

/// Whether a changed line is (a part of) what an atom says.
fn says(atom: &Atom, line: &DiffLine) -> bool {
    let Some((_, removed, added)) = atom.sides() else { return false };
    let side = match line.tag {
        DiffTag::Removed => removed,
        DiffTag::Added => added,
        DiffTag::Same | DiffTag::Gap => None,
    };
    let Some(side) = side else { return false };
    let own = text(line);
    match atom {
        Atom::Entry { .. } => {
            let words = own.split_whitespace().collect::<Vec<_>>().join(" ");
            !words.is_empty() && side.contains(&words)
        }
        Atom::Line { .. }
        | Atom::Picture(_)
        | Atom::Watch(_)
        | Atom::Failure { .. }
        | Atom::Product(_) => own == side || without_numbers(&own) == side,
    }
}

/// The lines of one side, without the indentation that they share.
fn summary<'a>(lines: impl Iterator<Item = &'a DiffLine>) -> String {
    let all: Vec<String> = lines.map(exact_text).collect();
    let indents = all.iter().filter(|it| !it.trim().is_empty());
    let shared = indents.map(|it| it.len() - it.trim_start_matches(' ').len()).min().unwrap_or(0);
    let mut shown: Vec<String> =
        all.iter().take(SUMMARY).map(|it| it.get(shared..).unwrap_or("").to_owned()).collect();
    if all.len() > SUMMARY {
        shown.push(format!("… and {} more lines", all.len() - SUMMARY));
    }
    shown.join("\n")
}
