//! Outputs and files with a structure: the same other layout, the same field that is gone, new or
//! called otherwise, and the last record that is lost everywhere, are one cause wherever they stand.

use std::collections::BTreeMap;

use super::{Rule, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::filetext::{self, name};
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "layout", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let sightings = evidence
        .nodes
        .iter()
        .enumerate()
        .flat_map(|(index, node)| node.sightings.iter().map(move |it| (index, it)));
    let (mut layouts, mut fields) = (Vec::new(), Vec::new());
    for (index, sighting) in sightings {
        let change = sighting.change;
        layouts.extend(layout(change).map(|it| (it, index)));
        if let Thing::Field(field) = &change.thing
            && is_whole(change, field)
        {
            fields.push(((field.clone(), change.after.clone()), index));
        }
    }
    let mut found = stars(layouts, "it is laid out in the same other way");
    found.extend(stars(fields, "the same field is another one"));
    found.extend(last_records(evidence));
    found
}

/// How something was laid out, and how it is: an output, or a file by its header.
fn layout(change: &Change) -> Option<(String, String)> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    if change.thing == Thing::Layout {
        return Some((old.to_owned(), new.to_owned()));
    }
    let is_header = change.facet == Some(FacetKind::Files) && name(old) == name(new);
    let (old, new) = (filetext::layout(old).filter(|_| is_header)?, filetext::layout(new)?);
    (old != new).then(|| (old.to_owned(), new.to_owned()))
}

/// Whether a field as such is gone, new or called otherwise, and not what it says in one record.
fn is_whole(change: &Change, field: &str) -> bool {
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(old), Some(new)) => old == field && new != field,
        (Some(line), None) | (None, Some(line)) => line == field,
        (None, None) => false,
    }
}

/// Where nothing but the last record is gone, at several places.
fn last_records(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut lost = BTreeMap::new();
    for spot in 0..evidence.spots.len() {
        let own: Vec<(usize, &Change)> = evidence.seen_at(spot).collect();
        if let [(node, change)] = own.as_slice()
            && change.after.is_none()
            && change.thing == Thing::Record("last record".to_owned())
        {
            lost.insert(spot, *node);
        }
    }
    star(lost.into_values(), "the last record is lost")
}
