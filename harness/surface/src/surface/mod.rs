//! Where the product is used: observe it and act on it, and say plainly how that went.
//!
//! [`browser`] drives Chromium, [`command`] runs commands, [`files`] reads files as what they are,
//! [`terminal`] uses programs on a terminal, [`mail`] takes the mails that products send, [`fake`]
//! plays a page in tests; [`recording`] makes steps of what a person did, [`veil`] finds
//! what must not be seen in pictures.
//! `attempt` talks to pages through the trait [`PageSurface`] and never names an engine.
//!
//! The files:
//! - `recording.rs`: from what a person was seen to do with a page to steps.
//! - `fake.rs`: a page that does as a test says.
//! - `mail/`: the sink that keeps all mails, and what one attempt reads of them.
//! - `command/`: runs the product's commands.
//! - `terminal/`: programs on a terminal: start, type, press, wait, resize, stop.
//! - `texts.rs`: what must hold of a text, and what is kept of it.
//! - `spelled.rs`: bytes of which some are no text, as text.
//! - `veil.rs`: `Veil`: finds what must not be seen, for the pictures that surfaces take.
//! - `files/`: files as what they are, in comparable text and pictures.
//! - `browser/`: the browser surface and its options.

pub mod browser;
pub mod command;
#[cfg(feature = "testing")]
pub mod fake;
pub mod files;
pub mod mail;
pub mod recording;
mod spelled;
pub mod terminal;
mod texts;
pub mod veil;

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::model::event::Failure;
use crate::model::observe::Extra;
use crate::model::outline::Outline;
use crate::model::picture::Extent;
use crate::model::scenario::{Action, WaitFor};
use crate::model::{FacetKind, Kept, Observation, Target, WatchKind};

/// How an action went. A missing element is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Carried out, or held; with the values that it captured.
    Passed(Vec<(String, Kept)>),
    /// Could not be carried out, or did not hold.
    Failed(Failure),
}

/// Whether a condition holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It does.
    Yes,
    /// It does not; what is there instead.
    No(String),
    /// The page cannot be looked at.
    Failed(Failure),
}

/// What to observe of a page.
#[derive(Clone)]
pub struct Look<'a> {
    /// The facets to take.
    pub facets: Vec<FacetKind>,
    /// The regions that must not be compared.
    pub masks: Vec<Target>,
    /// Whether a text is redacted: what must not be compared as text must not be as a picture.
    pub varies: &'a (dyn Fn(&str) -> bool + Sync),
    /// What the picture shows.
    pub image: Extent,
    /// The SHA-256 of pictures that were accepted for it, as they were captured: one that is the same
    /// byte for byte is not taken a second time.
    pub accepted: &'a [String],
}

/// What came of observing: the page, or why it cannot be read.
pub type Observed = Result<Result<Observation, Failure>, SurfaceError>;

/// What came of reading the page element by element, or why it cannot be read.
pub type Outlined = Result<Result<Outline, Failure>, SurfaceError>;

/// Something that a watch saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// What kind of thing.
    pub kind: WatchKind,
    /// What it said.
    pub message: String,
    /// The URL path of the page or resource.
    pub path: String,
}

/// The product asked to be left alone for a while, in an answer that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOff {
    /// The status of that answer.
    pub status: u16,
    /// How long it asks to wait.
    pub wait: Duration,
}

/// A surface failed in a way that says nothing about the product.
#[derive(Debug, thiserror::Error)]
pub enum SurfaceError {
    /// The browser or its driver is gone or does not answer.
    #[error("the browser is lost: {0}")]
    BrowserLost(String),
    /// The browser could not be started.
    #[error("{0}")]
    BrowserMissing(String),
    /// The page answers, but not to what was asked.
    #[error("{0}")]
    Unreadable(String),
    /// The user's own copy of axe-core does not do what axe-core does.
    #[error("{} cannot check the page: {said}; name a file of axe-core (`axe.min.js`) in `browser: axe`", .path.display())]
    Axe {
        /// The file.
        path: std::path::PathBuf,
        /// What the browser said.
        said: String,
    },
    /// Something on this machine failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// One page of one attempt: fresh cookies and storage, watched from the first byte.
pub trait PageSurface: Send {
    /// Carries a filled action out, waiting for its target up to the deadline.
    fn act<'a>(&'a mut self, action: &'a Action) -> BoxFuture<'a, Result<Done, SurfaceError>>;

    /// Looks once, when the page is settled, whether a filled condition holds; waits for nothing
    /// beyond that.
    fn holds<'a>(&'a mut self, condition: &'a WaitFor)
    -> BoxFuture<'a, Result<Held, SurfaceError>>;

    /// How many visible things a filled target means: one at once, any other number when the page is
    /// settled; `None` where it cannot be looked at.
    fn count<'a>(
        &'a mut self,
        target: &'a Target,
    ) -> BoxFuture<'a, Result<Option<usize>, SurfaceError>>;

    /// Observes the page once it is settled. A page that cannot be read is a failure, never an
    /// observation: what was unreadable yesterday too would count as unchanged.
    fn observe<'a>(&'a mut self, look: &'a Look<'a>) -> BoxFuture<'a, Observed>;

    /// Reads the page element by element once it is settled, for whoever decides what to do next.
    fn outline(&mut self) -> BoxFuture<'_, Outlined>;

    /// Whether anything can still be done with the page: it did not crash, does not hang, and no
    /// dialog blocks it.
    fn is_usable(&self) -> bool;

    /// What was noticed of the last action although it passed, once: a click that met nothing.
    fn remark(&mut self) -> Option<String> {
        None
    }

    /// The requests of the page so far, a line each as [`crate::model::request`] has them.
    fn requests(&self) -> Vec<String> {
        Vec::new()
    }

    /// The URL path of the page, with its query; empty before the first page.
    fn place(&mut self) -> BoxFuture<'_, String>;

    /// What the watches saw since the last call.
    fn sightings(&mut self) -> BoxFuture<'_, Vec<Sighting>>;

    /// Whether the product asked to be left alone since the last call, and for how long at the most:
    /// by an answer of 429 or 503 with `Retry-After`.
    fn held_off(&mut self) -> BoxFuture<'_, Option<HeldOff>>;

    /// What a person needs to understand a failure: screenshot, aria tree, console, network.
    fn material(&mut self) -> BoxFuture<'_, Vec<Extra>>;
}
