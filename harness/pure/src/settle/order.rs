//! [`of`]: what stands in another order in each round, and nothing else.

use std::sync::LazyLock;

use regex::Regex;

use crate::compare::Redactor;
use crate::model::scenario::RedactionClass;
use crate::model::settle::{NoiseKind, Remedy};
use crate::model::{FacetKind, Locator, Redaction, Target, Template, Unordered};

use super::candidate::Candidate;

/// The roles whose children may come in any order.
const CONTAINERS: [&str; 9] =
    ["table", "grid", "treegrid", "list", "listbox", "tree", "menu", "feed", "rowgroup"];
/// How many lines show an order.
const SHOWN: usize = 3;

/// A proposal where only the order varies, but for what looks like a value; never one that is
/// `known` already.
pub(super) fn of(facet: FacetKind, texts: &[String], known: &[Unordered]) -> Option<Candidate> {
    let bare: Vec<String> = texts.iter().map(|it| skeleton(facet, it)).collect();
    let own = [texts, &bare];
    let differ = |all: &[String]| all.windows(2).any(|it| it[0] != it[1]);
    if facet == FacetKind::Aria {
        return own.iter().filter(|it| differ(it)).find_map(|it| of_tree(it, known));
    }
    let remedy = Unordered::Facet(facet);
    if !facet.has_lines() || known.contains(&remedy) {
        return None;
    }
    let only_order = |all: &&[String]| differ(all) && !differ(&sorted(facet, all, &remedy));
    own.into_iter().find(only_order)?;
    Some(Candidate {
        remedy: Remedy::Unordered(remedy),
        kind: NoiseKind::Order,
        at: format!("the order of {} lines", texts[0].lines().count()),
        samples: super::samples(shown(texts).iter().map(String::as_str)),
    })
}

/// A text without what looks like a value: lines that are the same in it are the same line.
fn skeleton(facet: FacetKind, text: &str) -> String {
    static DIGITS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d+").expect("a constant pattern"));
    static CLASSES: LazyLock<Redactor> = LazyLock::new(|| {
        let all = RedactionClass::ALL.map(Redaction::Class);
        Redactor::new(&[&all], &[]).expect("classes are no patterns")
    });
    DIGITS.replace_all(&CLASSES.apply(facet, text), "#").into_owned()
}

fn sorted(facet: FacetKind, texts: &[String], remedy: &Unordered) -> Vec<String> {
    let Ok(redactor) = Redactor::new(&[], &[]) else { return texts.to_vec() };
    let redactor = redactor.without_order(std::slice::from_ref(remedy));
    texts.iter().map(|it| redactor.apply(facet, it)).collect()
}

/// The beginning of each text from where they differ.
fn shown(texts: &[String]) -> Vec<String> {
    let lines: Vec<Vec<&str>> = texts.iter().map(|it| it.lines().collect()).collect();
    let differs = |at: &usize| lines.iter().any(|it| it.get(*at) != lines[0].get(*at));
    let from = (0..lines[0].len()).find(differs).unwrap_or(0);
    let first = |it: &Vec<&str>| {
        it.iter().skip(from).take(SHOWN).map(|it| it.trim()).collect::<Vec<_>>().join(" | ")
    };
    lines.iter().map(first).collect()
}

/// A table or list with which, sorted, less differs: the one with which the least does, and of
/// those with a name the last, which is the innermost.
fn of_tree(texts: &[String], known: &[Unordered]) -> Option<Candidate> {
    let unequal = |all: &[String]| -> usize {
        let lines: Vec<Vec<&str>> = all.iter().map(|it| it.lines().collect()).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(0);
        (0..most).filter(|at| lines.iter().any(|it| it.get(*at) != lines[0].get(*at))).count()
    };
    let before = unequal(texts);
    let mut best: Option<(usize, Target)> = None;
    for target in containers(&texts[0]) {
        let remedy = Unordered::Target(target.clone());
        if known.contains(&remedy) {
            continue;
        }
        let after = sorted(FacetKind::Aria, texts, &remedy);
        // Sorting what was in the same order everywhere is no help.
        let rest = unequal(&after);
        // Of two that help as much a name is worth more than a number.
        let named = matches!(target.locator, Locator::Role { name: Some(_), .. });
        let better = |it: &(usize, Target)| rest < it.0 || (rest == it.0 && named);
        if rest < before && best.as_ref().is_none_or(better) {
            best = Some((rest, target));
        }
    }
    let (_, target) = best?;
    Some(Candidate {
        at: format!("the order in {target}"),
        remedy: Remedy::Unordered(Unordered::Target(target)),
        kind: NoiseKind::Order,
        samples: super::samples(shown(texts).iter().map(String::as_str)),
    })
}

/// The tables and lists of a tree, each by the shortest target that means it alone.
fn containers(text: &str) -> Vec<Target> {
    let mut all: Vec<Target> = Vec::new();
    for line in text.lines() {
        let Some(node) = line.trim_start().strip_prefix("- ") else { continue };
        let role = node.split([' ', ':']).next().unwrap_or(node);
        if !CONTAINERS.contains(&role) {
            continue;
        }
        let name =
            super::picture::target(node.trim_end_matches(':')).and_then(|it| match it.locator {
                Locator::Role { name, .. } => name,
                Locator::Text(_) | Locator::Label(_) | Locator::TestId(_) | Locator::Css(_) => None,
            });
        // Names with references are not compared as they stand here.
        let name = name.filter(|it: &Template| !it.raw().contains("${"));
        all.push(Target::plain(Locator::Role { role: role.to_owned(), name }));
    }
    let mut numbered = Vec::new();
    for (at, target) in all.iter().enumerate() {
        let before = all[..at].iter().filter(|it| *it == target).count() as u32;
        let several = all.iter().filter(|it| *it == target).count() > 1;
        let nth = several.then_some(before + 1);
        numbered.push(Target { nth, ..target.clone() });
    }
    // Without a name a target means those with one too; then their number is another.
    for at in 0..numbered.len() {
        let Locator::Role { role, name: None } = &all[at].locator else { continue };
        let same =
            |it: &&Target| matches!(&it.locator, Locator::Role { role: own, .. } if own == role);
        let before = all[..at].iter().filter(same).count() as u32;
        let several = all.iter().filter(same).count() > 1;
        numbered[at].nth = several.then_some(before + 1);
    }
    numbered
}
