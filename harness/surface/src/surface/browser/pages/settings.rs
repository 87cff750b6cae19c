//! Settings of a page as commands to the browser: what it is told of a user context and of a tab, and
//! the scripts that run before those of every document. [`crate::surface::browser::actions::emulate`] sends them.

use indexmap::IndexMap;
use serde_json::{Value, json};
use url::Url;

use crate::model::Template;
use crate::model::gesture::Network;
use crate::model::page_settings::{ColorScheme, PageSettings, Permitted};

/// How many fingers a touch screen takes.
const FINGERS: u32 = 5;

/// Where the page's randomness starts.
const SEED: u32 = 0x4e69_6768;

/// The script that runs before every document's own.
const PRELOAD: &str = include_str!("preload.js");

/// A command to the browser: its method and its parameters.
pub(crate) type Command = (&'static str, Value);

/// What a user context must be told, so that it goes from `before` to `after`; everything where
/// nothing was told before.
pub(crate) fn changes(
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

/// As [`changes`], for what belongs to the product's own origin.
pub(crate) fn grants(
    before: &PageSettings,
    after: &PageSettings,
    base: &Url,
    here: &str,
) -> Vec<Command> {
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

/// What must be said to each tab by the engine's own commands.
pub(crate) fn clothes(settings: &PageSettings) -> Vec<Command> {
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

/// A network as the engine's own command takes it.
pub(super) fn conditions(network: Network) -> Value {
    let (offline, latency, bytes) = match network {
        Network::Online => (false, 0, -1),
        Network::Offline => (true, 0, -1),
        Network::Slow { latency_ms, rate } => {
            (false, latency_ms, rate.map_or(-1, |it| i64::from(it) * 1024))
        }
    };
    json!({ "offline": offline, "latency": latency, "downloadThroughput": bytes,
        "uploadThroughput": bytes })
}

/// The name of a script that was added.
pub(crate) fn script_of(added: &Value) -> String {
    added["script"].as_str().unwrap_or_default().to_owned()
}

/// A function that fills the product's local storage.
pub(crate) fn stored(base: &Url, entries: &IndexMap<String, Template>) -> String {
    let entries: Vec<(&String, &str)> =
        entries.iter().map(|(name, value)| (name, value.raw())).collect();
    let (origin, entries) = (json!(base.origin().ascii_serialization()), json!(entries));
    format!(
        "() => {{ if (location.origin === {origin}) \
         for (const [name, value] of {entries}) localStorage.setItem(name, value) }}"
    )
}

/// The script that runs before those of every document, as a parameter.
pub(crate) fn preload(settings: &PageSettings, user_context: &str) -> Value {
    let given = json!({ "now": settings.now.map(|now| now.timestamp_millis()), "seed": SEED });
    json!({ "userContexts": [user_context],
        "functionDeclaration": format!("() => ({PRELOAD})({given})") })
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
