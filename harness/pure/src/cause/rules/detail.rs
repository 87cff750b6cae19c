//! The same thing in two facets of a page: a link that leads elsewhere changes the tree and the
//! list of links, a field that lost its label the tree, the fields and what hinders people. What came
//! or went with a row belongs to the row. A detail that changed where its thing did not speaks for
//! itself.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};

use super::Rule;
use crate::cause::node::{is_icons, quoted_name, tells};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::TELLING;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "detail", edges };

const BECAUSE: &str = "they are about the same thing";
const TWICE: &str = "nothing else came that can have the id";
const DRAWN: &str = "the picture shows the icon";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let elsewhere = LazyCell::new(|| by_words(evidence));
    let mut found = Vec::new();
    for node in 0..evidence.nodes.len() {
        let facet = evidence.nodes[node].facet();
        let about = match facet {
            Some(FacetKind::Links | FacetKind::Fields) => {
                let told = with_its_row(evidence, node)
                    .unwrap_or_else(|| at_its_spots(evidence, node, &[FacetKind::Aria]));
                if told.is_empty() { beside(evidence, node) } else { told }
            }
            Some(FacetKind::A11y) => {
                let told = hindrance(evidence, node);
                let came = newcomer(evidence, node).filter(|_| told.is_empty());
                found.extend(came.map(|it| Edge::follows(it, node, TWICE)));
                told
            }
            Some(FacetKind::Text) => {
                found.extend(drawn(evidence, node).map(|it| Edge::follows(it, node, DRAWN)));
                same_words(evidence, node, &elsewhere)
            }
            _ => BTreeSet::new(),
        };
        found.extend(about.into_iter().map(|it| Edge::follows(it, node, BECAUSE)));
    }
    found
}

fn sides(change: &Change) -> impl Iterator<Item = &str> {
    change.before.iter().chain(&change.after).map(String::as_str)
}

fn is_about(other: &Change, detail: &Change) -> bool {
    // What hinders people is told without numbers.
    let bare = detail.facet == Some(FacetKind::A11y);
    sides(detail).any(|said| {
        sides(other).any(|line| {
            let plain = if bare { without_numbers(line) } else { line.to_owned() };
            let said = if bare { without_numbers(said) } else { said.to_owned() };
            tells(&plain, &said) || holds(&plain, &said)
        })
    })
}

/// Whether what a detail calls its thing by holds all words of a line of the tree.
fn holds(line: &str, said: &str) -> bool {
    let node = Node::read(line);
    let words = node.words().map(|it| it.trim_matches('"'));
    let telling = words.filter(|it| it.chars().filter(|it| it.is_alphabetic()).count() >= TELLING);
    telling.is_some_and(|words| quoted_name(said).is_some_and(|it| it.contains(words)))
}

/// What became of the rows of the tree in which a detail came or went; `None` where the rows are still
/// there, or where it stands in none.
fn with_its_row(evidence: &Evidence<'_>, node: usize) -> Option<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    for sighting in &evidence.nodes[node].sightings {
        let (row, is_gone) = match (&sighting.change.before, &sighting.change.after) {
            (Some(_), None) => (sighting.change.around.last()?, true),
            (None, Some(_)) => (sighting.change.around.last()?, false),
            _ => return None,
        };
        let is_row = |it: &Change| {
            let side = if is_gone { &it.before } else { &it.after };
            it.facet == Some(FacetKind::Aria) && side.as_deref() == Some(row)
        };
        let near = evidence.seen_at(sighting.spot).filter(|it| is_row(it.1)).map(|it| it.0);
        found.insert(near.min()?);
    }
    Some(found)
}

/// The nodes of these facets that a detail is about, where each of its spots has one.
fn at_its_spots(evidence: &Evidence<'_>, node: usize, facets: &[FacetKind]) -> BTreeSet<usize> {
    let (mut found, mut told) = (BTreeSet::new(), 0);
    for sighting in &evidence.nodes[node].sightings {
        let near = evidence.seen_at(sighting.spot).filter(|(other, change)| {
            *other != node
                && change.facet.is_some_and(|it| facets.contains(&it))
                && is_about(change, sighting.change)
        });
        let near: Vec<usize> = near.map(|it| it.0).collect();
        told += usize::from(!near.is_empty());
        found.extend(near);
    }
    // Lines of the tree that only moved are no change of theirs.
    if told * 2 >= evidence.nodes[node].sightings.len() { found } else { BTreeSet::new() }
}

/// What hinders people and the change of the same thing, also where another checkpoint of the page
/// compares it.
fn hindrance(evidence: &Evidence<'_>, node: usize) -> BTreeSet<usize> {
    let own = &evidence.nodes[node];
    let wanted = |it: &Change| matches!(it.facet, Some(FacetKind::Aria | FacetKind::Fields));
    let near = own.sightings.iter().flat_map(|sighting| {
        let place = evidence.spots[sighting.spot].difference.place.as_str();
        let spots = evidence.places.get(place).into_iter().flatten();
        spots.flat_map(|spot| evidence.seen_at(*spot)).filter(move |(other, change)| {
            *other != node && wanted(change) && is_about(change, sighting.change)
        })
    });
    near.map(|it| it.0).collect()
}

/// The one thing that came, or says more, wherever an id is newly given to two things.
fn newcomer(evidence: &Evidence<'_>, node: usize) -> Option<usize> {
    let own = &evidence.nodes[node];
    let change = own.change();
    let doubled = change.after.as_deref().is_some_and(|it| it.starts_with("duplicate-id: "));
    if !doubled || change.before.is_some() {
        return None;
    }
    let says_more = |it: &Change| {
        let words = |side: &'_ Option<String>| {
            let words = Node::read(side.as_deref()?).words();
            words.map(|it| it.trim_matches('"').to_owned())
        };
        match (&it.before, words(&it.before), words(&it.after)) {
            (None, ..) => it.after.is_some(),
            (Some(_), Some(was), Some(is)) => is.len() > was.len() && is.contains(&was),
            (Some(_), ..) => false,
        }
    };
    let at = |spot: usize| {
        let tree = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
        tree.filter(|it| says_more(it.1)).map(|it| it.0).collect::<BTreeSet<usize>>()
    };
    let first = at(own.sightings[0].spot);
    let only = first.first().copied().filter(|_| first.len() == 1)?;
    own.spots().all(|spot| at(spot) == first).then_some(only)
}

/// The region of the picture, wherever it is the only one, where an icon became another one.
fn drawn(evidence: &Evidence<'_>, node: usize) -> Option<usize> {
    let own = &evidence.nodes[node];
    let is_icon = |side: &Option<String>| side.as_deref().is_some_and(is_icons);
    if !is_icon(&own.change().before) || !is_icon(&own.change().after) {
        return None;
    }
    let at = |spot: usize| {
        let mut shown = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Image));
        let only = shown.next()?.0;
        shown.next().is_none().then_some(only)
    };
    let first = at(own.sightings[0].spot)?;
    own.spots().all(|spot| at(spot) == Some(first)).then_some(first)
}

/// Text that the tree is blind to, and what the tree shows of the same words.
fn same_words(
    evidence: &Evidence<'_>,
    node: usize,
    elsewhere: &HashMap<Said, usize>,
) -> BTreeSet<usize> {
    let same = |own: &Change, other: &Change| {
        let part = |it: &Option<String>, of: &Option<String>| match (it, of) {
            (Some(it), Some(of)) => it.contains(of.trim_matches('"')),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        part(&other.before, &own.before) && part(&other.after, &own.after)
    };
    let mut found = BTreeSet::new();
    for sighting in &evidence.nodes[node].sightings {
        let near = evidence.seen_at(sighting.spot).filter(|(_, change)| {
            change.facet == Some(FacetKind::Aria) && same(sighting.change, change)
        });
        found.extend(near.map(|it| it.0));
    }
    if found.is_empty() {
        found.extend(elsewhere.get(&bare(evidence.nodes[node].change())));
    }
    if found.is_empty() { beside(evidence, node) } else { found }
}

/// What a change says on either side.
type Said = (Option<String>, Option<String>);

/// The first node of the tree that says something, by what it says on any page: what lies behind a
/// dialog is in the text of its page alone.
fn by_words(evidence: &Evidence<'_>) -> HashMap<Said, usize> {
    let said = |line: &Option<String>| {
        let node = Node::read(line.as_deref()?);
        let words = node.value.or(node.name)?.trim_matches('"').to_owned();
        let letters = words.chars().filter(|it| it.is_alphabetic()).count();
        (letters >= TELLING).then_some(words)
    };
    let mut found = HashMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        if node.facet() == Some(FacetKind::Aria) {
            let change = node.change();
            found.entry((said(&change.before), said(&change.after))).or_insert(index);
        }
    }
    found
}

/// What text says, as [`by_words`] has it of the tree.
fn bare(text: &Change) -> Said {
    let plain =
        |it: &Option<String>| it.as_deref().map(|it| it.trim_matches(['"', '\'']).to_owned());
    (plain(&text.before), plain(&text.after))
}

/// What came or went in the tree where a detail did so too that no name tells: a form with its
/// button, the letter on it.
fn beside(evidence: &Evidence<'_>, node: usize) -> BTreeSet<usize> {
    let side = |it: &Change| (it.before.is_some(), it.after.is_some());
    let mut found = BTreeSet::new();
    for sighting in &evidence.nodes[node].sightings {
        let own = side(sighting.change);
        let near = evidence.seen_at(sighting.spot).find(|(_, change)| {
            own != (true, true) && change.facet == Some(FacetKind::Aria) && side(change) == own
        });
        let Some((near, _)) = near else { return BTreeSet::new() };
        found.insert(near);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    fn gone(place: &str, facet: FacetKind, line: &str) -> Located {
        let change = testing::change(Some(facet), Thing::Line, Some(line), None);
        let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(facet) }];
        testing::located("browse", place, facets)
    }

    #[test]
    fn text_behind_a_dialog_is_what_the_tree_of_another_page_shows_by_the_same_words() {
        let tree = |line: &str| gone("/", FacetKind::Aria, line);
        let text = |line: &str| gone("/settings", FacetKind::Text, line);
        let of = |line: &str, said: &str| joined(edges, &[tree(line), text(said)]).len();
        assert_eq!(of("- text: Powered by", "Powered by"), 1);
        assert_eq!(of("- text: Powered by us", "Powered by"), 0, "these are other words");
        assert_eq!(of("- text: by", "by"), 0, "that says too little");
        let came = testing::change(Some(FacetKind::Text), Thing::Line, None, Some("Powered by"));
        let facet = FacetChange { changes: vec![came], ..FacetChange::of(FacetKind::Text) };
        let other = testing::located("browse", "/settings", vec![facet]);
        assert_eq!(joined(edges, &[tree("- text: Powered by"), other]), [], "that came");
    }

    /// A page with these changes.
    fn page(changes: &[(FacetKind, Option<&str>, &str)]) -> Located {
        let of = |(facet, was, is): &(FacetKind, Option<&str>, &str)| {
            let change = testing::change(Some(*facet), Thing::Line, *was, Some(*is));
            FacetChange { changes: vec![change], ..FacetChange::of(*facet) }
        };
        testing::located("read", "/hours", changes.iter().map(of).collect())
    }

    #[test]
    fn an_id_is_given_twice_by_the_only_thing_that_came_and_by_no_one_of_two() {
        const TOLD: &str = "duplicate-id: #help: 2 things have the id that a label names";
        let told = (FacetKind::A11y, None, TOLD);
        let more = (FacetKind::Aria, Some("- text: For us."), "- text: For us.Not for you.");
        let came = (FacetKind::Aria, None, "- note: Closed");
        let of = |changes: &[(FacetKind, Option<&str>, &str)]| {
            joined(edges, &[page(changes)]).iter().filter(|it| it.1 == TOLD).count()
        };
        assert_eq!((of(&[told, more]), of(&[told, came])), (1, 1));
        assert_eq!(of(&[told, more, came]), 0, "either may have it");
        let other = (FacetKind::Aria, Some("- text: For us."), "- text: For you.");
        assert_eq!(of(&[told, other]), 0, "that says no more");
    }

    #[test]
    fn an_icon_that_became_another_one_is_in_the_only_region_of_the_picture() {
        let picture = |said: &'static str| (FacetKind::Image, None, said);
        let of = |was: &'static str, is: &'static str, regions: &[&'static str]| {
            let text = (FacetKind::Text, Some(was), is);
            let shown = regions.iter().copied().map(picture);
            let all: Vec<_> = [text].into_iter().chain(shown).collect();
            joined(edges, &[page(&all)]).len()
        };
        let (sun, moon) = ("\"\u{f185}\"", "\"\u{f186}\"");
        assert_eq!(of(sun, moon, &["list looks different"]), 1);
        assert_eq!(of(sun, moon, &["list looks different", "form looks different"]), 0);
        assert_eq!(of("\"Sun\"", "\"Moon\"", &["list looks different"]), 0, "one can read that");
    }
}
