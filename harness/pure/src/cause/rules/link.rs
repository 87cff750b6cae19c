//! A link that leads elsewhere, and what is wrong where it leads: the address that is new in it
//! answers with an error, or shows another page. Where only what stands behind its `?` is new, it is
//! the page at exactly this address.

use std::collections::BTreeMap;

use super::Rule;
use crate::cause::node::addresses;
use crate::cause::{Edge, Evidence};
use crate::model::address::{page_at, page_of};
use crate::model::change::Change;
use crate::model::thing::Thing;
use crate::model::{FacetKind, WatchKind};

pub(super) const RULE: Rule = Rule { id: "link", edges };

const BECAUSE: &str = "the link leads there";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut leads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for target in node.sightings.iter().flat_map(|it| new_targets(it.change)) {
            leads.entry(target).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let at_event = match &node.change().thing {
            Thing::Event { kind, path } if is_answer(kind) => leads.get(page_of(path)),
            _ => None,
        };
        let is_event = node.facet() == Some(FacetKind::Events);
        let place = |spot: usize| evidence.spots[spot].difference.place.as_str();
        let led = |spot: usize| leads.get(evidence.path(spot)).or_else(|| leads.get(place(spot)));
        let here = !is_event && evidence.only_where(index, |it| led(it).is_some());
        let here = node.spots().filter(|_| here).filter_map(led).flatten();
        let holders = at_event.into_iter().flatten().chain(here);
        found.extend(
            holders.filter(|it| **it != index).map(|it| Edge::follows(*it, index, BECAUSE)),
        );
    }
    found
}

/// Whether a watch of this kind speaks of how something that was asked for was answered.
pub(super) fn is_answer(kind: &str) -> bool {
    kind == WatchKind::BadStatus.word() || kind == WatchKind::RequestFailed.word()
}

/// The path that a link newly leads to; the whole address where its path is the same. What stands
/// behind its `#` may be a route, which the place of a page has and the path has not.
fn new_targets(change: &Change) -> Vec<String> {
    let Some((was, is)) = addresses(change).filter(|(was, is)| was != is) else {
        return Vec::new();
    };
    let path = page_of(is);
    if path.len() < 2 {
        return Vec::new();
    }
    if page_of(was) == path {
        return vec![is.to_owned()];
    }
    let place = page_at(is);
    let route = (place != path).then(|| place.to_owned());
    std::iter::once(path.to_owned()).chain(route).collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    /// How many changes follow from links: of pages that each have a next link, which leads to another
    /// page than before, and a heading that stands on these pages.
    fn of(pages: &[&str], headings: &[&str]) -> usize {
        let at = |place: &str, facet: FacetKind, was: &str, is: &str| {
            let change = testing::change(Some(facet), Thing::Line, Some(was), Some(is));
            let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(facet) }];
            testing::located("turn", place, facets)
        };
        let link = |to: &&str| {
            let was = format!("\"next\": {to}&name=all");
            at("/list", FacetKind::Links, &was, &format!("\"next\": {to}"))
        };
        let heading =
            |place: &&str| at(place, FacetKind::Aria, "- heading \"All\"", "- heading \"List\"");
        let spots: Vec<_> = pages.iter().map(link).chain(headings.iter().map(heading)).collect();
        joined(edges, &spots).iter().filter(|it| it.1 == "- heading \"List\"").count()
    }

    #[test]
    fn what_is_on_pages_that_links_newly_lead_to_follows_and_what_is_on_others_too_does_not() {
        let (second, third) = ("/list?at=2", "/list?at=3");
        assert!(of(&[second], &[second]) > 0);
        assert!(of(&[second, third], &[second, third]) > 0, "each has a link of its own");
        assert_eq!(of(&[second], &[second, third]), 0);
        assert_eq!(of(&[second], &["/about"]), 0);
    }

    #[test]
    fn a_link_leads_to_the_route_behind_its_fragment_too_and_a_path_alone_is_one_target() {
        let targets = |was: &str, is: &str| {
            let line = |to: &str| format!("\"next\": {to}");
            let (was, is) = (line(was), line(is));
            new_targets(&testing::change(
                Some(FacetKind::Links),
                Thing::Line,
                Some(was.as_str()),
                Some(is.as_str()),
            ))
        };
        assert_eq!(targets("/about", "/wiki#Kettle"), ["/wiki", "/wiki#Kettle"]);
        assert_eq!(targets("/wiki#Tea", "/wiki#Kettle"), ["/wiki#Kettle"]);
        assert_eq!(targets("/about", "/list?at=2"), ["/list"]);
        assert_eq!(targets("/about", "/about"), [""; 0]);
    }
}
