//! Files that commands write are compared as what they are: each kind of export of the fixture shop
//! has a fault that is found at its place, and exports that only differ by their nature are silent.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, text};

/// The shop's suite with baselines of its exports.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(|| {
        let suite = SuiteCopy::of_the_shop();
        let answer =
            suite.run(&["run", "exports", "--accept-new", "--no-pdf", "--out", "../first"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        suite
    })
}

/// A night of the exports with a fault, over a copy of the accepted suite.
fn night(fault: &str) -> (SuiteCopy, Option<i32>, Value) {
    let suite = SuiteCopy::empty();
    let accepted = accepted().root();
    copy_folder(accepted.parent().expect("a folder above the suite"), suite.folder());
    let switch = format!("products.shop.env.EXPORT_FAULT={fault}");
    let mut all = vec!["run", "exports", "--no-pdf", "--retries", "0", "--out", "../night"];
    if !fault.is_empty() {
        all.extend(["--set", &switch]);
    }
    let answer = suite.run(&all);
    let report = night_json(&suite.folder().join("night"));
    (suite, answer.code, report)
}

/// The titles of the findings.
fn titles(night: &Value) -> Vec<String> {
    night["findings"].as_array().expect("findings").iter().map(|it| text(&it["title"])).collect()
}

#[test]
fn exports_that_differ_by_their_nature_only_are_silent() {
    for _ in 0..3 {
        let (_, code, night) = night("");
        assert_eq!(titles(&night), [String::new(); 0]);
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

/// One test a fault: its title, exactly, and that it is one finding.
macro_rules! faults {
    ($($test:ident: $fault:literal is $title:literal,)*) => {
        $(#[test]
        fn $test() {
            let (_suite, code, night) = night($fault);
            assert_eq!(titles(&night), [$title], "{:#}", night["findings"]);
            assert_eq!(code, Some(1));
        })*
    };
}

faults! {
    a_cell_is_named: "cell" is "orders.csv: row 7, \"total\" 5900 → 5901",
    a_column_is_named: "column" is "orders.csv: column \"country\" is gone",
    a_json_value_is_named: "value" is "orders.json: /orders/3/total 500 → 501",
    a_json_line_is_named: "line" is "orders.jsonl: #3 /state \"shipped\" → \"lost\"",
    an_attribute_is_named: "attribute" is "orders.xml: \"<order country=\"JP\" id=\"5\">\" → \"<order country=\"XX\" id=\"5\">\"",
    an_element_is_named: "element" is "orders.html: \"<h1> Orders\" → \"<h2> Orders\"",
    a_block_of_a_picture_is_named: "block" is "chart.png looks different in 1 region",
    the_text_of_a_page_is_named: "page" is "report.pdf: page 2: \"In all\" → \"In all\"",
    what_is_drawn_on_a_page_is_named: "line-drawn" is "report.pdf: page 1 looks different in 1 region",
    an_entry_is_named: "entry" is "backup.zip: entry data.json: /count 45 → 46",
    a_lost_entry_is_named: "entry-lost" is "backup.zip: entry notes.txt is gone",
    a_cell_in_an_entry_is_named: "inner" is "backup.tar.gz",
    a_packed_text_is_named: "packed" is "names.txt.gz: entry names.txt",
    a_lost_row_is_named: "row-lost" is "orders.db: table orders: row 12 is gone",
    a_changed_row_is_named: "row-changed" is "orders.db: table orders: row 7, \"customer\"",
    a_schema_is_named: "schema" is "orders.db: table orders",
    a_changed_byte_is_named: "byte" is "key.bin",
    a_cut_picture_is_named: "cut" is "chart.png",
    a_page_instead_of_data_is_named: "error-page" is "orders.json",
}
