//! [`next`]: the one action that a clause asks for now, on the page as it is.
//!
//! A clause may take several: its `Progress` says what was proposed for it already. What goes into
//! fields is in `filling.rs`, what is chosen in `choosing.rs`.

use super::choosing;
use super::filling;
use super::fit::{Allowed, Fit, all_of, fit};
use super::phrase::Phrase;
use super::reach::{
    Answer, Next, Progress, is_anything, is_usable, many, nothing, once, one, target,
};
use super::sentence::{Ask, Pointer};
use crate::model::gesture::{Click, ClickKind, DragTo, ScrollTo};
use crate::model::outline::{Element, Outline};
use crate::model::{Action, Template};

/// The one action that is asked for now.
pub fn next(page: &Outline, ask: &Ask, progress: &mut Progress) -> Answer {
    match ask {
        Ask::Use(pointer, what) => using(page, *pointer, what, progress),
        Ask::Follow(path) => follow(page, path, progress),
        Ask::Select(choices) => choosing::select(page, choices, progress),
        Ask::Tick(ticked, choices) => choosing::tick(page, *ticked, choices, progress),
        Ask::Fill(entries, into) => filling::fill(page, entries, into.as_ref(), progress),
        Ask::Clear(what) => once(progress, || {
            let field = one(page, what, &[&filling::is_field])?;
            Ok(Action::Clear(target(page, field)?))
        }),
        Ask::Set(what, to) => filling::set(page, what, to, progress),
        Ask::Drag(from, to) => once(progress, || {
            let (from, to) = (one(page, from, &[&is_anything])?, one(page, to, &[&is_anything])?);
            let (from, to) = (target(page, from)?, DragTo::Thing(target(page, to)?));
            Ok(Action::Drag { from, to, at: None })
        }),
        Ask::Scroll(what) => once(progress, || {
            let to = ScrollTo::Thing(target(page, one(page, what, &[&is_anything])?)?);
            Ok(Action::Scroll { to, within: None })
        }),
        Ask::Expand(what) => open(page, what, Opened::Yes, progress),
        Ask::Collapse(what) => open(page, what, Opened::No, progress),
        Ask::At(verb, what) => at(page, verb, what, progress),
        Ask::Itself(whole, verb) => once(progress, || {
            let named = Phrase::named(verb);
            let found = match one(page, whole, &[&is_usable]) {
                Ok(found) => Ok(found),
                Err(_) => one(page, &named, &[&is_usable]),
            };
            Ok(Action::click(target(page, found?)?))
        }),
        Ask::Find(what) => find(page, what, progress),
        Ask::Through | Ask::Address(_) | Ask::Back | Ask::Forward | Ask::Reload => {
            once(progress, || Ok(plainly(ask)))
        }
        Ask::Key(keys, on) => once(progress, || {
            let on = match on {
                Some(on) => Some(target(page, one(page, on, &[&filling::is_field])?)?),
                None => None,
            };
            Ok(Action::Press { keys: keys.clone(), on })
        }),
    }
}

/// What needs nothing of the page.
fn plainly(ask: &Ask) -> Action {
    match ask {
        Ask::Address(address) => Action::Open(Template::new(address.as_str())),
        Ask::Forward => Action::Forward,
        Ask::Reload => Action::Reload,
        _ => Action::Back,
    }
}

fn using(page: &Outline, pointer: Pointer, what: &Phrase, progress: &mut Progress) -> Answer {
    let tiers: &[Allowed<'_>] = match pointer {
        Pointer::Focus => &[&filling::is_field, &is_usable],
        Pointer::Click | Pointer::DoubleClick | Pointer::Hover => &[&is_usable, &is_anything],
    };
    if !progress.done.is_empty() && !what.means_all() {
        return Ok(Next::Over);
    }
    let found = match many(page, what, tiers, progress.about.as_ref()) {
        // Those that had their turn may be gone.
        Err(_) if !progress.done.is_empty() => return Ok(Next::Over),
        found => found?,
    };
    for at in found {
        let target = target(page, at)?;
        if progress.done.contains(&target) {
            continue;
        }
        progress.done.push(target.clone());
        return Ok(Next::Act(match pointer {
            Pointer::Click | Pointer::Focus => Action::click(target),
            Pointer::DoubleClick => {
                Action::Click(Click { kind: ClickKind::Double, ..Click::from(target) })
            }
            Pointer::Hover => Action::Hover(target),
        }));
    }
    Ok(Next::Over)
}

fn follow(page: &Outline, path: &[Phrase], progress: &mut Progress) -> Answer {
    let Some(what) = path.get(progress.part) else { return Ok(Next::Over) };
    let found = one(page, what, &[&is_usable, &is_anything])?;
    let element = &page.elements[found];
    let target = target(page, found)?;
    progress.part += 1;
    let is_last = progress.part == path.len();
    Ok(Next::Act(if is_last {
        Action::click(target)
    } else if element.role == "menuitem" {
        // What opens further items of a menu opens them under the pointer.
        Action::Hover(target)
    } else if element.is("expanded=false") {
        Action::Expand(target)
    } else {
        Action::click(target)
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    Yes,
    No,
}

fn open(page: &Outline, what: &Phrase, opened: Opened, progress: &mut Progress) -> Answer {
    if progress.turns > 0 {
        return Ok(Next::Over);
    }
    let (now, then) = match opened {
        Opened::Yes => ("expanded=false", "expanded"),
        Opened::No => ("expanded", "expanded=false"),
    };
    let ready = |it: &Element| it.is(now);
    let already = |it: &Element| it.is(then);
    if one(page, what, &[&ready]).is_err() && one(page, what, &[&already]).is_ok() {
        return Ok(Next::Over);
    }
    let found = one(page, what, &[&ready, &is_usable])?;
    let target = target(page, found)?;
    progress.turns += 1;
    Ok(Next::Act(match opened {
        Opened::Yes => Action::Expand(target),
        Opened::No => Action::Collapse(target),
    }))
}

/// Uses the control that is called like a verb and stands at the thing.
fn at(page: &Outline, verb: &str, what: &Phrase, progress: &mut Progress) -> Answer {
    once(progress, || {
        let called = Phrase::named(&format!("{verb} {}", what.said));
        if let Fit::These(found) = fit(page, &called, &is_usable) {
            return Ok(Action::click(target(page, found[0])?));
        }
        let control = Phrase::named(verb);
        let there = control.clone().inside(what);
        let found = one(page, &there, &[&is_usable]).map_err(|refusal| {
            if all_of(page, what).is_empty() {
                return nothing(page, what, &is_anything);
            }
            if all_of(page, &control).is_empty() {
                return nothing(page, &control, &is_usable);
            }
            refusal
        })?;
        Ok(Action::click(target(page, found)?))
    })
}

fn find(page: &Outline, what: &Phrase, progress: &mut Progress) -> Answer {
    if all_of(page, what).is_empty() {
        return Err(nothing(page, what, &is_anything));
    }
    progress.about = Some(what.clone());
    Ok(Next::Over)
}
