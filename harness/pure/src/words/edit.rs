//! [`shared`]: the one edit that the lines of a finding have in common, with its extent: these words
//! for those, an end of cells that is gone, numbers that are all off by one, another layout.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, Side};
use super::nodes::{self, became};
use super::places::{is_page, place_of};
use super::plain::{HALF, sides};
use super::said::more;
use crate::model::change::Identity;
use crate::model::edit::{WHOLE, cut_off, differing, middle};
use crate::model::thing::{Node, Thing};
use crate::model::{Change, Difference, FacetKind};

/// So many lines that differ by one number, or lost an end, have one edit.
const NUMBERS: usize = 3;
/// A word of so many letters says enough to be quoted without what is around it.
const LETTERS: usize = 3;

/// The edit that at least half of the lines share, with its extent; `None` where each line is
/// another change.
pub(super) fn shared(all: &[Line<'_>], differences: &[Difference]) -> Option<String> {
    words(all, differences).or_else(|| ends(all, differences)).or_else(|| off_by_one(all))
}

/// These words for those, in several lines.
fn words(all: &[Line<'_>], differences: &[Difference]) -> Option<String> {
    let mut by_edit: BTreeMap<(String, String), Vec<&Line<'_>>> = BTreeMap::new();
    for line in all.iter().filter(|it| it.entry().is_none() && !it.is_echo()) {
        let edit = line.before().zip(line.after()).and_then(|(old, new)| edit(old, new));
        if let Some(edit) = edit.filter(|_| !line.facet.is_detail()) {
            by_edit.entry(edit).or_default().push(line);
        }
    }
    let told = all.iter().filter(|it| !it.is_echo() && !it.facet.is_detail()).count();
    let ((gone, came), own) = by_edit.into_iter().max_by_key(|it| it.1.len())?;
    if own.len() < 2 || own.len() * 2 < told || is_said_together(&own) {
        return None;
    }
    let meant: BTreeSet<_> = own.iter().map(|it| it.change.identity()).collect();
    let (at, count) = extent(differences, &meant)?;
    let what = format!("{count} {}", noun(&own));
    let at = on(at);
    let (old, new) = sides(&gone, &came, HALF);
    let rest = more(told - own.len(), "change");
    Some(match (old.is_empty(), new.is_empty()) {
        (true, _) => format!("\"{new}\" is added to {what} {at}{rest}"),
        (_, true) => format!("\"{old}\" is gone from {what} {at}{rest}"),
        (false, false) => format!("\"{old}\" became \"{new}\" in {what} {at}{rest}"),
    })
}

/// The end, or the beginning, that several cells or items lost or got, whatever it says in each.
fn ends(all: &[Line<'_>], differences: &[Difference]) -> Option<String> {
    let mut by_way: BTreeMap<(bool, bool), Vec<&Line<'_>>> = BTreeMap::new();
    for line in all.iter().filter(|it| it.facet == FacetKind::Aria) {
        let cut = line.before().zip(line.after()).and_then(|(old, new)| cut_off(old, new));
        if let Some(cut) = cut {
            by_way.entry((cut.is_end, cut.came)).or_default().push(line);
        }
    }
    let told = all.iter().filter(|it| !it.is_echo() && !it.facet.is_detail()).count();
    let ((is_end, came), own) = by_way.into_iter().max_by_key(|it| it.1.len())?;
    if own.len() < NUMBERS || own.len() * 2 < told {
        return None;
    }
    let meant: BTreeSet<_> = own.iter().map(|it| it.change.identity()).collect();
    let (at, count) = extent(differences, &meant)?;
    let part = if is_end { "end" } else { "beginning" };
    let fate = if came { "new" } else { "gone" };
    let rest = more(told.saturating_sub(own.len()), "change");
    Some(format!("the {part} of {count} {} is {fate} {}{rest}", noun(&own), on(at)))
}

/// `on /orders`, or `in shopctl list`.
fn on(at: &Difference) -> String {
    let word = if is_page(at) { "on" } else { "in" };
    format!("{word} {}", place_of(Some(at)))
}

/// Whether the same is said of all these things, as that they are now invalid.
fn is_said_together(own: &[&Line<'_>]) -> bool {
    let said = |it: &&Line<'_>| {
        let sides = it.before().zip(it.after()).filter(|_| it.facet == FacetKind::Aria);
        sides.map(|(old, new)| became(old, new).one)
    };
    said(&own[0]).is_some() && own.iter().all(|it| said(it) == said(&own[0]))
}

/// What several lines are, where they are all the same: `checkboxes`, `titles`, `lines`.
fn noun(own: &[&Line<'_>]) -> String {
    let one = |it: &&Line<'_>| match &it.change.thing {
        Thing::Node { role, .. } => nodes::noun(role).to_owned(),
        Thing::Property(key) if it.facet == FacetKind::Page => key.clone(),
        _ => "line".to_owned(),
    };
    let first = one(&own[0]);
    let noun = if own.iter().all(|it| one(it) == first) { first } else { "line".to_owned() };
    let ending = if noun.ends_with(['x', 's']) { "es" } else { "s" };
    format!("{noun}{ending}")
}

/// The words that were put in place of others, without quotes and signs around them.
fn edit(old: &str, new: &str) -> Option<(String, String)> {
    let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned();
    let (gone, came) = middle(old, new)?;
    let (gone, came) = (bare(&gone), bare(&came));
    let letters = |it: &str| it.chars().filter(|it| it.is_alphabetic()).count();
    (gone != came && letters(&gone).max(letters(&came)) >= LETTERS).then_some((gone, came))
}

/// Where most of what is meant stands, and how much of it there is everywhere. What a place shows in
/// several scenarios is there once.
fn extent<'a>(
    differences: &'a [Difference],
    meant: &BTreeSet<Identity>,
) -> Option<(&'a Difference, usize)> {
    let mut worst: Option<(&Difference, usize)> = None;
    let mut most: BTreeMap<(&str, Identity), usize> = BTreeMap::new();
    for at in differences {
        let mut own: BTreeMap<Identity, usize> = BTreeMap::new();
        let changes = at.facets.iter().flat_map(|it| &it.changes);
        for it in changes.map(Change::identity).filter(|it| meant.contains(it)) {
            *own.entry(it).or_default() += 1;
        }
        let here: usize = own.values().sum();
        if worst.is_none_or(|it| here > it.1) {
            worst = Some((at, here));
        }
        for (it, count) in own {
            let known = most.entry((at.place.as_str(), it)).or_default();
            *known = count.max(*known);
        }
    }
    let all: usize = most.values().sum();
    worst.map(|it| (it.0, all))
}

/// Numbers that are all one more, or all one less.
fn off_by_one(all: &[Line<'_>]) -> Option<String> {
    let by = |line: &Line<'_>| {
        let (was, is) = differing(line.change)?;
        (was.abs_diff(is) == WHOLE.unsigned_abs()).then_some(is > was)
    };
    let plain: Vec<&Line<'_>> = all.iter().filter(|it| !it.facet.is_detail()).collect();
    let more = by(plain.first()?)?;
    let same = plain.iter().all(|it| it.side == Side::Changed && by(it) == Some(more));
    if !same || plain.len() < NUMBERS {
        return None;
    }
    let shown = |line: &str| match plain[0].facet {
        FacetKind::Aria => Node::read(line).words().unwrap_or(line).to_owned(),
        _ => line.to_owned(),
    };
    let (old, new) = (shown(plain[0].before()?), shown(plain[0].after()?));
    let (old, new) = sides(&old, &new, HALF);
    let way = if more { "one more" } else { "one less" };
    let at = on(plain[0].at);
    Some(format!("{} numbers are {way} {at}: \"{old}\" became \"{new}\"", plain.len()))
}
