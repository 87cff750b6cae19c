//! [`Atom`]: the smallest piece of a change, written so that the same cause reads the same
//! everywhere. `group` makes findings of them.

use std::collections::BTreeSet;

use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag, FacetChange};
use crate::model::{Difference, FacetKind, Outcome};

/// One piece of a change: what is gone, what came instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// A line of a text facet.
    Line {
        /// Which facet.
        facet: FacetKind,
        /// The line of the baseline.
        removed: Option<String>,
        /// The line that was seen.
        added: Option<String>,
    },
    /// A picture changed in these regions.
    Picture(String),
    /// A new line of the watches.
    Watch(String),
    /// A step failed.
    Failure {
        /// What was expected.
        expected: String,
        /// What was there, without its numbers.
        actual: String,
    },
    /// A product died, or was not well before the night.
    Product(String),
}

impl Atom {
    /// Whether it only follows from something else where there is something else.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        match self {
            Self::Picture(_) => true,
            Self::Line { facet, .. } => *facet == FacetKind::Exit,
            Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// Whether it says of a page what cannot be seen on it, see [`FacetKind::is_detail`].
    #[must_use]
    pub fn is_detail(&self) -> bool {
        match self {
            Self::Line { facet, .. } => facet.is_detail(),
            Self::Picture(_) | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// The cause in a line, the same on any night.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Line { facet, removed, added } => {
                let side = |it: &Option<String>| it.clone().unwrap_or_default();
                format!("{facet}\u{1}{}\u{1}{}", side(removed), side(added))
            }
            Self::Picture(boxes) => format!("picture\u{1}{boxes}"),
            Self::Watch(line) => format!("watch\u{1}{line}"),
            Self::Failure { expected, actual } => format!("failure\u{1}{expected}\u{1}{actual}"),
            Self::Product(name) => format!("product\u{1}{name}"),
        }
    }
}

/// The atoms of a difference.
#[must_use]
pub fn atoms(located: &Located) -> BTreeSet<Atom> {
    let mut all = BTreeSet::new();
    let facets = &located.difference.facets;
    for change in facets {
        let replaced = change.facet.is_some_and(|facet| located.replaced.contains(&facet));
        let own = of_facet(change, replaced);
        all.extend(own);
    }
    if all.is_empty() {
        // Everything was replaced by nothing: then what is gone is all there is to say.
        all.extend(facets.iter().flat_map(|change| of_facet(change, false)));
    }
    all
}

/// The atoms of one facet. Of one that was replaced only what came instead counts, because what
/// is gone differs from page to page and follows from the one cause.
#[must_use]
pub fn of_facet(change: &FacetChange, replaced: bool) -> BTreeSet<Atom> {
    match change.facet {
        None => BTreeSet::from([Atom::Failure {
            expected: without_numbers(&change.expected),
            actual: without_numbers(&change.actual),
        }]),
        Some(FacetKind::Image) => {
            let boxes = change.image.as_ref().map(|image| {
                image.cause().unwrap_or_else(|| format!("{:?}", image.boxes))
            });
            BTreeSet::from([Atom::Picture(boxes.unwrap_or_else(|| change.actual.clone()))])
        }
        Some(FacetKind::Events) => {
            let added = change.diff.iter().filter(|line| line.tag == DiffTag::Added);
            added.map(|line| Atom::Watch(text(line))).collect()
        }
        Some(facet) => lines(facet, &change.diff, replaced),
    }
}

fn lines(facet: FacetKind, diff: &[DiffLine], replaced: bool) -> BTreeSet<Atom> {
    let (moved, pairs) = (moved(diff), pairs(diff));
    pairs
        .into_iter()
        .map(|(removed, added)| {
            let keep =
                |it: Option<String>| it.filter(|line| !line.is_empty() && !moved.contains(line));
            (keep(removed).filter(|_| !replaced), keep(added))
        })
        .filter(|(removed, added)| removed.is_some() || added.is_some())
        .map(|(removed, added)| match (&removed, &added) {
            (Some(old), Some(new)) if shape(old) != shape(new) => {
                Atom::Line { facet, removed: Some(shape(old)), added: Some(shape(new)) }
            }
            // Where on a screen something looks different follows from what stands there.
            _ if facet == FacetKind::Screen => {
                let part = |it: Option<String>| {
                    it.map(|line| if is_look(&line) { shape(&line) } else { line })
                };
                Atom::Line { facet, removed: part(removed), added: part(added) }
            }
            _ => Atom::Line { facet, removed, added },
        })
        .collect()
}

/// Whether a line of the `screen` facet says how cells look: `3:10-17 bold fg=red`, with its
/// numbers or what stands for them.
pub(super) fn is_look(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(place, _)| {
        place.contains(':')
            && place.chars().all(|it| it.is_ascii_digit() || matches!(it, ':' | '-'))
    })
}

/// Removed and added lines, those that stand for each other together.
fn pairs(diff: &[DiffLine]) -> Vec<(Option<String>, Option<String>)> {
    let mut all = Vec::new();
    let mut waiting: Option<String> = None;
    for line in diff {
        match line.tag {
            DiffTag::Removed => {
                all.extend(waiting.replace(text(line)).map(|old| (Some(old), None)));
            }
            DiffTag::Added => all.push((waiting.take(), Some(text(line)))),
            DiffTag::Same | DiffTag::Gap => {
                all.extend(waiting.take().map(|old| (Some(old), None)));
            }
        }
    }
    all.extend(waiting.map(|old| (Some(old), None)));
    all
}

/// Lines that stand on both sides once indentation is left out: they moved and did not change.
/// Where nothing else changed, the order is the change, and they count.
fn moved(diff: &[DiffLine]) -> BTreeSet<String> {
    let side = |tag: DiffTag| -> BTreeSet<String> {
        diff.iter().filter(|line| line.tag == tag).map(text).collect()
    };
    let (removed, added) = (side(DiffTag::Removed), side(DiffTag::Added));
    if removed == added {
        return BTreeSet::new();
    }
    removed.intersection(&added).cloned().collect()
}

/// The text of a line without its indentation.
#[must_use]
pub fn text(line: &DiffLine) -> String {
    let whole: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
    whole.trim().to_owned()
}

/// A line with every number as `0`: two lines of the same shape hold other numbers only.
fn shape(line: &str) -> String {
    without_numbers(line)
}

/// Text with every run of digits as `0`, so that time limits and positions do not tell causes apart.
#[must_use]
pub fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_ascii_digit() {
            out.push(letter);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

/// A failed step as a difference.
#[must_use]
pub fn failure(
    scenario: &str,
    attempt: u32,
    (step, place): (u32, &str),
    (outcome, expected, actual): (Outcome, &str, &str),
    evidence: Vec<String>,
) -> Located {
    let actual = if actual.is_empty() { outcome.word() } else { actual };
    let change = FacetChange {
        facet: None,
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        diff: Vec::new(),
        image: None,
        evidence,
    };
    let difference = Difference {
        scenario: scenario.to_owned(),
        attempt,
        checkpoint: None,
        step,
        place: place.to_owned(),
        facets: vec![change],
    };
    Located { difference, replaced: Vec::new() }
}
