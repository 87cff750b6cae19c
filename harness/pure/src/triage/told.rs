//! [`Told`]: a change of lines, with where it stands and how much a user cares; [`sentence`] puts the
//! changes of one facet into words, those that are alike together.

use std::collections::BTreeSet;

use super::files::apart;
use super::spot::text;

use super::node::{became, called};
use super::title::{LIMIT, ScreenPart, place_of, plain, screen_part};
use super::title_facets;
use crate::model::change::{Identity, without_numbers};
use crate::model::finding::{DiffTag, FacetChange};
use crate::model::observe::END_MARK;
use crate::model::thing::{Node, USAGE, about};
use crate::model::{Difference, FacetKind};

/// The longest piece of product text, in characters.
const PIECE: usize = 44;
/// The shortest piece that still says something.
const LEAST: usize = 24;
/// As many things are named in a row; the rest is counted.
const NAMED: usize = 3;
/// The room for names in a row, in characters.
const ROW: usize = 80;
/// As many changes and places are looked at; a title needs no more.
const LOOKED_AT: usize = 400;

/// A change of a line or an entry, as it stands at its first place.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Which facet.
    pub facet: FacetKind,
    /// The option or command, for an entry of a list.
    entry: Option<&'a str>,
    /// What is gone.
    pub removed: Option<String>,
    /// What came instead.
    pub added: Option<String>,
    /// Where.
    pub at: &'a Difference,
    /// The facet there.
    pub change: &'a FacetChange,
    rank: (u32, ScreenPart, Side),
    order: (usize, usize),
}

/// What became of something; what a user misses comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Changed,
    Gone,
    New,
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

/// The changes that a finding is about, what a user notices first in front.
#[must_use]
pub fn told<'a>(differences: &'a [Difference], atoms: &'a BTreeSet<Identity>) -> Vec<Told<'a>> {
    let mut all: Vec<Told<'a>> =
        atoms.iter().take(LOOKED_AT).filter_map(|atom| one(differences, atom)).collect();
    all.sort_by_key(|it| (it.rank, it.order));
    all
}

fn one<'a>(differences: &'a [Difference], atom: &'a Identity) -> Option<Told<'a>> {
    let (facet, removed, added) = atom.sides()?;
    let line = removed.or(added).unwrap_or_default();
    let entry = match atom {
        Identity::Entry { name, .. } => Some(name.as_str()),
        Identity::Line { .. }
        | Identity::Picture(_)
        | Identity::Watch(_)
        | Identity::Failure { .. }
        | Identity::Product(_) => None,
    };
    let kind = match facet {
        // What is masked is in the way of nobody.
        FacetKind::Aria if line.ends_with("[masked]") => 10,
        FacetKind::Aria => weight(line),
        FacetKind::Stdout | FacetKind::Stderr if is_end(line) => 20,
        FacetKind::Stdout | FacetKind::Screen => 6,
        FacetKind::Stderr => 7,
        FacetKind::Files => 8,
        FacetKind::Text => 9,
        FacetKind::Page => 10,
        FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y => 11 + title_facets::rank(facet),
        FacetKind::Exit | FacetKind::Image | FacetKind::Events => 30,
    };
    let part = if facet == FacetKind::Screen { screen_part(line) } else { ScreenPart::Text };
    let side = match (removed, added) {
        (Some(_), Some(_)) => Side::Changed,
        (Some(_), None) => Side::Gone,
        (None, _) => Side::New,
    };
    let facets = differences.iter().take(LOOKED_AT).enumerate().flat_map(|(index, at)| {
        let own = at.facets.iter().filter(move |change| change.facet == Some(facet));
        own.map(move |change| (index, at, change))
    });
    let mut first = None;
    for (index, at, change) in facets {
        first = first.or(Some((at, change)));
        let Some(line) = position(change, entry, removed, added) else { continue };
        let order = (index, line);
        let (removed, added) = match entry {
            Some(_) => (removed.map(str::to_owned), added.map(str::to_owned)),
            None => exact(change, removed, added),
        };
        let rank = (kind, part, side);
        return Some(Told { facet, entry, removed, added, at, change, rank, order });
    }
    let (at, change) = first?;
    let (removed, added) = (removed.map(str::to_owned), added.map(str::to_owned));
    let order = (usize::MAX, 0);
    Some(Told { facet, entry, removed, added, at, change, rank: (kind, part, side), order })
}

/// Where in a facet a change stands.
fn position(
    change: &FacetChange,
    entry: Option<&str>,
    removed: Option<&str>,
    added: Option<&str>,
) -> Option<usize> {
    let (tag, wanted) = match (removed, added) {
        (_, Some(wanted)) => (DiffTag::Added, wanted),
        (Some(wanted), None) => (DiffTag::Removed, wanted),
        (None, None) => return None,
    };
    change.diff.iter().position(|line| {
        let own = || text(line);
        match entry {
            Some(name) => line.tag != DiffTag::Gap && own().contains(name),
            None => line.tag == tag && (own() == wanted || without_numbers(&own()) == wanted),
        }
    })
}

/// The lines as they stand at a place: an atom may have lost its numbers.
fn exact(
    change: &FacetChange,
    removed: Option<&str>,
    added: Option<&str>,
) -> (Option<String>, Option<String>) {
    let find = |tag: DiffTag, wanted: Option<&str>| {
        let wanted = wanted?;
        let mut lines = change.diff.iter().filter(|line| line.tag == tag).map(text);
        let same = |line: &String| line == wanted || without_numbers(line) == wanted;
        Some(lines.find(same).unwrap_or_else(|| wanted.to_owned()))
    };
    (find(DiffTag::Removed, removed), find(DiffTag::Added, added))
}

/// Names in a row, the rest of many counted: `a, b and 3 more`.
fn row(names: &[String]) -> String {
    let mut unique: Vec<&String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let listed =
        |list: &[&String]| list.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
    let all = unique.len();
    let most = if all <= NAMED + 1 { all } else { NAMED };
    let mut room = ROW;
    let mut fits = |name: &&&String| {
        let own = name.chars().count();
        let fits = own <= room || room == ROW;
        room = room.saturating_sub(own);
        fits
    };
    let shown = unique.iter().take(most).take_while(|it| fits(it)).count();
    match (shown, all) {
        (0, _) => String::new(),
        (1, 1) => unique[0].clone(),
        (shown, all) if shown == all => {
            format!("{} and {}", listed(&unique[..all - 1]), unique[all - 1])
        }
        (shown, all) => format!("{} and {} more", listed(&unique[..shown]), all - shown),
    }
}

/// `is` for one thing, `are` for several.
fn verb(names: &[String]) -> &'static str {
    let several = names.iter().any(|it| *it != names[0]);
    if several { "are" } else { "is" }
}

fn of_side(told: &[&Told<'_>], side: Side) -> Vec<String> {
    let own = told.iter().filter(|it| it.rank.2 == side);
    own.map(|it| called(it.removed.as_deref().or(it.added.as_deref()).unwrap_or_default()))
        .collect()
}

/// What became of things, by their names and by their number.
fn named_or_counted(names: &[String], what: &str) -> (String, String) {
    let all: BTreeSet<&String> = names.iter().collect();
    let noun = if all.len() == 1 { "thing is" } else { "things are" };
    (format!("{} {} {what}", row(names), verb(names)), format!("{} {noun} {what}", all.len()))
}

/// What changed in the tree of a page: `button "Save" became "Send"; link "Help" is gone on /a`.
#[must_use]
pub fn tree(all: &[Told<'_>]) -> String {
    let facet = all[0].facet;
    let same: Vec<&Told<'_>> = all.iter().filter(|it| it.facet == facet).collect();
    let speaks = |it: &&Told<'_>| it.rank.0 != ECHO;
    let leaves: Vec<&Told<'_>> = same.iter().copied().filter(speaks).collect();
    let list = if leaves.is_empty() { same } else { leaves };
    let mut sides: Vec<Side> = Vec::new();
    for told in &list {
        if !sides.contains(&told.rank.2) {
            sides.push(told.rank.2);
        }
    }
    let mut clauses = Vec::new();
    for side in &sides {
        let names = of_side(&list, *side);
        clauses.push(match side {
            Side::Gone => named_or_counted(&names, "gone"),
            Side::New => named_or_counted(&names, "new"),
            Side::Changed => {
                let changed = || list.iter().filter(|it| it.rank.2 == Side::Changed);
                let mut words: Vec<String> = changed()
                    .filter_map(|it| Some(became(it.removed.as_deref()?, it.added.as_deref()?)))
                    .collect();
                words.dedup();
                let said = match words.len() - 1 {
                    0 => words.swap_remove(0),
                    1 => format!("{}, with 1 more change", words[0]),
                    more => format!("{}, with {more} more changes", words[0]),
                };
                (said.clone(), said)
            }
        });
    }
    let place = place_of(Some(list[0].at));
    let mut sentence = clauses[0].0.clone();
    for clause in &clauses[1..] {
        // What does not fit into a line is counted, and stands in the finding.
        let fits =
            |it: &str| sentence.chars().count() + it.chars().count() + place.chars().count() < 110;
        if let Some(clause) = [&clause.0, &clause.1].into_iter().find(|it| fits(it)) {
            sentence = format!("{sentence}; {clause}");
        }
    }
    format!("{sentence} on {place}")
}

/// What a program prints otherwise; `on` says where, unless it is its standard output.
#[must_use]
pub fn printed(all: &[Told<'_>], on: &str) -> String {
    let facet = all[0].facet;
    let same: Vec<&Told<'_>> = all.iter().filter(|it| it.facet == facet).collect();
    let place = place_of(Some(same[0].at));
    if same.iter().any(|it| it.entry.is_some()) {
        return entries(&same, &place);
    }
    if let Some(sentence) = trace(&same, &place) {
        return sentence;
    }
    if is_order(&same) {
        return format!("{place} prints the same lines in another order{on}");
    }
    let said = same
        .iter()
        .filter(|it| !is_end(it.removed.as_deref().or(it.added.as_deref()).unwrap_or_default()));
    let more = match said.count().max(1) - 1 {
        0 => String::new(),
        1 => ", with 1 more line".to_owned(),
        more => format!(", with {more} more lines"),
    };
    if is_layout(&same) {
        return format!("{place} lays out the same words otherwise{on}");
    }
    let taken = [&place, " prints \"\" instead of \"\"", on, &more];
    let sides = (same[0].removed.as_deref(), same[0].added.as_deref());
    let room = room(&taken, sides.0.unwrap_or_default(), sides.1.unwrap_or_default());
    let cut = |it: &str| plain(it, room);
    let sentence = match sides {
        (None, Some(new)) if is_end(new) => end(new, "", &place),
        (Some(old), None) if is_end(old) => end(old, "no longer ", &place),
        (Some(old), Some(new)) => {
            let (old, new) = apart(old, new, room);
            format!("{place} prints \"{}\" instead of \"{}\"", cut(&new), cut(&old))
        }
        (Some(old), None) => format!("{place} no longer prints \"{}\"", cut(old)),
        (None, Some(new)) => format!("{place} newly prints \"{}\"", cut(new)),
        (None, None) => format!("{place} prints something else"),
    };
    format!("{sentence}{on}{more}")
}

/// Whether lines only stand elsewhere.
fn is_order(all: &[&Told<'_>]) -> bool {
    let gone: BTreeSet<&String> = all.iter().filter_map(|it| it.removed.as_ref()).collect();
    let new: BTreeSet<&String> = all.iter().filter_map(|it| it.added.as_ref()).collect();
    gone == new && all.iter().any(|it| it.removed != it.added)
}

/// Whether lines hold the same words at another distance from the edge.
fn is_layout(all: &[&Told<'_>]) -> bool {
    all.iter().all(|it| it.removed.is_some() && it.removed == it.added)
}

/// How much of each of two product texts fits into a title beside everything else that it says.
fn room(taken: &[&str], old: &str, new: &str) -> usize {
    let length = |it: &str| it.chars().count();
    let taken: usize = taken.iter().map(|it| length(it)).sum();
    let (old, new) = apart(old, new, PIECE);
    if taken + length(&old).min(PIECE) + length(&new).min(PIECE) <= LIMIT {
        return PIECE;
    }
    (LIMIT.saturating_sub(taken) / 2).clamp(LEAST, PIECE)
}

/// Whether a line says how an output ends, which nobody notices who reads it.
fn is_end(line: &str) -> bool {
    line.starts_with(END_MARK)
}

/// The line that says how an output ends, in words.
fn end(line: &str, not: &str, place: &str) -> String {
    if line.trim_start_matches(END_MARK).starts_with("no line end") {
        return format!("The output of {place} {not}ends in the middle of a line");
    }
    format!("The output of {place} {not}ends with empty lines")
}

/// A stack trace that is new, gone, or of which only the places in the source changed.
fn trace(all: &[&Told<'_>], place: &str) -> Option<String> {
    const PYTHON: &str = "Traceback (most recent call last)";
    let has = |it: Option<&String>| it.is_some_and(|line| line.starts_with(PYTHON));
    let last = |tag: DiffTag| {
        let mut lines = all[0].change.diff.iter().filter(|line| line.tag == tag).map(text);
        lines.next_back().unwrap_or_default()
    };
    if all.iter().any(|it| has(it.added.as_ref())) {
        let why = last(DiffTag::Added);
        return Some(format!("{place} ends in a stack trace: \"{}\"", plain(&why, PIECE)));
    }
    if all.iter().any(|it| has(it.removed.as_ref())) {
        let says = last(DiffTag::Added);
        return Some(if says.is_empty() {
            format!("{place} no longer ends in a stack trace")
        } else {
            format!("{place} says \"{}\" instead of a stack trace", plain(&says, PIECE))
        });
    }
    let moved = |it: &&Told<'_>| match (&it.removed, &it.added) {
        (Some(old), Some(new)) => {
            let trace = Identity::Line {
                facet: it.facet,
                removed: Some(without_numbers(old)),
                added: Some(without_numbers(new)),
            };
            trace.is_trace()
        }
        (Some(_) | None, None) | (None, Some(_)) => false,
    };
    all.iter()
        .all(moved)
        .then(|| format!("{place} still ends in a stack trace, from other lines of the source"))
}

/// Options and commands that are new, gone or told otherwise.
fn entries(all: &[&Told<'_>], place: &str) -> String {
    let named = |side: Side| -> Vec<String> {
        let own = all.iter().filter(|it| it.rank.2 == side);
        own.filter_map(|it| it.entry).map(|it| plain(it, PIECE)).collect()
    };
    let (gone, new, changed) = (named(Side::Gone), named(Side::New), named(Side::Changed));
    let noun = |names: &[String]| {
        let noun = if names.iter().all(|it| it.starts_with('-')) { "option" } else { "entry" };
        match (noun, names.len()) {
            (noun, 1) => noun.to_owned(),
            ("entry", _) => "entries".to_owned(),
            (noun, _) => format!("{noun}s"),
        }
    };
    let all_of = |names: &[String]| format!("{} {} {}", noun(names), row(names), verb(names));
    let mut clauses = Vec::new();
    if !gone.is_empty() {
        clauses.push(format!("{} gone", all_of(&gone)));
    }
    if !new.is_empty() {
        clauses.push(format!("{} new", all_of(&new)));
    }
    let rest = match (clauses.is_empty(), changed.len()) {
        (true, 1) => return explained(all, place),
        (_, 0) => String::new(),
        (true, _) => return format!("{place} explains {} otherwise", row(&changed)),
        (false, _) => format!("; {} explained otherwise", row(&changed)),
    };
    format!("{place}: {}{rest}", clauses.join("; "))
}

/// The one entry that is told otherwise.
fn explained(all: &[&Told<'_>], place: &str) -> String {
    let Some(it) = all.iter().find(|it| it.entry.is_some() && it.rank.2 == Side::Changed) else {
        return format!("{place} prints something else");
    };
    let name = it.entry.unwrap_or_default();
    let (Some(old), Some(new)) = (&it.removed, &it.added) else {
        return format!("{place} prints something else");
    };
    let (old, new) = (about(name, old), about(name, new));
    // What kind of value an option takes is no news where it is the same.
    let kind = |it: &str| it.split(' ').next().map(str::to_owned).filter(|it| is_kind(it));
    let bare = |it: &str| match kind(it) {
        Some(own) if kind(old) == kind(new) => it[own.len()..].trim_start().to_owned(),
        Some(_) | None => it.to_owned(),
    };
    let (old, new) = (bare(old), bare(new));
    let shown = match name {
        USAGE => "its usage".to_owned(),
        name => plain(name, PIECE),
    };
    let room = room(&[place, &shown, " says of  \"\" instead of \"\""], &old, &new);
    if old.is_empty() {
        return format!("{place} newly says of {shown}: \"{}\"", plain(&new, room * 2));
    }
    if new.is_empty() {
        return format!("{place} no longer says of {shown}: \"{}\"", plain(&old, room * 2));
    }
    let (old, new) = apart(&old, &new, room);
    format!(
        "{place} says of {shown} \"{}\" instead of \"{}\"",
        plain(&new, room),
        plain(&old, room)
    )
}

/// Whether a word is what stands for the value of an option: `TEXT`, `<path>`.
fn is_kind(word: &str) -> bool {
    let upper = word.chars().all(|it| it.is_ascii_uppercase() || matches!(it, '_' | '-' | '.'));
    (upper && word.len() > 1) || (word.starts_with('<') && word.ends_with('>'))
}
