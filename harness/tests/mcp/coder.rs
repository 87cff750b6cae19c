//! A coding agent that the suite starts, played by a script (`coder.py`) that speaks the protocol over HTTP:
//! it reaches a goal, answers a question, is ended when its time is over, and reaches nothing but its tools.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{ANSWERING, SuiteCopy, night_json, text, verdicts};
use crate::traitor::yard::{Outside, held};

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<label>Picture <input type="file"></label>
<button type="button">Save draft</button>
<button type="button" id="place-order">Place order</button><p role="status"></p>
<script>
document.querySelector('#place-order').addEventListener('click', () => {
  document.querySelector('[role=status]').textContent = 'Ordered';
});
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

const ORDER: &str = "\
scenario: order
steps:
  - open: /
  - do: persuade the shop to sell the basket
    until: [ { see: 'text \"Ordered\"' } ]
";

const CANARY: &str = "canary-of-coder";

fn suite(arguments: &str, more: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    suite.write("scenarios/order.yaml", ORDER);
    suite.write("agents/coder.py", include_str!("coder.py"));
    let script = suite.root().join("agents/coder.py");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("set");
    let serve = "{ run: 'python3 pages.py ${port}', ready: { http: / } }";
    let command = format!("{} {arguments}", script.display());
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  shop:\n    data: data\n    serve: {serve}\nnight: {{ retries: 0 }}\nagent: {{ command: '{command}'{more} }}\n{}",
            super::walls()
        ),
    );
    suite
}

/// The lines of a ledger that say what was asked, and what was written then.
fn wrote(night: &Path) -> Vec<(Value, String)> {
    let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("a ledger");
    let lines = ledger.lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
    lines
        .filter(|it| it["event"]["pursuit"]["what"] == "asked")
        .map(|it| {
            let pursuit = it["event"]["pursuit"].clone();
            let path = night.join(text(&pursuit["answer"]));
            (pursuit, std::fs::read_to_string(path).expect("it is kept"))
        })
        .collect()
}

/// Whether something that the script started still runs, by a word of its command line.
fn is_left(word: &str) -> bool {
    let all = std::fs::read_dir("/proc").expect("a process table").flatten();
    all.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok())
        .any(|it| String::from_utf8_lossy(&it).contains(word))
}

#[test]
fn a_coding_agent_reaches_a_goal_by_our_tools_and_the_next_night_needs_it_no_more() {
    let suite = suite("order", ", key: '${secret:CODER_KEY}'");
    let key = [("CODER_KEY", CANARY)];
    let run = ["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"];
    let answer = suite.run_with(&run, &key);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = suite.root().join("first");
    let all = wrote(&night);
    let [(asked, wrote)] = &all[..] else { panic!("it is started once") };
    assert_eq!(text(&asked["model"]), "coder.py");
    assert!(
        wrote.starts_with("tools: observe act skills tell\nasked for the basket: True\n"),
        "{wrote}"
    );
    assert!(wrote.contains("key: [secret]\n"), "it has its key, and the night has it not: {wrote}");
    assert!(wrote.contains("noted; end now"), "{wrote}");
    let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("a ledger");
    assert!(ledger.contains(r#""by":"mcp script 1""#), "{ledger}");
    assert!(!is_left("71717.5"), "all that it started is ended");
    for entry in walkdir::WalkDir::new(&night) {
        let entry = entry.expect("readable");
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).expect("readable");
            let shown = String::from_utf8_lossy(&bytes);
            assert!(!shown.contains(CANARY), "{}", entry.path().display());
        }
    }

    // It is not there any more, and what it did is repeated.
    std::fs::remove_file(suite.root().join("agents/coder.py")).expect("removed");
    let answer = suite.run_with(&["run", "--no-pdf", "--out", "second"], &key);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let second = suite.root().join("second");
    assert_eq!(verdicts(&night_json(&second)), [("order".to_owned(), "unchanged".to_owned())]);
    assert!(self::wrote(&second).is_empty(), "nobody is started");
}

#[test]
fn a_coding_agent_whose_time_is_over_is_ended_with_all_that_it_started() {
    let suite = suite("linger", ", budget: { time: 8s }");
    suite.run(&["run", "--once", "--no-pdf", "--out", "night"]);
    let night = suite.root().join("night");
    assert_eq!(verdicts(&night_json(&night)), [("order".to_owned(), "inconclusive".to_owned())]);
    let all = wrote(&night);
    let (asked, wrote) = all.first().expect("it is started");
    assert_eq!(wrote, "lingering\n", "what it wrote until then is kept");
    assert!(text(&asked["failed"]).contains("still at it after"), "{asked}");
    assert!(!is_left("71718.5"));
}

#[test]
fn a_coding_agent_that_is_asked_something_can_only_answer() {
    let suite = suite("answer", "");
    suite.write(
        "scenarios/order.yaml",
        "scenario: order\nsteps: [ { open: / }, { judge: the totals look plausible } ]\n",
    );
    suite.run(&["run", "--once", "--no-pdf", "--out", "night"]);
    let all = wrote(&suite.root().join("night"));
    let (_, wrote) = all.first().expect("it is asked");
    assert!(wrote.contains(r#""opinion": "plausible""#), "{wrote}");
    assert!(wrote.contains("the tools are ['tell']"), "{wrote}");
}

/// What a hostile coding agent got, as it says itself, and what was heard elsewhere.
fn attacked(more: &str) -> (String, Vec<String>, String) {
    let outside = Outside::default();
    let port = outside.tcp("127.0.0.2:0").port();
    let home = tempfile::tempdir().expect("a folder");
    let canary = home.path().join("secret.txt");
    std::fs::write(&canary, CANARY).expect("written");
    let suite = suite("PLACES", "");
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    let places = format!("attack {} {} {port}", canary.display(), suite.root().display());
    suite.write("nightshift.yaml", &format!("{}{more}", config.replace("PLACES", &places)));
    suite.run(&["run", "--once", "--no-pdf", "--out", "night"]);
    let all = wrote(&suite.root().join("night"));
    let (_, wrote) = all.first().expect("it is started");
    let order = std::fs::read_to_string(suite.root().join("scenarios/order.yaml"));
    (wrote.clone(), outside.heard(), order.expect("readable"))
}

#[test]
fn a_hostile_coding_agent_reaches_nothing_but_its_tools_and_without_walls_it_does() {
    if held().is_none() {
        return;
    }
    let (wrote, heard, order) = attacked("");
    for name in ["read", "write", "reach", "without-token"] {
        assert!(wrote.contains(&format!("{name}: ")), "it was tried: {wrote}");
        assert!(!wrote.contains(&format!("{name}: won")), "{wrote}");
    }
    assert_eq!((heard, &*order), (Vec::new(), ORDER));
    for refused in [
        "run: refused: there is no tool \"run\"",
        "write_scenario: refused: there is no tool",
        "nights: refused: there is no tool",
        "act: refused: not done: open http://127.0.0.2",
        "act: refused: not done: | forbidden by policy: a goal uses pages",
        "act: refused: `step` cannot be read: \"/etc/passwd\" leaves its folder",
    ] {
        assert!(wrote.contains(refused), "{refused}: {wrote}");
    }

    // Without the walls the same gets what it wants of the machine, and no more of the tools.
    let (wrote, heard, order) = attacked("sandbox: off\n");
    for name in ["read", "write", "reach"] {
        assert!(wrote.contains(&format!("{name}: won")), "{wrote}");
    }
    assert!(wrote.contains(CANARY), "{wrote}");
    assert!(heard.iter().any(|it| it.contains("n=reached")), "{heard:?}");
    assert!(order.ends_with("# taken over\n"));
    assert!(wrote.contains("without-token: HTTPError") && !wrote.contains("act: won"), "{wrote}");
}
