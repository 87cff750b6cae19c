//! What the browser pretends to be: [`PageSettings`] as commands to the browser.
//!
//! Nearly all of it is said once for the whole user context, so that pop-ups and frames have it
//! from their first byte; what the browser only takes tab by tab is said by [`Page::dress`]. What
//! is not said costs nothing. Name and password are the affair of [`super::auth`].

use std::time::Duration;

use futures_util::future::try_join_all;
use indexmap::IndexMap;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::bidi::Refusal;
use super::locate::environment_key;
use super::network::conditions;
use super::page::{Page, Step, failed};
use super::seek::Spot;
use super::session::Snag;
use crate::model::Template;
use crate::model::gesture::Network;
use crate::model::page_settings::{ColorScheme, PageSettings, Permitted};

/// How many fingers a touch screen takes.
const FINGERS: u32 = 5;

/// How long a page may take to draw what changed around it.
const DRAWN: Duration = Duration::from_secs(1);

/// A command to the browser: its method and its parameters.
pub(super) type Command = (&'static str, Value);

/// What a user context must be told, so that it goes from `before` to `after`; everything where
/// nothing was told before.
pub(super) fn changes(
    before: Option<&PageSettings>,
    after: &PageSettings,
    user_context: &str,
) -> Vec<Command> {
    let here = json!([user_context]);
    let fresh = before.is_none();
    let unsaid = PageSettings::default();
    let before = before.unwrap_or(&unsaid);
    let mut all: Vec<Command> = Vec::new();
    if fresh || (before.viewport(), before.scale) != (after.viewport(), after.scale) {
        let (width, height) = after.viewport();
        let mut params =
            json!({ "userContexts": here, "viewport": { "width": width, "height": height } });
        if let Some(scale) = after.scale {
            params["devicePixelRatio"] = json!(scale);
        }
        all.push(("browsingContext.setViewport", params));
    }
    if fresh || before.timezone() != after.timezone() {
        let params = json!({ "userContexts": here, "timezone": after.timezone() });
        all.push(("emulation.setTimezoneOverride", params));
    }
    if fresh || before.locale() != after.locale() {
        let params = json!({ "userContexts": here, "locale": after.locale() });
        all.push(("emulation.setLocaleOverride", params));
    }
    if before.touch != after.touch {
        let fingers = after.touch.unwrap_or_default().then_some(FINGERS);
        let params = json!({ "userContexts": here, "maxTouchPoints": fingers });
        all.push(("emulation.setTouchOverride", params));
    }
    if (before.color_scheme, before.reduced_motion) != (after.color_scheme, after.reduced_motion) {
        let params = json!({ "userContexts": here, "features": media(after) });
        all.push(("emulation.setMediaFeaturesOverride", params));
    }
    if before.user_agent != after.user_agent {
        let params = json!({ "userContexts": here, "userAgent": after.user_agent });
        all.push(("emulation.setUserAgentOverride", params));
    }
    if let Some(place) = after.geolocation.filter(|_| before.geolocation != after.geolocation) {
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        let coordinates = json!({ "latitude": degrees(place.latitude),
            "longitude": degrees(place.longitude), "accuracy": 1.0 });
        let params = json!({ "userContexts": here, "coordinates": coordinates });
        all.push(("emulation.setGeolocationOverride", params));
    }
    let offline = |it: &PageSettings| it.network == Some(Network::Offline);
    if offline(before) != offline(after) {
        let conditions = offline(after).then(|| json!({ "type": "offline" }));
        let params = json!({ "userContexts": here, "networkConditions": conditions });
        all.push(("emulation.setNetworkConditions", params));
    }
    all
}

fn media(settings: &PageSettings) -> Value {
    let mut features = serde_json::Map::new();
    if let Some(scheme) = settings.color_scheme {
        let word = match scheme {
            ColorScheme::Light => "light",
            ColorScheme::Dark => "dark",
        };
        features.insert("prefers-color-scheme".to_owned(), json!(word));
    }
    if let Some(reduced) = settings.reduced_motion {
        let word = if reduced { "reduce" } else { "no-preference" };
        features.insert("prefers-reduced-motion".to_owned(), json!(word));
    }
    Value::Object(features)
}

/// As [`changes`], for what belongs to the product's own origin.
fn grants(before: &PageSettings, after: &PageSettings, base: &Url, here: &str) -> Vec<Command> {
    let origin = base.origin().ascii_serialization();
    let permissions = after
        .permissions
        .iter()
        .filter(|(permission, permitted)| before.permissions.get(*permission) != Some(*permitted))
        .map(|(permission, permitted)| {
            let state = match permitted {
                Permitted::Granted => "granted",
                Permitted::Denied => "denied",
            };
            let params = json!({ "descriptor": { "name": permission.word() }, "state": state,
                "origin": origin, "userContext": here });
            ("permissions.setPermission", params)
        });
    let cookies =
        after.cookies.iter().filter(|(name, value)| before.cookies.get(*name) != Some(*value)).map(
            |(name, value)| {
                let params = json!({
                "cookie": { "name": name, "value": { "type": "string", "value": value.raw() },
                    "domain": base.host_str(), "path": "/" },
                "partition": { "type": "storageKey", "userContext": here } });
                ("storage.setCookie", params)
            },
        );
    permissions.chain(cookies).collect()
}

/// What must be said to each tab by the engine's own commands.
fn clothes(settings: &PageSettings) -> Vec<Command> {
    let mut all = Vec::new();
    if let Some(touch) = settings.touch {
        let (width, height) = settings.viewport();
        let scale = settings.scale.unwrap_or(1);
        all.push((
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": scale,
                "mobile": touch }),
        ));
        all.push((
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": touch, "maxTouchPoints": if touch { FINGERS } else { 1 } }),
        ));
    }
    if let Some(network) = settings.network.filter(|it| *it != Network::Offline) {
        all.push(("Network.emulateNetworkConditions", conditions(network)));
    }
    all
}

impl Page {
    /// Changes what the browser pretends to be, from here on.
    pub(super) async fn emulate(&mut self, over: &PageSettings) -> Step<()> {
        self.wear(over).await?;
        self.show_changes(over).await?;
        if !over.storage.is_empty() && self.is_at_home() {
            let deadline = self.deadline();
            let script = stored(&self.base, &over.storage);
            self.peek(&format!("({script})()"), deadline).await?;
        }
        let deadline = self.deadline();
        self.settle(deadline).await
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
        let until = self.deadline().min(Instant::now() + DRAWN);
        while self.record.state().dialog.is_none() && Instant::now() < until {
            if self.peek(&frames, until).await?.as_u64().unwrap_or_default() >= 3 {
                break;
            }
            self.pause().await;
        }
        self.peek("delete globalThis.__drawn", self.deadline()).await?;
        Ok(())
    }

    /// Lays settings over those that the page has, and tells the browser what changes by it.
    pub(super) async fn wear(&mut self, over: &PageSettings) -> Step<()> {
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
            let new = super::page::preload(&after, &self.user_context);
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
            self.environment = Some(environment_key(&after));
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
    pub(super) async fn tell(&self, method: &str, params: Value) -> Step<Value> {
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

pub(super) fn script_of(added: &Value) -> String {
    added["script"].as_str().unwrap_or_default().to_owned()
}

/// A function that fills the product's local storage.
fn stored(base: &Url, entries: &IndexMap<String, Template>) -> String {
    let entries: Vec<(&String, &str)> =
        entries.iter().map(|(name, value)| (name, value.raw())).collect();
    let (origin, entries) = (json!(base.origin().ascii_serialization()), json!(entries));
    format!(
        "() => {{ if (location.origin === {origin}) \
         for (const [name, value] of {entries}) localStorage.setItem(name, value) }}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page_settings::{Geolocation, Permission};

    fn methods(commands: &[Command]) -> Vec<&'static str> {
        commands.iter().map(|(method, _)| *method).collect()
    }

    #[test]
    fn what_is_not_said_costs_no_command() {
        let unsaid = PageSettings::default();
        assert_eq!(
            methods(&changes(None, &unsaid, "1")),
            [
                "browsingContext.setViewport",
                "emulation.setTimezoneOverride",
                "emulation.setLocaleOverride"
            ]
        );
        assert_eq!(changes(Some(&unsaid), &unsaid, "1"), vec![]);
        assert_eq!(clothes(&unsaid), vec![]);
    }

    #[test]
    fn only_what_changes_is_told() {
        let before = PageSettings { viewport: Some((390, 844)), ..PageSettings::default() };
        let said = PageSettings {
            color_scheme: Some(ColorScheme::Dark),
            geolocation: Some(Geolocation { latitude: -36_850_000, longitude: 174_760_000 }),
            ..PageSettings::default()
        };
        let after = before.overlaid(&said);
        assert_eq!(
            changes(Some(&before), &after, "1"),
            vec![
                (
                    "emulation.setMediaFeaturesOverride",
                    json!({ "userContexts": ["1"], "features": { "prefers-color-scheme": "dark" } })
                ),
                (
                    "emulation.setGeolocationOverride",
                    json!({ "userContexts": ["1"], "coordinates":
                        { "latitude": -36.85, "longitude": 174.76, "accuracy": 1.0 } })
                ),
            ]
        );
    }

    #[test]
    fn permissions_and_cookies_are_those_of_the_product() {
        let before = PageSettings::default();
        let mut after = PageSettings::default();
        after.permissions.insert(Permission::Camera, Permitted::Denied);
        after.cookies.insert("flag".to_owned(), "on".into());
        let base = Url::parse("http://127.0.0.1:8080/app").unwrap();
        assert_eq!(
            grants(&before, &after, &base, "1"),
            vec![
                (
                    "permissions.setPermission",
                    json!({ "descriptor": { "name": "camera" }, "state": "denied",
                        "origin": "http://127.0.0.1:8080", "userContext": "1" })
                ),
                (
                    "storage.setCookie",
                    json!({ "cookie": { "name": "flag", "domain": "127.0.0.1", "path": "/",
                            "value": { "type": "string", "value": "on" } },
                        "partition": { "type": "storageKey", "userContext": "1" } })
                ),
            ]
        );
    }
}
