//! A cookie that is lost, or is sent to another path or domain, takes along what it stood for: what
//! came or went where it is seen so and behind it, and nowhere else, follows from it.

use std::collections::BTreeSet;

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "cookie", edges };

const BECAUSE: &str = "a cookie is not sent any more";
/// What says where a cookie is sent to.
const REACH: [&str; 2] = ["Path=", "Domain="];

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for (leader, node) in evidence.nodes.iter().enumerate() {
        if !is_lost(node.change()) {
            continue;
        }
        let spots: BTreeSet<usize> = node.spots().collect();
        let is_behind = |it: usize| {
            let mut own = evidence.of_attempt(it).iter();
            own.any(|seen| spots.contains(seen) && evidence.step(*seen) <= evidence.step(it))
        };
        let follows = (0..evidence.nodes.len()).filter(|it| {
            evidence.nodes[*it].sightings.iter().all(|it| is_lack(it.change))
                && evidence.only_where(*it, is_behind)
        });
        found.extend(follows.map(|it| Edge::follows(leader, it, BECAUSE)));
    }
    found
}

/// Whether a cookie is gone, or is sent elsewhere than it was.
fn is_lost(change: &Change) -> bool {
    let reach = |line: &'_ str| -> Vec<String> {
        let parts = line.split([';', ' ']).filter(|it| REACH.iter().any(|key| it.starts_with(key)));
        parts.map(str::to_owned).collect()
    };
    change.facet == Some(FacetKind::Cookies)
        && change
            .before
            .as_deref()
            .is_some_and(|old| change.after.as_deref().is_none_or(|new| reach(old) != reach(new)))
}

/// Whether something came or went, looks different, or failed: what only reads otherwise was there
/// without the cookie too.
fn is_lack(change: &Change) -> bool {
    let came = change.before.as_deref().is_none_or(|it| Node::read(it).words().is_none());
    match change.facet {
        None | Some(FacetKind::Image) => true,
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Links | FacetKind::Fields) => {
            came || change.after.is_none()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn what_is_gone_behind_a_cookie_of_another_path_follows_and_behind_another_flag_does_not() {
        const ROW: (Option<&str>, Option<&str>) = (Some("- row \"Lamp 59.00\""), None);
        let of = |cookie: &str, tree: (Option<&str>, Option<&str>), step: u32| {
            let spot = |step: u32, kind: FacetKind, (was, is): (Option<&str>, Option<&str>)| {
                let change = testing::change(Some(kind), Thing::Line, was, is);
                let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(kind) }];
                let mut spot = testing::located("buy", "/cart", facets);
                spot.difference.step = step;
                spot
            };
            let old = "session: Path=/; HttpOnly; Session";
            let seen = spot(2, FacetKind::Cookies, (Some(old), Some(cookie)));
            joined(edges, &[seen, spot(step, FacetKind::Aria, tree)]).len()
        };
        let elsewhere = "session: Path=/shop; HttpOnly; Session";
        assert_eq!(of(elsewhere, ROW, 2), 1);
        assert_eq!(of(elsewhere, ROW, 3), 1);
        assert_eq!(of(elsewhere, ROW, 1), 0, "the row was gone before");
        assert_eq!(of("session: Path=/; Session", ROW, 3), 0, "it is sent as it was");
        let renamed = (Some("- button \"Buy\""), Some("- button \"Order\""));
        assert_eq!(of(elsewhere, renamed, 3), 0, "it reads otherwise");
    }
}
