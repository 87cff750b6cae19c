//! [`Counter`]: where attempts are handed out, for as long as the program runs; [`Desk`]: the queue of
//! one night at it. Each thing that is handed out is answered once: what comes for it later, from
//! whomever, counts no more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::object_store::{self, ObjectStore};
use async_nats::jetstream::stream::{self, RetentionPolicy, StorageType};
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot, watch};
use tokio::task::JoinHandle;

use super::QueueError;
use super::crew::{Change, Crew};
use super::link::{AGAIN, Link, PULL, becomes};
use super::wire::{Answer, NOTICES, Names, Notice, PLAN, Sign, Task, VERSION, WORKERS};
use crate::model::Purpose;
use crate::model::asked::Asked;

/// A worker that does not say for so long that it still works has lost what it had.
const LEASE: Duration = Duration::from_secs(20);
/// How often a night is made known.
const NOTICE: Duration = Duration::from_secs(2);
/// For how long a server keeps what nobody took away.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long putting a queue away may take.
const CLOSING: Duration = Duration::from_secs(10);
/// The consumer of the answers.
const COORDINATOR: &str = "coordinator";
/// So many things more than there are workers are handed out, so that none waits for us.
const AHEAD: usize = 2;
/// How many answers are taken at once.
const ANSWERS: usize = 100;

/// Why nobody is waited for any longer.
type GivenUp = Arc<watch::Sender<Option<String>>>;

/// Where workers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All on this machine.
    Here,
    /// Anywhere.
    Anywhere,
}

/// Where attempts are handed out.
#[derive(Debug)]
pub struct Counter {
    link: Link,
    workers: Place,
    given_up: GivenUp,
    open: Mutex<Option<Arc<Desk>>>,
}

/// The queue of one night.
pub struct Desk {
    link: Link,
    names: Names,
    store: ObjectStore,
    /// The number of what is handed out next.
    next: AtomicU64,
    /// Who waits for the answer to which task.
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    /// A few more than there are workers.
    hands: Semaphore,
    crew: Mutex<Crew>,
    given_up: GivenUp,
    notice: Notice,
    helpers: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The night that a queue is opened for.
#[derive(Debug)]
pub struct Opening {
    /// Its id.
    pub night: String,
    /// What stands for the files of its suite.
    pub suite: String,
    /// How many of its scenarios can run here.
    pub runnable: usize,
    /// How it was asked for.
    pub asked: Asked,
    /// Its plan, without secrets.
    pub plan: Vec<u8>,
}

/// What became of something that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// Somebody answered.
    Answered(Box<Answer>),
    /// The night stopped first.
    Stopped,
    /// Nobody is there to do it, and why.
    Nobody(String),
}

impl Counter {
    /// A counter at a server.
    #[must_use]
    pub fn at(link: Link, workers: Place) -> Self {
        let given_up = Arc::new(watch::Sender::new(None));
        Self { link, workers, given_up, open: Mutex::default() }
    }

    /// Whether all workers are on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.workers == Place::Here
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &str {
        self.link.server()
    }

    /// Opens the queue of a night; what was left of one with its name is thrown away.
    ///
    /// # Errors
    /// The server does not do it.
    pub async fn open(
        &self,
        opening: Opening,
        stop: watch::Receiver<bool>,
    ) -> Result<Arc<Desk>, QueueError> {
        let desk = Desk::open(self.link.clone(), self.given_up.clone(), opening, stop).await?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(desk.clone());
        Ok(desk)
    }

    /// Waits for nobody any longer: what is handed out and not answered stays undone.
    pub fn give_up(&self, why: String) {
        give_up(&self.given_up, why);
    }

    /// Has the workers leave, and throws away what the night had at the server.
    pub async fn close(&self) {
        let desk = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(desk) = desk else { return };
        if tokio::time::timeout(CLOSING, desk.close()).await.is_err() {
            tracing::warn!("{} does not answer; its queue was left there", self.link.server());
        }
    }
}

impl Desk {
    async fn open(
        link: Link,
        given_up: GivenUp,
        opening: Opening,
        stop: watch::Receiver<bool>,
    ) -> Result<Arc<Self>, QueueError> {
        let Opening { night, suite, runnable, asked, plan } = opening;
        let names = Names::of(VERSION, &night);
        forget(&link, &names).await;
        let (store, answers) = made(&link, &names).await?;
        link.write(&store, PLAN, &plan).await?;
        let signs = link.subscribe(&names.signs).await?;
        let run = format!("{:08x}", fastrand::u32(..));
        let (version, goes_on) = (VERSION.to_owned(), true);
        let notice = Notice { version, night, run, goes_on, suite, runnable, asked };
        let desk = Arc::new(Self {
            link,
            names,
            store,
            next: AtomicU64::new(0),
            waiting: Mutex::default(),
            hands: Semaphore::new(AHEAD),
            crew: Mutex::new(Crew::new(Instant::now())),
            given_up,
            notice,
            helpers: Mutex::default(),
        });
        let helpers = [
            tokio::spawn(take_answers(desk.clone(), answers)),
            tokio::spawn(take_signs(desk.clone(), signs)),
            tokio::spawn(make_known(desk.clone(), stop)),
        ];
        desk.helpers.lock().unwrap_or_else(PoisonError::into_inner).extend(helpers);
        Ok(desk)
    }

    /// Waits until there is a worker for one scenario more; `None` once the night stops, or nobody
    /// is waited for any longer.
    pub async fn free_hand(&self, mut stop: watch::Receiver<bool>) -> Option<SemaphorePermit<'_>> {
        let mut given_up = self.given_up.subscribe();
        tokio::select! {
            hand = self.hands.acquire() => hand.ok(),
            () = becomes(&mut stop, |it| *it) => None,
            () = becomes(&mut given_up, Option::is_some) => None,
        }
    }

    /// Has an attempt made, and waits for what comes of it.
    pub async fn hand_out(
        &self,
        scenario: &str,
        (attempt, purpose): (u32, Purpose),
        mut stop: watch::Receiver<bool>,
    ) -> Handed {
        let id = format!("{}-{}", self.notice.run, self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, answer) = oneshot::channel();
        self.waiting().insert(id.clone(), sender);
        let task = Task { id: id.clone(), scenario: scenario.to_owned(), attempt, purpose };
        let mut given_up = self.given_up.subscribe();
        let handed = tokio::select! {
            handed = self.answered(&task, answer) => handed,
            () = becomes(&mut stop, |it| *it) => Handed::Stopped,
            () = becomes(&mut given_up, Option::is_some) => Handed::Nobody(self.why_given_up()),
        };
        self.waiting().remove(&id);
        handed
    }

    async fn answered(&self, task: &Task, answer: oneshot::Receiver<Answer>) -> Handed {
        let json = serde_json::to_vec(task).expect("plain data");
        let (link, work) = (&self.link, &self.names.work);
        let kept = link.insist("hand out", || link.keep(work, &task.id, json.clone())).await;
        if let Err(error) = kept {
            return Handed::Nobody(error.to_string());
        }
        match answer.await {
            Ok(answer) => Handed::Answered(Box::new(answer)),
            Err(_) => Handed::Nobody("the queue of this night was closed".to_owned()),
        }
    }

    /// Reads something that a worker sent.
    ///
    /// # Errors
    /// It is not there, or not whole.
    pub async fn read(&self, name: &str) -> Result<Vec<u8>, QueueError> {
        self.link.read(&self.store, name).await
    }

    fn why_given_up(&self) -> String {
        self.given_up.borrow().clone().unwrap_or_default()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn crew(&self) -> MutexGuard<'_, Crew> {
        self.crew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an answer to who waits for it; one that nobody waits for any more is of no use.
    fn take(&self, json: &[u8]) {
        match serde_json::from_slice::<Answer>(json) {
            Ok(answer) => {
                let waiting = self.waiting().remove(&answer.task);
                let task = answer.task.clone();
                if waiting.is_none_or(|it| it.send(answer).is_err()) {
                    tracing::info!("nobody waits for the answer to {task}");
                }
            }
            Err(error) => tracing::warn!("somebody answered what cannot be read: {error}"),
        }
    }

    fn changed(&self, change: Change) {
        match change {
            Change::None => {}
            Change::More => self.hands.add_permits(1),
            Change::Fewer(gone) => {
                // What is at work cannot be taken back: then there are more hands than workers, and
                // what they hold waits a little longer in the queue.
                self.hands.forget_permits(gone);
            }
        }
    }

    fn look_after(&self) {
        let now = Instant::now();
        let change = self.crew().aged(now);
        self.changed(change);
        if self.crew().is_lonely(now) {
            tracing::warn!("no worker is there at {}", self.link.server());
        }
        let refused = self.link.no_right().map(|it| it.to_string());
        let missing = refused.or_else(|| self.crew().is_missing(now));
        if let Some(why) = missing {
            give_up(&self.given_up, why);
        }
    }

    async fn close(&self) {
        let helpers =
            std::mem::take(&mut *self.helpers.lock().unwrap_or_else(PoisonError::into_inner));
        for helper in helpers {
            helper.abort();
        }
        self.link.say(NOTICES, &Notice { goes_on: false, ..self.notice.clone() }).await;
        self.link.flush().await;
        forget(&self.link, &self.names).await;
    }
}

fn give_up(given_up: &GivenUp, why: String) {
    given_up.send_if_modified(|before| {
        let first = before.is_none();
        if first {
            *before = Some(why);
        }
        first
    });
}

/// Makes the stream and the store of a night; answers with the store and who takes the answers.
async fn made(link: &Link, names: &Names) -> Result<(ObjectStore, PullConsumer), QueueError> {
    let context = link.context();
    let stream = context
        .create_stream(stream::Config {
            name: names.stream.clone(),
            subjects: vec![names.work.clone(), names.done.clone()],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            max_age: KEPT,
            ..stream::Config::default()
        })
        .await
        .map_err(|error| link.failed("make a queue", &error))?;
    let consumer = |name: &str, subject: &str| pull::Config {
        durable_name: Some(name.to_owned()),
        filter_subject: subject.to_owned(),
        ack_wait: LEASE,
        ..pull::Config::default()
    };
    let answers = stream.create_consumer(consumer(COORDINATOR, &names.done)).await;
    let answers = answers.map_err(|error| link.failed("make a queue", &error))?;
    let work = stream.create_consumer(consumer(WORKERS, &names.work)).await;
    work.map_err(|error| link.failed("make a queue", &error))?;
    let store = context
        .create_object_store(object_store::Config {
            bucket: names.bucket.clone(),
            storage: StorageType::File,
            max_age: KEPT,
            ..object_store::Config::default()
        })
        .await
        .map_err(|error| link.failed("make a store", &error))?;
    Ok((store, answers))
}

/// Throws away what a night has at a server, if it has anything.
async fn forget(link: &Link, names: &Names) {
    let context = link.context();
    if let Err(error) = context.delete_stream(&names.stream).await {
        tracing::debug!("{}: {error}", names.stream);
    }
    if let Err(error) = context.delete_object_store(&names.bucket).await {
        tracing::debug!("{}: {error}", names.bucket);
    }
}

async fn take_answers(desk: Arc<Desk>, answers: PullConsumer) {
    loop {
        let batch = answers.batch().max_messages(ANSWERS).expires(PULL).messages().await;
        let mut batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                tracing::info!("no answers from {}: {error}", desk.link.server());
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        while let Some(message) = batch.next().await {
            let Ok(message) = message.inspect_err(|error| tracing::info!("no answers: {error}"))
            else {
                tokio::time::sleep(AGAIN).await;
                break;
            };
            desk.take(&message.payload);
            if let Err(error) = message.ack().await {
                tracing::info!("an answer will come again: {error}");
            }
        }
    }
}

async fn take_signs(desk: Arc<Desk>, mut signs: async_nats::Subscriber) {
    while let Some(message) = signs.next().await {
        if let Ok(sign) = serde_json::from_slice::<Sign>(&message.payload) {
            let change = desk.crew().signed(sign, Instant::now());
            desk.changed(change);
        }
    }
}

/// Makes the night known again and again, and at once when it stops.
async fn make_known(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let mut notice = desk.notice.clone();
    let mut every = tokio::time::interval(NOTICE);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = becomes(&mut stop, |it| *it), if notice.goes_on => notice.goes_on = false,
        }
        desk.link.say(NOTICES, &notice).await;
        desk.look_after();
    }
}
