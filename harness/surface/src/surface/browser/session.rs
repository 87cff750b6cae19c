//! [`Browser`]: one chromedriver, one Chromium and the event connection between us, for one worker.
//!
//! The classic `WebDriver` commands go through fantoccini, observation and isolation through
//! [`crate::surface::browser::engine::bidi`], the network through [`crate::surface::browser::engine::wall`]. Pages are made here and live in
//! [`crate::surface::browser::pages::page`]. Whatever hangs ends in [`SurfaceError::BrowserLost`].

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::BrowserOptions;
use super::Credentialed;
use super::PageContext;
use super::Versions;
use super::Window;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::auth;
use crate::surface::browser::engine::axe::Axe;
use crate::surface::browser::engine::bidi::Bidi;
use crate::surface::browser::engine::driver::Driver;
use crate::surface::browser::engine::locate::locate;
use crate::surface::browser::engine::silence::Silence;
use crate::surface::browser::engine::snag::first_line;
use crate::surface::browser::engine::wall::Wall;
use crate::surface::browser::events::records::Records;
use crate::surface::browser::pages::blank::{Blank, Prepared};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::shared::Shared;

/// How long the browser may take to start.
const START: Duration = Duration::from_secs(60);
/// How many times the limit of a step the driver waits for a script: longer than we do on a machine
/// that gives us little.
const DRIVER_WAITS: u32 = 60;
/// How long a polite goodbye may take before the process tree is ended.
const GOODBYE: Duration = Duration::from_secs(3);

/// What a visible window has beside the page, about, in pixels.
const FRAME: (u32, u32) = (16, 150);

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
    driver: Driver,
    shared: Arc<Shared>,
    versions: Versions,
    options: BrowserOptions,
    /// The tab of the next page, in the making.
    next: Option<tokio::task::JoinHandle<Result<Blank, SurfaceError>>>,
    /// The tab that a visible browser began with, closed as soon as there is another.
    first_tab: Option<String>,
    /// Where its developer tools listen, as `host:port`.
    tools: String,
    /// Holds the profile; removed when the browser is.
    folder: tempfile::TempDir,
}

impl Browser {
    /// Starts driver and browser with a fresh profile in the scratch folder.
    pub async fn start(options: &BrowserOptions) -> Result<Self, SurfaceError> {
        let (program, driver_program) = locate(options)?;
        let folder = folder_in(&options.scratch)?;
        let axe = Axe::read(options.axe.as_deref())?;
        let wall = Wall::start().await?;
        wall.allow("options", options.allow_hosts.clone());
        let driver = Driver::start(&driver_program, folder.path(), options).await?;
        let capabilities = capabilities(options, &program.display().to_string(), &folder, &wall);
        let client = connect(&driver, capabilities).await?;
        let given = client.capabilities().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let versions = versions(&given);
        let tools = given.get("goog:chromeOptions").map(|it| text(&it["debuggerAddress"]));
        let url = given.get("webSocketUrl").map(&text).unwrap_or_default();
        let (asked, held) = mpsc::unbounded_channel();
        let records = Arc::new(Records::new(asked));
        let routes = Arc::clone(&records);
        let sink = Box::new(move |method: &str, params: &Value| routes.route(method, params));
        let ended = Arc::clone(&records);
        let bidi = Bidi::connect(&url, sink, move || ended.wake()).await?;
        tokio::spawn(auth::answer(bidi.clone(), held));
        let limit = options.timeout * 2 + Duration::from_secs(10);
        let first_tab = match options.window {
            Window::Hidden => None,
            Window::Visible => client.window().await.ok().map(String::from),
        };
        bidi.command("session.subscribe", json!({ "events": EVENTS }), limit)
            .await
            .map_err(|refusal| refusal.lost("asking the browser for its events"))?;
        let shared = Arc::new(Shared {
            client,
            bidi,
            wall,
            records,
            focus: tokio::sync::Mutex::default(),
            own_tab: tokio::sync::Mutex::default(),
            pages: AtomicUsize::new(0),
            under_way: tokio::sync::watch::Sender::new(()),
            limit,
            timeout: options.timeout,
            axe,
            silence: Silence::of(&folder.path().join("profile")),
            veil: options.veil.clone(),
            holds_questions_back: holds_questions_back(options),
        });
        Ok(Self {
            driver,
            shared,
            versions,
            options: options.clone(),
            next: None,
            first_tab,
            tools: tools.unwrap_or_default(),
            folder,
        })
    }

    /// The versions of browser and driver.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Where the developer tools of the browser listen, as `host:port`.
    #[must_use]
    pub fn tools(&self) -> &str {
        &self.tools
    }

    /// The id of the driver's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.driver.pid()
    }

    /// The driver's log so far: evidence where the browser was lost.
    #[must_use]
    pub fn log(&self) -> Vec<u8> {
        self.driver.log()
    }

    /// The hosts that the browser tried to reach and may not, as `host:port`.
    #[must_use]
    pub fn denied(&self) -> Vec<String> {
        self.shared.wall.denied()
    }

    /// Whether driver and browser still answer; `false` asks for a new browser.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.driver.epitaph().is_none()
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
            drop(self.shared.bidi.command("browsingContext.close", params, GOODBYE).await);
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
        if self.is_alive() {
            // Politely first, so that the browser writes nothing while its folder goes.
            drop(tokio::time::timeout(GOODBYE, self.shared.client.clone().close()).await);
        }
        self.driver.stop().await;
        if let Err(error) = self.folder.close() {
            tracing::warn!("the browser's folder could not be removed: {error}");
        }
    }

    /// Adds to a loss what became of the driver, where it is known.
    fn explain(&self, error: SurfaceError) -> SurfaceError {
        match (error, self.driver.epitaph()) {
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

async fn connect(
    driver: &Driver,
    capabilities: serde_json::Map<String, Value>,
) -> Result<Client, SurfaceError> {
    let url = format!("http://127.0.0.1:{}", driver.port());
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let said = match tokio::time::timeout(START, builder.connect(&url)).await {
        Ok(Ok(client)) => return Ok(client),
        Ok(Err(error)) => first_line(&error.to_string()),
        Err(_) => format!("no answer within {} s", START.as_secs()),
    };
    let log = driver.log();
    Err(SurfaceError::BrowserMissing(format!(
        "the browser did not start: {said}; `nightshift doctor` looks for the reason; the \
         driver's log: {}",
        String::from_utf8_lossy(&log).trim()
    )))
}

/// What the browser does beside showing pages, and is not to do here.
const UNWANTED: [&str; 4] = [
    // Whether a page comes back from this cache depends on memory and timing.
    "BackForwardCache",
    // The address bar of each window would load pages of its own, which nobody sees: half of what
    // it costs to start the browser.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
];

fn folder_in(scratch: &Path) -> Result<tempfile::TempDir, SurfaceError> {
    tempfile::Builder::new().prefix("browser-").tempdir_in(scratch).map_err(|source| {
        SurfaceError::Io {
            what: format!("making a folder for the browser in {}", scratch.display()),
            source,
        }
    })
}

/// Whether requests that are asked for name and password wait until it is said how they go on.
fn holds_questions_back(options: &BrowserOptions) -> bool {
    options.credentials == Credentialed::SomePage && options.window == Window::Hidden
}

fn capabilities(
    options: &BrowserOptions,
    program: &str,
    folder: &tempfile::TempDir,
    wall: &Wall,
) -> serde_json::Map<String, Value> {
    let (mut width, mut height) = options.page.viewport();
    if options.window == Window::Visible {
        width += FRAME.0;
        height += FRAME.1;
    }
    let mut args = vec![
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        format!("--disable-features={}", UNWANTED.join(",")),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--font-render-hinting=none".to_owned(),
        "--force-color-profile=srgb".to_owned(),
        "--force-device-scale-factor=1".to_owned(),
        // An animated picture shows its first frame: which one it shows when is chance.
        "--blink-settings=imageAnimationPolicy=2".to_owned(),
        // A camera and a microphone that are the same on every machine; using them needs a
        // permission as ever.
        "--use-fake-device-for-media-stream".to_owned(),
        "--password-store=basic".to_owned(),
        "--use-mock-keychain".to_owned(),
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp".to_owned(),
        format!("--window-size={width},{height}"),
        format!("--lang={}", options.page.locale()),
        format!("--accept-lang={}", options.page.locale()),
        format!("--user-data-dir={}", folder.path().join("profile").display()),
        // The proxy takes everything, loopback too, and names are never resolved locally.
        format!("--proxy-server=socks5://127.0.0.1:{}", wall.port()),
        "--proxy-bypass-list=<-loopback>".to_owned(),
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned(),
    ];
    match options.window {
        Window::Hidden => args.push("--headless=new".to_owned()),
        Window::Visible => args.push("--window-position=0,0".to_owned()),
    }
    if rustix::process::geteuid().is_root() {
        args.push("--no-sandbox".to_owned());
    }
    // Who waits too long is for us to say: the driver's clock is the wall's.
    let timeout = (options.timeout * DRIVER_WAITS).as_millis() as u64;
    // In a window, a person answers what the browser asks.
    let schemes = if options.window == Window::Visible || holds_questions_back(options) {
        json!({})
    } else {
        json!({ "auth.schemes": "" })
    };
    let wanted = json!({
        "webSocketUrl": true,
        // Waiting is ours: see `ready`.
        "pageLoadStrategy": "none",
        "unhandledPromptBehavior": "ignore",
        "timeouts": { "script": timeout, "pageLoad": timeout, "implicit": 0 },
        "goog:chromeOptions": { "binary": program, "args": args,
            "localState": schemes },
    });
    match wanted {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            serde_json::Map::new()
        }
    }
}
