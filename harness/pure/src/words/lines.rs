//! [`Line`]: a changed line of a finding, with where it stands and how much a user cares;
//! [`lines`] puts what a user notices first in front.

use std::collections::HashSet;

use super::screen::{Part, part_of};
use crate::model::filetext::is_end;
use crate::model::finding::FacetChange;
use crate::model::thing::{Node, Thing};
use crate::model::{Change, Difference, FacetKind};

/// As many changes are looked at; a title needs no more.
const LOOKED_AT: usize = 400;

/// A change that is told in lines, as it stands at its first place.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// The change.
    pub change: &'a Change,
    /// Which facet.
    pub facet: FacetKind,
    /// Where.
    pub at: &'a Difference,
    /// The facet there.
    pub of: &'a FacetChange,
    /// What became of it.
    pub side: Side,
    rank: (u32, Part, Side),
    order: (usize, u32),
}

/// What became of something; what a user misses comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Changed,
    Gone,
    New,
}

impl<'a> Line<'a> {
    /// What stood there.
    pub(super) fn before(&self) -> Option<&'a str> {
        self.change.before.as_deref()
    }

    /// What stands there now.
    pub(super) fn after(&self) -> Option<&'a str> {
        self.change.after.as_deref()
    }

    /// What stood there, or what came where nothing did.
    pub(super) fn text(&self) -> &'a str {
        self.before().or(self.after()).unwrap_or_default()
    }

    /// The option or command of a list that it is about.
    pub(super) fn entry(&self) -> Option<&'a str> {
        if let Thing::Entry(name) = &self.change.thing { Some(name) } else { None }
    }

    /// Whether it only repeats what stands in it, as the name of a row does.
    pub(super) fn is_echo(&self) -> bool {
        self.rank.0 == ECHO
    }

    /// Whether it says how an output ends, which nobody notices who reads it.
    pub(super) fn is_end(&self) -> bool {
        is_end(self.text())
    }
}

/// How much a user cares, by role; the least is named first.
fn weight(line: &str) -> u32 {
    match Node::read(line).role {
        "alert" | "alertdialog" | "dialog" => 0,
        "button" | "link" | "textbox" | "combobox" | "checkbox" | "radio" | "searchbox"
        | "switch" | "slider" | "spinbutton" | "tab" | "menuitem" | "listbox" => 1,
        "heading" => 2,
        "columnheader" | "cell" | "option" | "img" | "status" => 3,
        // They are called by what stands in them, so that they only echo it.
        "row" | "listitem" | "table" | "list" | "form" | "navigation" => ECHO,
        _ => 5,
    }
}

const ECHO: u32 = 4;

/// The changed lines of a finding, each once, what a user notices first in front.
pub(super) fn lines(differences: &[Difference]) -> Vec<Line<'_>> {
    let mut all: Vec<Line<'_>> = Vec::new();
    let mut known = HashSet::new();
    let sightings = differences.iter().enumerate().flat_map(|(index, at)| {
        let facets = at.facets.iter();
        facets.flat_map(move |of| of.changes.iter().map(move |change| (index, at, of, change)))
    });
    for (index, at, of, change) in sightings.take(LOOKED_AT) {
        let identity = change.identity();
        let (Some(facet), true) = (change.facet, identity.sides().is_some()) else { continue };
        if known.insert(identity) {
            all.push(line(index, at, of, (change, facet)));
        }
    }
    all.sort_by_key(|it| (it.rank, it.order));
    all
}

fn line<'a>(
    index: usize,
    at: &'a Difference,
    of: &'a FacetChange,
    (change, facet): (&'a Change, FacetKind),
) -> Line<'a> {
    let side = match (&change.before, &change.after) {
        (Some(_), Some(_)) => Side::Changed,
        (Some(_), None) => Side::Gone,
        (None, _) => Side::New,
    };
    let text = change.before.as_deref().or(change.after.as_deref()).unwrap_or_default();
    let part = if facet == FacetKind::Screen { part_of(text) } else { Part::Text };
    let number = change.new_lines.first().or(change.old_lines.first());
    let order = (index, number.copied().unwrap_or_default());
    Line { change, facet, at, of, side, rank: (kind(facet, text), part, side), order }
}

/// How soon a line is named, by its facet and by what it is about.
fn kind(facet: FacetKind, line: &str) -> u32 {
    match facet {
        // What is masked is in the way of nobody.
        FacetKind::Aria if line.ends_with("[masked]") => 10,
        FacetKind::Aria => weight(line),
        FacetKind::Stdout | FacetKind::Stderr if is_end(line) => 20,
        FacetKind::Stdout | FacetKind::Screen => 6,
        FacetKind::Stderr => 7,
        FacetKind::Files => 8,
        FacetKind::Text => 9,
        FacetKind::Page => 10,
        FacetKind::Requests => 11,
        FacetKind::Links => 12,
        FacetKind::Fields => 13,
        FacetKind::Response => 14,
        FacetKind::Cookies => 15,
        FacetKind::Storage => 16,
        FacetKind::A11y => 17,
        FacetKind::Recording => 18,
        FacetKind::Exit | FacetKind::Image | FacetKind::Events => 30,
    }
}
