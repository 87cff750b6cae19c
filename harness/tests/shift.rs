//! A language model that uses a product by itself, and one that explains a finding: what it believes is a
//! finding only where a written scenario shows it without the model, and what it claims must cite what
//! exists. Without a model both say how to name one.

use serde_json::{Value, json};

use crate::scripted_model::{act, done, model, reference};
use crate::support::{ANSWERING, SuiteCopy, night_json, text};
use crate::traitor::yard::{Outside, held};

/// The shop of build 2 forgets the number of an order; no build greets anybody.
const PAGES: &str = r#"
import sys
from answering import Answering, serve
NUMBER = ', No. 7' if sys.argv[2:] == ['1'] else ''
PAGE = """<!doctype html><html lang="en"><title>Checkout</title>
<button type="button">Save draft</button>
<button type="button" id="place-order">Place order</button><p role="status"></p>
<script>
document.querySelector('#place-order').addEventListener('click', () => {
  document.querySelector('[role=status]').textContent = 'Ordered%s';
});
</script></html>""" % NUMBER
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

const DOCS: &str = "# The shop\n\nEvery order gets a\nnumber, which the page shows.\nThe shop greets everybody by name.\n";

const NUMBER: &str = "persuade the shop to sell the basket";
const GREETING: &str = "notice how the shop greets everybody";
const COLOUR: &str = "notice whether the shop is green";
const DRAFT: &str = "persist the basket as a draft";
const HOLDS: &str = "notice whether a draft can be persisted";

/// Tries five things; what it believes of each is in [`believes`].
fn tester(told: &Value) -> Value {
    if told["tried"].is_array() {
        let charter = |goal: &str| json!({ "goal": goal, "start": "/", "why": "nobody tried it" });
        let is_first = told["tried"].as_array().is_some_and(Vec::is_empty);
        let all = [NUMBER, GREETING, COLOUR, DRAFT, HOLDS].map(charter);
        return json!({ "charters": if is_first { json!(all) } else { json!([]) } });
    }
    if let Some(belief) = told["belief"].as_str() {
        return believes(belief);
    }
    match (told["goal"].as_str().unwrap_or_default(), done(told)) {
        (NUMBER, 0) => act("click", &reference(told, "button \"Place order\""), ""),
        (NUMBER, _) => act("defect", "", "the order has no number"),
        (GREETING, _) => act("defect", "", "nobody is greeted"),
        (COLOUR, _) => act("defect", "", "it is not green"),
        (HOLDS, _) => act("defect", "", "there is no draft"),
        (_, 0) => act("click", &reference(told, "button \"Save draft\""), ""),
        _ => act("done", "", ""),
    }
}

fn believes(belief: &str) -> Value {
    let says = |rule: &str, role: Value, text: &str| json!({ "expected": format!("{text} is there"), "rule": rule, "check": "see", "role": role, "text": text });
    let number = "Every order gets a number, which the page shows.";
    let greeting = "The shop greets everybody by name.";
    if belief.contains("number") {
        says(number, json!(null), "Ordered, No. 7")
    } else if belief.contains("greeted") {
        says(greeting, json!("heading"), "Hello Ada")
    } else if belief.contains("green") {
        says("The shop must be green, as all shops are.", json!("heading"), "Green")
    } else {
        says(greeting, json!("button"), "Save draft")
    }
}

fn suite(port: u16, builds: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    suite.write("docs/shop.md", DOCS);
    suite.write(
        "scenarios/look.yaml",
        "scenario: look\nsteps:\n  - open: /\n  - see: 'button \"Place order\"'\n",
    );
    let build = if builds.is_empty() { "" } else { " ${build}" };
    let config = format!(
        "products:\n  shop:\n    data: data\n{builds}    serve: {{ run: 'python3 pages.py ${{port}}{build}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\nbrowser: {{ timeout: 2s }}\nagent: {{ api: openai-chat, url: 'http://127.0.0.1:{port}/v1', model: scripted, docs: ['docs/*.md'] }}\n"
    );
    suite.write("nightshift.yaml", &config);
    suite
}

fn told(all: &Value) -> Vec<(String, String)> {
    let all = all.as_array().expect("a list").iter();
    all.map(|it| (text(&it["belief"]), text(&it["because"]))).collect()
}

fn said(belief: &str) -> String {
    belief.to_owned()
}

#[test]
fn a_belief_is_a_finding_only_where_it_shows_without_the_model_and_a_rule_says_so() {
    let (port, asked) = model(tester);
    let suite = suite(port, "");
    let answer = suite.run(&["agent", "--budget", "10m", "--out", "shift"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let path = suite.root().join("shift/agent.json");
    let shift: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("written")).expect("JSON");
    let none = String::new();
    let found =
        [(said("the order has no number"), none.clone()), (said("nobody is greeted"), none)];
    assert_eq!(told(&shift["findings"]), found);
    assert_eq!(shift["findings"][0]["source"], "docs/shop.md");
    assert_eq!(shift["findings"][0]["shown"], 3);
    let remarks = [
        (said("it is not green"), "it cites no rule that the documentation has".to_owned()),
        (said("there is no draft"), "it showed in 0 of 3 runs without the model".to_owned()),
    ];
    assert_eq!(told(&shift["remarks"]), remarks);
    assert_eq!(shift["ended"], "the model had nothing more to try");
    assert_eq!(shift["spent"]["asked"], asked.lock().expect("unpoisoned").len());

    // What is proposed lies in its folder, can be taken over, and the suite is as it was.
    let proposed = shift["proposed"].as_array().expect("proposed");
    assert_eq!(proposed.len(), 3, "two findings and the way to a draft: {proposed:?}");
    assert_eq!(std::fs::read_dir(suite.root().join("scenarios")).expect("a folder").count(), 1);
    let diff = std::fs::read_to_string(suite.root().join("shift/proposed.patch")).expect("a patch");
    assert_eq!(diff.matches("new file mode 100644").count(), 3);
    for (at, it) in proposed.iter().enumerate() {
        let from = suite.root().join("shift").join(text(&it["file"]));
        let scenario = std::fs::read_to_string(from).expect("a scenario");
        suite.write(&format!("scenarios/taken-{at}.yaml"), &scenario);
    }
    let answer = suite.run(&["check"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

/// A command that tells one order too few, and fails where it is asked for nonsense.
const TOOL: &str = r"
import sys
ANSWERS = {'orders': '2 orders', 'version': 'tool 1'}
print(ANSWERS.get(sys.argv[1], 'what?'))
sys.exit(0 if sys.argv[1] in ANSWERS else 3)
";

const TOOL_DOCS: &str =
    "The command orders prints 3 orders.\nWhatever it is asked, the command ends with 0.\n";

const ORDERS: &str = "notice how many orders there are";
const NONSENSE: &str = "notice what becomes of nonsense";
const VERSION: &str = "persist the version";
const OTHER: &str = "persuade another command";

/// Tries four things by commands.
fn commander(told: &Value) -> Value {
    if told["tried"].is_array() {
        let charter = |goal: &str| json!({ "goal": goal, "start": "/", "why": "nobody tried it" });
        let is_first = told["tried"].as_array().is_some_and(Vec::is_empty);
        let all = [ORDERS, NONSENSE, VERSION, OTHER].map(charter);
        return json!({ "charters": if is_first { json!(all) } else { json!([]) } });
    }
    let says = |rule: &str, check: &str, text: &str| json!({ "expected": format!("{check} {text}"), "rule": rule, "check": check, "role": null, "text": text });
    match told["belief"].as_str() {
        Some(belief) if belief.contains("too few") => {
            return says("The command orders prints 3 orders.", "prints", "3 orders");
        }
        Some(_) => {
            return says("Whatever it is asked, the command ends with 0.", "exit", "0");
        }
        None => {}
    }
    let wrote = told["wrote"].as_str().unwrap_or_default();
    match (told["goal"].as_str().unwrap_or_default(), done(told)) {
        (ORDERS, 0) => act("run", "", "/usr/bin/python3 tool.py orders"),
        (ORDERS, _) if wrote.contains("2 orders") => act("defect", "", "one order too few"),
        (NONSENSE, 0) => act("run", "", "/usr/bin/python3 tool.py frobnicate"),
        (NONSENSE, _) if wrote.contains("exit: 3") => act("defect", "", "it fails"),
        (VERSION, 0) => act("run", "", "/usr/bin/python3 tool.py version"),
        (OTHER, 0) => act("run", "", "/usr/bin/python3 pages.py 1"),
        _ => act("done", "", ""),
    }
}

/// The shop with a command; `policy` says what may run.
fn with_a_command(port: u16, policy: &str) -> SuiteCopy {
    let suite = suite(port, "");
    suite.write("data/tool.py", TOOL);
    suite.write("docs/tool.md", TOOL_DOCS);
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    let walls = if held().is_some() { "" } else { "sandbox: off\n" };
    suite.write("nightshift.yaml", &format!("{config}{walls}{policy}"));
    suite
}

/// By its whole name: a Python that lives in a home cannot be read within the walls.
const MAY_RUN: &str = "policy: { commands: ['/usr/bin/python3 tool.py **'] }\n";

fn worked(suite: &SuiteCopy, code: i32) -> Value {
    let answer = suite.run(&["agent", "--budget", "10m", "--out", "shift"]);
    assert_eq!(answer.code, Some(code), "{answer:#?}");
    let path = suite.root().join("shift/agent.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("written")).expect("JSON")
}

/// The proposed scenarios as text.
fn proposed(suite: &SuiteCopy, shift: &Value) -> Vec<String> {
    let all = shift["proposed"].as_array().expect("proposed").iter();
    let path = |it: &Value| suite.root().join("shift").join(text(&it["file"]));
    all.map(|it| std::fs::read_to_string(path(it)).expect("a scenario")).collect()
}

#[test]
fn a_belief_that_rests_on_a_command_is_reproduced_by_a_written_one() {
    let (port, asked) = model(commander);
    let suite = with_a_command(port, MAY_RUN);
    let shift = worked(&suite, 1);
    let found = [(said("one order too few"), String::new()), (said("it fails"), String::new())];
    assert_eq!(told(&shift["findings"]), found, "{shift:#}");
    assert_eq!(shift["findings"][0]["source"], "docs/tool.md");
    let ended = text(&shift["charters"][3]["ended"]);
    assert!(ended.contains("does not name the command `/usr/bin/python3 pages.py 1`"), "{ended}");
    let asked = asked.lock().expect("unpoisoned").clone();
    let offered = |it: &Value| it["commands"][0] == "/usr/bin/python3 tool.py **";
    assert!(asked.iter().any(offered), "{asked:#?}");

    let all = proposed(&suite, &shift);
    assert_eq!(all.len(), 3, "two findings and the way to the version: {all:#?}");
    assert!(all.iter().all(|it| it.contains("run: /usr/bin/python3 tool.py")), "{all:#?}");
    assert!(!all.iter().any(|it| it.contains("open:")), "{all:#?}");
    for (at, scenario) in all.iter().enumerate() {
        suite.write(&format!("scenarios/taken-{at}.yaml"), scenario);
    }
    // What was found fails until it is mended, also where a person takes it.
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    let failed = night["scenarios"].as_array().expect("scenarios").iter();
    let failed = failed.filter(|it| it["attempts"][0]["outcome"] == "failed").count();
    assert_eq!(failed, 2, "{answer:#?}");
}

#[test]
fn a_command_is_offered_only_where_the_suite_names_one() {
    let (port, asked) = model(commander);
    let suite = with_a_command(port, "");
    let shift = worked(&suite, 0);
    assert!(told(&shift["findings"]).is_empty(), "{shift:#}");
    let asked = asked.lock().expect("unpoisoned").clone();
    assert!(asked.iter().all(|it| it["commands"].is_null()), "{asked:#?}");
    let ledger = suite.root().join("shift/nights/charter-01/ledger.jsonl");
    let ledger = std::fs::read_to_string(ledger).expect("a ledger");
    assert!(!ledger.contains("tool.py"), "nothing was proposed: {ledger}");
}

#[test]
fn a_product_that_is_commands_alone_can_be_tried_too() {
    let (port, _) = model(commander);
    let suite = with_a_command(port, MAY_RUN);
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    let own = |it: &&str| !it.trim_start().starts_with("serve:");
    let without: Vec<&str> = config.lines().filter(own).collect();
    suite.write("nightshift.yaml", &(without.join("\n") + "\n"));
    let look = "scenario: look\nsteps:\n  - run: /usr/bin/python3 tool.py version\n";
    suite.write("scenarios/look.yaml", look);
    let shift = worked(&suite, 1);
    assert_eq!(told(&shift["findings"]).len(), 2, "{shift:#}");
    assert!(proposed(&suite, &shift).iter().all(|it| !it.contains("open:")));
}

#[test]
fn where_a_model_begins_and_what_it_repeats_is_no_persons_and_stays_with_the_product() {
    let outside = Outside::default();
    let port = outside.tcp("127.0.0.2:0").port();
    let (model, _) = model(move |told: &Value| {
        let is_first = told["tried"].as_array().is_some_and(Vec::is_empty);
        let start = format!("http://127.0.0.2:{port}/?n=begun");
        let charter = json!({ "goal": "notice the shop", "start": start, "why": "so" });
        json!({ "charters": if is_first { json!([charter]) } else { json!([]) } })
    });
    let suite = suite(model, "    allow-hosts: ['127.0.0.2']\n");
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &config.replace(" ${build}'", "'"));
    let answer = suite.run(&["agent", "--budget", "10m", "--out", "shift"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let ended = std::fs::read_to_string(suite.root().join("shift/agent.json")).expect("written");
    assert!(ended.contains("notice the shop"), "it was tried: {ended}");
    let heard = outside.heard();
    assert!(!heard.iter().any(|it| it.contains("n=begun")), "{heard:?}");

    // The twin: a person may write the same.
    let open = format!("open: 'http://127.0.0.2:{port}/?n=written'");
    suite.write("scenarios/look.yaml", &format!("scenario: look\nsteps:\n  - {open}\n"));
    suite.run(&["run", "--no-pdf", "--out", "night"]);
    let heard = outside.heard();
    assert!(heard.iter().any(|it| it.contains("n=written")), "{heard:?}");
}

#[test]
fn what_the_build_before_does_too_is_no_finding() {
    let (port, _) = model(tester);
    let builds = "    builds: { make: [ { shell: 'true' } ], known: ['1', '2'], default: '2' }\n";
    let suite = suite(port, builds);
    let cache = tempfile::tempdir().expect("a folder");
    let cache = cache.path().display().to_string();
    let run = |arguments: &[&str]| suite.run_with(arguments, &[("XDG_CACHE_HOME", &cache)]);
    let answer = run(&["run", "--no-pdf", "--build", "1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let answer = run(&["agent", "--budget", "10m", "--out", "shift", "--format", "json"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let path = suite.root().join("shift/agent.json");
    let shift: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("written")).expect("JSON");
    assert_eq!(told(&shift["findings"]), [(said("the order has no number"), String::new())]);
    assert_eq!(shift["findings"][0]["before"], "shop 1 does as expected");
    let remarks = told(&shift["remarks"]);
    let same = (said("nobody is greeted"), "the build before, shop 1, does the same".to_owned());
    assert!(remarks.contains(&same), "{remarks:#?}");
}

#[test]
fn a_night_has_the_model_work_with_what_is_left_and_its_gate_does_not_hang_on_it() {
    let (port, _) = model(tester);
    let suite = suite(port, "");
    let answer = suite.run(&["run", "--no-pdf", "--set", "night.agent=5m", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    assert_eq!(night["shift"]["findings"].as_array().map(Vec::len), Some(2));
    let page = std::fs::read_to_string(suite.root().join("night/index.html")).expect("a page");
    assert!(
        page.contains("What the model tried by itself") && page.contains("the order has no number")
    );
    let answer = suite.run(&["judge", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let again = night_json(&suite.root().join("night"));
    assert_eq!(again["shift"], night["shift"], "it is told again without a model");
}

/// Claims two things of the first piece, something of nothing, and something of what does not exist.
fn explainer(told: &Value) -> Value {
    let first = told["pieces"][0]["id"].clone();
    let claim = |text: &str, cites: Value| json!({ "text": text, "cites": cites });
    json!({ "claims": [
        claim("The button is gone.", json!([first])),
        claim("<img src=x onerror=alert(1)> is \u{202e}gone.", json!([first])),
        claim("The database is down.", json!([])),
        claim("A mail was lost.", json!(["L99999"])),
    ] })
}

#[test]
fn an_explanation_is_an_opinion_whose_claims_cite_what_exists() {
    let (port, _) = model(explainer);
    let suite = suite(port, "");
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite.write(
        "data/pages.py",
        &PAGES.replace("id=\"place-order\">Place order", "id=\"place-order\">Buy"),
    );
    let answer = suite.run(&["run", "--no-pdf"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let answer = suite.run(&["explain", "F1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stdout.contains("opinion of scripted, which decides nothing:"), "{answer:#?}");
    assert!(answer.stdout.contains("- The button is gone. ["), "{answer:#?}");
    for dropped in ["database", "mail"] {
        assert!(!answer.stdout.contains(dropped), "{answer:#?}");
    }
    assert!(answer.stdout.contains("dropped: 1 claim without a citation"), "{answer:#?}");
    assert!(
        answer.stdout.contains("dropped: 1 claim that cited what does not exist"),
        "{answer:#?}"
    );
    let answer = suite.run(&["explain", "--format", "json"]);
    let json: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(json["findings"][0]["with_wrong_citation"], 1);
    let answer = suite.run(&["explain", "F9"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
}

#[test]
fn the_report_shows_an_explanation_as_an_opinion_and_is_as_before_without_it() {
    let (port, _) = model(explainer);
    let suite = suite(port, "");
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    suite.write(
        "data/pages.py",
        &PAGES.replace("id=\"place-order\">Place order", "id=\"place-order\">Buy"),
    );
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let judged = || {
        let answer = suite.run(&["judge", "night"]);
        assert_eq!(answer.code, Some(1), "{answer:#?}");
        let page = suite.root().join("night/index.html");
        std::fs::read_to_string(page).expect("a page")
    };
    let before = judged();
    assert!(!before.contains("What a language model makes of it"));

    let answer = suite.run(&["explain", "night", "F1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    let place = text(&night["explanations"][0]["claims"][0]["cites"][0]["place"]);
    let page = judged();
    assert!(page.contains("Opinion of scripted. It decides nothing."), "{page}");
    assert!(page.contains(&format!("{place}</a>")), "it links to {place}: {page}");
    assert!(page.contains("&lt;img src=x") && !page.contains("<img src=x"), "{page}");
    for dropped in ["database", "mail was lost", "\u{202e}"] {
        assert!(!page.contains(dropped), "{dropped}: {page}");
    }
    assert!(page.contains("1 claim without a citation, 1 claim that cited what does not exist."));

    std::fs::remove_file(suite.root().join("night/explanations.json")).expect("it was kept");
    assert_eq!(judged(), before, "nothing else of the page hangs on it");
}

#[test]
fn without_a_model_both_say_how_to_name_one() {
    let suite = suite(1, "");
    let path = suite.root().join("nightshift.yaml");
    let config = std::fs::read_to_string(&path).expect("readable");
    let without: Vec<&str> = config.lines().filter(|it| !it.starts_with("agent:")).collect();
    suite.write("nightshift.yaml", &without.join("\n"));
    for command in [&["agent"][..], &["explain"]] {
        let answer = suite.run(command);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains("agent: { api: openai-chat"), "{answer:#?}");
    }
    assert!(!suite.root().join("reports").exists(), "nothing was begun");
}
