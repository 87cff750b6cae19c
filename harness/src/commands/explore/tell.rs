//! `explore.json`, its page, and what is said when an exploration has ended.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::super::arguments::{ExploreOptions, Format};
use super::super::terminal;
use super::keep::Kept;
use super::prepare::Prepared;
use crate::explore::{Asserted, Fault, Written};
use crate::model::Survey;
use crate::model::survey::{Kind, Missed, Offer, Share};
use crate::night::Explored;
use crate::report;

/// How many findings and places are named where it was started.
const MOST_TOLD: usize = 8;

/// Writes `explore.json` and says what it came to.
pub fn tell(
    options: &ExploreOptions,
    prepared: &Prepared,
    explored: &Explored,
    faults: &[Fault],
    kept: &Kept,
) -> anyhow::Result<()> {
    let survey = survey(prepared, explored, faults, kept);
    let json = json(explored, &survey, kept);
    let path = prepared.ground.suite.root.join("explore.json");
    std::fs::write(&path, format!("{json:#}\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let page = explored.folder.join("index.html");
    std::fs::write(&page, report::survey_page(&survey)?)
        .with_context(|| format!("cannot write {}", page.display()))?;
    if options.format == Format::Json {
        terminal::answer(format_args!("{json:#}"));
        return Ok(());
    }
    let scenarios = super::super::check::counted(kept.written.len(), "scenario");
    let seconds = explored.took.as_secs();
    terminal::answer(format_args!(
        "wrote {scenarios} below {} after {} probes in {seconds} s",
        prepared.folder.display(),
        explored.probes
    ));
    say_what_there_is(&survey, kept);
    for fault in faults.iter().take(MOST_TOLD) {
        terminal::answer(format_args!(
            "{} ({}): {}",
            fault.severity.word(),
            fault.rule,
            fault.title
        ));
    }
    let more = faults.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        terminal::answer(format_args!("and {more} more findings, in explore.json"));
    }
    let files = kept.findings.iter().flatten().count();
    if files > 0 {
        terminal::answer(format_args!(
            "{} below {}/findings, which fail until that is mended",
            super::super::check::counted(files, "scenario"),
            prepared.folder.display()
        ));
    }
    let missed = &survey.not_reached;
    for it in missed.iter().take(MOST_TOLD) {
        terminal::say(format_args!("not reached: {}: {}", it.what, it.why));
    }
    let more = missed.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        terminal::say(format_args!("and {more} more that were not reached, in explore.json"));
    }
    terminal::answer(format_args!("html: {}", page.display()));
    if kept.accepted > 0 {
        terminal::answer("Next: nightshift run");
    } else if !kept.written.is_empty() && !options.no_accept {
        terminal::answer("Next: nightshift run --accept-new");
    }
    Ok(())
}

/// Says what there is and how much of it is used, how fast that was found out, and what skills it made.
fn say_what_there_is(survey: &Survey, kept: &Kept) {
    if let Some(pacing) = &survey.pacing {
        terminal::answer(format_args!("  {pacing}"));
    }
    if !kept.ways.is_empty() {
        let names: Vec<&str> = kept.ways.iter().map(|it| it.name.as_str()).collect();
        let names = names.join(", ");
        let skills = super::super::check::counted(kept.ways.len(), "skill");
        terminal::answer(format_args!("  with {skills} that they begin with: {names}"));
    }
    for kind in Kind::ALL {
        let Share { seen, reached, asserted } = survey.share(kind);
        let word = kind.plural();
        terminal::answer(format_args!(
            "  {word}: {seen} seen, {reached} reached, {asserted} asserted"
        ));
    }
}

/// All that is told of the product: what the suite uses of it, with what was written now.
fn survey(prepared: &Prepared, explored: &Explored, faults: &[Fault], kept: &Kept) -> Survey {
    let mut asserted = Asserted::default();
    for it in &prepared.ground.known() {
        asserted.add_steps(it.all_steps().into_iter().map(|it| &it.action));
    }
    for it in &kept.written {
        asserted.add_steps(&it.steps);
    }
    let mut survey = explored.survey(&asserted);
    let never_same = kept.unsettled.iter().map(|it| Missed {
        what: it.scenario.clone(),
        why: format!("it ended well in {} of {} rounds: {}", it.completed, it.rounds, it.detail),
    });
    survey.not_reached.extend(never_same);
    let file = |it: &PathBuf| it.display().to_string();
    let findings = faults.iter().zip(&kept.findings);
    survey.findings = findings.map(|it| it.0.told(it.1.as_ref().map(file))).collect();
    let written = kept.written.iter().zip(&kept.files);
    let offer = |(it, path): (&Written, &PathBuf)| Offer {
        id: it.name.clone(),
        file: file(path),
        about: it.about.clone(),
    };
    survey.scenarios = written.map(offer).collect();
    survey
}

fn json(explored: &Explored, survey: &Survey, kept: &Kept) -> Value {
    let mut json = json!(survey);
    json["rounds"] = json!(explored.rounds);
    json["states"] = json!(explored.map.states.len());
    json["skills"] = json!(kept.ways.iter().map(|it| &it.name).collect::<Vec<_>>());
    json["silenced"] = json!(kept.silenced);
    json["accepted"] = json!(kept.accepted);
    json
}
