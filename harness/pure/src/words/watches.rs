//! [`first`] and [`answer`]: what the watches saw, in words.

use std::ops::Range;

use super::places::place_of;
use super::plain::{PIECE, plain};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{Difference, FacetKind, WatchKind};

/// What is told of the watches, the worst first.
const KINDS: [WatchKind; 6] = [
    WatchKind::PageCrashed,
    WatchKind::Exception,
    WatchKind::Rejection,
    WatchKind::ConsoleError,
    WatchKind::RequestFailed,
    WatchKind::BadStatus,
];

/// The worst that the watches saw.
pub(super) fn first(differences: &[Difference]) -> Option<String> {
    of(differences, &KINDS)
}

/// The first of these kinds that the watches saw.
pub(super) fn of(differences: &[Difference], kinds: &[WatchKind]) -> Option<String> {
    kinds.iter().find_map(|kind| saying(differences, *kind, |_| true))
}

/// An exception that was caught and written to the console: `TypeError: x is undefined`.
pub(super) fn caught(differences: &[Difference]) -> Option<String> {
    let names_it = |it: &str| it.ends_with("Error") && !it.contains(' ');
    let is_exception = |message: &str| message.split_once(": ").is_some_and(|it| names_it(it.0));
    saying(differences, WatchKind::ConsoleError, is_exception)
}

/// The first of a kind that the watches saw and whose message is meant.
fn saying(
    differences: &[Difference],
    kind: WatchKind,
    is_meant: impl Fn(&str) -> bool,
) -> Option<String> {
    let at = differences.iter().find(|it| it.checkpoint.as_deref() == Some(WATCH_CHECKPOINT));
    seen(differences).into_iter().find_map(|line| {
        let rest = line.strip_prefix(kind.word())?.trim();
        let message = rest.split_once(": ").map_or(rest, |it| it.1);
        let (words, place) = (words(kind), place_of(at));
        is_meant(message).then(|| format!("{words} on {place}: {}", plain(message, PIECE)))
    })
}

/// A request that was answered with a status of this range.
pub(super) fn answer(differences: &[Difference], range: Range<u16>) -> Option<String> {
    seen(differences).into_iter().find_map(|line| {
        let (path, status) = status(line).filter(|it| range.contains(&it.1))?;
        Some(format!("{} answers {status}", plain(&path, PIECE)))
    })
}

/// The new lines of the watches, in the order of their text: it is the same on any night.
fn seen(differences: &[Difference]) -> Vec<&str> {
    let facets = differences.iter().flat_map(|it| &it.facets);
    let changes = facets.flat_map(|it| &it.changes);
    let watched = changes.filter(|it| it.facet == Some(FacetKind::Events));
    let mut all: Vec<&str> = watched.filter_map(|it| it.after.as_deref()).collect();
    all.sort_unstable();
    all
}

fn words(kind: WatchKind) -> &'static str {
    match kind {
        WatchKind::PageCrashed => "The page crashed",
        WatchKind::Exception => "New uncaught exception",
        WatchKind::Rejection => "New unhandled rejection",
        WatchKind::ConsoleError => "New console error",
        WatchKind::RequestFailed => "New failed request",
        WatchKind::BadStatus => "New bad status",
    }
}

/// The path that answered, and the status, in a line of the watches.
fn status(line: &str) -> Option<(String, u16)> {
    let rest = line.strip_prefix(WatchKind::BadStatus.word())?.trim_start();
    let (path, message) = rest.split_once(": ").unwrap_or((rest, rest));
    let mut numbers = message.split(|it: char| !it.is_ascii_digit()).filter(|it| it.len() == 3);
    let status = numbers.find_map(|it| it.parse().ok().filter(|it| (400..600).contains(it)))?;
    Some((path.to_owned(), status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn an_exception_that_was_written_to_the_console_is_told_and_another_message_is_not() {
        let of = |said: &str| {
            let line = format!("console-error /: {said}");
            let facet = FacetKind::Events;
            let change = testing::change(Some(facet), Thing::Line, None, Some(line.as_str()));
            let events = FacetChange { changes: vec![change], ..FacetChange::of(facet) };
            let mut seen = testing::located("look", "/", vec![events]).difference;
            seen.checkpoint = Some(WATCH_CHECKPOINT.to_owned());
            caught(&[seen])
        };
        let told = "New console error on /: TypeError: x is undefined";
        assert_eq!(of("TypeError: x is undefined").as_deref(), Some(told));
        assert_eq!(of("the basket could not be restored"), None);
        assert_eq!(of("There was an Error: no basket"), None);
    }
}
