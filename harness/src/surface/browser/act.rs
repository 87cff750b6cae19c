//! What a person does with a page: go somewhere, click, type, choose, answer a dialog.
//!
//! Everything goes through the browser's real input. After each action the page is given the
//! time to get ready, so that what it caused is seen before the next step.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::bidi::Refusal;
use super::keys::chord;
use super::page::{Page, Step, Trouble, failed};
use super::record::Progress;
use super::seek::{Need, Spot};
use super::session::Snag;
use super::walker::ElementState;
use crate::model::event::Failure;
use crate::model::scenario::{DialogAnswer, FieldValue};
use crate::model::{Outcome, Target};

/// How long a step back may take to show that it goes anywhere.
const STEP_BACK: Duration = Duration::from_millis(500);

/// Gets a field ready for its new content, and says how the content goes in.
const PREPARE: &str = r"
const el = arguments[0];
const name = el.localName;
const type = (el.getAttribute('type') || 'text').toLowerCase();
if (name === 'select') return 'select';
if (name === 'input' && /^(date|time|month|week|datetime-local|color|range)$/.test(type)) return 'direct';
if (name === 'input' && type === 'file') return 'file';
el.focus();
if (name === 'input' || name === 'textarea') { el.select(); return el.value ? 'full' : 'empty'; }
const range = document.createRange();
range.selectNodeContents(el);
const selection = el.ownerDocument.defaultView.getSelection();
selection.removeAllRanges();
selection.addRange(range);
return el.textContent ? 'full' : 'empty';
";

/// Sets a control that has no text to type into, the way its own picker would.
const SET: &str = r"
const [el, value] = arguments;
el.focus();
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(el, value);
el.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
el.dispatchEvent(new Event('change', { bubbles: true }));
return el.value;
";

/// Finds an option of a native list by its label.
const OPTION: &str = r"
const [list, wanted] = arguments;
const tidy = (text) => text.replace(/\s+/g, ' ').trim();
if (list.localName !== 'select') return { kind: list.localName };
const all = Array.from(list.options);
const found = all.filter((it) => tidy(it.label || it.text) === tidy(wanted));
return { kind: 'select', count: found.length, option: found[0] || null, disabled: found[0] ? found[0].disabled : false,
  selected: found[0] ? found[0].selected : false, multiple: list.multiple,
  labels: all.slice(0, 30).map((it) => tidy(it.label || it.text)) };
";

/// What a box is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ticked {
    /// Checked.
    On,
    /// Not checked.
    Off,
}

impl Page {
    pub(super) async fn open_url(&mut self, url: &str) -> Step<()> {
        let deadline = self.deadline();
        let expected = format!("{url} to load");
        let Ok(full) = self.base.join(url) else {
            return Err(failed(expected, "this is neither a path nor a URL"));
        };
        // A URL without a host, such as `file:` and `data:`, is nowhere in the product.
        let host = full.host_str().unwrap_or_default();
        if !self.shared.wall.allows(host, full.port_or_known_default().unwrap_or_default()) {
            return Err(Trouble::Failed(Failure {
                outcome: Outcome::Blocked,
                expected,
                actual: self.why_unreachable(&full),
            }));
        }
        let params = json!({ "context": self.top, "url": full.as_str(), "wait": "none" });
        self.travel("browsingContext.navigate", params, &expected, deadline).await
    }

    pub(super) async fn reload(&mut self) -> Step<()> {
        let deadline = self.deadline();
        let params = json!({ "context": self.top, "wait": "none" });
        self.travel("browsingContext.reload", params, "the page to load again", deadline).await
    }

    pub(super) async fn back(&mut self) -> Step<()> {
        let deadline = self.deadline();
        let expected = "a page to go back to";
        let was = {
            let state = self.record.state();
            (state.url.clone(), state.navigation.as_ref().map(|it| it.id.clone()))
        };
        if self.is_first().await? {
            return Err(failed(expected, "this is the first page"));
        }
        let params = json!({ "context": self.top, "delta": -1 });
        let limit = self.shared.timeout;
        match self.shared.bidi.command("browsingContext.traverseHistory", params, limit).await {
            Ok(_) => {}
            Err(Refusal::Said(..)) => return Err(failed(expected, "this is the first page")),
            Err(Refusal::Silent) => return Err(failed(expected, "the page does not answer")),
            Err(Refusal::Gone) => return Err(Refusal::Gone.lost("going back").into()),
        }
        let bound = deadline.min(Instant::now() + STEP_BACK);
        while Instant::now() < bound {
            let moved = {
                let state = self.record.state();
                (state.url.clone(), state.navigation.as_ref().map(|it| it.id.clone())) != was
            };
            if moved {
                break;
            }
            self.pause().await;
        }
        self.settle(deadline).await
    }

    /// Whether nothing but the blank page that every tab begins with lies behind this one.
    async fn is_first(&self) -> Step<bool> {
        let params =
            json!({ "method": "Page.getNavigationHistory", "session": self.engine_session });
        let limit = self.shared.timeout;
        let asked = self.shared.bidi.command("goog:cdp.sendCommand", params, limit).await;
        let answer = asked.map_err(|refusal| refusal.lost("reading the tab's history"))?;
        let history = &answer["result"];
        let at = history["currentIndex"].as_u64().unwrap_or_default();
        Ok(at == 0 || (at == 1 && history["entries"][0]["url"] == "about:blank"))
    }

    /// Navigates, and waits until the new document is ready or known not to come.
    async fn travel(
        &mut self,
        method: &str,
        params: Value,
        expected: &str,
        deadline: Instant,
    ) -> Step<()> {
        match self.answer_or_dialog(method, params).await {
            // A dialog stands in the way of the new page; the next step will meet it.
            None => return Ok(()),
            Some(Ok(_)) => {}
            Some(Err(Refusal::Gone)) => {
                return Err(Refusal::Gone.lost("opening a page").into());
            }
            Some(Err(Refusal::Silent)) => {
                let waited = self.shared.timeout.as_millis();
                return Err(failed(expected, format!("no answer within {waited} ms")));
            }
            Some(Err(Refusal::Said(_, said))) => {
                self.settle(deadline).await?;
                return match self.stayed(&said) {
                    Some(actual) => Err(failed(expected, actual)),
                    None => Ok(()),
                };
            }
        }
        self.settle(deadline).await?;
        let progress = {
            let state = self.record.state();
            state.navigation.as_ref().map(|it| it.progress.clone())
        };
        match progress {
            Some(Progress::Started) => {
                let waited = self.shared.timeout.as_millis();
                Err(failed(expected, format!("no answer within {waited} ms")))
            }
            Some(Progress::Failed(said)) => match self.stayed(&said) {
                Some(actual) => Err(failed(expected, actual)),
                None => Ok(()),
            },
            Some(Progress::Committed | Progress::Loaded) | None => Ok(()),
        }
    }

    /// The answer to a navigation; `None` where a dialog or a crash keeps it back.
    async fn answer_or_dialog(
        &self,
        method: &str,
        params: Value,
    ) -> Option<Result<Value, Refusal>> {
        let command = self.shared.bidi.command(method, params, self.shared.timeout);
        tokio::pin!(command);
        let mut changes = self.record.changes();
        loop {
            tokio::select! {
                answer = &mut command => return Some(answer),
                _ = changes.changed() => {
                    let state = self.record.state();
                    if state.dialog.is_some() || state.crashed {
                        return None;
                    }
                }
            }
        }
    }

    /// Why there is no new document; `None` where another one came in its place.
    fn stayed(&self, said: &str) -> Option<String> {
        let state = self.record.state();
        let navigation = state.navigation.as_ref()?;
        if let Progress::Committed | Progress::Loaded = navigation.progress
            && navigation.error.is_none()
            && state.url.starts_with("http")
        {
            return None;
        }
        if said.contains("ERR_ABORTED") && state.downloads.last().is_some() {
            return Some("it is a file to download; use `download:`".to_owned());
        }
        Some(match (&navigation.error, navigation.status) {
            (_, Some(204 | 205)) => "an answer without a page (204)".to_owned(),
            (Some(error), _) => error.clone(),
            (None, _) => said.to_owned(),
        })
    }

    pub(super) async fn click(&mut self, target: &Target) -> Step<()> {
        let deadline = self.deadline();
        self.click_until(target, deadline).await?;
        self.settle(deadline).await
    }

    /// Clicks as soon as the thing can be clicked; what gets in the way last is looked at again.
    pub(super) async fn click_until(
        &mut self,
        target: &Target,
        deadline: Instant,
    ) -> Step<ElementState> {
        loop {
            let spot = self.obtain(target, Need::Usable, deadline).await?;
            let clicked = self.click_spot(&spot).await;
            if self.acted(clicked, &spot, &Need::Usable.of(target), deadline).await? {
                return Ok(spot.state);
            }
        }
    }

    /// Takes in how an input command went: `false` asks for another try.
    pub(super) async fn acted(
        &self,
        went: Result<(), Snag>,
        spot: &Spot,
        expected: &str,
        deadline: Instant,
    ) -> Step<bool> {
        match went {
            Ok(()) => {
                self.leave(spot).await?;
                Ok(true)
            }
            // There was no dialog before, so this one is the action's own work.
            Err(Snag::Dialog) => Ok(true),
            Err(Snag::Again(_)) if Instant::now() < deadline => {
                self.leave(spot).await?;
                self.pause().await;
                Ok(false)
            }
            Err(snag) => Err(self.trouble(snag, expected)),
        }
    }

    pub(super) async fn fill(&mut self, fields: &[FieldValue]) -> Step<()> {
        for FieldValue { field, value } in fields {
            if let Some(trouble) = self.blocked(&Need::Editable.of(field)) {
                return Err(trouble);
            }
            let deadline = self.deadline();
            while !self.fill_one(field, value.raw(), deadline).await? {}
            self.settle(deadline).await?;
        }
        Ok(())
    }

    async fn fill_one(&mut self, field: &Target, value: &str, deadline: Instant) -> Step<bool> {
        let expected = Need::Editable.of(field);
        let spot = self.obtain(field, Need::Editable, deadline).await?;
        let prepared = self.script(PREPARE, vec![spot.reference.clone()]).await;
        let kind = match prepared {
            Ok(kind) => kind,
            Err(snag) => return self.acted(Err(snag), &spot, &expected, deadline).await,
        };
        let went = match kind.as_str().unwrap_or_default() {
            "select" => return Err(failed(expected, "it is a list; use `choose:`")),
            "file" => return Err(failed(expected, "it takes files; use `upload:`")),
            "direct" => {
                let set = self.script(SET, vec![spot.reference.clone(), json!(value)]).await;
                match set {
                    Ok(now) if now == value => Ok(()),
                    Ok(now) => {
                        let actual = format!("it does not take {value:?} and holds {now}");
                        return Err(failed(expected, actual));
                    }
                    Err(snag) => Err(snag),
                }
            }
            "full" if value.is_empty() => {
                self.shared.drive("emptying a field", spot.element.send_keys("\u{E017}")).await
            }
            _ if value.is_empty() => Ok(()),
            _ => self.write(&spot, value).await,
        };
        self.acted(went, &spot, &expected, deadline).await
    }

    /// Types text into a thing that has the focus.
    async fn write(&self, spot: &Spot, text: &str) -> Result<(), Snag> {
        if text.chars().all(|letter| u32::from(letter) <= 0xFFFF) {
            return self.shared.drive("typing", spot.element.send_keys(text)).await;
        }
        // The driver's keyboard knows only the basic plane; the rest is inserted as by an IME.
        let params = json!({ "method": "Input.insertText", "params": { "text": text },
            "session": self.engine_session });
        match self.shared.bidi.command("goog:cdp.sendCommand", params, self.shared.limit).await {
            Ok(_) => Ok(()),
            Err(refusal) => Err(Snag::Refused(refusal.to_string())),
        }
    }

    /// Runs a small script of ours in the page.
    pub(super) async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value, Snag> {
        let run = self.shared.client.execute(script, arguments);
        self.shared.drive("using the page", run).await
    }

    pub(super) async fn type_text(&mut self, text: &str, into: Option<&Target>) -> Step<()> {
        self.send(text, into, Need::Editable).await
    }

    pub(super) async fn press(&mut self, keys: &str, on: Option<&Target>) -> Step<()> {
        match chord(keys) {
            Ok(sent) => self.send(&sent, on, Need::Reachable).await,
            Err(complaint) => Err(failed(format!("the key {keys}"), complaint)),
        }
    }

    async fn send(&mut self, keys: &str, to: Option<&Target>, need: Need) -> Step<()> {
        let deadline = self.deadline();
        if let Some(target) = to {
            loop {
                let spot = self.obtain(target, need, deadline).await?;
                let sent = self.shared.drive("typing", spot.element.send_keys(keys)).await;
                if self.acted(sent, &spot, &need.of(target), deadline).await? {
                    break;
                }
            }
        } else {
            let expected = "something that has the focus";
            let sent = self
                .shared
                .drive("typing", async {
                    self.shared.client.active_element().await?.send_keys(keys).await
                })
                .await;
            match sent {
                Ok(()) | Err(Snag::Dialog) => {}
                Err(snag) => return Err(self.trouble(snag, expected)),
            }
        }
        self.settle(deadline).await
    }

    pub(super) async fn choose(&mut self, from: &Target, option: &str) -> Step<()> {
        let deadline = self.deadline();
        let expected = format!("option \"{option}\" in {from}");
        loop {
            let spot = self.obtain(from, Need::Usable, deadline).await?;
            let asked = self.script(OPTION, vec![spot.reference.clone(), json!(option)]).await;
            let answer = match asked {
                Ok(answer) => answer,
                Err(snag) => {
                    if self.acted(Err(snag), &spot, &expected, deadline).await? {
                        return Ok(());
                    }
                    continue;
                }
            };
            if let Some(actual) = unchoosable(&answer) {
                if Instant::now() >= deadline || answer["kind"] != "select" {
                    return Err(failed(expected, actual));
                }
                self.leave(&spot).await?;
                self.pause().await;
                continue;
            }
            // A click on a chosen option of a multiple list would take the choice back.
            let went = if answer["selected"] == true && answer["multiple"] == true {
                Ok(())
            } else {
                self.click_reference(&answer["option"]).await
            };
            if self.acted(went, &spot, &expected, deadline).await? {
                return self.settle(deadline).await;
            }
        }
    }

    pub(super) async fn set_checked(&mut self, target: &Target, wanted: Ticked) -> Step<()> {
        let deadline = self.deadline();
        let (word, state) = match wanted {
            Ticked::On => ("checked", "true"),
            Ticked::Off => ("unchecked", "false"),
        };
        let expected = format!("{target}, {word}");
        let spot = self.obtain(target, Need::Usable, deadline).await?;
        self.leave(&spot).await?;
        if spot.state.checked == state {
            return Ok(());
        }
        self.click_until(target, deadline).await?;
        self.settle(deadline).await?;
        loop {
            if self.blocked(&expected).is_some() {
                return Ok(());
            }
            let spot = self.obtain(target, Need::There, deadline).await?;
            self.leave(&spot).await?;
            if spot.state.checked == state {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let actual = match spot.state.role.as_str() {
                    "checkbox" | "radio" | "switch" | "menuitemcheckbox" | "menuitemradio" => {
                        "the click did not change it".to_owned()
                    }
                    role => format!(
                        "the click did not change it: it is a {role}, and may be selected or \
                         pressed instead; use `click:`"
                    ),
                };
                return Err(failed(expected, actual));
            }
            self.pause().await;
        }
    }

    pub(super) async fn answer_dialog(&mut self, answer: &DialogAnswer) -> Step<()> {
        let deadline = self.deadline();
        let expected = match &answer.message {
            Some(message) => format!("a dialog that says \"{message}\""),
            None => "a dialog".to_owned(),
        };
        let dialog = loop {
            let (dialog, crashed) = {
                let state = self.record.state();
                (state.dialog.clone(), state.crashed)
            };
            match dialog {
                Some(dialog) => break dialog,
                None if crashed => return Err(self.trouble(Snag::Crashed, &expected)),
                None if Instant::now() >= deadline => {
                    return Err(failed(expected, "no dialog is open"));
                }
                None => self.pause().await,
            }
        };
        if let Some(message) = &answer.message
            && message.raw().trim() != dialog.message.trim()
        {
            return Err(failed(expected, dialog.to_string()));
        }
        let mut params = json!({ "context": dialog.context, "accept": answer.accept });
        if let Some(text) = &answer.answer {
            params["userText"] = json!(text.raw());
        }
        let limit = self.shared.timeout;
        match self.shared.bidi.command("browsingContext.handleUserPrompt", params, limit).await {
            Ok(_) => self.settle(deadline).await,
            Err(Refusal::Gone) => Err(Refusal::Gone.lost("answering a dialog").into()),
            Err(refusal) => Err(failed(expected, format!("it could not be answered: {refusal}"))),
        }
    }
}

/// Why an option cannot be chosen; `None` where it can.
fn unchoosable(answer: &Value) -> Option<String> {
    if answer["kind"] != "select" {
        return Some("it is no native list; click it, and then the option".to_owned());
    }
    let labels: Vec<&str> =
        answer["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match answer["count"].as_u64() {
        Some(0) => Some(format!("no such option; there are: {}", labels.join(", "))),
        Some(1) if answer["disabled"] == true => Some("the option is disabled".to_owned()),
        Some(1) | None => None,
        Some(count) => Some(format!("{count} options have this label")),
    }
}
