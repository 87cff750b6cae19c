//! [`Link`]: the connection to a server, which tells what that does not let us do; and [`Notices`],
//! which nights are heard of over it.

use std::fmt::Display;
use std::time::Duration;

use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::object_store::{GetErrorKind, ObjectStore, PutError};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, Subscriber};
use futures_util::StreamExt as _;
use serde::Serialize;
use tokio::io::AsyncReadExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

use super::QueueError;
use super::access::{Access, Refused};
use super::wire::{Heading, NOTICES, Notice, PROBES, VERSION};

/// For how long something is tried again while the server is not there.
pub(super) const REACH: Duration = Duration::from_secs(300);
/// How long is waited before something is tried again.
pub(super) const AGAIN: Duration = Duration::from_millis(500);
/// For how long one question for something to do waits at the server.
pub(super) const PULL: Duration = Duration::from_secs(5);
/// How long reading one thing from a store may take.
const READING: Duration = Duration::from_secs(60);
/// How long the client takes at most until it tells what the server has refused.
const TOLD: Duration = Duration::from_millis(50);

/// A connection, which comes back by itself when the server does.
#[derive(Debug, Clone)]
pub struct Link {
    client: Client,
    context: Context,
    server: String,
    /// Where it stands who we are.
    place: &'static str,
    refused: Refused,
}

impl Link {
    /// Connects to a server, and sees whether it lets us do there what nights and workers do.
    ///
    /// # Errors
    /// Nobody is there, we are not let in, or may not do something.
    pub async fn to(access: &Access) -> Result<Self, QueueError> {
        let (server, place) = (access.server().to_owned(), access.place());
        let (options, refused) = access.options().await?;
        let client = options.connect(server.as_str()).await.map_err(|error| {
            QueueError::Connect { server: server.clone(), problem: error.to_string(), place }
        })?;
        let context = jetstream::new(client.clone());
        let link = Self { client, context, server, place, refused };
        link.tried().await?;
        Ok(link)
    }

    /// Tries what a night and a worker need. Whether there is a `JetStream` that answers is for who
    /// uses it to find: it may still come up.
    async fn tried(&self) -> Result<(), QueueError> {
        let heard = self.subscribe(NOTICES).await?;
        for probe in PROBES {
            let tried = self.client.publish(probe, String::new().into()).await;
            tried.map_err(|error| self.failed("say anything", &error))?;
        }
        let mut refused = self.refused.watch();
        // A server answers in order: what it refuses of the above it has refused by then.
        tokio::select! {
            answered = self.context.query_account() => {
                if let Err(error) = answered {
                    tracing::info!("{} says nothing of its JetStream: {error}", self.server);
                }
            }
            () = becomes(&mut refused, |it| !it.is_empty()) => {}
        }
        drop(heard);
        let told = becomes(&mut refused, |it| !it.is_empty());
        if tokio::time::timeout(TOLD, told).await.is_err() {
            return Ok(());
        }
        Err(self.failed("do what is needed", &"it is refused"))
    }

    /// What we may not do at this server, once something was refused.
    pub(super) fn no_right(&self) -> Option<QueueError> {
        let refused = self.refused.so_far()?;
        Some(QueueError::Rights { server: self.server.clone(), refused, place: self.place })
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
        let heard = heard.map_err(|error| self.failed("hear of nights", &error))?;
        Ok(Notices { heard, link: self.clone() })
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
            if Instant::now() >= until || self.refused.so_far().is_some() {
                return Err(self.failed(action, &problem));
            }
            tracing::info!("cannot {action} at {}: {problem}; trying again", self.server);
            tokio::time::sleep(AGAIN).await;
        }
    }

    pub(super) fn failed(&self, action: &'static str, problem: &impl Display) -> QueueError {
        let (server, problem) = (self.server.clone(), problem.to_string());
        self.no_right().unwrap_or(QueueError::Server { action, server, problem })
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
pub struct Notices {
    heard: Subscriber,
    link: Link,
}

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
    ///
    /// # Errors
    /// The server does not let us do something any more.
    pub async fn next(&mut self) -> Result<Option<Heard>, QueueError> {
        let mut refused = self.link.refused.watch();
        let message = tokio::select! {
            message = self.heard.next() => message,
            () = becomes(&mut refused, |it| !it.is_empty()) => {
                return Err(self.link.failed("hear of nights", &"it is refused"));
            }
        };
        Ok(message.map(|it| heard(&it.payload)))
    }
}

fn heard(json: &[u8]) -> Heard {
    let Ok(Heading { version, night }) = serde_json::from_slice(json) else { return Heard::Noise };
    if version != VERSION {
        return Heard::Other { night, version };
    }
    serde_json::from_slice(json).map_or(Heard::Noise, |it| Heard::Night(Box::new(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
