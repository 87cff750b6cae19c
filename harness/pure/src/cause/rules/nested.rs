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
        let mut changed: HashMap<&str, Vec<(usize, &Change)>> = HashMap::new();
        for (node, change) in tree() {
            for line in change.before.iter().chain(&change.after) {
                changed.entry(line.as_str()).or_default().push((node, change));
            }
        }
        for (node, change) in tree() {
            let around = change.around.iter().filter_map(|it| changed.get(it.as_str()));
            let outer = around.filter_map(|it| it.iter().find(|it| can_hold(it.1, change)));
            for (at, outer) in outer.filter(|it| it.0 != node) {
                found.push(edge(outer, *at, (change, node)));
            }
        }
    }
    found
}

/// Whether a thing does not stand behind what stands in one that reads as it does.
fn can_hold(outer: &Change, inner: &Change) -> bool {
    let sides = [(&outer.old_lines, &inner.old_lines), (&outer.new_lines, &inner.new_lines)];
    let first = |it: (&Vec<u32>, &Vec<u32>)| Some(it.0.first()? < it.1.first()?);
    let is_before: Vec<bool> = sides.into_iter().filter_map(first).collect();
    is_before.is_empty() || is_before.contains(&true)
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

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn what_came_into_an_item_is_not_one_with_an_item_that_came_behind_it() {
        let came = |line: &str, number: u32, around: &[&str]| {
            let change = testing::change(Some(FacetKind::Aria), Thing::Line, None, Some(line));
            let around = around.iter().map(|it| (*it).to_owned()).collect();
            Change { around, new_lines: vec![number], ..change }
        };
        let of = |link: u32| {
            let item = came("- listitem:", 9, &["- list:"]);
            let link = came("- link \"Help\"", link, &["- list:", "- listitem:"]);
            let changes = vec![item, link];
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[testing::located("read", "/", facets)]).len()
        };
        assert_eq!(of(10), 1);
        assert_eq!(of(4), 0, "it stands in an item that was there");
    }
}
