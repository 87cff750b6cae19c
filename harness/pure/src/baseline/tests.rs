//! Round trips through insta's format, and every way in which a file can be wrong.

use std::fs;

use super::*;
use crate::model::testing::Night;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of it";

fn item(facet: FacetKind, content: &[u8]) -> Acceptance {
    Acceptance {
        scenario_file: "scenarios/shop/test.yaml".to_owned(),
        scenario: "orders/nz".to_owned(),
        checkpoint: "page".to_owned(),
        facet,
        environment: (facet == FacetKind::Image).then(|| "linux-1x".to_owned()),
        algorithm: format!("{facet}/1"),
        why: None,
        content: content.to_vec(),
        layout: (facet == FacetKind::Image).then(|| "1 2 3 4 button \"Buy\"\n".to_owned()),
    }
}

fn scenarios() -> Vec<Scenario> {
    let mut night = Night::default();
    night.browser_scenario("orders/nz", &["page"]);
    let mut scenarios = night.plan.scenarios;
    scenarios[0].file = "scenarios/shop/test.yaml".to_owned();
    scenarios
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn round_trip(facet: FacetKind, content: &[u8]) -> Vec<u8> {
    let root = folder();
    accept(root.path(), &item(facet, content)).expect("it can be accepted");
    let loaded = load(root.path(), &scenarios()).expect("it can be read");
    assert_eq!(loaded.baselines.len(), 1);
    loaded.baselines[0].content.clone()
}

#[test]
fn what_is_accepted_is_read_back_but_for_white_space_at_its_end() {
    for text in [
        "",
        "one",
        "\n\n  - a: \"b\"\n---\n  x",
        "tab\there",
        "… ✓ \u{202e}",
        "- [ ] a\n# b",
        "a\rb",
        "a\u{0}b",
    ] {
        assert_eq!(round_trip(FacetKind::Aria, text.as_bytes()), text.as_bytes(), "{text:?}");
    }
    assert_eq!(round_trip(FacetKind::Stdout, b"a\r\nb \n\n"), b"a\nb");
    assert_eq!(round_trip(FacetKind::Image, PNG), PNG);
}

#[test]
fn the_file_is_what_insta_and_git_expect() {
    let root = folder();
    let mut it = item(FacetKind::Aria, b"- heading");
    it.why = Some("the \"new\" design: #7\nline two".to_owned());
    let path = accept(root.path(), &it).expect("it can be accepted");
    assert_eq!(path, root.path().join("scenarios/shop/snapshots/orders~nz@page.aria.snap"));
    assert_eq!(
        fs::read_to_string(&path).expect("text"),
        "---\ninfo:\n  scenario: \"orders/nz\"\n  checkpoint: \"page\"\n  facet: \"aria\"\n  algorithm: \"aria/1\"\n  why: \"the \\\"new\\\" design: #7\\nline two\"\n---\n- heading\n"
    );
    let baseline = &load(root.path(), &scenarios()).expect("it can be read").baselines[0];
    assert_eq!(baseline.why, it.why);
    assert_eq!(baseline.scenario, "orders/nz");
    assert_eq!(baseline.algorithm.as_deref(), Some("aria/1"));
    let names: Vec<_> = fs::read_dir(path.parent().expect("a folder")).expect("a list").collect();
    assert_eq!(names.len(), 1, "no temporary file is left");
}

#[test]
fn a_picture_lies_beside_its_snapshot_and_names_its_environment() {
    let root = folder();
    let path = accept(root.path(), &item(FacetKind::Image, PNG)).expect("it can be accepted");
    assert!(path.ends_with("scenarios/shop/snapshots/orders~nz@page.image~linux-1x.snap"));
    let baseline = &load(root.path(), &scenarios()).expect("it can be read").baselines[0];
    assert_eq!(baseline.environment.as_deref(), Some("linux-1x"));
    fs::remove_file(format!("{}.png", path.display())).expect("it was there");
    let error = load(root.path(), &scenarios()).expect_err("the picture is missing").to_string();
    assert!(error.contains("the picture that belongs beside it is missing"), "{error}");
}

#[test]
fn a_file_that_cargo_insta_accepted_without_our_keys_is_read() {
    let root = folder();
    let path = accept(root.path(), &item(FacetKind::Stdout, b"x")).expect("it can be accepted");
    fs::write(&path, "---\nexpression: y\n---\n12 rows\n").expect("it can be written");
    let baseline = &load(root.path(), &scenarios()).expect("it can be read").baselines[0];
    assert_eq!((baseline.content.as_slice(), &baseline.algorithm), (&b"12 rows"[..], &None));
}

#[test]
fn a_file_that_is_no_snapshot_is_an_error_that_names_it() {
    let cases: [(&[u8], &str); 6] = [
        (b"---\ninfo: 1\n---\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", "merge conflict"),
        (b"<<<<<<< ours\n---\n=======\n---\n>>>>>>> theirs\n", "merge conflict"),
        (b"hello", "does not begin"),
        (b"---\ninfo: 1\n", "no second"),
        (b"---\n{ [ : x\n---\n", "insta's format"),
        (b"\xff\xfe", "not UTF-8"),
    ];
    for (bytes, wanted) in cases {
        let root = folder();
        let path = accept(root.path(), &item(FacetKind::Aria, b"x")).expect("it can be accepted");
        fs::write(&path, bytes).expect("it can be written");
        let error = load(root.path(), &scenarios()).expect_err("it is no snapshot").to_string();
        assert!(error.contains(wanted) && error.contains("orders~nz@page.aria.snap"), "{error}");
    }
}

#[test]
fn a_product_that_prints_merge_markers_keeps_its_baseline() {
    let text = b"<<<<<<< a\nx\n=======\ny\n>>>>>>> b";
    assert_eq!(round_trip(FacetKind::Stdout, text), text);
}

#[test]
fn orphans_are_what_no_scenario_takes_any_more() {
    let root = folder();
    accept(root.path(), &item(FacetKind::Aria, b"x")).expect("it can be accepted");
    let mut gone = item(FacetKind::Aria, b"x");
    gone.checkpoint = "old".to_owned();
    let old = accept(root.path(), &gone).expect("it can be accepted");
    let mut watch = item(FacetKind::Events, b"");
    watch.checkpoint = "watch".to_owned();
    accept(root.path(), &watch).expect("it can be accepted");
    let mut stranger = item(FacetKind::Aria, b"x");
    stranger.scenario = "nobody".to_owned();
    let nobody = accept(root.path(), &stranger).expect("it can be accepted");
    assert_eq!(orphans(root.path(), &scenarios()).expect("a list"), [nobody, old]);
    assert_eq!(load(root.path(), &scenarios()).expect("it can be read").baselines.len(), 3);
}

#[test]
fn a_name_never_leads_out_of_the_suite() {
    let root = folder();
    for file in ["../x.yaml", "/etc/x.yaml", ""] {
        let mut it = item(FacetKind::Aria, b"x");
        it.scenario_file = file.to_owned();
        assert!(matches!(accept(root.path(), &it), Err(BaselineError::Name { .. })), "{file}");
    }
    let mut it = item(FacetKind::Aria, b"x");
    it.scenario = "../../up".to_owned();
    let path = accept(root.path(), &it).expect("it stays inside");
    assert!(path.starts_with(root.path().join("scenarios/shop/snapshots")));
}

#[test]
fn an_export_waits_beside_its_baseline_until_one_is_accepted() {
    let root = folder();
    let path = export(root.path(), &item(FacetKind::Image, PNG)).expect("it can be laid out");
    assert!(path.ends_with("orders~nz@page.image~linux-1x.snap.new"));
    assert_eq!(load(root.path(), &scenarios()).expect("nothing yet"), Loaded::default());
    accept(root.path(), &item(FacetKind::Image, PNG)).expect("it can be accepted");
    assert!(!path.exists() && !path.with_extension("new.png").exists());
}
