//! [`printed`]: what a program prints otherwise, its lists of options and commands included.

use std::collections::BTreeSet;

use super::lines::{Line, Side};
use super::names::{row, verb};
use super::places::place_of;
use super::plain::{HALF, plain, room, sides, spaced};
use super::said::more;
use crate::model::filetext::ODD_LAST;
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::moved::is_moved_code;
use crate::model::thing::{Thing, USAGE, about};

/// What a program prints otherwise; `on` says where, unless it is its standard output.
pub(super) fn printed(all: &[Line<'_>], on: &str) -> String {
    let facet = all[0].facet;
    let same: Vec<&Line<'_>> = all.iter().filter(|it| it.facet == facet).collect();
    let place = place_of(Some(same[0].at));
    if same.iter().any(|it| it.entry().is_some()) {
        return entries(&same, &place);
    }
    if let Some(sentence) = trace(&same, &place) {
        return sentence;
    }
    if let Some(sentence) = structured(&same, &place) {
        return sentence;
    }
    if let Some(others) = order(&same) {
        let more = more(others, "change");
        return format!("{place} prints the same lines in another order{on}{more}");
    }
    if is_layout(&same) {
        return format!("{place} lays out the same words otherwise{on}");
    }
    let said = same.iter().filter(|it| !it.is_end()).count();
    let more = more(said.saturating_sub(1), "line");
    let (before, after) = (same[0].before(), same[0].after());
    let taken = [&place, " prints \"\" instead of \"\"", on, &more];
    let room = room(&taken, before.unwrap_or_default(), after.unwrap_or_default());
    let cut = |it: &str| plain(it, room);
    let sentence = match (before, after) {
        (None, Some(new)) if same[0].is_end() => end(new, "", &place),
        (Some(old), None) if same[0].is_end() => end(old, "no longer ", &place),
        (Some(""), None) => format!("{place} no longer prints an empty line"),
        (None, Some("")) => format!("{place} newly prints an empty line"),
        (Some(old), Some(new)) if spaced(old) == spaced(new) => {
            format!("{place} prints other spaces in \"{}\"", cut(new))
        }
        (Some(old), Some(new)) => {
            let (old, new) = sides(old, new, room);
            format!("{place} prints \"{new}\" instead of \"{old}\"")
        }
        (Some(old), None) => format!("{place} no longer prints \"{}\"", cut(old)),
        (None, Some(new)) => format!("{place} newly prints \"{}\"", cut(new)),
        (None, None) => format!("{place} prints something else"),
    };
    format!("{sentence}{on}{more}")
}

/// What became of the structure of an output: its layout, its fields, the order of both.
fn structured(all: &[&Line<'_>], place: &str) -> Option<String> {
    let layout = all.iter().find(|it| it.change.thing == Thing::Layout);
    if let Some((old, new)) = layout.and_then(|it| it.before().zip(it.after())) {
        return Some(format!(
            "{place} prints {} instead of {}",
            plain(new, HALF),
            plain(old, HALF)
        ));
    }
    let of = |it: &&&Line<'_>| matches!(&it.change.thing, Thing::Field(name) if it.text() == name || it.after() == Some(name));
    let whole: Vec<&&Line<'_>> = all.iter().filter(of).collect();
    let rest = more(all.len().saturating_sub(whole.len()), "change");
    let named = |side: Side| -> Vec<String> {
        let own = whole.iter().filter(|it| it.side == side);
        own.map(|it| plain(it.text(), HALF)).collect()
    };
    if let Some((old, new)) = whole.first().and_then(|it| it.before().zip(it.after())) {
        let (old, new) = (plain(old, HALF), plain(new, HALF));
        return Some(format!("{place} prints {new} instead of {old}{rest}"));
    }
    let (gone, came) = (named(Side::Gone), named(Side::New));
    match (gone.is_empty(), came.is_empty()) {
        (false, true) => return Some(format!("{place} no longer prints {}{rest}", row(&gone))),
        (true, false) => return Some(format!("{place} newly prints {}{rest}", row(&came))),
        (false, false) => {
            return Some(format!("{place} prints {} instead of {}{rest}", row(&came), row(&gone)));
        }
        (true, true) => {}
    }
    let ordered = all.iter().find_map(|it| match &it.change.thing {
        Thing::Order(what) => Some(what),
        _ => None,
    });
    if let Some(what) = ordered {
        return Some(format!("{place} prints its {what} in another order"));
    }
    if all.len() == 1 && all[0].change.thing == Thing::Record("last record".to_owned()) {
        let line = plain(all[0].before()?, HALF);
        return Some(format!("{place} no longer prints its last record: \"{line}\""));
    }
    let Thing::Field(field) = &all[0].change.thing else { return None };
    let same = all.iter().filter(|it| it.change.thing == all[0].change.thing).count();
    let (old, new) = all[0].before().zip(all[0].after())?;
    if same < 2 || same * 2 < all.len() {
        return None;
    }
    let field = plain(field, HALF);
    let (old, new) = sides(old, new, HALF);
    let rest = more(all.len() - same, "change");
    Some(format!(
        "{place} prints other values in {field}: \"{new}\" instead of \"{old}\", in {same} records{rest}"
    ))
}

/// How much else changed where lines only stand elsewhere, or nine in ten of them do.
fn order(all: &[&Line<'_>]) -> Option<usize> {
    let gone: BTreeSet<&str> = all.iter().filter_map(|it| it.before()).collect();
    let new: BTreeSet<&str> = all.iter().filter_map(|it| it.after()).collect();
    let stays = |it: &&&Line<'_>| {
        it.before().is_none_or(|line| new.contains(line))
            && it.after().is_none_or(|line| gone.contains(line))
    };
    let others = all.len() - all.iter().filter(stays).count();
    let is_moved = all.iter().any(|it| it.before() != it.after());
    (is_moved && others * 10 <= all.len()).then_some(others)
}

/// Whether lines hold the same words at another distance from the edge.
fn is_layout(all: &[&Line<'_>]) -> bool {
    all.iter().all(|it| it.before().is_some() && it.before() == it.after())
}

/// The line that says how an output ends, in words.
fn end(line: &str, not: &str, place: &str) -> String {
    if line == ODD_LAST {
        return format!("The output of {place} {not}ends in the middle of a line");
    }
    format!("The output of {place} {not}ends with empty lines")
}

/// A stack trace that is new, gone, or of which only the places in the source changed.
fn trace(all: &[&Line<'_>], place: &str) -> Option<String> {
    const PYTHON: &str = "Traceback (most recent call last)";
    let has = |it: Option<&str>| it.is_some_and(|line| line.starts_with(PYTHON));
    let last = |tag: DiffTag| {
        let line = all[0].of.diff.iter().rfind(|line| line.tag == tag);
        line.map(DiffLine::text).unwrap_or_default()
    };
    if all.iter().any(|it| has(it.after())) {
        let why = last(DiffTag::Added);
        return Some(format!("{place} ends in a stack trace: \"{}\"", plain(&why, HALF)));
    }
    if all.iter().any(|it| has(it.before())) {
        let says = last(DiffTag::Added);
        return Some(if says.is_empty() {
            format!("{place} no longer ends in a stack trace")
        } else {
            format!("{place} says \"{}\" instead of a stack trace", plain(&says, HALF))
        });
    }
    let is_frame = all.iter().any(|it| it.change.thing == Thing::Frame);
    (is_frame && is_moved_code(all.iter().map(|it| it.change)))
        .then(|| format!("{place} still ends in a stack trace, from other lines of the source"))
}

/// Options and commands that are new, gone or told otherwise.
fn entries(all: &[&Line<'_>], place: &str) -> String {
    let named = |side: Side| -> Vec<String> {
        let own = all.iter().filter(|it| it.side == side);
        let names: Vec<String> =
            own.filter_map(|it| it.entry()).map(|it| plain(it, HALF)).collect();
        let mut known = BTreeSet::new();
        names.into_iter().filter(|it| known.insert(it.clone())).collect()
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
fn explained(all: &[&Line<'_>], place: &str) -> String {
    let Some(it) = all.iter().find(|it| it.entry().is_some() && it.side == Side::Changed) else {
        return format!("{place} prints something else");
    };
    let name = it.entry().unwrap_or_default();
    let (Some(old), Some(new)) = (it.before(), it.after()) else {
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
        name => plain(name, HALF),
    };
    let room = room(&[place, &shown, " says of  \"\" instead of \"\""], &old, &new);
    if old.is_empty() {
        return format!("{place} newly says of {shown}: \"{}\"", plain(&new, room * 2));
    }
    if new.is_empty() {
        return format!("{place} no longer says of {shown}: \"{}\"", plain(&old, room * 2));
    }
    let (old, new) = sides(&old, &new, room);
    format!("{place} says of {shown} \"{new}\" instead of \"{old}\"")
}

/// Whether a word is what stands for the value of an option: `TEXT`, `<path>`.
fn is_kind(word: &str) -> bool {
    let upper = word.chars().all(|it| it.is_ascii_uppercase() || matches!(it, '_' | '-' | '.'));
    (upper && word.len() > 1) || (word.starts_with('<') && word.ends_with('>'))
}
