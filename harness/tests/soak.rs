//! Nights with time left in which one scenario runs again and again: a server that leaks is named with
//! how much a run, and its twin that does not is at rest.

use serde_json::Value;

use crate::support::{ANSWERING, ASK, Answer, SuiteCopy, night_json, text};

/// Each request keeps a megabyte and a socket, where the file `leaks` says so.
const SERVER: &str = "
import pathlib, socket
KEPT = []
class Pages(Answering):
    def do_GET(self):
        if pathlib.Path('leaks').exists() and self.path == '/orders':
            KEPT.append((bytearray(b'x' * 1000000), socket.socket()))
        self.answer(200, 'text/plain', '12 rows\\n')
serve(Pages)
";

/// A command that asks the server and takes its time, and a shorter one that does not ask.
fn suite(product: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/shop.py", &format!("{ANSWERING}{SERVER}"));
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 shop.py ${{port}}', \
             ready: {{ http: /, within: 30s }} }}\n    {product}\nnight: {{ soak: 40s }}\n"
        ),
    );
    suite.write("data/ask.sh", ASK);
    suite.write(
        "scenarios/orders.yaml",
        "scenario: orders\nsteps:\n  - run: 'bash ask.sh ${base-url} /orders'\n    snapshot: said\n  \
         - shell: sleep 0.2\n",
    );
    suite.write(
        "scenarios/quick.yaml",
        "scenario: quick\nsteps:\n  - shell: echo hello\n    snapshot: said\n",
    );
    suite
}

fn night(suite: &SuiteCopy, id: &str, arguments: &[&str]) -> (Answer, Value) {
    let mut all = vec!["run", "--no-pdf", "--id", id, "--accept-new", "--no-settle"];
    all.extend(arguments);
    let answer = suite.run(&all);
    let report = night_json(&suite.root().join("reports/nights").join(id));
    (answer, report)
}

/// A night whose soak has the time for enough runs, on a slow machine too.
fn soaked(suite: &SuiteCopy, id: &str) -> (Answer, Value) {
    let told = night(suite, id, &[]);
    if told.1["soak"]["problem"].is_null() {
        return told;
    }
    std::fs::remove_dir_all(suite.root().join("reports/nights").join(id)).expect("there");
    night(suite, id, &["--set", "night.soak=2m"])
}

/// What is told of each measure: whether it grew.
fn grown(report: &Value) -> Vec<(String, bool)> {
    let series = report["soak"]["series"].as_array().cloned().unwrap_or_default();
    series.iter().map(|it| (text(&it["measure"]), it["growth"].is_object())).collect()
}

#[test]
fn a_server_that_leaks_is_named_with_how_much_a_run_and_one_that_does_not_is_at_rest() {
    let suite = suite("");
    let (answer, sound) = soaked(&suite, "n1");
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(sound["soak"]["scenario"], "orders", "it took longest, and uses the server");
    assert!(sound["soak"]["runs"].as_u64().is_some_and(|it| it >= 48), "{}", sound["soak"]);
    assert_eq!(sound["soak"]["failed"], 0);
    let ledger = suite.root().join("reports/nights/n1/ledger.jsonl");
    let ledger = std::fs::read_to_string(ledger).expect("a ledger");
    let place = "ask.sh http://127.0.0.1:[port] /orders\"";
    assert!(ledger.contains(place), "a place has no port that only tonight had: {ledger}");
    let still = |it: &(String, bool)| !it.1 || it.0 == "latency";
    assert!(grown(&sound).len() == 3 && grown(&sound).iter().all(still), "{:?}", grown(&sound));

    suite.write("data/leaks", "");
    let (answer, leaking) = soaked(&suite, "n2");
    assert_eq!(answer.code, Some(0), "it decides no gate: {answer:#?}");
    let all = grown(&leaking);
    assert!(all.contains(&("memory".to_owned(), true)), "{}", leaking["soak"]);
    assert!(all.contains(&("handles".to_owned(), true)), "{}", leaking["soak"]);
    let memory = &leaking["soak"]["series"][0]["growth"]["of_run"];
    assert!(memory.as_f64().is_some_and(|it| (700.0..1_300.0).contains(&it)), "{memory} KiB a run");
    let night = suite.root().join("reports/nights/n2");
    let said = "The server of shop does not come to rest over ";
    for file in ["summary.md", "index.html"] {
        let told = std::fs::read_to_string(night.join(file)).expect("there");
        assert!(told.contains(said), "{file}: {told}");
    }
    // What was found stays in the report where the night is judged again.
    let again = suite.run(&["judge", "n2", "--no-pdf"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert_eq!(night_json(&night)["soak"], leaking["soak"]);
}

#[test]
fn nothing_is_soaked_where_nobody_asks_or_each_run_has_a_server_of_its_own() {
    let suite = suite("");
    let (_, once) = night(&suite, "n1", &["--once"]);
    assert!(once["soak"].is_null(), "{}", once["soak"]);
    let (_, other) = night(&suite, "n2", &["--set", "night.loop=[rare]"]);
    assert!(other["soak"].is_null(), "{}", other["soak"]);
    let alone = self::suite("isolate: scenario");
    let (_, alone) = night(&alone, "n1", &[]);
    assert!(alone["soak"].is_null(), "{}", alone["soak"]);
}
