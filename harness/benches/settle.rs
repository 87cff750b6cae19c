//! Settling the shop beside plain nights over it: as many rounds as nights, so that the ratio is
//! what shaking, aligning and proposing cost.

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift};
use super::support::copy_shop;
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
