//! What a command writes and what is read of it later: a file that no baseline of a step knows is
//! one thing whatever each step makes of it, and what a later step of the scenario reads of a file
//! changes by the same words. What a program prints otherwise and a file that is no longer
//! well-formed are one where the same line came in both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::comparison::Located;
use crate::model::edit::TELLING;
use crate::model::filetext::name;
use crate::model::finding::{DiffLine, DiffTag};

pub(super) const RULE: Rule = Rule { id: "file", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = in_one_file(evidence);
    found.extend(written(evidence));
    found.extend(headers(evidence));
    found.extend(shifted(evidence));
    found.extend(broken(evidence));
    found
}

/// A line of a file whose format nobody can read any more, and the edit of what a program prints
/// that made the same line: the file had no lines before that could tell of the edit.
fn broken(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut edits: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        if let (Some(FacetKind::Stdout), Some(old), Some(new)) =
            (change.facet, &change.before, &change.after)
            && without_numbers(old) != without_numbers(new)
            && new.chars().filter(|it| it.is_alphabetic()).count() >= TELLING
        {
            edits.entry(without_numbers(new)).or_default().push(index);
        }
    }
    if edits.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let files = || evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Files));
        let is_broken = |it: &str| it.contains(", no well-formed ");
        if !files().any(|it| it.1.after.as_deref().is_some_and(is_broken)) {
            continue;
        }
        for (node, change) in files().filter(|it| it.1.before.is_none()) {
            let line = change.after.as_deref().unwrap_or_default();
            let same = edits.get(&without_numbers(line)).into_iter().flatten();
            found.extend(same.map(|it| Edge::strong(*it, node, "the same line is written there")));
        }
    }
    found
}

/// A list in a JSON file: what it stands in, and its pointer.
type List<'a> = (&'a [String], String);

/// Where items of a list in a JSON file stand at other positions, what else changed in that list
/// moved them.
fn shifted(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut lists: BTreeMap<List<'_>, Vec<(usize, &Change)>> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            let line = change.before.as_deref().or(change.after.as_deref()).unwrap_or_default();
            if change.facet == Some(FacetKind::Files)
                && let Some((list, _)) = item(line)
            {
                lists.entry((&change.around, list)).or_default().push((node, change));
            }
        }
        for own in lists.into_values() {
            let only = |side: fn(&Change) -> (&Option<String>, &Option<String>)| {
                let lines = own.iter().filter_map(move |it| match side(it.1) {
                    (Some(line), None) => item(line).map(|it| it.1),
                    _ => None,
                });
                lines.collect::<BTreeSet<String>>()
            };
            let gone = only(|it| (&it.before, &it.after));
            let came = only(|it| (&it.after, &it.before));
            if gone.is_disjoint(&came) {
                continue;
            }
            let moved = |it: &Change| {
                let line = it.before.as_deref().xor(it.after.as_deref()).and_then(item);
                line.is_some_and(|(_, said)| gone.contains(&said) && came.contains(&said))
            };
            let (moved, changed): (Vec<_>, Vec<_>) = own.iter().partition(|it| moved(it.1));
            let because = "items of one list stand elsewhere";
            let caused = |moved: usize| {
                changed
                    .iter()
                    .map(move |it: &&(usize, &Change)| Edge::follows(it.0, moved, because))
            };
            found.extend(moved.iter().flat_map(|it| caused(it.0)));
            if changed.is_empty() {
                found.extend(star(moved.iter().map(|it| it.0), because));
            }
        }
    }
    found
}

/// The list that a JSON value of a file stands in, by its pointer, and what is said of the item:
/// `/a/2/b: 3` is `/b: 3` in `/a`.
fn item(line: &str) -> Option<(String, String)> {
    let (pointer, value) = line.split_once(": ").filter(|it| it.0.starts_with('/'))?;
    let segments: Vec<&str> = pointer.split('/').collect();
    let is_index = |it: &&str| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit());
    let at = segments.iter().position(is_index)?;
    Some((segments[..at].join("/"), format!("/{}: {value}", segments[at + 1..].join("/"))))
}

/// What is said of a file as a whole, how many rows it has or how large it is, follows from what
/// changed in it.
fn headers(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let files = || evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Files));
        let is_header = |it: &Change| {
            let line = it.before.as_deref().or(it.after.as_deref()).unwrap_or_default();
            it.around.len() == 1 && it.around[0] == name(line)
        };
        for (header, said) in files().filter(|it| is_header(it.1) && is_paired(it.1)) {
            let inside = files().filter(|(node, it)| {
                *node != header && it.around.first() == said.around.first() && !is_header(it)
            });
            found.extend(inside.map(|it| Edge::follows(it.0, header, "it is said of the file")));
        }
    }
    found
}

fn is_paired(change: &Change) -> bool {
    change.before.is_some() && change.after.is_some()
}

/// What stands in one file that is new at every step that has it: created by one, it is changed by
/// the next.
fn in_one_file(evidence: &Evidence<'_>) -> Vec<Edge> {
    let new: Vec<HashMap<String, BTreeSet<String>>> =
        evidence.spots.iter().map(in_new_files).collect();
    let none = BTreeSet::new();
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        if node.facet() != Some(FacetKind::Files) || node.change().before.is_some() {
            continue;
        }
        let line = node.change().after.as_deref().unwrap_or_default();
        let files: BTreeSet<&BTreeSet<String>> =
            node.spots().map(|spot| new[spot].get(line).unwrap_or(&none)).collect();
        let one = files.first().filter(|it| files.len() == 1 && it.len() == 1);
        if let Some(file) = one.and_then(|it| it.first()) {
            by_file.entry(file.clone()).or_default().push(index);
        }
    }
    by_file.into_values().flat_map(|it| star(it, "they stand in one new file")).collect()
}

/// The lines of files that a step made or met and its baseline lacks, each with these files.
fn in_new_files(spot: &Located) -> HashMap<String, BTreeSet<String>> {
    let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
    let files = spot.difference.facets.iter().filter(|it| it.facet == Some(FacetKind::Files));
    for change in files {
        // A file is a header at the left edge, and what is indented below it.
        let is_header = |line: &DiffLine| !line.text().starts_with(' ');
        let headers = change.diff.iter().filter(|it| it.tag != DiffTag::Gap && is_header(it));
        let known: BTreeSet<String> = headers
            .filter(|it| it.tag != DiffTag::Added)
            .map(|it| name(it.text().trim()))
            .collect();
        let mut file = None;
        for line in &change.diff {
            if line.tag == DiffTag::Gap {
                file = None;
            } else if is_header(line) {
                file = Some(name(line.text().trim())).filter(|it| !known.contains(it));
            }
            if let (DiffTag::Added, Some(file)) = (line.tag, &file) {
                found.entry(line.text().trim().to_owned()).or_default().insert(file.clone());
            }
        }
    }
    found
}

/// The words that went and those that came, with how often.
type Bags = BTreeMap<String, i64>;

/// What a step shows and what an earlier step of the scenario wrote, where both lost and got the
/// same words.
fn written(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for own in evidence.attempts.values() {
        let bags_of = |spot: usize, kind: FacetKind| {
            let facets = &evidence.spots[spot].difference.facets;
            facets.iter().find(|it| it.facet == Some(kind)).and_then(|it| bags(&it.diff))
        };
        let wrote: Vec<(usize, Bags)> = own
            .iter()
            .filter_map(|spot| Some((*spot, bags_of(*spot, FacetKind::Files)?)))
            .collect();
        if wrote.is_empty() {
            continue;
        }
        for spot in own {
            for kind in [FacetKind::Stdout, FacetKind::Aria, FacetKind::Text] {
                let Some(read) = bags_of(*spot, kind) else { continue };
                let earlier = wrote.iter().filter(|(before, bags)| {
                    evidence.step(*before) < evidence.step(*spot) && *bags == read
                });
                let at = |spot: usize, kind: FacetKind| {
                    evidence.seen_at(spot).filter(move |it| it.1.facet == Some(kind)).map(|it| it.0)
                };
                let both = earlier.flat_map(|it| {
                    star(
                        at(it.0, FacetKind::Files).chain(at(*spot, kind)),
                        "one reads what the other wrote",
                    )
                });
                found.extend(both);
            }
        }
    }
    found
}

/// The words by which the two sides of a change differ; `None` where they say too little.
fn bags(diff: &[DiffLine]) -> Option<Bags> {
    let mut bags = Bags::new();
    for line in diff {
        let by = match line.tag {
            DiffTag::Added => 1,
            DiffTag::Removed => -1,
            DiffTag::Same | DiffTag::Gap => continue,
        };
        let own = line.text();
        for word in own.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
            *bags.entry(word.to_owned()).or_default() += by;
        }
    }
    bags.retain(|_, times| *times != 0);
    let letters: usize =
        bags.keys().map(|it| it.chars().filter(|it| it.is_alphabetic()).count()).sum();
    (letters >= TELLING).then_some(bags)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn a_file_that_is_not_well_formed_any_more_has_the_line_that_a_program_prints_otherwise() {
        let of = |header: &str, line: &str, was: &str| {
            let spot = |place: &str, facet: FacetKind, sides: &[(Option<&str>, &str)]| {
                let change = |(was, is): &(Option<&str>, &str)| {
                    testing::change(Some(facet), Thing::Line, *was, Some(*is))
                };
                let changes = sides.iter().map(change).collect();
                let of = FacetChange { changes, ..FacetChange::of(facet) };
                testing::located(place, place, vec![of])
            };
            let printed = [(Some(was), "\"nFiles\": 16, } }")];
            let printed = spot("cloc --json src", FacetKind::Stdout, &printed);
            let wrote = [(None, header), (None, line)];
            joined(broken, &[printed, spot("cloc --out", FacetKind::Files, &wrote)]).len()
        };
        let bad = "created counts.json [text, no well-formed JSON]";
        let (line, was) = ("\"nFiles\": 4, } }", "\"nFiles\": 16} }");
        assert_eq!(of(bad, line, was), 1);
        assert_eq!(of("created counts.txt [text]", line, was), 0, "nobody says what it should be");
        assert_eq!(of(bad, "\"nFiles\": 4} }", was), 0, "that is another line");
        assert_eq!(of(bad, line, "\"nFiles\": 15, } }"), 0, "only the number is another");
    }
}
