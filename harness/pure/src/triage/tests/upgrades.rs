//! What three upgrades of real products taught, each lesson as a small night made by hand; see
//! `docs/design/021-three-upgrades.md`.

use super::*;

#[test]
fn a_page_that_got_a_frame_is_one_finding_over_all_pages_and_not_one_a_line() {
    let mut night = Night::default();
    for index in 0..6 {
        let own = |indent: &str| {
            (0..20).fold(String::new(), |all, row| {
                format!("{all}{indent}- text: line {index} {row}\n")
            })
        };
        let old = format!("- heading \"Shop\" [level=1]\n- navigation \"Main\"\n{}", own(""));
        let foot = if index == 0 { "" } else { "- contentinfo: Help" };
        let new = format!(
            "- banner:\n  - text: Shop\n- navigation \"Main\"\n- main:\n{}{foot}",
            own("  ")
        );
        night.page(&format!("s{index}"), &format!("/p{index}"), &old, &new);
    }
    assert_eq!(
        titles(&judge(&night)),
        [
            "heading \"Shop\" became text \"Shop\"; header, main part and footer \"Help\" are new on /p0 (and all 5 other pages)"
        ]
    );
}

#[test]
fn the_same_words_in_front_of_every_title_are_one_finding() {
    let mut night = Night::default();
    for name in ["Orders", "Customers", "Login"] {
        let (title, place) = (format!("title: {name} | Shop"), format!("/{name}"));
        let seen = format!("title: Error: {name} | Shop");
        night
            .browser_scenario(name, &["page"])
            .baseline(name, "page", FacetKind::Page, title.as_bytes())
            .baseline(name, "watch", FacetKind::Events, b"")
            .begin(name, 1)
            .seen(name, 1, "page", &place, &[(FacetKind::Page, seen.as_bytes())])
            .end(name, 1, Outcome::Completed);
    }
    assert_eq!(
        titles(&judge(&night)),
        ["\"Error\" is added to 3 titles on /Orders (and 2 more pages)"]
    );
}

#[test]
fn steps_that_fail_elsewhere_since_a_button_was_renamed_join_the_rename() {
    let mut night = Night::default();
    night.page("orders", "/orders", "- button \"Apply\"", "- button \"Filter\"");
    for id in ["customers", "products"] {
        let missing = "no such button; nearest: button \"Filter\"";
        night
            .browser_scenario(id, &[])
            .baseline(id, "watch", FacetKind::Events, b"")
            .begin(id, 1)
            .failed(
                id,
                1,
                1,
                &format!("/{id}"),
                (Outcome::Failed, "button \"Apply\", visible", missing),
            )
            .end(id, 1, Outcome::Failed);
    }
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        ["button \"Apply\" became \"Filter\" on /orders (and 2 more pages)"]
    );
    assert_eq!(judgement.findings[0].scenarios, ["orders", "customers", "products"]);
}

#[test]
fn things_that_only_stand_beside_each_other_in_a_change_are_not_told_as_one_that_became_the_other()
{
    let mut night = Night::default();
    night.page(
        "s",
        "/items",
        "- heading \"Items\"\n- link \"Show\" [url=/items]\n- img \"Add\"",
        "- heading \"Items\"\n- button \"Add another Part\"\n- group \"Dates\"",
    );
    assert_eq!(
        titles(&judge(&night)),
        [
            "link \"Show\" and img \"Add\" are gone; button \"Add another Part\" and group \"Dates\" are new on /items"
        ]
    );
}

#[test]
fn an_exception_of_a_script_with_another_hash_is_known_and_a_script_that_is_missing_is_not() {
    let night = |kind: WatchKind, known: &str, message: &str, path: &str| {
        let mut night = Night::default();
        night.browser_scenario("s", &[]).baseline(
            "s",
            "watch",
            FacetKind::Events,
            known.as_bytes(),
        );
        night.begin("s", 1).watch("s", 1, 1, kind, message, path);
        night.end("s", 1, Outcome::Completed);
        judge(&night).gate.decision
    };
    let known = "exception /: TypeError: x is null at /assets/index-DiwrgTda.js:[position]";
    let now = "TypeError: x is null at /assets/index-BNqLX2oP.js:1:2";
    assert_eq!(night(WatchKind::Exception, known, now, "/"), Decision::Pass);
    let other = "TypeError: y is null at /assets/index-BNqLX2oP.js:1:2";
    assert_eq!(night(WatchKind::Exception, known, other, "/"), Decision::Fail);
    let missing = "GET answered 404";
    let asset = "/assets/index-BNqLX2oP.js";
    assert_eq!(night(WatchKind::BadStatus, known, missing, asset), Decision::Fail);
}

#[test]
fn each_finding_shows_the_lines_of_its_own_cause_only() {
    let mut night = Night::default();
    for index in 0..2 {
        let page = |heading: &str, footer: &str| {
            format!(
                "- heading \"{heading}\"\n- text: a {index}\n- text: b\n- text: c\n- contentinfo: {footer}"
            )
        };
        let heading = if index == 0 { "11 rows" } else { "12 rows" };
        let place = format!("/p{index}");
        night.page(&format!("s{index}"), &place, &page("12 rows", "Help"), &page(heading, "Hlep"));
    }
    let judgement = judge(&night);
    let shown: Vec<(&str, &str)> = judgement
        .findings
        .iter()
        .map(|it| {
            let facet = &it.differences[0].facets[0];
            (facet.expected.as_str(), facet.actual.as_str())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("- contentinfo: Help", "- contentinfo: Hlep"),
            ("- heading \"12 rows\"", "- heading \"11 rows\"")
        ]
    );
}

#[test]
fn what_a_command_writes_and_a_later_one_reads_is_one_finding() {
    let mut night = Night::default();
    let old = "a integer,\nb text,\nforeign key(a) references c(id)";
    let new = "a integer references c(id),\nb text";
    let table = |columns: &str| {
        format!("changed shop.db [SQLite]\n    table orders ({})", columns.replace('\n', " "))
    };
    night.command_scenario("s", "shopctl extract", Some("written"));
    let mut again = night.plan.scenarios[0].steps[0].clone();
    again.index = 2;
    if let crate::model::Action::Run(run) = &mut again.action {
        run.snapshot = Some(crate::model::testing::snapshot("read"));
    }
    night.plan.scenarios[0].steps.push(again);
    night.baseline("s", "written", FacetKind::Files, table(old).as_bytes()).baseline(
        "s",
        "read",
        FacetKind::Stdout,
        old.as_bytes(),
    );
    night.plan.baselines[0].algorithm = Some("files/2".to_owned());
    night
        .begin("s", 1)
        .seen("s", 1, "written", "shopctl extract", &[(FacetKind::Files, table(new).as_bytes())])
        .seen(
            "s",
            1,
            "read",
            "shopctl schema",
            &[(FacetKind::Stdout, format!("{new}\n").as_bytes())],
        )
        .end("s", 1, Outcome::Completed);
    let judgement = judge(&night);
    assert_eq!(judgement.findings.len(), 1, "{:#?}", titles(&judgement));
    assert_eq!(judgement.findings[0].differences.len(), 2);
}

#[test]
fn a_command_that_is_refused_with_its_usage_is_one_finding() {
    let mut night = Night::default();
    night
        .command_scenario("report", "shopctl report", Some("out"))
        .baseline("report", "out", FacetKind::Exit, b"0")
        .baseline("report", "out", FacetKind::Stdout, b"all is well")
        .baseline("report", "out", FacetKind::Stderr, b"")
        .begin("report", 1)
        .seen(
            "report",
            1,
            "out",
            "shopctl report",
            &[
                (FacetKind::Exit, b"2"),
                (FacetKind::Stdout, b""),
                (
                    FacetKind::Stderr,
                    b"usage: shopctl [-h] {add,list} ...\nshopctl: error: invalid choice: 'report'\n",
                ),
            ],
        )
        .end("report", 1, Outcome::Completed);
    assert_eq!(titles(&judge(&night)), ["shopctl report exits 2 instead of 0"]);
}

#[test]
fn an_empty_line_at_the_end_is_not_what_a_new_message_is_named_by() {
    let mut night = Night::default();
    let line = "shopctl load broken.json";
    night
        .command_scenario("load", line, Some("out"))
        .baseline("load", "out", FacetKind::Stdout, b"")
        .baseline("load", "out", FacetKind::Stderr, b"Error: not JSON")
        .begin("load", 1)
        .seen(
            "load",
            1,
            "out",
            line,
            &[
                (FacetKind::Stdout, b"\\ ends with \"\\n\""),
                (FacetKind::Stderr, b"Error: not JSON\n\nExpecting a value in line 2"),
            ],
        )
        .end("load", 1, Outcome::Completed);
    assert_eq!(
        titles(&judge(&night)),
        ["shopctl load broken.json newly prints \"Expecting a value in line 2\" on standard error"]
    );
}

#[test]
fn a_link_that_is_new_on_pages_with_other_addresses_is_one_finding() {
    let mut night = Night::default();
    for (index, query) in ["", "?q=tea", "?kind=raw"].into_iter().enumerate() {
        let old = format!("- heading \"Items {index}\"");
        let new = format!("{old}\n- link \"Show counts\" [url=/items?counts={index}&from={query}]");
        night.page(&format!("s{index}"), &format!("/items{query}"), &old, &new);
    }
    assert_eq!(
        titles(&judge(&night)),
        ["link \"Show counts\" is new on /items (and 2 more pages)"]
    );
}

#[test]
fn the_same_edit_of_different_things_is_one_finding() {
    let mut night = Night::default();
    let row = |name: &str| {
        (
            format!("- heading \"{name}\"\n- checkbox\n- textbox \"{name}\""),
            format!(
                "- heading \"{name}\"\n- checkbox \"Select this object for an action - {name}\"\n- textbox \"{name}\" [invalid]"
            ),
        )
    };
    for (index, name) in ["Board", "Cloth", "Kettle"].into_iter().enumerate() {
        let (old, new) = row(name);
        let new = if index == 2 { new.replace(" [invalid]", "") } else { new };
        night.page(&format!("s{index}"), &format!("/p{index}"), &old, &new);
    }
    assert_eq!(
        titles(&judge(&night)),
        [
            "\"Select this object for an action\" is added to 3 checkboxes on /p0 (and 2 more pages)",
            "textbox \"Board\" and textbox \"Cloth\" are now invalid on /p0 (and 1 more page)",
        ]
    );
}

#[test]
fn the_letters_of_icon_fonts_stand_in_no_title() {
    let mut night = Night::default();
    night.page(
        "s",
        "/flows",
        "- heading \"Flows\"",
        "- heading \"Flows\"\n- link \"\u{f05a} info\"",
    );
    assert_eq!(titles(&judge(&night)), ["link \"info\" is new on /flows"]);
}

#[test]
fn a_finding_shows_the_links_that_it_is_about_and_no_others() {
    let mut night = Night::default();
    let (id, place) = ("s", "/items");
    let tree = |save: &str, help: &str| {
        format!(
            "- button \"{save}\"\n- text: a\n- text: b\n- text: c\n- text: d\n- text: e\n- text: f\n- link \"{help}\" [url=/h]"
        )
    };
    let links = |help: &str, more: &str| format!("link \"{help}\": /h\nlink \"More\": /more{more}");
    let (old, new) = (tree("Save", "Help"), tree("Store", "Advice"));
    let (was, is) = (links("Help", ""), links("Advice", "?x"));
    night.page("other", "/other", "- button \"Save\"", "- button \"Store\"");
    night
        .browser_scenario(id, &["page"])
        .baseline(id, "page", FacetKind::Aria, old.as_bytes())
        .baseline(id, "page", FacetKind::Links, was.as_bytes())
        .baseline(id, "watch", FacetKind::Events, b"")
        .begin(id, 1)
        .seen(
            id,
            1,
            "page",
            place,
            &[(FacetKind::Aria, new.as_bytes()), (FacetKind::Links, is.as_bytes())],
        )
        .end(id, 1, Outcome::Completed);
    let judgement = judge(&night);
    let shown: Vec<(&str, Vec<&str>)> = judgement
        .findings
        .iter()
        .map(|it| {
            let own =
                it.differences.iter().filter(|it| it.scenario == id).flat_map(|it| &it.facets);
            let links = own.filter(|it| it.facet == Some(FacetKind::Links));
            (it.title.as_str(), links.map(|it| it.actual.as_str()).collect())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("button \"Save\" became \"Store\" on /other (and 1 more page)", vec![]),
            ("link \"Help\" became \"Advice\" on /items", vec!["link \"Advice\": /h"]),
            (
                "link \"More\" now leads to /more?x instead of /more on /items",
                vec!["link \"More\": /more?x"]
            ),
        ]
    );
}

#[test]
fn long_names_leave_room_for_where_they_are() {
    let mut night = Night::default();
    let name = |nth: &str| {
        format!(
            "- checkbox \"{nth} thing that may be switched on and off by whoever may do so at all\""
        )
    };
    let new = format!("- heading \"A\"\n{}\n{}", name("First"), name("Second"));
    night.page("s", "/settings", "- heading \"A\"", &new);
    assert_eq!(
        titles(&judge(&night)),
        [
            "checkbox \"First thing that may be switched on and off by whoever may…\" and 1 more are new on /settings"
        ]
    );
}

#[test]
fn a_thing_that_is_masked_is_not_what_a_finding_is_named_by() {
    let mut night = Night::default();
    night.page(
        "s",
        "/keys",
        "- heading \"Keys\"\n- generic: [masked]\n- text: Save",
        "- heading \"Keys\"\n- text: Save\n- text: Toggle the icon",
    );
    assert_eq!(
        titles(&judge(&night)),
        ["text \"Toggle the icon\" is new; text \"[masked]\" is gone on /keys"]
    );
}
