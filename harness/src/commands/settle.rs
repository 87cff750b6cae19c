//! `nightshift settle`: what varies although the product is the same, and the patch that makes it
//! silent. Neighbour: [`super::settle_patch`], which writes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::arguments::{Common, Format, SettleOptions};
use super::check::counted;
use super::exit::Exit;
use super::progress::Reporter;
use super::settle_patch::{Patches, remedies};
use super::waiting::{listen, runtime};
use super::{night, terminal};
use crate::compare::requests;
use crate::model::settle::{ByClock, Noise, Remedy, Unsettled};
use crate::model::{FacetKind, Suite};
use crate::night::{self as nights, RunOptions, Settled, Settling, Stop, Until, Why};
use crate::report;
use crate::settle::Reach;
use crate::spec::patch::{loads, remedy_text};
use crate::surface::browser::Window;

/// How long one round may take.
const LONGEST: Duration = Duration::from_hours(12);
/// How much of a sample is shown, in characters.
const SHOWN: usize = 60;

pub fn run(common: &Common, options: &SettleOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &options.staging.changes.overrides())?;
    let stop = Stop::default();
    let signal = Arc::new(AtomicU8::new(0));
    let reporter = Arc::new(Reporter::new(common.quiet));
    let wanted = run_options(&suite, options)?;
    let settling = Settling { times: options.times, reach: Reach::Seen };
    let runtime = runtime()?;
    let settled = runtime.block_on(async {
        listen(stop.clone(), signal.clone());
        let reporter = reporter.clone();
        let progress = Arc::new(move |it| reporter.tell(it));
        Box::pin(nights::settle(&suite, &wanted, settling, &stop, progress)).await
    });
    reporter.clear();
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    let mut settled = settled?;
    settled.found.noise.iter_mut().for_each(only_what_loads);
    if let Some(problem) = &settled.preflight {
        terminal::say(format_args!("nothing could run: {problem}"));
        return Ok(Exit::Preflight);
    }
    let patches = Patches::of(&suite.root, &settled.plan, &settled.found.noise)?;
    let written = options.write && !patches.is_empty();
    if written {
        patches.write()?;
    }
    match options.format {
        Format::Json => tell_json(&settled, &patches, written),
        Format::Text => tell(common, &settled, &patches, written),
    }
    if stop.why() == Some(Why::Interrupted) {
        return Ok(Exit::Signal(signal.load(Ordering::Relaxed).max(2)));
    }
    let found = &settled.found;
    let left = found.noise.iter().any(|it| it.remedy.is_none()) || !patches.by_hand.is_empty();
    let all_written = written && !left;
    let steady = found.unsettled.is_empty() && settled.rounds > 1;
    Ok(if steady && (found.noise.is_empty() || all_written) { Exit::Passed } else { Exit::Failed })
}

/// Takes back a proposal that the suite would not load with.
fn only_what_loads(noise: &mut Noise) {
    if noise.remedy.as_ref().is_some_and(|it| !loads(it)) {
        noise.remedy = None;
        noise.cost = None;
        noise.silent = false;
    }
}

fn run_options(suite: &Suite, options: &SettleOptions) -> anyhow::Result<RunOptions> {
    let environment = night::environment();
    Ok(RunOptions {
        selection: options.choice.selection(),
        jobs: options.jobs,
        builds: night::by_product(suite, "--build", &options.staging.build)?,
        base_urls: night::by_product(suite, "--base-url", &options.staging.base_url)?,
        branch: night::branch(&suite.root, &environment),
        environment,
        window: Window::Hidden,
        // The hour at which nights must be over is none of its business.
        until: Some(Until::Budget(LONGEST)),
        ..RunOptions::default()
    })
}

fn tell_json(settled: &Settled, patches: &Patches, written: bool) {
    let (shaken, not_shaken) = nights::reach(settled.clocks);
    let json = serde_json::json!({
        "rounds": settled.rounds,
        "compared": settled.found.compared,
        "shaken": shaken,
        "not_shaken": not_shaken,
        "noise": settled.found.noise,
        "unsettled": settled.found.unsettled,
        "by_clock": settled.found.by_clock,
        "patch": patches.diff(),
        "by_hand": patches.by_hand,
        "written": written,
    });
    terminal::answer(format_args!("{json:#}"));
}

fn tell(common: &Common, settled: &Settled, patches: &Patches, written: bool) {
    let found = &settled.found;
    if !common.quiet {
        let (shaken, not_shaken) = nights::reach(settled.clocks);
        terminal::say(format_args!("shaken: {}", shaken.join(", ")));
        if let Some(not) = not_shaken {
            terminal::say(format_args!("not shaken: {not}"));
        }
    }
    for noise in &found.noise {
        for line in lines(noise) {
            terminal::answer(line);
        }
    }
    for it in &found.unsettled {
        terminal::answer(unsettled(it));
    }
    for it in &found.by_clock {
        terminal::answer(by_clock(it));
    }
    let diff = patches.diff();
    if !diff.is_empty() {
        terminal::answer(format_args!("\n{}", diff.trim_end()));
    }
    for problem in &patches.by_hand {
        terminal::answer(format_args!("by hand: {problem}"));
    }
    terminal::answer(summary(settled, patches, written));
}

/// One place that varied, with its samples and what is proposed.
pub fn lines(noise: &Noise) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} at {}@{} {}, {}: {}",
            noise.kind,
            noise.scenario,
            noise.checkpoint,
            noise.facet,
            noise.place,
            cut(&noise.at)
        ),
        format!("    seen: {}", samples(&noise.samples)),
    ];
    let Some(remedy) = noise.remedy.as_ref().filter(|it| loads(it)) else {
        let way = match noise.facet {
            FacetKind::Events => {
                "`nightshift run --accept-new` accepts what all rounds saw".to_owned()
            }
            facet => format!(
                "`unstable: [ {facet} ]` would, and nobody is told of this facet here any more"
            ),
        };
        lines.push(format!("    no key takes that alone out: {way}"));
        return lines;
    };
    let cost = noise.cost.map_or("would hide nothing else".to_owned(), |it| it.to_string());
    let then = match (remedy, noise.silent) {
        (Remedy::Unstable(facet), _) => {
            lines.extend(last_resort(*facet, noise));
            return lines;
        }
        (_, true) => "then it is silent",
        (_, false) => "and something still varies",
    };
    lines.push(match (remedy, remedy.key()) {
        (Remedy::Writes(baseline), _) => {
            let said = requests::varying(baseline).join(", ");
            format!("    its baseline would say: {said}; {cost}; {then}")
        }
        (_, key) => {
            let key = key.unwrap_or_default();
            format!("    {key}: [ {} ]; {cost}; {then}", remedy_text(remedy))
        }
    });
    lines
}

/// That a whole facet would be given up, what that costs, and what could be done instead.
fn last_resort(facet: FacetKind, noise: &Noise) -> Vec<String> {
    let cost = match noise.cost {
        Some(cost) => format!("{cost} that are noticed at this checkpoint today"),
        None => "what it would hide could not be measured".to_owned(),
    };
    let mut lines = vec![format!(
        "    the last resort, unstable: [ {facet} ]: nobody is told of {facet} here any more; {cost}"
    )];
    lines.extend(noise.instead.as_ref().map(|it| format!("    better: {it}")));
    lines
}

/// A scenario of which nothing can be said.
fn unsettled(it: &Unsettled) -> String {
    format!(
        "{} ended as it should in {} of {} rounds: {}",
        it.scenario,
        it.completed,
        it.rounds,
        cut(&it.detail)
    )
}

/// A scenario that fails with a moved clock alone.
pub fn by_clock(it: &ByClock) -> String {
    format!(
        "{} fails when the clock is moved by {} days, and holds when it is not: not judged by that round: {}",
        it.scenario,
        it.days,
        cut(&it.detail)
    )
}

fn summary(settled: &Settled, patches: &Patches, written: bool) -> String {
    let found = &settled.found;
    let rounds = counted(settled.rounds as usize, "round");
    if settled.rounds < 2 {
        return format!("{rounds}: nothing can be compared; let it run longer");
    }
    let facets = counted(found.compared as usize, "facet");
    if found.noise.is_empty() {
        return format!("nothing varies: {facets} in {rounds}");
    }
    let verb = if found.noise.len() == 1 { "varies" } else { "vary" };
    let places = counted(found.noise.len(), "place");
    let proposed = counted(remedies(&found.noise), "proposal");
    let then = match (written, patches.is_empty()) {
        (true, _) => format!("; {proposed} written"),
        (false, false) => format!("; {proposed}: --write applies the patch"),
        (false, true) => String::new(),
    };
    format!("{places} {verb} of {facets} in {rounds}{then}")
}

fn samples(all: &[String]) -> String {
    all.iter().map(|it| cut(it)).collect::<Vec<_>>().join(" / ")
}

fn cut(text: &str) -> String {
    let text = text.replace('\n', "⏎");
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What `--accept-new` did not accept because it did not end as it should each time, once for each
/// reason, and the command that accepts it when that is mended.
pub fn not_ended(all: &[Unsettled]) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in all {
        by_reason.entry(&it.detail).or_default().push(&it.scenario);
    }
    let told = by_reason.into_iter().flat_map(|(why, ids)| {
        let why = report::one_line(why, 300);
        let scenarios = counted(ids.len(), "scenario");
        [
            format!("not accepted: {scenarios} did not end well in every round: {why}"),
            format!("    once that is mended: nightshift run {} --accept-new", ids.join(" ")),
        ]
    });
    told.collect()
}

/// The command that deals with what varied.
pub fn command(noise: &[Noise]) -> String {
    let mut ids: Vec<&str> = noise.iter().map(|it| it.scenario.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    format!("nightshift settle {} --write", ids.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(scenario: &str, detail: &str) -> Unsettled {
        Unsettled {
            scenario: scenario.to_owned(),
            completed: 1,
            rounds: 3,
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn what_did_not_end_well_is_told_once_for_each_reason_and_varied_in_nothing() {
        let down = "app does not answer: start it";
        let all = [one("a", down), one("b", "step 2: expected a row"), one("c", down)];
        let expected = [
            "not accepted: 2 scenarios did not end well in every round: app does not answer: start it",
            "    once that is mended: nightshift run a c --accept-new",
            "not accepted: 1 scenario did not end well in every round: step 2: expected a row",
            "    once that is mended: nightshift run b --accept-new",
        ];
        assert_eq!(not_ended(&all), expected);
        assert!(not_ended(&[]).is_empty());
    }
}
