//! What stands in something that changed too: a row is called by its cells, a dialog came with its
//! buttons.

use std::collections::HashMap;

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;

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
            let inside = around.filter(|it| **it != node);
            found.extend(inside.map(|it| Edge::strong(*it, node, "one stands in the other")));
        }
    }
    found
}
