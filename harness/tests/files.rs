//! Files that commands write are compared as what they are: each kind of export of the fixture shop
//! has a fault that is found at its place, and exports that only differ by their nature are silent.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, package, text};

/// The shop's suite with baselines of its exports.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(|| {
        let suite = SuiteCopy::of_the_shop();
        let answer = suite.run(&[
            "run",
            "exports",
            "--accept-new",
            "--no-settle",
            "--no-pdf",
            "--out",
            "../first",
        ]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        suite
    })
}

/// A night of the exports with these faults, over a copy of the accepted suite.
fn night(faults: &[&str]) -> (Option<i32>, Value) {
    let suite = SuiteCopy::empty();
    let accepted = accepted().root();
    copy_folder(accepted.parent().expect("a folder above the suite"), suite.folder());
    let switch = format!("products.shop.env.EXPORT_FAULT={}", faults.join(","));
    let mut all = vec!["run", "exports", "--no-pdf", "--retries", "0", "--out", "../night"];
    if !faults.is_empty() {
        all.extend(["--set", &switch]);
    }
    let answer = suite.run(&all);
    (answer.code, night_json(&suite.folder().join("night")))
}

/// The titles of the findings, sorted.
fn titles(night: &Value) -> Vec<String> {
    let findings = night["findings"].as_array().expect("findings");
    let mut titles: Vec<String> = findings.iter().map(|it| text(&it["title"])).collect();
    titles.sort();
    titles
}

#[test]
fn exports_that_differ_by_their_nature_only_are_silent() {
    for _ in 0..3 {
        let (code, night) = night(&[]);
        assert_eq!(titles(&night), Vec::<String>::new());
        assert_eq!(code, Some(0));
    }
}

#[test]
fn pictures_have_baselines_of_their_own_that_no_machine_is_part_of() {
    let snapshots = accepted().root().join("scenarios/snapshots");
    for picture in ["png.chart.png", "pdf.report.pdf.page-1", "pdf.report.pdf.page-2"] {
        for ending in ["", ".png"] {
            let file = snapshots.join(format!("exports@{picture}.image~file.snap{ending}"));
            assert!(file.is_file(), "{}", file.display());
        }
    }
}

/// The faults of one night, one in each file, are as many findings with exactly these titles.
fn found(faults: &[(&str, &str)]) {
    let names: Vec<&str> = faults.iter().map(|it| it.0).collect();
    let (code, night) = night(&names);
    let mut expected: Vec<&str> = faults.iter().map(|it| it.1).collect();
    expected.sort_unstable();
    assert_eq!(titles(&night), expected);
    assert_eq!(code, Some(1));
}

#[test]
fn one_changed_thing_in_a_file_of_each_kind_is_named_at_its_place() {
    found(&[
        ("cell", "orders.csv: row 7, \"total\" 17800 → 17801"),
        ("value", "orders.json: /orders/3/total 250 → 251"),
        ("line", "orders.jsonl: #3 /state \"shipped\" → \"lost\""),
        (
            "attribute",
            "orders.xml: \"<order country=\"GB\" id=\"5\">\" → \"<order country=\"XX\" id=\"5\">\"",
        ),
        ("element", "orders.html: \"<h1> Orders\" → \"<h2> Orders\""),
        ("block", "chart.png looks different in 1 region"),
        ("page", "report.pdf: page 2: \"In all 5161.50\" → \"In all 5162.50\""),
        ("entry", "backup.zip: entry data.json: /count 45 → 46 (and 2 more commands)"),
        ("packed", "names.txt.gz: entry names.txt: \"1 Daichi Sato\" → \"1 Nobody\""),
        ("row-lost", "orders.db: table orders: row 12 is gone"),
        ("byte", "key.bin: its bytes changed, not how many they are"),
    ]);
}

#[test]
fn what_is_lost_drawn_over_or_something_else_is_named_too() {
    found(&[
        ("column", "orders.csv: column \"country\" is gone"),
        ("error-page", "orders.json: JSON → HTML, no JSON, as its name says"),
        ("cut", "chart.png: PNG picture, 120 × 80 pixels → broken PNG"),
        ("line-drawn", "report.pdf: page 1 looks different in 1 region"),
        (
            "inner",
            "backup.zip: entry orders.csv: row 5, \"customer\" Ada Lovelace → Ada Byron (and 2 more commands)",
        ),
        ("row-changed", "orders.db: table orders: row 7, \"customer\" 'Aroha Ngata' → 'Nobody'"),
    ]);
}

#[test]
fn a_lost_entry_and_another_schema_are_named() {
    found(&[
        ("entry-lost", "backup.zip: entry notes.txt is gone (and 2 more commands)"),
        ("schema", "orders.db: table orders …total INTEGER) → …total INTEGER, note TEXT)"),
    ]);
}

#[test]
fn the_example_of_the_guide_runs() {
    let guide = std::fs::read_to_string(package().join("docs/guide/files.md")).expect("the guide");
    let example = guide.split("```yaml\n").nth(1).and_then(|it| it.split("```").next());
    let suite = SuiteCopy::of_the_shop();
    let file = suite.root().join("scenarios/example.yaml");
    std::fs::write(file, example.expect("an example")).expect("written");
    for _ in 0..2 {
        let answer = suite.run(&[
            "run",
            "exports-in-every-kind",
            "--accept-new",
            "--no-settle",
            "--no-pdf",
            "--retries",
            "0",
        ]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }
}
