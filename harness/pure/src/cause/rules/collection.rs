//! A list that is sorted, filtered or written wrongly shows other rows: what changed inside of one
//! table or list of a page, where whole items are concerned and not one value in one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::node::{collection, is_echo, is_item};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "collection", edges };

/// Changed values of one list from which on not each of them has a cause of its own.
const MANY: usize = 4;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut held: BTreeMap<(&str, String), BTreeSet<usize>> = BTreeMap::new();
    let mut elsewhere: BTreeSet<usize> = BTreeSet::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        if node.facet() != Some(FacetKind::Aria) {
            continue;
        }
        if node.sightings.iter().all(|it| is_small_edit(it.change)) {
            continue;
        }
        for sighting in &node.sightings {
            match collection(sighting.change) {
                Some(name) => {
                    let path = evidence.path(sighting.spot);
                    held.entry((path, name)).or_default().insert(index);
                }
                None => {
                    elsewhere.insert(index);
                }
            }
        }
    }
    let own = held.into_values().map(|it| &it - &elsewhere);
    own.filter(|it| is_about_items(evidence, it))
        .flat_map(|it| star(it, "they are rows or items of the same list"))
        .collect()
}

/// Whether a text reads nearly as it did: another row would hold another text.
fn is_small_edit(change: &Change) -> bool {
    const TELLING: usize = 5;
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (Node::read(old), Node::read(new));
    let (Some(had), Some(has)) = (was.words(), is.words()) else { return false };
    let letters = |it: &str| it.chars().filter(|it| it.is_alphabetic()).count();
    let head = had.chars().zip(has.chars()).take_while(|(a, b)| a == b).count();
    let tail = had.chars().rev().zip(has.chars().rev()).take_while(|(a, b)| a == b).count();
    let shorter = had.chars().count().min(has.chars().count());
    was.role == is.role && letters(had) >= TELLING && had != has && (head + tail) * 2 >= shorter
}

/// Whether items came, went or are others, and not only a value in one or another of them.
fn is_about_items(evidence: &Evidence<'_>, nodes: &BTreeSet<usize>) -> bool {
    let changes: Vec<&Change> = nodes.iter().map(|it| evidence.nodes[*it].change()).collect();
    let line = |it: &Change| it.before.clone().or_else(|| it.after.clone()).unwrap_or_default();
    let whole = |it: &&&Change| it.before.is_none() != it.after.is_none() && is_item(&line(it));
    let values = changes.iter().filter(|it| !is_echo(&line(it))).count();
    changes.iter().any(|it| whole(&it)) || values >= MANY
}
