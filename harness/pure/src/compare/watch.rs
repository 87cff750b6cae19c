//! [`WatchSet`]: what the watches of one attempt saw, as a sorted set of masked lines.
//!
//! A line is `kind path: message`. Of the message only that is masked which changes from night to
//! night by nature: values that the harness handed out, ports and hosts' ports in URLs, positions
//! (`:12:34`, `line 12`), long hexadecimal ids, and durations. All other numbers stay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::items::Items;
use super::redact::Redactor;
use crate::model::attempts::{AttemptLog, SightingLog};
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffPiece, DiffTag};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{BaselineRecord, Difference, FacetChange, FacetKind, WatchKind};

/// Masked lines, each with the first step at which it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WatchSet {
    /// The lines in order.
    pub lines: BTreeMap<String, u32>,
}

impl WatchSet {
    /// The set of what was seen.
    #[must_use]
    pub fn of(sightings: &[SightingLog<'_>], redactor: &Redactor) -> Self {
        let mut lines = BTreeMap::new();
        for sighting in sightings {
            let line = line(sighting, redactor);
            let step = lines.entry(line).or_insert(sighting.step);
            *step = sighting.step.min(*step);
        }
        Self { lines }
    }

    /// The set as the text of its facet.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.keys().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// The lines that a baseline lacks.
    #[must_use]
    pub fn new_lines<'a>(&'a self, baseline: &str) -> Vec<(&'a str, u32)> {
        let known: BTreeSet<&str> = baseline.lines().collect();
        self.lines
            .iter()
            .filter(|(line, _)| !known.contains(line.as_str()))
            .map(|(line, step)| (line.as_str(), *step))
            .collect()
    }
}

/// A baseline's lines, masked as what was seen is.
#[must_use]
pub fn baseline(text: &str, redactor: &Redactor) -> String {
    let masked = text.lines().map(|line| mask(&redactor.apply(FacetKind::Events, line.trim_end())));
    masked.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// One difference for each step at which something new was seen.
#[must_use]
pub fn differences(
    (scenario, number): (&str, u32),
    attempt: &AttemptLog<'_>,
    (record, baseline): (&BaselineRecord, &str),
    new: &[(&str, u32)],
) -> Vec<Located> {
    let mut by_step: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (line, step) in new {
        by_step.entry(*step).or_default().push(line);
    }
    by_step
        .into_iter()
        .map(|(step, lines)| {
            let seen = attempt.sightings.iter().find(|it| it.step == step);
            let place = seen.map(place_of).unwrap_or_default();
            let diff = lines.iter().map(|line| DiffLine {
                tag: DiffTag::Added,
                old_line: None,
                new_line: None,
                pieces: vec![DiffPiece { text: (*line).to_owned(), emphasis: false }],
            });
            let mut change = FacetChange {
                facet: Some(FacetKind::Events),
                expected: String::new(),
                actual: lines.join("\n"),
                diff: diff.collect(),
                image: None,
                evidence: vec![record.evidence.path.clone()],
                beyond: 0,
                changes: Vec::new(),
            };
            change.changes = super::changes::read(&change, false, &Items::default());
            super::changes::beside_known(&mut change.changes, baseline);
            let difference = Difference {
                scenario: scenario.to_owned(),
                attempt: number,
                checkpoint: Some(WATCH_CHECKPOINT.to_owned()),
                step,
                place: place.to_owned(),
                facets: vec![change],
            };
            Located { difference, replaced: Vec::new() }
        })
        .collect()
}

/// Where something was seen: where its step ended, but what a page itself did on that page, which
/// may be that of a pop-up.
fn place_of<'a>(sighting: &SightingLog<'a>) -> &'a str {
    let Some(place) = sighting.place else { return sighting.path };
    let by_page = match sighting.kind {
        WatchKind::Exception
        | WatchKind::Rejection
        | WatchKind::ConsoleError
        | WatchKind::PageCrashed => true,
        WatchKind::RequestFailed | WatchKind::BadStatus => false,
    };
    let path = place.split(['?', '#']).next().unwrap_or(place);
    if by_page && sighting.path.starts_with('/') && path != sighting.path {
        sighting.path
    } else {
        place
    }
}

fn line(sighting: &SightingLog<'_>, redactor: &Redactor) -> String {
    let raw = format!("{} {}: {}", sighting.kind.word(), sighting.path, sighting.message.trim());
    let one_line = raw.split(['\n', '\r']).map(str::trim).filter(|it| !it.is_empty());
    let joined = one_line.collect::<Vec<_>>().join(" ⏎ ");
    mask(&redactor.apply(FacetKind::Events, &joined))
}

/// Takes out of a message what changes from night to night by nature.
#[must_use]
pub fn mask(message: &str) -> String {
    static RULES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
        let rule = |pattern: &str, by| {
            (Regex::new(pattern).expect("the pattern is a constant that the tests compile"), by)
        };
        vec![
            rule(
                r"(://[A-Za-z0-9.\[\]-]+|\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3}):\d{2,5}\b",
                "$1:[port]",
            ),
            rule(r"([\w)/\]]):\d+:\d+\b", "$1:[position]"),
            rule(r"(?i)\bline \d+(,? col(?:umn)? \d+)?", "line [position]"),
            rule(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[uuid]"),
            rule(r"\b(?:0x[0-9a-fA-F]{6,16}|[0-9a-f]{16,128})\b", "[hex]"),
            rule(r"\b\d+(?:\.\d+)? ?(?:ms|µs|ns|seconds?)\b", "[duration]"),
        ]
    });
    RULES
        .iter()
        .fold(message.to_owned(), |text, (regex, by)| regex.replace_all(&text, *by).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_on_the_route_of_its_page_and_one_of_a_pop_up_on_that() {
        let of = |kind, path, place| SightingLog { step: 0, kind, message: "x", path, place };
        let route = Some("/wiki#Kettle");
        for kind in [WatchKind::Exception, WatchKind::ConsoleError, WatchKind::RequestFailed] {
            assert_eq!(place_of(&of(kind, "/wiki", route)), "/wiki#Kettle");
        }
        assert_eq!(place_of(&of(WatchKind::Exception, "/popup", route)), "/popup");
        assert_eq!(place_of(&of(WatchKind::BadStatus, "/api", route)), "/wiki#Kettle");
        assert_eq!(place_of(&of(WatchKind::Exception, "/wiki", None)), "/wiki");
    }

    #[test]
    fn what_changes_by_nature_is_masked_and_nothing_else() {
        assert_eq!(
            mask("TypeError: x is null at http://127.0.0.1:40213/static/app.js:12:34"),
            "TypeError: x is null at http://127.0.0.1:[port]/static/app.js:[position]"
        );
        assert_eq!(mask("slow: 1532 ms"), "slow: [duration]");
        assert_eq!(mask("session 0123456789abcdef0123"), "session [hex]");
        for kept in
            ["404 /orders/17", "expected 12 rows, got 11", "status 500", "at 12:34", "id deadbeef"]
        {
            assert_eq!(mask(kept), kept);
        }
        let once = mask("a http://h:8001/x.js:1:2 line 4 took 3ms");
        assert_eq!(mask(&once), once);
    }
}
