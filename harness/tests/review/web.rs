//! `nightshift review --web` by plain HTTP: who is refused, what is shown, what a form changes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::{Case, snap};
use crate::support::nightshift;

/// The pages of a case while they are served.
struct Site {
    child: Child,
    port: u16,
    token: String,
    cookie: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Page {
    status: u16,
    head: String,
    body: String,
}

fn served(case: &Case) -> Site {
    let mut child = nightshift()
        .args(["review", "two", "--web", "--no-open"])
        .current_dir(case.suite.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("an address");
    let address = line.trim().strip_prefix("review: http://127.0.0.1:").expect("an address");
    let (port, token) = address.split_once("/?token=").expect("a token");
    let (port, token) = (port.parse().expect("a port"), token.to_owned());
    let mut site = Site { child, port, token, cookie: String::new() };
    let first = site.ask(&format!("GET /?token={} HTTP/1.1", site.token), &[], "");
    assert_eq!(first.status, 303, "{}", first.head);
    let cookie =
        first.head.lines().find_map(|it| it.strip_prefix("set-cookie: ")).expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    cookie.split(';').next().expect("a pair").clone_into(&mut site.cookie);
    site
}

impl Site {
    /// Sends a request as it is; a header of the same name takes the place of ours.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let host = format!("127.0.0.1:{}", self.port);
        let mut all = vec![("Host", host.as_str())];
        if !self.cookie.is_empty() {
            all.push(("Cookie", &self.cookie));
        }
        all.retain(|own| headers.iter().all(|it| it.0 != own.0));
        all.extend(headers);
        let mut request = format!("{line}\r\n");
        for (name, value) in all.iter().filter(|it| !it.1.is_empty()) {
            request = format!("{request}{name}: {value}\r\n");
        }
        request = format!(
            "{request}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        Page { status, head: head.replace("\r\n", "\n"), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Page {
        self.ask(&format!("GET {path} HTTP/1.1"), &[], "")
    }

    fn post(&self, body: &str) -> Page {
        let origin = format!("http://127.0.0.1:{}", self.port);
        self.ask("POST /decide HTTP/1.1", &[("Origin", &origin)], body)
    }
}

#[test]
fn strangers_are_refused_whatever_they_know() {
    let case = Case::changed();
    let before = case.snapshot("hello");
    let site = served(&case);
    let accept = "item=F1&do=accept";
    let (get, post) = ("GET / HTTP/1.1", "POST /decide HTTP/1.1");
    let own = format!("http://127.0.0.1:{}", site.port);
    for (line, headers) in [
        (get, vec![("Cookie", "")]),
        (get, vec![("Cookie", "nightshift-review=0")]),
        (get, vec![("Host", "evil.example")]),
        (get, vec![("Origin", "http://evil.example")]),
        (get, vec![("Sec-Fetch-Site", "cross-site")]),
        ("GET /?token=0123 HTTP/1.1", vec![]),
        (post, vec![]),
        (post, vec![("Origin", "null")]),
        (post, vec![("Origin", "http://evil.example")]),
        (post, vec![("Origin", &own), ("Cookie", "")]),
        (post, vec![("Origin", &own), ("Host", "evil.example")]),
    ] {
        let page = site.ask(line, &headers, if line == post { accept } else { "" });
        assert_eq!(page.status, 403, "{line} {headers:?}\n{}", page.body);
        assert!(!page.body.contains("hello"), "{}", page.body);
    }
    assert_eq!(case.snapshot("hello"), before);
}

#[test]
fn only_evidence_is_served_and_it_can_do_nothing() {
    let case = Case::changed();
    let site = served(&case);
    for path in [
        "/plan.json",
        "/ledger.jsonl",
        "/evidence/../plan.json",
        "/evidence/%2e%2e/plan.json",
        "/evidence/ab/../../../nightshift.yaml",
        "/item/../../nightshift.yaml",
        "//etc/passwd",
    ] {
        let page = site.get(path);
        assert_eq!(page.status, 404, "{path}: {}", page.body);
    }
    let list = case.review(&["--list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    let evidence = rows[0]["evidence"].as_str().expect("a path");
    let page = site.get(&format!("/{evidence}"));
    assert_eq!(page.status, 200);
    assert!(
        page.head.contains("content-security-policy: default-src 'none'; sandbox"),
        "{}",
        page.head
    );
    assert!(page.head.contains("content-type: text/plain"), "{}", page.head);
    let page = site.get("/");
    assert!(page.head.contains("default-src 'none'; img-src 'self'"), "{}", page.head);
    assert!(page.head.contains("frame-ancestors 'none'"), "{}", page.head);
    assert!(!page.body.contains("https://") && !page.body.contains("<script>"), "{}", page.body);
}

#[test]
fn a_form_accepts_all_places_and_the_next_item_is_shown() {
    let case = Case::changed();
    let before = case.snapshot("hello");
    let blamed = case.finding("hello");
    let site = served(&case);
    let page = site.get(&format!("/item/{blamed}"));
    assert!(
        page.body.contains("<mark>12</mark>") && page.body.contains("<mark>11</mark>"),
        "{}",
        page.body
    );
    let other = site.post(&format!("item={blamed}&do=accept&seen=something+else"));
    assert_eq!(other.status, 409);
    assert!(other.body.contains("something else than was shown"), "{}", other.body);
    assert_eq!(case.snapshot("hello"), before);
    let seen = page.body.split("name=\"seen\" value=\"").nth(1).and_then(|it| it.split('"').next());
    assert!(seen.is_some_and(|it| !it.is_empty()), "{}", page.body);
    let done = site.post(&format!("item={blamed}&do=accept&why=eleven+%26+more"));
    assert_eq!(done.status, 303, "{}", done.body);
    for scenario in ["hello", "again"] {
        let now = case.snapshot(scenario);
        assert!(now.contains("NZ 11 rows") && now.contains("eleven & more"), "{now}");
    }
    let next = site.get("/");
    assert!(
        next.body.contains("1 left of 2") && next.body.contains("hello@said.stdout.snap"),
        "{}",
        next.body
    );
    assert_eq!(site.post("do=undo").status, 303);
    assert_eq!(case.snapshot("hello"), before);
}

#[test]
fn a_refusal_says_why_on_the_page_and_can_be_insisted_on() {
    let case = Case::changed();
    let blamed = case.finding("hello");
    let by_hand = case.snapshot("hello").replace("IS 3 rows", "IS 4 rows");
    case.suite.write(&snap("hello"), &by_hand);
    let site = served(&case);
    let refused = site.post(&format!("item={blamed}&do=accept"));
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("was changed since this night looked at it"), "{}", refused.body);
    assert!(refused.body.contains("name=\"force\""), "{}", refused.body);
    assert_eq!(case.snapshot("hello"), by_hand);
    assert_eq!(site.post(&format!("item={blamed}&do=accept&force=yes")).status, 303);
    assert!(case.snapshot("hello").contains("NZ 11 rows"));
    let clock = case.finding("clock");
    let without = site.post(&format!("item={clock}&do=suppress&owner=ops&why=x&expires=soon"));
    assert!(without.body.contains("the last day on which it holds"), "{}", without.body);
    let useless = site.post(&format!("item={clock}&do=redact&redaction=uuid"));
    assert!(useless.body.contains("does not help"), "{}", useless.body);
}

#[test]
fn what_the_product_says_is_never_markup() {
    let case = Case::accepted();
    case.say("Orders\n<script>alert(1)</script>\n", super::CLOCK);
    case.night("two", &[]);
    let site = served(&case);
    let page = site.get("/");
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.body.contains("&lt;script&gt;alert(1)"), "{}", page.body);
}
