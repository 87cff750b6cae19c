//! `nightshift merge`: one night of the nights of its shards.

use super::arguments::{Common, MergeOptions};
use super::check::counted;
use super::exit::Exit;
use super::{night, offline, publish, run, terminal};
use crate::ledger::NightDir;
use crate::model::Decision;
use crate::night::{judge, merge, nights_in};
use crate::report::NightReport;
use crate::spec::{self, Overrides};

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
    finish(common, &merged.night, &report);
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

/// What a night does once it has reported, where its suite is here.
fn finish(common: &Common, merged: &NightDir, report: &NightReport) {
    let Ok(root) = night::root(common) else { return };
    match spec::load(&root, &Overrides::default()) {
        Ok(suite) => {
            publish::after(&suite, merged, report);
            run::ping(&suite);
        }
        // Whether anything is to be published stands in what cannot be read.
        Err(error) => terminal::say(format_args!(
            "the suite cannot be read, so its `report.publish` and `night.ping` were passed over: \
             {error}"
        )),
    }
}
