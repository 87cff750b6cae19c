//! Filling: texts into fields, values that the page shows or offers, sliders and spinners.

use super::amount::{date, time};
use super::entry::{Entry, Value};
use super::fit::{Fit, all_of, fit, plain};
use super::lexicon::Kind;
use super::phrase::Phrase;
use super::reach::{Answer, Next, Progress, close, is_usable, many, nothing, one, target};
use super::sentence::Ticked;
use crate::agent::{Refusal, Why};
use crate::model::outline::{Element, Outline};
use crate::model::scenario::FieldValue;
use crate::model::{Action, Target, Template};

/// Whether text can be written into an element.
pub fn is_field(it: &Element) -> bool {
    (Kind::Field.fits(it) || Kind::Date.fits(it)) && !it.is("readonly") && !it.is("disabled")
}

/// The next text of a clause.
pub fn fill(
    page: &Outline,
    entries: &[Entry],
    into: Option<&Phrase>,
    progress: &mut Progress,
) -> Answer {
    while let Some(entry) = entries.get(progress.part) {
        let all = into.is_some_and(Phrase::means_all)
            || entry.into.as_ref().is_some_and(Phrase::means_all);
        let is_offered = matches!(entry.value, Value::Offered { .. });
        if progress.turns > 0 && !all && !is_offered {
            progress.go_on();
            continue;
        }
        let (fields, value) = fields(page, entry, into, progress)?;
        let next = match &value {
            Value::Text(text) => next_of(page, &fields, text, progress)?,
            Value::Shown(what) => next_of(page, &fields, &shown(page, what)?, progress)?,
            Value::Offered { starts, ends } => offered(page, &fields, starts, ends, progress)?,
        };
        match next {
            Next::Act(action) => return Ok(Next::Act(action)),
            Next::Over => progress.go_on(),
        }
    }
    Ok(Next::Over)
}

/// The first of the fields that has not had its turn.
fn next_of(page: &Outline, fields: &[usize], text: &str, progress: &mut Progress) -> Answer {
    for field in fields {
        let target = target(page, *field)?;
        if progress.done.contains(&target) {
            continue;
        }
        progress.done.push(target.clone());
        progress.turns += 1;
        let text = fitting(page, &page.elements[*field], text);
        return Ok(Next::Act(filling(target, text)));
    }
    Ok(Next::Over)
}

fn filling(field: Target, text: String) -> Action {
    Action::Fill(vec![FieldValue { field, value: Template::new(text) }])
}

/// The fields of a text, and the text.
fn fields(
    page: &Outline,
    entry: &Entry,
    into: Option<&Phrase>,
    progress: &Progress,
) -> Result<(Vec<usize>, Value), Refusal> {
    let about = progress.about.as_ref();
    let tiers: [super::fit::Allowed<'_>; 1] = [&is_field];
    if let Some(all) = into.filter(|it| it.means_all()) {
        return Ok((many(page, all, &tiers, about)?, entry.value.clone()));
    }
    if let Some(label) = &entry.label {
        match (fit(page, label, &is_field), &entry.whole) {
            (Fit::These(found), _) => return Ok((found, entry.value.clone())),
            (Fit::Close(first, second), None) => return Err(close(page, label, first, second)),
            (_, Some(whole)) => {
                return Ok((vec![only_field(page, progress)?], Value::Text(whole.clone())));
            }
            (Fit::Wrong(_) | Fit::Nothing, None) if entry.into.is_none() && into.is_none() => {
                return Err(nothing(page, label, &is_field));
            }
            (Fit::Wrong(_) | Fit::Nothing, None) => {}
        }
    }
    match entry.into.as_ref().or(into) {
        Some(field) => Ok((many(page, field, &tiers, about)?, entry.value.clone())),
        None => Ok((vec![only_field(page, progress)?], entry.value.clone())),
    }
}

/// The field that is meant where none is named: the one with the focus, else the only one.
fn only_field(page: &Outline, progress: &Progress) -> Result<usize, Refusal> {
    let all: Vec<usize> =
        (0..page.elements.len()).filter(|it| is_field(&page.elements[*it])).collect();
    // What was filled for this clause keeps being meant.
    let begun = all.iter().find(|it| {
        let target = page.elements[**it].target.as_ref();
        target.is_some_and(|it| progress.done.contains(it))
    });
    let focused = all.iter().find(|it| page.elements[**it].is("focused"));
    let what = Phrase::named("the field");
    match (begun.or(focused), all.as_slice()) {
        (Some(one), _) | (None, [one]) => Ok(*one),
        (None, [first, second, ..]) => Err(close(page, &what, *first, *second)),
        (None, []) => Err(nothing(page, &what, &is_field)),
    }
}

/// The text as the field takes it: a date as its own.
fn fitting(page: &Outline, field: &Element, text: &str) -> String {
    match field.kind.as_str() {
        "date" => date(text, &page.locale).unwrap_or_else(|| text.to_owned()),
        "time" => time(text).unwrap_or_else(|| text.to_owned()),
        _ => text.to_owned(),
    }
}

/// What a page shows as the value of something: in the cell beside it, as its definition, behind a
/// colon, or in the field that is called so.
fn shown(page: &Outline, what: &Phrase) -> Result<String, Refusal> {
    let mut values: Vec<(usize, String)> = Vec::new();
    for at in all_of(page, what) {
        let element = &page.elements[at];
        let beside = page
            .elements
            .iter()
            .enumerate()
            .skip(at + 1)
            .find(|(next, it)| it.parent == element.parent && !page.is_in(*next, at));
        let value = match element.role.as_str() {
            "cell" | "gridcell" | "rowheader" | "term" => beside.map(|it| page.text_of(it.0)),
            _ if is_field(element) => element.value.clone(),
            _ => element.text.split_once(':').map(|it| it.1.trim().to_owned()),
        };
        values.extend(value.filter(|it| !it.is_empty()).map(|it| (at, it)));
    }
    match values.as_slice() {
        [(_, one)] => Ok(one.clone()),
        [(first, one), rest @ ..] => match rest.iter().find(|it| it.1 != *one) {
            Some((second, _)) => Err(close(page, what, *first, *second)),
            None => Ok(one.clone()),
        },
        [] => Err(nothing(page, what, &|_| true)),
    }
}

/// Types the beginning, then takes the first that is offered and fits.
fn offered(
    page: &Outline,
    fields: &[usize],
    starts: &str,
    ends: &str,
    progress: &mut Progress,
) -> Answer {
    let field = fields[0];
    let fits = |text: &str| {
        let (text, starts, ends) =
            (text.to_lowercase(), starts.to_lowercase(), ends.to_lowercase());
        text.starts_with(&starts)
            && text.ends_with(&ends)
            && text.len() >= starts.len().max(ends.len())
    };
    match progress.turns {
        0 => {
            let target = target(page, field)?;
            progress.turns = 1;
            progress.done.push(target.clone());
            Ok(Next::Act(filling(target, starts.to_owned())))
        }
        1 => {
            let is_offer = |it: &Element| {
                matches!(it.role.as_str(), "option" | "menuitem" | "listitem") || it.usable
            };
            let found = (0..page.elements.len()).find(|at| {
                *at != field && is_offer(&page.elements[*at]) && fits(&page.text_of(*at))
            });
            let what = Phrase::named(&format!("{starts}\u{2026}{ends}"));
            let found = found.ok_or_else(|| nothing(page, &what, &is_offer))?;
            let target = target(page, found)?;
            progress.turns = 2;
            Ok(Next::Act(Action::click(target)))
        }
        _ => Ok(Next::Over),
    }
}

/// Gives a thing a value: a box, a list, a field, and what is turned up and down.
pub fn set(page: &Outline, what: &Phrase, to: &str, progress: &mut Progress) -> Answer {
    let is_set = |it: &Element| {
        is_field(it)
            || !it.options.is_empty()
            || matches!(
                it.role.as_str(),
                "slider" | "spinbutton" | "checkbox" | "switch" | "combobox"
            )
    };
    let at = one(page, what, &[&is_set])?;
    let element = &page.elements[at];
    let field = target(page, at)?;
    if element.value.as_deref().is_some_and(|it| same(it, to)) {
        return Ok(Next::Over);
    }
    progress.turns += 1;
    if progress.turns == 1 {
        let ticked = match plain(to).as_str() {
            "on" | "yes" | "true" | "checked" => Some(Ticked::On),
            "off" | "no" | "false" | "unchecked" => Some(Ticked::Off),
            _ => None,
        };
        let is_box = matches!(element.role.as_str(), "checkbox" | "switch");
        return Ok(match ticked.filter(|_| is_box) {
            Some(ticked) => {
                super::reach::ticking(element, ticked, field).map_or(Next::Over, Next::Act)
            }
            None if !element.options.is_empty() || element.role == "combobox" => {
                Next::Act(Action::Choose { from: field, options: vec![Template::new(to)] })
            }
            None => Next::Act(filling(field, fitting(page, element, to))),
        });
    }
    let is_turned = matches!(element.role.as_str(), "slider" | "spinbutton");
    if is_turned { turn(page, at, to, progress) } else { Ok(Next::Over) }
}

/// What cannot be written into is turned by its buttons, one step after the other.
fn turn(page: &Outline, at: usize, to: &str, progress: &Progress) -> Answer {
    let refuse = |actual: String| Refusal {
        why: Why::Otherwise,
        expected: format!("it holds {to}"),
        actual,
    };
    let value = page.elements[at].value.clone().unwrap_or_default();
    let (Ok(now), Ok(wanted)) = (value.trim().parse::<f64>(), to.trim().parse::<f64>()) else {
        return Err(refuse(format!("it holds {value:?} and does not take this")));
    };
    if progress.turns > MOST_TURNS {
        return Err(refuse(format!("after {MOST_TURNS} turns it holds {value}")));
    }
    let names: &[&str] = if wanted > now {
        &["up", "increase", "increment", "plus", "+"]
    } else {
        &["down", "decrease", "decrement", "minus", "-"]
    };
    let place = page.elements[at].parent;
    let is_near = |it: &usize| place.is_some_and(|place| page.is_in(*it, place));
    let is_called = |it: &usize| {
        let element = &page.elements[*it];
        let text = plain(&format!("{} {} {}", element.name, element.text, element.hints.join(" ")));
        text.split(' ').any(|word| names.contains(&word))
    };
    let all: Vec<usize> = (0..page.elements.len())
        .filter(|it| is_usable(&page.elements[*it]) && is_near(it))
        .filter(is_called)
        .collect();
    match all.as_slice() {
        [only] => Ok(Next::Act(Action::click(target(page, *only)?))),
        [first, second, ..] => Err(close(page, &Phrase::named(names[0]), *first, *second)),
        [] => Err(refuse(format!("it holds {value} and has no button to turn it"))),
    }
}

/// The most steps that something is turned by.
const MOST_TURNS: usize = 200;

fn same(now: &str, wanted: &str) -> bool {
    match (now.trim().parse::<f64>(), wanted.trim().parse::<f64>()) {
        (Ok(now), Ok(wanted)) => now.total_cmp(&wanted).is_eq(),
        _ => plain(now) == plain(wanted),
    }
}
