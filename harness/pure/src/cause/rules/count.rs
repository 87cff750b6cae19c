//! A count follows from what it counts: a number that differs by as many as rows or items came or
//! went at the same place. A list of which a page shows a part says by its name what is counted: the
//! count and the number of pages are one with the rows that are others.

use std::collections::BTreeMap;

use super::Rule;
use crate::cause::node::{collection, is_item};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{WHOLE, differing, is_name, tokens};
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "count", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let items: Vec<(usize, i64)> =
            evidence.seen_at(spot).filter_map(|(node, it)| Some((node, came(it)?))).collect();
        let more: i64 = items.iter().map(|it| it.1).sum();
        let Some((item, _)) = items.first() else { continue };
        for (node, change) in evidence.seen_at(spot) {
            // Rows on both sides are other rows, and say nothing of how many there are.
            let one_side = items.iter().all(|it| it.1 == items[0].1);
            if one_side && by(change) == Some(more) {
                found.push(Edge::follows(*item, node, "the number counts what came or went"));
            }
        }
    }
    found.extend((0..evidence.spots.len()).flat_map(|spot| of_lists(evidence, spot)));
    found
}

/// Rows of one page at most.
const MOST: u64 = 100;

/// The counts of the lists of a page of which rows came or went, and the numbers of their pages.
fn of_lists(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let lists = lists(evidence, spot);
    let numbers = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
    let numbers: Vec<(usize, &Change, [u64; 2])> =
        numbers.filter_map(|(node, it)| Some((node, it, whole(it)?))).collect();
    let mut found = Vec::new();
    for (name, row) in lists {
        let is_named = |it: &Change| {
            let line = it.before.as_deref().unwrap_or_default().to_lowercase();
            tokens(&line).contains(&name.as_str())
        };
        let own = numbers.iter().filter(|(node, it, [was, is])| {
            // One more or less is a fault of counting.
            was.abs_diff(*is) > 1
                && is_named(it)
                && evidence.only_where(*node, |at| self::lists(evidence, at).contains_key(&name))
        });
        for (count, _, all) in own {
            found.push(Edge::strong(row, *count, "the number counts what the list holds"));
            let pages = numbers.iter().filter(|(node, _, pages)| {
                let with = |size: u64| all.map(|it| it.div_ceil(size)) == *pages;
                (2..=MOST).any(with)
                    && evidence.only_where(*node, |at| evidence.at[at].contains(count))
            });
            let because = "the number counts the pages of the list";
            found.extend(pages.map(|it| Edge::follows(*count, it.0, because)));
        }
    }
    found
}

/// The lists of a page of which rows or items came or went: their names in small letters, each with
/// one of these rows.
fn lists(evidence: &Evidence<'_>, spot: usize) -> BTreeMap<String, usize> {
    let tree = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
    let rows = tree.filter(|it| came(it.1).is_some());
    let named = rows.filter_map(|(node, change)| {
        let around = collection(change)?;
        let name = Node::read(around.lines().next_back()?).name?.to_lowercase();
        is_name(&name).then_some((name, node))
    });
    named.collect()
}

/// What the only number that differs was and is; `None` where that is no whole.
fn whole(change: &Change) -> Option<[u64; 2]> {
    let (was, is) = differing(change)?;
    let hundred = WHOLE.unsigned_abs();
    (was % hundred == 0 && is % hundred == 0).then_some([was / hundred, is / hundred])
}

/// Whether a row, an item or a line came (1) or went (-1) as a whole.
fn came(change: &Change) -> Option<i64> {
    let line = change.before.as_deref().or(change.after.as_deref())?;
    let counted = match change.facet? {
        FacetKind::Aria => is_item(line),
        FacetKind::Stdout | FacetKind::Screen | FacetKind::Files => true,
        _ => false,
    };
    match (&change.before, &change.after) {
        (None, Some(_)) if counted => Some(1),
        (Some(_), None) if counted => Some(-1),
        _ => None,
    }
}

/// By how much the only number differs that differs between both sides; `None` where that is no whole.
fn by(change: &Change) -> Option<i64> {
    let (was, is) = differing(change)?;
    let more = i64::try_from(is).ok()? - i64::try_from(was).ok()?;
    (more % WHOLE == 0).then_some(more / WHOLE)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn a_count_by_the_name_of_a_list_and_its_pages_are_one_with_its_rows_and_others_are_not() {
        const ROW: &str = "- row \"41 pen\":";
        let of = |numbers: &[(&str, &str)]| {
            let line = |was: Option<&str>, is: &str| {
                testing::change(Some(FacetKind::Aria), Thing::Line, was, Some(is))
            };
            let around = vec!["- table \"Orders\":".to_owned()];
            let row = Change { around, ..line(None, ROW) };
            let numbers = numbers.iter().map(|it| line(Some(it.0), it.1));
            let changes = [row].into_iter().chain(numbers).collect();
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            let all = joined(edges, &[testing::located("orders", "/orders", facets)]);
            all.into_iter().map(|it| it.1).collect::<Vec<_>>()
        };
        let count = ("- heading \"18 orders\"", "- heading \"45 orders\"");
        let pages = ("- text: Page 1 of 2", "- text: Page 1 of 5");
        assert_eq!(of(&[count, pages]), [count.1, pages.1]);
        assert_eq!(of(&[count, ("- text: Page 1 of 2", "- text: Page 1 of 7")]), [count.1]);
        assert_eq!(of(&[("- heading \"18 pens\"", "- heading \"45 pens\"")]), [""; 0]);
        let more = ("- heading \"18 orders\"", "- heading \"16 orders\"");
        assert_eq!(of(&[more, pages]), [more.1], "so few are on one page");
        let off = ("- heading \"18 orders\"", "- heading \"17 orders\"");
        assert_eq!(of(&[off]), [""; 0], "one too few is counted wrongly");
    }
}
