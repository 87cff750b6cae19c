//! [`Taker`]: a worker's end of the queue of one night. What it has taken it says again and again
//! that it still works on; what it sends arrives also where the server was away for a while.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::object_store::ObjectStore;
use async_nats::jetstream::{AckKind, Message};
use chrono::Utc;
use futures_util::StreamExt as _;

use super::QueueError;
use super::link::{AGAIN, Link, PULL};
use super::wire::{Answer, Came, Names, Notice, PLAN, Said, Sign, Task, WORKERS};

/// How often a worker says that it still works: several times in the time of a lease.
const WORKS: Duration = Duration::from_secs(5);
/// So many workers may lose one attempt, before it counts as lost for good.
const MOST_DELIVERIES: i64 = 4;

/// A worker's end of the queue of one night.
pub struct Taker {
    link: Link,
    names: Names,
    who: String,
    work: PullConsumer,
    store: ObjectStore,
    /// The evidence that was sent.
    sent: Mutex<HashSet<String>>,
}

/// Something that was handed to us.
pub struct Taken {
    /// What is to be done.
    pub task: Task,
    /// How often it was handed out, with this time.
    deliveries: i64,
    message: Message,
}

impl Taken {
    /// Whether too many workers have lost it: it is not tried again, and answered with
    /// [`Came::Lost`].
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.deliveries > MOST_DELIVERIES
    }

    /// Says for ever that we still work on it.
    pub async fn keep(&self) {
        let mut every = tokio::time::interval(WORKS);
        loop {
            every.tick().await;
            self.acknowledge(AckKind::Progress).await;
        }
    }

    /// Gives it back, for another worker.
    pub async fn give_back(&self) {
        self.acknowledge(AckKind::Nak(None)).await;
    }

    async fn acknowledge(&self, kind: AckKind) {
        if let Err(error) = self.message.ack_with(kind).await {
            tracing::info!("{}: {error}", self.task.id);
        }
    }
}

impl Taker {
    /// Joins the queue of a night.
    ///
    /// # Errors
    /// It is not there, or may not be used.
    pub async fn of(link: &Link, notice: &Notice, who: &str) -> Result<Self, QueueError> {
        let names = Names::of(&notice.version, &notice.night);
        let context = link.context();
        let work =
            context.get_consumer_from_stream::<pull::Config, _, _>(WORKERS, &names.stream).await;
        let work = work.map_err(|error| link.failed("join a night", &error))?;
        let store = context.get_object_store(&names.bucket).await;
        let store = store.map_err(|error| link.failed("join a night", &error))?;
        let (link, who, sent) = (link.clone(), who.to_owned(), Mutex::default());
        Ok(Self { link, names, who, work, store, sent })
    }

    /// The plan of the night, without secrets.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn plan(&self) -> Result<Vec<u8>, QueueError> {
        self.link.read(&self.store, PLAN).await
    }

    /// Says something of ourselves.
    pub async fn say(&self, said: Said) {
        say(&self.link, &self.names, &self.who, said).await;
    }

    /// Says for ever that we are there.
    pub async fn stay(&self) {
        let mut every = tokio::time::interval(WORKS);
        loop {
            every.tick().await;
            self.say(Said::Here).await;
        }
    }

    /// Asks for something to do; `None` where there is nothing just now.
    pub async fn next(&self) -> Option<Taken> {
        let asked = self.work.batch().max_messages(1).expires(PULL).messages().await;
        let problem = match asked {
            Ok(mut batch) => match batch.next().await? {
                Ok(message) => return taken(message).await,
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        tracing::info!("nothing to do from {}: {problem}", self.link.server());
        tokio::time::sleep(AGAIN).await;
        None
    }

    /// Answers what was handed to us, with the lines of its ledger and the evidence that they name,
    /// by its path in the night; what was sent before is named and not sent again.
    ///
    /// # Errors
    /// The server was away for too long. Then somebody else has it.
    pub async fn answer(
        &self,
        taken: &Taken,
        came: Came,
        lines: Option<&[u8]>,
        evidence: &[(String, Vec<u8>)],
    ) -> Result<(), QueueError> {
        let mut named = Vec::new();
        for (path, bytes) in evidence {
            let name = format!("{}/{path}", self.who);
            let is_there = self.sent().contains(&name);
            if !is_there {
                self.link.write(&self.store, &name, bytes).await?;
                self.sent().insert(name.clone());
            }
            named.push((path.clone(), name));
        }
        let mut kept_lines = None;
        if let Some(lines) = lines {
            let name = format!("{}/{}", self.who, taken.task.id);
            self.link.write(&self.store, &name, lines).await?;
            kept_lines = Some(name);
        }
        let answer = Answer {
            task: taken.task.id.clone(),
            worker: self.who.clone(),
            deliveries: taken.deliveries,
            at: Utc::now(),
            came,
            lines: kept_lines,
            evidence: named,
        };
        let json = serde_json::to_vec(&answer).expect("plain data");
        let (link, done) = (&self.link, &self.names.done);
        // In the same stream as the task, which has its id for its own name.
        let name = format!("answer-{}", answer.task);
        link.insist("answer", || link.keep(done, &name, json.clone())).await?;
        if let Err(error) = taken.message.double_ack().await {
            // It is handed out again then, and that answer counts no more.
            tracing::info!("{}: {error}", answer.task);
        }
        Ok(())
    }

    fn sent(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link {
    /// Says why we take no part in a night.
    pub async fn refuse(&self, notice: &Notice, who: &str, why: &str) {
        let names = Names::of(&notice.version, &notice.night);
        say(self, &names, who, Said::Refused(why.to_owned())).await;
        self.flush().await;
    }
}

async fn say(link: &Link, names: &Names, who: &str, said: Said) {
    link.say(&names.signs, &Sign { worker: who.to_owned(), said }).await;
}

/// What a message hands to us; one that hands nothing is taken out of the queue.
async fn taken(message: Message) -> Option<Taken> {
    let deliveries = message.info().map_or(1, |it| it.delivered);
    let task = serde_json::from_slice::<Task>(&message.payload);
    match task {
        Ok(task) => Some(Taken { task, deliveries, message }),
        Err(error) => {
            tracing::warn!("what was handed out cannot be read: {error}");
            if let Err(error) = message.ack_with(AckKind::Term).await {
                tracing::info!("it will come again: {error}");
            }
            None
        }
    }
}
