//! [`Products`]: the products of a night, set up once, served, and brought back when they crash.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::sync::Mutex;

use crate::ledger::Secrets;
use crate::model::suite::{Config, Isolation};
use crate::product::{Prepared, ProductError, Server, WorkFolder};

/// A product that dies more often than this in one night is not started again.
const MOST_CRASHES: u32 = 3;

/// The products of a night by name.
pub(super) struct Products {
    by_name: IndexMap<String, Arc<Running>>,
}

/// One product, set up.
pub(super) struct Running {
    pub name: String,
    pub prepared: Prepared,
    pub isolation: Isolation,
    secrets: Secrets,
    scratch: PathBuf,
    shared: Mutex<Shared>,
}

/// The server that scenarios share.
#[derive(Default)]
struct Shared {
    server: Option<Arc<Served>>,
    crashes: u32,
}

/// A running server and the folder with its copy of the data.
pub(super) struct Served {
    pub server: Server,
    /// The folder is removed when nobody needs the server any more.
    _work: Option<WorkFolder>,
}

impl Products {
    pub(super) fn new(products: impl IntoIterator<Item = Running>) -> Self {
        let by_name = products.into_iter().map(|it| (it.name.clone(), Arc::new(it))).collect();
        Self { by_name }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Running>> {
        self.by_name.get(name)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Running>> {
        self.by_name.values()
    }
}

impl Running {
    pub(super) fn new(
        name: &str,
        prepared: Prepared,
        config: &Config,
        secrets: &Secrets,
        scratch: &Path,
    ) -> Self {
        Self {
            name: name.to_owned(),
            prepared,
            isolation: config.products.get(name).map_or(Isolation::Night, |it| it.isolate),
            secrets: secrets.clone(),
            scratch: scratch.to_owned(),
            shared: Mutex::default(),
        }
    }

    /// The server that scenarios share, started or started again where that is needed.
    ///
    /// # Errors
    /// It does not start, or has crashed too often tonight.
    pub(super) async fn shared(&self) -> Result<Arc<Served>, ProductError> {
        let mut shared = self.shared.lock().await;
        if let Some(served) = &shared.server {
            let Some(crash) = served.server.crashed() else { return Ok(served.clone()) };
            shared.crashes += 1;
            if shared.crashes > MOST_CRASHES {
                return Err(ProductError::CrashedTooOften {
                    product: self.name.clone(),
                    times: shared.crashes,
                    how: crash.how,
                });
            }
        }
        let work = self.prepared.fresh_work(&self.scratch)?;
        let server = self.serve(work.path()).await?;
        let served = Arc::new(Served { server, _work: Some(work) });
        shared.server = Some(served.clone());
        Ok(served)
    }

    /// A server over the data in a scenario's own working folder.
    ///
    /// # Errors
    /// It does not start.
    pub(super) async fn own(&self, work: &Path) -> Result<Arc<Served>, ProductError> {
        Ok(Arc::new(Served { server: self.serve(work).await?, _work: None }))
    }

    async fn serve(&self, work: &Path) -> Result<Server, ProductError> {
        let secrets = self.secrets.clone();
        let lookup = move |name: &str| {
            secrets.get(name.strip_prefix("secret:")?).map(str::to_owned)
        };
        self.prepared.serve(work, &lookup).await
    }

    /// Ends the shared server and answers with its log.
    pub(super) async fn stop(&self) -> Option<Vec<u8>> {
        let served = self.shared.lock().await.server.take()?;
        served.server.stop().await;
        Some(served.server.log())
    }
}
