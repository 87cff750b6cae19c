//! [`group`]: differences and failures that share a cause become one [`Group`].
//!
//! 1. Each spot (a checkpoint that differs, a step that failed, a step at which a watch saw
//!    something new) is broken into atoms. Atoms with the same set of spots are one group, unless
//!    `split` knows better.
//! 2. A failed step that looks for what an earlier or same-place difference has lost joins it, or
//!    what got the name, anywhere, that it found instead, or what `sequel` says it goes on with.
//! 3. What a watch saw joins the difference or failure that followed it, and takes in replaced
//!    pages and failures that it explains.
//! 4. What stands in the same table or list, and pictures of pages whose style sheet did not load,
//!    come together in `kin`.
//! 5. Pictures of files join what else changed in the files of their step.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cause::{Atom, atoms, text};
use super::follow::follows;
use super::kin;
use super::node::Node;
use super::pieces::Ages;
use super::sequel::{goes_on_with, join_views};
use super::split::split;
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::finding::{DiffTag, FacetChange};
use crate::model::plan::WATCH_CHECKPOINT;

/// Spots and atoms with one cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Indices of the spots.
    pub spots: BTreeSet<usize>,
    /// What they share.
    pub atoms: BTreeSet<Atom>,
    /// Whether it was there when its scenarios were last judged.
    pub is_known: bool,
}

/// Groups the spots by cause, in order of their first spot. What earlier nights had and what is
/// new tonight are two causes.
#[must_use]
pub(super) fn group(spots: &[Located], ages: &Ages) -> Vec<Group> {
    let mut groups = by_spots(spots, ages);
    join_failures(&mut groups, spots);
    join_watches(&mut groups, spots);
    kin::join(&mut groups, spots);
    join_file_pictures(&mut groups, spots);
    join_views(&mut groups, spots);
    groups
}

/// Pictures of files follow what else changed in the files of the same step, and one another.
fn join_file_pictures(groups: &mut Vec<Group>, spots: &[Located]) {
    let moment = |spot: &usize| {
        let at = &spots[*spot].difference;
        (at.scenario.as_str(), at.attempt, at.step)
    };
    let only_pictures = |group: &Group| {
        !group.atoms.is_empty() && group.atoms.iter().all(|it| matches!(it, Atom::Picture(_)))
    };
    // Each step takes one checkpoint; others of the same step are pictures of its files.
    let beside = |one: &usize, other: &usize| {
        let checkpoint = |spot: &usize| spots[*spot].difference.checkpoint.as_deref();
        moment(one) == moment(other)
            && checkpoint(one).is_some_and(|it| it != WATCH_CHECKPOINT)
            && checkpoint(other).is_some_and(|it| it != WATCH_CHECKPOINT)
            && checkpoint(one) != checkpoint(other)
    };
    let mut from = groups.len();
    while from > 0 {
        from -= 1;
        let own = &groups[from];
        if !only_pictures(own) {
            continue;
        }
        let into = groups.iter().enumerate().position(|(at, other)| {
            (at < from || !only_pictures(other))
                && at != from
                && own.spots.iter().all(|it| other.spots.iter().any(|near| beside(it, near)))
        });
        if let Some(into) = into {
            merge(groups, from, into);
        }
    }
}

fn is_watch(spot: &Located) -> bool {
    spot.difference.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)
}

pub(super) fn is_failure(spot: &Located) -> bool {
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
        if own.iter().any(|atom| !follows(spot, atom)) {
            own.retain(|atom| !follows(spot, atom));
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

fn by_spots(spots: &[Located], ages: &Ages) -> Vec<Group> {
    let mut places: BTreeMap<Atom, BTreeSet<usize>> = BTreeMap::new();
    for (index, own) in speaking(spots).into_iter().enumerate() {
        for atom in own {
            places.entry(atom).or_default().insert(index);
        }
    }
    let mut groups: BTreeMap<(BTreeSet<usize>, bool), BTreeSet<Atom>> = BTreeMap::new();
    for (atom, spots) in places {
        let is_known = ages.is_known(&atom);
        groups.entry((spots, is_known)).or_default().insert(atom);
    }
    let groups = groups.into_iter();
    groups.flat_map(|((spots, is_known), atoms)| split(Group { spots, atoms, is_known })).collect()
}

/// Moves one group into another.
fn merge(groups: &mut Vec<Group>, from: usize, into: usize) {
    let moved = std::mem::take(&mut groups[from]);
    groups[into].spots.extend(moved.spots);
    groups[into].atoms.extend(moved.atoms);
    groups.remove(from);
}

/// The groups that each spot belongs to.
fn holders(groups: &[Group], spots: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new(); spots];
    for (index, group) in groups.iter().enumerate() {
        group.spots.iter().for_each(|spot| all[*spot].push(index));
    }
    all
}

/// Joining a failure to a group changes nothing of what other failures follow from, so that one
/// look at each is enough.
fn join_failures(groups: &mut Vec<Group>, spots: &[Located]) {
    let mut near = Near::of(groups, spots);
    let failing = |group: &Group| group.spots.iter().all(|spot| is_failure(&spots[*spot]));
    let into: Vec<Option<usize>> = groups
        .iter()
        .map(|it| {
            let explained = if failing(it) { near.explains(it, groups, spots) } else { None };
            let renamed = || if failing(it) { renamed(it, groups, spots) } else { None };
            let goes_on = || if failing(it) { goes_on_with(it, groups, spots) } else { None };
            explained.or_else(renamed).or_else(goes_on)
        })
        .collect();
    for (from, into) in into.iter().enumerate() {
        if let Some(into) = into {
            let moved = std::mem::take(&mut groups[from]);
            groups[*into].spots.extend(moved.spots);
            groups[*into].atoms.extend(moved.atoms);
        }
    }
    groups.retain(|group| !group.spots.is_empty());
}

/// The group by which the thing that a failed step looks for got another name, wherever that was
/// seen, where the step found that name instead.
fn renamed(failing: &Group, groups: &[Group], spots: &[Located]) -> Option<usize> {
    let failed: Vec<&FacetChange> =
        failing.spots.iter().map(|spot| &spots[*spot].difference.facets[0]).collect();
    let role = |line: &str| Node::read(line).role.to_owned();
    let name = |line: &str| Node::read(line).name.map(|it| format!("\"{it}\""));
    groups.iter().position(|group| {
        group.atoms.iter().any(|atom| {
            let Atom::Line { facet: FacetKind::Aria, removed: Some(old), added: Some(new) } = atom
            else {
                return false;
            };
            let (Some(was), Some(is)) = (name(old), name(new)) else { return false };
            was != is
                && failed.iter().all(|it| {
                    it.expected.contains(&format!("{} {was}", role(old))) && it.actual.contains(&is)
                })
        })
    })
}

/// Which differences a failed step could follow from: those of its scenario, and those of its place.
struct Near<'a> {
    by_scenario: HashMap<&'a str, Vec<usize>>,
    by_place: HashMap<&'a str, Vec<usize>>,
    holders: Vec<Vec<usize>>,
    /// Many fail at one place for one thing; each such place is searched once.
    known: HashMap<(&'a str, Vec<String>), Explained>,
}

/// The first group whose atoms say that the thing is gone, and the first at whose spots it is.
#[derive(Debug, Clone, Copy, Default)]
struct Explained {
    by_atom: Option<usize>,
    by_spot: Option<usize>,
}

impl Explained {
    fn or_earlier(self, other: Self) -> Self {
        let earlier = |a: Option<usize>, b: Option<usize>| a.into_iter().chain(b).min();
        Self {
            by_atom: earlier(self.by_atom, other.by_atom),
            by_spot: earlier(self.by_spot, other.by_spot),
        }
    }
}

impl<'a> Near<'a> {
    fn of(groups: &[Group], spots: &'a [Located]) -> Self {
        let (mut by_scenario, mut by_place): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) =
            (HashMap::new(), HashMap::new());
        for (index, spot) in spots.iter().enumerate().filter(|(_, spot)| !is_failure(spot)) {
            let at = &spot.difference;
            by_scenario.entry(at.scenario.as_str()).or_default().push(index);
            if !at.place.is_empty() {
                by_place.entry(at.place.as_str()).or_default().push(index);
            }
        }
        let holders = holders(groups, spots.len());
        Self { by_scenario, by_place, holders, known: HashMap::new() }
    }

    /// The group that lost, earlier or at the same place, what a failed step looks for. What the
    /// atoms of a group say is gone comes before what merely stood at the same spot.
    fn explains(
        &mut self,
        failing: &Group,
        groups: &[Group],
        spots: &'a [Located],
    ) -> Option<usize> {
        let mut found = Explained::default();
        for failed in failing.spots.iter().map(|spot| &spots[*spot].difference) {
            let names = quoted(&failed.facets[0].expected);
            if names.is_empty() {
                continue;
            }
            let own = self.by_scenario.get(failed.scenario.as_str()).into_iter().flatten();
            let earlier = own.filter(|spot| spots[**spot].difference.step <= failed.step);
            found = found.or_earlier(self.search(earlier, &names, groups, spots));
            let key = (failed.place.as_str(), names);
            let there = if let Some(known) = self.known.get(&key) {
                *known
            } else {
                let same = self.by_place.get(key.0).into_iter().flatten();
                let there = self.search(same, &key.1, groups, spots);
                self.known.insert(key, there);
                there
            };
            found = found.or_earlier(there);
        }
        found.by_atom.or(found.by_spot)
    }

    fn search<'b>(
        &self,
        candidates: impl Iterator<Item = &'b usize>,
        names: &[String],
        groups: &[Group],
        spots: &[Located],
    ) -> Explained {
        let mentions = |line: &str| names.iter().any(|name| line.contains(name));
        let mut found = Explained::default();
        for spot in candidates {
            let holders = &self.holders[*spot];
            let lost = |index: &usize| {
                groups[*index].atoms.iter().any(|atom| match atom {
                    Atom::Line { removed: Some(line), .. } => mentions(line),
                    Atom::Line { removed: None, .. }
                    | Atom::Entry { .. }
                    | Atom::Picture(_)
                    | Atom::Watch(_)
                    | Atom::Failure { .. }
                    | Atom::Product(_) => false,
                })
            };
            let by_atom = holders.iter().copied().find(|index| lost(index));
            let is_gone = || gone(&spots[*spot]).iter().any(|line| mentions(line));
            let by_spot = holders.first().copied().filter(|_| is_gone());
            found = found.or_earlier(Explained { by_atom, by_spot });
        }
        found
    }
}

/// The lines that a difference lost.
fn gone(spot: &Located) -> Vec<String> {
    let facets = spot.difference.facets.iter();
    facets.flat_map(|it| &it.diff).filter(|it| it.tag == DiffTag::Removed).map(text).collect()
}

/// The names in double quotes, with their quotes; empty ones name nothing.
pub(super) fn quoted(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('"').collect();
    let names = parts.iter().enumerate().filter(|(index, _)| index % 2 == 1);
    // An odd number of quotes leaves the last part open.
    let closed = names.filter(|(index, _)| index + 1 < parts.len());
    closed
        .map(|(_, name)| *name)
        .filter(|name| !name.trim().is_empty())
        .map(|it| format!("\"{it}\""))
        .collect()
}

fn join_watches(groups: &mut Vec<Group>, spots: &[Located]) {
    let after = following(spots);
    while let Some((from, into)) = watch_pair(groups, spots, &after) {
        merge(groups, from, into);
    }
}

fn watch_pair(
    groups: &[Group],
    spots: &[Located],
    after: &[Option<usize>],
) -> Option<(usize, usize)> {
    let holders = holders(groups, spots.len());
    for (from, watch) in groups.iter().enumerate() {
        if !watch.spots.iter().any(|spot| is_watch(&spots[*spot])) {
            continue;
        }
        // Beside watches, failures that they explain.
        let only_watch =
            watch.spots.iter().all(|spot| is_watch(&spots[*spot]) || is_failure(&spots[*spot]));
        let followed: BTreeSet<usize> = watch
            .spots
            .iter()
            .filter(|spot| is_watch(&spots[**spot]))
            .filter_map(|spot| after[*spot])
            .collect();
        // Only a group with one of these spots can be shown or explained.
        let touched: BTreeSet<usize> =
            followed.iter().chain(&watch.spots).flat_map(|spot| &holders[*spot]).copied().collect();
        for into in touched.into_iter().filter(|into| *into != from) {
            let other = &groups[into];
            if other.spots.iter().all(|spot| is_watch(&spots[*spot])) {
                continue;
            }
            // Where nothing was compared afterwards nothing could be shown.
            let shown = |spot: &usize| other.spots.contains(spot);
            let all_shown = only_watch
                && watch.is_known == other.is_known
                && followed.iter().any(shown)
                && followed.iter().all(|it| shown(it) || watch.spots.contains(it));
            if all_shown {
                return Some((from, into));
            }
            let symptom = |spot: &usize| {
                is_failure(&spots[*spot])
                    || !spots[*spot].replaced.is_empty()
                    || watch.spots.contains(spot)
            };
            let failed = || other.spots.iter().all(|spot| is_failure(&spots[*spot]));
            let same_age = watch.is_known == other.is_known || failed();
            let explained = same_age
                && other.spots.iter().all(|spot| {
                    symptom(spot) && (followed.contains(spot) || watch.spots.contains(spot))
                });
            if explained {
                return Some((into, from));
            }
        }
    }
    None
}

/// For each spot of a watch, the first difference or failure of the same attempt at or after the
/// step at which it saw something.
fn following(spots: &[Located]) -> Vec<Option<usize>> {
    let mut shown: HashMap<(&str, u32), Vec<usize>> = HashMap::new();
    for (index, spot) in spots.iter().enumerate().filter(|(_, spot)| !is_watch(spot)) {
        let at = &spot.difference;
        shown.entry((&at.scenario, at.attempt)).or_default().push(index);
    }
    let first = |watch: &Located| {
        let seen = &watch.difference;
        let same = shown.get(&(seen.scenario.as_str(), seen.attempt))?.iter().copied();
        let step = |index: &usize| spots[*index].difference.step;
        same.filter(|index| step(index) >= seen.step).min_by_key(step)
    };
    spots.iter().map(|spot| if is_watch(spot) { first(spot) } else { None }).collect()
}
