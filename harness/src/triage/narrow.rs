//! [`narrow`]: of a facet that changed for several causes, what belongs to one of them.
//!
//! A page on which five things changed is in five findings, and each shows its own lines; the rest
//! stands in the others. What no finding claims is shown by the first.

use super::cause::{Atom, exact_text, of_facet, text, without_numbers};
use super::group::Group;
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag, FacetChange};

/// Lines kept of what was expected and what was there.
const SUMMARY: usize = 12;

/// The part of a facet that belongs to `own`; `holders` are all groups of its spot, in order.
#[must_use]
pub fn narrow(
    change: &FacetChange,
    located: &Located,
    own: &Group,
    holders: &[&Group],
) -> FacetChange {
    let replaced = change.facet.is_some_and(|facet| located.replaced.contains(&facet));
    let atoms = of_facet(change, replaced);
    let claiming: Vec<&&Group> =
        holders.iter().filter(|it| !it.atoms.is_disjoint(&atoms)).collect();
    let claimed =
        |group: &Group| -> Vec<Atom> { group.atoms.intersection(&atoms).cloned().collect() };
    // Of files and screens the whole says where a line belongs.
    let whole = matches!(change.facet, Some(FacetKind::Files | FacetKind::Screen) | None);
    if whole
        || claiming.len() < 2
        || replaced
        || change.diff.is_empty()
        || own.atoms.is_disjoint(&atoms)
    {
        return change.clone();
    }
    let is_first = std::ptr::eq(*claiming[0], own) || *claiming[0] == own;
    let own = claimed(own);
    let others: Vec<Atom> = atoms.into_iter().filter(|it| !own.contains(it)).collect();
    let keep = |line: &DiffLine| {
        let is_own = own.iter().any(|atom| says(atom, line));
        is_own || (is_first && !others.iter().any(|atom| says(atom, line)))
    };
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
        return change.clone();
    }
    let side = |tag: DiffTag| summary(diff.iter().filter(|line| line.tag == tag));
    FacetChange {
        expected: side(DiffTag::Removed),
        actual: side(DiffTag::Added),
        diff,
        ..change.clone()
    }
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
