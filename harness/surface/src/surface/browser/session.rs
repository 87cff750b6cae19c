//! [`Browser`]: one Chromium, here or on another machine, and the event connection between us, for one
//! worker.
//!
//! The classic `WebDriver` commands go through fantoccini, observation and isolation through
//! [`crate::surface::browser::engine::bidi`], the network through [`crate::surface::browser::engine::wall`]. Pages are made here and live in
//! [`crate::surface::browser::pages::page`]. Whatever hangs ends in [`SurfaceError::BrowserLost`].

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::BrowserOptions;
use super::PageContext;
use super::Versions;
use super::Window;
use crate::model::page_settings::PageSettings;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::auth;
use crate::surface::browser::engine::axe::Axe;
use crate::surface::browser::engine::began::{Began, Reins};
use crate::surface::browser::engine::bidi::Bidi;
use crate::surface::browser::engine::capabilities::holds_questions_back;
use crate::surface::browser::engine::remote::Far;
use crate::surface::browser::events::records::Records;
use crate::surface::browser::pages::blank::{Blank, Prepared};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::shared::Shared;

/// How long it may take to be connected to the events of a browser.
const CONNECTING: Duration = Duration::from_secs(20);
/// How long it may take to close an empty tab.
const CLOSING: Duration = Duration::from_secs(3);

/// The events that pages are watched by.
const EVENTS: [&str; 9] = [
    "browsingContext",
    "log.entryAdded",
    "input.fileDialogOpened",
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.responseCompleted",
    "network.fetchError",
    "goog:cdp.Runtime.exceptionThrown",
    "goog:cdp.Inspector.targetCrashed",
];

/// A browser; one page at a time is used in it.
#[derive(Debug)]
pub struct Browser {
    reins: Reins,
    shared: Arc<Shared>,
    versions: Versions,
    options: BrowserOptions,
    /// The tab of the next page, in the making.
    next: Option<tokio::task::JoinHandle<Result<Blank, SurfaceError>>>,
    /// The tab that a visible browser began with, closed as soon as there is another.
    first_tab: Option<String>,
    /// Where its developer tools listen, as `host:port`; empty where that is not on this machine.
    tools: String,
    /// Holds the profile; removed when the browser is.
    folder: tempfile::TempDir,
}

/// What is known of a browser that began, once its events are heard.
struct Heard {
    bidi: Bidi,
    records: Arc<Records>,
    far: Option<Far>,
}

impl Heard {
    /// Connects to its events and asks for them.
    async fn of(began: &Began, limit: Duration) -> Result<Self, SurfaceError> {
        let (asked, held) = mpsc::unbounded_channel();
        let records = Arc::new(Records::new(asked));
        let routes = Arc::clone(&records);
        let sink = Box::new(move |method: &str, params: &Value| routes.route(method, params));
        let ended = Arc::clone(&records);
        let bidi = Bidi::connect(&began.events, CONNECTING, sink, move || ended.wake()).await?;
        tokio::spawn(auth::answer(bidi.clone(), held));
        bidi.command("session.subscribe", json!({ "events": EVENTS }), limit)
            .await
            .map_err(|refusal| refusal.lost("asking the browser for its events"))?;
        let far = began.far(&bidi).await?;
        Ok(Self { bidi, records, far })
    }
}

impl Browser {
    /// Starts driver and browser with a fresh profile in the scratch folder, or waits for a browser
    /// of the grid.
    pub async fn start(options: &BrowserOptions) -> Result<Self, SurfaceError> {
        let folder = folder_in(&options.scratch)?;
        let axe = Axe::read(options.axe.as_deref())?;
        let began = match (&options.grid, options.window) {
            (Some(grid), Window::Hidden) => Box::pin(Began::afar(options, grid)).await?,
            (Some(_), Window::Visible) | (None, Window::Hidden | Window::Visible) => {
                Began::here(options, folder.path()).await?
            }
        };
        began.wall.allow("options", options.allow_hosts.clone());
        let versions = versions(&began.given);
        let tools = tools(&began);
        let limit = options.timeout * 2 + Duration::from_secs(10);
        let heard = Box::pin(Heard::of(&began, limit)).await;
        let Heard { bidi, records, far } = match heard {
            Ok(heard) => heard,
            Err(error) => {
                // Its place in a grid would stay taken.
                began.reins.stop(None).await;
                return Err(error);
            }
        };
        let first_tab = match options.window {
            Window::Hidden => None,
            Window::Visible => began.client.window().await.ok().map(String::from),
        };
        let Began { reins, client, wall, silence, .. } = began;
        let shared = Arc::new(Shared {
            client,
            bidi,
            wall,
            records,
            far,
            focus: tokio::sync::Mutex::default(),
            own_tab: tokio::sync::Mutex::default(),
            pages: AtomicUsize::new(0),
            under_way: tokio::sync::watch::Sender::new(()),
            limit,
            timeout: options.timeout,
            axe,
            silence,
            veil: options.veil.clone(),
            holds_questions_back: holds_questions_back(options),
        });
        let options = options.clone();
        Ok(Self { reins, shared, versions, options, next: None, first_tab, tools, folder })
    }

    /// The versions of browser and driver.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Where the developer tools of the browser listen, as `host:port`; empty where that is not on
    /// this machine.
    #[must_use]
    pub fn tools(&self) -> &str {
        &self.tools
    }

    /// The id of the driver's process, where it is of this machine.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.reins.pid()
    }

    /// The driver's log so far, or which session of a grid it is: evidence where the browser was lost.
    #[must_use]
    pub fn log(&self) -> Vec<u8> {
        self.reins.log()
    }

    /// Whether it runs on another machine.
    #[must_use]
    pub fn is_afar(&self) -> bool {
        self.shared.far.is_some()
    }

    /// What must be known of a browser of another machine, a line each; nothing of one of this.
    #[must_use]
    pub fn afar(&self) -> Vec<String> {
        if !self.is_afar() {
            return Vec::new();
        }
        let (key, wall) = (self.environment_key(&self.options.page), &self.shared.wall);
        let who = wall.only().map_or("nobody".to_owned(), |it| it.to_string());
        let mut all = vec![
            format!("pictures have a key of their own, by its system and its fonts: {key}"),
            format!(
                "its way to the network begins on this machine, at {}; connections from {who} alone \
                 are taken there, and they are not encrypted",
                wall.address()
            ),
            "whether its machine has time for it is not known: a page that is starved there hangs"
                .to_owned(),
            "the PDF of the report is printed by a Chromium of this machine".to_owned(),
        ];
        if !self.shared.silence.can_ask() {
            let line = "a page whose scripts do not end is told as a lost browser: its developer \
                        tools are not reached";
            all.push(line.to_owned());
        }
        all
    }

    /// What pictures of pages with these settings depend on beside the product.
    #[must_use]
    pub fn environment_key(&self, page: &PageSettings) -> String {
        self.shared.environment_key(page)
    }

    /// The hosts that the browser tried to reach and may not, as `host:port`.
    #[must_use]
    pub fn denied(&self) -> Vec<String> {
        self.shared.wall.denied()
    }

    /// Whether driver and browser still answer; `false` asks for a new browser.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.reins.epitaph().is_none()
            && self.shared.bidi.is_alive()
            && !self.shared.silence.has_hung()
    }

    /// A page in a context of its own: no cookies, no storage, watched from its first byte.
    pub async fn page(&mut self, context: &PageContext) -> Result<Page, SurfaceError> {
        let ready = match self.next.take() {
            // One that could not be made, or is no longer what it was, is made anew.
            Some(next) => {
                self.shared.under_way.send_replace(());
                next.await.ok().and_then(Result::ok).filter(Blank::is_fit)
            }
            None => None,
        };
        let blank = match ready {
            Some(blank) => Ok(blank),
            None => match Prepared::make(Arc::clone(&self.shared), &self.options).await {
                Ok(prepared) => prepared.open().await,
                Err(error) => Err(error),
            },
        };
        let page = match (self.shared.clear_clipboard().await, blank) {
            (Ok(()), Ok(blank)) => Page::of(blank, context).await,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        let page = page.map_err(|error| self.explain(error))?;
        if let Some(first) = self.first_tab.take() {
            let params = json!({ "context": first });
            // An empty tab that stays is no reason to give up.
            drop(self.shared.bidi.command("browsingContext.close", params, CLOSING).await);
        }
        self.prepare_page();
        Ok(page)
    }

    /// Has the tab of the next page made while this one is read, or ends, so that nobody waits for
    /// it. Where no window is seen, a tab that opens takes the focus from none.
    fn prepare_page(&mut self) {
        if self.next.is_none() && self.options.window == Window::Hidden && self.is_alive() {
            let (shared, options) = (Arc::clone(&self.shared), self.options.clone());
            let mut under_way = shared.under_way.subscribe();
            self.next = Some(tokio::spawn(async move {
                let prepared = Prepared::make(shared, &options).await?;
                // The sender is shared, so it is there.
                drop(under_way.changed().await);
                prepared.open().await
            }));
        }
    }

    /// Prints an HTML file as PDF; see [`crate::surface::browser::views::print`].
    pub async fn print_pdf(
        &mut self,
        html: &std::path::Path,
        paper: &super::Paper,
    ) -> Result<Vec<u8>, SurfaceError> {
        match crate::surface::browser::views::print::print(&self.shared, html, paper).await {
            Ok(pdf) => Ok(pdf),
            Err(error) => Err(self.explain(error)),
        }
    }

    /// Ends browser and driver, and removes the profile.
    pub async fn stop(self) {
        if let Some(next) = &self.next {
            next.abort();
        }
        let polite = self.is_alive().then(|| self.shared.client.clone());
        self.reins.stop(polite).await;
        if let Err(error) = self.folder.close() {
            tracing::warn!("the browser's folder could not be removed: {error}");
        }
    }

    /// Adds to a loss what became of the driver, where it is known.
    fn explain(&self, error: SurfaceError) -> SurfaceError {
        match (error, self.reins.epitaph()) {
            (SurfaceError::BrowserLost(what), Some(epitaph)) => {
                SurfaceError::BrowserLost(format!("{what}; {epitaph}"))
            }
            (error, _) => error,
        }
    }
}

/// The versions that a session tells of itself.
fn versions(given: &serde_json::Map<String, Value>) -> Versions {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let driver = given.get("chrome").map(|it| text(&it["chromedriverVersion"]));
    Versions {
        browser: given.get("browserVersion").map(text).unwrap_or_default(),
        driver: driver.and_then(|it| it.split(' ').next().map(str::to_owned)).unwrap_or_default(),
    }
}

fn folder_in(scratch: &Path) -> Result<tempfile::TempDir, SurfaceError> {
    tempfile::Builder::new().prefix("browser-").tempdir_in(scratch).map_err(|source| {
        SurfaceError::Io {
            what: format!("making a folder for the browser in {}", scratch.display()),
            source,
        }
    })
}

/// Where the developer tools listen, where that is on this machine.
fn tools(began: &Began) -> String {
    let options = began.given.get("goog:chromeOptions").filter(|_| began.reins.pid().is_some());
    let address = options.and_then(|it| it["debuggerAddress"].as_str());
    address.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::browser::Played;
    use crate::surface::browser::engine::driver::plain_options;

    #[tokio::test]
    async fn a_session_whose_events_are_not_heard_is_ended_and_one_that_began_stays() {
        let events = json!({ "webSocketUrl": "ws://127.0.0.1:1/session/a1" });
        let mut played = Played::with(events).await;
        let scratch = tempfile::tempdir().expect("a folder");
        let grid = played.grid.clone();
        let options = BrowserOptions { grid: Some(grid), ..plain_options(scratch.path()) };
        let refused = Box::pin(Browser::start(&options)).await.expect_err("nothing is heard");
        assert!(refused.to_string().contains("connecting to the browser's events"), "{refused}");
        assert_eq!(played.open(), 0);
        for line in ["POST /session", "GET /session/a1", "DELETE /session/a1"] {
            assert_eq!(played.heard.recv().await.as_deref(), Some(line));
        }

        let began = Began::afar(&options, &played.grid).await.expect("it gives another one");
        assert_eq!(played.open(), 1, "somebody may still use it");
        began.reins.stop(None).await;
        assert_eq!(played.open(), 0);
    }
}
