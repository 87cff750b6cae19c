//! [`align`]: which lines of several texts are the same line, and [`Span`]: what of it varies.

use similar::{Algorithm, DiffTag};

use crate::compare::lines::alike;
use crate::compare::{Redactor, tree, vary};
use crate::model::observe::FacetShape;
use crate::model::scenario::RedactionClass;
use crate::model::{FacetKind, Redaction};

/// A line that is there in every text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// As each text has it.
    pub variants: Vec<&'t str>,
    /// The line before it, where that is the same in every text.
    pub before: Option<&'t str>,
}

/// Several texts, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Aligned<'t> {
    /// The lines that vary and are there in every text.
    pub varying: Vec<Line<'t>>,
    /// Lines that only some texts have.
    pub loose: Vec<&'t str>,
}

impl Aligned<'_> {
    /// How much varies: what a proposal must make less.
    pub(super) fn weight(&self) -> usize {
        self.varying.iter().map(|it| spans(&it.variants).len()).sum::<usize>() + self.loose.len()
    }
}

/// Aligns every text with the first.
pub(super) fn align<'t>(facet: FacetKind, texts: &'t [String]) -> Aligned<'t> {
    let split: Vec<Vec<&str>> = texts.iter().map(|it| it.split('\n').collect()).collect();
    let Some((base, others)) = split.split_first() else { return Aligned::default() };
    let mut out = Aligned::default();
    let mut partners: Vec<Vec<Option<usize>>> = Vec::new();
    for other in others {
        let own = partners_of(facet, base, other);
        let taken: std::collections::BTreeSet<usize> = own.iter().flatten().copied().collect();
        out.loose.extend((0..other.len()).filter(|at| !taken.contains(at)).map(|at| other[at]));
        partners.push(own);
    }
    let variants = |at: usize| -> Option<Vec<&'t str>> {
        let others = others.iter().zip(&partners);
        let others = others.map(|(other, own)| own[at].map(|it| other[it]));
        std::iter::once(Some(base[at])).chain(others).collect()
    };
    let same = |all: &[&str]| all.windows(2).all(|it| it[0] == it[1]);
    for (at, line) in base.iter().enumerate() {
        let Some(variants_here) = variants(at) else {
            out.loose.push(line);
            continue;
        };
        if same(&variants_here) {
            continue;
        }
        let before = at.checked_sub(1).and_then(variants).filter(|it| same(it)).map(|it| it[0]);
        out.varying.push(Line { variants: variants_here, before });
    }
    out
}

/// For each line the one of the other text that is the same, or the same but for what changed.
fn partners_of(facet: FacetKind, base: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let ops = if facet.shape() == FacetShape::Tree {
        tree::align(base, other)
    } else {
        similar::capture_diff_slices(Algorithm::Patience, base, other)
    };
    let mut partners = vec![None; base.len()];
    for op in ops {
        let (old, new) = (op.old_range(), op.new_range());
        match op.tag() {
            DiffTag::Equal => old.zip(new).for_each(|(a, b)| partners[a] = Some(b)),
            DiffTag::Replace if old.len() == new.len() => {
                old.zip(new).for_each(|(a, b)| partners[a] = Some(b));
            }
            DiffTag::Replace => {
                let mut from = new.start;
                for a in old {
                    let found = (from..new.end).find(|b| alike(base[a], other[*b]));
                    partners[a] = found;
                    from = found.map_or(from, |it| it + 1);
                }
            }
            DiffTag::Delete | DiffTag::Insert => {}
        }
    }
    partners
}

/// A run of words that varies in a line, with the constant words around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// In each text: the words before it, itself, the words behind it.
    pub variants: Vec<String>,
    /// The bytes at the beginning and at the end that are no part of it.
    pub shared: (usize, usize),
    /// Whether nothing else varies in the line.
    pub alone: bool,
}

impl Span {
    /// What varies, in each text.
    pub(super) fn middles(&self) -> Vec<&str> {
        let (front, back) = self.shared;
        self.variants.iter().map(|it| &it[front..it.len() - back]).collect()
    }

    /// What stands before and behind it.
    pub(super) fn context(&self) -> (&str, &str) {
        let (first, (front, back)) = (&self.variants[0], self.shared);
        (&first[..front], &first[first.len() - back..])
    }

    fn new(variants: Vec<String>, alone: bool) -> Self {
        let texts: Vec<&str> = variants.iter().map(String::as_str).collect();
        let shared = widened(&texts, vary::shared(&texts));
        Self { variants, shared, alone }
    }
}

/// The classes whose values are nothing but a value: no unit and no host stands in them.
const WHOLE: [RedactionClass; 4] = [
    RedactionClass::Timestamp,
    RedactionClass::Uuid,
    RedactionClass::TempPath,
    RedactionClass::Hash,
];

/// What varies, with the rest of the value that it is a part of: where only the seconds of a time
/// differed between rounds, its date differs tomorrow.
pub(super) fn widened(variants: &[&str], (front, back): (usize, usize)) -> (usize, usize) {
    let first = variants[0];
    let (mut from, mut to) = (front, first.len() - back);
    for class in WHOLE {
        let own = [Redaction::Class(class)];
        let Ok(redactor) = Redactor::new(&[&own], &[]) else { continue };
        for value in redactor.taken(first) {
            let starts = first.match_indices(&value).map(|it| it.0);
            let overlap = |at: &usize| *at < to.max(front + 1) && front < at + value.len();
            if let Some(at) = starts.into_iter().find(overlap) {
                (from, to) = (from.min(at), to.max(at + value.len()));
            }
        }
    }
    let mut dates = vary::dates(first).into_iter();
    if let Some(date) = dates.find(|it| it.start < to.max(front + 1) && front < it.end) {
        (from, to) = (from.min(date.start), to.max(date.end));
    }
    (from, first.len() - to)
}

/// What varies in a line, from its beginning.
pub(super) fn spans(variants: &[&str]) -> Vec<Span> {
    let words: Vec<Vec<&str>> = variants.iter().map(|it| it.split(' ').collect()).collect();
    let count = words[0].len();
    if words.iter().any(|it| it.len() != count) {
        let all = variants.iter().map(|it| (*it).to_owned()).collect();
        return vec![Span::new(all, true)];
    }
    let varies = |at: usize| words.iter().any(|it| it[at] != words[0][at]);
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..count).filter(|at| varies(*at)) {
        match runs.last_mut().filter(|it| it.end == at) {
            Some(run) => run.end = at + 1,
            None => runs.push(at..at + 1),
        }
    }
    let around = |index: usize| {
        let from = if index == 0 { 0 } else { runs[index - 1].end };
        let to = runs.get(index + 1).map_or(count, |it| it.start);
        from..to
    };
    let ends = (0..runs.len()).map(around);
    let whole = |range: std::ops::Range<usize>| -> Vec<String> {
        words.iter().map(|it| it[range.clone()].join(" ")).collect()
    };
    ends.map(|it| Span::new(whole(it), runs.len() == 1)).collect()
}
