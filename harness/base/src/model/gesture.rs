//! What a person does beyond a plain click: [`Click`] with keys held, drags, scrolls, files that
//! are handed over, tabs, and the network that a page finds. Parts of [`super::Action`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::target::{Locator, Target};
use super::template::{Fill, Template};

/// A click of the pointer on a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ClickOnDisk")]
pub struct Click {
    /// What is clicked.
    pub target: Target,
    /// With which button, and how often.
    pub kind: ClickKind,
    /// The keys that are held down meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holding: Vec<Modifier>,
}

/// A click as plans have it: the first plans had nothing but the target, without a key for it.
#[derive(Deserialize)]
struct ClickOnDisk {
    target: Option<Target>,
    #[serde(default)]
    kind: ClickKind,
    #[serde(default)]
    holding: Vec<Modifier>,
    locator: Option<Locator>,
    within: Option<Box<Target>>,
    nth: Option<u32>,
}

impl TryFrom<ClickOnDisk> for Click {
    type Error = &'static str;

    fn try_from(it: ClickOnDisk) -> Result<Self, Self::Error> {
        let target = match (it.target, it.locator) {
            (Some(target), _) => target,
            (None, Some(locator)) => Target { locator, within: it.within, nth: it.nth },
            (None, None) => return Err("a click without a target"),
        };
        Ok(Self { target, kind: it.kind, holding: it.holding })
    }
}

impl From<Target> for Click {
    fn from(target: Target) -> Self {
        Self { target, kind: ClickKind::Single, holding: Vec::new() }
    }
}

/// With which button, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum ClickKind {
    /// Once with the main button.
    #[default]
    Single,
    /// Twice with the main button.
    Double,
    /// Once with the button that opens context menus.
    Right,
}

/// A key that is held down while something else is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modifier {
    /// Alt, or Option.
    Alt,
    /// Control.
    Control,
    /// Command, or the Windows key.
    Meta,
    /// Shift.
    Shift,
}

impl Modifier {
    /// Every modifier.
    pub const ALL: [Self; 4] = [Self::Alt, Self::Control, Self::Meta, Self::Shift];

    /// The key's name, as in `press`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alt => "Alt",
            Self::Control => "Control",
            Self::Meta => "Meta",
            Self::Shift => "Shift",
        }
    }
}

/// Where a drag ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DragTo {
    /// On this thing.
    Thing(Target),
    /// So far away.
    By(Offset),
}

/// A distance in CSS pixels to the right and down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offset {
    /// Known before the night.
    Pixels(i32, i32),
    /// Known once its references are filled, as `120,0`.
    Open(Template),
}

impl Offset {
    /// The most pixels to one side.
    const MOST: i32 = 100_000;

    /// What a text without references says: `120,-40`.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let (x, y) = text.split_once(',')?;
        let side = |it: &str| it.trim().parse::<i32>().ok();
        let (x, y) = (side(x)?, side(y)?);
        let fits = |it: i32| (-Self::MOST..=Self::MOST).contains(&it);
        (fits(x) && fits(y)).then_some(Self::Pixels(x, y))
    }

    /// The distance with every reference replaced by what `fill` makes of it.
    ///
    /// # Errors
    /// What `fill` answers for the first reference that it cannot fill.
    pub fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Pixels(..) => self.clone(),
            Self::Open(text) => {
                let text = fill(text)?;
                Self::of_text(text.raw()).unwrap_or(Self::Open(text))
            }
        })
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(x, y) => write!(f, "{x}, {y}"),
            Self::Open(text) => write!(f, "{text}"),
        }
    }
}

/// Two numbers, or a text.
impl Serialize for Offset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pixels(x, y) => (x, y).serialize(serializer),
            Self::Open(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(text) => Ok(Self::Open(Template::new(text))),
            numbers => serde_json::from_value(numbers)
                .map(|(x, y)| Self::Pixels(x, y))
                .map_err(serde::de::Error::custom),
        }
    }
}

/// Where on a thing a drag ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropAt {
    /// In its first part, which means in front of it.
    Before,
    /// In its middle, which means onto it.
    On,
    /// In its last part, which means behind it.
    After,
}

impl DropAt {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::Before, Self::On, Self::After];

    /// What it is called in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::On => "on",
            Self::After => "after",
        }
    }
}

/// Where a scroll ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScrollTo {
    /// When this thing is in view, however many pages of a list must be loaded for it.
    Thing(Target),
    /// So far away.
    By(Offset),
    /// At the beginning.
    Start,
    /// At the end, until nothing more is loaded.
    End,
}

/// How files are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum UploadBy {
    /// Given to a file field.
    #[default]
    Field,
    /// Chosen in the file chooser that a click opens.
    Chooser,
    /// Dropped from outside onto a thing.
    Drop,
}

/// A tab of the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// The one that was opened last, awaited.
    Newest,
    /// The one that the scenario began with.
    First,
    /// The one with this title.
    Title(Template),
    /// The one with this path or URL.
    Url(Template),
}

/// The network that pages find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// As it is.
    Online,
    /// None.
    Offline,
    /// A slow one.
    Slow {
        /// Added before the first byte of every answer, in milliseconds.
        latency_ms: u64,
        /// Kilobytes a second in each direction; `None` does not limit them.
        rate: Option<u32>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_known_before_the_night_or_once_it_is_filled() {
        let open = Offset::Open(Template::new("${left},-40"));
        let put = |value: &str| {
            let value = value.to_owned();
            let lookup = move |_: &str| Some(value.clone());
            open.map(&move |it: &Template| it.resolve(&lookup).map(Template::new)).ok()
        };
        assert_eq!(put("120"), Some(Offset::Pixels(120, -40)));
        assert_eq!(put("far"), Some(Offset::Open(Template::new("far,-40"))));
        assert_eq!(["1,2,3", "1", "100001,0"].map(Offset::of_text), [None, None, None]);
    }

    #[test]
    fn distances_of_older_plans_still_load() {
        let old = r#"[{ "by": [120, 0] }, { "by": "${left},0" }]"#;
        let read: Vec<DragTo> = serde_json::from_str(old).expect("both forms are read");
        let open = Offset::Open(Template::new("${left},0"));
        assert_eq!(read, [DragTo::By(Offset::Pixels(120, 0)), DragTo::By(open)]);
        let written = serde_json::to_string(&read).expect("plain data");
        assert_eq!(written, r#"[{"by":[120,0]},{"by":"${left},0"}]"#);
    }
}
