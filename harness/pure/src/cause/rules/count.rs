//! A count follows from what it counts: a number that differs by as many as rows or items came or
//! went at the same place.

use super::Rule;
use crate::cause::node::is_item;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{WHOLE, differing};

pub(super) const RULE: Rule = Rule { id: "count", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let items: Vec<(usize, i64)> =
            evidence.seen_at(spot).filter_map(|(node, it)| Some((node, came(it)?))).collect();
        let more: i64 = items.iter().map(|it| it.1).sum();
        let Some((item, _)) = items.first() else { continue };
        for (node, change) in evidence.seen_at(spot) {
            // Rows on both sides are other rows, and say nothing of how many there are.
            let one_side = items.iter().all(|it| it.1 == items[0].1);
            if one_side && by(change) == Some(more) {
                found.push(Edge::follows(*item, node, "the number counts what came or went"));
            }
        }
    }
    found
}

/// Whether a row, an item or a line came (1) or went (-1) as a whole.
fn came(change: &Change) -> Option<i64> {
    let line = change.before.as_deref().or(change.after.as_deref())?;
    let counted = match change.facet? {
        FacetKind::Aria => is_item(line),
        FacetKind::Stdout | FacetKind::Screen | FacetKind::Files => true,
        _ => false,
    };
    match (&change.before, &change.after) {
        (None, Some(_)) if counted => Some(1),
        (Some(_), None) if counted => Some(-1),
        _ => None,
    }
}

/// By how much the only number differs that differs between both sides; `None` where that is no whole.
fn by(change: &Change) -> Option<i64> {
    let (was, is) = differing(change)?;
    let more = i64::try_from(is).ok()? - i64::try_from(was).ok()?;
    (more % WHOLE == 0).then_some(more / WHOLE)
}
