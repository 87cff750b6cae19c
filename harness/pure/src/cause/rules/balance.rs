//! What an output or page says of all that it lists follows from what came or went there: a row of
//! totals differs in each of its numbers by what those rows hold together. One small number may do so
//! by chance, several do not. Rows that differ by the same amounts, two or more, and a row that differs
//! by what all others do together, are one change as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::{WHOLE, is_name, numbers, tokens};
use crate::model::finding::{DiffTag, FacetChange};
use crate::model::thing::{Node, Thing};

pub(super) const RULE: Rule = Rule { id: "balance", edges };

/// From this amount on one number says enough, in hundredths.
const LARGE: i64 = 10 * WHOLE;
/// As many numbers of what came or went are looked at, for how they add up side by side.
const MOST: usize = 64;
/// In as many rows of one output a total is looked for.
const ROWS: usize = 400;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        for it in balances(evidence, spot) {
            let part = it.parts.first().copied();
            let because = "it adds up what came or went";
            found.extend(part.into_iter().flat_map(|part| {
                it.totals.iter().map(move |total| Edge::follows(part, *total, because))
            }));
        }
        found.extend(of_rows(evidence, spot));
    }
    found
}

/// What came or went in one facet of a spot, and what adds it up.
#[derive(Debug)]
pub(super) struct Balance {
    /// What came, or what went.
    pub(super) parts: BTreeSet<usize>,
    /// What differs by what the parts hold.
    pub(super) totals: BTreeSet<usize>,
}

/// What adds up of what came or went at a spot, facet by facet.
pub(super) fn balances(evidence: &Evidence<'_>, spot: usize) -> Vec<Balance> {
    let facets = evidence.spots[spot].difference.facets.iter();
    let counted = facets.filter(|it| {
        matches!(
            it.facet,
            Some(FacetKind::Aria | FacetKind::Stdout | FacetKind::Files | FacetKind::Screen)
        )
    });
    counted.filter_map(|it| balance(evidence, spot, it)).collect()
}

fn balance(evidence: &Evidence<'_>, spot: usize, facet: &FacetChange) -> Option<Balance> {
    let own: Vec<(usize, &Change)> =
        evidence.seen_at(spot).filter(|it| it.1.facet == facet.facet).collect();
    let (one, both): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|it| it.1.before.is_none() != it.1.after.is_none());
    let came = one.first()?.1.before.is_none();
    if both.is_empty() || one.iter().any(|it| it.1.before.is_none() != came) {
        return None;
    }
    let held = Held::of(facet, one.iter().map(|it| it.1), came);
    let differing: Vec<(usize, Vec<(Slot, i64)>)> = both
        .iter()
        .filter_map(|(node, change)| {
            let more = amounts(change)?;
            // What adds up is more where something came, and less where something went.
            more.iter().all(|it| (it.1 > 0) == came).then(|| (*node, absolute(more)))
        })
        .collect();
    let exact: BTreeSet<&(Slot, i64)> =
        differing.iter().flat_map(|it| &it.1).filter(|it| held.is_sum(it)).collect();
    let sizes: BTreeSet<i64> = exact.iter().map(|it| it.1).collect();
    // One size, and a small one or that of a number without a name, is what many numbers differ by.
    let telling = |it: &&(Slot, i64)| it.1 >= LARGE && !it.0.is_nameless();
    if sizes.len() < 2 && !exact.iter().any(telling) {
        return None;
    }
    let fits = |it: &(Slot, i64)| held.is_sum(it) || held.explains(it);
    let is_total = |it: &&(usize, Vec<(Slot, i64)>)| it.1.iter().all(fits);
    Some(Balance {
        parts: one.iter().map(|it| it.0).collect(),
        totals: differing.iter().filter(is_total).map(|it| it.0).collect(),
    })
}

/// Which number of a line: by its position among so many, or, where it is the only one, by the name
/// before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Place(usize, usize),
    Name(String),
}

impl Slot {
    /// Whether nothing says of what the number is told.
    fn is_nameless(&self) -> bool {
        matches!(self, Self::Name(name) if name.is_empty())
    }

    /// Whether both are one name, of which one has something before it: `nFiles` and `n_files`.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(other)) => {
                let is_named = !one.is_empty() && !other.is_empty();
                is_named && (one.ends_with(other.as_str()) || other.ends_with(one.as_str()))
            }
            (Self::Name(_) | Self::Place(..), Self::Name(_) | Self::Place(..)) => false,
        }
    }
}

/// What the lines that came or went hold.
#[derive(Debug, Default)]
struct Held {
    /// What they hold together, by which number of a line it is.
    sums: BTreeMap<Slot, i64>,
    /// What one of them holds, some of them together, or side by side.
    amounts: BTreeSet<i64>,
    /// What all of several numbers are together.
    whole: Option<i64>,
}

impl Held {
    fn of<'a>(facet: &FacetChange, parts: impl Iterator<Item = &'a Change>, came: bool) -> Self {
        let mut held = Self::default();
        let mut all = Vec::new();
        let lines = written(facet, came);
        for change in parts {
            let told = if came { &change.after } else { &change.before };
            let numbers = if came { &change.new_lines } else { &change.old_lines };
            let own: Vec<&String> = numbers.iter().filter_map(|it| lines.get(it)).collect();
            let is_unseen = own.is_empty();
            let told = told.iter().filter(|_| is_unseen);
            let texts = own.into_iter().chain(told).filter_map(|it| said(it, facet.facet));
            for (slot, number) in texts.flat_map(slots) {
                let sum = held.sums.entry(slot).or_default();
                *sum = sum.saturating_add(number);
                all.push(number);
            }
        }
        held.whole = (all.len() > 1).then(|| all.iter().copied().fold(0, i64::saturating_add));
        all.truncate(MOST);
        for from in 0..all.len() {
            let mut sum = 0_i64;
            held.amounts.extend(all[from..].iter().map(|it| {
                sum = sum.saturating_add(*it);
                sum
            }));
        }
        held.amounts.extend(held.sums.values());
        held
    }

    /// Whether a number differs by what the same number of all lines is together.
    fn is_sum(&self, (slot, amount): &(Slot, i64)) -> bool {
        self.sums.get(slot) == Some(amount)
    }

    /// Whether a number differs by something that they hold. A small one does so by chance, unless it
    /// is all of it, or what they hold by nearly the same name.
    fn explains(&self, (slot, amount): &(Slot, i64)) -> bool {
        let by_name = || self.sums.iter().any(|it| it.1 == amount && it.0.is_like(slot));
        let is_large = *amount >= LARGE && self.amounts.contains(amount);
        is_large || self.whole == Some(*amount) || by_name()
    }
}

/// The lines that came to a facet, or that went, as they are written.
fn written(facet: &FacetChange, came: bool) -> HashMap<u32, String> {
    let side = if came { DiffTag::Added } else { DiffTag::Removed };
    let own = facet.diff.iter().filter(|it| it.tag == side);
    own.filter_map(|it| Some((if came { it.new_line } else { it.old_line }?, it.text()))).collect()
}

/// What a line says; in the tree of a page the role of a node is no name.
fn said(line: &str, facet: Option<FacetKind>) -> Option<&str> {
    if facet == Some(FacetKind::Aria) { Node::read(line).words() } else { Some(line) }
}

/// The numbers of what a line says.
fn slots(line: &str) -> Vec<(Slot, i64)> {
    let all = numbers(line).into_iter().map(|it| i64::try_from(it).unwrap_or(i64::MAX));
    let all: Vec<i64> = all.collect();
    match all.as_slice() {
        [one] => vec![(Slot::Name(name_before(line)), *one)],
        all => {
            let slot = |at: usize| Slot::Place(at, all.len());
            all.iter().enumerate().map(|(at, it)| (slot(at), *it)).collect()
        }
    }
}

/// The name that stands before the first number of a line, in small letters.
fn name_before(line: &str) -> String {
    let is_number = |it: &&str| it.starts_with(|it: char| it.is_ascii_digit());
    let words = tokens(line);
    let end = words.iter().position(is_number).unwrap_or(words.len());
    words[..end]
        .iter()
        .rev()
        .find(|it| is_name(it))
        .map_or_else(String::new, |it| it.to_lowercase())
}

/// By how much the numbers of a line differ that differ, where its words are the same.
fn amounts(change: &Change) -> Option<Vec<(Slot, i64)>> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let told = !matches!(change.thing, Thing::Layout | Thing::Order(_) | Thing::End | Thing::Frame);
    // Columns may be set to other widths.
    let words = |it: &str| without_numbers(it).split_whitespace().collect::<Vec<_>>().join(" ");
    if !told || words(old) != words(new) {
        return None;
    }
    let (was, is) = (slots(said(old, change.facet)?), slots(said(new, change.facet)?));
    let differ = was.into_iter().zip(is).filter(|it| it.0.1 != it.1.1);
    let differ: Vec<(Slot, i64)> = differ.map(|(was, is)| (is.0, is.1 - was.1)).collect();
    (!differ.is_empty()).then_some(differ)
}

fn absolute(all: Vec<(Slot, i64)>) -> Vec<(Slot, i64)> {
    all.into_iter().map(|(slot, by)| (slot, by.abs())).collect()
}

/// Rows of an output that differ by the same amounts, two or more, and the row that differs by what
/// all others do together.
fn of_rows(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let printed = |it: &Change| matches!(it.facet, Some(FacetKind::Stdout | FacetKind::Files));
    let rows: Vec<(usize, Vec<(Slot, i64)>)> = evidence
        .seen_at(spot)
        .filter(|it| printed(it.1))
        .filter_map(|(node, change)| Some((node, amounts(change)?)))
        .take(ROWS)
        .collect();
    let many = rows.iter().filter(|it| is_telling(&it.1));
    let keyed = many.map(|(node, by)| (by.iter().map(|it| it.1).collect::<Vec<i64>>(), *node));
    let mut found = stars(keyed, "they differ by the same amounts");
    let mut sums: BTreeMap<&Slot, i128> = BTreeMap::new();
    for (slot, by) in rows.iter().flat_map(|it| &it.1) {
        *sums.entry(slot).or_default() += i128::from(*by);
    }
    // What a total differs by is half of what all rows do, itself among them.
    let is_total = |by: &[(Slot, i64)]| {
        let all = sums.iter().filter(|it| *it.1 != 0).map(|(slot, sum)| ((*slot).clone(), *sum));
        let twice = by.iter().map(|(slot, by)| (slot.clone(), i128::from(*by) * 2));
        is_telling(by) && all.eq(twice)
    };
    let total = rows.iter().find(|it| is_total(&it.1)).filter(|_| rows.len() > 2);
    found.extend(total.into_iter().flat_map(|(total, _)| {
        let parts = rows.iter().filter(move |it| it.0 != *total);
        parts.map(move |it| Edge::follows(it.0, *total, "it adds up what the others differ by"))
    }));
    found
}

/// Whether amounts are not the same by chance: two or more, and not all of them one.
fn is_telling(amounts: &[(Slot, i64)]) -> bool {
    amounts.len() > 1 && amounts.iter().any(|it| it.1.abs() > WHOLE)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::testing;

    /// What a command prints otherwise.
    fn output(lines: &[(Option<&str>, Option<&str>)]) -> Vec<Located> {
        let one = |it: &(Option<&str>, Option<&str>)| {
            testing::change(Some(FacetKind::Stdout), Thing::Line, it.0, it.1)
        };
        let changes = lines.iter().map(one).collect();
        let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
        vec![testing::located("count", "count src", facets)]
    }

    #[test]
    fn a_total_follows_from_the_rows_that_came_where_every_number_of_it_does() {
        let of = |total: &str| {
            let came = |line| (None, Some(line));
            let rows =
                [came("Pascal 3 18 24"), came("Ruby 1 1 8"), (Some("SUM 12 19 83"), Some(total))];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!(of("SUM 16 38 115"), 1);
        assert_eq!(of("SUM 16 38 119"), 0, "one number is more by something else");
        assert_eq!(of("SUM 8 0 51"), 0, "it is less");
        assert_eq!(of("SUM 13 19 83"), 0, "one more is usual");
    }

    #[test]
    fn a_small_number_that_differs_by_a_part_of_what_came_is_no_total() {
        let of = |was, is| {
            let rows = [
                (None, Some("Pascal 3 18 24")),
                (Some("SUM 12 19 83"), Some("SUM 15 37 107")),
                (Some(was), Some(is)),
            ];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!(of("warnings: 4", "warnings: 7"), 1, "three is what many numbers differ by");
        assert_eq!(of("lines: 31", "lines: 73"), 2, "two columns together");
        let small = |was, is| {
            let rows = [
                (None, Some("Buoy 1 4")),
                (Some("SUM 3 9"), Some("SUM 4 13")),
                (Some(was), Some(is)),
            ];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!(small("lines: 12", "lines: 17"), 2, "all that came together");
        assert_eq!(small("lines: 12", "lines: 16"), 1);
    }

    #[test]
    fn a_number_on_a_page_is_added_up_by_the_name_before_it_and_not_by_its_role() {
        let of = |came: &str, was: &str, is: &str| {
            let one =
                |before, after| testing::change(Some(FacetKind::Aria), Thing::Line, before, after);
            let changes = vec![one(None, Some(came)), one(Some(was), Some(is))];
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[testing::located("look", "/", facets)]).len()
        };
        let read = "- text: 15 min read";
        assert_eq!(of(read, "- text: 40 orders", "- text: 55 orders"), 0, "that is a role");
        let orders = "- listitem \"Orders of Ada: 15\"";
        assert_eq!(of(orders, "- text: \"Ada: 40\"", "- text: \"Ada: 55\""), 1);
        assert_eq!(of(orders, "- text: \"Bob: 40\"", "- text: \"Bob: 55\""), 0);
    }

    #[test]
    fn numbers_that_are_too_large_to_be_added_up_end_no_night() {
        let rows = [
            (None, Some("Rope 92233720368547000")),
            (None, Some("Reef 92233720368547000")),
            (Some("Lamp 1 92233720368547000"), Some("Lamp 92233720368547000 1")),
            (Some("Pier 2 92233720368547000"), Some("Pier 92233720368547000 2")),
            (Some("Sail 3 92233720368547000"), Some("Sail 92233720368547000 3")),
        ];
        assert_eq!(joined(edges, &output(&rows)), []);
    }

    #[test]
    fn values_by_name_are_added_up_and_those_of_another_thing_are_not() {
        let of = |lines: &[&'static str], blank: &'static str| {
            let came = lines.iter().map(|it| (None, Some(*it)));
            let totals = [
                (Some("\"blank\": 6,"), Some(blank)),
                (Some("\"comment\": 6,"), Some("\"comment\": 8,")),
                (Some("\"code\": 27,"), Some("\"code\": 34,")),
                (Some("\"n_lines\" : 39,"), Some("\"n_lines\" : 49,")),
            ];
            joined(edges, &output(&came.chain(totals).collect::<Vec<_>>())).len()
        };
        let css = ["\"files\": 1,", "\"blank\": 1,", "\"comment\": 2,", "\"code\": 7},"];
        assert_eq!(of(&css, "\"blank\": 7,"), 4);
        assert_eq!(of(&css, "\"blank\": 46,"), 3, "that differs by something else");
        assert_eq!(of(&css[..2], "\"blank\": 7,"), 0, "one number is one more by chance");
    }

    #[test]
    fn a_small_number_is_added_up_by_a_name_that_is_longer_and_not_by_another_one() {
        let of = |was, is| {
            let rows = [
                (None, Some("\"nFiles\": 2,")),
                (None, Some("\"code\": 17,")),
                (Some("\"code\": 20,"), Some("\"code\": 37,")),
                (Some(was), Some(is)),
            ];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!(of("\"n_files\": 6,", "\"n_files\": 8,"), 2);
        assert_eq!(of("\"n_errors\": 6,", "\"n_errors\": 8,"), 1);
    }

    #[test]
    fn rows_that_differ_by_the_same_amounts_are_one_and_by_others_are_not() {
        let of = |total: &str| {
            let rows = [
                (Some("Pascal 18 13 24"), Some("Pascal 18 7 30")),
                (Some("SUM 38 49 115"), Some(total)),
            ];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!(of("SUM 38 43 121"), 1);
        assert_eq!(of("SUM 38 43 120"), 0);
        assert_eq!(of("SUM 38 43 115"), 0, "one amount is not two");
    }

    #[test]
    fn a_row_that_differs_by_what_all_others_do_is_their_total() {
        let of = |total: &str| {
            let rows = [
                (Some("Pascal 18 24"), Some("Pascal 17 20")),
                (Some("Ruby 5 8"), Some("Ruby 3 7")),
                (Some("SUM 23 32"), Some(total)),
            ];
            joined(edges, &output(&rows)).len()
        };
        assert_eq!((of("SUM 20 27"), of("SUM 20 28")), (2, 0));
    }
}
