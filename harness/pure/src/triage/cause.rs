//! [`Atom`]: the smallest piece of a change, written so that the same cause reads the same
//! everywhere. `group` makes findings of them.

use std::collections::BTreeSet;

use super::listing;
use super::node::Node;
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
    /// An entry of a list that a program prints: an option with what it is for.
    Entry {
        /// Which facet.
        facet: FacetKind,
        /// The option or command.
        name: String,
        /// What was said of it.
        removed: Option<String>,
        /// What is said now.
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
            Self::Line { facet, .. } => *facet == FacetKind::Exit || self.is_trace(),
            Self::Entry { .. } | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// Whether it tells a cause by itself where other pieces are beside it.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Line { .. } | Self::Entry { .. } | Self::Watch(_) => !self.is_weak(),
            Self::Picture(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// Whether only the place in the source of a stack trace changed.
    #[must_use]
    pub fn is_trace(&self) -> bool {
        match self {
            Self::Line { removed: Some(old), added: Some(new), .. } => old == new && is_frame(old),
            Self::Line { .. }
            | Self::Entry { .. }
            | Self::Picture(_)
            | Self::Watch(_)
            | Self::Failure { .. }
            | Self::Product(_) => false,
        }
    }

    /// What is gone and what came instead, of what is told in lines.
    #[must_use]
    pub fn sides(&self) -> Option<(FacetKind, Option<&str>, Option<&str>)> {
        match self {
            Self::Line { facet, removed, added } | Self::Entry { facet, removed, added, .. } => {
                Some((*facet, removed.as_deref(), added.as_deref()))
            }
            Self::Picture(_) | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => None,
        }
    }

    /// Whether it says of a page what cannot be seen on it, see [`FacetKind::is_detail`].
    #[must_use]
    pub fn is_detail(&self) -> bool {
        match self {
            Self::Line { facet, .. } | Self::Entry { facet, .. } => facet.is_detail(),
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
            Self::Entry { facet, name, removed, added } => {
                let side = |it: &Option<String>| it.clone().unwrap_or_default();
                format!("entry\u{1}{facet}\u{1}{name}\u{1}{}\u{1}{}", side(removed), side(added))
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
            let boxes = change
                .image
                .as_ref()
                .map(|image| image.cause().unwrap_or_else(|| format!("{:?}", image.boxes)));
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
    let printed = matches!(facet, FacetKind::Stdout | FacetKind::Stderr);
    let Some((entries, rest)) = listing::entries(diff).filter(|_| printed && !replaced) else {
        return plain_lines(facet, diff, replaced);
    };
    let entries = entries.into_iter().map(|it| Atom::Entry {
        facet,
        name: it.name,
        removed: it.removed,
        added: it.added,
    });
    entries.chain(plain_lines(facet, &rest, replaced)).collect()
}

fn plain_lines(facet: FacetKind, diff: &[DiffLine], replaced: bool) -> BTreeSet<Atom> {
    let (moved, pairs) = (moved(diff), pairs(facet, diff));
    pairs
        .into_iter()
        .map(|(removed, added)| {
            let keep =
                |it: Option<String>| it.filter(|line| !line.is_empty() && !moved.contains(line));
            (keep(removed).filter(|_| !replaced), keep(added))
        })
        .filter(|(removed, added)| removed.is_some() || added.is_some())
        .map(|(removed, added)| match (&removed, &added) {
            // Where in a source something happens follows from any change of that source.
            (Some(old), Some(new)) if is_frame(old) && shape(old) == shape(new) => {
                Atom::Line { facet, removed: Some(shape(old)), added: Some(shape(new)) }
            }
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

/// Whether a line is one of a stack trace, as Python, JavaScript, Java, Go and Rust write them.
fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let python = line.starts_with("File \"") && line.contains("\", line ");
    let numbered = line.trim_end_matches(')').rsplit(':').next();
    let ends =
        numbered.is_some_and(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()));
    python || (line.starts_with("at ") && line.contains(['/', '(']) && ends)
}

/// Whether a line of the `screen` facet says how cells look: `3:10-17 bold fg=red`, with its
/// numbers or what stands for them.
pub(super) fn is_look(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(place, _)| {
        place.contains(':')
            && place.chars().all(|it| it.is_ascii_digit() || matches!(it, ':' | '-'))
    })
}

/// What stood there and what stands there now.
type Pair = (Option<String>, Option<String>);

/// Removed and added lines, those that stand for each other together.
fn pairs(facet: FacetKind, diff: &[DiffLine]) -> Vec<Pair> {
    match facet {
        FacetKind::Aria
        | FacetKind::Text
        | FacetKind::Page
        | FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::Stdout
        | FacetKind::Stderr => diff
            .split(|line| matches!(line.tag, DiffTag::Same | DiffTag::Gap))
            .flat_map(|hunk| pairs_of_hunk(facet, hunk))
            .collect(),
        FacetKind::Exit
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Events
        | FacetKind::A11y
        | FacetKind::Image => neighbours(diff),
    }
}

/// Within a hunk, lines of which only some words changed stand for each other; what is left does
/// where it can be nothing else: two nodes of one role, or as many lines gone as new.
fn pairs_of_hunk(facet: FacetKind, hunk: &[DiffLine]) -> Vec<Pair> {
    let marked = |line: &DiffLine| {
        line.pieces.iter().any(|it| it.emphasis)
            // Of very long lines no words are marked.
            || line.pieces.iter().map(|it| it.text.len()).sum::<usize>() > 2_000
    };
    let mut all: Vec<Pair> = Vec::new();
    let mut at = 0;
    while at < hunk.len() {
        let line = &hunk[at];
        let partner = hunk.get(at + 1).filter(|next| {
            line.tag == DiffTag::Removed
                && next.tag == DiffTag::Added
                && (marked(line) || marked(next))
                && (facet != FacetKind::Aria || is_same_thing(&text(line), &text(next)))
        });
        if let Some(partner) = partner {
            all.push((Some(text(line)), Some(text(partner))));
            at += 2;
            continue;
        }
        all.push(match line.tag {
            DiffTag::Removed => (Some(text(line)), None),
            DiffTag::Added => (None, Some(text(line))),
            DiffTag::Same | DiffTag::Gap => (None, None),
        });
        at += 1;
    }
    join_left(facet, &mut all);
    all
}

/// Whether two lines of a tree can be one thing: by what it is, or by what it is called.
fn is_same_thing(old: &str, new: &str) -> bool {
    let (old, new) = (Node::read(old), Node::read(new));
    old.role == new.role || (old.words().is_some() && old.words() == new.words())
}

fn join_left(facet: FacetKind, all: &mut Vec<Pair>) {
    let gone: Vec<usize> = (0..all.len()).filter(|at| all[*at].1.is_none()).collect();
    let new: Vec<usize> = (0..all.len()).filter(|at| all[*at].0.is_none()).collect();
    let tree = matches!(facet, FacetKind::Aria | FacetKind::Page);
    let role = |at: usize, all: &[Pair]| {
        let line = all[at].0.as_deref().or(all[at].1.as_deref()).unwrap_or_default();
        Node::read(line).role.to_owned()
    };
    let partner = |from: usize, index: usize, all: &[Pair]| {
        if !tree {
            return new.get(index).copied().filter(|_| gone.len() == new.len());
        }
        let of_role = |list: &[usize]| -> Vec<usize> {
            list.iter().copied().filter(|at| role(*at, all) == role(from, all)).collect()
        };
        let (own, other) = (of_role(&gone), of_role(&new));
        other.first().copied().filter(|_| own.len() == 1 && other.len() == 1)
    };
    let joined: Vec<(usize, usize)> = gone
        .iter()
        .enumerate()
        .filter_map(|(index, from)| Some((*from, partner(*from, index, all)?)))
        .collect();
    for (from, into) in &joined {
        all[*from].1 = all[*into].1.take();
    }
    all.retain(|it| it.0.is_some() || it.1.is_some());
}

/// A removed line and the added one right after it.
fn neighbours(diff: &[DiffLine]) -> Vec<Pair> {
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
    exact_text(line).trim().to_owned()
}

/// The text of a line.
#[must_use]
pub fn exact_text(line: &DiffLine) -> String {
    line.pieces.iter().map(|piece| piece.text.as_str()).collect()
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
