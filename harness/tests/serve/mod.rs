//! `nightshift serve` by plain HTTP: who is refused, what is shown, what cannot be reached.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::{SuiteCopy, nightshift};

const SUITE: &str = "products: { shop: { path: [bin] } }\n";

/// The pages while they are served.
struct Site {
    child: Child,
    /// What was printed at first.
    said: String,
    port: u16,
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

impl Site {
    fn start(suite: &SuiteCopy, more: &[&str]) -> Self {
        let mut child = nightshift()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .current_dir(suite.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        out.read_line(&mut said).expect("an address");
        let port = said
            .split("127.0.0.1:")
            .nth(1)
            .and_then(|it| it.split(|it: char| !it.is_ascii_digit()).next())
            .and_then(|it| it.parse().ok())
            .unwrap_or_else(|| panic!("no port in {said}"));
        Self { child, said, port, cookie: String::new() }
    }

    /// The same, with the token as a cookie.
    fn entered(suite: &SuiteCopy, more: &[&str]) -> Self {
        let mut shown = Self::start(suite, more);
        let token = shown.said.trim().split("token=").nth(1).expect("a token").to_owned();
        let first = shown.ask(&format!("GET /?token={token} HTTP/1.1"), &[], "");
        assert_eq!(first.status, 303, "{}", first.head);
        let cookie = first.head.lines().find_map(|it| it.strip_prefix("set-cookie: "));
        let cookie = cookie.expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        cookie.split(';').next().expect("a pair").clone_into(&mut shown.cookie);
        shown
    }

    /// Sends a request as it is; a header of the same name takes the place of ours.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let host = format!("127.0.0.1:{}", self.port);
        let mut all = vec![("Host", host.as_str()), ("Cookie", &self.cookie)];
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

    /// A page that must be there.
    fn page(&self, path: &str) -> String {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page.body
    }
}

fn scenario(id: &str, verdict: &str, owner: &str, ms: u64) -> Value {
    json!({ "id": id, "verdict": verdict, "owner": owner,
        "attempts": [{ "outcome": "completed", "duration_ms": ms }] })
}

/// Three nights: a cause comes, stays and is gone.
fn write_nights(folder: &Path) {
    let finding = |id: &str, verdict: &str| {
        json!({ "id": id, "fingerprint": "c0ffee", "title": "12 <b>rows</b> became 11", "verdict": verdict,
            "severity": "major", "owner": "data-team", "scenarios": ["area/rows"] })
    };
    let nights = [
        ("2026-01-01T010000Z-t001", "regressed", vec![finding("F1", "regressed")], "fail"),
        ("2026-01-02T010000Z-t002", "still-failing", vec![finding("F2", "still-failing")], "fail"),
        ("2026-01-03T010000Z-t003", "fixed", vec![], "pass"),
    ];
    for (id, verdict, findings, decision) in nights {
        let failing = findings.len();
        let fixed: Vec<Value> = if verdict == "fixed" {
            vec![
                json!({ "fingerprint": "c0ffee", "title": "12 <b>rows</b> became 11", "scenarios": ["area/rows"] }),
            ]
        } else {
            Vec::new()
        };
        let report = json!({ "format_version": 1,
            "night": { "id": id, "started": format!("{}T01:00:00Z", &id[..10]), "branch": "main",
                "products": [{ "name": "shop", "build": "1.4" }] },
            "gate": { "decision": decision, "rule": "no regressions" },
            "totals": { "planned": 2, "judged": 2, "regressed": failing, "still-failing": 0, "flaky": 1,
                "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 1, "not-run": 0 },
            "findings": findings, "fixed": fixed,
            "scenarios": [scenario("area/rows", verdict, "data-team", 120), scenario("area/slow", "flaky", "ops", 4_200)] });
        let own = folder.join(id);
        std::fs::create_dir_all(&own).expect("made");
        std::fs::write(own.join("night.json"), report.to_string()).expect("written");
    }
}

fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    std::fs::create_dir_all(suite.root().join("scenarios")).expect("made");
    suite.write("nightshift.yaml", SUITE);
    write_nights(&suite.root().join("reports/nights"));
    suite
}

#[test]
fn every_page_says_what_the_nights_said_and_needs_no_script() {
    let suite = suite();
    let shown = Site::entered(&suite, &[]);
    let nights = shown.page("/");
    assert!(nights.contains("3 nights since 2026-01-01; the gate failed in 2."), "{nights}");
    assert!(nights.contains("href=\"/night/2026-01-02T010000Z-t002/\""), "{nights}");
    let findings = shown.page("/findings");
    assert!(findings.contains("12 &lt;b&gt;rows&lt;/b&gt; became 11"), "{findings}");
    assert!(findings.contains("gone for 1 night"), "{findings}");
    let cause = shown.page("/finding/c0ffee");
    assert!(cause.contains("Seen in 2 nights"), "{cause}");
    assert!(cause.contains("/night/2026-01-01T010000Z-t001/#F1"), "{cause}");
    let scenarios = shown.page("/scenarios");
    assert!(
        scenarios.contains("/scenario/area%2Frows") && scenarios.contains("4.2 s"),
        "{scenarios}"
    );
    assert!(!shown.page("/scenarios?q=ops").contains("area%2Frows"));
    let past = shown.page("/scenario/area%2Frows");
    assert!(past.contains("Judged in 3 nights: it failed in 2 and was flaky in 0."), "{past}");
    assert!(past.contains("<title>2026-01-02 01:00: still-failing, 120 ms</title>"), "{past}");
    assert!(past.contains("<polyline class=\"l-took\""), "{past}");
    let trends = shown.page("/trends");
    assert!(trends.contains("Flakiest") && trends.contains("Slowest"), "{trends}");
    let owners = shown.page("/owners");
    assert!(owners.contains("data-team") && owners.contains("2 owners"), "{owners}");
    assert!(shown.page("/coverage").contains("Nobody has explored the product yet"));
    let now = shown.page("/now");
    assert!(now.contains("No night runs") && now.contains("http-equiv=\"refresh\""), "{now}");
    for page in [nights, findings, cause, scenarios, past, trends, owners, now] {
        assert!(!page.contains("<script") && !page.contains("https://"), "{page}");
        assert!(!page.contains(" style=\""), "style is a file: {page}");
    }
    let css = shown.get("/site.css");
    assert!(css.head.contains("content-type: text/css"), "{}", css.head);
    assert!(css.body.contains("prefers-color-scheme:dark"), "{}", css.body);
}

#[test]
fn what_is_not_there_is_said_with_what_may_be_meant() {
    let suite = suite();
    let shown = Site::entered(&suite, &[]);
    let page = shown.get("/scenario/rowz");
    assert_eq!(page.status, 404);
    assert!(page.body.contains("no night knows the scenario"), "{}", page.body);
    assert_eq!(shown.get("/finding/other").status, 404);
    assert_eq!(shown.get("/no-such-page").status, 404);
    assert_eq!(shown.get("/?branch=other").status, 404);
    assert_eq!(shown.get("/night/2026-01-09T010000Z-t009/").status, 404);
}

#[test]
fn a_night_that_is_new_is_there_at_the_next_look() {
    let suite = suite();
    let shown = Site::entered(&suite, &[]);
    shown.page("/");
    let nights = suite.root().join("reports/nights");
    let text = std::fs::read_to_string(nights.join("2026-01-03T010000Z-t003/night.json"));
    let text = text.expect("readable").replace("2026-01-03", "2026-01-04");
    std::fs::create_dir(nights.join("2026-01-04T010000Z-t003")).expect("made");
    std::fs::write(nights.join("2026-01-04T010000Z-t003/night.json"), text).expect("written");
    assert!(shown.page("/").contains("4 nights since 2026-01-01"));
}

#[test]
fn what_was_fixed_is_listed_as_far_as_anybody_reads_and_the_rest_is_counted() {
    let suite = suite();
    let shown = Site::entered(&suite, &[]);
    let few = shown.page("/findings");
    assert!(few.contains("Gone in") && !few.contains("more, which the reports"), "{few}");
    let night = suite.root().join("reports/nights/2026-01-03T010000Z-t003/night.json");
    let text = std::fs::read_to_string(&night).expect("readable");
    let mut report: Value = serde_json::from_str(&text).expect("JSON");
    let all = (0..107).map(
        |it| json!({ "fingerprint": format!("{it:06}"), "title": "it was wrong", "scenarios": [] }),
    );
    report["fixed"] = all.collect();
    std::fs::write(&night, report.to_string()).expect("written");
    let many = shown.page("/findings");
    assert_eq!(many.matches("it was wrong").count(), 100);
    assert!(many.contains("and 7 more, which the reports of their nights name"), "{many}");
}

#[test]
fn strangers_are_refused_and_nothing_takes_a_form() {
    let suite = suite();
    let shown = Site::entered(&suite, &[]);
    let own = format!("http://127.0.0.1:{}", shown.port);
    for headers in [
        vec![("Cookie", "")],
        vec![("Cookie", "nightshift-nights=0")],
        vec![("Host", "evil.example")],
        vec![("Origin", "http://evil.example")],
        vec![("Sec-Fetch-Site", "cross-shown"), ("Sec-Fetch-Mode", "navigate")],
    ] {
        let page = shown.ask("GET /findings HTTP/1.1", &headers, "");
        assert_eq!(page.status, 403, "{headers:?}");
        assert!(!page.body.contains("rows"), "{}", page.body);
    }
    let page = shown.ask("POST / HTTP/1.1", &[("Origin", &own)], "a=b");
    assert_eq!(page.status, 405);
    let page = shown.get("/");
    for bound in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(page.head.contains(bound), "{}", page.head);
    }
}

#[test]
fn an_address_that_others_reach_needs_a_proxy_before_it() {
    let suite = suite();
    let answer = suite.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("sign nobody in") && answer.stderr.contains("--behind-proxy"));
    let answer = suite.run(&["serve", "--behind-proxy", "qa.example"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("https://qa.example/nights"), "{}", answer.stderr);
}

#[test]
fn behind_a_proxy_the_pages_stand_below_its_path_and_no_token_is_asked() {
    let suite = suite();
    let shown = Site::start(&suite, &["--behind-proxy", "https://qa.example/nights"]);
    assert!(shown.said.contains("https://qa.example/nights/"), "{}", shown.said);
    for path in ["/nights/findings", "/findings"] {
        let page = shown.ask(&format!("GET {path} HTTP/1.1"), &[("Host", "qa.example")], "");
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("href=\"/nights/finding/c0ffee\""), "{}", page.body);
        assert!(page.body.contains("href=\"/nights/site.css\""), "{}", page.body);
    }
    let page = shown.ask("GET /findings HTTP/1.1", &[("Host", "evil.example")], "");
    assert_eq!(page.status, 403);
}

/// A suite with a real night in it that waits for decisions.
fn with_a_night() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    suite.write(
        "scenarios/rows.yaml",
        "scenario: rows\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n",
    );
    suite.write("said", "12 rows\n");
    let root = suite.root().display().to_string();
    let environment = [("SUITE", root.as_str())];
    let first = ["run", "--accept-new", "--no-settle", "--no-pdf", "--id", "one"];
    assert_eq!(suite.run_with(&first, &environment).code, Some(0));
    suite.write("said", "11 <script>alert(1)</script> rows\n");
    let second = suite.run_with(&["run", "--no-pdf", "--id", "two"], &environment);
    assert_eq!(second.code, Some(1), "{second:#?}");
    suite
}

#[test]
fn a_night_is_its_own_report_and_only_its_files_are_reached() {
    let suite = with_a_night();
    let shown = Site::entered(&suite, &[]);
    let moved = shown.get("/night/two");
    assert_eq!(moved.status, 303);
    assert!(moved.head.contains("location: /night/two/"), "{}", moved.head);
    let report = shown.get("/night/two/");
    assert_eq!(report.status, 200);
    assert!(report.body.contains("Review this night"), "{}", report.body);
    assert!(!report.body.contains("<script>alert"), "{}", report.body);
    let policy = report.head.lines().find(|it| it.starts_with("content-security-policy"));
    let policy = policy.expect("a policy");
    let scripts = policy.split("script-src ").nth(1).and_then(|it| it.split(';').next());
    let scripts = scripts.expect("what may run");
    assert!(scripts.split(' ').all(|it| it.starts_with("'sha256-")), "{policy}");
    let json = shown.get("/night/two/night.json");
    assert_eq!(json.status, 200);
    assert!(json.head.contains("content-type: text/plain"), "{}", json.head);
    assert!(json.head.contains("default-src 'none'; sandbox"), "{}", json.head);
    let evidence = json.body.split("evidence/").nth(1).and_then(|it| it.split('"').next());
    let evidence = evidence.expect("evidence");
    let page = shown.get(&format!("/night/two/evidence/{evidence}"));
    assert_eq!(page.status, 200, "{evidence}");
    assert!(page.head.contains("default-src 'none'; sandbox"), "{}", page.head);
    for path in [
        "/night/two/../../nightshift.yaml",
        "/night/two/evidence/../plan.json",
        "/night/two/evidence/%2e%2e/plan.json",
        "/night/two%2F..%2F..%2F..%2Fnightshift.yaml",
        "/night/..%2F..%2F/nightshift.yaml",
        "/night/../../nightshift.yaml",
        "/night/two/decisions.jsonl",
        "/review/..%2F../",
        "//etc/passwd",
    ] {
        let page = shown.get(path);
        assert_eq!(page.status, 404, "{path}: {}", page.body);
        assert!(!page.body.contains("products:"), "{path}");
    }
}

#[test]
fn a_night_is_reviewed_where_that_was_allowed_and_looked_at_elsewhere() {
    let suite = with_a_night();
    let snapshot = "scenarios/snapshots/rows@said.stdout.snap";
    let read = || std::fs::read_to_string(suite.root().join(snapshot)).expect("readable");
    let before = read();
    let decide = |shown: &Site| {
        let own = format!("http://127.0.0.1:{}", shown.port);
        shown.ask("POST /review/two/decide HTTP/1.1", &[("Origin", &own)], "item=F1&do=accept")
    };
    {
        let shown = Site::entered(&suite, &[]);
        let page = shown.page("/review/two/");
        assert!(page.contains("1 left of 1") && page.contains("only to look at"), "{page}");
        assert!(
            !page.contains("<form") && page.contains("href=\"/review/two/review.css\""),
            "{page}"
        );
        assert_eq!(decide(&shown).status, 403);
        assert_eq!(read(), before);
    }
    let shown = Site::entered(&suite, &["--review"]);
    let page = shown.page("/review/two/");
    assert!(page.contains("action=\"/review/two/decide\""), "{page}");
    let none = shown.ask("POST /review/two/decide HTTP/1.1", &[], "item=F1&do=accept");
    assert_eq!(none.status, 403, "without its origin");
    assert_eq!(read(), before);
    let done = decide(&shown);
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(done.head.contains("location: /review/two/"), "{}", done.head);
    assert!(read().contains("11 <script>"), "{}", read());
}

#[test]
fn the_night_that_runs_is_shown_with_what_is_done_and_what_waits() {
    let suite = SuiteCopy::empty();
    suite
        .write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\nnight: { jobs: 1 }\n");
    suite.write(
        "scenarios/a.yaml",
        "scenario: a-first\ntags: [smoke]\nsteps:\n  - shell: echo well\n",
    );
    // It ends once the test has looked.
    suite.write("scenarios/b.yaml", "scenario: b-waits\nsteps:\n  - shell: 'cat $SUITE/gate'\n");
    let gate = suite.root().join("gate");
    let made = std::process::Command::new("mkfifo").arg(&gate).status().expect("mkfifo");
    assert!(made.success());
    let mut night = nightshift()
        .args(["run", "--no-pdf", "--id", "now"])
        .current_dir(suite.root())
        .env("SUITE", suite.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    // Opening the other end waits until somebody reads: the second scenario runs now.
    let mut end = std::fs::File::options().write(true).open(&gate).expect("somebody reads");
    let shown = Site::entered(&suite, &[]);
    let page = shown.page("/now");
    assert!(page.contains("1 of 2 scenarios done"), "{page}");
    let running = page.split("<h2>Running</h2>").nth(1).expect("something runs");
    assert!(running.split("</table>").next().is_some_and(|it| it.contains("b-waits")), "{page}");
    assert!(page.contains("http-equiv=\"refresh\" content=\"5\""), "{page}");
    end.write_all(b"done\n").expect("written");
    drop(end);
    // It may be read again by a second attempt, which finds nobody: the file is replaced.
    std::fs::remove_file(&gate).expect("removed");
    std::fs::write(&gate, "done\n").expect("written");
    night.wait().expect("it ends");
    assert!(shown.page("/now").contains("No night runs"));
}
