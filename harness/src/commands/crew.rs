//! `run --workers`: the queue at which attempts are handed out and, where a number was asked for, a
//! server and workers on this machine, which end with the night.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use indexmap::IndexMap;

use super::arguments::Workers;
use crate::process::{Cookie, Service, ServiceSpec};
use crate::queue::{Counter, Link, OwnServer, Place};

/// How long a worker may take to end its browser and products.
const GRACE: Duration = Duration::from_secs(15);
/// How much of what a worker says is kept, in bytes.
const KEPT_LOG: usize = 64 * 1024;

/// Who makes the attempts of a night.
pub struct Crew {
    counter: Arc<Counter>,
    own: Option<Own>,
}

/// What runs on this machine for one night.
struct Own {
    server: OwnServer,
    workers: Vec<Service>,
}

impl Crew {
    /// Connects to the queue, or starts one with its workers.
    ///
    /// # Errors
    /// The queue is not there, or something cannot be started.
    pub async fn engage(
        workers: &Workers,
        root: &Path,
        environment: &IndexMap<String, String>,
    ) -> anyhow::Result<Self> {
        match workers {
            Workers::At(address) => {
                let link = Link::to(address, environment).await?;
                Ok(Self { counter: Arc::new(Counter::at(link, Place::Anywhere)), own: None })
            }
            Workers::Own(number) => {
                let server = OwnServer::start(environment).await?;
                let link = Link::to(server.address(), &server.known()).await?;
                let counter = Arc::new(Counter::at(link, Place::Here));
                let spec = spec(&server, root, environment)?;
                let workers = (0..*number).map(|_| Service::start(&spec));
                let workers: Result<Vec<_>, _> = workers.collect();
                let workers = workers.context("cannot start a worker")?;
                Ok(Self { counter, own: Some(Own { server, workers }) })
            }
        }
    }

    /// Where attempts are handed out.
    pub fn counter(&self) -> Arc<Counter> {
        self.counter.clone()
    }

    /// Has nobody waited for once all workers on this machine have ended; never comes to its end.
    pub async fn all_gone(&self) -> Infallible {
        if let Some(own) = &self.own {
            let mut last = String::new();
            for worker in &own.workers {
                let exit = worker.exited().await;
                let log = String::from_utf8_lossy(&worker.log().bytes).into_owned();
                let words = log.lines().rev().find(|it| !it.trim().is_empty());
                last = format!("{exit}: {}", words.unwrap_or("it said nothing"));
            }
            self.counter
                .give_up(format!("all workers on this machine ended, the last with {last}"));
        }
        std::future::pending().await
    }

    /// Ends what the night had at the queue, and what was started for it.
    pub async fn dismiss(self) {
        self.counter.close().await;
        let Some(Own { server, mut workers }) = self.own else { return };
        let ends = workers.iter_mut().map(|it| it.stop(GRACE));
        futures_util::future::join_all(ends).await;
        server.stop().await;
    }
}

/// A worker on this machine: with our environment, and let in by this server alone.
fn spec(
    server: &OwnServer,
    root: &Path,
    environment: &IndexMap<String, String>,
) -> anyhow::Result<ServiceSpec> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let mut env = environment.clone();
    env.retain(|name, _| !name.starts_with("NATS_"));
    env.extend(server.known());
    let root_said = root.display().to_string();
    Ok(ServiceSpec {
        program: program.display().to_string(),
        args: ["worker", "--once", server.address(), "-C", &root_said].map(str::to_owned).to_vec(),
        cwd: root.to_owned(),
        env: env.into_iter().collect(),
        max_log: KEPT_LOG,
        tree: Cookie::new(),
    })
}
