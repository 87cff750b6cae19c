//! [`Wall`]: the only way from the browser to the network, a SOCKS5 proxy that asks a list.
//!
//! The browser is started with this proxy for everything, loopback too, so that it neither
//! resolves a name nor opens a connection by itself. Connections are judged by host and port
//! as the page named them; what is refused is remembered. Used by [`crate::surface::browser::session`].
//!
//! The protocol is RFC 1928, the part that Chromium speaks: no authentication, CONNECT.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::bidi::locked;
use crate::listening::next_connection;
use crate::surface::SurfaceError;

/// The replies of RFC 1928, section 6.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Succeeded = 0,
    NotAllowed = 2,
    Refused = 5,
    CommandNotSupported = 7,
}

/// Who may be reached: entries of `host` or `host:port` by the page that brought them.
#[derive(Debug, Default)]
struct Book {
    allowed: BTreeMap<String, Vec<String>>,
    denied: Vec<String>,
}

/// A running proxy; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Wall {
    port: u16,
    book: Arc<Mutex<Book>>,
    task: tokio::task::JoinHandle<()>,
}

impl Wall {
    /// Starts on a free loopback port, with nothing allowed.
    pub(crate) async fn start() -> Result<Self, SurfaceError> {
        let io = |source| SurfaceError::Io { what: "opening the egress proxy".to_owned(), source };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(io)?;
        let port = listener.local_addr().map_err(io)?.port();
        let book = Arc::new(Mutex::new(Book::default()));
        let shared = Arc::clone(&book);
        let task = tokio::spawn(async move {
            loop {
                let stream = next_connection(&listener).await;
                let book = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A connection that breaks is the page's failed request; its watch tells.
                    drop(serve(stream, &book).await);
                });
            }
        });
        Ok(Self { port, book, task })
    }

    /// The port that the proxy listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Allows these hosts until `owner` is forgotten.
    pub(crate) fn allow(&self, owner: &str, hosts: Vec<String>) {
        locked(&self.book).allowed.insert(owner.to_owned(), hosts);
    }

    /// Takes back what was allowed for `owner`.
    pub(crate) fn forget(&self, owner: &str) {
        locked(&self.book).allowed.remove(owner);
    }

    /// Whether this host and port may be reached.
    pub(crate) fn allows(&self, host: &str, port: u16) -> bool {
        locked(&self.book).allows(host, port)
    }

    /// What was refused so far, as `host:port`, each once, in order.
    pub(crate) fn denied(&self) -> Vec<String> {
        locked(&self.book).denied.clone()
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Book {
    fn allows(&self, host: &str, port: u16) -> bool {
        let with_port = format!("{host}:{port}");
        self.allowed
            .values()
            .flatten()
            .any(|entry| entry.eq_ignore_ascii_case(host) || entry.eq_ignore_ascii_case(&with_port))
    }
}

async fn serve(mut stream: TcpStream, book: &Mutex<Book>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let mut methods = vec![0; usize::from(head[1])];
    stream.read_exact(&mut methods).await?;
    stream.write_all(&[5, 0]).await?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    let host = read_host(&mut stream, request[3]).await?;
    let port = stream.read_u16().await?;
    if request[1] != 1 {
        return answer(&mut stream, Reply::CommandNotSupported).await;
    }
    let allowed = {
        let mut book = locked(book);
        let allowed = book.allows(&host, port);
        if !allowed {
            let named = format!("{host}:{port}");
            if !book.denied.contains(&named) {
                book.denied.push(named);
            }
        }
        allowed
    };
    if !allowed {
        return answer(&mut stream, Reply::NotAllowed).await;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(mut upstream) = TcpStream::connect((bare, port)).await else {
        return answer(&mut stream, Reply::Refused).await;
    };
    upstream.set_nodelay(true)?;
    answer(&mut stream, Reply::Succeeded).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut upstream).await?;
    Ok(())
}

/// The host of a request, as text: names as they are, IPv6 in brackets as URLs write it.
async fn read_host(stream: &mut TcpStream, kind: u8) -> std::io::Result<String> {
    match kind {
        1 => {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await?;
            Ok(std::net::Ipv4Addr::from(octets).to_string())
        }
        3 => {
            let mut name = vec![0; usize::from(stream.read_u8().await?)];
            stream.read_exact(&mut name).await?;
            Ok(String::from_utf8_lossy(&name).into_owned())
        }
        _ => {
            let mut octets = [0; 16];
            stream.read_exact(&mut octets).await?;
            Ok(format!("[{}]", std::net::Ipv6Addr::from(octets)))
        }
    }
}

async fn answer(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    stream.write_all(&[5, reply as u8, 0, 1, 0, 0, 0, 0, 0, 0]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_allowed_on_every_port_and_a_host_with_port_only_there() {
        let mut book = Book::default();
        book.allowed
            .insert("page".to_owned(), vec!["127.0.0.1:80".to_owned(), "CDN.test".to_owned()]);
        let asked = [("127.0.0.1", 80), ("127.0.0.1", 81), ("cdn.test", 443), ("127.0.0.2", 80)];
        assert_eq!(asked.map(|(host, port)| book.allows(host, port)), [true, false, true, false]);
    }
}
