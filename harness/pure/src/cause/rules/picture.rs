//! What a picture shows otherwise, and what else changed of the same things: the thing in the tree,
//! other regions of the page that look different for the same reason, the file that the picture is of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::node::{collection, quoted_name};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "picture", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for node in 0..evidence.nodes.len() {
        if evidence.nodes[node].facet() == Some(FacetKind::Image) {
            found.extend(shown(evidence, node));
        }
    }
    found.extend(one_look(evidence));
    found.extend(of_files(evidence));
    found
}

/// Roles of what stands in a table or list.
const LISTED: [&str; 12] = [
    "cell",
    "row",
    "listitem",
    "option",
    "columnheader",
    "rowheader",
    "gridcell",
    "text",
    "link",
    "img",
    "strong",
    "paragraph",
];

fn names(change: &Change) -> &[String] {
    match &change.thing {
        Thing::Region(names) => names,
        _ => &[],
    }
}

/// Whether a region is called by something that changed in the tree, or holds it, or stands in it.
fn is_of(region: &Change, other: &Change) -> bool {
    let lines = || other.before.iter().chain(&other.after).chain(&other.around);
    // An item of a list that is another list now may be called by anything.
    let in_list = collection(other).is_some();
    names(region).iter().any(|name| {
        let thing = quoted_name(name).map_or(name.as_str(), |it| it.trim_matches('"'));
        let is_item = LISTED.iter().any(|role| name.starts_with(role));
        (in_list && is_item)
            || lines().any(|line| {
                let own = line.trim_start_matches("- ").trim_end_matches(':');
                own.contains(thing) || name == own
            })
    })
}

/// What changed in the tree where a region looks different.
fn shown(evidence: &Evidence<'_>, node: usize) -> Vec<Edge> {
    const BECAUSE: &str = "the picture shows it";
    let mut found = Vec::new();
    for sighting in &evidence.nodes[node].sightings {
        let near = evidence.seen_at(sighting.spot);
        let tree: Vec<(usize, &Change)> =
            near.filter(|it| it.1.facet != Some(FacetKind::Image)).collect();
        let own: Vec<usize> =
            tree.iter().filter(|it| is_of(sighting.change, it.1)).map(|it| it.0).collect();
        let seen: Vec<usize> = tree
            .iter()
            .filter(|it| it.1.facet.is_some_and(FacetKind::is_visible))
            .map(|it| it.0)
            .collect();
        // Where only one thing changed, it is what the picture shows.
        let one = if own.is_empty() && seen.len() == 1 { seen } else { own };
        found.extend(one.into_iter().map(|it| Edge::strong(it, node, BECAUSE)));
    }
    found
}

/// Regions of one page that nothing in the tree tells: they have one look.
fn one_look(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut by_view: BTreeMap<(&str, u32, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let is_alone = node.facet() == Some(FacetKind::Image)
            && evidence.only_where(index, |spot| {
                evidence.spots[spot].difference.place.starts_with('/')
                    && evidence.seen_at(spot).all(|it| it.1.facet == Some(FacetKind::Image))
            });
        for spot in node.spots().filter(|_| is_alone) {
            let at = &evidence.spots[spot].difference;
            by_view.entry((&at.scenario, at.attempt, &at.place)).or_default().insert(index);
        }
    }
    by_view.into_values().flat_map(|it| star(it, "they are how one page looks")).collect()
}

/// Pictures of files follow what else changed in the files of the same step, and one another.
fn of_files(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut by_step: BTreeMap<(&str, u32, u32), BTreeSet<usize>> = BTreeMap::new();
    let mut pictured: BTreeSet<(&str, u32, u32)> = BTreeSet::new();
    for (spot, located) in evidence.spots.iter().enumerate() {
        let at = &located.difference;
        let is_page =
            at.place.starts_with('/') || evidence.is_failure(spot) || evidence.is_watch(spot);
        if is_page {
            continue;
        }
        let moment = (at.scenario.as_str(), at.attempt, at.step);
        for (node, change) in evidence.seen_at(spot) {
            match change.facet {
                Some(FacetKind::Image) => {
                    pictured.insert(moment);
                }
                Some(FacetKind::Files) => {}
                _ => continue,
            }
            by_step.entry(moment).or_default().insert(node);
        }
    }
    let own = by_step.into_iter().filter(|it| pictured.contains(&it.0));
    own.flat_map(|it| star(it.1, "a picture shows the file")).collect()
}
