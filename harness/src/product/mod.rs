//! The product under test: [`prepare`] sets it up and names its build, [`Prepared`] gives each
//! attempt a folder of its own and serves it, [`Server`] is watched until it is stopped.
//!
//! `setup` caches, `builds` makes builds available, `work` copies data, `server` starts and stops, `ready` waits. Processes are the
//! business of `process`; what a crash means, that of `night` and `triage`.
//!
//! The files:
//! - `setup.rs`: setup that is cached by the content of files.
//! - `builds.rs`: makes builds available, once, in a folder that nights share.
//! - `repository.rs`: the commits that builds come from, read from a git checkout.
//! - `server.rs`: starts, watches and stops the server.
//! - `ready.rs`: asks until a server is ready.
//! - `work.rs`: a working folder with fresh data, gone when dropped.
//! - `kept.rs`: data as a night found it, which is what working folders get.

mod builds;
mod kept;
mod ready;
mod repository;
mod server;
mod setup;
#[cfg(test)]
mod tests;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::Template;
use crate::model::scenario::CommandLine;
use crate::model::suite::ProductConfig;
use crate::model::template::UnknownReference;
use crate::process::{CommandSpec, Cookie, Environment, Finished, Leftovers, ProcessError, run};

pub use builds::{CachedBuild, builds_folder, cached_builds, clear_builds};
pub use kept::KeptData;
pub use repository::{Commit, Repository};
pub use server::{Crash, Server};
pub use work::WorkFolder;

/// What `${name}` stands for: variables and secrets. Ports and folders are filled in here.
pub type Lookup<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// How many bytes of a setup's or a version's output are kept.
const KEPT_OUTPUT: usize = 256 * 1024;

/// How long naming the build may take.
const VERSION_LIMIT: Duration = Duration::from_secs(60);

/// How many lines of a log an error quotes; the whole of it is [`ProductError::log`].
const QUOTED_LINES: usize = 15;

/// Where and for whom a product is prepared.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Its name in the suite.
    pub name: &'a str,
    /// What the suite says of it.
    pub config: &'a ProductConfig,
    /// The suite's folder, absolute.
    pub suite_root: &'a Path,
    /// The folder in which we remember what was set up.
    pub state: &'a Path,
    /// The folder that holds builds, outside of the suite.
    pub builds: &'a Path,
    /// The build that is wanted; a product with `builds` needs one.
    pub build: Option<&'a str>,
    /// What setup commands get: our whole environment, as a build would.
    pub setup_environment: &'a Environment,
    /// What the product and its commands get: the allow-list.
    pub environment: &'a Environment,
}

/// A product that is set up.
#[derive(Debug, Clone)]
pub struct Prepared {
    name: String,
    config: ProductConfig,
    root: PathBuf,
    environment: Environment,
    build: Option<String>,
    /// What `${build}` and `${build-dir}` stand for.
    wanted: Option<String>,
    made: Option<builds::Made>,
    data_from: kept::DataFrom,
}

/// Where a served product is found: what `${port}` and `${base-url}` stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Address<'a> {
    /// The port of a server of ours.
    pub port: Option<u16>,
    /// The URL without a slash at the end.
    pub base_url: Option<&'a str>,
}

impl Address<'_> {
    fn value(&self, name: &str, work: &WorkFolder) -> Option<String> {
        match name {
            "work" => Some(work.work().display().to_string()),
            "port" => self.port.map(|port| port.to_string()),
            "base-url" => self.base_url.map(str::to_owned),
            _ => None,
        }
    }
}

/// A product could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// A setup command failed.
    #[error("setup of {product} failed: {command} ended with {how}{}", quoted(.log))]
    Setup {
        /// The product.
        product: String,
        /// The command line.
        command: String,
        /// `exit 1`, or that it took too long.
        how: String,
        /// What it said.
        log: Vec<u8>,
    },
    /// A command that makes a build available failed.
    #[error("build {build} of {product} cannot be made: {command} ended with {how}{}", quoted(.log))]
    Make {
        /// The product.
        product: String,
        /// The build.
        build: String,
        /// The command line.
        command: String,
        /// `exit 1`, or that it took too long.
        how: String,
        /// What it said.
        log: Vec<u8>,
    },
    /// The command that names the build failed, or said nothing.
    #[error("version-from of {product}: {command} {how}; correct it or leave it out{}", quoted(.log))]
    Version {
        /// The product.
        product: String,
        /// The command line.
        command: String,
        /// What was wrong.
        how: String,
        /// What it said.
        log: Vec<u8>,
    },
    /// The git checkout that builds come from does not have what is asked of it.
    #[error("the repository {} {problem}", folder.display())]
    Repository {
        /// The checkout.
        folder: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The night ended while the product was made ready.
    #[error("{product} was not made ready, and what its commands had begun was ended: {why}")]
    Stopped {
        /// The product.
        product: String,
        /// Why the night ended.
        why: &'static str,
    },
    /// A command of the product could not be started.
    #[error("{product}: {command} cannot be started: {source}")]
    Start {
        /// The product.
        product: String,
        /// The command line.
        command: String,
        /// Why.
        source: ProcessError,
    },
    /// The server ended before it was ready.
    #[error("{product} ended with {how} before it was ready: {command}{}", quoted(.log))]
    EndedEarly {
        /// The product.
        product: String,
        /// The command line, filled.
        command: String,
        /// `exit 1`, `signal 9`.
        how: String,
        /// What it said.
        log: Vec<u8>,
    },
    /// A product that runs elsewhere does not answer.
    #[error(
        "{product} does not answer: asked for {within:?} for {tried}; last: {last}; start it, or correct its base-url"
    )]
    Unreachable {
        /// The product.
        product: String,
        /// For how long it was asked.
        within: Duration,
        /// What was tried.
        tried: String,
        /// What was wrong the last time.
        last: String,
    },
    /// The server was not ready in time.
    #[error("{product} was not ready within {within:?}: {tried}; last: {last}{}", quoted(.log))]
    NotReady {
        /// The product.
        product: String,
        /// How long it had.
        within: Duration,
        /// What was tried.
        tried: String,
        /// What came of it the last time.
        last: String,
        /// What the server said.
        log: Vec<u8>,
    },
    /// A template of the configuration names something unknown.
    #[error("{product}: {what}: {source}; {}", remedy(source))]
    Unfilled {
        /// The product.
        product: String,
        /// Which key of the configuration.
        what: String,
        /// The reference.
        source: UnknownReference,
    },
    /// The configuration cannot be carried out on this machine.
    #[error("{product}: {problem}")]
    Config {
        /// The product.
        product: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Data of the suite cannot be copied.
    #[error("cannot copy the data {}: {source}; {}", path.display(), remedy_of_a_copy(.source))]
    Data {
        /// Where it lies.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something on this machine failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ProductError {
    /// What the product's command or server said, whole: evidence.
    #[must_use]
    pub fn log(&self) -> Option<&[u8]> {
        match self {
            Self::Setup { log, .. }
            | Self::Make { log, .. }
            | Self::Version { log, .. }
            | Self::EndedEarly { log, .. }
            | Self::NotReady { log, .. } => Some(log),
            Self::Unreachable { .. }
            | Self::Stopped { .. }
            | Self::Start { .. }
            | Self::Unfilled { .. }
            | Self::Config { .. }
            | Self::Repository { .. }
            | Self::Data { .. }
            | Self::Io { .. } => None,
        }
    }

    fn data(path: PathBuf) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Data { path, source }
    }

    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}

/// What has data copied that could not be.
fn remedy_of_a_copy(problem: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{NotFound, PermissionDenied, QuotaExceeded, StorageFull};
    match problem.kind() {
        NotFound => "create it, or correct `data`",
        PermissionDenied => "make all of it readable, or correct `data`",
        StorageFull | QuotaExceeded => "make room on the disk that holds the night",
        _ => "see that all of it can be read and that there is room for a copy",
    }
}

/// What gives a reference its value.
fn remedy(unknown: &UnknownReference) -> &'static str {
    match unknown.0.as_str() {
        "build" => "give the product `build`, or name one with --build",
        "build-dir" => "only a product with `builds` has one",
        _ => "define it under vars: or give it with --var",
    }
}

/// The last lines of a log, as the tail of a message.
fn quoted(log: &[u8]) -> String {
    let text = String::from_utf8_lossy(log);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    if lines.is_empty() {
        return "; it said nothing".to_owned();
    }
    let last = lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n    ");
    format!("; its last words:\n    {last}")
}

/// Sets a product up, where that is not done yet, and names its build. Whoever stops waiting for it
/// ends what it runs, as a whole tree, and a build that is half made goes.
///
/// # Errors
/// A setup command or `version-from` that fails, with its log.
pub async fn prepare(setting: Setting<'_>, lookup: Lookup<'_>) -> Result<Prepared, ProductError> {
    let config = setting.config;
    let mut prepared = Prepared {
        name: setting.name.to_owned(),
        config: config.clone(),
        root: setting.suite_root.to_owned(),
        environment: setting.environment.clone(),
        build: None,
        wanted: setting.build.map(str::to_owned),
        made: None,
        data_from: kept::DataFrom::Suite,
    };
    if let (Some(builds), Some(build)) = (&config.builds, setting.build) {
        prepared.made = Some(builds::made(setting, builds, build, lookup).await?);
    }
    let folders = prepared.folders(lookup)?;
    let known = |name: &str| prepared.of_build(name).or_else(|| lookup(name));
    prepared.data_from = setup::run_all(setting, &folders, &known).await?;
    prepared.environment = prepared.environment.with_path_first(&folders);
    if let Some(command) = &config.version_from {
        prepared.build = Some(prepared.ask_build(command, lookup).await?);
    }
    Ok(prepared)
}

/// Makes a build of a product available where it is not there yet, for who prepares it later. Whoever
/// stops waiting for it ends what it runs.
///
/// # Errors
/// A command that fails, with its log.
pub async fn make_build(setting: Setting<'_>, lookup: Lookup<'_>) -> Result<(), ProductError> {
    if let (Some(builds), Some(build)) = (&setting.config.builds, setting.build) {
        builds::made(setting, builds, build, lookup).await?;
    }
    Ok(())
}

impl Prepared {
    /// Its name in the suite.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The build that was asked for, which `${build}` stands for.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }

    /// Where the build lies that was asked for.
    #[must_use]
    pub fn build_dir(&self) -> Option<&Path> {
        self.made.as_ref().map(|made| made.folder.as_path())
    }

    /// What names the build under test; `None` where nothing does.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }

    /// Where what it is made of lies: the suite with its data, the folders of its programs, its build.
    #[must_use]
    pub fn made_of(&self) -> Vec<PathBuf> {
        let programs = self.config.path.iter().map(|it| self.root.join(it));
        let above = programs.clone().filter(|it| it.ends_with("bin"));
        let above = above.filter_map(|it| it.parent().map(Path::to_owned));
        let others = [self.config.data.as_ref(), self.config.repository.as_ref()];
        let others = others.into_iter().flatten().map(|it| self.root.join(it));
        let build = self.build_dir().map(Path::to_owned);
        let all = std::iter::once(self.root.clone()).chain(programs).chain(above);
        all.chain(others).chain(build).collect()
    }

    /// What the suite says of it.
    #[must_use]
    pub fn config(&self) -> &ProductConfig {
        &self.config
    }

    /// The environment of the product and its commands in a working folder.
    ///
    /// Its `env` may refer to `${work}` and, where it is served, `${port}` and `${base-url}`.
    ///
    /// # Errors
    /// A reference that nothing fills.
    pub fn environment(
        &self,
        work: &WorkFolder,
        address: Address<'_>,
        lookup: Lookup<'_>,
    ) -> Result<Environment, ProductError> {
        let known = |name: &str| {
            address.value(name, work).or_else(|| self.of_build(name)).or_else(|| lookup(name))
        };
        let variables = self.variables(&known, Unfillable::Refused)?;
        Ok(self.environment.clone().with_folders(work.home(), work.tmp()).with_all(variables))
    }

    /// Starts the product's server and waits until it is ready; for a `base-url` only the latter.
    /// `None` for a product that is only commands.
    ///
    /// # Errors
    /// A server that does not start, ends early or is not ready in time, with its log.
    pub async fn serve(
        &self,
        work: &WorkFolder,
        lookup: Lookup<'_>,
    ) -> Result<Option<Server>, ProductError> {
        if let Some(base_url) = &self.config.base_url {
            let url = base_url
                .resolve(&|name| self.of_build(name).or_else(|| lookup(name)))
                .map_err(|source| self.unfilled("base-url", source))?;
            return server::elsewhere(self, &url).await.map(Some);
        }
        match &self.config.serve {
            Some(serve) => server::start(self, serve, work, lookup).await.map(Some),
            None => Ok(None),
        }
    }

    /// What `${build}` and `${build-dir}` stand for.
    fn of_build(&self, name: &str) -> Option<String> {
        match name {
            "build" => self.wanted.clone(),
            "build-dir" => self.build_dir().map(|it| it.display().to_string()),
            _ => None,
        }
    }

    /// The folders of `path`, absolute.
    fn folders(&self, lookup: Lookup<'_>) -> Result<Vec<PathBuf>, ProductError> {
        let known = |name: &str| self.of_build(name).or_else(|| lookup(name));
        let folders = self.config.path.iter().map(|folder| {
            let folder = Template::new(folder.as_str()).resolve(&known);
            folder.map(|it| self.root.join(it)).map_err(|source| self.unfilled("path", source))
        });
        folders.collect()
    }

    fn variables(
        &self,
        known: &dyn Fn(&str) -> Option<String>,
        unfillable: Unfillable,
    ) -> Result<Vec<(String, String)>, ProductError> {
        let mut variables = Vec::new();
        for (name, value) in &self.config.env {
            match (value.resolve(known), unfillable) {
                (Ok(value), _) => variables.push((name.clone(), value)),
                (Err(_), Unfillable::LeftOut) => {}
                (Err(source), Unfillable::Refused) => {
                    return Err(self.unfilled(&format!("env: {name}"), source));
                }
            }
        }
        Ok(variables)
    }

    fn unfilled(&self, what: &str, source: UnknownReference) -> ProductError {
        ProductError::Unfilled { product: self.name.clone(), what: what.to_owned(), source }
    }

    async fn ask_build(
        &self,
        command: &CommandLine,
        lookup: Lookup<'_>,
    ) -> Result<String, ProductError> {
        let known = |name: &str| self.of_build(name).or_else(|| lookup(name));
        let variables = self.variables(&known, Unfillable::LeftOut)?;
        let order = Order {
            product: &self.name,
            key: "version-from",
            command,
            cwd: &self.root,
            environment: &self.environment.clone().with_all(variables),
            limit: VERSION_LIMIT,
        };
        let (line, finished) = order.carry_out(&known).await?;
        let said = [finished.stdout.marked(), finished.stderr.marked()].concat();
        let refuse = |how: String| ProductError::Version {
            product: self.name.clone(),
            command: line.clone(),
            how,
            log: said.clone(),
        };
        if let Some(how) = trouble(&finished, VERSION_LIMIT) {
            return Err(refuse(format!("ended with {how}")));
        }
        String::from_utf8_lossy(&said)
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| refuse("said nothing that could name the build".to_owned()))
    }
}

/// What becomes of variables that refer to what is not known yet.
#[derive(Clone, Copy)]
enum Unfillable {
    /// They wait for the server.
    LeftOut,
    /// They are an error.
    Refused,
}

/// Why a command did not end well; `None` where it did.
fn trouble(finished: &Finished, limit: Duration) -> Option<String> {
    if finished.timed_out {
        return Some(format!("no end within {limit:?}, and was ended"));
    }
    match finished.exit {
        Some(crate::process::Exit::Code(0)) => None,
        Some(exit) => Some(exit.to_string()),
        None => Some("no end".to_owned()),
    }
}

/// Program and arguments of a filled command line.
fn words(
    command: &CommandLine,
    known: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, UnknownReference> {
    match command {
        CommandLine::Argv(words) => words.iter().map(|word| word.resolve(known)).collect(),
        CommandLine::Shell(line) => {
            Ok(vec!["sh".to_owned(), "-c".to_owned(), line.resolve(known)?])
        }
    }
}

/// A command of the configuration that is run to its end.
struct Order<'a> {
    product: &'a str,
    key: &'a str,
    command: &'a CommandLine,
    cwd: &'a Path,
    environment: &'a Environment,
    limit: Duration,
}

impl Order<'_> {
    /// The command line as it is shown (unfilled, so that it holds no secret), and how it went.
    async fn carry_out(
        &self,
        known: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<(String, Finished), ProductError> {
        let line = self.command.display();
        let mut words = words(self.command, known)
            .map_err(|source| ProductError::Unfilled {
                product: self.product.to_owned(),
                what: self.key.to_owned(),
                source,
            })?
            .into_iter();
        let spec = CommandSpec {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            cwd: self.cwd.to_owned(),
            env: self.environment.to_vec(),
            stdin: Vec::new(),
            timeout: self.limit,
            max_output: KEPT_OUTPUT,
            tree: Cookie::new(),
            leftovers: Leftovers::End,
            confinement: None,
        };
        let product = self.product.to_owned();
        match run(spec).await {
            Ok(finished) => Ok((line, finished)),
            Err(source) => Err(ProductError::Start { product, command: line, source }),
        }
    }
}
