//! Lines that stand on both sides, in another order: that is one change however many lines moved.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star, stars};
use crate::cause::node::is_collection;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Thing;

const BECAUSE: &str = "the same stands there in another order";

pub(super) const RULE: Rule = Rule { id: "order", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let (mut found, mut by_kind) = (Vec::new(), Vec::new());
    for spot in 0..evidence.spots.len() {
        let mut by_facet: BTreeMap<FacetKind, Vec<(usize, &Change)>> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            if let Some(facet) = change.facet {
                by_facet.entry(facet).or_default().push((node, change));
            }
        }
        let mut at_once = Vec::new();
        for own in by_facet.into_values() {
            let lists = lists(&own, &moved(&own));
            at_once.extend(lists.first().filter(|_| lists.len() == 1).map(|it| it[0]));
            // Where nothing else changed, the order is the change, as it may be elsewhere.
            let told = own.iter().filter(|it| it.1.thing != Thing::End).count();
            let whole = lists.iter().filter(|it| it.len() == told);
            by_kind.extend(whole.map(|it| (is_reversed(&own), it[0])));
            found.extend(lists.into_iter().flat_map(|it| star(it, BECAUSE)));
        }
        // What is told of a page in several ways is told in the order of the page.
        found.extend(star(at_once, BECAUSE));
    }
    by_kind.extend(evidence.nodes.iter().enumerate().filter_map(|(index, node)| {
        let change = node.change();
        // The elements of XML are its records; columns and fields are no rows.
        let is_order =
            matches!(&change.thing, Thing::Order(it) if it == "records" || it == "elements");
        is_order.then(|| (turns_round(change), index))
    }));
    found.extend(stars(by_kind, BECAUSE));
    found.extend(star(newly_sorted(evidence), "they are sorted by their names"));
    found
}

/// Columns, fields or records that stand in the order of the alphabet now, and did not.
fn newly_sorted(evidence: &Evidence<'_>) -> Vec<usize> {
    const MANY: usize = 4;
    let is_sorted = |text: &Option<String>| {
        text.as_deref().is_some_and(|it| {
            let names: Vec<&str> = it.split(", ").collect();
            names.len() >= MANY && names.is_sorted()
        })
    };
    let nodes = evidence.nodes.iter().enumerate();
    let sorted = nodes.filter(|(_, node)| {
        let change = node.change();
        matches!(change.thing, Thing::Order(_))
            && is_sorted(&change.after)
            && !is_sorted(&change.before)
    });
    sorted.map(|it| it.0).collect()
}

/// Nodes that moved, apart by the lists of a page that they stand in; never an empty part. What went
/// from one list to another is of both, and where something stands in no list, all are one.
fn lists(changes: &[(usize, &Change)], moved: &[usize]) -> Vec<Vec<usize>> {
    let mut found: Vec<(BTreeSet<String>, Vec<usize>)> = Vec::new();
    for (node, change) in changes.iter().filter(|it| moved.contains(&it.0)) {
        let Some(at) = change.around.iter().position(|it| is_collection(it)) else {
            return vec![moved.to_vec()];
        };
        let mut keys: BTreeSet<String> =
            change.before.iter().chain(&change.after).cloned().collect();
        keys.insert(change.around[..=at].join("\n"));
        let (same, mut others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|it| !it.0.is_disjoint(&keys));
        let mut nodes = vec![*node];
        for (own, all) in same {
            keys.extend(own);
            nodes.extend(all);
        }
        others.push((keys, nodes));
        found = others;
    }
    found.into_iter().map(|it| it.1).collect()
}

/// Whether an order that is told in one line is the old one from its end.
fn turns_round(change: &Change) -> bool {
    let side = |it: &Option<String>| -> Vec<String> {
        it.iter().flat_map(|it| it.split(", ")).map(str::to_owned).collect()
    };
    side(&change.before).into_iter().rev().eq(side(&change.after))
}

/// Whether what stands there now is what stood there, from the end.
fn is_reversed(changes: &[(usize, &Change)]) -> bool {
    let side = |lines: fn(&Change) -> (&[u32], &Option<String>)| {
        let mut all: Vec<(u32, &str)> = changes
            .iter()
            .filter_map(|(_, it)| {
                let (numbers, text) = lines(it);
                Some((*numbers.first()?, text.as_deref()?))
            })
            .collect();
        all.sort_unstable();
        all.into_iter().map(|it| it.1).collect::<Vec<&str>>()
    };
    let was = side(|it| (&it.old_lines, &it.before));
    let is = side(|it| (&it.new_lines, &it.after));
    was.iter().rev().eq(is.iter())
}

/// The nodes whose lines all stand on the other side too, in another change.
fn moved(changes: &[(usize, &Change)]) -> Vec<usize> {
    let mut before: BTreeMap<&str, usize> = BTreeMap::new();
    let mut after: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, change) in changes {
        if let Some(line) = &change.before {
            *before.entry(line).or_default() += 1;
        }
        if let Some(line) = &change.after {
            *after.entry(line).or_default() += 1;
        }
    }
    let on_both =
        |line: &String| before.contains_key(line.as_str()) && after.contains_key(line.as_str());
    let is_moved = |change: &Change| {
        change.before.as_ref() != change.after.as_ref()
            && change.before.iter().chain(&change.after).all(on_both)
    };
    changes.iter().filter(|(_, change)| is_moved(change)).map(|it| it.0).collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    fn swapped(facet: FacetKind, one: &str, two: &str) -> FacetChange {
        let line = |was, is| testing::change(Some(facet), Thing::Line, Some(was), Some(is));
        FacetChange { changes: vec![line(one, two), line(two, one)], ..FacetChange::of(facet) }
    }

    fn page(place: &str, facets: Vec<FacetChange>) -> Located {
        testing::located("browse", place, facets)
    }

    #[test]
    fn columns_that_are_sorted_now_are_one_wherever_and_few_or_others_are_not() {
        let told = |(was, is): (&str, &str)| {
            let thing = Thing::Order("columns".to_owned());
            let change = testing::change(Some(FacetKind::Stdout), thing, Some(was), Some(is));
            let facet = FacetChange { changes: vec![change], ..FacetChange::of(FacetKind::Stdout) };
            testing::located("list", "shopctl list", vec![facet])
        };
        let of = |other| {
            let first = told(("ring, age, note, hour", "age, hour, note, ring"));
            joined(edges, &[first, told(other)]).len()
        };
        assert_eq!(of(("name, id, open, keeper", "id, keeper, name, open")), 1);
        assert_eq!(of(("name, id, open, keeper", "id, name, open, keeper")), 0);
        assert_eq!(of(("name, id, open", "id, name, open")), 0, "three may be so by chance");
        assert_eq!(of(("a, b, c, d", "a, b, c, e")), 0, "they were sorted before");
    }

    #[test]
    fn records_and_elements_in_another_order_are_one_and_columns_are_another() {
        let of = |what: &str| {
            let told = |command: &str, what: &str| {
                let thing = Thing::Order(what.to_owned());
                let (was, is) = (Some("pen, cup, hat"), Some("cup, pen, hat"));
                let change = testing::change(Some(FacetKind::Stdout), thing, was, is);
                let facet =
                    FacetChange { changes: vec![change], ..FacetChange::of(FacetKind::Stdout) };
                testing::located("list", command, vec![facet])
            };
            let json = told("list --json", "records");
            let mut other = told("list --xml", what);
            other.difference.facets[0].changes[0].before = Some("pen, hat, cup".to_owned());
            // What is in an order by itself is one of several changes there.
            other.difference.facets[0].changes.push(testing::change(
                Some(FacetKind::Stdout),
                Thing::Line,
                Some("a"),
                Some("b"),
            ));
            joined(edges, &[json, other]).len()
        };
        assert_eq!((of("elements"), of("columns")), (1, 0));
    }

    #[test]
    fn items_that_moved_in_one_list_or_to_another_are_one_and_those_of_two_lists_are_two() {
        let of = |all: [(&str, &str, &str); 2]| {
            let item = |(text, was, is): (&str, &str, &str)| {
                let line = format!("- listitem: {text}");
                let one = |before: Option<&str>, after: Option<&str>, list: &str| {
                    let aria = Some(FacetKind::Aria);
                    let mut change = testing::change(aria, Thing::Line, before, after);
                    change.around = vec!["- main:".to_owned(), format!("- list \"{list}\":")];
                    change
                };
                [one(Some(&line), None, was), one(None, Some(&line), is)]
            };
            let changes = all.into_iter().flat_map(item).collect();
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[page("/board", facets)]).len()
        };
        let lamps = ("Lamps", "Way", "Way");
        assert_eq!(of([lamps, ("Cups", "Way", "Way")]), 3);
        assert_eq!(of([lamps, ("Order 7", "Packed", "Way")]), 3);
        assert_eq!(of([lamps, ("Order 7", "Packed", "To pack")]), 2, "each is one");
    }

    #[test]
    fn what_a_page_tells_in_two_ways_is_in_one_order_and_what_only_changed_is_in_none() {
        let tree = || swapped(FacetKind::Aria, "- link \"Cup\"", "- link \"Pen\"");
        // Beside another change, so that the order is not all that changed.
        let links = || {
            let mut links = swapped(FacetKind::Links, "link \"Cup\": /c", "link \"Pen\": /p");
            let (was, is) = (Some("link \"Hat\": /h"), Some("link \"Hat\": /hat"));
            links.changes.push(testing::change(Some(FacetKind::Links), Thing::Line, was, is));
            links
        };
        let across = |spots: &[Located]| {
            let of_both = |it: &(String, String)| it.0.starts_with("- ") != it.1.starts_with("- ");
            joined(edges, spots).iter().any(of_both)
        };
        assert!(across(&[page("/", vec![tree(), links()])]));
        let edited = FacetChange {
            changes: vec![testing::change(
                Some(FacetKind::Links),
                Thing::Line,
                Some("link \"Cup\": /c"),
                Some("link \"Cup\": /d"),
            )],
            ..FacetChange::of(FacetKind::Links)
        };
        assert!(!across(&[page("/", vec![tree(), edited])]), "no link moved");
    }
}
