//! `just pairs`: two and three faults of the fixture shop at once, and none may hide another.
//!
//! [`draw`] draws the nights by seed. They are all recorded in one night of variants, and with them
//! each of their faults alone in the same scenarios, so that it is known from evidence and not by
//! hand which change is whose ([`changes`]). [`judge`] judges each and holds it against that.
//! `just pairs again` judges the kept night once more; names of nights choose some and tell more.
//!
//! Which scenarios a fault shows in is taken from the kept night of `just detection`, which is made
//! first where there is none.

mod changes;
mod draw;
mod judge;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use self::draw::{Candidate, Together};
use self::judge::Row;
use super::variants::{Variant, Variants};
use super::{Fault, accepted, listed, pair, say, suite, timed, trace};

/// The list of the nights, inside of the kept night.
const LIST: &str = "pairs.json";

/// Records where it must, judges and prints. The exit code says whether the targets are reached.
pub fn main(mut chosen: Vec<String>) -> ExitCode {
    let again = super::took(&mut chosen, "again");
    let kept = suite::scratch().join("pairs-night");
    if !again {
        record(&kept, &chosen);
    }
    let list = std::fs::read(kept.join(LIST)).expect("a kept night; `just pairs` records one");
    let mut all: Vec<Together> = serde_json::from_slice(&list).expect("a list of nights");
    all.retain(|it| chosen.is_empty() || chosen.contains(&it.name));
    let flaky = listed().into_iter().filter(|it| it.class == "flaky").map(|it| it.name).collect();
    let night = Variants::open(&kept);
    let drawn = all.len();
    all.retain(|it| judge::was_run(&night, it));
    if all.len() < drawn {
        say(format_args!(
            "{} nights were not run to their end and are left out",
            drawn - all.len()
        ));
    }
    let rows = timed("judged", || judged(&night, &all, &flaky));
    table::table(&rows, !chosen.is_empty())
}

/// Records the nights that are chosen, or all.
fn record(kept: &Path, chosen: &[String]) {
    let mut faults = listed();
    let traces = tempfile::tempdir().expect("a folder");
    let accepted = timed("accepted", || accepted(traces.path()));
    trace(&accepted, traces.path(), super::MOST, &mut faults);
    let alone = suite::scratch().join("detection-night");
    let alone = if alone.join("night.json").is_file() {
        Variants::open(&alone)
    } else {
        timed("each fault alone", || super::run(&accepted, &faults, Vec::new(), &alone))
    };
    let mut all = draw::draw(&candidates(&alone, &faults));
    all.retain(|it| chosen.is_empty() || chosen.contains(&it.name));
    let met = |fault: &str, scenario: &str| traces.path().join(scenario).join(fault).is_file();
    let mut runs: BTreeMap<(String, String), Vec<&Fault>> = BTreeMap::new();
    let by_name: BTreeMap<&str, &Fault> = faults.iter().map(|it| (it.name.as_str(), it)).collect();
    for together in &all {
        let own: Vec<&Fault> = together.faults.iter().map(|it| by_name[it.as_str()]).collect();
        for scenario in &together.scenarios {
            runs.insert((together.name.clone(), scenario.clone()), own.clone());
            for fault in own.iter().filter(|it| met(&it.name, scenario)) {
                runs.insert((fault.name.clone(), scenario.clone()), vec![fault]);
            }
        }
    }
    say(format_args!("{} nights, {} runs of scenarios", all.len(), runs.len()));
    let memory = tempfile::tempdir().expect("a folder");
    let variants: Vec<Variant> =
        runs.iter().map(|(run, faults)| variant(run, faults, memory.path())).collect();
    if kept.is_dir() {
        std::fs::remove_dir_all(kept).expect("what an earlier run left can be removed");
    }
    timed("the night", || Variants::run(&accepted, &variants, kept));
    let list = serde_json::to_string_pretty(&all).expect("it is JSON");
    suite::write(&kept.join(LIST), &list);
}

/// A scenario over a shop with these faults.
fn variant((name, scenario): &(String, String), faults: &[&Fault], memory: &Path) -> Variant {
    let own = memory.join(name);
    std::fs::create_dir_all(&own).expect("made");
    let mut switches: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for fault in faults {
        switches.entry(&fault.variable).or_default().push(&fault.name);
    }
    let mut environment = vec![pair("SHOP_MEMORY", own.display().to_string())];
    environment.extend(switches.iter().map(|(switch, names)| pair(switch, names.join(","))));
    Variant {
        name: name.clone(),
        scenario: scenario.clone(),
        environment,
        retries: u32::from(faults.iter().any(|it| it.class == "flaky")),
    }
}

/// The faults with the scenarios in which they show, by the night that has each alone.
fn candidates(alone: &Variants, faults: &[Fault]) -> Vec<Candidate> {
    let own = |fault: &Fault| {
        let scenarios = alone.scenarios(&fault.name);
        let without_rows = scenarios.iter().map(|it| it.split('/').next().expect("an id"));
        let distinct: BTreeSet<&str> = without_rows.collect();
        let shows = |it: &&str| {
            let cut = changes::home(&alone.cut(&fault.name, &[*it]), &fault.name);
            !changes::seen(&cut, &alone.seen(&cut)).is_empty()
        };
        Candidate {
            name: fault.name.clone(),
            class: fault.class.clone(),
            place: fault.place.clone(),
            shows: distinct.into_iter().filter(shows).map(str::to_owned).collect(),
        }
    };
    let all: Vec<Candidate> = timed("which fault shows where", || several(faults, own));
    let (shown, silent): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| !it.shows.is_empty());
    for it in silent {
        say(format_args!("{} shows nowhere and is left out", it.name));
    }
    shown
}

fn judged(night: &Variants, all: &[Together], flaky: &BTreeSet<String>) -> Vec<Row> {
    let known = judge::Known::default();
    several(all, |it| judge::row(night, &known, it, flaky))
}

/// Does the same for each, several at once, and keeps the order.
fn several<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = &work;
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>()))
            .collect();
        parts.into_iter().flat_map(|it| it.join().expect("it can be judged")).collect()
    })
}
