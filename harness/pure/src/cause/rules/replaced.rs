//! A page, an output or a file of which (nearly) nothing is left shows something else for one cause:
//! all that is new there, and no change that also stands where nothing was replaced.

use super::{Rule, star};
use crate::cause::{Edge, Evidence};

pub(super) const RULE: Rule = Rule { id: "replaced", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    // A page that lost its cookies is still the same page.
    let replaced = |spot: usize| evidence.spots[spot].replaced.iter().any(|it| !it.is_detail());
    let only: Vec<bool> =
        (0..evidence.nodes.len()).map(|node| evidence.only_where(node, replaced)).collect();
    let spots = (0..evidence.spots.len()).filter(|spot| replaced(*spot));
    spots
        .flat_map(|spot| {
            let own = evidence.at[spot].iter().copied().filter(|node| only[*node]);
            star(own, "something else is shown instead")
        })
        .collect()
}
