//! A scripted model on loopback: each protocol, and every way in which a model can fail; what a model
//! is told, and what becomes of what it answers.

mod streamed;
mod told;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::agent::{Proposal, SECRET};
use crate::model::agent::{AgentApi, AgentConfig};
use crate::model::budget::Budget;
use crate::model::outline::{Element, Outline};
use crate::model::scenario::{FieldValue, RunCommand};
use crate::model::{Action, Locator, Target, Template};

/// What the server does with one request.
#[derive(Debug, Clone)]
enum Turn {
    /// Status, further headers, body.
    Say(u16, &'static str, String),
    /// It takes the request and says nothing.
    Silence,
    /// It hangs up in the middle of its answer.
    HangUp,
    /// It sends events in these pieces, with a pause before each.
    Pieces(Vec<Vec<u8>>, Duration, After),
}

/// What a server does when it has sent its pieces.
#[derive(Debug, Clone)]
enum After {
    /// It ends the connection.
    Ends,
    /// It sends this until the caller leaves.
    Repeats(String),
}

/// Sends events until there are no more, or the caller leaves.
async fn send(mut stream: TcpStream, pieces: Vec<Vec<u8>>, pause: Duration, then: After) {
    const HEAD: &str = "HTTP/1.1 200 x\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n";
    let mut here = stream.write_all(HEAD.as_bytes()).await.is_ok();
    for piece in pieces {
        tokio::time::sleep(pause).await;
        here = here && stream.write_all(&piece).await.is_ok();
    }
    while let (true, After::Repeats(piece)) = (here, &then) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        here = stream.write_all(piece.as_bytes()).await.is_ok();
    }
}

/// What it was sent: the head and the body.
type Seen = Arc<Mutex<Vec<(String, Value)>>>;

async fn server(turns: Vec<Turn>) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let seen = Seen::default();
    let sent = seen.clone();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        for turn in turns {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut bytes = Vec::new();
            let request = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).await.expect("readable");
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n")
                    && let Ok(body) = serde_json::from_str(body)
                {
                    break (head.to_lowercase(), body);
                }
            };
            sent.lock().expect("unpoisoned").push(request);
            let answer = match turn {
                Turn::Say(status, headers, body) => format!(
                    "HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                ),
                Turn::HangUp => "HTTP/1.1 200 x\r\ncontent-length: 900\r\n\r\n{\"cho".to_owned(),
                Turn::Silence => {
                    kept.push(stream);
                    continue;
                }
                Turn::Pieces(pieces, pause, then) => {
                    send(stream, pieces, pause, then).await;
                    continue;
                }
            };
            stream.write_all(answer.as_bytes()).await.expect("writable");
        }
        std::future::pending::<()>().await;
    });
    (address, seen)
}

fn config(api: AgentApi, url: &str) -> AgentConfig {
    AgentConfig {
        api,
        url: url.to_owned(),
        model: "small".to_owned(),
        command: None,
        key: None,
        cassette: None,
        timeout_ms: 10_000,
        stream: false,
        pictures: false,
        tokens: 1_000,
        price: None,
        budget: Budget::default(),
        best_of: 1,
        ca: None,
        docs: Vec::new(),
    }
}

const CLICK: &str = r#"{"action":"click","ref":"e1","text":null,"why":"it saves"}"#;

/// An answer as each protocol has it.
fn said(api: AgentApi, text: &str) -> String {
    match api {
        AgentApi::OpenaiChat => json!({
            "choices": [{ "finish_reason": "stop", "message": { "content": text } }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 7 },
        }),
        AgentApi::OpenaiResponses => json!({
            "status": "completed",
            "output": [
                { "type": "reasoning", "summary": [] },
                { "type": "message", "content": [{ "type": "output_text", "text": text }] },
            ],
            "usage": { "input_tokens": 100, "output_tokens": 7 },
        }),
        AgentApi::Anthropic => {
            let input: Value = serde_json::from_str(text).expect("JSON");
            json!({
                "stop_reason": "tool_use",
                "content": [{ "type": "text", "text": "So." }, { "type": "tool_use", "input": input }],
                "usage": { "input_tokens": 100, "output_tokens": 7 },
            })
        }
    }
    .to_string()
}

fn request() -> Request {
    Request::new("one action", &json!({}), Form::Action)
}

fn http(config: &AgentConfig) -> Http {
    Http::new(config, Some("k3y-of-ours".to_owned()), Path::new("")).expect("a client")
}

async fn ask(api: AgentApi, turns: Vec<Turn>) -> (Result<Answer, BackendError>, Seen) {
    let (url, seen) = server(turns).await;
    (http(&config(api, &url)).ask(&request()).await, seen)
}

/// Why there is no answer, and what was tried took.
fn unanswered(answer: Result<Answer, BackendError>) -> (BackendError, Tokens) {
    let took = tokens(&answer);
    match answer.expect_err("there is no answer") {
        BackendError::Paid { error, .. } => (*error, took),
        error => (error, took),
    }
}

/// About how many tokens the request of these tests has.
fn request_tokens(seen: &Seen) -> u64 {
    let seen = seen.lock().expect("unpoisoned");
    bill::about(seen[0].1.to_string().len())
}

#[tokio::test]
async fn each_protocol_is_asked_for_one_action_and_read() {
    for api in AgentApi::ALL {
        let (answer, seen) = ask(api, vec![Turn::Say(200, "", said(api, CLICK))]).await;
        let answer = answer.expect("it answered");
        assert_eq!((answer.tokens_in, answer.tokens_out, answer.tries), (100, 7, 1));
        let wanted: Value = serde_json::from_str(CLICK).expect("JSON");
        assert_eq!(serde_json::from_str::<Value>(&answer.text).expect("JSON"), wanted);
        let seen = seen.lock().expect("unpoisoned");
        let (head, body) = &seen[0];
        let (path, key, schema) = match api {
            AgentApi::OpenaiChat => (
                "post /v1/chat/completions",
                "authorization: bearer k3y-of-ours",
                &body["response_format"]["json_schema"]["schema"],
            ),
            AgentApi::OpenaiResponses => (
                "post /v1/responses",
                "authorization: bearer k3y-of-ours",
                &body["text"]["format"]["schema"],
            ),
            AgentApi::Anthropic => {
                ("post /v1/messages", "x-api-key: k3y-of-ours", &body["tools"][0]["input_schema"])
            }
        };
        assert!(head.starts_with(path) && head.contains(key), "{head}");
        assert_eq!(body["model"], "small");
        assert_eq!(schema["properties"]["action"]["enum"][0], "click");
    }
}

#[test]
fn another_way_is_asked_for_with_more_freedom_and_each_form_has_its_schema() {
    let body = |api, form| wire::body(api, "small", &Request { form, ..request() });
    let chat = |form| body(AgentApi::OpenaiChat, form);
    assert_eq!(chat(Form::Action)["temperature"], 0);
    assert_eq!(chat(Form::AnotherAction)["temperature"], 0.8);
    assert!(body(AgentApi::OpenaiResponses, Form::AnotherAction)["temperature"].is_null());
    for (form, key) in [
        (Form::ActionOrCommand, "action"),
        (Form::Command, "action"),
        (Form::Opinion, "opinion"),
        (Form::Claims, "claims"),
        (Form::Charters, "charters"),
        (Form::Belief, "check"),
    ] {
        let whole = chat(form);
        let schema = &whole["response_format"]["json_schema"]["schema"];
        assert!(schema["properties"][key].is_object(), "{form:?}: {schema}");
        let tool = &body(AgentApi::Anthropic, form)["tools"][0];
        assert_eq!(tool["input_schema"]["required"], schema["required"], "{form:?}");
    }
}

#[test]
fn an_action_names_what_can_be_used_and_its_text_ends() {
    let of = |api, refs: &[&str]| {
        let refs = refs.iter().map(|it| (*it).to_owned()).collect();
        let whole = wire::body(api, "small", &Request { refs, ..request() });
        match api {
            AgentApi::OpenaiChat => whole["response_format"]["json_schema"]["schema"].clone(),
            AgentApi::OpenaiResponses => whole["text"]["format"]["schema"].clone(),
            AgentApi::Anthropic => whole["tools"][0]["input_schema"].clone(),
        }
    };
    let chat = of(AgentApi::OpenaiChat, &["e3", "e7"]);
    assert_eq!(chat["properties"]["ref"]["enum"], serde_json::json!(["e3", "e7", null]));
    // A server of llama.cpp holds a pattern to the text as it is written, its quotes too.
    assert_eq!(chat["properties"]["text"]["maxLength"], 400);
    assert!(chat["properties"]["text"]["pattern"].is_null());
    for api in [AgentApi::OpenaiResponses, AgentApi::Anthropic] {
        let hosted = of(api, &[]);
        assert!(hosted["properties"]["ref"]["enum"].is_null());
        assert_eq!(hosted["properties"]["why"]["pattern"], "^.{0,160}$");
    }
}

#[tokio::test]
async fn what_is_busy_or_hangs_up_is_asked_again_and_what_refuses_is_not() {
    let api = AgentApi::OpenaiChat;
    let good = || Turn::Say(200, "", said(api, CLICK));
    let limited = Turn::Say(429, "retry-after: 1\r\n", "slow down".to_owned());
    let started = Instant::now();
    let (answer, _) = ask(api, vec![limited, good()]).await;
    assert_eq!(answer.expect("it answered").tries, 2);
    assert!(started.elapsed() >= Duration::from_secs(1), "as long as the server asks for");
    let (answer, _) = ask(api, vec![Turn::HangUp, Turn::Say(503, "", String::new()), good()]).await;
    assert_eq!(answer.expect("it answered").tries, 3);
    let (answer, seen) =
        ask(api, vec![Turn::Say(401, "", "no such key: k3y-of-ours".to_owned())]).await;
    let refused = BackendError::Refused { status: 401, said: "no such key: [secret]".to_owned() };
    assert_eq!(answer, Err(refused));
    assert_eq!(seen.lock().expect("unpoisoned").len(), 1);
}

#[tokio::test]
async fn what_is_silent_malformed_or_cut_is_an_error_with_its_reason() {
    let api = AgentApi::OpenaiChat;
    let (url, _) = server(vec![Turn::Silence; 4]).await;
    let hasty = AgentConfig { timeout_ms: 50, ..config(api, &url) };
    let silent = http(&hasty).ask(&request()).await;
    assert_eq!(unanswered(silent).0, BackendError::TooLate { within_ms: 50 });
    let (malformed, _) = ask(api, vec![Turn::Say(200, "", "<html>".to_owned())]).await;
    assert!(matches!(unanswered(malformed).0, BackendError::Malformed(_)));
    let (nothing, _) = ask(api, vec![Turn::Say(200, "", "{}".to_owned())]).await;
    let empty = BackendError::Malformed("it holds no answer".to_owned());
    assert_eq!(unanswered(nothing).0, empty);
    let cut = json!({ "choices": [{ "finish_reason": "length", "message": { "content": "{\"a" } }], "usage": { "prompt_tokens": 9, "completion_tokens": 4 } });
    let (cut, _) = ask(api, vec![Turn::Say(200, "", cut.to_string())]).await;
    let took = Tokens { read: 9, written: 4, estimated: 0 };
    assert_eq!(unanswered(cut), (BackendError::Cut { tokens_out: 4 }, took));
    let nobody = http(&config(api, "http://127.0.0.1:1/v1")).ask(&request()).await;
    assert!(matches!(nobody, Err(BackendError::Unreachable { .. })), "{nobody:?}");
}

#[tokio::test]
async fn what_was_tried_in_vain_is_paid_for_too_by_what_is_said_of_it_or_by_an_estimate() {
    let api = AgentApi::OpenaiChat;
    let good = || Turn::Say(200, "", said(api, CLICK));
    let (answer, seen) = ask(api, vec![Turn::Say(500, "", "lost".to_owned()), good()]).await;
    let (once, answer) = (request_tokens(&seen), tokens(&answer));
    assert_eq!(answer, Tokens { read: 100 + once, written: 7, estimated: once });

    let usage = json!({ "usage": { "prompt_tokens": 30, "completion_tokens": 2 } }).to_string();
    let (answer, _) = ask(api, vec![Turn::Say(500, "", usage), good()]).await;
    assert_eq!(tokens(&answer), Tokens { read: 130, written: 9, estimated: 0 });

    // One whose answer nobody heard of may have written all of it.
    let (url, seen) = server(vec![Turn::Silence; 4]).await;
    let hasty = AgentConfig { timeout_ms: 300, ..config(api, &url) };
    let took = unanswered(http(&hasty).ask(&request()).await).1;
    let all = Tokens::about(4 * request_tokens(&seen), 4 * 1_024);
    assert_eq!(took, all);
    let most = http(&hasty).most_tokens(&request());
    assert_eq!(most.1, took.written, "as much as is held back for it");

    // What a server did not take up costs nothing.
    let limited = Turn::Say(429, "", "slow down".to_owned());
    let (answer, _) = ask(api, vec![limited, good()]).await;
    assert_eq!(tokens(&answer), Tokens { read: 100, written: 7, estimated: 0 });
    let refused = unanswered(ask(api, vec![Turn::Say(401, "", String::new())]).await.0).1;
    let nobody = http(&config(api, "http://127.0.0.1:1/v1")).ask(&request()).await;
    assert_eq!([refused, unanswered(nobody).1], [Tokens::default(); 2]);
}

/// The certificate and key of a server that is only known by its own certificate.
const SERVER: &str = include_str!("testdata/server.pem");

/// A model that is reached by https and answers each caller the same.
fn tls_server() -> String {
    use rustls::pki_types::pem::PemObject as _;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(SERVER.as_bytes())
        .expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(SERVER.as_bytes()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(vec![certificate], key));
    let config = Arc::new(config.expect("a server"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("https://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a caller");
            let connection = rustls::ServerConnection::new(config.clone()).expect("a connection");
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            // Who does not trust the certificate hangs up.
            while let Ok(read @ 1..) = stream.read(&mut part) {
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes);
                let body = text.split_once("\r\n\r\n").map(|it| it.1);
                if body.is_some_and(|it| serde_json::from_str::<Value>(it).is_ok()) {
                    let body = said(AgentApi::OpenaiChat, CLICK);
                    let head = format!("HTTP/1.1 200 x\r\ncontent-length: {}\r\n", body.len());
                    drop(write!(stream, "{head}connection: close\r\n\r\n{body}"));
                    break;
                }
            }
        }
    });
    address
}

#[tokio::test]
async fn a_model_is_reached_by_https_and_only_where_its_certificate_is_known() {
    let url = tls_server();
    let unknown = config(AgentApi::OpenaiChat, &url);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ca.pem"), SERVER).expect("written");
    let known = AgentConfig { ca: Some("ca.pem".into()), ..unknown.clone() };
    let client =
        Http::new(&known, Some("k3y-of-ours".to_owned()), folder.path()).expect("a client");
    assert_eq!(client.ask(&request()).await.expect("it answered").tokens_in, 100);

    let refused = http(&unknown).ask(&request()).await.expect_err("nobody vouches for it");
    let told = refused.to_string();
    assert!(told.contains("certificate") && told.ends_with("as `agent: ca`"), "{told}");
    assert!(!told.contains("k3y-of-ours"), "{told}");

    std::fs::write(folder.path().join("ca.pem"), "nothing").expect("written");
    let empty = Http::new(&known, None, folder.path()).err().expect("no certificate");
    assert!(empty.to_string().ends_with("it holds no certificate in PEM"), "{empty}");
}

fn element(role: &str, name: &str) -> Element {
    let target = Locator::Role { role: role.to_owned(), name: Some(name.into()) };
    Element {
        role: role.to_owned(),
        name: name.to_owned(),
        usable: true,
        target: Some(Target::plain(target)),
        ..Element::default()
    }
}

fn page() -> Outline {
    let text = Element { usable: false, target: None, ..element("paragraph", "Welcome") };
    let elements = vec![text, element("button", "Save"), element("textbox", "Password")];
    Outline { place: "/".to_owned(), elements, ..Outline::default() }
}

#[test]
fn a_command_is_an_answer_only_where_commands_are_offered_and_refers_to_nothing() {
    let page = page();
    let view = Sight::default().look(&page);
    let read = |line: &str| proposal_or_command(&reply("run", "", line), &view, &["TOKEN"]);
    let words = ["shopctl", "say", "a b"].map(str::to_owned).to_vec();
    let run = Action::Run(Box::new(RunCommand::of_words(words)));
    let act = Proposal::Act { reads: "the model: so".to_owned(), action: Box::new(run) };
    assert_eq!(read("shopctl say 'a b'"), Ok(act));
    for refused in ["", "shopctl 'say", "shopctl ${secret:TOKEN}"] {
        assert!(read(refused).is_err(), "{refused}");
    }
    let click = reply("click", "e1", "");
    assert_eq!(proposal_or_command(&click, &view, &[]), proposal(&click, &view, &[]));
    assert!(proposal(&reply("run", "", "shopctl say"), &view, &[]).is_err(), "nobody offered it");

    // Where there is no page, a command is all that can be done, and an end is an answer as ever.
    let alone = |action: &str, text: &str| command_alone(&reply(action, "e1", text), &view, &[]);
    assert_eq!(alone("run", "shopctl say 'a b'"), read("shopctl say 'a b'"));
    assert_eq!(alone("done", ""), Ok(Proposal::Done));
    for other in ["click", "back", "open"] {
        let said = alone(other, "/").expect_err("it needs a page");
        assert_eq!(said, "there is no page: \"run\" is all that can be done", "{other}");
    }
}

fn reply(action: &str, reference: &str, text: &str) -> String {
    json!({ "action": action, "ref": reference, "text": text, "why": "so" }).to_string()
}

#[test]
fn an_answer_is_one_action_on_a_thing_of_the_page() {
    let page = page();
    let view = Sight::default().look(&page);
    let read = |it: &str| proposal(it, &view, &["TOKEN"]);
    let target = |at: usize| page.elements[at].target.clone().expect("it has one");
    let act =
        |action| Proposal::Act { reads: "the model: so".to_owned(), action: Box::new(action) };
    assert_eq!(read(&reply("click", "e1", "")), Ok(act(Action::click(target(1)))));
    assert_eq!(read(&reply("done", "", "")), Ok(Proposal::Done));
    let value = Template::new(format!("{}TOKEN{}", SECRET.0, SECRET.1));
    let fill = Action::Fill(vec![FieldValue { field: target(2), value }]);
    assert_eq!(read(&reply("fill", "e2", "${secret:TOKEN}")), Ok(act(fill)));
    let told = match read(&reply("defect", "", "Total is wrong")) {
        Ok(Proposal::Nothing { refusal, .. }) => refusal.actual,
        other => panic!("{other:?}"),
    };
    assert_eq!(told, "the model believes that the product is wrong: Total is wrong");
}

#[test]
fn what_is_no_action_of_the_list_or_reaches_too_far_is_refused() {
    let page = page();
    let view = Sight::default().look(&page);
    let read = |it: &str| proposal(it, &view, &["TOKEN"]).expect_err("it is refused");
    for (answer, told) in [
        (reply("run", "e1", "rm -r /"), "it is no action of the list: unknown variant `run`"),
        ("click Save".to_owned(), "it is no action of the list: expected value"),
        (reply("click", "e9", ""), "nothing on the page that can be used is e9"),
        (reply("click", "e0", ""), "nothing on the page that can be used is e0"),
        (reply("click", "css=*", ""), "nothing on the page that can be used is css=*"),
        (reply("fill", "e2", "${secret:ADMIN}"), "it asks for a secret that does not belong there"),
        (
            reply("open", "", "/?q=${secret:TOKEN}"),
            "it asks for a secret that does not belong there",
        ),
    ] {
        let said = read(&answer);
        assert!(said.starts_with(told), "{answer}: {said}");
    }
    let sneaky = format!("{}TOKEN{}", SECRET.0, SECRET.1);
    let filled = proposal(&reply("fill", "e2", &sneaky), &view, &[]).expect("a plain text");
    assert!(!format!("{filled:?}").contains(SECRET.0), "marks are ours alone");
}
