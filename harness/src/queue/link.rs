//! [`Link`]: the connection to a server, with who we are from the environment; and [`Notices`], which
//! nights are heard of over it.

use std::fmt::Display;
use std::time::Duration;

use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::object_store::{GetErrorKind, ObjectStore, PutError};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, Subscriber};
use futures_util::StreamExt as _;
use indexmap::IndexMap;
use serde::Serialize;
use tokio::io::AsyncReadExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

use super::QueueError;
use super::wire::{Heading, NOTICES, Notice, VERSION};

/// For how long something is tried again while the server is not there.
pub(super) const REACH: Duration = Duration::from_secs(300);
/// How long is waited before something is tried again.
pub(super) const AGAIN: Duration = Duration::from_millis(500);
/// For how long one question for something to do waits at the server.
pub(super) const PULL: Duration = Duration::from_secs(5);
/// How long reading one thing from a store may take.
const READING: Duration = Duration::from_secs(60);

/// A connection, which comes back by itself when the server does.
#[derive(Debug, Clone)]
pub struct Link {
    client: Client,
    context: Context,
    server: String,
}

impl Link {
    /// Connects to the server at an address.
    ///
    /// # Errors
    /// It is no address, nobody is there, or nobody is let in.
    pub async fn to(
        address: &str,
        environment: &IndexMap<String, String>,
    ) -> Result<Self, QueueError> {
        let server = shown(address)?;
        let options = options(environment).await?.name("nightshift");
        let client = options.connect(address).await.map_err(|error| QueueError::Connect {
            server: server.clone(),
            problem: error.to_string(),
        })?;
        let context = jetstream::new(client.clone());
        Ok(Self { client, context, server })
    }

    /// The server, without what may be secret in its address.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Hears of nights from now on.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn notices(&self) -> Result<Notices, QueueError> {
        let heard = self.client.subscribe(NOTICES).await;
        heard.map(Notices).map_err(|error| self.failed("hear of nights", &error))
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(super) async fn subscribe(&self, subject: &str) -> Result<Subscriber, QueueError> {
        let heard = self.client.subscribe(subject.to_owned()).await;
        heard.map_err(|error| self.failed("listen", &error))
    }

    /// Says something that nobody keeps; who is not there does not hear it.
    pub(super) async fn say(&self, subject: &str, what: &impl Serialize) {
        let json = serde_json::to_vec(what).expect("plain data");
        let said = self.client.publish(subject.to_owned(), json.into()).await;
        if let Err(error) = said {
            tracing::info!("nothing can be said at {}: {error}", self.server);
        }
    }

    /// Waits until what was said has left.
    pub(super) async fn flush(&self) {
        if let Err(error) = self.client.flush().await {
            tracing::info!("nothing leaves for {}: {error}", self.server);
        }
    }

    /// Has the server keep a message, once, however often it is sent under this name.
    pub(super) async fn keep(
        &self,
        subject: &str,
        name: &str,
        json: Vec<u8>,
    ) -> Result<(), PublishError> {
        let message = PublishMessage::build().payload(json.into()).message_id(name);
        self.context.send_publish(subject.to_owned(), message).await?.await?;
        Ok(())
    }

    /// Does something at the server, again and again while that is not there.
    pub(super) async fn insist<T, E, F>(
        &self,
        action: &'static str,
        mut what: impl FnMut() -> F,
    ) -> Result<T, QueueError>
    where
        E: Display,
        F: Future<Output = Result<T, E>>,
    {
        let until = Instant::now() + REACH;
        loop {
            let problem = match what().await {
                Ok(done) => return Ok(done),
                Err(error) => error.to_string(),
            };
            if Instant::now() >= until {
                return Err(self.failed(action, &problem));
            }
            tracing::info!("cannot {action} at {}: {problem}; trying again", self.server);
            tokio::time::sleep(AGAIN).await;
        }
    }

    pub(super) fn failed(&self, action: &'static str, problem: &impl Display) -> QueueError {
        QueueError::Server { action, server: self.server.clone(), problem: problem.to_string() }
    }

    /// Reads a thing from a store, again and again while the server is not there.
    pub(super) async fn read(
        &self,
        store: &ObjectStore,
        name: &str,
    ) -> Result<Vec<u8>, QueueError> {
        let read = self.insist("read what was sent", || in_time(store, name)).await?;
        read.map_err(|problem| QueueError::Damaged(format!("{name}: {problem}")))
    }

    /// Puts a thing into a store.
    pub(super) async fn write(
        &self,
        store: &ObjectStore,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), QueueError> {
        self.insist("send what was seen", || put(store, name, bytes)).await
    }
}

async fn put(store: &ObjectStore, name: &str, mut bytes: &[u8]) -> Result<(), PutError> {
    store.put(name, &mut bytes).await.map(drop)
}

/// A thing, or why it never can be read; an error is worth another try.
async fn in_time(store: &ObjectStore, name: &str) -> Result<Result<Vec<u8>, String>, String> {
    match tokio::time::timeout(READING, whole(store, name)).await {
        Ok(Ok(bytes)) => Ok(Ok(bytes)),
        Ok(Err(Problem::Lasting(problem))) => Ok(Err(problem)),
        Ok(Err(Problem::Passing(problem))) => Err(problem),
        Err(_) => Err("it does not come to its end".to_owned()),
    }
}

/// Why a thing cannot be read.
enum Problem {
    /// It is not there, or is not what was put there.
    Lasting(String),
    /// The server does not answer.
    Passing(String),
}

async fn whole(store: &ObjectStore, name: &str) -> Result<Vec<u8>, Problem> {
    let mut thing = store.get(name).await.map_err(|error| match error.kind() {
        GetErrorKind::NotFound => Problem::Lasting(error.to_string()),
        _ => Problem::Passing(error.to_string()),
    })?;
    let mut bytes = Vec::new();
    thing.read_to_end(&mut bytes).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => Problem::Lasting(error.to_string()),
        _ => Problem::Passing(error.to_string()),
    })?;
    Ok(bytes)
}

/// Waits until a value is as wanted; for ever where it never will be.
pub(super) async fn becomes<T>(receiver: &mut watch::Receiver<T>, wanted: impl FnMut(&T) -> bool) {
    let never = receiver.wait_for(wanted).await.is_err();
    if never {
        std::future::pending::<()>().await;
    }
}

/// The nights that are heard of.
#[derive(Debug)]
pub struct Notices(Subscriber);

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A night of our version.
    Night(Box<Notice>),
    /// A night of another version.
    Other {
        /// Its id.
        night: String,
        /// Its version.
        version: String,
    },
    /// Something that is no notice.
    Noise,
}

impl Notices {
    /// The next one; `None` once the connection is gone for good.
    pub async fn next(&mut self) -> Option<Heard> {
        let message = self.0.next().await?;
        Some(heard(&message.payload))
    }
}

fn heard(json: &[u8]) -> Heard {
    let Ok(Heading { version, night }) = serde_json::from_slice(json) else { return Heard::Noise };
    if version != VERSION {
        return Heard::Other { night, version };
    }
    serde_json::from_slice(json).map_or(Heard::Noise, |it| Heard::Night(Box::new(it)))
}

/// An address without user and password; those that are none are refused.
fn shown(address: &str) -> Result<String, QueueError> {
    let refused = |problem: &str| QueueError::Address {
        address: address.rsplit('@').next().unwrap_or_default().to_owned(),
        problem: problem.to_owned(),
    };
    let url = url::Url::parse(address).map_err(|error| refused(&error.to_string()))?;
    if !["nats", "tls"].contains(&url.scheme()) {
        return Err(refused("it begins with neither nats:// nor tls://"));
    }
    let host = url.host_str().filter(|it| !it.is_empty());
    let host = host.ok_or_else(|| refused("it has no host"))?;
    Ok(format!("{}://{host}:{}", url.scheme(), url.port().unwrap_or(4222)))
}

/// Who we are and whom we trust, by the variables that other clients of NATS read too.
async fn options(environment: &IndexMap<String, String>) -> Result<ConnectOptions, QueueError> {
    let value = |name: &str| environment.get(name).filter(|it| !it.is_empty()).cloned();
    let unreadable = |variable: &'static str, file: &str| {
        let file = file.to_owned();
        move |source| QueueError::Credentials { variable, file, source }
    };
    let mut options = ConnectOptions::new();
    if let Some(file) = value("NATS_CREDS") {
        options = options.credentials_file(&file).await.map_err(unreadable("NATS_CREDS", &file))?;
    } else if let Some(file) = value("NATS_NKEY") {
        let text = std::fs::read_to_string(&file).map_err(unreadable("NATS_NKEY", &file))?;
        let seed = text.lines().map(str::trim).find(|it| it.starts_with('S'));
        options = options.nkey(seed.unwrap_or_default().to_owned());
    } else if let Some(token) = value("NATS_TOKEN") {
        options = options.token(token);
    } else if let Some(user) = value("NATS_USER") {
        options = options.user_and_password(user, value("NATS_PASSWORD").unwrap_or_default());
    }
    if let Some(file) = value("NATS_CA") {
        options = options.add_root_certificates(file.into());
    }
    if let (Some(certificate), Some(key)) = (value("NATS_CERT"), value("NATS_KEY")) {
        options = options.add_client_certificate(certificate.into(), key.into());
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password_and_one_that_is_none_is_refused() {
        let fine = |address: &str| shown(address).expect("an address");
        assert_eq!(fine("nats://127.0.0.1"), "nats://127.0.0.1:4222");
        assert_eq!(fine("tls://ada:s3cret@queue.example:4443"), "tls://queue.example:4443");
        for wrong in ["queue.example", "http://queue.example", "nats://", "amqp://ada:s3cret@host"]
        {
            let error = shown(wrong).expect_err(wrong).to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_notice_of_another_version_and_noise_are_no_nights() {
        let notice = Notice {
            version: VERSION.to_owned(),
            night: "n".to_owned(),
            run: "r".to_owned(),
            goes_on: true,
            suite: "s".to_owned(),
            runnable: 1,
            asked: crate::model::asked::Asked::default(),
        };
        let json = serde_json::to_vec(&notice).expect("plain data");
        assert_eq!(heard(&json), Heard::Night(Box::new(notice.clone())));
        let later = Notice { version: "9.9.9".to_owned(), ..notice };
        let json = serde_json::to_vec(&later).expect("plain data");
        let (night, version) = ("n".to_owned(), "9.9.9".to_owned());
        assert_eq!(heard(&json), Heard::Other { night, version });
        assert_eq!(heard(b"hello"), Heard::Noise);
    }
}
