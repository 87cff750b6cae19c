//! [`serve`]: what a supervisor asks a keeper of nights: 200 while all is well, else 503, and why.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;

use crate::listening::next_connection;

/// The keeper looks at the clock more often than this; else it hangs.
const LOOKS: Duration = Duration::minutes(5);

/// What is known of a keeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// When the keeper last looked at the clock.
    pub looked: DateTime<Utc>,
    /// The suites.
    pub suites: Vec<SuiteHealth>,
}

/// What is known of one suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuiteHealth {
    /// Its folder.
    pub suite: String,
    /// When its next night starts; `None` is never.
    pub next: Option<DateTime<Utc>>,
    /// The id of the night that runs.
    pub running: Option<String>,
    /// The id of the last night that ended.
    pub last: Option<String>,
    /// How that exited; `None` after a signal.
    pub exit: Option<i32>,
    /// How many nights did not run and are not told yet.
    pub missed: usize,
    /// What is not well.
    pub problem: Option<String>,
    /// That somebody could not be told of the last night.
    pub untold: Option<String>,
}

impl Health {
    /// Whether the keeper looks at its clock and every suite is well.
    fn is_well(&self, now: DateTime<Utc>) -> bool {
        let are_well = self.suites.iter().all(|it| it.problem.is_none() && it.untold.is_none());
        now - self.looked < LOOKS && are_well
    }
}

/// What the keeper writes and the server reads.
pub type Shared = Arc<Mutex<Health>>;

/// Answers on a loopback address until the program ends; the address that was taken.
///
/// # Errors
/// The address is not of this machine alone, or is taken.
pub async fn serve(address: SocketAddr, health: Shared) -> std::io::Result<SocketAddr> {
    if !address.ip().is_loopback() {
        let text = format!("{address} can be reached from outside; name one of 127.0.0.1 or [::1]");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    let taken = listener.local_addr()?;
    tokio::spawn(async move {
        loop {
            let stream = next_connection(&listener).await;
            let health = health.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |_| {
                    let answer = answer(&health, Utc::now());
                    async move { Ok::<_, std::convert::Infallible>(answer) }
                });
                let http = hyper::server::conn::http1::Builder::new();
                // Who asked and went away needs no answer.
                drop(http.serve_connection(TokioIo::new(stream), answer).await);
            });
        }
    });
    Ok(taken)
}

fn answer(health: &Shared, now: DateTime<Utc>) -> Response<Full<Bytes>> {
    let health = health.lock().unwrap_or_else(PoisonError::into_inner);
    let well = health.is_well(now);
    let json =
        serde_json::json!({ "well": well, "looked": health.looked, "suites": health.suites });
    let mut response = Response::new(Full::new(Bytes::from(format!("{json:#}\n"))));
    *response.status_mut() = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let media = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(problem: Option<&str>) -> (Shared, DateTime<Utc>) {
        let now: DateTime<Utc> = "2026-11-21T01:00:00Z".parse().expect("an instant");
        let suite = SuiteHealth {
            suite: "/srv/shop".to_owned(),
            next: Some(now),
            running: None,
            last: Some("n1".to_owned()),
            exit: Some(1),
            missed: 0,
            problem: problem.map(str::to_owned),
            untold: None,
        };
        (Arc::new(Mutex::new(Health { looked: now, suites: vec![suite] })), now)
    }

    #[test]
    fn a_keeper_that_hangs_or_cannot_start_a_night_is_not_well() {
        let (sound, now) = health(None);
        assert_eq!(answer(&sound, now).status(), 200);
        assert_eq!(answer(&sound, now + LOOKS).status(), 503, "it no longer looks at the clock");
        let (ill, now) = health(Some("the night exited with 70"));
        assert_eq!(answer(&ill, now).status(), 503);
        let (silent, now) = health(None);
        silent.lock().expect("whole").suites[0].untold = Some("not everybody was told".to_owned());
        assert_eq!(answer(&silent, now).status(), 503, "whoever watches is told instead");
    }

    #[tokio::test]
    async fn only_this_machine_may_ask() {
        let (shared, _) = health(None);
        let error = serve(SocketAddr::from(([0, 0, 0, 0], 0)), shared).await.expect_err("refused");
        assert!(error.to_string().contains("can be reached from outside"), "{error}");
    }
}
