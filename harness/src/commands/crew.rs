//! `run --workers`: the queue at which attempts are handed out, as the command line or the suite names
//! it; and, where a number was asked for, a server and workers on this machine, which end with the
//! night.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use indexmap::IndexMap;

use super::arguments::{Common, Workers};
use super::exit::mistake;
use super::{night, notify};
use crate::model::suite::Config;
use crate::model::workers::{KnownBy, QueueConfig, WorkersConfig};
use crate::process::{Cookie, Service, ServiceSpec};
use crate::queue::{Access, Counter, Link, OwnServer, Place, Trust, Who};
use crate::spec::Overrides;

/// How long a worker may take to end its browser and products.
const GRACE: Duration = Duration::from_secs(15);
/// How much of what a worker says is kept, in bytes.
const KEPT_LOG: usize = 64 * 1024;

/// Who makes the attempts of a night, where it is not the process that judges it.
pub enum Chosen {
    /// So many processes on this machine.
    Own(u32),
    /// Whoever takes them from a queue.
    At(Access),
}

/// Who was asked for on the command line, or else in the suite.
///
/// # Errors
/// A secret of the queue has no value, or its address is none.
pub fn chosen(asked: Option<&Workers>, config: &Config) -> anyhow::Result<Option<Chosen>> {
    Ok(match (asked, &config.night.workers) {
        (Some(Workers::Nobody), _) | (None, None) => None,
        (Some(Workers::Own(number)), _) | (None, Some(WorkersConfig::Own(number))) => {
            Some(Chosen::Own(*number))
        }
        (Some(Workers::At(address)), _) => Some(Chosen::At(access(address, Some(config))?)),
        (None, Some(WorkersConfig::At(queue))) => Some(Chosen::At(configured(queue, config)?)),
    })
}

/// The queue of a worker: the one that it was given, or else that of its suite.
///
/// # Errors
/// There is none, a secret of it has no value, or its address is none.
pub fn access_of_worker(common: &Common, address: Option<&str>) -> anyhow::Result<Access> {
    let suite = night::suite(common, &Overrides::default());
    let Some(address) = address else {
        let config = suite?.config;
        let Some(WorkersConfig::At(queue)) = &config.night.workers else {
            return mistake(
                "no queue is named: write `nightshift worker nats://HOST:PORT`, or name it in the \
                 suite with `night: { workers: nats://HOST:PORT }`",
            );
        };
        return configured(queue, &config);
    };
    // A suite that is wrong is told with the night that it takes no part in.
    access(address, suite.ok().map(|it| it.config).as_ref())
}

/// Access to the queue at an address. What a suite says of its own queue is for no other.
fn access(address: &str, config: Option<&Config>) -> anyhow::Result<Access> {
    let own = config.and_then(|it| match &it.night.workers {
        Some(WorkersConfig::At(queue)) if Access::is_one(&queue.at, address) => Some((queue, it)),
        Some(WorkersConfig::At(_) | WorkersConfig::Own(_)) | None => None,
    });
    match own {
        Some((queue, _)) if Access::says_who(address) => {
            Ok(Access::of(address, (None, trust(queue)), &night::environment())?)
        }
        Some((queue, config)) => configured(queue, config),
        None => Ok(Access::of(address, (None, Trust::default()), &night::environment())?),
    }
}

/// Access to the queue of a suite.
///
/// # Errors
/// A secret of it has no value, or its address is none.
pub fn configured(queue: &QueueConfig, config: &Config) -> anyhow::Result<Access> {
    let filled = |text| notify::secret_text(config, text);
    let who = match &queue.known {
        None => None,
        Some(KnownBy::User { user, password }) => Some(Who::User(filled(user)?, filled(password)?)),
        Some(KnownBy::Token(token)) => Some(Who::Token(filled(token)?)),
        Some(KnownBy::Nkey(file)) => Some(Who::Nkey(file.clone())),
        Some(KnownBy::Creds(file)) => Some(Who::Creds(file.clone())),
    };
    Ok(Access::of(&queue.at, (who, trust(queue)), &night::environment())?)
}

fn trust(queue: &QueueConfig) -> Trust {
    Trust { ca: queue.ca.clone(), certificate: queue.certificate.clone() }
}

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
        workers: &Chosen,
        root: &Path,
        environment: &IndexMap<String, String>,
    ) -> anyhow::Result<Self> {
        match workers {
            Chosen::At(access) => {
                let link = Link::to(access).await?;
                Ok(Self { counter: Arc::new(Counter::at(link, Place::Anywhere)), own: None })
            }
            Chosen::Own(number) => {
                let server = OwnServer::start(environment).await?;
                let known = (None, Trust::default());
                let access = Access::of(server.address(), known, &server.known())?;
                let link = Link::to(&access).await?;
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
        // One that was killed, by us or by others, could not end its browser and its products.
        for left in crate::process::sweep() {
            tracing::info!("ended {left:?}, left behind by a worker that was killed");
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Template, testing};

    fn config(workers: WorkersConfig) -> Config {
        let mut config = testing::config();
        config.night.workers = Some(workers);
        config
    }

    #[test]
    fn the_command_line_overrides_the_workers_of_a_suite_and_a_suite_without_any_has_none() {
        let own = |asked: Option<&Workers>, config: &Config| match chosen(asked, config) {
            Ok(Some(Chosen::Own(number))) => Some(number),
            Ok(None) => None,
            Ok(Some(Chosen::At(_))) | Err(_) => panic!("no queue was named"),
        };
        let four = config(WorkersConfig::Own(4));
        assert_eq!(own(None, &four), Some(4));
        assert_eq!(own(Some(&Workers::Own(2)), &four), Some(2));
        assert_eq!(own(Some(&Workers::Nobody), &four), None);
        assert_eq!(own(None, &testing::config()), None);
    }

    #[test]
    fn what_a_suite_is_known_by_at_its_queue_is_given_to_no_other() {
        let at = "nats://queue.example:4222".to_owned();
        let secret = Template::new("${secret:A_TOKEN_THAT_HAS_NO_VALUE}");
        let known = Some(KnownBy::Token(secret));
        let queue = QueueConfig { at: at.clone(), known, ca: None, certificate: None };
        let config = config(WorkersConfig::At(queue));
        let without_port = Workers::At("nats://queue.example".to_owned());
        for own in [None, Some(&Workers::At(at)), Some(&without_port)] {
            let Err(error) = chosen(own, &config) else { panic!("its secret has no value") };
            assert!(error.to_string().contains("A_TOKEN_THAT_HAS_NO_VALUE"), "{error}");
        }
        let other = Workers::At("nats://other.example:4222".to_owned());
        assert!(matches!(chosen(Some(&other), &config), Ok(Some(Chosen::At(_)))));
    }
}
