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

/// So many clients may connect until the errand ends, which ends them all. One that went away without a
/// word keeps its place until then; it holds nothing but a way to the attempt.
const MOST_CLIENTS: usize = 16;

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
            before: Mutex::default(),
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::ledger::Secrets;

    /// The status that a client is answered which begins and says nothing more.
    async fn begun(open: &OpenTools) -> String {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"own","version":"1"}}}"#;
        let (address, token, length) = (open.address, &open.token, body.len());
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it takes requests");
        let mut head = [0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut head).await.expect("it answers");
        String::from_utf8_lossy(&head).into_owned()
    }

    #[tokio::test]
    async fn clients_that_went_away_keep_a_later_one_out_only_where_there_were_very_many() {
        let tools = LentTools::of(Path::new("/nowhere"), &Overrides::default());
        let room = Room { calls: None, told: Arc::default(), secrets: Secrets::default() };
        let open = tools.open(room).await.expect("a free port");
        for _ in 0..MOST_CLIENTS {
            assert_eq!(begun(&open).await, "HTTP/1.1 200");
        }
        assert_eq!(begun(&open).await, "HTTP/1.1 503");
    }
}
