//! Settling the shop beside plain nights over it: as many rounds as nights, so that the ratio is
//! what shaking, aligning and proposing cost.

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift};
use super::table::Row;

const ROUNDS: usize = 3;

pub fn rows() -> Vec<Row> {
    let root = empty("settle");
    copy_shop(&root);
    let suite = root.join("suite");
    let accept = ["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "../first"];
    run(nightshift(&suite).args(accept), 0);
    let nights: Vec<Cost> = (0..ROUNDS)
        .map(|n| {
            let out = format!("../night-{n}");
            run(nightshift(&suite).args(["run", "--no-pdf", "--out", &out]), 0)
        })
        .collect();
    let times = ROUNDS.to_string();
    let settled = run(nightshift(&suite).args(["settle", "--times", &times]), 0);
    let night = median(&nights);
    let all =
        Cost { wall: night.wall * ROUNDS as f64, cpu: night.cpu * ROUNDS as f64, mib: night.mib };
    vec![
        Row::peer(format!("{ROUNDS} plain nights of the shop"), all),
        Row::ours(format!("settle it in {ROUNDS} rounds"), settled, all, Some(2.0)),
    ]
}

/// Copies the fixture product and its suite.
pub(super) fn copy_shop(root: &std::path::Path) {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/tests/fixture");
    for part in ["bin", "parts", "suite"] {
        copy(&fixture.join(part), &root.join(part));
    }
    copy_file(&fixture.join("shop.py"), &root.join("shop.py"));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("readable");
        let target = to.join(entry.path().strip_prefix(from).expect("inside of the folder"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).expect("writable");
        } else {
            copy_file(entry.path(), &target);
        }
    }
}

fn copy_file(from: &std::path::Path, to: &std::path::Path) {
    std::fs::copy(from, to).expect("copied");
}
