//! Recordings in whole nights: a goal in plain words is recorded and accepted, repeated without its
//! words being read, healed with a change that waits for review, and lost where the product broke; and
//! written steps whose things are kept, which are healed in the same way.

use serde_json::Value;

use crate::support::{ANSWERING, SuiteCopy, night_json, text, verdicts};

const PAGES: &str = r#"
import sys
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<form><label>E-mail <input type="email" id="mail"></label>
<button type="button" class="btn draft" id="save-draft">Save draft</button>
<button type="button" class="btn primary" id="place-order">Place order</button></form><p role="status"></p>
<script>
document.querySelector('#place-order').addEventListener('click', () => {
  document.querySelector('[role=status]').textContent = 'Ordered for ' + document.getElementById('mail').value;
});
</script></html>"""
CHANGES = {
    'relabelled': lambda page: page.replace('>Place order<', '>Buy now<'),
    'gone': lambda page: page.replace('<button type="button" class="btn primary" id="place-order">Place order</button>',
                                      '<span id="place-order"></span>'),
    'broken': lambda page: page.replace('Ordered for', 'Sorry,'),
}
class Pages(Answering):
    def do_GET(self):
        change = CHANGES.get(sys.argv[2]) if len(sys.argv) > 2 else None
        self.answer(200, 'text/html; charset=utf-8', change(PAGE) if change else PAGE)
serve(Pages)
"#;

const SCENARIO: &str = "\
scenario: order
steps:
  - open: /
  - do: enter ada@example.org as e-mail and click Place order
    until:
      - see: 'text \"Ordered for ada@example.org\"'
";

const FILE: &str = "scenarios/snapshots/order@do-enter-ada-example-org-as-e.recording.snap";

fn serve(suite: &SuiteCopy, change: &str) {
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}} {change}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\n"
        ),
    );
}

/// The same in written steps.
const WRITTEN: &str = "\
scenario: order
steps:
  - open: /
  - fill: { 'textbox \"E-mail\"': ada@example.org }
  # The only way to pay.
  - click: button \"Place order\" # at last
  - see: 'text \"Ordered for ada@example.org\"'
  - snapshot: ordered
    facets: [recording]
";

/// A suite whose recording was accepted.
fn accepted() -> SuiteCopy {
    accepted_of(SCENARIO)
}

fn accepted_of(scenario: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    suite.write("scenarios/order.yaml", scenario);
    serve(&suite, "");
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    suite
}

fn night(suite: &SuiteCopy, change: &str, name: &str) -> (Option<i32>, Value) {
    serve(suite, change);
    let answer = suite.run(&["run", "--no-pdf", "--out", name]);
    (answer.code, night_json(&suite.root().join(name)))
}

/// What the ledger of a night says of goals, by what each line is.
fn way(suite: &SuiteCopy, name: &str) -> Vec<(String, String)> {
    let ledger = std::fs::read_to_string(suite.root().join(name).join("ledger.jsonl"));
    let ledger = ledger.expect("a ledger");
    let lines = ledger.lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
    lines
        .filter(|it| it["event"]["type"] == "goal")
        .map(|it| {
            let pursuit = &it["event"]["pursuit"];
            (text(&pursuit["what"]), text(&pursuit["by"]))
        })
        .filter(|it| matches!(it.0.as_str(), "proposed" | "healed" | "left"))
        .collect()
}

fn words(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
}

#[test]
fn a_goal_is_recorded_accepted_and_repeated_without_reading_its_words() {
    let suite = accepted();
    let recorded = std::fs::read_to_string(suite.root().join(FILE)).expect("a recording");
    assert!(
        recorded.contains("\nwords: 'enter ada@example.org as e-mail and click Place order'\n")
    );
    assert!(recorded.contains("      click: 'button \"Place order\"'\n"), "{recorded}");
    let reader = ("proposed", "plain words");
    assert_eq!(way(&suite, "first"), words(&[reader, reader]));

    let (code, sound) = night(&suite, "", "second");
    assert_eq!((code, verdicts(&sound)), (Some(0), words(&[("order", "unchanged")])));
    let repeated = ("proposed", "recording");
    assert_eq!(way(&suite, "second"), words(&[repeated, repeated]));
}

#[test]
fn a_healed_recording_drifts_until_somebody_accepts_what_it_has_become() {
    let suite = accepted();
    let (code, drifted) = night(&suite, "relabelled", "drifted");
    assert_eq!((code, verdicts(&drifted)), (Some(0), words(&[("order", "drifted")])));
    let findings = drifted["findings"].as_array().expect("findings");
    let told: Vec<String> = findings.iter().map(|it| text(&it["verdict"])).collect();
    assert_eq!(told, ["drifted"], "{findings:#?}");
    let repeated = ("proposed", "recording");
    assert_eq!(way(&suite, "drifted"), words(&[repeated, repeated, ("healed", "")]));

    let answer = suite.run(&["review", "drifted", "--accept", "F1"]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    let accepted = std::fs::read_to_string(suite.root().join(FILE)).expect("a recording");
    assert!(accepted.contains("      click: 'button \"Buy now\"'\n"), "{accepted}");
    let (code, sound) = night(&suite, "relabelled", "after");
    assert_eq!((code, verdicts(&sound)), (Some(0), words(&[("order", "unchanged")])));
}

#[test]
fn a_recording_is_not_healed_where_the_product_broke() {
    let suite = accepted();
    for (change, expected) in [("gone", "recorded action 2 of 2"), ("broken", "text \"Ordered")] {
        let (code, broken) = night(&suite, change, change);
        assert_eq!((code, verdicts(&broken)), (Some(1), words(&[("order", "regressed")])));
        let steps = broken["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
        let failed = steps.iter().find(|it| it["outcome"] == "failed").expect("a failed step");
        let told = text(&failed["expected"]);
        assert!(told.contains(expected), "{change}: {told}");
    }
}

#[test]
fn a_written_step_is_healed_and_accepting_that_writes_it_into_the_scenario() {
    let suite = accepted_of(WRITTEN);
    let (code, sound) = night(&suite, "", "second");
    assert_eq!((code, verdicts(&sound)), (Some(0), words(&[("order", "unchanged")])));

    let (code, drifted) = night(&suite, "relabelled", "drifted");
    assert_eq!((code, verdicts(&drifted)), (Some(0), words(&[("order", "drifted")])));
    assert_eq!(way(&suite, "drifted"), words(&[("healed", "")]));
    let title = text(&drifted["findings"][0]["title"]);
    assert!(title.contains("Buy now") && title.contains("Place order"), "{title}");
    let scenario = || std::fs::read_to_string(suite.root().join("scenarios/order.yaml"));
    assert_eq!(scenario().expect("a scenario"), WRITTEN, "a night writes nothing");

    let answer = suite.run(&["review", "drifted", "--accept", "F1"]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    let wanted = WRITTEN.replace("button \"Place order\"", "'button \"Buy now\"'");
    assert_eq!(scenario().expect("a scenario"), wanted);
    let (code, sound) = night(&suite, "relabelled", "after");
    assert_eq!((code, verdicts(&sound)), (Some(0), words(&[("order", "unchanged")])));
}

#[test]
fn a_written_step_is_not_healed_where_the_product_broke() {
    let suite = accepted_of(WRITTEN);
    for (change, expected) in [("gone", "button \"Place order\""), ("broken", "text \"Ordered")] {
        let (code, broken) = night(&suite, change, change);
        assert_eq!((code, verdicts(&broken)), (Some(1), words(&[("order", "regressed")])));
        let steps = broken["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
        let failed = steps.iter().find(|it| it["outcome"] == "failed").expect("a failed step");
        let told = text(&failed["expected"]);
        assert!(told.contains(expected), "{change}: {told}");
        assert_eq!(way(&suite, change), []);
    }
}
