//! Attempts handed to workers over a server of NATS, and what came of them taken back: the only room
//! that names async-nats.
//!
//! A night is known by a notice that its coordinator repeats. Each night has a queue of its own,
//! named after our version and the night: a stream of files with what is to be done and the answers
//! to it, and a store for what attempts leave as evidence. What is handed out is leased, by the clock
//! of the server alone: a worker that does not say in time that it still works has lost it, and
//! another one gets it. [`Desk`] is the coordinator's end and counts one answer to each thing that it
//! hands out; [`Taker`] is a worker's. What an attempt is, and what its lines mean, neither knows.
//!
//! The files:
//! - `wire.rs`: what both ends say to one another, and the names of the places where they do.
//! - `access.rs`: `Access`: where a server is, who we are to it, and what it refuses.
//! - `link.rs`: `Link`: the connection to a server, and trying again while that is not there.
//! - `desk.rs`: `Counter` and `Desk`: the coordinator's end.
//! - `crew.rs`: which workers are there, and since when nobody is.
//! - `taker.rs`: `Taker`: a worker's end.
//! - `server.rs`: `OwnServer`: a server on this machine, for one night.

mod access;
mod crew;
mod desk;
mod link;
mod server;
mod taker;
mod wire;

pub use access::{Access, Trust, Who};
pub use desk::{Counter, Desk, Handed, Opening, Place};
pub use link::{Heard, Link, Notices};
pub use server::{OwnServer, TOKEN};
pub use taker::{Taken, Taker};
pub use wire::{Answer, Came, Notice, Said, Task, VERSION};

/// What can go wrong with a queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The address is none.
    #[error(
        "{address} is no address of a queue: {problem}; write nats://HOST:PORT or tls://HOST:PORT"
    )]
    Address {
        /// What was given, without what may be secret in it.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no server, or it lets nobody in.
    #[error(
        "cannot connect to the queue at {server}: {problem}; the server must run there and know who \
         asks, which is taken from {place}"
    )]
    Connect {
        /// The server.
        server: String,
        /// What was said.
        problem: String,
        /// Where it stands who asks.
        place: &'static str,
    },
    /// A file of the credentials cannot be read.
    #[error("cannot read {file}, which {place} names: {source}")]
    Credentials {
        /// Where the file is named.
        place: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Who asks may not do what is needed.
    #[error(
        "the queue at {server} refuses: {refused}; who asks is taken from {place}, and must be \
         permitted to publish and to subscribe to nightshift.>, $JS.>, $O.> and _INBOX.>"
    )]
    Rights {
        /// The server.
        server: String,
        /// What it refused, in its own words.
        refused: String,
        /// Where it stands who asks.
        place: &'static str,
    },
    /// The server does not do what it is asked to.
    #[error(
        "cannot {action} at the queue {server}: {problem}; it needs JetStream (nats-server -js)"
    )]
    Server {
        /// What was tried.
        action: &'static str,
        /// The server.
        server: String,
        /// What was said.
        problem: String,
    },
    /// What came over the queue cannot be used.
    #[error("{0}")]
    Damaged(String),
    /// No server can be started on this machine.
    #[error("{0}")]
    NoServer(String),
}
