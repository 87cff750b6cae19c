//! What the fields of a form hold comes from one record: where several of them hold something else,
//! the record is another one, was not written, or was not read.

use std::collections::BTreeSet;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "form", edges };

/// From so many fields of one page on, not each of them has a cause of its own.
const MANY: usize = 3;

/// What holds a value or state of its own.
const FIELDS: [&str; 9] = [
    "textbox",
    "searchbox",
    "spinbutton",
    "slider",
    "combobox",
    "checkbox",
    "switch",
    "radio",
    "option",
];

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let (mut nodes, mut fields) = (BTreeSet::new(), BTreeSet::new());
        for (node, change) in evidence.seen_at(spot) {
            if let Some(field) = field(change) {
                nodes.insert(node);
                fields.insert(field);
            }
        }
        if fields.len() >= MANY {
            found.extend(star(nodes, "the fields of the page hold another record"));
        }
    }
    found
}

/// The field that holds something else, by role and name; all options are one, since they exclude one
/// another.
fn field(change: &Change) -> Option<(&str, Option<&str>)> {
    let (was, is) = (Node::read(change.before.as_deref()?), Node::read(change.after.as_deref()?));
    let same = (was.role, was.name) == (is.role, is.name) && FIELDS.contains(&is.role);
    let is_held = ["checked", "selected"];
    let held = |it: &Node<'_>| -> Vec<String> {
        let own = it.attributes.iter().filter(|it| is_held.iter().any(|held| it.starts_with(held)));
        own.map(|it| (*it).to_owned()).collect()
    };
    let other = was.value != is.value || held(&was) != held(&is);
    let name = is.name.filter(|_| is.role != "option");
    (change.facet == Some(FacetKind::Aria) && same && other).then_some((is.role, name))
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn three_fields_that_hold_something_else_are_one_record_and_two_are_not() {
        let of = |lines: &[(&str, &str)]| {
            let one = |it: &(&str, &str)| {
                testing::change(Some(FacetKind::Aria), Thing::Line, Some(it.0), Some(it.1))
            };
            let changes = lines.iter().map(one).collect();
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[testing::located("settings", "/settings", facets)]).len()
        };
        let name = ("- textbox \"Name\": Ada L.", "- textbox \"Name\": Ada");
        let letters = ("- checkbox \"Letters\" [checked]", "- checkbox \"Letters\"");
        let chosen = ("- option \"English\"", "- option \"English\" [selected]");
        let left = ("- option \"Maori\" [selected]", "- option \"Maori\"");
        assert_eq!(of(&[name, letters, chosen, left]), 3);
        assert_eq!(of(&[name, chosen, left]), 0, "these are two fields");
        let heading = ("- heading \"Ada L.\"", "- heading \"Ada\"");
        assert_eq!(of(&[name, letters, heading]), 0, "that is no field");
        let disabled = ("- textbox \"Town\"", "- textbox \"Town\" [disabled]");
        assert_eq!(of(&[name, letters, disabled]), 0, "it holds the same");
    }
}
