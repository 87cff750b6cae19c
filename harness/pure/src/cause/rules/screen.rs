//! The screen of a terminal is small and drawn as a whole: how cells look, where the cursor is and how
//! large it is follow from what stands there, and many lines that differ are another view.

use std::collections::BTreeSet;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "screen", edges };

/// Changed lines from which on the screen shows another view.
const VIEW: usize = 3;

const BECAUSE: &str = "they are one view of the screen";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let own: Vec<(usize, &Change)> =
            evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Screen)).collect();
        let (drawn, words): (Vec<_>, Vec<_>) = own.iter().copied().partition(|it| is_drawn(it.1));
        if words.is_empty() || words.len() >= VIEW || drawn.iter().any(|it| is_size(it.1)) {
            found.extend(star(own.iter().map(|it| it.0), BECAUSE));
            continue;
        }
        for (node, change) in &words {
            let rows = rows(change);
            let near = drawn
                .iter()
                .filter(|it| it.1.thing != Thing::Look || !rows.is_disjoint(&look_rows(it.1)));
            let near = near.map(|it| it.0).collect::<Vec<_>>();
            found.extend(near.into_iter().map(|it| Edge::follows(*node, it, BECAUSE)));
        }
    }
    found
}

/// Whether it is about how the screen is drawn and not about what stands there.
fn is_drawn(change: &Change) -> bool {
    let line = change.before.as_deref().or(change.after.as_deref()).unwrap_or_default();
    change.thing == Thing::Look || line.starts_with("cursor ") || is_size(change)
}

fn is_size(change: &Change) -> bool {
    change.before.iter().chain(&change.after).any(|it| it.starts_with("=== "))
}

/// The rows of the screen that a line of text takes, from 1: the text comes first in the facet.
fn rows(change: &Change) -> BTreeSet<u32> {
    change.old_lines.iter().chain(&change.new_lines).copied().collect()
}

/// The row that a look is about.
fn look_rows(change: &Change) -> BTreeSet<u32> {
    let sides = change.before.iter().chain(&change.after);
    sides.filter_map(|it| it.split(':').next()?.parse().ok()).collect()
}
