//! `just bench`: what nightshift costs beside its peers, as ratios of one run, printed as a table.
//!
//! Nothing here is a test: what misses its target is printed as missed. Peers come from their
//! package registries into a folder below the system's temporary one. Arguments choose parts:
//! `just bench commands check`. See docs/design/003-benchmarks.md.
//!
//! - `main.rs` runs the parts, `measure.rs` measures whole processes, `table.rs` prints them
//!   against their targets, `suite.rs` and `site.rs` make what is measured.
//! - `pages.rs` is 20 pages beside Playwright Test, `commands.rs` 200 commands beside trycmd,
//!   `nights.rs` the reports of a night of 10,000 scenarios, `check.rs` a `check` of 5,000 files,
//!   `merge.rs` 1,000 shards of a night of 100,000 made one,
//!   `images.rs` pairs of pictures beside odiff and pixelmatch, `review.rs` a review of 2,000
//!   pending changes, `settle.rs` settling the shop beside plain nights, `floor.rs` the least that
//!   pages and commands cost, `walls.rs` what policy and confinement add to that, `replay.rs`
//!   recorded ways beside written steps, `queue.rs` what workers over a queue cost and gain,
//!   `explore.rs` states a minute of exploring the shop beside a plain crawl. `shop.rs` serves the shop
//!   to peers.
//! - `detection.rs` is `just detection`: every fault of the fixture shop alone, beside Playwright
//!   Test; `detection/explored.rs` is the same by the suite that `explore` writes.
//! - `pairs.rs` is `just pairs`: two and three faults at once. `pairs/draw.rs` draws which,
//!   `pairs/changes.rs` knows whose a change is, `pairs/judge.rs` holds a night against that,
//!   `pairs/table.rs` prints.
//! - `foreign.rs` is `just foreign`: products of others explored from nothing, then a night on the same
//!   version and one on the next.
//! - `held_out.rs` is `just held-out`: baselines on the sound product, a silent night, a night for
//!   each fault of its `faults.json`, and what the first finding of each says; `again` judges the
//!   kept nights.
//! - `products.rs` is what benches over products of others share.
//! - `tokens.rs` is `just tokens`: what a coding agent is told, beside Playwright MCP.
//!   `tokens/flows.rs` has the flows, `tokens/driven.rs` the two servers, `tokens/told.rs` finds a
//!   thing in what was told.
//! - `serve.rs` is `just serve-pages`: the pages of `serve` over a year of nights.
//! - `upgrades.rs` is `just upgrades`: baselines on the old version of each product, a silent
//!   night, and what a night on the new one says.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod check;
mod commands;
mod control;
mod explore;
mod floor;
mod images;
mod measure;
mod merge;
mod nights;
mod pages;
mod playwright;
mod queue;
mod replay;
mod review;
mod settle;
mod shop;
mod site;
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;
#[path = "../tests/synthetic_night.rs"]
mod synthetic_night;
mod table;
mod walls;

use table::Row;

/// A part of the bench: its name, and what it measures.
type Part = (&'static str, fn() -> Vec<Row>);

const PARTS: [Part; 14] = [
    ("pages", pages::rows),
    ("commands", commands::rows),
    ("nights", nights::rows),
    ("merge", merge::rows),
    ("check", check::rows),
    ("review", review::rows),
    ("settle", settle::rows),
    ("control", control::rows),
    ("floor", floor::rows),
    ("images", images::rows),
    ("walls", walls::rows),
    ("replay", replay::rows),
    ("queue", queue::rows),
    ("explore", explore::rows),
];

fn main() {
    // What cargo itself adds, such as `--bench`, is for other harnesses.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    if let Some(scale) = arguments.iter().find_map(|it| it.strip_prefix(nights::CHILD)) {
        return nights::child(scale);
    }
    if let Some(root) = arguments.iter().find_map(|it| it.strip_prefix(merge::CHILD)) {
        return merge::child(root);
    }
    let unknown = arguments.iter().find(|it| PARTS.iter().all(|(name, _)| name != it));
    assert!(unknown.is_none(), "no part is called {unknown:?}");
    let mut rows = Vec::new();
    for (name, part) in PARTS {
        if arguments.is_empty() || arguments.iter().any(|it| it == name) {
            eprintln!("measuring {name} …");
            rows.extend(part());
        }
    }
    println!("{}", table::table(&rows));
}
