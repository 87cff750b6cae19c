//! Nights that are judged by another build in the same environment.

use serde_json::{Value, json};

use crate::support::{Answer, SuiteCopy, night_json, text, verdicts};

/// A product of one command in builds that say other things; `WORLD` and `DAY` are the world's, and
/// every build says them alike.
const CONFIG: &str = r#"
products:
  tool:
    builds:
      make:
        - shell: |
            test ${build} != torn || { echo no disk >&2; exit 7; }
            mkdir "${build-dir}/bin"
            printf '#!/bin/sh\nBUILD=%s . %s/tool.sh\n' "${build}" "$PWD" > "${build-dir}/bin/tool"
            chmod +x "${build-dir}/bin/tool"
      known: ["1.4", "1.5", "worse", "noisy", "sleeps", torn]
      default: "1.4"
    path: ["${build-dir}/bin"]
pass-env: [WORLD, SUITE]
"#;

const TOOL: &str = r#"
case $1 in
  orders)
    echo "Orders of ${WORLD:-Monday}"
    echo "lamp 12"
    case $BUILD in worse) echo "cup 4" ;; *) echo "cup 5" ;; esac
    echo "total 17"
    case $BUILD in noisy) echo "request $(od -An -N4 -tu4 /dev/urandom | tr -d ' ')" ;; esac
    ;;
  stock)
    case $BUILD in 1.4) echo "stock: 3 lamp" ;; *) echo "stock: 3 lamps" ;; esac
    ;;
  check)
    echo ok
    ;;
  wait)
    case $BUILD in sleeps) sleep 60 ;; esac
    echo ok
    ;;
esac
"#;

struct Shop {
    suite: SuiteCopy,
    cache: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let suite = SuiteCopy::empty();
        suite.write("nightshift.yaml", CONFIG);
        suite.write("tool.sh", TOOL);
        suite.write(
            "scenarios/orders.yaml",
            "scenario: orders\nsteps:\n  - run: tool orders\n    snapshot: orders\n",
        );
        suite.write(
            "scenarios/check.yaml",
            "scenario: check\nsteps:\n  - run: tool check\n    expect: { exit: 0 }\n    snapshot: check\n",
        );
        Self { suite, cache: tempfile::tempdir().expect("a folder") }
    }

    fn run_in(&self, world: &str, arguments: &[&str]) -> Answer {
        self.run_with(("WORLD", world), arguments)
    }

    fn run_with(&self, variable: (&str, &str), arguments: &[&str]) -> Answer {
        let cache = self.cache.path().display().to_string();
        self.suite.run_with(arguments, &[("XDG_CACHE_HOME", cache.as_str()), variable])
    }

    /// A night of this name in a world.
    fn night(&self, name: &str, world: &str, arguments: &[&str]) -> (Answer, Value) {
        self.night_with(name, ("WORLD", world), arguments)
    }

    /// A night of this name with this variable in its environment.
    fn night_with(
        &self,
        name: &str,
        variable: (&str, &str),
        arguments: &[&str],
    ) -> (Answer, Value) {
        let out = format!("reports/nights/{name}");
        let all = ["run", "--no-pdf", "--set", "night.measure=0", "--out", &out];
        let answer = self.run_with(variable, &[&all[..], arguments].concat());
        (answer, night_json(&self.suite.root().join(out)))
    }

    fn accept(&self, arguments: &[&str]) {
        let (answer, _) =
            self.night("n0", "Monday", &[&["--accept-new", "--no-settle"], arguments].concat());
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
}

/// What is found: verdict and title.
fn found(night: &Value) -> Vec<(String, String)> {
    let findings = night["findings"].as_array().expect("findings").iter();
    findings.map(|it| (text(&it["verdict"]), text(&it["title"]))).collect()
}

fn verdict(night: &Value, id: &str) -> String {
    verdicts(night).into_iter().find(|it| it.0 == id).expect("it was planned").1
}

#[test]
fn what_the_build_before_does_right_is_regressed_and_says_so() {
    let shop = Shop::new();
    shop.accept(&[]);
    let (answer, night) =
        shop.night("n1", "Monday", &["--build", "worse", "--against", "1.4", "--retries", "0"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(verdict(&night, "orders"), "regressed");
    assert_eq!(verdict(&night, "check"), "unchanged");
    assert_eq!(found(&night).len(), 1, "{:#}", night["findings"]);
    let finding = &night["findings"][0];
    assert_eq!(finding["confidence"], 0.99, "{finding:#}");
    let reasons = finding["reasons"].as_array().expect("reasons");
    let said = reasons.iter().map(text).find(|it| it.contains("tool 1.4 did it right"));
    assert!(said.is_some(), "{reasons:#?}");
    let again = "nightshift run orders --build 'tool=worse' --against 'tool=1.4'";
    assert_eq!(finding["reproduce"], again);
    let control = &night["night"]["control"];
    // The one that differs twice, the other once.
    assert_eq!((&control["build"], &control["runs"]), (&json!("1.4"), &json!(3)));
    assert_eq!(
        night["facets_judged"],
        json!({ "baseline": 0, "control": 0, "both": 8, "neither": 0 })
    );
    assert!(
        night["scenarios"].as_array().expect("some").iter().all(|it| it["judged_by"] == "both")
    );

    let judged = shop.run_in("Monday", &["judge", "reports/nights/n1"]);
    assert_eq!(judged.code, Some(1), "{judged:#?}");
    let again = night_json(&shop.suite.root().join("reports/nights/n1"));
    assert_eq!(again, night, "judged again it is the same");
}

#[test]
fn what_differs_on_both_builds_alike_is_the_world_in_one_finding() {
    let shop = Shop::new();
    shop.accept(&[]);
    let (answer, night) =
        shop.night("n1", "Tuesday", &["--build", "1.5", "--against", "1.4", "--retries", "0"]);
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    assert_eq!(verdict(&night, "orders"), "inconclusive");
    let orders =
        &night["scenarios"].as_array().expect("some").iter().find(|it| it["id"] == "orders");
    assert_eq!(orders.expect("planned")["because"], "environment");
    let all = found(&night);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].0, "inconclusive");
    assert!(all[0].1.starts_with("The world changed, not the product: "), "{all:#?}");
    assert!(all[0].1.contains("Tuesday") && all[0].1.contains("tool 1.4"), "{all:#?}");

    // A fault beside it is still caught, and is told apart.
    let (answer, night) =
        shop.night("n2", "Tuesday", &["--build", "worse", "--against", "1.4", "--retries", "0"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let all = found(&night);
    let kinds: Vec<&str> = all.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(kinds, ["regressed", "inconclusive"], "{all:#?}");
    assert!(all[0].1.contains('4') && !all[0].1.contains("Tuesday"), "{all:#?}");

    // The world is accepted, and the fault in the same output is not.
    let accepted = shop.run_in("Tuesday", &["review", "reports/nights/n2", "--accept", "F2"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let (answer, night) = shop.night("n3", "Tuesday", &["--build", "1.5"]);
    assert_eq!((answer.code, found(&night)), (Some(0), Vec::new()), "{answer:#?}");
    let (answer, night) = shop.night("n4", "Tuesday", &["--build", "worse"]);
    assert_eq!((answer.code, found(&night).len()), (Some(1), 1), "{answer:#?}");
}

#[test]
fn a_suite_without_any_baseline_is_judged_by_the_build_before_and_reviewed_after() {
    let shop = Shop::new();
    let (answer, night) = shop.night("n1", "Monday", &["--build", "worse", "--against", "1.4"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(verdict(&night, "orders"), "regressed");
    assert_eq!(verdict(&night, "check"), "unchanged");
    assert_eq!(found(&night).len(), 1, "{:#}", night["findings"]);
    assert_eq!(night["facets_judged"]["control"], 8);
    let reasons = night["findings"][0]["reasons"].to_string();
    assert!(reasons.contains("what it showed is tonight's"), "{reasons}");
    assert_eq!(night["facets_without_baseline"], 0);
    let listed = shop.run_in("Monday", &["review", "reports/nights/n1", "--list"]);
    assert!(listed.stdout.contains("F1") && listed.stdout.contains("check"), "{listed:#?}");
    let accepted =
        shop.run_in("Monday", &["review", "reports/nights/n1", "--accept", "check", "F1"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let (answer, night) = shop.night("n2", "Monday", &["--build", "worse"]);
    assert_eq!(answer.code, Some(0), "{answer:#?} {:#}", night["findings"]);
    assert_eq!(verdict(&night, "check"), "unchanged");
}

#[test]
fn what_the_build_before_does_wrong_is_told_as_fixed_and_alarms_nobody() {
    let shop = Shop::new();
    shop.accept(&["--build", "1.5"]);
    let (answer, night) =
        shop.night("n1", "Monday", &["--build", "1.5", "--against", "worse", "--retries", "0"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(night["findings"], json!([]));
    let fixed = night["night"]["control"]["fixed"].as_array().expect("fixed").clone();
    assert_eq!(fixed.len(), 1, "{fixed:#?}");
    assert_eq!(fixed[0]["scenarios"], json!(["orders"]));
    assert!(text(&fixed[0]["title"]).contains('4'), "{fixed:#?}");
}

#[test]
fn what_varies_on_the_control_itself_is_noise_and_a_change_beside_it_is_not() {
    let shop = Shop::new();
    let quiet = ["--build", "noisy", "--against", "noisy"];
    let (answer, night) = shop.night("n1", "Monday", &quiet);
    assert_eq!(answer.code, Some(0), "{answer:#?} {:#}", night["findings"]);
    assert_eq!(night["findings"], json!([]));
    let noise = night["night"]["control"]["noise"].as_array().expect("noise");
    assert!(text(&noise[0]).contains("request"), "{noise:#?}");
}

#[test]
fn a_control_that_cannot_be_made_is_said_and_judging_goes_on() {
    let shop = Shop::new();
    shop.accept(&[]);
    let (answer, night) = shop.night("n1", "Monday", &["--build", "worse", "--against", "torn"]);
    assert_eq!((answer.code, verdict(&night, "orders")), (Some(1), "regressed".to_owned()));
    assert!(answer.stderr.contains("control of tool FAILED"), "{answer:#?}");
    let control = &night["night"]["control"];
    assert_eq!((&control["build"], &control["runs"]), (&json!(""), &json!(0)));
    assert!(text(&control["problems"][0]).contains("cannot be made"), "{control:#}");
    assert_eq!(night["facets_judged"]["baseline"], 8);
    let page = std::fs::read_to_string(shop.suite.root().join("reports/nights/n1/index.html"));
    assert!(page.expect("a page").contains("tool has no control: "), "the trust block says it");

    let (none, night) =
        shop.night("n2", "Monday", &["--against", "last-good", "--history", "none"]);
    assert_eq!(none.code, Some(0), "{none:#?}");
    assert!(text(&night["night"]["control"]["problems"][0]).contains("no earlier night"));
}

#[test]
fn only_what_is_needed_is_run_on_the_control_where_the_configuration_says_so() {
    let shop = Shop::new();
    shop.accept(&[]);
    shop.suite.write(
        "nightshift.yaml",
        &format!("{CONFIG}night: {{ control: {{ against: '1.4', of: needed }} }}\n"),
    );
    let (answer, night) = shop.night("n1", "Monday", &["--build", "1.5"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(night["night"]["control"]["runs"], 0);
    let (_, night) = shop.night("n2", "Monday", &["--build", "worse", "--retries", "0"]);
    assert_eq!(night["night"]["control"]["runs"], 2, "twice what differs, and nothing else");
    assert_eq!(night["night"]["control"]["scenarios"], 1);
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_what_to_do() {
    let shop = Shop::new();
    for (arguments, said) in [
        (
            &["--against", "1.44"][..],
            "--against tool=1.44: tool has no such build; did you mean \"1.4\"?",
        ),
        (&["--against-url", "http://127.0.0.1:1"], "tool is only commands"),
        (&["--against", "1.4", "--beside", "1.5"], "one other build a night"),
    ] {
        let answer = shop.run_in("Monday", &[&["run"], arguments].concat());
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains(said), "{answer:#?}");
    }
}

fn pages() -> Shop {
    let cache = tempfile::tempdir().expect("a folder");
    Shop { suite: SuiteCopy::of_the_shop_in_builds(), cache }
}

#[test]
fn pages_and_their_pictures_need_no_baseline_beside_the_build_before() {
    let shop = pages();
    let against = ["look-around", "--against", "sound", "--build"];
    let (answer, same) = shop.night("n1", "", &[&against[..], &["sound-too"]].concat());
    assert_eq!((answer.code, found(&same)), (Some(0), Vec::new()), "{answer:#?}");
    assert_eq!(verdict(&same, "look-around"), "unchanged");
    let facets = &same["facets_judged"];
    assert_eq!(
        (&facets["baseline"], &facets["both"], &facets["neither"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!(same["facets_without_baseline"], 0);

    let (answer, worse) = shop.night("n2", "", &[&against[..], &["heading-wrong"]].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let all = found(&worse);
    assert_eq!(all.len(), 1, "{all:#?}");
    let finding = &worse["findings"][0];
    assert_eq!(finding["differences"][0]["where"], "/");
    let facets = finding["differences"][0]["facets"].as_array().expect("facets");
    assert!(facets.iter().any(|it| it["facet"] == "image"), "{facets:#?}");
    let page = std::fs::read_to_string(shop.suite.root().join("reports/nights/n2/index.html"));
    let page = page.expect("a page");
    assert!(page.contains("shop sound did it right in 2 runs of it"), "the finding says it");

    let accepted = shop.run_in("", &["review", "reports/nights/n1", "--accept-all"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let (answer, after) = shop.night("n3", "", &["look-around"]);
    assert_eq!((answer.code, verdict(&after, "look-around")), (Some(0), "unchanged".to_owned()));
}

#[test]
fn other_data_and_another_screen_are_the_worlds_and_a_fault_beside_them_is_not() {
    let shop = pages();
    let (first, _) = shop.night("n0", "", &["browse-orders", "--accept-new", "--no-settle"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let data = shop.suite.root().join("data/shop.json");
    let changed = std::fs::read_to_string(&data).expect("data").replace("Daichi Sato", "Ren Abe");
    std::fs::write(&data, changed).expect("written");
    let world =
        ["browse-orders", "--against", "sound", "--set", "browser.viewport=1200x760", "--build"];
    let (answer, same) = shop.night("n1", "", &[&world[..], &["sound-too"]].concat());
    let all = found(&same);
    assert_eq!(all.len(), 1, "{answer:#?} {all:#?}");
    assert_eq!((answer.code, all[0].0.as_str()), (Some(3), "inconclusive"));
    assert_eq!(verdict(&same, "browse-orders"), "inconclusive");

    let (answer, worse) = shop.night("n2", "", &[&world[..], &["sort-ignored"]].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let all = found(&worse);
    let regressed: Vec<_> = all.iter().filter(|it| it.0 == "regressed").collect();
    assert_eq!((regressed.len(), all.len()), (1, 2), "{all:#?}");
}

/// A page that says what its browser tells it of the world, and a total that one build gets wrong.
const WORLDLY: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Orders</title>
<style>body { font-family: sans-serif }</style>
<h1>Orders</h1><p id="day"></p><p id="zone"></p><p id="tongue"></p><p>Total TOTAL</p>
<script>
day.textContent = new Date().toDateString();
zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
tongue.textContent = navigator.language;
</script>"#;

const WORLDLY_CONFIG: &str = r#"
products:
  page:
    builds:
      make:
        - shell: |
            total=17; test ${build} != worse || total=18
            sed "s/TOTAL/$total/" page.html > "${build-dir}/index.html"
      known: ["1.4", "1.5", worse]
      default: "1.4"
    serve:
      run: "python3 -m http.server ${port} --bind 127.0.0.1 --directory ${build-dir}"
      ready: { http: /, within: 30s }
browser: { now: "2026-01-05T09:00:00Z" }
night: { retries: 0 }
"#;

/// The suite over that page, accepted on one day, in one zone, in one language.
fn worldly() -> Shop {
    let cache = tempfile::tempdir().expect("a folder");
    let shop = Shop { suite: SuiteCopy::empty(), cache };
    shop.suite.write("nightshift.yaml", WORLDLY_CONFIG);
    shop.suite.write("page.html", WORLDLY);
    let facets = "facets: [aria, text, image, page]";
    let steps = format!("steps:\n  - open: /\n  - snapshot: page\n    {facets}\n");
    shop.suite.write("scenarios/orders.yaml", &format!("scenario: orders\n{steps}"));
    shop.accept(&[]);
    shop
}

/// How many findings are regressed, and all others, which must be of the world.
fn split(night: &Value) -> (usize, usize) {
    let all = found(night);
    let world = all.iter().filter(|it| it.1.starts_with("The world changed, not the product: "));
    let regressed = all.iter().filter(|it| it.0 == "regressed").count();
    assert_eq!(regressed + world.count(), all.len(), "{all:#?}");
    (regressed, all.len() - regressed)
}

#[test]
fn another_day_zone_language_and_scale_are_the_worlds_and_a_fault_beside_them_is_not() {
    let shop = worldly();
    let mut world = vec!["--against", "1.4"];
    for set in [
        "browser.now=2026-03-07T23:30:00Z",
        "browser.timezone=Asia/Tokyo",
        "browser.locale=de-DE",
        "browser.scale=2",
    ] {
        world.extend(["--set", set]);
    }
    let (answer, same) = shop.night("n1", "", &[&world[..], &["--build", "1.5"]].concat());
    assert_eq!((answer.code, split(&same)), (Some(3), (0, 1)), "{:#?}", found(&same));
    assert_eq!(verdict(&same, "orders"), "inconclusive");

    let (answer, worse) = shop.night("n2", "", &[&world[..], &["--build", "worse"]].concat());
    assert_eq!((answer.code, split(&worse)), (Some(1), (1, 1)), "{:#?}", found(&worse));
    assert!(found(&worse)[0].1.contains("18"), "{:#?}", found(&worse));
}

/// Fonts of which every family is the one that this machine has for monospace.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <match target="pattern">
    <edit name="family" mode="assign" binding="strong"><string>monospace</string></edit>
  </match>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
"#;

/// The file of the font that this machine has for a family.
fn font(family: &str) -> Vec<u8> {
    let answer = std::process::Command::new("fc-match").args(["-f", "%{file}", family]).output();
    answer.expect("fontconfig is there").stdout
}

#[test]
fn other_fonts_are_the_worlds_and_a_fault_beside_them_is_not() {
    let shop = worldly();
    shop.suite.write("fonts.conf", FONTS);
    let file = shop.suite.root().join("fonts.conf").display().to_string();
    let fonts = ("FONTCONFIG_FILE", file.as_str());
    let (answer, same) = shop.night_with("n1", fonts, &["--against", "1.4", "--build", "1.5"]);
    // With one font for everything there is no other world.
    let differ = usize::from(font("sans-serif") != font("monospace"));
    assert_eq!(split(&same), (0, differ), "{answer:#?} {:#?}", found(&same));

    let (answer, worse) = shop.night_with("n2", fonts, &["--against", "1.4", "--build", "worse"]);
    let (regressed, world) = split(&worse);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(regressed > 0 && world <= differ, "{:#?}", found(&worse));
    assert!(found(&worse)[0].1.contains("18"), "{:#?}", found(&worse));
}

#[test]
#[ignore = "it times a page and a command, so nothing else may run beside it"]
fn what_takes_longer_than_on_the_control_is_told_too() {
    let shop = pages();
    let slow = ["keep-the-pace", "--build", "slow-page,slow-command", "--against", "sound"];
    let times = ["--set", "night.measure=4"];
    let (answer, night) = shop.night("n1", "", &[&slow[..], &times].concat());
    assert_eq!(answer.code, Some(0), "a slowdown decides nothing: {answer:#?}");
    let findings = night["findings"].as_array().expect("findings").iter();
    let mut slower: Vec<_> = findings
        .map(|it| (text(&it["differences"][0]["where"]), text(&it["slowdown"]["beside"])))
        .collect();
    slower.sort();
    let than = |place: &str| (place.to_owned(), "shop sound".to_owned());
    assert_eq!(slower, [than("/pace/stock"), than("shopctl products")], "{night:#}");
}

#[test]
fn a_control_that_dies_midway_is_said_and_harms_nothing() {
    let shop = pages();
    let (first, _) = shop.night("n0", "", &["buy-things", "--accept-new", "--no-settle"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let (answer, night) = shop.night("n1", "", &["buy-things", "--against", "server-crash"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(
        (verdict(&night, "buy-things"), found(&night)),
        ("unchanged".to_owned(), Vec::new())
    );
    let facets = &night["facets_judged"];
    assert!(facets["baseline"].as_u64() > Some(0) && facets["both"] == 0, "{facets:#}");
    let problems = night["night"]["control"]["problems"].as_array().expect("problems");
    assert!(text(&problems[0]).contains("it ended with"), "{problems:#?}");
}

#[test]
fn a_server_that_runs_already_is_a_control_too() {
    let shop = pages();
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("an address").port()
    };
    let work = shop.suite.folder().join("running");
    std::fs::create_dir(&work).expect("made");
    std::fs::copy(shop.suite.root().join("data/shop.json"), work.join("shop.json")).expect("data");
    let mut server = std::process::Command::new(shop.suite.folder().join("bin/shopd"))
        .args(["--port", &port.to_string()])
        .current_dir(&work)
        .spawn()
        .expect("the server starts");
    let url = format!("http://127.0.0.1:{port}");
    let against = ["look-around", "command-line", "--against-url", &url, "--build"];
    let (answer, same) = shop.night("n1", "", &[&against[..], &["sound"]].concat());
    let (caught, worse) = shop.night("n2", "", &[&against[..], &["heading-wrong"]].concat());
    server.kill().expect("it ends");
    server.wait().expect("it has ended");
    assert_eq!((answer.code, found(&same)), (Some(0), Vec::new()), "{answer:#?}");
    let by: Vec<_> = same["scenarios"].as_array().expect("some").iter().collect();
    let by: Vec<_> = by.iter().map(|it| (text(&it["id"]), text(&it["judged_by"]))).collect();
    assert!(by.contains(&("look-around".to_owned(), "control".to_owned())), "{by:?}");
    assert!(by.contains(&("command-line".to_owned(), "none".to_owned())), "{by:?}");
    assert_eq!(same["night"]["control"]["build"], url.as_str());
    assert_eq!(caught.code, Some(1), "{caught:#?}");
    assert_eq!(worse["findings"][0]["differences"][0]["where"], "/");
}

/// What the ledger says of attempts, in its order: scenario and purpose.
fn attempts(shop: &Shop, night: &str) -> Vec<(String, String)> {
    let ledger = shop.suite.root().join("reports/nights").join(night).join("ledger.jsonl");
    let ledger = std::fs::read_to_string(ledger).expect("a ledger");
    let lines = ledger.lines().map(|it| serde_json::from_str::<Value>(it).expect("a line"));
    let started = lines.filter(|it| it["event"]["type"] == "attempt-started");
    let said = |it: &Value| match it["event"]["purpose"].as_str() {
        Some(purpose) => purpose.to_owned(),
        None => "judging".to_owned(),
    };
    started.map(|it| (text(&it["event"]["scenario"]), said(&it))).collect()
}

#[test]
fn before_a_deadline_what_differs_has_its_control_at_once_and_the_rest_waits() {
    let shop = Shop::new();
    shop.suite.write(
        "scenarios/aaa.yaml",
        "scenario: aaa\nsteps:\n  - run: tool check\n    snapshot: check\n",
    );
    shop.accept(&[]);
    let worse = ["--build", "worse", "--against", "1.4", "--retries", "0", "-j", "1"];
    let order = |night: &str| -> Vec<String> {
        let all = attempts(&shop, night).into_iter();
        all.map(|(scenario, purpose)| format!("{scenario} {purpose}")).collect()
    };
    let (_, night) = shop.night("n1", "Monday", &[&worse[..], &["--budget", "30m"]].concat());
    assert_eq!(night["night"]["control"]["scenarios"], 3);
    // Which scenario comes first hangs on how long each took the night before.
    let mut all = order("n1");
    let differs = all.iter().position(|it| it == "orders judging").expect("it ran");
    let own: Vec<String> = all.drain(differs..differs + 3).collect();
    assert_eq!(own, ["orders judging", "orders control", "orders control"]);
    all[..2].sort();
    all[2..].sort();
    assert_eq!(all, ["aaa judging", "check judging", "aaa control", "check control"]);
    let (_, _) = shop.night("n2", "Monday", &worse);
    assert_eq!(order("n2")[..3], ["aaa judging", "aaa control", "check judging"]);
}

#[test]
fn a_control_that_takes_too_long_is_given_up_and_the_night_goes_on() {
    let shop = Shop::new();
    for id in ["a", "b", "c", "d"] {
        shop.suite.write(
            &format!("scenarios/{id}.yaml"),
            &format!(
                "scenario: {id}\ntimeout: 2s\nsteps:\n  - run: tool wait\n    snapshot: check\n"
            ),
        );
    }
    shop.accept(&[]);
    let slow = ["a", "b", "c", "d", "--build", "1.5", "--against", "sleeps", "-j", "1"];
    let (answer, night) = shop.night("n1", "Monday", &slow);
    assert_eq!((answer.code, found(&night)), (Some(0), Vec::new()), "{answer:#?}");
    let control = &night["night"]["control"];
    assert_eq!((&control["runs"], &control["scenarios"]), (&json!(3), &json!(3)));
    let problems = control["problems"].as_array().expect("problems").iter().map(text);
    let problems: Vec<String> = problems.collect();
    assert!(problems.iter().any(|it| it.contains("given up after 3 runs")), "{problems:#?}");
    assert!(problems[0].contains("came as far as step 1 of a"), "{problems:#?}");
}

#[test]
fn what_a_control_would_cost_is_said_without_running_anything() {
    let shop = Shop::new();
    shop.accept(&[]);
    let asked = ["run", "--dry-run", "--build", "1.5", "--against", "last-good"];
    let answer = shop.run_in("Monday", &asked);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let said = "control: tool last-good for up to 2 scenarios, once, and twice where something";
    assert!(answer.stderr.contains(said), "{answer:#?}");
    let (answer, night) = shop.night("n1", "Monday", &["--build", "1.5", "--against", "last-good"]);
    assert!(answer.stderr.contains("control: tool 1.4 for up to 2 scenarios"), "{answer:#?}");
    assert_eq!(night["night"]["control"]["build"], "1.4");
}
