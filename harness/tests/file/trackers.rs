//! Trackers that are played here, with what they hold: GitHub, GitLab, Jira and Linear, by the
//! shapes that they publish, as far as they are asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

/// Which tracker is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Github,
    Gitlab,
    Jira,
    Linear,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does what was asked, and the connection breaks off.
    AnswerLost,
    /// It was asked too often.
    TooOften,
    /// It answers 502, and did nothing.
    NotWell,
    /// The token is none any more.
    Expired,
    /// It sends us elsewhere.
    Elsewhere,
    /// The token may only read.
    NoRight,
}

/// A ticket.
#[derive(Debug, Clone)]
pub struct Issue {
    pub number: u64,
    pub id: String,
    pub body: Value,
    pub labels: Vec<String>,
    pub assigned: Vec<String>,
    pub open: bool,
    pub reason: String,
    pub closed_at: String,
    pub comments: Vec<Value>,
}

#[derive(Default)]
struct State {
    issues: Vec<Issue>,
    heads: Vec<String>,
    creation: Option<Fault>,
    always: Option<Fault>,
    /// Whether another machine makes the same ticket just before ours.
    elsewhere: bool,
    /// By how much its clock is ahead of ours; `None` where its answers have no date.
    ahead: Option<TimeDelta>,
}

/// A tracker that is played.
pub struct Played {
    pub address: String,
    state: Arc<Mutex<State>>,
}

/// When tickets are closed here: after every night of the tests.
const NOW: &str = "2099-01-01T00:00:00Z";
/// Before every night of the tests.
const LONG_AGO: &str = "2001-01-01T00:00:00Z";

impl Played {
    pub fn start(kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let kept = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                serve(kind, &mut kept.lock().expect("whole"), stream);
            }
        });
        Self { address, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("whole")
    }

    pub fn issues(&self) -> Vec<Issue> {
        self.lock().issues.clone()
    }

    pub fn calls(&self) -> usize {
        self.lock().heads.len()
    }

    /// Every call brings the token, in the way of the tracker.
    pub fn calls_with_token(&self, token: &str) {
        for head in &self.lock().heads {
            let known = head.lines().find_map(|it| it.strip_prefix("authorization: "));
            let known = known.unwrap_or_else(|| panic!("nobody: {head}"));
            let basic = known.strip_prefix("Basic ").map(|it| {
                let bytes = data_encoding::BASE64.decode(it.as_bytes()).expect("base64");
                String::from_utf8(bytes).expect("text")
            });
            assert!(
                known == format!("Bearer {token}")
                    || basic == Some(format!("qa@example.com:{token}")),
                "{head}"
            );
        }
    }

    pub fn next_creation(&self, fault: Fault) {
        self.lock().creation = Some(fault);
    }

    pub fn always(&self, fault: Fault) {
        self.lock().always = Some(fault);
    }

    pub fn meanwhile_elsewhere(&self) {
        self.lock().elsewhere = true;
    }

    /// What is closed was closed long ago.
    pub fn age(&self) {
        self.lock().issues.iter_mut().for_each(|it| LONG_AGO.clone_into(&mut it.closed_at));
    }

    /// From now on its clock is ahead of ours by this, and its answers say what it shows.
    pub fn goes_ahead(&self, by: TimeDelta) {
        self.lock().ahead = Some(by);
    }

    /// Somebody closes a ticket, and this is what our clock shows then.
    pub fn close_at(&self, number: u64, ours: DateTime<Utc>) {
        self.close(number, "completed");
        let mut state = self.lock();
        let theirs = ours + state.ahead.unwrap_or_default();
        let issue = state.issues.iter_mut().find(|it| it.number == number).expect("there");
        issue.closed_at = theirs.to_rfc3339_opts(SecondsFormat::Secs, true);
    }

    /// Somebody writes all tickets anew, and takes their labels away.
    pub fn write_anew(&self) {
        for issue in &mut self.lock().issues {
            issue.body = json!("It is about rows.");
            issue.labels.clear();
        }
    }

    pub fn close(&self, number: u64, reason: &str) {
        let mut state = self.lock();
        let issue = state.issues.iter_mut().find(|it| it.number == number).expect("there");
        issue.open = false;
        reason.clone_into(&mut issue.reason);
        NOW.clone_into(&mut issue.closed_at);
    }
}

/// A request as it came.
struct Asked {
    method: String,
    path: String,
    query: String,
    body: Value,
}

fn serve(kind: Kind, state: &mut State, stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        head.push_str(&line.replace('\r', ""));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let first: Vec<&str> = head.lines().next().unwrap_or_default().split(' ').collect();
    let [method, target, _] = first[..] else { return };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let asked = Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    state.heads.push(head.clone());
    let fault = state.always.or_else(|| state.creation.filter(|_| creates(kind, &asked)));
    if fault.is_some() && state.always.is_none() {
        state.creation = None;
    }
    let (status, answer) = match fault {
        Some(Fault::AnswerLost) => {
            answer(kind, state, &asked);
            return;
        }
        Some(Fault::TooOften) => {
            ("403 Forbidden\r\nRetry-After: 1", json!({ "message": "secondary rate limit" }))
        }
        Some(Fault::NotWell) => ("502 Bad Gateway", Value::Null),
        Some(Fault::Expired) => ("401 Unauthorized", json!({ "message": "Bad credentials" })),
        Some(Fault::Elsewhere) => ("301 Moved\r\nLocation: http://127.0.0.2:1/", Value::Null),
        Some(Fault::NoRight) if kind == Kind::Linear => {
            let error = json!({ "message": "Resource not accessible by the token",
                "extensions": { "code": "FORBIDDEN" } });
            ("200 OK", json!({ "errors": [error] }))
        }
        Some(Fault::NoRight) => {
            ("403 Forbidden", json!({ "message": "Resource not accessible by the token" }))
        }
        None => answer(kind, state, &asked),
    };
    let text = answer.to_string();
    let length = text.len();
    let date =
        state.ahead.map(|it| (Utc::now() + it).format("Date: %a, %d %b %Y %H:%M:%S GMT\r\n"));
    let date = date.map(|it| it.to_string()).unwrap_or_default();
    let text = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{date}Content-Length: {length}\r\n\r\n{text}"
    );
    // Who asked may be gone.
    let _ = reader.get_mut().write_all(text.as_bytes());
}

fn creates(kind: Kind, asked: &Asked) -> bool {
    match kind {
        Kind::Github | Kind::Gitlab => asked.method == "POST" && asked.path.ends_with("/issues"),
        Kind::Jira => asked.method == "POST" && asked.path == "/rest/api/3/issue",
        Kind::Linear => asked.body["query"].as_str().is_some_and(|it| it.contains("issueCreate")),
    }
}

fn answer(kind: Kind, state: &mut State, asked: &Asked) -> (&'static str, Value) {
    if creates(kind, asked) && std::mem::take(&mut state.elsewhere) {
        answer(kind, state, asked);
    }
    match kind {
        Kind::Github => github(state, asked),
        Kind::Gitlab => gitlab(state, asked),
        Kind::Jira => jira(state, asked),
        Kind::Linear => linear(state, asked),
    }
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

fn make(state: &mut State, body: Value, labels: Vec<String>, assigned: Vec<String>) -> &mut Issue {
    let number = state.issues.len() as u64 + 1;
    state.issues.push(Issue {
        number,
        id: number.to_string(),
        body,
        labels,
        assigned,
        open: true,
        reason: String::new(),
        closed_at: String::new(),
        comments: Vec::new(),
    });
    state.issues.last_mut().expect("pushed")
}

const OK: &str = "200 OK";
const CREATED: &str = "201 Created";
const MISSING: (&str, Value) = ("404 Not Found", Value::Null);

/// The page of a list that is asked for: a hundred a page.
fn paged(asked: &Asked, all: Vec<Value>) -> Value {
    let number = asked.query.split('&').find_map(|it| it.strip_prefix("page="));
    let number: usize = number.and_then(|it| it.parse().ok()).unwrap_or(1);
    assert!(asked.query.contains("per_page=100"), "{}", asked.query);
    Value::from(all.into_iter().skip((number - 1) * 100).take(100).collect::<Vec<_>>())
}

fn github(state: &mut State, asked: &Asked) -> (&'static str, Value) {
    let shown = |it: &Issue| {
        json!({ "number": it.number, "html_url": format!("https://github.example/{}", it.number),
            "state": if it.open { "open" } else { "closed" },
            "state_reason": if it.reason.is_empty() { Value::Null } else { json!(it.reason) },
            "closed_at": if it.open { Value::Null } else { json!(it.closed_at) },
            "body": it.body, "labels": it.labels.iter().map(|it| json!({ "name": it })).collect::<Vec<_>>() })
    };
    let Some(rest) = asked.path.strip_prefix("/repos/owner/shop/issues") else { return MISSING };
    let parts: Vec<&str> = rest.split('/').filter(|it| !it.is_empty()).collect();
    let body = &asked.body;
    match (asked.method.as_str(), &parts[..]) {
        ("GET", []) => {
            assert!(asked.query.contains("labels=nightshift") && asked.query.contains("state=all"));
            let own =
                state.issues.iter().filter(|it| it.labels.iter().any(|it| it == "nightshift"));
            (OK, paged(asked, own.map(shown).collect()))
        }
        ("POST", []) => {
            assert!(body["title"].as_str().is_some_and(|it| !it.is_empty()));
            let made = make(
                state,
                body["body"].clone(),
                texts(&body["labels"]),
                texts(&body["assignees"]),
            );
            (CREATED, shown(made))
        }
        (method, [number, rest @ ..]) => {
            let Some(issue) = state.issues.iter_mut().find(|it| it.id == *number) else {
                return MISSING;
            };
            match (method, rest) {
                ("GET", []) => (OK, shown(issue)),
                ("PATCH", []) => {
                    issue.open = body["state"] == "open";
                    body["state_reason"].as_str().unwrap_or_default().clone_into(&mut issue.reason);
                    NOW.clone_into(&mut issue.closed_at);
                    (OK, shown(issue))
                }
                ("GET", ["comments"]) => (OK, paged(asked, issue.comments.clone())),
                ("POST", ["comments"]) => {
                    issue.comments.push(json!({ "body": body["body"] }));
                    (CREATED, body.clone())
                }
                _ => MISSING,
            }
        }
        _ => MISSING,
    }
}

fn gitlab(state: &mut State, asked: &Asked) -> (&'static str, Value) {
    let shown = |it: &Issue| {
        json!({ "iid": it.number, "web_url": format!("https://gitlab.example/{}", it.number),
            "state": if it.open { "opened" } else { "closed" },
            "closed_at": if it.open { Value::Null } else { json!(it.closed_at) },
            "description": it.body, "labels": it.labels })
    };
    let body = &asked.body;
    if asked.path == "/users" {
        let known = asked.query == "username=ada";
        return (OK, if known { json!([{ "id": 7, "username": "ada" }]) } else { json!([]) });
    }
    let Some(rest) = asked.path.strip_prefix("/projects/group%2Fsub%2Fshop/issues") else {
        return MISSING;
    };
    let parts: Vec<&str> = rest.split('/').filter(|it| !it.is_empty()).collect();
    match (asked.method.as_str(), &parts[..]) {
        ("GET", []) => {
            let own =
                state.issues.iter().filter(|it| it.labels.iter().any(|it| it == "nightshift"));
            (OK, paged(asked, own.map(shown).collect()))
        }
        ("POST", []) => {
            let labels = body["labels"].as_str().unwrap_or_default().split(',').map(str::to_owned);
            let assigned =
                if body["assignee_ids"] == json!([7]) { vec!["ada".to_owned()] } else { vec![] };
            let made = make(state, body["description"].clone(), labels.collect(), assigned);
            (CREATED, shown(made))
        }
        (method, [number, rest @ ..]) => {
            let Some(issue) = state.issues.iter_mut().find(|it| it.id == *number) else {
                return MISSING;
            };
            match (method, rest) {
                ("GET", []) => (OK, shown(issue)),
                ("PUT", []) => {
                    issue.open = body["state_event"] == "reopen";
                    NOW.clone_into(&mut issue.closed_at);
                    (OK, shown(issue))
                }
                ("GET", ["notes"]) => (OK, paged(asked, issue.comments.clone())),
                ("POST", ["notes"]) => {
                    issue.comments.push(json!({ "body": body["body"] }));
                    (CREATED, body.clone())
                }
                _ => MISSING,
            }
        }
        _ => MISSING,
    }
}

/// How all tickets of ours are asked for.
const JQL: &str = "project = \"QA\" AND labels = \"nightshift\" ORDER BY created ASC";

fn jira(state: &mut State, asked: &Asked) -> (&'static str, Value) {
    let shown = |it: &Issue| {
        json!({ "key": format!("QA-{}", it.number), "fields": { "labels": it.labels,
            "status": { "statusCategory": { "key": if it.open { "new" } else { "done" } } },
            "resolutiondate": if it.open { Value::Null } else { json!(it.closed_at.replace('Z', ".000+0000")) } } })
    };
    let body = &asked.body;
    let Some(rest) = asked.path.strip_prefix("/rest/api/3") else { return MISSING };
    let parts: Vec<&str> = rest.split('/').filter(|it| !it.is_empty()).collect();
    match (asked.method.as_str(), &parts[..]) {
        ("POST", ["search", "jql"]) => {
            assert_eq!(body["jql"], JQL);
            // One a page: the next one is asked for by its token.
            let from: usize =
                body["nextPageToken"].as_str().and_then(|it| it.parse().ok()).unwrap_or(0);
            let issues: Vec<Value> = state.issues.iter().skip(from).take(1).map(shown).collect();
            let mut answer = json!({ "issues": issues });
            if from + 1 < state.issues.len() {
                answer["nextPageToken"] = json!((from + 1).to_string());
            }
            (OK, answer)
        }
        ("POST", ["issue"]) => {
            let fields = &body["fields"];
            assert_eq!(fields["description"]["type"], "doc");
            assert_eq!(fields["issuetype"]["name"], "Bug");
            let labels = texts(&fields["labels"]);
            assert!(labels.iter().all(|it| !it.contains(' ')), "{labels:?}");
            let assigned = fields["assignee"]["accountId"].as_str().map(str::to_owned);
            let made =
                make(state, fields["description"].clone(), labels, assigned.into_iter().collect());
            (CREATED, json!({ "id": "1", "key": format!("QA-{}", made.number) }))
        }
        (method, ["issue", key, rest @ ..]) => {
            let own = |it: &&mut Issue| format!("QA-{}", it.number) == *key;
            let Some(issue) = state.issues.iter_mut().find(own) else { return MISSING };
            match (method, rest) {
                ("GET", []) => (OK, shown(issue)),
                ("GET", ["transitions"]) => {
                    let way = |id: &str, to: &str| json!({ "id": id, "to": { "statusCategory": { "key": to } } });
                    (
                        OK,
                        json!({ "transitions": [way("11", "new"), way("21", "indeterminate"), way("31", "done")] }),
                    )
                }
                ("POST", ["transitions"]) => {
                    issue.open = body["transition"]["id"] != "31";
                    NOW.clone_into(&mut issue.closed_at);
                    ("204 No Content", Value::Null)
                }
                ("GET", ["comment"]) => (OK, json!({ "comments": issue.comments })),
                ("POST", ["comment"]) => {
                    assert_eq!(body["body"]["type"], "doc");
                    issue.comments.push(json!({ "body": body["body"] }));
                    (CREATED, body.clone())
                }
                _ => MISSING,
            }
        }
        _ => MISSING,
    }
}

fn linear(state: &mut State, asked: &Asked) -> (&'static str, Value) {
    let shown = |it: &Issue| {
        json!({ "id": it.id, "identifier": format!("QA-{}", it.number), "number": it.number,
            "url": format!("https://linear.example/{}", it.number), "description": it.body,
            "completedAt": if it.open { Value::Null } else { json!(it.closed_at) }, "canceledAt": null,
            "state": { "type": if it.open { "unstarted" } else { "completed" } } })
    };
    let query = asked.body["query"].as_str().unwrap_or_default();
    let given = &asked.body["variables"];
    let input = &given["input"];
    let data = |it: Value| (OK, json!({ "data": it }));
    if query.contains("teams(") {
        let state = |id: &str, of: &str, at: f64| json!({ "id": id, "type": of, "position": at });
        return data(
            json!({ "teams": { "nodes": [{ "id": "team", "labels": { "nodes": [{ "id": "l1", "name": "bug" }] },
            "states": { "nodes": [state("done", "completed", 3.0), state("todo", "unstarted", 1.0)] } }] } }),
        );
    }
    if query.contains("users(") {
        return data(json!({ "users": { "nodes": [{ "id": given["mail"] }] } }));
    }
    if query.contains("issueCreate") {
        let id = input["id"].as_str().expect("an id").to_owned();
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "a UUID of version 4: {id}");
        if state.issues.iter().any(|it| it.id == id) {
            return (
                OK,
                json!({ "errors": [{ "message": "id already exists", "extensions": { "code": "INPUT_ERROR" } }] }),
            );
        }
        let assigned = input["assigneeId"].as_str().map(str::to_owned);
        let labels = texts(&input["labelIds"]);
        let made =
            make(state, input["description"].clone(), labels, assigned.into_iter().collect());
        made.id = id;
        return data(json!({ "issueCreate": { "success": true, "issue": shown(made) } }));
    }
    if query.contains("issueUpdate") || query.contains("commentCreate") {
        let id = given["id"].as_str().or(input["issueId"].as_str()).expect("an id");
        let issue = state.issues.iter_mut().find(|it| it.id == id).expect("there");
        if query.contains("commentCreate") {
            issue.comments.push(json!({ "body": input["body"] }));
        } else {
            issue.open = input["stateId"] == "todo";
            NOW.clone_into(&mut issue.closed_at);
        }
        return data(json!({ "issueUpdate": { "success": true } }));
    }
    if query.contains("comments(") {
        let issue = state.issues.iter().find(|it| json!(it.id) == given["id"]).expect("there");
        return data(json!({ "comments": { "nodes": issue.comments } }));
    }
    let all: Vec<Value> = match given["id"].as_str() {
        Some(id) => state.issues.iter().filter(|it| it.id == id).map(shown).collect(),
        None => state.issues.iter().map(shown).collect(),
    };
    data(
        json!({ "issues": { "nodes": all, "pageInfo": { "hasNextPage": false, "endCursor": null } } }),
    )
}
