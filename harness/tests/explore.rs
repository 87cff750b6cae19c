//! Products that nobody has written scenarios for: explored, written, silent on the next night; and
//! those that would never end.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, text, verdicts};

/// A command with commands below it; `BROKEN` seeds one fault in it.
const TOOL: &str = r#"#!/bin/sh
case "$1 $2" in
  "--help "*) printf 'usage: stock [--help] COMMAND ...\n\nLooks after the stock.\n\npositional arguments:\n  COMMAND\n    list    list what is there\n    show    show one thing\n    wait    wait for somebody\n    flood   never stop\n\noptions:\n  --help  show this help\n' ;;
  "list --help") printf 'usage: stock list [--help] [--csv]\n\noptions:\n  --help  show this help\n  --csv  as CSV\n' ;;
  "show --help") printf 'usage: stock show [--help] NAME\n\npositional arguments:\n  NAME  which, such as lamp\n\noptions:\n  --help  show this help\n' ;;
  "wait --help") printf 'usage: stock wait [--help]\n\noptions:\n  --help  show this help\n' ;;
  "flood --help") printf 'usage: stock flood [--help]\n\noptions:\n  --help  show this help\n' ;;
  "list ") printf 'name,count\nlamp,3\ncup,5\n'; [ -z "$BROKEN" ] || printf 'error: the disk is full\n' >&2 ;;
  "list --csv") printf 'name,count\nlamp,3\n' ;;
  "show lamp") echo 'a lamp' ;;
  "wait "*) sleep 600 ;;
  "flood "*) yes ;;
  *) echo 'stock: what is that?' >&2; exit 2 ;;
esac
"#;

/// Pages without end: more links than anybody follows, a calendar, another host, a form that signs
/// out, a page that asks its server for ever.
const ENDLESS: &str = r#"
import http.server, sys, urllib.parse
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        month = int(urllib.parse.parse_qs(url.query).get('month', ['1'])[0] or 1) if url.path == '/calendar' else 1
        body = '<h1>%s</h1>' % url.path.strip('/').split('/')[0]
        if url.path == '/':
            body += '<nav><a href="/calendar?month=1">Calendar</a> <a href="/restless">Restless</a> <a href="https://example.com/">Elsewhere</a> <a href="/gone">Gone</a></nav>'
            body += '<main><form method="post" action="/logout"><button>Sign out</button></form>'
            body += ''.join('<li><a href="/things/%d">thing %d</a></li>' % (it, it) for it in range(3000)) + '</main>'
        elif url.path == '/calendar':
            body += '<a href="/calendar?month=%d">Next</a>' % (month + 1)
        elif url.path == '/restless':
            body += '<p id=n>0</p><script>setInterval(() => { fetch("/ping"); n.textContent++ }, 50)</script>'
        elif url.path.startswith('/things/') or url.path == '/ping':
            body += '<p>one of many</p>'
        else:
            return self.answer(404, '<h1>Not here</h1>')
        self.answer(200, body)
    def answer(self, status, body):
        data = ('<!doctype html><html lang=en><title>Endless</title>' + body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Page).serve_forever()
"#;

fn stock(broken: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        &format!("products:\n  stock: {{ path: [bin], env: {{ BROKEN: '{broken}' }} }}\nexplore: {{ never: [flood] }}\n"),
    );
    suite.write("bin/stock", TOOL);
    let mode = std::process::Command::new("chmod")
        .args(["+x", "bin/stock"])
        .current_dir(suite.root())
        .status();
    assert!(mode.expect("chmod runs").success());
    suite
}

fn map(suite: &SuiteCopy) -> Value {
    let text = std::fs::read_to_string(suite.root().join("explore.json")).expect("a map");
    serde_json::from_str(&text).expect("JSON")
}

fn explore(suite: &SuiteCopy, arguments: &[&str]) -> Answer {
    suite.run(&[&["explore"], arguments].concat())
}

fn rules(map: &Value) -> Vec<String> {
    map["findings"].as_array().expect("findings").iter().map(|it| text(&it["rule"])).collect()
}

#[test]
fn a_command_is_explored_and_the_next_night_is_silent() {
    let suite = stock("");
    let answer = explore(&suite, &["--budget", "3m"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let map = map(&suite);
    // The command itself and the three below it that may be asked.
    assert_eq!(map["commands"]["seen"], 4, "{map:#}");
    assert_eq!(rules(&map), Vec::<String>::new());
    let missed = map["not_reached"].to_string();
    assert!(missed.contains("explore.never names"), "{missed}");
    assert!(missed.contains("stock wait"), "what waits is named: {missed}");
    let night = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    let night = night_json(&suite.root().join("night"));
    let loud: Vec<_> = verdicts(&night).into_iter().filter(|it| it.1 != "unchanged").collect();
    assert_eq!(loud, [], "{:#}", night["findings"]);
    let again = explore(&suite, &["--budget", "2m", "--format", "json"]);
    let again: Value = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!(again["scenarios"], serde_json::json!([]), "nothing is left that nothing covers");
}

#[test]
fn a_command_that_contradicts_itself_is_found_without_any_baseline() {
    let suite = stock("yes");
    let answer = explore(&suite, &["--budget", "2m", "--no-accept"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(rules(&map(&suite)), ["error-and-exit-0"]);
}

#[test]
fn a_product_without_end_is_explored_within_its_budget_and_what_is_left_out_is_named() {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        "products:\n  endless: { serve: { run: 'python3 endless.py ${port}' }, data: data }\nbrowser: { timeout: 3s }\n",
    );
    suite.write("data/endless.py", ENDLESS);
    let began = Instant::now();
    let answer = explore(&suite, &["--budget", "60s", "--no-accept"]);
    assert!(began.elapsed() < Duration::from_secs(150), "{:?} {answer:#?}", began.elapsed());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let map = map(&suite);
    assert!(rules(&map).contains(&"dead-link".to_owned()), "{map:#}");
    let missed = map["not_reached"].to_string();
    assert!(
        missed.contains("https://example.com") && missed.contains("more addresses like"),
        "{missed}"
    );
}

#[test]
fn what_is_no_suite_and_names_no_product_is_a_mistake() {
    let folder = SuiteCopy::empty();
    let answer = explore(&folder, &[]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("--url"), "{answer:#?}");
}
