//! [`Variants`]: one night over many variants of the fixture product, each judged by itself.
//!
//! A variant is a scenario of the shop's suite under another name, over a product `like: shop` with
//! variables of its own, and with the scenario's accepted baselines. All of them are run in one
//! night, which costs one browser and one preflight instead of hundreds; then each is cut out of
//! that night (its plan, its lines of the ledger, the same evidence) and judged as a night of its
//! own, by the library and without its pages, so that no finding can lean on another variant's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use nightshift::ledger::NightDir;
use nightshift::model::comparison::Comparison;
use nightshift::model::{Entry, Event, Plan};
use nightshift::report::NightReport;
use nightshift::{compare, night, report, triage};
use serde_json::Value;

use crate::support::{SuiteCopy, copy_folder};

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
    night: NightDir,
    /// Without what differs from variant to variant, which is in the lists beside it.
    frame: Plan,
    whole: Plan,
    entries: Vec<Entry>,
    /// Where in `entries` those of each [`subject`] are.
    positions: BTreeMap<String, Vec<usize>>,
}

/// One variant, cut out of the night: all that it needs to be judged by itself.
pub struct Cut {
    /// Its part of the plan.
    pub plan: Plan,
    /// Its lines of the ledger, and those that are about the night.
    pub entries: Vec<Entry>,
}

/// Where the files of variants are.
const FOLDER: &str = "scenarios/variants";
/// Between a scenario's id and the variant's name.
const JOINT: &str = "--";
/// How many seconds a step may wait for what is not there, on a usual machine: a fault that stops
/// its scenario costs that long.
const WAIT: u64 = 4;

impl Variants {
    /// Runs all variants over a copy of an accepted suite, in a night directory that is new.
    pub fn run(accepted: &SuiteCopy, variants: &[Variant], night: &Path) -> Self {
        let suite = SuiteCopy::empty();
        copy_folder(accepted.folder(), suite.folder());
        let files = files_by_id(&suite.root());
        for variant in variants {
            lay(&suite, &files, variant);
        }
        add_products(&suite, variants);
        let wait = night::measure_patience().0.stretched(WAIT * 1000).div_ceil(1000);
        let wait = format!("browser.timeout={wait}s");
        let out = night.display().to_string();
        // A worker mostly waits for what a fault took away.
        let jobs = std::thread::available_parallelism().map_or(2, |it| it.get() + 1).to_string();
        let answer =
            suite.run(&["run", FOLDER, "--no-pdf", "--jobs", &jobs, "--set", &wait, "--out", &out]);
        assert!(night.join("night.json").is_file(), "{answer:#?}");
        Self::open(night)
    }

    /// Opens a night that was run before.
    pub fn open(night: &Path) -> Self {
        let night = NightDir::open(night).expect("a night");
        let whole = night.plan().expect("a plan");
        let entries = night.entries().expect("a ledger");
        let mut frame = whole.clone();
        frame.scenarios.clear();
        frame.baselines.clear();
        frame.products.clear();
        let mut positions: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            positions.entry(subject(&entry.event).to_owned()).or_default().push(at);
        }
        Self { night, frame, whole, entries, positions }
    }

    /// The scenarios that were run as this variant, by their ids in the suite.
    pub fn scenarios(&self, name: &str) -> Vec<String> {
        let ending = format!("{JOINT}{name}");
        let own = |id: &str| {
            let (id, row) = id.split_once('/').map_or((id, ""), |(id, row)| (id, row));
            let id = id.strip_suffix(&ending)?;
            Some(if row.is_empty() { id.to_owned() } else { format!("{id}/{row}") })
        };
        self.whole.scenarios.iter().filter_map(|it| own(&it.id)).collect()
    }

    /// What a night over the scenarios of one variant alone says: its `night.json`.
    pub fn judge(&self, name: &str, scenarios: &[&str]) -> Value {
        let cut = self.cut(name, scenarios);
        let report = cut.told(&self.seen(&cut));
        serde_json::to_value(report).expect("a report is JSON")
    }

    /// Cuts these scenarios of one variant out of the night.
    pub fn cut(&self, name: &str, scenarios: &[&str]) -> Cut {
        let wanted: BTreeSet<String> = scenarios.iter().map(|it| renamed(it, name)).collect();
        let is_own = |id: &str| wanted.contains(id) || wanted.contains(without_row(id));
        let product = product(name);
        let whole = &self.whole;
        let plan = Plan {
            scenarios: whole.scenarios.iter().filter(|it| is_own(&it.id)).cloned().collect(),
            baselines: whole.baselines.iter().filter(|it| is_own(&it.scenario)).cloned().collect(),
            products: whole.products.iter().filter(|it| it.name == product).cloned().collect(),
            ..self.frame.clone()
        };
        let mut subjects: BTreeSet<&str> = wanted.iter().map(|it| without_row(it)).collect();
        subjects.extend(["", product.as_str()]);
        let own = subjects.iter().filter_map(|it| self.positions.get(*it)).flatten();
        let ordered: BTreeSet<usize> = own.copied().collect();
        let entries = ordered.into_iter().map(|at| &self.entries[at]);
        let entries = entries.filter(|it| it.event.scenario().is_none_or(is_own)).cloned();
        Cut { entries: entries.collect(), plan }
    }

    /// What is otherwise than the baselines of a cut say, with the new evidence kept.
    pub fn seen(&self, cut: &Cut) -> Comparison {
        let read = |evidence: &_| self.night.read(evidence);
        let seen = compare::compare(&cut.plan, &cut.entries, &read);
        let mut seen = seen.expect("it can be compared");
        let mut keep = |kind: &str, media: &str, bytes: &[u8]| self.night.keep(kind, media, bytes);
        seen.store(&mut keep).expect("evidence is kept");
        seen
    }
}

impl Cut {
    /// What is told of it.
    pub fn told(&self, seen: &Comparison) -> NightReport {
        let judgement = triage::triage(&self.plan, &self.entries, seen, self.plan.started);
        report::build(&self.plan, &self.entries, &judgement)
    }
}

/// What a line of the ledger is about: a product, a scenario without its row, or the night.
fn subject(event: &Event) -> &str {
    match event {
        Event::ProductCrashed { product, .. }
        | Event::ProductLog { product, .. }
        | Event::Session { product, .. } => product,
        other => other.scenario().map(without_row).unwrap_or_default(),
    }
}

fn without_row(id: &str) -> &str {
    id.split_once('/').map_or(id, |(id, _)| id)
}

/// The suite of the shop with baselines of the shop without faults, as
/// [`SuiteCopy::of_the_accepted_shop`], but in the night that made them each scenario had a shop of
/// its own, with these variables.
pub fn accepted_apart(environment: impl Fn(&str) -> Vec<(String, String)>) -> SuiteCopy {
    apart(SuiteCopy::of_the_shop(), &[0], environment)
}

/// The same of a suite of the shop that somebody else wrote, whose night ends with one of these exit
/// codes; what does not pass has no baselines.
pub fn apart(
    suite: SuiteCopy,
    codes: &[i32],
    environment: impl Fn(&str) -> Vec<(String, String)>,
) -> SuiteCopy {
    let config = suite.root().join("nightshift.yaml");
    let mut before = vec![(config.clone(), std::fs::read_to_string(config).expect("read"))];
    let mut variants = Vec::new();
    for (id, file) in files_by_id(&suite.root()) {
        let content = std::fs::read_to_string(&file).expect("read");
        let line = format!("scenario: {id}\n");
        let own = content.replacen(&line, &format!("{line}product: {}\n", product(&id)), 1);
        std::fs::write(&file, own).expect("written");
        before.push((file, content));
        let environment = environment(&id);
        variants.push(Variant { name: id.clone(), scenario: id, environment, retries: 0 });
    }
    add_products(&suite, &variants);
    suite.accept_with(codes);
    for (path, content) in before {
        std::fs::write(path, content).expect("written");
    }
    suite
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
