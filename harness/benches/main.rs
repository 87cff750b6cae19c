//! `just bench`: what nightshift costs beside its peers, as ratios of one run, printed as a table.
//!
//! Nothing here is a test: what misses its target is printed as missed. Peers come from their
//! package registries into a folder below the system's temporary one. Arguments choose parts:
//! `just bench commands check`. See docs/design/003-benchmarks.md.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod check;
mod commands;
mod control;
mod floor;
mod images;
mod measure;
mod nights;
mod pages;
mod playwright;
mod review;
mod settle;
mod site;
mod suite;
#[path = "../tests/synthetic_night.rs"]
mod synthetic_night;
mod table;

use table::Row;

/// A part of the bench: its name, and what it measures.
type Part = (&'static str, fn() -> Vec<Row>);

const PARTS: [Part; 9] = [
    ("pages", pages::rows),
    ("commands", commands::rows),
    ("nights", nights::rows),
    ("check", check::rows),
    ("review", review::rows),
    ("settle", settle::rows),
    ("control", control::rows),
    ("floor", floor::rows),
    ("images", images::rows),
];

fn main() {
    // What cargo itself adds, such as `--bench`, is for other harnesses.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    if let Some(scale) = arguments.iter().find_map(|it| it.strip_prefix(nights::CHILD)) {
        return nights::child(scale);
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
