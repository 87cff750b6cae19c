//! [`find`]: the thing of a recording on a page as it is now: the same one, the one that it has
//! become, or none.
//!
//! A thing is the same where its test id, or its role with its name or label, means one element and
//! nothing else that is known of it points to another. Where that fails, every element is weighed
//! against all parts of the [`Likeness`], and the best is taken if it is like enough, clearly ahead
//! of the next, and told by something of its own: a place alone tells nothing.

use crate::model::outline::{Element, Outline};
use crate::model::recording::{Likeness, as_neighbour, called};

/// How like the best must be, of 1.
const LIKE_ENOUGH: f64 = 0.4;
/// How far ahead of the next.
const AHEAD: f64 = 0.15;
/// From where on a part of its own says that it is the same thing.
const TELLING: f64 = 0.6;

/// What became of a thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It is there as it was.
    Same(usize),
    /// It has become this.
    Like {
        /// The element.
        at: usize,
        /// How like it is, of 1.
        score: f64,
        /// How like the next best is.
        next: f64,
    },
    /// It is not there; in words what is there instead.
    Lost(String),
}

/// Whether the thing was the only one that was called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    /// Its name was enough.
    Alone,
    /// It was one of several, and told from them by where it stood.
    OneOfSeveral,
}

/// The thing on the page.
#[must_use]
pub fn find(page: &Outline, thing: &Likeness, was: Was) -> Found {
    let by_id = matching(page, |it| !thing.test_id.is_empty() && it.test_id == thing.test_id);
    let by_name = matching(page, |it| is_called_so(it, thing));
    match (by_id.as_slice(), by_name.as_slice()) {
        ([one], [other]) if one != other => Found::Lost(format!(
            "its test id is now on {}, and its name on another thing",
            as_neighbour(&page.elements[*one])
        )),
        ([one], _) if is_called_so(&page.elements[*one], thing) => Found::Same(*one),
        (_, [one]) if was == Was::Alone => Found::Same(*one),
        (_, []) => likest(page, thing),
        (_, several) => at_its_place(page, thing, several),
    }
}

/// Of things that are called alike, the one that stands where it stood.
fn at_its_place(page: &Outline, thing: &Likeness, several: &[usize]) -> Found {
    let place = |at: &usize| (*at, stands_alike(&Likeness::of(page, *at), thing));
    let mut all: Vec<(usize, f64)> = several.iter().map(place).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let next = all.get(1).map_or(0.0, |it| it.1);
    match all.first() {
        Some((at, score)) if *score >= TELLING && score - next >= AHEAD => Found::Same(*at),
        Some(_) | None => Found::Lost(format!(
            "{} is there {} times, and none stands where it stood",
            thing.said(),
            several.len()
        )),
    }
}

/// The one that is most like it, whatever it is called.
fn likest(page: &Outline, thing: &Likeness) -> Found {
    let fits = |at: &usize| {
        let it = &page.elements[*at];
        can_be(it, thing) && !was_beside(page, it, thing)
    };
    let mut all: Vec<(usize, f64)> = (0..page.elements.len())
        .filter(fits)
        .map(|at| (at, weigh(&Likeness::of(page, at), thing)))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let Some(&(at, score)) = all.first() else {
        return Found::Lost("nothing of its kind is on the page".to_owned());
    };
    let next = all.get(1).map_or(0.0, |it| it.1);
    let nearest = || as_neighbour(&page.elements[at]);
    if score < LIKE_ENOUGH || !is_told(&Likeness::of(page, at), thing) {
        return Found::Lost(format!("nothing is like it; nearest: {}", nearest()));
    }
    if score - next < AHEAD {
        let other = as_neighbour(&page.elements[all[1].0]);
        return Found::Lost(format!("it may be {} or {other} ({score:.2}, {next:.2})", nearest()));
    }
    Found::Like { at, score, next }
}

fn matching(page: &Outline, is: impl Fn(&Element) -> bool) -> Vec<usize> {
    let all = page.elements.iter().enumerate();
    all.filter(|(_, it)| is(it)).map(|it| it.0).collect()
}

/// Whether it has the role and the name, or where nothing has a name, the label.
fn is_called_so(it: &Element, thing: &Likeness) -> bool {
    let label = it.labels.first().map_or("", String::as_str);
    let named = !thing.name.is_empty() || !thing.label().is_empty();
    it.role == thing.role
        && it.kind == thing.kind
        && named
        && called(it) == thing.name
        && (!thing.name.is_empty() || label == thing.label())
}

/// Whether what was done with the thing can be done with an element.
fn can_be(it: &Element, thing: &Likeness) -> bool {
    let secret = |kind: &str| kind == "password";
    it.usable
        && it.target.is_some()
        && !it.is("disabled")
        && secret(&it.kind) == secret(&thing.kind)
        && family(&it.role) == family(&thing.role)
}

/// What stood beside the thing when it was recorded is not what it has become. Where one that has the
/// thing's own name is there more often than it stood there, one of them is new, and may be the thing.
fn was_beside(page: &Outline, it: &Element, thing: &Likeness) -> bool {
    let own = as_neighbour(it);
    if !own.contains('"') || own == thing.said() {
        return false;
    }
    let stood = thing.beside.iter().filter(|other| **other == own).count();
    let is_namesake = !thing.name.is_empty() && called(it) == thing.name;
    let stand = || matching(page, |other| other.usable && as_neighbour(other) == own).len();
    stood > 0 && !(is_namesake && stand() > stood)
}

/// Roles that are used in the same way.
fn family(role: &str) -> &str {
    match role {
        "button" | "link" | "menuitem" | "tab" | "generic" | "img" | "treeitem" => "press",
        "textbox" | "searchbox" | "spinbutton" => "write",
        "combobox" | "listbox" => "choose",
        "checkbox" | "switch" | "menuitemcheckbox" => "check",
        "radio" | "menuitemradio" => "one of",
        other => other,
    }
}

/// Whether a part of its own, and not only its place, says that it is the thing.
fn is_told(now: &Likeness, thing: &Likeness) -> bool {
    let by_id = !thing.test_id.is_empty() && now.test_id == thing.test_id;
    let by_text = words_alike(&now.name, &thing.name) >= TELLING
        || any_alike(&now.labels, &thing.labels) >= TELLING;
    let by_author = !thing.hints.is_empty() && shared(&now.hints, &thing.hints) >= TELLING;
    by_id || by_text || (by_author && thing.hints.len() > 1)
}

/// How much two things stand at the same place, of 1: what holds them, most of all the nearest, then
/// their neighbours and their author's words.
fn stands_alike(now: &Likeness, thing: &Likeness) -> f64 {
    let place = f64::from(u8::from(now.place == thing.place));
    let hints = shared(&now.hints, &thing.hints);
    let beside = shared(&now.beside, &thing.beside);
    let holders = holders_alike(&now.inside, &thing.inside);
    (3.0 * holders + beside + hints + 0.25 * place) / 5.25
}

fn holders_alike(now: &[String], then: &[String]) -> f64 {
    let nearest = f64::from(u8::from(now.first() == then.first()));
    0.5 * nearest + 0.5 * shared(now, then)
}

/// How like two things are, of 1: each part that the recorded one has, by its weight.
fn weigh(now: &Likeness, thing: &Likeness) -> f64 {
    let test_id = f64::from(u8::from(now.test_id == thing.test_id));
    let role = if now.role == thing.role { 1.0 } else { 0.5 };
    let place = f64::from(u8::from(now.place == thing.place));
    let parts = [
        (4.0, !thing.test_id.is_empty(), test_id),
        (3.0, !thing.name.is_empty(), words_alike(&now.name, &thing.name)),
        (2.0, !thing.labels.is_empty(), any_alike(&now.labels, &thing.labels)),
        (2.0, !thing.hints.is_empty(), shared(&now.hints, &thing.hints)),
        (2.0, !thing.beside.is_empty(), shared(&now.beside, &thing.beside)),
        (1.0, !thing.inside.is_empty(), holders_alike(&now.inside, &thing.inside)),
        (1.0, true, role),
        (0.5, true, place),
    ];
    let known = || parts.iter().filter(|it| it.1);
    let all: f64 = known().map(|it| it.0).sum();
    known().map(|it| it.0 * it.2).sum::<f64>() / all
}

/// How much two lists share, of 1.
fn shared(one: &[String], other: &[String]) -> f64 {
    if one.is_empty() && other.is_empty() {
        return 1.0;
    }
    let common = one.iter().filter(|it| other.contains(it)).count();
    2.0 * common as f64 / (one.len() + other.len()) as f64
}

fn any_alike(one: &[String], other: &[String]) -> f64 {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| words_alike(a, b)));
    pairs.fold(0.0, f64::max)
}

/// How alike two names are, of 1, by their words or their pairs of letters. What a number says is
/// not how a thing is called: names with other numbers are not alike at all.
fn words_alike(one: &str, other: &str) -> f64 {
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    if one.is_empty() || other.is_empty() || digits(one) != digits(other) {
        return 0.0;
    }
    let words = |it: &str| -> Vec<String> {
        let lower = it.to_lowercase();
        let parts = lower.split(|it: char| !it.is_alphanumeric());
        parts.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let pairs = |all: &[String]| -> Vec<String> {
        let letters: Vec<char> = all.concat().chars().collect();
        letters.windows(2).map(|it| it.iter().collect()).collect()
    };
    let (a, b) = (words(one), words(other));
    if a == b {
        return 1.0;
    }
    shared(&a, &b).max(shared(&pairs(&a), &pairs(&b))).min(0.95)
}
