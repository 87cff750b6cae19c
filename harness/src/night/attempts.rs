//! Setting one attempt up and clearing away after it: fresh data, a server where the product wants
//! one of its own, a fresh page, and nothing left behind.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::NightError;
use super::preflight::uses_browser;
use super::products::{Products, Running, Served};
use crate::agent::{Agent, Scripted};
use crate::attempt::{Attempt, Crash, Ended, IsRedacted, Limits, Scope};
use crate::compare::Redactor;
use crate::ledger::Ledger;
use crate::model::suite::{Config, Isolation};
use crate::model::{Because, Event, FacetKind, KnownValue, Outcome, Plan, Scenario, Snapshot};
use crate::policy::Policy;
use crate::process::Environment;
use crate::product::{Address, ProductError, WorkFolder};
use crate::surface::browser::{Browser, BrowserOptions, Onlooker, Page, PageContext};
use crate::surface::command::{CommandSetup, CommandSurface};
use crate::surface::terminal::{TerminalSetup, TerminalSurface};
use crate::surface::{PageSurface, SurfaceError};

/// How long `finally` may take beyond the attempt's own time.
const FINALLY: Duration = Duration::from_secs(60);

/// What every attempt of a night is set up from.
pub(super) struct Setup {
    pub config: Config,
    pub ledger: Arc<Ledger>,
    pub plan: Arc<Plan>,
    pub products: Products,
    pub browser_options: BrowserOptions,
}

/// What became of an attempt.
pub(super) enum Attempted {
    /// It was made.
    Ended(Ended),
    /// There was no product to attempt it with; the ledger says why.
    NoProduct,
}

/// How much of each output of a command is kept, in bytes.
const MOST_OUTPUT: usize = 4 << 20;

/// Where an attempt stands before its first step, for agents that show it to somebody.
pub(super) struct Ground {
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
pub(super) type MakeAgent<'a> = dyn FnMut(Ground) -> Box<dyn Agent + 'a> + Send + 'a;

/// Makes one attempt by the scenario's own steps.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run(
    setup: &Setup,
    scenario: &Scenario,
    number: u32,
    browser: &mut Option<Browser>,
    stop: watch::Receiver<bool>,
) -> Result<Attempted, NightError> {
    let scripted = &mut |_| -> Box<dyn Agent> { Box::new(Scripted::new(scenario)) };
    run_by(setup, scenario, number, browser, stop, scripted).await
}

/// Makes one attempt by an agent that may know where it stands.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn run_by(
    setup: &Setup,
    scenario: &Scenario,
    number: u32,
    browser: &mut Option<Browser>,
    stop: watch::Receiver<bool>,
    agent: &mut MakeAgent<'_>,
) -> Result<Attempted, NightError> {
    let name = scenario.product.as_deref().unwrap_or_default();
    let Some(product) = setup.products.get(name) else {
        return no_product(setup, scenario, &format!("the product {name} is not healthy"));
    };
    let stage = match Stage::set(product).await {
        Ok(stage) => stage,
        Err(error) => return no_product(setup, scenario, &error.to_string()),
    };
    let mut page = None;
    if uses_browser(scenario) {
        match fresh_page(setup, browser, &stage.page_context()).await {
            Ok(fresh) => page = Some(fresh),
            Err(error) => {
                stage.clear().await;
                return harness_error(setup, scenario, number, &error);
            }
        }
    }
    let mut command = CommandSurface::new(CommandSetup {
        work: stage.work.work().to_owned(),
        environment: stage.environment.clone(),
        timeout: Duration::from_millis(setup.config.night.timeout_ms),
        max_output: MOST_OUTPUT,
    });
    let mut terminal = TerminalSurface::new(TerminalSetup {
        work: stage.work.work().to_owned(),
        environment: stage.environment.clone(),
        timeout: setup.browser_options.timeout,
        secrets: setup.ledger.secrets().values().map(str::to_owned).collect(),
    });
    let mut agent = agent(Ground {
        base_url: stage.base_url().map(str::to_owned),
        port: stage.served.as_ref().and_then(|it| it.port),
        work: stage.work.work().to_owned(),
        environment: stage.environment.clone(),
        onlooker: page.as_ref().map(Page::onlooker),
        tools: browser.as_ref().map(|it| it.tools().to_owned()),
    });
    let ended = Attempt {
        scenario,
        number,
        ledger: &setup.ledger,
        policy: &stage.policy(),
        page: page.as_mut().map(|it| it as &mut dyn PageSurface),
        command: &mut command,
        terminal: &mut terminal,
        scope: stage.scope(setup, scenario, number),
        environment: &setup.plan.environment,
        varies: &|snapshot, known| redacted(setup, scenario, snapshot, known),
        crashed: &|| stage.crashed(),
        limits: Limits {
            steps: Duration::from_millis(
                scenario.timeout_ms.unwrap_or(setup.config.night.timeout_ms),
            ),
            finally: FINALLY,
        },
        stop,
    }
    .run(&mut *agent)
    .await?;
    if let (Some(_), Some(browser)) = (&page, browser.as_mut()) {
        browser.prepare_page();
    }
    command.close().await;
    if let Some(page) = page {
        let closed = page.close().await;
        if closed.is_err() || ended == Ended::With(Outcome::HarnessError) {
            retire(browser).await;
        }
    }
    stage.clear().await;
    Ok(Attempted::Ended(ended))
}

/// What one attempt stands on: a folder with fresh data, and the server that it talks to.
struct Stage<'a> {
    product: &'a Running,
    work: WorkFolder,
    served: Option<Arc<Served>>,
    environment: Environment,
}

impl<'a> Stage<'a> {
    async fn set(product: &'a Running) -> Result<Self, ProductError> {
        let work = product.work()?;
        let served = product.served(&work).await?;
        let address = Address {
            port: served.as_deref().and_then(|it| it.port),
            base_url: served.as_deref().map(|it| it.base_url.as_str()),
        };
        let environment =
            product.prepared.environment(&work, address, &|name| product.variables.value(name))?;
        Ok(Self { product, work, served, environment })
    }

    fn base_url(&self) -> Option<&str> {
        self.served.as_ref().map(|it| it.base_url.as_str())
    }

    fn allowed(&self) -> &[String] {
        &self.product.prepared.config().allow_hosts
    }

    fn policy(&self) -> Policy {
        Policy::new(self.base_url(), self.allowed())
    }

    fn page_context(&self) -> PageContext {
        PageContext {
            base_url: self.base_url().unwrap_or_default().to_owned(),
            allow_hosts: self.allowed().to_vec(),
            dismiss: self.product.prepared.config().dismiss.clone(),
            work: self.work.work().to_owned(),
        }
    }

    fn crashed(&self) -> Option<Crash> {
        let served = self.served.as_ref()?;
        let crash = served.crashed()?;
        Some(Crash {
            product: self.product.prepared.name().to_owned(),
            how: crash.how,
            log: served.log(),
        })
    }

    /// The values of `${port}`, `${base-url}`, `${work}` and `${unique}`, and how they are compared.
    fn scope(&self, setup: &Setup, scenario: &Scenario, number: u32) -> Scope {
        let mut scope = Scope::new(&setup.config.vars);
        if let Some(served) = &self.served {
            scope.set("base-url", &*served.base_url);
            if let Some(port) = served.port {
                scope.set_known("port", port.to_string(), "[port]");
            }
            if served.work != self.work.work() {
                scope.is_known(served.work.to_string_lossy(), "[server]");
            }
        }
        scope.set_known("work", self.work.work().to_string_lossy(), "[work]");
        scope.is_known(self.work.home().to_string_lossy(), "[home]");
        scope.is_known(self.work.tmp().to_string_lossy(), "[tmp]");
        scope.set_known("unique", unique(&setup.plan.night, &scenario.id, number), "[unique]");
        scope
    }

    /// Ends what only this attempt used.
    async fn clear(self) {
        if let (Isolation::Scenario, Some(served)) = (self.product.isolation(), &self.served) {
            served.stop().await;
        }
        self.product.clear(self.work);
    }
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

async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}

/// What is redacted in a checkpoint, by the rules that its texts will be compared with.
fn redacted(
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
fn unique(night: &str, scenario: &str, number: u32) -> String {
    let digest = Sha256::digest(format!("{night}\n{scenario}\n{number}"));
    let digits = digest.iter().take(15).map(|byte| char::from(b'0' + byte % 10));
    std::iter::once('u').chain(digits).collect()
}

fn no_product(setup: &Setup, scenario: &Scenario, detail: &str) -> Result<Attempted, NightError> {
    setup.ledger.append(Event::NotRun {
        scenario: scenario.id.clone(),
        because: Because::Preflight,
        detail: detail.to_owned(),
    })?;
    Ok(Attempted::NoProduct)
}

/// Records an attempt that could not even begin.
fn harness_error(
    setup: &Setup,
    scenario: &Scenario,
    number: u32,
    error: &SurfaceError,
) -> Result<Attempted, NightError> {
    setup.ledger.append(Event::AttemptStarted {
        scenario: scenario.id.clone(),
        attempt: number,
        known: Vec::new(),
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
