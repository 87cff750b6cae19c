//! `expand` and `collapse`, and `fill` of sliders and spin buttons that are made of roles.
//!
//! Both read what the page says of itself (`aria-expanded`, `open`, `aria-valuenow`), act like a
//! person with a keyboard or a pointer, and look whether that changed it.

use serde_json::Value;

use super::seek::{Need, Spot};
use crate::model::Target;
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, failed};

/// What can be opened, where the thing itself only holds it: the summary of details, the button in
/// a row, the trigger that names what it controls.
const OPENER: &str = r"
const el = arguments[0];
const state = (it) => it.localName === 'summary' && it.parentNode.localName === 'details'
  ? it.parentNode.open : { true: true, false: false }[it.getAttribute('aria-expanded')];
const own = state(el);
if (own !== undefined) return { opener: el, open: own, role: el.getAttribute('role') || el.localName };
if (el.localName === 'details') {
  const summary = el.querySelector(':scope > summary');
  return { opener: summary || el, open: el.open, role: 'summary' };
}
const inner = el.querySelectorAll('summary, [aria-expanded]');
if (inner.length === 1) return { opener: inner[0], open: state(inner[0]), role: 'inner' };
return { opener: null, several: inner.length };
";
/// The value of a slider or spin button, as numbers and as it is said.
const VALUE: &str = r"
const el = arguments[0];
const number = (name) => { const it = parseFloat(el.getAttribute(name)); return isNaN(it) ? null : it; };
return { now: number('aria-valuenow'), min: number('aria-valuemin'), max: number('aria-valuemax'),
  text: (el.getAttribute('aria-valuetext') || '').trim() };
";
/// So many keys are sent at once at the most.
const KEYS_AT_ONCE: f64 = 100.0;

const ARROW_UP: &str = "\u{E013}";
const ARROW_DOWN: &str = "\u{E015}";
const ARROW_RIGHT: &str = "\u{E014}";
const ARROW_LEFT: &str = "\u{E012}";
const HOME: &str = "\u{E011}";
const END: &str = "\u{E010}";

/// Whether a thing is to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Openness {
    /// Open.
    Open,
    /// Closed.
    Closed,
}

impl Openness {
    fn is(self, open: bool) -> bool {
        open == (self == Self::Open)
    }
}

/// How a thing is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Arrow,
    Click,
    Enter,
}

impl Page {
    /// Opens or closes a thing; one that is so already is left alone.
    pub(super) async fn set_open(&mut self, target: &Target, wanted: Openness) -> Step<()> {
        let deadline = self.deadline();
        let word = if wanted == Openness::Open { "expanded" } else { "collapsed" };
        let expected = format!("{target}, {word}");
        let mut manners: Option<std::vec::IntoIter<Manner>> = None;
        let mut tried = Vec::new();
        loop {
            let spot = self.obtain(target, Need::There, deadline).await?;
            let asked = self.script(OPENER, vec![spot.reference.clone()]).await;
            let answer = match asked {
                Ok(answer) => answer,
                Err(snag) => {
                    if self.acted(Err(snag), &spot, &expected, deadline).await? {
                        return Ok(());
                    }
                    continue;
                }
            };
            self.leave(&spot).await?;
            let Some(open) = answer["open"].as_bool() else {
                if !deadline.has_come() {
                    self.pause().await;
                    continue;
                }
                return Err(failed(expected, unopenable(&spot, &answer)));
            };
            if wanted.is(open) {
                return self.get_ready(deadline).await;
            }
            let role = answer["role"].as_str().unwrap_or_default();
            let list = manners.get_or_insert_with(|| ways(role).into_iter());
            let Some(manner) = list.next() else {
                if !deadline.has_come() {
                    self.pause().await;
                    continue;
                }
                let actual = format!("it stays {}: {}", opposite(wanted), tried.join(", "));
                return Err(failed(expected, actual));
            };
            tried.push(manner.told(wanted));
            self.open_by(target, manner, wanted, deadline).await?;
            self.get_ready(deadline).await?;
        }
    }

    async fn open_by(
        &mut self,
        target: &Target,
        manner: Manner,
        wanted: Openness,
        deadline: FairInstant,
    ) -> Step<()> {
        let expected = Need::Usable.of(target);
        loop {
            let spot = self.obtain(target, Need::Usable, deadline).await?;
            let asked = self.script(OPENER, vec![spot.reference.clone()]).await;
            let went = match asked {
                Ok(answer) => self.try_open(&answer["opener"], manner, wanted).await,
                Err(snag) => Err(snag),
            };
            if self.acted(went, &spot, &expected, deadline).await? {
                return Ok(());
            }
        }
    }

    async fn try_open(&self, opener: &Value, manner: Manner, wanted: Openness) -> Result<(), Snag> {
        let keys = match (manner, wanted) {
            (Manner::Click, _) => {
                let at = self.point_of(opener, "what opens it").await?;
                return self.click_point(at, &[]).await;
            }
            (Manner::Arrow, Openness::Open) => ARROW_RIGHT,
            (Manner::Arrow, Openness::Closed) => ARROW_LEFT,
            (Manner::Enter, _) => "\u{E007}",
        };
        // What takes no focus takes no keys: the next way is tried.
        match self.keys_to_reference(opener, keys).await {
            Err(Snag::Again(_)) => Ok(()),
            other => other,
        }
    }

    /// Moves a slider or spin button by its keys until it has a value; the value that it reached,
    /// where it does not.
    pub(super) async fn adjust(
        &mut self,
        field: &Target,
        wanted: &str,
        deadline: FairInstant,
    ) -> Step<()> {
        let expected = format!("{field} at {wanted}");
        let goal: Option<f64> = wanted.trim().parse().ok();
        let first = self.reading(field, deadline).await?;
        if let (Some(goal), Some(min), Some(max)) = (goal, first.min, first.max)
            && !(min..=max).contains(&goal)
        {
            let actual = format!("it goes from {min} to {max}, and is at {}", first.said());
            return Err(failed(expected, actual));
        }
        if first.is(wanted, goal) {
            return Ok(());
        }
        let Some(goal) = goal else {
            return self.adjust_by_text(field, wanted, &expected, deadline).await;
        };
        let mut keys = (ARROW_UP, ARROW_DOWN);
        let mut now = first;
        if now.min == Some(goal) || now.max == Some(goal) {
            let key = if now.min == Some(goal) { HOME } else { END };
            now = self.turn(field, key, deadline).await?;
        }
        let mut step = None;
        loop {
            if now.is(wanted, Some(goal)) {
                return Ok(());
            }
            let Some(at) = now.now else { break };
            let key = if goal > at { keys.0 } else { keys.1 };
            let times = step.map_or(1.0, |step: f64| ((goal - at) / step).abs().floor());
            if times < 1.0 {
                break;
            }
            let many = key.repeat(times.min(KEYS_AT_ONCE) as usize);
            let next = self.turn(field, &many, self.deadline()).await?;
            let moved = next.now.map_or(0.0, |it| (it - at).abs());
            if moved > 0.0 {
                step.get_or_insert(moved);
            } else if keys.0 == ARROW_UP && step.is_none() {
                keys = (ARROW_RIGHT, ARROW_LEFT);
            } else {
                break;
            }
            now = next;
        }
        Err(failed(expected, format!("its keys bring it to {}", now.said())))
    }

    /// Steps through everything that a slider says, from its beginning.
    async fn adjust_by_text(
        &mut self,
        field: &Target,
        wanted: &str,
        expected: &str,
        deadline: FairInstant,
    ) -> Step<()> {
        let mut now = self.turn(field, HOME, deadline).await?;
        let mut said = Vec::new();
        let mut keys = vec![ARROW_UP, ARROW_RIGHT];
        loop {
            if now.text == wanted.trim() {
                return Ok(());
            }
            said.push(now.said());
            let before = now.clone();
            // The key that moves it is kept.
            while let Some(key) = keys.first() {
                now = self.turn(field, key, self.deadline()).await?;
                if now != before {
                    break;
                }
                keys.remove(0);
            }
            if keys.is_empty() || said.contains(&now.said()) {
                break;
            }
        }
        Err(failed(expected, format!("its keys go through {}", said.join(", "))))
    }

    async fn turn(&mut self, field: &Target, keys: &str, deadline: FairInstant) -> Step<Reading> {
        loop {
            let spot = self.obtain(field, Need::Editable, deadline).await?;
            let sent = self.shared.drive("typing", spot.element.send_keys(keys)).await;
            if self.acted(sent, &spot, &Need::Editable.of(field), deadline).await? {
                break;
            }
        }
        self.get_ready(deadline).await?;
        self.reading(field, deadline).await
    }

    async fn reading(&mut self, field: &Target, deadline: FairInstant) -> Step<Reading> {
        loop {
            let spot = self.obtain(field, Need::There, deadline).await?;
            let asked = self.script(VALUE, vec![spot.reference.clone()]).await;
            self.leave(&spot).await?;
            match asked {
                Ok(value) => return Ok(Reading::of(&value)),
                Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, &field.to_string())),
            }
        }
    }
}

/// Where a slider is.
#[derive(Debug, Clone, PartialEq, Default)]
struct Reading {
    now: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    text: String,
}

impl Reading {
    fn of(value: &Value) -> Self {
        Self {
            now: value["now"].as_f64(),
            min: value["min"].as_f64(),
            max: value["max"].as_f64(),
            text: value["text"].as_str().unwrap_or_default().to_owned(),
        }
    }

    fn is(&self, wanted: &str, goal: Option<f64>) -> bool {
        match (goal, self.now) {
            (Some(goal), Some(now)) => (goal - now).abs() < 1e-9,
            (Some(_) | None, _) => !self.text.is_empty() && self.text == wanted.trim(),
        }
    }

    fn said(&self) -> String {
        match (self.now, self.text.as_str()) {
            (Some(now), "") => now.to_string(),
            (None, "") => "no value".to_owned(),
            (_, text) => text.to_owned(),
        }
    }
}

impl Manner {
    fn told(self, wanted: Openness) -> &'static str {
        match (self, wanted) {
            (Self::Arrow, Openness::Open) => "the right arrow key did not change it",
            (Self::Arrow, Openness::Closed) => "the left arrow key did not change it",
            (Self::Click, _) => "a click did not change it",
            (Self::Enter, _) => "the Enter key did not change it",
        }
    }
}

/// A click on an item of a tree usually selects it, and so comes last there.
fn ways(role: &str) -> Vec<Manner> {
    match role {
        "treeitem" | "row" => vec![Manner::Arrow, Manner::Click],
        _ => vec![Manner::Click, Manner::Enter],
    }
}

fn opposite(wanted: Openness) -> &'static str {
    match wanted {
        Openness::Open => "collapsed",
        Openness::Closed => "expanded",
    }
}

fn unopenable(spot: &Spot, answer: &Value) -> String {
    match answer["several"].as_u64() {
        Some(several) if several > 1 => {
            format!("{several} things in it can be expanded; name one of them")
        }
        Some(_) | None => format!(
            "it is a {} that does not say whether it is expanded; click it instead",
            spot.state.role
        ),
    }
}
