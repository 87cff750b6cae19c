//! Reading what the browser pretends to be, and the sessions that scenarios start from.

use indexmap::IndexMap;

use super::grammar;
use super::node::Node;
use super::reader::{Fields, Mention, Reader};
use crate::model::page_settings::{
    ColorScheme, Credentials, Geolocation, PageSettings, Permission, Permitted,
};
use crate::model::suite::SessionConfig;

/// Device pixels for one CSS pixel.
const SCALES: std::ops::RangeInclusive<u32> = 1..=4;

impl Reader {
    /// The settings of a `browser:` or `emulate:` map.
    pub(super) fn page_settings(&mut self, node: &Node) -> Option<PageSettings> {
        let fields = self.object(node, &grammar::PAGE_SETTINGS)?;
        Some(self.settings_of(&fields))
    }

    /// The settings among the keys of a map that has been checked already.
    pub(super) fn settings_of(&mut self, fields: &Fields<'_>) -> PageSettings {
        let mut yes = |key: &str| {
            let node = fields.get(key)?;
            self.choice(node, &format!("value of \"{key}\""), grammar::yes_or_no())
                .map(|it| it == "true")
        };
        let (touch, reduced_motion) = (yes("touch"), yes("reduced-motion"));
        PageSettings {
            viewport: fields.get("viewport").and_then(|it| viewport(self, it)),
            scale: fields.get("scale").and_then(|it| self.scale(it)),
            touch,
            color_scheme: fields.get("color-scheme").and_then(|it| {
                let word = self.choice(it, "colour scheme", grammar::color_schemes())?;
                Some(if word == "dark" { ColorScheme::Dark } else { ColorScheme::Light })
            }),
            reduced_motion,
            locale: fields.get("locale").and_then(|it| locale(self, it)),
            timezone: fields.get("timezone").and_then(|it| timezone(self, it)),
            now: fields.get("now").and_then(|it| now(self, it)),
            user_agent: fields
                .get("user-agent")
                .and_then(|it| self.words(it, "\"user-agent\""))
                .map(str::to_owned),
            permissions: fields
                .get("permissions")
                .map(|it| self.permissions(it))
                .unwrap_or_default(),
            geolocation: fields.get("geolocation").and_then(|it| self.geolocation(it)),
            network: fields.get("network").and_then(|it| self.network(it)),
            credentials: fields.get("credentials").and_then(|it| self.credentials(it)),
            cookies: fields
                .get("cookies")
                .map(|it| self.templates(it, "\"cookies\""))
                .unwrap_or_default(),
            storage: fields
                .get("storage")
                .map(|it| self.templates(it, "\"storage\""))
                .unwrap_or_default(),
        }
    }

    fn scale(&mut self, node: &Node) -> Option<u32> {
        let scale = self.integer::<u32>(node, "\"scale\"")?;
        if SCALES.contains(&scale) {
            return Some(scale);
        }
        self.complain(node.pos, format!("\"scale\" must be from 1 to 4, not {scale}"), None);
        None
    }

    fn permissions(&mut self, node: &Node) -> IndexMap<Permission, Permitted> {
        let Some(fields) = self.object(node, &grammar::PERMITTED) else { return IndexMap::new() };
        let mut permissions = IndexMap::new();
        for permission in Permission::ALL {
            let Some(node) = fields.get(permission.word()) else { continue };
            match self.choice(node, "answer", grammar::permitted()) {
                Some("granted") => drop(permissions.insert(permission, Permitted::Granted)),
                Some(_) => drop(permissions.insert(permission, Permitted::Denied)),
                None => {}
            }
        }
        permissions
    }

    fn geolocation(&mut self, node: &Node) -> Option<Geolocation> {
        let text = self.words(node, "\"geolocation\"")?;
        let place = text.split_once(',').and_then(|(latitude, longitude)| {
            Some(Geolocation {
                latitude: millionths(latitude, 90.0)?,
                longitude: millionths(longitude, 180.0)?,
            })
        });
        if place.is_none() {
            self.advise(
                node.pos,
                format!("\"{text}\" is no place"),
                "write latitude and longitude in degrees, like `-36.85,174.76`",
            );
        }
        place
    }

    fn credentials(&mut self, node: &Node) -> Option<Credentials> {
        let fields = self.object(node, &grammar::CREDENTIAL)?;
        let user = fields.get("user").and_then(|it| self.template(it, "\"user\""));
        let password = fields.get("password").and_then(|it| self.template(it, "\"password\""));
        Some(Credentials { user: user?, password: password? })
    }

    /// The sessions of the suite by name.
    pub(super) fn sessions(&mut self, node: &Node) -> IndexMap<String, SessionConfig> {
        let mut sessions = IndexMap::new();
        for entry in self.map(node, "\"sessions\"").unwrap_or_default() {
            let named = self.check_name(&entry.key, entry.pos, "the session");
            let Some(fields) = self.object(&entry.value, &grammar::SESSION) else { continue };
            let product = fields.get("product").and_then(|it| self.product_name(it));
            let establish = self.steps(fields.get("establish"), "\"establish\"");
            let check = self.steps(fields.get("check"), "\"check\"");
            let renew_after_ms =
                fields.get("renew-after").and_then(|it| self.duration(it, "\"renew-after\""));
            if named {
                sessions.insert(
                    entry.key.clone(),
                    SessionConfig { product, establish, check, renew_after_ms },
                );
            }
        }
        sessions
    }

    /// The name of a product, which must be one of the suite.
    pub(super) fn product_name(&mut self, node: &Node) -> Option<String> {
        let name = self.words(node, "\"product\"")?.to_owned();
        self.mentions.push(Mention::Product { name: name.clone(), pos: node.pos });
        Some(name)
    }

    /// The name of a session, which must be one of the suite.
    pub(super) fn session_name(&mut self, node: &Node) -> Option<String> {
        let name = self.words(node, "\"as\"")?.to_owned();
        self.mentions.push(Mention::Session { name: name.clone(), pos: node.pos });
        Some(name)
    }
}

/// Degrees as millionths of a degree.
fn millionths(text: &str, most: f64) -> Option<i32> {
    let degrees: f64 = text.trim().parse().ok()?;
    (degrees.abs() <= most).then(|| (degrees * 1_000_000.0).round() as i32)
}

fn viewport(reader: &mut Reader, node: &Node) -> Option<(u32, u32)> {
    let text = reader.words(node, "\"viewport\"")?;
    let sides = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let sides = sides.filter(|(width, height)| {
        (100..=10_000).contains(width) && (100..=10_000).contains(height)
    });
    if sides.is_none() {
        reader.advise(
            node.pos,
            format!("\"{text}\" is no viewport"),
            "write width and height from 100 to 10000, like `1280x800`",
        );
    }
    sides
}

fn locale(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"locale\"")?;
    let mut parts = text.split('-');
    let language = parts.next().is_some_and(|it| {
        (2..=3).contains(&it.len()) && it.chars().all(|c| c.is_ascii_alphabetic())
    });
    let rest = parts
        .all(|it| (1..=8).contains(&it.len()) && it.chars().all(|c| c.is_ascii_alphanumeric()));
    if language && rest {
        return Some(text.to_owned());
    }
    reader.advise(node.pos, format!("\"{text}\" is no language tag"), "write it like `en-GB`");
    None
}

pub(super) fn timezone(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"timezone\"")?;
    if text.parse::<chrono_tz::Tz>().is_ok() {
        return Some(text.to_owned());
    }
    let names = chrono_tz::TZ_VARIANTS.iter().map(|it| it.name());
    let help = super::suggest::suggestion(text, names.clone())
        // A city alone is the most usual mistake.
        .or_else(|| {
            names
                .clone()
                .find(|it| {
                    it.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text))
                })
                .map(|it| format!("did you mean \"{it}\"?"))
        })
        .unwrap_or_else(|| "write an IANA name like `Europe/London`".to_owned());
    reader.complain(node.pos, format!("unknown time zone \"{text}\""), Some(help));
    None
}

fn now(reader: &mut Reader, node: &Node) -> Option<chrono::DateTime<chrono::Utc>> {
    let text = reader.words(node, "\"now\"")?;
    let now = chrono::DateTime::parse_from_rfc3339(text).ok();
    if now.is_none() {
        reader.advise(
            node.pos,
            format!("\"{text}\" is no instant"),
            "write it like `2026-01-05T09:00:00Z`",
        );
    }
    now.map(|it| it.to_utc())
}
