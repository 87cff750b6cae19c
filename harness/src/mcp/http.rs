//! The same over streamable HTTP, on loopback alone: [`serve_http`]. Each client has a product of its
//! own and brings the token. A page in somebody's browser is no client: what comes with a foreign host
//! or origin is refused.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::McpError;
use super::server::{Server, Way};
use super::setting::Setting;
use crate::listening::{next_connection, same};

/// The path that clients are given.
pub(super) const PATH: &str = "/mcp";

/// The header by which requests belong to a client that has begun.
const SESSION: &str = "mcp-session-id";

/// A client that says nothing for so long has left.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// So many clients are served at once: each has a product and a browser.
const MOST_CLIENTS: usize = 4;
/// So many connections are held at once; the next waits.
const MOST_CONNECTIONS: usize = 64;
/// The largest request, in bytes.
const LARGEST_REQUEST: usize = 1 << 20;

/// Who may come in.
struct Door {
    token: String,
    /// The clients that may still come.
    places: Arc<Semaphore>,
}

impl Door {
    /// Why a request is not answered; who lacks the token learns nothing else.
    fn refuses<B>(&self, request: &Request<B>) -> Option<(StatusCode, &'static str)> {
        let given = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        if !given.and_then(bearer).is_some_and(|it| same(it, &self.token)) {
            let why = "bring the token that the server was started with, as in: Authorization: Bearer TOKEN";
            return Some((StatusCode::UNAUTHORIZED, why));
        }
        let begins = request.method() == Method::POST && !request.headers().contains_key(SESSION);
        (begins && self.places.available_permits() == 0).then_some((
            StatusCode::SERVICE_UNAVAILABLE,
            "as many clients as there may be are connected; end one of them, or start another server",
        ))
    }
}

/// The token of a header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn refused((status, why): (StatusCode, &'static str)) -> Response<BoxBody<Bytes, Infallible>> {
    let mut response = Response::new(Full::new(Bytes::from_static(why.as_bytes())).boxed());
    *response.status_mut() = status;
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn sessions() -> LocalSessionManager {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SILENCE);
    sessions
}

/// Serves clients at an address that bring the token, until the setting's stop comes; `said` is told
/// the URL.
///
/// # Errors
/// The address is not on loopback, or is taken.
pub async fn serve_http(
    setting: Arc<Setting>,
    address: SocketAddr,
    token: String,
    said: &dyn Fn(&str),
) -> Result<(), McpError> {
    if !address.ip().is_loopback() {
        return Err(McpError::NotLoopback(address));
    }
    let listener =
        TcpListener::bind(address).await.map_err(|source| McpError::Address { address, source })?;
    let address = listener.local_addr().map_err(|source| McpError::Address { address, source })?;
    said(&format!("http://{address}{PATH}"));
    let shared = setting.clone();
    let make = move || Server::new(shared.clone(), Way::Requests);
    let mut signal = setting.stop.signal();
    let stopped = async {
        // Nobody can stop it where the sender is gone, which ends it as well.
        let _ = signal.wait_for(|stop| *stop).await;
    };
    answer((listener, address), (token, MOST_CLIENTS), make, stopped).await;
    setting.empty().await;
    Ok(())
}

/// Answers clients that bring the token, so many at once, until the end comes.
pub(super) async fn answer(
    (listener, address): (TcpListener, SocketAddr),
    (token, most): (String, usize),
    make: impl Fn() -> Server + Send + Sync + 'static,
    end: impl Future<Output = ()>,
) {
    let own = [address.to_string(), format!("localhost:{}", address.port())];
    let config = StreamableHttpServerConfig::default()
        .with_max_request_body_bytes(LARGEST_REQUEST)
        .with_allowed_hosts(own.clone())
        .with_allowed_origins(own.map(|it| format!("http://{it}")));
    let ending = config.cancellation_token.clone();
    let door = Arc::new(Door { token, places: Arc::new(Semaphore::new(most)) });
    let places = door.places.clone();
    let make = move || match places.clone().try_acquire_owned() {
        Ok(place) => Ok(make().at(place)),
        Err(_) => Err(std::io::Error::other("there are as many clients as there may be")),
    };
    let service = StreamableHttpService::new(make, Arc::new(sessions()), config);
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut end = std::pin::pin!(end);
    loop {
        let (place, stream) = tokio::select! {
            () = &mut end => break,
            next = next(&listener, &connections) => next,
        };
        let (service, door) = (service.clone(), door.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (service, door) = (service.clone(), door.clone());
                async move {
                    let why = door.refuses(&request);
                    Ok::<_, Infallible>(match why {
                        Some(why) => refused(why),
                        None => service.handle(request).await,
                    })
                }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            // Who says nothing is waited for until the builder's time for a head is over.
            http.timer(TokioTimer::new());
            // A client that goes away in the middle is no error of ours.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
    ending.cancel();
}

/// The next connection, as soon as there is a place for it.
async fn next(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, TcpStream) {
    let place = connections.clone().acquire_owned().await.expect("nobody closes it");
    (place, next_connection(listener).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(places: usize) -> Door {
        Door { token: "0123456789abcdef".to_owned(), places: Arc::new(Semaphore::new(places)) }
    }

    fn asked(headers: &[(&str, &str)]) -> Request<()> {
        let all = headers.iter().fold(Request::post("/mcp"), |all, it| all.header(it.0, it.1));
        all.body(()).expect("a request")
    }

    #[test]
    fn who_brings_the_token_is_answered_and_nobody_else() {
        let status = |value: &str| {
            door(1).refuses(&asked(&[("authorization", value)])).map(|it| it.0.as_u16())
        };
        assert_eq!(status("Bearer 0123456789abcdef"), None);
        assert_eq!(status("bearer  0123456789abcdef"), None);
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer 0123456789abcdee",
            "Bearer 0123456789abcde",
            "Bearer 0123456789abcdef0",
            "Basic 0123456789abcdef",
            "0123456789abcdef",
        ] {
            assert_eq!(status(wrong), Some(401), "{wrong:?}");
        }
        assert_eq!(door(1).refuses(&asked(&[])).map(|it| it.0.as_u16()), Some(401));
        let refused = refused((StatusCode::UNAUTHORIZED, "why"));
        assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    }

    #[test]
    fn a_client_more_than_there_may_be_is_told_so_and_those_who_are_there_go_on() {
        let token = ("authorization", "Bearer 0123456789abcdef");
        let status =
            |headers: &[(&str, &str)]| door(0).refuses(&asked(headers)).map(|it| it.0.as_u16());
        assert_eq!(status(&[token]), Some(503));
        assert_eq!(status(&[token, (SESSION, "1")]), None);
        assert_eq!(status(&[(SESSION, "1")]), Some(401), "the token comes first");
    }
}
