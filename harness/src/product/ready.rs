//! Waiting until a server is ready: [`Probe`] asks once, [`until`] asks again until it says yes.

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::model::suite::Ready;
use crate::process;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long we wait before we ask again, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// A question whose answer shows that a server is ready.
#[derive(Debug, Clone)]
pub(super) enum Probe {
    /// A GET of this URL answers with a status below 500.
    Get(Url),
    /// This host and port take connections.
    Connect(String, u16),
    /// The log contains this.
    Output(String),
}

impl Probe {
    /// What shows that the server at this address is ready.
    pub(super) fn new(ready: &Ready, base: &Url) -> Result<Self, url::ParseError> {
        Ok(match ready {
            // Without TLS at hand, taking connections has to do.
            Ready::Http(path) if base.scheme() == "http" => Self::Get(base.join(path)?),
            Ready::Http(_) | Ready::Port => Self::Connect(
                base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
                base.port_or_known_default().unwrap_or(80),
            ),
            Ready::Output(text) => Self::Output(text.clone()),
        })
    }

    /// The question in words.
    pub(super) fn asks(&self) -> String {
        match self {
            Self::Get(url) => format!("GET {url} with a status below 500"),
            Self::Connect(host, port) => format!("a connection to {host}:{port}"),
            Self::Output(text) => format!("a line of output with {text:?}"),
        }
    }

    /// Asks once; `Err` is what was wrong. `log` is what the server said so far.
    async fn ask(&self, log: impl Fn() -> Vec<u8>) -> Result<(), String> {
        match self {
            Self::Get(url) => match timeout(PATIENCE, get(url)).await {
                Ok(Ok(status)) if status < 500 => Ok(()),
                Ok(Ok(status)) => Err(format!("status {status}")),
                Ok(Err(problem)) => Err(problem),
                Err(_) => Err(format!("no answer within {PATIENCE:?}")),
            },
            Self::Connect(host, port) => {
                match timeout(PATIENCE, TcpStream::connect((host.as_str(), *port))).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(problem)) => Err(problem.to_string()),
                    Err(_) => Err(format!("no answer within {PATIENCE:?}")),
                }
            }
            Self::Output(text) => {
                let log = log();
                let found = String::from_utf8_lossy(&log).lines().any(|it| it.contains(text));
                found.then_some(()).ok_or_else(|| "no such line".to_owned())
            }
        }
    }
}

/// Asks until the answer is yes; `Err` once the time is over, with what was wrong the last time.
pub(super) async fn until(
    probe: &Probe,
    within: Duration,
    log: impl Fn() -> Vec<u8>,
) -> Result<(), String> {
    let mut last = "nothing yet".to_owned();
    let asking = async {
        let mut pause = PAUSE.0;
        while let Err(problem) = probe.ask(&log).await {
            last = problem;
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    };
    // A machine that is busy with something else is no fault of the server.
    match process::within(within, asking).await {
        Some(()) => Ok(()),
        None => Err(last),
    }
}

async fn get(url: &Url) -> Result<u16, String> {
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let uri = url.as_str().parse().map_err(|problem| format!("{url}: {problem}"))?;
    match client.get(uri).await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(problem) => {
            // The reason (connection refused) is at the bottom of the chain.
            let mut reason: &dyn std::error::Error = &problem;
            while let Some(deeper) = reason.source() {
                reason = deeper;
            }
            Err(reason.to_string())
        }
    }
}
