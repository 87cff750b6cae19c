//! [`Record`]: what the browser's events say about one page, kept up to date as they arrive.
//!
//! The event task writes ([`Record::apply`]), the page reads and waits for changes. Watches,
//! dialogs, downloads, navigation and the logs for a person all come from here; how events get
//! here is told in [`super::bidi`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use super::bidi::locked;
use crate::model::WatchKind;
use crate::surface::Sighting;

/// A request that takes longer than this is a long poll: nobody waits for it.
const LONG_POLL: Duration = Duration::from_secs(2);
/// The logs for a person are cut here; what is longer helps nobody.
const LOG_LINES: usize = 2_000;

/// What the events said about one page, with its popups and frames.
#[derive(Debug)]
pub(super) struct Record {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    /// Who hears every event beside us.
    tap: Mutex<Option<Tap>>,
}

/// Takes every event of a page, with its parameters.
pub(super) type Tap = tokio::sync::mpsc::UnboundedSender<(String, Value)>;

/// A dialog that stands open and blocks the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialog {
    /// `alert`, `confirm`, `prompt` or `beforeunload`.
    pub(super) kind: String,
    /// What it says.
    pub(super) message: String,
    /// The browsing context that opened it.
    pub(super) context: String,
}

impl std::fmt::Display for Dialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.kind, self.message)
    }
}

/// How far a navigation of the page itself has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// Asked for; the old document still stands.
    Started,
    /// The new document stands and loads.
    Committed,
    /// The new document and all that it needs are there.
    Loaded,
    /// There is no new document: what the browser said, or that it became a download.
    Failed(String),
}

/// A navigation of the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Navigation {
    /// The browser's id for it.
    pub(super) id: String,
    /// How far it has come.
    pub(super) progress: Progress,
    /// The status of the last answer to it.
    pub(super) status: Option<u16>,
    /// Why the network gave no answer.
    pub(super) error: Option<String>,
}

/// A file that the page gave to the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Download {
    /// The navigation that it came from.
    id: String,
    /// The name that the page suggested.
    pub(super) suggested: String,
    /// Where it ended: the file's path, or why there is none.
    pub(super) end: Option<Result<String, String>>,
}

/// A file chooser that a page opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chooser {
    /// The browsing context that opened it.
    pub(super) context: String,
    /// The field that takes the files; choosers of the File System Access API have none.
    pub(super) element: Option<String>,
    /// Whether it takes several files.
    pub(super) several: bool,
}

#[derive(Debug)]
struct Request {
    /// The request's own URL.
    url: String,
    /// It is answered by a document, and outlives the one that stands.
    document: bool,
    since: Instant,
    /// An event stream stays open for good.
    stream: bool,
}

/// The mutable part; the page reads it by [`Record::state`].
#[derive(Debug, Default)]
pub(super) struct State {
    /// The top browsing context, once it is known.
    pub(super) top: String,
    /// The URL of the page.
    pub(super) url: String,
    /// The status of the document that stands.
    pub(super) status: Option<u16>,
    /// The last navigation of the page itself.
    pub(super) navigation: Option<Navigation>,
    /// The dialog that stands open.
    pub(super) dialog: Option<Dialog>,
    /// Every download so far.
    pub(super) downloads: Vec<Download>,
    /// Every file chooser so far.
    pub(super) choosers: Vec<Chooser>,
    /// Whether the page's process died.
    pub(super) crashed: bool,
    /// Whether the tab was closed, or the browser ended.
    pub(super) gone: bool,
    /// The console, a line each.
    pub(super) console: Vec<String>,
    /// The network, a line each.
    pub(super) network: Vec<String>,
    open: HashMap<String, Request>,
    seen: Vec<Seen>,
}

/// A sighting as the event told it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    kind: WatchKind,
    message: String,
    url: String,
    /// For exceptions, until the engine has told what kind of exception it is: its time.
    untold: Option<u64>,
}

impl Record {
    /// An empty record.
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            changed: watch::Sender::new(0),
            tap: Mutex::default(),
        }
    }

    /// The state, locked; never hold it across an await.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Something to wait on for the next change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Takes in one event that concerns this page.
    pub(super) fn apply(&self, method: &str, params: &Value) {
        self.state().apply(method, params);
        if let Some(tap) = &*locked(&self.tap) {
            // Nobody listens any more: then nobody misses it.
            drop(tap.send((method.to_owned(), params.clone())));
        }
        self.changed.send_modify(|count| *count += 1);
    }

    /// Has every event from now on sent here too.
    pub(super) fn tap(&self, tap: Tap) {
        *locked(&self.tap) = Some(tap);
    }

    /// Marks the page's process as dead.
    pub(super) fn crash(&self) {
        self.state().crash();
        self.changed.send_modify(|count| *count += 1);
    }

    /// What the watches saw since the last call; `base` is the product's own URL.
    pub(super) fn take_sightings(&self, base: &str) -> Vec<Sighting> {
        let seen = std::mem::take(&mut self.state().seen);
        seen.into_iter()
            .map(|it| Sighting { kind: it.kind, message: it.message, path: path_of(&it.url, base) })
            .collect()
    }
}

impl State {
    /// Whether a request is under way that somebody should wait for.
    pub(super) fn is_loading(&self) -> bool {
        self.open.values().any(|request| !request.stream && request.since.elapsed() < LONG_POLL)
    }

    /// Whether the page is on its way to another document.
    pub(super) fn is_leaving(&self) -> bool {
        self.navigation.as_ref().is_some_and(|it| it.progress == Progress::Started)
    }

    fn apply(&mut self, method: &str, params: &Value) {
        match method {
            "log.entryAdded" => self.log(params),
            "goog:cdp.Runtime.exceptionThrown" => self.exception(params),
            "goog:cdp.Inspector.targetCrashed" => self.crash(),
            "network.beforeRequestSent" => self.request(params),
            "network.responseStarted" => self.answered(params),
            "network.responseCompleted" => self.completed(params),
            "network.fetchError" => self.failed(params),
            "browsingContext.userPromptOpened" => {
                self.dialog = Some(Dialog {
                    kind: text(&params["type"]),
                    message: text(&params["message"]),
                    context: text(&params["context"]),
                });
            }
            "browsingContext.userPromptClosed" => self.dialog = None,
            "browsingContext.downloadWillBegin" => {
                self.downloads.push(Download {
                    id: text(&params["navigation"]),
                    suggested: text(&params["suggestedFilename"]),
                    end: None,
                });
            }
            "input.fileDialogOpened" => self.choosers.push(Chooser {
                context: text(&params["context"]),
                element: params["element"]["sharedId"].as_str().map(str::to_owned),
                several: params["multiple"] == true,
            }),
            "browsingContext.downloadEnd" => self.downloaded(params),
            "connection.ended" => self.gone = true,
            "browsingContext.contextDestroyed" if params["context"] == self.top.as_str() => {
                self.gone = true;
            }
            _ if params["context"] == self.top.as_str() => self.navigated(method, params),
            _ => {}
        }
    }

    fn crash(&mut self) {
        if !self.crashed {
            self.crashed = true;
            self.see(WatchKind::PageCrashed, "the page crashed".to_owned(), self.url.clone());
        }
    }

    fn navigated(&mut self, method: &str, params: &Value) {
        let id = text(&params["navigation"]);
        let url = text(&params["url"]);
        match method {
            "browsingContext.navigationStarted" => {
                self.navigation =
                    Some(Navigation { id, progress: Progress::Started, status: None, error: None });
            }
            "browsingContext.navigationCommitted" => {
                self.url = url;
                self.advance(&id, Progress::Committed);
                self.status = self.navigation.as_ref().and_then(|it| it.status);
                // The old document's requests went with it.
                self.open.retain(|_, request| request.document);
            }
            "browsingContext.navigationFailed" | "browsingContext.navigationAborted" => {
                let said = text(&params["message"]);
                self.advance(&id, Progress::Failed(said));
            }
            "browsingContext.load"
            | "browsingContext.fragmentNavigated"
            | "browsingContext.historyUpdated" => {
                self.url = url;
                self.advance(&id, Progress::Loaded);
            }
            _ => {}
        }
    }

    fn advance(&mut self, id: &str, progress: Progress) {
        if let Some(navigation) = self.navigation.as_mut().filter(|it| it.id == id) {
            navigation.progress = progress;
        }
    }

    fn downloaded(&mut self, params: &Value) {
        let id = text(&params["navigation"]);
        let end = if params["status"] == "complete" {
            Ok(text(&params["filepath"]))
        } else {
            Err(text(&params["status"]))
        };
        // Downloads that no navigation began have no id at all: they end in their order.
        if let Some(download) = self.downloads.iter_mut().find(|it| it.id == id && it.end.is_none())
        {
            download.end = Some(end);
        }
    }

    fn log(&mut self, params: &Value) {
        let level = text(&params["level"]);
        let said = text(&params["text"]);
        if params["type"] == "javascript" {
            self.console_line(&format!("exception: {said}"));
            let untold = Some(stamp(&params["timestamp"]));
            let url = self.url.clone();
            self.seen.push(Seen { kind: WatchKind::Exception, message: said, url, untold });
        } else {
            self.console_line(&format!("{level}: {said}"));
            if level == "error" {
                self.see(WatchKind::ConsoleError, said, self.url.clone());
            }
        }
    }

    /// The standard's event does not tell rejections from exceptions; the engine's own, which
    /// follows it, does. Both have the same time, rounded.
    fn exception(&mut self, params: &Value) {
        let thrown = &params["params"];
        let at = Some(stamp(&thrown["timestamp"]));
        let said = thrown["exceptionDetails"]["text"].as_str().unwrap_or_default();
        if let Some(seen) = self.seen.iter_mut().find(|it| it.untold == at) {
            seen.untold = None;
            if said.contains("(in promise)") {
                seen.kind = WatchKind::Rejection;
            }
        }
    }

    fn request(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        if !is_network(&url) {
            return;
        }
        let document = request["destination"] == "document";
        self.open.insert(
            text(&request["request"]),
            Request { url, document, since: Instant::now(), stream: false },
        );
    }

    fn answered(&mut self, params: &Value) {
        let id = text(&params["request"]["request"]);
        let stream = params["response"]["mimeType"] == "text/event-stream";
        let status = status_of(params);
        if let Some(request) = self.open.get_mut(&id) {
            request.stream = stream;
        }
        self.document_answered(params, status);
    }

    fn completed(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        self.open.remove(request["request"].as_str().unwrap_or_default());
        if !is_network(&url) {
            return;
        }
        let status = status_of(params);
        let method = text(&request["method"]);
        self.network_line(&format!("{method} {url} {}", status.unwrap_or_default()));
        self.document_answered(params, status);
        if let Some(code) = status.filter(|code| *code >= 400)
            && !is_favicon(&url)
        {
            self.see(WatchKind::BadStatus, format!("{method} answered {code}"), url);
        }
    }

    fn document_answered(&mut self, params: &Value, status: Option<u16>) {
        let id = params["navigation"].as_str().unwrap_or_default();
        if params["context"] != self.top.as_str() {
            return;
        }
        if let Some(navigation) = self.navigation.as_mut().filter(|it| it.id == id) {
            navigation.status = status;
            if navigation.progress != Progress::Started {
                self.status = status;
            }
        }
    }

    fn failed(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        self.open.remove(request["request"].as_str().unwrap_or_default());
        if !is_network(&url) {
            return;
        }
        let error = text(&params["errorText"]);
        let method = text(&request["method"]);
        self.network_line(&format!("{method} {url} {error}"));
        let id = params["navigation"].as_str().unwrap_or_default();
        if let Some(navigation) = self.navigation.as_mut().filter(|it| it.id == id) {
            navigation.error = Some(error.clone());
        }
        // Aborted is what the page or the person gave up: leaving, downloads, AbortController.
        if error != "net::ERR_ABORTED" && !is_favicon(&url) {
            self.see(WatchKind::RequestFailed, format!("{method} failed: {error}"), url);
        }
    }

    fn see(&mut self, kind: WatchKind, message: String, url: String) {
        self.seen.push(Seen { kind, message, url, untold: None });
    }

    fn console_line(&mut self, line: &str) {
        push_line(&mut self.console, line);
    }

    fn network_line(&mut self, line: &str) {
        push_line(&mut self.network, line);
    }

    /// The requests that were never answered, for the network log.
    pub(super) fn unanswered(&self) -> Vec<String> {
        self.open.values().map(|request| format!("{} (no answer yet)", request.url)).collect()
    }
}

fn push_line(lines: &mut Vec<String>, line: &str) {
    match lines.len().cmp(&LOG_LINES) {
        std::cmp::Ordering::Less => lines.push(line.to_owned()),
        std::cmp::Ordering::Equal => lines.push("(cut here: too many lines)".to_owned()),
        std::cmp::Ordering::Greater => {}
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn stamp(value: &Value) -> u64 {
    value.as_f64().unwrap_or_default().round() as u64
}

fn status_of(params: &Value) -> Option<u16> {
    params["response"]["status"].as_u64().map(|status| status as u16)
}

fn is_network(url: &str) -> bool {
    url.starts_with("http")
}

fn is_favicon(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path() == "/favicon.ico")
}

/// The path of a URL of the product (query and fragment left out), or the whole URL of another.
pub(super) fn path_of(url: &str, base: &str) -> String {
    match (Url::parse(url), Url::parse(base)) {
        (Ok(url), Ok(base)) if url.origin() == base.origin() => url.path().to_owned(),
        (Ok(_) | Err(_), _) => url.to_owned(),
    }
}

/// Where a page is, in the product's own terms: path and query, and a fragment that is a route.
pub(super) fn place_of(url: &str, base: &str) -> String {
    match (Url::parse(url), Url::parse(base)) {
        (Ok(url), Ok(base)) if url.origin() == base.origin() => {
            let mut place = url.path().to_owned();
            if let Some(query) = url.query() {
                place.push('?');
                place.push_str(query);
            }
            if let Some(route) = url.fragment().filter(|it| it.starts_with(['/', '!'])) {
                place.push('#');
                place.push_str(route);
            }
            place
        }
        _ if url == "about:blank" => String::new(),
        (Ok(_) | Err(_), _) => url.to_owned(),
    }
}
