//! Groups that differ in every word and still have one cause, told by where they stand.
//!
//! - A list that is sorted, filtered or written wrongly shows other rows on each of its pages:
//!   changes inside the same table or list of the same path (whatever its query) are one group.
//! - The same edit of different things is one change, see [`super::edits`].
//! - Text that is read in another encoding than it was written in is garbled everywhere for one cause.
//! - What hits nearly the same many pages comes from what they share: a header, a navigation.
//! - A file that no baseline of a step knows is one thing, whatever each step makes of it.
//! - What hinders people and the change of the same thing on the same page are one change.
//! - A command that is no longer in the list of commands and fails as unknown is gone once.
//! - What a command writes into a file and what a later step of the scenario reads of it change by
//!   the same words.
//! - What only pictures of one page show, where the same thing on it looks different, is one new look.
//! - A style sheet, script, font or picture that did not load changes how pages look: pictures
//!   that changed in a scenario where that happened join it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cause::{Atom, exact_text, text, without_numbers};
use super::edits::{self, is_echo};
use super::follow::tells;
use super::garbled::is_garbled;
use super::group::Group;
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::filetext::name;
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
    let mut first: BTreeMap<(BTreeSet<Place>, bool), usize> = BTreeMap::new();
    for index in 0..groups.len() {
        let places = places(&groups[index], spots, &containers);
        if let Some(places) = places
            && let into = *first.entry((places, groups[index].is_known)).or_insert(index)
            && into != index
        {
            move_into(groups, index, into);
        }
    }
    edits::join(groups);
    join_garbled(groups);
    join_everywhere(groups, spots);
    join_new_files(groups, spots);
    join_hindrances(groups, spots);
    join_lost_commands(groups, spots);
    join_written(groups, spots);
    for index in 0..groups.len() {
        if let Some(into) = not_loaded(&groups[index], groups, spots) {
            move_into(groups, index, into);
        }
    }
    groups.retain(|group| !group.spots.is_empty());
}

/// Joins what was read in another encoding, wherever it stands.
fn join_garbled(groups: &mut [Group]) {
    let mut first: [Option<usize>; 2] = [None, None];
    for index in 0..groups.len() {
        let mut own = groups[index].atoms.iter().filter(|it| !is_echo(it)).peekable();
        if own.peek().is_some() && own.all(is_garbled) {
            let into = *first[usize::from(groups[index].is_known)].get_or_insert(index);
            if into != index {
                move_into(groups, index, into);
            }
        }
    }
}

/// Pages from which on what hits nearly all the same ones has one cause.
const MANY: usize = 5;

/// Joins groups of pages that hit nearly the same many pages.
fn join_everywhere(groups: &mut [Group], spots: &[Located]) {
    let pages = |group: &Group| -> BTreeSet<String> {
        let places = group.spots.iter().map(|spot| spots[*spot].difference.place.as_str());
        places.filter(|it| it.starts_with('/')).map(str::to_owned).collect()
    };
    let of_trees = |group: &Group| {
        group.atoms.iter().all(|it| matches!(it, Atom::Line { facet: FacetKind::Aria, .. }))
    };
    let mut wide: Vec<(usize, BTreeSet<String>)> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| of_trees(group))
        .map(|(index, group)| (index, pages(group)))
        .filter(|(_, pages)| pages.len() >= MANY)
        .collect();
    wide.sort_by_key(|(index, pages)| (std::cmp::Reverse(pages.len()), *index));
    while let Some((into, own)) = wide.first().cloned() {
        wide.remove(0);
        wide.retain(|(from, other)| {
            let shared = own.intersection(other).count();
            let all = own.union(other).count();
            let near = shared * 4 >= all * 3 && groups[*from].is_known == groups[into].is_known;
            if near {
                move_into(groups, *from, into);
            }
            !near
        });
    }
}

/// Joins what stands in one file that is new at every step that has it: created by one, it is
/// changed by the next.
fn join_new_files(groups: &mut [Group], spots: &[Located]) {
    let new: Vec<HashMap<String, BTreeSet<String>>> = spots.iter().map(in_new_files).collect();
    let none = BTreeSet::new();
    let mut first: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for index in 0..groups.len() {
        let group = &groups[index];
        let files: BTreeSet<&BTreeSet<String>> = group
            .atoms
            .iter()
            .flat_map(|atom| group.spots.iter().map(move |spot| (atom, spot)))
            .map(|(atom, spot)| match atom {
                Atom::Line { facet: FacetKind::Files, removed: None, added: Some(line) } => {
                    new[*spot].get(line).unwrap_or(&none)
                }
                _ => &none,
            })
            .collect();
        let one = files.first().filter(|it| files.len() == 1 && it.len() == 1);
        if let Some(file) = one.and_then(|it| it.first())
            && let into = *first.entry((file.clone(), group.is_known)).or_insert(index)
            && into != index
        {
            move_into(groups, index, into);
        }
    }
}

/// Joins what hinders people to the change of the same thing on the same page: not every checkpoint
/// compares both.
fn join_hindrances(groups: &mut [Group], spots: &[Located]) {
    let places = |group: &Group| -> BTreeSet<&str> {
        group.spots.iter().map(|spot| spots[*spot].difference.place.as_str()).collect()
    };
    let is_about = |group: &Group, said: &str| {
        group.atoms.iter().any(|atom| match atom.sides() {
            Some((FacetKind::Fields | FacetKind::Aria, was, is)) => {
                was.into_iter().chain(is).any(|node| tells(node, said))
            }
            _ => false,
        })
    };
    for from in 0..groups.len() {
        let said: Option<Vec<&str>> = groups[from]
            .atoms
            .iter()
            .map(|atom| match atom.sides() {
                Some((FacetKind::A11y, None, added)) => added,
                _ => None,
            })
            .collect();
        let Some(said) = said.filter(|it| !it.is_empty()) else { continue };
        let own = places(&groups[from]);
        let into = groups.iter().position(|other| {
            other.is_known == groups[from].is_known
                && !places(other).is_disjoint(&own)
                && said.iter().all(|it| is_about(other, it))
        });
        if let Some(into) = into.filter(|into| *into != from) {
            move_into(groups, from, into);
        }
    }
}

/// Joins commands that fail because a word of theirs is not known to the list that lost that word.
fn join_lost_commands(groups: &mut [Group], spots: &[Located]) {
    let lost = |group: &Group| -> Vec<String> {
        let entry = |atom: &Atom| match atom {
            Atom::Entry { name, removed: Some(_), added: None, .. } => Some(name.clone()),
            _ => None,
        };
        group.atoms.iter().filter_map(entry).collect()
    };
    for from in 0..groups.len() {
        let group = &groups[from];
        let complains = |word: &str| {
            group.atoms.iter().any(|atom| match atom {
                Atom::Line { facet: FacetKind::Stderr, added: Some(line), .. } => {
                    ['\'', '"', '`'].iter().any(|it| line.contains(&format!("{it}{word}{it}")))
                }
                _ => false,
            })
        };
        let says = |word: &String| {
            let mut places = group.spots.iter().map(|spot| &spots[*spot].difference.place);
            complains(word) && places.all(|it| it.split_whitespace().any(|it| it == word))
        };
        let into = groups
            .iter()
            .position(|other| other.is_known == group.is_known && lost(other).iter().any(says));
        if let Some(into) = into.filter(|into| *into != from) {
            move_into(groups, from, into);
        }
    }
}

/// The lines of files that a step made or met and its baseline lacks, each with these files.
fn in_new_files(spot: &Located) -> HashMap<String, BTreeSet<String>> {
    let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
    let files = spot.difference.facets.iter().filter(|it| it.facet == Some(FacetKind::Files));
    for change in files {
        // A file is a header at the left edge, and what is indented below it.
        let is_header = |line: &DiffLine| !exact_text(line).starts_with(' ');
        let headers = change.diff.iter().filter(|it| it.tag != DiffTag::Gap && is_header(it));
        let known: BTreeSet<String> =
            headers.filter(|it| it.tag != DiffTag::Added).map(|it| name(&text(it))).collect();
        let mut file = None;
        for line in &change.diff {
            if line.tag == DiffTag::Gap {
                file = None;
            } else if is_header(line) {
                file = Some(name(&text(line))).filter(|it| !known.contains(it));
            }
            if let (DiffTag::Added, Some(file)) = (line.tag, &file) {
                found.entry(text(line)).or_default().insert(file.clone());
            }
        }
    }
    found
}

/// Joins what a step shows to what an earlier step of the scenario wrote, where both lost and got the
/// same words.
fn join_written(groups: &mut [Group], spots: &[Located]) {
    let is_of = |spot: usize, kind: FacetKind| {
        spots[spot].difference.facets.iter().find(|it| it.facet == Some(kind))
    };
    let written: Vec<Option<Bags>> = (0..spots.len())
        .map(|it| is_of(it, FacetKind::Files).and_then(|it| bags(&it.diff)))
        .collect();
    let only = |group: &Group| {
        let kinds: BTreeSet<_> = group.atoms.iter().map(|it| it.sides().map(|it| it.0)).collect();
        if kinds.len() == 1 { kinds.first().copied().flatten() } else { None }
    };
    for from in 0..groups.len() {
        let Some(kind @ (FacetKind::Stdout | FacetKind::Aria | FacetKind::Text)) =
            only(&groups[from])
        else {
            continue;
        };
        let read = |spot: &usize| is_of(*spot, kind).and_then(|it| bags(&it.diff));
        let Some(read) = groups[from].spots.iter().map(read).collect::<Option<Vec<Bags>>>() else {
            continue;
        };
        let into = groups.iter().position(|other| {
            let wrote =
                only(other) == Some(FacetKind::Files) && other.is_known == groups[from].is_known;
            wrote
                && groups[from].spots.iter().zip(&read).all(|(spot, read)| {
                    let at = &spots[*spot].difference;
                    other.spots.iter().any(|earlier| {
                        let before = &spots[*earlier].difference;
                        (&before.scenario, before.attempt) == (&at.scenario, at.attempt)
                            && before.step < at.step
                            && written[*earlier].as_ref() == Some(read)
                    })
                })
        });
        if let Some(into) = into.filter(|into| *into != from) {
            move_into(groups, from, into);
        }
    }
}

/// The words that went and those that came, with how often.
type Bags = BTreeMap<String, i64>;

/// The words by which the two sides of a change differ; `None` where they say too little.
fn bags(diff: &[DiffLine]) -> Option<Bags> {
    const TELLING: usize = 5;
    let mut bags = Bags::new();
    for line in diff {
        let by = match line.tag {
            DiffTag::Added => 1,
            DiffTag::Removed => -1,
            DiffTag::Same | DiffTag::Gap => continue,
        };
        let own = text(line);
        for word in own.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
            *bags.entry(word.to_owned()).or_default() += by;
        }
    }
    bags.retain(|_, times| *times != 0);
    let letters: usize =
        bags.keys().map(|it| it.chars().filter(|it| it.is_alphabetic()).count()).sum();
    (letters >= TELLING).then_some(bags)
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
