//! Goals in whole nights: as a whole scenario, building on one another, several ways of which the shortest
//! is proposed, and what a model took and thinks in the report.

use serde_json::{Value, json};

use crate::scripted_model::{act, done, model, reference};
use crate::support::{ANSWERING, SuiteCopy, night_json, text, verdicts};

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<label><input type="checkbox" id="wrap"> Gift wrap</label>
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

fn suite(agent: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    let serve = "{ run: 'python3 pages.py ${port}', ready: { http: / } }";
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {serve}\nnight: {{ retries: 0 }}\n{agent}"
    );
    suite.write("nightshift.yaml", &config);
    suite
}

fn recording(suite: &SuiteCopy, name: &str) -> String {
    let path = suite.root().join(format!("scenarios/snapshots/{name}.recording.snap"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_goal_is_a_whole_scenario_and_later_goals_build_on_earlier_ones() {
    let suite = suite("");
    suite.write(
        "scenarios/order.yaml",
        "scenario: order\ngoal: click Place order\nstart: /shop\nensures:\n  - see: 'text \"Ordered\"'\n",
    );
    suite.write(
        "scenarios/wrap.yaml",
        "\
scenario: wrap
steps:
  - open: /
  - do: tick the Gift wrap checkbox
    until: [ { expect: { state: { 'checkbox \"Gift wrap\"': checked } } } ]
  - do: untick it
    until: [ { expect: { state: { 'checkbox \"Gift wrap\"': not checked } } } ]
  - do: tick that checkbox
    until: [ { expect: { state: { 'checkbox \"Gift wrap\"': checked } } } ]
",
    );
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let meant = recording(&suite, "wrap@do-untick-it");
    assert!(meant.contains("meaning: untick the Gift wrap checkbox\n"), "{meant}");
    assert!(!recording(&suite, "order@do-click-place-order").contains("meaning:"));
    let answer = suite.run(&["run", "--no-pdf", "--out", "second"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("second"));
    let unchanged = |id: &str| (id.to_owned(), "unchanged".to_owned());
    assert_eq!(verdicts(&night), [unchanged("order"), unchanged("wrap")]);
    let place = &night["scenarios"][0]["attempts"][0]["steps"][0]["where"];
    assert_eq!(text(place), "/shop", "it begins where it is said");

    // Another thing that was named before: the recording of "it" is not repeated for it.
    let wrap = std::fs::read_to_string(suite.root().join("scenarios/wrap.yaml")).expect("readable");
    suite.write(
        "scenarios/wrap.yaml",
        &wrap.replace("tick the Gift wrap checkbox", "tick Gift wrap"),
    );
    suite.run(&["run", "wrap", "--no-pdf", "--out", "third"]);
    let ledger =
        std::fs::read_to_string(suite.root().join("third/ledger.jsonl")).expect("a ledger");
    assert!(!ledger.contains(r#""by":"recording""#), "the words are read anew");
}

/// Goes round by the draft at first, and straight at the second time.
fn wandering(told: &Value) -> Value {
    if told["question"].is_string() {
        return json!({ "opinion": "implausible", "why": "a draft is no order" });
    }
    let first = told["attempt"].is_null();
    match (done(told), first) {
        (0, true) => act("click", &reference(told, "button \"Save draft\""), ""),
        (0, false) | (1, true) => act("click", &reference(told, "button \"Place order\""), ""),
        _ => act("done", "", ""),
    }
}

#[test]
fn of_several_ways_the_shortest_is_proposed_and_what_the_model_took_and_thinks_is_told() {
    let (port, asked) = model(wandering);
    let agent = format!(
        "agent: {{ api: openai-chat, url: 'http://127.0.0.1:{port}/v1', model: scripted, best-of: 2, price: {{ read: 1, written: 2, currency: EUR }} }}\n"
    );
    let suite = suite(&agent);
    suite.write(
        "scenarios/order.yaml",
        "\
scenario: order
steps:
  - open: /
  - do: purchase what is in the basket
    until: [ { see: 'text \"Ordered\"' } ]
  - judge: the page looks like an order
",
    );
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("first"));
    let agent = &night["agent"];
    let ways: Vec<_> = agent["ways"]
        .as_array()
        .expect("ways")
        .iter()
        .map(|it| (it["actions"].as_array().expect("actions").len(), it["proposed"].clone()))
        .collect();
    assert_eq!(ways, [(2, json!(false)), (1, json!(true))]);
    let kept = recording(&suite, "order@do-purchase-what-is-in-the-basket");
    assert_eq!(kept.matches("  - do:").count(), 1, "{kept}");
    // Two ways with an opinion each, and that of the attempt that repeats the shorter one.
    let times = asked.lock().expect("unpoisoned").len();
    assert_eq!(times, 3 + 1 + 2 + 1 + 1);
    assert_eq!(agent["spent"]["asked"], times);
    assert_eq!(agent["spent"]["money"], times * (50 + 2 * 5));
    let opinions = agent["opinions"].as_array().expect("opinions");
    assert!(opinions.iter().all(|it| it["opinion"] == "implausible" && it["model"] == "scripted"));
    assert_eq!(verdicts(&night), [("order".to_owned(), "new".to_owned())], "it decides nothing");
    let page = std::fs::read_to_string(suite.root().join("first/index.html")).expect("a page");
    for told in ["What the model took and said", "0.00048 EUR", "proposed", "turn nothing red"] {
        assert!(page.contains(told), "{told}");
    }
    let seen = asked.lock().expect("unpoisoned").len();
    let answer =
        suite.run(&["run", "--no-pdf", "--set", "agent.budget.tokens=1", "--out", "second"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("second"));
    assert_eq!(verdicts(&night), [("order".to_owned(), "unchanged".to_owned())]);
    assert_eq!(asked.lock().expect("unpoisoned").len(), seen + 1, "the opinion alone");
}
