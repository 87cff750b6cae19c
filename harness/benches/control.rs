//! Nights of the shop that are judged by another build, beside plain nights over it: what running
//! everything twice costs beyond two nights, and what running only what differs costs beyond one.

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift};
use super::support::{copy_shop, give_builds_of_faults};
use super::table::Row;

const TIMES: usize = 3;
const FAULT: [&str; 2] = ["--build", "text-typo"];
const NEEDED: [&str; 4] = ["--against", "sound", "--set", "night.control.of=needed"];

pub fn rows() -> Vec<Row> {
    let root = empty("control");
    copy_shop(&root);
    let suite = root.join("suite");
    give_builds_of_faults(&suite);
    let cache = root.join("cache");
    let night = |name: &str, arguments: &[&str], code: i32| {
        let mut all = vec!["run", "--no-pdf", "--history", "none", "--out", name];
        all.extend(arguments);
        run(nightshift(&suite).env("XDG_CACHE_HOME", &cache).args(all), code)
    };
    night("../first", &["--accept-new", "--no-settle"], 0);
    night("../made", &["--build", "sound-too", "look-around"], 0);
    let (mut plain, mut both, mut faulty, mut needed) = (vec![], vec![], vec![], vec![]);
    for n in 0..TIMES {
        let out = |what: &str| format!("../{what}-{n}");
        plain.push(night(&out("plain"), &[], 0));
        both.push(night(&out("both"), &["--build", "sound-too", "--against", "sound"], 0));
        faulty.push(night(&out("faulty"), &FAULT, 1));
        needed.push(night(&out("needed"), &[&FAULT[..], &NEEDED].concat(), 1));
    }
    let (plain, faulty) = (median(&plain), median(&faulty));
    let two = Cost { wall: plain.wall * 2.0, cpu: plain.cpu * 2.0, mib: plain.mib };
    vec![
        Row::peer("two plain nights of the shop".to_owned(), two),
        Row::ours("one that is judged by another build".to_owned(), median(&both), two, Some(1.1)),
        Row::peer("a plain night of the shop with a fault".to_owned(), faulty),
        Row::ours(
            "the same, what differs judged by another build".to_owned(),
            median(&needed),
            faulty,
            Some(1.6),
        ),
    ]
}
