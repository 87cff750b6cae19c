//! What came into the list of options and commands of a program or is gone from it, and the lines that
//! name it: how the command is called, the text that speaks of it.

use std::collections::BTreeMap;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::change::{Change, Identity};
use crate::model::thing::{Thing, USAGE};

const NAMES: &str = "one names the other";

pub(super) const RULE: Rule = Rule { id: "option", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let new: Vec<(usize, &str)> = evidence
            .seen_at(spot)
            .filter_map(|(node, change)| Some((node, listed(change)?)))
            .collect();
        found.extend(star(new.iter().map(|it| it.0), "they are new in the same list"));
        for (node, _) in evidence.seen_at(spot) {
            let identity = &evidence.nodes[node].identity;
            let named = new.iter().filter(|(entry, name)| *entry != node && names(identity, name));
            found.extend(named.map(|it| Edge::follows(it.0, node, NAMES)));
        }
    }
    found.extend(usages(evidence));
    found
}

/// How commands are called, where all that differs is a word: it is the same wherever they say so, and
/// follows from the entry of that name.
fn usages(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut entries: BTreeMap<(&str, bool), Vec<usize>> = BTreeMap::new();
    let mut by_words: BTreeMap<[Vec<String>; 2], Vec<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let Thing::Entry(name) = &change.thing else { continue };
        let (was, is) = (change.before.is_some(), change.after.is_some());
        if name != USAGE && was != is {
            entries.entry((name, is)).or_default().push(index);
        } else if let (USAGE, Some(old), Some(new)) = (name.as_str(), &change.before, &change.after)
        {
            by_words.entry([lacking(old, new), lacking(new, old)]).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for ([gone, came], nodes) in by_words {
        if gone.is_empty() == came.is_empty() {
            continue;
        }
        found.extend(star(
            nodes.iter().copied(),
            "commands are called without the same word, or with it",
        ));
        let words = gone.iter().map(|it| (it, false)).chain(came.iter().map(|it| (it, true)));
        for (word, is) in words {
            let holders = entries.get(&(word.as_str(), is)).into_iter().flatten();
            found.extend(
                holders.flat_map(|it| nodes.iter().map(|node| Edge::follows(*it, *node, NAMES))),
            );
        }
    }
    found
}

/// The words of one usage that another lacks, each as often as it does.
fn lacking(usage: &str, other: &str) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let bare = text.split_whitespace();
        bare.map(|it| it.trim_matches(['[', ']', '(', ')', '|']).to_owned()).collect()
    };
    let mut others = words(other);
    let mut all = words(usage);
    all.retain(|word| match others.iter().position(|it| it == word) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    });
    all
}

/// The name of an option or command that is new: what is gone takes its words along, and a usage
/// that is new is what a refused command says.
fn listed(change: &Change) -> Option<&str> {
    match &change.thing {
        Thing::Entry(name) if change.before.is_none() && name != USAGE => Some(name),
        _ => None,
    }
}

/// Whether a change is told in words of which one is this name.
fn names(identity: &Identity, name: &str) -> bool {
    let Some((_, removed, added)) = identity.sides() else { return false };
    let part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    removed.into_iter().chain(added).any(|line| line.split(|it| !part(it)).any(|it| it == name))
}
