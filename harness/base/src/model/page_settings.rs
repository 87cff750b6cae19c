//! [`PageSettings`]: what the browser pretends to be, said for the suite, a product, a scenario or
//! from a step on.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::gesture::Network;
use super::template::Template;

/// What the browser pretends to be; what is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct PageSettings {
    /// Width and height of the page, in CSS pixels.
    pub viewport: Option<(u32, u32)>,
    /// Device pixels for one CSS pixel.
    pub scale: Option<u32>,
    /// Whether it has a touch screen and is a phone or tablet.
    pub touch: Option<bool>,
    /// The colours that the person prefers.
    pub color_scheme: Option<ColorScheme>,
    /// Whether the person prefers little motion.
    pub reduced_motion: Option<bool>,
    /// The language, as a BCP 47 tag.
    pub locale: Option<String>,
    /// The time zone, as an IANA name.
    pub timezone: Option<String>,
    /// The instant at which the page's clock starts.
    pub now: Option<DateTime<Utc>>,
    /// The user agent that is sent.
    pub user_agent: Option<String>,
    /// What pages may do, by permission.
    pub permissions: IndexMap<Permission, Permitted>,
    /// Where the device is.
    pub geolocation: Option<Geolocation>,
    /// The network that pages find.
    pub network: Option<Network>,
    /// Name and password for HTTP basic authentication by the product.
    pub credentials: Option<Credentials>,
    /// Cookies that the product's pages have from the beginning.
    pub cookies: IndexMap<String, Template>,
    /// Entries of the product's local storage from the beginning.
    pub storage: IndexMap<String, Template>,
}

/// The colours that a person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorScheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Something that a page asks the person for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Where the device is.
    Geolocation,
    /// Showing notifications.
    Notifications,
    /// Reading the clipboard.
    ClipboardRead,
    /// The camera.
    Camera,
    /// The microphone.
    Microphone,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 5] = [
        Self::Geolocation,
        Self::Notifications,
        Self::ClipboardRead,
        Self::Camera,
        Self::Microphone,
    ];

    /// The word used in YAML, which is the name in the Permissions API too.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Geolocation => "geolocation",
            Self::Notifications => "notifications",
            Self::ClipboardRead => "clipboard-read",
            Self::Camera => "camera",
            Self::Microphone => "microphone",
        }
    }
}

/// What a person answers when a page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permitted {
    /// Yes.
    Granted,
    /// No.
    Denied,
}

/// A place on earth, in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geolocation {
    /// North of the equator.
    pub latitude: i32,
    /// East of Greenwich.
    pub longitude: i32,
}

/// Name and password for HTTP basic authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The name.
    pub user: Template,
    /// The password: a secret.
    pub password: Template,
}

impl PageSettings {
    /// The viewport where nothing is said.
    pub const VIEWPORT: (u32, u32) = (1280, 800);

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These settings where `over` says nothing.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        let merged = |mut under: IndexMap<String, Template>, over: &IndexMap<_, _>| {
            under.extend(over.clone());
            under
        };
        let mut permissions = self.permissions.clone();
        permissions.extend(over.permissions.clone());
        Self {
            viewport: over.viewport.or(self.viewport),
            scale: over.scale.or(self.scale),
            touch: over.touch.or(self.touch),
            color_scheme: over.color_scheme.or(self.color_scheme),
            reduced_motion: over.reduced_motion.or(self.reduced_motion),
            locale: over.locale.clone().or_else(|| self.locale.clone()),
            timezone: over.timezone.clone().or_else(|| self.timezone.clone()),
            now: over.now.or(self.now),
            user_agent: over.user_agent.clone().or_else(|| self.user_agent.clone()),
            permissions,
            geolocation: over.geolocation.or(self.geolocation),
            network: over.network.or(self.network),
            credentials: over.credentials.clone().or_else(|| self.credentials.clone()),
            cookies: merged(self.cookies.clone(), &over.cookies),
            storage: merged(self.storage.clone(), &over.storage),
        }
    }

    /// The viewport, where nothing is said the usual one.
    #[must_use]
    pub fn viewport(&self) -> (u32, u32) {
        self.viewport.unwrap_or(Self::VIEWPORT)
    }

    /// The language, where nothing is said `en-US`.
    #[must_use]
    pub fn locale(&self) -> &str {
        self.locale.as_deref().unwrap_or("en-US")
    }

    /// The time zone, where nothing is said UTC.
    #[must_use]
    pub fn timezone(&self) -> &str {
        self.timezone.as_deref().unwrap_or("UTC")
    }

    /// The same settings with their references replaced by `fill`.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: &dyn Fn(&Template) -> Result<Template, E>) -> Result<Self, E> {
        let all = |map: &IndexMap<String, Template>| {
            map.iter()
                .map(|(name, value)| Ok((name.clone(), fill(value)?)))
                .collect::<Result<IndexMap<_, _>, E>>()
        };
        let credentials = match &self.credentials {
            Some(it) => Some(Credentials { user: fill(&it.user)?, password: fill(&it.password)? }),
            None => None,
        };
        Ok(Self {
            credentials,
            cookies: all(&self.cookies)?,
            storage: all(&self.storage)?,
            ..self.clone()
        })
    }
}
