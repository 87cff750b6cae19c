//! What policy leaves to a person, in whole nights: nobody is there, so it is queued and nothing is done;
//! what is said in the morning holds in a night of its own, and the ledger stays as it was written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{ANSWERING, Answer, SuiteCopy, night_json, text};

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<button>Place order</button><p role="status"></p>
<script>
document.querySelector('button').addEventListener('click', () => {
  document.querySelector('[role=status]').textContent = 'Ordered';
});
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

const SCENARIO: &str = "\
scenario: order
policy: { ask: [click] }
steps:
  - open: /
  - do: click Place order
    until:
      - see: 'text \"Ordered\"'
";

fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    suite.write("scenarios/order.yaml", SCENARIO);
    suite.write(
        "nightshift.yaml",
        "products:\n  shop:\n    data: data\n    serve: { run: 'python3 pages.py ${port}', ready: { http: / } }\nnight: { retries: 0 }\n",
    );
    suite
}

/// The nights of the suite beside the one that is called `first`.
fn nights(suite: &SuiteCopy) -> BTreeSet<PathBuf> {
    let nights = std::fs::read_dir(suite.root().join("reports/nights")).into_iter().flatten();
    nights
        .filter_map(Result::ok)
        .map(|it| it.path())
        .filter(|it| it.join("night.json").is_file())
        .collect()
}

/// Says something to a question; what came of it, and the night in which the scenario was run
/// again. Two of one second are in no order by their names.
fn say(suite: &SuiteCopy, id: &str, said: &str) -> (Answer, Value) {
    let before = nights(suite);
    let answer = suite.run(&["answer", "first", id, said]);
    let after = nights(suite);
    let fresh: Vec<&PathBuf> = after.difference(&before).collect();
    let [night] = fresh[..] else { panic!("one more night: {fresh:?}\n{answer:#?}") };
    let night = night_json(night);
    (answer, night)
}

fn verdict(night: &Value) -> (String, String) {
    (text(&night["scenarios"][0]["verdict"]), text(&night["scenarios"][0]["because"]))
}

#[test]
fn what_nobody_was_there_to_answer_waits_for_a_person_and_goes_on_with_what_he_says() {
    let suite = suite();
    let answer = suite.run(&["run", "--no-pdf", "--out", "first"]);
    assert_eq!(answer.code, Some(3), "{}", answer.stderr);
    let first = suite.root().join("first");
    let night = night_json(&first);
    assert_eq!(verdict(&night), ("inconclusive".to_owned(), "needs-person".to_owned()));
    let id = text(&night["questions"][0]["id"]);
    assert_eq!(text(&night["questions"][0]["action"]), "click button \"Place order\"");
    let page = std::fs::read_to_string(first.join("index.html")).expect("a report");
    assert!(page.contains(&format!("{id} yes|no")), "the report lists the question");
    let ledger = std::fs::read(first.join("ledger.jsonl")).expect("a ledger");

    let list = suite.run(&["answer", "first", "--format", "json"]);
    let list: Value = serde_json::from_str(&list.stdout).expect("JSON");
    assert_eq!((text(&list[0]["id"]), &list[0]["reply"]), (id.clone(), &Value::Null));

    let wrong = suite.run(&["answer", "first", "00000000", "yes"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains(&id), "{}", wrong.stderr);

    let (said, night) = say(&suite, &id, "no");
    assert_eq!(said.code, Some(3), "{}\n{night:#}", said.stderr);
    assert_eq!(verdict(&night).1, "needs-person");

    let (said, night) = say(&suite, &id, "yes");
    assert_eq!(said.code, Some(0), "{}\n{}\n{night:#}", said.stdout, said.stderr);
    assert_ne!(verdict(&night).1, "needs-person");
    assert_eq!(std::fs::read(first.join("ledger.jsonl")).expect("a ledger"), ledger);
    assert_eq!(suite.run(&["verify", "first"]).code, Some(0));
}
