//! [`diff`] of a facet whose lines are a set: only what is new is a difference.
//!
//! What vanished is silent and needs no decision. A line that was seen several times says so at
//! its end, `… (3 times)`: more of the same is new, fewer of the same is not. Used by
//! [`super::facet`] for the `a11y` facet; what the watches saw has [`super::watch`].

use std::collections::BTreeMap;

use super::lines::LineDiff;
use crate::model::finding::{DiffLine, DiffPiece, DiffTag};

/// The lines of `new` that `old` lacks, or has fewer times; `None` where there is none.
#[must_use]
pub fn diff(old: &str, new: &str) -> Option<LineDiff> {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    for line in old.lines() {
        let (what, times) = counted(line);
        *known.entry(what).or_default() += times;
    }
    let lines: Vec<DiffLine> = new
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            let (what, times) = counted(line);
            !what.is_empty() && times > known.get(what).copied().unwrap_or_default()
        })
        .map(|(index, line)| DiffLine {
            tag: DiffTag::Added,
            old_line: None,
            new_line: u32::try_from(index + 1).ok(),
            pieces: vec![DiffPiece { text: line.to_owned(), emphasis: false }],
        })
        .collect();
    (!lines.is_empty()).then_some(LineDiff { lines, replaced: false, beyond: 0 })
}

/// What a line says, and how many times it was seen.
pub(super) fn counted(line: &str) -> (&str, u32) {
    let line = line.trim();
    let times = line.strip_suffix(" times)").and_then(|it| it.rsplit_once(" ("));
    match times.and_then(|(what, times)| Some((what, times.parse().ok()?))) {
        Some((what, times)) => (what, times),
        None => (line, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(old: &str, new: &str) -> Vec<String> {
        let found = diff(old, new).map(|it| it.lines).unwrap_or_default();
        found.into_iter().map(|it| it.pieces[0].text.clone()).collect()
    }

    #[test]
    fn only_what_is_new_or_more_often_there_is_a_difference() {
        assert_eq!(new("a\nb", "b\na"), Vec::<String>::new());
        assert_eq!(new("a\nb", "b"), Vec::<String>::new(), "what vanished is silent");
        assert_eq!(new("a", "a\nb"), ["b"]);
        assert_eq!(new("", "a"), ["a"]);
        assert_eq!(new("a", "a (2 times)"), ["a (2 times)"]);
        assert_eq!(new("a (3 times)", "a (2 times)"), Vec::<String>::new());
        assert_eq!(new("a (3 times)", "a"), Vec::<String>::new());
        assert_eq!(new("a (some times)", "a (any times)"), ["a (any times)"]);
    }
}
