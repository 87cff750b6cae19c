//! [`follows`]: whether what a page says beside what is seen on it only follows from what is seen.
//!
//! A link that leads elsewhere changes the tree and the list of links; a field that lost its label
//! changes the tree, the list of fields and what hinders people. That is one cause, and [`super::group`]
//! groups by the tree then. A detail that changed alone speaks for itself.

use std::collections::BTreeSet;

use super::cause::{Atom, text};
use crate::model::FacetKind;
use crate::model::comparison::Located;
use crate::model::finding::DiffTag;

/// Whether an atom of a spot only follows from what changed in the tree there.
#[must_use]
pub fn follows(spot: &Located, atom: &Atom) -> bool {
    let Atom::Line { facet, removed, added } = atom else { return false };
    if !facet.is_detail() {
        return false;
    }
    if spot.replaced.contains(&FacetKind::Aria) {
        return true;
    }
    // The others are never about a thing of the tree.
    let beside = matches!(facet, FacetKind::Links | FacetKind::Fields | FacetKind::A11y);
    let tree: Vec<String> = spot
        .difference
        .facets
        .iter()
        .filter(|change| change.facet == Some(FacetKind::Aria))
        .flat_map(|change| &change.diff)
        .filter(|line| matches!(line.tag, DiffTag::Added | DiffTag::Removed))
        .map(text)
        .collect();
    beside && removed.iter().chain(added).any(|line| tree.iter().any(|node| tells(node, line)))
}

/// Whether what a detail or a picture says is about something that changed in the tree.
#[must_use]
pub fn is_about(atoms: &BTreeSet<Atom>, said: &str) -> bool {
    atoms.iter().any(|atom| {
        let Atom::Line { facet: FacetKind::Aria, removed, added } = atom else { return false };
        removed.iter().chain(added).any(|node| tells(node, said) || names(node, said))
    })
}

/// Whether the name of a thing of the tree stands in a text.
fn names(node: &str, said: &str) -> bool {
    name(node).is_some_and(|it| said.contains(it))
}

/// Whether a line of the tree is about the thing that a detail is about.
pub(super) fn tells(node: &str, detail: &str) -> bool {
    let thing = node.trim_start_matches("- ");
    let role = thing.split([' ', ':']).next().unwrap_or_default();
    let split = detail.split_once(": ").filter(|(rule, _)| !rule.contains(['"', ' ']));
    let named = split.map_or(detail, |(_, rest)| rest);
    // A thing without a name is told by what it stands in, which has one.
    let around = named.find(" in ").filter(|at| split.is_some() && !named[..*at].contains('"'));
    let own = around.map_or(named, |at| &named[..at]);
    let same_role = own.split([' ', ':', '.', '#']).next() == Some(role);
    let nameless = |it: &str| !it[role.len()..].starts_with(" \"");
    match name(own) {
        Some(name) => node.contains(name),
        None => !role.is_empty() && same_role && nameless(thing),
    }
}

/// The first text in double quotes, with its quotes.
fn name(line: &str) -> Option<&str> {
    let start = line.find('"')?;
    let end = start + 1 + line[start + 1..].find('"')?;
    (end > start + 1).then(|| &line[start..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_told_by_the_name_of_its_thing_or_by_its_role_where_it_has_none() {
        let link = "- link \"Orders\" [url=/orders]";
        assert!(tells(link, "link \"Orders\": /elsewhere"));
        assert!(!tells(link, "link \"Home\": /elsewhere"));
        assert!(tells("- textbox", "name: textbox #password: has no name"));
        assert!(tells("- textbox", "textbox [name=password] [type=password]"));
        assert!(tells("- button", "name: button.icon in row \"Ada\": has no name"));
        assert!(!tells("- cell \"Ada\"", "name: button.icon in row \"Ada\": has no name"));
        assert!(!tells("- textbox \"Name\"", "textbox [name=password] [type=password]"));
        assert!(!tells("- button \"Go\"", "name: textbox #password: has no name"));
    }
}
