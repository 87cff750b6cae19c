//! `nightshift sensitivity`: what of the changes that the product could have made in a night would
//! have been noticed, and where nobody looks.

use super::arguments::{Common, Format, SensitivityOptions};
use super::check::counted;
use super::exit::{Exit, mistake};
use super::{night, terminal};
use crate::model::sensitivity::{BlindRow, Noticed, OfFacet, OfScenario, Sensitivity, blind_rows};
use crate::sensitivity::{Budget, measure};

/// Lines of each list that are shown.
const MOST: usize = 12;
/// Characters of a cell that are shown.
const WIDEST: usize = 32;
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
    let rows = blind_rows(&found.blind);
    terminal::answer(
        "\nWhere nobody looks, the worst first (changes that would be lost, estimated)",
    );
    for line in blind_table(&rows[..rows.len().min(MOST)]) {
        terminal::answer(format_args!("  {line}"));
    }
    more(rows.len());
}

/// Rows below a heading, their columns as wide as they need; the last one is left as it is.
fn blind_table(rows: &[BlindRow]) -> Vec<String> {
    let heading = ["lost", "where", "facet", "why"].map(str::to_owned);
    let cells = rows
        .iter()
        .map(|it| [it.lost.to_string(), cut(&it.place), cut(&it.facets), it.why.clone()]);
    let all: Vec<[String; 4]> = std::iter::once(heading).chain(cells).collect();
    let width = |at: usize| all.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let (lost, place, facet) = (width(0), width(1), width(2));
    let line = |it: &[String; 4]| {
        format!("{:>lost$}  {:place$}  {:facet$}  {}", it[0], it[1], it[2], it[3])
    };
    all.iter().map(line).collect()
}

/// As much of a cell as a narrow terminal has room for.
fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blind_spots_are_a_table_with_columns_that_line_up() {
        let row = |lost: u64, place: &str, facets: &str| BlindRow {
            lost,
            place: place.to_owned(),
            facets: facets.to_owned(),
            why: "no baseline".to_owned(),
        };
        let long = "a/very/long/name/of/a/scenario@checkpoint";
        assert_eq!(
            blind_table(&[row(1_204, "shop@list and 1 more", "aria, text"), row(50, long, "")]),
            [
                "lost  where                              facet       why",
                "1204  shop@list and 1 more               aria, text  no baseline",
                "  50  a/very/long/name/of/a/scenario@c…              no baseline",
            ]
        );
    }
}
