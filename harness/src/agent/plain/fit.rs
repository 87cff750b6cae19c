//! [`fit`]: which elements of a page a phrase means.
//!
//! Every reading of the phrase is held against every element, exactly first, then loosely. What is
//! left must be one, or as many as the phrase says; two that are about as good are refused by name.

use super::amount::{Amount, amounts};
use super::lexicon::{Kind, Measure, Nth, Superlative, canonical};
use super::phrase::{Many, Phrase, Reading};
use crate::model::outline::{Element, Outline};

/// Which elements are asked about.
pub type Allowed<'a> = &'a dyn Fn(&Element) -> bool;

/// What a phrase means on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// These, by their places in the outline; never none.
    These(Vec<usize>),
    /// Two of them are about as good.
    Close(usize, usize),
    /// It says something of the page that does not hold, such as how many there are.
    Wrong(String),
    /// Nothing.
    Nothing,
}

/// Names that are this much worse than the best are no rivals of it.
const CLEARLY: i32 = 4;
/// A name that is the same but for case, spaces and marks.
const EXACT: i32 = 90;
/// Nothing is said but the kind, or the colour.
const OF_KIND: i32 = 50;

/// Which elements a phrase means.
pub fn fit(page: &Outline, phrase: &Phrase, allowed: Allowed<'_>) -> Fit {
    for least in [EXACT, 1] {
        for reading in &phrase.readings {
            let scored = scored(page, reading, allowed, least);
            if scored.is_empty() {
                continue;
            }
            return chosen(page, reading, &scored);
        }
    }
    Fit::Nothing
}

/// All elements that a phrase may mean, exactly where there is one that does.
pub fn all_of(page: &Outline, phrase: &Phrase) -> Vec<usize> {
    for least in [EXACT, 1] {
        for reading in &phrase.readings {
            let scored = scored(page, reading, &|_| true, least);
            if !scored.is_empty() {
                return scored.into_iter().map(|it| it.0).collect();
            }
        }
    }
    Vec::new()
}

/// The elements that a reading may mean, each with how well it does, in document order.
fn scored(
    page: &Outline,
    reading: &Reading,
    allowed: Allowed<'_>,
    least: i32,
) -> Vec<(usize, i32)> {
    let of_kind = |it: &Element| reading.kind.is_none_or(|kind| kind.fits(it));
    let mut found = scored_among(page, reading, &|it| allowed(it) && of_kind(it), least);
    let unsaid = reading.kind.is_some_and(Kind::is_often_unsaid) && reading.name.is_some();
    if found.is_empty() && unsaid && reading.best.is_none() {
        found = scored_among(page, reading, allowed, least);
    }
    match &reading.within {
        Some(place) if !found.is_empty() => nearest(page, found, &all_of(page, place)),
        Some(_) | None => found,
    }
}

fn scored_among(
    page: &Outline,
    reading: &Reading,
    allowed: Allowed<'_>,
    least: i32,
) -> Vec<(usize, i32)> {
    let mut found = Vec::new();
    for (at, element) in page.elements.iter().enumerate() {
        if !allowed(element) {
            continue;
        }
        let coloured = match (reading.colour, element.colour) {
            (None, _) => true,
            (Some(wanted), Some(rgb)) => wanted.is(rgb),
            (Some(_), None) => false,
        };
        let score = match &reading.name {
            _ if !coloured => 0,
            None => OF_KIND,
            // What is ordered is named by the group that it stands in.
            Some(name) if reading.best.is_some() => {
                if belongs(page, at, name) {
                    EXACT
                } else {
                    0
                }
            }
            Some(name) => likeness(page, at, name),
        };
        let disabled = if element.is("disabled") { 2 } else { 0 };
        if score >= least {
            found.push((at, score - disabled));
        }
    }
    found
}

/// How well a name is the name of an element, from 0.
pub fn likeness(page: &Outline, at: usize, name: &str) -> i32 {
    let element = &page.elements[at];
    let mut best = like(&element.name, name, 100).max(like(&element.text, name, 99));
    for (place, label) in element.labels.iter().enumerate() {
        let behind = i32::try_from(place).unwrap_or(i32::MAX).min(3);
        best = best.max(like(label, name, 98 - behind));
    }
    if best < EXACT && element.text.is_empty() && element.usable {
        best = best.max(like(&page.text_of(at), name, 97));
    }
    if best == 0 {
        best = hinted(element, name);
    }
    best
}

/// How alike two texts are; `whole` where they are the same.
fn like(text: &str, name: &str, whole: i32) -> i32 {
    if text.is_empty() || name.is_empty() {
        return 0;
    }
    if text == name {
        return whole;
    }
    let (text, name) = (plain(text), plain(name));
    if text == name {
        return whole - 4;
    }
    let (one, other) = (canonical(&text), canonical(&name));
    if one == other {
        return whole - 7;
    }
    let words: Vec<&str> = one.split(' ').collect();
    let wanted: Vec<&str> = other.split(' ').collect();
    if wanted.iter().all(|it| words.contains(it)) {
        let more = i32::try_from(words.len() - wanted.len().min(words.len())).unwrap_or(20);
        return whole - 20 - more.min(20);
    }
    0
}

/// How well the words by which its author knows an element are the name.
fn hinted(element: &Element, name: &str) -> i32 {
    let wanted = canonical(&plain(name));
    let hints: Vec<String> = element.hints.iter().map(|it| canonical(it)).collect();
    let all = wanted.split(' ').all(|it| hints.iter().any(|hint| hint == it));
    if all { 60 } else { 0 }
}

/// A text in small letters, with single spaces and no marks at its ends.
pub fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    let words: Vec<&str> = small.split_whitespace().collect();
    words.join(" ").trim_matches(|it: char| ":*.,;!?\"\u{2026}".contains(it)).trim().to_owned()
}

/// Whether an element stands in something that is called so, or is called so itself.
fn belongs(page: &Outline, at: usize, name: &str) -> bool {
    let group = |it: usize| {
        let element = &page.elements[it];
        let called = [&element.name].into_iter().chain(&element.labels);
        let is_group = matches!(
            element.role.as_str(),
            "radiogroup"
                | "group"
                | "list"
                | "listbox"
                | "table"
                | "grid"
                | "region"
                | "form"
                | "dialog"
                | "menu"
                | "main"
        );
        it == at || is_group && called.into_iter().any(|text| like(text, name, 100) > 0)
    };
    like(&page.text_of(at), name, 100) > 0
        || like(&page.elements[at].name, name, 100) > 0
        || page.up(at).skip(1).any(group)
}

/// Those that are nearest to one of the anchors: in the smallest thing that holds both.
fn nearest(page: &Outline, found: Vec<(usize, i32)>, anchors: &[usize]) -> Vec<(usize, i32)> {
    if anchors.is_empty() {
        return Vec::new();
    }
    let sizes = sizes(page);
    let distance = |at: usize| {
        if anchors.iter().any(|it| *it != at && page.is_in(at, *it)) {
            return 0;
        }
        let holds = |outer: &usize| anchors.iter().any(|it| *it != at && page.is_in(*it, *outer));
        page.up(at).find(holds).map_or(usize::MAX, |outer| sizes[outer])
    };
    let far: Vec<usize> = found.iter().map(|it| distance(it.0)).collect();
    let least = far.iter().copied().min().unwrap_or(usize::MAX);
    let near = found.into_iter().zip(far).filter(|(_, it)| *it == least && least != usize::MAX);
    near.map(|(it, _)| it).collect()
}

/// How many elements each of them holds, with itself.
fn sizes(page: &Outline) -> Vec<usize> {
    let mut sizes = vec![1; page.elements.len()];
    for at in (0..page.elements.len()).rev() {
        if let Some(parent) = page.elements[at].parent.filter(|it| *it < at) {
            sizes[parent] += sizes[at];
        }
    }
    sizes
}

/// The elements that are meant, of those that may be.
fn chosen(page: &Outline, reading: &Reading, scored: &[(usize, i32)]) -> Fit {
    let top = scored.iter().map(|it| it.1).max().unwrap_or(0);
    let rivals: Vec<usize> =
        scored.iter().filter(|it| it.1 > top - CLEARLY).map(|it| it.0).collect();
    let rivals = innermost(page, &rivals);
    if let Some(best) = reading.best {
        return ordered(page, &rivals, best);
    }
    if let Some(nth) = reading.nth {
        let at = match nth {
            Nth::FromFirst(number) => rivals.get(number - 1),
            Nth::Last => rivals.last(),
        };
        let there = rivals.len();
        return at.map_or_else(
            || Fit::Wrong(format!("there {}", there_are(there))),
            |at| Fit::These(vec![*at]),
        );
    }
    match reading.many {
        Many::All(Some(count)) if rivals.len() != count => {
            Fit::Wrong(format!("there {}, not {count}", there_are(rivals.len())))
        }
        Many::All(_) => Fit::These(rivals),
        Many::Any => Fit::These(vec![rivals[0]]),
        Many::One => match rivals.as_slice() {
            [one] => Fit::These(vec![*one]),
            // The best of several is clear only where it is better than the next in every respect.
            [first, second, ..] => Fit::Close(*first, *second),
            [] => Fit::Nothing,
        },
    }
}

fn there_are(count: usize) -> String {
    if count == 1 { "is only 1".to_owned() } else { format!("are {count}") }
}

/// Of things that lie in one another, the one that can be used, or the inner one.
fn innermost(page: &Outline, all: &[usize]) -> Vec<usize> {
    let acts = |at: usize| page.elements[at].usable && page.elements[at].role != "generic";
    let yields = |at: usize| {
        all.iter().any(|other| {
            let (inside, outside) = (page.is_in(*other, at), page.is_in(at, *other));
            *other != at
                && ((inside && (!acts(at) || acts(*other)))
                    || (outside && acts(*other) && !acts(at)))
        })
    };
    all.iter().copied().filter(|at| !yields(*at)).collect()
}

/// The one that shows the least or the greatest.
fn ordered(page: &Outline, all: &[usize], best: Superlative) -> Fit {
    let mut shown: Vec<(usize, f64)> = Vec::new();
    for at in all {
        let text = page.text_of(*at);
        let text =
            if amounts(&text, best.of).is_empty() { &page.elements[*at].name } else { &text };
        match amounts(text, best.of).as_slice() {
            [Amount(one)] => shown.push((*at, *one)),
            [] => {}
            [..] => return Fit::Wrong(format!("{text:?} shows several numbers")),
        }
    }
    shown.sort_by(|a, b| if best.greatest { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
    match shown.as_slice() {
        [] => Fit::Wrong(match best.of {
            Measure::Price => "none of them shows a price".to_owned(),
            Measure::Date => "none of them shows a date".to_owned(),
            Measure::Number => "none of them shows a number".to_owned(),
        }),
        [first, second, ..] if first.1.total_cmp(&second.1).is_eq() => {
            Fit::Close(first.0, second.0)
        }
        [first, ..] => Fit::These(vec![first.0]),
    }
}

/// The names that come nearest to a phrase, for a refusal; at most three.
pub fn nearest_names(page: &Outline, phrase: &Phrase, allowed: Allowed<'_>) -> Vec<String> {
    let wanted: Vec<String> = phrase.readings.iter().filter_map(|it| it.name.clone()).collect();
    let wanted = wanted.iter().map(|it| plain(it));
    let wanted: Vec<String> =
        wanted.flat_map(|it| it.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for (at, element) in page.elements.iter().enumerate().filter(|it| allowed(it.1)) {
        let text =
            plain(&format!("{} {} {}", element.name, element.text, element.labels.join(" ")));
        let unlike = |word: &String| {
            text.split(' ').map(|it| strsim_distance(it, word)).min().unwrap_or(usize::MAX)
        };
        let least = wanted.iter().filter(|it| it.len() > 2).map(unlike).min();
        ranked.push((least.unwrap_or(usize::MAX), at));
    }
    ranked.sort_unstable();
    let mut names: Vec<String> = ranked.iter().map(|it| say(page, it.1)).collect();
    names.dedup();
    names.truncate(3);
    names
}

/// How many letters two words differ by.
fn strsim_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let kept = before + usize::from(letter != *other);
            before = row[j + 1];
            row[j + 1] = kept.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

/// What a person would call an element.
pub fn say(page: &Outline, at: usize) -> String {
    let element = &page.elements[at];
    let called = [&element.name, &element.text].into_iter().chain(&element.labels);
    let name = called.into_iter().find(|it| !it.is_empty()).cloned();
    let role = if element.role == "generic" { "text" } else { element.role.as_str() };
    match (name, element.colour) {
        (Some(name), _) => format!("{role} \"{name}\""),
        (None, Some(rgb)) => format!("a {} box", super::colour::family(rgb)),
        (None, None) if element.hints.is_empty() => format!("{role} without a name"),
        (None, None) => format!("{role} without a name ({})", element.hints.join(" ")),
    }
}
