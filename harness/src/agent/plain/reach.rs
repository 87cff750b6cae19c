//! What a phrase means on a page as a target, or why it means nothing; and how far a clause is.

use super::fit::{Allowed, Fit, fit, nearest_names, say};
use super::phrase::Phrase;
use super::sentence::Ticked;
use crate::agent::{Refusal, Why};
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

/// Whatever it is.
pub fn is_anything(_: &Element) -> bool {
    true
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
