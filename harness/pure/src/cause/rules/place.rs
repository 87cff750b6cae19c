//! What changed at the same place may have one cause, and mostly has not: it is only said.

use super::Rule;
use crate::cause::{Edge, Evidence};

pub(super) const RULE: Rule = Rule { id: "place", edges };

/// Changes of one place from which on to name them all says nothing.
const MOST: usize = 12;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let spots = evidence.at.iter().filter(|it| it.len() <= MOST);
    spots
        .flat_map(|nodes| {
            let pairs = nodes.iter().enumerate();
            pairs.flat_map(|(at, one)| {
                let rest = nodes[at + 1..].iter();
                rest.map(|other| Edge::weak(*one, *other, "they stand at the same place"))
            })
        })
        .collect()
}
