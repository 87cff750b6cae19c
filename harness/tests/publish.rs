//! Nights that are put where others read them.

mod storage;

use crate::support::{SuiteCopy, night_json, text};

/// A suite with one scenario, whose reports are put somewhere.
fn suite(publish: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    let config = format!("products:\n  tool: {{}}\nreport: {{ publish: {publish} }}\n");
    suite.write("nightshift.yaml", &config);
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: echo hello\n");
    suite.write("scenarios/b.yaml", "scenario: b\nsteps:\n  - shell: echo hello\n");
    suite
}

#[test]
fn each_night_is_put_into_the_folder_with_a_page_of_all_and_its_link_is_told() {
    let suite = suite("{ folder: public, link: 'https://reports.example/${night}/index.html' }");
    let night = suite.run(&["run", "--no-pdf", "--id", "first", "--out", "night"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    assert!(night.stdout.contains("published: "), "{night:#?}");
    let public = suite.root().join("public");
    let page = std::fs::read_to_string(public.join("index.html")).expect("a page");
    assert!(page.contains("first/index.html"), "{page}");
    let own = night_json(&public.join("first"));
    assert_eq!(own, night_json(&suite.root().join("night")));
    let verified = suite.run(&["verify", "public/first"]);
    assert_eq!(verified.code, Some(0), "the copy is whole: {verified:#?}");

    suite.write(
        "nightshift.yaml",
        "products:\n  tool: {}\nnotify: { webhook: 'http://127.0.0.1:9' }\n\
         report: { publish: { folder: public, link: 'https://reports.example/${night}/' } }\n",
    );
    let told = suite.run(&["notify", "night", "--dry-run"]);
    let body: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(text(&body["link"]), "https://reports.example/first/");
}

#[test]
fn a_report_that_cannot_be_published_is_told_and_the_gate_is_as_it_was() {
    let fails = "sh -c 'echo no room >&2; exit 7'";
    let suite = suite(&format!("{{ command: \"{fails}\", link: 'https://x.example/' }}"));
    let night = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    let why = "not published: its command ended with exit 7: no room";
    assert!(night.stderr.contains(why), "{night:#?}");
    let again = suite.run(&["publish", "night"]);
    assert_eq!(again.code, Some(1), "{again:#?}");

    let config = "products:\n  tool: {}\nnotify: { webhook: 'http://127.0.0.1:9' }\n\
                  report: { publish: { command: 'true', link: 'https://x.example/' } }\n";
    suite.write("nightshift.yaml", config);
    let told = suite.run(&["notify", "night", "--dry-run"]);
    let body: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(body["link"], serde_json::Value::Null, "nobody is sent where nothing is");
    let said = told.stdout;
    assert!(said.contains("The report could not be published: its command ended"), "{said}");
    let mended = suite.run(&["publish", "night"]);
    assert_eq!(mended.code, Some(0), "{mended:#?}");
    let told = suite.run(&["notify", "night", "--dry-run"]);
    assert!(told.stdout.contains("https://x.example/"), "{told:#?}");
}

#[test]
fn that_it_cannot_be_noted_hides_neither_that_it_is_there_nor_why_it_is_not() {
    let suite = suite("public");
    suite.run(&["run", "--no-pdf", "--id", "first", "--out", "night"]);
    let note = suite.root().join("night/published.json");
    std::fs::remove_file(&note).expect("there was one");
    std::fs::create_dir(&note).expect("made");
    let there = suite.run(&["publish", "night"]);
    assert_eq!(there.code, Some(0), "{there:#?}");
    assert!(there.stdout.contains("published: "), "{there:#?}");
    assert!(there.stderr.contains("messages will not link to it: cannot write"), "{there:#?}");
    let config = "products:\n  tool: {}\nreport: { publish: { command: \"sh -c 'exit 7'\" } }\n";
    suite.write("nightshift.yaml", config);
    let not = suite.run(&["publish", "night"]);
    assert_eq!(not.code, Some(1), "{not:#?}");
    assert!(not.stderr.contains("not published: its command ended with exit 7"), "{not:#?}");
}

#[test]
fn parts_of_a_night_are_published_as_the_night_that_is_made_of_them() {
    let suite = suite("public");
    for part in ["1/2", "2/2"] {
        let out = format!("part-{}", &part[..1]);
        let part = suite.run(&["run", "--no-pdf", "--shard", part, "--out", &out]);
        assert_eq!(part.code, Some(0), "{part:#?}");
    }
    assert!(!suite.root().join("public").exists(), "a part is no night");
    let whole = suite.run(&["merge", "part-1", "part-2", "--out", "whole", "--no-pdf"]);
    assert_eq!(whole.code, Some(0), "{whole:#?}");
    let id = text(&night_json(&suite.root().join("whole"))["night"]["id"]);
    assert!(suite.root().join("public").join(id).join("index.html").is_file());

    suite.write("nightshift.yaml", "products:\n  tool: {}\nreport: { publsh: public }\n");
    let unread = suite.run(&["merge", "part-1", "part-2", "--out", "again", "--no-pdf"]);
    assert_eq!(unread.code, Some(0), "{unread:#?}");
    assert!(unread.stderr.contains("the suite cannot be read"), "{unread:#?}");
    assert!(unread.stderr.contains("publsh"), "it says why: {unread:#?}");
    assert!(!unread.stderr.contains("not published"), "nobody knows: {unread:#?}");
}

#[test]
fn a_suite_that_publishes_nothing_says_how() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: echo hello\n");
    let night = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert!(!night.stdout.contains("published"), "{night:#?}");
    let answer = suite.run(&["publish", "night"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("report: { publish: /srv/nights }"), "{answer:#?}");
}
