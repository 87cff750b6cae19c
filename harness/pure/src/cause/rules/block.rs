//! Lines that came or went together: what stands next to each other on one side, and has no
//! counterpart on the other, is one block.

use std::collections::HashMap;

use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::{Thing, USAGE};

const BECAUSE: &str = "they came or went side by side";

pub(super) const RULE: Rule = Rule { id: "block", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let (mut keyed, mut masked, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    for (spot, located) in evidence.spots.iter().enumerate() {
        let hunks: HashMap<FacetKind, HashMap<(DiffTag, u32), usize>> = located
            .difference
            .facets
            .iter()
            .filter_map(|it| Some((it.facet?, hunks(&it.diff))))
            .collect();
        for (node, change) in evidence.seen_at(spot) {
            let Some(facet) = change.facet else { continue };
            let one_sided = change.before.is_none() != change.after.is_none();
            let ordered = matches!(
                facet,
                FacetKind::Aria
                    | FacetKind::Text
                    | FacetKind::Stdout
                    | FacetKind::Stderr
                    | FacetKind::Files
                    | FacetKind::Screen
                    | FacetKind::Links
                    | FacetKind::Fields
            );
            let listed = matches!(&change.thing, Thing::Entry(name) if name != USAGE);
            if !one_sided || listed || !ordered {
                continue;
            }
            if is_masked(change) {
                masked.push(((spot, facet, change.around.clone()), node));
                continue;
            }
            beside.push(((spot, facet, change.around.clone()), node));
            let old = change.old_lines.iter().map(|it| (DiffTag::Removed, *it));
            let new = change.new_lines.iter().map(|it| (DiffTag::Added, *it));
            let own = hunks.get(&facet);
            let at = old.chain(new).find_map(|line| own?.get(&line).copied());
            keyed.extend(at.map(|at| ((spot, facet, at), node)));
        }
    }
    // What is masked came or went with what it stands beside, wherever that is.
    let masked = masked.into_iter().filter_map(|(key, node)| {
        let near = beside.iter().find(|it| it.0 == key)?;
        Some(Edge::strong(near.1, node, BECAUSE))
    });
    let masked: Vec<Edge> = masked.collect();
    stars(keyed, BECAUSE).into_iter().chain(masked).collect()
}

/// Whether nothing but a mask is said of it.
fn is_masked(change: &Change) -> bool {
    change.before.iter().chain(&change.after).all(|it| it.ends_with("[masked]"))
}

/// The run of changed lines that each changed line stands in.
fn hunks(diff: &[DiffLine]) -> HashMap<(DiffTag, u32), usize> {
    let mut found = HashMap::new();
    let mut hunk = 0;
    for line in diff {
        let number = match line.tag {
            DiffTag::Removed => line.old_line,
            DiffTag::Added => line.new_line,
            DiffTag::Same | DiffTag::Gap => {
                hunk += 1;
                None
            }
        };
        found.extend(number.map(|it| ((line.tag, it), hunk)));
    }
    found
}
