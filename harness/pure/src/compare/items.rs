//! [`Items`]: in which row or item of its page's tree each line of a detail stands.
//!
//! The fields and links of a page are lists without rows: thirty check boxes of one name. Their tree
//! has the rows. A row that shows another record brings other details, and details of two records
//! never stand for each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::finding::DiffTag;
use crate::model::thing::Node;

/// As many items that changed are looked at to find the ones that are the same record.
const MOST: usize = 400;
/// From as many items on, what most of them say tells none of them apart.
const MANY: usize = 3;

/// Where the lines of a detail stand.
#[derive(Debug, Default)]
pub(super) struct Items {
    held: HashMap<(DiffTag, u32), Item>,
}

/// The item that a line stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    /// Its line in the tree.
    line: String,
    /// Which record it shows: the same number on both sides for the same one.
    record: usize,
}

impl Items {
    /// Reads where the lines of a detail stand: the trees and the details, each before and after.
    pub(super) fn of((was, is): (&str, &str), (before, after): (&str, &str)) -> Self {
        let (old, new) = (Tree::read(was), Tree::read(is));
        let records = records(&old, &new);
        let mut held = HashMap::new();
        let sides = [
            (DiffTag::Removed, &old, before, &records.0),
            (DiffTag::Added, &new, after, &records.1),
        ];
        for (side, tree, detail, records) in sides {
            for (number, item) in tree.holders(detail) {
                let line = tree.items[item].line.to_owned();
                held.insert((side, number), Item { line, record: records[item] });
            }
        }
        Self { held }
    }

    /// The line of the item that a line of a side stands in.
    pub(super) fn around(&self, side: DiffTag, number: u32) -> Option<&str> {
        self.held.get(&(side, number)).map(|it| it.line.as_str())
    }

    /// Whether a line of the baseline and one of tonight can be the same thing: they stand in the
    /// same record, or in none that is known.
    pub(super) fn can_be_one(&self, old: Option<u32>, new: Option<u32>) -> bool {
        let record = |side, line: Option<u32>| {
            line.and_then(|it| self.held.get(&(side, it))).map(|it| it.record)
        };
        match (record(DiffTag::Removed, old), record(DiffTag::Added, new)) {
            (Some(old), Some(new)) => old == new,
            (None, _) | (_, None) => true,
        }
    }
}

/// The items of a tree, and in which of them its other nodes stand.
struct Tree<'a> {
    items: Vec<Shown<'a>>,
    /// By what a node is called, the innermost item around each node of that name, in their order.
    named: BTreeMap<String, Vec<Option<usize>>>,
}

/// One item as the tree shows it.
struct Shown<'a> {
    line: &'a str,
    /// What its parts say, each in its order.
    parts: Vec<&'a str>,
    /// How far in it stands.
    depth: usize,
}

/// Items that read alike: of the same role, as far in, and with as many parts.
type Kind<'a> = (&'a str, usize, usize);

impl<'a> Shown<'a> {
    fn kind(&self) -> Kind<'a> {
        (Node::read(self.line).role, self.depth, self.parts.len())
    }
}

impl<'a> Tree<'a> {
    fn read(text: &'a str) -> Self {
        let mut tree = Self { items: Vec::new(), named: BTreeMap::new() };
        // How far in the lines around this one stand, and the item that begins there.
        let mut around: Vec<(usize, Option<usize>)> = Vec::new();
        for line in text.lines() {
            let indentation = line.len() - line.trim_start().len();
            around.retain(|(outer, _)| *outer < indentation);
            let node = Node::read(line);
            let inner = around.iter().rev().find_map(|it| it.1);
            let mut own = None;
            if node.is_item() {
                own = Some(tree.items.len());
                let parts = node.value.into_iter().collect();
                tree.items.push(Shown { line: line.trim(), parts, depth: indentation });
            } else {
                let of_item = around.last().and_then(|it| it.1);
                if let (Some(item), Some(words)) = (of_item, node.words()) {
                    tree.items[item].parts.push(words);
                }
                tree.named.entry(called(&node)).or_default().push(inner);
            }
            around.push((indentation, own));
        }
        tree
    }

    /// The lines of a detail that stand in an item, by their numbers from 1. What the detail has
    /// more or less often than the tree is in none that is known.
    fn holders(&self, detail: &str) -> Vec<(u32, usize)> {
        let mut lines: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, line) in (1_u32..).zip(detail.lines()) {
            lines.entry(called(&Node::read(line))).or_default().push(number);
        }
        let known = lines.into_iter().filter_map(|(name, numbers)| {
            let holders = self.named.get(&name).filter(|it| it.len() == numbers.len())?;
            Some(numbers.into_iter().zip(holders.iter().copied()))
        });
        known.flatten().filter_map(|(number, item)| Some((number, item?))).collect()
    }
}

/// What a thing is called, in the tree and in its details alike.
fn called(node: &Node<'_>) -> String {
    format!("{} {}", node.role, node.name.unwrap_or_default())
}

/// A number for the record of each item: the same on both sides for the same record.
fn records(old: &Tree<'_>, new: &Tree<'_>) -> (Vec<usize>, Vec<usize>) {
    let was: Vec<usize> = (0..old.items.len()).collect();
    let mut is: Vec<Option<usize>> = vec![None; new.items.len()];
    let mut by_line: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, item) in new.items.iter().enumerate().rev() {
        by_line.entry(item.line).or_default().push(at);
    }
    let mut left = Vec::new();
    for (at, item) in old.items.iter().enumerate() {
        match by_line.get_mut(item.line).and_then(Vec::pop) {
            Some(same) => is[same] = Some(at),
            None => left.push(at),
        }
    }
    let others = other_records(&old.items, &new.items);
    left.retain(|at| !others.contains(&old.items[*at].kind()));
    let telling = (telling(&old.items), telling(&new.items));
    for at in left.into_iter().take(MOST) {
        let free = (0..is.len()).filter(|it| is[*it].is_none()).take(MOST);
        let share = |it: usize| likeness(&old.items[at], &new.items[it], &telling);
        let near = free.filter_map(|it| Some((share(it)?, std::cmp::Reverse(it)))).max();
        if let Some((_, std::cmp::Reverse(same))) = near {
            is[same] = Some(at);
        }
    }
    let fresh = was.len()..;
    let is = is.into_iter().zip(fresh).map(|(record, own)| record.unwrap_or(own)).collect();
    (was, is)
}

/// The kinds of items that show other records than before: the first of their columns that says
/// something else in every row says other things in most rows, whatever else two rows have in common.
fn other_records<'a>(old: &[Shown<'a>], new: &[Shown<'a>]) -> BTreeSet<Kind<'a>> {
    let all: BTreeSet<Kind<'a>> = old.iter().map(Shown::kind).collect();
    let is_other = |kind: &Kind<'a>| {
        let of = |items: &[Shown<'a>]| -> Vec<Vec<&'a str>> {
            items.iter().filter(|it| it.kind() == *kind).map(|it| it.parts.clone()).collect()
        };
        let (was, is) = (of(old), of(new));
        let column = |of: &[Vec<&'a str>], at: usize| -> BTreeSet<&'a str> {
            of.iter().map(|it| it[at]).collect()
        };
        let mut columns = (0..kind.2).map(|at| (column(&was, at), column(&is, at)));
        let key = columns.find(|it| it.0.len() == was.len() && it.1.len() == is.len());
        was.len() >= MANY
            && !is.is_empty()
            && key.is_some_and(|(was, is)| was.intersection(&is).count() * 2 < was.len())
    };
    all.into_iter().filter(is_other).collect()
}

/// Parts that tell items of a kind apart.
type Telling<'a> = BTreeSet<(Kind<'a>, &'a str)>;

/// The parts that tell items of a kind apart: not what most of them say, such as the buttons of every
/// row.
fn telling<'a>(items: &[Shown<'a>]) -> Telling<'a> {
    let mut times: BTreeMap<(Kind<'a>, &str), usize> = BTreeMap::new();
    let mut all: BTreeMap<Kind<'a>, usize> = BTreeMap::new();
    for item in items {
        *all.entry(item.kind()).or_default() += 1;
        for part in &item.parts {
            *times.entry((item.kind(), part)).or_default() += 1;
        }
    }
    let most = |kind: &Kind<'a>, it: usize| all[kind] >= MANY && it * 2 > all[kind];
    times.into_iter().filter(|(of, it)| !most(&of.0, *it)).map(|it| it.0).collect()
}

/// How many of the parts that tell two items apart are the same, in hundredths; `None` where less
/// than half is, so that they show two records.
fn likeness<'a>(
    old: &Shown<'a>,
    new: &Shown<'a>,
    (was, is): &(Telling<'a>, Telling<'a>),
) -> Option<usize> {
    let of = |item: &Shown<'a>, telling: &Telling<'a>| -> Vec<&'a str> {
        let tells = |it: &&str| telling.contains(&(item.kind(), *it));
        item.parts.iter().copied().filter(tells).collect()
    };
    let (own, mut others) = (of(old, was), of(new, is));
    let most = own.len().max(others.len());
    let same = own.iter().filter(|part| match others.iter().position(|it| it == *part) {
        Some(at) => {
            others.swap_remove(at);
            true
        }
        None => false,
    });
    let same = same.count();
    (same * 2 >= most && same > 0).then(|| same * 100 / most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str)]) -> String {
        let row = |(name, stock): &(&str, &str)| {
            format!(
                "  - row \"{name} {stock} Edit\":\n    - cell \"{name}\"\n    - cell \"{stock}\"\n    - cell \"Edit\":\n      - link \"Edit\"\n"
            )
        };
        format!("- link \"Home\"\n- table:\n{}", rows.iter().map(row).collect::<String>())
    }

    fn links(ids: &[u32]) -> String {
        let edit = ids.iter().map(|id| format!("link \"Edit\": /edit/{id}\n"));
        format!("link \"Home\": /\n{}", edit.collect::<String>())
    }

    #[test]
    fn a_detail_stands_in_its_row_and_pairs_only_with_one_of_the_same_record() {
        let was = table(&[("Ada", "3"), ("Bob", "4"), ("Cid", "5")]);
        let is = table(&[("Bob", "4"), ("Cid", "6"), ("Dot", "7")]);
        let items = Items::of((&was, &is), (&links(&[1, 2, 3]), &links(&[2, 3, 4])));
        assert_eq!(items.around(DiffTag::Removed, 1), None);
        assert_eq!(items.around(DiffTag::Removed, 2), Some("- row \"Ada 3 Edit\":"));
        assert_eq!(items.around(DiffTag::Added, 4), Some("- row \"Dot 7 Edit\":"));
        // Cid's stock changed, and it is Cid all the same.
        assert!(items.can_be_one(Some(4), Some(3)));
        assert!(items.can_be_one(Some(3), Some(2)));
        assert!(!items.can_be_one(Some(2), Some(2)));
        assert!(!items.can_be_one(Some(2), Some(4)));
        assert!(items.can_be_one(Some(1), Some(4)), "what stands in no row is not judged");
    }

    #[test]
    fn another_page_of_a_list_shows_other_records_whatever_they_have_in_common() {
        let row = |id: &u32| {
            format!(
                "- row \"{id} A 5\":\n  - cell \"{id}\"\n  - cell \"A\"\n  - cell \"5\":\n    - link \"Edit\"\n"
            )
        };
        let page = |ids: &[u32]| ids.iter().map(row).collect::<String>();
        let (was, is) = (page(&[11, 12, 13]), page(&[1, 2, 3]));
        let items = Items::of((&was, &is), (&links(&[11, 12, 13]), &links(&[1, 2, 3])));
        assert!(!items.can_be_one(Some(2), Some(2)));
        let is = page(&[11, 12, 14]);
        let items = Items::of((&was, &is), (&links(&[11, 12, 13]), &links(&[11, 12, 14])));
        assert!(items.can_be_one(Some(2), Some(2)));
        assert!(!items.can_be_one(Some(4), Some(4)), "nothing else tells the rows apart");
    }

    #[test]
    fn what_is_not_as_often_in_the_tree_stands_nowhere() {
        let tree = table(&[("Ada", "3"), ("Bob", "4")]);
        let items = Items::of((&tree, &tree), (&links(&[1, 2, 3]), &links(&[1, 2])));
        assert_eq!(items.around(DiffTag::Removed, 2), None);
        assert_eq!(items.around(DiffTag::Added, 2), Some("- row \"Ada 3 Edit\":"));
        assert!(items.can_be_one(Some(2), Some(3)));
    }
}
