//! What the browser pretends to be: [`PageSettings`] as commands to the browser.
//!
//! Nearly all of it is said once for the whole user context, so that pop-ups and frames have it
//! from their first byte; what the browser only takes tab by tab is said by [`Page::dress`]. What
//! is not said costs nothing. Name and password are the affair of [`crate::surface::browser::engine::auth`].

use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use url::Url;

use super::seek::Spot;
use crate::model::page_settings::{Credentials, PageSettings};
use crate::process::FairInstant;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::Known;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::settings::{
    changes, clothes, grants, preload, script_of, stored,
};
use crate::surface::browser::pages::trouble::{Step, failed};

/// How long a page may take to draw what changed around it.
const DRAWN: Duration = Duration::from_secs(1);

impl Page {
    /// Changes what the browser pretends to be, from here on.
    pub(crate) async fn emulate(&mut self, over: &PageSettings) -> Step<()> {
        self.wear(over).await?;
        self.show_changes(over).await?;
        if !over.storage.is_empty() && self.is_at_home() {
            let deadline = self.deadline();
            let script = stored(&self.base, &over.storage);
            self.peek(&format!("({script})()"), deadline).await?;
        }
        let deadline = self.deadline();
        self.get_ready(deadline).await
    }

    /// Lets the page take in what changed around it: the events of a new size or of other colours
    /// come with the next frames that it draws.
    async fn show_changes(&self, over: &PageSettings) -> Step<()> {
        let (width, height) = self.settings.viewport();
        // A phone may lay its pages out wider than its screen.
        let sized = over.viewport.is_some() && self.settings.touch != Some(true);
        let wanted = if sized {
            format!("innerWidth === {width} && innerHeight === {height}")
        } else {
            "true".to_owned()
        };
        let frames = format!(
            "(() => {{ globalThis.__drawn ??= {{ count: 0, next() {{ \
             this.count += 1; if (this.count < 3) requestAnimationFrame(() => this.next()); }} }}; \
             if (__drawn.count === 0 && {wanted}) __drawn.next(); return __drawn.count; }})()"
        );
        let until = self.deadline().min(FairInstant::now() + DRAWN);
        while self.record.state().dialog.is_none() && !until.has_come() {
            if self.peek(&frames, until).await?.as_u64().unwrap_or_default() >= 3 {
                break;
            }
            self.pause().await;
        }
        self.peek("delete globalThis.__drawn", self.deadline()).await?;
        Ok(())
    }

    /// Lays settings over those that the page has, and tells the browser what changes by it.
    pub(crate) async fn wear(&mut self, over: &PageSettings) -> Step<()> {
        let after = self.settings.overlaid(over);
        let before = std::mem::replace(&mut self.settings, after.clone());
        let mut all = changes(Some(&before), &after, &self.user_context);
        all.extend(grants(&before, &after, &self.base, &self.user_context));
        try_join_all(all.into_iter().map(|(method, params)| self.tell(method, params))).await?;
        if let Some(network) = after.network.filter(|_| before.network != after.network) {
            self.tell_workers(network).await;
        }
        if before.now != after.now {
            let old = json!({ "script": self.preload });
            self.tell("script.removePreloadScript", old).await?;
            let new = preload(&after, &self.user_context);
            self.preload = script_of(&self.tell("script.addPreloadScript", new).await?);
        }
        if before.storage != after.storage && !after.storage.is_empty() {
            self.forget_stored().await?;
            let params = json!({ "userContexts": [self.user_context],
                "functionDeclaration": stored(&self.base, &after.storage) });
            let added = self.tell("script.addPreloadScript", params).await?;
            self.stored = Some(script_of(&added));
        }
        if before.credentials != after.credentials
            && let Some(credentials) = &after.credentials
        {
            self.sign_in(credentials).await?;
        }
        if (before.viewport(), before.scale) != (after.viewport(), after.scale) {
            self.environment = Some(self.shared.environment_key(&after));
        }
        if clothes(&before) != clothes(&after) {
            self.dressed.clear();
        }
        self.dress().await
    }

    /// Clicks as a person does with this device: with a finger where it has a touch screen.
    pub(super) async fn click_or_tap(&self, spot: &Spot) -> Result<(), Snag> {
        let Some(point) = spot.state.point.filter(|_| self.settings.touch == Some(true)) else {
            return self.click_spot(spot).await;
        };
        if spot.framed {
            // Its place is told in its frame; a finger needs one on the screen.
            return self.click_spot(spot).await;
        }
        let (x, y) = (point.x.floor(), point.y.floor());
        let finger = json!({ "type": "pointer", "id": "finger",
            "parameters": { "pointerType": "touch" }, "actions": [
                { "type": "pointerMove", "x": x, "y": y },
                { "type": "pointerDown", "button": 0 },
                { "type": "pointerUp", "button": 0 } ] });
        let params = json!({ "context": self.top, "actions": [finger] });
        match self.answer_or_dialog("input.performActions", params).await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(Refusal::Said(_, said))) => Err(Snag::Again(said)),
            Some(Err(Refusal::Silent)) => Err(Snag::Hung),
            Some(Err(Refusal::Gone)) => Err(Snag::Lost(Refusal::Gone.lost("tapping"))),
        }
    }

    /// Tells the tab what the browser takes only tab by tab, once.
    pub(super) async fn dress(&mut self) -> Step<()> {
        let all = clothes(&self.settings);
        if all.is_empty() || self.dressed.contains(&self.top) {
            return Ok(());
        }
        for (method, params) in all {
            let params =
                json!({ "method": method, "params": params, "session": self.engine_session });
            self.tell("goog:cdp.sendCommand", params).await?;
        }
        self.dressed.push(self.top.clone());
        Ok(())
    }

    /// The entries of the storage are given to the first document of the product only: what the
    /// product makes of them afterwards must stay.
    pub(super) async fn forget_stored(&mut self) -> Step<()> {
        if let Some(script) = self.stored.take() {
            self.tell("script.removePreloadScript", json!({ "script": script })).await?;
        }
        Ok(())
    }

    /// Whether the page is one of the product.
    pub(super) fn is_at_home(&self) -> bool {
        let here = Url::parse(&self.record.state().url);
        here.is_ok_and(|here| here.origin() == self.base.origin())
    }

    /// Sends a command that the browser must be able to carry out.
    pub(crate) async fn tell(&self, method: &str, params: Value) -> Step<Value> {
        match self.shared.bidi.command(method, params, self.shared.limit).await {
            Ok(answer) => Ok(answer),
            Err(Refusal::Said(code, said)) => Err(failed(
                "settings that the browser can take",
                format!("{method}: {said} ({code})"),
            )),
            Err(refusal) => Err(refusal.lost(method).into()),
        }
    }
}

impl Page {
    /// Answers with these credentials wherever the product asks for some.
    async fn sign_in(&mut self, credentials: &Credentials) -> Step<()> {
        self.record.state().credentials = Some(Known {
            user: credentials.user.raw().to_owned(),
            password: credentials.password.raw().to_owned(),
            origin: self.base.origin(),
        });
        self.hold_questions_back().await
    }

    /// Has every request held back that is asked for a password, until it is said how it goes on.
    pub(crate) async fn hold_questions_back(&mut self) -> Step<()> {
        if self.intercept.is_some() {
            return Ok(());
        }
        let here = json!([self.user_context]);
        let params = json!({ "events": ["network.authRequired"], "userContexts": here });
        self.tell("session.subscribe", params).await?;
        let params = json!({ "phases": ["authRequired"] });
        let added = self.tell("network.addIntercept", params).await?;
        self.intercept = Some(added["intercept"].as_str().unwrap_or_default().to_owned());
        Ok(())
    }

    /// Holds nothing back any more: the browser is used for other pages after this one.
    pub(crate) fn hold_nothing_back(&self) {
        if let Some(intercept) = &self.intercept {
            let params = json!({ "intercept": intercept });
            self.shared.bidi.send("network.removeIntercept", &params);
        }
    }
}
