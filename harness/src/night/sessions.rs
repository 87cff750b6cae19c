//! [`Sessions`]: signed-in states that scenarios start from, one of each actor for each worker and
//! server.
//!
//! A state is established once, looked at before it is used again, and renewed where it has expired.
//! It is as secret as a password and stays in memory. Signing in that fails twice is not tried
//! again: [`Logins`] remembers that for the whole night.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::NightError;
use super::means::Means;
use super::pages::{retire, signed_in_page};
use super::products::Served;
use super::stage::{Stage, close_commands, unique};
use crate::agent::Scripted;
use crate::agent::backend::Remembered;
use crate::attempt::{Attempt, Codes, Ended, Limits, Log, Pages, Recorder, Sites, Talk};
use crate::ledger::LedgerError;
use crate::model::event::{Failure, SessionWork};
use crate::model::recording::Recordings;
use crate::model::sandbox::Author;
use crate::model::suite::SessionConfig;
use crate::model::{Event, Outcome, Scenario, Step, StepOutcome, StepRecord};
use crate::spec::write_recording;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, Page, SignedIn};

/// How long signing in may take.
const ESTABLISH: Duration = Duration::from_secs(180);
/// How long looking at a session may take.
const CHECK: Duration = Duration::from_secs(60);
/// After so many failures in a row nobody tries again tonight.
const MOST_FAILURES: u32 = 2;

/// The sessions of one worker.
#[derive(Default)]
pub(super) struct Sessions {
    held: HashMap<String, Held>,
}

/// A session that was established.
struct Held {
    state: Arc<SignedIn>,
    /// What it is a session with: a server that was started anew knows nobody.
    server: Option<Arc<Served>>,
    since: Instant,
    /// Somebody may have signed out; only told where there is no check, which is sure.
    is_doubtful: bool,
}

/// How signing in went so far, by actor. Whoever signs in holds the lock: two at once could end
/// each other's session.
#[derive(Default)]
pub(super) struct Logins {
    by_actor: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Login>>>>,
}

#[derive(Default)]
struct Login {
    failures: u32,
    /// Why the last one failed.
    detail: String,
}

/// For whom a session is made ready.
pub(super) struct Call<'a> {
    pub means: &'a Means,
    pub logins: &'a Logins,
    pub codes: &'a Codes,
    /// Whether the night tells what was done for it.
    pub is_recorded: bool,
    pub stage: &'a Stage<'a>,
    pub sites: &'a Sites,
    pub stop: watch::Receiver<bool>,
}

/// Why nobody is signed in.
pub(super) enum Trouble {
    /// Signing in does not work: who, where and why.
    Login(String),
    /// The browser or this machine failed.
    Surface(SurfaceError),
    /// The night must stop.
    Stopped,
    /// Nothing can be recorded.
    Night(NightError),
}

impl From<SurfaceError> for Trouble {
    fn from(error: SurfaceError) -> Self {
        Self::Surface(error)
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Night(error.into())
    }
}

/// Steps that were done for a session.
struct Performed {
    steps: Vec<StepRecord>,
    page: Page,
    duration: Duration,
}

impl Performed {
    fn failure(&self) -> Option<(&StepRecord, &Failure)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some((step, failure)),
        })
    }
}

impl Logins {
    fn of(&self, actor: &str) -> Arc<tokio::sync::Mutex<Login>> {
        let mut all = self.by_actor.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(actor.to_owned()).or_default().clone()
    }
}

impl Sessions {
    /// The state of an actor, ready to be used; established or renewed where that is needed.
    pub(super) async fn ready(
        &mut self,
        call: &Call<'_>,
        actor: &str,
        browser: &mut Option<Browser>,
    ) -> Result<Arc<SignedIn>, Trouble> {
        let config = &call.means.plan.sessions[actor];
        if config.establish.is_empty() {
            return Ok(Arc::default());
        }
        let server = call.stage.served(config.product.as_deref().unwrap_or_default());
        let why = match self.held.get(actor) {
            Some(held) if !is_same(held.server.as_ref(), server.as_ref()) => SessionWork::First,
            None => SessionWork::First,
            Some(held) if held.is_old(config) => SessionWork::Old,
            Some(held) if config.check.is_empty() && !held.is_doubtful => {
                return Ok(held.state.clone());
            }
            // The server alone knows whether an attempt before has signed out.
            Some(held) => {
                let state = held.state.clone();
                match check(call, actor, config, &state, browser).await? {
                    Some(state) => {
                        let state = Arc::new(state);
                        if let Some(held) = self.held.get_mut(actor) {
                            held.state = state.clone();
                            held.is_doubtful = false;
                        }
                        return Ok(state);
                    }
                    None => SessionWork::Expired,
                }
            }
        };
        self.held.remove(actor);
        let state = Arc::new(establish(call, actor, config, why, browser).await?);
        let held = Held { state: state.clone(), server, since: Instant::now(), is_doubtful: false };
        self.held.insert(actor.to_owned(), held);
        Ok(state)
    }

    /// Takes note of what an attempt made of a session, before its page is closed.
    pub(super) async fn used(&mut self, actor: &str, page: &mut Page, ended: Ended) {
        let Some(held) = self.held.get_mut(actor) else { return };
        let completed = ended == Ended::With(Outcome::Completed);
        let kept = match page.remembered().await {
            Ok(now) => held.state.is_kept_in(&now),
            Err(_) => false,
        };
        held.is_doubtful = held.is_doubtful || !completed || !kept;
    }
}

impl Held {
    fn is_old(&self, config: &SessionConfig) -> bool {
        config.renew_after_ms.is_some_and(|it| self.since.elapsed() >= Duration::from_millis(it))
    }
}

fn is_same(one: Option<&Arc<Served>>, other: Option<&Arc<Served>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Looks whether a session still holds: what the browser remembers now, or `None` where it expired.
async fn check(
    call: &Call<'_>,
    actor: &str,
    config: &SessionConfig,
    state: &SignedIn,
    browser: &mut Option<Browser>,
) -> Result<Option<SignedIn>, Trouble> {
    if config.check.is_empty() {
        return Ok(None);
    }
    let work = Work { actor, config, steps: &config.check, limit: CHECK, round: 0 };
    let mut done = perform(call, &work, state, browser).await?;
    let now = match done.failure() {
        None => Some(done.page.remembered().await?),
        Some(_) => None,
    };
    record(call, &work, SessionWork::Check, done, browser).await?;
    Ok(now)
}

/// Signs in; twice where it fails the first time, and never again after that.
async fn establish(
    call: &Call<'_>,
    actor: &str,
    config: &SessionConfig,
    why: SessionWork,
    browser: &mut Option<Browser>,
) -> Result<SignedIn, Trouble> {
    let login = call.logins.of(actor);
    let mut login = login.lock().await;
    while login.failures < MOST_FAILURES {
        let round = login.failures + 1;
        let work = Work { actor, config, steps: &config.establish, limit: ESTABLISH, round };
        let mut done = perform(call, &work, &SignedIn::default(), browser).await?;
        let state = match done.failure() {
            None => {
                login.failures = 0;
                Some(done.page.remembered().await?)
            }
            Some((step, failure)) => {
                login.failures += 1;
                login.detail = told(actor, config, step, failure);
                None
            }
        };
        record(call, &work, why, done, browser).await?;
        if let Some(state) = state {
            return Ok(state);
        }
    }
    Err(Trouble::Login(login.detail.clone()))
}

/// Who cannot sign in, where and why.
fn told(actor: &str, config: &SessionConfig, step: &StepRecord, failure: &Failure) -> String {
    let text = config.establish.iter().flat_map(Step::all).find(|it| it.index == step.index);
    format!(
        "{actor} cannot sign in to {}: step {}, {}: expected {}; {}",
        config.product.as_deref().unwrap_or("the product"),
        step.index,
        text.map_or("", |it| it.text.as_str()),
        failure.expected,
        failure.actual
    )
}

/// Steps to be done for a session.
struct Work<'a> {
    actor: &'a str,
    config: &'a SessionConfig,
    steps: &'a [Step],
    limit: Duration,
    /// Tells the values of `${unique}` apart.
    round: u32,
}

/// Does steps on a page of their own.
async fn perform(
    call: &Call<'_>,
    work: &Work<'_>,
    state: &SignedIn,
    browser: &mut Option<Browser>,
) -> Result<Performed, Trouble> {
    let (means, began) = (call.means, Instant::now());
    let secrets = means.ledger.secrets();
    let scenario = Scenario {
        id: format!("session {}", work.actor),
        product: work.config.product.clone(),
        actor: Some(work.actor.to_owned()),
        steps: work.steps.iter().map(|step| as_one(step, work.config)).collect(),
        ..Scenario::default()
    };
    let unique = unique(&means.plan.night, &scenario.id, work.round);
    let (options, mail) = (&means.browser_options, means.mail.as_ref());
    let scope = call.stage.scope(&means.config.vars, mail, &unique);
    let context = call.stage.page_context(secrets, call.sites, &scenario.browser, &scope)?;
    let signed_in = signed_in_page(options, browser, &context, state, &call.stop);
    let mut page = signed_in.await?.ok_or(Trouble::Stopped)?;
    let mut commands = call.stage.commands(means.command_limit(), &options.veil, Author::Person);
    let mut terminals = call.stage.terminals(options.timeout, secrets, Author::Person);
    let mut steps = Vec::new();
    let ended = Attempt {
        scenario: &scenario,
        number: 1,
        ledger: &means.ledger,
        policy: &call.stage.policy(),
        log: Log::Steps(&mut steps),
        pages: Pages::default().with(Some(work.actor), &mut page),
        commands: &mut commands,
        terminals: &mut terminals,
        sites: call.sites,
        post: means.post(),
        codes: call.codes,
        scope,
        environment: &means.plan.environment,
        varies: &|snapshot, known| means.redacted(&scenario, snapshot, known),
        accepted: &BTreeMap::new(),
        recorder: Recorder::new(&Recordings::new(), write_recording),
        brain: means.brain(),
        remembered: Remembered::default(),
        person: &means.hands.person,
        talk: Talk::default(),
        crashed: &|| call.stage.crashed(),
        limits: Limits { steps: work.limit, finally: Duration::ZERO },
        pace: means.pace.as_deref(),
        stop: call.stop.clone(),
    }
    .run(&mut Scripted::new(&scenario))
    .await?;
    close_commands(&mut commands).await;
    match ended {
        Ended::Stopped => {
            close(page, browser).await;
            Err(Trouble::Stopped)
        }
        Ended::With(Outcome::HarnessError) => {
            retire(browser).await;
            Err(SurfaceError::BrowserLost(said_last(&steps)).into())
        }
        Ended::With(_) => Ok(Performed { steps, page, duration: began.elapsed() }),
    }
}

/// What the last of some steps failed with.
fn said_last(steps: &[StepRecord]) -> String {
    match steps.last().map(|it| &it.outcome) {
        Some(StepOutcome::Failed(failure)) => failure.actual.clone(),
        Some(StepOutcome::Passed) | None => String::new(),
    }
}

/// A step of a session: whoever it names, it is one and the same person's.
fn as_one(step: &Step, config: &SessionConfig) -> Step {
    let product = step.product.clone().or_else(|| config.product.clone());
    Step { actor: None, product, ..step.clone() }
}

/// Writes down what was done for a session, and closes its page.
async fn record(
    call: &Call<'_>,
    work: &Work<'_>,
    why: SessionWork,
    done: Performed,
    browser: &mut Option<Browser>,
) -> Result<(), Trouble> {
    if call.is_recorded {
        call.means.ledger.append(Event::Session {
            actor: work.actor.to_owned(),
            product: work.config.product.clone().unwrap_or_default(),
            why,
            steps: done.steps,
            duration_ms: u64::try_from(done.duration.as_millis()).unwrap_or(u64::MAX),
        })?;
    }
    close(done.page, browser).await;
    Ok(())
}

async fn close(page: Page, browser: &mut Option<Browser>) {
    if page.close().await.is_err() {
        retire(browser).await;
    }
}
