//! Noise of each kind is found, named, written down narrowly and silent from then on; a product
//! that is the same every time is left alone, and what really changes is still caught.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, copy_folder, night_json, package, text, verdicts};

/// The suite over a product that varies in these ways.
struct Noisy {
    suite: SuiteCopy,
    noise: String,
}

impl Noisy {
    fn new(noise: &str) -> Self {
        let suite = SuiteCopy::empty();
        let fixture = package().join("harness/tests/fixture");
        for part in ["bin", "parts"] {
            copy_folder(&fixture.join(part), &suite.folder().join(part));
        }
        copy_folder(&fixture.join("noise"), &suite.folder().join("suite"));
        Self { suite, noise: format!("noise={noise}") }
    }

    /// A copy of it as it is now.
    fn copied(&self) -> Self {
        let suite = SuiteCopy::empty();
        copy_folder(self.suite.folder(), suite.folder());
        Self { suite, noise: self.noise.clone() }
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        let memory = format!("memory={}", self.suite.folder().join("counted").display());
        let variables = ["--var", &self.noise, "--var", &memory];
        self.suite.run(&[arguments, &variables].concat())
    }

    fn night(&self, name: &str, arguments: &[&str]) -> (Answer, Value) {
        let out = format!("../{name}");
        let answer = self.run(&[&["run", "--no-pdf", "--out", &out], arguments].concat());
        let report = night_json(&self.suite.folder().join(name));
        (answer, report)
    }

    fn settle(&self, arguments: &[&str]) -> (Answer, Value) {
        let answer = self.run(&[&["settle", "--format", "json"], arguments].concat());
        let found = serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|error| panic!("{error}: {answer:#?}"));
        (answer, found)
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.suite.root().join("scenarios").join(name)).expect("read")
    }
}

/// What was found: place, kind, and whether it is silent then.
fn noise(found: &Value) -> Vec<(String, String, bool)> {
    let all = found["noise"].as_array().expect("a list").iter();
    all.map(|it| {
        let place = format!("{} {}", text(&it["checkpoint"]), text(&it["facet"]));
        (place, text(&it["kind"]), it["silent"].as_bool().expect("said"))
    })
    .collect()
}

fn kinds(found: &Value) -> Vec<String> {
    noise(found).into_iter().map(|it| format!("{}: {} {}", it.0, it.1, it.2)).collect()
}

/// The outputs, settled and written, with what was found.
fn settled() -> &'static (Noisy, Answer, Value) {
    static SETTLED: OnceLock<(Noisy, Answer, Value)> = OnceLock::new();
    SETTLED.get_or_init(|| {
        let noisy = Noisy::new("all");
        let (answer, found) = noisy.settle(&["outputs", "--times", "3", "--write"]);
        (noisy, answer, found)
    })
}

#[test]
fn each_kind_of_noise_is_found_at_its_place_and_written_as_narrowly_as_it_goes() {
    let (noisy, answer, found) = settled();
    assert_eq!(
        kinds(found),
        [
            "made stdout: timestamp true",
            "logged stdout: timestamp true",
            "took stdout: duration true",
            "run stdout: uuid true",
            "visits stdout: counter true",
            "draft stdout: path true",
            "port stdout: port true",
            "people stdout: order true",
            "json stdout: number true",
        ],
        "{found:#}"
    );
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let expected = "# yaml-language-server: $schema=../../../../../schemas/scenario.schema.json
scenario: outputs
about: Each output varies in one way of its own.
steps:
  - run: noise show made # one date is history, the other is noise
    snapshot: made
    redact: [ { pattern: 'Made at ([\\d:., T/+-]+) by the' } ]
  - run: noise show logged
    snapshot: logged
    redact: [ timestamp ]
  - run: noise show took
    snapshot: took
    redact: [ duration ]
  - run: noise show run
    snapshot: run
    redact: [ uuid ]
  - run: noise show visits
    snapshot: visits
    redact: [ { pattern: 'visitor number (\\d+) today' } ]
  - run: noise show draft
    snapshot: draft
    redact: [ temp-path ]
  - run: noise show port
    snapshot: port
    redact: [ port ]
  - run: noise show people
    snapshot: people
    unordered: [ stdout ]
  - { run: noise show json, snapshot: json, redact: [ { json: /ticket/no } ] }
";
    assert_eq!(noisy.file("outputs.yaml"), expected);
    let costs = found["noise"].as_array().expect("a list").iter();
    assert!(costs.clone().all(|it| it["cost"]["of"].as_u64() > it["cost"]["hides"].as_u64()));
}

#[test]
fn what_was_settled_is_silent_and_a_real_change_is_still_caught() {
    let noisy = settled().0.copied();
    let (answer, _) = noisy.night("first", &["outputs", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let (answer, again) = noisy.night("second", &["outputs", "--shake", "2"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(verdicts(&again), [("outputs".to_owned(), "unchanged".to_owned())]);
    let (answer, changed) = noisy.night("third", &["outputs", "--var", "changed=!"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let findings = changed["findings"].as_array().expect("findings");
    let at: Vec<String> =
        findings.iter().map(|it| text(&it["differences"][0]["checkpoint"])).collect();
    assert_eq!(at, ["logged"]);
    let (answer, found) = noisy.settle(&["outputs", "--times", "2"]);
    assert_eq!((answer.code, kinds(&found)), (Some(0), Vec::new()), "{found:#}");
}

#[test]
fn a_product_that_is_the_same_every_time_is_left_alone() {
    let clean = Noisy::new("");
    let before = clean.file("outputs.yaml");
    let (answer, found) = clean.settle(&["--times", "3", "--write"]);
    assert_eq!((answer.code, kinds(&found)), (Some(0), Vec::new()), "{found:#}");
    assert_eq!(found["unsettled"], Value::Array(Vec::new()));
    assert_eq!(clean.file("outputs.yaml"), before);
}

#[test]
fn a_page_gets_a_redaction_an_order_and_masks_and_is_silent_then() {
    let noisy = Noisy::new("timestamp,order,animation");
    let (answer, found) = noisy.settle(&["people", "--times", "3", "--write"]);
    assert_eq!(
        kinds(&found),
        [
            "list aria: order true",
            "list aria: timestamp true",
            "list image: order true",
            "list image: animation true",
        ],
        "{found:#}"
    );
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let file = noisy.file("people.yaml");
    let keys = "    redact: [ timestamp ]\n    unordered: [ 'table \"People\"' ]\n    mask: [ 'table \"People\"', 'img \"Weather\"' ]\n";
    let written: Vec<&str> = file.lines().filter(|it| it.starts_with("    ")).collect();
    for key in keys.lines() {
        assert!(written.contains(&key), "{key}\n{file}");
    }
    let (answer, _) = noisy.night("first", &["people", "--accept-new", "--no-settle"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let (answer, again) = noisy.night("second", &["people", "--shake", "1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(verdicts(&again), [("people".to_owned(), "unchanged".to_owned())]);
}

#[test]
fn what_cannot_be_named_is_unstable_and_the_report_says_what_that_costs() {
    let noisy = Noisy::new("mood");
    let (answer, found) = noisy.settle(&["moods", "--times", "3"]);
    assert_eq!(answer.code, Some(1), "nothing was written: {answer:#?}");
    let patch = text(&found["patch"]);
    assert!(patch.contains("+    unstable: [ stdout ]\n"), "{patch}");
    assert!(
        patch.starts_with("--- a/scenarios/moods.yaml\n+++ b/scenarios/moods.yaml\n@@"),
        "{patch}"
    );
    noisy.settle(&["moods", "--times", "3", "--write"]);
    noisy.night("first", &["moods", "--accept-new", "--no-settle"]);
    let (answer, second) = noisy.night("second", &["moods"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let told: Vec<String> =
        second["stages"].as_array().expect("stages").iter().map(|it| text(&it["what"])).collect();
    assert_eq!(told, ["unstable moods@mood stdout"]);
    let page = std::fs::read_to_string(noisy.suite.folder().join("second/index.html"));
    let page = page.expect("a page");
    assert!(page.contains("Unstable"), "the trust block names it");
}

#[test]
fn what_is_new_is_accepted_only_where_it_does_not_vary() {
    let noisy = Noisy::new("uuid");
    let (answer, _) = noisy.night("first", &["outputs", "--accept-new"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stdout.contains("not accepted: 1 place varied in 2 more rounds"), "{answer:#?}");
    assert!(answer.stdout.contains("nightshift settle outputs --write"), "{answer:#?}");
    let snapshots = noisy.suite.root().join("scenarios/snapshots");
    assert!(snapshots.join("outputs@made.stdout.snap").is_file());
    assert!(snapshots.join("outputs@run.exit.snap").is_file());
    assert!(!snapshots.join("outputs@run.stdout.snap").exists());
    // Rounds that cannot be back half a minute before the deadline are not begun.
    let hurried = Noisy::new("uuid");
    let (answer, _) = hurried.night("first", &["outputs", "--accept-new", "--budget", "29s"]);
    let said = "accepted at first sight: no time was left to settle 1 scenario";
    assert!(answer.stdout.contains(said), "{answer:#?}");
    assert!(hurried.suite.root().join("scenarios/snapshots/outputs@run.stdout.snap").is_file());
    let clean = Noisy::new("");
    let (answer, _) = clean.night("first", &["moods", "--accept-new"]);
    assert!(!answer.stdout.contains("not accepted"), "{answer:#?}");
    assert!(clean.suite.root().join("scenarios/snapshots/moods@mood.stdout.snap").is_file());
}
