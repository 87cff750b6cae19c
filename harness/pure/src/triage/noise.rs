//! [`looks_like`]: whether a finding is no more than one number that is never the same, and the
//! redaction that would silence it.
//!
//! It stays a finding and counts as it did: only a person can say that nobody needs the number. What
//! tells it from a number that is wrong: the values differ from place to place in no common way, and
//! where a scenario was tried again the number was another one again. A change that an earlier night
//! had is set apart before (`cause`), so no earlier night repeated one of these.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::seen::Seen;
use crate::cause::rules::varying::BECAUSE;
use crate::model::edit::differing;
use crate::model::{Change, Difference, FacetKind, Finding, Severity};

/// The share of places that must be unlike each other, in percent.
const UNLIKE: usize = 66;
/// The share of values that must have grown, and have shrunk, where nothing was tried again.
const BOTH_WAYS: usize = 20;
/// How many words around the number say where it stands.
const WORDS: usize = 2;
/// How sure such a finding is: something changed, and it may mean nothing.
const CONFIDENCE: f64 = 0.6;

/// Marks the findings that look like noise.
pub(super) fn look(findings: &mut [Finding], seen: &Seen<'_>) {
    for finding in findings {
        looks_like(finding, seen);
    }
}

/// Marks the finding where it looks like noise.
fn looks_like(finding: &mut Finding, seen: &Seen<'_>) {
    if !finding.because.iter().any(|it| it == BECAUSE) {
        return;
    }
    let Some(first) = finding.differences.iter().flat_map(changes).next() else { return };
    let (Some(values), Some(shape)) = (values(&finding.differences), shape(first)) else { return };
    if !are_unlike(&values) {
        return;
    }
    let is_noise = match repeated(&finding.differences, seen) {
        Some((again, of)) => (of - again) * 100 >= of * UNLIKE,
        None => goes_both_ways(&values),
    };
    if is_noise {
        finding.noise = Some(format!("{{ pattern: '{}' }}", shape.pattern.replace('\'', "''")));
        finding.severity = Severity::Minor;
        finding.confidence = finding.confidence.min(CONFIDENCE);
        finding.reasons.push(format!(
            "it looks like noise: \"{}\" has another number at each of {} places, and no night or attempt repeated one",
            shape.words,
            values.len(),
        ));
    }
}

/// What such a finding is called.
pub(super) fn title(finding: &Finding) -> Option<String> {
    finding.noise.as_ref()?;
    let shape = finding.differences.iter().flat_map(changes).find_map(shape)?;
    let places: BTreeSet<&str> = finding.differences.iter().map(|it| it.place.as_str()).collect();
    Some(format!("Looks like noise: \"{}\" varies at {} places", shape.words, places.len()))
}

/// The changes of a difference that are text; a picture shows the same once more.
fn changes(difference: &Difference) -> impl Iterator<Item = &Change> {
    let told = difference.facets.iter().filter(|it| it.facet != Some(FacetKind::Image));
    told.flat_map(|it| &it.changes)
}

/// What each place had and has; `None` where something else changed too.
fn values(differences: &[Difference]) -> Option<Vec<(u64, u64)>> {
    let mut all = Vec::new();
    for difference in differences {
        let mut own = changes(difference).map(differing);
        let Some(first) = own.next() else { continue };
        let first = first?;
        // Rows and cells repeat what stands in them.
        if !own.all(|it| it == Some(first)) {
            return None;
        }
        all.push(first);
    }
    (!all.is_empty()).then_some(all)
}

/// Whether the values have nothing in common: neither what they are, nor by how much they are off.
fn are_unlike(values: &[(u64, u64)]) -> bool {
    let enough = |distinct: usize| distinct * 100 >= values.len() * UNLIKE;
    let now: BTreeSet<u64> = values.iter().map(|it| it.1).collect();
    let off: BTreeSet<i128> = values.iter().map(|it| i128::from(it.1) - i128::from(it.0)).collect();
    // In thousandths: a tax that is wrong is wrong by the same share everywhere.
    let share: BTreeSet<u64> = values.iter().map(|it| it.1 * 1_000 / it.0.max(1)).collect();
    enough(now.len()) && enough(off.len()) && enough(share.len())
}

fn goes_both_ways(values: &[(u64, u64)]) -> bool {
    let up = values.iter().filter(|it| it.1 > it.0).count();
    up.min(values.len() - up) * 100 >= values.len() * BOTH_WAYS
}

/// At how many of the places that were tried again the number was the same again; `None` where
/// none was.
fn repeated(differences: &[Difference], seen: &Seen<'_>) -> Option<(usize, usize)> {
    let (mut again, mut of) = (0, 0);
    for difference in differences {
        let Some(own) = changes(difference).next() else { continue };
        let earlier = (1..difference.attempt)
            .flat_map(|number| seen.differences(&difference.scenario, number))
            .filter(|it| it.difference.checkpoint == difference.checkpoint)
            .flat_map(|it| changes(&it.difference))
            .find(|it| it.facet == own.facet && it.before == own.before);
        if let Some(earlier) = earlier {
            of += 1;
            again += usize::from(earlier.after == own.after);
        }
    }
    (of > 0).then_some((again, of))
}

/// Where the number stands, for a person and as an expression.
struct Shape {
    words: String,
    pattern: String,
}

fn shape(change: &Change) -> Option<Shape> {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d+(?:[.,]\d+)*").expect("a constant pattern"));
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    let mut both = NUMBER.find_iter(old).zip(NUMBER.find_iter(new));
    let (at, _) = both.find(|(was, is)| was.as_str() != is.as_str())?;
    let head = old[..at.start()].trim_start_matches([' ', '-']);
    // A page is written as nodes: what a person reads stands in quotes, or behind the role.
    let head = head.rsplit('"').next().unwrap_or(head);
    let told = head.split_once(": ").filter(|_| change.facet == Some(FacetKind::Aria));
    let tail = old[at.end()..].split('"').next().unwrap_or_default();
    let (head, tail) = (last_words(told.map_or(head, |it| it.1)), first_words(tail));
    // What stands around it may have numbers of its own, which are others elsewhere.
    let constant =
        |it: &str| NUMBER.split(it).map(regex::escape).collect::<Vec<_>>().join(r"[\d.,]+");
    if head.trim().is_empty() && tail.trim().is_empty() {
        return None;
    }
    Some(Shape {
        words: format!("{head}…{tail}").trim().to_owned(),
        pattern: format!(r"{}(\d[\d.,]*){}", constant(head), constant(tail)),
    })
}

fn last_words(text: &str) -> &str {
    let mut starts = text.rmatch_indices(' ').map(|it| it.0);
    &text[starts.nth(WORDS).map_or(0, |it| it + 1)..]
}

fn first_words(text: &str) -> &str {
    let mut ends = text.match_indices(' ').map(|it| it.0);
    &text[..ends.nth(WORDS).unwrap_or(text.len())]
}
