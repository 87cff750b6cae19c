//! Lines that stand on both sides, in another order: that is one change however many lines moved.

use std::collections::BTreeMap;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;

pub(super) const RULE: Rule = Rule { id: "order", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut by_facet: BTreeMap<FacetKind, Vec<(usize, &Change)>> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            if let Some(facet) = change.facet {
                by_facet.entry(facet).or_default().push((node, change));
            }
        }
        for own in by_facet.into_values() {
            found.extend(star(moved(&own), "the same stands there in another order"));
        }
    }
    found
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
