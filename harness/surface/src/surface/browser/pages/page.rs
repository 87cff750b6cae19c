//! [`Page`]: one page of one attempt, in a user context of its own: its making and its end, who has the
//! focus, and what an answer of the browser means for a step. What is done with it on request is
//! handed out by [`crate::surface::browser::actions::perform`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use url::Url;

use super::blank::Blank;
use super::deed::Unheard;
use super::shared::{READING, Shared};
use super::trouble::{Step, Trouble, crashed, failed};
use crate::model::WatchKind;
use crate::model::page_settings::PageSettings;
use crate::model::suite::Dismissal;
use crate::process::FairInstant;
use crate::surface::browser::PageContext;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::{Record, is_unclear, place_of, place_shown};
use crate::surface::browser::walker::{self, Question, WalkerError};
use crate::surface::{Sighting, SurfaceError};

/// How long the flush before sightings may take.
const FLUSH: Duration = Duration::from_secs(1);
/// How long the end of a page may take.
const CLOSING: Duration = Duration::from_secs(10);
/// What a page is called that never comes to rest because it leaves by itself.
const RESTLESS: &str = "the page goes to another one by itself, again and again";

/// A page whose storage is filled until its first document of that origin stands.
#[derive(Debug)]
pub(super) struct Filling {
    pub(crate) script: String,
    pub(crate) origin: String,
}

/// What is known of a page's rest.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// Since when it has been seen at rest.
    pub(crate) since: Option<FairInstant>,
    /// When that was last asked.
    pub(crate) looked: Option<FairInstant>,
    /// A check has waited in vain, and no action was done since.
    pub(crate) has_waited: bool,
}

/// A page: fresh cookies and storage, watched from the first byte.
#[derive(Debug)]
pub struct Page {
    pub(crate) shared: Arc<Shared>,
    pub(crate) record: Arc<Record>,
    pub(crate) user_context: String,
    /// The browsing context, which is the window handle too.
    pub(crate) top: String,
    pub(crate) base: Url,
    pub(crate) work: PathBuf,
    /// What documents of this page wrote by a clock of their own, as `METHOD URL`.
    pub(crate) by_clock: BTreeSet<String>,
    /// Overlays that are clicked away.
    pub(crate) dismissals: Vec<Dismissal>,
    /// Where the browser puts files until a step asks for them; goes with the page.
    _downloads: tempfile::TempDir,
    /// Counts the times that we waited for quiet.
    pub(crate) round: u64,
    /// The engine's own name for the page's session.
    pub(crate) engine_session: String,
    /// The tab that the page began with.
    pub(crate) first: String,
    /// How many tabs there had been when ours was last brought to the front.
    pub(crate) tabs_known: usize,
    /// What the browser pretends to be.
    pub(crate) settings: PageSettings,
    /// The key of pictures, where it is another than that of a night on this machine.
    pub(crate) environment: Option<String>,
    /// The script that runs before those of every document.
    pub(crate) preload: String,
    /// The script that fills the storage, until it has.
    pub(crate) stored: Option<String>,
    /// What holds requests back that want a password.
    pub(crate) intercept: Option<String>,
    /// The tabs that were told what the browser only takes tab by tab.
    pub(crate) dressed: Vec<String>,
    /// The overlays, by index, that the scenario itself uses.
    pub(crate) tested: BTreeSet<usize>,
    /// What is said of the last click, where it met nothing.
    pub(crate) unheard: Unheard,
    /// Storage that is filled until the first document of its origin stands.
    pub(super) filling: Option<Filling>,
    /// Since when nothing is left that could change the page.
    pub(super) rest: Rest,
}

impl Page {
    /// Makes a page of an empty tab.
    pub(crate) async fn of(blank: Blank, context: &PageContext) -> Result<Self, SurfaceError> {
        if context.base_url.is_empty() {
            return Err(SurfaceError::BrowserMissing(
                "no product of this scenario is served, so it has no pages; give one `serve:` or \
                 `base-url:`"
                    .to_owned(),
            ));
        }
        let base = Url::parse(&context.base_url).map_err(|error| {
            SurfaceError::BrowserMissing(format!(
                "the product's URL {:?} is none: {error}",
                context.base_url
            ))
        })?;
        let mut hosts = context.allow_hosts.clone();
        hosts.extend(own_host(&base));
        blank.shared.wall.allow(&blank.user_context, hosts);
        blank.shared.pages.fetch_add(1, Ordering::Relaxed);
        let environment = blank.environment();
        let mut page = Self {
            shared: blank.shared,
            record: blank.record,
            user_context: blank.user_context,
            first: blank.top.clone(),
            top: blank.top,
            tabs_known: 1,
            environment,
            settings: blank.settings,
            preload: blank.preload,
            stored: None,
            intercept: None,
            dressed: Vec::new(),
            tested: BTreeSet::new(),
            base,
            work: context.work.clone(),
            by_clock: BTreeSet::new(),
            dismissals: context.dismiss.clone(),
            _downloads: blank.downloads,
            round: 0,
            engine_session: blank.engine_session,
            unheard: Unheard::default(),
            filling: None,
            rest: Rest::default(),
        };
        let mut ready = Ok(());
        if page.shared.holds_questions_back {
            ready = page.hold_questions_back().await;
        }
        if ready.is_ok() {
            ready = page.wear(&context.settings).await;
        }
        match ready {
            Ok(()) => Ok(page),
            Err(Trouble::Lost(error)) => Err(error),
            Err(Trouble::Failed(failure)) => Err(SurfaceError::BrowserMissing(format!(
                "the settings of the page: {}",
                failure.actual
            ))),
        }
    }

    /// Ends the page and forgets its context: cookies, storage, open requests, dialogs.
    ///
    /// # Errors
    /// The browser is of no more use: it is gone, does not answer, or a page in it hangs.
    pub async fn close(self) -> Result<(), SurfaceError> {
        if self.shared.silence.has_hung() {
            return Err(SurfaceError::BrowserLost(self.shared.silence.words().to_owned()));
        }
        self.hold_nothing_back();
        self.shared.under_way.send_replace(());
        let params = json!({ "userContext": self.user_context });
        let answer = self.shared.bidi.command("browser.removeUserContext", params, CLOSING).await;
        self.shared.focus.lock().await.clear();
        answer.map(drop).map_err(|refusal| refusal.lost("closing the page"))
    }

    /// Until when an action that begins now may take.
    pub(crate) fn deadline(&self) -> FairInstant {
        FairInstant::now() + self.shared.timeout
    }

    /// Makes classic commands go to the top document of this page.
    pub(crate) async fn focus(&mut self) -> Step<()> {
        // A tab that opens lies in front, and what lies behind is not drawn.
        let overtaken = self.is_overtaken();
        let mut focus = self.shared.focus.lock().await;
        if *focus != self.top || overtaken {
            self.switch().await?;
            self.come_forward().await;
            self.top.clone_into(&mut focus);
        }
        drop(focus);
        if overtaken {
            self.tabs_known = self.record.state().opened.len();
        }
        Ok(())
    }

    /// Where several pages are used at once, only the one in front is drawn and has the focus.
    async fn come_forward(&self) {
        if self.shared.pages.load(Ordering::Relaxed) > 1 {
            let params = json!({ "context": self.top });
            // A page that does not come forward because a dialog blocks it says so at the step.
            drop(self.shared.bidi.command("browsingContext.activate", params, FLUSH).await);
        }
    }

    /// As [`Page::focus`], also out of a frame.
    pub(crate) async fn switch(&self) -> Step<()> {
        let handle = fantoccini::wd::WindowHandle::try_from(self.top.clone()).map_err(|error| {
            SurfaceError::BrowserLost(format!("the page has no handle: {error}"))
        })?;
        let switched = self
            .shared
            .drive("switching to the page", self.shared.client.switch_to_window(handle))
            .await;
        match switched {
            // What lies in front or is gone is told by the step itself.
            Ok(()) | Err(Snag::Dialog | Snag::Closed) => Ok(()),
            Err(snag) => Err(self.trouble(snag, "the page")),
        }
    }

    /// Asks the walker; the page must not be blocked.
    pub(crate) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        question: &Question<'_>,
    ) -> Result<T, Snag> {
        ask(&self.shared, question).await
    }

    /// What a snag means for a step that expected `expected`.
    pub(crate) fn trouble(&self, snag: Snag, expected: &str) -> Trouble {
        match snag {
            Snag::Dialog => match self.blocked(expected) {
                Some(trouble) => trouble,
                None => failed(expected, "a dialog opened and closed again"),
            },
            Snag::Crashed => {
                self.record.crash();
                crashed(expected)
            }
            Snag::Closed if self.record.state().closed => {
                failed(expected, "the tab closed meanwhile")
            }
            Snag::Closed => Trouble::Lost(SurfaceError::BrowserLost(format!(
                "a tab is gone, and no event told: {expected}"
            ))),
            Snag::Hung if self.record.state().documents.never_end() => failed(expected, RESTLESS),
            Snag::Hung => failed(expected, self.shared.silence.words()),
            Snag::Again(said) | Snag::Refused(said) => failed(expected, said),
            Snag::Lost(error) => Trouble::Lost(error),
        }
    }

    /// Why nothing can be done with the page at all.
    pub(crate) fn blocked(&self, expected: &str) -> Option<Trouble> {
        let state = self.record.state();
        if state.crashed {
            return Some(crashed(expected));
        }
        if self.shared.silence.has_hung() {
            let restless = state.documents.never_end();
            let said = if restless { RESTLESS } else { self.shared.silence.words() };
            return Some(failed(expected, said));
        }
        let dialog = state.dialog.as_ref()?;
        Some(failed(
            expected,
            format!("a dialog is open and blocks the page: {dialog}; answer it with `dialog:`"),
        ))
    }

    /// Waits until the events of what was done are there.
    pub(crate) async fn flush(&self) {
        let deadline = FairInstant::now() + FLUSH;
        if matches!(self.evaluate("0", deadline).await, Err(Snag::Dialog)) {
            let params = json!({ "root": self.top });
            // Only the round trip matters, not its answer.
            drop(self.shared.bidi.command("browsingContext.getTree", params, FLUSH).await);
        }
    }

    /// Where the page is, as an observation of it says: the page is asked where its address leaves open
    /// whether the fragment is a route.
    pub(crate) async fn place_now(&self) -> String {
        let url = self.record.state().url.clone();
        let is_asked = is_unclear(&url) && self.blocked("a page that can be asked").is_none();
        if is_asked
            && let Ok(shown) = self.evaluate(walker::ADDRESS, FairInstant::now() + FLUSH).await
            && let Some(shown) = shown.as_str()
        {
            return place_shown(shown, self.base.as_str());
        }
        place_of(&url, self.base.as_str())
    }

    /// Our proxy's refusals in words: the browser only knows that a proxy failed it.
    pub(crate) fn reworded(&self, mut sighting: Sighting) -> Sighting {
        if sighting.kind == WatchKind::RequestFailed
            && let Some(method) =
                sighting.message.strip_suffix(" failed: net::ERR_SOCKS_CONNECTION_FAILED")
        {
            let why = match self.base.join(&sighting.path) {
                Ok(url) => self.why_unreachable(&url),
                Err(_) => "no connection".to_owned(),
            };
            sighting.message = format!("{method} failed: {why}");
        }
        sighting
    }

    /// Why the wall did not connect to this URL.
    pub(crate) fn why_unreachable(&self, url: &Url) -> String {
        let Some(host) = url.host_str() else {
            return "only paths of the product and http URLs can be opened".to_owned();
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if self.shared.wall.allows(host, port) {
            format!("{host}:{port} takes no connections")
        } else {
            format!("{host}:{port} is not an allowed host; `allow-hosts` can name it")
        }
    }
}

/// Asks the walker in the document that classic commands go to.
pub(crate) async fn ask<T: serde::de::DeserializeOwned>(
    shared: &Shared,
    question: &Question<'_>,
) -> Result<T, Snag> {
    let asked = shared.client.execute(walker::SCRIPT, question.arguments());
    let answer = shared.drive(READING, asked).await.map_err(|snag| match snag {
        // A document that is being left makes any script fail.
        Snag::Refused(said) => Snag::Again(said),
        other => other,
    })?;
    walker::read(answer).map_err(|error| match error {
        WalkerError::Complaint(said) => Snag::Refused(said),
        WalkerError::Unready | WalkerError::Shape(_) => Snag::Again(error.to_string()),
    })
}

impl Drop for Page {
    fn drop(&mut self) {
        self.shared.pages.fetch_sub(1, Ordering::Relaxed);
        self.shared.records.remove(&self.user_context);
        self.shared.wall.forget(&self.user_context);
    }
}

fn own_host(base: &Url) -> Option<String> {
    Some(format!("{}:{}", base.host_str()?, base.port_or_known_default()?))
}
