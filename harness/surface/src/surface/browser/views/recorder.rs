//! [`Recorder`]: hears what a person does with a page, in order, across navigations.
//!
//! The page script (`listen.js`) runs in a world of its own in every document of the tab and tells
//! by a binding, which delivers at once and in order even while a page is being left; the rest
//! (dialogs, downloads, tabs) comes from the events that the page is watched by anyway. What it
//! means is [`crate::surface::recording`]'s to say.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::surface::SurfaceError;
use crate::surface::browser::events::record::Dialog;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::walker;
use crate::surface::recording::{Heard, Told};

/// The page script.
const LISTEN: &str = include_str!("listen.js");
/// The world that it runs in.
const WORLD: &str = "nightshift";
/// What it tells by.
const BINDING: &str = "__nightshiftTold";
/// The events that nobody else needs.
const EVENTS: [&str; 2] =
    ["goog:cdp.Runtime.bindingCalled", "goog:cdp.Page.frameRequestedNavigation"];

/// Hears what is done with one page.
#[derive(Debug)]
pub struct Recorder {
    events: mpsc::UnboundedReceiver<(String, Value)>,
    top: String,
    dialog: Option<Dialog>,
}

impl Page {
    /// Begins to listen, before the first document is opened.
    ///
    /// # Errors
    /// The browser does not take the page script.
    pub async fn listen(&self) -> Result<Recorder, SurfaceError> {
        let (tap, events) = mpsc::unbounded_channel();
        self.record.tap(tap);
        let limit = self.shared.limit;
        let command = async |method: &str, params: Value| {
            let answer = self.shared.bidi.command(method, params, limit).await;
            answer.map_err(|refusal| refusal.lost("listening to the page"))
        };
        let engine = async |method: &str, params: Value| {
            let sent =
                json!({ "method": method, "session": self.engine_session, "params": params });
            command("goog:cdp.sendCommand", sent).await
        };
        command("session.subscribe", json!({ "events": EVENTS })).await?;
        engine("Runtime.addBinding", json!({ "name": BINDING, "executionContextName": WORLD }))
            .await?;
        let source = format!(
            "({LISTEN})((window, document) => function () {{ {} }}, '{BINDING}')",
            walker::SCRIPT
        );
        engine(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source, "worldName": WORLD, "runImmediately": true }),
        )
        .await?;
        Ok(Recorder { events, top: self.top.clone(), dialog: None })
    }
}

impl Page {
    /// Waits until the page is at rest, as a step would.
    pub async fn rest(&mut self) {
        let deadline = self.deadline();
        // A page that is gone or never rests is what it is.
        drop(self.get_ready(deadline).await);
    }
}

impl Recorder {
    /// The next thing that was done; [`Heard::Gone`] for ever once the page is gone.
    pub async fn next(&mut self) -> Heard {
        while let Some((method, params)) = self.events.recv().await {
            if let Some(heard) = self.read(&method, &params) {
                return heard;
            }
        }
        Heard::Gone
    }

    /// What was heard already and nobody has taken yet.
    pub fn rest(&mut self) -> Vec<Heard> {
        let mut all = Vec::new();
        while let Ok((method, params)) = self.events.try_recv() {
            all.extend(self.read(&method, &params));
        }
        all
    }

    fn read(&mut self, method: &str, params: &Value) -> Option<Heard> {
        let is_top = params["context"] == self.top.as_str();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match method {
            "goog:cdp.Runtime.bindingCalled" if params["params"]["name"] == BINDING => {
                let payload = params["params"]["payload"].as_str().unwrap_or_default();
                let told = serde_json::from_str::<Told>(payload);
                Some(Heard::Told(Box::new(told.unwrap_or_else(|error| Told {
                    said: format!("the page script told what nobody understands: {error}"),
                    ..Told::default()
                }))))
            }
            "goog:cdp.Page.frameRequestedNavigation"
                if params["params"]["frameId"] == self.top.as_str() =>
            {
                Some(Heard::AskedToGo)
            }
            "browsingContext.userPromptOpened" => {
                self.dialog = Some(Dialog {
                    kind: text(&params["type"]),
                    message: text(&params["message"]),
                    context: text(&params["context"]),
                });
                None
            }
            "browsingContext.userPromptClosed" => {
                let Dialog { kind, message, .. } = self.dialog.take()?;
                let accepted = params["accepted"] == true;
                let text = params["userText"].as_str().map(str::to_owned);
                Some(Heard::Dialog { kind, message, accepted, text })
            }
            "browsingContext.downloadWillBegin" => {
                Some(Heard::Download(text(&params["suggestedFilename"])))
            }
            "browsingContext.contextCreated" if !is_top && params["parent"].is_null() => {
                Some(Heard::NewTab)
            }
            "browsingContext.contextDestroyed" if is_top => Some(Heard::Gone),
            "connection.ended" => Some(Heard::Gone),
            _ => None,
        }
    }
}
