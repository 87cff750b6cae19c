//! The same words with another number at many places, and nowhere twice in one place: one thing
//! writes that number, whether it counts wrongly or is never the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::without_numbers;
use crate::model::edit::differing;

/// What this rule says.
pub const BECAUSE: &str = "they are the same words with another number";

pub(super) const RULE: Rule = Rule { id: "varying", edges };

/// From so many places on, the same words with another number do not have a cause each.
const MANY: usize = 6;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    // By facet and words: at each spot, the changes that read so.
    let mut groups: BTreeMap<(FacetKind, String), BTreeMap<usize, BTreeSet<usize>>> =
        BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for sighting in &node.sightings {
            let change = sighting.change;
            let Some((facet, line)) = change.facet.zip(change.before.as_deref()) else { continue };
            if facet == FacetKind::Exit || differing(change).is_none() {
                continue;
            }
            let spots = groups.entry((facet, without_numbers(line))).or_default();
            spots.entry(sighting.spot).or_default().insert(index);
        }
    }
    let place = |spot: &usize| evidence.spots[*spot].difference.place.as_str();
    let many = groups
        .into_values()
        .filter(|it| it.keys().map(place).collect::<BTreeSet<_>>().len() >= MANY);
    // A list has rows that read alike: what changed in it is for other rules to say.
    let single = many.filter(|it| it.values().all(|nodes| nodes.len() == 1));
    single.flat_map(|it| star(it.into_values().flatten(), BECAUSE)).collect()
}
