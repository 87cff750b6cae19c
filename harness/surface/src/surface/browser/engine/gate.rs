//! [`Gate`]: the way to a grid that speaks TLS or wants to know who asks: a server of ours on loopback
//! that hands everything on, sockets too. What speaks to browsers in this house speaks plain HTTP and
//! knows no passwords, and so it stays. Whoever asks must know a token, which is part of the address.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use http_body_util::{BodyExt, Empty, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, UPGRADE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::listening::{next_connection, token};
use crate::process::within;

/// How long it may take until there is a connection to the grid.
const CONNECTING: Duration = Duration::from_secs(10);

/// Who asks.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A running gate; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Gate {
    /// Its address, with the token.
    pub(super) base: Url,
    task: tokio::task::JoinHandle<()>,
}

impl Gate {
    /// Opens one to this address, whose path ends with a slash.
    pub(super) async fn open(to: &Url, login: Option<&Login>) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|it| it.to_string())?;
        let port = listener.local_addr().map_err(|it| it.to_string())?.port();
        let prefix = format!("/{}/", token().map_err(|it| it.to_string())?);
        let base = Url::parse(&format!("http://127.0.0.1:{port}{prefix}"));
        let base = base.map_err(|it| it.to_string())?;
        let beyond = Arc::new(Beyond::of(to, login, prefix)?);
        let task = tokio::spawn(async move {
            loop {
                let stream = next_connection(&listener).await;
                tokio::spawn(serve(stream, Arc::clone(&beyond)));
            }
        });
        Ok(Self { base, task })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A connection to the grid.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// What requests of one of our connections are sent by.
type Sender = SendRequest<Incoming>;

/// What lies beyond the gate.
struct Beyond {
    host: String,
    port: u16,
    /// How the grid is called in requests.
    named: HeaderValue,
    /// What is put before each path, and what stands for it on our side.
    path: String,
    prefix: String,
    authorization: Option<HeaderValue>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Beyond {
    fn of(to: &Url, login: Option<&Login>, prefix: String) -> Result<Self, String> {
        let host = to.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let named = match to.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let authorization = match login {
            None => None,
            Some(Login { user, password }) => {
                let both =
                    base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
                let value = HeaderValue::try_from(format!("Basic {both}"));
                let mut value = value.map_err(|it| it.to_string())?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let tls = if to.scheme() == "https" {
            let name = ServerName::try_from(bare.clone()).map_err(|it| it.to_string())?;
            Some((connector()?, name))
        } else {
            None
        };
        Ok(Self {
            port: to.port_or_known_default().unwrap_or(80),
            named: HeaderValue::try_from(named).map_err(|it| it.to_string())?,
            path: to.path().to_owned(),
            host: bare,
            prefix,
            authorization,
            tls,
        })
    }

    async fn connect(&self, limit: Duration) -> Result<Sender, String> {
        match within(limit, self.dial()).await {
            Some(connected) => connected,
            None => Err(format!("no connection within {} s", limit.as_secs_f64())),
        }
    }

    async fn dial(&self) -> Result<Sender, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|it| it.to_string())?;
        stream.set_nodelay(true).map_err(|it| it.to_string())?;
        let wire: Box<dyn Wire> = match &self.tls {
            None => Box::new(stream),
            Some((connector, name)) => {
                let connected = connector.connect(name.clone(), stream).await;
                Box::new(connected.map_err(|it| it.to_string())?)
            }
        };
        let made = handshake(TokioIo::new(wire)).await;
        let (sender, connection) = made.map_err(|it| it.to_string())?;
        tokio::spawn(async move {
            // A connection that breaks is told by the request that waits for it.
            drop(connection.with_upgrades().await);
        });
        Ok(sender)
    }

    /// The request as the grid gets it; `None` where it is not from us.
    fn translated(&self, mut request: Request<Incoming>) -> Option<Request<Incoming>> {
        let asked = request.uri().path_and_query()?.as_str();
        let rest = asked.strip_prefix(&self.prefix)?;
        let uri = format!("{}{rest}", self.path).parse::<Uri>().ok()?;
        *request.uri_mut() = uri;
        request.headers_mut().insert(HOST, self.named.clone());
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        Some(request)
    }

    /// Hands a request on and its answer back. Requests of one connection of ours go over one of
    /// theirs; one that becomes a socket has its own.
    async fn hand_on(
        &self,
        mut request: Request<Incoming>,
        line: &Mutex<Option<Sender>>,
    ) -> Response<BoxBody<Bytes, hyper::Error>> {
        let becomes_socket = request.headers().contains_key(UPGRADE);
        let ours = hyper::upgrade::on(&mut request);
        let Some(request) = self.translated(request) else { return plain(StatusCode::FORBIDDEN) };
        let mut line = line.lock().await;
        let kept = line.take().filter(|_| !becomes_socket);
        let sender = match kept {
            Some(mut sender) => sender.ready().await.ok().map(|()| sender),
            None => None,
        };
        let sender = match sender {
            Some(sender) => Ok(sender),
            None => self.connect(CONNECTING).await,
        };
        let answered = match sender {
            Ok(mut sender) => {
                let answered = sender.send_request(request).await.map_err(|it| it.to_string());
                *line = Some(sender).filter(|_| !becomes_socket);
                answered
            }
            Err(why) => Err(why),
        };
        let mut answer = match answered {
            Ok(answer) => answer,
            Err(why) => {
                tracing::debug!("a request to the grid was not answered: {why}");
                return plain(StatusCode::BAD_GATEWAY);
            }
        };
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let theirs = hyper::upgrade::on(&mut answer);
            tokio::spawn(async move {
                let (Ok(ours), Ok(theirs)) = tokio::join!(ours, theirs) else { return };
                let (mut ours, mut theirs) = (TokioIo::new(ours), TokioIo::new(theirs));
                // A socket that breaks is told by whoever listens to it.
                drop(tokio::io::copy_bidirectional(&mut ours, &mut theirs).await);
            });
        }
        answer.map(BodyExt::boxed)
    }
}

/// Trusts whom this machine trusts.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine trusts nobody (its ca-certificates are missing)".to_owned());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|it| it.to_string())?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn serve(stream: TcpStream, beyond: Arc<Beyond>) {
    let line = Arc::new(Mutex::new(None));
    let service = service_fn(move |request| {
        let (beyond, line) = (Arc::clone(&beyond), Arc::clone(&line));
        async move { Ok::<_, Infallible>(beyond.hand_on(request, &line).await) }
    });
    let http = hyper::server::conn::http1::Builder::new();
    // Who goes away in the middle is no error of ours.
    drop(http.serve_connection(TokioIo::new(stream), service).with_upgrades().await);
}

fn plain(status: StatusCode) -> Response<BoxBody<Bytes, hyper::Error>> {
    let body = Empty::new().map_err(|never: Infallible| -> hyper::Error { match never {} }).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// A server that answers each connection's first request with these bytes, and says what was asked.
    async fn answering(
        bytes: &'static [u8],
    ) -> (Url, tokio::sync::mpsc::UnboundedReceiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (told, heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let mut stream = next_connection(&listener).await;
                let mut asked = vec![0; 4096];
                let read = stream.read(&mut asked).await.expect("readable");
                let asked = String::from_utf8_lossy(&asked[..read]).to_lowercase();
                drop(told.send(asked));
                stream.write_all(bytes).await.expect("writable");
                // What a socket says is said back.
                let mut echo = [0; 4];
                if stream.read_exact(&mut echo).await.is_ok() {
                    stream.write_all(&echo).await.expect("writable");
                }
            }
        });
        let url = format!("http://127.0.0.1:{port}/grid/");
        (Url::parse(&url).expect("an address"), heard)
    }

    const CLOSE: &str = "connection: close\r\n";

    fn login() -> Login {
        Login { user: "ada".to_owned(), password: "p@ss:word".to_owned() }
    }

    async fn asked(base: &Url, path: &str, more: &str) -> (TcpStream, String) {
        let port = base.port().expect("a port");
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.expect("writable");
        let mut answer = Vec::new();
        if more == CLOSE {
            stream.read_to_end(&mut answer).await.expect("readable");
        } else {
            while !answer.ends_with(b"\r\n\r\n") {
                answer.push(stream.read_u8().await.expect("readable"));
            }
        }
        (stream, String::from_utf8_lossy(&answer).into_owned())
    }

    #[tokio::test]
    async fn a_request_is_handed_on_with_who_asks_and_only_by_whom_knows_the_token() {
        let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        let (grid, mut heard) = answering(ok).await;
        let gate = Gate::open(&grid, Some(&login())).await.expect("it opens");
        let path = format!("{}status?a=1", gate.base.path());
        let (_, answer) = asked(&gate.base, &path, CLOSE).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hi"), "{answer}");
        let request = heard.recv().await.expect("it was asked");
        assert!(request.starts_with("get /grid/status?a=1 http/1.1"), "{request}");
        let secret = base64::engine::general_purpose::STANDARD.encode("ada:p@ss:word");
        assert!(request.contains(&format!("authorization: basic {}", secret.to_lowercase())));
        let (_, refused) = asked(&gate.base, "/status", CLOSE).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
        assert!(heard.try_recv().is_err(), "nobody was asked");
        assert!(!format!("{:?}", login()).contains("p@ss"));
    }

    #[tokio::test]
    async fn a_socket_goes_through_and_a_grid_that_is_gone_is_told() {
        let switching = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\
                          upgrade: websocket\r\n\r\n";
        let (grid, _heard) = answering(switching).await;
        let gate = Gate::open(&grid, None).await.expect("it opens");
        let path = format!("{}session/a1/se/bidi", gate.base.path());
        let upgrade = "connection: upgrade\r\nupgrade: websocket\r\n";
        let (mut socket, answer) = asked(&gate.base, &path, upgrade).await;
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        socket.write_all(b"ping").await.expect("writable");
        let mut echo = [0; 4];
        socket.read_exact(&mut echo).await.expect("readable");
        assert_eq!(&echo, b"ping");

        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = nobody.local_addr().expect("an address").port();
        drop(nobody);
        let gone = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("an address");
        let gate = Gate::open(&gone, None).await.expect("it opens");
        let (_, answer) = asked(&gate.base, gate.base.path(), CLOSE).await;
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    }

    #[tokio::test]
    async fn a_grid_that_takes_the_connection_and_never_speaks_tls_is_waited_for_no_longer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let plain = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("an address");
        let mut beyond = Beyond::of(&plain, None, "/t0ken/".to_owned()).expect("it is one");
        drop(beyond.connect(CONNECTING).await.expect("without TLS nobody need speak"));
        // Whom it trusts does not matter here, and a machine of tests may trust nobody.
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("there are some");
        let config = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        let name = ServerName::try_from("grid.test").expect("a name");
        beyond.tls = Some((TlsConnector::from(Arc::new(config)), name));
        let said = beyond.connect(Duration::from_millis(300)).await.err();
        assert_eq!(said.as_deref(), Some("no connection within 0.3 s"));
    }
}
