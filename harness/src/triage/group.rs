//! [`group`]: differences and failures that share a cause become one [`Group`].
//!
//! 1. Each spot (a checkpoint that differs, a step that failed, a step at which a watch saw
//!    something new) is broken into atoms. Atoms with the same set of spots are one group.
//! 2. A failed step that looks for what an earlier or same-place difference has lost joins it.
//! 3. What a watch saw joins the difference or failure that followed it, and takes in replaced
//!    pages and failures that it explains.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Atom, atoms, of_facet, text};
use crate::model::comparison::Located;
use crate::model::finding::DiffTag;
use crate::model::plan::WATCH_CHECKPOINT;

/// Spots and atoms with one cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Indices of the spots.
    pub spots: BTreeSet<usize>,
    /// What they share.
    pub atoms: BTreeSet<Atom>,
}

/// Groups the spots by cause, in order of their first spot.
#[must_use]
pub fn group(spots: &[Located]) -> Vec<Group> {
    let mut groups = by_spots(spots);
    join_failures(&mut groups, spots);
    join_watches(&mut groups, spots);
    groups
}

fn is_watch(spot: &Located) -> bool {
    spot.difference.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)
}

fn is_failure(spot: &Located) -> bool {
    spot.difference.checkpoint.is_none()
}

/// The atoms of each spot that speak for themselves.
fn speaking(spots: &[Located]) -> Vec<BTreeSet<Atom>> {
    let mut all: Vec<BTreeSet<Atom>> = spots.iter().map(atoms).collect();
    let mut hits: BTreeMap<Atom, usize> = BTreeMap::new();
    for (spot, own) in spots.iter().zip(&all) {
        if !spot.replaced.is_empty() {
            for atom in own {
                *hits.entry(atom.clone()).or_default() += 1;
            }
        }
    }
    for (spot, own) in spots.iter().zip(&mut all) {
        if own.iter().any(|atom| !atom.is_weak()) {
            own.retain(|atom| !atom.is_weak());
        }
        // Of a page that was replaced, what other replaced pages show too is the cause, and the
        // rest (its own address, the time) is colour.
        let shared = |atom: &Atom| hits.get(atom).is_some_and(|count| *count > 1);
        if !spot.replaced.is_empty() && own.iter().any(shared) {
            own.retain(shared);
        }
    }
    all
}

fn by_spots(spots: &[Located]) -> Vec<Group> {
    let mut places: BTreeMap<Atom, BTreeSet<usize>> = BTreeMap::new();
    for (index, own) in speaking(spots).into_iter().enumerate() {
        for atom in own {
            places.entry(atom).or_default().insert(index);
        }
    }
    let mut groups: BTreeMap<BTreeSet<usize>, BTreeSet<Atom>> = BTreeMap::new();
    for (atom, spots) in places {
        groups.entry(spots).or_default().insert(atom);
    }
    groups.into_iter().map(|(spots, atoms)| Group { spots, atoms }).collect()
}

/// Moves one group into another.
fn merge(groups: &mut Vec<Group>, from: usize, into: usize) {
    let moved = std::mem::take(&mut groups[from]);
    groups[into].spots.extend(moved.spots);
    groups[into].atoms.extend(moved.atoms);
    groups.remove(from);
}

fn join_failures(groups: &mut Vec<Group>, spots: &[Located]) {
    while let Some((from, into)) = failure_pair(groups, spots) {
        merge(groups, from, into);
    }
}

fn failure_pair(groups: &[Group], spots: &[Located]) -> Option<(usize, usize)> {
    groups.iter().enumerate().find_map(|(from, failing)| {
        if !failing.spots.iter().all(|spot| is_failure(&spots[*spot])) {
            return None;
        }
        let candidates = || groups.iter().enumerate().filter(move |(index, _)| *index != from);
        // What the atoms of a group say is gone comes before what merely stood at the same spot.
        let by_atom = candidates().find(|(_, other)| {
            other.atoms.iter().any(|atom| match atom {
                Atom::Line { removed: Some(line), .. } => {
                    explains(failing, other, spots, &|_| vec![line.clone()])
                }
                _ => false,
            })
        });
        let by_spot = || candidates().find(|(_, other)| explains(failing, other, spots, &gone));
        by_atom.or_else(by_spot).map(|(into, _)| (from, into))
    })
}

/// Whether a failed step looks for something that another group lost, earlier or at the same place.
fn explains(
    failing: &Group,
    other: &Group,
    spots: &[Located],
    lost: &dyn Fn(&Located) -> Vec<String>,
) -> bool {
    failing.spots.iter().any(|failed| {
        let failed = &spots[*failed].difference;
        let names = quoted(&failed.facets[0].expected);
        other.spots.iter().map(|index| &spots[*index]).filter(|spot| !is_failure(spot)).any(|spot| {
            let at = &spot.difference;
            let near = (at.scenario == failed.scenario && at.step <= failed.step)
                || (!at.place.is_empty() && at.place == failed.place);
            near && lost(spot).iter().any(|line| names.iter().any(|name| line.contains(name)))
        })
    })
}

/// The lines that a difference lost.
fn gone(spot: &Located) -> Vec<String> {
    let facets = spot.difference.facets.iter();
    facets.flat_map(|it| &it.diff).filter(|it| it.tag == DiffTag::Removed).map(text).collect()
}

/// The names in double quotes, with their quotes; empty ones name nothing.
fn quoted(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('"').collect();
    let names = parts.iter().enumerate().filter(|(index, _)| index % 2 == 1);
    // An odd number of quotes leaves the last part open.
    let closed = names.filter(|(index, _)| index + 1 < parts.len());
    closed.map(|(_, name)| *name).filter(|name| !name.trim().is_empty()).map(|it| format!("\"{it}\"")).collect()
}

fn join_watches(groups: &mut Vec<Group>, spots: &[Located]) {
    while let Some((from, into)) = watch_pair(groups, spots) {
        merge(groups, from, into);
    }
}

fn watch_pair(groups: &[Group], spots: &[Located]) -> Option<(usize, usize)> {
    for (from, watch) in groups.iter().enumerate() {
        if !watch.spots.iter().any(|spot| is_watch(&spots[*spot])) {
            continue;
        }
        let only_watch = watch.spots.iter().all(|spot| is_watch(&spots[*spot]));
        let followed: BTreeSet<usize> = watch
            .spots
            .iter()
            .filter(|spot| is_watch(&spots[**spot]))
            .flat_map(|spot| following(*spot, spots))
            .collect();
        for (into, other) in groups.iter().enumerate().filter(|(into, _)| *into != from) {
            if other.spots.iter().all(|spot| is_watch(&spots[*spot])) {
                continue;
            }
            let all_shown = only_watch
                && watch.spots.iter().all(|spot| {
                    following(*spot, spots).is_some_and(|after| other.spots.contains(&after))
                });
            if all_shown {
                return Some((from, into));
            }
            let symptom = |spot: &usize| {
                is_failure(&spots[*spot]) || !spots[*spot].replaced.is_empty() || watch.spots.contains(spot)
            };
            let explained = other.spots.iter().all(|spot| {
                symptom(spot) && (followed.contains(spot) || watch.spots.contains(spot))
            });
            if explained {
                return Some((into, from));
            }
        }
    }
    None
}

/// The first difference or failure of the same attempt at or after a step at which a watch saw something.
fn following(watch: usize, spots: &[Located]) -> Option<usize> {
    let seen = &spots[watch].difference;
    spots
        .iter()
        .enumerate()
        .filter(|(_, spot)| {
            let it = &spot.difference;
            !is_watch(spot)
                && it.scenario == seen.scenario
                && it.attempt == seen.attempt
                && it.step >= seen.step
        })
        .min_by_key(|(_, spot)| spot.difference.step)
        .map(|(index, _)| index)
}

/// The facets of a spot that belong to a group: those with an atom of it, and those whose atoms
/// belong to no group at all because they only follow.
#[must_use]
pub fn facets_of(spot: usize, located: &Located, own: &Group, all: &[Group]) -> Vec<usize> {
    let facets = located.difference.facets.iter().enumerate();
    facets
        .filter(|(_, change)| {
            let replaced = change.facet.is_some_and(|facet| located.replaced.contains(&facet));
            let atoms = of_facet(change, replaced);
            let elsewhere = || {
                all.iter().filter(|it| it.spots.contains(&spot)).any(|it| !it.atoms.is_disjoint(&atoms))
            };
            !own.atoms.is_disjoint(&atoms) || !elsewhere()
        })
        .map(|(index, _)| index)
        .collect()
}
