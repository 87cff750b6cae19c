//! Every fault of the fixture product is caught and named with its page or command, and the shop
//! without faults is silent.
//!
//! The baselines are made once, from the shop without faults. Each fault then has a test of its own
//! over a copy of that suite.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, package, text, verdicts};

/// The suite of the shop, with baselines of the shop without faults.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(|| {
        let suite = SuiteCopy::of_the_shop();
        let answer = suite.run(&["run", "--accept-new", "--no-pdf", "--out", "../first"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        suite
    })
}

/// A night of the shop with a fault, or with none, over a copy of the accepted suite.
fn night(fault: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let suite = SuiteCopy::empty();
    let accepted = accepted().root();
    copy_folder(accepted.parent().expect("a folder above the suite"), suite.folder());
    let setting = format!("products.shop.env.SHOP_FAULT={fault}");
    let mut all = vec!["run", "--no-pdf", "--out", "../night"];
    if !fault.is_empty() {
        all.extend(["--set", &setting]);
    }
    all.extend(arguments);
    let answer = suite.run(&all);
    let report = night_json(&suite.folder().join("night"));
    assert!(answer.code.is_some(), "{answer:#?}");
    (answer.code, report)
}

/// The faults as the shop lists them.
fn listed() -> &'static Vec<Value> {
    static LISTED: OnceLock<Vec<Value>> = OnceLock::new();
    LISTED.get_or_init(|| {
        let program = package().join("harness/tests/fixture/shop.py");
        let output = Command::new("python3").arg(program).arg("faults").output().expect("runs");
        serde_json::from_slice(&output.stdout).expect("a list of faults")
    })
}

/// Where a finding says that something is wrong.
fn places(finding: &Value) -> BTreeSet<String> {
    let differences = finding["differences"].as_array().expect("differences");
    differences.iter().map(|it| text(&it["where"])).collect()
}

fn caught(fault: &str) {
    let listed = listed().iter().find(|it| it["name"] == fault).expect("the shop has this fault");
    let (code, night) = night(fault, &[]);
    let findings = night["findings"].as_array().expect("findings");
    let told: Vec<_> = findings
        .iter()
        .map(|it| format!("{} [{}] {:?}", text(&it["title"]), text(&it["verdict"]), places(it)))
        .collect();
    let place = text(&listed["where"]);
    assert!(
        findings.iter().any(|it| places(it).contains(&place)),
        "{fault} is not found at {place}: {told:#?}"
    );
    assert!(told.len() <= 2, "{fault} is one cause and gave {} findings: {told:#?}", told.len());
    let flaky = text(&listed["class"]) == "flaky";
    let expected = if flaky { "flaky" } else { "regressed" };
    assert!(findings.iter().all(|it| it["verdict"] == expected), "{told:#?}");
    assert_eq!(code, Some(i32::from(!flaky)), "a regression fails the gate, a flaky one does not");
}

#[test]
fn the_shop_without_faults_is_silent() {
    let (code, night) = night("", &[]);
    let loud: Vec<_> =
        verdicts(&night).into_iter().filter(|(_, verdict)| verdict != "unchanged").collect();
    assert_eq!(loud, [], "{:#}", night["findings"]);
    assert_eq!(night["findings"], serde_json::json!([]));
    assert_eq!(code, Some(0));
}

/// One test a fault, and one that none is forgotten.
macro_rules! faults {
    ($($test:ident: $fault:literal,)*) => {
        $(#[test]
        fn $test() {
            caught($fault);
        })*

        #[test]
        fn every_fault_of_the_shop_has_a_test() {
            let tested = BTreeSet::from([$($fault.to_owned()),*]);
            let known: BTreeSet<_> = listed().iter().map(|it| text(&it["name"])).collect();
            assert_eq!(tested, known);
        }
    };
}

faults! {
    text_typo_is_caught: "text-typo",
    heading_wrong_is_caught: "heading-wrong",
    title_wrong_is_caught: "title-wrong",
    price_wrong_is_caught: "price-wrong",
    total_wrong_is_caught: "total-wrong",
    count_wrong_is_caught: "count-wrong",
    button_missing_is_caught: "button-missing",
    button_disabled_is_caught: "button-disabled",
    button_hidden_is_caught: "button-hidden",
    option_missing_is_caught: "option-missing",
    label_lost_is_caught: "label-lost",
    name_from_tooltip_is_caught: "name-from-tooltip",
    heading_level_is_caught: "heading-level",
    link_dead_is_caught: "link-dead",
    link_missing_is_caught: "link-missing",
    link_target_wrong_is_caught: "link-target-wrong",
    status_500_is_caught: "status-500",
    status_200_for_missing_is_caught: "status-200-for-missing",
    console_error_is_caught: "console-error",
    js_exception_is_caught: "js-exception",
    rejection_is_caught: "rejection",
    fetch_fails_is_caught: "fetch-fails",
    image_missing_is_caught: "image-missing",
    stylesheet_missing_is_caught: "stylesheet-missing",
    colour_faint_is_caught: "colour-faint",
    overlap_is_caught: "overlap",
    sort_ignored_is_caught: "sort-ignored",
    order_reversed_is_caught: "order-reversed",
    page_repeats_is_caught: "page-repeats",
    last_page_lost_is_caught: "last-page-lost",
    filter_ignored_is_caught: "filter-ignored",
    validation_lost_is_caught: "validation-lost",
    default_wrong_is_caught: "default-wrong",
    redirect_wrong_is_caught: "redirect-wrong",
    redirect_loop_is_caught: "redirect-loop",
    cookie_lost_is_caught: "cookie-lost",
    sign_out_fails_is_caught: "sign-out-fails",
    write_lost_is_caught: "write-lost",
    cart_loses_line_is_caught: "cart-loses-line",
    encoding_wrong_is_caught: "encoding-wrong",
    escaping_lost_is_caught: "escaping-lost",
    double_escaped_is_caught: "double-escaped",
    dialog_missing_is_caught: "dialog-missing",
    search_stale_is_caught: "search-stale",
    server_crash_is_caught: "server-crash",
    flaky_once_is_caught: "flaky-once",
    exit_code_is_caught: "exit-code",
    stderr_noise_is_caught: "stderr-noise",
    help_changed_is_caught: "help-changed",
    csv_separator_is_caught: "csv-separator",
    json_type_is_caught: "json-type",
    column_missing_is_caught: "column-missing",
    file_not_written_is_caught: "file-not-written",
    file_left_behind_is_caught: "file-left-behind",
    command_crash_is_caught: "command-crash",
    add_lost_is_caught: "add-lost",
}
