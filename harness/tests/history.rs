//! Nights after nights: what is known, fixed or slower, by what the nights before said.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{self, Answer, SuiteCopy, night_json, say_what_took, text, verdicts};

/// A suite of one command that says what stands in a file.
fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { tool: {} }\npass-env: [SUITE]\n");
    suite.write(
        "scenarios/hello.yaml",
        "scenario: hello\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n",
    );
    suite
}

fn nights(suite: &SuiteCopy) -> PathBuf {
    suite.root().join("reports/nights")
}

/// Runs a night of this id, kept where nights are kept.
fn night(suite: &SuiteCopy, id: &str, arguments: &[&str]) -> (Answer, Value) {
    let root = suite.root().display().to_string();
    let mut all = vec!["run", "--no-pdf", "--retries", "0", "--id", id];
    all.extend(arguments);
    let answer = suite.run_with(&all, &[("SUITE", root.as_str())]);
    let report = night_json(&nights(suite).join(id));
    (answer, report)
}

fn verdict(night: &Value) -> String {
    verdicts(night)[0].1.clone()
}

#[test]
fn what_passes_fails_still_fails_and_holds_again_is_told_apart() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    let (_, first) = night(&suite, "n1", &["--accept-new", "--no-settle"]);
    assert_eq!(first["history"]["known"], 0);

    suite.write("said", "11 rows\n");
    let (answer, second) = night(&suite, "n2", &["--build", "b2"]);
    assert_eq!((answer.code, verdict(&second)), (Some(1), "regressed".to_owned()), "{answer:#?}");
    let finding = &second["findings"][0];
    assert_eq!(finding["first_seen"], second["night"]["started"]);
    assert_eq!(finding["since"]["build"], "b2");

    let (answer, third) = night(&suite, "n3", &["--build", "b3"]);
    let told = (answer.code, verdict(&third));
    assert_eq!(told, (Some(1), "still-failing".to_owned()), "{answer:#?}");
    let finding = &third["findings"][0];
    assert_eq!(finding["verdict"], "still-failing");
    assert_eq!(finding["first_seen"], second["night"]["started"]);
    assert_eq!(finding["since"]["night"], "n2");
    assert_eq!(finding["since"]["build"], "b2");
    assert_eq!(third["night"]["products"][0]["previous_build"], "b2");

    // Another change beside the known one is new.
    suite.write("said", "11 rows\nand a warning\n");
    let (answer, fourth) = night(&suite, "n4", &[]);
    assert_eq!((answer.code, verdict(&fourth)), (Some(1), "regressed".to_owned()));

    suite.write("said", "12 rows\n");
    let (answer, fifth) = night(&suite, "n5", &[]);
    assert_eq!((answer.code, verdict(&fifth)), (Some(0), "fixed".to_owned()), "{answer:#?}");
    assert_eq!(fifth["totals"]["fixed"], 1);
    let gone = fifth["fixed"].as_array().expect("causes that are gone");
    assert!(!gone.is_empty() && gone[0]["scenarios"] == json!(["hello"]), "{gone:#?}");
    let html = std::fs::read_to_string(nights(&suite).join("n5/index.html")).expect("a page");
    assert!(html.contains("What was wrong before, and is gone"), "the page tells it");
    assert!(html.contains("The last nights"), "the page has the strip");

    let (_, sixth) = night(&suite, "n6", &[]);
    assert_eq!(verdict(&sixth), "unchanged");
    let strip: Vec<_> = sixth["history"]["nights"].as_array().expect("nights").clone();
    let decisions: Vec<_> = strip.iter().map(|it| text(&it["decision"])).collect();
    assert_eq!(decisions, ["pass", "fail", "fail", "fail", "pass"]);

    // What a night once said does not change with the nights after it.
    let judged = suite.run(&["judge", "n3"]);
    assert_eq!(judged.code, Some(1), "{judged:#?}");
    assert_eq!(verdict(&night_json(&nights(&suite).join("n3"))), "still-failing");
}

#[test]
fn what_is_left_of_a_place_is_known_and_what_came_to_it_is_new() {
    let suite = suite();
    suite.write("said", "12 rows\n3 lamps\n5 cups\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    let told = |night: &Value| -> Vec<(String, String)> {
        let findings = night["findings"].as_array().expect("findings").iter();
        findings.map(|it| (text(&it["verdict"]), text(&it["since"]["night"]))).collect()
    };
    let one = |verdict: &str, since: &str| (verdict.to_owned(), since.to_owned());

    suite.write("said", "11 rows\n2 lamps\n5 cups\n");
    let (_, second) = night(&suite, "n2", &[]);
    assert_eq!(told(&second), [one("regressed", "n2")]);

    suite.write("said", "12 rows\n2 lamps\n5 cups\n");
    let (_, third) = night(&suite, "n3", &[]);
    assert_eq!(verdict(&third), "still-failing");
    assert_eq!(told(&third), [one("still-failing", "n2")]);
    assert!(third.get("fixed").is_none(), "{:#}", third["fixed"]);

    suite.write("said", "12 rows\n2 lamps\n4 cups\n");
    let (_, fourth) = night(&suite, "n4", &[]);
    assert_eq!(verdict(&fourth), "regressed");
    assert_eq!(told(&fourth), [one("regressed", "n4"), one("still-failing", "n2")]);
    let title = text(&fourth["findings"][0]["title"]);
    assert!(title.contains("cups") && !title.contains("lamps"), "{title}");
}

#[test]
fn what_was_accepted_is_unchanged_and_not_fixed() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    suite.write("said", "11 rows\n");
    night(&suite, "n2", &[]);
    let accepted = suite.run(&["review", "n2", "--accept", "F1", "--why", "fewer rows"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let (answer, third) = night(&suite, "n3", &[]);
    assert_eq!((answer.code, verdict(&third)), (Some(0), "unchanged".to_owned()), "{answer:#?}");
    assert!(third.get("fixed").is_none(), "{:#}", third["fixed"]);
}

#[test]
fn a_night_between_that_judged_nothing_makes_nothing_new() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    suite.write("said", "11 rows\n");
    night(&suite, "n2", &[]);
    let (answer, ill) = night(&suite, "n3", &["--set", "products.tool.setup=[{run: 'false'}]"]);
    assert_eq!((answer.code, verdict(&ill)), (Some(4), "not-run".to_owned()), "{answer:#?}");
    let (_, fourth) = night(&suite, "n4", &[]);
    assert_eq!(verdict(&fourth), "still-failing");
}

#[test]
fn a_gate_that_minds_only_what_is_new_lets_known_failures_pass() {
    let suite = suite();
    suite.write(
        "nightshift.yaml",
        "products: { tool: {} }\npass-env: [SUITE]\ngate: { fail-on: [regressed] }\n",
    );
    suite.write("said", "12 rows\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    suite.write("said", "11 rows\n");
    assert_eq!(night(&suite, "n2", &[]).0.code, Some(1));
    assert_eq!(night(&suite, "n3", &[]).0.code, Some(0));
}

#[test]
fn nights_that_cannot_be_used_are_named_and_cost_nothing_else() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    suite.write("reports/nights/broken/night.json", "{ \"format_version\": 1, ");
    suite.write("reports/nights/newer/night.json", "{ \"format_version\": 99 }");
    suite.write("reports/nights/killed/plan.json", "{}");
    suite.write("reports/nights/notes.txt", "no night");
    let (answer, second) = night(&suite, "n2", &[]);
    assert_eq!((answer.code, verdict(&second)), (Some(0), "unchanged".to_owned()), "{answer:#?}");
    assert_eq!(second["history"]["known"], 1);
    let skipped = second["history"]["skipped"].as_array().expect("skipped nights");
    let mut why: Vec<String> =
        skipped.iter().map(|it| format!("{}: {}", text(&it["night"]), text(&it["why"]))).collect();
    why.sort();
    assert!(why[0].starts_with("broken: its night.json is damaged"), "{why:#?}");
    assert!(why[1].starts_with("killed: it has no report"), "{why:#?}");
    assert!(why[2].starts_with("newer: it was written by a newer nightshift"), "{why:#?}");
    assert!(answer.stderr.contains("1 earlier night in reports/nights"), "{answer:#?}");
}

#[test]
fn earlier_nights_can_lie_elsewhere_and_need_not_be_there() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    night(&suite, "n1", &["--accept-new", "--no-settle"]);
    std::fs::create_dir(suite.root().join("cache")).expect("made");
    std::fs::rename(nights(&suite).join("n1"), suite.root().join("cache/n1")).expect("moved");
    let (_, none) = night(&suite, "n2", &["--history", "nowhere"]);
    assert_eq!(none["history"]["known"], 0, "a cold cache is no error");
    let (_, one) = night(&suite, "n3", &["--history", "cache"]);
    assert_eq!(one["history"]["known"], 1);
    let (_, by_key) = night(&suite, "n4", &["--set", "night.history=cache"]);
    assert_eq!(by_key["history"]["known"], 1);
    let refused = suite.run(&["run", "--no-pdf", "--history", "said"]);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("said is no folder"), "{refused:#?}");
    assert!(refused.stderr.contains("--history DIR"), "{refused:#?}");
}

/// Lays nights before a night: the same, with what every step took written by hand.
fn write_past(suite: &SuiteCopy, from: &Path, nights_before: u32, ms: u64) {
    support::write_past(suite, &night_json(from), nights_before, &|number, scenario| {
        say_what_took(scenario, ms + u64::from(number % 3));
    });
}

/// Where findings of tonight say that something became slower, with their verdicts.
fn slower(night: &Value) -> Vec<(String, String)> {
    let all = night["findings"].as_array().expect("findings");
    let slow = all.iter().filter(|it| it.get("slowdown").is_some());
    slow.map(|it| (text(&it["differences"][0]["where"]), text(&it["verdict"]))).collect()
}

#[test]
fn a_command_that_takes_longer_than_it_used_to_is_told_and_does_not_fail_the_gate() {
    let suite = suite();
    suite.write(
        "scenarios/hello.yaml",
        "scenario: hello\nsteps:\n  - shell: sleep $(cat $SUITE/pause)\n",
    );
    suite.write("pause", "0\n");
    let (_, first) = night(&suite, "n1", &[]);
    assert_eq!(first["scenarios"][0]["verdict"], "unchanged");
    write_past(&suite, &nights(&suite).join("n1"), 10, 20);
    std::fs::remove_dir_all(nights(&suite).join("n1")).expect("removed");

    suite.write("pause", "1\n");
    let (answer, slow) = night(&suite, "n2", &[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(verdict(&slow), "unchanged", "a slowdown decides nothing");
    let place = "sleep $(cat $SUITE/pause)".to_owned();
    assert_eq!(slower(&slow), [(place.clone(), "regressed".to_owned())], "{:#}", slow["findings"]);
    let finding = &slow["findings"][0];
    let title = text(&finding["title"]);
    assert!(title.contains("times as long as before: 21 ms -> "), "{title}");
    assert_eq!(finding["severity"], "minor");
    assert_eq!(finding["slowdown"]["nights"], 10);
    assert_eq!(finding["slowdown"]["measured"], 5);
    assert_eq!(slow["scenarios"][0]["attempts"].as_array().map(Vec::len), Some(1));
    let html = std::fs::read_to_string(nights(&suite).join("n2/index.html")).expect("a page");
    assert!(html.contains("1 slowdown, no other regressions"), "the sentence says it");
    assert!(!html.contains("Nothing needs you") && !html.contains("id=\"slower\""));

    let (answer, again) = night(&suite, "n3", &[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(slower(&again), [(place, "still-failing".to_owned())], "{:#}", again["findings"]);
    assert_eq!(again["findings"][0]["since"]["night"], "n2");
    let html = std::fs::read_to_string(nights(&suite).join("n3/index.html")).expect("a page");
    assert!(html.contains("No regressions") && html.contains("id=\"slower\""), "known by now");
}

#[test]
fn a_command_that_was_slow_by_chance_is_measured_once_more_and_no_more() {
    let suite = suite();
    suite.write(
        "scenarios/hello.yaml",
        "scenario: hello\nsteps:\n  - shell: sleep $(cat $SUITE/pause); echo 0 > $SUITE/pause\n",
    );
    suite.write("pause", "0\n");
    let (_, _) = night(&suite, "n1", &[]);
    write_past(&suite, &nights(&suite).join("n1"), 10, 20);
    std::fs::remove_dir_all(nights(&suite).join("n1")).expect("removed");
    let measured = |id: &str| {
        let ledger = std::fs::read_to_string(nights(&suite).join(id).join("ledger.jsonl"));
        ledger.expect("a ledger").matches("\"purpose\":\"measuring\"").count()
    };
    suite.write("pause", "1\n");
    let (answer, once) = night(&suite, "n2", &[]);
    assert!(answer.stderr.contains("measuring"), "{answer:#?}");
    assert_eq!((measured("n2"), slower(&once)), (1, Vec::new()), "{:#}", once["findings"]);
}

#[test]
fn a_command_that_is_as_quick_as_ever_is_not_measured_again() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    let (_, _) = night(&suite, "n1", &["--accept-new", "--no-settle"]);
    write_past(&suite, &nights(&suite).join("n1"), 10, 60_000);
    let (answer, second) = night(&suite, "n2", &[]);
    assert_eq!((answer.code, slower(&second)), (Some(0), Vec::new()), "{:#}", second["findings"]);
    assert!(!answer.stderr.contains("measuring"), "{answer:#?}");
}

#[test]
fn a_slow_page_and_a_slow_command_of_the_shop_are_told_at_their_places() {
    let suite = SuiteCopy::of_the_shop();
    let only = ["keep-the-pace", "--set", "night.measure=4"];
    let (answer, first) =
        night(&suite, "n1", &[&only[..], &["--accept-new", "--no-settle"]].concat());
    assert_eq!(answer.code, Some(0), "{answer:#?}\n{first:#}");
    write_past(&suite, &nights(&suite).join("n1"), 9, 50);
    std::fs::remove_dir_all(nights(&suite).join("n1")).expect("removed");
    let fault = "products.shop.env.SHOP_FAULT=slow-page,slow-command";
    let (answer, slow) = night(&suite, "n2", &[&only[..], &["--set", fault]].concat());
    assert_eq!((answer.code, verdict(&slow)), (Some(0), "unchanged".to_owned()), "{answer:#?}");
    let mut places: Vec<String> = slower(&slow).into_iter().map(|it| it.0).collect();
    places.sort();
    assert_eq!(places, ["/pace/stock", "shopctl products"], "{:#}", slow["findings"]);
}

#[test]
fn a_redaction_that_matched_nothing_for_fourteen_nights_is_dead() {
    let suite = suite();
    suite.write(
        "scenarios/hello.yaml",
        "scenario: hello\nredact: [{ pattern: 'took \\d+ ms' }]\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n    redact: [{ pattern: '1\\d rows' }]\n",
    );
    suite.write("said", "12 rows\n");
    let (_, first) = night(&suite, "n1", &["--accept-new", "--no-settle"]);
    let uses = first["redactions"].as_array().expect("uses");
    let told: Vec<_> =
        uses.iter().map(|it| (text(&it["redaction"]), it["matched"].clone())).collect();
    let expected = [
        ("pattern `took \\d+ ms`".to_owned(), json!(0)),
        ("pattern `1\\d rows`".to_owned(), json!(1)),
    ];
    assert_eq!(told, expected);
    assert!(first.get("dead_redactions").is_none());
    write_past(&suite, &nights(&suite).join("n1"), 12, 20);
    let (_, last) = night(&suite, "n2", &[]);
    let dead = last["dead_redactions"].as_array().expect("one is dead");
    assert_eq!(dead.len(), 1, "{dead:#?}");
    assert_eq!(dead[0]["redaction"], "pattern `took \\d+ ms`");
    assert_eq!(dead[0]["nights"], 14);
    let html = std::fs::read_to_string(nights(&suite).join("n2/index.html")).expect("a page");
    assert!(html.contains("has matched nothing for 14 nights; remove it"));
}

#[test]
fn promote_proposes_what_was_quiet_and_useful_and_says_why_the_rest_waits() {
    let suite = suite();
    suite.write("said", "12 rows\n");
    let (_, first) = night(&suite, "n1", &["--accept-new", "--no-settle"]);
    let nothing = suite.run(&["promote"]);
    assert_eq!(nothing.code, Some(0), "{nothing:#?}");
    assert!(nothing.stderr.contains("nothing there is in a stage but gating"), "{nothing:#?}");
    for number in 1..=14 {
        let mut night = first.clone();
        let id = format!("2026-01-{number:02}T010000Z-past");
        night["night"]["id"] = json!(id);
        night["night"]["started"] = json!(format!("2027-01-{number:02}T01:00:00Z"));
        let stage = |what: &str, alarms: u32| json!({ "what": what, "stage": "shadow", "compared": 12, "would_have_alarmed": alarms });
        night["stages"] =
            json!([stage("facet links", 0), stage("watch console-error", u32::from(number == 3))]);
        suite.write(&format!("reports/nights/{id}/night.json"), &night.to_string());
    }
    let answer = suite.run(&["promote"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(
        answer.stdout.contains("promote facet links from shadow: 168 comparisons in 14 nights"),
        "{answer:#?}"
    );
    assert!(answer.stdout.contains("facets: { links: gating }"), "{answer:#?}");
    let waits = "leave watch console-error in shadow: it would have raised 1 alarms";
    assert!(answer.stdout.contains(waits), "{answer:#?}");
    let unknown = suite.run(&["promote", "--nights", "0"]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
}

/// Scenarios with the nights, of the last twenty from the oldest on, in which each was flaky.
const FLAKY: [(&str, &[u32]); 12] = [
    ("always-sound", &[]),
    ("long-ago", &[1, 2, 3, 4, 5, 6]),
    ("more-a", &[]),
    ("more-b", &[]),
    ("more-c", &[]),
    ("more-d", &[]),
    ("more-e", &[]),
    ("more-f", &[]),
    ("more-g", &[]),
    ("now-and-then", &[9, 19]),
    ("often", &[3, 8, 10, 12, 14, 20]),
    ("once", &[15]),
];

/// A suite of those scenarios with twenty nights behind it, in which each run took a minute.
fn suite_with_flaky_past() -> SuiteCopy {
    let suite = suite();
    std::fs::remove_file(suite.root().join("scenarios/hello.yaml")).expect("removed");
    for (name, _) in FLAKY {
        let scenario = format!("scenario: {name}\nsteps:\n  - shell: echo {name}\n");
        suite.write(&format!("scenarios/{name}.yaml"), &scenario);
    }
    night(&suite, "n1", &[]);
    let first = nights(&suite).join("n1");
    support::write_past(&suite, &night_json(&first), 20, &|number, scenario| {
        say_what_took(scenario, 60_000);
        let id = text(&scenario["id"]);
        if FLAKY.iter().any(|it| it.0 == id && it.1.contains(&number)) {
            scenario["verdict"] = json!("flaky");
        }
    });
    std::fs::remove_dir_all(first).expect("removed");
    suite
}

/// The rows of a list of the page: scenario, attempts, duration, and what its last nights say.
fn rows(html: &str, list: &str) -> Vec<[String; 4]> {
    let list = html.split(&format!("id=\"{list}\"")).nth(1).expect("the list is there");
    let list = list.split("</details>").next().expect("it ends");
    let first = |text: &str| text.split('<').next().unwrap_or_default().trim().to_owned();
    let one = |row: &str| {
        let mut cells = row.split("<td class=\"n\">").skip(1).map(first);
        let trend = row.split("</svg><small>").nth(1).map(first).unwrap_or_default();
        let mut cell = || cells.next().unwrap_or_default();
        [first(row), cell(), cell(), trend]
    };
    list.split("<th scope=\"row\">").skip(1).map(one).collect()
}

/// Fails where a list has other rows, the wrong end first, more than ten, other numbers, or counts
/// nights that are too long ago.
#[test]
fn the_page_lists_the_slowest_of_tonight_and_the_flakiest_of_the_last_nights() {
    let suite = suite_with_flaky_past();
    let (answer, mut tonight) = night(&suite, "n2", &[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    // Each takes otherwise, and not in the order of the suite: 1.1 s to 13.2 s.
    let mut took: Vec<(u64, String)> = Vec::new();
    let scenarios = tonight["scenarios"].as_array_mut().expect("scenarios");
    for (at, scenario) in scenarios.iter_mut().enumerate() {
        let ms = (at as u64 * 5 % 12 + 1) * 1_100;
        scenario["duration_ms"] = json!(ms);
        took.push((ms, text(&scenario["id"])));
    }
    took.sort_unstable();
    let slowest: Vec<String> = took.into_iter().rev().take(10).map(|it| it.1).collect();
    let folder = nights(&suite).join("n2");
    std::fs::write(folder.join("night.json"), tonight.to_string()).expect("written");
    let report = nightshift::report::read(&folder).expect("a report");
    let fresh = tempfile::tempdir().expect("a folder");
    let written = nightshift::report::write(fresh.path(), &report).expect("written");
    let html = std::fs::read_to_string(written.index_html).expect("a page");

    let listed = rows(&html, "slowest");
    let names: Vec<&String> = listed.iter().map(|it| &it[0]).collect();
    assert_eq!(names, slowest.iter().collect::<Vec<_>>());
    let durations: Vec<&str> = listed.iter().map(|it| it[2].as_str()).collect();
    let expected = ["13.2", "12.1", "11.0", "9.9", "8.8", "7.7", "6.6", "5.5", "4.4", "3.3"];
    assert_eq!(durations, expected.map(|it| format!("{it} s")));
    assert!(listed.iter().all(|it| it[1] == "1"), "one attempt each: {listed:#?}");

    // Fourteen nights with tonight: one of `often` and all of `long-ago` are before them.
    let listed = rows(&html, "flakiest");
    let told: Vec<(&str, &str)> = listed
        .iter()
        .map(|it| (it[0].as_str(), it[3].split(';').next().unwrap_or_default()))
        .collect();
    let expected = [
        ("often", "14 nights: 5 flaky"),
        ("now-and-then", "14 nights: 2 flaky"),
        ("once", "14 nights: 1 flaky"),
    ];
    assert_eq!(told, expected);
}
