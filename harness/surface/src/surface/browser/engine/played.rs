//! [`Played`]: a grid that a test plays. It gives sessions, says what it is asked for, and knows which
//! of its sessions are open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::grid::Grid;

/// A grid that a test plays. The sessions that it gives are `a1`, `a2` and so on.
#[derive(Debug)]
pub struct Played {
    /// The grid, as it is used.
    pub grid: Grid,
    /// Method and path of each request that it got, such as `DELETE /session/a1`.
    pub heard: UnboundedReceiver<String>,
    /// Whether it gives sessions now, or has whoever asks wait.
    pub gives: watch::Sender<bool>,
    /// Whether it ends sessions now.
    pub ends: watch::Sender<bool>,
    /// Whether it answers anything else now. It knows no events, and refuses who asks for them.
    pub answers: watch::Sender<bool>,
    sessions: Arc<Mutex<Sessions>>,
}

/// The sessions of such a grid.
#[derive(Debug, Default)]
struct Sessions {
    given: usize,
    open: Vec<String>,
}

/// What each request is answered with.
#[derive(Clone)]
struct Desk {
    capabilities: Value,
    told: UnboundedSender<String>,
    gives: watch::Receiver<bool>,
    ends: watch::Receiver<bool>,
    answers: watch::Receiver<bool>,
    sessions: Arc<Mutex<Sessions>>,
}

impl Played {
    /// A grid whose sessions have these capabilities, which does everything at once.
    pub async fn with(capabilities: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (told, heard) = unbounded_channel();
        let [gives, ends, answers] = [true; 3].map(watch::Sender::new);
        let sessions = Arc::<Mutex<Sessions>>::default();
        let desk = Desk {
            capabilities,
            told,
            gives: gives.subscribe(),
            ends: ends.subscribe(),
            answers: answers.subscribe(),
            sessions: sessions.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(desk.clone().serve(stream));
            }
        });
        let grid = Grid::at(&format!("http://127.0.0.1:{port}"), None, None);
        let grid = grid.expect("it is an address");
        Self { grid, heard, gives, ends, answers, sessions }
    }

    /// How many of its sessions are open.
    #[must_use]
    pub fn open(&self) -> usize {
        locked(&self.sessions).open.len()
    }
}

impl Desk {
    async fn serve(mut self, stream: TcpStream) {
        let (stream, asked) = request(stream).await;
        if asked.is_empty() {
            // Somebody looked whether anybody is there.
            return;
        }
        let gives = asked == "POST /session";
        let ends = asked.strip_prefix("DELETE /session/").map(str::to_owned);
        drop(self.told.send(asked));
        let may = match (gives, &ends) {
            (true, _) => &mut self.gives,
            (false, Some(_)) => &mut self.ends,
            (false, None) => &mut self.answers,
        };
        // A test that is over lets everything through.
        let _may = may.wait_for(|it| *it).await.is_ok();
        let value = if gives {
            json!({ "sessionId": self.give(), "capabilities": self.capabilities })
        } else {
            locked(&self.sessions).open.retain(|it| ends.as_ref() != Some(it));
            Value::Null
        };
        answer(stream, &json!({ "value": value }).to_string()).await;
    }

    /// Opens a session; its name.
    fn give(&self) -> String {
        let mut sessions = locked(&self.sessions);
        sessions.given += 1;
        let name = format!("a{}", sessions.given);
        sessions.open.push(name.clone());
        name
    }
}

fn locked(sessions: &Mutex<Sessions>) -> MutexGuard<'_, Sessions> {
    sessions.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a request: its method and path.
pub(super) async fn request(mut stream: TcpStream) -> (TcpStream, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |it| it.parse().expect("a number")) {
                break;
            }
        }
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let first: Vec<&str> = text.split(' ').take(2).collect();
    (stream, first.join(" "))
}

async fn answer(mut stream: TcpStream, body: &str) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    // Who has gone away hears no answer.
    drop(stream.write_all(answer.as_bytes()).await);
}
