//! `just detection [FAULT…]`: what is caught of the faults of the fixture product, as one table.
//!
//! A fault is met by the scenarios that come by its switch: the night that makes the baselines
//! leaves a trace of the switches that each scenario asks about, and no other scenario can tell the
//! fault from a sound shop. Of the many that meet what is on every page, [`MOST`] are taken, those
//! first that are at the fault's place. A fault counts as caught by a finding, as placed when a
//! finding is at the place that the shop's list names, and should be one finding. The same scenarios
//! are done with Playwright Test, with its aria snapshot and screenshot at every checkpoint;
//! commands, files and terminals, which it does not compare, are left out there.
//!
//! `just detection explored` does the same with the suite that `nightshift explore` writes for the
//! sound shop, without any scenario that a person wrote, see [`explored`].
//!
//! `just detection again` judges the last night once more, with what the code is now, and
//! `just detection alone` leaves Playwright Test out. `just pairs` has several faults at once, see
//! [`pairs`].

#[path = "detection/explored.rs"]
mod explored;
#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
mod pairs;
mod playwright;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;
#[path = "../tests/variants.rs"]
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use serde_json::{Value, json};
use support::{SuiteCopy, night_json, package, text};
use variants::{Variant, Variants};

/// What should be reached: caught, with the right place (in per cent), findings a fault.
const TARGETS: (f64, f64, f64) = (95.0, 90.0, 1.2);
/// The most scenarios that meet one fault.
const MOST: usize = 3;

/// A fault as the shop lists it, with the scenarios that come by it.
struct Fault {
    name: String,
    class: String,
    place: String,
    variable: String,
    scenarios: Vec<String>,
}

/// What became of a fault.
struct Row {
    facets: BTreeSet<String>,
    places: BTreeSet<String>,
    placed: bool,
    titles: Vec<String>,
    /// What each of them is made of.
    pieces: Vec<BTreeSet<Piece>>,
}

/// Where a facet differs: the scenario, its checkpoint, the facet.
type Piece = (String, String, String);

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let mut chosen: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if took(&mut chosen, "pairs") {
        return pairs::main(chosen);
    }
    let again = took(&mut chosen, "again");
    let explores = took(&mut chosen, "explored");
    let alone = took(&mut chosen, "alone") || explores;
    let mut faults = listed();
    faults.retain(|it| chosen.is_empty() || chosen.contains(&it.name));
    if faults.is_empty() {
        say("the shop has no such fault; `shop.py faults` lists them");
        return ExitCode::from(2);
    }
    let name = if explores { "detection-explored-night" } else { "detection-night" };
    let kept = suite::scratch().join(name);
    let theirs = suite::scratch().join("detection-playwright.json");
    let (night, peer) = if again {
        let peer = std::fs::read(&theirs).ok().and_then(|it| serde_json::from_slice(&it).ok());
        (Variants::open(&kept), peer.unwrap_or_default())
    } else {
        let traces = tempfile::tempdir().expect("a folder");
        let accepted = if explores {
            let suite = timed("explored", explored::suite);
            timed("accepted", || variants::apart(suite, &[0, 3], traced(traces.path())))
        } else {
            timed("accepted", || accepted(traces.path()))
        };
        let most = if explores { explored::MOST } else { MOST };
        trace(&accepted, traces.path(), most, &mut faults);
        let also = if explores { explored::against_itself(&accepted) } else { Vec::new() };
        let night = timed("our night", || run(&accepted, &faults, also, &kept));
        let peer = if alone {
            BTreeMap::new()
        } else {
            timed("Playwright", || playwright_results(&accepted, &faults))
        };
        suite::write(&theirs, &json!(peer).to_string());
        (night, peer)
    };
    let rows = timed("judged", || judged(&night, &faults));
    if explores {
        return explored::table(&faults, &rows, &explored::sound(&night));
    }
    table(&faults, &rows, &peer)
}

/// Takes a word out of the arguments; whether it was there.
fn took(arguments: &mut Vec<String>, word: &str) -> bool {
    let before = arguments.len();
    arguments.retain(|it| it != word);
    arguments.len() < before
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    say(format_args!("{what}: {:.0} s", began.elapsed().as_secs_f64()));
    done
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

fn listed() -> Vec<Fault> {
    let program = package().join("harness/tests/fixture/shop.py");
    let output = Command::new("python3").arg(program).arg("faults").output().expect("runs");
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of faults");
    all.iter()
        .map(|it| Fault {
            name: text(&it["name"]),
            class: text(&it["class"]),
            place: text(&it["where"]),
            variable: text(&it["switch"]),
            scenarios: Vec::new(),
        })
        .collect()
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// Leaves in a folder for each scenario the switches that it asked about.
fn traced(traces: &Path) -> impl Fn(&str) -> Vec<(String, String)> {
    move |scenario| {
        let own = traces.join(scenario);
        std::fs::create_dir_all(&own).expect("made");
        vec![pair("SHOP_TRACE", own.display().to_string())]
    }
}

/// The suite with baselines, and what each scenario asked about.
fn accepted(traces: &Path) -> SuiteCopy {
    variants::accepted_apart(traced(traces))
}

/// Finds which scenarios come by which fault, and takes some of them.
fn trace(accepted: &SuiteCopy, traces: &Path, most: usize, faults: &mut [Fault]) {
    let night = night_json(&accepted.folder().join("first"));
    let (mut places, mut took) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeMap::new());
    for scenario in passed(&night) {
        let id = text(&scenario["id"]).split('/').next().unwrap_or_default().to_owned();
        *took.entry(id.clone()).or_insert(0) += scenario["duration_ms"].as_u64().unwrap_or(0);
        let attempts = scenario["attempts"].as_array().into_iter().flatten();
        let steps = attempts.filter_map(|it| it["steps"].as_array()).flatten();
        places.entry(id).or_default().extend(steps.map(|it| text(&it["where"])));
    }
    for fault in faults {
        let mut met: Vec<&String> =
            took.keys().filter(|it| traces.join(it).join(&fault.name).is_file()).collect();
        met.sort_by_key(|it| (!places[*it].contains(&fault.place), took[*it]));
        // Nobody is at a place that only the fault leads to: then any of them may come there.
        let known = met.first().is_some_and(|it| places[*it].contains(&fault.place));
        let most = if known { most } else { met.len() };
        fault.scenarios = met.into_iter().take(most).cloned().collect();
    }
}

/// What passed on the sound shop: what did not has no baseline, and says nothing of a fault.
fn passed(night: &Value) -> impl Iterator<Item = &Value> {
    let all = night["scenarios"].as_array().expect("scenarios").iter();
    all.filter(|it| it["verdict"] != "inconclusive")
}

fn run(accepted: &SuiteCopy, faults: &[Fault], also: Vec<Variant>, kept: &Path) -> Variants {
    let memory = tempfile::tempdir().expect("a folder");
    let mut variants = also;
    for fault in faults {
        let own = memory.path().join(&fault.name);
        std::fs::create_dir_all(&own).expect("made");
        for scenario in &fault.scenarios {
            variants.push(Variant {
                name: fault.name.clone(),
                scenario: scenario.clone(),
                environment: vec![
                    pair(&fault.variable, fault.name.clone()),
                    pair("SHOP_MEMORY", own.display().to_string()),
                ],
                retries: u32::from(fault.class == "flaky"),
            });
        }
    }
    say(format_args!("{} faults, met {} times by scenarios", faults.len(), variants.len()));
    if kept.is_dir() {
        std::fs::remove_dir_all(kept).expect("what an earlier run left can be removed");
    }
    Variants::run(accepted, &variants, kept)
}

/// Judges each fault by itself, several at once.
fn judged(night: &Variants, faults: &[Fault]) -> Vec<Row> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let own = |fault: &Fault| {
        let scenarios = night.scenarios(&fault.name);
        let scenarios: Vec<&str> = scenarios.iter().map(String::as_str).collect();
        row(fault, &night.judge(&fault.name, &scenarios))
    };
    std::thread::scope(|scope| {
        let parts = faults.chunks(faults.len().div_ceil(threads));
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(own).collect::<Vec<Row>>()))
            .collect();
        parts.into_iter().flat_map(|it| it.join().expect("it can be judged")).collect()
    })
}

fn row(fault: &Fault, report: &Value) -> Row {
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let differences = || findings.iter().filter_map(|it| it["differences"].as_array()).flatten();
    let facets = differences().filter_map(|it| it["facets"].as_array()).flatten();
    let word = |it: &Value| it["facet"].as_str().unwrap_or("step").to_owned();
    Row {
        facets: facets.map(word).collect(),
        places: differences().map(|it| text(&it["where"])).collect(),
        placed: differences().any(|it| text(&it["where"]) == fault.place),
        titles: findings.iter().map(|it| text(&it["title"])).collect(),
        pieces: findings.iter().map(pieces).collect(),
    }
}

/// Where the facets differ that a finding is made of.
fn pieces(finding: &Value) -> BTreeSet<Piece> {
    let mut all = BTreeSet::new();
    for difference in finding["differences"].as_array().into_iter().flatten() {
        let scenario = text(&difference["scenario"]);
        let scenario = scenario.rsplit_once("--").map_or(scenario.as_str(), |it| it.0).to_owned();
        let checkpoint = difference["checkpoint"].as_str().unwrap_or("step").to_owned();
        let facets = difference["facets"].as_array().cloned().unwrap_or_default();
        for facet in facets {
            let facet = facet["facet"].as_str().unwrap_or("step").to_owned();
            all.insert((scenario.clone(), checkpoint.clone(), facet));
        }
    }
    all
}

/// Whether Playwright fails for a fault; a fault is absent where it has nothing to compare.
fn playwright_results(accepted: &SuiteCopy, faults: &[Fault]) -> BTreeMap<String, bool> {
    let plan = std::fs::read_to_string(accepted.folder().join("first/plan.json")).expect("a plan");
    let plan: Value = serde_json::from_str(&plan).expect("a plan");
    let of = |scenario: &str| {
        let all = plan["scenarios"].as_array().expect("scenarios").iter();
        all.filter(|it| text(&it["id"]).split('/').next() == Some(scenario)).collect::<Vec<_>>()
    };
    let looks = |scenario: &Value| scenario["steps"].to_string().contains("\"open\"");
    let case = |fault: &str, variable: &str, it: &Value| json!({ "fault": fault, "variable": variable, "scenario": it["id"], "steps": it["steps"] });
    let folder = playwright::project(
        "detection",
        playwright::CHROMIUM,
        "timezoneId: 'UTC', locale: 'en-GB', actionTimeout: 3000,",
        2,
    );
    let fixture = package().join("harness/tests/fixture");
    let program = package().join("harness/benches/playwright/detection.spec.ts");
    std::fs::copy(program, folder.join("detection.spec.ts")).expect("copied");
    let run =
        |cases: Vec<Value>, arguments: &[&str]| {
            let data = json!({ "fixture": fixture, "cases": cases });
            suite::write(&folder.join("cases.json"), &data.to_string());
            let mut command = playwright::test(&folder);
            command.args(["--reporter", "json"]).args(arguments);
            let output = command.output().expect("node is installed");
            verdicts(&serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
                panic!("{error}: {}", String::from_utf8_lossy(&output.stderr))
            }))
        };
    let wanted: BTreeSet<&String> = faults.iter().flat_map(|it| &it.scenarios).collect();
    let clean: Vec<Value> = wanted
        .iter()
        .flat_map(|it| of(it))
        .filter(|it| looks(it))
        .map(|it| case("", "SHOP_FAULT", it))
        .collect();
    let snapshots = folder.join("detection.spec.ts-snapshots");
    if snapshots.is_dir() {
        std::fs::remove_dir_all(&snapshots).expect("what an earlier run left can be removed");
    }
    run(clean.clone(), &["--update-snapshots"]);
    redact(&snapshots);
    // What is not green without a fault says nothing about one.
    let steady: BTreeSet<String> =
        run(clean, &[]).into_iter().filter(|(_, passed)| *passed).map(|(it, _)| it).collect();
    let mut cases = Vec::new();
    for fault in faults {
        for scenario in fault.scenarios.iter().flat_map(|it| of(it)) {
            if steady.contains(&format!("{} :: none", text(&scenario["id"]))) {
                cases.push(case(&fault.name, &fault.variable, scenario));
            }
        }
    }
    let mut caught = BTreeMap::new();
    for (title, passed) in run(cases, &[]) {
        let fault = title.split(" :: ").nth(1).expect("a title of ours").to_owned();
        *caught.entry(fault).or_insert(false) |= !passed;
    }
    caught
}

/// Takes out of Playwright's accepted snapshots by hand what our suite redacts: how long a page took.
fn redact(snapshots: &Path) {
    let took = regex::Regex::new(r"took [\d\\.]+ ms").expect("it compiles");
    for entry in std::fs::read_dir(snapshots).expect("snapshots") {
        let path = entry.expect("read").path();
        if path.extension().is_some_and(|it| it == "yml") {
            let accepted = std::fs::read_to_string(&path).expect("read");
            let redacted = took.replace_all(&accepted, regex::NoExpand(r"took [\d.]+ ms"));
            std::fs::write(&path, redacted.as_bytes()).expect("written");
        }
    }
}

/// The titles of a run's tests, and whether they passed.
fn verdicts(report: &Value) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut open = vec![report];
    while let Some(suite) = open.pop() {
        open.extend(suite["suites"].as_array().into_iter().flatten());
        for spec in suite["specs"].as_array().into_iter().flatten() {
            found.push((text(&spec["title"]), spec["ok"] == true));
        }
    }
    found
}

/// Whether Playwright caught a fault; `None` of one that shows on no page that it was on.
fn of_peer(fault: &Fault, peer: &BTreeMap<String, bool>) -> Option<bool> {
    peer.get(&fault.name).copied().filter(|_| fault.place.starts_with('/'))
}

fn table(faults: &[Fault], rows: &[Row], peer: &BTreeMap<String, bool>) -> ExitCode {
    say(format_args!(
        "{:24} {:18} {:22} {:6} {:>8} {:10}  title",
        "fault", "class", "caught by", "place", "findings", "Playwright"
    ));
    for (fault, row) in faults.iter().zip(rows) {
        let facets = row.facets.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let theirs = of_peer(fault, peer).map_or("-", |it| if it { "yes" } else { "NO" });
        say(format_args!(
            "{:24} {:18} {:22} {:6} {:8} {theirs:10}  {}",
            fault.name,
            fault.class,
            if facets.is_empty() { "NOT CAUGHT" } else { &facets },
            if row.placed { "yes" } else { "NO" },
            row.titles.len(),
            row.titles.first().map_or("", String::as_str),
        ));
        for more in row.titles.iter().skip(1) {
            say(format_args!("{:97}and: {more}", ""));
        }
    }
    let count = rows.len() as f64;
    let share = |of: usize| 100.0 * of as f64 / count;
    let caught = share(rows.iter().filter(|it| !it.titles.is_empty()).count());
    let placed = share(rows.iter().filter(|it| it.placed).count());
    let findings = rows.iter().map(|it| it.titles.len()).sum::<usize>() as f64 / count;
    say(format_args!(
        "{count} faults: {caught:.1} % caught (target {}), {placed:.1} % with the right place (target {}), {findings:.2} findings a fault (target {})",
        TARGETS.0, TARGETS.1, TARGETS.2
    ));
    let both = faults.iter().zip(rows).filter_map(|(it, row)| Some((row, of_peer(it, peer)?)));
    let (mut pages, mut we, mut they) = (0, 0, 0);
    for (row, theirs) in both {
        pages += 1;
        we += usize::from(!row.titles.is_empty());
        they += usize::from(theirs);
    }
    say(format_args!(
        "of the {pages} faults that both can meet: {we} caught by nightshift, {they} by Playwright Test"
    ));
    let reached = caught >= TARGETS.0 && placed >= TARGETS.1 && findings <= TARGETS.2;
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
