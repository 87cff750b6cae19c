//! [`ToolServer`]: who serves our tools to a coding agent that a night starts. It knows the protocol, and is
//! above this room.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::attempt::{Call, Told};
use crate::ledger::Secrets;

/// Serves our tools to a coding agent.
pub trait ToolServer: std::fmt::Debug + Send + Sync {
    /// Opens them on this machine, for who brings the token, until what it answers with is dropped.
    fn open(&self, room: Room) -> BoxFuture<'_, std::io::Result<OpenTools>>;
}

/// What is served.
pub struct Room {
    /// Where calls go; `None` where it may only answer.
    pub calls: Option<mpsc::Sender<Call>>,
    /// Where what it tells at its end goes.
    pub told: Arc<Mutex<Option<Told>>>,
    /// What nobody may tell it.
    pub secrets: Secrets,
}

/// Tools that are served.
pub struct OpenTools {
    /// Where.
    pub address: SocketAddr,
    /// The same as clients have it.
    pub url: String,
    /// What must be brought.
    pub token: String,
    /// They are served as long as this is kept.
    pub until: oneshot::Sender<()>,
}
