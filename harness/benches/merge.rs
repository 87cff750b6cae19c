//! 1,000 shards of a night of 100,000 scenarios: how evenly it is split, and what making one night of
//! them takes, in a process of its own. Judging the whole is another matter (`nights`).

use std::path::{Path, PathBuf};

use nightshift::ledger::NightDir;
use nightshift::model::asked::{Shard, Split, SplitScenario};
use nightshift::model::{Event, EvidenceRef, FORMAT_VERSION};
use nightshift::{night, plan};

use super::measure::{Cost, own_peak, run};
use super::nights::{self, Made};
use super::suite::{empty, write};
use super::table::Row;

/// The argument by which the bench runs the merge in a process of its own.
pub const CHILD: &str = "merge-of=";

const SCENARIOS: usize = 100_000;
const SHARDS: u32 = 1_000;
const SECONDS: f64 = 60.0;
const MIB: f64 = 1024.0;
/// How much longer than the best the longest shard may be, in percent.
const LONGER: f64 = 5.0;

pub fn rows() -> Vec<Row> {
    let root = empty("merge");
    let longest = shards(&root.join("parts"));
    let program = std::env::current_exe().expect("a program knows its own path");
    let mut cost: Cost =
        run(std::process::Command::new(program).arg(format!("{CHILD}{}", root.display())), 0);
    let told = std::fs::read_to_string(root.join("told")).expect("the child tells");
    let told: Vec<f64> = told.split(' ').map(|it| it.parse().expect("a number")).collect();
    (cost.wall, cost.mib) = (told[0], told[1]);
    let what = format!("merge of {SHARDS} shards, {SCENARIOS} scenarios, not judged");
    let json = serde_json::json!({
        "merge": { "seconds": cost.wall, "mib": cost.mib, "longest_shard_percent": longest },
    });
    println!("{json}");
    vec![
        Row::within(what, cost, SECONDS),
        Row::figure("… peak memory", cost.mib, "MiB", Some(MIB)),
        Row::figure("… longest shard above the best", longest, "%", Some(LONGER)),
    ]
}

/// Makes one night of the parts in a folder, and tells how that went.
pub fn child(root: &str) {
    let root = Path::new(root);
    let parts = night::nights_in(&[root.join("parts")]).expect("there are parts");
    let started = std::time::Instant::now();
    let merged = night::merge(&parts, &root.join("whole")).expect("they are one night");
    let told = format!("{} {}", started.elapsed().as_secs_f64(), own_peak());
    assert!(merged.parts.are_whole(), "{:?}", merged.parts);
    write(&root.join("told"), &told);
}

/// Writes the shards' nights; by how many percent the longest is longer than the best could be.
fn shards(folder: &Path) -> f64 {
    let mut random = fastrand::Rng::with_seed(11);
    // Most scenarios take seconds, a few take minutes.
    let ids: Vec<String> = (0..SCENARIOS).map(nights::id).collect();
    let weights: Vec<(&str, u64)> =
        ids.iter().map(|id| (id.as_str(), 500 + 60_000 / random.u64(1..200))).collect();
    let parts = plan::split(&weights, SHARDS);
    let mut loads = vec![0_u64; SHARDS as usize];
    for (part, (_, ms)) in parts.iter().zip(&weights) {
        loads[*part as usize - 1] += ms;
    }
    let total: u64 = loads.iter().sum();
    let longest = *loads.iter().max().expect("there are shards");
    let split = whole(&ids, &parts);
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); SHARDS as usize];
    for (n, part) in parts.iter().enumerate() {
        own[*part as usize - 1].push(n);
    }
    let mut first = None;
    for (index, own) in (1..).zip(own) {
        let night = folder.join(format!("{index:04}"));
        let made = part(&night, index, own.into_iter(), &split, first.as_ref());
        first.get_or_insert(made);
    }
    (longest as f64 / (total as f64 / f64::from(SHARDS)) - 1.0) * 100.0
}

fn whole(ids: &[String], parts: &[u32]) -> Vec<u8> {
    let scenarios = ids.iter().zip(parts).map(|(id, shard)| SplitScenario {
        id: id.clone(),
        file: format!("scenarios/{id}.yaml"),
        line: 2,
        shard: *shard,
    });
    let split = Split { of: SHARDS, scenarios: scenarios.collect(), ..Split::default() };
    serde_json::to_vec(&split).expect("plain data")
}

/// Writes the night of one shard; where its split lies, for those after it.
fn part(
    folder: &Path,
    index: u32,
    own: impl Iterator<Item = usize>,
    split: &[u8],
    first: Option<&(PathBuf, EvidenceRef)>,
) -> (PathBuf, EvidenceRef) {
    let night = NightDir::create(folder).expect("an empty folder");
    let kept = match first {
        None => night.keep("split", "application/json", split).expect("kept"),
        // The same file in each: its bytes are written once, or the disk would be full of them.
        Some((other, kept)) => {
            let to = folder.join(&kept.path);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            std::fs::hard_link(other.join(&kept.path), to).expect("linked");
            kept.clone()
        }
    };
    let mut made = Made { night, plan: nights::plan(), events: Vec::new() };
    made.plan.asked.shard = Some(Shard { index, of: SHARDS, split: kept.clone() });
    let night = made.plan.night.clone();
    made.events.push(Event::NightStarted { format_version: FORMAT_VERSION, night });
    own.for_each(|n| made.scenario(n, false));
    made.events.push(Event::NightFinished { interrupted: false });
    made.lay();
    (folder.to_owned(), kept)
}
