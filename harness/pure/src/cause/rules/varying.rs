//! The same words with another number at many places, and nowhere twice in one place: one thing
//! writes that number, whether it counts wrongly or is never the same. A number that is written only
//! where there is something to count came or went at some of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::{TELLING, differing};

/// What this rule says.
pub const BECAUSE: &str = "they are the same words with another number";

pub(super) const RULE: Rule = Rule { id: "varying", edges };

/// From so many places on, the same words with another number do not have a cause each.
const MANY: usize = 6;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let numbered =
        alike(evidence, |it| differing(it).and(it.before.as_deref()).map(without_numbers));
    let came = |it: &BTreeSet<usize>| it.iter().any(|it| is_more(evidence.nodes[*it].change()));
    let counters = alike(evidence, counter).into_iter().filter(came);
    numbered.into_iter().chain(counters).flat_map(|it| star(it, BECAUSE)).collect()
}

/// The changes that have the same words, for all words that do at many places.
fn alike(evidence: &Evidence<'_>, words: fn(&Change) -> Option<String>) -> Vec<BTreeSet<usize>> {
    // By facet and words: at each spot, the changes that read so.
    let mut groups: BTreeMap<(FacetKind, String), BTreeMap<usize, BTreeSet<usize>>> =
        BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for sighting in &node.sightings {
            let read = sighting.change.facet.zip(words(sighting.change));
            let Some(key) = read.filter(|it| it.0 != FacetKind::Exit) else { continue };
            let spots = groups.entry(key).or_default();
            spots.entry(sighting.spot).or_default().insert(index);
        }
    }
    let place = |spot: &usize| evidence.spots[*spot].difference.place.as_str();
    let many = groups
        .into_values()
        .filter(|it| it.keys().map(place).collect::<BTreeSet<_>>().len() >= MANY);
    // A list has rows that read alike: what changed in it is for other rules to say.
    let single = many.filter(|it| it.values().all(|nodes| nodes.len() == 1));
    single.map(|it| it.into_values().flatten().collect()).collect()
}

/// The words around the numbers of a line of which one is another one, came or went.
fn counter(change: &Change) -> Option<String> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let around = |line: &str| -> String {
        let words = words(line).into_iter().filter(|it| !is_number(it));
        words.collect::<Vec<_>>().join(" ")
    };
    let said = around(old);
    let telling = said.chars().filter(|it| it.is_alphabetic()).count() >= TELLING;
    let same = said == around(new) && (is_more(change) || differing(change).is_some());
    (telling && same).then_some(said)
}

/// Whether all that differs is that one number came or went: `MailDev (+6)` and `MailDev`.
fn is_more(change: &Change) -> bool {
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (words(old), words(new));
    let (short, long) = if was.len() < is.len() { (was, is) } else { (is, was) };
    let at = short.iter().zip(&long).take_while(|it| it.0 == it.1).count();
    long.len() == short.len() + 1 && is_number(long[at]) && long[at + 1..] == short[at..]
}

fn words(line: &str) -> Vec<&str> {
    let parts = line.split(|it: char| it.is_whitespace() || it == '"');
    parts.filter(|it| !it.is_empty()).collect()
}

fn is_number(word: &str) -> bool {
    word.contains(|it: char| it.is_ascii_digit()) && !word.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn a_number_that_is_another_one_or_none_on_many_pages_is_one_and_other_words_are_not() {
        let of = |titles: &[(&str, &str)]| {
            let page = |(at, it): (usize, &(&str, &str))| {
                let facet = Some(FacetKind::Page);
                let change = testing::change(facet, Thing::Line, Some(it.0), Some(it.1));
                let facets =
                    vec![FacetChange { changes: vec![change], ..FacetChange::of(FacetKind::Page) }];
                testing::located(&format!("s{at}"), &format!("/mail/{at}"), facets)
            };
            joined(edges, &titles.iter().enumerate().map(page).collect::<Vec<_>>())
        };
        let some = [
            ("title: Mails (+5)", "title: Mails (+1)"),
            ("title: Mails (+4)", "title: Mails (+2)"),
            ("title: Mails (+3)", "title: Mails (+1)"),
            ("title: Mails (+4)", "title: Mails (+3)"),
        ];
        let with = |more: [(&'static str, &'static str); 2]| [&some[..], &more[..]].concat();
        let (lost, got) =
            (("title: Mails (+7)", "title: Mails"), ("title: Mails", "title: Mails (+6)"));
        assert_eq!(of(&with([lost, got])).len(), 5);
        let sent = ("title: Sent", "title: Sent (+6)");
        assert_eq!(of(&with([lost, sent])).len(), 0, "these are other words");
        let renamed = ("title: Mails (+7)", "title: Mails new");
        assert_eq!(of(&with([lost, renamed])).len(), 0);
    }
}
