//! [`Bidi`]: a small `WebDriver BiDi` client on the browser's session: commands out, events in.
//!
//! One task owns the socket. Events reach the sink in the order in which the browser sent them,
//! and always before the answer to a later command: that is what makes a round trip a flush.
//! Written for [`crate::surface::browser::session`]; what events mean is told in [`crate::surface::browser::events::record`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::process::within;
use crate::surface::SurfaceError;

/// What a command came back with when it did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The browser answered with an error: its code and its message.
    Said(String, String),
    /// The connection is gone.
    Gone,
    /// No answer within the limit.
    Silent,
}

impl Refusal {
    /// The refusal as the loss of the browser while `what` was tried.
    pub(crate) fn lost(&self, what: &str) -> SurfaceError {
        SurfaceError::BrowserLost(format!("{what}: {self}"))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said(code, message) => write!(f, "{message} ({code})"),
            Self::Gone => f.write_str("the connection to the browser broke"),
            Self::Silent => f.write_str("the browser did not answer in time"),
        }
    }
}

/// Where events go: the method and its parameters.
pub(super) type Sink = Box<dyn Fn(&str, &Value) + Send>;

type Answer = Result<Value, Refusal>;
/// The commands that wait for an answer; `None` once the connection is gone.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

/// A connection; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Bidi {
    outgoing: mpsc::UnboundedSender<String>,
    waiting: Waiting,
    next: Arc<AtomicU64>,
}

impl Bidi {
    /// Connects to the `webSocketUrl` of a session within a limit. `on_end` runs once when the
    /// connection is gone.
    pub(crate) async fn connect(
        url: &str,
        limit: Duration,
        sink: Sink,
        on_end: impl FnOnce() + Send + 'static,
    ) -> Result<Self, SurfaceError> {
        // Evidence such as PDFs is larger than the library's limits for strangers' messages.
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
        let said = match within(limit, connecting).await {
            Some(Ok((socket, _))) => Ok(socket),
            Some(Err(error)) => Err(error.to_string()),
            None => Err(format!("no answer within {} s", limit.as_secs_f64())),
        };
        // The address itself may hold a secret, or the token of a gate.
        let socket = said.map_err(|why| {
            SurfaceError::BrowserLost(format!("connecting to the browser's events: {why}"))
        })?;
        let (mut write, mut read) = socket.split();
        let (outgoing, mut queue) = mpsc::unbounded_channel::<String>();
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let answers = Arc::clone(&waiting);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    text = queue.recv() => match text {
                        Some(text) => if write.send(Message::text(text)).await.is_err() { break },
                        None => break,
                    },
                    message = read.next() => match message {
                        Some(Ok(Message::Text(text))) => receive(&text, &answers, &sink),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                        Some(Ok(_)) => {}
                    },
                }
            }
            // Dropping the senders tells every waiting command that the connection is gone.
            drop(locked(&answers).take());
            on_end();
        });
        Ok(Self { outgoing, waiting, next: Arc::new(AtomicU64::new(1)) })
    }

    /// Sends a command and waits for its result, at most `limit` as the fair clock counts it.
    pub(crate) async fn command(&self, method: &str, params: Value, limit: Duration) -> Answer {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        match locked(&self.waiting).as_mut() {
            Some(waiting) => waiting.insert(id, sender),
            None => return Err(Refusal::Gone),
        };
        let text = json!({ "id": id, "method": method, "params": params }).to_string();
        if self.outgoing.send(text).is_err() {
            return Err(Refusal::Gone);
        }
        match within(limit, receiver).await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) => Err(Refusal::Gone),
            None => {
                if let Some(waiting) = locked(&self.waiting).as_mut() {
                    waiting.remove(&id);
                }
                Err(Refusal::Silent)
            }
        }
    }

    /// Sends a command whose answer nobody waits for.
    pub(crate) fn send(&self, method: &str, params: &Value) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let text = json!({ "id": id, "method": method, "params": params }).to_string();
        // Where the connection is gone, so is what the command was for.
        drop(self.outgoing.send(text));
    }

    /// Whether the connection still stands.
    pub(crate) fn is_alive(&self) -> bool {
        locked(&self.waiting).is_some()
    }
}

fn receive(text: &str, waiting: &Waiting, sink: &Sink) {
    let Ok(mut message) = serde_json::from_str::<Value>(text) else {
        tracing::warn!("the browser sent an event message that is no JSON; it is left out");
        return;
    };
    let Some(id) = message["id"].as_u64() else {
        if let Some(method) = message["method"].as_str() {
            sink(method, &message["params"]);
        }
        return;
    };
    let sender = locked(waiting).as_mut().and_then(|waiting| waiting.remove(&id));
    let Some(sender) = sender else { return };
    let answer = if message["type"] == "error" {
        let part = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        Err(Refusal::Said(part("error"), part("message")))
    } else {
        Ok(message["result"].take())
    };
    // A command that was given up has nobody left to hear its answer.
    drop(sender.send(answer));
}

/// A poisoned lock only means that another task panicked; the data behind it is still whole.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn lost(url: &str) -> String {
        let limit = Duration::from_millis(300);
        let connected = Bidi::connect(url, limit, Box::new(|_, _| ()), || ()).await;
        connected.expect_err("there are no events").to_string()
    }

    #[tokio::test]
    async fn a_browser_whose_events_are_not_reached_is_told_without_its_address() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let said = lost(&format!("ws://127.0.0.1:{port}/t0ken/session/a1")).await;
        assert!(said.contains("connecting to the browser's events: "), "{said}");
        assert!(!said.contains("t0ken") && !said.contains("a1"), "{said}");
    }

    #[tokio::test]
    async fn a_browser_that_takes_the_connection_and_says_nothing_is_waited_for_no_longer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let said = lost(&format!("ws://127.0.0.1:{port}/session/a1")).await;
        assert!(said.contains("no answer within 0.3 s"), "{said}");
    }
}
