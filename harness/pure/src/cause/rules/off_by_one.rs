//! Numbers that are all one more, or all one less, than they were: where one page or one command
//! counts wrongly it does so everywhere, in each format that it prints and file that it writes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{WHOLE, differing};

const BECAUSE: &str = "they are off by the same one";

pub(super) const RULE: Rule = Rule { id: "off-by-one", edges };

/// As many numbers of one path are not off by the same one by chance.
const MANY: usize = 3;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut by_path: BTreeMap<(String, bool), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for sighting in &node.sightings {
            if let Some(more) = more(sighting.change) {
                let path = evidence.called(sighting.spot);
                by_path.entry((path, more)).or_default().insert(index);
            }
        }
    }
    let many = by_path.into_values().filter(|it| it.len() >= MANY);
    many.flat_map(|it| star(it, BECAUSE)).chain(of_whole(evidence)).collect()
}

/// Where every change of a facet is off by the same one: a list that is numbered wrongly.
fn of_whole(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut by_facet: BTreeMap<FacetKind, Vec<(usize, Option<bool>)>> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            if let Some(facet) = change.facet {
                by_facet.entry(facet).or_default().push((node, more(change)));
            }
        }
        let same = by_facet
            .into_values()
            .filter(|it| it[0].1.is_some() && it.iter().all(|other| other.1 == it[0].1));
        found.extend(same.flat_map(|it| star(it.into_iter().map(|it| it.0), BECAUSE)));
    }
    found
}

/// Whether the only number that differs is one more (true) or one less.
fn more(change: &Change) -> Option<bool> {
    let seen = matches!(
        change.facet,
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Stdout | FacetKind::Files)
    );
    let (was, is) = differing(change).filter(|_| seen)?;
    (was.abs_diff(is) == WHOLE.unsigned_abs()).then_some(is > was)
}
