//! A total follows from its parts: a number that differs by exactly what a row or item holds that
//! came or went at the same place, the same amount by which others of the attempt
//! differ, and the same number that a page says twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star, stars};
use crate::cause::node::{collection, is_item};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{differing, numbers};

pub(super) const RULE: Rule = Rule { id: "sum", edges };

/// Amounts of so many digits, without the zeros at their end, are not equal by chance.
const TELLING: u32 = 3;
/// As many are enough where what came or went says the amount itself.
const TELLING_PART: u32 = 2;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        found.extend(parts(evidence, spot));
        found.extend(said_twice(evidence, spot));
    }
    for own in evidence.attempts.values() {
        let mut by_amount: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for (node, change) in own.iter().flat_map(|spot| evidence.seen_at(*spot)) {
            if let Some(amount) = differs_by(change).filter(|it| digits(*it) >= TELLING) {
                by_amount.entry(amount).or_default().insert(node);
            }
        }
        let same = by_amount.into_values();
        found.extend(same.flat_map(|it| star(it, "they differ by the same amount")));
    }
    found
}

/// The same number that stands in several places of a page, in its address and in a sentence.
fn said_twice(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let numbers = evidence.seen_at(spot).filter_map(|(node, it)| Some((differing(it)?, node)));
    stars(numbers, "they hold the same number")
}

/// Numbers of a spot that differ by what an item holds that came or went there.
fn parts(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let mut held: BTreeMap<u64, usize> = BTreeMap::new();
    for (node, change) in evidence.seen_at(spot) {
        let one_sided = change.before.is_none() != change.after.is_none();
        let line = change.before.as_deref().or(change.after.as_deref()).unwrap_or_default();
        let in_list = is_item(line) || collection(change).is_some();
        let counted = match change.facet {
            Some(FacetKind::Aria) => in_list,
            Some(FacetKind::Stdout | FacetKind::Screen | FacetKind::Files) => true,
            _ => false,
        };
        if one_sided && counted {
            for number in numbers(line) {
                held.entry(number).or_insert(node);
            }
        }
    }
    let own = evidence.seen_at(spot);
    own.filter_map(|(node, change)| {
        let amount = differs_by(change).filter(|it| digits(*it) >= TELLING_PART)?;
        let item = held.get(&amount).filter(|it| **it != node)?;
        Some(Edge::follows(*item, node, "the total differs by what came or went"))
    })
    .collect()
}

/// How many digits an amount has without the zeros at its end.
fn digits(mut amount: u64) -> u32 {
    while amount > 0 && amount.is_multiple_of(10) {
        amount /= 10;
    }
    amount.checked_ilog10().map_or(0, |it| it + 1)
}

/// By how much the only number differs that differs between both sides, in hundredths.
fn differs_by(change: &Change) -> Option<u64> {
    differing(change).map(|(was, is)| was.abs_diff(is))
}
