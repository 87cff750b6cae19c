//! What stands in something that changed too: a row is called by its cells, a dialog came with its
//! buttons.

use std::collections::HashMap;

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;

pub(super) const RULE: Rule = Rule { id: "nested", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let tree = || evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
        let mut changed: HashMap<&str, usize> = HashMap::new();
        for (node, change) in tree() {
            for line in change.before.iter().chain(&change.after) {
                changed.entry(line.as_str()).or_insert(node);
            }
        }
        for (node, change) in tree() {
            let around = change.around.iter().filter_map(|it| changed.get(it.as_str()));
            for outer in around.copied().filter(|it| *it != node) {
                found.push(edge(evidence.nodes[outer].change(), outer, (change, node)));
            }
        }
    }
    found
}

/// What is called by what stands in it follows from it; what came or went did so with all of it.
fn edge(outer: &Change, at: usize, (inner, node): (&Change, usize)) -> Edge {
    const BECAUSE: &str = "one stands in the other";
    let side = |it: &Change| (it.before.is_some(), it.after.is_some());
    if side(outer) == side(inner) && side(outer) != (true, true) {
        return Edge::strong(at, node, BECAUSE);
    }
    Edge::follows(node, at, BECAUSE)
}
