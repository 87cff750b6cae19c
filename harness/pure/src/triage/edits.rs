//! [`join`]: the same edit of different things is one cause.
//!
//! The same words put in or taken out of texts that differ otherwise ("Error: " in front of every
//! title, "Select this object" for every box), the same link on pages with other addresses, fields
//! that are invalid, required or explained and were not, links that became buttons. What several
//! groups share of that becomes a group of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::Atom;
use super::group::Group;
use super::node::Node;
use super::told;
use crate::model::FacetKind;

/// In which facet, what went and what came.
type Edit = (FacetKind, String, String);

/// As many letters, or words, say enough to be known again.
const TELLING: usize = 5;

/// What is said of a field whatever it is for.
const STATES: [&str; 6] =
    ["invalid", "required", "disabled", "readonly", "expanded", "description"];

/// Makes a group of each edit that several groups share.
pub fn join(groups: &mut Vec<Group>) {
    let mut holders: BTreeMap<(Edit, bool), BTreeSet<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for edit in group.atoms.iter().filter_map(edit) {
            holders.entry((edit, group.is_known)).or_default().insert(index);
        }
    }
    let mut shared: BTreeMap<BTreeSet<usize>, BTreeSet<Edit>> = BTreeMap::new();
    for ((edit, _known), holders) in holders.into_iter().filter(|it| it.1.len() > 1) {
        shared.entry(holders).or_default().insert(edit);
    }
    for (holders, edits) in shared {
        let mut joined = Group::default();
        for index in holders {
            let group = &mut groups[index];
            joined.is_known = group.is_known;
            joined.spots.extend(&group.spots);
            let own = |it: &Atom| edit(it).is_some_and(|it| edits.contains(&it));
            joined.atoms.extend(group.atoms.iter().filter(|it| own(it)).cloned());
            group.atoms.retain(|it| !own(it));
            if group.atoms.iter().all(is_echo) {
                joined.atoms.append(&mut group.atoms);
                group.spots.clear();
            }
        }
        groups.push(joined);
    }
    groups.retain(|it| !it.spots.is_empty());
}

/// Whether it is a line that is called by what stands in it, which changed too.
pub fn is_echo(atom: &Atom) -> bool {
    let Some((FacetKind::Aria, removed, added)) = atom.sides() else { return false };
    removed.into_iter().chain(added).all(told::is_echo)
}

fn edit(atom: &Atom) -> Option<Edit> {
    let Atom::Line { facet, removed, added } = atom else { return None };
    if is_echo(atom) {
        return None;
    }
    let tree = matches!(facet, FacetKind::Aria | FacetKind::Fields);
    let (gone, came) = match (removed.as_deref(), added.as_deref()) {
        (Some(old), Some(new)) => {
            let of_tree = if tree { of_node(old, new) } else { None };
            of_tree.or_else(|| words(old, new))?
        }
        (Some(old), None) => (link(*facet, old)?, String::new()),
        (None, Some(new)) => (String::new(), link(*facet, new)?),
        (None, None) => return None,
    };
    Some((*facet, gone, came))
}

/// A link by its name, wherever it leads.
fn link(facet: FacetKind, line: &str) -> Option<String> {
    let node = Node::read(line);
    let telling = |it: &&str| it.chars().filter(|it| it.is_alphabetic()).count() >= TELLING;
    let name = node.name.filter(|_| facet == FacetKind::Aria && node.role == "link");
    name.filter(telling).map(|it| format!("link \"{it}\""))
}

/// What became of a node whatever it is called: another role under the same name, states that came
/// or went, what explained it as its name.
fn of_node(old: &str, new: &str) -> Option<(String, String)> {
    let (was, is) = (Node::read(old), Node::read(new));
    if was.role != is.role {
        let same = was.name.is_some() && was.name == is.name;
        return same.then(|| (was.role.to_owned(), is.role.to_owned()));
    }
    let keys = |node: &Node<'_>, other: &Node<'_>| -> Vec<String> {
        let key = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
        let others: Vec<String> = other.attributes.iter().map(|it| key(it)).collect();
        node.attributes.iter().map(|it| key(it)).filter(|it| !others.contains(it)).collect()
    };
    let (lost, gained) = (keys(&was, &is), keys(&is, &was));
    let explained = was.attribute("description").map(|it| it.trim_matches('"'));
    if explained.is_some() && explained == is.name && was.name != is.name {
        return Some(("described".to_owned(), "named".to_owned()));
    }
    let kept = |node: &Node<'_>, keys: &[String]| node.attributes.len() - keys.len();
    let same = was.attributes.iter().filter(|it| is.attributes.contains(it)).count();
    let only = was.name == is.name && was.value == is.value && same == kept(&was, &lost);
    let changed = || lost.iter().chain(&gained);
    let states = changed().next().is_some() && changed().all(|it| STATES.contains(&it.as_str()));
    (only && states).then(|| (format!("-{}", lost.join(" ")), format!("+{}", gained.join(" "))))
}

/// The words that a changed line lost and got, where they say enough to know them again: a number
/// or a short word changes for many reasons.
fn words(old: &str, new: &str) -> Option<(String, String)> {
    let split = |line: &'_ str| -> Vec<String> {
        line.trim_end_matches(':').split_whitespace().map(str::to_owned).collect()
    };
    let (a, b) = (split(old), split(new));
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let left = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let middle = |words: &[String]| {
        let words = &words[head..words.len() - tail];
        // What a number is differs from place to place; what is around it does not.
        let begins = words.split(|it| it == "-").next().unwrap_or(words);
        if begins.len() >= TELLING { begins.join(" ") } else { words.join(" ") }
    };
    let (gone, came) = (middle(&a), middle(&b));
    let letters = gone.chars().chain(came.chars()).filter(|letter| letter.is_alphabetic()).count();
    (letters >= TELLING && head > 0).then_some((gone, came))
}
