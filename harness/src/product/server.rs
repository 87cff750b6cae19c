//! [`Server`]: the product as it is served: on a free port of ours, or wherever it already runs.
//!
//! Its end is noticed at once ([`Server::crashed`]); stopping it ends its whole tree.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::ready::{Probe, until};
use super::{Address, Lookup, Prepared, ProductError, WorkFolder, words};
use crate::model::suite::{Ready, ServeConfig};
use crate::process::{Cookie, Exit, Service, ServiceSpec};

/// How many bytes of a server's log are kept.
const KEPT_LOG: usize = 4 << 20;

/// How many bytes of its log a crash shows.
const LOG_TAIL: usize = 8 * 1024;

/// How long a server may take to end when it is told to.
const GRACE: Duration = Duration::from_secs(3);

/// How long a product that already runs may take to answer.
const ELSEWHERE_WITHIN: Duration = Duration::from_secs(30);

/// How often a server is started anew because somebody else took its port.
const PORT_TRIES: usize = 4;

/// A product that is served.
#[derive(Debug)]
pub struct Server {
    base_url: String,
    /// What runs here; `None` where the product runs elsewhere.
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    service: Service,
    port: Port,
    /// Set once we end it ourselves: what comes then is no crash.
    stopped: bool,
}

/// A server ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// `exit 1`, `signal 9`.
    pub how: String,
    /// The end of its log.
    pub log_tail: Vec<u8>,
}

impl Server {
    /// Where it is, without a slash at the end: `http://127.0.0.1:34567`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The port that it was given; `None` where it runs elsewhere.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.own.as_ref().map(|own| own.port.0)
    }

    /// Whether it ended by itself, and how.
    #[must_use]
    pub fn crashed(&self) -> Option<Crash> {
        let own = self.own.as_ref().filter(|own| !own.stopped)?;
        own.service.try_exit().map(|exit| self.crash(exit))
    }

    /// Waits until it ends by itself; for ever where it does not.
    pub async fn crash_comes(&self) -> Crash {
        match self.own.as_ref().filter(|own| !own.stopped) {
            Some(own) => self.crash(own.service.exited().await),
            None => std::future::pending().await,
        }
    }

    /// What it said so far, on both outputs.
    #[must_use]
    pub fn log(&self) -> Vec<u8> {
        self.own.as_ref().map_or_else(Vec::new, |own| own.service.log().marked())
    }

    /// Ends its whole tree; a product that runs elsewhere is left alone.
    pub async fn stop(&mut self) {
        if let Some(own) = &mut self.own {
            own.stopped = true;
            own.service.stop(GRACE).await;
        }
    }

    /// What marks its processes; `None` where it runs elsewhere.
    #[must_use]
    pub fn tree(&self) -> Option<&Cookie> {
        self.own.as_ref().map(|own| own.service.tree())
    }

    fn crash(&self, exit: Exit) -> Crash {
        let log = self.log();
        let tail = log[log.len().saturating_sub(LOG_TAIL)..].to_vec();
        Crash { how: exit.to_string(), log_tail: tail }
    }
}

/// A product that already runs: only asked whether it answers.
pub(super) async fn elsewhere(product: &Prepared, url: &str) -> Result<Server, ProductError> {
    let refuse = |problem: url::ParseError| ProductError::Config {
        product: product.name.clone(),
        problem: format!("base-url {url:?} is no URL: {problem}"),
    };
    let base = Url::parse(url).map_err(refuse)?;
    let serve = product.config.serve.as_ref();
    let ready = match serve.map(|serve| &serve.ready) {
        // We do not see what it prints.
        Some(Ready::Output(_)) | None => Ready::Http("/".to_owned()),
        Some(ready @ (Ready::Http(_) | Ready::Port)) => ready.clone(),
    };
    let probe = Probe::new(&ready, &base).map_err(refuse)?;
    let within = serve.map_or(ELSEWHERE_WITHIN, |it| Duration::from_millis(it.within_ms));
    until(&probe, within, Vec::new).await.map_err(|last| ProductError::Unreachable {
        product: product.name.clone(),
        within,
        tried: probe.asks(),
        last,
    })?;
    Ok(Server { base_url: url.trim_end_matches('/').to_owned(), own: None })
}

/// Starts a server of our own on a free port.
pub(super) async fn start(
    product: &Prepared,
    serve: &ServeConfig,
    work: &WorkFolder,
    lookup: Lookup<'_>,
) -> Result<Server, ProductError> {
    let mut tries = 1;
    loop {
        match start_on(Port::free()?, product, serve, work, lookup).await {
            Err(ProductError::EndedEarly { log, .. }) if tries < PORT_TRIES && says_taken(&log) => {
                tracing::debug!("the port was taken by somebody else; trying another");
                tries += 1;
            }
            other => return other,
        }
    }
}

async fn start_on(
    port: Port,
    product: &Prepared,
    serve: &ServeConfig,
    work: &WorkFolder,
    lookup: Lookup<'_>,
) -> Result<Server, ProductError> {
    let command = serve.run.display();
    let base_url = format!("http://127.0.0.1:{}", port.0);
    let spec = spec(&port, &base_url, product, serve, work, lookup)?;
    let service = Service::start(&spec).map_err(|source| ProductError::Start {
        product: product.name.clone(),
        command: command.clone(),
        source,
    })?;
    let mut server = Server { base_url, own: Some(Own { service, port, stopped: false }) };
    let problem = match become_ready(&server, product, serve, command).await {
        Ok(()) => return Ok(server),
        Err(problem) => problem,
    };
    server.stop().await;
    Err(problem)
}

fn spec(
    port: &Port,
    base_url: &str,
    product: &Prepared,
    serve: &ServeConfig,
    work: &WorkFolder,
    lookup: Lookup<'_>,
) -> Result<ServiceSpec, ProductError> {
    let address = Address { port: Some(port.0), base_url: Some(base_url) };
    let known = |name: &str| {
        address.value(name, work).or_else(|| product.of_build(name)).or_else(|| lookup(name))
    };
    let mut words =
        words(&serve.run, &known).map_err(|source| product.unfilled("serve", source))?.into_iter();
    let environment = product.environment(work, address, lookup)?;
    Ok(ServiceSpec {
        program: words.next().unwrap_or_default(),
        args: words.collect(),
        cwd: work.work().to_owned(),
        env: environment.to_vec(),
        max_log: KEPT_LOG,
        tree: Cookie::new(),
    })
}

async fn become_ready(
    server: &Server,
    product: &Prepared,
    serve: &ServeConfig,
    command: String,
) -> Result<(), ProductError> {
    let within = Duration::from_millis(serve.within_ms);
    let probe = Url::parse(server.base_url()).and_then(|base| Probe::new(&serve.ready, &base));
    let probe = probe.map_err(|problem| ProductError::Config {
        product: product.name.clone(),
        problem: format!("serve: ready: {problem}"),
    })?;
    let ended = |crash: Crash| ProductError::EndedEarly {
        product: product.name.clone(),
        command,
        how: match crash.how.as_str() {
            "exit 0" => "exit 0 (it must stay in the foreground)".to_owned(),
            how => how.to_owned(),
        },
        log: server.log(),
    };
    tokio::select! {
        // In this order: an answer does not count if it came from somebody else on our port.
        biased;
        crash = server.crash_comes() => Err(ended(crash)),
        ready = until(&probe, within, || server.log()) => match (ready, server.crashed()) {
            (_, Some(crash)) => Err(ended(crash)),
            (Ok(()), None) => Ok(()),
            (Err(last), None) => Err(ProductError::NotReady {
                product: product.name.clone(),
                within,
                tried: probe.asks(),
                last,
                log: server.log(),
            }),
        },
    }
}

/// Whether a server's log says that its port belongs to somebody else.
fn says_taken(log: &[u8]) -> bool {
    let log = String::from_utf8_lossy(log).to_lowercase();
    ["address already in use", "eaddrinuse", "address in use", "errno 98", "port is already"]
        .iter()
        .any(|sign| log.contains(sign))
}

/// A port that nobody listened on a moment ago, and that we do not give to two servers at once.
#[derive(Debug)]
struct Port(u16);

/// The ports that servers of this process have.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

impl Port {
    fn free() -> Result<Self, ProductError> {
        let mut refused = Vec::new();
        loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .map_err(ProductError::io("cannot find a free port on 127.0.0.1"))?;
            let port = listener
                .local_addr()
                .map_err(ProductError::io("cannot find a free port on 127.0.0.1"))?
                .port();
            if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
                return Ok(Self(port));
            }
            // Held until another is found, so that it is not offered again.
            refused.push(listener);
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        GIVEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// A port as a server gets it, with what keeps it from others.
#[cfg(test)]
pub(super) fn free_port_for_test() -> (u16, impl Drop) {
    let port = Port::free().expect("a free port on the loopback");
    (port.0, port)
}
