//! [`Variants`]: one night over many variants of the fixture product, each judged by itself.
//!
//! A variant is a scenario of the shop's suite under another name, over a product `like: shop` with
//! variables of its own, and with the scenario's accepted baselines. All of them are run in one
//! night, which costs one browser and one preflight instead of hundreds; then each is cut out of
//! that night (its plan, its lines of the ledger, the same evidence) and judged as a night of its
//! own, so that no finding can lean on another variant's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder, night_json, text};

/// A scenario of the shop's suite over a shop that is somehow else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// What it is called; several scenarios may share it, and with it the product.
    pub name: String,
    /// The scenario's id in the suite; with a row (`scenario/row`) only that is judged.
    pub scenario: String,
    /// What the product's environment has beside its own.
    pub environment: Vec<(String, String)>,
    /// How often a scenario that is not as expected is tried again.
    pub retries: u32,
}

/// A finished night over variants.
pub struct Variants {
    suite: SuiteCopy,
    judged: SuiteCopy,
}

/// What a night over one variant alone says.
#[derive(Debug)]
pub struct Judged {
    /// By the gate.
    pub code: Option<i32>,
    /// Its `night.json`.
    pub report: Value,
}

/// Where the files of variants are.
const FOLDER: &str = "scenarios/variants";
/// Between a scenario's id and the variant's name.
const JOINT: &str = "--";

impl Variants {
    /// Runs all variants over a copy of an accepted suite.
    pub fn run(accepted: &SuiteCopy, variants: &[Variant]) -> Self {
        let suite = SuiteCopy::empty();
        copy_folder(accepted.folder(), suite.folder());
        let files = files_by_id(&suite.root());
        for variant in variants {
            lay(&suite, &files, variant);
        }
        add_products(&suite, variants);
        let answer = suite.run(&["run", FOLDER, "--no-pdf", "--out", "../night"]);
        assert!(suite.folder().join("night/night.json").is_file(), "{answer:#?}");
        Self { suite, judged: SuiteCopy::empty() }
    }

    /// Judges all scenarios of a variant by themselves.
    pub fn judge(&self, name: &str, scenarios: &[&str]) -> Judged {
        let wanted: BTreeSet<String> = scenarios.iter().map(|it| renamed(it, name)).collect();
        let is_own = |id: &str| {
            wanted.contains(id) || id.split('/').next().is_some_and(|it| wanted.contains(it))
        };
        let whole = self.suite.folder().join("night");
        let night = self.judged.folder().join(name);
        std::fs::create_dir_all(&night).expect("made");
        std::os::unix::fs::symlink(whole.join("evidence"), night.join("evidence"))
            .expect("the evidence is shared");
        let plan = std::fs::read_to_string(whole.join("plan.json")).expect("a plan");
        let mut plan: Value = serde_json::from_str(&plan).expect("a plan");
        keep(&mut plan["scenarios"], |it| is_own(&text(&it["id"])));
        keep(&mut plan["baselines"], |it| is_own(&text(&it["scenario"])));
        let product = product(name);
        keep(&mut plan["products"], |it| text(&it["name"]) == product);
        std::fs::write(night.join("plan.json"), plan.to_string()).expect("written");
        let ledger = std::fs::read_to_string(whole.join("ledger.jsonl")).expect("a ledger");
        let own = ledger.lines().filter(|line| {
            let event = &serde_json::from_str::<Value>(line).expect("a line")["event"];
            let scenario = event["scenario"].as_str();
            let of = event["product"].as_str();
            scenario.is_none_or(is_own) && of.is_none_or(|it| it == product)
        });
        let own: String = own.flat_map(|line| [line, "\n"]).collect();
        std::fs::write(night.join("ledger.jsonl"), own).expect("written");
        let answer = self.suite.run(&["judge", &night.display().to_string()]);
        assert!(answer.code.is_some_and(|it| it < 2), "{name}: {answer:#?}");
        Judged { code: answer.code, report: night_json(&night) }
    }
}

fn keep(list: &mut Value, wanted: impl Fn(&Value) -> bool) {
    list.as_array_mut().expect("a list").retain(wanted);
}

/// The id that a scenario has as a variant; a row stays a row.
fn renamed(scenario: &str, variant: &str) -> String {
    match scenario.split_once('/') {
        None => format!("{scenario}{JOINT}{variant}"),
        Some((id, row)) => format!("{id}{JOINT}{variant}/{row}"),
    }
}

fn product(variant: &str) -> String {
    format!("shop-{variant}")
}

/// The scenario files of a suite by the id that they declare.
pub fn files_by_id(root: &Path) -> BTreeMap<String, PathBuf> {
    let files =
        walkdir::WalkDir::new(root.join("scenarios")).into_iter().map(|it| it.expect("read"));
    let yaml = files.filter(|it| it.path().extension().is_some_and(|it| it == "yaml"));
    yaml.map(|it| {
        let content = std::fs::read_to_string(it.path()).expect("read");
        let id = content.lines().find_map(|line| line.strip_prefix("scenario: "));
        (id.expect("an id").to_owned(), it.into_path())
    })
    .collect()
}

/// Lays a variant's scenario file and baselines.
fn lay(suite: &SuiteCopy, files: &BTreeMap<String, PathBuf>, variant: &Variant) {
    let id = variant.scenario.split('/').next().expect("an id");
    let file = files.get(id).unwrap_or_else(|| panic!("no scenario {id}"));
    let content = std::fs::read_to_string(file).expect("read");
    let new = renamed(id, &variant.name);
    let head = format!(
        "scenario: {new}\nproduct: {}\nretries: {}\n",
        product(&variant.name),
        variant.retries
    );
    let content = content.replacen(&format!("scenario: {id}\n"), &head, 1);
    suite.write(&format!("{FOLDER}/{new}.yaml"), &content);
    let snapshots = file.parent().expect("a folder").join("snapshots");
    let to = suite.root().join(FOLDER).join("snapshots");
    std::fs::create_dir_all(&to).expect("made");
    for entry in std::fs::read_dir(&snapshots).into_iter().flatten() {
        let entry = entry.expect("read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let own = name.strip_prefix(id).filter(|rest| rest.starts_with(['@', '~']));
        if let Some(rest) = own {
            let link = to.join(format!("{new}{rest}"));
            std::fs::hard_link(entry.path(), link).expect("linked");
        }
    }
}

/// Adds a product for each variant to the suite.
fn add_products(suite: &SuiteCopy, variants: &[Variant]) {
    let mut products = BTreeMap::new();
    for variant in variants {
        let pairs = variant.environment.iter().map(|(name, value)| format!("{name}: \"{value}\""));
        let environment = pairs.collect::<Vec<_>>().join(", ");
        products.insert(product(&variant.name), environment);
    }
    let lines = products.iter().map(|(name, environment)| {
        format!("  {name}: {{ like: shop, env: {{ {environment} }} }}\n")
    });
    let lines: String = lines.collect();
    let path = suite.root().join("nightshift.yaml");
    let config = std::fs::read_to_string(&path).expect("read");
    let (before, after) = config.split_once("\nbrowser:").expect("products, then the browser");
    std::fs::write(&path, format!("{before}\n{lines}\nbrowser:{after}")).expect("written");
}
