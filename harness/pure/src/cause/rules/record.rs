//! The same part of the records of one list: cells of one column, or items of one list, that each
//! lost or got their end or their beginning, whatever it says. One piece of code writes that part.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::node::kind_of;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::cut_off;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "record", edges };

/// Records from which on it is no chance that each has more, or less, at the same end.
const MANY: usize = 3;

/// Which part of a record a change is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// The item itself, by its role.
    Item(String),
    /// The first column of its row.
    First,
    /// The column before these words of its row.
    Before(String),
}

/// The same part of the records of one list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The page, whatever it is about.
    page: String,
    /// What the records stand in.
    list: Vec<String>,
    part: Part,
    is_end: bool,
    came: bool,
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    // The changes of each place, and the records that they are of.
    let mut places: BTreeMap<Place, (BTreeSet<usize>, BTreeSet<&str>)> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for it in node.sightings.iter().filter(|it| it.change.facet == Some(FacetKind::Aria)) {
            let page = kind_of(evidence.path(it.spot));
            let Some((place, kept)) = place(page, it.change) else { continue };
            let (changes, records) = places.entry(place).or_default();
            changes.insert(index);
            records.insert(kept);
        }
    }
    let several = places.into_values().filter(|it| it.0.len().min(it.1.len()) >= MANY);
    let because = "the same part of the records of one list is gone, or came";
    several.flat_map(|it| star(it.0, because)).collect()
}

/// The part of its record that a change is about, with the words of it that stayed; `None` where not
/// only its end or its beginning changed.
fn place(page: String, change: &Change) -> Option<(Place, &str)> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let cut = cut_off(old, new)?;
    let part = part(change, &Node::read(old), &Node::read(new))?;
    let list = change.around.iter().map(|it| without_record(it)).collect();
    Some((Place { page, list, part, is_end: cut.is_end, came: cut.came }, cut.kept))
}

/// A line that a record stands in, without what differs from record to record: numbers, and what an
/// item or a cell is called by.
fn without_record(line: &str) -> String {
    let node = Node::read(line);
    if node.is_item() || node.is_cell() { node.role.to_owned() } else { without_numbers(line) }
}

/// The item that a change is about, or the column by what stands beside it.
fn part(change: &Change, was: &Node<'_>, is: &Node<'_>) -> Option<Part> {
    if was.is_item() {
        return Some(Part::Item(was.role.to_owned()));
    }
    let row = Node::read(change.around.last()?);
    let cells = row.name.filter(|_| row.role == "row")?;
    let (had, has) = (was.words()?, is.words()?);
    let (long, kept) = if had.len() > has.len() { (had, has) } else { (has, had) };
    // The row is called by its cells, as they were or as they are.
    let (before, behind) = beside(cells, long).or_else(|| beside(cells, kept))?;
    let before_it = Part::Before(without_numbers(behind.trim()));
    Some(if before.is_empty() { Part::First } else { before_it })
}

/// What stands before and behind a cell in its row; `None` where another cell may be meant.
fn beside<'a>(row: &'a str, cell: &str) -> Option<(&'a str, &'a str)> {
    let is_whole = |(before, behind): &(&str, &str)| {
        (before.is_empty() || before.ends_with(char::is_whitespace))
            && (behind.is_empty() || behind.starts_with(char::is_whitespace))
    };
    let sides = row.match_indices(cell).map(|(at, it)| (&row[..at], &row[at + it.len()..]));
    let mut found = sides.filter(is_whole);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    /// A page on which this cell of a row, with what stands before and behind it, became that.
    fn cell(place: &str, (before, behind): (&str, &str), (old, new): (&str, &str)) -> Located {
        let line = |name: &str| format!("- cell \"{name}\":");
        let (was, is) = (line(old), line(new));
        let change = testing::change(Some(FacetKind::Aria), Thing::Line, Some(&was), Some(&is));
        let row = format!("{before} {new} {behind}");
        let around = vec!["- table:".to_owned(), format!("- row \"{}\":", row.trim())];
        let changes = vec![Change { around, ..change }];
        let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
        testing::located("browse", place, facets)
    }

    const ASH: (&str, &str) = ("Ash tree By the gate.", "Ash tree");
    const ELM: (&str, &str) = ("Elm tree Two metres.", "Elm tree");
    const OAK: (&str, &str) = ("Oak tree Not for sale.", "Oak tree");

    #[test]
    fn an_end_that_cells_of_one_column_lost_is_one_and_two_cells_may_each_have_a_cause() {
        let last = |place: &str, it| cell(place, ("Edit", ""), it);
        let of = |all: &[Located]| joined(edges, all).len();
        let three = [last("/trees", ASH), last("/trees?page=2", ELM), last("/trees?page=3", OAK)];
        assert_eq!(of(&three), 2);
        assert_eq!(of(&three[..2]), 0, "two are chance");
        let elsewhere = last("/shrubs", OAK);
        assert_eq!(of(&[last("/trees", ASH), last("/trees", ELM), elsewhere]), 0);
        let middle = last("/trees", ("Oak tall tree", "Oak tree"));
        assert_eq!(of(&[last("/trees", ASH), last("/trees", ELM), middle]), 0);
        let came = last("/trees", (OAK.1, OAK.0));
        assert_eq!(of(&[last("/trees", ASH), last("/trees", ELM), came]), 0, "that came");
    }

    #[test]
    fn cells_of_another_column_are_another_cause() {
        let of = |third: (&str, &str)| {
            let (first, second) = (("3", "Edit Delete"), ("14", "Edit Delete"));
            let all = [
                cell("/trees", first, ASH),
                cell("/trees", second, ELM),
                cell("/trees", third, OAK),
            ];
            joined(edges, &all).len()
        };
        assert_eq!(of(("7", "Edit Delete")), 2);
        assert_eq!(of(("7 Edit", "Delete")), 0);
        assert_eq!(of(("7 Edit Delete", "")), 0);
    }

    #[test]
    fn a_part_that_came_is_one_in_any_column() {
        let came = |(new, old)| cell("/trees", ("3", "Edit Delete"), (old, new));
        assert_eq!(joined(edges, &[came(ASH), came(ELM), came(OAK)]).len(), 2);
    }

    #[test]
    fn cells_of_another_list_of_the_page_are_another_cause() {
        let of = |third: &str| {
            let within = |region: &str, it| {
                let mut at = cell("/trees", ("3", "Edit"), it);
                let outer = format!("- region \"{region}\":");
                at.difference.facets[0].changes[0].around.insert(0, outer);
                at
            };
            let all = [within("Here", ASH), within("Here", ELM), within(third, OAK)];
            joined(edges, &all).len()
        };
        assert_eq!((of("Here"), of("Sold")), (2, 0));
    }

    #[test]
    fn a_cell_that_says_what_another_cell_begins_with_is_not_taken_for_it() {
        let of = |before: &str| {
            let third = cell("/trees", (before, "Edit Delete"), ("Oak Not for sale.", "Oak"));
            let first = |it| cell("/trees", ("", "Edit"), it);
            joined(edges, &[first(ASH), first(ELM), third]).len()
        };
        assert_eq!(of(""), 2);
        assert_eq!(of("Oakland"), 0);
        assert_eq!(of("Oak"), 0, "either may be meant");
    }

    #[test]
    fn the_order_in_which_records_of_one_change_were_seen_decides_nothing() {
        let tree = |number: u32, said: &str| {
            let now = format!("Tree {number}");
            let was = format!("{now} {said}");
            cell("/trees", ("Edit", ""), (was.as_str(), now.as_str()))
        };
        let near = [tree(1, "By the gate."), tree(2, "By the gate.")];
        let far = [tree(2, "Two metres."), tree(3, "Not for sale.")];
        let of = |near: [Located; 2]| joined(edges, &[near, far.clone()].concat()).len();
        let [first, second] = near;
        assert_eq!(of([first.clone(), second.clone()]), 2);
        assert_eq!(of([second, first]), 2);
    }
}
