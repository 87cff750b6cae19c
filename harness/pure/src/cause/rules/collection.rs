//! A list that is sorted, filtered or written wrongly shows other rows: what changed inside of one
//! table or list of a page, where whole items are concerned and not one value in one of them. Values
//! of one list that changed places are one too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Rule, star};
use crate::cause::node::{collection, is_echo, is_item};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{is_name, middle};
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "collection", edges };

/// Changed values, or rows, of one list from which on not each of them has a cause of its own.
const MANY: usize = 4;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut held: BTreeMap<(&str, String), BTreeSet<usize>> = BTreeMap::new();
    let mut elsewhere: BTreeSet<usize> = BTreeSet::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        if node.facet() != Some(FacetKind::Aria) {
            continue;
        }
        if node.sightings.iter().all(|it| is_small_edit(it.change)) {
            continue;
        }
        for sighting in &node.sightings {
            match collection(sighting.change) {
                Some(name) => {
                    let path = evidence.path(sighting.spot);
                    held.entry((path, name)).or_default().insert(index);
                }
                None => {
                    elsewhere.insert(index);
                }
            }
        }
    }
    let own = held.into_values().map(|it| &it - &elsewhere);
    own.filter(|it| is_about_items(evidence, it))
        .flat_map(|it| star(it, "they are rows or items of the same list"))
        .chain(wandered(evidence))
        .collect()
}

/// Things of one role in one list, one of which has the word now that another one had.
fn wandered(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let mut moved: BTreeMap<_, [BTreeSet<usize>; 2]> = BTreeMap::new();
        for (node, change) in evidence.seen_at(spot) {
            let Some((role, [gone, came])) = exchanged_word(change) else { continue };
            let list = collection(change);
            moved.entry((role, list.clone(), gone)).or_default()[0].insert(node);
            moved.entry((role, list, came)).or_default()[1].insert(node);
        }
        let both = moved.into_values().filter(|it| it.iter().all(|it| !it.is_empty()));
        let because = "one has the value that another one had";
        found.extend(both.flat_map(|it| star(it.into_iter().flatten(), because)));
    }
    found
}

/// The role of a thing in which one word became another one, and both words.
fn exchanged_word(change: &Change) -> Option<(&str, [String; 2])> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    if change.facet != Some(FacetKind::Aria) || is_echo(old) {
        return None;
    }
    let (was, is) = (Node::read(old), Node::read(new));
    let (gone, came) = middle(was.words()?, is.words()?)?;
    let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned();
    let words = [bare(&gone), bare(&came)];
    let telling = words.iter().all(|it| is_name(it) && !it.contains(char::is_whitespace));
    (was.role == is.role && telling).then_some((was.role, words))
}

/// Whether a text reads nearly as it did: another row would hold another text.
fn is_small_edit(change: &Change) -> bool {
    const TELLING: usize = 5;
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (Node::read(old), Node::read(new));
    let (Some(had), Some(has)) = (was.words(), is.words()) else { return false };
    let letters = had.chars().filter(|it| it.is_alphabetic()).count();
    let edits_words = |a: &str, b: &str| {
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let (a, b) = (sorted(a), sorted(b));
        // As many words, and not the same ones in another order.
        a.len() == b.len() && a != b
    };
    let edited = !is_echo(old) || edits_words(had, has);
    let alike = had != has && likeness(had, has) >= ALIKE;
    was.role == is.role && letters >= TELLING && edited && alike
}

/// Texts that share so much are one text that was edited.
const ALIKE: f64 = 0.4;

/// How much of two texts is the same, from 0 to 1: the Dice coefficient of their pairs of letters.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs =
        |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (own, others) = (pairs(a), pairs(b));
    let all = own.len() + others.len();
    // Texts of a page may be long: how often each pair is left, and no list to search.
    let mut left: HashMap<(char, char), usize> = HashMap::new();
    for it in others {
        *left.entry(it).or_default() += 1;
    }
    let shared = own.iter().filter(|pair| match left.get_mut(*pair) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        Some(_) | None => false,
    });
    let shared = shared.count();
    if all == 0 { 0.0 } else { 2.0 * shared as f64 / all as f64 }
}

/// Whether items came, went or are others, and not only a value in one or another of them.
fn is_about_items(evidence: &Evidence<'_>, nodes: &BTreeSet<usize>) -> bool {
    let changes: Vec<&Change> = nodes.iter().map(|it| evidence.nodes[*it].change()).collect();
    let line = |it: &Change| it.before.clone().or_else(|| it.after.clone()).unwrap_or_default();
    let whole = |it: &&&Change| it.before.is_none() != it.after.is_none() && is_item(&line(it));
    let values = changes.iter().filter(|it| !is_echo(&line(it))).count();
    let items = changes.iter().filter(|it| is_item(&line(it))).count();
    changes.iter().any(|it| whole(&it)) || values >= MANY || items >= MANY
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn a_value_that_another_row_had_is_one_with_what_that_row_has_now_and_another_value_is_not() {
        let of = |lines: &[(&str, &str)]| {
            let one = |it: &(&str, &str)| {
                let facet = Some(FacetKind::Aria);
                let change = testing::change(facet, Thing::Line, Some(it.0), Some(it.1));
                Change { around: vec!["- table:".to_owned()], ..change }
            };
            let changes = lines.iter().map(one).collect();
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[testing::located("history", "/issue1", facets)])
        };
        let second = ("- cell \"state: chatting -> done\"", "- cell \"state: chatting -> open\"");
        let first = (
            "- cell \"note: + msg7 state: open -> chatting\"",
            "- cell \"note: + msg7 state: open -> done\"",
        );
        assert_eq!(of(&[first, second]), [(first.1.to_owned(), second.1.to_owned())]);
        let other = ("- cell \"state: chatting -> late\"", "- cell \"state: chatting -> open\"");
        assert_eq!(of(&[first, other]), []);
        let heading = ("- heading \"All that is done\"", "- heading \"All that is open\"");
        assert_eq!(of(&[first, heading]), [], "that is no cell");
        let three = ("- cell \"of 3\"", "- cell \"of 4\"");
        let four = ("- cell \"in 4\"", "- cell \"in 5\"");
        assert_eq!(of(&[three, four]), [], "numbers say too little");
    }

    #[test]
    fn a_text_is_as_like_another_as_they_share_pairs_of_letters_each_as_often_and_long_ones_too() {
        let of = |a: &str, b: &str| (likeness(a, b) * 100.0).round() as u32;
        assert_eq!((of("night", "night"), of("night", "nacht")), (100, 25));
        assert_eq!((of("aaa", "aa"), of("aaa", "a"), of("", "")), (67, 0, 0));
        let long = "ab".repeat(200_000);
        assert_eq!(of(&long, &long.replace('b', "c")), 0);
    }
}
