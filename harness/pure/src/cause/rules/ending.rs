//! How an output ends follows from what else of it changed; it speaks for itself where nothing did.

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "ending", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let ends = evidence.seen_at(spot).filter(|it| it.1.thing == Thing::End);
        for (end, change) in ends {
            let others = evidence.seen_at(spot).filter(|(node, other)| {
                *node != end && is_printed(other) && other.thing != Thing::End
            });
            let last = others.max_by_key(|it| (it.1.facet == change.facet, last_line(it.1)));
            found.extend(last.map(|it| Edge::follows(it.0, end, "the output ends with it")));
        }
    }
    found
}

fn is_printed(change: &Change) -> bool {
    matches!(change.facet, Some(FacetKind::Stdout | FacetKind::Stderr))
}

fn last_line(change: &Change) -> u32 {
    change.old_lines.iter().chain(&change.new_lines).copied().max().unwrap_or_default()
}
