//! Two versions of a product that nobody has written scenarios for: the one that was made worse is
//! told, and the one that is the same is silent.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{ANSWERING, Answer, SuiteCopy, night_json, text};

/// A house of three pages, of which each says how long it took; `BROKEN` seeds one fault in it.
const HOUSE: &str = r#"
import os, random
from answering import Answering, serve
PRICE = '590.00' if os.environ.get('BROKEN') else '59.00'
PAGES = {
    '/': '<h1>The small house</h1><p>Rooms for a night.</p>',
    '/rooms': '<h1>Rooms</h1><ul><li>the blue room</li><li>the green room</li></ul>',
    '/prices': '<h1>Prices</h1><table><tr><th>Room<th>EUR</tr><tr><td>blue<td>%s</tr></table><a href="/list.csv">As a table</a>' % PRICE,
}
class Page(Answering):
    def do_GET(self):
        if self.path == '/list.csv':
            return self.answer(200, 'text/csv', 'room,eur\nblue,%s\n' % PRICE)
        body = PAGES.get(self.path)
        status = 200 if body else 404
        nav = '<nav><a href="/">Home</a> <a href="/rooms">Rooms</a> <a href="/prices">Prices</a></nav>'
        foot = '<footer>Served by the small house in %d ms</footer>' % random.randint(100, 102)
        page = '<!doctype html><html lang=en><title>House</title>%s<main>%s</main>%s'
        self.answer(status, 'text/html', page % (nav, body or '<h1>Not here</h1>', foot))
serve(Page)
"#;

/// A house that is open until it goes out of scope.
struct House {
    server: Child,
    url: String,
}

impl House {
    fn open(folder: &SuiteCopy, broken: &str) -> Self {
        let port = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            free.local_addr().expect("an address").port()
        };
        folder.write("answering.py", ANSWERING);
        folder.write("house.py", HOUSE);
        let server = Command::new("python3")
            .args(["house.py", &port.to_string()])
            .env("BROKEN", broken)
            .current_dir(folder.root())
            .spawn()
            .expect("the server starts");
        let until = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the server answers");
            std::thread::yield_now();
        }
        Self { server, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.server.kill().expect("it ends");
        self.server.wait().expect("it has ended");
    }
}

/// The night that a comparison left below `reports/nights`.
fn night(folder: &SuiteCopy) -> Value {
    let all = folder.root().join("reports/nights");
    let mut all: Vec<_> = std::fs::read_dir(all)
        .expect("nights")
        .map(|it| it.expect("a night").path())
        .filter(|it| it.join("night.json").is_file())
        .collect();
    assert_eq!(all.len(), 1, "{all:?}");
    night_json(&all.remove(0))
}

/// What is found: verdict and title.
fn found(night: &Value) -> Vec<(String, String)> {
    let findings = night["findings"].as_array().expect("findings").iter();
    findings.map(|it| (text(&it["verdict"]), text(&it["title"]))).collect()
}

fn scenarios(night: &Value) -> Vec<(String, String)> {
    let all = night["scenarios"].as_array().expect("scenarios").iter();
    all.map(|it| (text(&it["verdict"]), text(&it["judged_by"]))).collect()
}

fn compared(old: &str, new: &str) -> (Answer, Value) {
    let folder = SuiteCopy::empty();
    let (old, new) = (House::open(&folder, old), House::open(&folder, new));
    let answer = folder.run(&["compare", &old.url, &new.url, "--budget", "240s"]);
    let night = night(&folder);
    (answer, night)
}

#[test]
fn a_server_that_was_made_worse_is_told_and_nothing_else_is() {
    let (answer, night) = compared("", "yes");
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.stderr.contains(" --base-url 'app=http"), "at the new one: {answer:#?}");
    assert!(answer.stderr.contains("compare again with --keep DIR"), "{answer:#?}");
    let all = found(&night);
    assert!(!all.is_empty(), "{answer:#?}");
    for (verdict, title) in &all {
        assert_eq!(verdict, "regressed", "{all:#?}");
        assert!(title.contains("59.00") && title.contains("590.00"), "{all:#?}");
    }
}

#[test]
fn a_server_that_is_the_same_is_silent_and_its_files_are_compared_too() {
    let (answer, night) = compared("", "");
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(!answer.stderr.contains("--keep"), "{answer:#?}");
    assert_eq!(found(&night), []);
    let own = ("unchanged".to_owned(), "control".to_owned());
    let all = scenarios(&night);
    assert!(all.len() > 2 && all.iter().all(|it| *it == own), "{all:#?}");
}

/// A command in three builds, of which one counts otherwise.
const BUILDS: &str = r#"
products:
  tool:
    builds:
      make:
        - shell: |
            mkdir "${build-dir}/bin"
            printf '#!/bin/sh\nBUILD=%s . %s/tool.sh\n' "${build}" "$PWD" > "${build-dir}/bin/tool"
            chmod +x "${build-dir}/bin/tool"
      known: ["1.4", "1.5", "1.6"]
      default: "1.4"
    path: ["${build-dir}/bin"]
"#;

const TOOL: &str = r#"
case "$1 $2" in
  "--help "*) printf 'usage: tool [--help] COMMAND\n\npositional arguments:\n  COMMAND\n    list    list what is there\n\noptions:\n  --help  show this help\n' ;;
  "list --help") printf 'usage: tool list [--help]\n\noptions:\n  --help  show this help\n' ;;
  "list ") case $BUILD in 1.6) echo "cup 4" ;; *) echo "cup 5" ;; esac ;;
  *) echo 'tool: what is that?' >&2; exit 2 ;;
esac
"#;

#[test]
fn where_exploring_wrote_nothing_it_says_so_and_what_to_do_and_not_that_the_suite_is_empty() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", BUILDS);
    // It never ends, whatever it is asked for.
    suite.write("tool.sh", "sleep 600\n");
    let cache = tempfile::tempdir().expect("a folder");
    let cache = cache.path().display().to_string();
    let arguments = ["compare", "1.4", "1.5", "--budget", "90s"];
    let answer = suite.run_with(&arguments, &[("XDG_CACHE_HOME", &cache)]);
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    assert!(answer.stdout.contains("exploring 1.4 wrote no scenario"), "{answer:#?}");
    assert!(answer.stdout.contains("see that it answers"), "{answer:#?}");
    assert!(!answer.stderr.contains("has no scenarios"), "{answer:#?}");
}

#[test]
fn of_two_builds_the_worse_one_is_told_and_the_suite_is_as_it_was() {
    for (new, code, wanted) in [("1.5", 0, 0), ("1.6", 1, 1)] {
        let suite = SuiteCopy::empty();
        suite.write("nightshift.yaml", BUILDS);
        suite.write("tool.sh", TOOL);
        // One of them was explored before.
        let own = (new == "1.6").then_some("{}\n");
        if let Some(text) = own {
            suite.write("explore.json", text);
        }
        let cache = tempfile::tempdir().expect("a folder");
        let cache = cache.path().display().to_string();
        let arguments = ["compare", "1.4", new, "--budget", "240s", "--keep", "kept"];
        let answer = suite.run_with(&arguments, &[("XDG_CACHE_HOME", &cache)]);
        assert_eq!(answer.code, Some(code), "{answer:#?}");
        let night = night(&suite);
        let all = found(&night);
        assert_eq!(all.len(), wanted, "{all:#?}");
        if let Some((verdict, title)) = all.first() {
            assert_eq!(verdict, "regressed");
            assert!(title.contains("cup 4"), "{title}");
        }
        let map = std::fs::read_to_string(suite.root().join("explore.json")).ok();
        assert_eq!(map.as_deref(), own, "the suite's own map is as it was");
        assert!(suite.root().join("kept/explore.json").is_file());
        assert!(!suite.root().join("scenarios/explored/commands").exists());
        assert!(suite.root().join("kept/scenarios/explored/commands").is_dir());
    }
}
