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
            let parts = star(own, "the page is divided into other parts");
            parts.into_iter().chain(nameless(evidence, spot)).collect::<Vec<Edge>>()
        })
        .collect()
}

/// A thing that stands without its name beside what has the name now.
fn nameless(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    const BECAUSE: &str = "the name stands beside the thing";
    let tree = || evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
    let mut found = Vec::new();
    for (renamed, change) in tree() {
        let (Some(old), Some(new)) = (&change.before, &change.after) else { continue };
        let (was, is) = (Node::read(old), Node::read(new));
        if was.role == is.role || was.words().is_none() || was.words() != is.words() {
            continue;
        }
        let left = tree().filter(|(_, it)| {
            let bare = it.after.as_deref().map(Node::read);
            it.before.is_none()
                && it.around == change.around
                && bare.is_some_and(|it| it.role == was.role && it.name.is_none())
        });
        found.extend(left.map(|it| Edge::strong(renamed, it.0, BECAUSE)));
    }
    found
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
