//! What events say of requests: of those under way, of what was answered or failed, and what of that
//! the watches see and the log of the network says.
//!
//! All of it is kept in the [`State`] of a page's record; [`super::underway`] knows which requests
//! were told of already.

use std::time::SystemTime;

use serde_json::Value;
use url::Url;

use super::record::{State, push_line};
use super::tab::{Progress, Tab};
use super::traffic::{Ending, hop, keep, take_back, text};
use super::underway::{During, End, Kind};
use crate::model::WatchKind;
use crate::model::request::{Sent, retry_after};
use crate::surface::HeldOff;

/// How the engine says that a request was given up.
const ABORTED: &str = "net::ERR_ABORTED";

impl State {
    pub(super) fn request(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        if !is_network(&url) {
            return;
        }
        let (destination, resource) =
            (request["destination"].as_str(), request["goog:resourceType"].as_str());
        let method = text(&request["method"]);
        let kind = Kind::of(&method, destination, resource);
        let tab = self.tab_of(&params["context"]);
        self.underway.begin(text(&request["request"]), (method, url), tab, kind);
    }

    pub(super) fn answered(&mut self, params: &Value) {
        let stream = params["response"]["mimeType"] == "text/event-stream";
        let status = status_of(params);
        self.underway.answered(&text(&params["request"]["request"]), status, stream);
        self.document_answered(params, status);
        // An answer without a body is no page to the engine: it never says that it is complete.
        let url = text(&params["request"]["url"]);
        if let Some(held) = held_off(params).filter(|_| !is_favicon(&url)) {
            self.hold_off(&url, held);
        }
    }

    pub(super) fn completed(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        if !is_network(&url) {
            return;
        }
        let tab = self.tab_of(&params["context"]);
        let loaded =
            |tab: &Tab| tab.navigation.as_ref().is_none_or(|it| it.progress == Progress::Loaded);
        let during = match self.tab_mut(&tab) {
            Some(tab) if loaded(tab) => During::Use,
            Some(_) | None => During::Loading,
        };
        let id = text(&request["request"]);
        let took = self.underway.took(&id);
        match self.underway.completed(&id, during) {
            End::Known => {}
            End::AfterAll => {
                take_back(&mut self.writes, params);
                self.concluded(params, status_of(params), took);
            }
            End::New | End::Answered(_) => self.concluded(params, status_of(params), took),
        }
    }

    /// Takes in that a request was answered, and how long that took in milliseconds.
    fn concluded(&mut self, params: &Value, status: Option<u16>, ms: Option<u64>) {
        let request = &params["request"];
        let (method, url) = (text(&request["method"]), text(&request["url"]));
        let asks = if asks_for_password(params) { " (asks for name and password)" } else { "" };
        let ended = format!("{}{asks}", status.unwrap_or_default());
        self.network_line(&Sent { method: method.clone(), url: url.clone(), ended, ms });
        keep(&mut self.writes, params, Ending::Answered(status.unwrap_or_default()));
        self.document_answered(params, status);
        if let Some(code) = status.filter(|code| *code >= 400)
            && !is_favicon(&url)
        {
            self.see(WatchKind::BadStatus, format!("{method} answered {code}"), url);
        }
    }

    fn document_answered(&mut self, params: &Value, status: Option<u16>) {
        let navigation = text(&params["navigation"]);
        if let Some(tab) = self.tab_mut(params["context"].as_str().unwrap_or_default()) {
            tab.answered(&navigation, status, hop(params));
        }
    }

    pub(super) fn failed(&mut self, params: &Value) {
        let request = &params["request"];
        let url = text(&request["url"]);
        if !is_network(&url) {
            return;
        }
        let error = text(&params["errorText"]);
        let is_given_up = error == ABORTED;
        let id = text(&request["request"]);
        let ms = self.underway.took(&id);
        match self.underway.failed(&id, is_given_up) {
            End::Known => return,
            End::Answered(status) => return self.concluded(params, Some(status), ms),
            End::New | End::AfterAll => {}
        }
        let method = text(&request["method"]);
        let ended = error.clone();
        self.network_line(&Sent { method: method.clone(), url: url.clone(), ended, ms });
        let why = error.trim_start_matches("net::").to_owned();
        keep(&mut self.writes, params, Ending::Failed(why));
        let navigation = text(&params["navigation"]);
        if let Some(tab) = self.tab_mut(params["context"].as_str().unwrap_or_default()) {
            tab.unanswered(&navigation, &error);
        }
        // Aborted is what the page or the person gave up: leaving, downloads, AbortController.
        if !is_given_up && !is_favicon(&url) {
            self.see(WatchKind::RequestFailed, format!("{method} failed: {error}"), url);
        }
    }

    fn network_line(&mut self, sent: &Sent) {
        push_line(&mut self.network, &sent.to_string());
    }

    /// The requests that were never answered, for the network log.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let line = |(method, url): (&str, &str)| {
            let (method, url) = (method.to_owned(), url.to_owned());
            Sent { method, url, ended: "(no answer yet)".to_owned(), ms: None }.to_string()
        };
        self.underway.unanswered().map(line).collect()
    }
}

fn status_of(params: &Value) -> Option<u16> {
    params["response"]["status"].as_u64().map(|status| status as u16)
}

/// Whether an answer says that somebody asks too often, or too early, and when it wants to be asked again.
fn held_off(params: &Value) -> Option<HeldOff> {
    let status = status_of(params).filter(|it| matches!(it, 429 | 503))?;
    let mut all = params["response"]["headers"].as_array()?.iter();
    let own = all
        .find(|it| it["name"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("retry-after")))?;
    let wait = retry_after(own["value"]["value"].as_str()?, SystemTime::now())?;
    Some(HeldOff { status, wait })
}

/// Whether a browser would ask the person for name and password: the schemes that it knows.
fn asks_for_password(params: &Value) -> bool {
    const SCHEMES: [&str; 4] = ["basic", "digest", "ntlm", "negotiate"];
    let headers = params["response"]["headers"].as_array().into_iter().flatten();
    let asking = headers.filter(|it| {
        it["name"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("www-authenticate"))
    });
    status_of(params) == Some(401)
        && asking.filter_map(|it| it["value"]["value"].as_str()).any(|value| {
            let scheme = value.split_whitespace().next().unwrap_or_default().to_lowercase();
            SCHEMES.contains(&scheme.as_str())
        })
}

fn is_network(url: &str) -> bool {
    url.starts_with("http")
}

fn is_favicon(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path() == "/favicon.ico")
}
