//! What came into the list of options and commands of a program, and the lines that name it: how the
//! command is called, the text that speaks of it.

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::change::{Change, Identity};
use crate::model::thing::{Thing, USAGE};

pub(super) const RULE: Rule = Rule { id: "option", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let new: Vec<(usize, &str)> = evidence
            .seen_at(spot)
            .filter_map(|(node, change)| Some((node, listed(change)?)))
            .collect();
        found.extend(star(new.iter().map(|it| it.0), "they are new in the same list"));
        for (node, _) in evidence.seen_at(spot) {
            let identity = &evidence.nodes[node].identity;
            let named = new.iter().filter(|(entry, name)| *entry != node && names(identity, name));
            found.extend(named.map(|it| Edge::strong(it.0, node, "one names the other")));
        }
    }
    found
}

/// The name of an option or command that is new: what is gone takes its words along, and a usage
/// that is new is what a refused command says.
fn listed(change: &Change) -> Option<&str> {
    match &change.thing {
        Thing::Entry(name) if change.before.is_none() && name != USAGE => Some(name),
        _ => None,
    }
}

/// Whether a change is told in words of which one is this name.
fn names(identity: &Identity, name: &str) -> bool {
    let Some((_, removed, added)) = identity.sides() else { return false };
    let part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    removed.into_iter().chain(added).any(|line| line.split(|it| !part(it)).any(|it| it == name))
}
