//! [`of`]: what kind of thing varies, from what was seen of it and from what stands around it.

use std::sync::LazyLock;

use regex::Regex;

use crate::compare::{Redactor, vary};
use crate::model::scenario::RedactionClass;
use crate::model::settle::NoiseKind;
use crate::model::{FacetKind, Redaction};

/// The kind of a class.
pub(super) fn of_class(class: RedactionClass) -> NoiseKind {
    match class {
        RedactionClass::Timestamp => NoiseKind::Timestamp,
        RedactionClass::Uuid => NoiseKind::Uuid,
        RedactionClass::Duration => NoiseKind::Duration,
        RedactionClass::Port => NoiseKind::Port,
        RedactionClass::TempPath => NoiseKind::Path,
        RedactionClass::Hash => NoiseKind::Hash,
    }
}

/// Whether a class takes the whole of each of these.
pub(super) fn is_all(class: RedactionClass, all: &[&str]) -> bool {
    let own = [Redaction::Class(class)];
    let token = format!("[{}]", class.word());
    Redactor::new(&[&own], &[])
        .is_ok_and(|it| all.iter().all(|text| it.apply(FacetKind::Stdout, text) == token))
}

/// The kind of what varies; in the order of the rounds.
pub(super) fn of(middles: &[&str], before: &str, behind: &str) -> NoiseKind {
    static EPOCH: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[12]\d{9}(?:\d{3})?$"));
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d+(?:[.,]\d+)*$"));
    static UNIT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^ ?(?:[nmµμu]s|s|secs?|mins?|hours?|(?:\w+)?seconds?|minutes?)\b")
    });
    static PORT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:[a-z0-9\]]:|\bport[:= ]*)$"));
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d\d:\d\d|\d{4}-\d\d"));
    static HEX: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9a-fA-F]{7,}$"));
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\w.-]+$"));
    if let Some(class) = RedactionClass::ALL.into_iter().find(|it| is_all(*it, middles)) {
        return of_class(class);
    }
    let all = |regex: &Regex| middles.iter().all(|it| regex.is_match(it));
    let digits = |it: &&str| it.bytes().any(|it| it.is_ascii_digit());
    let is_date = |it: &&str| vary::dates(it).first() == Some(&(0..it.len()));
    if all(&EPOCH) || all(&CLOCK) || middles.iter().all(is_date) {
        return NoiseKind::Timestamp;
    }
    if all(&NUMBER) {
        let numbers: Vec<u64> = middles.iter().filter_map(|it| it.parse().ok()).collect();
        let ports = numbers.len() == middles.len() && numbers.iter().all(|it| *it > 1023);
        return if UNIT.is_match(behind) {
            NoiseKind::Duration
        } else if ports && PORT.is_match(before) {
            NoiseKind::Port
        } else if numbers.len() == middles.len() && numbers.windows(2).all(|it| it[0] < it[1]) {
            NoiseKind::Counter
        } else {
            NoiseKind::Number
        };
    }
    if middles.iter().all(|it| it.contains('/')) || before.ends_with('/') {
        NoiseKind::Path
    } else if all(&HEX) && middles.iter().any(digits) {
        NoiseKind::Hash
    } else if all(&TOKEN) && middles.iter().any(digits) {
        NoiseKind::Token
    } else {
        NoiseKind::Text
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_named_by_what_it_looks_like_and_by_its_neighbours() {
        use NoiseKind::*;
        let table: [(&[&str], &str, &str, NoiseKind); 13] = [
            (&["2026-01-05T09:00:00Z", "2026-01-16T12:17:09Z"], "at ", "", Timestamp),
            (&["1767603600", "1768603611"], "at ", "", Timestamp),
            (&["21 November 2026", "2 December 2026"], "on ", "", Timestamp),
            (&["12.5", "13.75"], "took ", " milliseconds", Duration),
            (&["12 ms", "9 ms"], "", "", Duration),
            (&["123e4567-e89b-12d3-a456-426614174000"], "", "", Uuid),
            (&["7", "8", "9"], "visitor ", "", Counter),
            (&["8", "7", "9"], "score ", "", Number),
            (&["40213", "40214"], "host:", "/x", Port),
            (&["40214", "40213"], "on port ", "", Port),
            (&["/srv/a/x", "/srv/b/x"], "in ", "", Path),
            (&["a1b2c3d4", "00ff11aa"], "", "", Hash),
            (&["Tea is nice", "Buy more tea"], "Tip: ", "", Text),
        ];
        for (middles, before, behind, wanted) in table {
            assert_eq!(of(middles, before, behind), wanted, "{middles:?}");
        }
    }
}
