//! [`Grid`]: where browsers are had from that run on other machines: a Selenium Grid 4, or any remote
//! `WebDriver` of Chromium. What it says of itself is [`super::condition`]'s, what one of its sessions
//! is [`super::remote`]'s.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, watch};
use url::Url;

use super::gate::{Gate, Login};
use crate::surface::SurfaceError;

/// How long it may take to answer what needs no browser.
const ANSWER: Duration = Duration::from_secs(10);

/// Where browsers are had from that run on other machines.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Its address; the path ends with a slash.
    url: Url,
    /// What it is called where it is told of.
    shown: String,
    /// Who asks, where it wants to know.
    login: Option<Login>,
    /// The way to it, where plain HTTP does not lead there.
    gate: Arc<OnceCell<Gate>>,
    /// This machine, as those of the browsers reach it, where that is not seen from here.
    reach_us: Option<String>,
    /// Has a receiver for each session that is asked for, or ended while nobody waits for that.
    under_way: Arc<watch::Sender<()>>,
    /// Who waits for a session that did not come yet.
    waits: Arc<Mutex<Vec<Waiting>>>,
}

/// Somebody who waits for a session.
#[derive(Debug)]
struct Waiting {
    since: Instant,
    /// Since when nobody has made room for it.
    alone: Instant,
}

/// Says of a grid, as long as it is held, that somebody waits for a session.
pub(super) struct Wait {
    grid: Grid,
    since: Instant,
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut waits = self.grid.waits();
        if let Some(own) = waits.iter().position(|it| it.since == self.since) {
            waits.swap_remove(own);
        }
    }
}

impl Grid {
    /// The grid at this address; who asks, by name and password, where it wants to know.
    ///
    /// # Errors
    /// It is no address of one.
    pub fn at(
        address: &str,
        login: Option<(String, String)>,
        reach_us: Option<String>,
    ) -> Result<Self, SurfaceError> {
        let refused = |why: &str| {
            SurfaceError::BrowserMissing(format!(
                "the address of the grid {why}; write it as http://grid.example:4444"
            ))
        };
        let mut url = Url::parse(address).map_err(|error| refused(&format!("is none: {error}")))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(refused("begins neither with http:// nor with https://"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refused("has no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds who asks"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("has a query or a fragment"));
        }
        // What older clients put behind the address; a Grid 4 answers without it.
        let path = url.path().trim_end_matches('/');
        let path = format!("{}/", path.strip_suffix("/wd/hub").unwrap_or(path));
        url.set_path(&path);
        let login = login.map(|(user, password)| Login { user, password });
        let shown = url.as_str().trim_end_matches('/').to_owned();
        let (gate, under_way) = (Arc::default(), Arc::new(watch::Sender::new(())));
        let waits = Arc::default();
        Ok(Self { url, shown, login, gate, reach_us, under_way, waits })
    }

    /// The same grid, told of by this text: its address is a secret, of which every part is one.
    #[must_use]
    pub fn shown_as(self, shown: &str) -> Self {
        Self { shown: shown.to_owned(), ..self }
    }

    /// What it is called where it is told of: its address, unless that is a secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shown
    }

    /// What it said, without its own path where that is a secret: a server names the path that it
    /// does not know.
    pub(crate) fn discreet(&self, said: &str) -> String {
        let is_secret = self.shown != self.url.as_str().trim_end_matches('/');
        match self.url.path().trim_matches('/') {
            path if is_secret && !path.is_empty() => said.replace(path, "[secret]"),
            _ => said.to_owned(),
        }
    }

    /// This machine, as those of the browsers reach it, where it was said.
    pub(crate) fn reach_us(&self) -> Option<&str> {
        self.reach_us.as_deref()
    }

    /// What whoever asks for a session, or ends one that nobody waits for, holds meanwhile.
    pub(super) fn opens(&self) -> watch::Receiver<()> {
        self.under_way.subscribe()
    }

    /// Whether no session is asked for or ended any more within this time. One that nobody waits for
    /// is ended when it comes, as long as this program runs.
    pub async fn has_settled(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.under_way.closed()).await.is_ok()
    }

    /// Says that somebody waits for a session.
    pub(super) fn wait(&self) -> Wait {
        self.wait_since(Instant::now())
    }

    fn wait_since(&self, since: Instant) -> Wait {
        self.waits().push(Waiting { since, alone: since });
        Wait { grid: self.clone(), since }
    }

    /// For tests: somebody has waited since then, for as long as what this answers is held.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn waits_since(&self, since: Instant) -> impl Send + use<> {
        self.wait_since(since)
    }

    /// For how long somebody of this program waits for a session; `None` where nobody does.
    #[must_use]
    pub fn waited_for(&self) -> Option<Duration> {
        self.waits().iter().map(|it| it.since.elapsed()).max()
    }

    /// Takes it on to make room for one who has waited for so long: the one who has waited longest.
    /// Answers whether there is one for whom nobody else did so within this time.
    #[must_use]
    pub fn makes_room_for_one(&self, patient: Duration) -> bool {
        let mut waits = self.waits();
        let Some(first) = waits.iter_mut().min_by_key(|it| it.alone) else { return false };
        let is_due = first.alone.elapsed() >= patient;
        if is_due {
            first.alone = Instant::now();
        }
        is_due
    }

    fn waits(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What paths of commands are joined to: its address, or that of our gate before it.
    pub(crate) async fn base(&self) -> Result<&Url, SurfaceError> {
        if self.url.scheme() == "http" && self.login.is_none() {
            return Ok(&self.url);
        }
        let opened = self.gate.get_or_try_init(|| Gate::open(&self.url, self.login.as_ref())).await;
        opened.map(|gate| &gate.base).map_err(|why| {
            SurfaceError::BrowserMissing(format!("the way to the grid {}: {why}", self.name()))
        })
    }

    /// A socket of a session, below the `base` by which we reach the grid: it names the address by
    /// which it knows itself, and others may not reach it there.
    pub(crate) fn socket(&self, base: &Url, said: &str) -> Option<String> {
        let said = Url::parse(said).ok()?;
        let own = said.path().strip_prefix(self.url.path());
        let path = own.unwrap_or(said.path().trim_start_matches('/'));
        let mut url = base.join(path).ok()?;
        url.set_query(said.query());
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        let rest = url.as_str().split_once(':')?.1;
        Some(format!("{scheme}:{rest}"))
    }

    /// The addresses of a connection to it: ours, and its own.
    pub(crate) async fn addresses(&self) -> Result<(IpAddr, IpAddr), SurfaceError> {
        let unreached = |why: String| {
            SurfaceError::BrowserMissing(format!(
                "nothing takes connections at the grid {}: {why}",
                self.name()
            ))
        };
        let host = self.url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_or_known_default().unwrap_or(80);
        let connected = tokio::time::timeout(ANSWER, TcpStream::connect((host, port))).await;
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(unreached(error.to_string())),
            Err(_) => return Err(unreached(format!("no answer within {} s", ANSWER.as_secs()))),
        };
        let both = stream.local_addr().and_then(|ours| Ok((ours, stream.peer_addr()?)));
        let (ours, its) = both.map_err(|error| unreached(error.to_string()))?;
        Ok((ours.ip(), its.ip()))
    }

    /// Asks for a path without a body; answers with the status and what was sent.
    pub(crate) async fn ask(&self, method: Method, path: &str) -> Result<(u16, Bytes), String> {
        let base = self.base().await.map_err(|error| error.to_string())?;
        let url = base.join(path).map_err(|error| error.to_string())?;
        let request = Request::builder().method(method).uri(url.as_str());
        let request = request.body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let asked = async {
            let answer = client.request(request).await.map_err(|error| reason(&error))?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.map_err(|error| reason(&error))?;
            Ok::<_, String>((status, body.to_bytes()))
        };
        match tokio::time::timeout(ANSWER, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", ANSWER.as_secs())),
        }
    }
}

/// Why something went wrong: what is at the bottom of the chain, such as "connection refused".
fn reason(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(address: &str) -> Grid {
        Grid::at(address, None, None).expect("an address")
    }

    #[test]
    fn sockets_are_reached_where_the_grid_is_whatever_it_calls_itself() {
        let bidi = |at: &str, said: &str| {
            let grid = grid(at);
            grid.socket(&grid.url, said).unwrap_or_default()
        };
        assert_eq!(
            [
                bidi("http://grid.test:4444", "ws://172.17.0.2:4444/session/a1/se/bidi"),
                bidi("http://grid.test", "ws://10.0.0.3:4444/session/a1/se/cdp?x=1"),
                bidi("http://127.0.0.1:9515/", "ws://localhost:9515/session/a1"),
                bidi("http://ci.test/grid", "ws://10.0.0.3:4444/grid/session/a1/se/bidi"),
                bidi("http://ci.test/grid", "ws://10.0.0.3:4444/session/a1/se/bidi"),
                bidi("https://ci.test", "ws://10.0.0.3:4444/session/a1/se/bidi"),
            ],
            [
                "ws://grid.test:4444/session/a1/se/bidi",
                "ws://grid.test/session/a1/se/cdp?x=1",
                "ws://127.0.0.1:9515/session/a1",
                "ws://ci.test/grid/session/a1/se/bidi",
                "ws://ci.test/grid/session/a1/se/bidi",
                "wss://ci.test/session/a1/se/bidi",
            ]
        );
        let behind = grid("https://ci.test/grid");
        let gate = Url::parse("http://127.0.0.1:7/t0ken/").expect("an address");
        assert_eq!(
            behind.socket(&gate, "ws://10.0.0.3:4444/grid/session/a1/se/bidi").as_deref(),
            Some("ws://127.0.0.1:7/t0ken/session/a1/se/bidi")
        );
        assert_eq!(behind.socket(&gate, "no address"), None);
    }

    #[test]
    fn room_is_made_once_for_each_who_waits_long_and_again_where_none_came_of_it() {
        let grid = grid("http://grid.test:4444");
        let long = Duration::from_secs(10);
        assert!(!grid.makes_room_for_one(Duration::ZERO), "nobody waits");
        let ago = |seconds| {
            let then = Instant::now().checked_sub(Duration::from_secs(seconds));
            grid.wait_since(then.expect("the machine runs for longer"))
        };
        let (first, second, just) = (ago(12), ago(11), grid.wait());
        let twice = [grid.makes_room_for_one(long), grid.makes_room_for_one(long)];
        assert_eq!(twice, [true, true], "each of them is made room for");
        assert!(!grid.makes_room_for_one(long), "who came just now is not");
        assert!(grid.waited_for() >= Some(long), "they wait until it comes");
        drop((first, second));
        assert!(!grid.makes_room_for_one(long), "they got it");
        assert!(grid.makes_room_for_one(Duration::ZERO));
        assert!(grid.makes_room_for_one(Duration::ZERO), "somebody else took what was made");
        drop(just);
        assert_eq!(grid.waited_for(), None);
    }

    #[test]
    fn what_older_clients_put_behind_the_address_is_left_out() {
        assert_eq!(grid("http://grid.test:4444/wd/hub").name(), "http://grid.test:4444");
        assert_eq!(grid("http://ci.test/grid/wd/hub/").name(), "http://ci.test/grid");
    }

    #[test]
    fn a_path_that_is_a_secret_is_taken_out_of_what_a_grid_says_and_another_is_not() {
        let said = "Unable to find handler for (POST) /key123/session";
        let open = grid("https://grid.test/key123/");
        assert_eq!(open.discreet(said), said);
        let secret = open.shown_as("${secret:GRID}");
        assert_eq!(secret.discreet(said), "Unable to find handler for (POST) /[secret]/session");
        let bare = grid("https://grid.test").shown_as("${secret:GRID}");
        assert_eq!(bare.discreet(said), said);
    }

    #[test]
    fn what_is_no_address_of_a_grid_is_told() {
        let said = |at: &str| Grid::at(at, None, None).expect_err("it is none").to_string();
        assert!(said("grid.test").contains("is none"), "{}", said("grid.test"));
        assert!(said("ftp://grid.test").contains("begins neither with http://"));
        for at in ["https://grid.test/webdriver?token=s3cret", "https://grid.test/#s3cret"] {
            let rest = said(at);
            assert!(rest.contains("has a query or") && !rest.contains("s3cret"), "{rest}");
        }
        let secret = said("http://ada:s3cret@grid.test");
        assert!(secret.contains("holds who asks") && !secret.contains("s3cret"), "{secret}");
    }

    #[tokio::test]
    async fn a_grid_that_nobody_is_at_is_told_by_its_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let at = grid(&format!("http://127.0.0.1:{port}"));
        let (ours, its) = at.addresses().await.expect("it listens");
        assert!(ours.is_loopback() && its.is_loopback());
        drop(listener);
        let said = at.addresses().await.expect_err("nobody is there").to_string();
        assert!(said.contains(at.name()), "{said}");
        let at = at.shown_as("${secret:GRID}");
        let said = at.addresses().await.expect_err("nobody is there").to_string();
        assert!(said.contains("${secret:GRID}") && !said.contains("127.0.0.1"), "{said}");
        assert!(at.ask(Method::GET, "status").await.is_err());
    }
}
