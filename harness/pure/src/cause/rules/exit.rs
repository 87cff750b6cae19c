//! A command that ends otherwise says otherwise: its exit code, and what came or went as a whole on
//! its outputs. A line that only reads otherwise has nothing to do with how the command ends.

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;

pub(super) const RULE: Rule = Rule { id: "exit", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let is_exit = |node: usize| evidence.nodes[node].facet() == Some(FacetKind::Exit);
    let exits: Vec<Option<usize>> = (0..evidence.spots.len())
        .map(|spot| evidence.at[spot].iter().copied().find(|node| is_exit(*node)))
        .collect();
    let mut found = Vec::new();
    for (spot, exit) in exits.iter().enumerate() {
        let Some(exit) = *exit else { continue };
        let replaced = &evidence.spots[spot].replaced;
        for (node, change) in evidence.seen_at(spot) {
            let is_replaced = change.facet.is_some_and(|it| replaced.contains(&it));
            let follows = is_replaced || can_follow(evidence.nodes[exit].change(), change);
            if node != exit && follows && evidence.only_where(node, |at| exits[at].is_some()) {
                found.push(Edge::follows(exit, node, "the command ends otherwise"));
            }
        }
    }
    found
}

/// Whether what came or went as a whole can follow from how a command ends: one that fails says why
/// and does not do its work, one that no longer fails is silent about it.
fn can_follow(exit: &Change, change: &Change) -> bool {
    let fails = |code: &Option<String>| code.as_deref() != Some("0");
    let (came, went) = (change.before.is_none(), change.after.is_none());
    let on_error = change.facet == Some(FacetKind::Stderr);
    let output = matches!(
        change.facet,
        Some(FacetKind::Stdout | FacetKind::Stderr | FacetKind::Files | FacetKind::Text)
    );
    output
        && match (fails(&exit.before), fails(&exit.after)) {
            (false, _) => came || went,
            (true, false) => (on_error && went) || (!on_error && came),
            (true, true) => on_error && (came || went),
        }
}
