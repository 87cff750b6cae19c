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
//! `look` (observations), `cover` (secrets in pictures), `walker` (the page as text), `print` (PDF).
//!
//! The files:
//! - `locate.rs`: finds browser and driver; the environment key of pictures.
//! - `driver.rs`: one chromedriver process on a free port.
//! - `session.rs`: one driver, browser and event connection, for one worker.
//! - `bidi.rs`: a small `WebDriver BiDi` client.
//! - `wall.rs`: the proxy that is the browser's only way out.
//! - `page.rs`: one page of one attempt: its making, its end, its focus.
//! - `shared.rs`: what the pages of a browser and the browser itself share.
//! - `snag.rs`: why a classic command did not do what it should.
//! - `records.rs`: which record an event of the browser belongs to.
//! - `blank.rs`: an empty tab in a user context of its own, made before a page needs it.
//! - `trouble.rs`: why a step of an action did not come to its end.
//! - `perform.rs`: hands each action to the file that carries it out.
//! - `settings.rs`: settings of a page as commands and scripts.
//! - `record.rs`: what the browser's events say: watches, dialogs, downloads, navigation.
//! - `tab.rs`: what events say of one tab.
//! - `underway.rs`: the requests that are under way, and whose answers were there before they failed.
//! - `deed.rs`: what came of a click: whether anybody listened, and whether anything changed.
//! - `tabs.rs`: tabs and pop-ups: going to one, closing one, going on in the opener.
//! - `frames.rs`: asks frames of other origins, and puts their trees where they stand.
//! - `emulate.rs`: changes what the browser pretends to be.
//! - `network.rs`: the network that pages and their service workers find.
//! - `auth.rs`: name and password where the product asks by HTTP authentication.
//! - `dismiss.rs`: clicks overlays away that are in the way and not the scenario's own.
//! - `signed_in.rs`: what a browser remembers of somebody, taken from one page to another.
//! - `silence.rs`: who does not answer: the page, or the browser and the machine.
//! - `ready.rs`: when a page is ready.
//! - `preload.js`: fixes clock and chance in the page and counts what is under way.
//! - `act.rs`: open, click, fill, type, answer dialogs, go through the history.
//! - `pointer.rs`: double and right clicks, keys held meanwhile, hovering, drags, the wheel.
//! - `scroll.rs`: scrolls until a thing is there or nothing more comes.
//! - `choose.rs`: chooses from native lists and from lists made of roles.
//! - `expand.rs`: opens and closes things; moves sliders made of roles.
//! - `clipboard.rs`: pastes, and reads what was copied, in a tab of our own.
//! - `keys.rs`: key names in `WebDriver`'s code points.
//! - `files.rs`: files into fields, file choosers and drop zones, and downloads.
//! - `seek.rs`: waits for a target, and says what was there instead.
//! - `check.rs`: what must hold of a page, and captures.
//! - `condition.rs`: whether something holds of a page now.
//! - `cover/`: where a page shows secrets, and its pictures without them.
//! - `look.rs`: takes the facets of a page, and the evidence of a failure.
//! - `detail.rs`: writes what cannot be seen on a page as facets, without what changes by nature.
//! - `traffic.rs`: the answers that led to a document, and what a page wrote by the network.
//! - `axe.rs`: runs the user's own copy of axe-core.
//! - `picture.rs`: the picture of a page: viewport, whole page or one thing, and where its things
//!   stand.
//! - `unroll.rs`: has all of a page come into view once before a picture of its whole length.
//! - `onlooker.rs`: looks at a page that somebody else uses.
//! - `rest.rs`: whether a page is at rest, so that waiting is of no use.
//! - `recorder.rs`: hears what a person does with a page, in order.
//! - `listen.js`: tells from inside of the page what a person does there.
//! - `print.rs`: prints HTML as PDF with page numbers, and the page of a step.
//! - `walker.rs`: asks the walker's questions, one script call each.

mod act;
mod auth;
mod axe;
mod bidi;
mod blank;
mod check;
mod choose;
mod clipboard;
mod condition;
mod cover;
mod deed;
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
mod rest;
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
mod underway;
mod unroll;
pub mod walker;
mod wall;

use std::path::PathBuf;
use std::time::Duration;

use crate::model::page_settings::PageSettings;
use crate::model::suite::Dismissal;
use crate::process::Cookie;
use crate::surface::veil::Veil;

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
    /// What must not be seen in its pictures.
    pub veil: Veil,
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
