//! [`Prepared`]: the suite that is explored, written first where there is none.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use indexmap::IndexMap;

use super::super::arguments::{Common, ExploreOptions};
use super::super::exit::mistake;
use super::super::{new_file, night};
use crate::attempt::Pace;
use crate::model::{Suite, Template};
use crate::night::{self as nights, Ground, RunOptions, Scope, TAKEN_TO, Until};
use crate::spec;

/// A suite that is ready to be explored.
pub struct Prepared {
    /// What is explored.
    pub ground: Ground,
    /// Where scenarios are written, below the suite's folder.
    pub folder: PathBuf,
    /// How fast its pages are used, from the first look to the last.
    pace: Arc<Pace>,
}

/// Finds the suite, or writes one; finds its pages and commands.
pub fn prepare(common: &Common, options: &ExploreOptions) -> anyhow::Result<Prepared> {
    let (root, folder) = root(common, options)?;
    let overrides = options.staging.changes.overrides();
    let suite = spec::load(&root, &overrides)?;
    let base_urls = night::by_product(&suite, "--base-url", &options.staging.base_url)?;
    if let Some(url) = &options.url {
        is_of_suite(url, &suite, &base_urls)?;
    }
    let scope = Scope {
        cli: options.cli.clone(),
        actor: options.actor.clone(),
        seed: options.seed,
        base_urls,
    };
    Ok(Prepared { ground: Ground::of(&suite, &scope)?, folder, pace: Arc::default() })
}

/// The suite's folder, and where below it scenarios go.
fn root(common: &Common, options: &ExploreOptions) -> anyhow::Result<(PathBuf, PathBuf)> {
    let usual = PathBuf::from(TAKEN_TO);
    let own = night::root(common);
    if let (Some(out), Ok(root)) = (&options.out, &own) {
        let out = std::path::absolute(out).context("cannot tell the folder of --out")?;
        let below = out.strip_prefix(root).ok().filter(|it| it.starts_with("scenarios"));
        if let Some(below) = below {
            return Ok((root.clone(), below.to_owned()));
        }
    }
    let folder = match (&options.out, own) {
        (None, Ok(root)) => return Ok((root, usual)),
        (None, Err(_)) => common.dir.clone().unwrap_or_else(|| ".".into()),
        (Some(out), _) => out.clone(),
    };
    if folder.join("nightshift.yaml").is_file() {
        return Ok((folder, usual));
    }
    if options.url.is_none() && options.cli.is_empty() {
        return mistake(format!(
            "{} is no suite; name what is explored: --url URL, --cli CMD, or both",
            folder.display()
        ));
    }
    for (name, text) in spec::scaffold_explored(options.url.as_deref(), &options.cli) {
        new_file::create(&folder.join(name), &text)?;
    }
    Ok((folder, usual))
}

/// Refuses an address that is none of the suite's products: they would be explored in its place.
fn is_of_suite(
    url: &str,
    suite: &Suite,
    base_urls: &IndexMap<String, String>,
) -> anyhow::Result<()> {
    let own = suite.config.products.values().filter_map(|it| it.base_url.as_ref());
    if own.map(Template::raw).chain(base_urls.values().map(String::as_str)).any(|it| it == url) {
        return Ok(());
    }
    mistake(format!(
        "--url {url}: the suite in {} has its own products, and this is none of their addresses; \
         leave --url out to explore them, say --base-url PRODUCT={url} to explore one of them there, \
         or --out DIR for a new suite",
        suite.root.display()
    ))
}

impl Prepared {
    /// What is asked of the products.
    pub fn asked(&self, options: &ExploreOptions) -> anyhow::Result<RunOptions> {
        let suite = &self.ground.suite;
        let environment = night::environment();
        Ok(RunOptions {
            jobs: options.jobs,
            builds: night::by_product(suite, "--build", &options.staging.build)?,
            base_urls: night::by_product(suite, "--base-url", &options.staging.base_url)?,
            branch: night::branch(&suite.root, &environment),
            environment,
            pace: Some(self.pace.clone()),
            ..RunOptions::default()
        })
    }

    /// The options of one of its nights.
    pub fn run_options(
        &self,
        options: &ExploreOptions,
        until: Until,
    ) -> anyhow::Result<RunOptions> {
        Ok(nights::options_of(&self.asked(options)?, until))
    }
}
