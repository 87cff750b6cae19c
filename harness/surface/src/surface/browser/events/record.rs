//! [`Record`]: what the browser's events say about one page, kept up to date as they arrive.
//!
//! The event task writes ([`Record::apply`]), the page reads and waits for changes. Watches,
//! dialogs, downloads, navigation and the logs for a person all come from here; what events say of
//! requests is in [`super::requests`], how events get here in
//! [`crate::surface::browser::engine::bidi`].

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;
use tokio::sync::watch;
use url::Url;

pub(crate) use super::tab::Progress;
use super::tab::{Replaced, Tab};
use super::traffic::{Write, text};
use super::underway::Underway;
use crate::model::WatchKind;
use crate::model::address::is_route;
use crate::surface::browser::engine::auth::Answer;
use crate::surface::browser::engine::bidi::locked;
use crate::surface::{HeldOff, Sighting};

/// The logs for a person are cut here; what is longer helps nobody.
const LOG_LINES: usize = 2_000;

/// What the events said about one page, with its popups and frames.
#[derive(Debug)]
pub(crate) struct Record {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    /// Who hears every event beside us.
    tap: Mutex<Option<Tap>>,
}

/// Takes every event of a page, with its parameters.
pub(super) type Tap = tokio::sync::mpsc::UnboundedSender<(String, Value)>;

/// A dialog that stands open and blocks the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialog {
    /// `alert`, `confirm`, `prompt` or `beforeunload`.
    pub(crate) kind: String,
    /// What it says.
    pub(crate) message: String,
    /// The browsing context that opened it.
    pub(crate) context: String,
}

impl std::fmt::Display for Dialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.kind, self.message)
    }
}

/// A file that the page gave to the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    /// The navigation that it came from.
    id: String,
    /// The name that the page suggested.
    pub(crate) suggested: String,
    /// Where it ended: the file's path, or why there is none.
    pub(crate) end: Option<Result<String, String>>,
}

/// A file chooser that a page opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chooser {
    /// The browsing context that opened it.
    pub(crate) context: String,
    /// The field that takes the files; choosers of the File System Access API have none.
    pub(crate) element: Option<String>,
    /// Whether it takes several files.
    pub(crate) several: bool,
}

/// Name and password, and who is told them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) origin: url::Origin,
}

/// The mutable part; the page reads it by [`Record::state`].
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The tab that steps go to.
    tab: Tab,
    /// The other tabs, in the order in which they were opened.
    others: Vec<Tab>,
    /// The ids of all tabs that there ever were, in the order in which they were opened.
    pub(crate) opened: Vec<String>,
    /// Frames, by the browsing context that they lie in.
    frames: HashMap<String, String>,
    /// The dialog that stands open.
    pub(crate) dialog: Option<Dialog>,
    /// Dialogs of other tabs that wait behind it.
    more_dialogs: Vec<Dialog>,
    /// Name and password that the product is told where it asks.
    pub(crate) credentials: Option<Known>,
    /// The requests for which it was told them.
    signed_in: HashSet<String>,
    /// Every download so far.
    pub(crate) downloads: Vec<Download>,
    /// Whether the browser ended.
    ended: bool,
    /// Every file chooser so far.
    pub(crate) choosers: Vec<Chooser>,
    /// The console, a line each.
    pub(crate) console: Vec<String>,
    /// The network, a line each.
    pub(crate) network: Vec<String>,
    /// The requests that are under way.
    pub(crate) underway: Underway,
    seen: Vec<Seen>,
    /// What was sent to be kept since the last look.
    pub(crate) writes: Vec<Write>,
    /// Who asked to be left alone, and for how long at the most.
    held_off: HashMap<url::Origin, HeldOff>,
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
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            changed: watch::Sender::new(0),
            tap: Mutex::default(),
        }
    }

    /// The state, locked; never hold it across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Something to wait on for the next change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
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
    pub(crate) fn tap(&self, tap: Tap) {
        *locked(&self.tap) = Some(tap);
    }

    /// Marks the process of the tab that steps go to as dead.
    pub(crate) fn crash(&self) {
        {
            let mut state = self.state();
            let id = state.tab.id.clone();
            state.crash(&id);
        }
        self.changed.send_modify(|count| *count += 1);
    }

    /// What the watches saw since the last call; `base` is the product's own URL.
    pub(crate) fn take_sightings(&self, base: &str) -> Vec<Sighting> {
        let seen = std::mem::take(&mut self.state().seen);
        seen.into_iter()
            .map(|it| Sighting { kind: it.kind, message: it.message, path: path_of(&it.url, base) })
            .collect()
    }

    /// Whether the product at `base` asked to be left alone since the last call.
    pub(crate) fn take_held_off(&self, base: &Url) -> Option<HeldOff> {
        std::mem::take(&mut self.state().held_off).remove(&base.origin())
    }
}

/// What is said of the tab that steps go to, without naming it.
impl std::ops::Deref for State {
    type Target = Tab;

    fn deref(&self) -> &Tab {
        &self.tab
    }
}

impl State {
    /// Whether a request is under way that somebody should wait for, or a script that has just come.
    pub(crate) fn is_loading(&self) -> bool {
        self.underway.is_loading(&self.tab.id) || self.underway.is_running(&self.tab.id)
    }

    /// Whether the page has one tab, and neither a request nor a navigation of it is under way.
    pub(crate) fn is_alone_and_still(&self) -> bool {
        self.others.is_empty() && self.underway.is_empty() && !self.is_leaving()
    }

    /// Whether the page is on its way to another document.
    pub(crate) fn is_leaving(&self) -> bool {
        self.navigation.as_ref().is_some_and(|it| it.progress == Progress::Started)
    }

    /// How a request goes on that wants name and password.
    pub(crate) fn sign_in(&mut self, request: &str, url: &str) -> Answer {
        let own = |it: &&Known| Url::parse(url).is_ok_and(|url| url.origin() == it.origin);
        let Some(known) = self.credentials.as_ref().filter(own) else { return Answer::AsItIs };
        if self.signed_in.insert(request.to_owned()) {
            Answer::With { user: known.user.clone(), password: known.password.clone() }
        } else {
            Answer::AsItIs
        }
    }

    /// The first tab of the page.
    pub(crate) fn begin(&mut self, id: &str, session: &str) {
        if self.opened.is_empty() {
            self.open_tab(id, "", "");
        }
        session.clone_into(&mut self.tab.session);
    }

    /// The tabs that there are, in the order in which they were opened.
    pub(crate) fn tabs(&self) -> Vec<&Tab> {
        let mut tabs: Vec<&Tab> =
            std::iter::once(&self.tab).chain(&self.others).filter(|it| !it.closed).collect();
        tabs.sort_by_key(|tab| self.opened.iter().position(|id| *id == tab.id));
        tabs
    }

    /// Makes a tab the one that steps go to; `false` where it is gone.
    pub(crate) fn use_tab(&mut self, id: &str) -> bool {
        if self.tab.id == id {
            return !self.tab.closed;
        }
        let Some(at) = self.others.iter().position(|it| it.id == id) else { return false };
        let next = self.others.remove(at);
        let before = std::mem::replace(&mut self.tab, next);
        if !before.closed {
            self.others.push(before);
        }
        true
    }

    /// Names the engine's session of a tab.
    pub(crate) fn name_session(&mut self, id: &str, session: &str) {
        if let Some(tab) = self.tab_mut(id) {
            session.clone_into(&mut tab.session);
        }
    }

    fn open_tab(&mut self, id: &str, opener: &str, url: &str) {
        let tab = Tab::new(id, opener, url);
        if self.opened.is_empty() {
            self.tab = tab;
        } else {
            self.others.push(tab);
        }
        self.opened.push(id.to_owned());
    }

    pub(super) fn tab_mut(&mut self, id: &str) -> Option<&mut Tab> {
        std::iter::once(&mut self.tab).chain(&mut self.others).find(|it| it.id == id)
    }

    /// The tab that a browsing context lies in; empty where it lies in none.
    pub(super) fn tab_of(&self, context: &Value) -> String {
        let mut id = context.as_str().unwrap_or_default();
        while let Some(parent) = self.frames.get(id) {
            id = parent;
        }
        id.to_owned()
    }

    /// The URL of the page that a browsing context lies in.
    fn url_of(&self, context: &Value) -> String {
        let id = self.tab_of(context);
        let mut all = std::iter::once(&self.tab).chain(&self.others);
        all.find(|it| it.id == id).unwrap_or(&self.tab).url.clone()
    }

    fn apply(&mut self, method: &str, params: &Value) {
        match method {
            "log.entryAdded" => self.log(params),
            "goog:cdp.Runtime.exceptionThrown" => self.exception(params),
            "goog:cdp.Inspector.targetCrashed" => {
                let session = text(&params["session"]);
                let mut all = std::iter::once(&self.tab).chain(&self.others);
                if let Some(id) = all.find(|it| it.session == session).map(|it| it.id.clone()) {
                    self.crash(&id);
                }
            }
            "network.beforeRequestSent" => self.request(params),
            "network.responseStarted" => self.answered(params),
            "network.responseCompleted" => self.completed(params),
            "network.fetchError" => self.failed(params),
            "browsingContext.userPromptOpened" => {
                let dialog = Dialog {
                    kind: text(&params["type"]),
                    message: text(&params["message"]),
                    context: text(&params["context"]),
                };
                match &self.dialog {
                    None => self.dialog = Some(dialog),
                    Some(_) => self.more_dialogs.push(dialog),
                }
            }
            "browsingContext.userPromptClosed" => self.dialog_closed(&text(&params["context"])),
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
            "connection.ended" => self.ended = true,
            "browsingContext.contextCreated" => self.created(params),
            "browsingContext.contextDestroyed" => self.destroyed(params),
            _ => self.navigated(method, params),
        }
    }

    fn created(&mut self, params: &Value) {
        let id = text(&params["context"]);
        match params["parent"].as_str() {
            Some(parent) => drop(self.frames.insert(id, parent.to_owned())),
            None if self.opened.contains(&id) => {}
            None => self.open_tab(&id, &text(&params["originalOpener"]), &text(&params["url"])),
        }
    }

    fn destroyed(&mut self, params: &Value) {
        let id = text(&params["context"]);
        if self.frames.remove(&id).is_none() {
            self.others.retain(|it| it.id != id);
            self.underway.forget(&id);
            if self.tab.id == id {
                self.tab.closed = true;
            }
        }
        self.dialog_closed(&id);
    }

    /// Whether there is no tab any more.
    pub(crate) fn gone(&self) -> bool {
        self.ended || (self.tab.closed && self.others.is_empty())
    }

    fn dialog_closed(&mut self, context: &str) {
        self.more_dialogs.retain(|it| it.context != context);
        if self.dialog.as_ref().is_some_and(|it| it.context == context) {
            self.dialog = None;
            if !self.more_dialogs.is_empty() {
                self.dialog = Some(self.more_dialogs.remove(0));
            }
        }
    }

    fn crash(&mut self, id: &str) {
        let Some(tab) = self.tab_mut(id).filter(|it| !it.crashed) else { return };
        tab.crashed = true;
        let url = tab.url.clone();
        self.see(WatchKind::PageCrashed, "the page crashed".to_owned(), url);
    }

    fn navigated(&mut self, method: &str, params: &Value) {
        let id = text(&params["context"]);
        let Some(tab) = self.tab_mut(&id) else { return };
        if tab.navigated(method, params) == Replaced::Yes {
            self.underway.replaced(&id);
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
            let url = self.url_of(&params["source"]["context"]);
            self.seen.push(Seen { kind: WatchKind::Exception, message: said, url, untold });
        } else {
            self.console_line(&format!("{level}: {said}"));
            if level == "error" {
                let url = self.url_of(&params["source"]["context"]);
                self.see(WatchKind::ConsoleError, said, url);
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

    pub(super) fn see(&mut self, kind: WatchKind, message: String, url: String) {
        self.seen.push(Seen { kind, message, url, untold: None });
    }

    /// Takes in that a server asked to be left alone.
    pub(super) fn hold_off(&mut self, url: &str, held: HeldOff) {
        let Ok(url) = Url::parse(url) else { return };
        let known = self.held_off.entry(url.origin()).or_insert(held);
        if held.wait > known.wait {
            *known = held;
        }
    }

    /// Tells the person who reads the console's log what we did ourselves.
    pub(crate) fn note(&mut self, line: &str) {
        self.console_line(&format!("nightshift: {line}"));
    }

    fn console_line(&mut self, line: &str) {
        push_line(&mut self.console, line);
    }
}

pub(super) fn push_line(lines: &mut Vec<String>, line: &str) {
    match lines.len().cmp(&LOG_LINES) {
        std::cmp::Ordering::Less => lines.push(line.to_owned()),
        std::cmp::Ordering::Equal => lines.push("(cut here: too many lines)".to_owned()),
        std::cmp::Ordering::Greater => {}
    }
}

fn stamp(value: &Value) -> u64 {
    value.as_f64().unwrap_or_default().round() as u64
}

/// The path of a URL of the product (query and fragment left out), or the whole URL of another.
pub(super) fn path_of(url: &str, base: &str) -> String {
    match (Url::parse(url), Url::parse(base)) {
        (Ok(url), Ok(base)) if url.origin() == base.origin() => url.path().to_owned(),
        (Ok(_) | Err(_), _) => url.to_owned(),
    }
}

/// Where a page is, in the product's own terms: path and query, and a fragment that is a route.
pub(crate) fn place_of(url: &str, base: &str) -> String {
    match (Url::parse(url), Url::parse(base)) {
        (Ok(url), Ok(base)) if url.origin() == base.origin() => {
            let mut place = url.path().to_owned();
            if let Some(query) = url.query() {
                place.push('?');
                place.push_str(query);
            }
            if let Some(route) = url.fragment().filter(|it| is_route(it)) {
                place.push('#');
                place.push_str(route);
            }
            place
        }
        _ if url == "about:blank" => String::new(),
        (Ok(_) | Err(_), _) => url.to_owned(),
    }
}

/// As [`place_of`], of an address that the walker told: it has taken off what only points into the
/// page, so that a fragment is a route whatever it looks like.
pub(crate) fn place_shown(url: &str, base: &str) -> String {
    let place = place_of(url, base);
    match url.split_once('#') {
        Some((_, route)) if !place.contains('#') => format!("{place}#{route}"),
        Some(_) | None => place,
    }
}

/// Whether only the page itself can say if the fragment of its address is a route.
pub(crate) fn is_unclear(url: &str) -> bool {
    url.split_once('#').is_some_and(|(_, it)| !it.is_empty() && !it.contains('=') && !is_route(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_asked_about_unless_it_says_itself_what_it_is() {
        let base = "http://127.0.0.1:8000/";
        let at = |rest: &str| format!("{base}{rest}");
        for (rest, unclear) in [
            ("wiki#Kettle", true),
            ("wiki#/orders", false),
            ("wiki#!orders", false),
            ("wiki#code=1", false),
            ("wiki#", false),
            ("wiki", false),
        ] {
            assert_eq!(is_unclear(&at(rest)), unclear, "{rest}");
        }
        assert_eq!(place_of(&at("wiki?a=1#Kettle"), base), "/wiki?a=1");
        assert_eq!(place_shown(&at("wiki?a=1#Kettle"), base), "/wiki?a=1#Kettle");
        assert_eq!(place_shown(&at("wiki#/orders"), base), "/wiki#/orders");
        assert_eq!(place_shown(&at("wiki"), base), "/wiki");
    }
}
