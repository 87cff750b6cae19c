//! Goals that build on one another, in a night that is killed and goes on: what a language model answered
//! before is not asked again, unless the product is another one meanwhile.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scripted_model::{act, done, model, reference};
use crate::support::{ANSWERING, SuiteCopy, night_json, nightshift, text};

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Basket</title>
<h1>Shop</h1><div></div><p role="status"></p>
<script>
const offer = (verb, said, number) => {
  const button = document.createElement('button');
  button.textContent = verb + ' ' + number;
  button.addEventListener('click', () => {
    document.querySelector('[role=status]').textContent = said + ' ' + number;
  });
  document.querySelector('div').append(button);
};
for (let number = 1; number <= 11; number++) {
  offer('Buy', 'Bought', number);
  offer('Give back', 'Given back', number);
}
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// So many goals name what they mean; the one behind them does not.
const NAMED: usize = 11;
/// Each takes an action, and that it is done.
const UNDISTURBED: usize = 2 * (NAMED + 1);
/// The request under which the night is killed: the first one of the eleventh goal.
const LAST: usize = 21;

fn suite(port: u16) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", PAGES);
    let named = (1..=NAMED).map(|number| {
        format!(
            "  - do: purchase number {number} of the basket\n    until: [ {{ see: 'text \"Bought {number}\"' }} ]\n"
        )
    });
    let named: String = named.collect();
    suite.write(
        "scenarios/basket.yaml",
        &format!(
            "scenario: basket\nsteps:\n  - open: /\n{named}  - do: refund it\n    until: [ {{ see: 'text \"Given back {NAMED}\"' }} ]\n"
        ),
    );
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\nagent: {{ api: openai-chat, url: 'http://127.0.0.1:{port}/v1', model: scripted }}\n"
    );
    suite.write("nightshift.yaml", &config);
    suite
}

/// Buys what the goal names, and gives back what the goal before it named.
fn clerk(told: &Value) -> Value {
    if done(told) > 0 {
        return act("done", "", "");
    }
    let number = |words: &Value| -> Option<u32> {
        text(words).split_whitespace().find_map(|it| it.parse().ok())
    };
    let button = if let Some(bought) = number(&told["goal"]) {
        format!("button \"Buy {bought}\"")
    } else {
        let before = told["earlier"].as_array().and_then(|it| it.last()).expect("a goal before");
        let bought = number(&before["goal"]).expect("it names a number");
        format!("button \"Give back {bought}\"")
    };
    act("click", &reference(told, &button), "")
}

/// A model that keeps silent at one request until it is let go.
#[derive(Default)]
struct Silence {
    requests: AtomicUsize,
    has_come: AtomicBool,
    is_over: AtomicBool,
}

impl Silence {
    fn answer(&self, told: &Value) -> Value {
        if self.requests.fetch_add(1, Ordering::SeqCst) + 1 == LAST {
            self.has_come.store(true, Ordering::SeqCst);
            while !self.is_over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        clerk(told)
    }

    /// Kills a night as soon as its model keeps silent.
    fn kill(&self, mut night: Child) {
        let began = Instant::now();
        while !self.has_come.load(Ordering::SeqCst) {
            assert!(began.elapsed() < Duration::from_secs(120), "the night does not come so far");
            std::thread::sleep(Duration::from_millis(5));
        }
        night.kill().expect("ours to kill");
        night.wait().expect("gone");
        self.is_over.store(true, Ordering::SeqCst);
    }
}

fn begun(suite: &SuiteCopy) -> Child {
    nightshift()
        .args(["run", "--no-pdf", "--out", "night"])
        .current_dir(suite.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

#[test]
fn turns_are_carried_over_a_restart_and_no_answer_is_paid_twice_while_the_product_is_the_same() {
    let anew = LAST + UNDISTURBED;
    for (heading, requests, kept) in [("Shop", UNDISTURBED + 1, LAST - 1), ("Sale", anew, 0)] {
        let silence = Arc::new(Silence::default());
        let answers = silence.clone();
        let (port, asked) = model(move |told| answers.answer(told));
        let suite = suite(port);
        silence.kill(begun(&suite));
        suite.run(&["clean"]);
        suite.write("data/pages.py", &PAGES.replace("<h1>Shop", &format!("<h1>{heading}")));

        let answer = suite.run(&["run", "--resume", "night", "--no-pdf"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        let asked = asked.lock().expect("unpoisoned");
        // The one under which it was killed had no answer that was kept.
        assert_eq!(asked.len(), requests, "{heading}");
        let last = asked.last().expect("it was asked");
        assert_eq!(text(&last["goal"]), "refund it");
        assert_eq!(last["earlier"].as_array().map(Vec::len), Some(10), "what was said before");
        let night = suite.root().join("night");
        let ledger = std::fs::read_to_string(night.join("ledger.jsonl")).expect("a ledger");
        assert_eq!(ledger.matches(r#""kept":"tonight""#).count(), kept, "{heading}");
        let spent = &night_json(&night)["agent"]["spent"];
        assert_eq!(spent["asked"], UNDISTURBED, "each answer that counts was paid for tonight");
        assert_eq!(suite.run(&["verify", "night"]).code, Some(0));
    }
}
