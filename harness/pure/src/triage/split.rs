//! [`split`]: what stands at the same places and still has several causes.
//!
//! The help of a command got an option, and something else of it is told otherwise: two lines of
//! release notes, and two findings. What names the option goes with it.

use std::collections::BTreeSet;

use super::cause::Atom;
use super::group::Group;
use super::listing::USAGE;

/// A group as groups of one cause each.
#[must_use]
pub fn split(group: Group) -> Vec<Group> {
    let (listed, rest): (BTreeSet<Atom>, BTreeSet<Atom>) =
        group.atoms.iter().cloned().partition(|it| comes(it).is_some());
    let names: Vec<&str> = listed.iter().filter_map(comes).collect();
    let (follows, rest): (BTreeSet<Atom>, BTreeSet<Atom>) =
        rest.into_iter().partition(|it| names.iter().any(|name| names_it(it, name)));
    if names.is_empty() || rest.is_empty() {
        return vec![group];
    }
    let listed = listed.iter().cloned().chain(follows).collect();
    let told_otherwise = Group { spots: group.spots.clone(), atoms: rest, ..group };
    vec![told_otherwise, Group { atoms: listed, ..group }]
}

/// The name of an option or command that is new: what is gone takes its words along, and a usage
/// that is new is what a refused command says.
fn comes(atom: &Atom) -> Option<&str> {
    match atom {
        Atom::Entry { name, removed: None, .. } if name != USAGE => Some(name),
        Atom::Entry { .. }
        | Atom::Line { .. }
        | Atom::Picture(_)
        | Atom::Watch(_)
        | Atom::Failure { .. }
        | Atom::Product(_) => None,
    }
}

/// Whether a change is told in words of which one is this name.
fn names_it(atom: &Atom, name: &str) -> bool {
    let Some((_, removed, added)) = atom.sides() else { return false };
    let part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    removed.into_iter().chain(added).any(|line| line.split(|it| !part(it)).any(|it| it == name))
}
