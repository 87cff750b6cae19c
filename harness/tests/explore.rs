//! Products that nobody has written scenarios for: explored, written, silent on the next night; and
//! those that would never end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ANSWERING, Answer, SuiteCopy, night_json, text, verdicts};

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
/// out whoever uses this server, a page that asks its server for ever.
const ENDLESS: &str = r#"
import urllib.parse
from answering import Answering, serve
class Page(Answering):
    signed_out = False
    def do_POST(self):
        if self.path != '/logout':
            return self.page(404, '<h1>Not here</h1>')
        Page.signed_out = True
        self.send_response(303)
        self.send_header('Location', '/')
        self.send_header('Content-Length', '0')
        self.end_headers()
    def do_GET(self):
        if Page.signed_out:
            return self.page(200, '<h1>Signed out</h1>')
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
        elif url.path.startswith('/things/'):
            at = int(url.path.rsplit('/', 1)[1]) if url.path.rsplit('/', 1)[1].isdigit() else 0
            body += '<p>one of many</p>' + ''.join('<a href="/things/%d">on to %d</a> ' % (it, it) for it in range(at * 300 + 3000, at * 300 + 3300))
        elif url.path == '/ping':
            body += '<p>one of many</p>'
        else:
            return self.page(404, '<h1>Not here</h1>')
        self.page(200, body)
    def page(self, status, body):
        self.answer(status, 'text/html', '<!doctype html><html lang=en><title>Endless</title>' + body)
serve(Page)
"#;

fn stock(broken: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    configure(&suite, broken);
    program(&suite, TOOL);
    suite
}

fn configure(suite: &SuiteCopy, broken: &str) {
    suite.write(
        "nightshift.yaml",
        &format!("products:\n  stock: {{ path: [bin], env: {{ BROKEN: '{broken}' }} }}\nexplore: {{ never: [flood] }}\n"),
    );
}

/// Writes the command.
fn program(suite: &SuiteCopy, text: &str) {
    suite.write("bin/stock", text);
    let mode = std::process::Command::new("chmod")
        .args(["+x", "bin/stock"])
        .current_dir(suite.root())
        .status();
    assert!(mode.expect("chmod runs").success());
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
    assert!(answer.stdout.ends_with("Next: nightshift run\n"), "{answer:#?}");
    let map = map(&suite);
    // The command itself and the four below it, of which one may not be asked.
    assert_eq!(
        (&map["commands"]["seen"], &map["commands"]["reached"]),
        (&json!(5), &json!(4)),
        "{map:#}"
    );
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
    assert!(!answer.stdout.contains("Next: "), "{answer:#?}");
    let map = map(&suite);
    assert_eq!(rules(&map), ["error-and-exit-0"]);
    let file = text(&map["findings"][0]["file"]);
    assert_eq!(file, "scenarios/explored/findings/error-and-exit-0-stock-list.yaml");
    let written = std::fs::read_to_string(suite.root().join(&file)).expect("it is there");
    let wanted = "# yaml-language-server: $schema=../../../schemas/scenario.schema.json
scenario: error-and-exit-0-stock-list
about: '`stock list` says \"error: the disk is full\" and exits with 0.'
tags: [explored, finding]
steps:
  - run: stock list
    expect: { stderr: { lacks: 'error: the disk is full' } }
    snapshot: what-it-says
";
    assert_eq!(written, wanted);
    let finding = |out: &str| {
        suite.run(&["run", "--tag", "finding", "--no-pdf", "--out", out]);
        verdicts(&night_json(&suite.root().join(out)))
    };
    let own = |verdict: &str| [("error-and-exit-0-stock-list".to_owned(), verdict.to_owned())];
    assert_eq!(finding("reports/nights/n1"), own("inconclusive"), "it never passed");
    configure(&suite, "");
    assert_eq!(finding("reports/nights/n2"), own("new"), "once it is mended, it can be accepted");
}

#[test]
fn a_finding_is_written_by_the_shortest_line_that_shows_it() {
    let suite = SuiteCopy::empty();
    configure(&suite, "");
    // Only the option is at fault, not the argument that its command takes.
    program(&suite, SPOILED);
    let answer = explore(&suite, &["--budget", "2m", "--no-accept"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let map = map(&suite);
    assert_eq!(rules(&map), ["error-and-exit-0"], "{map:#}");
    let file = suite.root().join(text(&map["findings"][0]["file"]));
    let written = std::fs::read_to_string(file).expect("it is there");
    assert!(written.contains("  - run: stock --loud\n"), "{written}");
    let told = explore(&SuiteCopy::empty(), &["--no-findings"]);
    assert_eq!(told.code, Some(2), "{told:#?}");
}

/// A command that complains of an option, and takes a name beside it.
const SPOILED: &str = r#"#!/bin/sh
case "$*" in
  *--help*) printf 'usage: stock [--help] [--loud] NAME\n\npositional arguments:\n  NAME  which, such as lamp\n\noptions:\n  --help  show this help\n  --loud  in capitals\n' ;;
  *--loud*) echo 'error: no voice' >&2 ;;
  lamp) echo 'a lamp' ;;
  *) echo 'stock: what is that?' >&2; exit 2 ;;
esac
"#;

#[test]
fn init_explores_and_the_next_night_is_silent() {
    let folder = SuiteCopy::empty();
    program(&folder, TOOL);
    let answer = folder.run(&["init", "--explore"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("--url URL, --cli CMD"), "{answer:#?}");
    let answer = folder.run(&["init", "--explore", "--cli", "bin/stock", "--budget", "2m"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(!folder.root().join("scenarios/first.yaml").exists());
    assert!(map(&folder)["commands"]["asserted"].as_u64() > Some(1));
    let night = folder.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
}

/// A command that leaves something running, one that deletes its folder, one that prints for ever.
const HOSTILE: &str = r#"#!/bin/sh
case "$1 $2" in
  "--help "*) printf 'usage: stock [--help] COMMAND\n\npositional arguments:\n  COMMAND\n    fork    leave something running\n    vacate  have the folder no more\n    spout   never stop\n\noptions:\n  --help  show this help\n' ;;
  *" --help") printf 'usage: stock %s [--help]\n\noptions:\n  --help  show this help\n' "$1" ;;
  "fork ") sleep SECONDS & sleep SECONDS >/dev/null 2>&1 & echo forked ;;
  "vacate ") rm -rf "$PWD"; echo vacated ;;
  "spout ") yes ;;
  *) echo 'stock: what is that?' >&2; exit 2 ;;
esac
"#;

/// How many processes have this word on their command line.
fn running(word: &str) -> usize {
    let all = std::fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    let lines = all.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    lines.filter(|it| it.split(|byte| *byte == 0).any(|own| own == word.as_bytes())).count()
}

#[test]
fn commands_that_fork_delete_their_folder_and_never_stop_are_named_and_leave_nothing() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  stock: { path: [bin], data: data }\n");
    suite.write("data/kept.txt", "kept\n");
    let seconds = format!("6{:07}", std::process::id());
    program(&suite, &HOSTILE.replace("SECONDS", &seconds));
    let began = Instant::now();
    let answer = explore(&suite, &["--budget", "300s", "--no-accept"]);
    assert!(began.elapsed() < Duration::from_secs(180), "{:?} {answer:#?}", began.elapsed());
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    let map = map(&suite);
    assert_eq!(map["commands"]["seen"], 4, "{map:#}");
    assert!(map["not_reached"].to_string().contains("stock spout"), "{map:#}");
    assert_eq!(running(&seconds), 0, "what it left running is ended");
    let kept = std::fs::read_to_string(suite.root().join("data/kept.txt"));
    assert_eq!(kept.expect("the data is only copied"), "kept\n");
}

#[test]
fn a_product_without_end_is_explored_within_its_budget_and_what_is_left_out_is_named() {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        "products:\n  endless: { serve: { run: 'python3 endless.py ${port}' }, data: data }\nbrowser: { timeout: 3s }\n",
    );
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/endless.py", ENDLESS);
    let began = Instant::now();
    let answer = explore(&suite, &["--budget", "300s", "--no-accept"]);
    let took = began.elapsed();
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    // A machine with much other work takes longer for what was begun; without an end it took for ever.
    assert!(took < Duration::from_secs(600), "{took:?} {answer:#?}");
    let map = map(&suite);
    assert!(!rules(&map).is_empty(), "what it found by then is told: {map:#}");
    let missed = map["not_reached"].to_string();
    assert!(
        missed.contains("https://example.com") && missed.contains("more addresses like"),
        "{missed}"
    );
    // A page that never settles is looked at as it is, and that it goes on is nothing wrong.
    assert!(is_reached(&map, "page", "/restless"), "{map:#}");
    let findings = map["findings"].as_array().expect("findings");
    assert!(!findings.iter().any(|it| it["where"] == "/restless"), "{map:#}");
    assert!(rules(&map).iter().any(|it| it == "dead-link"), "what is not there is: {map:#}");
    // The form that signs out is sent, in a scenario that takes nothing from the others.
    assert!(is_reached(&map, "form", "post /logout ()"), "{map:#}");
    let signs_out = |it: &&Value| text(&it["id"]).contains("sign-out");
    let mut all = map["scenarios"].as_array().expect("scenarios").iter();
    let file = text(&all.find(signs_out).expect("it is written")["file"]);
    let written = std::fs::read_to_string(suite.root().join(&file)).expect("it is there");
    assert!(written.contains("isolate: scenario\n"), "{written}");
    assert!(is_reached(&map, "page", "/calendar"), "{map:#}");
}

/// Whether a part of the product was reached whose name begins so.
fn is_reached(map: &Value, kind: &str, name: &str) -> bool {
    let own = |it: &&Value| it["kind"] == kind && text(&it["name"]).starts_with(name);
    let mut all = map["parts"].as_array().expect("parts").iter().filter(own);
    all.any(|it| it["reached"] == true)
}

/// The suite of a person who uses one command of the product, and lets nights explore.
fn with_nights(tool: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        "products:\n  stock: { path: [bin] }\nexplore: { never: [flood, wait] }\nnight: { explore: 40s }\n",
    );
    suite.write(
        "scenarios/list.yaml",
        "scenario: list-as-csv\nsteps:\n  - run: stock list --csv\n    snapshot: csv\n",
    );
    program(&suite, tool);
    suite
}

/// What the exploration of a night has shown.
fn survey(suite: &SuiteCopy, night: &str) -> Value {
    night_json(&suite.root().join(night))["survey"].clone()
}

#[test]
fn a_night_explores_what_is_left_of_it_and_changes_nothing_of_the_suite() {
    let suite = with_nights(TOOL);
    let files = || {
        let all = walkdir::WalkDir::new(suite.root().join("scenarios")).sort_by_file_name();
        let all = all.into_iter().filter_map(Result::ok);
        all.map(|it| it.path().to_owned()).collect::<Vec<_>>()
    };
    let before = files();
    let night = suite.run(&["run", "--no-pdf", "--out", "reports/nights/n1"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    let first = survey(&suite, "reports/nights/n1");
    let share = |of: &str| {
        ["seen", "reached", "asserted"].map(|it| first[of][it].as_u64().unwrap_or_default())
    };
    // Itself, list and show; wait and flood are named by its help, and left alone.
    assert_eq!(share("commands"), [5, 3, 2], "{first:#}");
    assert_eq!(first["since"], Value::Null, "there was no night before");
    assert_eq!(first["whole"], true);
    assert_eq!(files(), before, "a night edits no suite");
    let offered = text(&first["scenarios"][0]["file"]);
    assert!(suite.root().join("reports/nights/n1/explored").join(&offered).is_file(), "{first:#}");
    assert!(night.stdout.contains("nightshift explore --take"), "{night:#?}");

    // The next version of the product has one option less, and one command more.
    let other = TOOL.replace("[--csv]\\n\\noptions", "\\n\\noptions");
    let other = other
        .replace("  --csv  as CSV\\n", "")
        .replace("    show ", "    sell    sell one thing\\n    show ");
    assert_ne!(other, TOOL);
    program(&suite, &other);
    let night = suite.run(&["run", "--no-pdf", "--out", "reports/nights/n2"]);
    let since = survey(&suite, "reports/nights/n2")["since"].clone();
    let names = |of: &str| -> Vec<String> {
        since[of].as_array().expect("parts").iter().map(|it| text(&it["name"])).collect()
    };
    assert_eq!(
        (names("gone"), names("new")),
        (vec!["stock list --csv".to_owned()], vec!["stock sell".to_owned()])
    );
    let line = "Since n1: 1 flag is gone, 1 command is new";
    assert!(night.stdout.contains(line), "{night:#?}");
    let page = std::fs::read_to_string(suite.root().join("reports/nights/n2/index.html"));
    assert!(page.expect("a page").contains(line));
    let judged = suite.run(&["report", "n2", "--no-pdf"]);
    assert_eq!(judged.code, Some(0), "{judged:#?}");
    assert_eq!(
        survey(&suite, "reports/nights/n2")["since"],
        since,
        "the report repeats it offline"
    );
}

#[test]
fn what_a_night_would_add_is_taken_over_by_a_command_and_is_covered_from_then_on() {
    let suite = with_nights(TOOL);
    suite.run(&["run", "--no-pdf", "--out", "reports/nights/n1"]);
    let offered = survey(&suite, "reports/nights/n1")["scenarios"].as_array().expect("some").len();
    assert!(offered > 0);
    let taken = explore(&suite, &["--take", "n1"]);
    assert_eq!(taken.code, Some(0), "{taken:#?}");
    assert!(taken.stdout.contains(&format!("took over {offered} scenario")), "{taken:#?}");
    assert_eq!(suite.run(&["check"]).code, Some(0));
    let again = explore(&suite, &["--take", "n1"]);
    assert!(again.stdout.contains("took over no scenarios"), "{again:#?}");
    suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "reports/nights/n2"]);
    let second = survey(&suite, "reports/nights/n2");
    assert_eq!(second["scenarios"], serde_json::json!([]), "nothing is left that nothing covers");
    assert_eq!(second["since"]["gone"], serde_json::json!([]));
    let once = suite.run(&["run", "--once", "--no-pdf", "--out", "reports/nights/n3"]);
    assert_eq!(once.code, Some(0), "{once:#?}");
    assert_eq!(survey(&suite, "reports/nights/n3"), Value::Null);
    let none = explore(&suite, &["--take", "n3"]);
    assert_eq!(none.code, Some(2), "{none:#?}");
}

#[test]
fn what_is_wrong_by_itself_fails_no_night_and_its_scenario_is_taken_over_where_it_is_wanted() {
    let suite = with_nights(&TOOL.replace("[ -z \"$BROKEN\" ] || ", ""));
    let night = suite.run(&["run", "--no-pdf", "--out", "reports/nights/n1"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    let findings = survey(&suite, "reports/nights/n1")["findings"].clone();
    let file = "findings/error-and-exit-0-stock-list.yaml";
    let told = ["rule", "where", "file"].map(|it| text(&findings[0][it]));
    assert_eq!(told, ["error-and-exit-0", "stock list", file], "{findings:#}");
    let there = || suite.root().join("scenarios/explored").join(file).is_file();
    assert_eq!(explore(&suite, &["--take", "n1", "--no-findings"]).code, Some(0));
    assert!(!there());
    assert_eq!(explore(&suite, &["--take", "n1"]).code, Some(0));
    assert!(there());
    suite.run(&["run", "--no-pdf", "--out", "reports/nights/n2"]);
    let again = survey(&suite, "reports/nights/n2")["findings"].clone();
    assert_eq!(text(&again[0]["file"]), format!("scenarios/explored/{file}"), "the suite has it");
}

/// A shop that says the same wherever and however often one asks; `BROKEN` seeds one fault of each
/// rule that needs a second look.
const TWICE: &str = r#"
import os, urllib.parse
from answering import Answering, serve
BROKEN = bool(os.environ.get('BROKEN'))
hits = 0
class Page(Answering):
    def do_GET(self):
        global hits
        url = urllib.parse.urlsplit(self.path)
        if url.path == '/':
            body = '<h1>Shop</h1><main><a href="/orders">%d orders</a> <a href="/stock">Stock</a></main>' % (4 if BROKEN else 3)
        elif url.path == '/orders':
            body = '<main><h1>Orders</h1><h2>3 orders</h2><button id=b>Late ones</button><h3 id=h></h3></main><script>'
            body += "const show = late => { h.textContent = late ? 'Only the late ones' : 'All of them' };"
            body += "b.onclick = () => { history.pushState(null, '', '/orders?late=yes'); show(true) };"
            body += 'show(false)' if BROKEN else "onpopstate = () => show(location.search); show(location.search)"
            body += '</script>'
        elif url.path == '/stock':
            hits += 1
            things = ['Teapot' if BROKEN and hits % 2 else 'Kettle', 'Cup']
            body = '<main><h1>Stock</h1>' + ''.join('<h2>%s</h2>' % it for it in things) + '<p>made in %d ms</p></main>' % hits
        else:
            return self.page(404, '<h1>Not here</h1>')
        self.page(200, body)
    def page(self, status, body):
        self.answer(status, 'text/html', '<!doctype html><html lang=en><title>Shop</title>' + body)
serve(Page)
"#;

/// The rules, places and files of what an exploration of that shop finds.
fn found_twice(broken: &str) -> Vec<[String; 3]> {
    let suite = SuiteCopy::empty();
    let product = "serve: { run: 'python3 shop.py ${port}' }, data: data";
    suite.write(
        "nightshift.yaml",
        &format!("products:\n  shop: {{ {product}, env: {{ BROKEN: '{broken}' }} }}\n"),
    );
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/shop.py", TWICE);
    explore(&suite, &["--budget", "15m", "--no-accept"]);
    let map = map(&suite);
    let all = map["findings"].as_array().expect("findings").iter();
    all.map(|it| ["rule", "where", "file"].map(|key| text(&it[key]))).collect()
}

#[test]
fn a_product_that_contradicts_itself_at_the_second_look_is_found_and_its_sound_twin_is_not() {
    assert_eq!(found_twice(""), [[""; 3]; 0]);
    let file = |name: &str| format!("scenarios/explored/findings/{name}.yaml");
    let wanted = [
        ["back-loses-state", "/orders", "back-loses-state-orders"],
        ["numbers-disagree", "/", "numbers-disagree-slash"],
        ["reload-loses-state", "/orders", "reload-loses-state-orders"],
        ["says-two-things", "/stock", "says-two-things-stock"],
    ];
    let wanted = wanted.map(|it| [it[0].to_owned(), it[1].to_owned(), file(it[2])]);
    assert_eq!(found_twice("yes"), wanted);
}

/// A desk behind a sign-in; who signs out is out everywhere, whatever other sessions they have.
const DESK: &str = r#"
import http.cookies, secrets, urllib.parse
from answering import Answering, serve
INSIDE = set()
LOGIN = '<h1>Sign in</h1><form method=post action=/login><label>User <input name=user></label> <label>Password <input type=password name=password></label> <button>Sign in</button></form>'
OUT = '<form method=post action=/logout><button>Sign out</button></form>'
class Page(Answering):
    def is_inside(self):
        jar = http.cookies.SimpleCookie(self.headers.get('Cookie', ''))
        self.sid = jar['sid'].value if 'sid' in jar else None
        return self.sid in INSIDE
    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        if path == '/':
            self.page(200, '<h1>Welcome</h1><main><a href="/desk">Desk</a></main>')
        elif path == '/login':
            self.page(200, LOGIN)
        elif path not in ('/desk', '/letters'):
            self.page(404, '<h1>Not here</h1>')
        elif self.is_inside():
            self.page(200, '<h1>%s</h1><main><a href="/letters">Letters</a>%s</main>' % (path[1:], OUT))
        else:
            self.to('/login')
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
        inside = self.is_inside()
        if self.path == '/logout':
            if inside: INSIDE.clear()
            self.to('/')
        elif urllib.parse.parse_qs(body).get('password') == ['tea-for-two']:
            sid = secrets.token_hex(8)
            INSIDE.add(sid)
            self.to('/desk', 'sid=%s; Path=/; HttpOnly' % sid)
        else:
            self.page(403, LOGIN)
    def to(self, path, cookie=None):
        self.send_response(303)
        self.send_header('Location', path)
        if cookie: self.send_header('Set-Cookie', cookie)
        self.send_header('Content-Length', '0')
        self.end_headers()
    def page(self, status, body):
        self.answer(status, 'text/html', '<!doctype html><html lang=en><title>Desk</title>' + body)
serve(Page)
"#;

/// The suite of the desk; `more` says as whom it is explored.
fn the_desk(more: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/desk.py", DESK);
    let fill = "{ 'textbox \"User\"': ada, 'textbox \"Password\"': tea-for-two }";
    let establish = format!(
        "[ {{ open: /login }}, {{ fill: {fill} }}, {{ click: 'button \"Sign in\"' }}, {{ wait: {{ url: /desk }} }} ]"
    );
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  desk: {{ serve: {{ run: 'python3 desk.py ${{port}}' }}, data: data }}\nsessions:\n  ada:\n    establish: {establish}\n    check: [ {{ open: /desk }}, {{ see: 'button \"Sign out\"' }} ]\n{more}"
        ),
    );
    suite
}

/// The scenarios that were written, by their names below the folder.
fn written(suite: &SuiteCopy) -> Vec<(String, String)> {
    let folder = suite.root().join("scenarios/explored");
    let all = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter();
    all.filter_map(Result::ok)
        .filter(|it| it.path().extension().is_some_and(|it| it == "yaml"))
        .map(|it| {
            let name = it.path().strip_prefix(&folder).expect("below it").display().to_string();
            (name, std::fs::read_to_string(it.path()).expect("readable"))
        })
        .collect()
}

#[test]
#[ignore = "a whole product is explored, which takes minutes: `just explorations`"]
fn signing_out_is_a_scenario_of_its_own_and_the_session_of_the_others_goes_on() {
    let suite = the_desk("explore: { as: ada }\n");
    let answer = explore(&suite, &["--budget", "15m"]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    let all = written(&suite);
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|it| it.0 == "desk/sign-out.yaml");
    let own = &own.first().unwrap_or_else(|| panic!("{all:#?}")).1;
    for line in [
        "  - expect: { url: /desk }\n",
        "  - click: 'button \"Sign out\"'\n  - snapshot: signed-out\n",
        "  - open: /desk\n",
        "  - see-not: 'button \"Sign out\"'\n",
        "  - snapshot: closed-desk\n",
    ] {
        assert!(own.contains(line), "{line} in {own}");
    }
    assert!(!own.contains("as: ada"), "it signs in itself: {own}");
    assert!(own.contains("\nisolate: scenario\n"), "it ends the sessions of others: {own}");
    assert!(others.iter().any(|it| it.1.contains("as: ada")), "{others:#?}");
    assert!(others.iter().all(|it| !it.1.contains("click: 'button \"Sign out\"'")), "{others:#?}");

    // The others share a server and a session, in any order and beside one another.
    suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"]);
    suite.run(&["run", "--no-pdf", "-j", "2", "--out", "night"]);
    let night = night_json(&suite.root().join("night"));
    let verdicts = verdicts(&night);
    let sign_out = verdicts.iter().find(|it| it.0 == "sign-out");
    assert_eq!(sign_out.map(|it| it.1.as_str()), Some("unchanged"), "{:#}", night["findings"]);
    assert!(verdicts.iter().all(|it| it.1 != "regressed"), "{:#}", night["findings"]);
}

#[test]
fn where_nobody_is_signed_in_no_scenario_signs_in_to_sign_out() {
    let suite = the_desk("");
    let answer = explore(&suite, &["--budget", "15m", "--no-accept"]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    let all = written(&suite);
    assert!(!all.is_empty());
    let named = |it: &str| it.contains("Sign out") || it.contains("as: ada");
    assert!(!all.iter().any(|it| named(&it.1)), "{all:#?}");
}

#[test]
fn who_names_no_product_or_none_of_the_suite_s_is_told_what_to_write() {
    let folder = SuiteCopy::empty();
    let answer = explore(&folder, &[]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("--url"), "{answer:#?}");
    folder.write("nightshift.yaml", "products:\n  shop:\n    base-url: http://127.0.0.1:9/\n");
    let answer = explore(&folder, &["--url", "http://127.0.0.1:10/"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("--base-url PRODUCT=http://127.0.0.1:10/"), "{answer:#?}");
    // Its own address is taken; nobody answers there.
    assert_ne!(explore(&folder, &["--url", "http://127.0.0.1:9/"]).code, Some(2));
}
