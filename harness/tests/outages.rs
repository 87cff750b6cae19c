//! A product whose server answers nobody for a while: that is one finding of the environment, and
//! nothing of it is put down to the scenarios.

use nightshift::history::rerun::{self, Run};
use nightshift::model::history::PastScenario;
use serde_json::{Value, json};

use crate::support::{ANSWERING, ASK, Answer, SuiteCopy, night_json, text, verdicts};

/// Where the file `asked` is there, the first four scenarios from `c` on that ask are not answered,
/// until a fifth one asks. `flake-c` has `c` answered otherwise once, and `broken` has `d`, `e` and
/// `f` answered otherwise always.
const SERVER: &str = "
import pathlib
SUITE = pathlib.Path(sys.argv[2])
def is_dead(name):
    log = SUITE / 'asked'
    if not log.exists() or name < 'c':
        return False
    asked = log.read_text().split()
    if name not in asked:
        asked.append(name)
        log.write_text(' '.join(asked))
    return len(asked) <= 4
class Pages(Answering):
    def do_GET(self):
        name = self.path.strip('/')
        if name and is_dead(name):
            return
        flake = SUITE / f'flake-{name}'
        shut = flake.exists() or ((SUITE / 'broken').exists() and name in ['d', 'e', 'f'])
        flake.unlink(missing_ok=True)
        state = 'shut' if shut else 'open'
        self.answer(200, 'text/plain', f'The room {name} is {state}\\n')
serve(Pages)
";

/// Eight scenarios that each ask the server for one thing, with three nights behind them.
fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("data/shop.py", &format!("{ANSWERING}{SERVER}"));
    suite.write("data/ask.sh", ASK);
    let serve = format!(
        "{{ run: 'python3 shop.py ${{port}} {}', ready: {{ http: /, within: 30s }} }}",
        suite.root().display()
    );
    let product = format!("products:\n  shop:\n    data: data\n    serve: {serve}\n");
    suite.write("nightshift.yaml", &format!("{product}night: {{ jobs: 1, measure: 0 }}\n"));
    for id in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let step = format!("  - run: 'bash ask.sh ${{base-url}} /{id}'\n    snapshot: said\n");
        suite.write(&format!("scenarios/{id}.yaml"), &format!("scenario: {id}\nsteps:\n{step}"));
    }
    for id in ["n1", "n2", "n3"] {
        let (answer, _) = night(&suite, id, &["--accept-new", "--no-settle"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
    suite
}

fn night(suite: &SuiteCopy, id: &str, arguments: &[&str]) -> (Answer, Value) {
    let all = [&["run", "--no-pdf", "--id", id][..], arguments].concat();
    let answer = suite.run(&all);
    let report = night_json(&suite.root().join("reports/nights").join(id));
    (answer, report)
}

/// The scenarios of this verdict.
fn of_verdict(night: &Value, verdict: &str) -> Vec<String> {
    let all = verdicts(night).into_iter().filter(|it| it.1 == verdict);
    all.map(|it| it.0).collect()
}

/// Fails where what was lost in an outage is told as a break or as chance, is not run again, or
/// counts in the rate of a flake that comes later. The twin: what is broken is no outage.
#[test]
fn a_server_that_is_dead_for_a_while_is_one_finding_and_no_part_of_any_rate() {
    let suite = suite();
    suite.write("asked", "");
    let (answer, dead) = night(&suite, "n4", &[]);
    assert_eq!(of_verdict(&dead, "unchanged").len(), 8, "{answer:#?}\n{:#}", dead["findings"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let findings = dead["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let outage = &findings[0];
    assert!(text(&outage["title"]).starts_with("The environment failed for "), "{outage:#}");
    assert_eq!(outage["verdict"], "inconclusive");
    assert_eq!(outage["scenarios"], json!(["c", "d", "e", "f"]));
    for scenario in &dead["scenarios"].as_array().expect("scenarios")[2..6] {
        let attempts = scenario["attempts"].as_array().map_or(0, Vec::len);
        assert!(attempts > 1, "it failed, and was tried again: {scenario:#}");
    }

    suite.write("flake-c", "");
    let (answer, chance) = night(&suite, "n5", &[]);
    assert_eq!((answer.code, of_verdict(&chance, "flaky")), (Some(0), vec!["c".to_owned()]));
    let flake = &chance["findings"][0]["flake"];
    // As it would be had it passed in the night of the outage like in those before.
    let past = PastScenario { verdicts: "NUUU".to_owned(), ..PastScenario::default() };
    let expected = rerun::flake(&past, &[Run::Failed, Run::Passed]);
    assert_eq!(flake["runs"], expected.runs, "{flake}");
    let rate = flake["rate"].as_f64().expect("a rate");
    assert!((rate - expected.rate).abs() < 1e-9, "{flake} instead of {expected:?}");

    suite.write("broken", "");
    let (answer, broken) = night(&suite, "n6", &[]);
    let told = (answer.code, of_verdict(&broken, "regressed"));
    assert_eq!(told, (Some(1), ["d", "e", "f"].map(str::to_owned).to_vec()), "{answer:#?}");
    let findings = broken["findings"].as_array().expect("findings");
    assert!(findings.iter().all(|it| it["verdict"] == "regressed"), "{findings:#?}");
}
