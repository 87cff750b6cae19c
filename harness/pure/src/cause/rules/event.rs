//! What happened first leads: an exception, a failed request or a bad status, and what follows from
//! it on the same page of the same attempt. Only what such an event can bring about follows: text
//! that reads otherwise does not follow from a picture that did not load. It follows from a script
//! that broke where it is seen exactly where something is missing for it, on several pages.

use std::collections::BTreeSet;

use super::Rule;
use super::link::is_answer;
use crate::cause::{Edge, Evidence};
use crate::model::change::Change;
use crate::model::thing::{Node, Thing};
use crate::model::{FacetKind, WatchKind};

pub(super) const RULE: Rule = Rule { id: "event", edges };

const FOLLOWS: &str = "it follows from what the watches saw on that page";
const BESIDE: &str = "it reads otherwise exactly where something is missing for that";
const SAME: &str = "the watches speak of the same";
const QUOTED: &str = "the page says what the watches saw";

/// What an event can bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The page itself: anything on it.
    Page,
    /// A script: what is missing, refused, or empty.
    Script,
    /// Data that a page asks for: also what is another value.
    Data,
    /// A style sheet or font: how things look.
    Looks,
    /// A picture: that picture.
    Picture,
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let events: Vec<usize> = (0..evidence.nodes.len())
        .filter(|it| evidence.nodes[*it].facet() == Some(FacetKind::Events))
        .collect();
    let mut found = Vec::new();
    for event in &events {
        found.extend(same(evidence, *event, &events));
        let change = evidence.nodes[*event].change();
        let followed = followed(evidence, *event, reach(change));
        found.extend(quoted(evidence, *event, &followed));
        let candidates: BTreeSet<usize> =
            followed.iter().flat_map(|spot| evidence.at[*spot].iter().copied()).collect();
        found.extend(beside_lack(evidence, *event, &followed, &candidates));
        for node in candidates {
            if node != *event
                && evidence.only_where(node, |spot| followed.contains(&spot))
                && can_follow(evidence, change, node)
            {
                found.push(if is_far(evidence, *event, node) {
                    Edge::weak(*event, node, FOLLOWS)
                } else if is_of_page(evidence, change, node) {
                    Edge::strong(*event, node, FOLLOWS)
                } else {
                    Edge::follows(*event, node, FOLLOWS)
                });
            }
        }
    }
    found
}

/// Whether a step failed on another page than that on which a script said something: what a script
/// leaves undone shows where it runs.
fn is_far(evidence: &Evidence<'_>, event: usize, node: usize) -> bool {
    const SCRIPTS: [WatchKind; 3] =
        [WatchKind::Exception, WatchKind::Rejection, WatchKind::ConsoleError];
    let said = match &evidence.nodes[event].change().thing {
        Thing::Event { kind, .. } => SCRIPTS.iter().any(|it| it.word() == kind),
        _ => false,
    };
    let pages: BTreeSet<&str> =
        evidence.nodes[event].spots().map(|it| evidence.document(it)).collect();
    let failed = evidence.nodes[node].facet().is_none();
    said && failed && evidence.only_where(node, |it| !pages.contains(evidence.document(it)))
}

/// Things that read otherwise at exactly the places at which something is gone for an event of a
/// script. On one page both may be there by chance, and not on several ones in several scenarios.
fn beside_lack(
    evidence: &Evidence<'_>,
    event: usize,
    followed: &BTreeSet<usize>,
    candidates: &BTreeSet<usize>,
) -> Vec<Edge> {
    const SEVERAL: usize = 2;
    if reach(evidence.nodes[event].change()) != Reach::Script {
        return Vec::new();
    }
    let of_tree = |node: &usize| evidence.nodes[*node].facet() == Some(FacetKind::Aria);
    let is_gone = |node: &usize| evidence.nodes[*node].change().after.is_none();
    let behind = |node: usize| evidence.only_where(node, |spot| followed.contains(&spot));
    let lacks = candidates.iter().filter(|it| of_tree(it) && is_gone(it) && behind(**it));
    let missing: BTreeSet<usize> = lacks.flat_map(|it| evidence.nodes[*it].spots()).collect();
    let pages: BTreeSet<&str> = missing.iter().map(|it| evidence.path(*it)).collect();
    let scenarios: BTreeSet<&str> =
        missing.iter().map(|it| evidence.spots[*it].difference.scenario.as_str()).collect();
    if pages.len() < SEVERAL || scenarios.len() < SEVERAL {
        return Vec::new();
    }
    let others = candidates.iter().filter(|it| of_tree(it) && !is_gone(it));
    let same = others.filter(|it| {
        let own = &evidence.nodes[**it];
        own.change().before.is_some() && own.spots().collect::<BTreeSet<usize>>() == missing
    });
    same.map(|it| Edge::strong(event, *it, BESIDE)).collect()
}

/// What came on a page with an event and quotes its message, as a page that catches its errors does.
fn quoted(evidence: &Evidence<'_>, event: usize, followed: &BTreeSet<usize>) -> Vec<Edge> {
    const TELLING: usize = 16;
    let said = evidence.nodes[event].change().after.as_deref().unwrap_or_default();
    let message = said.split_once(": ").map_or("", |it| it.1);
    let own = message.rsplit_once("Error: ").map_or(message, |it| it.1).trim();
    let came = followed.iter().flat_map(|spot| evidence.seen_at(*spot));
    let quotes = came.filter(|(_, it)| {
        let text = it.after.as_deref().filter(|_| it.before.is_none()).unwrap_or_default();
        matches!(it.facet, Some(FacetKind::Aria | FacetKind::Text))
            && own.len() >= TELLING
            && text.contains(own)
    });
    let nodes: BTreeSet<usize> = quotes.map(|it| it.0).collect();
    nodes.into_iter().map(|it| Edge::strong(event, it, QUOTED)).collect()
}

/// The spots that come with an event or next after it: on the same page, or a step that failed.
///
/// What a page loads is asked for on other pages too, and told once: its consequences may stand on
/// any later page of the attempt.
fn followed(evidence: &Evidence<'_>, event: usize, reach: Reach) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for spot in evidence.nodes[event].spots() {
        let step = evidence.step(spot);
        // What was asked for may be all that is known of where.
        let anywhere = matches!(
            &evidence.nodes[event].change().thing,
            Thing::Event { path, .. } if *path == evidence.spots[spot].difference.place
        );
        let own = evidence.of_attempt(spot).iter().copied();
        let later = own.filter(|it| !evidence.is_watch(*it) && evidence.step(*it) >= step);
        let near = later.filter(|it| {
            reach == Reach::Looks
                || anywhere
                || evidence.document(*it) == evidence.document(spot)
                || evidence.is_failure(*it)
        });
        let near: Vec<usize> = near.collect();
        let first = near.first().map(|it| evidence.step(*it));
        all.extend(near.into_iter().filter(|it| {
            reach == Reach::Looks
                || Some(evidence.step(*it)) == first
                || evidence.document(*it) == evidence.document(spot)
        }));
    }
    all
}

/// Other events of the same step that speak of the same: the same address, or the same message.
fn same(evidence: &Evidence<'_>, event: usize, events: &[usize]) -> Vec<Edge> {
    let spots: BTreeSet<usize> = evidence.nodes[event].spots().collect();
    let own = evidence.nodes[event].change();
    let beside = events.iter().copied().filter(|other| {
        *other > event
            && evidence.nodes[*other].spots().any(|it| spots.contains(&it))
            && is_same(own, evidence.nodes[*other].change())
    });
    beside.map(|other| Edge::strong(event, other, SAME)).collect()
}

fn is_same(one: &Change, other: &Change) -> bool {
    // How requests were answered says nothing of what was asked for.
    if is_request(one) && is_request(other) && reach(one) != reach(other) {
        return false;
    }
    let said = |it: &Change| it.after.clone().unwrap_or_default();
    let message = |it: &Change| {
        let said = said(it);
        said.split_once(": ").map_or(said.clone(), |it| it.1.to_owned())
    };
    let (a, b) = (message(one), message(other));
    let telling = |it: &str| it.len() >= 8;
    let part = |a: &str, b: &str| telling(a) && b.contains(a);
    let path = |it: &Change| match &it.thing {
        Thing::Event { path, .. } => path.clone(),
        _ => String::new(),
    };
    let (from, to) = (path(one), path(other));
    let about = |path: &str, said: &str| path.len() > 1 && said.contains(path);
    part(&a, &b) || part(&b, &a) || about(&from, &b) || about(&to, &a)
}

/// Whether a watch speaks of how something that was asked for was answered.
fn is_request(change: &Change) -> bool {
    matches!(&change.thing, Thing::Event { kind, .. } if is_answer(kind))
}

fn reach(change: &Change) -> Reach {
    let Thing::Event { kind, path } = &change.thing else { return Reach::Script };
    if kind == WatchKind::PageCrashed.word() {
        return Reach::Page;
    }
    if !is_request(change) {
        return Reach::Script;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map(|it| it.1);
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "avif" | "ico" | "bmp") => {
            Reach::Picture
        }
        Some("css" | "woff" | "woff2" | "ttf" | "otf") => Reach::Looks,
        Some("js" | "mjs") => Reach::Script,
        _ => Reach::Data,
    }
}

/// Whether an event is the answer with the page itself at which a change stands.
fn is_of_page(evidence: &Evidence<'_>, event: &Change, node: usize) -> bool {
    match &event.thing {
        Thing::Event { path, .. } => is_document(evidence, node, path),
        _ => false,
    }
}

/// Whether a change can follow from an event.
fn can_follow(evidence: &Evidence<'_>, event: &Change, node: usize) -> bool {
    let own = evidence.nodes[node].change();
    if is_of_page(evidence, event, node) {
        return true;
    }
    let reach = reach(event);
    let Some(facet) = own.facet else {
        // That a page cannot be opened has nothing to do with the page before it.
        let opened = own.after.as_deref().is_some_and(|it| it.starts_with("net::"));
        return !opened && !matches!(reach, Reach::Picture | Reach::Looks);
    };
    let replaced = evidence.only_where(node, |spot| evidence.spots[spot].replaced.contains(&facet));
    match reach {
        Reach::Page => true,
        Reach::Data => replaced || facet == FacetKind::Requests || is_lack(own) || is_value(own),
        Reach::Script => replaced || facet == FacetKind::Requests || is_lack(own),
        Reach::Looks => is_look(own),
        Reach::Picture => is_picture(own),
    }
}

/// Whether an address is that of the page at which a change stands.
fn is_document(evidence: &Evidence<'_>, node: usize, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    evidence.only_where(node, |spot| evidence.document(spot) == path)
        && evidence.only_where(node, |spot| {
            !evidence.spots[spot].replaced.is_empty() || evidence.is_failure(spot)
        })
}

/// Whether something is missing, empty, out of date, or an alert that says so.
fn is_lack(change: &Change) -> bool {
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(_), None) => true,
        (None, Some(new)) => {
            let role = Node::read(new).role;
            change.facet != Some(FacetKind::Aria)
                || matches!(
                    role,
                    "alert" | "alertdialog" | "dialog" | "status" | "paragraph" | "text"
                )
        }
        (Some(old), Some(new)) => {
            let (was, is) = (Node::read(old), Node::read(new));
            let words = |it: &Node<'_>| it.words().unwrap_or_default().len();
            // Where a link leads is written in the page, and no script's want.
            let state = (was.role, was.name, was.value) == (is.role, is.name, is.value)
                && was.attribute("url") == is.attribute("url");
            change.facet == Some(FacetKind::Image)
                || (change.facet == Some(FacetKind::Aria)
                    && (state || words(&is) * 2 < words(&was)))
        }
        (None, None) => false,
    }
}

/// Whether a style sheet that does not load can bring a change about: it takes no thing of the page
/// away but a text that it wrote itself.
fn is_look(change: &Change) -> bool {
    let gone = change.before.as_deref().filter(|_| change.after.is_none());
    match (change.facet, gone) {
        (Some(FacetKind::Aria), Some(line)) => Node::read(line).role == "text",
        (Some(FacetKind::Links | FacetKind::Fields), Some(_)) => false,
        _ => is_lack(change),
    }
}

/// Whether a thing of the tree holds another value under the same name.
fn is_value(change: &Change) -> bool {
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (Node::read(old), Node::read(new));
    change.facet == Some(FacetKind::Aria) && was.role == is.role && was.name == is.name
}

/// Whether a change is that of a picture on the page.
fn is_picture(change: &Change) -> bool {
    let mut sides = change.before.iter().chain(&change.after);
    match change.facet {
        Some(FacetKind::Aria) => sides.any(|it| Node::read(it).role == "img"),
        Some(FacetKind::Image) => match &change.thing {
            Thing::Region(names) => names.iter().any(|it| it.starts_with("img")),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::plan::WATCH_CHECKPOINT;
    use crate::model::testing;

    fn spot(step: u32, place: &str, checkpoint: Option<&str>, changes: Vec<Change>) -> Located {
        let facet = changes[0].facet;
        let facets = vec![FacetChange { facet, changes, ..FacetChange::of(FacetKind::Aria) }];
        let mut spot = testing::located("look", place, facets);
        spot.difference.checkpoint = checkpoint.map(str::to_owned);
        spot.difference.step = step;
        spot
    }

    fn seen(kind: WatchKind, path: &str, said: &str) -> Change {
        let thing = Thing::Event { kind: kind.word().to_owned(), path: path.to_owned() };
        let line = format!("{} {path}: {said}", kind.word());
        testing::change(Some(FacetKind::Events), thing, None, Some(&line))
    }

    #[test]
    fn two_pictures_that_are_not_there_are_one_and_a_style_sheet_is_another() {
        let missing = |path: &str| seen(WatchKind::BadStatus, path, "GET answered 404");
        let of = |one: &str, other: &str| {
            let changes = vec![missing(one), missing(other)];
            joined(edges, &[spot(1, "/", Some(WATCH_CHECKPOINT), changes)]).len()
        };
        assert_eq!(of("/static/a.svg", "/static/b.svg"), 1);
        assert_eq!(of("/static/a.svg", "/static/shop.css"), 0);
    }

    #[test]
    fn a_style_sheet_takes_texts_away_that_it_wrote_and_no_links() {
        let of = |gone: &str| {
            let event = seen(WatchKind::BadStatus, "/shop.css", "GET answered 404");
            let lost = testing::change(Some(FacetKind::Aria), Thing::Line, Some(gone), None);
            let spots = [
                spot(1, "/", Some(WATCH_CHECKPOINT), vec![event]),
                spot(2, "/", Some("page"), vec![lost]),
            ];
            joined(edges, &spots).len()
        };
        assert_eq!(of("- text: »"), 1);
        assert_eq!(of("- link \"Search\""), 0);
    }

    #[test]
    fn a_step_fails_for_a_script_of_its_page_and_perhaps_for_one_of_another() {
        let of = |kind: WatchKind, place: &str| {
            let event = seen(kind, "/pay", "bank is not defined");
            let failed = testing::change(None, Thing::Line, Some("a dialog"), Some("no dialog"));
            let spots = [
                spot(1, "/pay", Some(WATCH_CHECKPOINT), vec![event]),
                spot(9, place, None, vec![failed]),
            ];
            joined(edges, &spots).len()
        };
        assert_eq!(of(WatchKind::Exception, "/pay"), 1);
        assert_eq!(of(WatchKind::Exception, "/about"), 0);
        assert_eq!(of(WatchKind::BadStatus, "/about"), 1, "what was sent is read elsewhere");
    }

    #[test]
    fn what_reads_otherwise_exactly_where_a_script_leaves_something_out_on_several_pages_follows() {
        const TEXT: &str = "- link \"Text\"";
        const HTML: &str = "- link \"HTML\"";
        let of = |pages: &[&str], elsewhere: bool| {
            let mut spots = Vec::new();
            for (at, page) in pages.iter().enumerate() {
                let said = seen(WatchKind::ConsoleError, "/", "x is undefined");
                let tree = Some(FacetKind::Aria);
                let words = format!("- text: Letter {page}");
                let lost = testing::change(tree, Thing::Line, Some(&words), None);
                let read = testing::change(tree, Thing::Line, Some(TEXT), Some(HTML));
                let mut both = spot(2, page, Some("page"), vec![lost, read]);
                let mut watch = spot(1, page, Some(WATCH_CHECKPOINT), vec![said]);
                for it in [&mut both, &mut watch] {
                    it.difference.scenario = format!("read-{at}");
                }
                spots.extend([watch, both]);
            }
            if elsewhere {
                let tree = Some(FacetKind::Aria);
                let read = testing::change(tree, Thing::Line, Some(TEXT), Some(HTML));
                spots.push(spot(3, "/about", Some("page"), vec![read]));
            }
            joined(edges, &spots).iter().filter(|it| it.1 == HTML).count()
        };
        assert_eq!(of(&["/#/mail/2", "/#/mail/6"], false), 1);
        assert_eq!(of(&["/#/mail/2", "/#/mail/2"], false), 0, "on one page it may be chance");
        assert_eq!(of(&["/#/mail/2", "/#/mail/6"], true), 0, "it is seen without a script's want");
    }
}
