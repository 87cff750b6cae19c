//! Of things that exclude one another one is chosen: where one is no longer selected, checked or
//! current and another one of its role is, the choice is another.

use std::collections::BTreeMap;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "selection", edges };

/// States that only one of several things has.
const EXCLUSIVE: [&str; 4] = ["selected", "checked", "current", "pressed"];

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut moved: BTreeMap<(String, &str), [Vec<usize>; 2]> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            for (role, state, is) in states(change) {
                moved.entry((role, state)).or_default()[usize::from(is)].push(node);
            }
        }
        let both = moved.into_values().filter(|it| it.iter().all(|it| it.len() == 1));
        found.extend(both.flat_map(|it| star(it.concat(), "the choice is another")));
    }
    found
}

/// The states that a thing got (true) or lost, with its role.
fn states(change: &Change) -> Vec<(String, &'static str, bool)> {
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return Vec::new() };
    if change.facet != Some(FacetKind::Aria) {
        return Vec::new();
    }
    let (was, is) = (Node::read(old), Node::read(new));
    let has = |node: &Node<'_>, state: &str| {
        node.attributes.iter().any(|it| *it == state || it.starts_with(&format!("{state}=")))
    };
    let differ = EXCLUSIVE.iter().filter(|it| has(&was, it) != has(&is, it));
    differ.map(|it| (was.role.to_owned(), *it, has(&is, it))).collect()
}
