//! [`next`]: one proposal for a text that varies, the narrowest that takes out nothing constant.

use std::collections::BTreeMap;

use crate::compare::Redactor;
use crate::compare::vary::{self, Around};
use crate::model::observe::FacetShape;
use crate::model::scenario::RedactionClass;
use crate::model::settle::Remedy;
use crate::model::{FacetKind, Redaction, Unordered};

use super::align::{Line, Span, align, spans, widened};
use super::candidate::Candidate;
use super::{json, kind, order, samples};

/// The texts of a checkpoint, one of each round, as they are compared.
pub(super) type Texts = BTreeMap<FacetKind, Vec<String>>;

/// The next proposal for a facet; `None` where there is none that stands.
pub(super) fn next(facet: FacetKind, all: &Texts, known: &[Unordered]) -> Option<Candidate> {
    let texts = all.get(&facet)?;
    if let Some(found) = order::of(facet, texts, known) {
        return Some(found);
    }
    let aligned = align(facet, texts);
    // What some rounds lack is no value that varies; and next to it lines cannot be told apart.
    if !aligned.loose.is_empty() {
        return None;
    }
    if let Some(found) = json::of(facet, texts).and_then(|leaf| of_leaf(facet, all, &leaf)) {
        return Some(found);
    }
    let weight = aligned.weight();
    aligned.varying.iter().find_map(|line| {
        let spans = spans(&line.variants);
        spans.iter().find_map(|span| {
            let fits = |it: &Redaction| silences(it, line, span) && stands(it, facet, all, weight);
            let redaction = redactions(line, span).into_iter().find(fits)?;
            Some(candidate(span, redaction))
        })
    })
}

/// A proposal for a value of an output that is JSON.
fn of_leaf(facet: FacetKind, all: &Texts, leaf: &json::Leaf) -> Option<Candidate> {
    let values: Vec<&str> = leaf.values.iter().map(String::as_str).collect();
    let weight = align(facet, &all[&facet]).weight();
    let classes = RedactionClass::ALL.into_iter().filter(|it| kind::is_all(*it, &values));
    let pointer = Redaction::Json(leaf.pointer.clone());
    let mut redactions = classes.map(Redaction::Class).chain([pointer]);
    let redaction = redactions.find(|it| stands(it, facet, all, weight))?;
    Some(Candidate {
        remedy: Remedy::Redact(redaction),
        kind: kind::of(&values, &format!("{} ", leaf.pointer), ""),
        at: leaf.pointer.clone(),
        samples: samples(values),
    })
}

fn candidate(span: &Span, redaction: Redaction) -> Candidate {
    let (before, behind) = span.context();
    let middles = span.middles();
    // What a class takes is of that class, also where the words around it belong to it.
    let kind = match &redaction {
        Redaction::Class(class) => kind::of_class(*class),
        Redaction::Pattern(_) | Redaction::Json(_) => kind::of(&middles, before, behind),
    };
    Candidate {
        remedy: Remedy::Redact(redaction),
        kind,
        at: format!("{}…{behind}", before.trim_start()),
        samples: samples(middles),
    }
}

/// What could take a span out, the best first: a class, then a pattern with more and more around.
fn redactions(line: &Line<'_>, span: &Span) -> Vec<Redaction> {
    let variants: Vec<&str> = span.variants.iter().map(String::as_str).collect();
    let mut all: Vec<Redaction> = RedactionClass::ALL.into_iter().map(Redaction::Class).collect();
    all.extend(vary::pattern_at(&variants, span.shared, Around::Words).map(Redaction::Pattern));
    if span.alone {
        let (front, back) = widened(&line.variants, vary::shared(&line.variants));
        let whole = vary::pattern_at(&line.variants, (front, back), Around::Line);
        all.extend(whole.map(Redaction::Pattern));
        if let Some(before) = line.before.filter(|it| !it.trim().is_empty()) {
            let first = line.variants[0];
            let middles: Vec<&str> =
                line.variants.iter().map(|it| &it[front..it.len() - back]).collect();
            all.push(Redaction::Pattern(format!(
                "^{}\n{}({}){}$",
                vary::literal(before),
                vary::literal(&first[..front]),
                vary::shape(&middles),
                vary::literal(&first[first.len() - back..])
            )));
        }
    }
    all
}

/// Whether a redaction takes out this span, and not another one of its line.
fn silences(redaction: &Redaction, line: &Line<'_>, span: &Span) -> bool {
    let Ok(redactor) = Redactor::new(&[std::slice::from_ref(redaction)], &[]) else { return false };
    let same = |texts: &mut dyn Iterator<Item = String>| {
        let mut redacted = texts.map(|it| redactor.apply(FacetKind::Stdout, &it));
        let first = redacted.next();
        redacted.all(|it| Some(&it) == first.as_ref())
    };
    let before = line.before.unwrap_or_default();
    same(&mut span.variants.iter().cloned())
        || (span.alone && same(&mut line.variants.iter().map(|it| format!("{before}\n{it}"))))
}

/// Whether less varies with a redaction, and nothing that was constant is taken out by it.
fn stands(redaction: &Redaction, facet: FacetKind, all: &Texts, weight: usize) -> bool {
    let own = std::slice::from_ref(redaction);
    let Ok(redactor) = Redactor::new(&[own], &[]) else { return false };
    let after: Vec<String> = all[&facet].iter().map(|it| redactor.apply(facet, it)).collect();
    if align(facet, &after).weight() >= weight {
        return false;
    }
    all.iter().all(|(facet, texts)| match facet.shape() {
        FacetShape::Code | FacetShape::Picture => true,
        FacetShape::Tree
        | FacetShape::Files
        | FacetShape::Output
        | FacetShape::Lines
        | FacetShape::Set => takes_only_what_varies(&redactor, texts),
    })
}

/// Whether every text loses as many values, and none of them is the same in all.
fn takes_only_what_varies(redactor: &Redactor, texts: &[String]) -> bool {
    let taken: Vec<Vec<String>> = texts.iter().map(|it| redactor.taken(it)).collect();
    let count = taken[0].len();
    let varies = |at: usize| taken.iter().any(|it| it[at] != taken[0][at]);
    taken.iter().all(|it| it.len() == count) && (0..count).all(varies)
}
