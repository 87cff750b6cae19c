//! Preflight: browser, driver and products are healthy before the first scenario, or the night
//! says why not.
//!
//! The files:
//! - `browsers.rs`: how browsers are started tonight.
//! - `grid.rs`: browsers that run on other machines.
//! - `others.rs`: other builds, made ready to time and to judge by.

mod browsers;
mod grid;
mod others;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use indexmap::IndexMap;

pub use browsers::browser_options;
pub use grid::grid_of;

use self::browsers::{key, options_of};
use super::builds::Others;
use super::leaving::or_leave;
use super::products::{Neighbours, Products, Running, Variables};
use super::resume::has_ended;
use super::walls::Tried;
use super::workshop::Workshop;
use super::{NightError, Progress, RunOptions, Stop, because, scratch};
use crate::ledger::Ledger;
use crate::model::against::ControlPlan;
use crate::model::attempts::Attempts;
use crate::model::plan::ProductBuild;
use crate::model::scenario::Surface;
use crate::model::suite::{Isolation, ProductConfig};
use crate::model::{Because, Event, EvidenceRef, Plan, Scenario, Suite};
use crate::product::{self, KeptData, ProductError};
use crate::surface::browser::{Browser, BrowserOptions};
use crate::surface::mail::Sink;

/// What the preflight found.
pub(super) struct Ready {
    /// The products that are healthy.
    pub products: Products,
    /// Other builds of some of them, which are healthy too; their servers are not started yet.
    pub others: Products,
    /// Those of them that durations are compared with, by product.
    pub timed: IndexMap<String, String>,
    /// Those of them that tonight is judged by, and why there is none where one was asked for.
    pub control: Option<ControlPlan>,
    /// A browser that is ready for the first worker.
    pub browser: Option<Browser>,
    /// How the workers start theirs.
    pub browser_options: BrowserOptions,
    /// How many browsers there can be at once, where a grid says so.
    pub places: Option<usize>,
    /// The indexes of the scenarios that can run.
    pub runnable: Vec<usize>,
    /// The environment key of images.
    pub environment: String,
    /// Versions of what takes part.
    pub versions: IndexMap<String, String>,
    /// The walls around commands, where some are to be confined.
    pub tried: Option<Tried>,
    /// The builds under test.
    pub builds: Vec<ProductBuild>,
    /// Takes the mails of the products; `None` where none sends any.
    pub mail: Option<Sink>,
    /// Where working folders and profiles are made.
    pub scratch: Arc<tempfile::TempDir>,
}

/// Checks everything that tonight's scenarios need.
///
/// # Errors
/// The ledger or a scratch folder cannot be written. Whatever is unhealthy is in the ledger.
pub(super) async fn run(
    suite: &Suite,
    options: &RunOptions,
    (builds, others): (&IndexMap<String, String>, &Others),
    (ledger, plan): (&Ledger, &Plan),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Ready, NightError> {
    sweep();
    let scratch = scratch::make()?;
    let mail = sink(suite, plan).await?;
    let sends_to = mail.as_ref().map(Sink::address);
    let setups = tokio::sync::Mutex::default();
    let kept = options.kept.clone().unwrap_or_else(|| Arc::new(KeptData::below(scratch.path())));
    let desk = Desk { suite, options, builds, ledger, progress, sends_to, setups, kept, stop };
    for sentence in &plan.not_isolated {
        desk.record("isolation", Ok(sentence), Duration::ZERO, Vec::new())?;
    }
    let browser_options = options_of(suite, (plan, options), ledger.secrets(), scratch.path())?;
    let grid = browser_options.grid.clone();
    let ready = Box::pin(desk.ready(others, plan, browser_options, (mail, scratch))).await;
    or_leave(grid.as_ref(), ready).await
}

/// Ends and removes what a night that was killed left behind.
fn sweep() {
    for ended in crate::process::sweep() {
        tracing::info!("ended {ended:?}, left behind by a night that was killed");
    }
    for folder in scratch::sweep(&std::env::temp_dir()) {
        tracing::info!("removed {}, left behind by a night that was killed", folder.display());
    }
}

/// Starts the mail sink where a product of tonight sends mails.
async fn sink(suite: &Suite, plan: &Plan) -> Result<Option<Sink>, NightError> {
    let used = |name: &String| plan.scenarios.iter().any(|it| it.uses_product(name));
    if !suite.config.products.iter().any(|(name, it)| it.mail && used(name)) {
        return Ok(None);
    }
    let sink = Sink::start().await.map_err(|error| NightError::Usage(error.to_string()))?;
    Ok(Some(sink))
}

/// Whether a scenario needs a page.
pub(super) fn uses_browser(scenario: &Scenario) -> bool {
    scenario.all_steps().iter().any(|step| step.action.surface() == Some(Surface::Browser))
}

/// What the checks share.
struct Desk<'a> {
    suite: &'a Suite,
    options: &'a RunOptions,
    /// The builds that are wanted, by product.
    builds: &'a IndexMap<String, String>,
    ledger: &'a Ledger,
    progress: &'a Arc<dyn Fn(Progress) + Send + Sync>,
    sends_to: Option<std::net::SocketAddr>,
    /// Held while a product is set up.
    setups: tokio::sync::Mutex<()>,
    /// The data of the products as the night finds it.
    kept: Arc<KeptData>,
    stop: &'a Stop,
}

/// How a product was found.
struct ProductCheck<'n> {
    name: &'n str,
    took: Duration,
    result: Result<Running, ProductError>,
}

/// What the check of a product is called.
fn check(product: &str) -> String {
    format!("product {product}")
}

type Unhealthy = BTreeMap<String, String>;

/// What keeps scenarios from running.
struct Obstacles<'a> {
    products: Unhealthy,
    browser: Option<String>,
    walls: Option<&'a Tried>,
}

impl Obstacles<'_> {
    /// What keeps this one.
    fn of(&self, scenario: &Scenario) -> Option<&str> {
        let ill = self.products.iter().find(|(name, _)| scenario.uses_product(name));
        let browser = self.browser.as_ref().filter(|_| uses_browser(scenario));
        let walls = || self.walls.and_then(|it| it.obstacle(scenario));
        ill.map(|it| it.1).or(browser).map(String::as_str).or_else(walls)
    }
}

impl Desk<'_> {
    /// Sees to browser, products and walls, and says what can run with them. The browser goes with an
    /// error.
    async fn ready(
        &self,
        others: &Others,
        plan: &Plan,
        browser_options: BrowserOptions,
        (mail, scratch): (Option<Sink>, tempfile::TempDir),
    ) -> Result<Ready, NightError> {
        let mut broken = BTreeMap::new();
        let mut versions: IndexMap<String, String> =
            [("nightshift".to_owned(), env!("CARGO_PKG_VERSION").to_owned())].into_iter().collect();

        let needs_browser = plan.scenarios.iter().any(uses_browser);
        let places = self.places(browser_options.grid.as_ref()).await?;
        let (browser, products) = tokio::join!(
            async { if needs_browser { Some(self.browser(&browser_options).await) } else { None } },
            self.products(plan, scratch.path()),
        );
        let (products, builds, unhealthy) = products?;
        let others = self.others(others, (plan, &products), scratch.path()).await?;
        broken.extend(unhealthy);
        let (browser, browser_problem) = match browser.transpose()? {
            Some(Ok(browser)) => {
                versions.insert("browser".to_owned(), browser.versions().browser.clone());
                versions.insert("driver".to_owned(), browser.versions().driver.clone());
                (Some(browser), None)
            }
            Some(Err(problem)) => (None, Some(problem)),
            None => (None, None),
        };
        let tried = self.walls(plan)?;
        let obstacles =
            Obstacles { products: broken, browser: browser_problem, walls: tried.as_ref() };
        let runnable = self.runnable(plan, &obstacles)?;
        Ok(Ready {
            products,
            others: others.products,
            timed: others.timed,
            control: others.control,
            environment: key(browser.as_ref(), &browser_options.page),
            browser,
            browser_options,
            places,
            runnable,
            tried,
            versions,
            builds,
            mail,
            scratch: Arc::new(scratch),
        })
    }

    /// Has a browser started; why there is none, where that is so.
    async fn browser(
        &self,
        options: &BrowserOptions,
    ) -> Result<Result<Browser, String>, NightError> {
        (self.progress)(Progress::Checking("browser".to_owned()));
        let started = Instant::now();
        let browser = self.start(options).await;
        let took = started.elapsed();
        match &browser {
            Ok(browser) => {
                let versions = browser.versions();
                let detail = format!("{}, driver {}", versions.browser, versions.driver);
                self.record("browser", Ok(&detail), took, Vec::new())?;
                self.tell_of(browser)?;
            }
            Err(error) => self.record("browser", Err(&error.to_string()), took, Vec::new())?,
        }
        Ok(browser.map_err(|error| error.to_string()))
    }

    /// Sets the products of tonight's scenarios up and sees that they can be served, several at once
    /// where none needs another's address.
    async fn products(
        &self,
        plan: &Plan,
        scratch: &Path,
    ) -> Result<(Products, Vec<ProductBuild>, Unhealthy), NightError> {
        let previous = plan.history.nights.last();
        let (mut running, mut builds, mut unhealthy) =
            (Products::default(), Vec::new(), BTreeMap::new());
        let configured = &self.suite.config.products;
        let used = |it: &(&String, &ProductConfig)| {
            plan.scenarios.iter().any(|scenario| scenario.uses_product(it.0))
        };
        let at_once = self.options.workers(self.suite, configured.len());
        for wave in waves(configured.iter().filter(used)) {
            let mut addressed = Vec::new();
            for (name, config) in wave {
                addressed.push((name, neighbours(&running, config).await));
            }
            let starting = addressed.iter().map(|(name, neighbours)| {
                let mine = || plan.scenarios.iter().filter(|it| it.uses_product(name));
                let shared = move |it: &Running| {
                    mine().any(|scenario| it.isolation(scenario) == Isolation::Night)
                };
                self.product(name, scratch, neighbours, shared)
            });
            let mut starting = stream::iter(starting).buffered(at_once);
            while let Some(found) = starting.next().await {
                let name = found.name;
                let version = match &found.result {
                    Ok(product) => product.prepared.build().map(str::to_owned),
                    Err(_) => None,
                };
                let (build, version) = match self.builds.get(name) {
                    Some(build) => (Some(build.clone()), version.filter(|it| it != build)),
                    None => (version, None),
                };
                builds.push(ProductBuild {
                    name: name.to_owned(),
                    build,
                    previous_build: previous.and_then(|it| it.builds.get(name).cloned()),
                    version,
                    previous_version: previous.and_then(|it| it.versions.get(name).cloned()),
                });
                match self.note(found)? {
                    Ok(product) => running.add(product),
                    Err(problem) => {
                        unhealthy.insert(name.to_owned(), problem);
                    }
                }
            }
        }
        Ok((running, builds, unhealthy))
    }

    fn running(
        &self,
        prepared: product::Prepared,
        config: &ProductConfig,
        scratch: &Path,
    ) -> Running {
        let shaken = self.options.shake.as_ref().map(|it| it.folder(scratch));
        let folders = shaken.unwrap_or_else(|| scratch.to_owned());
        Running::new(prepared, self.variables(config), folders, self.kept.clone())
    }

    /// Sets one product up and sees that it can be served.
    async fn product<'n>(
        &self,
        name: &'n str,
        scratch: &Path,
        neighbours: &Neighbours,
        shared: impl Fn(&Running) -> bool,
    ) -> ProductCheck<'n> {
        (self.progress)(Progress::Checking(check(name)));
        let started = Instant::now();
        let config = &self.suite.config.products[name];
        let ready = Box::pin(async move {
            let prepared = {
                // Setups may share files.
                let _one_after_the_other = self.setups.lock().await;
                self.prepare(name, config, self.builds.get(name)).await?
            };
            let running = self.running(prepared, config, scratch);
            // A server of each scenario's own is started once here too, to see that it can be.
            running.shared(neighbours).await?;
            if !shared(&running) {
                running.stop().await;
            }
            Ok::<_, ProductError>(running)
        });
        let result = until_stopped(self.stop, name, ready).await;
        ProductCheck { name, took: started.elapsed(), result }
    }

    /// Records how a product was found.
    fn note(&self, found: ProductCheck<'_>) -> Result<Result<Running, String>, NightError> {
        let check = check(found.name);
        match found.result {
            Ok(running) => {
                let build = build_said(&running);
                let config = running.prepared.config();
                let served = config.serve.is_some() || config.base_url.is_some();
                let detail = if served { format!("{build}, serving") } else { build };
                self.record(&check, Ok(&detail), found.took, Vec::new())?;
                Ok(Ok(running))
            }
            Err(error) => {
                let problem = error.to_string();
                let log = self.log_of(&error)?;
                self.record(&check, Err(&problem), found.took, log)?;
                Ok(Err(problem))
            }
        }
    }

    fn log_of(&self, error: &ProductError) -> Result<Vec<EvidenceRef>, NightError> {
        Ok(match error.log() {
            Some(log) => vec![self.ledger.keep("server log", "text/plain", log)?],
            None => Vec::new(),
        })
    }

    /// Sets a build of a product up, and keeps the data that its setup left.
    async fn prepare(
        &self,
        name: &str,
        config: &ProductConfig,
        build: Option<&String>,
    ) -> Result<product::Prepared, ProductError> {
        let workshop = Workshop::of(self.suite, self.options);
        let setting = workshop.setting(name, config, build.map(String::as_str));
        let variables = self.variables(config);
        let prepared = product::prepare(setting, &|name| variables.value(name)).await?;
        prepared.keep_data(&self.kept)?;
        Ok(prepared)
    }

    /// What `${name}` stands for in the configuration of a product.
    fn variables(&self, config: &ProductConfig) -> Variables {
        Variables {
            vars: self.suite.config.vars.clone(),
            secrets: self.ledger.secrets().clone(),
            mail: self.sends_to.filter(|_| config.mail),
        }
    }

    fn record(
        &self,
        check: &str,
        found: Result<&str, &str>,
        took: Duration,
        evidence: Vec<EvidenceRef>,
    ) -> Result<(), NightError> {
        let (ok, detail) = match found {
            Ok(detail) => (true, detail.to_owned()),
            Err(detail) => (false, detail.to_owned()),
        };
        (self.progress)(Progress::Checked { check: check.to_owned(), ok, detail: detail.clone() });
        self.ledger.append(Event::Preflight {
            check: check.to_owned(),
            ok,
            detail,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            evidence,
        })?;
        Ok(())
    }

    /// Tries the walls around commands, where some are to be confined.
    fn walls(&self, plan: &Plan) -> Result<Option<Tried>, NightError> {
        let started = Instant::now();
        let Some(tried) = Tried::of(self.suite, self.options, plan) else { return Ok(None) };
        let said = tried.said();
        let said = said.as_deref().map_err(String::as_str);
        self.record("sandbox", said, started.elapsed(), Vec::new())?;
        Ok(Some(tried))
    }

    /// The scenarios that can run; the others are recorded with the reason.
    fn runnable(&self, plan: &Plan, obstacles: &Obstacles<'_>) -> Result<Vec<usize>, NightError> {
        let mut runnable = Vec::new();
        let entries = self.ledger.entries();
        let attempts = Attempts::of(&entries);
        for (index, scenario) in plan.scenarios.iter().enumerate() {
            let obstacle = match self.stop.why() {
                Some(why) => {
                    let (because, detail) = because(why);
                    Some((because, detail.to_owned()))
                }
                None => obstacles.of(scenario).map(|it| (Because::Preflight, it.to_owned())),
            };
            match obstacle {
                None => runnable.push(index),
                // A night that goes on keeps what it has done.
                Some(_) if has_ended(attempts.scenario(&scenario.id)) => {}
                Some((because, detail)) => {
                    self.ledger.append(Event::NotRun {
                        scenario: scenario.id.clone(),
                        because,
                        detail,
                    })?;
                }
            }
        }
        Ok(runnable)
    }
}

/// Makes a product ready as long as the night goes on; what its commands have started is ended with
/// it.
async fn until_stopped<T>(
    stop: &Stop,
    product: &str,
    ready: impl Future<Output = Result<T, ProductError>>,
) -> Result<T, ProductError> {
    tokio::select! {
        biased;
        () = stop.comes() => {
            let why = stop.why().map_or("", |it| because(it).1);
            Err(ProductError::Stopped { product: product.to_owned(), why })
        }
        made = ready => made,
    }
}

/// The build of a product, as its check says it.
fn build_said(running: &Running) -> String {
    match (running.prepared.wanted(), running.prepared.build()) {
        (Some(wanted), Some(says)) => format!("build {wanted} ({says})"),
        (Some(wanted), None) => format!("build {wanted}"),
        (None, Some(says)) => says.to_owned(),
        (None, None) => "of unknown build".to_owned(),
    }
}

/// Products in their order, in lists of those that can start side by side: none refers to another
/// of its own list.
fn waves<'p>(
    products: impl Iterator<Item = (&'p String, &'p ProductConfig)>,
) -> Vec<Vec<(&'p str, &'p ProductConfig)>> {
    let mut waves: Vec<Vec<(&str, &ProductConfig)>> = Vec::new();
    for (name, config) in products {
        match waves.last_mut() {
            Some(wave) if !wave.iter().any(|(before, _)| config.refers_to(before)) => {
                wave.push((name, config));
            }
            _ => waves.push(vec![(name, config)]),
        }
    }
    waves
}

/// The servers that a product after them refers to.
async fn neighbours(running: &Products, config: &ProductConfig) -> Neighbours {
    let mut neighbours = Neighbours::default();
    for product in running.all().filter(|it| config.refers_to(it.prepared.name())) {
        if let Ok(Some(served)) = product.shared(&neighbours).await {
            neighbours.add_served(product.prepared.name(), &served);
        }
    }
    neighbours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_makes_a_product_ready_goes_on_until_the_night_stops_and_not_longer() {
        let stop = Stop::default();
        let made = until_stopped(&stop, "shop", async { Ok(1) }).await;
        assert!(matches!(made, Ok(1)));
        stop.at(Some(chrono::Utc::now()));
        let endless = std::future::pending::<Result<u32, ProductError>>();
        let cut = until_stopped(&stop, "shop", endless).await.expect_err("it never ends by itself");
        assert_eq!(
            cut.to_string(),
            "shop was not made ready, and what its commands had begun was ended: the night's deadline came first"
        );
    }
}
