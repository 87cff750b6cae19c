//! A command that is gone from the list of commands and fails as unknown is gone once.

use std::collections::BTreeMap;

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "command", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut lost: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        if let (Thing::Entry(name), Some(_), None) = (&change.thing, &change.before, &change.after)
        {
            lost.entry(name).or_default().push(index);
        }
    }
    if lost.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let is_complaint = matches!(node.facet(), Some(FacetKind::Stderr) | None);
        let (true, Some(said)) = (is_complaint, &change.after) else { continue };
        let words = said.split(['\'', '"', '`']).skip(1).step_by(2);
        let holders = words.filter_map(|word| Some((word, lost.get(word)?)));
        let called = |word: &str| {
            evidence.only_where(index, |spot| {
                let place = &evidence.spots[spot].difference.place;
                place.split_whitespace().any(|it| it == word)
            })
        };
        for (_, holders) in holders.filter(|it| called(it.0)) {
            let because = "the command that is not known is gone from the list";
            found.extend(holders.iter().map(|it| Edge::strong(*it, index, because)));
        }
    }
    found
}
