//! [`read`]: the changed lines of a facet as [`Change`]s, each about one thing. [`pairs`] finds the
//! lines that stand for each other, [`listing`] reads lists of options and commands.
//!
//! The files:
//! - `faint.rs`: which texts are newly too faint.
//! - `nameless.rs`: which things newly have no name.
//! - `pairs.rs`: which removed and added lines stand for each other.
//! - `listing.rs`: what changed in the lists of options and commands that programs print.

pub(super) mod faint;
mod listing;
pub(super) mod nameless;
mod pairs;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use self::pairs::{Pair, pairs};
use super::items::Items;
use crate::model::change::{Change, is_frame, is_look};
use crate::model::filetext::{Lines, is_end, name};
use crate::model::finding::{DiffLine, DiffTag, FacetChange};
use crate::model::moved::put_aside;
use crate::model::thing::{Node, Thing};
use crate::model::{FacetKind, WatchKind};

/// The changes of one facet.
///
/// Of one that was replaced only what came instead counts, because what is gone differs from page
/// to page and follows from the one cause.
pub(super) fn read(change: &FacetChange, replaced: bool, items: &Items) -> Vec<Change> {
    match change.facet {
        None => Vec::new(),
        Some(FacetKind::Image) => picture(change),
        Some(FacetKind::Events) => change
            .diff
            .iter()
            .filter(|line| line.tag == DiffTag::Added)
            .map(|line| event(line.trimmed()))
            .collect(),
        Some(facet) => lines(facet, &change.diff, replaced, items),
    }
}

/// The changes of the lines of an output that stand around documents in it, which tell their own;
/// `extents` are the first and the last line of each on both sides.
pub(super) fn read_around(change: &FacetChange, extents: &[[(u32, u32); 2]]) -> Vec<Change> {
    let is_around = |line: &&DiffLine| {
        let (number, side) = match line.tag {
            DiffTag::Removed => (line.old_line, 0),
            DiffTag::Added => (line.new_line, 1),
            DiffTag::Same | DiffTag::Gap => return true,
        };
        let is_in = |at: u32| extents.iter().any(|it| (it[side].0..=it[side].1).contains(&at));
        number.is_some_and(|it| !is_in(it))
    };
    let around: Vec<DiffLine> = change.diff.iter().filter(is_around).cloned().collect();
    let mut all =
        change.facet.map_or_else(Vec::new, |it| lines(it, &around, false, &Items::default()));
    // How far in a title stands above a table that is wider now is said by the table.
    if !change.changes.is_empty() {
        all.retain(|it| !is_blank(it) && it.before != it.after);
    }
    all
}

/// Puts to each new line of a set the line of the baseline that says the same but for where the code
/// stands, so that it is known for that.
pub(super) fn beside_known(changes: &mut [Change], baseline: &str) {
    let known: BTreeMap<String, &str> = baseline.lines().map(|it| (put_aside(it), it)).collect();
    for change in changes {
        let same = change.after.as_deref().and_then(|it| known.get(&put_aside(it)));
        change.before = same.map(|it| (*it).to_owned());
    }
}

/// What of a picture changed, region by region; where only pixels are known, all of it at once.
fn picture(change: &FacetChange) -> Vec<Change> {
    let one = |names: Vec<String>, said: String| Change {
        facet: Some(FacetKind::Image),
        thing: Thing::Region(names),
        around: Vec::new(),
        before: None,
        after: Some(said),
        old_lines: Vec::new(),
        new_lines: Vec::new(),
    };
    let Some(image) = &change.image else { return vec![one(Vec::new(), change.actual.clone())] };
    let named = image.regions.iter().filter_map(|it| Some(one(it.names.clone(), it.said()?)));
    let mut all: Vec<Change> = named.collect();
    if all.is_empty() {
        all = image.moves.iter().map(|it| one(it.names.clone(), it.way())).collect();
    }
    if all.is_empty() {
        all.push(one(Vec::new(), format!("{:?}", image.boxes)));
    }
    all
}

fn event(line: String) -> Change {
    let (head, _) = line.split_once(": ").unwrap_or((&line, ""));
    let (kind, path) = head.split_once(' ').unwrap_or((head, ""));
    let known = WatchKind::ALL.iter().any(|it| it.word() == kind);
    let thing = if known {
        Thing::Event { kind: kind.to_owned(), path: path.to_owned() }
    } else {
        Thing::Line
    };
    Change {
        facet: Some(FacetKind::Events),
        thing,
        around: Vec::new(),
        before: None,
        after: Some(line),
        old_lines: Vec::new(),
        new_lines: Vec::new(),
    }
}

fn lines(facet: FacetKind, diff: &[DiffLine], replaced: bool, items: &Items) -> Vec<Change> {
    let printed = matches!(facet, FacetKind::Stdout | FacetKind::Stderr);
    let Some((entries, rest)) = listing::entries(diff).filter(|_| printed && !replaced) else {
        return plain_lines(facet, diff, replaced, items);
    };
    let entries = entries.into_iter().map(|it| Change {
        facet: Some(facet),
        thing: Thing::Entry(it.name),
        around: Vec::new(),
        before: it.removed,
        after: it.added,
        old_lines: it.old_lines,
        new_lines: it.new_lines,
    });
    let rest = plain_lines(facet, &rest, replaced, items);
    entries.chain(rest.into_iter().filter(|it| !is_blank(it))).collect()
}

/// Whether a change is no more than empty lines.
fn is_blank(change: &Change) -> bool {
    change.before.iter().chain(&change.after).all(String::is_empty)
}

/// Whether nothing but empty lines came to an output or a file, or went from it: then they are all
/// that there is to tell.
fn has_only_blank(facet: FacetKind, diff: &[DiffLine]) -> bool {
    let is_written = matches!(facet, FacetKind::Stdout | FacetKind::Stderr | FacetKind::Files);
    let is_changed = |it: &&DiffLine| matches!(it.tag, DiffTag::Added | DiffTag::Removed);
    let mut changed = diff.iter().filter(is_changed).peekable();
    is_written && changed.peek().is_some() && changed.all(|it| it.trimmed().is_empty())
}

fn plain_lines(facet: FacetKind, diff: &[DiffLine], replaced: bool, items: &Items) -> Vec<Change> {
    let (moved, around, quoted) = (Moved::of(diff, items), surroundings(facet, diff), quoted(diff));
    let blank = has_only_blank(facet, diff);
    let one = |pair: Pair<'_>| {
        let (old_lines, new_lines) = (pair.old_lines(), pair.new_lines());
        let keep = |line: Option<&DiffLine>| {
            line.filter(|it| blank || moved.tells(it, items)).map(DiffLine::trimmed)
        };
        let (before, after) = (keep(pair.removed).filter(|_| !replaced), keep(pair.added));
        let line = before.as_deref().or(after.as_deref())?;
        let gone = pair.removed.and_then(|it| it.old_line).map(|it| (DiffTag::Removed, it));
        let came = pair.added.and_then(|it| it.new_line).map(|it| (DiffTag::Added, it));
        let is_quoted = gone.into_iter().chain(came).all(|it| quoted.contains(&it));
        let thing = if is_quoted { Thing::Frame } else { thing(facet, line) };
        let number = gone.or(came);
        let held = number.and_then(|it| items.around(it.0, it.1)).map(str::to_owned);
        let around = number.and_then(|it| around.get(&it).cloned());
        let around = around.unwrap_or_else(|| held.into_iter().collect());
        Some(Change { facet: Some(facet), thing, around, before, after, old_lines, new_lines })
    };
    pairs(facet, diff, items).into_iter().filter_map(one).collect()
}

/// What a line of a facet is about.
fn thing(facet: FacetKind, line: &str) -> Thing {
    let property = || {
        let key = line.split_once(": ").map_or(line, |it| it.0);
        Thing::Property(key.trim_end_matches(':').to_owned())
    };
    match facet {
        FacetKind::Aria => {
            let node = Node::read(line);
            Thing::Node { role: node.role.to_owned(), name: node.name.map(str::to_owned) }
        }
        FacetKind::Exit => Thing::Exit,
        FacetKind::Stdout | FacetKind::Stderr if is_end(line) => Thing::End,
        _ if is_frame(line) => Thing::Frame,
        FacetKind::Screen if is_look(line) => Thing::Look,
        FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Page
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y => property(),
        FacetKind::Text
        | FacetKind::Image
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Events
        | FacetKind::Recording => Thing::Line,
    }
}

/// The changed lines that a Python stack trace quotes from the source, with the marks below them, by
/// side and number: they stand below a frame and further in.
fn quoted(diff: &[DiffLine]) -> HashSet<(DiffTag, u32)> {
    let mut found = HashSet::new();
    for (side, number) in [
        (DiffTag::Removed, (|it| it.old_line) as fn(&DiffLine) -> Option<u32>),
        (DiffTag::Added, |it| it.new_line),
    ] {
        // How far in the frame above stands.
        let mut below: Option<usize> = None;
        for line in diff {
            if line.tag == DiffTag::Gap {
                below = None;
            }
            if line.tag != side && line.tag != DiffTag::Same {
                continue;
            }
            let text = line.text();
            let indent = text.len() - text.trim_start().len();
            if text.trim_start().starts_with("File \"") && is_frame(&text) {
                below = Some(indent);
            } else if below.is_some_and(|it| indent > it) {
                found.extend(number(line).filter(|_| line.tag == side).map(|it| (side, it)));
            } else {
                below = None;
            }
        }
    }
    found
}

/// Lines that moved and did not change.
struct Moved {
    /// What stands on both sides once indentation is left out.
    both: BTreeSet<String>,
    /// Whether the order is a change: nothing else changed, or records that say what they said stand
    /// in another order.
    is_told: bool,
}

impl Moved {
    fn of(diff: &[DiffLine], items: &Items) -> Self {
        let side = |tag: DiffTag| -> BTreeSet<String> {
            let lines = diff.iter().filter(|line| line.tag == tag).map(DiffLine::trimmed);
            // How an output ends says nothing of its order.
            lines.filter(|it| !is_end(it)).collect()
        };
        let (removed, added) = (side(DiffTag::Removed), side(DiffTag::Added));
        let is_told = removed == added || items.is_reordered();
        Self { both: removed.intersection(&added).cloned().collect(), is_told }
    }

    /// Whether a line says that something changed.
    fn tells(&self, line: &DiffLine, items: &Items) -> bool {
        let text = line.trimmed();
        let number = if line.tag == DiffTag::Removed { line.old_line } else { line.new_line };
        let stays = || items.stays(line.tag, number, &text);
        !text.is_empty() && if self.both.contains(&text) { self.is_told } else { !stays() }
    }
}

/// For each changed line of a tree or of files, by its side and number, what it stands in.
fn surroundings(facet: FacetKind, diff: &[DiffLine]) -> HashMap<(DiffTag, u32), Vec<String>> {
    if facet == FacetKind::Files {
        return in_files(diff);
    }
    let mut found = HashMap::new();
    if facet != FacetKind::Aria {
        return found;
    }
    let mut around: Vec<(usize, String)> = Vec::new();
    for line in diff.iter().filter(|line| line.tag != DiffTag::Gap) {
        let whole = line.text();
        let indentation = whole.len() - whole.trim_start().len();
        around.retain(|(outer, _)| *outer < indentation);
        let number = match line.tag {
            DiffTag::Removed => line.old_line,
            DiffTag::Added => line.new_line,
            DiffTag::Same | DiffTag::Gap => None,
        };
        if let Some(number) = number {
            let names = around.iter().map(|it| it.1.clone()).collect();
            found.insert((line.tag, number), names);
        }
        around.push((indentation, line.trimmed()));
    }
    found
}

/// For each changed line of files the file that it stands in, and what of that it stands in; for the
/// header of a file the file itself.
fn in_files(diff: &[DiffLine]) -> HashMap<(DiffTag, u32), Vec<String>> {
    let mut found = HashMap::new();
    let mut lines = Lines::default();
    for line in diff.iter().filter(|line| line.tag != DiffTag::Gap) {
        let whole = line.text();
        let read = lines.read(&whole);
        let within = if read.within.is_empty() { vec![name(read.text)] } else { read.within };
        let number = match line.tag {
            DiffTag::Removed => line.old_line,
            DiffTag::Added => line.new_line,
            DiffTag::Same | DiffTag::Gap => None,
        };
        found.extend(number.map(|it| ((line.tag, it), within)));
    }
    found
}
