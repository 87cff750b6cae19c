//! State: what is fresh for a scenario, what nothing else may use meanwhile, what cannot be kept
//! apart, and how patient a night is.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::support::{SuiteCopy, night_json, text, verdicts};

/// Uses something that only one may use at a time, and fails where somebody else does meanwhile.
const TELLER: &str = r#"
import os, sys, time, uuid

folder, seconds = sys.argv[1], float(sys.argv[2])
os.makedirs(folder, exist_ok=True)
mine = uuid.uuid4().hex
open(os.path.join(folder, mine), "w").close()
until = time.monotonic() + seconds
try:
    while time.monotonic() < until:
        if os.listdir(folder) != [mine]:
            sys.exit("somebody else is at the counter")
        time.sleep(0.005)
finally:
    os.remove(os.path.join(folder, mine))
"#;

/// Prints what is at an address.
const GET: &str = "\
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode(), end='')
";

fn counter(exclusive: &str, seconds: &str) -> (Option<i32>, Vec<(String, String)>, String) {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { bank: { data: data } }\nnight: { retries: 0 }\n");
    suite.write("data/teller.py", TELLER);
    for id in ["a", "b", "c", "d", "e", "f"] {
        suite.write(
            &format!("scenarios/{id}.yaml"),
            &format!(
                "scenario: {id}\n{exclusive}steps:\n  - run: python3 teller.py ${{counter}} {seconds}\n"
            ),
        );
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    let counter = format!("counter={}", elsewhere.path().join("counter").display());
    let answer = suite.run(&["run", "-j", "4", "--no-pdf", "--out", "night", "--var", &counter]);
    let night = night_json(&suite.root().join("night"));
    let titles = night["findings"].as_array().expect("findings").iter();
    let told = titles.map(|it| it["differences"].to_string()).collect::<String>();
    (answer.code, verdicts(&night), told)
}

#[test]
fn what_is_exclusive_is_never_used_twice_at_once() {
    let (code, verdicts, _) = counter("exclusive: [counter]\n", "0.05");
    assert_eq!(code, Some(0), "{verdicts:?}");
    assert_eq!(verdicts.len(), 6);
}

#[test]
fn without_exclusive_the_overlap_is_caught() {
    let (code, verdicts, told) = counter("", "20");
    assert_eq!(code, Some(1), "{verdicts:?}");
    assert!(told.contains("somebody else is at the counter"), "{told}");
}

/// A product that serves the files of the folder that it is started in.
const FILES: &str = "\
products:
  files:
    data: data
    serve:
      run: python3 -m http.server ${port} --bind 127.0.0.1
      ready: { http: /who.txt, within: 30s }
night: { retries: 0 }
";

fn files() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", FILES);
    suite.write("data/get.py", GET);
    suite.write("data/who.txt", "everybody\n");
    suite.write("other/who.txt", "somebody\n");
    suite
}

fn asks(id: &str, keys: &str, steps: &str, says: &str) -> String {
    format!(
        "scenario: {id}\n{keys}steps:\n{steps}  - run: python3 get.py ${{base-url}}/who.txt\n    expect: {{ stdout: '{says}' }}\n"
    )
}

#[test]
fn data_and_servers_of_a_scenarios_own_are_seen_by_nobody_else() {
    let suite = files();
    let write = "  - shell: echo me > who.txt\n";
    suite.write("scenarios/a.yaml", &asks("own", "isolate: scenario\n", write, "me"));
    suite.write("scenarios/b.yaml", &asks("shared", "", write, "everybody"));
    suite.write("scenarios/c.yaml", &asks("seeded", "data: other\n", "", "somebody"));
    suite.write(
        "scenarios/d.yaml",
        &asks("files-only", "data: other\nisolate: night\n", "", "everybody"),
    );
    suite.write(
        "scenarios/e.yaml",
        &asks(
            "before",
            "isolate: scenario\nbefore: [ { shell: echo first > who.txt } ]\n",
            "",
            "first",
        ),
    );
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

#[test]
fn data_that_is_not_there_is_named_and_only_its_scenario_does_not_run() {
    let suite = files();
    suite.write("scenarios/a.yaml", &asks("lost", "data: nowhere\n", "", "x"));
    suite.write("scenarios/b.yaml", &asks("shared", "", "", "everybody"));
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    let night = night_json(&suite.root().join("night"));
    assert_eq!(
        verdicts(&night),
        [("lost".to_owned(), "not-run".to_owned()), ("shared".to_owned(), "unchanged".to_owned())],
        "{answer:#?}"
    );
    let detail = text(&night["scenarios"][0]["detail"]);
    assert!(detail.contains("the scenario's data nowhere is not there"), "{detail}");
    assert!(detail.contains("create it, or correct `data`"), "{detail}");
}

/// Answers every request until the test ends.
fn elsewhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let answer =
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\neverybody";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn what_a_product_elsewhere_cannot_isolate_is_said_everywhere() {
    let suite = files();
    suite.write("scenarios/a.yaml", &asks("own", "isolate: scenario\n", "", "everybody"));
    suite.write("scenarios/b.yaml", &asks("shared", "", "", "everybody"));
    suite.write("scenarios/c.yaml", &asks("seeded", "data: other\n", "", "everybody"));
    let url = elsewhere();
    let answer = suite.run(&[
        "run",
        "--no-pdf",
        "--out",
        "night",
        "--base-url",
        &url,
        "--set",
        "products.files.mail=true",
    ]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let sentence = format!(
        "files runs at {url}: its server's data is not fresh; 2 scenarios want servers of their own and share it: own, seeded; it does not see the data of seeded; its mails do not reach the sink"
    );
    assert!(answer.stderr.contains(&sentence), "{}", answer.stderr);
    let read = |name: &str| {
        std::fs::read_to_string(suite.root().join("night").join(name)).expect("readable")
    };
    assert!(read("plan.json").contains(&sentence));
    assert!(read("night.json").contains(&sentence));
    let page = read("index.html");
    assert!(page.contains("Not isolated"), "the trust block says so");

    let here = suite.run(&["run", "--no-pdf", "--out", "here", "shared"]);
    assert!(!here.stderr.contains("files runs at"), "{}", here.stderr);
}

#[test]
fn patience_stretches_what_nobody_wrote_and_is_said() {
    let suite = files();
    suite.write("scenarios/a.yaml", &asks("shared", "", "", "everybody"));
    let answer = suite.run(&["run", "--no-pdf", "--out", "night", "--set", "night.patience=250%"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    assert_eq!(night["night"]["patience"], 250);
    assert!(answer.stderr.contains("2.5, as the configuration says"), "{}", answer.stderr);
    let page = std::fs::read_to_string(suite.root().join("night/index.html")).expect("there");
    assert!(page.contains("2.5: default time limits were 2.5 times as long"));

    let measured = suite.run(&["run", "--no-pdf", "--out", "measured"]);
    assert!(measured.stderr.contains("measured: starting a program took"), "{}", measured.stderr);
    let wrong = suite.run(&["run", "--set", "night.patience=20%"]);
    assert_eq!(wrong.code, Some(2), "{wrong:#?}");
    assert!(wrong.stderr.contains("\"20%\" is no patience"), "{}", wrong.stderr);
}
