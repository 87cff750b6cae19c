//! `nightshift sensitivity`: what of the changes that the product could have made in a night would
//! have been noticed, and where nobody looks.

use super::arguments::{Common, Format, SensitivityOptions};
use super::check::counted;
use super::exit::{Exit, mistake};
use super::{night, terminal};
use crate::model::sensitivity::{Noticed, OfFacet, OfScenario, Sensitivity};
use crate::sensitivity::{Budget, measure};

/// Lines of each list that are shown.
const MOST: usize = 12;
/// Bytes of text that are compared for each change that may be tried.
const BYTES_EACH: u64 = 64 << 10;
/// One change in so many may be one of a picture.
const ONE_PICTURE_IN: u32 = 100;

pub fn run(common: &Common, options: &SensitivityOptions) -> anyhow::Result<Exit> {
    if options.limit == 0 {
        return mistake("--limit 0 tries nothing; say how many changes are tried, such as 10000");
    }
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&night::root(common)?)?,
    };
    let plan = night.plan()?;
    let entries = night.entries()?;
    let budget = Budget {
        mutants: options.limit,
        pictures: (options.limit / ONE_PICTURE_IN).max(3),
        bytes: BYTES_EACH * u64::from(options.limit),
        go_on: &|| true,
    };
    let started = std::time::Instant::now();
    let found = measure(&plan, &entries, &|evidence| night.read(evidence), &budget)?;
    match options.format {
        Format::Json => {
            let json = serde_json::json!({
                "format_version": crate::model::FORMAT_VERSION,
                "night": plan.night,
                "sensitivity": found,
            });
            terminal::answer(format_args!("{json:#}"));
        }
        Format::Text => {
            tell(&found);
            let took = started.elapsed().as_secs_f64();
            terminal::say(format_args!("{} in {took:.1} s", changes(found.total.mutants)));
        }
    }
    Ok(Exit::Passed)
}

fn changes(number: u32) -> String {
    counted(number as usize, "change")
}

fn tell(found: &Sensitivity) {
    let total = found.total;
    let Some(percent) = total.percent() else {
        terminal::answer(
            "nothing could be changed: no attempt of this night reached a checkpoint or a page",
        );
        blind(found);
        return;
    };
    terminal::answer(format_args!(
        "{percent} % of {} would have been noticed ({} of {} possible ones tried, in {} of {})",
        changes(total.mutants),
        total.mutants,
        total.possible,
        found.measured,
        counted(found.scenarios as usize, "scenario"),
    ));
    blind(found);
    let kinds = found.kinds.iter().filter(|it| it.count.mutants > 0);
    rows("By kind of change", kinds.map(|it| (it.kind.word().to_owned(), it.count)));
    rows("By facet", found.facets.iter().map(|it| (it.facet.to_string(), it.count)));
    let worst = found.results.iter().filter(|it| it.count.lost() > 0);
    rows("By scenario, the worst first", worst.map(|it| (scenario(it), it.count)));
}

fn blind(found: &Sensitivity) {
    if found.blind.is_empty() {
        return;
    }
    terminal::answer("\nWhere nobody looks, the worst first");
    for spot in found.blind.iter().take(MOST) {
        terminal::answer(format_args!("  {}", spot.line()));
    }
    more(found.blind.len());
}

fn rows(title: &str, all: impl Iterator<Item = (String, Noticed)>) {
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return;
    }
    terminal::answer(format_args!("\n{title}"));
    for (what, count) in all.iter().take(MOST) {
        let percent = count.percent().map_or("-".to_owned(), |it| format!("{it} %"));
        terminal::answer(format_args!("  {percent:>5} of {:>6}  {what}", count.mutants));
    }
    more(all.len());
}

fn more(all: usize) {
    if all > MOST {
        terminal::answer(format_args!("  and {} more; --format json has them all", all - MOST));
    }
}

/// A scenario with its weakest facets.
fn scenario(result: &OfScenario) -> String {
    let mut weak: Vec<&OfFacet> = result.facets.iter().filter(|it| it.count.lost() > 0).collect();
    weak.sort_by_key(|it| it.count.percent());
    let weak: Vec<String> = weak
        .iter()
        .take(3)
        .map(|it| {
            let checkpoint = it.checkpoint.as_deref().unwrap_or_default();
            format!("@{checkpoint} {} {} %", it.facet, it.count.percent().unwrap_or_default())
        })
        .collect();
    format!("{}: {}", result.id, weak.join(", "))
}
