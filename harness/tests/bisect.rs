//! `bisect` over the git history of a small product, which a script makes: 60 commits, three of
//! which break something, and over versions without a repository.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use nightshift::ledger::NightDir;
use nightshift::model::culprit::{ProbeResult, SearchOutcome};
use nightshift::night::{self, RunOptions, Searched, Stop, Until, WantedCulprits};
use nightshift::spec;
use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, package, text, write_past};

const CONFIG: &str = r#"
products:
  tally:
    repository: tally
    builds:
      make:
        - shell: 'git -C tally archive ${build} | tar -x -C "${build-dir}" && sh -n "${build-dir}/bin/tally"'
    path: ["${build-dir}/bin"]
"#;

/// A suite of the small product, with an accepted night of its first version, and a place for builds.
pub struct Tally {
    pub suite: SuiteCopy,
    pub cache: tempfile::TempDir,
}

impl Tally {
    /// One that searches its git history.
    pub fn of_a_repository() -> Self {
        Self::new(CONFIG)
    }

    fn new(config: &str) -> Self {
        Self::with(config, &|_| ())
    }

    /// One with more in its suite, before anything runs.
    fn with(config: &str, more: &dyn Fn(&SuiteCopy)) -> Self {
        let suite = SuiteCopy::empty();
        let script = package().join("harness/tests/fixture/history.sh");
        let repository = suite.root().join("tally");
        let made = Command::new("sh").arg(script).arg(&repository).status().expect("sh");
        assert!(made.success());
        suite.write("nightshift.yaml", config);
        for name in ["orders", "prices", "report"] {
            let text = format!(
                "scenario: {name}\nproduct: tally\nsteps:\n  - run: tally {name}\n    snapshot: out\n"
            );
            suite.write(&format!("scenarios/{name}.yaml"), &text);
        }
        more(&suite);
        let it = Self { suite, cache: tempfile::tempdir().expect("a folder") };
        let first = "run --accept-new --no-settle --no-pdf --id n1 --build tally=v1";
        let answer = it.run(&first.split(' ').collect::<Vec<_>>());
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        it
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        let cache = self.cache.path().display().to_string();
        self.suite.run_with(arguments, &[("XDG_CACHE_HOME", &cache)])
    }

    pub fn night(&self, id: &str) -> Value {
        night_json(&self.suite.root().join("reports/nights").join(id))
    }
}

#[test]
fn three_seeded_commits_of_sixty_are_named_in_one_search_that_shares_its_builds() {
    let tally = Tally::of_a_repository();
    let bad = tally.run(&["run", "--no-pdf", "--id", "n2", "--build", "v2"]);
    assert_eq!(bad.code, Some(1), "{bad:#?}");
    let answer = tally.run(&["bisect", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let json: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let mut titles: Vec<String> = findings.iter().map(|it| text(&it["culprit"]["title"])).collect();
    titles.sort();
    let seeded = [
        "Count what is on its way",
        "Leave out what was sent back",
        "Print prices by one function",
    ];
    assert_eq!(titles, seeded, "{json:#}");
    let probes: usize =
        findings.iter().map(|it| it["culprit"]["probes"].as_array().map_or(0, Vec::len)).sum();
    let builds = json["builds"].as_u64().expect("a number") as usize;
    assert!(builds < probes && builds <= 30, "{builds} builds for {probes} probes");

    // It stays with the night: whoever judges it again, or opens its page, is told.
    assert_eq!(tally.run(&["judge", "reports/nights/n2"]).code, Some(1));
    let night = tally.night("n2");
    let prices = night["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|it| it["culprit"]["title"] == "Print prices by one function")
        .expect("it is there");
    assert!(prices["culprit"]["probability"].as_f64().is_some_and(|it| it >= 0.99), "{prices:#}");
    assert_eq!(prices["culprit"]["author"], "Bob");
    assert_eq!(prices["culprit"]["files"], serde_json::json!(["src/prices.sh"]));
    assert_eq!(prices["owner"], "@pricing");
    let page = tally.suite.root().join("reports/nights/n2/index.html");
    let page = std::fs::read_to_string(page).expect("a page");
    for said in ["Who broke it", "Print prices by one function", "12.5\\n"] {
        assert!(page.contains(said), "{said}");
    }
}

/// The commits that a night says broke something.
pub fn culprits(night: &Value) -> Vec<String> {
    let all = night["findings"].as_array().into_iter().flatten();
    all.map(|it| text(&it["culprit"]["title"])).filter(|it| !it.is_empty()).collect()
}

#[test]
fn a_night_with_time_left_searches_by_itself_and_once_leaves_it() {
    let tally = Tally::of_a_repository();
    let bad = ["run", "--no-pdf", "--id", "n2", "--build", "v2", "--budget", "20m"];
    let answer = tally.run(&bad);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(culprits(&tally.night("n2")).len(), 3, "{answer:#?}");
    let summary = tally.suite.root().join("reports/nights/n2/summary.md");
    let summary = std::fs::read_to_string(summary).expect("a summary");
    assert!(summary.contains("Print prices by one function"), "{summary}");

    // The twins: who is told to stop, and what was found out by an earlier night.
    let tally = Tally::of_a_repository();
    let once = [&bad[..], &["--once"]].concat();
    assert_eq!(tally.run(&once).code, Some(1));
    assert_eq!(culprits(&tally.night("n2")), Vec::<String>::new());
    let next = ["run", "--no-pdf", "--id", "n3", "--build", "v2", "--budget", "20m"];
    assert_eq!(tally.run(&next).code, Some(1));
    assert_eq!(culprits(&tally.night("n3")), Vec::<String>::new(), "nothing is new in it");
}

#[test]
fn one_finding_is_searched_for_by_its_id_and_between_the_builds_that_are_named() {
    let tally = Tally::of_a_repository();
    // Nothing says that a night before had a good build: its history is elsewhere.
    let bad = ["run", "orders", "--no-pdf", "--id", "n2", "--build", "v2", "--history", "nowhere"];
    assert_eq!(tally.run(&bad).code, Some(1));
    let unknown = tally.run(&["bisect", "F1"]);
    assert_eq!(unknown.code, Some(1), "{unknown:#?}");
    assert!(unknown.stdout.contains("name one with --good"), "{unknown:#?}");
    let pdf = tally.suite.root().join("reports/nights/n2/report.pdf");
    std::fs::write(&pdf, "as the night left it").expect("written");
    let answer = tally.run(&["bisect", "reports/nights/n2", "F1", "--good", "v1"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let printed = std::fs::read(&pdf).expect("there");
    assert!(printed.starts_with(b"%PDF-"), "it says what the page says: {answer:#?}");
    assert!(answer.stdout.contains("\"Count what is on its way\" by Cleo"), "{answer:#?}");
    let twice = tally.run(&["bisect", "F9"]);
    assert_eq!(twice.code, Some(2), "{twice:#?}");
    assert!(twice.stderr.contains("the night has no finding F9; it has F1"), "{twice:#?}");
}

#[test]
fn versions_without_a_repository_are_searched_in_their_order() {
    let known = CONFIG.replace("    repository: tally\n", "").replace(
        "    path:",
        "      known: [v1, \"main~50\", \"main~40\", \"main~20\", v2]\n    path:",
    );
    let tally = Tally::new(&known);
    assert_eq!(tally.run(&["run", "--no-pdf", "--id", "n2", "--build", "v2"]).code, Some(1));
    let answer = tally.run(&["bisect", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let json: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert!(!tally.suite.root().join("reports/nights/n2/report.pdf").exists(), "nobody wants one");
    let findings = json["findings"].as_array().expect("findings");
    let mut builds: Vec<String> = findings.iter().map(|it| text(&it["culprit"]["build"])).collect();
    builds.sort();
    assert_eq!(builds, ["main~20", "main~40", "v2"], "{json:#}");
}

#[test]
fn what_a_search_cannot_do_is_said_before_anything_is_built() {
    let tally = Tally::of_a_repository();
    assert_eq!(tally.run(&["run", "--no-pdf", "--id", "n2", "--build", "v2"]).code, Some(1));
    let answer = tally.run(&["bisect", "--good", "v0"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("has no commit v0"), "{answer:#?}");
    let backwards = tally.run(&["bisect", "--good", "v2", "--bad", "v1"]);
    assert_eq!(backwards.code, Some(2), "{backwards:#?}");
    assert!(backwards.stderr.contains("is no ancestor of"), "{backwards:#?}");
}

/// Fails where what cannot be searched of one product ends the search of a night.
#[test]
fn a_product_without_builds_keeps_no_other_one_from_the_search_of_its_night() {
    let config = format!("{CONFIG}  plain: {{ version-from: cat plain.version }}\n");
    let say = |suite: &SuiteCopy, version: &str, said: &str| {
        suite.write("plain.version", version);
        suite.write("said", said);
    };
    let tally = Tally::with(&config, &|suite| {
        say(suite, "1\n", "the shop is open\n");
        let said = suite.root().join("said");
        let step = format!("  - shell: cat '{}'\n    snapshot: out\n", said.display());
        let scenario = format!("scenario: plain\nproduct: plain\nsteps:\n{step}");
        suite.write("scenarios/plain.yaml", &scenario);
    });
    say(&tally.suite, "2\n", "the shop is shut\n");
    let arguments = ["run", "orders", "plain", "--no-pdf", "--id", "n2", "--build", "tally=v2"];
    let answer = tally.run(&[&arguments[..], &["--budget", "20m"]].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let night = tally.night("n2");
    assert_eq!(culprits(&night), ["Count what is on its way"], "{answer:#?}");
    let plain = night["findings"].as_array().into_iter().flatten();
    let plain = plain.filter(|it| it["scenarios"] == serde_json::json!(["plain"]));
    let plain: Vec<&Value> = plain.collect();
    assert_eq!(plain.len(), 1, "{:#}", night["findings"]);
    assert_eq!(plain[0]["culprit"], Value::Null);

    // The twin: where nothing else is wanted, it is said.
    let alone = tally.run(&["bisect", "reports/nights/n2", &text(&plain[0]["id"])]);
    assert_eq!(alone.code, Some(2), "{alone:#?}");
    assert!(alone.stderr.contains("plain has no `builds`"), "{alone:#?}");
}

/// What a night with this loop did, a line each: `rare` where that scenario ran, `built` where a
/// build was made. Something regressed in it, and `rare` fails rarely.
fn done(parts: &str) -> Vec<String> {
    let log = tempfile::tempdir().expect("a folder");
    let log = log.path().join("log");
    let note = |what: &str| format!("echo {what} >> {}", log.display());
    let config = CONFIG.replace("'git -C", &format!("'{} && git -C", note("built")));
    let tally = Tally::with(&config, &|suite| {
        let step = format!("  - shell: {}\n    snapshot: out\n", note("rare"));
        let scenario = format!("scenario: rare\nproduct: tally\nsteps:\n{step}");
        suite.write("scenarios/rare.yaml", &scenario);
    });
    // It was flaky in four nights before.
    write_past(&tally.suite, &tally.night("n1"), 4, &|_, scenario| {
        if scenario["id"] == "rare" {
            scenario["verdict"] = "flaky".into();
        }
    });
    std::fs::remove_file(&log).expect("it was written");
    let arguments = ["run", "orders", "rare", "--no-pdf", "--id", "n2", "--build", "tally=v2"];
    let parts = format!("night.loop={parts}");
    let more = ["--budget", "20m", "--set", &parts];
    let answer = tally.run(&[&arguments[..], &more].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(culprits(&tally.night("n2")).len(), 1, "{answer:#?}");
    let text = std::fs::read_to_string(&log).expect("a log");
    text.lines().map(str::to_owned).collect()
}

/// Fails where one part always comes before the other, whatever the suite says.
#[test]
fn the_parts_of_the_loop_run_in_the_order_in_which_the_suite_has_them() {
    // The first build is tonight's own; `rare` runs in the plan too, and once more as a witness that
    // the environment is well.
    let count = |lines: &[String], what: &str| lines.iter().filter(|it| *it == what).count();
    let lines = done("[bisect, rare]");
    let last = lines.iter().rposition(|it| it == "built").expect("builds were tried");
    assert!(count(&lines, "built") > 1 && count(&lines[last..], "rare") >= 3, "{lines:?}");

    let lines = done("[rare, bisect]");
    let second = lines.iter().enumerate().filter(|it| it.1 == "built").nth(1);
    let second = second.expect("builds were tried").0;
    assert_eq!(count(&lines[second..], "rare"), 0, "{lines:?}");
    assert!(count(&lines[..second], "rare") > 3, "{lines:?}");
}

/// A product in five builds: from the second on it says something else, and the third never ends.
const HANGING: &str = r#"
products:
  tool:
    builds:
      make:
        - shell: |
            mkdir "${build-dir}/bin"
            case ${build} in
              b1) says='echo 12 rows' ;;
              b3) says='exec sleep 600' ;;
              *) says='echo 11 rows' ;;
            esac
            printf '#!/bin/sh\n%s\n' "$says" > "${build-dir}/bin/tool"
            chmod +x "${build-dir}/bin/tool"
      known: [b1, b2, b3, b4, b5]
    path: ["${build-dir}/bin"]
"#;

/// How long one try may take here: much longer than one that ends, shorter than the command's limit.
const ONE_TRY: Duration = Duration::from_secs(20);

/// Searches for what broke the night `n2` as `nightshift bisect` does, but for how long a try may
/// take.
fn searched(root: PathBuf, cache: String, stop: Stop) -> Searched {
    let search = move || {
        let suite = spec::load(&root, &spec::Overrides::default()).expect("a valid suite");
        let found = NightDir::open(root.join("reports/nights/n2")).expect("a night");
        let own = ("XDG_CACHE_HOME".to_owned(), cache);
        let options = RunOptions {
            environment: std::env::vars().chain([own]).collect(),
            until: Some(Until::Budget(ONE_TRY)),
            ..RunOptions::default()
        };
        let wanted = WantedCulprits::default();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let means = (&options, &stop);
            let search = Box::pin(night::bisect(&suite, &found, &wanted, means, &|_| ())).await;
            search.expect("it can be searched")
        })
    };
    // As much room as the first thread of the program has.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(search);
    thread.expect("a thread").join().expect("it ends")
}

/// Fails where the time of one try is that of the whole search. The twin: whoever stops the search
/// stops it.
#[test]
fn a_try_that_takes_too_long_says_nothing_and_ends_no_search() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", HANGING);
    let scenario = "scenario: rows\nsteps:\n  - run: tool\n    timeout: 4m\n    snapshot: said\n";
    suite.write("scenarios/rows.yaml", scenario);
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().display().to_string();
    let run = |arguments: &[&str]| suite.run_with(arguments, &[("XDG_CACHE_HOME", cache.as_str())]);
    let first = "run --accept-new --no-settle --no-pdf --id n1 --build b1";
    let first = run(&first.split(' ').collect::<Vec<_>>());
    assert_eq!(first.code, Some(0), "{first:#?}");
    let bad = run(&["run", "--no-pdf", "--id", "n2", "--build", "b5"]);
    assert_eq!(bad.code, Some(1), "{bad:#?}");

    let stop = Stop::default();
    stop.interrupt();
    let stopped = searched(suite.root(), cache.clone(), stop);
    assert_eq!(stopped.builds, 0, "{stopped:#?}");
    assert_eq!(stopped.found[0].1.outcome, SearchOutcome::Undecided, "{stopped:#?}");

    let whole = searched(suite.root(), cache.clone(), Stop::default());
    let culprit = &whole.found[0].1;
    let hung = culprit.probes.iter().find(|it| it.build == "b3").expect("it was tried");
    assert_eq!(hung.result, ProbeResult::Skipped, "{culprit:#?}");
    assert_eq!(culprit.outcome, SearchOutcome::Named, "{culprit:#?}");
    assert_eq!(culprit.build.as_deref(), Some("b2"), "{culprit:#?}");
}
