//! [`LentTools`]: our tools for a coding agent that an attempt starts, over HTTP on loopback, with a token
//! that only this one gets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::http::{self, PATH};
use super::lent::Lent;
use super::server::Server;
use super::setting::Setting;
use crate::listening;
use crate::night::{Invitation, OpenTools, Room, RunOptions, Stop, ToolServer};
use crate::spec::Overrides;

/// A client may connect again while its first connection is still there.
const MOST_CLIENTS: usize = 2;

/// Serves our tools to coding agents that attempts start.
#[derive(Debug)]
pub struct LentTools(Arc<Setting>);

impl LentTools {
    /// Those of a suite, as it was changed on the command line.
    #[must_use]
    pub fn of(root: &Path, overrides: &Overrides) -> Arc<dyn ToolServer> {
        Arc::new(Self(Arc::new(Setting {
            root: root.to_owned(),
            overrides: overrides.clone(),
            options: RunOptions::default(),
            invitation: Invitation::default(),
            stop: Stop::default(),
            clients: watch::Sender::new(0),
            leaving: Mutex::default(),
        })))
    }
}

impl ToolServer for LentTools {
    fn open(&self, room: Room) -> BoxFuture<'_, std::io::Result<OpenTools>> {
        let lent = Lent::of(room);
        async move {
            let token = listening::token()?;
            let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
            let address = listener.local_addr()?;
            let (until, end) = oneshot::channel::<()>();
            let setting = self.0.clone();
            let make = move || Server::lending(setting.clone(), lent.clone());
            let end = async move {
                // It ends with who keeps the other side.
                let _ = end.await;
            };
            let who = (token.clone(), MOST_CLIENTS);
            tokio::spawn(http::answer((listener, address), who, make, end));
            let url = format!("http://{address}{PATH}");
            Ok(OpenTools { address, url, token, until })
        }
        .boxed()
    }
}
