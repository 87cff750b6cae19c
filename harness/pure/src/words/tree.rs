//! [`tree`]: what changed in the tree of a page.

use std::collections::BTreeSet;

use super::lines::{Line, Side};
use super::names::{row, verb};
use super::nodes::{became, called};
use super::places::place_of;
use super::said::together;

/// The longest sentence to which another clause is put, in characters.
const CLAUSES: usize = 110;

/// What changed in the tree of a page: `button "Save" became "Send"; link "Help" is gone on /a`.
pub(super) fn tree(all: &[Line<'_>]) -> String {
    let facet = all[0].facet;
    let same: Vec<&Line<'_>> = all.iter().filter(|it| it.facet == facet).collect();
    let leaves: Vec<&Line<'_>> = same.iter().copied().filter(|it| !it.is_echo()).collect();
    let list = if leaves.is_empty() { same } else { leaves };
    let place = place_of(Some(list[0].at));
    if let Some(moved) = reordered(&list) {
        return format!("{moved} on {place}");
    }
    let mut sides: Vec<Side> = Vec::new();
    for line in &list {
        if !sides.contains(&line.side) {
            sides.push(line.side);
        }
    }
    let mut clauses = Vec::new();
    for side in &sides {
        let names = of_side(&list, *side);
        clauses.push(match side {
            Side::Gone => named_or_counted(&names, "gone"),
            Side::New => named_or_counted(&names, "new"),
            Side::Changed => {
                let sides = list.iter().filter_map(|it| Some((it.before()?, it.after()?)));
                let mut said: Vec<_> = sides.map(|(old, new)| became(old, new)).collect();
                said.dedup();
                let said = together(&said).unwrap_or_default();
                (said.clone(), said)
            }
        });
    }
    let mut sentence = clauses[0].0.clone();
    for clause in &clauses[1..] {
        // What does not fit into a line is counted, and stands in the finding.
        let length = |it: &str| it.chars().count();
        let fits = |it: &str| length(&sentence) + length(it) + length(&place) < CLAUSES;
        if let Some(clause) = [&clause.0, &clause.1].into_iter().find(|it| fits(it)) {
            sentence = format!("{sentence}; {clause}");
        }
    }
    format!("{sentence} on {place}")
}

/// Things that stand on both sides, elsewhere: what they stand in is in another order. What lines alone
/// take to have come or gone beside many of them moved with them.
fn reordered(list: &[&Line<'_>]) -> Option<String> {
    const MANY: usize = 10;
    let gone: BTreeSet<&str> = list.iter().filter_map(|it| it.before()).collect();
    let came: BTreeSet<&str> = list.iter().filter_map(|it| it.after()).collect();
    let (both, all) = (gone.intersection(&came).count(), gone.union(&came).count());
    if both < 2 || (both < all && both < MANY * (all - both)) {
        return None;
    }
    let one = list.iter().all(|it| it.change.around == list[0].change.around);
    let within = list[0].change.around.last().filter(|_| one).map(|it| called(it));
    let names: Vec<String> = list.iter().map(|it| called(it.text())).collect();
    Some(match within {
        Some(within) => format!("{within} is in another order"),
        None => format!("{} are in another order", row(&names)),
    })
}

fn of_side(lines: &[&Line<'_>], side: Side) -> Vec<String> {
    lines.iter().filter(|it| it.side == side).map(|it| called(it.text())).collect()
}

/// What became of things, by their names and by their number.
fn named_or_counted(names: &[String], what: &str) -> (String, String) {
    let all: BTreeSet<&String> = names.iter().collect();
    let noun = if all.len() == 1 { "thing is" } else { "things are" };
    (format!("{} {} {what}", row(names), verb(names)), format!("{} {noun} {what}", all.len()))
}
