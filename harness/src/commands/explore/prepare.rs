//! [`Prepared`]: the suite that is explored, written first where there is none, and what may be
//! done in it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::super::arguments::{Common, ExploreOptions};
use super::super::exit::mistake;
use super::super::{new_file, night};
use crate::explore::{Batch, DataFile, Map, Rules};
use crate::model::suite::{LimitFrom, ProductConfig};
use crate::model::{Scenario, Suite};
use crate::night::{RunOptions, Until};
use crate::spec;
use crate::surface::browser::Window;

/// The most files of the product's data that are looked at.
const MOST_FILES: usize = 40;
/// A file of at most so many bytes may be read as text.
const MOST_TEXT: u64 = 20_000;
/// How long an action may wait while a product is explored, in milliseconds.
const PATIENCE: u64 = 4_000;

/// A suite that is ready to be explored.
pub struct Prepared {
    /// The suite.
    pub suite: Suite,
    /// The same, less patient.
    pub probing: Suite,
    /// The product with pages.
    pages: Option<String>,
    /// The commands, by their words, each with its product.
    commands: Vec<(Vec<String>, String)>,
    /// Where scenarios are written, below the suite's folder.
    pub folder: PathBuf,
    /// Whose pages are explored.
    actor: Option<String>,
    rules: Rules,
}

/// Finds the suite, or writes one; finds its pages and commands.
pub fn prepare(common: &Common, options: &ExploreOptions) -> anyhow::Result<Prepared> {
    let (root, folder) = root(common, options)?;
    let overrides = options.staging.changes.overrides();
    let suite = spec::load(&root, &overrides)?;
    let products = &suite.config.products;
    let served = |it: &&String| products[*it].serve.is_some() || products[*it].base_url.is_some();
    let named = options.staging.base_url.first().and_then(|_| products.keys().next());
    let pages = products.keys().find(served).or(named).cloned();
    let commands = commands(&suite, options, pages.as_deref())?;
    if pages.is_none() && commands.is_empty() {
        return mistake("no product of this suite has pages; name its command with --cli");
    }
    let rules = rules(&suite, options, pages.as_deref(), &commands)?;
    let mut probing = suite.clone();
    if probing.config.browser.timeout_from == LimitFrom::Default {
        probing.config.browser.timeout_ms = PATIENCE;
    }
    let actor = options.actor.clone();
    Ok(Prepared { suite, probing, pages, commands, folder, actor, rules })
}

/// The suite's folder, and where below it scenarios go.
fn root(common: &Common, options: &ExploreOptions) -> anyhow::Result<(PathBuf, PathBuf)> {
    let usual = PathBuf::from("scenarios/explored");
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

/// The commands to explore, each with its product.
fn commands(
    suite: &Suite,
    options: &ExploreOptions,
    pages: Option<&str>,
) -> anyhow::Result<Vec<(Vec<String>, String)>> {
    let products = &suite.config.products;
    let mut all = Vec::new();
    for cli in &options.cli {
        let words = spec::command_words(cli);
        let Some(program) = words.first() else { return mistake("--cli is empty") };
        let named = [spec::command_product(cli), program.clone()];
        let own = products.keys().find(|it| named.contains(it)).map(String::as_str);
        let only = products.keys().next().filter(|_| products.len() == 1).map(String::as_str);
        let Some(product) = own.or(only).or(pages) else {
            return mistake(format!("--cli {cli}: no product of this suite is called {program}"));
        };
        all.push((words, product.to_owned()));
    }
    if options.cli.is_empty() {
        let plain = products.iter().filter(|it| it.1.serve.is_none() && it.1.base_url.is_none());
        all.extend(plain.map(|(name, _)| (vec![name.clone()], name.clone())));
    }
    Ok(all)
}

fn rules(
    suite: &Suite,
    options: &ExploreOptions,
    pages: Option<&str>,
    commands: &[(Vec<String>, String)],
) -> anyhow::Result<Rules> {
    let products = &suite.config.products;
    let served = |it: &&str| products[*it].serve.is_some() && options.staging.base_url.is_empty();
    let with_data = |it: &str| products[it].data.is_some();
    let mut used = pages.into_iter().chain(commands.iter().map(|it| it.1.as_str()));
    let data = used.find_map(|it| products[it].data.as_deref());
    let several = products.len() > 1;
    Ok(Rules {
        pages_are_copies: pages.as_ref().is_some_and(served),
        commands_are_copies: !commands.is_empty() && commands.iter().all(|it| with_data(&it.1)),
        never: suite.config.explore.never.clone(),
        seed: options.seed,
        files: data.map(|it| files(&suite.root.join(it))).transpose()?.unwrap_or_default(),
        vars: suite.config.vars.keys().cloned().collect(),
        pages: pages.filter(|_| several).map(str::to_owned),
    })
}

/// The files of the product's data, as they lie in a working folder.
fn files(data: &Path) -> anyhow::Result<Vec<DataFile>> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(data).sort_by_file_name().into_iter().filter_map(Result::ok)
    {
        if !entry.file_type().is_file() || all.len() >= MOST_FILES {
            continue;
        }
        let below = entry.path().strip_prefix(data).ok().filter(|it| !it.as_os_str().is_empty());
        let path = below.unwrap_or(Path::new(entry.file_name())).display().to_string();
        let small = entry.metadata().is_ok_and(|it| it.len() <= MOST_TEXT);
        let bytes = if small {
            std::fs::read(entry.path())
                .with_context(|| format!("cannot read {}", entry.path().display()))?
        } else {
            Vec::new()
        };
        let text = String::from_utf8(bytes).ok().filter(|it| !it.is_empty());
        all.push(DataFile { path, text });
    }
    Ok(all)
}

impl Prepared {
    /// The map at the beginning.
    pub fn map(&self) -> Map {
        let mut map = Map::new(self.rules.clone());
        if self.pages.is_some() {
            map.begin_at("/");
        }
        let several = self.suite.config.products.len() > 1;
        for (words, product) in &self.commands {
            map.begin_with(words.clone(), several.then(|| product.clone()));
        }
        map
    }

    /// The scenarios of batches, each with a server of its own where there is one to start.
    pub fn scenarios(&self, batches: &[Batch]) -> Vec<Scenario> {
        let own = |it: &Batch| {
            let product = it.scenario.product.as_deref().or(self.pages.as_deref());
            let product: Option<&ProductConfig> =
                product.and_then(|it| self.suite.config.products.get(it));
            let served = product.is_some_and(|it| it.serve.is_some());
            Scenario {
                isolate: served.then_some(crate::model::suite::Isolation::Scenario),
                actor: self.actor.clone(),
                ..it.scenario.clone()
            }
        };
        batches.iter().map(own).collect()
    }

    /// The options of one of its nights.
    pub fn run_options(
        &self,
        options: &ExploreOptions,
        until: Until,
    ) -> anyhow::Result<RunOptions> {
        let environment = night::environment();
        Ok(RunOptions {
            jobs: options.jobs,
            builds: night::by_product(&self.suite, "--build", &options.staging.build)?,
            base_urls: night::by_product(&self.suite, "--base-url", &options.staging.base_url)?,
            branch: night::branch(&self.suite.root, &environment),
            environment,
            window: Window::Hidden,
            until: Some(until),
            retries: Some(0),
            ..RunOptions::default()
        })
    }
}
