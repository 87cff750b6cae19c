//! What must hold of a page, awaited up to the deadline.

use std::time::Duration;

use super::seek::{Need, missing};
use crate::model::scenario::{PageExpectation, WaitFor};
use crate::model::{Target, Template};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::place_of;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::rest::Wait;
use crate::surface::browser::pages::trouble::{Step, failed};
use crate::surface::browser::walker::{ElementState, Explain, Question, Scroll};

/// Whether something holds: what was expected and what was there, where it does not.
pub(super) type Held = Result<(), (String, String)>;

/// The states that `expect: { state: … }` knows.
const STATES: [&str; 11] = [
    "checked", "disabled", "enabled", "expanded", "selected", "pressed", "focused", "required",
    "readonly", "editable", "visible",
];

impl Page {
    pub(crate) async fn see(&mut self, targets: &[Target]) -> Step<()> {
        let deadline = self.check_deadline();
        for target in targets {
            self.await_visible(target, deadline, Wait::UntilRest).await?;
        }
        Ok(())
    }

    pub(super) async fn see_not(&mut self, targets: &[Target]) -> Step<()> {
        let deadline = self.check_deadline();
        // Before the page is ready, everything is absent.
        self.get_ready(deadline).await?;
        for target in targets {
            self.await_gone(target, deadline, Wait::UntilRest).await?;
        }
        Ok(())
    }

    pub(crate) async fn wait(&mut self, until: &WaitFor, within_ms: Option<u64>) -> Step<()> {
        let deadline = within_ms
            .map_or_else(|| self.deadline(), |ms| FairInstant::now() + Duration::from_millis(ms));
        let wait = if within_ms.is_some() { Wait::Whole } else { Wait::UntilRest };
        match until {
            WaitFor::Visible(target) => self.await_visible(target, deadline, wait).await,
            WaitFor::Gone(target) => {
                self.get_ready(deadline).await?;
                self.await_gone(target, deadline, wait).await
            }
            WaitFor::Url(url) => {
                self.await_held(&PageExpectation::Url(url.clone()), deadline, wait).await
            }
        }
    }

    async fn await_visible(
        &mut self,
        target: &Target,
        deadline: FairInstant,
        wait: Wait,
    ) -> Step<()> {
        let expected = format!("{target}, visible");
        let mut settled = self.dismissals.is_empty();
        loop {
            if let Some(trouble) = self.blocked(&expected) {
                return Err(trouble);
            }
            let found = self.find(target, Explain::Nothing).await?;
            if found.matches.iter().any(|it| it.visible) {
                return self.notice_inside(target).await;
            }
            if !settled {
                settled = true;
                self.get_ready(deadline).await?;
                continue;
            }
            if self.is_in_vain(deadline, wait).await {
                if !found.matches.is_empty() {
                    return Err(failed(expected, "it is there, but not visible"));
                }
                let found = self.find(target, Explain::Nearest).await?;
                return Err(failed(expected, missing(target, &found)));
            }
            // An open dialog hides the rest of the page, from this look too.
            if !self.dismiss(Some(target)).await? {
                self.pause().await;
            }
        }
    }

    async fn await_gone(&mut self, target: &Target, deadline: FairInstant, wait: Wait) -> Step<()> {
        let expected = format!("no {target}");
        loop {
            if let Some(trouble) = self.blocked(&expected) {
                return Err(trouble);
            }
            let found = self.find(target, Explain::Nothing).await?;
            let visible = found.matches.iter().filter(|it| it.visible).count();
            if visible == 0 {
                return Ok(());
            }
            if self.is_in_vain(deadline, wait).await {
                let there = if visible == 1 {
                    "it is there".to_owned()
                } else {
                    format!("{visible} of it are there")
                };
                return Err(failed(expected, there));
            }
            self.pause().await;
        }
    }

    pub(crate) async fn expect(&mut self, all: &[PageExpectation]) -> Step<()> {
        let deadline = self.check_deadline();
        self.get_ready(deadline).await?;
        for expectation in all {
            self.await_held(expectation, deadline, Wait::UntilRest).await?;
        }
        Ok(())
    }

    async fn await_held(
        &mut self,
        expectation: &PageExpectation,
        deadline: FairInstant,
        wait: Wait,
    ) -> Step<()> {
        loop {
            if let Some(trouble) = self.blocked("a page that can be looked at") {
                return Err(trouble);
            }
            let Err((expected, actual)) = self.holds(expectation, deadline).await? else {
                return Ok(());
            };
            if self.is_in_vain(deadline, wait).await {
                return Err(failed(expected, actual));
            }
            self.pause().await;
        }
    }

    async fn holds(&mut self, expectation: &PageExpectation, deadline: FairInstant) -> Step<Held> {
        Ok(match expectation {
            PageExpectation::Title(wanted) => {
                let title = self.peek("document.title.toWellFormed()", deadline).await?;
                same("title", wanted.raw(), title.as_str().unwrap_or_default())
            }
            PageExpectation::Url(wanted) => {
                let href = self.peek("location.href", deadline).await?;
                self.at(wanted.raw(), href.as_str().unwrap_or_default())
            }
            PageExpectation::Clipboard(wanted) => {
                let text = self.clipboard().await?;
                same("a clipboard that holds", wanted.raw(), &text)
            }
            PageExpectation::Count(target, count) => {
                let found = self.find(target, Explain::Nothing).await?;
                if found.total == *count {
                    Ok(())
                } else {
                    Err((format!("{count} × {target}"), format!("{} of them", found.total)))
                }
            }
            PageExpectation::Value(target, wanted) => {
                let state = self.state_of(target, &[], deadline).await?;
                match state.value {
                    Some(value) => same(&format!("value of {target}"), wanted.raw(), &value),
                    None => {
                        Err((format!("a value of {target}"), format!("a {} has none", state.role)))
                    }
                }
            }
            PageExpectation::Attribute(target, name, wanted) => {
                let asked = std::slice::from_ref(name);
                let state = self.state_of(target, asked, deadline).await?;
                let value = state.attributes.get(name).cloned().flatten();
                attribute(target, name, wanted.as_ref(), value.as_deref())
            }
            PageExpectation::State(target, wanted) => {
                let state = self.state_of(target, &[], deadline).await?;
                has_state(target, wanted, &state)
            }
        })
    }

    /// Compares where the page is: by path and query, or by the whole URL where one is given.
    pub(crate) fn at(&self, wanted: &str, href: &str) -> Held {
        let shown = if wanted.contains("://") {
            href.to_owned()
        } else if wanted.contains('#') {
            href.strip_prefix(self.base.origin().ascii_serialization().as_str())
                .unwrap_or(href)
                .to_owned()
        } else {
            let place = place_of(href, self.base.as_str());
            place.split('#').next().unwrap_or_default().to_owned()
        };
        same("URL", wanted, &shown)
    }

    /// How the one thing that a target means is, wherever it is.
    pub(super) async fn state_of(
        &mut self,
        target: &Target,
        attributes: &[String],
        deadline: FairInstant,
    ) -> Step<ElementState> {
        loop {
            let spot = self.obtain(target, Need::There, deadline).await?;
            if attributes.is_empty() {
                self.leave(&spot).await?;
                return Ok(spot.state);
            }
            let question =
                Question::State { element: &spot.reference, attributes, scroll: Scroll::Leave };
            let state = self.ask(&question).await;
            self.leave(&spot).await?;
            match state {
                Ok(state) => return Ok(state),
                Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, &target.to_string())),
            }
        }
    }
}

fn same(what: &str, wanted: &str, actual: &str) -> Held {
    if wanted == actual {
        Ok(())
    } else {
        Err((format!("{what} \"{wanted}\""), format!("\"{actual}\"")))
    }
}

fn attribute(target: &Target, name: &str, wanted: Option<&Template>, value: Option<&str>) -> Held {
    match (wanted, value) {
        (Some(wanted), Some(value)) => {
            same(&format!("attribute {name} of {target} to be"), wanted.raw(), value)
        }
        (Some(wanted), None) => Err((
            format!("attribute {name} of {target} to be \"{}\"", wanted.raw()),
            "it has no such attribute".to_owned(),
        )),
        (None, Some(value)) => {
            Err((format!("{target} without attribute {name}"), format!("\"{value}\"")))
        }
        (None, None) => Ok(()),
    }
}

fn has_state(target: &Target, wanted: &str, state: &ElementState) -> Held {
    let (negated, word) = match wanted.trim().strip_prefix("not ") {
        Some(word) => (true, word.trim()),
        None => (false, wanted.trim()),
    };
    let is = match word {
        "checked" => state.checked == "true",
        "disabled" => !state.enabled,
        "enabled" => state.enabled,
        "expanded" => state.expanded == Some(true),
        "selected" => state.selected,
        "pressed" => state.pressed == "true",
        "focused" => state.focused,
        "required" => state.required,
        "readonly" => state.readonly,
        "editable" => state.editable,
        "visible" => state.visible,
        _ => {
            let known = STATES.join(", ");
            return Err((
                format!("{target} to be {wanted}"),
                format!("no such state; known: {known}"),
            ));
        }
    };
    if is == negated {
        let actual = if negated { format!("it is {word}") } else { format!("it is not {word}") };
        return Err((format!("{target}, {wanted}"), actual));
    }
    Ok(())
}
