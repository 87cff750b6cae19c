//! Setting one attempt up and clearing away after it: fresh data, a server where the product wants
//! one of its own, a fresh page for everyone who acts, and nothing left behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::watch;

use super::NightError;
use super::means::Means;
use super::pages::{retire, signed_in_page};
use super::products::Products;
use super::sessions::{Call, Logins, Sessions, Trouble};
use super::stage::{NoStage, Stage, Standpoint, close_commands, unique};
use super::walls::{signs_in_by_commands, uses_commands};
use crate::agent::{Agent, Scripted};
use crate::attempt::{
    Attempt, Brain, Codes, Commands, Ended, Guest, Limits, Log, Pages, Recorder, Scope, Talk,
    Terminals,
};
use crate::ledger::Ledger;
use crate::model::sandbox::Author;
use crate::model::{Because, Event, Outcome, Purpose, Scenario, Surface};
use crate::spec::write_recording;
use crate::surface::browser::{Browser, Page};

/// How long `finally` may take beyond the attempt's own time, in milliseconds.
const FINALLY_MS: u64 = 60_000;

/// The products that attempts use, with what is only true of them: those under test, or others.
pub(super) struct Side {
    pub means: Arc<Means>,
    pub products: Products,
    /// The one-time codes that were given.
    codes: Codes,
    /// How signing in went so far, for all workers.
    logins: Logins,
    /// Whether its products are not those under test: nothing is judged, and what goes wrong is
    /// nobody's finding.
    beside: bool,
    /// How the address of a product is compared, by its name: as tonight's build would show its own.
    shown_as: IndexMap<String, String>,
}

impl Side {
    /// The products under test.
    pub(super) fn under_test(means: Means, products: Products) -> Self {
        Self {
            means: Arc::new(means),
            products,
            codes: Codes::default(),
            logins: Logins::default(),
            beside: false,
            shown_as: IndexMap::new(),
        }
    }

    /// The same with other builds of some products.
    pub(super) fn beside(&self, others: &Products) -> Self {
        Self {
            means: self.means.clone(),
            products: self.products.with(others),
            codes: Codes::default(),
            logins: Logins::default(),
            beside: true,
            shown_as: IndexMap::new(),
        }
    }

    /// The same where products that are only known by an address show it as tonight's build would.
    pub(super) fn showing(self, shown_as: IndexMap<String, String>) -> Self {
        Self { shown_as, ..self }
    }
}

/// What one worker keeps from attempt to attempt.
pub(super) struct Worker {
    pub browser: Option<Browser>,
    pub sessions: Sessions,
    /// What its attempts are made for.
    pub purpose: Purpose,
    /// Which try at a way they are, from 1.
    pub way: u32,
}

impl Worker {
    pub(super) fn new(browser: Option<Browser>) -> Self {
        Self { browser, sessions: Sessions::default(), purpose: Purpose::Judging, way: 1 }
    }
}

/// What became of an attempt.
pub(super) enum Attempted {
    /// It was made.
    Ended(Ended),
    /// There was no product to attempt it with, or nobody signed in; the ledger says why.
    CouldNot,
}

/// Makes the agent of an attempt.
pub(super) type MakeAgent<'a> = dyn FnMut(Standpoint) -> Box<dyn Agent + 'a> + Send + 'a;

/// Who says what is done in an attempt.
enum Driver<'d, 'a> {
    Agent(&'d mut MakeAgent<'a>),
    Guest(&'d mut Guest),
}

impl Driver<'_, '_> {
    async fn drive(
        self,
        attempt: Attempt<'_>,
        standpoint: Standpoint,
    ) -> Result<Ended, NightError> {
        Ok(match self {
            Self::Agent(make) => attempt.run(&mut *make(standpoint)).await?,
            Self::Guest(guest) => attempt.receive(guest).await?,
        })
    }
}

/// Makes one attempt by the scenario's own steps.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run(
    side: &Side,
    scenario: &Scenario,
    number: u32,
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
) -> Result<Attempted, NightError> {
    run_telling(side, (scenario, number), worker, stop, &|| ()).await
}

/// As [`run`]; says when its first step begins.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run_telling(
    side: &Side,
    (scenario, number): (&Scenario, u32),
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
    begins: &(dyn Fn() + Send + Sync),
) -> Result<Attempted, NightError> {
    let scripted = &mut |_| -> Box<dyn Agent> {
        begins();
        Box::new(Scripted::new(scenario))
    };
    run_by(side, scenario, number, worker, stop, scripted).await
}

/// Makes one attempt by an agent that may know where it stands.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run_by(
    side: &Side,
    scenario: &Scenario,
    number: u32,
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
    agent: &mut MakeAgent<'_>,
) -> Result<Attempted, NightError> {
    Box::pin(drive(side, (scenario, number), worker, stop, Driver::Agent(agent))).await
}

/// Makes one attempt in which a guest goes on where the scenario's steps end.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn receive(
    side: &Side,
    scenario: &Scenario,
    number: u32,
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
    guest: &mut Guest,
) -> Result<Attempted, NightError> {
    Box::pin(drive(side, (scenario, number), worker, stop, Driver::Guest(guest))).await
}

async fn drive(
    side: &Side,
    (scenario, number): (&Scenario, u32),
    worker: &mut Worker,
    stop: watch::Receiver<bool>,
    driver: Driver<'_, '_>,
) -> Result<Attempted, NightError> {
    let stage = match stage(side, scenario).await {
        Ok(stage) => stage,
        Err(why) => {
            let (ledger, made) = (&side.means.ledger, (scenario, worker.purpose));
            return could_not(ledger, made, Because::Preflight, &why.0);
        }
    };
    let (means, sites) = (&side.means, stage.sites());
    let scope = scope(side, &stage, &unique(&means.plan.night, &scenario.id, number));
    let call = Call {
        means,
        logins: &side.logins,
        codes: &side.codes,
        is_recorded: !side.beside,
        stage: &stage,
        sites: &sites,
        stop: stop.clone(),
    };
    let mut pages = match Box::pin(cast(&call, scenario, &scope, worker)).await {
        Ok(pages) => pages,
        Err(trouble) => {
            stage.clear().await;
            return not_cast(side, scenario, (number, worker.purpose), trouble);
        }
    };
    let (mut commands, mut terminals) = (means.commands(&stage), means.terminals(&stage));
    let standpoint = standpoint(&stage, &pages, worker);
    let known = means.goals.repeatable.of_scenario(&scenario.id);
    let attempt = Attempt {
        scenario,
        number,
        ledger: &means.ledger,
        policy: &means.hands.policy(stage.policy(), &means.config),
        log: Log::Ledger(worker.purpose),
        pages: all_pages(&mut pages),
        commands: &mut commands,
        terminals: &mut terminals,
        sites: &sites,
        post: means.post(),
        codes: &side.codes,
        scope,
        environment: &means.plan.environment,
        varies: &|snapshot, known| means.redacted(scenario, snapshot, known),
        accepted: means.accepted(scenario),
        recorder: Recorder::new(&known.recordings, write_recording).proposing(&known.proposed),
        brain: means.brain().map(|it| Brain { attempt: worker.way, ..it }),
        remembered: means.remembered(scenario, number),
        talk: Talk::default(),
        person: &means.hands.person,
        crashed: &|| stage.crashed().filter(|_| !side.beside || worker.purpose == Purpose::Control),
        limits: limits(means, scenario),
        pace: means.pace.as_deref(),
        stop,
    };
    let ended = driver.drive(attempt, standpoint).await?;
    clear(worker, pages, &mut commands, ended).await;
    stage.clear().await;
    Ok(Attempted::Ended(ended))
}

/// What stands for the templates of an attempt.
fn scope(side: &Side, stage: &Stage<'_>, unique: &str) -> Scope {
    let means = &side.means;
    let mut scope = stage.scope(&means.config.vars, means.mail.as_ref(), unique);
    stage.shown_as(&mut scope, &side.shown_as);
    scope
}

/// What an attempt stands on, with the walls around its commands.
async fn stage<'a>(side: &'a Side, scenario: &'a Scenario) -> Result<Stage<'a>, NoStage> {
    let mut stage = Stage::set(&side.products, scenario).await?;
    let means = &side.means;
    let runs = uses_commands(scenario)
        || means.hands.author == Author::Outside
        || signs_in_by_commands(&means.plan);
    if let Some(walled) = means.hands.walled.as_ref().filter(|_| runs)
        && let Err(why) = stage.wall_in(walled, means.config.sandbox, means.mail.as_ref())
    {
        stage.clear().await;
        return Err(why);
    }
    Ok(stage)
}

impl Means {
    fn commands(&self, stage: &Stage<'_>) -> Commands {
        stage.commands(self.command_limit(), &self.browser_options.veil, self.hands.author)
    }

    fn terminals(&self, stage: &Stage<'_>) -> Terminals {
        stage.terminals(self.browser_options.timeout, self.ledger.secrets(), self.hands.author)
    }
}

/// Where an attempt stands before its first step.
fn standpoint(stage: &Stage<'_>, pages: &[(Option<String>, Page)], worker: &Worker) -> Standpoint {
    let onlooker = pages.first().map(|(_, page)| page.onlooker());
    let tools = worker.browser.as_ref().map(|it| it.tools().to_owned());
    let tools = tools.filter(|it| !it.is_empty());
    stage.standpoint(onlooker, tools)
}

/// How long the steps of a scenario may take, and what comes after them.
fn limits(means: &Means, scenario: &Scenario) -> Limits {
    let steps = scenario.timeout_ms.unwrap_or(means.config.night.timeout_ms);
    Limits {
        steps: Duration::from_millis(steps),
        finally: Duration::from_millis(means.patience.stretched(FINALLY_MS)),
    }
}

/// A page for everyone who uses one, signed in where they have a session; no page where nobody does.
async fn cast(
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
    if on_pages.is_empty() {
        return Ok(Vec::new());
    }
    // Everybody signs in before any page of the attempt is there: a tab that opens takes the focus.
    let mut states = Vec::new();
    for actor in on_pages {
        let state = match actor {
            Some(actor) => worker.sessions.ready(call, actor, &mut worker.browser).await?,
            None => Arc::default(),
        };
        states.push((actor.map(str::to_owned), state));
    }
    let secrets = call.means.ledger.secrets();
    let context = call.stage.page_context(secrets, call.sites, &scenario.browser, scope)?;
    let mut pages = Vec::new();
    for (actor, state) in states {
        let (options, browser) = (&call.means.browser_options, &mut worker.browser);
        let page = signed_in_page(options, browser, &context, &state, &call.stop).await?;
        pages.push((actor, page.ok_or(Trouble::Stopped)?));
    }
    Ok(pages)
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
    close_commands(commands).await;
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

/// What becomes of an attempt whose pages could not be had.
fn not_cast(
    side: &Side,
    scenario: &Scenario,
    (number, purpose): (u32, Purpose),
    trouble: Trouble,
) -> Result<Attempted, NightError> {
    match trouble {
        Trouble::Login(detail) => {
            could_not(&side.means.ledger, (scenario, purpose), Because::Login, &detail)
        }
        Trouble::Surface(error) => {
            harness_error(&side.means.ledger, scenario, (number, purpose), error.to_string())
        }
        Trouble::Stopped => Ok(Attempted::Ended(Ended::Stopped)),
        Trouble::Night(error) => Err(error),
    }
}

/// Records that there is no attempt, and why.
pub(super) fn could_not(
    ledger: &Ledger,
    (scenario, purpose): (&Scenario, Purpose),
    because: Because,
    detail: &str,
) -> Result<Attempted, NightError> {
    // A scenario that was judged and could not be timed once more stays judged.
    if purpose == Purpose::Control {
        ledger.append(Event::NoControl {
            scenario: Some(scenario.id.clone()),
            detail: detail.to_owned(),
        })?;
        return Ok(Attempted::CouldNot);
    }
    if !purpose.is_judging() {
        tracing::warn!("{} could not be timed: {detail}", scenario.id);
        return Ok(Attempted::CouldNot);
    }
    ledger.append(Event::NotRun {
        scenario: scenario.id.clone(),
        because,
        detail: detail.to_owned(),
    })?;
    Ok(Attempted::CouldNot)
}

/// Records an attempt that could not even begin.
pub(super) fn harness_error(
    ledger: &Ledger,
    scenario: &Scenario,
    (number, purpose): (u32, Purpose),
    detail: String,
) -> Result<Attempted, NightError> {
    ledger.append(Event::AttemptStarted {
        scenario: scenario.id.clone(),
        attempt: number,
        known: Vec::new(),
        purpose,
    })?;
    ledger.append(Event::AttemptFinished {
        scenario: scenario.id.clone(),
        attempt: number,
        outcome: Outcome::HarnessError,
        detail: Some(detail),
        duration_ms: 0,
    })?;
    Ok(Attempted::Ended(Ended::With(Outcome::HarnessError)))
}
