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
use crate::model::thing::Thing;

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
    // One size, and a small one, is what many numbers differ by.
    if sizes.len() < 2 && sizes.first().is_none_or(|it| *it < LARGE) {
        return None;
    }
    let is_total = |it: &&(usize, Vec<(Slot, i64)>)| it.1.iter().all(|it| held.explains(it));
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

/// What the lines that came or went hold.
#[derive(Debug, Default)]
struct Held {
    /// What they hold together, by which number of a line it is.
    sums: BTreeMap<Slot, i64>,
    /// What one of them holds, some of them together, or side by side.
    amounts: BTreeSet<i64>,
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
            for (slot, number) in own.into_iter().chain(told).flat_map(|it| slots(it)) {
                *held.sums.entry(slot).or_default() += number;
                all.push(number);
            }
        }
        all.truncate(MOST);
        for from in 0..all.len() {
            let mut sum = 0;
            held.amounts.extend(all[from..].iter().map(|it| {
                sum += it;
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

    /// Whether a number differs by something that they hold.
    fn explains(&self, (_, amount): &(Slot, i64)) -> bool {
        self.amounts.contains(amount)
    }
}

/// The lines that came to a facet, or that went, as they are written.
fn written(facet: &FacetChange, came: bool) -> HashMap<u32, String> {
    let side = if came { DiffTag::Added } else { DiffTag::Removed };
    let own = facet.diff.iter().filter(|it| it.tag == side);
    own.filter_map(|it| Some((if came { it.new_line } else { it.old_line }?, it.text()))).collect()
}

/// The numbers of a line.
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
    let (was, is) = (slots(old), slots(new));
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
    let mut sums: BTreeMap<&Slot, i64> = BTreeMap::new();
    for (slot, by) in rows.iter().flat_map(|it| &it.1) {
        *sums.entry(slot).or_default() += by;
    }
    // What a total differs by is half of what all rows do, itself among them.
    let is_total = |by: &[(Slot, i64)]| {
        let all = sums.iter().filter(|it| *it.1 != 0).map(|(slot, sum)| ((*slot).clone(), *sum));
        is_telling(by) && all.eq(by.iter().map(|(slot, by)| (slot.clone(), by * 2)))
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
