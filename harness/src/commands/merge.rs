//! `nightshift merge`: one night of the nights of its shards.

use super::arguments::{Common, MergeOptions};
use super::check::counted;
use super::exit::Exit;
use super::{offline, publish, terminal};
use crate::model::Decision;
use crate::night::{judge, merge, nights_in};

pub fn run(common: &Common, options: &MergeOptions) -> anyhow::Result<Exit> {
    let nights = nights_in(&options.nights)?;
    let merged = merge(&nights, &options.out)?;
    let report = offline::write(&merged.night, &judge(&merged.night)?)?;
    if !options.no_pdf {
        offline::print(&merged.night, &report)?;
    }
    let parts = &merged.parts;
    if !common.quiet {
        let shards = counted(parts.nights.len(), "shard");
        terminal::say(format_args!("{shards} of {}, split by {}", parts.of, parts.by));
    }
    offline::tell(&merged.night, &report);
    publish::after_merge(common, &merged.night, &report);
    for (indexes, what) in [(&parts.missing, "missing"), (&parts.broken_off, "broken off")] {
        if !indexes.is_empty() {
            let named: Vec<String> = indexes.iter().map(ToString::to_string).collect();
            terminal::answer(format_args!("{what}: shard {} of {}", named.join(", "), parts.of));
        }
    }
    Ok(match report.gate.decision {
        Decision::Fail => Exit::Failed,
        Decision::Pass | Decision::Inconclusive if !parts.are_whole() => Exit::NotConclusive,
        decision => Exit::of_gate(decision),
    })
}
