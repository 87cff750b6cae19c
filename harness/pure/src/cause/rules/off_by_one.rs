//! Numbers that are all one more, or all one less, than they were: where one page or one command
//! counts wrongly it does so everywhere, in each format that it prints and file that it writes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::node::kind_of;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::{TELLING, WHOLE, differing, replaced};
use crate::model::thing::Node;

const BECAUSE: &str = "they are off by the same one";
const BECAUSE_SAME: &str = "all numbers there are off by the same";

pub(super) const RULE: Rule = Rule { id: "off-by-one", edges };

/// As many numbers of one page, or of one name, are not off by the same one by chance.
const MANY: usize = 3;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut by_place: BTreeMap<(String, bool, String), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for sighting in &node.sightings {
            let Some(more) = more(sighting.change) else { continue };
            let called = kind_of(&evidence.called(sighting.spot));
            for name in names(&called, sighting.change) {
                by_place.entry((called.clone(), more, name)).or_default().insert(index);
            }
        }
    }
    let many = by_place.into_values().filter(|it| it.len() >= MANY);
    let alike = by_words(evidence).into_iter().chain(of_whole(evidence));
    many.flat_map(|it| star(it, BECAUSE)).chain(alike).collect()
}

/// The same words around the number, whatever the page; on one page, twice is enough.
fn by_words(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found: BTreeMap<(bool, String), BTreeSet<usize>> = BTreeMap::new();
    let mut on_page: BTreeMap<(bool, String, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let (Some(more), Some(line)) = (more(change), change.before.as_deref()) else { continue };
        let in_tree = change.facet == Some(FacetKind::Aria);
        let words = if in_tree { Node::read(line).words() } else { Some(line) };
        let letters = |it: &str| it.chars().filter(|it| it.is_alphabetic()).count();
        let named = |it: &str| it.split_whitespace().filter(|it| letters(it) > 1).count();
        if let Some(words) = words.filter(|it| letters(it) >= TELLING || named(it) > 1) {
            let words = without_numbers(words);
            found.entry((more, words.clone())).or_default().insert(index);
            let path = evidence.path(node.sightings[0].spot);
            if path.starts_with('/') {
                on_page.entry((more, words, path)).or_default().insert(index);
            }
        }
    }
    let many = found.into_values().filter(|it| it.len() >= MANY);
    many.chain(on_page.into_values()).flat_map(|it| star(it, BECAUSE)).collect()
}

/// By what a number is one with others: on a page it is the page; a command prints and writes many
/// things, so it is what stands near the number.
fn names(called: &str, change: &Change) -> BTreeSet<String> {
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return BTreeSet::new() };
    if called.starts_with('/') {
        return BTreeSet::from([String::new()]);
    }
    let near = replaced(old, new).into_iter().flat_map(|it| it.near);
    near.map(str::to_lowercase).collect()
}

/// Where every change of a facet is off by as much: a list that is numbered wrongly, a value and what
/// is counted with it.
fn of_whole(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut by_facet: BTreeMap<FacetKind, Vec<(usize, Option<i64>)>> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            if let Some(facet) = change.facet {
                by_facet.entry(facet).or_default().push((node, by(change)));
            }
        }
        let same = by_facet
            .into_values()
            .filter(|it| it[0].1.is_some() && it.iter().all(|other| other.1 == it[0].1));
        found.extend(same.flat_map(|it| star(it.into_iter().map(|it| it.0), BECAUSE_SAME)));
    }
    found
}

/// Whether the only number that differs is one more (true) or one less.
fn more(change: &Change) -> Option<bool> {
    by(change).filter(|it| it.abs() == WHOLE).map(|it| it > 0)
}

/// By how much the only number differs that differs, in hundredths.
fn by(change: &Change) -> Option<i64> {
    let seen = matches!(
        change.facet,
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Stdout | FacetKind::Files)
    );
    let (was, is) = differing(change).filter(|_| seen)?;
    Some(i64::try_from(is).ok()? - i64::try_from(was).ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn where_all_numbers_of_an_output_are_off_by_as_much_they_are_one() {
        let of = |second: (&str, &str)| {
            let line = |(was, is): (&str, &str)| {
                testing::change(Some(FacetKind::Stdout), Thing::Line, Some(was), Some(is))
            };
            let changes = vec![line(("comment: 18", "comment: 21")), line(second)];
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
            joined(of_whole, &[testing::located("count", "count src", facets)]).len()
        };
        assert_eq!(of(("lines: 83", "lines: 86")), 1);
        assert_eq!(of(("lines: 86", "lines: 83")), 0, "that is less");
        assert_eq!(of(("lines: 83", "lines: 87")), 0);
        assert_eq!(of(("three lines", "four lines")), 0, "there something else changed");
    }

    #[test]
    fn the_same_words_are_one_on_whichever_page_and_other_words_are_not() {
        let of = |lines: [(&str, &str, &str); 3]| {
            let spot = |(place, was, is): (&str, &str, &str)| {
                let change =
                    testing::change(Some(FacetKind::Text), Thing::Line, Some(was), Some(is));
                let facets =
                    vec![FacetChange { changes: vec![change], ..FacetChange::of(FacetKind::Text) }];
                testing::located("browse", place, facets)
            };
            joined(by_words, &lines.map(spot)).len()
        };
        let files = ("/files", "1..2 out of 2", "1..3 out of 2");
        let notes = ("/notes", "1..7 out of 7", "1..8 out of 7");
        assert_eq!(of([files, notes, ("/all", "5..9 out of 9", "5..10 out of 9")]), 2);
        assert_eq!(of([files, notes, ("/all", "5..9 seen of 9", "5..10 seen of 9")]), 0);
        assert_eq!(of([files, notes, ("/all", "5..9 out of 9", "5..8 out of 9")]), 0, "less");
        assert_eq!(of([("/a", "1 of 2", "2 of 2"), ("/b", "3 of 4", "4 of 4"), notes]), 0);
        let filtered = ("/notes?by=day", "1..4 out of 4", "1..5 out of 4");
        assert_eq!(of([notes, filtered, ("/b", "3 of 4", "4 of 4")]), 1, "that is one page");
    }
}
