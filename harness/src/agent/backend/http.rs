//! [`Http`]: asks a model over HTTP or HTTPS, with a time limit for each try, and again after a pause where it
//! is busy, limited or away. Answers are bounded in size.

use std::path::Path;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Answer, Backend, BackendError, Request, wire};
use crate::model::agent::{AgentApi, AgentConfig};
use crate::model::request::retry_after;

/// How often it is asked at most.
const MOST_TRIES: u32 = 4;
/// The pause before the second try; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// The longest that is waited because the server says so.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The largest answer.
const LARGEST: u64 = 1 << 20;
/// So much of what a server says is told.
const SAID: usize = 200;
/// A key that is shorter is not looked for in what a server says.
const SHORTEST_KEY: usize = 4;

/// A model behind an address.
#[derive(Clone)]
pub struct Http {
    agent: ureq::Agent,
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
    /// The model that a suite in `root` names; `key` is its secret's value.
    ///
    /// # Errors
    /// The certificates that it names cannot be read.
    pub fn new(
        config: &AgentConfig,
        key: Option<String>,
        root: &Path,
    ) -> Result<Self, BackendError> {
        let timeout = Duration::from_millis(config.timeout_ms);
        let mut agent = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("nightshift/", env!("CARGO_PKG_VERSION")));
        if let Some(ca) = &config.ca {
            let certs = certificates(&root.join(ca))?;
            agent = agent.tls_config(TlsConfig::builder().root_certs(certs).build());
        }
        if is_here(&config.url) {
            agent = agent.proxy(None);
        }
        Ok(Self {
            agent: agent.build().into(),
            api: config.api,
            url: format!("{}/{}", config.url.trim_end_matches('/'), wire::path(config.api)),
            model: config.model.clone(),
            key,
            timeout,
        })
    }

    /// Asks once, on a thread of its own: nobody waits for it when the program ends.
    async fn try_once(&self, request: &Request, tries: u32) -> Result<Answer, Failed> {
        let body = wire::body(self.api, &self.model, request).to_string();
        let (tell, told) = tokio::sync::oneshot::channel();
        let own = self.clone();
        std::thread::spawn(move || {
            // Nobody listens any more where the time is over.
            drop(tell.send(own.post(&body, tries)));
        });
        let lost = |_| {
            let said = "the thread that asked is gone".to_owned();
            Err(self.away(said))
        };
        told.await.unwrap_or_else(lost)
    }

    fn post(&self, body: &str, tries: u32) -> Result<Answer, Failed> {
        let mut http = self.agent.post(&self.url);
        for (name, value) in wire::headers(self.api, self.key.as_deref()) {
            http = http.header(name, value);
        }
        let final_ = |error| Failed { error, again: Again::Never };
        let mut response = http.send(body).map_err(|error| self.went_wrong(&error))?;
        let status = response.status().as_u16();
        let pause = response.headers().get("retry-after").and_then(|it| it.to_str().ok());
        let pause = pause.and_then(|it| retry_after(it, SystemTime::now()));
        let bytes = response.body_mut().with_config().limit(LARGEST).read_to_vec();
        let bytes = bytes.map_err(|error| self.went_wrong(&error))?;
        if !(200..300).contains(&status) {
            let said = self.without_key(&String::from_utf8_lossy(&bytes));
            let said: String = said.chars().take(SAID).collect();
            let busy = status == 408 || status == 429 || status >= 500;
            let again = if busy { Again::Later(pause) } else { Again::Never };
            return Err(Failed { error: BackendError::Refused { status, said }, again });
        }
        let answer = wire::answer(self.api, &bytes, tries).map_err(final_)?;
        Ok(counted(answer, body.len()))
    }

    fn went_wrong(&self, error: &ureq::Error) -> Failed {
        match error {
            ureq::Error::Timeout(_) => self.too_late(),
            ureq::Error::Http(_) | ureq::Error::BadUri(_) => {
                let error = BackendError::Malformed(self.without_key(&chain(error)));
                Failed { error, again: Again::Never }
            }
            error => self.away(self.without_key(&chain(error))),
        }
    }

    fn away(&self, said: String) -> Failed {
        let hint = if said.contains("certificate") {
            "name the certificates that it is known by as `agent: ca`"
        } else {
            "start it, or correct `agent: url`"
        };
        let error = BackendError::Unreachable { url: self.url.clone(), said, hint };
        Failed { error, again: Again::Later(None) }
    }

    fn too_late(&self) -> Failed {
        let within_ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        Failed { error: BackendError::TooLate { within_ms }, again: Again::Later(None) }
    }

    /// What somebody says, in which the key does not stand.
    fn without_key(&self, said: &str) -> String {
        match self.key.as_deref().filter(|it| it.len() >= SHORTEST_KEY) {
            Some(key) => said.replace(key, "[secret]"),
            None => said.to_owned(),
        }
    }
}

/// Whether an address is on this machine, where no proxy is asked.
fn is_here(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    let host = url.as_ref().and_then(url::Url::host);
    host.is_some_and(|host| match host {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    })
}

/// The certificates of a file.
fn certificates(path: &Path) -> Result<RootCerts, BackendError> {
    let refuse =
        |said: String| BackendError::Certificates { path: path.display().to_string(), said };
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut certs: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(it) = item.map_err(|error| refuse(error.to_string()))? {
            certs.push(it);
        }
    }
    if certs.is_empty() {
        return Err(refuse("it holds no certificate in PEM".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certs))
}

/// What an error says, with what it was caused by.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for it in std::iter::successors(Some(error), |it| it.source()) {
        let own = it.to_string();
        if !said.last().is_some_and(|before| before.contains(&own)) {
            said.push(own);
        }
    }
    said.join(": ")
}

/// An answer with what it took. Where a server does not say that, four characters are a token: a
/// budget must have an end.
fn counted(answer: Answer, asked: usize) -> Answer {
    if answer.tokens_in > 0 || answer.tokens_out > 0 {
        return answer;
    }
    let about = |characters: usize| u64::try_from(characters.div_ceil(4)).unwrap_or(u64::MAX);
    Answer { tokens_in: about(asked), tokens_out: about(answer.text.len()), ..answer }
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

    /// Each try has its time, and each but the last a pause behind it.
    fn longest_ms(&self) -> u64 {
        let longest =
            self.timeout.saturating_mul(MOST_TRIES) + LONGEST_PAUSE.saturating_mul(MOST_TRIES - 1);
        u64::try_from(longest.as_millis()).unwrap_or(u64::MAX)
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        async move {
            let mut tries = 1;
            loop {
                let answer = tokio::time::timeout(self.timeout, self.try_once(request, tries));
                let failed = match answer.await.unwrap_or_else(|_| Err(self.too_late())) {
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
    fn what_a_server_does_not_count_is_counted_by_its_characters() {
        let answer = |text: &str, tokens_in, tokens_out| Answer {
            text: text.to_owned(),
            tokens_in,
            tokens_out,
            tries: 1,
        };
        assert_eq!(counted(answer("12345", 0, 0), 400), answer("12345", 100, 2));
        assert_eq!(counted(answer("12345", 9, 0), 400), answer("12345", 9, 0));
    }

    #[test]
    fn pauses_grow_vary_and_keep_to_what_the_server_asks_for() {
        let ms = |tries, asked: Option<u64>, jitter| {
            pause(tries, asked.map(Duration::from_secs), jitter).as_millis()
        };
        assert_eq!([ms(1, None, 0.0), ms(1, None, 1.0), ms(3, None, 0.5)], [200, 600, 1600]);
        assert_eq!([ms(1, Some(2), 0.5), ms(1, Some(3600), 0.5)], [2_000, 30_000]);
    }
}
