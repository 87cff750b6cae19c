//! The suites in this repository are valid, and hold what the README promises of them.
//!
//! [`datasette`] is the suite at the root, [`shop`] the one over the fixture product.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use nightshift::model::Suite;
use nightshift::model::scenario::{Action, Scenario, Surface};
use nightshift::spec;

/// The folder of this repository.
fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The fixture product and its suite.
fn fixture() -> PathBuf {
    repository().join("harness/tests/fixture")
}

fn load(root: &Path) -> Suite {
    let report = spec::check(root, &[]).expect("the suite can be read");
    let complaints: Vec<String> = report.complaints.iter().map(ToString::to_string).collect();
    assert_eq!(complaints.join("\n"), "");
    spec::load(root, &spec::Overrides::default()).expect("a suite without complaints loads")
}

fn datasette() -> Suite {
    load(&repository())
}

fn shop() -> Suite {
    load(&fixture().join("suite"))
}

/// The folders of the suites that upgrade real products.
fn upgrades() -> Vec<PathBuf> {
    suites_in("harness/upgrades")
}

/// The folders of the suites over products of others, with faults.
fn held_out() -> Vec<PathBuf> {
    suites_in("harness/held-out")
}

/// The folders of the products of others that are explored.
fn foreign() -> Vec<PathBuf> {
    suites_in("harness/foreign")
}

fn suites_in(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).expect("the folder is there");
    let folders = entries.flatten().map(|it| it.path());
    folders.filter(|it| it.join("nightshift.yaml").is_file()).collect()
}

/// The scenario's file: rows of one `for-each` count once.
fn files(suite: &Suite) -> BTreeMap<&str, Vec<&Scenario>> {
    let mut files: BTreeMap<&str, Vec<&Scenario>> = BTreeMap::new();
    for scenario in &suite.scenarios {
        files.entry(&scenario.file).or_default().push(scenario);
    }
    files
}

fn uses(scenario: &Scenario, skill: &str) -> bool {
    scenario
        .steps
        .iter()
        .any(|step| matches!(&step.action, Action::Use { skill: it, .. } if it == skill))
}

#[test]
fn the_datasette_suite_has_scenarios_on_pages_on_commands_and_across_both() {
    let suite = datasette();
    let files = files(&suite);
    assert!(files.len() >= 14, "only {} scenario files", files.len());
    let both = files
        .values()
        .filter(|rows| {
            let on = |surface| rows[0].steps.iter().any(|it| it.action.surface() == Some(surface));
            on(Surface::Browser) && on(Surface::Command)
        })
        .count();
    assert!(both >= 3, "only {both} scenarios go back and forth between pages and commands");
}

#[test]
fn the_shop_suite_uses_each_of_its_skills() {
    let suite = shop();
    for name in suite.skills.keys() {
        assert!(suite.scenarios.iter().any(|it| uses(it, name)), "nobody uses skill {name}");
    }
}

#[test]
fn every_suite_of_the_upgrades_is_valid_and_knows_an_old_and_a_new_build() {
    let suites = upgrades();
    assert_eq!(suites.len(), 3);
    for root in suites {
        let suite = load(&root);
        let known =
            suite.config.products.values().filter_map(|it| Some(it.builds.as_ref()?.known.len()));
        assert_eq!(known.collect::<Vec<_>>(), [2], "{}", root.display());
        for name in suite.skills.keys() {
            let used = suite.scenarios.iter().any(|it| uses(it, name));
            assert!(used, "nobody uses skill {name} of {}", root.display());
        }
    }
}

#[test]
fn every_product_that_is_explored_has_an_old_and_a_new_build_and_no_scenario() {
    let suites = foreign();
    assert_eq!(suites.len(), 5);
    for root in suites {
        let suite = load(&root);
        let known =
            suite.config.products.values().filter_map(|it| Some(it.builds.as_ref()?.known.len()));
        assert_eq!(known.collect::<Vec<_>>(), [2], "{}", root.display());
        assert_eq!(suite.scenarios.len(), 0, "{}", root.display());
    }
}

#[test]
fn every_held_out_suite_is_valid_and_has_twelve_faults_that_say_what_a_user_notices() {
    let suites = held_out();
    assert_eq!(suites.len(), 20);
    for root in suites {
        assert!(files(&load(&root)).len() >= 8, "{}", root.display());
        let text = std::fs::read_to_string(root.join("faults.json")).expect("the faults are there");
        let faults: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
        let names: std::collections::BTreeSet<&str> =
            faults.iter().filter_map(|it| it["name"].as_str()).collect();
        assert_eq!((faults.len(), names.len()), (12, 12), "{}", root.display());
        for fault in &faults {
            assert!(fault["notices"].as_str().is_some_and(|it| it.ends_with('.')), "{fault}");
            for key in ["where", "words"] {
                assert!(fault[key].as_array().is_some_and(|it| !it.is_empty()), "{fault}");
            }
            assert_ne!(fault["patch"]["old"], fault["patch"]["new"], "{fault}");
        }
    }
}

#[test]
fn every_skill_of_the_datasette_suite_is_used_by_several_scenarios() {
    let suite = datasette();
    assert!(suite.skills.len() >= 3);
    for name in suite.skills.keys() {
        let users = files(&suite).values().filter(|rows| uses(rows[0], name)).count();
        assert!(users >= 2, "skill {name} is used by {users} scenarios");
    }
}

#[test]
fn every_yaml_file_names_its_schema_in_the_first_line() {
    for root in
        [vec![repository(), fixture().join("suite")], upgrades(), held_out(), foreign()].concat()
    {
        let mut yaml = vec![root.join("nightshift.yaml")];
        for folder in ["scenarios", "skills"] {
            let walk = walkdir::WalkDir::new(root.join(folder)).into_iter().flatten();
            yaml.extend(
                walk.map(walkdir::DirEntry::into_path)
                    .filter(|it| it.extension().is_some_and(|it| it == "yaml")),
            );
        }
        for file in yaml {
            let text = std::fs::read_to_string(&file).expect("a file that was just listed");
            let first = text.lines().next().unwrap_or_default();
            let schema = first
                .strip_prefix("# yaml-language-server: $schema=")
                .unwrap_or_else(|| panic!("{} begins with {first:?}", file.display()));
            let folder = file.parent().expect("a file is in a folder");
            assert!(folder.join(schema).is_file(), "{} names {schema}", file.display());
        }
    }
}

#[test]
fn the_requirements_pin_every_version_and_name_no_host() {
    let text = std::fs::read_to_string(repository().join("scenarios/support/requirements.txt"))
        .expect("the requirements are there");
    let loose: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter(|line| line.split("==").count() != 2 || line.contains(['/', '@', ' ', ';']))
        .collect();
    assert_eq!(loose, Vec::<&str>::new());
    assert!(text.lines().any(|line| line.starts_with("datasette==")));
}

#[test]
fn the_data_of_the_datasette_suite_is_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = repository().join("scenarios/support/make_data.py");
    let made = |name: &str| {
        let out = folder.path().join(name);
        let status = Command::new("python3").arg(&script).arg(&out).status().expect("python3 runs");
        assert!(status.success());
        let read = |file: &str| std::fs::read(out.join(file)).expect("the script wrote it");
        ["shop.db", "desk.db", "metadata.json", "new-products.csv"].map(read)
    };
    assert!(made("first") == made("second"));
}

#[test]
fn the_fixture_shop_lists_at_least_twenty_four_faults_each_with_class_and_place() {
    let shopctl = fixture().join("bin/shopctl");
    let output = Command::new(shopctl).arg("faults").output().expect("shopctl runs");
    let faults: Vec<BTreeMap<String, String>> =
        serde_json::from_slice(&output.stdout).expect("a list of objects");
    let names: std::collections::BTreeSet<&str> =
        faults.iter().map(|it| it["name"].as_str()).collect();
    assert_eq!(names.len(), faults.len(), "two faults share a name");
    assert!(faults.len() >= 24, "only {} faults", faults.len());
    for fault in &faults {
        let keys: Vec<&str> = fault.keys().map(String::as_str).collect();
        assert_eq!(keys, ["class", "description", "name", "switch", "where"]);
        assert!(fault["where"].starts_with('/') || fault["where"].starts_with("shopctl "));
    }
}

#[test]
fn the_fixture_shop_begins_with_the_data_that_it_seeds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("shop.json");
    let shopctl = fixture().join("bin/shopctl");
    let status = Command::new(shopctl).arg("seed").arg(&file).status().expect("shopctl runs");
    assert!(status.success());
    let kept = std::fs::read_to_string(fixture().join("suite/data/shop.json"));
    assert_eq!(
        std::fs::read_to_string(file).expect("seed wrote it"),
        kept.expect("the data is committed")
    );
}
