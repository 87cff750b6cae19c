//! [`severity`]: how bad a finding is for those who use the product, by what it consists of;
//! [`only_adds`] says which come last.

use std::collections::BTreeSet;

use crate::model::change::Identity;
use crate::model::{Difference, FacetKind, Severity, WatchKind};

/// Critical where users are stopped or see an error of the server, minor where nothing is taken away
/// from them, major else.
pub(super) fn severity(atoms: &BTreeSet<Identity>, differences: &[Difference]) -> Severity {
    let stopped = differences.iter().any(|it| it.checkpoint.is_none());
    let worst = atoms.iter().map(|atom| match atom {
        Identity::Product(_) | Identity::Failure { .. } => Severity::Critical,
        Identity::Line { facet: FacetKind::Page, added: Some(line), .. }
            if line.starts_with("status: 5") =>
        {
            Severity::Critical
        }
        // What is new, or told in other words, takes nothing away from anybody.
        Identity::Line { facet: FacetKind::A11y, .. }
        | Identity::Entry { added: Some(_), .. }
        | Identity::Picture(_) => Severity::Minor,
        _ if atom.is_trace() || is_layout(atom) => Severity::Minor,
        Identity::Line { .. } | Identity::Entry { added: None, .. } => Severity::Major,
        Identity::Watch(line) => watch_severity(line),
    });
    // What used to work and now ends with an error stops those who call it.
    let fails = differences.iter().flat_map(|it| &it.facets).any(|it| {
        let code = |text: &str| text.trim().trim_start_matches("exit").trim().to_owned();
        it.facet == Some(FacetKind::Exit) && code(&it.expected) == "0" && code(&it.actual) != "0"
    });
    if stopped || fails { Severity::Critical } else { worst.min().unwrap_or(Severity::Major) }
}

/// Whether a line of an output only stands at another distance from the edge, or is an empty one.
pub(super) fn is_layout(atom: &Identity) -> bool {
    match atom.sides() {
        Some((FacetKind::Stdout | FacetKind::Stderr, old, new)) => {
            old.unwrap_or_default() == new.unwrap_or_default()
        }
        Some((_, _, _)) | None => false,
    }
}

fn watch_severity(line: &str) -> Severity {
    let is = |kind: WatchKind| line.strip_prefix(kind.word());
    if is(WatchKind::PageCrashed).is_some() {
        return Severity::Critical;
    }
    if let Some(rest) = is(WatchKind::BadStatus) {
        let message = rest.split_once(": ").map_or(rest, |it| it.1);
        let mut words = message.split(|it: char| !it.is_ascii_digit());
        let server = words.any(|word| word.len() == 3 && word.starts_with('5'));
        return if server { Severity::Critical } else { Severity::Minor };
    }
    if is(WatchKind::Exception).is_some() || is(WatchKind::Rejection).is_some() {
        return Severity::Major;
    }
    Severity::Minor
}

/// Whether something came and nothing went: it comes after what users may miss.
pub(super) fn only_adds(atoms: &BTreeSet<Identity>) -> bool {
    let more = |old: &str, new: &str| {
        new.strip_prefix(old).is_some_and(|it| it.starts_with(char::is_whitespace))
    };
    atoms.iter().all(|it| match it.sides() {
        Some((FacetKind::Stdout | FacetKind::Stderr, Some(old), Some(new))) => more(old, new),
        Some((_, None, Some(_))) => true,
        Some((_, _, _)) | None => false,
    })
}
