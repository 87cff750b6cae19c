//! The same part of the records of one list: cells of one column, or items of one list, that each
//! lost or got their end or their beginning, whatever it says. One piece of code writes that part.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star};
use crate::cause::node::{is_collection, kind_of};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::edit::{CutOff, cut_off};
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "record", edges };

/// Records from which on it is no chance that each has more, or less, at the same end.
const MANY: usize = 3;

/// Which part of a record a change is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// The item itself.
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
    /// The list, without numbers.
    list: Option<String>,
    part: Part,
    is_end: bool,
    came: bool,
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut places: BTreeMap<Place, BTreeMap<usize, &str>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for it in node.sightings.iter().filter(|it| it.change.facet == Some(FacetKind::Aria)) {
            let sides = it.change.before.as_deref().zip(it.change.after.as_deref());
            let Some(cut) = sides.and_then(|(old, new)| cut_off(old, new)) else { continue };
            for part in parts(it.change) {
                let at = place(kind_of(evidence.path(it.spot)), it.change, part, cut);
                places.entry(at).or_default().insert(index, cut.kept);
            }
        }
    }
    let several = places.into_values().filter(|it| {
        let records: BTreeSet<&str> = it.values().copied().collect();
        records.len() >= MANY
    });
    let because = "the same part of the records of one list is gone, or came";
    several.flat_map(|it| star(it.into_keys(), because)).collect()
}

fn place(page: String, change: &Change, part: Part, cut: CutOff<'_>) -> Place {
    let list = change.around.iter().rfind(|it| is_collection(it));
    let list = list.map(|it| without_numbers(it));
    Place { page, list, part, is_end: cut.is_end, came: cut.came }
}

/// The part of its record that a change is about: the item, or the column by what stands beside it.
fn parts(change: &Change) -> Vec<Part> {
    let Some((old, new)) = change.before.as_deref().zip(change.after.as_deref()) else {
        return Vec::new();
    };
    let (was, is) = (Node::read(old), Node::read(new));
    if was.is_item() {
        return vec![Part::Item(was.role.to_owned())];
    }
    let row = change.around.last().map(|it| Node::read(it)).filter(|it| it.role == "row");
    let (Some(row), Some(had), Some(has)) = (row.and_then(|it| it.name), was.words(), is.words())
    else {
        return Vec::new();
    };
    // The row is called by its cells, as they were or as they are.
    let sides = || [had, has].into_iter();
    let begins = sides().any(|it| row.starts_with(it)).then_some(Part::First);
    let is_last = sides().any(|it| row.ends_with(it));
    let rest = || sides().find_map(|it| row.split_once(it)).map(|it| it.1);
    let behind = if is_last { Some("") } else { rest() };
    let before = behind.map(|it| Part::Before(without_numbers(it.trim())));
    begins.into_iter().chain(before).collect()
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
}
