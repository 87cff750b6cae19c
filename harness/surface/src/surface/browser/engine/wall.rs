//! [`Wall`]: the only way from the browser to the network, a SOCKS5 proxy that asks a list.
//!
//! The browser is started with this proxy for everything, loopback too, so that it neither
//! resolves a name nor opens a connection by itself. Connections are judged by host and port
//! as the page named them; what is refused is remembered. Used by [`crate::surface::browser::session`].
//!
//! A browser of another machine must reach it there, where others could too. So it takes nothing
//! from anywhere until its browser has shown itself: by asking for a host that nobody can guess and
//! that only it was told. From then on it takes connections of that machine alone. Where one of
//! another machine asks for what the browser may reach, that is the browser by another address, and is
//! told.
//!
//! The protocol is RFC 1928, the part that Chromium speaks: no authentication, CONNECT.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::bidi::locked;
use crate::listening::{next_connection, same, token};
use crate::process::within;
use crate::surface::SurfaceError;

/// How long a connection may take to say where it wants to go: browsers say it at once, and others
/// could hold connections open without end.
const GREETING: Duration = Duration::from_secs(10);

/// The replies of RFC 1928, section 6.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Succeeded = 0,
    NotAllowed = 2,
    Refused = 5,
    CommandNotSupported = 7,
}

/// Whose connections are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Door {
    /// Those of whoever can come: on loopback, for a browser of this machine.
    #[default]
    Open,
    /// Nobody's, until somebody asks for this host.
    Shut(String),
    /// Those of this machine alone.
    Of(IpAddr),
}

/// Who may be reached: entries of `host` or `host:port` by the page that brought them.
#[derive(Debug, Default)]
struct Book {
    allowed: BTreeMap<String, Vec<String>>,
    denied: Vec<String>,
    door: Door,
    /// The other machines that were refused what they may reach by this list, since the last look.
    /// Who does not know the product's port is none of them.
    refused: BTreeSet<IpAddr>,
}

/// A running proxy; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Wall {
    /// What the browser calls the machine that it runs on, which is this one.
    host: String,
    port: u16,
    book: Arc<Mutex<Book>>,
    task: tokio::task::JoinHandle<()>,
}

impl Wall {
    /// Starts on a free loopback port, with nothing allowed.
    pub(crate) async fn start() -> Result<Self, SurfaceError> {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let listener = TcpListener::bind((here, 0)).await.map_err(unopened)?;
        Self::on(listener, here.to_string(), Door::Open)
    }

    /// Starts for a browser of another machine, which reaches this one by `reach_us`, or else by the
    /// address that we have towards it. It lets nobody in yet.
    pub(crate) async fn start_afar(
        ours: IpAddr,
        reach_us: Option<&str>,
    ) -> Result<Self, SurfaceError> {
        let all: IpAddr = match ours {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        // A name, or an address that is not ours, leads here by a way that only others know.
        let wanted = reach_us.map_or(Some(ours), |it| it.parse().ok());
        let own = match wanted {
            Some(own) => TcpListener::bind((own, 0)).await.ok(),
            None => None,
        };
        let listener = match own {
            Some(listener) => listener,
            None => TcpListener::bind((all, 0)).await.map_err(unopened)?,
        };
        let host = reach_us.map_or_else(|| ours.to_string(), str::to_owned);
        let word = format!("{}.invalid", token().map_err(unopened)?);
        Self::on(listener, host, Door::Shut(word))
    }

    fn on(listener: TcpListener, host: String, door: Door) -> Result<Self, SurfaceError> {
        let port = listener.local_addr().map_err(unopened)?.port();
        let book = Arc::new(Mutex::new(Book { door, ..Book::default() }));
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
        Ok(Self { host, port, book, task })
    }

    /// The host that the browser reaches the proxy by.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Where the browser reaches the proxy, as URLs write it.
    pub(crate) fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The host by which the browser shows itself, where it still has to.
    pub(crate) fn word(&self) -> Option<String> {
        match &locked(&self.book).door {
            Door::Shut(word) => Some(word.clone()),
            Door::Open | Door::Of(_) => None,
        }
    }

    /// The machine whose connections alone are taken; `None` where that is not decided by it.
    pub(crate) fn only(&self) -> Option<IpAddr> {
        match locked(&self.book).door {
            Door::Of(machine) => Some(machine),
            Door::Open | Door::Shut(_) => None,
        }
    }

    /// Looks whether all that wanted to go where the browser may go came from its one address since
    /// the last look.
    ///
    /// # Errors
    /// It did not: what the page lacks then is not the product's fault.
    pub(crate) fn look_for_others(&self) -> Result<(), SurfaceError> {
        let (refused, door) = {
            let mut book = locked(&self.book);
            (std::mem::take(&mut book.refused), book.door.clone())
        };
        let (Some(other), Door::Of(known)) = (refused.first(), door) else { return Ok(()) };
        Err(SurfaceError::BrowserLost(format!(
            "connections of a browser that came from {known} came from {other} too and were \
             refused; it must come from one address"
        )))
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

fn unopened(source: std::io::Error) -> SurfaceError {
    SurfaceError::Io { what: "opening the egress proxy".to_owned(), source }
}

impl Book {
    /// Whether something asked for by this machine is looked at at all.
    fn lets_in(&mut self, machine: IpAddr, host: &str) -> bool {
        match &self.door {
            Door::Open => true,
            Door::Of(known) => *known == machine,
            Door::Shut(word) => {
                if same(word, host) {
                    self.door = Door::Of(machine);
                }
                // There is no such host: it was only to be asked for.
                false
            }
        }
    }

    /// Whether this machine is connected to this host and port; what is refused is remembered.
    fn judges(&mut self, machine: IpAddr, host: &str, port: u16) -> bool {
        let is_let_in = self.lets_in(machine, host);
        let may_be_reached = self.allows(host, port);
        if is_let_in && !may_be_reached {
            let named = format!("{host}:{port}");
            if !self.denied.contains(&named) {
                self.denied.push(named);
            }
        }
        if !is_let_in && may_be_reached && matches!(self.door, Door::Of(_)) {
            self.refused.insert(machine);
        }
        is_let_in && may_be_reached
    }

    fn allows(&self, host: &str, port: u16) -> bool {
        let with_port = format!("{host}:{port}");
        self.allowed
            .values()
            .flatten()
            .any(|entry| entry.eq_ignore_ascii_case(host) || entry.eq_ignore_ascii_case(&with_port))
    }
}

/// What a connection asks for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    command: u8,
    host: String,
    port: u16,
}

impl Asked {
    /// Greets a connection and reads what it asks for, within a limit.
    async fn of(stream: &mut TcpStream, limit: Duration) -> std::io::Result<Self> {
        let asked = within(limit, Self::read(stream)).await;
        asked.unwrap_or_else(|| Err(std::io::ErrorKind::TimedOut.into()))
    }

    async fn read(stream: &mut TcpStream) -> std::io::Result<Self> {
        let mut head = [0; 2];
        stream.read_exact(&mut head).await?;
        let mut methods = vec![0; usize::from(head[1])];
        stream.read_exact(&mut methods).await?;
        stream.write_all(&[5, 0]).await?;
        let mut request = [0; 4];
        stream.read_exact(&mut request).await?;
        let host = read_host(stream, request[3]).await?;
        Ok(Self { command: request[1], host, port: stream.read_u16().await? })
    }
}

async fn serve(mut stream: TcpStream, book: &Mutex<Book>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let machine = stream.peer_addr()?.ip();
    let Asked { command, host, port } = Asked::of(&mut stream, GREETING).await?;
    if command != 1 {
        return answer(&mut stream, Reply::CommandNotSupported).await;
    }
    let allowed = locked(book).judges(machine, &host, port);
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

    #[test]
    fn nobody_is_let_in_before_the_browser_has_shown_itself_and_no_other_machine_afterwards() {
        let mut book = Book { door: Door::Shut("s3cret.invalid".to_owned()), ..Book::default() };
        let [browser, stranger] = [[10_u8, 0, 0, 7], [10, 0, 0, 8]].map(IpAddr::from);
        assert!(!book.lets_in(stranger, "127.0.0.1") && !book.lets_in(browser, "127.0.0.1"));
        assert!(!book.lets_in(browser, "s3cret.invalid"), "it is only to be asked for");
        assert!(book.lets_in(browser, "127.0.0.1") && !book.lets_in(stranger, "127.0.0.1"));
        assert!(!book.lets_in(stranger, "s3cret.invalid") && !book.lets_in(stranger, "127.0.0.1"));
        let mut here = Book::default();
        assert!(here.lets_in(stranger, "127.0.0.1"), "on loopback everybody is of this machine");
    }

    #[tokio::test]
    async fn a_browser_that_comes_by_another_address_too_is_told_once_and_a_stranger_is_not() {
        let wall = Wall::start().await.expect("it starts");
        let [browser, other] = [[10_u8, 0, 0, 7], [10, 0, 0, 8]].map(IpAddr::from);
        let asks = |machine, host| locked(&wall.book).judges(machine, host, 80);
        wall.allow("page", vec!["127.0.0.1:80".to_owned()]);
        locked(&wall.book).door = Door::Shut("s3cret.invalid".to_owned());
        assert!(!asks(other, "127.0.0.1"), "nobody is known yet");
        assert!(!asks(browser, "s3cret.invalid") && asks(browser, "127.0.0.1"));
        assert!(!asks(browser, "cdn.test") && !asks(other, "cdn.test"));
        wall.look_for_others().expect("a stranger does not know where the product is");
        assert!(!asks(other, "127.0.0.1"));
        let said = wall.look_for_others().expect_err("it came by another address").to_string();
        assert!(said.contains("came from 10.0.0.7 came from 10.0.0.8 too"), "{said}");
        wall.look_for_others().expect("it was told");
        assert_eq!(wall.denied(), ["cdn.test:80"]);
    }

    #[tokio::test]
    async fn a_connection_that_does_not_say_where_it_wants_to_go_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let there = listener.local_addr().expect("an address");
        let asked = async |sent: &[u8]| {
            let mut client = TcpStream::connect(there).await.expect("it listens");
            client.write_all(sent).await.expect("writable");
            let mut stream = next_connection(&listener).await;
            let asked = Asked::of(&mut stream, Duration::from_millis(300)).await;
            asked.map_err(|error| error.kind())
        };
        let begun: &[u8] = &[5, 1, 0, 5, 1];
        assert_eq!(asked(begun).await, Err(std::io::ErrorKind::TimedOut));
        let whole: &[u8] = &[5, 1, 0, 5, 1, 0, 3, 1, b'a', 0, 80];
        let shop = Asked { command: 1, host: "a".to_owned(), port: 80 };
        assert_eq!(asked(whole).await, Ok(shop));
    }

    #[tokio::test]
    async fn a_wall_for_another_machine_listens_where_it_is_reached_and_gives_that_as_its_address()
    {
        let ours = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let plain = Wall::start_afar(ours, None).await.expect("it starts");
        assert!(plain.address().starts_with("127.0.0.1:"), "{}", plain.address());
        assert!(plain.word().is_some_and(|it| it.ends_with(".invalid")) && plain.only().is_none());
        let named = Wall::start_afar(ours, Some("host.test")).await.expect("it starts");
        assert!(named.address().starts_with("host.test:"), "{}", named.address());
        assert_eq!(Wall::start().await.expect("it starts").word(), None);
    }
}
