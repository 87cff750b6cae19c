//! [`Tab`]: what the browser's events say about one tab: where it is, how its document answered,
//! whether it is gone. The tabs of one page are kept in [`super::record`].

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::traffic::{Hop, text};

/// How far a navigation of a tab has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Asked for; the old document still stands.
    Started,
    /// The new document stands and loads.
    Committed,
    /// The new document and all that it needs are there.
    Loaded,
    /// There is no new document: what the browser said, or that it became a download.
    Failed(String),
}

/// A navigation of a tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Navigation {
    /// The browser's id for it.
    pub(crate) id: String,
    /// How far it has come.
    pub(crate) progress: Progress,
    /// The status of the last answer to it.
    pub(crate) status: Option<u16>,
    /// The answers to it: redirects, then the document.
    pub(crate) hops: Vec<Hop>,
    /// Why the network gave no answer.
    pub(crate) error: Option<String>,
}

/// The documents that a tab has shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    /// How many.
    pub(crate) count: u32,
    /// The browser's id for the navigation to the last.
    pub(crate) last: String,
    /// When the last ones came.
    lately: VecDeque<Instant>,
}

impl Documents {
    /// So many of them in so short a time, one after another, are a page that goes on for ever.
    const MANY: usize = 6;
    const SHORT: Duration = Duration::from_secs(10);

    fn came(&mut self, navigation: &str) {
        self.count += 1;
        navigation.clone_into(&mut self.last);
        self.lately.push_back(Instant::now());
        if self.lately.len() > Self::MANY {
            self.lately.pop_front();
        }
    }

    /// Whether one takes the place of the other without an end.
    pub(crate) fn never_end(&self) -> bool {
        let first = self.lately.front().filter(|_| self.lately.len() == Self::MANY);
        first.is_some_and(|it| it.elapsed() < Self::SHORT)
    }
}

/// A tab of the browser, or a window that a page opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tab {
    /// The top browsing context.
    pub(crate) id: String,
    /// The tab that opened it.
    pub(crate) opener: String,
    /// The engine's own name for its session; empty until it was asked for.
    pub(crate) session: String,
    /// The URL of the page.
    pub(crate) url: String,
    /// The status of the document that stands.
    pub(crate) status: Option<u16>,
    /// The answers that led to it: redirects, then the document itself.
    pub(crate) hops: Vec<Hop>,
    /// The documents that it has shown.
    pub(crate) documents: Documents,
    /// Its last navigation.
    pub(crate) navigation: Option<Navigation>,
    /// Whether its process died.
    pub(crate) crashed: bool,
    /// Whether it was closed, by a step or by itself.
    pub(crate) closed: bool,
}

/// Whether the documents of a tab were replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The old document's requests went with it.
    Yes,
    /// The document stands.
    No,
}

impl Tab {
    /// A tab that has just been opened.
    pub(crate) fn new(id: &str, opener: &str, url: &str) -> Self {
        Self {
            id: id.to_owned(),
            opener: opener.to_owned(),
            url: url.to_owned(),
            ..Self::default()
        }
    }

    /// Takes in an event about the tab's own browsing context.
    pub(super) fn navigated(&mut self, method: &str, params: &Value) -> Replaced {
        let id = text(&params["navigation"]);
        let url = text(&params["url"]);
        match method {
            "browsingContext.navigationStarted" => {
                self.navigation = Some(Navigation {
                    id,
                    progress: Progress::Started,
                    status: None,
                    hops: Vec::new(),
                    error: None,
                });
            }
            "browsingContext.navigationCommitted" => {
                self.url = url;
                self.documents.came(&id);
                self.advance(&id, Progress::Committed);
                self.status = self.navigation.as_ref().and_then(|it| it.status);
                self.hops = self.navigation.iter().flat_map(|it| it.hops.clone()).collect();
                return Replaced::Yes;
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
        Replaced::No
    }

    fn advance(&mut self, id: &str, progress: Progress) {
        if let Some(navigation) = self.navigation.as_mut().filter(|it| it.id == id) {
            navigation.progress = progress;
        }
    }

    /// Takes in that the document of a navigation was answered.
    pub(crate) fn answered(
        &mut self,
        navigation: &str,
        status: Option<u16>,
        hop: Option<(usize, Hop)>,
    ) {
        if let Some(it) = self.navigation.as_mut().filter(|it| it.id == navigation) {
            it.status = status;
            if let Some((at, hop)) = hop {
                it.hops.truncate(at);
                it.hops.push(hop);
            }
            if it.progress != Progress::Started {
                self.status = status;
                self.hops.clone_from(&it.hops);
            }
        }
    }

    /// Takes in that the network gave no answer to a navigation.
    pub(crate) fn unanswered(&mut self, navigation: &str, error: &str) {
        if let Some(it) = self.navigation.as_mut().filter(|it| it.id == navigation) {
            it.error = Some(error.to_owned());
        }
    }
}
