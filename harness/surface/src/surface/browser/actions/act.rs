//! What a person does with a page: go somewhere, click, type, choose, answer a dialog.
//!
//! Everything goes through the browser's real input. After each action the page is given the
//! time to get ready, so that what it caused is seen before the next step.

use std::time::Duration;

use serde_json::{Value, json};

use super::keys::chord;
use super::seek::{Need, Spot};
use crate::model::event::Failure;
use crate::model::scenario::{DialogAnswer, FieldValue};
use crate::model::{Outcome, Target, Template};
use crate::process::FairInstant;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::{Dialog, Progress};
use crate::surface::browser::pages::deed::{Outside, Unheard};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::rest::Wait;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};
use crate::surface::browser::walker::ElementState;

/// How long a step back may take to show that it goes anywhere.
const STEP_BACK: Duration = Duration::from_millis(500);

/// How long a page that asks whether to leave is given to save what it holds, each time it asks.
const SAVING: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];

/// Gets a field ready for its new content, and says how the content goes in.
const PREPARE: &str = r"
const el = arguments[0];
const name = el.localName;
const type = (el.getAttribute('type') || 'text').toLowerCase();
if (name === 'select') return 'select';
if (name === 'input' && /^(date|time|month|week|datetime-local|color|range)$/.test(type)) return 'direct';
if (name === 'input' && type === 'file') return 'file';
const turned = /^(slider|spinbutton)$/.test(el.getAttribute('role')) || el.hasAttribute('aria-valuenow');
if (name !== 'input' && turned && !el.isContentEditable) return 'keys';
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
const forms = { date: 'a date like 2026-01-31', time: 'a time like 09:30', month: 'a month like 2026-01',
  week: 'a week like 2026-W05', 'datetime-local': 'a time like 2026-01-31T09:30', color: 'a colour like #3366ff',
  range: `a number from ${el.min || 0} to ${el.max || 100} in steps of ${el.step || 1}` };
const same = el.value === value || (el.type === 'color' && el.value.toLowerCase() === value.toLowerCase()) ||
  (el.type === 'range' && value.trim() !== '' && Number(el.value) === Number(value)) ||
  (el.type === 'datetime-local' && el.value === value.replace(' ', 'T'));
return { taken: same, value: el.value, form: forms[el.type] ? '; it takes ' + forms[el.type] : '' };
";

/// Which way a step through the history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Towards {
    /// To the page before.
    Back,
    /// To the page that was gone back from.
    Forward,
}

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

    /// One step through the tab's history.
    pub(super) async fn traverse(&mut self, to: Towards) -> Step<()> {
        let deadline = self.deadline();
        let (expected, end, delta) = match to {
            Towards::Back => ("a page to go back to", "this is the first page", -1),
            Towards::Forward => ("a page to go forward to", "this is the last page", 1),
        };
        let was = {
            let state = self.record.state();
            (state.url.clone(), state.navigation.as_ref().map(|it| it.id.clone()))
        };
        if self.is_at_end(to).await? {
            return Err(failed(expected, end));
        }
        let params = json!({ "context": self.top, "delta": delta });
        let limit = self.shared.timeout;
        match self.shared.bidi.command("browsingContext.traverseHistory", params, limit).await {
            Ok(_) => {}
            Err(Refusal::Said(..)) => return Err(failed(expected, end)),
            Err(Refusal::Silent) => return Err(failed(expected, "the page does not answer")),
            Err(Refusal::Gone) => {
                return Err(Refusal::Gone.lost("going through the history").into());
            }
        }
        let bound = deadline.min(FairInstant::now() + STEP_BACK);
        while !bound.has_come() {
            let moved = {
                let state = self.record.state();
                (state.url.clone(), state.navigation.as_ref().map(|it| it.id.clone())) != was
            };
            if moved {
                break;
            }
            self.pause().await;
        }
        self.get_ready(deadline).await
    }

    /// Whether nothing lies ahead, or nothing behind but the blank page that every tab begins with.
    async fn is_at_end(&self, to: Towards) -> Step<bool> {
        let params =
            json!({ "method": "Page.getNavigationHistory", "session": self.engine_session });
        let limit = self.shared.timeout;
        let asked = self.shared.bidi.command("goog:cdp.sendCommand", params, limit).await;
        let answer = asked.map_err(|refusal| refusal.lost("reading the tab's history"))?;
        let history = &answer["result"];
        let at = history["currentIndex"].as_u64().unwrap_or_default();
        let count = history["entries"].as_array().map_or(0, Vec::len) as u64;
        Ok(match to {
            Towards::Back => at == 0 || (at == 1 && history["entries"][0]["url"] == "about:blank"),
            Towards::Forward => at + 1 >= count,
        })
    }

    /// Navigates, and waits until the new document is ready or known not to come.
    async fn travel(
        &mut self,
        method: &str,
        params: Value,
        expected: &str,
        deadline: FairInstant,
    ) -> Step<()> {
        let shown = self.record.state().documents.count;
        match self.go_away(method, params).await? {
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
                self.get_ready(deadline).await?;
                return match self.stayed(&said, shown) {
                    Some(actual) => Err(failed(expected, actual)),
                    None => Ok(()),
                };
            }
        }
        self.get_ready(deadline).await?;
        let progress = {
            let state = self.record.state();
            state.navigation.as_ref().map(|it| it.progress.clone())
        };
        match progress {
            Some(Progress::Started) => {
                let waited = self.shared.timeout.as_millis();
                Err(failed(expected, format!("no answer within {waited} ms")))
            }
            Some(Progress::Failed(said)) => match self.stayed(&said, shown) {
                Some(actual) => Err(failed(expected, actual)),
                None => Ok(()),
            },
            Some(Progress::Committed | Progress::Loaded) | None => Ok(()),
        }
    }

    /// Goes to another page. One that asks whether to leave because it is about to save what it
    /// holds is given the time to: a person who reads what is there is slower than we are. One that
    /// goes on asking has something to lose, and its dialog stays.
    async fn go_away(
        &mut self,
        method: &str,
        params: Value,
    ) -> Step<Option<Result<Value, Refusal>>> {
        let mut answer = self.answer_or_dialog(method, params.clone()).await;
        for pause in SAVING {
            let asks = |it: &Dialog| (it.kind == "beforeunload").then(|| it.context.clone());
            let asked = self.record.state().dialog.as_ref().and_then(asks);
            let (Some(context), true) = (asked, answer.is_none()) else { break };
            let stay = json!({ "context": context, "accept": false });
            let limit = self.shared.timeout;
            let stayed = self.shared.bidi.command("browsingContext.handleUserPrompt", stay, limit);
            match stayed.await {
                Ok(_) => {}
                Err(Refusal::Gone) => return Err(Refusal::Gone.lost("staying on a page").into()),
                Err(Refusal::Silent | Refusal::Said(..)) => break,
            }
            tokio::time::sleep(pause).await;
            answer = self.answer_or_dialog(method, params.clone()).await;
        }
        Ok(answer)
    }

    /// The answer to a navigation; `None` where a dialog or a crash keeps it back.
    pub(super) async fn answer_or_dialog(
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

    /// Why there is no new document; `None` where another one came in its place, or where one came and
    /// went on by itself to what is none, such as a file to download. `shown` documents were there
    /// before.
    fn stayed(&self, said: &str, shown: u32) -> Option<String> {
        let state = self.record.state();
        let navigation = state.navigation.as_ref()?;
        if let Progress::Committed | Progress::Loaded = navigation.progress
            && navigation.error.is_none()
            && state.url.starts_with("http")
        {
            return None;
        }
        let documents = &state.documents;
        if documents.count > shown
            && documents.last != navigation.id
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

    pub(crate) async fn click(&mut self, target: &Target) -> Step<()> {
        let deadline = self.deadline();
        let before = self.record.state().outside();
        self.click_until(target, deadline).await?;
        self.get_ready(deadline).await?;
        self.notice_unheard(target, before, deadline).await;
        Ok(())
    }

    /// Notices whether a click met nothing at all.
    async fn notice_unheard(&mut self, target: &Target, before: Outside, deadline: FairInstant) {
        let question = "globalThis.__nightshift ? __nightshift.unheard() : false";
        let unheard = self.evaluate(question, deadline).await.is_ok_and(|it| it == true);
        if unheard && self.record.state().outside() == before {
            let said = format!("the click on {target} reached no listener and changed nothing");
            self.record.state().note(&said);
            self.unheard = Unheard::of(said);
        }
    }

    /// Clicks as soon as the thing can be clicked; what gets in the way last is looked at again.
    pub(super) async fn click_until(
        &mut self,
        target: &Target,
        deadline: FairInstant,
    ) -> Step<ElementState> {
        loop {
            let spot = self.obtain(target, Need::Usable, deadline).await?;
            let clicked = self.click_or_tap(&spot).await;
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
        deadline: FairInstant,
    ) -> Step<bool> {
        match went {
            Ok(()) => {
                self.leave(spot).await?;
                Ok(true)
            }
            // There was no dialog before, so this one is the action's own work; and a button that
            // closes its window has done so.
            Err(Snag::Dialog | Snag::Closed) => Ok(true),
            Err(Snag::Again(_)) if !deadline.has_come() => {
                self.leave(spot).await?;
                self.pause().await;
                Ok(false)
            }
            Err(snag) => Err(self.trouble(snag, expected)),
        }
    }

    pub(crate) async fn fill(&mut self, fields: &[FieldValue]) -> Step<()> {
        for FieldValue { field, value } in fields {
            if let Some(trouble) = self.blocked(&Need::Editable.of(field)) {
                return Err(trouble);
            }
            let deadline = self.deadline();
            while !self.fill_one(field, value.raw(), deadline).await? {}
            self.get_ready(deadline).await?;
        }
        Ok(())
    }

    /// Empties a field.
    pub(crate) async fn clear(&mut self, field: &Target) -> Step<()> {
        let deadline = self.deadline();
        while !self.fill_one(field, "", deadline).await? {}
        self.get_ready(deadline).await
    }

    async fn fill_one(&mut self, field: &Target, value: &str, deadline: FairInstant) -> Step<bool> {
        let expected = Need::Editable.of(field);
        let spot = self.obtain(field, Need::Editable, deadline).await?;
        let prepared = self.script(PREPARE, vec![spot.reference.clone()]).await;
        let kind = match prepared {
            Ok(kind) if kind == "keys" => {
                self.leave(&spot).await?;
                self.adjust(field, value, deadline).await?;
                return Ok(true);
            }
            Ok(kind) => kind,
            Err(snag) => return self.acted(Err(snag), &spot, &expected, deadline).await,
        };
        let went = match kind.as_str().unwrap_or_default() {
            "select" => return Err(failed(expected, "it is a list; use `choose:`")),
            "file" => return Err(failed(expected, "it takes files; use `upload:`")),
            "direct" => {
                let set = self.script(SET, vec![spot.reference.clone(), json!(value)]).await;
                match set {
                    Ok(now) if now["taken"] == true => Ok(()),
                    Ok(now) => {
                        let form = now["form"].as_str().unwrap_or_default();
                        let actual =
                            format!("it does not take {value:?} and holds {}{form}", now["value"]);
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
            Err(Refusal::Silent) => Err(Snag::Hung),
            Err(refusal) => Err(Snag::Refused(refusal.to_string())),
        }
    }

    /// Runs a small script of ours in the page.
    pub(crate) async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value, Snag> {
        let run = self.shared.client.execute(script, arguments);
        self.shared.drive("using the page", run).await
    }

    pub(super) async fn type_text(&mut self, text: &Template, into: Option<&Target>) -> Step<()> {
        self.send(text.raw(), into, Need::Editable).await
    }

    pub(super) async fn press(&mut self, keys: &str, on: Option<&Target>) -> Step<()> {
        match chord(keys) {
            Ok(sent) => self.send(&sent, on, Need::Focusable).await,
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
            self.send_to_focus(keys).await?;
        }
        self.get_ready(deadline).await
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
        if ticked(&spot.state) == state {
            return Ok(());
        }
        self.click_until(target, deadline).await?;
        self.get_ready(deadline).await?;
        loop {
            if self.blocked(&expected).is_some() {
                return Ok(());
            }
            let spot = self.obtain(target, Need::There, deadline).await?;
            self.leave(&spot).await?;
            if ticked(&spot.state) == state {
                return Ok(());
            }
            if self.is_in_vain(deadline, Wait::UntilRest).await {
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
                None if deadline.has_come() => {
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
            Ok(_) => self.get_ready(deadline).await,
            Err(Refusal::Gone) => Err(Refusal::Gone.lost("answering a dialog").into()),
            Err(refusal) => Err(failed(expected, format!("it could not be answered: {refusal}"))),
        }
    }
}

/// Whether a thing is checked; items of lists, trees and grids are so when they are selected.
fn ticked(state: &ElementState) -> &str {
    match (state.role.as_str(), state.selected) {
        ("treeitem" | "option" | "row" | "gridcell", true) => "true",
        (_, true | false) => &state.checked,
    }
}
