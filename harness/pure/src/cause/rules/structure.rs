//! A page that is divided otherwise: parts of the document came or went around what is still there,
//! or what is there is another kind of thing under the same words.

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "structure", edges };

/// Roles that divide a document.
const PARTS: [&str; 9] = [
    "main",
    "banner",
    "contentinfo",
    "navigation",
    "complementary",
    "region",
    "form",
    "search",
    "article",
];

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    (0..evidence.spots.len())
        .flat_map(|spot| {
            let own = evidence.seen_at(spot).filter(|it| divides(it.1)).map(|it| it.0);
            star(own, "the page is divided into other parts")
        })
        .collect()
}

fn divides(change: &Change) -> bool {
    if change.facet != Some(FacetKind::Aria) {
        return false;
    }
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(old), Some(new)) => {
            let (was, is) = (Node::read(old), Node::read(new));
            was.role != is.role && was.words().is_some() && was.words() == is.words()
        }
        (Some(line), None) | (None, Some(line)) => PARTS.contains(&Node::read(line).role),
        (None, None) => false,
    }
}
