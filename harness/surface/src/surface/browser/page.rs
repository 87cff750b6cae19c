//! [`Page`]: one page of one attempt, in a user context of its own, and what it does on request.
//!
//! Here are its making, its end and the hand-out of actions; the actions themselves are in
//! [`super::act`], [`super::check`] and [`super::look`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{BoxFuture, try_join_all};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::act::{Ticked, Towards};
use super::deed::{Unheard, blamed};
use super::emulate::{Command, changes, script_of};
use super::expand::Openness;
use super::record::{Record, place_of};
use super::rest::Rest;
use super::session::{READING, Shared, Snag};
use super::settle::PRELOAD;
use super::signed_in::Filling;
use super::walker::{self, Question, WalkerError};
use super::{BrowserOptions, PageContext};
use crate::model::event::Failure;
use crate::model::gesture::{Click, ClickKind};
use crate::model::observe::Extra;
use crate::model::page_settings::PageSettings;
use crate::model::suite::Dismissal;
use crate::model::{Action, Outcome, Template, WatchKind};
use crate::surface::{Done, Held, Look, Observed, PageSurface, Sighting, SurfaceError};

/// How long the flush before sightings may take.
const FLUSH: Duration = Duration::from_secs(1);
/// How long the end of a page may take.
const CLOSING: Duration = Duration::from_secs(10);
/// No dialog is answered unasked, not even the one that asks whether to leave a page.
const UNASKED: &str = "ignore";
/// Where the page's randomness starts.
const SEED: u32 = 0x4e69_6768;

/// A page: fresh cookies and storage, watched from the first byte.
#[derive(Debug)]
pub struct Page {
    pub(super) shared: Arc<Shared>,
    pub(super) record: Arc<Record>,
    pub(super) user_context: String,
    /// The browsing context, which is the window handle too.
    pub(super) top: String,
    pub(super) base: Url,
    pub(super) work: PathBuf,
    /// Overlays that are clicked away.
    pub(super) dismissals: Vec<Dismissal>,
    /// Where the browser puts files until a step asks for them; goes with the page.
    _downloads: tempfile::TempDir,
    /// Counts the times that we waited for quiet.
    pub(super) round: u64,
    /// The engine's own name for the page's session.
    pub(super) engine_session: String,
    /// The tab that the page began with.
    pub(super) first: String,
    /// How many tabs there had been when ours was last brought to the front.
    pub(super) tabs_known: usize,
    /// What the browser pretends to be.
    pub(super) settings: PageSettings,
    /// The key of pictures, where it is another than the browser's.
    pub(super) environment: Option<String>,
    /// The script that runs before those of every document.
    pub(super) preload: String,
    /// The script that fills the storage, until it has.
    pub(super) stored: Option<String>,
    /// What holds requests back that want a password.
    pub(super) intercept: Option<String>,
    /// The tabs that were told what the browser only takes tab by tab.
    pub(super) dressed: Vec<String>,
    /// The overlays, by index, that the scenario itself uses.
    pub(super) tested: BTreeSet<usize>,
    /// What is said of the last click, where it met nothing.
    pub(super) unheard: Unheard,
    /// Storage that is filled until the first document of its origin stands.
    pub(super) filling: Option<Filling>,
    /// Since when nothing is left that could change the page.
    pub(super) rest: Rest,
}

/// Why a step did not come to its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It says something of the product.
    Failed(Failure),
    /// It does not.
    Lost(SurfaceError),
}

impl From<SurfaceError> for Trouble {
    fn from(error: SurfaceError) -> Self {
        Self::Lost(error)
    }
}

/// A step of an action.
pub(super) type Step<T> = Result<T, Trouble>;

/// A failure of the page to be what was expected.
pub(super) fn failed(expected: impl Into<String>, actual: impl Into<String>) -> Trouble {
    Trouble::Failed(Failure {
        outcome: Outcome::Failed,
        expected: expected.into(),
        actual: actual.into(),
    })
}

/// An empty tab in a user context of its own, which no page has used yet.
#[derive(Debug)]
pub(super) struct Blank {
    shared: Arc<Shared>,
    record: Arc<Record>,
    user_context: String,
    top: String,
    downloads: tempfile::TempDir,
    engine_session: String,
    settings: PageSettings,
    preload: String,
}

impl Blank {
    pub(super) async fn make(
        shared: Arc<Shared>,
        options: &BrowserOptions,
    ) -> Result<Self, SurfaceError> {
        let folder = tempfile::Builder::new().prefix("downloads-").tempdir_in(&options.scratch);
        let folder = folder.map_err(|source| SurfaceError::Io {
            what: format!("making a folder for downloads in {}", options.scratch.display()),
            source,
        })?;
        let command = async |method: &str, params: Value| {
            let answer = shared.bidi.command(method, params, shared.limit).await;
            answer.map_err(|refusal| refusal.lost(&format!("making a page ({method})")))
        };
        let made = command(
            "browser.createUserContext",
            json!({ "unhandledPromptBehavior":
            { "default": UNASKED, "beforeUnload": UNASKED } }),
        );
        let made = made.await?;
        let user_context = made["userContext"].as_str().unwrap_or_default().to_owned();
        let record = Arc::new(Record::new());
        shared.records.add(&user_context, &record);
        let settings = preparations(options, &user_context, folder.path());
        let told = settings.into_iter().map(|(method, params)| command(method, params));
        let told = try_join_all(told).await?;
        let preload = script_of(told.last().unwrap_or(&Value::Null));
        let made = command(
            "browsingContext.create",
            json!({ "type": "tab", "userContext": user_context }),
        )
        .await?;
        let top = made["context"].as_str().unwrap_or_default().to_owned();
        let named = command("goog:cdp.getSession", json!({ "context": top })).await?;
        let engine_session = named["session"].as_str().unwrap_or_default().to_owned();
        record.state().begin(&top, &engine_session);
        shared.records.add_session(&engine_session, &record);
        let settings = options.page.clone();
        let downloads = folder;
        Ok(Self { shared, record, user_context, top, downloads, engine_session, settings, preload })
    }

    /// Whether it still is what was made.
    pub(super) fn is_fit(&self) -> bool {
        let state = self.record.state();
        !state.crashed && state.dialog.is_none()
    }
}

impl Page {
    /// Makes a page of an empty tab.
    pub(super) async fn of(blank: Blank, context: &PageContext) -> Result<Self, SurfaceError> {
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
        let mut page = Self {
            shared: blank.shared,
            record: blank.record,
            user_context: blank.user_context,
            first: blank.top.clone(),
            top: blank.top,
            tabs_known: 1,
            settings: blank.settings,
            environment: None,
            preload: blank.preload,
            stored: None,
            intercept: None,
            dressed: Vec::new(),
            tested: BTreeSet::new(),
            base,
            work: context.work.clone(),
            dismissals: context.dismiss.clone(),
            _downloads: blank.downloads,
            round: 0,
            engine_session: blank.engine_session,
            unheard: Unheard::default(),
            filling: None,
            rest: Rest::default(),
        };
        match page.wear(&context.settings).await {
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
        let params = json!({ "userContext": self.user_context });
        let answer = self.shared.bidi.command("browser.removeUserContext", params, CLOSING).await;
        self.shared.focus.lock().await.clear();
        answer.map(drop).map_err(|refusal| refusal.lost("closing the page"))
    }

    /// Until when an action that begins now may take.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.timeout
    }

    /// Makes classic commands go to the top document of this page.
    pub(super) async fn focus(&mut self) -> Step<()> {
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
    pub(super) async fn switch(&self) -> Step<()> {
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
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        question: &Question<'_>,
    ) -> Result<T, Snag> {
        ask(&self.shared, question).await
    }

    /// What a snag means for a step that expected `expected`.
    pub(super) fn trouble(&self, snag: Snag, expected: &str) -> Trouble {
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
            Snag::Hung => failed(expected, self.shared.silence.words()),
            Snag::Again(said) | Snag::Refused(said) => failed(expected, said),
            Snag::Lost(error) => Trouble::Lost(error),
        }
    }

    /// Why nothing can be done with the page at all.
    pub(super) fn blocked(&self, expected: &str) -> Option<Trouble> {
        let state = self.record.state();
        if state.crashed {
            return Some(crashed(expected));
        }
        if self.shared.silence.has_hung() {
            return Some(failed(expected, self.shared.silence.words()));
        }
        let dialog = state.dialog.as_ref()?;
        Some(failed(
            expected,
            format!("a dialog is open and blocks the page: {dialog}; answer it with `dialog:`"),
        ))
    }

    async fn perform(&mut self, action: &Action) -> Step<Vec<(String, String)>> {
        if !matches!(action, Action::Dialog(_))
            && let Some(trouble) = self.blocked("a page that can be used")
        {
            return Err(trouble);
        }
        self.go_on().await?;
        self.focus().await?;
        self.notice_tested(action);
        if !is_check(action) {
            self.disturb();
        }
        let none = |()| Vec::new();
        match action {
            Action::Open(url) => {
                self.open_url(url.raw()).await?;
                if self.stored.is_some() && self.is_at_home() {
                    self.forget_stored().await?;
                }
                Ok(Vec::new())
            }
            Action::Back => self.traverse(Towards::Back).await.map(none),
            Action::Forward => self.traverse(Towards::Forward).await.map(none),
            Action::Reload => self.reload().await.map(none),
            Action::Click(Click { target, kind: ClickKind::Single, holding })
                if holding.is_empty() =>
            {
                self.click(target).await.map(none)
            }
            Action::Click(click) => self.click_specially(click).await.map(none),
            Action::Hover(target) => self.hover(target).await.map(none),
            Action::Drag { from, to, at } => self.drag(from, to, *at).await.map(none),
            Action::Scroll { to, within } => self.scroll(to, within.as_ref()).await.map(none),
            Action::Clear(field) => self.clear(field).await.map(none),
            Action::Paste { text, into } => self.paste(text.raw(), into.as_ref()).await.map(none),
            Action::Expand(target) => self.set_open(target, Openness::Open).await.map(none),
            Action::Collapse(target) => self.set_open(target, Openness::Closed).await.map(none),
            Action::Print(save_as) => self.print_page(save_as.raw()).await.map(none),
            Action::Fill(fields) => self.fill(fields).await.map(none),
            Action::Type { text, into } => {
                self.type_text(text.raw(), into.as_ref()).await.map(none)
            }
            Action::Press { keys, on } => self.press(keys, on.as_ref()).await.map(none),
            Action::Choose { from, options } => self.choose(from, options).await.map(none),
            Action::Check(target) => self.set_checked(target, Ticked::On).await.map(none),
            Action::Uncheck(target) => self.set_checked(target, Ticked::Off).await.map(none),
            Action::Upload { to, by, files } => self.upload(to, *by, files).await.map(none),
            Action::Download { click, save_as, named } => {
                let named = named.as_ref().map(Template::raw);
                self.download(click, save_as.raw(), named).await.map(none)
            }
            Action::Dialog(answer) => self.answer_dialog(answer).await.map(none),
            Action::See(targets) => self.see(targets).await.map(none),
            Action::SeeNot(targets) => self.see_not(targets).await.map(none),
            Action::Expect(all) => self.expect(all).await.map(none),
            Action::Wait { until, within_ms } => self.wait(until, *within_ms).await.map(none),
            Action::Capture(captures) => self.capture(captures).await,
            // Observing is a call of its own; the step itself only asks for a page that is ready.
            Action::Snapshot(_) => {
                let deadline = self.deadline();
                self.settle(deadline).await.map(none)
            }
            Action::Tab(tab) => self.go_to_tab(tab).await.map(none),
            Action::CloseTab => self.close_tab().await.map(none),
            Action::Network(network) => self.set_network(*network).await.map(none),
            Action::Emulate(settings) => self.emulate(settings).await.map(none),
            Action::When(_) | Action::Repeat(_) => {
                Err(failed("an action that this version can do", "it cannot do this one yet"))
            }
            Action::Run(_)
            | Action::Terminal(_)
            | Action::File(_)
            | Action::Mail(_)
            | Action::ForEach(_)
            | Action::Use { .. } => Err(failed("an action on a page", "this action is none")),
        }
    }

    async fn flush(&self) {
        let deadline = Instant::now() + FLUSH;
        if matches!(self.evaluate("0", deadline).await, Err(Snag::Dialog)) {
            let params = json!({ "root": self.top });
            // Only the round trip matters, not its answer.
            drop(self.shared.bidi.command("browsingContext.getTree", params, FLUSH).await);
        }
    }

    /// Our proxy's refusals in words: the browser only knows that a proxy failed it.
    fn reworded(&self, mut sighting: Sighting) -> Sighting {
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
    pub(super) fn why_unreachable(&self, url: &Url) -> String {
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
pub(super) async fn ask<T: serde::de::DeserializeOwned>(
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

/// Whether a step only looks at the page.
fn is_check(action: &Action) -> bool {
    matches!(action, Action::See(_) | Action::SeeNot(_) | Action::Expect(_))
}

fn crashed(expected: &str) -> Trouble {
    Trouble::Failed(Failure {
        outcome: Outcome::Crashed,
        expected: expected.to_owned(),
        actual: "the page crashed".to_owned(),
    })
}

fn own_host(base: &Url) -> Option<String> {
    Some(format!("{}:{}", base.host_str()?, base.port_or_known_default()?))
}

/// The commands that prepare a user context before its first document, the preload script last.
fn preparations(
    options: &BrowserOptions,
    user_context: &str,
    downloads: &std::path::Path,
) -> Vec<Command> {
    let mut all = changes(None, &options.page, user_context);
    all.push((
        "browser.setDownloadBehavior",
        json!({ "userContexts": [user_context], "downloadBehavior": {
            "type": "allowed", "destinationFolder": downloads.display().to_string() } }),
    ));
    all.push(("script.addPreloadScript", preload(&options.page, user_context)));
    all
}

/// The script that runs before those of every document, as a parameter.
pub(super) fn preload(settings: &PageSettings, user_context: &str) -> Value {
    let given = json!({ "now": settings.now.map(|now| now.timestamp_millis()), "seed": SEED });
    json!({ "userContexts": [user_context],
        "functionDeclaration": format!("() => ({PRELOAD})({given})") })
}

impl PageSurface for Page {
    fn act<'a>(&'a mut self, action: &'a Action) -> BoxFuture<'a, Result<Done, SurfaceError>> {
        Box::pin(async move {
            let before = self.unheard.before(action);
            let performed = self.perform(action).await;
            self.filled().await;
            if is_check(action) && matches!(performed, Err(Trouble::Failed(_))) {
                self.has_waited();
            }
            match performed {
                Ok(captured) => Ok(Done::Passed(captured)),
                Err(Trouble::Failed(failure)) => Ok(Done::Failed(blamed(failure, before))),
                Err(Trouble::Lost(error)) => Err(error),
            }
        })
    }

    fn holds<'a>(
        &'a mut self,
        condition: &'a crate::model::scenario::WaitFor,
    ) -> BoxFuture<'a, Result<Held, SurfaceError>> {
        Box::pin(self.look_whether(condition))
    }

    fn observe<'a>(&'a mut self, look: &'a Look<'a>) -> BoxFuture<'a, Observed> {
        Box::pin(self.take(look))
    }

    fn is_usable(&self) -> bool {
        self.blocked("a page that can be used").is_none()
    }

    fn remark(&mut self) -> Option<String> {
        self.unheard.fresh()
    }

    fn place(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async {
            self.flush().await;
            // A tab that closed itself leaves the scenario in the one that opened it.
            drop(self.go_on().await);
            place_of(&self.record.state().url, self.base.as_str())
        })
    }

    fn sightings(&mut self) -> BoxFuture<'_, Vec<Sighting>> {
        Box::pin(async {
            self.flush().await;
            let seen = self.record.take_sightings(self.base.as_str());
            seen.into_iter().map(|sighting| self.reworded(sighting)).collect()
        })
    }

    fn material(&mut self) -> BoxFuture<'_, Vec<Extra>> {
        Box::pin(self.gather())
    }
}
