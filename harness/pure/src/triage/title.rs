//! [`title`]: what a user would notice, in one line of plain English, from the changes of a finding.
//!
//! Product text is hostile: control characters and direction overrides are made visible, and the
//! whole is cut at about 140 characters.

use std::collections::BTreeSet;

use super::files;
use super::seen::Seen;
use super::spot::text;
use super::title_facets;
use super::told::{self, told};
use crate::model::change::{Identity, is_look};
use crate::model::filetext::picture_of;
use crate::model::finding::{DiffTag, FacetChange};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{Difference, FacetKind, Scenario, WatchKind};

/// The longest title, in characters.
pub(super) const LIMIT: usize = 140;
/// So many pages and more are worth to be called all pages.
const MANY: usize = 5;
/// The longest piece of product text in a title, in characters.
const PIECE: usize = 60;

/// The title of a finding.
#[must_use]
pub fn title(seen: &Seen<'_>, differences: &[Difference], atoms: &BTreeSet<Identity>) -> String {
    let sentence = exit(differences)
        .or_else(|| answer(atoms, 500..600))
        .or_else(|| status(differences))
        .or_else(|| changed_text(differences, atoms))
        .or_else(|| failed(seen, differences))
        .or_else(|| answer(atoms, 400..500))
        .or_else(|| watched(differences, atoms))
        .or_else(|| picture(seen, differences));
    let sentence = sentence.unwrap_or_else(|| format!("{} changed", place_of(differences.first())));
    shorten(&format!("{}{}", plain(&sentence, LIMIT), others(seen, differences)), LIMIT + 24)
}

/// Where a difference is, as a title names it.
pub(super) fn place_of(difference: Option<&Difference>) -> String {
    match difference.map(|it| it.place.as_str()) {
        None | Some("") => "the page".to_owned(),
        Some(place) => plain(place, PIECE),
    }
}

/// How many other places it has, and whether these are all.
fn others(seen: &Seen<'_>, differences: &[Difference]) -> String {
    let noun = |difference: &Difference| if is_page(difference) { "page" } else { "command" };
    let places: BTreeSet<(&str, &str)> =
        differences.iter().map(|it| (noun(it), it.place.as_str())).collect();
    let more = places.len().saturating_sub(1);
    let pages = places.iter().all(|it| it.0 == "page");
    let noun = match (pages, places.iter().all(|it| it.0 == "command")) {
        (true, _) => "page",
        (_, true) => "command",
        (false, false) => "place",
    };
    let everywhere = pages
        && seen.pages().len() >= MANY
        && seen.pages().iter().all(|page| places.contains(&("page", page)));
    match more {
        0 => String::new(),
        more if everywhere => format!(" (and all {more} other pages)"),
        1 => format!(" (and 1 more {noun})"),
        more => format!(" (and {more} more {noun}s)"),
    }
}

fn is_page(difference: &Difference) -> bool {
    difference.place.starts_with('/') && !difference.place.contains(' ')
        || difference.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)
}

fn facets(
    differences: &[Difference],
    kind: Option<FacetKind>,
) -> impl Iterator<Item = (&Difference, &FacetChange)> {
    differences.iter().flat_map(move |it| {
        it.facets.iter().filter(move |change| change.facet == kind).map(move |change| (it, change))
    })
}

fn exit(differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, Some(FacetKind::Exit)).next()?;
    let code = |text: &str| {
        text.trim().trim_start_matches("exit").trim_start_matches([':', ' ']).to_owned()
    };
    let (was, is) = (code(&change.expected), code(&change.actual));
    Some(format!("{} exits {is} instead of {was}", place_of(Some(at))))
}

/// The status in a line of the watches, with the path that answered.
fn status_line(line: &str) -> Option<(String, u16)> {
    let rest = line.strip_prefix(WatchKind::BadStatus.word())?.trim_start();
    let (path, message) = rest.split_once(": ").unwrap_or((rest, rest));
    let mut numbers = message.split(|it: char| !it.is_ascii_digit()).filter(|it| it.len() == 3);
    let status = numbers.find_map(|it| it.parse().ok().filter(|it| (400..600).contains(it)))?;
    Some((path.to_owned(), status))
}

fn answer(atoms: &BTreeSet<Identity>, range: std::ops::Range<u16>) -> Option<String> {
    atoms.iter().find_map(|atom| match atom {
        Identity::Watch(line) => status_line(line)
            .filter(|(_, status)| range.contains(status))
            .map(|(path, status)| format!("{} answers {status}", plain(&path, PIECE))),
        Identity::Line { .. }
        | Identity::Entry { .. }
        | Identity::Picture(_)
        | Identity::Failure { .. }
        | Identity::Product(_) => None,
    })
}

fn side(change: &FacetChange, tag: DiffTag, key: &str) -> Option<String> {
    let mut lines = change.diff.iter().filter(|line| line.tag == tag).map(text);
    lines.find_map(|line| line.strip_prefix(key).map(|it| it.trim().to_owned()))
}

fn status(differences: &[Difference]) -> Option<String> {
    let mut pages = facets(differences, Some(FacetKind::Page));
    pages.find_map(|(at, change)| {
        let is = side(change, DiffTag::Added, "status:")?;
        let was = side(change, DiffTag::Removed, "status:")?;
        Some(format!("{} answers {is} instead of {was}", place_of(Some(at))))
    })
}

fn changed_text(differences: &[Difference], atoms: &BTreeSet<Identity>) -> Option<String> {
    let all = told(differences, atoms);
    let best = all.first()?;
    let (removed, added) = (best.removed.as_deref(), best.added.as_deref());
    let place = place_of(Some(best.at));
    Some(match best.facet {
        FacetKind::Aria | FacetKind::Text => match of_detail(removed, added) {
            Some(said) => format!("{said} on {place}"),
            None => told::tree(&all),
        },
        FacetKind::Stdout => told::printed(&all, ""),
        FacetKind::Stderr => told::printed(&all, " on standard error"),
        FacetKind::Page => page_sentence(removed, added, &place),
        FacetKind::Screen => screen_sentence(removed, added, &place),
        FacetKind::Files => files::sentence(best.change, atoms, &place)?,
        FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y => title_facets::sentence(best.facet, removed, added, &place),
        FacetKind::Exit | FacetKind::Image | FacetKind::Events => format!("{place} changed"),
    })
}

/// What two lines of the tree say of a detail, where that says it better.
fn of_detail(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    let node =
        |line: &str| line.trim().trim_start_matches("- ").trim_end_matches(':').trim().to_owned();
    title_facets::of_tree(&node(removed?), &node(added?))
}

fn page_sentence(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let value = |it: &str| plain(it.split_once(':').map_or(it, |it| it.1).trim(), PIECE);
    let key = removed.or(added).and_then(|it| it.split_once(':')).map_or("page", |it| it.0);
    match (removed, added) {
        (Some(old), Some(new)) => {
            format!("The {key} of {place} is \"{}\" instead of \"{}\"", value(new), value(old))
        }
        (Some(old), None) => format!("The {key} of {place} is gone: \"{}\"", value(old)),
        (None, Some(new)) => format!("The {key} of {place} is new: \"{}\"", value(new)),
        (None, None) => format!("{place} changed"),
    }
}

/// What a line of the `screen` facet is about; what a user notices first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ScreenPart {
    Text,
    Title,
    Look,
    Cursor,
    Size,
}

/// The part of a screen that a line of its facet is about.
pub(super) fn screen_part(line: &str) -> ScreenPart {
    let first = line.split(' ').next().unwrap_or_default();
    match first {
        "===" => ScreenPart::Size,
        "cursor" => ScreenPart::Cursor,
        "title" => ScreenPart::Title,
        _ if is_look(line) => ScreenPart::Look,
        _ => ScreenPart::Text,
    }
}

fn screen_sentence(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let cut = |it: &str| plain(it, PIECE / 2 + 10);
    let value = |it: &str| cut(it.split_once(' ').map_or(it, |it| it.1));
    let what = match (screen_part(removed.or(added).unwrap_or_default()), removed, added) {
        (ScreenPart::Text, Some(old), Some(new)) => {
            format!("\"{}\" instead of \"{}\"", cut(new), cut(old))
        }
        (ScreenPart::Text, Some(old), None) => format!("\"{}\" is gone", cut(old)),
        (ScreenPart::Text, None, Some(new)) => format!("\"{}\" is new", cut(new)),
        (ScreenPart::Title, Some(old), Some(new)) => {
            format!("title {} instead of {}", value(new), value(old))
        }
        (ScreenPart::Cursor, Some(old), Some(new)) => {
            format!("cursor {} instead of {}", value(new), value(old))
        }
        (ScreenPart::Look, Some(old), Some(new)) => {
            let at = old.split(' ').next().unwrap_or_default();
            format!("{} instead of {} at {at}", value(new), value(old))
        }
        (ScreenPart::Look, Some(old), None) => format!("no longer {}", cut(old)),
        (ScreenPart::Look, None, Some(new)) => format!("now {}", cut(new)),
        (ScreenPart::Size, Some(old), Some(new)) => {
            format!("{} instead of {}", value(new), value(old))
        }
        (ScreenPart::Title | ScreenPart::Cursor | ScreenPart::Size, Some(line), None) => {
            format!("no {} any more", cut(line))
        }
        (ScreenPart::Title | ScreenPart::Cursor | ScreenPart::Size, None, Some(line)) => {
            format!("now {}", cut(line))
        }
        (_, None, None) => return format!("The screen of {place} changed"),
    };
    format!("The screen of {place} changed: {what}")
}

fn failed(seen: &Seen<'_>, differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, None).next()?;
    let scenario = seen.scenario(&at.scenario);
    let mut steps = scenario.into_iter().flat_map(Scenario::all_steps);
    let step = steps.find(|step| step.index == at.step);
    let step = step.map_or("the scenario", |step| step.text.as_str());
    let place =
        if at.place.is_empty() { String::new() } else { format!(" on {}", place_of(Some(at))) };
    let place = if step.contains(&at.place) { String::new() } else { place };
    // What the screen showed stands in the finding.
    let why = change.actual.split("\nthe screen was").next().unwrap_or_default();
    Some(format!("`{}` fails{place}: {}", plain(step, PIECE), plain(why, PIECE)))
}

fn watched(differences: &[Difference], atoms: &BTreeSet<Identity>) -> Option<String> {
    const KINDS: [(WatchKind, &str); 6] = [
        (WatchKind::PageCrashed, "The page crashed"),
        (WatchKind::Exception, "New uncaught exception"),
        (WatchKind::Rejection, "New unhandled rejection"),
        (WatchKind::ConsoleError, "New console error"),
        (WatchKind::RequestFailed, "New failed request"),
        (WatchKind::BadStatus, "New bad status"),
    ];
    let place =
        place_of(differences.iter().find(|it| it.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)));
    KINDS.iter().find_map(|(kind, words)| {
        atoms.iter().find_map(|atom| match atom {
            Identity::Watch(line) => {
                let rest = line.strip_prefix(kind.word())?.trim();
                let message = rest.split_once(": ").map_or(rest, |it| it.1);
                Some(format!("{words} on {place}: {}", plain(message, PIECE)))
            }
            Identity::Line { .. }
            | Identity::Entry { .. }
            | Identity::Picture(_)
            | Identity::Failure { .. }
            | Identity::Product(_) => None,
        })
    })
}

fn picture(seen: &Seen<'_>, differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, Some(FacetKind::Image)).next()?;
    let place = file_of(seen, at).unwrap_or_else(|| place_of(Some(at)));
    let Some(image) = &change.image else {
        return Some(format!("no picture of {place} was taken"));
    };
    // Of a picture that shows several causes only what is this one's.
    let own: Vec<&str> = change.changes.iter().filter_map(|it| it.after.as_deref()).collect();
    let all = image.cause().map_or(0, |it| it.split("; ").count());
    if !own.is_empty() && own.len() < all {
        return Some(format!("{} on {place}", plain(&own.join("; "), LIMIT)));
    }
    if let Some(said) = image.said().filter(|_| image.is_named()) {
        return Some(format!("{} on {place}", plain(&said, LIMIT)));
    }
    if image.expected_size != image.actual_size {
        return Some(format!("{place} is {} instead of {}", change.actual, change.expected));
    }
    let regions = image.boxes.len();
    let plural = if regions == 1 { "region" } else { "regions" };
    Some(format!("{place} looks different in {regions} {plural}"))
}

/// The file that a picture comes from, where it comes from one: `chart.png`, `report.pdf: page 2`.
fn file_of(seen: &Seen<'_>, at: &Difference) -> Option<String> {
    let scenario = seen.scenario(&at.scenario)?;
    let steps = scenario.steps.iter().chain(&scenario.finally);
    let declared = steps.filter_map(|step| Some(step.action.snapshot()?.name.as_str()));
    let picture = picture_of(at.checkpoint.as_deref()?, declared)?;
    let file = plain(&picture.replace('~', "/"), PIECE);
    Some(match file.rsplit_once(".page-") {
        Some((document, page)) => format!("{document}: page {page}"),
        None => file,
    })
}

/// Product text in one line, nothing in it that could steer a terminal or turn the reading order.
#[must_use]
pub fn plain(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for letter in text.trim().chars().take(limit * 2) {
        match letter {
            '\n' => out.push_str(" ⏎ "),
            '\t' => out.push(' '),
            letter if letter.is_control() || steers(letter) => {
                let code = format!("⟨U+{:04X}⟩", u32::from(letter));
                out.push_str(&code);
            }
            letter => out.push(letter),
        }
    }
    let whole = text.trim().chars().nth(limit * 2).is_none();
    if whole { shorten(&out, limit) } else { shorten(&format!("{out}…"), limit) }
}

/// Whether a character is invisible or turns the reading order.
fn steers(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit - 1).collect();
    format!("{}…", cut.trim_end())
}
