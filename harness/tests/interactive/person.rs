//! [`Person`]: somebody at a browser without a window, by the engine's own input: the page cannot
//! tell it from a mouse and a keyboard.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a person waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where an element is, in the viewport of the outermost document.
const SPOT: &str = "((el) => { if (!el) return null; el.scrollIntoView({ block: 'center' }); \
    const r = el.getBoundingClientRect(); let x = r.x + r.width / 2; let y = r.y + r.height / 2; \
    for (let v = el.ownerDocument.defaultView; v !== window; v = v.parent) { \
    const f = v.frameElement.getBoundingClientRect(); x += f.x + v.frameElement.clientLeft; \
    y += f.y + v.frameElement.clientTop; } return { x, y }; })";

/// Somebody at one tab.
pub struct Person {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
}

impl Person {
    /// Sits down at the tab with this address among the developer tools' targets.
    pub async fn at(target: &str) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(target).await.expect("the tools answer");
        Self { socket, last: 0 }
    }

    async fn send(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let text = json!({ "id": self.last, "method": method, "params": params }).to_string();
        self.socket.send(Message::text(text)).await.expect("the tools take it");
        self.last
    }

    /// Does something, and waits until it is done.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        loop {
            let message = self.socket.next().await.expect("the tools answer").expect("they stand");
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    /// What an expression of the page is.
    pub async fn ask(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", params).await;
        answer["result"]["value"].clone()
    }

    /// Looks until it is so.
    pub async fn until(&mut self, expression: &str) {
        let started = Instant::now();
        while self.ask(expression).await != json!(true) {
            assert!(started.elapsed() < PATIENCE, "waited in vain: {expression}");
        }
    }

    /// Looks until the tab is at this path, and whole.
    pub async fn arrives(&mut self, path: &str) {
        let here = "location.pathname + location.search";
        self.until(&format!("{here} === '{path}' && document.readyState === 'complete'")).await;
    }

    async fn spot(&mut self, element: &str) -> (Value, Value) {
        self.until(&format!("!!({element})")).await;
        let spot = self.ask(&format!("{SPOT}({element})")).await;
        (spot["x"].clone(), spot["y"].clone())
    }

    /// Clicks an element, so often.
    pub async fn clicks(&mut self, element: &str, button: &str, times: u32) {
        let (x, y) = self.spot(element).await;
        let mouse = |kind: &str, count: u32| json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": count });
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }))
            .await;
        for count in 1..=times {
            self.call("Input.dispatchMouseEvent", mouse("mousePressed", count)).await;
            self.call("Input.dispatchMouseEvent", mouse("mouseReleased", count)).await;
        }
    }

    /// Clicks an element.
    pub async fn click(&mut self, element: &str) {
        self.clicks(element, "left", 1).await;
    }

    /// Clicks what opens a dialog, which keeps the click from ending, and answers it.
    pub async fn click_and_answer(&mut self, element: &str, accept: bool) {
        self.call("Page.enable", json!({})).await;
        let (x, y) = self.spot(element).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.send("Input.dispatchMouseEvent", mouse).await;
        }
        loop {
            let message = self.socket.next().await.expect("the tools answer").expect("they stand");
            if matches!(&message, Message::Text(text) if text.contains("javascriptDialogOpening")) {
                break;
            }
        }
        self.call("Page.handleJavaScriptDialog", json!({ "accept": accept })).await;
    }

    /// Presses and releases a key.
    pub async fn key(&mut self, key: &str, code: u32, text: &str) {
        let down =
            json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text });
        self.call("Input.dispatchKeyEvent", down).await;
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up).await;
    }

    /// Types on the keyboard.
    pub async fn types(&mut self, text: &str) {
        for letter in text.chars() {
            let code = letter.to_ascii_uppercase() as u32;
            self.key(&letter.to_string(), code, &letter.to_string()).await;
        }
    }

    /// Presses Enter.
    pub async fn enter(&mut self) {
        self.key("Enter", 13, "\r").await;
    }

    /// Gives files to a field, as its chooser would.
    pub async fn gives(&mut self, element: &str, file: &std::path::Path) {
        let asked = json!({ "expression": element });
        let field = self.call("Runtime.evaluate", asked).await["result"]["objectId"].clone();
        let params = json!({ "files": [file.display().to_string()], "objectId": field });
        self.call("DOM.setFileInputFiles", params).await;
    }
}
