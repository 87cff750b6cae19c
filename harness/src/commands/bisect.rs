//! `nightshift bisect`: which commit or build broke what a night found.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::arguments::{BisectOptions, Common, Format};
use super::exit::Exit;
use super::waiting::{listen, runtime};
use super::{night, offline, terminal};
use crate::ledger::NightDir;
use crate::model::culprit::{Culprit, ProbeResult, SearchOutcome};
use crate::night::{self as nights, RunOptions, Searched, Stop, Tried, Until, WantedCulprits, Why};
use crate::surface::browser::Window;

/// How long one try may take.
const LONGEST: std::time::Duration = std::time::Duration::from_hours(1);

pub fn run(common: &Common, options: &BisectOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &options.changes.overrides())?;
    let (night, finding) = meant(common, options)?;
    let (good, bad) = (options.good.clone(), options.bad.clone());
    let wanted = WantedCulprits { finding, good, bad, ..WantedCulprits::default() };
    let environment = night::environment();
    let small_night = RunOptions {
        branch: night::branch(&suite.root, &environment),
        environment,
        window: Window::Hidden,
        // The hour at which nights must be over is none of its business.
        until: Some(Until::Budget(LONGEST)),
        ..RunOptions::default()
    };
    let stop = Stop::default();
    let signal = Arc::new(AtomicU8::new(0));
    let runtime = runtime()?;
    let quiet = common.quiet;
    let tell = move |it: &Tried<'_>| {
        if !quiet {
            terminal::say(tried(it));
        }
    };
    let searched = runtime.block_on(async {
        listen(stop.clone(), signal.clone());
        let means = (&small_night, &stop);
        Box::pin(nights::bisect(&suite, &night, &wanted, means, &tell)).await
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    let searched = searched?;
    if !searched.found.is_empty() {
        offline::write_all(&night)?;
    }
    match options.format {
        Format::Json => terminal::answer(format_args!("{:#}", json(&night, &searched))),
        Format::Text => answer(&night, &searched),
    }
    if stop.why() == Some(Why::Interrupted) {
        return Ok(Exit::Signal(signal.load(Ordering::Relaxed).max(2)));
    }
    let open = |it: &Culprit| it.outcome == SearchOutcome::Undecided;
    let all_clear = searched.skipped.is_empty() && !searched.found.iter().any(|it| open(&it.1));
    Ok(if all_clear { Exit::Passed } else { Exit::Failed })
}

/// The night and the finding; a single word that is no night is a finding of the newest one.
fn meant(common: &Common, options: &BisectOptions) -> anyhow::Result<(NightDir, Option<String>)> {
    let Some(first) = &options.night else {
        return Ok((night::newest(&night::root(common)?)?, None));
    };
    match (night::open(common, first), &options.finding) {
        (Ok(night), finding) => Ok((night, finding.clone())),
        (Err(_), None) if first.components().count() == 1 && !first.exists() => {
            let finding = first.to_string_lossy().into_owned();
            Ok((night::newest(&night::root(common)?)?, Some(finding)))
        }
        (Err(error), _) => Err(error),
    }
}

/// One try, in a line.
fn tried(it: &Tried<'_>) -> String {
    let title = it.title.map(|it| format!(" \"{it}\"")).unwrap_or_default();
    let results: Vec<String> =
        it.results.iter().map(|(id, result)| format!("{id} {}", result.word())).collect();
    format!("tried {}{title}, of {}: {}", short(it.build), it.of, results.join(", "))
}

fn short(build: &str) -> String {
    let is_commit = build.len() == 40 && build.chars().all(|it| it.is_ascii_hexdigit());
    if is_commit { build[..10].to_owned() } else { build.to_owned() }
}

fn json(night: &NightDir, searched: &Searched) -> serde_json::Value {
    let found = searched.found.iter().map(|(finding, culprit)| {
        serde_json::json!({
            "id": finding.id,
            "fingerprint": finding.fingerprint,
            "title": finding.title,
            "culprit": culprit,
        })
    });
    let skipped =
        searched.skipped.iter().map(|(id, why)| serde_json::json!({ "id": id, "why": why }));
    serde_json::json!({
        "format_version": crate::model::FORMAT_VERSION,
        "night": night.path().file_name().map(|it| it.to_string_lossy()),
        "builds": searched.builds,
        "findings": found.collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
    })
}

fn answer(night: &NightDir, searched: &Searched) {
    for (finding, culprit) in &searched.found {
        terminal::answer(format_args!("{}  {}", finding.id, finding.title));
        terminal::answer(format_args!("    {}", culprit.said()));
        for file in culprit.files.iter().take(5) {
            terminal::answer(format_args!("    changed {file}"));
        }
        for probe in &culprit.probes {
            let title = probe.title.as_ref().map(|it| format!("  {it}")).unwrap_or_default();
            let mark = match probe.result {
                ProbeResult::Failed => "failed ",
                ProbeResult::Passed => "passed ",
                ProbeResult::Skipped => "skipped",
            };
            terminal::answer(format_args!("    {mark}  {}{title}", short(&probe.build)));
        }
    }
    for (id, why) in &searched.skipped {
        terminal::answer(format_args!("{id}  not searched for: {why}"));
    }
    if searched.found.is_empty() && searched.skipped.is_empty() {
        terminal::answer("the night has no regression to search for");
    } else {
        let page = night.path().join("index.html");
        terminal::answer(format_args!("html: {}", page.display()));
    }
}
