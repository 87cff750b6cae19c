//! The browser surface: Chromium, driven by fantoccini and observed over `WebDriver BiDi`.
//!
//! [`Browser`] is one browser of one worker, [`Page`] one page of one attempt in it. The rooms
//! inside: `driver` (the process), `session` (the browser), `bidi` (the event connection),
//! `record` (what events say of a page), `wall` (the only way to the network), `ready` (when a
//! page is ready), `seek` (finding things and explaining what is not there), `perform`, `act`, `keys` and
//! `check` (what steps do), `pointer`, `scroll`, `choose`, `expand`, `clipboard` and `files` (the same
//! for drags, lists, things that open, copied text and files), `tab` and `tabs` (several tabs),
//! `frames` (frames of other origins), `silence` (who does not answer), `settings`,
//! `emulate` and `auth` (what the browser pretends to be),
//! `look` (observations), `walker` (the page as text), `print` (PDF).

mod act;
mod auth;
mod axe;
mod bidi;
mod blank;
mod check;
mod choose;
mod clipboard;
mod condition;
mod detail;
mod dismiss;
mod driver;
mod emulate;
mod expand;
mod files;
mod frames;
mod keys;
mod locate;
mod look;
mod network;
mod onlooker;
mod page;
mod perform;
mod picture;
mod pointer;
mod print;
mod ready;
mod record;
mod recorder;
mod records;
mod scroll;
mod seek;
mod session;
mod settings;
mod shared;
mod signed_in;
mod silence;
mod snag;
mod tab;
mod tabs;
mod traffic;
mod trouble;
mod unroll;
pub mod walker;
mod wall;

use std::path::PathBuf;
use std::time::Duration;

use crate::model::page_settings::PageSettings;
use crate::model::suite::Dismissal;
use crate::process::Cookie;

pub use locate::{environment_key, locate};
pub use onlooker::Onlooker;
pub use page::Page;
pub use print::Paper;
pub use recorder::Recorder;
pub use session::Browser;
pub use signed_in::SignedIn;

/// How a browser is started.
#[derive(Debug, Clone)]
pub struct BrowserOptions {
    /// The browser's program; `None` looks for the usual names.
    pub program: Option<PathBuf>,
    /// The driver's program; `None` looks for the usual names.
    pub driver: Option<PathBuf>,
    /// What the browser pretends to be, unless a page says otherwise.
    pub page: PageSettings,
    /// The user's own copy of axe-core; `None` runs none.
    pub axe: Option<PathBuf>,
    /// The default deadline for an action or check, with patience applied already.
    pub timeout: Duration,
    /// Hosts (`host` or `host:port`) that every page may reach beside its own product.
    pub allow_hosts: Vec<String>,
    /// An existing folder for profiles and downloads; what is made there is removed again.
    pub scratch: PathBuf,
    /// The process tree that driver and browser belong to.
    pub tree: Cookie,
    /// Whether a person sees it.
    pub window: Window,
}

/// Whether a person sees the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// It draws for pictures only.
    #[default]
    Hidden,
    /// It has a window on the display of this machine.
    Visible,
}

/// The versions of what is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The browser's, such as `156.0.8078.79`.
    pub browser: String,
    /// The driver's.
    pub driver: String,
}

/// What a page is opened for.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// The product's URL, which paths are joined to.
    pub base_url: String,
    /// Hosts (`host` or `host:port`) beside the product's own that the page may reach.
    pub allow_hosts: Vec<String>,
    /// What the product and the scenario say beyond [`BrowserOptions::page`].
    pub settings: PageSettings,
    /// Overlays that are clicked away where they are in the way.
    pub dismiss: Vec<Dismissal>,
    /// The scenario's working folder: uploads come from it, downloads go to it.
    pub work: PathBuf,
}
