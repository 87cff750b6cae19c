//! A link that leads elsewhere, and what is wrong where it leads: the address that is new in it
//! answers with an error, or shows another page.

use std::collections::BTreeMap;

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::change::Change;
use crate::model::thing::{Node, Thing};
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
            Thing::Event { kind, path } if is_answer(kind) => leads.get(without_query(path)),
            _ => None,
        };
        let first = evidence.path(node.sightings[0].spot);
        let is_event = node.facet() == Some(FacetKind::Events);
        let here = leads
            .get(first)
            .filter(|_| !is_event && evidence.only_where(index, |it| evidence.path(it) == first));
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

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The path that a link newly leads to.
fn new_target(change: &Change) -> Option<String> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let target = |line: &str| match change.facet? {
        FacetKind::Aria => Node::read(line).attribute("url").map(str::to_owned),
        FacetKind::Links => line.rsplit_once(": ").map(|it| it.1.to_owned()),
        _ => None,
    };
    let (was, is) = (target(old)?, target(new)?);
    let path = without_query(&is).to_owned();
    (was != is && path.len() > 1 && without_query(&was) != path).then_some(path)
}
