//! [`Underway`]: the requests of a page that were sent and not answered in full, and what is to be
//! known of those that were. Kept up to date by [`super::record`]; [`crate::surface::browser::pages::ready`] waits for them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::traffic::is_write;
use crate::process::FairInstant;

/// A request that takes longer than this is a long poll: nobody waits for it.
const LONG_POLL: Duration = Duration::from_secs(2);

/// So long a script may take from when it has come until it has run or has asked for more.
const RUNNING: Duration = Duration::from_millis(60);

/// So long after a write was given up its answer may be told of after all.
const DOUBT: Duration = Duration::from_millis(250);

/// What a tab is about when an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum During {
    /// Its document loads.
    Loading,
    /// Its document has loaded.
    Use,
}

/// What a request is for, as far as anybody waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A document: it outlives the one that stands.
    Document,
    /// A script: once it is there, it runs.
    Script,
    /// It changes something.
    Write,
    /// Anything else.
    Other,
}

impl Kind {
    /// What a request is for, by its method, by where it goes and by what the engine takes it for.
    pub(crate) fn of(method: &str, destination: Option<&str>, resource: Option<&str>) -> Self {
        match (destination, resource) {
            (Some("document"), _) => Self::Document,
            _ if is_write(method) => Self::Write,
            (Some("script"), _) | (_, Some("Script")) => Self::Script,
            _ => Self::Other,
        }
    }
}

#[derive(Debug)]
struct Request {
    method: String,
    url: String,
    /// The tab that asked; empty where none did, as of workers.
    tab: String,
    kind: Kind,
    since: FairInstant,
    /// Its answer has begun, with this status.
    status: Option<u16>,
    /// An event stream stays open for good.
    stream: bool,
}

/// What is to be made of an event that tells how a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It ended so.
    New,
    /// It is known already how it ended.
    Known,
    /// It was said to be given up, and is answered after all.
    AfterAll,
    /// It was answered with this status: nobody reads the rest of the answer.
    Answered(u16),
}

/// The requests of a page.
#[derive(Debug, Default)]
pub(crate) struct Underway {
    open: HashMap<String, Request>,
    /// Those that were answered in full and not sent on since.
    complete: HashSet<String>,
    /// Those that were given up and not answered so far.
    given_up: HashMap<String, FairInstant>,
    begun: u64,
    /// When a tab that had loaded got its last script.
    scripts: HashMap<String, FairInstant>,
}

impl Underway {
    /// A request is sent, or sent on to where a redirect leads.
    pub(super) fn begin(
        &mut self,
        id: String,
        (method, url): (String, String),
        tab: String,
        kind: Kind,
    ) {
        self.complete.remove(&id);
        self.given_up.remove(&id);
        self.begun += 1;
        let since = FairInstant::now();
        let request = Request { method, url, tab, kind, since, status: None, stream: false };
        self.open.insert(id, request);
    }

    /// How long one that has not ended takes so far, in milliseconds.
    pub(super) fn took(&self, id: &str) -> Option<u64> {
        u64::try_from(self.open.get(id)?.since.elapsed().as_millis()).ok()
    }

    /// Its answer begins.
    pub(crate) fn answered(&mut self, id: &str, status: Option<u16>, stream: bool) {
        if let Some(request) = self.open.get_mut(id) {
            request.status = status;
            request.stream = stream;
        }
    }

    /// Its answer is there; `during` says what its tab was about. Only a document that is loading
    /// itself waits for its scripts.
    pub(super) fn completed(&mut self, id: &str, during: During) -> End {
        if let Some(Request { kind: Kind::Script, tab, .. }) = self.open.remove(id)
            && during == During::Use
        {
            self.scripts.insert(tab, FairInstant::now());
        }
        match (self.given_up.remove(id).is_some(), self.complete.insert(id.to_owned())) {
            (true, _) => End::AfterAll,
            (false, true) => End::New,
            (false, false) => End::Known,
        }
    }

    /// It fails, or is given up. Of a write whose answer nobody reads to its end the engine tells so
    /// too: as a second end, as the only one, or before it tells of the answer.
    pub(crate) fn failed(&mut self, id: &str, is_given_up: bool) -> End {
        let request = self.open.remove(id);
        if is_given_up && self.complete.contains(id) {
            return End::Known;
        }
        let write = request.filter(|it| is_given_up && it.kind == Kind::Write);
        match write.map(|it| it.status) {
            Some(Some(status)) => {
                self.complete.insert(id.to_owned());
                End::Answered(status)
            }
            Some(None) => {
                self.given_up.insert(id.to_owned(), FairInstant::now());
                End::New
            }
            None => End::New,
        }
    }

    /// Whether a write has just been given up, and its answer may be told of after all.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.given_up.values().any(|since| since.elapsed() < DOUBT)
    }

    /// A tab is gone, with all that it asked for.
    pub(crate) fn forget(&mut self, tab: &str) {
        self.open.retain(|_, it| it.tab != tab);
    }

    /// Another document stands in a tab; the old one's requests went with it.
    pub(crate) fn replaced(&mut self, tab: &str) {
        self.open.retain(|_, it| it.kind == Kind::Document || it.tab != tab);
    }

    /// Whether something is under way that somebody should wait for who uses this tab. What workers
    /// write belongs to no tab, and to what the page does all the same.
    pub(crate) fn is_loading(&self, tab: &str) -> bool {
        self.open.values().any(|it| {
            let ours = it.tab == tab || (it.tab.is_empty() && it.kind == Kind::Write);
            ours && !it.stream && it.since.elapsed() < LONG_POLL
        })
    }

    /// Whether every request was answered in full.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// How many requests there were so far.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether a script of a tab has just come, and may not have run.
    pub(super) fn is_running(&self, tab: &str) -> bool {
        self.scripts.get(tab).is_some_and(|it| it.elapsed() < RUNNING)
    }

    /// The methods and addresses of what is not answered.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = (&str, &str)> {
        self.open.values().map(|it| (it.method.as_str(), it.url.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> (String, String) {
        ("GET".to_owned(), url.to_owned())
    }

    fn begun(kind: Kind) -> Underway {
        let mut all = Underway::default();
        all.begin("1".to_owned(), get("http://a/"), "tab".to_owned(), kind);
        all
    }

    #[test]
    fn a_failure_that_follows_a_whole_answer_is_none_and_one_behind_a_redirect_is() {
        let mut all = begun(Kind::Write);
        assert_eq!(all.failed("1", true), End::New, "given up");
        assert!(all.is_in_doubt(), "until its answer came, or did not");
        assert_eq!(all.completed("1", During::Use), End::AfterAll);
        assert!(!all.is_in_doubt());
        let mut all = begun(Kind::Write);
        assert_eq!(all.completed("1", During::Use), End::New);
        assert_eq!(all.failed("1", true), End::Known, "the same once more");
        let mut all = begun(Kind::Document);
        all.completed("1", During::Use);
        all.begin("1".to_owned(), get("http://b/"), "tab".to_owned(), Kind::Document);
        assert_eq!(all.failed("1", false), End::New, "where the redirect leads");
    }

    #[test]
    fn a_write_that_is_given_up_once_its_answer_began_is_answered() {
        let answered = |kind, is_given_up| {
            let mut all = begun(kind);
            all.answered("1", Some(204), false);
            let failed = all.failed("1", is_given_up);
            assert!(!all.is_in_doubt(), "its answer is known");
            (failed, all.completed("1", During::Use))
        };
        assert_eq!(answered(Kind::Write, true), (End::Answered(204), End::Known));
        assert_eq!(answered(Kind::Write, false).0, End::New, "the connection broke");
        assert_eq!(answered(Kind::Document, true).0, End::New, "a file to download");
    }

    #[test]
    fn what_a_worker_writes_is_waited_for_and_what_it_reads_is_not() {
        let of_worker = |kind| {
            let mut all = Underway::default();
            all.begin("1".to_owned(), get("http://a/"), String::new(), kind);
            all.is_loading("tab")
        };
        assert_eq!([of_worker(Kind::Write), of_worker(Kind::Other)], [true, false]);
        let mut all = begun(Kind::Other);
        assert!(all.is_loading("tab") && !all.is_loading("another"));
        all.answered("1", Some(200), true);
        assert!(!all.is_loading("tab"), "a stream stays open");
    }

    #[test]
    fn a_script_that_comes_to_a_loaded_page_runs_for_a_moment() {
        let script = Kind::of("GET", Some("script"), None);
        let come = |during| {
            let mut all = begun(script);
            all.completed("1", during);
            [all.is_running("tab"), all.is_running("another")]
        };
        assert_eq!(come(During::Use), [true, false]);
        assert_eq!(come(During::Loading), [false, false], "the document waits for it");
        assert_eq!(Kind::of("GET", None, Some("Script")), Kind::Script);
        assert_eq!(Kind::of("POST", Some(""), Some("Fetch")), Kind::Write);
        assert_eq!(Kind::of("POST", Some("document"), Some("Document")), Kind::Document);
    }
}
