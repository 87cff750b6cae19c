//! When a page is ready: loaded, nothing short-lived under way, and the tree not changing.
//!
//! The preload script counts short timers, asked-for frames and changes in the page; requests and
//! navigations are known from events. A look costs one round trip, which also brings in every
//! event that was sent before its answer. Nobody waits for event streams, sockets, long polls or
//! chains of timers, and all waiting is bounded.

use std::time::Duration;

use serde_json::{Value, json};

use super::page::Page;
use super::trouble::Trouble;
use crate::process::FairInstant;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::silence::{Doing, Silent};
use crate::surface::browser::engine::snag::Snag;

/// The longest that a page which stays busy without leaving is waited for.
const BUSY_AT_MOST: Duration = Duration::from_secs(3);
/// How long between two looks, unless an event comes first.
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_millis(12);

/// A look is given this long, however near the deadline is.
const LEAST: Duration = Duration::from_millis(100);

/// What stopped a look at the page.
#[derive(Debug)]
enum Look {
    /// The page is quiet.
    Quiet,
    /// Something is under way.
    Busy,
    /// A dialog or a crash ends all waiting; the next command will tell.
    Blocked,
}

impl Page {
    /// Waits until the page is ready, at most until the deadline; a page that never gets there is
    /// taken as it is.
    pub(crate) async fn get_ready(&mut self, deadline: FairInstant) -> Result<(), Trouble> {
        self.round += 1;
        let bound = deadline.min(FairInstant::now() + BUSY_AT_MOST);
        loop {
            if self.is_overtaken() && self.record.state().dialog.is_none() {
                self.focus().await?;
            }
            let leaving = match self.look(deadline).await? {
                Look::Quiet | Look::Blocked => return Ok(()),
                Look::Busy => self.record.state().is_leaving(),
            };
            let until = if leaving { deadline } else { bound };
            if until.has_come() {
                return Ok(());
            }
            self.pause().await;
        }
    }

    /// Waits until what a step began is written: by timers that its input set, of at most two
    /// seconds. What a page writes by itself, as often as its clock says, is not waited for.
    pub(crate) async fn await_writes(&mut self, deadline: FairInstant) -> Result<(), Trouble> {
        let bound = deadline.min(FairInstant::now() + BUSY_AT_MOST);
        let owes = "globalThis.__nightshift ? __nightshift.owes() : false";
        while !bound.has_come() && self.peek(owes, deadline).await? == true {
            self.pause().await;
        }
        Ok(())
    }

    /// Waits until it is known how the writes ended that were just given up.
    pub(crate) async fn await_ends(&self) {
        // A page that gives up one after another is not waited for longer than any other.
        let bound = FairInstant::now() + BUSY_AT_MOST;
        while self.record.state().underway.is_in_doubt() && !bound.has_come() {
            self.pause().await;
        }
    }

    /// Learns what the page wrote by its clock; where it cannot be asked, the rounds of a first night
    /// tell.
    pub(crate) async fn ask_what_the_clock_wrote(&mut self, deadline: FairInstant) {
        let wrote = "globalThis.__nightshift ? __nightshift.wrote().join('\\n') : ''";
        if let Ok(said) = self.evaluate(wrote, deadline).await {
            self.by_clock.extend(said.as_str().unwrap_or_default().lines().map(str::to_owned));
        }
    }

    /// Lets a short time pass, or until the next event.
    pub(crate) async fn pause(&self) {
        let mut changes = self.record.changes();
        changes.mark_unchanged();
        // Either way the caller looks again.
        drop(tokio::time::timeout(BETWEEN_LOOKS, changes.changed()).await);
    }

    async fn look(&mut self, deadline: FairInstant) -> Result<Look, Trouble> {
        let question = format!(
            "globalThis.__nightshift ? __nightshift.busy({}).join() : 'loading'",
            self.round
        );
        let asked = FairInstant::now();
        let reasons = match self.evaluate(&question, deadline).await {
            Ok(value) => value.as_str().unwrap_or_default().to_owned(),
            // The document was replaced while we asked, or its scripts keep it from answering.
            Err(Snag::Again(_) | Snag::Refused(_)) => "replaced".to_owned(),
            Err(Snag::Dialog | Snag::Crashed | Snag::Closed) => return Ok(Look::Blocked),
            Err(Snag::Hung) => return self.silent(asked.elapsed()).await,
            Err(Snag::Lost(error)) => return Err(Trouble::Lost(error)),
        };
        let state = self.record.state();
        let quiet = reasons.is_empty() && !state.is_loading() && !state.is_leaving();
        Ok(if quiet { Look::Quiet } else { Look::Busy })
    }

    /// What a page is that did not answer for this long: one that hangs fails the step that it began
    /// to hang in, one that answers after all is taken as it is.
    async fn silent(&self, waited: Duration) -> Result<Look, Trouble> {
        match self.who_is_silent(waited).await {
            Silent::Page => Err(self.trouble(Snag::Hung, "a page that answers")),
            Silent::Nobody => Ok(Look::Blocked),
            Silent::Others(seen) => Err(lost(&seen)),
        }
    }

    /// Who does not answer, where the page has not for this long.
    pub(crate) async fn who_is_silent(&self, waited: Duration) -> Silent {
        let patience = self.shared.patience().saturating_sub(waited);
        self.shared.who_beside(&self.top, patience, Doing::Other).await
    }

    /// As [`Page::evaluate`], asked again while documents replace each other.
    pub(crate) async fn peek(
        &self,
        expression: &str,
        deadline: FairInstant,
    ) -> Result<Value, Trouble> {
        let asked = FairInstant::now();
        loop {
            match self.evaluate(expression, deadline).await {
                Ok(value) => return Ok(value),
                Err(Snag::Hung) => {
                    if let Silent::Others(seen) = self.who_is_silent(asked.elapsed()).await {
                        return Err(lost(&seen));
                    }
                    return Err(self.trouble(Snag::Hung, "a page that can be looked at"));
                }
                Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, "a page that can be looked at")),
            }
        }
    }

    /// The value of an expression in the page, by the event connection: every event that was sent
    /// before the answer has been taken in when this returns.
    pub(crate) async fn evaluate(
        &self,
        expression: &str,
        deadline: FairInstant,
    ) -> Result<Value, Snag> {
        if self.shared.silence.has_hung() {
            return Err(Snag::Hung);
        }
        let mut changes = self.record.changes();
        let limit = deadline.left().max(LEAST);
        let first = self.top == self.first;
        let (method, params) = if first {
            standard(&self.top, expression)
        } else {
            // In a window that a page opened, the standard's command waits for ever.
            engine(&self.engine_session, expression)
        };
        let command = self.shared.bidi.command(method, params, limit);
        tokio::pin!(command);
        loop {
            {
                let state = self.record.state();
                if state.crashed {
                    return Err(Snag::Crashed);
                }
                // A page that shows a dialog answers nothing until the dialog is answered.
                if state.dialog.is_some() {
                    return Err(Snag::Dialog);
                }
                if state.closed {
                    return Err(Snag::Closed);
                }
            }
            tokio::select! {
                answer = &mut command => return value_of(answer, first),
                _ = changes.changed() => {}
            }
        }
    }
}

fn lost(seen: &str) -> Trouble {
    Trouble::Lost(SurfaceError::BrowserLost(format!("looking at the page: {seen}")))
}

/// An expression as the standard's command takes it.
pub(crate) fn standard(context: &str, expression: &str) -> (&'static str, Value) {
    let params = json!({ "expression": expression, "target": { "context": context },
        "awaitPromise": false, "resultOwnership": "none" });
    ("script.evaluate", params)
}

/// An expression as the engine's own command takes it.
fn engine(session: &str, expression: &str) -> (&'static str, Value) {
    let params = json!({ "method": "Runtime.evaluate", "session": session,
        "params": { "expression": expression, "returnByValue": true } });
    ("goog:cdp.sendCommand", params)
}

fn value_of(answer: Result<Value, Refusal>, standard: bool) -> Result<Value, Snag> {
    match answer {
        Ok(mut result) if standard && result["type"] == "success" => {
            Ok(result["result"]["value"].take())
        }
        Ok(mut result) if !standard && result["result"]["exceptionDetails"].is_null() => {
            Ok(result["result"]["result"]["value"].take())
        }
        Ok(mut result) => {
            let details = if standard {
                result["exceptionDetails"].take()
            } else {
                result["result"]["exceptionDetails"].take()
            };
            Err(Snag::Refused(details["text"].as_str().unwrap_or("the script failed").to_owned()))
        }
        Err(Refusal::Silent) => Err(Snag::Hung),
        Err(Refusal::Said(_, message)) => Err(Snag::Again(message)),
        Err(Refusal::Gone) => Err(Snag::Lost(Refusal::Gone.lost("looking at the page"))),
    }
}
