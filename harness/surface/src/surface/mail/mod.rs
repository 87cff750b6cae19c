//! Mails that the product sends: [`Sink`] takes all of them and sends none on, [`Post`] is what one
//! attempt reads of them.
//!
//! `smtp` speaks the protocol, `letter` reads a mail, `links` its HTML. Mails are told apart by
//! address alone, so that any number of attempts can share the one sink of a night.
//!
//! The files:
//! - `smtp.rs`: the receiving side of SMTP.
//! - `letter.rs`: one mail as a person reads it.
//! - `links.rs`: the HTML of a mail as text, and the links of a mail.

mod letter;
mod links;
mod smtp;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Done, SurfaceError};
use crate::listening::next_connection;
use crate::model::artifact::MailStep;
use crate::model::event::Failure;
use crate::model::observe::Extra;
use crate::model::{Facet, FacetContent, FacetKind, KnownValue, Observation, Outcome};
use crate::process::FairInstant;
use letter::Letter;

/// How many mails a failure names.
const MOST_NAMED: usize = 8;

/// How many bytes of mails a night keeps; what comes later is refused.
const MOST_BYTES: usize = 256 << 20;

/// A mail as it came: for whom, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The addresses of the envelope.
    pub(crate) recipients: Vec<String>,
    /// The message, headers and all.
    pub(crate) message: Vec<u8>,
}

/// All mails of a night, in the order in which they came.
#[derive(Debug)]
struct Mailbox {
    mails: Mutex<Vec<Arc<Received>>>,
    count: watch::Sender<usize>,
}

/// An SMTP server on loopback that keeps every mail; it ends when this is dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    mails: Arc<Mailbox>,
    task: tokio::task::JoinHandle<()>,
}

impl Sink {
    /// Starts on a free port.
    pub async fn start() -> Result<Self, SurfaceError> {
        let io = |source| SurfaceError::Io { what: "opening the mail sink".to_owned(), source };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(io)?;
        let address = listener.local_addr().map_err(io)?;
        let mails = Arc::new(Mailbox { mails: Mutex::default(), count: watch::Sender::new(0) });
        let keeper = Arc::clone(&mails);
        let task = tokio::spawn(async move {
            loop {
                let stream = next_connection(&listener).await;
                let keeper = Arc::clone(&keeper);
                tokio::spawn(async move {
                    let keep = |mail| keeper.keep(mail);
                    // A client that hangs up in the middle has sent no mail.
                    drop(smtp::serve(stream, &keep).await);
                });
            }
        });
        Ok(Self { address, mails, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails for an attempt that begins now.
    #[must_use]
    pub fn post(&self, timeout: Duration) -> Post {
        Post {
            since: self.mails.all().len(),
            mails: Arc::clone(&self.mails),
            timeout,
            read: BTreeSet::new(),
            asked: BTreeSet::new(),
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mailbox {
    /// Keeps a mail; `false` where there is no more room.
    fn keep(&self, mail: Received) -> bool {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = mails.iter().map(|it| it.message.len()).sum();
        if bytes + mail.message.len() > MOST_BYTES {
            return false;
        }
        mails.push(Arc::new(mail));
        self.count.send_replace(mails.len());
        true
    }

    fn all(&self) -> Vec<Arc<Received>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The mails that one attempt may read: those that came since it began.
#[derive(Debug)]
pub struct Post {
    mails: Arc<Mailbox>,
    since: usize,
    /// The default deadline.
    timeout: Duration,
    /// Which were read already.
    read: BTreeSet<usize>,
    /// The addresses that were asked for.
    asked: BTreeSet<String>,
}

/// A mail and its place among all.
type Numbered = (usize, Arc<Received>);

/// What became of reading a mail.
#[derive(Debug)]
pub struct MailRead {
    /// Whether it came and all held, with what was captured.
    pub done: Done,
    /// The mail as text, and as it came; `None` where none came.
    pub observation: Option<Observation>,
}

impl Post {
    /// Waits for the newest mail that a filled step asks for and that was not read yet.
    pub async fn read(&mut self, step: &MailStep) -> MailRead {
        let limit = step.within_ms.map_or(self.timeout, Duration::from_millis);
        let deadline = FairInstant::now() + limit;
        let to = step.to.raw().trim().to_lowercase();
        self.asked.insert(to.clone());
        let mut count = self.mails.count.subscribe();
        let subject = step.subject.as_ref().map(crate::model::Template::raw);
        loop {
            count.mark_unchanged();
            if let Some((index, mail)) = self.newest(&to, subject) {
                self.read.insert(index);
                return read(&mail, step);
            }
            if !matches!(deadline.allow(count.changed()).await, Some(Ok(()))) {
                let with =
                    subject.map_or_else(String::new, |it| format!(" with the subject {it:?}"));
                return MailRead {
                    done: Done::Failed(Failure {
                        outcome: Outcome::Failed,
                        expected: format!("a mail to {to}{with} within {limit:?}"),
                        actual: self.instead(&to),
                    }),
                    observation: None,
                };
            }
        }
    }

    fn fresh(&self) -> impl DoubleEndedIterator<Item = (usize, Arc<Received>)> + '_ {
        let all = self.mails.all().into_iter().enumerate().skip(self.since).collect::<Vec<_>>();
        all.into_iter()
    }

    fn newest(&self, to: &str, subject: Option<&str>) -> Option<(usize, Arc<Received>)> {
        self.fresh().rev().find(|(index, mail)| {
            !self.read.contains(index)
                && mail.is_to(to)
                && subject.is_none_or(|it| Letter::of(&mail.message).subject.contains(it))
        })
    }

    /// Which mails there were instead.
    fn instead(&self, to: &str) -> String {
        let of = |own: &dyn Fn(&Numbered) -> bool| {
            let named: Vec<String> = self
                .fresh()
                .filter(own)
                .map(|(_, mail)| format!("{:?}", Letter::of(&mail.message).subject))
                .collect();
            named
        };
        let to_them = of(&|(index, mail)| !self.read.contains(index) && mail.is_to(to));
        if !to_them.is_empty() {
            return format!("mails to {to}: {}", listed(&to_them));
        }
        if !of(&|(_, mail)| mail.is_to(to)).is_empty() {
            return format!("the only mails to {to} were read by earlier steps");
        }
        let others: BTreeSet<String> =
            self.fresh().flat_map(|(_, mail)| mail.recipients.clone()).collect();
        if others.is_empty() {
            return "no mail came at all; does the product send to ${smtp-host}:${smtp-port}?"
                .to_owned();
        }
        let others: Vec<String> = others.into_iter().collect();
        format!("none to {to}; mails came to {}", listed(&others))
    }

    /// The mails of this attempt that no step has read: to addresses that it asked for or that
    /// hold a value of its own, such as `${unique}`.
    #[must_use]
    pub fn unread(&self, known: &[KnownValue]) -> Option<Extra> {
        let own = |address: &str| {
            self.asked.contains(address)
                || known
                    .iter()
                    .any(|it| it.token == "[unique]" && address.contains(&it.value.to_lowercase()))
        };
        let mut lines = Vec::new();
        for (_, mail) in self.fresh().filter(|(index, _)| !self.read.contains(index)) {
            let to: Vec<_> = mail.recipients.iter().filter(|it| own(it)).cloned().collect();
            if !to.is_empty() {
                let subject = Letter::of(&mail.message).subject;
                lines.push(format!("mail to {}: {subject}\n", to.join(", ")));
            }
        }
        (!lines.is_empty()).then(|| Extra {
            kind: "unread mails".to_owned(),
            media: "text/plain".to_owned(),
            bytes: lines.concat().into_bytes(),
        })
    }
}

impl Received {
    fn is_to(&self, address: &str) -> bool {
        self.recipients.iter().any(|it| it == address)
    }
}

/// Holds a mail to what a step expects of it.
fn read(mail: &Received, step: &MailStep) -> MailRead {
    let letter = Letter::of(&mail.message);
    let raw = Extra {
        kind: "mail".to_owned(),
        media: "message/rfc822".to_owned(),
        bytes: mail.message.clone(),
    };
    let done = match letter.verify(step) {
        Ok(captured) => Done::Passed(captured),
        Err(failure) => Done::Failed(failure),
    };
    let observation = Observation {
        place: String::new(),
        facets: vec![Facet {
            kind: FacetKind::Stdout,
            content: FacetContent::Text(letter.told(&mail.recipients)),
        }],
        extras: vec![raw],
    };
    MailRead { done, observation: Some(observation) }
}

/// The first of several things, and how many more.
fn listed(all: &[String]) -> String {
    let shown = all.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
