//! A client of our own that speaks JSON-RPC over the standard input and output of a server, also to
//! servers of others.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A client that has connected.
pub struct Client {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    next: u64,
    /// What it was told without asking.
    pub notes: Vec<Value>,
}

/// What a tool answered.
#[derive(Debug)]
pub struct Told {
    pub text: String,
    pub is_error: bool,
    pub picture: Option<String>,
}

impl Client {
    /// Starts a server and connects to it.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().expect("piped"));
        let mut client = Self { child, to, from, next: 0, notes: Vec::new() };
        let info = client.request(
            "initialize",
            &json!({
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": { "name": "own", "version": "1" },
            }),
        );
        assert!(info["serverInfo"]["name"].is_string(), "{info}");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        let to = self.to.as_mut().expect("connected");
        writeln!(to, "{message}").expect("it listens");
    }

    /// Asks, and waits for the answer.
    pub fn request(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert_ne!(self.from.read_line(&mut line).expect("readable"), 0, "it answers {method}");
            let mut message: Value = serde_json::from_str(&line).expect("nothing but the protocol");
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].take();
            }
            self.notes.push(message);
        }
    }

    /// Calls a tool.
    #[expect(clippy::needless_pass_by_value, reason = "calls are written as they are sent")]
    pub fn call(&mut self, tool: &str, arguments: Value) -> Told {
        let params = json!({
            "name": tool, "arguments": arguments, "_meta": { "progressToken": format!("p{}", self.next) },
        });
        let result = self.request("tools/call", &params);
        let content = result["content"].as_array().expect("content");
        Told {
            text: text_of(&content[0]["text"]),
            is_error: result["isError"] == true,
            picture: content.iter().find(|it| it["type"] == "image").map(|it| text_of(&it["data"])),
        }
    }

    /// The text of a call that goes well.
    pub fn well(&mut self, tool: &str, arguments: Value) -> String {
        let told = self.call(tool, arguments);
        assert!(!told.is_error, "{}", told.text);
        told.text
    }

    /// The text of a call that does not.
    pub fn wrong(&mut self, tool: &str, arguments: Value) -> String {
        let told = self.call(tool, arguments);
        assert!(told.is_error, "{}", told.text);
        told.text
    }

    /// Has the server killed, as by a crash.
    pub fn kill(mut self) {
        self.child.kill().expect("ours to kill");
        self.child.wait().expect("gone");
    }

    /// Leaves, and waits for the end.
    pub fn leave(mut self) {
        self.to = None;
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.to = None;
        // It ends by itself; one that does not must not outlive the test.
        if std::thread::panicking() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
