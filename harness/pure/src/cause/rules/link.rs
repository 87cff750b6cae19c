//! A link that leads elsewhere, and what is wrong where it leads: the address that is new in it
//! answers with an error, or shows another page. Where only what stands behind its `?` is new, it is
//! the page at exactly this address.

use std::collections::BTreeMap;

use super::Rule;
use crate::cause::node::addresses;
use crate::cause::{Edge, Evidence};
use crate::model::address::page_of;
use crate::model::change::Change;
use crate::model::thing::Thing;
use crate::model::{FacetKind, WatchKind};

pub(super) const RULE: Rule = Rule { id: "link", edges };

const BECAUSE: &str = "the link leads there";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut leads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for target in node.sightings.iter().filter_map(|it| new_target(it.change)) {
            leads.entry(target).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let at_event = match &node.change().thing {
            Thing::Event { kind, path } if is_answer(kind) => leads.get(page_of(path)),
            _ => None,
        };
        let first = evidence.path(node.sightings[0].spot);
        let is_event = node.facet() == Some(FacetKind::Events);
        let place = |spot: usize| evidence.spots[spot].difference.place.as_str();
        let whole = place(node.sightings[0].spot);
        let by_path = leads
            .get(first)
            .filter(|_| evidence.only_where(index, |it| evidence.path(it) == first));
        let by_address =
            || leads.get(whole).filter(|_| evidence.only_where(index, |it| place(it) == whole));
        let here = by_path.or_else(by_address).filter(|_| !is_event);
        let holders = at_event.or(here).into_iter().flatten();
        found.extend(
            holders.filter(|it| **it != index).map(|it| Edge::follows(*it, index, BECAUSE)),
        );
    }
    found
}

/// Whether a watch of this kind speaks of how something that was asked for was answered.
fn is_answer(kind: &str) -> bool {
    kind == WatchKind::BadStatus.word() || kind == WatchKind::RequestFailed.word()
}

/// The path that a link newly leads to; the whole address where its path is the same.
fn new_target(change: &Change) -> Option<String> {
    let (was, is) = addresses(change)?;
    let path = page_of(is);
    if was == is || path.len() < 2 {
        return None;
    }
    Some(if page_of(was) == path { is } else { path }.to_owned())
}
