//! A total follows from its parts: a number that differs by exactly what a row or item holds that
//! came or went at the same place, the same amount by which others of the attempt
//! differ, and the same number that a page says twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star, stars};
use crate::cause::node::{collection, is_item};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{differing, numbers, tokens};

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
        found.extend(means(evidence, spot));
        found.extend(shares(evidence, spot));
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
    for (amount, node) in together(evidence, spot) {
        held.entry(amount).or_insert(node);
    }
    let own = evidence.seen_at(spot);
    own.filter_map(|(node, change)| {
        let amount = differs_by(change).filter(|it| digits(*it) >= TELLING_PART)?;
        let item = held.get(&amount).filter(|it| **it != node)?;
        Some(Edge::follows(*item, node, "the total differs by what came or went"))
    })
    .collect()
}

/// What lines that came or went side by side in an output hold together, number by number, with the
/// first of them.
fn together(evidence: &Evidence<'_>, spot: usize) -> Vec<(u64, usize)> {
    let sums = evidence.blocks(spot).into_iter().filter(|it| it.len() > 1).flat_map(|block| {
        let lines = block.iter().map(|it| it.1.before.as_deref().or(it.1.after.as_deref()));
        let all: Vec<Vec<u64>> = lines.map(|it| numbers(it.unwrap_or_default())).collect();
        let count = if all.iter().all(|it| it.len() == all[0].len()) { all[0].len() } else { 0 };
        let sum = move |at: usize| all.iter().map(|it| it[at]).fold(0, u64::saturating_add);
        (0..count).map(move |at| (sum(at), block[0].0)).collect::<Vec<_>>()
    });
    sums.collect()
}

/// Numbers of an output that differ as the mean does of what it lists: a value that is another one,
/// by the count of all of them; a row that came or went, by what is left.
fn means(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let printed = |it: &Change| {
        matches!(it.facet, Some(FacetKind::Stdout | FacetKind::Screen | FacetKind::Files))
    };
    let own: Vec<(usize, &Change)> = evidence.seen_at(spot).filter(|it| printed(it.1)).collect();
    let mut found = Vec::new();
    for (mean, change) in &own {
        let Some(mean_of) = mean_values(change) else { continue };
        let parts = own.iter().filter(|it| it.0 != *mean && !is_mean(it.1));
        let all: f64 = parts.clone().filter_map(|it| by(it.1)).sum();
        let of_all = |by: f64| mean_of.is_changed_by(by);
        let is_part = |it: &Change| {
            by(it).is_some_and(|it| of_all(it) || of_all(all)) || mean_of.is_without(it)
        };
        let because = "it is the mean of what is listed";
        found
            .extend(parts.filter(|it| is_part(it.1)).map(|it| Edge::follows(it.0, *mean, because)));
    }
    found
}

/// A number with decimals on both sides of a change, as a mean is printed.
struct Mean {
    was: f64,
    is: f64,
    /// How far both may be off by rounding.
    off: f64,
}

/// As many things at most are counted.
const MOST: f64 = 100_000.0;

impl Mean {
    /// Whether the mean of some number of things is another one because of this difference.
    fn is_changed_by(&self, by: f64) -> bool {
        let count = (by / (self.is - self.was)).round();
        (2.0..MOST).contains(&count) && (by / count - (self.is - self.was)).abs() <= self.off
    }

    /// Whether it is the mean without a row that went, or with one that came.
    fn is_without(&self, change: &Change) -> bool {
        let (line, before, after) = match (&change.before, &change.after) {
            (Some(line), None) => (line, self.was, self.is),
            (None, Some(line)) => (line, self.is, self.was),
            (Some(_), Some(_)) | (None, None) => return false,
        };
        decimals_of(line).any(|(part, _)| {
            let count = ((part - after) / (before - after)).round();
            let rest = (before * count - part) / (count - 1.0);
            (2.0..MOST).contains(&count) && (rest - after).abs() <= self.off * count
        })
    }
}

/// Numbers of a spot that are a share of another one that differs: seven of 49 are 14.29 %, and of
/// 48 they are 14.58 %; or that differ by the same share of themselves as another one.
fn shares(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    const MOST: usize = 64;
    /// In its last decimal a number differs by so much, or a match may be chance.
    const TELLING: f64 = 20.0;
    let (mut parts, mut wholes) = (Vec::new(), Vec::new());
    for (node, change) in evidence.seen_at(spot) {
        match (mean_values(change), differing(change)) {
            (Some(part), _) if (part.is - part.was).abs() >= part.off * TELLING => {
                parts.push((node, part));
            }
            (None, Some((was, is))) => wholes.push((node, was as f64, is as f64)),
            (Some(_), _) | (None, None) => {}
        }
    }
    parts.truncate(MOST);
    wholes.truncate(MOST);
    let follows = |part: &Mean, (_, was, is): &(usize, f64, f64)| {
        let off = part.off / 2.0 * (was + is);
        let of_it = (part.was * was - part.is * is).abs() <= off;
        of_it || (part.was * is - part.is * was).abs() <= off
    };
    let found = parts.iter().flat_map(|(node, part)| {
        let own = wholes.iter().filter(|it| follows(part, it));
        own.map(|it| Edge::follows(it.0, *node, "it is a share of what differs"))
    });
    found.collect()
}

fn is_mean(change: &Change) -> bool {
    mean_values(change).is_some()
}

fn mean_values(change: &Change) -> Option<Mean> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let (was, is): (Vec<_>, Vec<_>) = (decimals_of(old).collect(), decimals_of(new).collect());
    let mut differ = was.iter().zip(&is).filter(|(was, is)| is_other(was.0, is.0));
    let (was, is) = differ.next().filter(|_| was.len() == is.len())?;
    let decimals = was.1.max(is.1);
    let off = 10_f64.powi(-i32::from(was.1.min(is.1).clamp(1, 9)));
    (differ.next().is_none() && decimals > 0).then_some(Mean { was: was.0, is: is.0, off })
}

/// By how much the one whole number of a row differs that differs.
fn by(change: &Change) -> Option<f64> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let both = decimals_of(old).zip(decimals_of(new));
    let differ: Vec<f64> =
        both.filter(|(was, is)| is_other(was.0, is.0)).map(|it| it.1.0 - it.0.0).collect();
    let [one] = differ.as_slice() else { return None };
    Some(*one)
}

fn is_other(was: f64, is: f64) -> bool {
    was.total_cmp(&is).is_ne()
}

/// The numbers of a line with how many decimals each has.
fn decimals_of(line: &str) -> impl Iterator<Item = (f64, u8)> + '_ {
    tokens(line).into_iter().filter_map(|it| {
        let decimals = it.split_once('.').map_or(0, |it| it.1.len());
        Some((it.parse().ok()?, u8::try_from(decimals).ok()?))
    })
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

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    fn change(before: Option<&str>, after: Option<&str>) -> Change {
        testing::change(Some(FacetKind::Stdout), Thing::Line, before, after)
    }

    #[test]
    fn a_mean_differs_by_a_part_of_what_one_value_does_or_is_that_of_the_rows_that_are_left() {
        let of = |was: &str, is: &str| mean_values(&change(Some(was), Some(is))).expect("a mean");
        let thirteen = of("Average: 4.461538461538462", "Average: 4.384615384615385");
        assert!(thirteen.is_changed_by(-1.0));
        assert!(!thirteen.is_changed_by(1.0), "the other way");
        let two = of("Average: 6.5", "Average: 7.0");
        assert!(two.is_without(&change(Some("M Port.free (6)"), None)));
        assert!(!two.is_without(&change(Some("M Port.free (9)"), None)));
        assert!(!two.is_without(&change(None, Some("M Port.free (6)"))));
        assert!(mean_values(&change(Some("12 rows"), Some("13 rows"))).is_none());
    }

    /// What is joined by the mean where these lines of an output are other ones.
    fn of_the_mean(facet: FacetKind, lines: &[(&str, &str)]) -> Vec<(String, String)> {
        let one = |(was, is): &(&str, &str)| {
            testing::change(Some(facet), Thing::Line, Some(was), Some(is))
        };
        let changes = lines.iter().map(one).collect();
        let facets = vec![FacetChange { changes, ..FacetChange::of(facet) }];
        joined(|it| means(it, 0), &[testing::located("complexity", "radon cc", facets)])
    }

    #[test]
    fn a_mean_follows_from_the_value_that_moved_it_and_not_from_one_that_moved_the_other_way() {
        let parse = ("F parse (6)", "F parse (9)");
        let because = vec![("F parse (9)".to_owned(), "Average: 7.25".to_owned())];
        let up = ("Average: 6.5", "Average: 7.25");
        assert_eq!(of_the_mean(FacetKind::Stdout, &[parse, up]), because);
        assert_eq!(of_the_mean(FacetKind::Stdout, &[parse, ("Average: 6.5", "Average: 5.75")]), []);
        assert_eq!(of_the_mean(FacetKind::Stdout, &[("F parse", "F parsed"), up]), []);
        assert_eq!(of_the_mean(FacetKind::Aria, &[parse, up]), [], "a page is no output");
    }

    #[test]
    fn a_share_follows_from_what_it_is_a_share_of_and_from_nothing_else() {
        let of = |blank: &str| {
            let line = |was, is| change(Some(was), Some(is));
            let changes =
                vec![line("\"n_lines\": 49", "\"n_lines\": 48"), line("\"blank\": 14.29", blank)];
            let facet = FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) };
            joined(|it| shares(it, 0), &[testing::located("count", "cloc", vec![facet])]).len()
        };
        assert_eq!((of("\"blank\": 14.58"), of("\"blank\": 14.00")), (1, 1));
        assert_eq!(of("\"blank\": 14.64"), 0);
        assert_eq!(of("\"blank\": 14.28"), 0, "so little is chance");
    }

    #[test]
    fn a_mean_follows_from_two_values_that_move_it_only_together() {
        let up = ("Average: 4.25", "Average: 6");
        let two = [("F parse (6)", "F parse (9)"), ("F read (2)", "F read (6)"), up];
        let because = |of: &str| (of.to_owned(), "Average: 6".to_owned());
        assert_eq!(
            of_the_mean(FacetKind::Stdout, &two),
            [because("F parse (9)"), because("F read (6)")]
        );
    }
}
