//! What a reader must know of a night that nobody watched: others did not run, it was late, it broke
//! off and went on, or a shard of it is missing.
//!
//! Neighbour: [`super::trust`], which puts it among what must be known first.

use chrono::{DateTime, Duration, Utc};

use super::night::{NightReport, ResumedReport};
use super::shown::{count, one_line};
use crate::model::asked::Parts;

/// How many scenarios are named.
const MOST_NAMED: usize = 5;
/// A night that begins so much after it was due is late.
const LATE: Duration = Duration::minutes(10);

/// What must be known, in sentences, the worst first.
pub fn alerts(report: &NightReport) -> Vec<String> {
    did_not_run(report).into_iter().chain(remarks(report)).collect()
}

/// That nights were due and did not run: it stands alone, since nothing else tells of them.
pub fn did_not_run(report: &NightReport) -> Option<String> {
    missed(&report.night.missed)
}

/// What must be known of the night itself, in sentences.
pub fn remarks(report: &NightReport) -> impl Iterator<Item = String> {
    let night = &report.night;
    let parts = night.parts.iter().flat_map(parts);
    late(night.due, night.started).into_iter().chain(night.resumed.iter().map(resumed)).chain(parts)
}

/// The nights that were due and did not run.
fn missed(missed: &[DateTime<Utc>]) -> Option<String> {
    let last = missed.last()?;
    let said = last.format("%-d %b %H:%M");
    Some(match missed.len() {
        1 => format!("The night did not run that was due on {said} UTC."),
        n => format!("{n} nights did not run that were due, the last on {said} UTC."),
    })
}

/// A night that began long after it was due.
fn late(due: Option<DateTime<Utc>>, started: DateTime<Utc>) -> Option<String> {
    let due = due.filter(|it| started - *it > LATE)?;
    Some(format!(
        "This night was due at {} UTC and began at {} UTC.",
        due.format("%-d %b %H:%M"),
        started.format("%-d %b %H:%M")
    ))
}

/// Which shards are missing or broke off.
fn parts(parts: &Parts) -> Vec<String> {
    let Parts { of, missing, broken_off, .. } = parts;
    let mut said = Vec::new();
    if !missing.is_empty() {
        said.push(format!(
            "{} of {of} {} missing: what {} would have run is named as not run.",
            shards(missing),
            if missing.len() == 1 { "is" } else { "are" },
            if missing.len() == 1 { "it" } else { "they" },
        ));
    }
    if !broken_off.is_empty() {
        said.push(format!(
            "{} of {of} broke off: `nightshift run --resume` finishes {}, and `nightshift merge` \
             makes the whole anew.",
            shards(broken_off),
            if broken_off.len() == 1 { "it" } else { "them" },
        ));
    }
    said
}

fn shards(indexes: &[u32]) -> String {
    let named: Vec<String> = indexes.iter().map(ToString::to_string).collect();
    match named.as_slice() {
        [one] => format!("Shard {one}"),
        more => format!("Shards {}", self::named(more)),
    }
}

fn resumed(it: &ResumedReport) -> String {
    let anew = match it.anew.len() {
        0 => "no attempt was half done".to_owned(),
        1 => format!("the half-done attempt of {} was made anew", named(&it.anew)),
        n => format!("{n} half-done attempts were made anew ({})", named(&it.anew)),
    };
    format!(
        "This night broke off at {} UTC and went on at {} UTC: what {} had done was kept, {anew}.",
        it.broke_off.format("%H:%M:%S"),
        it.at.format("%-d %b %H:%M:%S"),
        count(it.kept as usize, "scenario"),
    )
}

/// The first few by their ids, the rest counted.
fn named(ids: &[String]) -> String {
    let first: Vec<String> = ids.iter().take(MOST_NAMED).map(|it| one_line(it, 80)).collect();
    match ids.len().saturating_sub(MOST_NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_that_went_on_says_when_and_what_was_made_anew() {
        let at = |text: &str| text.parse().expect("an instant");
        let mut it = ResumedReport {
            broke_off: at("2026-11-21T01:12:07Z"),
            at: at("2026-11-21T03:40:11Z"),
            kept: 12,
            anew: Vec::new(),
        };
        assert_eq!(
            resumed(&it),
            "This night broke off at 01:12:07 UTC and went on at 21 Nov 03:40:11 UTC: what 12 \
             scenarios had done was kept, no attempt was half done."
        );
        it.anew = (1..=7).map(|n| format!("s{n}")).collect();
        assert!(
            resumed(&it)
                .ends_with("7 half-done attempts were made anew (s1, s2, s3, s4, s5 and 2 more)."),
            "{}",
            resumed(&it)
        );
    }

    #[test]
    fn shards_that_are_missing_or_broke_off_are_named() {
        let whole = Parts { of: 8, ..Parts::default() };
        assert_eq!(parts(&whole), Vec::<String>::new());
        let torn = Parts { missing: vec![3], broken_off: vec![1, 7], ..whole };
        assert_eq!(
            parts(&torn),
            [
                "Shard 3 of 8 is missing: what it would have run is named as not run.",
                "Shards 1, 7 of 8 broke off: `nightshift run --resume` finishes them, and \
                 `nightshift merge` makes the whole anew.",
            ]
        );
    }

    #[test]
    fn nights_that_did_not_run_and_a_late_one_are_named_and_a_punctual_one_is_not() {
        let at = |text: &str| text.parse().expect("an instant");
        let (first, second) = (at("2026-11-20T01:00:00Z"), at("2026-11-21T01:00:00Z"));
        assert_eq!(missed(&[]), None);
        assert_eq!(
            missed(&[first]).as_deref(),
            Some("The night did not run that was due on 20 Nov 01:00 UTC.")
        );
        assert_eq!(
            missed(&[first, second]).as_deref(),
            Some("2 nights did not run that were due, the last on 21 Nov 01:00 UTC.")
        );
        assert_eq!(late(Some(first), at("2026-11-20T01:00:09Z")), None);
        assert_eq!(late(None, second), None);
        assert_eq!(
            late(Some(first), at("2026-11-20T07:12:00Z")).as_deref(),
            Some("This night was due at 20 Nov 01:00 UTC and began at 20 Nov 07:12 UTC.")
        );
    }
}
