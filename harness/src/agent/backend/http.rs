//! [`Http`]: asks a model over HTTP, with a time limit for each try, and again after a pause where it
//! is busy, limited or away. Answers are bounded in size.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::{Answer, Backend, BackendError, Request, wire};
use crate::model::agent::{AgentApi, AgentConfig};

/// How often it is asked at most.
const MOST_TRIES: u32 = 4;
/// The pause before the second try; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// The longest that is waited because the server says so.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The largest answer.
const LARGEST: usize = 1 << 20;
/// So much of what a server says is told.
const SAID: usize = 200;

/// A model behind an address.
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    api: AgentApi,
    url: String,
    model: String,
    key: Option<String>,
    timeout: Duration,
}

/// Why one try gave no answer, and how long the server asks to wait.
struct Failed {
    error: BackendError,
    again: Again,
}

enum Again {
    Never,
    Later(Option<Duration>),
}

impl Http {
    /// The model that a suite names; `key` is its secret's value.
    #[must_use]
    pub fn new(config: &AgentConfig, key: Option<String>) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            api: config.api,
            url: format!("{}/{}", config.url.trim_end_matches('/'), wire::path(config.api)),
            model: config.model.clone(),
            key,
            timeout: Duration::from_millis(config.timeout_ms),
        }
    }

    async fn try_once(&self, request: &Request, tries: u32) -> Result<Answer, Failed> {
        let body = wire::body(self.api, &self.model, request).to_string();
        let mut http = hyper::Request::post(&self.url);
        for (name, value) in wire::headers(self.api, self.key.as_deref()) {
            http = http.header(name, value);
        }
        let final_ = |error| Failed { error, again: Again::Never };
        let away = |said: String| Failed {
            error: BackendError::Unreachable { url: self.url.clone(), said },
            again: Again::Later(None),
        };
        let http = http
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| final_(BackendError::Malformed(error.to_string())))?;
        let response = self.client.request(http).await.map_err(|error| away(chain(&error)))?;
        let status = response.status().as_u16();
        let pause = response.headers().get("retry-after").and_then(|it| it.to_str().ok());
        let pause = pause.and_then(|it| it.parse().ok()).map(Duration::from_secs);
        let bytes = Limited::new(response.into_body(), LARGEST).collect().await;
        let bytes = bytes.map_err(|error| away(error.to_string()))?.to_bytes();
        if !(200..300).contains(&status) {
            let said: String = String::from_utf8_lossy(&bytes).chars().take(SAID).collect();
            let busy = status == 408 || status == 429 || status >= 500;
            let again = if busy { Again::Later(pause) } else { Again::Never };
            return Err(Failed { error: BackendError::Refused { status, said }, again });
        }
        wire::answer(self.api, &bytes, tries).map_err(final_)
    }
}

/// What an error says, with what it was caused by.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// How long is waited before the next try: longer each time, and never the same for all who wait.
fn pause(tries: u32, asked: Option<Duration>, jitter: f64) -> Duration {
    let own = FIRST_PAUSE * 2_u32.pow(tries.saturating_sub(1)).min(64);
    asked.unwrap_or_default().min(LONGEST_PAUSE).max(own.mul_f64(0.5 + jitter))
}

impl Backend for Http {
    fn name(&self) -> &str {
        &self.model
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        async move {
            let mut tries = 1;
            loop {
                let within_ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
                let too_late = Failed {
                    error: BackendError::TooLate { within_ms },
                    again: Again::Later(None),
                };
                let answer = tokio::time::timeout(self.timeout, self.try_once(request, tries));
                let failed = match answer.await.unwrap_or(Err(too_late)) {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                };
                match failed.again {
                    Again::Later(asked) if tries < MOST_TRIES => {
                        tokio::time::sleep(pause(tries, asked, fastrand::f64())).await;
                        tries += 1;
                    }
                    Again::Later(_) | Again::Never => return Err(failed.error),
                }
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_vary_and_keep_to_what_the_server_asks_for() {
        let ms = |tries, asked: Option<u64>, jitter| {
            pause(tries, asked.map(Duration::from_secs), jitter).as_millis()
        };
        assert_eq!([ms(1, None, 0.0), ms(1, None, 1.0), ms(3, None, 0.5)], [200, 600, 1600]);
        assert_eq!([ms(1, Some(2), 0.5), ms(1, Some(3600), 0.5)], [2_000, 30_000]);
    }
}
