//! Finding what a step names, waiting until it can be used, and saying what was there instead.
//!
//! The walker answers what is there; here is the waiting, and the words of failures.

use std::time::Duration;

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::{Element, ElementRef};
use serde_json::Value;

use crate::model::{Locator, Target};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::{INTERCEPTED, Snag};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::rest::Wait;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};
use crate::surface::browser::walker::{
    Area, ElementState, Explain, Followed, HiddenNow, Match, Matches, Question, Scroll,
};

/// The key under which `WebDriver` passes element references.
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// For this long a thing must not move before it is used.
const TWO_FRAMES: Duration = Duration::from_millis(35);
/// The attribute in which sliders say where they are.
const VALUE_NOW: &str = "aria-valuenow";
/// How many near things a failure names.
const NEAREST: usize = 3;

/// What a thing must be before a step uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// There, and the only one.
    There,
    /// Visible and enabled: keys reach it whatever lies over it.
    Focusable,
    /// Visible, enabled, still and not covered.
    Usable,
    /// Visible, still and not covered, though perhaps disabled.
    InReach,
    /// As usable, and text can go into it.
    Editable,
}

impl Need {
    /// What is expected of `target`, in words.
    pub(crate) fn of(self, target: &Target) -> String {
        match self {
            Self::There => target.to_string(),
            Self::InReach => format!("{target}, visible"),
            Self::Usable | Self::Focusable => format!("{target}, visible and enabled"),
            Self::Editable => format!("{target}, visible and editable"),
        }
    }
}

/// A thing that was found and is as it was needed.
#[derive(Debug)]
pub(crate) struct Spot {
    /// For classic commands, in the frame that is switched to.
    pub(crate) element: Element,
    /// The same, as scripts take it.
    pub(crate) reference: Value,
    /// How it is.
    pub(crate) state: ElementState,
    /// Whether it lies in a frame, which is left when the step is over.
    pub(crate) framed: bool,
}

impl Page {
    /// What a target means now.
    pub(crate) async fn find(&self, target: &Target, explain: Explain) -> Step<Matches> {
        let question = Question::Find { target, explain };
        loop {
            match self.ask::<Matches>(&question).await {
                Ok(found) if found.foreign.is_empty() => return Ok(found),
                Ok(found) => return self.find_in_frames(target, found, explain).await,
                // The document was replaced while we asked.
                Err(Snag::Again(_)) => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, &target.to_string())),
            }
        }
    }

    /// Waits for the one thing that a target means, until it is as needed.
    pub(crate) async fn obtain(
        &mut self,
        target: &Target,
        need: Need,
        deadline: FairInstant,
    ) -> Step<Spot> {
        let expected = need.of(target);
        let mut before: Option<(Area, FairInstant)> = None;
        let mut ready = false;
        loop {
            let lack = match self.try_obtain(target, need, &mut before, &expected).await? {
                Ok(spot) => {
                    self.notice_inside(target).await?;
                    return Ok(spot);
                }
                Err(lack) => lack,
            };
            if (lack.ambiguous || (lack.in_the_way && !self.dismissals.is_empty())) && !ready {
                // Old and new content may stand side by side for a moment; and what is not there
                // yet is not hidden by an overlay.
                ready = true;
                self.get_ready(deadline).await?;
                continue;
            }
            if lack.ambiguous {
                return Err(failed(expected, lack.actual));
            }
            if self.is_in_vain(deadline, Wait::UntilRest).await {
                return Err(self.lacking(target, expected, lack).await);
            }
            if !(lack.in_the_way && self.dismiss(Some(target)).await?) {
                self.pause().await;
            }
        }
    }

    async fn try_obtain(
        &self,
        target: &Target,
        need: Need,
        before: &mut Option<(Area, FairInstant)>,
        expected: &str,
    ) -> Step<Result<Spot, Lack>> {
        if let Some(trouble) = self.blocked(expected) {
            return Err(trouble);
        }
        let found = self.find(target, Explain::Nothing).await?;
        let one = match single(target, &found) {
            Ok(one) => one,
            Err(lack) => return Ok(Err(lack)),
        };
        // Whether it holds still is known at once where nothing in the page moves.
        let moving = need != Need::There && self.is_moving().await;
        let spot = match self.spot(one, need).await {
            Ok(Some(spot)) => spot,
            Ok(None) => return Ok(Err(Lack::now("it went away while it was looked at"))),
            Err(Snag::Again(said)) => return Ok(Err(Lack::now(said))),
            Err(snag) => return Err(self.trouble(snag, expected)),
        };
        let mut lack = unfit(&spot.state, need);
        if lack.is_none() && moving {
            lack = unsteady(spot.state.rect, before);
        }
        match lack {
            None => Ok(Ok(spot)),
            Some(lack) => {
                self.leave(&spot).await?;
                Ok(Err(lack))
            }
        }
    }

    /// The element behind a match, with its state; `None` when it is gone.
    pub(crate) async fn spot(&self, one: &Match, need: Need) -> Result<Option<Spot>, Snag> {
        let framed = !one.frames.is_empty();
        let reference = if framed {
            for frame in &one.frames {
                let entered = self.shared.client.enter_frame(*frame);
                self.shared.drive("entering a frame", entered).await?;
            }
            let followed: Followed = self.ask(&Question::Follow { way: &one.way }).await?;
            followed.element
        } else {
            one.element.clone()
        };
        let Some(element) = self.element(&reference) else { return Ok(None) };
        let scroll = if need == Need::There { Scroll::Leave } else { Scroll::IntoView };
        // A slider that has no role still says its value.
        let asked = if need == Need::Editable { vec![VALUE_NOW.to_owned()] } else { Vec::new() };
        let question = Question::State { element: &reference, attributes: &asked, scroll };
        let state: ElementState = self.ask(&question).await?;
        Ok(state.connected.then_some(Spot { element, reference, state, framed }))
    }

    /// Clicks a thing that was found usable.
    pub(super) async fn click_spot(&self, spot: &Spot) -> Result<(), Snag> {
        match self.shared.drive("clicking", spot.element.click()).await {
            Err(Snag::Again(said)) if said.starts_with(INTERCEPTED) => {}
            went => return went,
        }
        // The driver takes text that is slotted into a thing for something over it. The walker
        // does not: where nothing covers the thing, the pointer goes there by itself.
        let question =
            Question::State { element: &spot.reference, attributes: &[], scroll: Scroll::Leave };
        let state: ElementState = self.ask(&question).await?;
        if let Some(lack) = unfit(&state, Need::Usable) {
            return Err(Snag::Again(lack.actual));
        }
        let pointer = MouseActions::new("pointer".to_owned())
            .then(PointerAction::MoveToElement {
                element: spot.element.clone(),
                duration: None,
                x: 0.0,
                y: 0.0,
            })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.shared.drive("clicking", self.shared.client.perform_actions(pointer)).await
    }

    /// Clicks an element that a script of ours answered with.
    pub(super) async fn click_reference(&self, reference: &Value) -> Result<(), Snag> {
        let Some(element) = self.element(reference) else {
            return Err(Snag::Again("it went away while it was looked at".to_owned()));
        };
        self.shared.drive("clicking", element.click()).await
    }

    /// Sends keys to an element that a script of ours answered with.
    pub(super) async fn keys_to_reference(
        &self,
        reference: &Value,
        keys: &str,
    ) -> Result<(), Snag> {
        let Some(element) = self.element(reference) else {
            return Err(Snag::Again("it went away while it was looked at".to_owned()));
        };
        self.shared.drive("typing", element.send_keys(keys)).await
    }

    fn element(&self, reference: &Value) -> Option<Element> {
        let id = reference[ELEMENT_KEY].as_str()?.to_owned();
        Some(Element::from_element_id(self.shared.client.clone(), ElementRef::from(id)))
    }

    /// Goes back to the top document after a thing in a frame was used.
    pub(crate) async fn leave(&self, spot: &Spot) -> Step<()> {
        if spot.framed { self.switch().await } else { Ok(()) }
    }

    /// Whether something in the page may be moving.
    async fn is_moving(&self) -> bool {
        let question = "(globalThis.__nightshift ? __nightshift.scopes() : [document]).some(
                (scope) => scope.getAnimations().some((it) => it.playState === 'running')) || \
                !!(globalThis.__nightshift && __nightshift.frames.size)";
        let moving = self.evaluate(question, self.deadline()).await;
        moving.is_ok_and(|value| value == Value::Bool(true))
    }

    /// The failure of a thing that is not there, or not as needed, with the nearest things.
    async fn lacking(&self, target: &Target, expected: String, lack: Lack) -> Trouble {
        if !lack.missing {
            return failed(expected, lack.actual);
        }
        match self.find(target, Explain::Nearest).await {
            Ok(found) => failed(expected, missing(target, &found)),
            Err(trouble) => trouble,
        }
    }
}

/// What keeps a thing from being used.
#[derive(Debug)]
pub(super) struct Lack {
    pub(crate) actual: String,
    ambiguous: bool,
    missing: bool,
    /// Something else may hide it.
    in_the_way: bool,
}

impl Lack {
    fn now(actual: impl Into<String>) -> Self {
        Self { actual: actual.into(), ambiguous: false, missing: false, in_the_way: false }
    }
}

/// The only match, or of several the only visible one.
pub(super) fn single<'a>(target: &Target, found: &'a Matches) -> Result<&'a Match, Lack> {
    let visible: Vec<&Match> = found.matches.iter().filter(|it| it.visible).collect();
    match (found.matches.as_slice(), visible.as_slice()) {
        ([], _) => {
            Err(Lack { missing: true, in_the_way: true, ..Lack::now(missing(target, found)) })
        }
        ([one], _) => Ok(one),
        (_, [one]) => Ok(*one),
        (all, _) => Err(Lack { ambiguous: true, ..Lack::now(candidates(all, found.total)) }),
    }
}

fn candidates(matches: &[Match], total: u32) -> String {
    let names: Vec<String> = matches
        .iter()
        .enumerate()
        .map(|(at, it)| {
            let hidden = if it.visible { "" } else { " (hidden)" };
            let inside =
                if it.inside.is_empty() { String::new() } else { format!(" in {}", it.inside) };
            format!("{}: {}{inside}{hidden}", at + 1, said(it))
        })
        .collect();
    format!("{total} things match ({}); say which by `in:` or `nth:`", names.join(", "))
}

fn said(one: &Match) -> String {
    if one.name.is_empty() { one.role.clone() } else { format!("{} \"{}\"", one.role, one.name) }
}

/// What is there instead of something that is not there at all.
pub(crate) fn missing(target: &Target, found: &Matches) -> String {
    let what = match (&target.within, found.missing_within, target.nth) {
        (Some(within), true, _) => format!("no {within} to look in"),
        (_, _, Some(nth)) if found.total > 0 => {
            format!("no number {nth}, only {} of them", found.total)
        }
        (Some(_) | None, _, _) => format!("no such {}", noun(&target.locator)),
    };
    if found.nearest.is_empty() {
        what
    } else {
        let nearest = &found.nearest[..found.nearest.len().min(NEAREST)];
        let hidden = found.hidden_now.as_ref().map(hidden).unwrap_or_default();
        format!("{what}; nearest: {}{}{hidden}", nearest.join(", "), unnamed(target, nearest))
    }
}

/// That the very thing is there, and what shows it.
fn hidden(now: &HiddenNow) -> String {
    let said = &now.said;
    match &now.step {
        Some(step) => format!("; hidden now: {said} shows after `{step}`"),
        None => format!("; hidden now: {said} is there, and a step before must show it"),
    }
}

/// Roles like that of a list item are not named by their text, which surprises everybody once.
fn unnamed(target: &Target, nearest: &[String]) -> String {
    match &target.locator {
        Locator::Role { role, name: Some(name) } if nearest.contains(role) => {
            format!("; the text in a {role} is not its name: try `text \"{name}\"`")
        }
        Locator::Role { .. }
        | Locator::Text(_)
        | Locator::Label(_)
        | Locator::TestId(_)
        | Locator::Css(_) => String::new(),
    }
}

fn noun(locator: &Locator) -> &str {
    match locator {
        Locator::Role { role, .. } => role,
        Locator::Text(_) => "text",
        Locator::Label(_) => "labelled control",
        Locator::TestId(_) => "test id",
        Locator::Css(_) => "element",
    }
}

/// Compares a box with where it was at least two frames before.
fn unsteady(rect: Option<Area>, before: &mut Option<(Area, FairInstant)>) -> Option<Lack> {
    let rect = rect?;
    match *before {
        Some((was, since)) if was == rect && since.elapsed() >= TWO_FRAMES => None,
        Some((was, _)) if was == rect => Some(Lack::now("it does not hold still")),
        Some(_) | None => {
            *before = Some((rect, FairInstant::now()));
            Some(Lack::now("it does not hold still"))
        }
    }
}

/// Whether keys change its value, though no text goes into it.
fn is_adjustable(state: &ElementState) -> bool {
    let says_value = state.attributes.get(VALUE_NOW).is_some_and(Option::is_some);
    state.enabled && (says_value || matches!(state.role.as_str(), "slider" | "spinbutton"))
}

fn unfit(state: &ElementState, need: Need) -> Option<Lack> {
    let actual = match need {
        Need::Focusable | Need::InReach | Need::Usable | Need::Editable if !state.visible => {
            "it is there, but not visible".to_owned()
        }
        Need::Focusable | Need::Usable | Need::Editable if !state.enabled => {
            "it is disabled".to_owned()
        }
        Need::There | Need::Focusable => return None,
        Need::InReach | Need::Usable | Need::Editable if !state.in_viewport => {
            "it cannot be brought into view".to_owned()
        }
        Need::Editable if state.readonly => "it is read-only".to_owned(),
        Need::Editable if !state.editable && !is_adjustable(state) => {
            let way = match state.role.as_str() {
                "generic" | "none" => "; what is moved with the pointer takes `drag: { from, by }`",
                _ => "",
            };
            format!("it is a {}, which takes no text{way}", state.role)
        }
        Need::InReach | Need::Usable | Need::Editable => {
            let cover = state.covered_by.as_ref()?;
            return Some(Lack {
                in_the_way: true,
                ..Lack::now(format!("it is covered by {cover}"))
            });
        }
    };
    Some(Lack::now(actual))
}
