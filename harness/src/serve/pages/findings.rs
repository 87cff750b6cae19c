//! Causes across the nights, and one of them with the nights that had it.

use super::super::draw::{Bar, Drawing};
use super::super::view::{Cell, Fact, Part, Table, View};
use super::look::{Look, Tab, day, moment, owner, title};
use crate::archive::{ArchiveError, CauseRow};
use crate::report::shown::count;

/// How many of the newest nights the list is about.
const NIGHTS: usize = 90;
/// The most nights of a cause that are listed.
const LISTED: usize = 120;
/// The height of a drawing.
const HIGH: usize = 40;
/// The most scenarios of a cause that are listed.
const SCENARIOS: usize = 100;

/// Every cause of the newest nights.
pub fn all(look: &Look<'_>) -> Result<View, ArchiveError> {
    let causes = look.archive.causes(look.branch, NIGHTS)?;
    let red = look.red()?;
    let newest = look.nights.len() - 1;
    let now =
        causes.iter().filter(|it| it.seen.last().is_some_and(|it| it.night == newest)).count();
    let mut page =
        look.page(Tab::Findings, format!("{} in the newest night", count(now, "finding")));
    let nights = look.nights.len().min(NIGHTS);
    page.lede = Some(format!(
        "{} in the newest {}, one row a cause, however many scenarios and nights had it.",
        count(causes.len(), "cause"),
        count(nights, "night")
    ));
    page.find = Some(look.find("/findings", "A word, owner or scenario")?);
    let wanted = (look.asked)("q").unwrap_or_default().to_lowercase();
    let fits = |it: &&CauseRow| {
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        wanted.is_empty()
            || has(&it.title)
            || has(it.owner.as_deref().unwrap_or_default())
            || it.scenarios.iter().any(|it| has(it))
    };
    let rows: Vec<&CauseRow> = causes.iter().filter(fits).collect();
    let (shown, pages) = look.rows(&rows, "/findings", &[("q", wanted.as_str())]);
    let mut table = Table::of(
        "The cause that was seen last comes first",
        &["Finding", "Last", "Severity", "Owner", "Now", "First seen", "#Nights"],
    );
    table.rows = shown.iter().map(|it| row(look, it, &red)).collect();
    let none = if rows.is_empty() { "No cause is like that." } else { "" };
    page.parts.push(Part { table: Some(table), none: none.to_owned(), pages, ..Part::default() });
    page.parts.push(gone(look)?);
    Ok(page)
}

fn row(look: &Look<'_>, cause: &CauseRow, red: &std::collections::HashSet<String>) -> Vec<Cell> {
    let hits = match cause.scenarios.as_slice() {
        [one] => title(one),
        some => count(some.len(), "scenario"),
    };
    let first = cause.seen.first().map(|it| day(look.nights[it.night].started));
    let mut header =
        Cell::header(title(&cause.title), look.links.cause(&cause.fingerprint)).with(hits);
    header.small.extend(cause.culprit.as_deref().map(title));
    vec![
        header,
        Cell::verdict(cause.verdict),
        Cell { severity: Some(cause.severity.clone()), ..Cell::default() },
        Cell::text(owner(cause.owner.as_deref())),
        Cell::text(look.state(cause, red)),
        Cell::text(first.unwrap_or_default()),
        Cell::number(cause.seen.len().to_string()),
    ]
}

/// What was fixed lately.
fn gone(look: &Look<'_>) -> Result<Part, ArchiveError> {
    let fixed = look.archive.gone(look.branch, NIGHTS)?;
    let mut table = Table::of("The newest first", &["What was wrong", "Gone in", "Build"]);
    for it in &fixed.rows {
        let night = &look.nights[it.night];
        table.rows.push(vec![
            Cell::header(title(&it.title), look.links.cause(&it.fingerprint)),
            Cell::link(moment(night.started), look.links.night(&night.folder, None)),
            Cell::text(title(night.build.as_deref().unwrap_or_default())),
        ]);
    }
    let empty = table.rows.is_empty();
    let more = fixed.all - fixed.rows.len();
    let none = match (empty, more) {
        (true, _) => "Nothing was fixed in these nights.".to_owned(),
        (false, 0) => String::new(),
        (false, more) => format!("and {more} more, which the reports of their nights name"),
    };
    Ok(Part {
        id: "fixed",
        title: "Fixed".to_owned(),
        table: Some(table).filter(|_| !empty),
        none,
        ..Part::default()
    })
}

/// One cause; `None` where no night had it.
pub fn one(look: &Look<'_>, fingerprint: &str) -> Result<Option<View>, ArchiveError> {
    let Some(cause) = look.archive.cause(fingerprint, look.branch)? else { return Ok(None) };
    let red = look.red()?;
    let mut page = look.page(Tab::Findings, title(&cause.title));
    let fact = |term, text: String| Fact { term, text, href: None };
    page.facts = vec![
        fact("Now", look.state(&cause, &red)),
        fact("Severity", cause.severity.clone()),
        fact("Owner", owner(cause.owner.as_deref())),
    ];
    page.facts.extend(cause.culprit.as_deref().map(|it| fact("Broken by", title(it))));
    page.facts.push(fact("Fingerprint", cause.fingerprint.clone()));
    let nights = count(cause.seen.len(), "night");
    let mut table = Table::of(
        "The newest first; each leads to the finding in its report",
        &["Night", "Finding", "Build"],
    );
    for it in cause.seen.iter().rev().take(LISTED) {
        let night = &look.nights[it.night];
        let href = look.links.night(&night.folder, Some(&it.finding));
        table.rows.push(vec![
            Cell { header: true, ..Cell::link(moment(night.started), href) },
            Cell::text(it.finding.clone()),
            Cell::text(title(night.build.as_deref().unwrap_or_default())),
        ]);
    }
    page.parts.push(Part {
        title: format!("Seen in {nights}"),
        figures: vec![drawing(look, &cause)],
        table: Some(table),
        ..Part::default()
    });
    let mut table = Table::of("As the last of these nights had it", &["Scenario"]);
    for id in cause.scenarios.iter().take(SCENARIOS) {
        table.rows.push(vec![Cell::header(title(id), look.links.scenario(id))]);
    }
    let more = cause.scenarios.len().saturating_sub(SCENARIOS);
    page.parts.push(Part {
        title: count(cause.scenarios.len(), "scenario"),
        table: Some(table),
        none: if more > 0 { format!("and {more} more") } else { String::new() },
        ..Part::default()
    });
    Ok(Some(page))
}

/// A bar for each night that had it.
fn drawing(look: &Look<'_>, cause: &CauseRow) -> Drawing {
    let nights = look.nights.len();
    let width = nights.max(20) * 10;
    let left = width - nights * 10;
    let bars = cause.seen.iter().map(|it| {
        let night = &look.nights[it.night];
        Bar {
            kind: "bad",
            x: (left + it.night * 10) as f64,
            y: 0.0,
            w: 9.0,
            h: HIGH as f64,
            title: format!("{}: {}", moment(night.started), it.finding),
            href: Some(look.links.night(&night.folder, Some(&it.finding))),
        }
    });
    let ends = [look.nights.first(), look.nights.last()];
    Drawing {
        caption: format!("Where it was seen, of {}", count(nights, "night")),
        label: "A bar for each night that had it; the table below says the same".to_owned(),
        width,
        height: HIGH,
        bars: bars.collect(),
        lines: Vec::new(),
        axis: ends.into_iter().flatten().map(|it| day(it.started)).collect(),
        key: Vec::new(),
    }
}
