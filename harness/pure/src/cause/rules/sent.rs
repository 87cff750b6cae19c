//! A page that sends something that it did not send, or sends it no longer: what came or went on the
//! page with it, and the steps after it that fail, follow from what was sent. What was to be written
//! and was not is not read back: what only the rest of such an attempt shows otherwise follows too. So
//! it is where a field is sent under another name and the request that writes is answered otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "sent", edges };

const BECAUSE: &str = "the page sent something else before it";
const UNREAD: &str = "what is read there was not written before";
const MISNAMED: &str = "a field before it is sent under another name";
/// Requests that write.
const WRITES: [&str; 4] = ["POST ", "PUT ", "PATCH ", "DELETE "];

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for (leader, others) in sent(evidence) {
        let spots: BTreeSet<usize> = evidence.nodes[leader].spots().collect();
        let mut all = others.iter().chain([&leader]);
        let unwritten = all.any(|it| is_unwritten(evidence.nodes[*it].change()));
        found.extend(others.iter().map(|it| Edge::follows(leader, *it, BECAUSE)));
        let beside: BTreeSet<usize> =
            spots.iter().flat_map(|spot| evidence.at[*spot].iter().copied()).collect();
        let follows = beside.into_iter().filter(|node| {
            evidence.only_where(*node, |spot| spots.contains(&spot))
                && evidence.nodes[*node].sightings.iter().all(|it| is_of_page(it.change))
        });
        if unwritten {
            let unread = (0..evidence.nodes.len())
                .filter(|it| evidence.nodes[*it].facet().is_some())
                .filter(|it| evidence.only_where(*it, |spot| is_behind(evidence, spot, &spots)));
            found.extend(unread.map(|it| Edge::follows(leader, it, UNREAD)));
        }
        let failed = failed_after(evidence, &spots);
        found.extend(follows.chain(failed).map(|it| Edge::follows(leader, it, BECAUSE)));
    }
    found.extend(misnamed(evidence));
    found
}

/// What is seen only after a request that writes was answered otherwise, where a field of a page
/// before it is sent under another name.
fn misnamed(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for (leader, node) in evidence.nodes.iter().enumerate() {
        if !is_misnamed(node.change()) {
            continue;
        }
        let fields: BTreeSet<usize> = node.spots().collect();
        let answered: BTreeSet<usize> = (0..evidence.spots.len())
            .filter(|it| is_behind(evidence, *it, &fields) && is_answered_otherwise(evidence, *it))
            .collect();
        let is_after = |it: usize| answered.contains(&it) || is_behind(evidence, it, &answered);
        let read = (0..evidence.nodes.len())
            .filter(|it| evidence.nodes[*it].facet().is_some())
            .filter(|it| evidence.only_where(*it, is_after));
        let all = read.chain(failed_after(evidence, &answered));
        found.extend(all.map(|it| Edge::follows(leader, it, MISNAMED)));
    }
    found
}

/// Whether all that changed of a field is the name under which it is sent.
fn is_misnamed(change: &Change) -> bool {
    let (Some(FacetKind::Fields), Some(old), Some(new)) =
        (change.facet, &change.before, &change.after)
    else {
        return false;
    };
    let (was, is) = (Node::read(old), Node::read(new));
    let rest = |node: &Node<'_>| -> Vec<String> {
        let others = node.attributes.iter().filter(|it| !it.starts_with("name="));
        others.map(|it| (*it).to_owned()).collect()
    };
    let names = was.attribute("name").zip(is.attribute("name"));
    names.is_some_and(|it| it.0 != it.1)
        && (was.role, was.name, was.value) == (is.role, is.name, is.value)
        && rest(&was) == rest(&is)
}

/// Whether a request that writes is answered otherwise at a spot.
fn is_answered_otherwise(evidence: &Evidence<'_>, spot: usize) -> bool {
    let writes = |line: &String| {
        let request = line.strip_prefix("redirect: ").unwrap_or(line);
        WRITES.iter().any(|it| request.starts_with(it))
    };
    let mut own = evidence.seen_at(spot).map(|it| it.1);
    own.any(|it| {
        matches!(it.facet, Some(FacetKind::Requests | FacetKind::Response))
            && it.before.iter().chain(&it.after).any(writes)
    })
}

/// What is newly sent, or not any more: of what is so at the same spots the first, with the others.
fn sent(evidence: &Evidence<'_>) -> Vec<(usize, Vec<usize>)> {
    /// What is sent at the same spots, or not any more: its lines and its nodes.
    type Sent = BTreeMap<(Vec<usize>, bool), Vec<(u32, usize)>>;
    let mut all = Sent::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let came = change.before.is_none();
        if node.facet() != Some(FacetKind::Requests) || came != change.after.is_some() {
            continue;
        }
        let lines = if came { &change.new_lines } else { &change.old_lines };
        let order = lines.first().copied().unwrap_or_default();
        all.entry((node.spots().collect(), came)).or_default().push((order, index));
    }
    let led = all.into_values().filter_map(|mut own| {
        own.sort_unstable();
        let (leader, others) = own.split_first()?;
        Some((leader.1, others.iter().map(|it| it.1).collect()))
    });
    led.collect()
}

/// Whether a change is one that another state of the page brings along: something came or went, and
/// nothing reads otherwise.
fn is_of_page(change: &Change) -> bool {
    match change.facet {
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Links | FacetKind::Fields) => {
            change.before.is_none() != change.after.is_none()
        }
        Some(FacetKind::Page) => true,
        _ => false,
    }
}

/// Whether a write is not sent any more.
fn is_unwritten(change: &Change) -> bool {
    let gone = change.before.as_deref().filter(|_| change.after.is_none());
    gone.is_some_and(|line| WRITES.iter().any(|it| line.starts_with(it)))
}

/// Whether a spot lies behind one of these in its attempt.
fn is_behind(evidence: &Evidence<'_>, spot: usize, spots: &BTreeSet<usize>) -> bool {
    let mut own = evidence.of_attempt(spot).iter();
    own.any(|it| spots.contains(it) && evidence.step(*it) < evidence.step(spot))
}

/// Steps that fail in every attempt only after it.
fn failed_after(evidence: &Evidence<'_>, spots: &BTreeSet<usize>) -> Vec<usize> {
    let is_after = |failed: usize| {
        let mut own = evidence.of_attempt(failed).iter();
        own.any(|it| spots.contains(it) && evidence.step(*it) <= evidence.step(failed))
    };
    let nodes = (0..evidence.nodes.len()).filter(|it| evidence.nodes[*it].facet().is_none());
    nodes.filter(|it| evidence.only_where(*it, is_after)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::testing;
    use crate::model::thing::Thing;

    type Sides = (Option<&'static str>, Option<&'static str>);

    fn page(place: &str, requests: &[Sides], tree: &[Sides]) -> Located {
        let facet = |kind: FacetKind, all: &[Sides]| FacetChange {
            changes: all
                .iter()
                .map(|it| testing::change(Some(kind), Thing::Line, it.0, it.1))
                .collect(),
            ..FacetChange::of(kind)
        };
        testing::located(
            "delete",
            place,
            vec![facet(FacetKind::Requests, requests), facet(FacetKind::Aria, tree)],
        )
    }

    const SENT: Sides = (None, Some("DELETE /cards/1 200"));
    const LIST: Sides = (None, Some("- heading \"Cards\""));

    #[test]
    fn what_came_with_a_request_follows_from_it_and_what_stands_elsewhere_too_does_not() {
        let one = |it: &str| ("DELETE /cards/1 200".to_owned(), it.to_owned());
        let renamed = (Some("- button \"Save\""), Some("- button \"Send\""));
        let here = page("/cards", &[SENT], &[LIST, renamed]);
        assert_eq!(joined(edges, std::slice::from_ref(&here)), [one("- heading \"Cards\"")]);
        let there = page("/", &[], &[LIST]);
        assert_eq!(joined(edges, &[here, there]), [], "it came without the request too");
        let twice = (Some("POST /cards 200"), Some("POST /cards 200 2 times"));
        assert_eq!(joined(edges, &[page("/cards", &[twice], &[LIST])]), []);
    }

    #[test]
    fn a_step_that_fails_after_a_request_follows_from_it_and_one_before_it_does_not() {
        let failed = |step: u32| {
            let change =
                testing::change(None, Thing::Line, Some("text \"Cards\""), Some("nothing"));
            let facets = vec![FacetChange {
                facet: None,
                changes: vec![change],
                ..FacetChange::of(FacetKind::Aria)
            }];
            let mut spot = testing::located("delete", "/cards", facets);
            (spot.difference.step, spot.difference.checkpoint) = (step, None);
            spot
        };
        let mut sent = page("/cards", &[SENT], &[]);
        sent.difference.step = 2;
        let follows = vec![("DELETE /cards/1 200".to_owned(), "nothing".to_owned())];
        assert_eq!(joined(edges, &[sent.clone(), failed(3)]), follows);
        assert_eq!(joined(edges, &[sent, failed(1)]), []);
    }

    #[test]
    fn what_was_not_written_is_not_read_back_and_what_others_see_too_has_another_cause() {
        let put: Sides = (Some("PUT /walks/bog 200"), None);
        let read: Sides = (Some("- heading \"Bog & back\""), Some("- heading \"Bog\""));
        let spots = |request: Sides, step: u32, scenario: &str| {
            let mut saved = page("/edit", &[request], &[]);
            saved.difference.step = 2;
            let mut shown = page("/walks/bog", &[], &[read]);
            (shown.difference.step, shown.difference.scenario) = (step, scenario.to_owned());
            joined(edges, &[saved, shown])
        };
        let said: Vec<String> = spots(put, 3, "delete").into_iter().map(|it| it.1).collect();
        assert_eq!(said, ["- heading \"Bog\""]);
        assert_eq!(spots(put, 1, "delete"), [], "it was so before");
        assert_eq!(spots(put, 3, "other"), [], "that scenario wrote nothing");
        assert_eq!(spots((Some("GET /walks/bog 200"), None), 3, "delete"), [], "that reads");
    }

    #[test]
    fn what_a_field_of_another_name_did_not_write_follows_and_what_else_differs_does_not() {
        let spot = |step: u32, kind: FacetKind, sides: Sides| {
            let change = testing::change(Some(kind), Thing::Line, sides.0, sides.1);
            let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(kind) }];
            let mut spot = testing::located("note", "/cards/1", facets);
            spot.difference.step = step;
            spot
        };
        let field = (Some("textbox [name=note]"), Some("textbox [name=notes]"));
        let answer =
            (Some("redirect: POST /cards 302 to /?ok"), Some("redirect: POST /cards 302 to /"));
        let read = (Some("- row \"The boat is late\""), None);
        let of = |field: Sides, answer: Sides, step: u32| {
            let spots = [
                spot(1, FacetKind::Fields, field),
                spot(2, FacetKind::Response, answer),
                spot(step, FacetKind::Aria, read),
            ];
            joined(edges, &spots).len()
        };
        assert_eq!(of(field, answer, 3), 2);
        assert_eq!(of(field, answer, 1), 1, "the row was gone before");
        let got = (Some("redirect: GET /cards 302 to /a"), Some("redirect: GET /cards 302 to /"));
        assert_eq!(of(field, got, 3), 0, "nothing was written");
        let required = (Some("textbox [name=note]"), Some("textbox [name=note] [required]"));
        assert_eq!(of(required, answer, 3), 0, "it is sent under its name");
    }
}
