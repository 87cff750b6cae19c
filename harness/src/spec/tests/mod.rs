//! Tests of the room: whole suites in temporary folders, whole complaints, whole models.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod complaints;
mod grid;
mod hostile;
mod model;
mod publish;
mod schema;
mod stages;
mod workers;

use std::path::Path;

use tempfile::TempDir;

use super::{Overrides, SpecError, check, load};
use crate::model::Suite;

/// The smallest configuration.
pub(super) const CONFIG: &str = "products: { shop: { base-url: http://127.0.0.1:1 } }\n";

/// A suite of these files; a `nightshift.yaml` is added where there is none.
pub(super) fn suite(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    if !files.iter().any(|(name, _)| *name == "nightshift.yaml") {
        write(folder.path(), "nightshift.yaml", CONFIG.as_bytes());
    }
    for (name, text) in files {
        write(folder.path(), name, text.as_bytes());
    }
    folder
}

pub(super) fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// What is said about a suite of these files, as a person sees it.
pub(super) fn said(files: &[(&str, &str)]) -> String {
    said_of(suite(files).path())
}

pub(super) fn said_of(root: &Path) -> String {
    match load(root, &Overrides::default()) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string().replace(&root.display().to_string(), "SUITE"),
    }
}

/// What is said about a scenario with these steps.
pub(super) fn said_of_steps(steps: &str) -> String {
    said(&[("scenarios/a.yaml", &format!("scenario: a\nsteps:\n{steps}"))])
}

pub(super) fn loaded(files: &[(&str, &str)]) -> Suite {
    load(suite(files).path(), &Overrides::default()).unwrap()
}

#[test]
fn a_folder_without_a_suite_says_how_to_get_one() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let error = load(&root, &Overrides::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "no nightshift.yaml in {} or above it; go to a suite, name one with -C, or begin one with `nightshift init`",
            root.display()
        )
    );
}

#[test]
fn the_root_is_the_nearest_folder_upwards() {
    let folder = suite(&[("scenarios/deep/a.yaml", "scenario: a\nsteps: [ back ]\n")]);
    let found = super::find_root(&folder.path().join("scenarios/deep")).unwrap();
    assert_eq!(found, folder.path());
}

#[test]
fn a_check_counts_everything_and_reports_on_the_named_paths_only() {
    let folder = suite(&[
        (
            "scenarios/x/a.yaml",
            "scenario: a\nfor-each: [ { n: 1 }, { n: 2 } ]\nsteps: [ { open: '/${n}' } ]\n",
        ),
        ("scenarios/y/b.yaml", "scenario: b\nstepz: []\n"),
        ("skills/s.yaml", "skill: s\ndescription: S.\nsteps: [ reload ]\n"),
    ]);
    let whole = check(folder.path(), &[]).unwrap();
    assert_eq!((whole.files, whole.scenarios, whole.skills, whole.complaints.len()), (4, 3, 1, 2));
    let part = check(folder.path(), &[folder.path().join("scenarios/x"), "skills".into()]).unwrap();
    assert_eq!((part.files, part.scenarios, part.skills, part.complaints.len()), (2, 2, 1, 0));
    let error = check(folder.path(), &["/etc".into()]).unwrap_err();
    assert!(matches!(error, SpecError::NotInSuite { .. }), "{error}");
}

#[test]
fn every_scaffold_is_a_valid_suite() {
    let products = [
        (None, None),
        (Some("http://127.0.0.1:8001/app"), None),
        (Some("127.0.0.1:8001"), Some("./bin/shop.sh")),
        (None, Some("shopctl")),
        (Some("https://shop.example"), Some("python -m 'my shop' --x")),
    ];
    for (url, cli) in products {
        let files = super::scaffold(url, cli);
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(said(&files), "nothing", "{url:?} {cli:?}");
    }
}

/// The products of a scaffold's configuration, and the product that each of its scenarios names.
fn scaffolded(url: Option<&str>, cli: Option<&str>) -> (Vec<String>, Vec<(String, String)>) {
    let files = super::scaffold(url, cli);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = suite(&files);
    let suite = load(folder.path(), &Overrides::default()).unwrap();
    let products = suite.config.products.keys().cloned().collect();
    let of = |it: &crate::model::Scenario| (it.id.clone(), it.product.clone().unwrap_or_default());
    (products, suite.scenarios.iter().map(of).collect())
}

#[test]
fn an_address_and_a_command_are_two_products_and_either_alone_is_one() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        scaffolded(Some("http://127.0.0.1:8001"), Some("./bin/shopctl --x")),
        (
            vec!["app".to_owned(), "shopctl".to_owned()],
            vec![pair("first-command", "shopctl"), pair("first", "")]
        )
    );
    assert_eq!(
        scaffolded(Some("http://127.0.0.1:8001"), Some("app")).0,
        ["app".to_owned(), "command".to_owned()]
    );
    assert_eq!(
        scaffolded(None, Some("shopctl")),
        (vec!["shopctl".to_owned()], vec![pair("first", "")])
    );
    assert_eq!(scaffolded(None, None), (vec!["app".to_owned()], vec![pair("first", "")]));
}

#[test]
fn overrides_are_laid_over_the_configuration_and_checked_like_it() {
    let folder = suite(&[]);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let good = Overrides {
        set: vec![
            pair("browser.viewport", "640x480"),
            pair("gate.fail-on", "[new]"),
            pair("products.shop.isolate", "scenario"),
        ],
        vars: vec![pair("country", "NZ: $${x}")],
    };
    let config = load(folder.path(), &good).unwrap().config;
    assert_eq!(config.browser.page.viewport, Some((640, 480)));
    assert_eq!(config.gate.fail_on, [crate::model::Verdict::New]);
    assert_eq!(config.products["shop"].isolate, crate::model::suite::Isolation::Scenario);
    assert_eq!(config.vars["country"], "NZ: $${x}");

    let bad = Overrides {
        set: vec![
            pair("browser.viewprt", "640x480"),
            pair("night.until", "seven"),
            pair("gate", "{ fail-on: [ }"),
            pair("night.until.x", "1"),
        ],
        vars: vec![pair("a b", "1")],
    };
    insta::assert_snapshot!(load(folder.path(), &bad).unwrap_err().to_string());
}
