//! The clipboard: what a product put there, and what is pasted into a product.
//!
//! A browser has one clipboard for all of its pages, and no other browser sees it: workers are apart
//! by having a browser each (measured, see `docs/design/012`). It is emptied when a page begins, so
//! nothing of an earlier attempt can be taken for the product's work. We read and write it in a tab
//! of our own, by pasting and copying there: the product's pages are granted nothing for it.

use serde_json::{Value, json};

use super::seek::Need;
use crate::model::Target;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::shared::Shared;
use crate::surface::browser::pages::trouble::{Step, failed};

/// Puts text on the clipboard the way a page does; `setData` keeps white space as it is.
const PUT: &str = r"((text) => {
  document.addEventListener('copy', (event) => {
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  }, { once: true });
  return document.execCommand('copy');
})";
/// Makes a place to paste into.
const PLACE: &str = r"(() => {
  document.body.textContent = '';
  globalThis.pasted = '';
  document.addEventListener('paste', (event) => {
    globalThis.pasted = event.clipboardData.getData('text/plain');
    event.preventDefault();
  }, { once: true });
  document.body.appendChild(document.createElement('textarea')).focus();
  return true;
})()";
/// What is done in our own tab here.
const CLIPBOARD: &str = "using the clipboard";
/// The chord that pastes.
const PASTE: &str =
    if cfg!(target_os = "macos") { "\u{E03D}v\u{E000}" } else { "\u{E009}v\u{E000}" };

impl Shared {
    /// Empties the clipboard.
    pub(crate) async fn clear_clipboard(&self) -> Result<(), SurfaceError> {
        self.put_on_clipboard("").await
    }

    async fn put_on_clipboard(&self, text: &str) -> Result<(), SurfaceError> {
        let put = self.in_own_tab(&format!("{PUT}({})", json!(text))).await?;
        if put == Value::Bool(true) {
            Ok(())
        } else {
            Err(SurfaceError::BrowserLost("the browser did not take text to copy".to_owned()))
        }
    }

    async fn read_clipboard(&self) -> Result<String, SurfaceError> {
        self.in_own_tab(PLACE).await?;
        for (kind, commands) in [("rawKeyDown", json!(["paste"])), ("keyUp", json!([]))] {
            let key = json!({ "type": kind, "key": "v", "code": "KeyV", "modifiers": 2,
                "windowsVirtualKeyCode": 86, "commands": commands });
            self.own_tab_command(CLIPBOARD, "Input.dispatchKeyEvent", key).await?;
        }
        let text = self.in_own_tab("globalThis.pasted").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// The value of an expression in our own tab, as if a person had asked for it.
    async fn in_own_tab(&self, expression: &str) -> Result<Value, SurfaceError> {
        let params =
            json!({ "expression": expression, "userGesture": true, "returnByValue": true });
        let mut answer = self.own_tab_command(CLIPBOARD, "Runtime.evaluate", params).await?;
        Ok(answer["result"]["result"]["value"].take())
    }

    /// Has a command carried out in our own tab, to do `what`.
    pub(super) async fn own_tab_command(
        &self,
        what: &str,
        method: &str,
        params: Value,
    ) -> Result<Value, SurfaceError> {
        let session = self.own_tab().await?;
        let params = json!({ "method": method, "params": params, "session": session });
        let answer = self.bidi.command("goog:cdp.sendCommand", params, self.limit).await;
        answer.map_err(|refusal| refusal.lost(what))
    }

    /// The engine's session of our own tab; it is made once a browser, behind all others.
    async fn own_tab(&self) -> Result<String, SurfaceError> {
        let mut known = self.own_tab.lock().await;
        if let Some(session) = known.as_ref() {
            return Ok(session.clone());
        }
        let command = async |method: &str, params: Value| {
            let answer = self.bidi.command(method, params, self.limit).await;
            answer.map_err(|refusal| refusal.lost(&format!("making a tab of our own ({method})")))
        };
        let params = json!({ "type": "tab", "background": true });
        let made = command("browsingContext.create", params).await?;
        let asked = json!({ "context": made["context"] });
        let named = command("goog:cdp.getSession", asked).await?;
        let session = named["session"].as_str().unwrap_or_default().to_owned();
        let focus = json!({ "method": "Emulation.setFocusEmulationEnabled",
            "params": { "enabled": true }, "session": session });
        command("goog:cdp.sendCommand", focus).await?;
        Ok(known.insert(session).clone())
    }
}

impl Page {
    /// The text on the clipboard.
    pub(super) async fn clipboard(&mut self) -> Step<String> {
        Ok(self.shared.read_clipboard().await?)
    }

    /// Puts text on the clipboard and pastes it, into a thing or into what has the focus.
    pub(crate) async fn paste(&mut self, text: &str, into: Option<&Target>) -> Step<()> {
        let deadline = self.deadline();
        self.shared.put_on_clipboard(text).await?;
        let Some(target) = into else {
            self.send_to_focus(PASTE).await?;
            return self.get_ready(deadline).await;
        };
        let expected = Need::Usable.of(target);
        loop {
            let (spot, at) = self.aim_at(target, Need::Usable, deadline).await?;
            let went = if spot.state.editable {
                self.shared.drive("pasting", spot.element.send_keys(PASTE)).await
            } else {
                // What takes no text may still take what is pasted, once it was clicked.
                self.paste_at(at).await
            };
            if self.acted(went, &spot, &expected, deadline).await? {
                return self.get_ready(deadline).await;
            }
        }
    }

    async fn paste_at(&self, at: super::pointer::At) -> Result<(), Snag> {
        self.click_point(at, &[]).await?;
        let typed: Vec<char> = PASTE.chars().filter(|it| *it != '\u{E000}').collect();
        let key = |kind: &str, it: &char| json!({ "type": kind, "value": it.to_string() });
        let keys: Vec<Value> = typed
            .iter()
            .map(|it| key("keyDown", it))
            .chain(typed.iter().rev().map(|it| key("keyUp", it)))
            .collect();
        self.gesture(&json!([{ "type": "key", "id": "nightshift-paste", "actions": keys }])).await
    }

    /// Sends keys to what has the focus.
    pub(super) async fn send_to_focus(&mut self, keys: &str) -> Step<()> {
        let active = async { self.shared.client.active_element().await?.send_keys(keys).await };
        match self.shared.drive("typing", active).await {
            Ok(()) | Err(Snag::Dialog) => Ok(()),
            Err(Snag::Again(said)) => Err(failed("something that has the focus", said)),
            Err(snag) => Err(self.trouble(snag, "something that has the focus")),
        }
    }
}
