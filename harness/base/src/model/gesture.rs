//! What a person does beyond a plain click: [`Click`] with keys held, drags, scrolls, files that
//! are handed over, tabs, and the network that a page finds. Parts of [`super::Action`].

use serde::{Deserialize, Serialize};

use super::target::{Locator, Target};
use super::template::Template;

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
    /// So many CSS pixels to the right and down.
    By(i32, i32),
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
    /// So many CSS pixels to the right and down.
    By(i32, i32),
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
