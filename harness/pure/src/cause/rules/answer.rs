//! How the server answered: an error page, another status, a redirect. What is on a page that
//! answers with an error and nowhere else follows from the answer; the status is said by the page and
//! by its answer; the hops of one redirect are one,
//! and so are the directives of one header. What is on a page that a redirect newly leads to, and
//! nowhere else, follows from the redirect.

use std::collections::BTreeMap;

use super::{Rule, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::change::Change;
use crate::model::thing::Thing;
use crate::model::{FacetKind, WatchKind};

pub(super) const RULE: Rule = Rule { id: "answer", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let errors: Vec<Option<usize>> =
        (0..evidence.spots.len()).map(|spot| error_at(evidence, spot)).collect();
    let mut found = Vec::new();
    for (spot, error) in errors.iter().enumerate() {
        if let Some(error) = *error {
            let only = evidence.at[spot].iter().copied().filter(|node| {
                *node != error
                    && !is_of_script(evidence, *node)
                    && evidence.only_where(*node, |at| errors[at].is_some())
            });
            found.extend(only.map(|it| Edge::follows(error, it, "the page answers with an error")));
        }
        found.extend(said_twice(evidence, spot));
    }
    found.extend(watched(evidence, &errors));
    found.extend(sent_elsewhere(evidence));
    found
}

/// What is on a page that somebody was sent to instead of another one, and nowhere else.
fn sent_elsewhere(evidence: &Evidence<'_>) -> Vec<Edge> {
    let sent: Vec<Option<usize>> =
        (0..evidence.spots.len()).map(|spot| redirect_at(evidence, spot)).collect();
    let follows = |(spot, redirect): (usize, usize)| {
        let only = evidence.at[spot].iter().copied().filter(|node| {
            *node != redirect && evidence.only_where(*node, |at| sent[at].is_some())
        });
        only.map(|it| Edge::follows(redirect, it, "a redirect leads elsewhere")).collect::<Vec<_>>()
    };
    let spots = sent.iter().enumerate().filter_map(|(spot, it)| Some((spot, (*it)?)));
    spots.flat_map(follows).collect()
}

/// The node that says that a redirect leads to another page than before, or to one at all.
fn redirect_at(evidence: &Evidence<'_>, spot: usize) -> Option<usize> {
    let hop = |side: &Option<String>| -> Option<(String, String)> {
        let line = side.as_deref()?.strip_prefix("redirect: ")?;
        let (from, to) = line.split_once(" to ")?;
        let path = |it: &str| {
            let bare = it.split(['?', '#']).next().unwrap_or(it);
            bare.trim_end_matches('/').to_owned()
        };
        Some((path(from.split(' ').nth(1)?), path(to)))
    };
    let is_elsewhere = |change: &Change| match (hop(&change.before), hop(&change.after)) {
        (Some((_, was)), Some((_, is))) => was != is,
        // A page that is sent to itself is the same page.
        (None, Some((from, to))) | (Some((from, to)), None) => from != to || is_write(change),
        (None, None) => false,
    };
    let response = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Response));
    let own: Vec<(usize, &Change)> = response.collect();
    // Over other hops to the page that it led to: it is the same page.
    let here = evidence.document(spot).trim_end_matches('/');
    let led_here = own.iter().filter_map(|it| hop(&it.1.before)).any(|it| it.1 == here);
    let leads = own.iter().any(|it| hop(&it.1.after).is_some());
    let mut elsewhere = own.iter().filter(|_| !(led_here && leads));
    elsewhere.find(|it| is_elsewhere(it.1)).map(|it| it.0)
}

/// Whether something was sent with the request that a redirect answers.
fn is_write(change: &Change) -> bool {
    let line = change.after.as_deref().or(change.before.as_deref()).unwrap_or_default();
    !line.starts_with("redirect: GET ")
}

/// Whether a script said it, which an error page may have too, and for a reason of its own.
fn is_of_script(evidence: &Evidence<'_>, node: usize) -> bool {
    let scripts = [WatchKind::Exception, WatchKind::Rejection, WatchKind::ConsoleError];
    match &evidence.nodes[node].change().thing {
        Thing::Event { kind, .. } => scripts.iter().any(|it| it.word() == kind),
        _ => false,
    }
}

/// The node that says that the page of a spot newly answers with an error.
fn error_at(evidence: &Evidence<'_>, spot: usize) -> Option<usize> {
    let is_error = |change: &Change| {
        let status = change.after.as_deref().and_then(|it| it.strip_prefix("status: "));
        change.facet == Some(FacetKind::Page) && status.is_some_and(|it| it.starts_with(['4', '5']))
    };
    evidence.seen_at(spot).find(|it| is_error(it.1)).map(|it| it.0)
}

/// What the page and its answer both say: the status, where it was sent to.
fn said_twice(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let mut by_value: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let (mut hops, mut headers) = (Vec::new(), Vec::new());
    for (node, change) in evidence.seen_at(spot) {
        if !matches!(change.facet, Some(FacetKind::Page | FacetKind::Response)) {
            continue;
        }
        let said =
            |it: &'_ Option<String>| it.as_deref().is_some_and(|it| it.starts_with("redirect: "));
        if said(&change.before) || said(&change.after) {
            hops.push(node);
        }
        if let Thing::Property(key) = &change.thing
            && change.facet == Some(FacetKind::Response)
            && !matches!(key.as_str(), "lang" | "status" | "redirect")
        {
            headers.push((key.as_str(), node));
        }
        if let (Some(old), Some(new)) = (&change.before, &change.after) {
            by_value.entry((last_word(old), last_word(new))).or_default().push(node);
        }
    }
    let same = by_value.into_values().flat_map(|it| star(it, "page and answer say the same"));
    let hops = star(hops, "they are hops of one redirect");
    same.chain(hops).chain(stars(headers, "they are directives of one header")).collect()
}

fn last_word(line: &str) -> &str {
    line.rsplit(' ').next().unwrap_or_default()
}

/// The watch that saw a bad status, and the page that answers so.
fn watched(evidence: &Evidence<'_>, errors: &[Option<usize>]) -> Vec<Edge> {
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (spot, error) in errors.iter().enumerate() {
        if let Some(error) = error {
            by_path.entry(evidence.document(spot)).or_default().push(*error);
        }
    }
    let nodes = evidence.nodes.iter().enumerate();
    nodes
        .filter_map(|(index, node)| match &node.change().thing {
            Thing::Event { kind, path } if kind == WatchKind::BadStatus.word() => {
                let path = path.split(['?', '#']).next().unwrap_or(path);
                Some((index, by_path.get(path)?))
            }
            _ => None,
        })
        .flat_map(|(index, pages)| {
            pages.iter().map(move |it| Edge::strong(index, *it, "the page answers with an error"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    #[test]
    fn a_page_follows_from_the_redirect_that_newly_leads_to_it_and_not_from_a_detour() {
        const NOTE: &str = "- textbox \"Note\"";
        let of = |hops: &[(Option<&str>, Option<&str>)]| {
            let one = |facet, was: Option<&str>, is: Option<&str>| {
                testing::change(Some(facet), Thing::Line, was, is)
            };
            let hops = hops.iter().map(|it| one(FacetKind::Response, it.0, it.1)).collect();
            let facets = vec![
                FacetChange { changes: hops, ..FacetChange::of(FacetKind::Response) },
                FacetChange {
                    changes: vec![one(FacetKind::Aria, None, Some(NOTE))],
                    ..FacetChange::of(FacetKind::Aria)
                },
            ];
            let found = joined(sent_elsewhere, &[testing::located("read", "/hours", facets)]);
            found.iter().filter(|it| it.1 == NOTE).count()
        };
        let led = Some("redirect: GET /old 301 to /hours");
        let way = Some("redirect: GET /old 301 to /way");
        assert_eq!(of(&[(led, way), (None, Some("redirect: GET /way 302 to /hours"))]), 0);
        assert_eq!(of(&[(Some("redirect: GET /old 301 to /days"), led)]), 1);
        assert_eq!(of(&[(None, led)]), 1);
    }
}
