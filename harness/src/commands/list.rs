//! `nightshift list`: what would run tonight, in order, with the durations of the last night.

use std::collections::HashMap;

use super::arguments::{Common, Format, ListOptions};
use super::check::counted;
use super::exit::Exit;
use super::{night, terminal};
use crate::model::{Scenario, Suite};
use crate::plan::Selection;
use crate::spec::Overrides;
use crate::{history, night as nights, plan};

pub fn run(common: &Common, options: &ListOptions) -> anyhow::Result<Exit> {
    let overrides = options.changes.overrides();
    show(common, &overrides, &options.choice.selection(), &[], options.format)
}

/// Shows what a selection would run.
pub fn show(
    common: &Common,
    overrides: &Overrides,
    selection: &Selection,
    asked: &[String],
    format: Format,
) -> anyhow::Result<Exit> {
    let suite = night::suite(common, overrides)?;
    let scenarios = in_order(&suite, plan::select(&suite, selection)?);
    let expected = expected_durations(&suite);
    match format {
        Format::Json => {
            let rows: Vec<_> = scenarios.iter().map(|it| row(it, &expected)).collect();
            terminal::answer(format_args!("{:#}", serde_json::Value::from(rows)));
        }
        Format::Text => {
            show_table(&scenarios, &expected);
            show_builds(&suite, asked)?;
        }
    }
    Ok(Exit::Passed)
}

/// The scenarios as a night with a deadline runs them, where the suite has one.
fn in_order(suite: &Suite, scenarios: Vec<Scenario>) -> Vec<Scenario> {
    if suite.config.night.until.is_none() {
        return scenarios;
    }
    let named = suite.config.night.history.as_ref().map(|it| suite.root.join(it));
    let folder = named.unwrap_or_else(|| nights::nights_folder(suite));
    let branch = night::branch(&suite.root, &night::environment());
    let wanted = history::Wanted {
        branch: branch.as_deref(),
        durations: true,
        ..history::Wanted::default()
    };
    // Without earlier nights the order is that of smoke and worth alone.
    let history = history::gather(&folder, &wanted).unwrap_or_default();
    nights::in_order(suite, &scenarios, &history)
}

/// How long each scenario took in the newest night of the suite, in milliseconds.
pub(super) fn expected_durations(suite: &Suite) -> HashMap<String, u64> {
    nights::previous_report(&nights::nights_folder(suite), "")
        .map(|report| report.scenarios.into_iter().map(|it| (it.id, it.duration_ms)).collect())
        .unwrap_or_default()
}

fn row(scenario: &Scenario, expected: &HashMap<String, u64>) -> serde_json::Value {
    serde_json::json!({
        "id": scenario.id,
        "file": scenario.file,
        "line": scenario.line,
        "about": scenario.about,
        "tags": scenario.tags,
        "owner": scenario.owner,
        "product": scenario.product,
        "expected_duration_ms": expected.get(&scenario.id),
    })
}

/// The products that have builds, with the one that would be used.
fn show_builds(suite: &Suite, asked: &[String]) -> anyhow::Result<()> {
    let asked = night::by_product(suite, "--build", asked)?;
    let chosen = nights::choose_builds(&suite.config, &asked)?;
    for (name, product) in &suite.config.products {
        let Some(builds) = &product.builds else { continue };
        let chosen = chosen.get(name).map_or("to be named with --build", String::as_str);
        let known = match builds.known.as_slice() {
            [] => String::new(),
            known => format!(" (of {})", known.join(", ")),
        };
        terminal::say(format_args!("{name}: build {chosen}{known}"));
    }
    Ok(())
}

fn show_table(scenarios: &[Scenario], expected: &HashMap<String, u64>) {
    let width = scenarios.iter().map(|it| it.id.chars().count()).max().unwrap_or(0);
    for scenario in scenarios {
        let duration = match expected.get(&scenario.id) {
            Some(ms) => format!("{:.1}s", *ms as f64 / 1000.0),
            None => "?".to_owned(),
        };
        let about = scenario.about.as_deref().unwrap_or("");
        let line = format!("{:width$}  {duration:>7}  {about}", scenario.id);
        terminal::answer(line.trim_end());
    }
    let known: u64 = scenarios.iter().filter_map(|it| expected.get(&it.id)).sum();
    let total = if known > 0 {
        format!(", about {:.0}s one after the other", (known as f64 / 1000.0).ceil())
    } else {
        String::new()
    };
    terminal::say(format_args!("{}{total}", counted(scenarios.len(), "scenario")));
}
