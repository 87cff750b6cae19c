//! Setting one attempt up and clearing away after it: fresh data, a server where the product wants
//! one of its own, a fresh page for everyone who acts, and nothing left behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::NightError;
use super::preflight::uses_browser;
use super::products::Products;
use super::sessions::{Call, Logins, Sessions, Trouble};
use super::stage::Stage;
use crate::agent::{Agent, Scripted};
use crate::attempt::{Attempt, Codes, Commands, Ended, IsRedacted, Limits, Log, Pages, Scope};
use crate::compare::Redactor;
use crate::ledger::Ledger;
use crate::model::suite::Config;
use crate::model::{
    Because, Event, FacetKind, KnownValue, Outcome, Patience, Plan, Purpose, Scenario, Snapshot,
    Surface,
};
use crate::process::Environment;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Onlooker, Page, PageContext, SignedIn};
use crate::surface::mail::Sink;

/// How long `finally` may take beyond the attempt's own time, in milliseconds.
const FINALLY_MS: u64 = 60_000;

/// What every attempt of a night is set up from.
pub(super) struct Setup {
    pub config: Config,
    pub ledger: Arc<Ledger>,
    pub plan: Arc<Plan>,
    pub products: Products,
    pub browser_options: BrowserOptions,
    pub patience: Patience,
    /// Takes the mails of the products; `None` where none sends any.
    pub mail: Option<Arc<Sink>>,
    /// The one-time codes that were given.
    pub codes: Codes,
    /// How signing in went so far, for all workers.
    pub logins: Logins,
    /// Whether its products are not those under test: nothing is judged, and what goes wrong is
    /// nobody's finding.
    pub beside: bool,
}

impl Setup {
    /// The same with other builds of some products.
    pub(super) fn beside(&self, others: &Products) -> Self {
        Self {
            config: self.config.clone(),
            ledger: self.ledger.clone(),
            plan: self.plan.clone(),
            products: self.products.with(others),
            browser_options: self.browser_options.clone(),
            patience: self.patience,
            mail: self.mail.clone(),
            codes: Codes::default(),
            logins: Logins::default(),
            beside: true,
        }
    }
}

/// What one worker keeps from attempt to attempt.
pub(super) struct Worker {
    pub browser: Option<Browser>,
    pub sessions: Sessions,
    /// What its attempts are made for.
    pub purpose: Purpose,
}

impl Worker {
    pub(super) fn new(browser: Option<Browser>) -> Self {
        Self { browser, sessions: Sessions::default(), purpose: Purpose::Judging }
    }
}

/// What became of an attempt.
pub(super) enum Attempted {
    /// It was made.
    Ended(Ended),
    /// There was no product to attempt it with, or nobody signed in; the ledger says why.
    CouldNot,
}

/// Where an attempt stands before its first step, for agents that show it to somebody.
pub(super) struct Standpoint {
    /// The product's URL, where it is served.
    pub base_url: Option<String>,
    /// The port that it was given.
    pub port: Option<u16>,
    /// The working folder.
    pub work: std::path::PathBuf,
    /// The environment of the product's commands.
    pub environment: Environment,
    /// Looks at the attempt's page, where it has one.
    pub onlooker: Option<Onlooker>,
    /// Where the browser's developer tools listen.
    pub tools: Option<String>,
}

/// Makes the agent of an attempt.
pub(super) type MakeAgent<'a> = dyn FnMut(Standpoint) -> Box<dyn Agent + 'a> + Send + 'a;

/// Makes one attempt by the scenario's own steps.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run(
    setup: &Setup,
    scenario: &Scenario,
    number: u32,
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
) -> Result<Attempted, NightError> {
    let scripted = &mut |_| -> Box<dyn Agent> { Box::new(Scripted::new(scenario)) };
    run_by(setup, scenario, number, worker, stop, scripted).await
}

/// Makes one attempt by an agent that may know where it stands.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run_by(
    setup: &Setup,
    scenario: &Scenario,
    number: u32,
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
    agent: &mut MakeAgent<'_>,
) -> Result<Attempted, NightError> {
    let stage = match Stage::set(setup, scenario).await {
        Ok(stage) => stage,
        Err(why) => {
            return could_not(setup, (scenario, worker.purpose), Because::Preflight, &why.0);
        }
    };
    let sites = stage.sites();
    let scope = stage.scope(setup, &unique(&setup.plan.night, &scenario.id, number));
    let mut pages = Vec::new();
    if uses_browser(scenario) {
        let call = Call { setup, stage: &stage, sites: &sites, stop: stop.clone() };
        match cast(&call, scenario, &scope, worker).await {
            Ok(cast) => pages = cast,
            Err(trouble) => {
                stage.clear().await;
                return match trouble {
                    Trouble::Login(detail) => {
                        could_not(setup, (scenario, worker.purpose), Because::Login, &detail)
                    }
                    Trouble::Surface(error) => {
                        harness_error(setup, scenario, (number, worker.purpose), &error)
                    }
                    Trouble::Stopped => Ok(Attempted::Ended(Ended::Stopped)),
                    Trouble::Night(error) => Err(error),
                };
            }
        }
    }
    let mut commands = stage.commands(Duration::from_millis(setup.config.night.timeout_ms));
    let mut terminals = stage.terminals(setup);
    let onlooker = pages.first().map(|(_, page)| page.onlooker());
    let tools = worker.browser.as_ref().map(|it| it.tools().to_owned());
    let mut agent = agent(stage.standpoint(onlooker, tools));
    let ended = Attempt {
        scenario,
        number,
        ledger: &setup.ledger,
        policy: &stage.policy(),
        log: Log::Ledger(worker.purpose),
        pages: all_pages(&mut pages),
        commands: &mut commands,
        terminals: &mut terminals,
        sites: &sites,
        post: setup.mail.as_ref().map(|it| it.post(default_timeout(setup))),
        codes: &setup.codes,
        scope,
        environment: &setup.plan.environment,
        varies: &|snapshot, known| redacted(setup, scenario, snapshot, known),
        crashed: &|| stage.crashed().filter(|_| !setup.beside),
        limits: Limits {
            steps: Duration::from_millis(
                scenario.timeout_ms.unwrap_or(setup.config.night.timeout_ms),
            ),
            finally: Duration::from_millis(setup.patience.stretched(FINALLY_MS)),
        },
        stop,
    }
    .run(&mut *agent)
    .await?;
    clear(worker, pages, &mut commands, ended).await;
    stage.clear().await;
    Ok(Attempted::Ended(ended))
}

/// A page for everyone who uses one, signed in where they have a session.
pub(super) async fn cast(
    call: &Call<'_>,
    scenario: &Scenario,
    scope: &Scope,
    worker: &mut Worker,
) -> Result<Vec<(Option<String>, Page)>, Trouble> {
    let on_pages: BTreeSet<Option<&str>> = scenario
        .all_steps()
        .into_iter()
        .filter(|step| step.action.surface() == Some(Surface::Browser))
        .map(|step| step.actor.as_deref().or(scenario.actor.as_deref()))
        .collect();
    // Everybody signs in before any page of the attempt is there: a tab that opens takes the focus.
    let mut states = Vec::new();
    for actor in on_pages {
        let state = match actor {
            Some(actor) => worker.sessions.ready(call, actor, &mut worker.browser).await?,
            None => Arc::default(),
        };
        states.push((actor.map(str::to_owned), state));
    }
    let context = call.stage.page_context(call.setup, call.sites, &scenario.browser, scope)?;
    let mut pages = Vec::new();
    for (actor, state) in states {
        pages.push((
            actor,
            signed_in_page(call.setup, &mut worker.browser, &context, &state).await?,
        ));
    }
    Ok(pages)
}

/// A fresh page on which somebody is signed in.
pub(super) async fn signed_in_page(
    setup: &Setup,
    browser: &mut Option<Browser>,
    context: &PageContext,
    state: &SignedIn,
) -> Result<Page, SurfaceError> {
    let mut page = fresh_page(setup, browser, context).await?;
    page.remember(state).await?;
    Ok(page)
}

fn all_pages(pages: &mut [(Option<String>, Page)]) -> Pages<'_> {
    pages.iter_mut().fold(Pages::default(), |all, (actor, page)| all.with(actor.as_deref(), page))
}

/// Ends what an attempt used of its worker.
async fn clear(
    worker: &mut Worker,
    pages: Vec<(Option<String>, Page)>,
    commands: &mut Commands,
    ended: Ended,
) {
    if let (false, Some(browser)) = (pages.is_empty(), worker.browser.as_mut()) {
        browser.prepare_page();
    }
    for command in commands.values_mut() {
        command.close().await;
    }
    let mut lost = ended == Ended::With(Outcome::HarnessError);
    for (actor, mut page) in pages {
        if let Some(actor) = actor {
            worker.sessions.used(&actor, &mut page, ended).await;
        }
        lost = page.close().await.is_err() || lost;
    }
    if lost {
        retire(&mut worker.browser).await;
    }
}

/// The default deadline of a step.
pub(super) fn default_timeout(setup: &Setup) -> Duration {
    Duration::from_millis(setup.config.browser.timeout_ms)
}

/// A page in a fresh context; a browser that does not give one is replaced once.
async fn fresh_page(
    setup: &Setup,
    browser: &mut Option<Browser>,
    context: &PageContext,
) -> Result<Page, SurfaceError> {
    if let Some(running) = browser.as_mut() {
        match running.page(context).await {
            Ok(page) => return Ok(page),
            Err(error) => {
                tracing::warn!("starting a new browser: {error}");
                retire(browser).await;
            }
        }
    }
    browser.insert(Browser::start(&setup.browser_options).await?).page(context).await
}

pub(super) async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}

/// What is redacted in a checkpoint, by the rules that its texts will be compared with.
pub(super) fn redacted(
    setup: &Setup,
    scenario: &Scenario,
    snapshot: &Snapshot,
    known: &[KnownValue],
) -> IsRedacted {
    let layers = [&*setup.plan.redact, &scenario.redact, &snapshot.redact];
    match Redactor::new(&layers, known) {
        Ok(redactor) => Box::new(move |text| redactor.apply(FacetKind::Text, text) != text),
        // Comparing will say what is wrong with the pattern.
        Err(_) => Box::new(|_| false),
    }
}

/// The value of `${unique}`: another one for every attempt of every night. Always `u` and fifteen
/// digits, because digits are equally wide in nearly every font: what stands beside it on a page
/// must not move from night to night.
pub(super) fn unique(night: &str, scenario: &str, number: u32) -> String {
    let digest = Sha256::digest(format!("{night}\n{scenario}\n{number}"));
    let digits = digest.iter().take(15).map(|byte| char::from(b'0' + byte % 10));
    std::iter::once('u').chain(digits).collect()
}

fn could_not(
    setup: &Setup,
    (scenario, purpose): (&Scenario, Purpose),
    because: Because,
    detail: &str,
) -> Result<Attempted, NightError> {
    // A scenario that was judged and could not be timed once more stays judged.
    if !purpose.is_judging() {
        tracing::warn!("{} could not be timed: {detail}", scenario.id);
        return Ok(Attempted::CouldNot);
    }
    setup.ledger.append(Event::NotRun {
        scenario: scenario.id.clone(),
        because,
        detail: detail.to_owned(),
    })?;
    Ok(Attempted::CouldNot)
}

/// Records an attempt that could not even begin.
fn harness_error(
    setup: &Setup,
    scenario: &Scenario,
    (number, purpose): (u32, Purpose),
    error: &SurfaceError,
) -> Result<Attempted, NightError> {
    setup.ledger.append(Event::AttemptStarted {
        scenario: scenario.id.clone(),
        attempt: number,
        known: Vec::new(),
        purpose,
    })?;
    setup.ledger.append(Event::AttemptFinished {
        scenario: scenario.id.clone(),
        attempt: number,
        outcome: Outcome::HarnessError,
        detail: Some(error.to_string()),
        duration_ms: 0,
    })?;
    Ok(Attempted::Ended(Ended::With(Outcome::HarnessError)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_values_differ_by_night_scenario_and_attempt_and_are_equally_long() {
        let all = [
            unique("n1", "a", 1),
            unique("n2", "a", 1),
            unique("n1", "b", 1),
            unique("n1", "a", 2),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all.iter().all(|it| it.len() == 16 && it.starts_with('u')), "{all:?}");
    }
}
