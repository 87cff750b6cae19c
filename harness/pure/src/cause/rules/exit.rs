//! A command that ends otherwise says otherwise: its exit code, and what came or went as a whole on
//! its outputs; what came or went in what later commands of the attempt print. A line that only reads
//! otherwise has nothing to do with how the command ends.

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
    for (spot, exit) in exits.iter().enumerate() {
        found.extend(exit.iter().flat_map(|it| later(evidence, spot, *it)));
    }
    found
}

/// What came or went in what later commands of the same attempts print or write, and nowhere else: a
/// command did not do its work, or did what it had refused.
fn later(evidence: &Evidence<'_>, spot: usize, exit: usize) -> Vec<Edge> {
    let first: Vec<usize> = evidence.nodes[exit].spots().collect();
    let is_later = |at: usize| {
        let own = |it: &&usize| {
            let (one, other) = (&evidence.spots[**it].difference, &evidence.spots[at].difference);
            (&one.scenario, one.attempt) == (&other.scenario, other.attempt)
                && one.step < other.step
        };
        first.iter().any(|it| own(&it))
    };
    let after = evidence.of_attempt(spot).iter().filter(|it| is_later(**it));
    let nodes = after.flat_map(|it| evidence.at[*it].iter().copied());
    let came_or_went = |node: usize| {
        let sightings = &evidence.nodes[node].sightings;
        let printed = matches!(
            evidence.nodes[node].facet(),
            Some(FacetKind::Stdout | FacetKind::Files | FacetKind::Aria)
        );
        printed
            && sightings.iter().all(|it| it.change.before.is_none() != it.change.after.is_none())
    };
    let change = evidence.nodes[exit].change();
    let turns = (change.before.as_deref() == Some("0")) != (change.after.as_deref() == Some("0"));
    let own = nodes.filter(|it| turns && came_or_went(*it) && evidence.only_where(*it, is_later));
    own.map(|it| Edge::follows(exit, it, "a command before it ends otherwise")).collect()
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
