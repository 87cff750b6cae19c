//! How browsers are started tonight, and what pictures depend on that they take.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{NightError, RunOptions};
use super::grid::grid_of;
use super::uses_browser;
use crate::ledger::Secrets;
use crate::model::page_settings::PageSettings;
use crate::model::suite::BrowserConfig;
use crate::model::{Action, Plan, Scenario, Step, Suite};
use crate::process::Cookie;
use crate::surface::browser::{Browser, BrowserOptions, Credentialed, Window, environment_key};
use crate::surface::veil::Veil;

/// What pictures of tonight depend on.
pub(super) fn key(browser: Option<&Browser>, page: &PageSettings) -> String {
    browser.map_or_else(|| environment_key(page), |it| it.environment_key(page))
}

/// How browsers are started tonight.
pub(super) fn options_of(
    suite: &Suite,
    (plan, options): (&Plan, &RunOptions),
    secrets: &Secrets,
    scratch: &Path,
) -> Result<BrowserOptions, NightError> {
    let config = &suite.config.browser;
    let elsewhere = options.window == Window::Hidden && plan.scenarios.iter().any(uses_browser);
    Ok(BrowserOptions {
        window: options.window,
        grid: if elsewhere { grid_of(config, secrets)? } else { None },
        veil: veil(secrets),
        credentials: credentialed(suite, plan),
        ..browser_options(config, scratch, allowed(suite))
    })
}

/// How a browser of this machine is started by this configuration.
#[must_use]
pub fn browser_options(
    config: &BrowserConfig,
    scratch: &Path,
    allow_hosts: Vec<String>,
) -> BrowserOptions {
    BrowserOptions {
        program: config.program.clone().map(PathBuf::from),
        driver: config.driver.clone().map(PathBuf::from),
        grid: None,
        axe: config.axe.clone(),
        page: config.page.clone(),
        timeout: Duration::from_millis(config.timeout_ms),
        allow_hosts,
        scratch: scratch.to_owned(),
        tree: Cookie::new(),
        window: Window::Hidden,
        veil: Veil::default(),
        credentials: match config.page.credentials {
            Some(_) => Credentialed::SomePage,
            None => Credentialed::Nobody,
        },
    }
}

/// Whether a page of tonight knows name and password for HTTP authentication.
fn credentialed(suite: &Suite, plan: &Plan) -> Credentialed {
    let knows = |it: &PageSettings| it.credentials.is_some();
    let config = &suite.config;
    let settings = config.products.values().map(|it| &it.browser);
    let settings = settings.chain(plan.scenarios.iter().map(|it| &it.browser));
    let establishing = plan.sessions.values().flat_map(|it| it.establish.iter().chain(&it.check));
    let steps = plan.scenarios.iter().flat_map(Scenario::all_steps);
    let emulated = |it: &Step| matches!(&it.action, Action::Emulate(it) if knows(it));
    if std::iter::once(&config.browser.page).chain(settings).any(knows)
        || steps.chain(establishing.flat_map(Step::all)).any(emulated)
    {
        Credentialed::SomePage
    } else {
        Credentialed::Nobody
    }
}

/// What must not be seen in pictures.
fn veil(secrets: &Secrets) -> Veil {
    if secrets.is_empty() {
        return Veil::default();
    }
    let secrets = secrets.clone();
    Veil::new(move |text| secrets.find_spread(text))
}

/// The hosts that any product of the suite allows.
fn allowed(suite: &Suite) -> Vec<String> {
    let all: BTreeSet<_> =
        suite.config.products.values().flat_map(|it| it.allow_hosts.iter().cloned()).collect();
    all.into_iter().collect()
}
