//! Setting one attempt up and clearing away after it: fresh data, a server where the product wants
//! one of its own, a fresh page, and nothing left behind.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::watch;

use super::NightError;
use super::preflight::uses_browser;
use super::products::{Products, Running, Served};
use crate::agent::Scripted;
use crate::attempt::{Attempt, Crash, Ended, Limits, Scope};
use crate::ledger::Ledger;
use crate::model::suite::{Config, Isolation};
use crate::model::{Because, Event, Outcome, Plan, Scenario};
use crate::policy::Policy;
use crate::product::{HostEnvironment, ProductError, WorkFolder};
use crate::surface::browser::{Browser, BrowserOptions, Page, PageContext};
use crate::surface::command::{CommandSetup, CommandSurface};
use crate::surface::{PageSurface, SurfaceError};

/// How long `finally` may take beyond the attempt's own time.
const FINALLY: Duration = Duration::from_secs(60);

/// What every attempt of a night is set up from.
pub(super) struct Setup {
    pub config: Config,
    pub environment: IndexMap<String, String>,
    pub ledger: Arc<Ledger>,
    pub plan: Arc<Plan>,
    pub products: Products,
    pub browser_options: BrowserOptions,
    pub scratch: tempfile::TempDir,
}

/// What became of an attempt.
pub(super) enum Attempted {
    /// It was made.
    Ended(Ended),
    /// There was no product to attempt it with; the ledger says why.
    NoProduct,
}

/// Makes one attempt.
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
    let name = scenario.product.as_deref().unwrap_or_default();
    let Some(product) = setup.products.get(name) else {
        return no_product(setup, scenario, &format!("the product {name} is not healthy"));
    };
    let (work, served) = match bring_up(setup, product).await {
        Ok(brought_up) => brought_up,
        Err(error) => return no_product(setup, scenario, &error.to_string()),
    };
    let base_url = served.as_ref().map(|it| it.server.base_url().to_owned());
    let mut page = None;
    if uses_browser(scenario) {
        let context = PageContext {
            base_url: base_url.clone().unwrap_or_default(),
            allow_hosts: allowed(setup, name),
            work: work.path().to_owned(),
        };
        match fresh_page(setup, browser, &context).await {
            Ok(fresh) => page = Some(fresh),
            Err(error) => {
                clear_away(product, served, browser).await;
                return harness_error(setup, scenario, number, &error);
            }
        }
    }
    let mut command = CommandSurface::new(CommandSetup {
        work: work.clone_paths(),
        path: product.prepared.command_path(),
        env: product.prepared.command_env(&environment(setup), base_url.as_deref()),
        timeout: Duration::from_millis(setup.config.night.timeout_ms),
    });
    let policy = Policy::new(base_url.as_deref(), &allowed(setup, name));
    let crashed = || {
        let crash = served.as_ref()?.server.crashed()?;
        Some(Crash { product: name.to_owned(), how: crash.how, log: crash.log })
    };
    let attempt = Attempt {
        scenario,
        number,
        ledger: &setup.ledger,
        policy: &policy,
        page: page.as_mut().map(|it| it as &mut dyn PageSurface),
        command: &mut command,
        scope: scope(setup, served.as_deref(), &work, scenario, number),
        environment: &setup.plan.environment,
        crashed: &crashed,
        limits: Limits {
            steps: Duration::from_millis(
                scenario.timeout_ms.unwrap_or(setup.config.night.timeout_ms),
            ),
            finally: FINALLY,
        },
        stop,
    };
    let ended = attempt.run(&mut Scripted::new(scenario)).await?;
    command.end_stragglers().await;
    if let Some(page) = page
        && (page.close().await.is_err() || ended == Ended::With(Outcome::HarnessError))
    {
        retire(browser).await;
    }
    clear_away(product, served, browser).await;
    Ok(Attempted::Ended(ended))
}

/// A working folder with fresh data, and the server that the scenario will talk to.
async fn bring_up(
    setup: &Setup,
    product: &Running,
) -> Result<(WorkFolder, Option<Arc<Served>>), ProductError> {
    let work = product.prepared.fresh_work(setup.scratch.path())?;
    let served = if product.prepared.is_served() {
        Some(match product.isolation {
            Isolation::Night => product.shared().await?,
            Isolation::Scenario => product.own(work.path()).await?,
        })
    } else {
        None
    };
    Ok((work, served))
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

/// Ends what only this attempt used.
async fn clear_away(
    product: &Running,
    served: Option<Arc<Served>>,
    _browser: &mut Option<Browser>,
) {
    if let (Isolation::Scenario, Some(served)) = (product.isolation, served) {
        served.server.stop().await;
    }
}

/// The values of `${port}`, `${base-url}`, `${work}`, `${unique}`, and how they are compared.
fn scope(
    setup: &Setup,
    served: Option<&Served>,
    work: &WorkFolder,
    scenario: &Scenario,
    number: u32,
) -> Scope {
    let mut scope = Scope::new(&setup.config.vars);
    if let Some(served) = served {
        let (base_url, port) = (served.server.base_url(), served.server.port());
        scope.set("base-url", base_url);
        scope.set("port", port.to_string());
        if served.server.is_ours() {
            for host in ["127.0.0.1", "localhost"] {
                scope.is_known(format!("{host}:{port}"), &format!("{host}:[port]"));
            }
            scope.is_known(port.to_string(), "[port]");
        }
        scope.is_known(served.server.work().to_string_lossy(), "[server]");
    }
    scope.set_known("work", work.path().to_string_lossy(), "[work]");
    scope.is_known(work.home().to_string_lossy(), "[home]");
    scope.is_known(work.tmp().to_string_lossy(), "[tmp]");
    let unique = format!("{}-{}-{number}", setup.plan.night, slug(&scenario.id)).to_lowercase();
    scope.set_known("unique", unique, "[unique]");
    scope
}

/// Only letters, digits and dashes.
fn slug(id: &str) -> String {
    id.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect()
}

fn allowed(setup: &Setup, product: &str) -> Vec<String> {
    setup.config.products.get(product).map(|it| it.allow_hosts.clone()).unwrap_or_default()
}

fn environment(setup: &Setup) -> HostEnvironment {
    HostEnvironment::new(&setup.environment, &setup.config.pass_env)
}

fn no_product(
    setup: &Setup,
    scenario: &Scenario,
    detail: &str,
) -> Result<Attempted, NightError> {
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
