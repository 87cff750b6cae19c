//! A language model for tests: it speaks the chat protocol of `OpenAI` on loopback, answers as a test says,
//! and remembers what it was asked.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What it was asked, by its own account; `picture` is the one that came with it.
pub type Asked = Arc<Mutex<Vec<Value>>>;

/// A model that speaks the chat protocol of `OpenAI` and answers as `think` does, given what it is told; a
/// text is said as it stands.
pub fn model(think: impl Fn(&Value) -> Value + Send + 'static) -> (u16, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Asked::default();
    let told = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a caller");
            // Whoever asks may be gone before it is through: its time was over.
            let Some(body) = asked_by(&mut stream) else { continue };
            let content = &body["messages"][1]["content"];
            let user = content.as_str().or_else(|| content[0]["text"].as_str()).expect("a text");
            let mut user: Value = serde_json::from_str(user).expect("one document");
            let answer = match think(&user) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            if let Some(url) = content[1]["image_url"]["url"].as_str() {
                user["picture"] = json!(url);
            }
            told.lock().expect("unpoisoned").push(user);
            let answer = json!({
                "choices": [{ "finish_reason": "stop", "message": { "content": answer } }],
                "usage": { "prompt_tokens": 50, "completion_tokens": 5 },
            })
            .to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            let _ = stream.write_all((head + &answer).as_bytes());
        }
    });
    (port, asked)
}

/// The body of a request; `None` where the caller left before its end.
fn asked_by(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).ok().filter(|it| *it > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("\r\n\r\n").map(|it| serde_json::from_str(it.1));
        if let Some(Ok(body)) = body {
            return Some(body);
        }
    }
}

/// The reference of the first thing that is told in these words; `None` where none is.
pub fn found(told: &Value, words: &str) -> Option<String> {
    let things = told["page"]["things"].as_array()?;
    let line = things.iter().filter_map(Value::as_str).find(|it| it.contains(words))?;
    line.split(' ').next().map(str::to_owned)
}

/// The same of a thing that is there.
pub fn reference(told: &Value, words: &str) -> String {
    found(told, words).expect("it is there")
}

/// How many actions were done towards the goal.
pub fn done(told: &Value) -> usize {
    told["done"].as_array().map_or(0, Vec::len)
}

/// An answer of one action.
pub fn act(action: &str, reference: &str, text: &str) -> Value {
    json!({ "action": action, "ref": reference, "text": text, "why": "so" })
}
