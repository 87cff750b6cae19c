//! What policy leaves to a person, in whole nights: nobody is there, so it is queued and nothing is done;
//! what is said in the morning holds in a night of its own, and the ledger stays as it was written. What a
//! model had answered before the question is not asked again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::scripted_model::{act, done, model, reference};
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

/// Says something to a question of a night; what came of it, and the night in which the scenario went
/// on. Two of one second are in no order by their names.
fn say(suite: &SuiteCopy, of: &Path, id: &str, said: &str) -> (Answer, PathBuf) {
    let before = nights(suite);
    let answer = suite.run(&["answer", &of.display().to_string(), id, said]);
    let after = nights(suite);
    let fresh: Vec<&PathBuf> = after.difference(&before).collect();
    let [night] = fresh[..] else { panic!("one more night: {fresh:?}\n{answer:#?}") };
    (answer, night.clone())
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

    let (said, night) = say(&suite, &first, &id, "no");
    let night = night_json(&night);
    assert_eq!(said.code, Some(3), "{}\n{night:#}", said.stderr);
    assert_eq!(verdict(&night).1, "needs-person");

    let (said, night) = say(&suite, &first, &id, "yes");
    let night = night_json(&night);
    assert_eq!(said.code, Some(0), "{}\n{}\n{night:#}", said.stdout, said.stderr);
    assert_ne!(verdict(&night).1, "needs-person");
    assert_eq!(std::fs::read(first.join("ledger.jsonl")).expect("a ledger"), ledger);
    assert_eq!(suite.run(&["verify", "first"]).code, Some(0));
}

#[test]
fn a_scenario_goes_on_with_what_its_night_was_asked_for() {
    let suite = suite();
    suite.write("scenarios/order.yaml", &SCENARIO.replace("Ordered", "${status}"));
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml"));
    let config = config.expect("a configuration");
    suite.write("nightshift.yaml", &format!("{config}vars: {{ status: Sent }}\n"));
    let asked = ["run", "--no-pdf", "--out", "first", "--var", "status=Ordered"];
    let answer = suite.run(&asked);
    assert_eq!(answer.code, Some(3), "{}", answer.stderr);
    let first = suite.root().join("first");
    let id = text(&night_json(&first)["questions"][0]["id"]);

    let (said, second) = say(&suite, &first, &id, "yes");
    let night = night_json(&second);
    assert_eq!(said.code, Some(0), "it looks for Ordered: {}\n{night:#}", said.stderr);
    let plan = std::fs::read(second.join("plan.json")).expect("a plan");
    let plan: Value = serde_json::from_slice(&plan).expect("JSON");
    assert_eq!(plan["asked"]["var"], serde_json::json!([["status", "Ordered"]]));
}

const FORM: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<h1>Checkout</h1><label>Note <input></label>
<button value="Placed">Place order</button><button value="Confirmed">Confirm</button>
<p role="status"></p>
<script>
for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => {
    document.querySelector('[role=status]').textContent = button.value;
  });
}
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

const TURNS: &str = "\
scenario: order
policy: { ask: [click] }
steps:
  - open: /
  - do: mention that this is a gift
    until:
      - see: 'textbox \"Note\"'
  - do: purchase what is in the basket
    until:
      - see: 'text \"Confirmed\"'
";

/// Fills in the note, then orders and confirms.
fn buyer(told: &Value) -> Value {
    let is_note = text(&told["goal"]).starts_with("mention");
    match (is_note, done(told)) {
        (true, 0) => act("fill", &reference(told, "textbox \"Note\""), "a gift"),
        (false, 0) => act("click", &reference(told, "button \"Place order\""), ""),
        (false, 1) => act("click", &reference(told, "button \"Confirm\""), ""),
        _ => act("done", "", ""),
    }
}

/// The id of the only question of a night, and what it is about.
fn question(night: &Path) -> (String, String) {
    let night = night_json(night);
    let all = night["questions"].as_array().expect("questions");
    assert_eq!(all.len(), 1, "{night:#}");
    (text(&all[0]["id"]), text(&all[0]["action"]))
}

#[test]
fn what_was_answered_before_a_question_is_not_asked_again_unless_the_product_is_another() {
    for (heading, kept, anew) in [("Checkout", 3, 1), ("Last orders", 0, 4)] {
        let (port, asked) = model(buyer);
        let requests = || asked.lock().expect("unpoisoned").len();
        let suite = suite();
        suite.write("data/pages.py", FORM);
        suite.write("scenarios/order.yaml", TURNS);
        let config = std::fs::read_to_string(suite.root().join("nightshift.yaml"));
        let config = config.expect("a configuration");
        let agent = format!(
            "agent: {{ api: openai-chat, url: 'http://127.0.0.1:{port}/v1', model: scripted }}\n"
        );
        suite.write("nightshift.yaml", &format!("{config}{agent}"));
        let answer = suite.run(&["run", "--no-pdf", "--out", "first"]);
        assert_eq!((answer.code, requests()), (Some(3), 3), "{answer:#?}");
        let first = suite.root().join("first");
        let (id, action) = question(&first);
        assert_eq!(action, "click button \"Place order\"");

        suite.write("data/pages.py", &FORM.replace("<h1>Checkout", &format!("<h1>{heading}")));
        let (said, second) = say(&suite, &first, &id, "yes");
        assert_eq!((said.code, requests()), (Some(3), 3 + anew), "{heading}: {said:#?}");
        let agent = &night_json(&second)["agent"];
        assert_eq!(agent["spent"]["asked"], anew, "what was kept costs nothing: {agent:#}");
        assert_eq!(agent["kept"].as_u64().unwrap_or_default(), kept, "{heading}: {agent:#}");
        let (id, action) = question(&second);
        assert_eq!(action, "click button \"Confirm\"", "it went on behind the first question");

        let (said, third) = say(&suite, &second, &id, "yes");
        assert_eq!((said.code, requests()), (Some(0), 3 + anew + 1), "{said:#?}");
        assert_eq!(night_json(&third)["agent"]["kept"], 4, "the first yes holds too");
        assert_eq!(suite.run(&["verify", &second.display().to_string()]).code, Some(0));
    }
}
