//! Twenty goals on the fixture shop in whole nights: recorded once, most of them by a scripted model,
//! repeated without it, healed after changes of the markup, and lost where the shop broke. `just goals`
//! runs them. `twenty_goals/table.rs` has the goals; `twenty_goals/changed.py` is the shop with its markup
//! changed in one way, or broken in one.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::table::{By, Goal, SCENARIOS, Scenario, way};
use crate::scripted_model::{Asked, act, done, found, model};
use crate::support::{SuiteCopy, copy_folder, night_json, package, text, verdicts};

/// Changes that leave each thing its role and its name, or another thing of that name elsewhere: it is
/// the same, and nothing is healed.
const SAME: [&str; 7] = ["renamed", "wrapped", "moved", "duplicated", "reordered", "split", "icon"];

/// Changes of a role or a name, each with the scenarios that use what it changes.
const HEALED: [(&str, &[&str]); 5] = [
    (
        "restyled",
        &[
            "cart",
            "collect",
            "new-zealand",
            "open-orders",
            "order",
            "remove",
            "settings",
            "sign-in",
        ],
    ),
    (
        "recased",
        &[
            "cart",
            "collect",
            "new-zealand",
            "open-orders",
            "order",
            "remove",
            "settings",
            "sign-in",
        ],
    ),
    ("retyped", &["cart", "collect", "order", "search", "settings", "sign-in"]),
    (
        "relabelled",
        &[
            "about",
            "and-back",
            "cart",
            "catalogue",
            "collect",
            "new-zealand",
            "news",
            "next-page",
            "open-orders",
            "order",
            "remove",
            "settings",
            "sorted",
        ],
    ),
    (
        "translated",
        &[
            "about",
            "and-back",
            "cart",
            "catalogue",
            "collect",
            "new-zealand",
            "news",
            "next-page",
            "open-orders",
            "order",
            "remove",
            "search",
            "settings",
        ],
    ),
];

const NOTHING: &[&str] = &[];

/// Regressions: what is wrong, the scenario that meets it, and what its failed step says.
const BROKEN: [(&str, &str, &str); 6] = [
    ("gone", "order", "recorded action 4 of 4: button \"Place order\""),
    ("disabled", "order", "button \"Place order\""),
    ("idle", "order", "heading \"Thank you\""),
    ("astray", "about", "heading \"About us\""),
    ("usurped", "order", "heading \"Thank you\""),
    ("wrong", "collect", "text \"You collect it in the shop.\""),
];

/// The shop, its suite of accepted recordings, and the model that found most of them.
struct Shop {
    suite: SuiteCopy,
    port: u16,
    asked: Asked,
}

/// What a night left.
struct Night {
    code: Option<i32>,
    result: Value,
    /// What it says of itself, for whoever reads why a test failed.
    summary: String,
    /// What happened on the way to goals, by scenario.
    pursuits: Vec<(String, Value)>,
}

/// Does what the table says, one action after the other.
fn follow(told: &Value) -> Value {
    let Some(way) = way(&text(&told["goal"])) else {
        return act("infeasible", "", "nobody asked for this");
    };
    match way.get(done(told)) {
        None => act("done", "", ""),
        Some((action, "", typed)) => act(action, "", typed),
        Some((action, thing, typed)) => match found(told, thing) {
            Some(reference) => act(action, &reference, typed),
            None => act("infeasible", "", &format!("there is no {thing}")),
        },
    }
}

/// A scenario as a file of the suite.
fn written(it: &Scenario) -> String {
    let check = |check: &&str| format!("      - {check}\n");
    let goal = |goal: &Goal| {
        let until: Vec<String> = goal.until.iter().map(check).collect();
        format!("  - do: '{}'\n    until:\n{}", goal.words, until.concat())
    };
    let goals: Vec<String> = it.goals.iter().map(goal).collect();
    format!("scenario: {}\nsteps:\n  - open: '{}'\n{}", it.id, it.start, goals.concat())
}

impl Shop {
    /// A night on the shop as it is, whose recordings are accepted.
    fn recorded() -> Self {
        let (port, asked) = model(follow);
        let shop = Self { suite: SuiteCopy::empty(), port, asked };
        let fixture = package().join("harness/tests/fixture");
        let data = shop.suite.root().join("data");
        copy_folder(&fixture.join("parts"), &data.join("parts"));
        std::fs::copy(fixture.join("suite/data/shop.json"), data.join("shop.json"))
            .expect("copied");
        shop.suite.write("data/changed.py", include_str!("twenty_goals/changed.py"));
        for it in &SCENARIOS {
            shop.suite.write(&format!("scenarios/{}.yaml", it.id), &written(it));
        }
        let first = shop.night("", "first", &["--accept-new", "--no-settle"]);
        let seen = (first.code, first.by_verdict());
        assert_eq!(seen, (Some(0), everything("new")), "{}", first.summary);
        shop
    }

    fn night(&self, change: &str, name: &str, more: &[&str]) -> Night {
        let serve = format!("python3 -B -S changed.py ${{port}} {change}");
        let ready = "{ http: /health, within: 30s }";
        let agent = format!(
            "{{ api: openai-chat, url: 'http://127.0.0.1:{}/v1', model: scripted }}",
            self.port
        );
        let config = format!(
            "products:\n  shop:\n    data: data\n    isolate: scenario\n    serve: {{ run: '{serve}', ready: {ready} }}\nnight: {{ retries: 0 }}\nagent: {agent}\n"
        );
        self.suite.write("nightshift.yaml", &config);
        let all = [&["run", "--no-pdf", "--out", name][..], more].concat();
        let answer = self.suite.run_with(&all, &[("SHOP_PASSWORD", "tea-for-two")]);
        let folder = self.suite.root().join(name);
        assert!(folder.join("night.json").is_file(), "{change}: {answer:#?}");
        let ledger = std::fs::read_to_string(folder.join("ledger.jsonl")).expect("a ledger");
        let lines = ledger.lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
        let goals = lines.filter(|it| it["event"]["type"] == "goal");
        let pursuits =
            goals.map(|it| (text(&it["event"]["scenario"]), it["event"]["pursuit"].clone()));
        Night {
            code: answer.code,
            result: night_json(&folder),
            summary: std::fs::read_to_string(folder.join("summary.md")).expect("a summary"),
            pursuits: pursuits.collect(),
        }
    }

    /// How often the model was asked so far.
    fn times_asked(&self) -> usize {
        self.asked.lock().expect("unpoisoned").len()
    }
}

impl Night {
    /// The scenarios by their verdicts.
    fn by_verdict(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (id, verdict) in verdicts(&self.result) {
            all.entry(verdict).or_default().insert(id);
        }
        all
    }

    /// The scenarios in which something was healed.
    fn healed(&self) -> BTreeSet<String> {
        let healed = self.pursuits.iter().filter(|it| it.1["what"] == "healed");
        healed.map(|it| it.0.clone()).collect()
    }

    /// Who proposed actions.
    fn proposers(&self) -> BTreeSet<String> {
        let proposed = self.pursuits.iter().filter(|it| it.1["what"] == "proposed");
        proposed.map(|it| text(&it.1["by"])).collect()
    }
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// All scenarios with the same verdict.
fn everything(verdict: &str) -> BTreeMap<String, BTreeSet<String>> {
    let ids: Vec<&str> = SCENARIOS.iter().map(|it| it.id).collect();
    BTreeMap::from([(verdict.to_owned(), set(&ids))])
}

/// How often the model has to be asked for all goals that it takes: for each action, and for the end.
fn times_needed() -> usize {
    let goals = SCENARIOS.iter().flat_map(|it| it.goals);
    let of = |goal: &Goal| match goal.by {
        By::Model(way) => way.len() + 1,
        By::Reader => 0,
    };
    goals.map(of).sum()
}

#[test]
#[ignore = "minutes of a browser, or as many nights as `just goals` is told"]
fn twenty_goals_are_recorded_once_and_repeated_without_the_model() {
    let shop = Shop::recorded();
    assert_eq!(shop.times_asked(), times_needed());
    let snapshots = shop.suite.root().join("scenarios/snapshots");
    let files = std::fs::read_dir(snapshots).expect("recordings").map(|it| it.expect("a file"));
    let recordings = files.filter(|it| it.path().to_string_lossy().ends_with(".recording.snap"));
    let goals: usize = SCENARIOS.iter().map(|it| it.goals.len()).sum();
    assert_eq!(recordings.count(), goals);

    let nights = std::env::var("NIGHTSHIFT_REPLAYS").map_or(Ok(5), |it| it.parse::<u32>());
    for number in 1..=nights.expect("a number of nights") {
        let night = shop.night("", &format!("night-{number}"), &[]);
        let seen = (night.code, night.by_verdict());
        let wanted = (Some(0), everything("unchanged"));
        assert_eq!(seen, wanted, "night {number}: {}", night.summary);
        assert_eq!(night.healed(), set(&[]), "night {number}");
        assert_eq!(night.proposers(), set(&["recording"]), "night {number}");
    }
    assert_eq!(shop.times_asked(), times_needed(), "no night but the first asks it");
}

#[test]
#[ignore = "minutes of a browser: `just goals`"]
fn twelve_kinds_of_change_lose_no_goal_and_what_was_healed_is_told() {
    let shop = Shop::recorded();
    let same = SAME.map(|it| (it, NOTHING)).into_iter();
    for (change, healed) in same.chain(HEALED) {
        let night = shop.night(change, change, &[]);
        let mut wanted = everything("unchanged");
        let healed = set(healed);
        if !healed.is_empty() {
            for it in wanted.values_mut() {
                it.retain(|id| !healed.contains(id));
            }
            wanted.insert("drifted".to_owned(), healed.clone());
        }
        let seen = (night.code, night.by_verdict());
        assert_eq!(seen, (Some(0), wanted), "{change}: {}", night.summary);
        assert_eq!(night.healed(), healed, "{change}");
        assert_eq!(night.proposers(), set(&["recording"]), "{change}");
    }
    assert_eq!(shop.times_asked(), times_needed(), "no night but the first asks it");
}

#[test]
#[ignore = "minutes of a browser: `just goals`"]
fn six_regressions_are_not_healed_and_the_step_is_named() {
    let shop = Shop::recorded();
    for (change, scenario, expected) in BROKEN {
        let night = shop.night(change, change, &[scenario]);
        let wanted = BTreeMap::from([("regressed".to_owned(), set(&[scenario]))]);
        let seen = (night.code, night.by_verdict());
        assert_eq!(seen, (Some(1), wanted), "{change}: {}", night.summary);
        assert_eq!(night.healed(), set(&[]), "{change}");
        let steps = night.result["scenarios"][0]["attempts"][0]["steps"].as_array();
        let failed = steps.expect("steps").iter().find(|it| it["outcome"] == "failed");
        let told = text(&failed.expect("a failed step")["expected"]);
        assert!(told.contains(expected), "{change}: {told}");
    }
    assert_eq!(shop.times_asked(), times_needed(), "no night but the first asks it");
}
