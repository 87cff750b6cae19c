//! The same value of the same thing, wherever and however it is printed: `Port - A (4)` in a text,
//! `"name": "Port", "complexity": 4` in JSON, `| Port | 4 | A |` in a table. Where a list leaves out
//! or has the line of such a thing, that follows from its value.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{replaced, tokens};
use crate::model::thing::{Node, Thing};

pub(super) const RULE: Rule = Rule { id: "fact", edges };

/// A value that became another one, and a name near it, in small letters.
type Fact = (String, String, String);

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let keyed: Vec<(Fact, usize)> = evidence
        .nodes
        .iter()
        .enumerate()
        .flat_map(|(index, node)| {
            let own = node.sightings.iter().flat_map(|it| facts(it.change));
            own.map(move |it| (it, index)).collect::<BTreeSet<_>>()
        })
        .collect();
    let mut found = listed(evidence, &keyed);
    found.extend(stars(keyed, "the same value of the same thing is another one"));
    found
}

/// What a change says of which things.
fn facts(change: &Change) -> Vec<Fact> {
    let (Some(old), Some(new)) = (said(change, &change.before), said(change, &change.after)) else {
        return Vec::new();
    };
    let own = if let Thing::Field(name) = &change.thing { name.as_str() } else { "" };
    let field = tokens(own);
    let mut all = Vec::new();
    for it in replaced(old, new) {
        for name in it.near.iter().chain(&field) {
            for (gone, came) in spellings(it.gone, it.came) {
                all.push((gone, came, name.to_lowercase()));
            }
        }
    }
    all
}

/// What a side of a change says, without what only tells what kind of thing it is.
fn said<'a>(change: &Change, side: &'a Option<String>) -> Option<&'a str> {
    let line = side.as_deref()?;
    match change.facet? {
        FacetKind::Aria => Node::read(line).words(),
        FacetKind::Stdout | FacetKind::Files | FacetKind::Screen | FacetKind::Text => {
            let told = !matches!(
                change.thing,
                Thing::Frame | Thing::Look | Thing::End | Thing::Layout | Thing::Order(_)
            );
            told.then_some(line)
        }
        FacetKind::Stderr
        | FacetKind::Exit
        | FacetKind::Image
        | FacetKind::Page
        | FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y
        | FacetKind::Events => None,
    }
}

/// A value as it is written, and as it would be with fewer decimals: another format rounds it.
fn spellings(gone: &str, came: &str) -> Vec<(String, String)> {
    const MOST: usize = 4;
    let mut all = vec![(gone.to_owned(), came.to_owned())];
    let decimals = |it: &str| it.split_once('.').map_or(0, |it| it.1.len());
    if let (Ok(was), Ok(is)) = (gone.parse::<f64>(), came.parse::<f64>()) {
        let fewest = decimals(gone).min(decimals(came)).min(MOST + 1);
        let rounded = |it: f64, places: usize| format!("{it:.places$}");
        let shorter = (1..fewest).map(|places| (rounded(was, places), rounded(is, places)));
        all.extend(shorter.filter(|it| it.0 != it.1));
    }
    all
}

/// Lines that a list lacks or has more, and that tell a thing with its old or new value.
fn listed(evidence: &Evidence<'_>, keyed: &[(Fact, usize)]) -> Vec<Edge> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    for ((gone, came, name), node) in keyed {
        was.entry((name.as_str(), gone.as_str())).or_insert(*node);
        is.entry((name.as_str(), came.as_str())).or_insert(*node);
    }
    let mut found = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let (line, values) = match (&change.before, &change.after) {
            (Some(line), None) => (line, &was),
            (None, Some(line)) => (line, &is),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        if !matches!(change.facet, Some(FacetKind::Stdout | FacetKind::Files)) {
            continue;
        }
        let words = tokens(line);
        let names: Vec<String> = words.iter().map(|it| it.to_lowercase()).collect();
        let pairs = names.iter().flat_map(|name| words.iter().map(move |it| (name.as_str(), *it)));
        let because = "it is listed by the value that is another one";
        let causes: BTreeSet<usize> = pairs.filter_map(|it| values.get(&it).copied()).collect();
        found.extend(
            causes
                .into_iter()
                .filter(|it| *it != index)
                .map(|it| Edge::follows(it, index, because)),
        );
    }
    found
}
