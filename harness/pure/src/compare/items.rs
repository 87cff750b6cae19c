//! [`Items`]: in which row or item of its page's tree each line of the tree, or of a detail, stands.
//!
//! The fields and links of a page are lists without rows: thirty check boxes of one name. Their tree
//! has the rows. A row that shows another record brings other details, and what stands in two records
//! never stands for each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::change::without_numbers;
use crate::model::finding::DiffTag;
use crate::model::thing::Node;

/// As many items that changed are looked at to find the ones that are the same record.
const MOST: usize = 400;
/// As many letters of a text say enough to know it again when it got longer.
const LETTERS: usize = 4;
/// From as many items on, what most of them say tells none of them apart.
const MANY: usize = 3;

/// Where the lines of a detail stand.
#[derive(Debug, Default)]
pub(super) struct Items {
    held: HashMap<(DiffTag, u32), Item>,
    /// How often each record says each of its lines, on each side.
    said: HashMap<(DiffTag, usize, String), usize>,
    /// Whether the items that say what they said stand in another order.
    reordered: bool,
    /// Whether the lines are those of a tree.
    is_tree: bool,
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
        let (old, new) = (Tree::read(was.lines()), Tree::read(is.lines()));
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
        Self { held, ..Self::default() }
    }

    /// Reads where the lines of a tree stand, before and after.
    pub(super) fn of_tree(was: &str, is: &str) -> Self {
        let (old, new) = (Tree::read(was.lines()), Tree::read(is.lines()));
        let records = records(&old, &new);
        let (mut held, mut said) = (HashMap::new(), HashMap::new());
        let sides =
            [(DiffTag::Removed, was, &old, &records.0), (DiffTag::Added, is, &new, &records.1)];
        for (side, text, tree, records) in sides {
            let lines = (1_u32..).zip(tree.telling()).zip(text.lines());
            for ((number, item), text) in lines {
                let Some(item) = item else { continue };
                let line = tree.items[item].line.to_owned();
                held.insert((side, number), Item { line, record: records[item] });
                *said.entry((side, records[item], text.trim().to_owned())).or_default() += 1;
            }
        }
        let reordered = is_reordered(&old, &new, &records.1);
        Self { held, said, reordered, is_tree: true }
    }

    /// Whether the items that say what they said stand in another order.
    pub(super) fn is_reordered(&self) -> bool {
        self.reordered
    }

    /// Whether a line of a side stands in a record that says it as often on the other side.
    pub(super) fn stays(&self, side: DiffTag, number: Option<u32>, line: &str) -> bool {
        let other = if side == DiffTag::Removed { DiffTag::Added } else { DiffTag::Removed };
        let times = |side: DiffTag, record: usize| {
            self.said.get(&(side, record, line.to_owned())).copied().unwrap_or_default()
        };
        self.record(side, number).is_some_and(|it| times(other, it) >= times(side, it).max(1))
    }

    /// The number of the record that a line of a side stands in.
    pub(super) fn record(&self, side: DiffTag, number: Option<u32>) -> Option<usize> {
        self.held.get(&(side, number?)).map(|it| it.record)
    }

    /// The line of the item that a line of a side stands in.
    pub(super) fn around(&self, side: DiffTag, number: u32) -> Option<&str> {
        self.held.get(&(side, number)).map(|it| it.line.as_str())
    }

    /// Whether a line of the baseline and one of tonight can be the same thing: they stand in the
    /// same record, or in none that is known. Of a tree it is known which lines stand in none.
    pub(super) fn can_be_one(&self, old: Option<u32>, new: Option<u32>) -> bool {
        match (self.record(DiffTag::Removed, old), self.record(DiffTag::Added, new)) {
            (Some(old), Some(new)) => old == new,
            (None, None) => true,
            (None, Some(_)) | (Some(_), None) => !self.is_tree,
        }
    }
}

/// The items of a tree, and in which of them its other nodes stand.
struct Tree<'a> {
    items: Vec<Shown<'a>>,
    /// By what a node is called, the innermost item around each node of that name, in their order.
    named: BTreeMap<String, Vec<Option<usize>>>,
    /// The innermost item around each line; of an item itself.
    lines: Vec<Option<usize>>,
}

/// One item as the tree shows it.
struct Shown<'a> {
    line: &'a str,
    /// What its parts say, each in its order.
    parts: Vec<&'a str>,
    /// How far in it stands.
    depth: usize,
    /// The item that it stands in.
    outer: Option<usize>,
    /// How many items it stands in.
    level: usize,
}

/// Items that read alike: of the same role, as far in, and with as many parts.
type Kind<'a> = (&'a str, usize, usize);

impl<'a> Shown<'a> {
    fn kind(&self) -> Kind<'a> {
        (Node::read(self.line).role, self.depth, self.parts.len())
    }
}

impl<'a> Tree<'a> {
    fn read(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut tree = Self { items: Vec::new(), named: BTreeMap::new(), lines: Vec::new() };
        // How far in the lines around this one stand, and the item that begins there.
        let mut around: Vec<(usize, Option<usize>)> = Vec::new();
        for line in lines {
            let indentation = line.len() - line.trim_start().len();
            around.retain(|(outer, _)| *outer < indentation);
            let node = Node::read(line);
            let inner = around.iter().rev().find_map(|it| it.1);
            let mut own = None;
            if node.is_item() {
                own = Some(tree.items.len());
                let parts = node.value.into_iter().collect();
                let (line, depth) = (line.trim(), indentation);
                let level = inner.map_or(0, |it| tree.items[it].level + 1);
                tree.items.push(Shown { line, parts, depth, outer: inner, level });
            } else {
                let of_item = around.last().and_then(|it| it.1);
                if let (Some(item), Some(words)) = (of_item, node.words()) {
                    tree.items[item].parts.push(words);
                }
                tree.named.entry(called(&node)).or_default().push(inner);
            }
            tree.lines.push(own.or(inner));
            around.push((indentation, own));
        }
        tree
    }

    /// Of each line the innermost item around it that says several things: what says one thing is
    /// another thing or the same one that changed, nobody knows which.
    fn telling(&self) -> impl Iterator<Item = Option<usize>> {
        self.lines.iter().map(|item| {
            let mut outward = std::iter::successors(*item, |it| self.items[*it].outer);
            outward.find(|it| self.items[*it].parts.len() > 1)
        })
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

/// For each line of two trees a number for the record that it stands in, the same on both sides for
/// the same record.
pub(super) fn of_lines(before: &[&str], after: &[&str]) -> [Vec<Option<usize>>; 2] {
    let (old, new) = (Tree::read(before.iter().copied()), Tree::read(after.iter().copied()));
    let (was, is) = records(&old, &new);
    let own = |tree: &Tree<'_>, records: &[usize]| {
        tree.telling().map(|it| it.map(|it| records[it])).collect()
    };
    [own(&old, &was), own(&new, &is)]
}

/// A number for the record of each item: the same on both sides for the same record.
fn records(old: &Tree<'_>, new: &Tree<'_>) -> (Vec<usize>, Vec<usize>) {
    let mut pairing = Pairing {
        old: &old.items,
        new: &new.items,
        keys: keys(&old.items, &new.items),
        telling: (telling(&old.items), telling(&new.items)),
        is: vec![None; new.items.len()],
    };
    let levels: BTreeSet<usize> = old.items.iter().map(|it| it.level).collect();
    for level in levels {
        pairing.level(level);
    }
    let is = pairing.is.into_iter().zip(old.items.len()..);
    let is = is.map(|(record, own)| record.unwrap_or(own)).collect();
    ((0..old.items.len()).collect(), is)
}

/// What an item stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Outer {
    /// No other item.
    None,
    /// One of the old items.
    Old(usize),
    /// A new one, so that nothing in it was there.
    New,
}

impl Outer {
    /// Of an old item.
    fn of(item: &Shown<'_>) -> Self {
        item.outer.map_or(Self::None, Self::Old)
    }
}

/// Which items of both sides are the same record, from the outermost in: what stands in two records is
/// never one.
struct Pairing<'a> {
    old: &'a [Shown<'a>],
    new: &'a [Shown<'a>],
    keys: BTreeMap<Kind<'a>, Key>,
    telling: (Telling<'a>, Telling<'a>),
    /// Of each new item the old one that it is.
    is: Vec<Option<usize>>,
}

impl<'a> Pairing<'a> {
    /// Pairs the items that stand in so many others: those that say the same, then the likest.
    fn level(&mut self, level: usize) {
        let mut same: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, item) in self.new.iter().enumerate().filter(|it| it.1.level == level).rev() {
            same.entry((item.line, &item.parts, self.outer(item))).or_default().push(at);
        }
        let mut left = Vec::new();
        for (at, item) in self.old.iter().enumerate().filter(|it| it.1.level == level) {
            match same.get_mut(&(item.line, &item.parts, Outer::of(item))).and_then(Vec::pop) {
                Some(same) => self.is[same] = Some(at),
                None => left.push(at),
            }
        }
        left.retain(|at| !self.key(&self.old[*at]).is_some_and(|it| it.is_other));
        for at in left.into_iter().take(MOST) {
            if let Some(same) = self.likest(&self.old[at]) {
                self.is[same] = Some(at);
            }
        }
        self.grown(level);
    }

    /// Pairs items of which all that differs got words at an end or lost some, and items that say one
    /// thing with other numbers, where neither can be another one.
    fn grown(&mut self, level: usize) {
        let taken: BTreeSet<usize> = self.is.iter().copied().flatten().collect();
        let was: Vec<usize> = (0..self.old.len())
            .filter(|at| self.old[*at].level == level && !taken.contains(at))
            .take(MOST)
            .collect();
        let is: Vec<usize> = (0..self.new.len())
            .filter(|at| self.new[*at].level == level && self.is[*at].is_none())
            .take(MOST)
            .collect();
        let can_be = |old: usize, new: usize| {
            let (was, is) = (&self.old[old], &self.new[new]);
            self.outer(is) == Outer::of(was) && (is_grown(was, is) || is_recounted(was, is))
        };
        let only = |old: usize| {
            let mut all = is.iter().copied().filter(|new| can_be(old, *new));
            let first = all.next().filter(|_| all.next().is_none())?;
            let mut back = was.iter().filter(|it| can_be(**it, first));
            (back.next().is_some() && back.next().is_none()).then_some((old, first))
        };
        let pairs: Vec<(usize, usize)> = was.iter().filter_map(|old| only(*old)).collect();
        for (old, new) in pairs {
            self.is[new] = Some(old);
        }
    }

    /// The new item that is likest an old one, among those that are none yet.
    fn likest(&self, own: &Shown<'a>) -> Option<usize> {
        let key = self.key(own);
        let can_be = |it: &(usize, &Shown<'a>)| {
            self.is[it.0].is_none()
                && can_be_one(own, it.1, key)
                && it.1.level == own.level
                && self.outer(it.1) == Outer::of(own)
        };
        let free = self.new.iter().enumerate().filter(can_be).take(MOST);
        let likeness = |(at, it)| Some((likeness(own, it, &self.telling)?, std::cmp::Reverse(at)));
        free.filter_map(likeness).max().map(|it| it.1.0)
    }

    fn key(&self, item: &Shown<'a>) -> Option<Key> {
        self.keys.get(&item.kind()).copied()
    }

    /// Where a new item stands, in terms of the old ones.
    fn outer(&self, item: &Shown<'a>) -> Outer {
        match item.outer.map(|it| self.is[it]) {
            None => Outer::None,
            Some(Some(old)) => Outer::Old(old),
            Some(None) => Outer::New,
        }
    }
}

/// Whether the items that say what they said stand in another order, each in what it stands in.
fn is_reordered(old: &Tree<'_>, new: &Tree<'_>, records: &[usize]) -> bool {
    let mut last: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    let said = |item: &Shown<'_>| (item.line.to_owned(), item.parts.join("\n"));
    let same = new.items.iter().zip(records).filter_map(|(item, record)| {
        let was = old.items.get(*record)?;
        (said(was) == said(item)).then_some((was.outer, *record))
    });
    let mut turned = false;
    for (outer, record) in same {
        let before = last.insert(outer, record);
        turned |= before.is_some_and(|it| it > record);
    }
    turned
}

/// The column by which the items of a kind are known.
#[derive(Debug, Clone, Copy)]
struct Key {
    /// Its position among the parts of an item.
    at: usize,
    /// Whether it says other things in most items than before: then all of them show other records.
    is_other: bool,
}

/// Of each kind of items the first of their columns that says something else in every one of them.
fn keys<'a>(old: &[Shown<'a>], new: &[Shown<'a>]) -> BTreeMap<Kind<'a>, Key> {
    let all: BTreeSet<Kind<'a>> = old.iter().map(Shown::kind).collect();
    let key = |kind: Kind<'a>| {
        let of = |items: &[Shown<'a>]| -> Vec<Vec<&'a str>> {
            items.iter().filter(|it| it.kind() == kind).map(|it| it.parts.clone()).collect()
        };
        let (was, is) = (of(old), of(new));
        let column = |of: &[Vec<&'a str>], at: usize| -> BTreeSet<&'a str> {
            of.iter().map(|it| it[at]).collect()
        };
        let mut columns = (0..kind.2).map(|at| (at, column(&was, at), column(&is, at)));
        let known = was.len() >= MANY && !is.is_empty();
        let key = columns.find(|it| it.1.len() == was.len() && it.2.len() == is.len());
        let (at, before, after) = key.filter(|_| known)?;
        let is_other = before.intersection(&after).count() * 2 < was.len();
        Some((kind, Key { at, is_other }))
    };
    all.into_iter().filter_map(key).collect()
}

/// Whether two items can be one record: what they are known by is the same, or nothing else changed.
fn can_be_one(old: &Shown<'_>, new: &Shown<'_>, key: Option<Key>) -> bool {
    let Some(key) = key.filter(|_| old.kind() == new.kind()) else { return true };
    let differ = old.parts.iter().zip(&new.parts).filter(|(was, is)| was != is).count();
    old.parts[key.at] == new.parts[key.at] || differ == 1
}

/// Whether all parts of two items in which they differ are the same text with more at one end.
fn is_grown(old: &Shown<'_>, new: &Shown<'_>) -> bool {
    let grew = |(was, is): (&&str, &&str)| {
        let (short, long) = if was.len() < is.len() { (was, is) } else { (is, was) };
        let letters = short.chars().filter(|it| it.is_alphabetic()).count();
        was == is || (letters >= LETTERS && (long.starts_with(short) || long.ends_with(short)))
    };
    old.kind() == new.kind() && old.parts.iter().zip(&new.parts).all(grew)
}

/// Whether two items that say one thing say the same with other numbers: what pages a list is a row
/// by itself, `1..5 out of 14 next`, and holds a table of its own.
fn is_recounted(old: &Shown<'_>, new: &Shown<'_>) -> bool {
    let ([was], [is]) = (old.parts.as_slice(), new.parts.as_slice()) else { return false };
    let letters = was.chars().filter(|it| it.is_alphabetic()).count();
    old.kind() == new.kind() && letters >= LETTERS && without_numbers(was) == without_numbers(is)
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

    #[test]
    fn items_that_all_lost_their_ends_are_the_same_and_those_that_say_something_else_are_not() {
        let list = |all: &[&str]| {
            let item =
                |it: &&str| format!("  - listitem:\n    - text: {it}\n    - button \"{it}\"\n");
            format!("- list:\n{}", all.iter().map(item).collect::<String>())
        };
        let is_one = |was: &[&str], is: &[&str]| -> Vec<bool> {
            let (was, is) = (list(was), list(is));
            let items = Items::of_tree(&was, &is);
            let lines = [3_u32, 6, 9].into_iter().filter(|it| (*it as usize) <= is.lines().count());
            lines.map(|it| items.can_be_one(Some(it), Some(it))).collect()
        };
        let with = ["npm install dough@1.2.0", "yarn add dough@1.2.0", "pnpm install dough@1.2.0"];
        let without = ["npm install dough", "yarn add dough", "pnpm install dough"];
        assert_eq!(is_one(&with, &without), [true, true, true]);
        assert_eq!(is_one(&without, &with), [true, true, true]);
        assert_eq!(is_one(&with, &["bread", "crumb", "flour"]), [false, false, false]);
        let several = ["dough one", "dough two"];
        assert_eq!(is_one(&["dough"], &several), [false, false], "nobody knows which it is");
    }

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

    /// Cards with two lines each.
    fn cards(all: &[(&str, u32)]) -> String {
        let card = |(name, stock): &(&str, u32)| {
            format!(
                "- article:\n  - heading \"{name}\"\n  - text: {stock} left\n  - text: Sold here\n"
            )
        };
        all.iter().map(card).collect()
    }

    #[test]
    fn the_lines_of_a_card_stay_with_it_wherever_it_stands() {
        let was = cards(&[("Ada", 3), ("Bob", 4), ("Cid", 5)]);
        let is = cards(&[("Cid", 6), ("Ada", 3), ("Bob", 4)]);
        let items = Items::of_tree(&was, &is);
        // Of Cid, who stood third and stands first, the third line is another one.
        assert!(items.can_be_one(Some(11), Some(3)));
        assert!(!items.can_be_one(Some(3), Some(3)), "that is Ada's");
        assert!(items.stays(DiffTag::Removed, Some(10), "- heading \"Cid\""));
        assert!(!items.stays(DiffTag::Removed, Some(11), "- text: 5 left"));
        assert!(!items.is_reordered(), "the others stand as they stood");
        let back = cards(&[("Cid", 5), ("Bob", 4), ("Ada", 3)]);
        assert!(Items::of_tree(&was, &back).is_reordered());
    }

    #[test]
    fn a_line_that_a_record_says_twice_and_then_once_does_not_stay() {
        let row = |it: &str| {
            format!("- row \"1 {it}\":\n  - cell \"1\"\n  - cell \"{it}\"\n  - cell \"x\"\n")
        };
        let items = Items::of_tree(&row("1"), &row("2"));
        assert!(!items.stays(DiffTag::Removed, Some(3), "- cell \"1\""));
        assert!(items.stays(DiffTag::Added, Some(2), "- cell \"1\""));
    }

    #[test]
    fn rows_with_another_key_are_other_records_unless_nothing_else_changed() {
        let row = |it: &(&str, &str)| {
            format!(
                "- row \"{0} {1} paid\":\n  - cell \"{0}\"\n  - cell \"{1}\"\n  - cell \"paid\"\n",
                it.0, it.1
            )
        };
        let page = |all: &[(&str, &str)]| all.iter().map(row).collect::<String>();
        let was = page(&[("1", "Ada"), ("2", "Bob"), ("3", "Ada"), ("4", "Cid")]);
        let edited = page(&[("1", "Ada"), ("2", "Bob"), ("3", "Ada"), ("5", "Cid")]);
        assert!(Items::of_tree(&was, &edited).can_be_one(Some(14), Some(14)));
        let other = page(&[("1", "Ada"), ("2", "Bob"), ("3", "Ada"), ("5", "Dot")]);
        assert!(!Items::of_tree(&was, &other).can_be_one(Some(14), Some(14)));
        let renamed = page(&[("1", "Ada"), ("2", "Bob"), ("3", "Ada"), ("4", "Dot")]);
        assert!(Items::of_tree(&was, &renamed).can_be_one(Some(15), Some(15)));
    }
}
