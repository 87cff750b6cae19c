//! The browser surface: Chromium, driven by fantoccini and observed over `WebDriver BiDi`.
//!
//! [`Browser`] is one browser of one worker, [`Page`] one page of one attempt in it. The folders are
//! named from the bottom up: each uses those before it alone.
//!
//! The files:
//! - `engine/`: the browser's process, our connections to it, and its only way to the network.
//! - `events/`: what the browser's events say of a page, of its tabs and of the network.
//! - `walker/`: the page as text: asks the walker's questions, one script call each.
//! - `pages/`: a page from its making to its end, what it pretends to be, and when it is ready.
//! - `actions/`: what steps do with a page: they find a thing, act on it, and check what must hold.
//! - `views/`: what is seen of a page, and what a person does with it.
//! - `session.rs`: one browser and its event connection, for one worker.

mod actions;
mod engine;
mod events;
mod pages;
mod session;
mod views;
pub mod walker;

use std::path::PathBuf;
use std::time::Duration;

use crate::model::page_settings::PageSettings;
use crate::model::suite::Dismissal;
use crate::process::Cookie;
use crate::surface::veil::Veil;

pub use engine::condition::Condition;
pub use engine::grid::Grid;
pub use engine::locate::{environment_key, locate};
#[cfg(any(test, feature = "testing"))]
pub use engine::played::Played;
pub use pages::page::Page;
pub use pages::signed_in::SignedIn;
pub use session::Browser;
pub use views::onlooker::Onlooker;
pub use views::print::Paper;
pub use views::recorder::Recorder;

/// How a browser is started.
#[derive(Debug, Clone)]
pub struct BrowserOptions {
    /// The browser's program; `None` looks for the usual names.
    pub program: Option<PathBuf>,
    /// The driver's program; `None` looks for the usual names.
    pub driver: Option<PathBuf>,
    /// Where it runs, where that is another machine. A browser with a window runs on this one.
    pub grid: Option<Grid>,
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
    /// What must not be seen in its pictures.
    pub veil: Veil,
    /// Whether a page of it knows name and password for HTTP authentication.
    pub credentials: Credentialed,
}

/// Whether a page of a browser knows name and password for HTTP authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credentialed {
    /// None does: an answer that asks for them stands as it is.
    #[default]
    Nobody,
    /// Some page may: requests that are asked for them are held back.
    SomePage,
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
