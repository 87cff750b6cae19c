//! The same over streamable HTTP, on loopback alone: [`serve_http`]. Each client has a product of its
//! own. A page in somebody's browser is no client: what comes with a foreign host or origin is refused.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use super::McpError;
use super::server::{Server, Way};
use super::setting::Setting;
use crate::listening::next_connection;

/// The path that clients are given.
const PATH: &str = "/mcp";

/// A client that says nothing for so long has left.
const SILENCE: Duration = Duration::from_secs(30 * 60);

fn sessions() -> LocalSessionManager {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SILENCE);
    sessions
}

/// Serves clients at an address until the setting's stop comes; `said` is told the URL.
///
/// # Errors
/// The address is not on loopback, or is taken.
pub async fn serve_http(
    setting: Arc<Setting>,
    address: SocketAddr,
    said: &dyn Fn(&str),
) -> Result<(), McpError> {
    if !address.ip().is_loopback() {
        return Err(McpError::NotLoopback(address));
    }
    let listener =
        TcpListener::bind(address).await.map_err(|source| McpError::Address { address, source })?;
    let address = listener.local_addr().map_err(|source| McpError::Address { address, source })?;
    let own = [address.to_string(), format!("localhost:{}", address.port())];
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(own.clone())
        .with_allowed_origins(own.map(|it| format!("http://{it}")));
    let ending = config.cancellation_token.clone();
    let shared = setting.clone();
    let service = StreamableHttpService::new(
        move || Ok(Server::new(shared.clone(), Way::Requests)),
        Arc::new(sessions()),
        config,
    );
    said(&format!("http://{address}{PATH}"));
    let mut signal = setting.stop.signal();
    let mut stopped = std::pin::pin!(signal.wait_for(|stop| *stop));
    loop {
        let stream = tokio::select! {
            _ = &mut stopped => break,
            stream = next_connection(&listener) => stream,
        };
        let service = service.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(service.handle(request).await) }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            // Who says nothing is waited for until the builder's time for a head is over.
            http.timer(TokioTimer::new());
            // A client that goes away in the middle is no error of ours.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
    ending.cancel();
    drop(service);
    setting.empty().await;
    Ok(())
}
