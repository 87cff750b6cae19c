//! [`Http`]: asks a model over HTTP or HTTPS, with a time limit for each try, and again after a pause where it
//! is busy, limited or away. Answers are bounded in size. One that comes piece by piece has its time anew
//! with each piece.

use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use ureq::Timeout;
use ureq::http::HeaderMap;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::bill::{Bill, Line, about};
use super::events::Events;
use super::stream::{Gathered, Heard};
use super::wire::{self, Ending, Parts};
use super::{Answer, Backend, BackendError, Form, Request, Tokens, most_of_one_try};
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
/// The largest that comes piece by piece: each piece has much around it.
const LARGEST_STREAM: u64 = 16 << 20;
/// So many times the limit of one piece may all tries at such an answer take.
const MOST_PIECES: u32 = 10;
/// So long is waited for what an answer took when it is whole: not every server says that, or hangs up.
const LAST_WORDS: Duration = Duration::from_secs(2);
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
    /// How long an answer may take; where it comes piece by piece, each of its pieces.
    timeout: Duration,
    /// Whether it is asked to answer piece by piece.
    streams: bool,
    takes_pictures: bool,
}

/// What the thread that asks tells.
enum News {
    /// A piece of the answer came.
    Piece,
    /// The answer is whole; what it took may still come.
    Whole(Parts),
    End(Result<Parts, Failed>),
}

/// Tells whoever waits for one try what comes, and notes what that takes.
struct Teller {
    news: UnboundedSender<News>,
    line: Line,
    /// How many characters the request has.
    asked: usize,
}

impl Teller {
    /// The server has read the request, and written so many tokens about which it said nothing.
    fn has_read(&self, written: u64) {
        self.line.set(Tokens::about(about(self.asked), written));
    }

    /// What it took is what its server says of it, or its characters.
    fn counted(&self, parts: Parts) -> Parts {
        self.line.set(parts.took(self.asked, Ending::Own));
        parts.counted(self.asked, Ending::Own)
    }
}

/// Why one try gave no answer, and how long the server asks to wait.
struct Failed {
    error: BackendError,
    again: Again,
}

/// What of an answer that comes piece by piece came so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Come {
    Nothing,
    Something,
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
        // Who waits for a piece gives up first; this is for the thread that nobody waits for any more.
        let (all, read) = if config.stream {
            (timeout.saturating_mul(MOST_PIECES), Some(timeout.saturating_mul(2)))
        } else {
            (timeout, None)
        };
        let mut agent = ureq::Agent::config_builder()
            .timeout_global(Some(all))
            .timeout_per_read(read)
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
            streams: config.stream,
            takes_pictures: config.pictures,
        })
    }

    /// Asks until there is an answer, or until another try would not change what there is.
    async fn tried(&self, request: &Request, bill: &Bill) -> Result<Answer, BackendError> {
        let mut tries = 1;
        loop {
            let failed = match self.try_once(request, (tries, bill.next())).await {
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

    /// Asks once, on a thread of its own: nobody waits for it when the program ends.
    async fn try_once(
        &self,
        request: &Request,
        (tries, line): (u32, Line),
    ) -> Result<Answer, Failed> {
        let mut body = wire::body(self.api, &self.model, request);
        if self.streams {
            body = wire::streamed(self.api, body);
        }
        let body = body.to_string();
        let (tell, mut told) = unbounded_channel();
        let teller = Teller { news: tell, line, asked: wire::length(request, &body) };
        let (own, form) = (self.clone(), request.form);
        std::thread::spawn(move || {
            let parts = own.post(&body, form, &teller);
            // Nobody listens any more where the time is over.
            drop(teller.news.send(News::End(parts)));
        });
        let parts = self.heard(&mut told).await?;
        parts.answer(tries).map_err(finally)
    }

    /// Waits for the end of one try. What goes wrong behind an answer that is whole takes nothing from it.
    async fn heard(&self, told: &mut UnboundedReceiver<News>) -> Result<Parts, Failed> {
        let (mut late, mut whole, mut wait) = (self.too_late(), None, self.timeout);
        let end = loop {
            match tokio::time::timeout(wait, told.recv()).await {
                Ok(Some(News::Piece)) => late = self.silent(),
                Ok(Some(News::Whole(parts))) => {
                    (whole, wait) = (Some(parts), self.timeout.min(LAST_WORDS));
                }
                Ok(Some(News::End(end))) => break end,
                Ok(None) => break Err(self.away("the thread that asked is gone".to_owned())),
                Err(_) => break Err(late),
            }
        };
        end.or_else(|failed| whole.ok_or(failed))
    }

    /// Sends a request.
    fn post(&self, body: &str, form: Form, teller: &Teller) -> Result<Parts, Failed> {
        let mut http = self.agent.post(&self.url);
        for (name, value) in wire::headers(self.api, self.key.as_deref()) {
            http = http.header(name, value);
        }
        // An answer that comes whole may have been written while nobody heard of it.
        let most = u64::from(wire::most_tokens(form));
        teller.has_read(if self.streams { 0 } else { most });
        let mut response = http.send(body).map_err(|error| {
            if !may_have_arrived(&error) {
                teller.line.set(Tokens::default());
            }
            self.went_wrong(&error)
        })?;
        let status = response.status().as_u16();
        let is_fine = (200..300).contains(&status);
        // Not every server answers piece by piece that is asked to.
        if is_fine && self.streams && are_events(response.headers()) {
            let gathered = Gathered::new(self.api, form);
            let gathered = self.follow(response.body_mut(), gathered, teller)?;
            let parts = gathered.end(teller.asked).map_err(|error| self.broke(error))?;
            teller.line.set(parts.took(teller.asked, Ending::Own));
            return Ok(parts);
        }
        if (500..600).contains(&status) {
            teller.has_read(0);
        } else if !is_fine {
            teller.line.set(Tokens::default());
        }
        let pause = response.headers().get("retry-after").and_then(|it| it.to_str().ok());
        let pause = pause.and_then(|it| retry_after(it, SystemTime::now()));
        let bytes = response.body_mut().with_config().limit(LARGEST).read_to_vec();
        let bytes = bytes.map_err(|error| self.broke_off(&error, Come::Nothing))?;
        if !is_fine {
            // Some say with their refusal what it took.
            if let Ok(parts) = wire::whole(self.api, &bytes)
                && parts.is_counted()
            {
                teller.counted(parts);
            }
            let said = self.beginning(&String::from_utf8_lossy(&bytes));
            let busy = status == 408 || status == 429 || status >= 500;
            let again = if busy { Again::Later(pause) } else { Again::Never };
            return Err(Failed { error: BackendError::Refused { status, said }, again });
        }
        teller.has_read(about(bytes.len()).min(most));
        let parts = wire::whole(self.api, &bytes).map_err(finally)?;
        Ok(teller.counted(parts))
    }

    /// Reads an answer that comes piece by piece, as far as it is read.
    fn follow(
        &self,
        body: &mut ureq::Body,
        mut gathered: Gathered,
        teller: &Teller,
    ) -> Result<Gathered, Failed> {
        let mut reader = body.with_config().limit(LARGEST_STREAM).reader();
        let (mut events, mut chunk) = (Events::default(), [0; 4096]);
        let (mut come, mut is_told) = (Come::Nothing, false);
        // Who does not listen any more is not read for: the server notices that and can stop.
        while !teller.news.is_closed() {
            let read = reader.read(&mut chunk).map_err(ureq::Error::from);
            let read = read.map_err(|error| self.broke_off(&error, come))?;
            if read == 0 {
                break;
            }
            for data in events.take(&chunk[..read]) {
                let heard = gathered.take(&data).map_err(|error| self.broke(error))?;
                teller.line.set(gathered.so_far(teller.asked));
                match heard {
                    Heard::Nothing => {}
                    Heard::Piece => {
                        come = Come::Something;
                        drop(teller.news.send(News::Piece));
                    }
                    Heard::End => return Ok(gathered),
                }
                if gathered.is_whole() && !is_told {
                    is_told = true;
                    let parts = gathered.as_it_stands(teller.asked);
                    drop(teller.news.send(News::Whole(parts)));
                }
            }
        }
        Ok(gathered)
    }

    /// What is wrong with an answer that came piece by piece. What broke off may come whole the next time.
    fn broke(&self, error: BackendError) -> Failed {
        match error {
            BackendError::Broken(said) => {
                let error = BackendError::Broken(self.beginning(&said));
                Failed { error, again: Again::Later(None) }
            }
            error => finally(error),
        }
    }

    /// What is wrong where an answer had begun to come.
    fn broke_off(&self, error: &ureq::Error, come: Come) -> Failed {
        match (error, come) {
            // Another try would be as slow.
            (ureq::Error::Timeout(Timeout::Global), Come::Something) => finally(self.slow()),
            (ureq::Error::Timeout(_), Come::Something) => self.silent(),
            (ureq::Error::Timeout(_), Come::Nothing) => self.too_late(),
            (error, _) => {
                let error = BackendError::Broken(self.beginning(&chain(error)));
                Failed { error, again: Again::Later(None) }
            }
        }
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
        let error = BackendError::TooLate { within_ms: milliseconds(self.timeout) };
        Failed { error, again: Again::Later(None) }
    }

    fn silent(&self) -> Failed {
        let error = BackendError::Silent { within_ms: milliseconds(self.timeout) };
        Failed { error, again: Again::Later(None) }
    }

    fn slow(&self) -> BackendError {
        BackendError::Slow { within_ms: milliseconds(self.timeout.saturating_mul(MOST_PIECES)) }
    }

    /// How long all tries may take, with the pauses between them.
    fn longest(&self) -> Duration {
        let times = if self.streams { MOST_PIECES } else { MOST_TRIES };
        self.timeout.saturating_mul(times) + LONGEST_PAUSE.saturating_mul(MOST_TRIES - 1)
    }

    /// The beginning of what a server says, without the key.
    fn beginning(&self, said: &str) -> String {
        self.without_key(said).chars().take(SAID).collect()
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

/// Whether an answer comes as events.
fn are_events(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream")
}

/// Whether a server may have read a request that was sent so badly. One that it was not reached for did
/// not come to it.
fn may_have_arrived(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(it) => matches!(
            it.kind(),
            ErrorKind::UnexpectedEof
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
        ),
        ureq::Error::Timeout(it) => !matches!(
            it,
            Timeout::Resolve | Timeout::Connect | Timeout::SendRequest | Timeout::SendBody
        ),
        ureq::Error::Protocol(_) => true,
        _ => false,
    }
}

/// What another try does not change.
fn finally(error: BackendError) -> Failed {
    Failed { error, again: Again::Never }
}

fn milliseconds(of: Duration) -> u64 {
    u64::try_from(of.as_millis()).unwrap_or(u64::MAX)
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

    fn takes_pictures(&self) -> bool {
        self.takes_pictures
    }

    fn most_tokens(&self, request: &Request) -> (u64, u64) {
        let (read, written) = most_of_one_try(request);
        let tries = u64::from(MOST_TRIES);
        (read.saturating_mul(tries), written.saturating_mul(tries))
    }

    fn longest_ms(&self) -> u64 {
        milliseconds(self.longest())
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        async move {
            let bill = Bill::default();
            let answer = tokio::time::timeout(self.longest(), self.tried(request, &bill)).await;
            let within_ms = milliseconds(self.longest());
            let answer = answer.unwrap_or(Err(BackendError::TooLate { within_ms }));
            let took = bill.sum();
            let Tokens { read: tokens_in, written: tokens_out, estimated } = took;
            match answer {
                Ok(answer) => Ok(Answer { tokens_in, tokens_out, estimated, ..answer }),
                Err(error) if took == Tokens::default() => Err(error),
                Err(error) => Err(BackendError::Paid { error: Box::new(error), took }),
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
