//! [`Browser`]: one chromedriver, one Chromium and the event connection between us, for one worker.
//!
//! The classic `WebDriver` commands go through fantoccini, observation and isolation through
//! [`super::bidi`], the network through [`super::wall`]. Pages are made here and live in
//! [`super::page`]. Whatever hangs ends in [`SurfaceError::BrowserLost`].

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::auth::{self, Answer, Asked};
use super::axe::Axe;
use super::bidi::{Bidi, locked};
use super::driver::Driver;
use super::locate::locate;
use super::page::{Blank, Page};
use super::record::Record;
use super::silence::{Doing, Silence, Silent};
use super::wall::Wall;
use super::{BrowserOptions, PageContext, Versions, Window};
use crate::surface::SurfaceError;
use crate::surface::veil::Veil;

/// How long the browser may take to start.
const START: Duration = Duration::from_secs(60);
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

/// What pages and the browser share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) bidi: Bidi,
    pub(super) wall: Wall,
    pub(super) records: Arc<Records>,
    /// The tab that classic commands go to.
    pub(super) focus: tokio::sync::Mutex<String>,
    /// The engine's session of the tab in which we copy and paste, once there is one.
    pub(super) own_tab: tokio::sync::Mutex<Option<String>>,
    /// How many pages are in use.
    pub(super) pages: AtomicUsize,
    /// The longest that one command may take before the browser counts as lost.
    pub(super) limit: Duration,
    /// The default deadline of an action.
    pub(super) timeout: Duration,
    /// What is run beside the accessibility watch.
    pub(super) axe: Option<Axe>,
    /// Finds out who does not answer.
    pub(super) silence: Silence,
    /// What must not be seen in pictures.
    pub(super) veil: Veil,
}

/// Which record an event belongs to.
#[derive(Debug)]
pub(super) struct Records {
    /// Takes the requests that want name and password.
    asked: mpsc::UnboundedSender<Asked>,
    by_user_context: Mutex<HashMap<String, Arc<Record>>>,
    /// The engine's own events name a session of theirs instead of a user context.
    by_session: Mutex<HashMap<String, Arc<Record>>>,
}

impl Records {
    fn new(asked: mpsc::UnboundedSender<Asked>) -> Self {
        Self { asked, by_user_context: Mutex::default(), by_session: Mutex::default() }
    }

    /// Events of this user context go to `record` from now on.
    pub(super) fn add(&self, user_context: &str, record: &Arc<Record>) {
        locked(&self.by_user_context).insert(user_context.to_owned(), Arc::clone(record));
    }

    /// The engine's events of this session go to `record` from now on.
    pub(super) fn add_session(&self, session: &str, record: &Arc<Record>) {
        locked(&self.by_session).insert(session.to_owned(), Arc::clone(record));
    }

    /// Forgets a page's record.
    pub(super) fn remove(&self, user_context: &str) {
        let record = locked(&self.by_user_context).remove(user_context);
        if let Some(record) = record {
            locked(&self.by_session).retain(|_, it| !Arc::ptr_eq(it, &record));
        }
    }

    /// Whether a page shows a dialog.
    fn any_dialog(&self) -> bool {
        locked(&self.by_user_context).values().any(|it| it.state().dialog.is_some())
    }

    fn route(&self, method: &str, params: &Value) {
        let record = if method.starts_with("goog:") {
            let session = params["session"].as_str().unwrap_or_default();
            let known = locked(&self.by_session).get(session).cloned();
            if known.is_none() && method == "goog:cdp.Runtime.exceptionThrown" {
                // A tab that nobody has looked at yet: the time tells whose exception it is.
                for record in locked(&self.by_user_context).values() {
                    record.apply(method, params);
                }
            }
            known
        } else {
            let named = params["userContext"].as_str();
            let user_context = named.or_else(|| params["source"]["userContext"].as_str());
            locked(&self.by_user_context).get(user_context.unwrap_or_default()).cloned()
        };
        if method == "network.authRequired" {
            let request = params["request"]["request"].as_str().unwrap_or_default().to_owned();
            let answer = record.as_ref().map_or(Answer::Unknown, |it| it.state().sign_in(&request));
            // Where nobody takes it, the connection is gone, and the request with it.
            drop(self.asked.send(Asked { request, answer }));
        }
        if let Some(record) = record {
            record.apply(method, params);
        }
    }
}

impl Browser {
    /// Starts driver and browser with a fresh profile in the scratch folder.
    pub async fn start(options: &BrowserOptions) -> Result<Self, SurfaceError> {
        let (program, driver_program) = locate(options)?;
        let folder = tempfile::Builder::new()
            .prefix("browser-")
            .tempdir_in(&options.scratch)
            .map_err(|source| SurfaceError::Io {
                what: format!("making a folder for the browser in {}", options.scratch.display()),
                source,
            })?;
        let axe = Axe::read(options.axe.as_deref())?;
        let wall = Wall::start().await?;
        wall.allow("options", options.allow_hosts.clone());
        let driver = Driver::start(&driver_program, folder.path(), options).await?;
        let capabilities = capabilities(options, &program.display().to_string(), &folder, &wall);
        let client = connect(&driver, capabilities).await?;
        let given = client.capabilities().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let driver_version = given.get("chrome").map(|it| text(&it["chromedriverVersion"]));
        let versions = Versions {
            browser: given.get("browserVersion").map(&text).unwrap_or_default(),
            driver: driver_version
                .and_then(|it| it.split(' ').next().map(str::to_owned))
                .unwrap_or_default(),
        };
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
            limit,
            timeout: options.timeout,
            axe,
            silence: Silence::of(&folder.path().join("profile")),
            veil: options.veil.clone(),
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
            Some(next) => next.await.ok().and_then(Result::ok).filter(Blank::is_fit),
            None => None,
        };
        let blank = match ready {
            Some(blank) => Ok(blank),
            None => Blank::make(Arc::clone(&self.shared), &self.options).await,
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
        Ok(page)
    }

    /// Begins to make the tab of the next page, once the page before it has done its last step: a
    /// tab that opens meanwhile could take the focus from it.
    pub fn prepare_page(&mut self) {
        if self.next.is_none() && self.options.window == Window::Hidden && self.is_alive() {
            let (shared, options) = (Arc::clone(&self.shared), self.options.clone());
            self.next = Some(tokio::spawn(async move { Blank::make(shared, &options).await }));
        }
    }

    /// Prints an HTML file as PDF; see [`super::print`].
    pub async fn print_pdf(
        &mut self,
        html: &std::path::Path,
        paper: &super::Paper,
    ) -> Result<Vec<u8>, SurfaceError> {
        match super::print::print(&self.shared, html, paper).await {
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

impl Records {
    /// Lets everyone who waits for an event look again: there will be no more.
    fn wake(&self) {
        for record in locked(&self.by_user_context).values() {
            record.apply("connection.ended", &Value::Null);
        }
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

/// `WebDriver`'s messages go on with a stack trace of the driver's own.
pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
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
    let timeout = options.timeout.as_millis() as u64;
    let wanted = json!({
        "webSocketUrl": true,
        // Waiting is ours: see `settle`.
        "pageLoadStrategy": "none",
        "unhandledPromptBehavior": "ignore",
        "timeouts": { "script": timeout, "pageLoad": timeout, "implicit": 0 },
        "goog:chromeOptions": { "binary": program, "args": args },
    });
    match wanted {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            serde_json::Map::new()
        }
    }
}

/// Why a classic command did not do what it should.
#[derive(Debug)]
pub(super) enum Snag {
    /// A dialog stands open and blocks the page.
    Dialog,
    /// The page's process is dead.
    Crashed,
    /// The page's scripts do not come to an end.
    Hung,
    /// The tab was closed, by the page or a step.
    Closed,
    /// The element is gone, covered or not usable any more: look again.
    Again(String),
    /// A script of ours failed, or something was refused for good.
    Refused(String),
    /// The browser is lost.
    Lost(SurfaceError),
}

impl Shared {
    /// Carries a classic command out within the limit. Where there is no answer, others are asked
    /// whether it is the page that hangs.
    pub(super) async fn drive<T>(
        &self,
        what: &str,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, Snag> {
        if self.silence.has_hung() {
            return Err(Snag::Hung);
        }
        tokio::pin!(command);
        let given_up = tokio::time::Instant::now() + self.limit;
        let in_time = match tokio::time::timeout(self.patience(), &mut command).await {
            Ok(answer) if !is_in_vain(&answer) => {
                return answer.map_err(|error| snag(what, &error));
            }
            in_time => in_time,
        };
        let doing = if what == READING { Doing::Reading } else { Doing::Other };
        let seen = match self.who_is_silent(Duration::ZERO, doing).await {
            Silent::Page => return Err(Snag::Hung),
            Silent::Nobody => None,
            Silent::Others(seen) => Some(seen),
        };
        let last = match in_time {
            Ok(answer) => Ok(answer),
            Err(_) => tokio::time::timeout_at(given_up, command).await,
        };
        match (last, seen) {
            (Ok(answer), Some(seen)) if is_in_vain(&answer) => {
                Err(lost_driver(what, self.timeout, &seen))
            }
            (Ok(answer), _) => answer.map_err(|error| snag(what, &error)),
            (Err(_), seen) => {
                let seen = seen.as_deref().unwrap_or("the page and other tabs answer");
                Err(lost_driver(what, self.limit, seen))
            }
        }
    }

    /// How long a page may be silent before it is asked whether it hangs.
    pub(super) fn patience(&self) -> Duration {
        self.timeout
    }

    /// Who does not answer, of the page that commands go to and all others.
    async fn who_is_silent(&self, patience: Duration, doing: Doing) -> Silent {
        let top = self.focus.try_lock().map(|it| it.clone()).unwrap_or_default();
        self.who_beside(&top, patience, doing).await
    }

    /// Who does not answer, of this page and all others.
    pub(super) async fn who_beside(&self, top: &str, patience: Duration, doing: Doing) -> Silent {
        if top.is_empty() {
            return Silent::Others("no page was asked".to_owned());
        }
        if self.records.any_dialog() {
            // A page that shows a dialog waits for us.
            return Silent::Nobody;
        }
        self.silence.who(top, patience, doing).await
    }
}

/// Whether the driver waited for the page and got no answer, whoever it is that is silent.
fn is_in_vain<T>(answer: &Result<T, CmdError>) -> bool {
    answer.as_ref().is_err_and(|it| it.is_script_timeout() || it.is_timeout())
}

fn lost_driver(what: &str, limit: Duration, why: &str) -> Snag {
    Snag::Lost(SurfaceError::BrowserLost(format!(
        "{what}: no answer within {} s; {why}",
        limit.as_secs_f64()
    )))
}

fn snag(what: &str, error: &CmdError) -> Snag {
    let said = first_line(&error.to_string());
    match error {
        CmdError::Standard(_) if error.is_unexpected_alert_open() => Snag::Dialog,
        CmdError::Standard(_) if error.is_script_timeout() || error.is_timeout() => Snag::Hung,
        CmdError::Standard(_)
            if error.is_stale_element_reference()
                || error.is_element_not_interactable()
                || error.is_no_such_element()
                || error.is_no_such_frame()
                || error.is_invalid_element_state()
                || error.is_move_target_out_of_bounds() =>
        {
            Snag::Again(said)
        }
        CmdError::Standard(_) if error.is_no_such_window() => Snag::Closed,
        CmdError::Standard(_) if error.is_invalid_session_id() => {
            Snag::Lost(SurfaceError::BrowserLost(format!("{what}: {said}")))
        }
        CmdError::Standard(answer) if answer.error() == "element click intercepted" => {
            Snag::Again(intercepted(&said))
        }
        CmdError::Standard(_) => Snag::Refused(said),
        // The driver's own word, which the standard does not have.
        CmdError::NotW3C(answer) if answer.to_string().contains("tab crashed") => Snag::Crashed,
        _ => Snag::Lost(SurfaceError::BrowserLost(format!("{what}: {said}"))),
    }
}

/// What is done where the walker reads a page, element by element.
pub(super) const READING: &str = "reading the page";
/// How the answer begins when something else lies where a click would go.
pub(super) const INTERCEPTED: &str = "another thing lies over it";

/// The driver's long sentence cut down to what lies over the thing.
fn intercepted(said: &str) -> String {
    let over = said.split_once("would receive the click: ").map(|(_, it)| it);
    match over.and_then(|it| it.split_inclusive('>').next()) {
        Some(tag) => format!("{INTERCEPTED}: {tag}"),
        None => INTERCEPTED.to_owned(),
    }
}
