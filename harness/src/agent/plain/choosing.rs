//! Choosing: options of lists, radio buttons and check boxes, items of menus, boxes of a colour.

use super::amount::{Amount, amounts};
use super::fit::{Allowed, Fit, fit, likeness, plain};
use super::lexicon::{Kind, Superlative};
use super::phrase::Phrase;
use super::reach::{Answer, Next, Progress, close, is_usable, many, nothing, target, ticking};
use super::sentence::{Choices, Ticked};
use crate::agent::Refusal;
use crate::model::outline::{Element, Outline};
use crate::model::{Action, Template};

/// A list whose options are known without opening it, and one of them.
struct Offer {
    list: usize,
    option: String,
}

/// The next choice of a clause.
pub fn select(page: &Outline, choices: &Choices, progress: &mut Progress) -> Answer {
    let parts = parts(page, choices, &|it| offer(page, it, choices.from.as_ref()), &is_usable);
    if parts.len() > 1
        && progress.part == 0
        && progress.turns == 0
        && let Some(action) = together(page, &parts, choices.from.as_ref())?
    {
        progress.part = parts.len();
        return Ok(Next::Act(action));
    }
    while let Some(what) = parts.get(progress.part) {
        if progress.turns == 0
            && let Some(offer) = offer(page, what, choices.from.as_ref())?
        {
            progress.go_on();
            let from = target(page, offer.list)?;
            let options = vec![Template::new(offer.option)];
            return Ok(Next::Act(Action::Choose { from, options }));
        }
        if let Some(next) = choose_thing(page, what, choices, progress)? {
            progress.turns += 1;
            return Ok(Next::Act(next));
        }
        progress.go_on();
    }
    Ok(Next::Over)
}

/// Several options of one list, chosen at once: one after the other would leave only the last.
fn together(
    page: &Outline,
    parts: &[&Phrase],
    from: Option<&Phrase>,
) -> Result<Option<Action>, Refusal> {
    let mut offers = Vec::new();
    for part in parts {
        match offer(page, part, from)? {
            Some(offer) => offers.push(offer),
            None => return Ok(None),
        }
    }
    let Some(list) = offers.first().map(|it| it.list) else { return Ok(None) };
    if offers.iter().any(|it| it.list != list) {
        return Ok(None);
    }
    let from = target(page, list)?;
    let options = offers.into_iter().map(|it| Template::new(it.option)).collect();
    Ok(Some(Action::Choose { from, options }))
}

/// The next box of a clause that is not as it is to be.
pub fn tick(page: &Outline, ticked: Ticked, choices: &Choices, progress: &mut Progress) -> Answer {
    let boxes = |it: &Element| Kind::Checkbox.fits(it) || Kind::Radio.fits(it);
    let parts = parts(page, choices, &|_| Ok(None), &boxes);
    while let Some(what) = parts.get(progress.part) {
        let taken = progress.turns > 0 && !what.means_all();
        let found = if taken {
            Vec::new()
        } else {
            many(page, what, &[&boxes, &is_usable], progress.about.as_ref())?
        };
        for at in found {
            let target = target(page, at)?;
            if progress.done.contains(&target) {
                continue;
            }
            progress.done.push(target.clone());
            if let Some(action) = ticking(&page.elements[at], ticked, target) {
                progress.turns += 1;
                return Ok(Next::Act(action));
            }
        }
        progress.go_on();
    }
    Ok(Next::Over)
}

/// What is named: all of it, where that is one thing on the page, else each of the list.
fn parts<'c>(
    page: &Outline,
    choices: &'c Choices,
    offered: &dyn Fn(&Phrase) -> Result<Option<Offer>, Refusal>,
    allowed: &dyn Fn(&Element) -> bool,
) -> Vec<&'c Phrase> {
    let whole = &choices.whole;
    if choices.each.len() < 2 && choices.from.is_none() {
        return vec![whole];
    }
    let named = whole.readings.first().and_then(|it| it.name.as_deref());
    let exactly = |it: usize| named.is_some_and(|name| likeness(page, it, name) >= 90);
    let is_one = match fit(page, whole, allowed) {
        Fit::These(found) => found.len() == 1 && exactly(found[0]),
        Fit::Close(..) | Fit::Wrong(_) | Fit::Nothing => false,
    };
    if is_one {
        return vec![whole];
    }
    // A name may hold "and".
    if matches!(offered(&choices.named), Ok(Some(_))) {
        return vec![&choices.named];
    }
    choices.each.iter().collect()
}

/// What is chosen on the page itself, if it is not so already.
fn choose_thing(
    page: &Outline,
    what: &Phrase,
    choices: &Choices,
    progress: &mut Progress,
) -> Result<Option<Action>, Refusal> {
    let place = progress.about.clone().or_else(|| choices.from.clone());
    if progress.turns > 0 && !what.means_all() {
        return Ok(None);
    }
    let tiers: [Allowed<'_>; 3] = [&is_choice, &is_usable, &is_coloured];
    let found = match many(page, what, &tiers, place.as_ref()) {
        // Those that had their turn may be gone.
        Err(_) if progress.turns > 0 => return Ok(None),
        found => found?,
    };
    for at in found {
        let element = &page.elements[at];
        let target = target(page, at)?;
        if progress.done.contains(&target) {
            continue;
        }
        progress.done.push(target.clone());
        let action = match element.role.as_str() {
            "checkbox" | "radio" | "switch" => ticking(element, Ticked::On, target),
            _ => Some(Action::click(target)),
        };
        if action.is_some() {
            return Ok(action);
        }
    }
    Ok(None)
}

fn is_choice(it: &Element) -> bool {
    let chosen = [
        "checkbox",
        "radio",
        "switch",
        "option",
        "menuitem",
        "menuitemradio",
        "menuitemcheckbox",
        "treeitem",
        "tab",
    ];
    chosen.contains(&it.role.as_str())
}

fn is_coloured(it: &Element) -> bool {
    it.colour.is_some()
}

/// The list and option that a phrase means; `None` where no list offers it.
fn offer(page: &Outline, what: &Phrase, from: Option<&Phrase>) -> Result<Option<Offer>, Refusal> {
    let lists: Vec<usize> = match from.map(|it| fit(page, it, &is_list)) {
        Some(Fit::These(lists)) => lists,
        Some(Fit::Close(first, second)) => {
            return Err(close(page, from.unwrap_or(what), first, second));
        }
        Some(Fit::Wrong(_) | Fit::Nothing) => return Ok(None),
        None => {
            (0..page.elements.len()).filter(|it| !page.elements[*it].options.is_empty()).collect()
        }
    };
    if let Some((best, name)) = what.readings.iter().find_map(|it| Some((it.best?, &it.name))) {
        return Ok(extreme(page, &lists, best, name.as_deref()));
    }
    for exactly in [true, false] {
        let mut found: Vec<Offer> = Vec::new();
        for list in &lists {
            let options = &page.elements[*list].options;
            let mut names = what.readings.iter().filter_map(|it| it.name.as_deref());
            let is = |option: &&String, name: &str| {
                if exactly { **option == name } else { plain(option) == plain(name) }
            };
            let option = names.find_map(|name| options.iter().find(|it| is(it, name)));
            found.extend(option.map(|it| Offer { list: *list, option: it.clone() }));
        }
        match found.len() {
            0 => {}
            1 => return Ok(found.pop()),
            _ => return Err(close(page, what, found[0].list, found[1].list)),
        }
    }
    // A list that is made of roles says what it offers only once it is open; choosing opens it.
    match (from, lists.as_slice()) {
        (Some(_), [list]) if page.elements[*list].options.is_empty() && opens(page, *list) => {
            let name = what.readings.iter().rev().find_map(|it| it.name.clone());
            Ok(name.map(|option| Offer { list: *list, option }))
        }
        (Some(_), [list]) if !page.elements[*list].options.is_empty() => {
            let near = page.elements[*list].options.iter().take(5).cloned().collect::<Vec<_>>();
            let mut refusal = nothing(page, what, &is_list);
            refusal.actual = format!("the list offers no such option, but {}", near.join(", "));
            Err(refusal)
        }
        _ => Ok(None),
    }
}

fn is_list(it: &Element) -> bool {
    !it.options.is_empty() || matches!(it.role.as_str(), "combobox" | "listbox")
}

fn opens(page: &Outline, list: usize) -> bool {
    page.elements[list].role == "combobox"
}

/// The option that shows the least or the greatest, of the list that is called so or the only one.
fn extreme(
    page: &Outline,
    lists: &[usize],
    best: Superlative,
    name: Option<&str>,
) -> Option<Offer> {
    let called = |list: &&usize| name.is_none_or(|name| likeness(page, **list, name) > 0);
    let named: Vec<&usize> = lists.iter().filter(called).collect();
    let [list] = named.as_slice() else { return None };
    let mut shown: Vec<(&String, f64)> = Vec::new();
    for option in &page.elements[**list].options {
        if let [Amount(one)] = amounts(option, best.of).as_slice() {
            shown.push((option, *one));
        }
    }
    shown.sort_by(|a, b| if best.greatest { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
    match shown.as_slice() {
        [first, second, ..] if first.1.total_cmp(&second.1).is_eq() => None,
        [first, ..] => Some(Offer { list: **list, option: first.0.clone() }),
        [] => None,
    }
}
