//! Every fault of the fixture product is caught and named with its page or command, and the shop
//! without faults is silent.
//!
//! The baselines are made once, from the shop without faults. One night then meets each fault in the
//! one scenario that walks by, as a variant with a test of its own: some of each class with each
//! change, all of them by `just faults`. `just detection` takes every scenario that comes by a fault.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, package, text, verdicts};
use crate::variants::{Variant, Variants};

/// The suite of the shop, with baselines of the shop without faults.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(SuiteCopy::of_the_accepted_shop)
}

/// The tests that this run was asked for, as libtest matches them.
fn wanted() -> Vec<&'static (&'static str, &'static str, &'static str)> {
    let (switches, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|it| it.starts_with('-'));
    let said = |switch: &str| switches.iter().any(|it| it == switch);
    let first = if said("--ignored") { &[] } else { FAULTS };
    let then = if said("--ignored") || said("--include-ignored") { OTHERS } else { &[] };
    let is_named = |test: &str| {
        let name = format!("faults::{test}");
        words.iter().any(|it| name.contains(it.as_str()))
    };
    let all = || first.iter().chain(then);
    // A word that names none of them is the value of some switch.
    let named: Vec<_> = all().filter(|it| is_named(it.0)).collect();
    if named.is_empty() { all().collect() } else { named }
}

/// One night over the wanted faults, each in the one scenario that walks by.
fn night() -> &'static Variants {
    static NIGHT: OnceLock<Variants> = OnceLock::new();
    static FOLDER: OnceLock<SuiteCopy> = OnceLock::new();
    NIGHT.get_or_init(|| {
        let folder = FOLDER.get_or_init(SuiteCopy::empty).folder();
        let variants: Vec<Variant> =
            wanted().into_iter().map(|(_, fault, scenario)| variant(fault, scenario)).collect();
        Variants::run(accepted(), &variants, &folder.join("night"))
    })
}

fn variant(fault: &str, scenario: &str) -> Variant {
    let memory = accepted().folder().join(format!("memory-{fault}"));
    std::fs::create_dir_all(&memory).expect("made");
    Variant {
        name: fault.to_owned(),
        scenario: scenario.to_owned(),
        environment: vec![
            ("SHOP_FAULT".to_owned(), fault.to_owned()),
            ("SHOP_MEMORY".to_owned(), memory.display().to_string()),
        ],
        // One attempt is enough to see a fault that is always there.
        retries: u32::from(is_flaky(fault)),
    }
}

fn is_flaky(fault: &str) -> bool {
    listed().iter().any(|it| it["name"] == fault && it["class"] == "flaky")
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

fn caught(fault: &str, scenario: &str) {
    let listed = listed().iter().find(|it| it["name"] == fault).expect("the shop has this fault");
    let report = night().judge(fault, &[scenario]);
    let findings = report["findings"].as_array().expect("findings");
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
    let flaky = is_flaky(fault);
    let expected = if flaky { "flaky" } else { "regressed" };
    assert!(findings.iter().all(|it| it["verdict"] == expected), "{told:#?}");
    let decision = if flaky { "pass" } else { "fail" };
    assert_eq!(report["gate"]["decision"], decision, "only a regression fails the gate");
}

#[test]
fn the_shop_without_faults_is_silent() {
    let suite = SuiteCopy::empty();
    copy_folder(accepted().folder(), suite.folder());
    let answer = suite.run(&["run", "--no-pdf", "--out", "../night"]);
    let night = night_json(&suite.folder().join("night"));
    let loud: Vec<_> =
        verdicts(&night).into_iter().filter(|(_, verdict)| verdict != "unchanged").collect();
    assert_eq!(loud, [], "{:#}", night["findings"]);
    assert_eq!(night["findings"], serde_json::json!([]));
    assert_eq!(answer.code, Some(0));
}

/// One test a fault, and one that none is forgotten.
macro_rules! faults {
    (
        with each change { $($test:ident: $fault:literal in $scenario:literal,)* }
        on demand { $($other:ident: $its_fault:literal in $its_scenario:literal,)* }
    ) => {
        const FAULTS: &[(&str, &str, &str)] = &[$((stringify!($test), $fault, $scenario)),*];
        const OTHERS: &[(&str, &str, &str)] =
            &[$((stringify!($other), $its_fault, $its_scenario)),*];

        $(#[test]
        fn $test() {
            caught($fault, $scenario);
        })*

        $(#[test]
        #[ignore = "others of its class are met with each change; `just faults` meets all"]
        fn $other() {
            caught($its_fault, $its_scenario);
        })*

        #[test]
        fn every_fault_of_the_shop_has_a_test() {
            let tested = BTreeSet::from([$($fault.to_owned(),)* $($its_fault.to_owned(),)*]);
            // Those of the terminal and of exports have tests of their own, in `terminal` and `files`.
            let here = |it: &&Value| it["switch"] == "SHOP_FAULT" && it["class"] != "terminal";
            let known: BTreeSet<_> =
                listed().iter().filter(here).map(|it| text(&it["name"])).collect();
            assert_eq!(tested, known);
        }

        #[test]
        fn each_class_of_faults_is_met_with_each_change() {
            let class = |fault: &str| {
                let of = listed().iter().find(|it| it["name"] == fault).expect("a known fault");
                text(&of["class"])
            };
            let met: BTreeSet<_> = FAULTS.iter().map(|it| class(it.1)).collect();
            let others: BTreeSet<_> = OTHERS.iter().map(|it| class(it.1)).collect();
            assert!(others.is_subset(&met), "{others:?} {met:?}");
        }
    };
}

faults! {
    // At least one of each class.
    with each change {
        text_typo_is_caught: "text-typo" in "look-around",
        title_wrong_is_caught: "title-wrong" in "browse-orders",
        total_wrong_is_caught: "total-wrong" in "buy-things",
        button_missing_is_caught: "button-missing" in "buy-things",
        label_lost_is_caught: "label-lost" in "refuse-a-stranger",
        link_dead_is_caught: "link-dead" in "look-around",
        link_target_wrong_is_caught: "link-target-wrong" in "page-and-command",
        status_500_is_caught: "status-500" in "look-around",
        console_error_is_caught: "console-error" in "look-around",
        js_exception_is_caught: "js-exception" in "search",
        stylesheet_missing_is_caught: "stylesheet-missing" in "look-around",
        order_reversed_is_caught: "order-reversed" in "browse-orders",
        last_page_lost_is_caught: "last-page-lost" in "browse-orders",
        validation_lost_is_caught: "validation-lost" in "buy-things",
        redirect_loop_is_caught: "redirect-loop" in "look-around",
        cookie_lost_is_caught: "cookie-lost" in "buy-things",
        cart_loses_line_is_caught: "cart-loses-line" in "buy-things",
        encoding_wrong_is_caught: "encoding-wrong" in "browse-orders",
        escaping_lost_is_caught: "escaping-lost" in "search",
        dialog_missing_is_caught: "dialog-missing" in "look-around",
        server_crash_is_caught: "server-crash" in "buy-things",
        flaky_once_is_caught: "flaky-once" in "look-around",
        exit_code_is_caught: "exit-code" in "command-line",
        stderr_noise_is_caught: "stderr-noise" in "command-line",
        help_changed_is_caught: "help-changed" in "command-line",
        json_type_is_caught: "json-type" in "command-line",
        file_not_written_is_caught: "file-not-written" in "command-line",
        dark_ignored_is_caught: "dark-ignored" in "windows-and-frames",
        drop_lost_is_caught: "drop-lost" in "use-the-board",
        slider_stuck_is_caught: "slider-stuck" in "make-wishes",
        rows_end_early_is_caught: "rows-end-early" in "look-through-stock",
        copy_lost_is_caught: "copy-lost" in "work-at-the-desk",
        download_misnamed_is_caught: "download-misnamed" in "work-at-the-desk",
        shortcut_lost_is_caught: "shortcut-lost" in "work-at-the-desk",
        gallery_icon_missing_is_caught: "gallery-icon-missing" in "look-at-the-gallery",
        price_cell_wrong_is_caught: "price-cell-wrong" in "read-the-prices",
        policy_lost_is_caught: "policy-lost" in "read-the-rules",
        form_astray_is_caught: "form-astray" in "sign-the-guestbook",
        lang_wrong_is_caught: "lang-wrong" in "visit-the-house",
        key_renamed_is_caught: "key-renamed" in "visit-the-house",
        write_twice_is_caught: "write-twice" in "visit-the-house",
        text_faint_is_caught: "text-faint" in "read-the-hours",
        focus_lost_is_caught: "focus-lost" in "read-the-hours",
    }
    // The others of their class, which would take twice as long again.
    on demand {
        count_wrong_is_caught: "count-wrong" in "browse-orders",
        button_disabled_is_caught: "button-disabled" in "buy-things",
        overlap_is_caught: "overlap" in "look-around",
        link_unsafe_is_caught: "link-unsafe" in "read-the-rules",
        status_200_for_missing_is_caught: "status-200-for-missing" in "look-around",
        popup_exception_is_caught: "popup-exception" in "windows-and-frames",
        image_missing_is_caught: "image-missing" in "buy-things",
        help_lost_is_caught: "help-lost" in "sign-the-guestbook",
        required_lost_is_caught: "required-lost" in "sign-the-guestbook",
        detour_is_caught: "detour" in "read-the-hours",
        cookie_exposed_is_caught: "cookie-exposed" in "visit-the-house",
        command_crash_is_caught: "command-crash" in "command-line",
        file_left_behind_is_caught: "file-left-behind" in "command-line",
        choice_missing_is_caught: "choice-missing" in "make-wishes",
        price_columns_swapped_is_caught: "price-columns-swapped" in "read-the-prices",
        stock_rows_reordered_is_caught: "stock-rows-reordered" in "command-line",
        cache_public_is_caught: "cache-public" in "read-the-rules",
        reference_broken_is_caught: "reference-broken" in "read-the-hours",
        icon_unnamed_is_caught: "icon-unnamed" in "read-the-hours",
        focus_trapped_is_caught: "focus-trapped" in "read-the-hours",
        tooltip_lost_is_caught: "tooltip-lost" in "use-the-board",
        notice_stuck_is_caught: "notice-stuck" in "close-the-news/yes",
        heading_wrong_is_caught: "heading-wrong" in "look-around",
        price_wrong_is_caught: "price-wrong" in "buy-things",
        button_hidden_is_caught: "button-hidden" in "buy-things",
        option_missing_is_caught: "option-missing" in "browse-orders",
        name_from_tooltip_is_caught: "name-from-tooltip" in "buy-things",
        heading_level_is_caught: "heading-level" in "look-around",
        link_missing_is_caught: "link-missing" in "look-around",
        rejection_is_caught: "rejection" in "look-around",
        fetch_fails_is_caught: "fetch-fails" in "look-around",
        colour_faint_is_caught: "colour-faint" in "look-around",
        sort_ignored_is_caught: "sort-ignored" in "browse-orders",
        page_repeats_is_caught: "page-repeats" in "browse-orders",
        filter_ignored_is_caught: "filter-ignored" in "browse-orders",
        default_wrong_is_caught: "default-wrong" in "change-settings",
        redirect_wrong_is_caught: "redirect-wrong" in "change-settings",
        sign_out_fails_is_caught: "sign-out-fails" in "change-settings",
        write_lost_is_caught: "write-lost" in "change-settings",
        double_escaped_is_caught: "double-escaped" in "search",
        search_stale_is_caught: "search-stale" in "search",
        csv_separator_is_caught: "csv-separator" in "command-line",
        column_missing_is_caught: "column-missing" in "command-line",
        frame_label_lost_is_caught: "frame-label-lost" in "windows-and-frames",
        leaving_unasked_is_caught: "leaving-unasked" in "windows-and-frames",
        add_lost_is_caught: "add-lost" in "page-and-command",
        sort_lost_is_caught: "sort-lost" in "use-the-board",
        context_menu_lost_is_caught: "context-menu-lost" in "use-the-board",
        double_click_lost_is_caught: "double-click-lost" in "use-the-board",
        control_click_lost_is_caught: "control-click-lost" in "use-the-board",
        choice_lost_is_caught: "choice-lost" in "make-wishes",
        branch_stuck_is_caught: "branch-stuck" in "make-wishes",
        month_stuck_is_caught: "month-stuck" in "make-wishes",
        reviews_end_early_is_caught: "reviews-end-early" in "look-through-stock",
        paste_lost_is_caught: "paste-lost" in "work-at-the-desk",
        chooser_lost_is_caught: "chooser-lost" in "work-at-the-desk",
        drop_zone_lost_is_caught: "drop-zone-lost" in "work-at-the-desk",
        paging_endless_is_caught: "paging-endless" in "page-through",
        gallery_foot_moved_is_caught: "gallery-foot-moved" in "look-at-the-gallery",
        gallery_banner_is_caught: "gallery-banner" in "look-at-the-gallery",
        gallery_chart_wrong_is_caught: "gallery-chart-wrong" in "look-at-the-gallery",
        gallery_colour_is_caught: "gallery-colour" in "look-at-the-gallery",
        gallery_letters_pale_is_caught: "gallery-letters-pale" in "look-at-the-gallery",
        tax_wrong_is_caught: "tax-wrong" in "tax-by-country",
        price_column_gone_is_caught: "price-column-gone" in "read-the-prices",
        price_rows_reordered_is_caught: "price-rows-reordered" in "read-the-prices",
        price_link_astray_is_caught: "price-link-astray" in "read-the-prices",
        stock_cell_wrong_is_caught: "stock-cell-wrong" in "command-line",
        stock_columns_swapped_is_caught: "stock-columns-swapped" in "command-line",
        link_astray_is_caught: "link-astray" in "read-the-rules",
        link_same_tab_is_caught: "link-same-tab" in "read-the-rules",
        framing_allowed_is_caught: "framing-allowed" in "read-the-rules",
        form_shown_is_caught: "form-shown" in "sign-the-guestbook",
        name_unbounded_is_caught: "name-unbounded" in "sign-the-guestbook",
        mail_as_text_is_caught: "mail-as-text" in "sign-the-guestbook",
        guests_unbounded_is_caught: "guests-unbounded" in "sign-the-guestbook",
        cookie_missing_is_caught: "cookie-missing" in "visit-the-house",
        write_missing_is_caught: "write-missing" in "visit-the-house",
        write_queued_is_caught: "write-queued" in "visit-the-house",
        alt_lost_is_caught: "alt-lost" in "read-the-hours",
        id_twice_is_caught: "id-twice" in "read-the-hours",
        label_astray_is_caught: "label-astray" in "read-the-hours",
        tab_order_is_caught: "tab-order" in "read-the-hours",
        veiled_link_is_caught: "veiled-link" in "read-the-hours",
    }
}
