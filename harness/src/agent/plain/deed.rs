//! [`next`]: the one action that a clause asks for now, on the page as it is.
//!
//! A clause may take several: its [`Progress`] says what was proposed for it already. What goes into
//! fields is in `filling.rs`, what is chosen in `choosing.rs`.

use super::choosing;
use super::filling;
use super::fit::{Allowed, Fit, all_of, fit, nearest_names, say};
use super::phrase::Phrase;
use super::sentence::{Ask, Pointer, Ticked};
use crate::agent::{Refusal, Why};
use crate::model::gesture::{Click, ClickKind};
use crate::model::outline::{Element, Outline};
use crate::model::{Action, Locator, Target, Template};

/// What was proposed for a clause, and for those before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The targets that had their turn.
    pub done: Vec<Target>,
    /// How many parts of the clause are over.
    pub part: usize,
    /// How many actions the part has taken.
    pub turns: usize,
    /// What the next clauses are about.
    pub about: Option<Phrase>,
}

impl Progress {
    /// The next part of the clause begins.
    pub fn go_on(&mut self) {
        self.part += 1;
        self.turns = 0;
    }
}

/// What is done next for a clause.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This.
    Act(Action),
    /// Nothing any more.
    Over,
}

/// What is done next, or why nothing can be on this page.
pub type Answer = Result<Next, Refusal>;

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

/// An action that a clause asks for once.
pub fn once(progress: &mut Progress, action: impl FnOnce() -> Result<Action, Refusal>) -> Answer {
    if progress.turns > 0 {
        return Ok(Next::Over);
    }
    let action = action()?;
    progress.turns += 1;
    Ok(Next::Act(action))
}

/// Whether a person would see that an element can be used.
pub fn is_usable(it: &Element) -> bool {
    it.usable
}

fn is_anything(_: &Element) -> bool {
    true
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

/// The one element that a phrase means, among the first of these in which it means any.
pub fn one(page: &Outline, what: &Phrase, tiers: &[Allowed<'_>]) -> Result<usize, Refusal> {
    many(page, what, tiers, None).and_then(|found| match found.as_slice() {
        [only] => Ok(*only),
        [first, second, ..] => Err(close(page, what, *first, *second)),
        [] => Err(nothing(page, what, tiers[0])),
    })
}

/// The elements that a phrase means; at what the sentence is about, where there are some.
pub fn many(
    page: &Outline,
    what: &Phrase,
    tiers: &[Allowed<'_>],
    about: Option<&Phrase>,
) -> Result<Vec<usize>, Refusal> {
    let there = about.map(|it| what.clone().inside(it));
    for phrase in there.iter().chain([what]) {
        for allowed in tiers {
            match fit(page, phrase, allowed) {
                Fit::These(found) => return Ok(found),
                Fit::Close(first, second) => return Err(close(page, what, first, second)),
                Fit::Wrong(why) => {
                    let (expected, actual) = (what.said.clone(), why);
                    return Err(Refusal { why: Why::Otherwise, expected, actual });
                }
                Fit::Nothing => {}
            }
        }
    }
    Err(nothing(page, what, tiers[0]))
}

/// Two things are about as good.
pub fn close(page: &Outline, what: &Phrase, first: usize, second: usize) -> Refusal {
    let (one, other) = (said_fully(page, first), said_fully(page, second));
    Refusal {
        why: Why::Ambiguous,
        expected: format!("one thing that \"{}\" means", what.said),
        actual: format!("it may be {one} or {other}; say which"),
    }
}

/// An element, with the target that tells it from others of the same name.
fn said_fully(page: &Outline, at: usize) -> String {
    match &page.elements[at].target {
        Some(target) => target.to_string(),
        None => say(page, at),
    }
}

/// Nothing fits.
pub fn nothing(page: &Outline, what: &Phrase, allowed: Allowed<'_>) -> Refusal {
    let near = nearest_names(page, what, allowed);
    let actual = if near.is_empty() {
        "nothing on the page is called so".to_owned()
    } else {
        format!("nothing on the page is called so; nearest: {}", near.join(", "))
    };
    Refusal {
        why: Why::Absent,
        expected: format!("something that \"{}\" means", what.said),
        actual,
    }
}

/// The target by which a step would name an element.
pub fn target(page: &Outline, at: usize) -> Result<Target, Refusal> {
    let element = &page.elements[at];
    if let Some(target) = &element.target {
        return Ok(target.clone());
    }
    let same = |it: &&Element| it.text == element.text;
    if !element.text.is_empty() && page.elements.iter().filter(same).count() == 1 {
        return Ok(Target::plain(Locator::Text(Template::new(element.text.as_str()))));
    }
    Err(Refusal {
        why: Why::Otherwise,
        expected: format!("a name for {}", say(page, at)),
        actual: "it has none that means it alone".to_owned(),
    })
}

/// What makes a box checked or unchecked; `None` where it is so already.
pub fn ticking(element: &Element, ticked: Ticked, target: Target) -> Option<Action> {
    match (ticked, element.is("checked")) {
        (Ticked::On, true) | (Ticked::Off, false) => None,
        (Ticked::On, false) => Some(Action::Check(target)),
        (Ticked::Off, true) => Some(Action::Uncheck(target)),
    }
}
