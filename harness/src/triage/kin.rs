//! Groups that differ in every word and still have one cause, told by where they stand.
//!
//! - A list that is sorted, filtered or written wrongly shows other rows on each of its pages:
//!   changes inside the same table or list of the same path (whatever its query) are one group.
//! - A style sheet, script, font or picture that did not load changes how pages look: pictures
//!   that changed in a scenario where that happened join it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cause::{Atom, text, without_numbers};
use super::group::Group;
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag};

/// Roles whose content is many of a kind.
const CONTAINERS: [&str; 8] =
    ["table", "grid", "treegrid", "list", "listbox", "tree", "menu", "feed"];

/// Endings of what a page loads to look and work as it should.
const RESOURCES: [&str; 12] = [
    ".css", ".js", ".mjs", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".woff", ".woff2",
    ".ttf",
];

/// A table or list of a path.
type Place = (String, String);

/// Joins the groups that stand in the same table or list, and pictures to what did not load.
pub fn join(groups: &mut Vec<Group>, spots: &[Located]) {
    let containers: Vec<HashMap<String, String>> = spots.iter().map(containers).collect();
    let mut first: BTreeMap<BTreeSet<Place>, usize> = BTreeMap::new();
    for index in 0..groups.len() {
        let places = places(&groups[index], spots, &containers);
        if let Some(places) = places
            && let into = *first.entry(places).or_insert(index)
            && into != index
        {
            move_into(groups, index, into);
        }
    }
    for index in 0..groups.len() {
        if let Some(into) = not_loaded(&groups[index], groups, spots) {
            move_into(groups, index, into);
        }
    }
    groups.retain(|group| !group.spots.is_empty());
}

fn move_into(groups: &mut [Group], from: usize, into: usize) {
    let moved = std::mem::take(&mut groups[from]);
    groups[into].spots.extend(moved.spots);
    groups[into].atoms.extend(moved.atoms);
}

/// The tables and lists that everything of a group stands in; `None` where anything stands elsewhere.
fn places(
    group: &Group,
    spots: &[Located],
    containers: &[HashMap<String, String>],
) -> Option<BTreeSet<Place>> {
    let mut places = BTreeSet::new();
    for atom in &group.atoms {
        let Atom::Line { facet: FacetKind::Aria, removed, added } = atom else { return None };
        let mut found = false;
        for spot in &group.spots {
            for line in removed.iter().chain(added) {
                if let Some(container) = containers[*spot].get(&without_numbers(line)) {
                    let path = &spots[*spot].difference.place;
                    let path = path.split(['?', '#']).next().unwrap_or_default();
                    places.insert((path.to_owned(), container.clone()));
                    found = true;
                }
            }
        }
        if !found {
            return None;
        }
    }
    (!places.is_empty()).then_some(places)
}

/// For each changed line of the aria facet, without its numbers, the table or list around it.
fn containers(spot: &Located) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for change in &spot.difference.facets {
        if change.facet != Some(FacetKind::Aria) {
            continue;
        }
        let mut around: Vec<(usize, String)> = Vec::new();
        for line in &change.diff {
            let indentation = indentation(line);
            let own = text(line);
            if line.tag == DiffTag::Gap {
                continue;
            }
            around.retain(|(outer, _)| *outer < indentation);
            let container = around.iter().find(|(_, line)| is_container(line));
            if let (DiffTag::Added | DiffTag::Removed, Some((_, container))) = (line.tag, container)
            {
                found.insert(without_numbers(&own), without_numbers(container));
            }
            around.push((indentation, own));
        }
    }
    found
}

fn indentation(line: &DiffLine) -> usize {
    let whole: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
    whole.len() - whole.trim_start().len()
}

fn is_container(line: &str) -> bool {
    let role = line.trim_start_matches("- ").split([' ', ':', '"']).next().unwrap_or_default();
    CONTAINERS.contains(&role)
}

/// The group of a resource that did not load in every scenario in which these pictures changed.
fn not_loaded(group: &Group, groups: &[Group], spots: &[Located]) -> Option<usize> {
    let only_pictures =
        !group.atoms.is_empty() && group.atoms.iter().all(|atom| matches!(atom, Atom::Picture(_)));
    if !only_pictures {
        return None;
    }
    let scenarios = |group: &Group| -> BTreeSet<String> {
        group.spots.iter().map(|spot| spots[*spot].difference.scenario.clone()).collect()
    };
    let hit = scenarios(group);
    groups.iter().position(|other| {
        other.atoms.iter().any(names_a_resource) && hit.is_subset(&scenarios(other))
    })
}

fn names_a_resource(atom: &Atom) -> bool {
    let Atom::Watch(line) = atom else { return false };
    let mut words = line.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default().trim_end_matches(':');
    let path = path.split(['?', '#']).next().unwrap_or_default();
    matches!(kind, "bad-status" | "request-failed")
        && RESOURCES.iter().any(|ending| path.ends_with(ending))
}
