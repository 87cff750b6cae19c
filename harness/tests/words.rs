//! Steps in plain words in whole nights: followed on a real page, checked after, and failing where the
//! product does something else than the words ask for.

use serde_json::Value;

use crate::support::{ANSWERING, SuiteCopy, night_json, text};

const PAGES: &str = r#"
import sys
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<style>.trash { display: inline-block; width: 12px; height: 12px; cursor: pointer }</style>
<fieldset><legend>Shipping</legend>
<label><input type="radio" name="s" value="Standard"> Standard, $4.00</label>
<label><input type="radio" name="s" value="Express"> Express, $9.50</label>
<label><input type="radio" name="s" value="Pick up"> Pick up, free</label></fieldset>
<p><span>E-mail</span><input type="email" id="mail"></p>
<ul><li>Kettle <span class="trash"></span></li><li>Teapot <span class="trash"></span></li></ul>
<button>Place order</button><p role="status"></p>
<script>
for (const it of document.querySelectorAll('.trash')) it.addEventListener('click', () => it.parentNode.remove());
document.querySelector('button').addEventListener('click', () => {
  const chosen = document.querySelector('input[name=s]:checked');
  setTimeout(() => {
    document.querySelector('[role=status]').textContent =
      `${chosen ? chosen.value : 'Nothing'} for ${document.getElementById('mail').value}`;
  }, 300);
});
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        # The faulty one orders the first, whatever was chosen.
        page = PAGE.replace('chosen.value', "'Standard'") if len(sys.argv) > 2 else PAGE
        self.answer(200, 'text/html; charset=utf-8', page)
serve(Pages)
"#;

const SCENARIO: &str = "\
scenario: order
steps:
  - open: /
  - do: choose the cheapest shipping option, enter ada@example.org as e-mail, delete the kettle and click Place order
    until:
      - see: 'text \"Pick up for ada@example.org\"'
      - see-not: 'text \"Kettle\"'
      - see: 'text \"Teapot\"'
";

fn night(scenario: &str, fault: &str) -> (Option<i32>, Value) {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}{fault}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\n"
        ),
    );
    suite.write("scenarios/order.yaml", scenario);
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    (answer.code, night_json(&suite.root().join("night")))
}

fn steps(night: &Value) -> Vec<(String, String)> {
    let steps = night["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
    steps.iter().map(|it| (text(&it["outcome"]), text(&it["text"]))).collect()
}

#[test]
fn words_are_followed_on_the_page_and_what_must_hold_is_checked_after() {
    let (code, sound) = night(SCENARIO, "");
    assert_eq!(code, Some(0), "{sound:#}");
    let outcomes: Vec<String> = steps(&sound).into_iter().map(|it| it.0).collect();
    assert_eq!(outcomes, ["passed"; 5]);

    let (code, faulty) = night(SCENARIO, " faulty");
    assert_ne!(code, Some(0), "the same words on a product that does something else");
    let failed: Vec<(String, String)> =
        steps(&faulty).into_iter().filter(|it| it.0 == "failed").collect();
    let wanted = ("failed".to_owned(), "see text \"Pick up for ada@example.org\"".to_owned());
    assert_eq!(failed, [wanted]);
}

#[test]
fn words_that_may_mean_two_things_do_neither() {
    let twice = SCENARIO.replace("delete the kettle", "click delete");
    let (code, night) = night(&twice, "");
    assert_ne!(code, Some(0));
    let steps = night["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
    let failed = steps.iter().find(|it| it["outcome"] == "failed").expect("it failed");
    let actual = text(&failed["actual"]);
    assert!(actual.contains("say which (before that: check radio"), "{actual}");
    assert!(!actual.contains("Place order"), "{actual}");
}

#[test]
fn words_are_followed_only_on_pages_that_the_scenario_names() {
    let with = |origin: &str| {
        let policy = format!("policy: {{ origins: [{origin}] }}\nsteps:\n");
        night(&SCENARIO.replacen("steps:\n", &policy, 1), "")
    };
    let (code, named) = with("shop");
    assert_eq!(code, Some(0), "{named:#}");
    let (code, other) = with("elsewhere.example");
    assert_eq!(code, Some(3), "what policy stops is for a person: {other:#}");
    let steps = other["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
    let blocked = steps.iter().find(|it| it["outcome"] == "blocked").expect("it is stopped");
    let actual = text(&blocked["actual"]);
    let rule = "forbidden by policy: proposed, scenario order does not name the origin http://";
    assert!(actual.starts_with(rule), "{actual}");
}
