//! What pages say beside what is seen on them: the facets of the shop's house as they are accepted,
//! suites that are older than these facets, profiles, axe, and one finding for one cause.
//!
//! The faults of the house are caught one by one in `faults`; here several are on at once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{SuiteCopy, night_json, text, verdicts};

const HOUSE: [&str; 4] =
    ["read-the-rules", "sign-the-guestbook", "visit-the-house", "read-the-hours"];

fn night(suite: &SuiteCopy, out: &str, more: &[&str]) -> (Option<i32>, Value) {
    let mut all = vec!["run", "--no-pdf", "--retries", "0", "--out", out];
    all.extend(more);
    let answer = suite.run(&all);
    assert!(answer.code.is_some(), "{answer:#?}");
    (answer.code, night_json(&suite.root().join(out)))
}

/// The shop's suite with accepted baselines of its house.
fn house() -> SuiteCopy {
    let suite = SuiteCopy::of_the_shop();
    let (code, first) =
        night(&suite, "../first", &[&HOUSE[..], &["--accept-new", "--no-settle"]].concat());
    assert_eq!(code, Some(0), "{first:#}");
    suite
}

fn titles(night: &Value) -> BTreeSet<String> {
    night["findings"].as_array().expect("findings").iter().map(|it| text(&it["title"])).collect()
}

/// The accepted snapshots of the house, without their headers.
fn accepted(suite: &SuiteCopy) -> String {
    let folder = suite.root().join("scenarios/house/snapshots");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("snapshots")
        .map(|it| it.expect("readable").file_name().to_string_lossy().into_owned())
        .filter(|it| !it.contains(".image~") && !it.contains(".events."))
        .collect();
    names.sort();
    let tell = |name: String| {
        let file = std::fs::read_to_string(folder.join(&name)).expect("text");
        let content = file.splitn(3, "---\n").nth(2).unwrap_or_default();
        format!("=== {name}\n{content}")
    };
    names.into_iter().map(tell).collect::<Vec<_>>().concat()
}

#[test]
fn the_house_is_told_in_every_facet_and_several_faults_are_one_finding_each() {
    let suite = house();
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(accepted(&suite));
    });
    let (code, clean) = night(&suite, "../clean", &HOUSE);
    assert_eq!((code, titles(&clean)), (Some(0), BTreeSet::new()));
    assert_eq!(clean["new_facets"], 0);

    let faults = "link-astray,mail-as-text,cookie-exposed,text-faint";
    let switch = format!("products.shop.env.SHOP_FAULT={faults}");
    let (_, broken) = night(&suite, "../faulty", &[&HOUSE[..], &["--set", &switch]].concat());
    let expected = [
        "link \"Privacy\" now leads to /house/terms instead of /house/privacy on /house/rules",
        "textbox \"Mail\" has the type text instead of email on /house/guestbook",
        "cookie visitor lost HttpOnly on /house/visit",
        "\"Open late on Friday.\" is too faint (1.67:1) on /house/hours",
    ];
    assert_eq!(titles(&broken), expected.map(str::to_owned).into());
}

#[test]
fn a_suite_that_is_older_than_the_facets_is_unchanged_and_told_of_them() {
    let suite = SuiteCopy::of_the_shop();
    let only = ["read-the-rules"];
    let visible = ["--set", "facets=visible", "--accept-new", "--no-settle"];
    night(&suite, "../first", &[&only[..], &visible].concat());

    // The same suite under a version that takes more.
    let (code, second) = night(&suite, "../second", &only);
    assert_eq!(code, Some(0));
    assert_eq!(verdicts(&second), [("read-the-rules".to_owned(), "unchanged".to_owned())]);
    assert_eq!(second["new_facets"], 6);
    let told = "6 facets are new and not yet compared: review accepts them";
    for file in ["summary.md", "index.html"] {
        let text = std::fs::read_to_string(suite.folder().join("second").join(file)).expect(file);
        assert!(text.contains(told), "{file}: {text}");
    }

    // Where the author asks for one by name it is news.
    let listed = ["--set", "facets=visible"];
    let scenario = "scenario: read-the-rules\nredact: [{ pattern: 'csrf_token=(\\w+)' }]\nsteps:\n  - open: /house/rules\n  - snapshot: rules\n    facets: [page, aria, text, image, links]\n";
    suite.write("scenarios/house/read-the-rules.yaml", scenario);
    let (_, third) = night(&suite, "../third", &[&only[..], &listed].concat());
    assert_eq!(verdicts(&third), [("read-the-rules".to_owned(), "new".to_owned())]);

    let answer = suite.run(&["review", "../third", "--accept-all", "--why", "seen"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let astray = "products.shop.env.SHOP_FAULT=link-unsafe";
    let (code, fourth) = night(&suite, "../fourth", &[&only[..], &["--set", astray]].concat());
    assert_eq!(code, Some(1));
    let lost = "link \"Map\" has the rel external instead of external noopener noreferrer";
    assert!(titles(&fourth).iter().all(|it| it.starts_with(lost)), "{:?}", titles(&fourth));
}

#[test]
fn profiles_are_chosen_for_the_suite_and_for_a_checkpoint() {
    let suite = SuiteCopy::of_the_shop();
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("text");
    let profiles = "facets: quick\nprofiles: { quick: [aria, links], lean: [fields] }\n";
    suite.write("nightshift.yaml", &format!("{config}{profiles}"));
    suite.write(
        "scenarios/p.yaml",
        "scenario: p\nsteps:\n  - open: /house/rules\n  - snapshot: one\n  - snapshot: two\n    facets: lean\n  - snapshot: three\n    facets: minimal\n    require: [cookies]\n",
    );
    night(&suite, "../night", &["p", "--accept-new", "--no-settle"]);
    let mut names: Vec<String> = std::fs::read_dir(suite.root().join("scenarios/snapshots"))
        .expect("snapshots")
        .map(|it| it.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "p@one.aria.snap",
            "p@one.links.snap",
            "p@three.aria.snap",
            "p@three.cookies.snap",
            "p@three.page.snap",
            "p@two.fields.snap",
            "p@watch.events.snap",
        ]
    );
}

/// Stands in for axe-core: it complains about every button in the page.
const AXE: &str = "
var axe = { run: async (root) => ({ violations: [{ id: 'button-taste', nodes:
  [...root.querySelectorAll('button')].map((it) => ({ target: ['.' + it.className.split(' ').join('.')] })) }] }) };
";

#[test]
fn an_axe_file_of_the_user_is_run_beside_and_a_broken_one_says_so() {
    let suite = SuiteCopy::of_the_shop();
    suite.write("tools/axe.js", AXE);
    let axe = ["read-the-hours", "--set", "browser.axe=tools/axe.js"];
    night(&suite, "../first", &[&axe[..], &["--accept-new", "--no-settle"]].concat());
    let snapshots = suite.root().join("scenarios/house/snapshots");
    let file = snapshots.join("read-the-hours@hours.a11y.snap");
    let told = std::fs::read_to_string(file).expect("accepted");
    assert!(
        told.contains("\naxe/button-taste: .icon.call\naxe/button-taste: .icon.remove"),
        "{told}"
    );
    let (code, second) = night(&suite, "../second", &axe);
    assert_eq!((code, titles(&second)), (Some(0), BTreeSet::new()));

    suite.write("tools/axe.js", "var axes = 3;");
    let (code, third) = night(&suite, "../third", &axe);
    assert_eq!(code, Some(3), "{third:#}");
    let said = text(&third["scenarios"][0]["detail"]);
    assert!(said.contains("axe.js cannot check the page: Error: it defines no axe.run"), "{said}");
}
