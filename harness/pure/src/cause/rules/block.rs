//! Lines that came or went together: what stands next to each other on one side, and has no
//! counterpart on the other, is one block.

use std::collections::HashMap;

use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "block", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut keyed = Vec::new();
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
            if !one_sided || matches!(change.thing, Thing::Entry(_)) {
                continue;
            }
            let old = change.old_lines.iter().map(|it| (DiffTag::Removed, *it));
            let new = change.new_lines.iter().map(|it| (DiffTag::Added, *it));
            let own = hunks.get(&facet);
            let at = old.chain(new).find_map(|line| own?.get(&line).copied());
            keyed.extend(at.map(|at| ((spot, facet, at), node)));
        }
    }
    stars(keyed, "they came or went side by side")
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
