//! [`Products`]: the products of a night, set up once, served, and brought back when they crash.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use tokio::task::JoinHandle;

use super::isolation;
use crate::ledger::Secrets;
use crate::model::Scenario;
use crate::model::soak::Usage;
use crate::model::suite::Isolation;
use crate::process::usage;
use crate::product::{Crash, KeptData, Prepared, ProductError, Server, WorkFolder};

/// A product that dies more often than this in one night is not started again.
const MOST_CRASHES: u32 = 3;

/// The products of a night by name.
#[derive(Default, Clone)]
pub(super) struct Products {
    by_name: IndexMap<String, Arc<Running>>,
}

/// One product, set up.
pub(super) struct Running {
    pub prepared: Prepared,
    pub variables: Variables,
    scratch: PathBuf,
    /// What its data was when the night began.
    pub(super) kept: Arc<KeptData>,
    /// Empty folders that attempts have left.
    shelf: Mutex<Vec<WorkFolder>>,
    shared: tokio::sync::Mutex<Shared>,
    pub(super) spares: Spares,
}

/// What `${name}` stands for outside of a scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    pub vars: IndexMap<String, String>,
    pub secrets: Secrets,
    /// Where mails are taken, for a product that sends some.
    pub mail: Option<SocketAddr>,
}

/// What products know of those that come before them: `${shop.base-url}` and the like.
#[derive(Debug, Clone, Default)]
pub(super) struct Neighbours {
    values: IndexMap<String, String>,
}

impl Neighbours {
    /// Makes a product known.
    pub(super) fn add(&mut self, name: &str, served: Option<&Served>, work: &WorkFolder) {
        let work = work.work().display().to_string();
        self.values.insert(format!("{name}.work"), work);
        if let Some(served) = served {
            self.add_served(name, served);
        }
    }

    /// Makes the server of a product known.
    pub(super) fn add_served(&mut self, name: &str, served: &Served) {
        self.values.insert(format!("{name}.base-url"), served.base_url.clone());
        if let Some(port) = served.port {
            self.values.insert(format!("{name}.port"), port.to_string());
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }
}

/// The server that scenarios share.
#[derive(Default)]
struct Shared {
    served: Option<Arc<Served>>,
    crashes: u32,
}

/// A running server and the folder with its copy of the data.
pub(super) struct Served {
    pub base_url: String,
    /// `None` for a product that runs elsewhere.
    pub port: Option<u16>,
    /// Where its data lies.
    pub work: PathBuf,
    server: Mutex<Option<Server>>,
    /// The folder goes when nobody needs the server any more.
    _folder: Option<WorkFolder>,
}

/// The server that is started ahead.
#[derive(Default)]
pub(super) struct Spares {
    /// How many attempts are still expected to want one.
    pub left: AtomicUsize,
    pub next: tokio::sync::Mutex<Option<JoinHandle<Result<Spare, ProductError>>>>,
}

/// A folder with fresh data, and a server over it where the product is served.
pub(super) struct Spare {
    pub work: WorkFolder,
    pub served: Option<Arc<Served>>,
}

impl Products {
    pub(super) fn add(&mut self, product: Running) {
        self.by_name.insert(product.prepared.name().to_owned(), Arc::new(product));
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Running>> {
        self.by_name.get(name)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Running> {
        self.by_name.values().map(|it| &**it)
    }

    /// Those of them with these names.
    pub(super) fn of(&self, names: &dyn Fn(&str) -> bool) -> Self {
        let mut own = self.clone();
        own.by_name.retain(|name, _| names(name));
        own
    }

    /// The same products, of which some are others, at the place of those that they stand for.
    pub(super) fn with(&self, others: &Self) -> Self {
        let mut all = self.clone();
        for (name, other) in &others.by_name {
            all.by_name.insert(name.clone(), other.clone());
        }
        all
    }
}

impl Variables {
    pub(super) fn value(&self, name: &str) -> Option<String> {
        if let Some(secret) = name.strip_prefix("secret:") {
            return self.secrets.get(secret).map(str::to_owned);
        }
        match (name, self.mail) {
            ("smtp-host", Some(sink)) => Some(sink.ip().to_string()),
            ("smtp-port", Some(sink)) => Some(sink.port().to_string()),
            (_, Some(_) | None) => self.vars.get(name).cloned(),
        }
    }
}

impl Running {
    pub(super) fn new(
        prepared: Prepared,
        variables: Variables,
        scratch: PathBuf,
        kept: Arc<KeptData>,
    ) -> Self {
        let shelf = Mutex::default();
        let shared = tokio::sync::Mutex::default();
        Self { prepared, variables, scratch, kept, shelf, shared, spares: Spares::default() }
    }

    /// A folder for one attempt of a scenario with a fresh copy of the data.
    ///
    /// # Errors
    /// It cannot be made, or the data cannot be copied.
    pub(super) fn work(&self, scenario: &Scenario) -> Result<WorkFolder, ProductError> {
        let work = match self.shelf().pop() {
            Some(emptied) => self.prepared.work_in(emptied, &self.kept)?,
            None => self.prepared.fresh_work(&self.scratch, &self.kept)?,
        };
        if let Some(data) = &scenario.data {
            self.prepared.lay_over(&work, data, &self.kept)?;
        }
        Ok(work)
    }

    /// Takes an attempt's folder back.
    pub(super) fn clear(&self, work: WorkFolder) {
        if let Some(emptied) = work.emptied() {
            self.shelf().push(emptied);
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Vec<WorkFolder>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server that an attempt in this working folder talks to: the shared one, or one of its
    /// own; `None` for a product that is only commands.
    ///
    /// # Errors
    /// It does not start, or has crashed too often tonight.
    pub(super) async fn served(
        &self,
        work: &WorkFolder,
        scenario: &Scenario,
        neighbours: &Neighbours,
    ) -> Result<Option<Arc<Served>>, ProductError> {
        match self.isolation(scenario) {
            Isolation::Night => self.shared(neighbours).await,
            Isolation::Scenario => self.served_alone(work, neighbours).await,
        }
    }

    /// A server of its own for what happens in this working folder.
    pub(super) async fn served_alone(
        &self,
        work: &WorkFolder,
        neighbours: &Neighbours,
    ) -> Result<Option<Arc<Served>>, ProductError> {
        let server = self.serve(work, neighbours).await?;
        let work = work.work().to_owned();
        Ok(server.map(|server| Arc::new(Served::new(server, work, None))))
    }

    /// Whether a scenario shares the server with others.
    pub(super) fn isolation(&self, scenario: &Scenario) -> Isolation {
        let config = self.prepared.config();
        // A product that runs elsewhere is one for all, whatever the suite would like.
        if config.base_url.is_some() {
            Isolation::Night
        } else {
            isolation::wanted(scenario, config.isolate)
        }
    }

    /// The server that scenarios share, started or started again where that is needed.
    pub(super) async fn shared(
        &self,
        neighbours: &Neighbours,
    ) -> Result<Option<Arc<Served>>, ProductError> {
        let mut shared = self.shared.lock().await;
        if let Some(served) = &shared.served {
            let Some(crash) = served.crashed() else { return Ok(Some(served.clone())) };
            shared.crashes += 1;
            if shared.crashes > MOST_CRASHES {
                return Err(ProductError::Config {
                    product: self.prepared.name().to_owned(),
                    problem: format!(
                        "it crashed {} times tonight, last with {}; it is not started again",
                        shared.crashes, crash.how
                    ),
                });
            }
        }
        let folder = self.prepared.fresh_work(&self.scratch, &self.kept)?;
        let server = self.serve(&folder, neighbours).await?;
        let work = folder.work().to_owned();
        shared.served = server.map(|server| Arc::new(Served::new(server, work, Some(folder))));
        Ok(shared.served.clone())
    }

    async fn serve(
        &self,
        work: &WorkFolder,
        neighbours: &Neighbours,
    ) -> Result<Option<Server>, ProductError> {
        let known = |name: &str| self.variables.value(name).or_else(|| neighbours.value(name));
        self.prepared.serve(work, &known).await
    }

    /// What the shared server takes of the machine; `None` where none of ours runs.
    pub(super) async fn usage(&self) -> Option<Usage> {
        self.shared.lock().await.served.as_ref()?.usage()
    }

    /// Ends the shared server and answers with its log; ends one that nobody took, too.
    pub(super) async fn stop(&self) -> Option<Vec<u8>> {
        self.end_spare().await;
        let served = self.shared.lock().await.served.take()?;
        served.stop().await
    }
}

impl Served {
    fn new(server: Server, work: PathBuf, folder: Option<WorkFolder>) -> Self {
        Self {
            base_url: server.base_url().to_owned(),
            port: server.port(),
            work,
            server: Mutex::new(Some(server)),
            _folder: folder,
        }
    }

    /// How it died, if it did by itself.
    pub(super) fn crashed(&self) -> Option<Crash> {
        self.server.lock().expect("nobody panics with the server in hand").as_ref()?.crashed()
    }

    /// What it takes of the machine.
    fn usage(&self) -> Option<Usage> {
        let server = self.server.lock().expect("nobody panics with the server in hand");
        usage(server.as_ref()?.tree()?)
    }

    /// What it said so far.
    pub(super) fn log(&self) -> Vec<u8> {
        let server = self.server.lock().expect("nobody panics with the server in hand");
        server.as_ref().map(Server::log).unwrap_or_default()
    }

    /// Ends it and answers with its log; `None` when it was ended already.
    pub(super) async fn stop(&self) -> Option<Vec<u8>> {
        let server = self.server.lock().expect("nobody panics with the server in hand").take();
        let mut server = server?;
        server.stop().await;
        Some(server.log())
    }
}
