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

/// What came or went in what later commands of the same attempts print, and nowhere else: a command did
/// not do its work, or did what it had refused. What is written may be left by any of them.
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
        let printed =
            matches!(evidence.nodes[node].facet(), Some(FacetKind::Stdout | FacetKind::Aria));
        printed
            && sightings.iter().all(|it| it.change.before.is_none() != it.change.after.is_none())
    };
    let change = evidence.nodes[exit].change();
    let turns = fails(change.before.as_deref()) != fails(change.after.as_deref());
    let own = nodes.filter(|it| turns && came_or_went(*it) && evidence.only_where(*it, is_later));
    own.map(|it| Edge::follows(exit, it, "a command before it ends otherwise")).collect()
}

/// Whether an exit code, as the facet says it, is one of a command that failed.
fn fails(exit: Option<&str>) -> bool {
    exit.map(|it| it.trim_start_matches("exit: ")) != Some("0")
}

/// Whether what came or went as a whole can follow from how a command ends: one that fails says why
/// and does not do its work, one that no longer fails is silent about it.
fn can_follow(exit: &Change, change: &Change) -> bool {
    let (came, went) = (change.before.is_none(), change.after.is_none());
    let on_error = change.facet == Some(FacetKind::Stderr);
    let output = matches!(
        change.facet,
        Some(FacetKind::Stdout | FacetKind::Stderr | FacetKind::Files | FacetKind::Text)
    );
    output
        && match (fails(exit.before.as_deref()), fails(exit.after.as_deref())) {
            (false, _) => came || went,
            (true, false) => (on_error && went) || (!on_error && came),
            (true, true) => on_error && (came || went),
        }
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    fn ran(step: u32, facet: FacetKind, before: Option<&str>, after: Option<&str>) -> Located {
        let changes = vec![testing::change(Some(facet), Thing::Line, before, after)];
        let facets = vec![FacetChange { changes, ..FacetChange::of(facet) }];
        let mut spot = testing::located("remove", "shopctl", facets);
        spot.difference.step = step;
        spot
    }

    #[test]
    fn what_came_after_a_command_that_ends_otherwise_follows_from_it() {
        let exit = ran(2, FacetKind::Exit, Some("exit: 0"), Some("exit: 1"));
        let row = |step: u32| ran(step, FacetKind::Stdout, None, Some("7 Lamp"));
        let follows = vec![("exit: 1".to_owned(), "7 Lamp".to_owned())];
        assert_eq!(joined(edges, &[exit.clone(), row(3)]), follows);
        assert_eq!(joined(edges, &[exit.clone(), row(1)]), [], "it came before");
        assert_eq!(joined(edges, &[exit.clone(), row(3), row(1)]), [], "it came before too");
        let reads = ran(3, FacetKind::Stdout, Some("7 Lamp"), Some("7 Lamps"));
        assert_eq!(joined(edges, &[exit.clone(), reads]), [], "it only reads otherwise");
        let left = ran(3, FacetKind::Files, None, Some("out.csv: CSV"));
        assert_eq!(joined(edges, &[exit.clone(), left]), [], "any command may have left it");
        let fails = ran(2, FacetKind::Exit, Some("exit: 2"), Some("exit: 1"));
        assert_eq!(joined(edges, &[fails, row(3)]), [], "it failed before");
    }
}
